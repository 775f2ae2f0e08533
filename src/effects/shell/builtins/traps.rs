//! `trap`. Signals are noted, and come only from `kill $$`.

use super::{Letters, jobs, shown};
use crate::effects::{
    process::Status,
    shell::{
        expand::quote_single,
        run::{Ran, Shell},
    },
};

/// A condition's name: EXIT, ERR, DEBUG, RETURN or a signal's.
fn condition(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    match upper.strip_prefix("SIG").unwrap_or(&upper) {
        "EXIT" | "0" => Some("EXIT".to_owned()),
        name @ ("ERR" | "DEBUG" | "RETURN") => Some(name.to_owned()),
        _ => jobs::signal(text).and_then(jobs::signal_name).map(str::to_owned),
    }
}

pub(super) fn trap(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "lp");
    let (mut lists, mut prints) = (false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'l') => lists = true,
            Ok(_) => prints = true,
            Err(message) => return Ok(shell.refuse("trap", &message, 2)),
        }
    }
    if lists {
        return jobs::kill(shell, &[b"kill".to_vec(), b"-l".to_vec()]);
    }
    match letters.rest() {
        [] => show(shell, &[]),
        names if prints => show(shell, names),
        // One condition alone, or a number first: they are set back.
        [one] => set(shell, None, std::slice::from_ref(one)),
        names @ [first, ..] if first.iter().all(u8::is_ascii_digit) && !first.is_empty() => set(shell, None, names),
        [first, names @ ..] if first == b"-" => set(shell, None, names),
        [commands, names @ ..] => set(shell, Some(commands), names),
    }
}

fn set(shell: &mut Shell<'_, '_, '_>, commands: Option<&Vec<u8>>, names: &[Vec<u8>]) -> Ran {
    let mut status = Status::SUCCESS;
    for name in names {
        let Some(condition) = condition(&shown(name)) else {
            status = shell.refuse("trap", &format!("{}: invalid signal specification", shown(name)), 1);
            continue;
        };
        match commands {
            Some(commands) => drop(shell.state.traps.insert(condition, commands.clone())),
            None => drop(shell.state.traps.remove(&condition)),
        }
    }
    Ok(status)
}

fn show(shell: &mut Shell<'_, '_, '_>, names: &[Vec<u8>]) -> Ran {
    let wanted: Vec<String> = names.iter().filter_map(|n| condition(&shown(n))).collect();
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    for (name, commands) in shell.state.traps.iter().filter(|(n, _)| wanted.is_empty() || wanted.contains(n)) {
        let order = match name.as_str() {
            "EXIT" => 0,
            "DEBUG" => 65,
            "ERR" => 66,
            "RETURN" => 67,
            signal => jobs::signal(signal).unwrap_or(64),
        };
        let prefix = if (1..65).contains(&order) && !shell.state.options.posix { "SIG" } else { "" };
        lines.push((
            order,
            [b"trap -- ", &quote_single(commands)[..], format!(" {prefix}{name}\n").as_bytes()].concat(),
        ));
    }
    lines.sort();
    let text = lines.into_iter().flat_map(|(_, line)| line).collect::<Vec<_>>();
    shell.output("trap", &text)
}
