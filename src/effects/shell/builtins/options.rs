//! `set` and `shopt`.

use std::rc::Rc;

use super::{declare, shown};
use crate::effects::{
    process::Status,
    shell::{
        run::{Ran, Shell},
        text::to_text,
    },
};

pub(super) fn set(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if args.len() == 1 {
        return declare::list(shell, "set");
    }
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let (on, letters) = match arg.as_slice() {
            b"--" => {
                shell.state.parameters = Rc::new(args[at + 1..].to_vec());
                return Ok(Status::SUCCESS);
            }
            b"-" => {
                shell.state.options.xtrace = false;
                shell.state.options.verbose = false;
                if at + 1 < args.len() {
                    shell.state.parameters = Rc::new(args[at + 1..].to_vec());
                }
                return Ok(Status::SUCCESS);
            }
            [b'-', letters @ ..] => (true, letters),
            [b'+', letters @ ..] if !letters.is_empty() => (false, letters),
            _ => break,
        };
        at += 1;
        for letter in letters {
            if *letter == b'o' {
                let Some(name) = args.get(at).map(|n| to_text(n)) else { return show(shell, on) };
                at += 1;
                if !shell.state.options.set(&name, on) {
                    let status = shell.refuse("set", &format!("{name}: invalid option name"), 2);
                    return ended(shell, status);
                }
            } else if !shell.state.options.set_letter(*letter, on) {
                let text = format!("{}{}: invalid option", if on { '-' } else { '+' }, char::from(*letter));
                let status = shell.refuse("set", &text, 2);
                return ended(shell, status);
            }
        }
    }
    if at < args.len() {
        shell.state.parameters = Rc::new(args[at..].to_vec());
    }
    Ok(Status::SUCCESS)
}

/// A mistake of a special builtin ends a posix shell.
fn ended(shell: &Shell<'_, '_, '_>, status: Status) -> Ran {
    if shell.state.options.posix { Err(crate::effects::shell::run::Flow::Exit(status)) } else { Ok(status) }
}

/// `set -o` as a table, `set +o` as commands.
fn show(shell: &mut Shell<'_, '_, '_>, table: bool) -> Ran {
    let line = |(name, on): (&str, bool)| match table {
        true => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
        false => format!("set {}o {name}\n", if on { '-' } else { '+' }),
    };
    let text: String = shell.state.options.all().map(line).collect();
    shell.output("set", text.as_bytes())
}

pub(super) fn shopt(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = super::Letters::new(args, "supqo");
    let (mut wish, mut quiet, mut long, mut reusable) = (None, false, false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b's') => wish = Some(true),
            Ok(b'u') => wish = Some(false),
            Ok(b'q') => quiet = true,
            Ok(b'o') => long = true,
            Ok(_) => reusable = true,
            Err(message) => return Ok(shell.refuse("shopt", &message, 2)),
        }
    }
    let mut status = Status::SUCCESS;
    let known: Vec<(&str, bool)> =
        if long { shell.state.options.all().collect() } else { shell.state.options.all_shopt().collect() };
    let names = letters.rest();
    let mut out = String::new();
    let line = |name: &str, on: bool| match (reusable, long) {
        (false, _) => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
        (true, false) => format!("shopt -{} {name}\n", if on { 's' } else { 'u' }),
        (true, true) => format!("set {}o {name}\n", if on { '-' } else { '+' }),
    };
    if names.is_empty() {
        out.extend(known.iter().filter(|(_, on)| wish.is_none_or(|w| w == *on)).map(|(name, on)| line(name, *on)));
    }
    for name in names.iter().map(|n| shown(n)) {
        let Some((_, is_on)) = known.iter().find(|(k, _)| *k == name) else {
            status = shell.refuse("shopt", &format!("{name}: invalid shell option name"), 1);
            continue;
        };
        match wish {
            Some(on) if long => drop(shell.state.options.set(&name, on)),
            Some(on) => drop(shell.state.options.set_shopt(&name, on)),
            None => {
                if !is_on {
                    status = Status::FAILURE;
                }
                if !quiet {
                    out.push_str(&line(&name, *is_on));
                }
            }
        }
    }
    shell.output("shopt", out.as_bytes())?;
    Ok(status)
}
