//! What changes the course of a script.

use super::{number, shown};
use crate::effects::{
    process::Status,
    shell::run::{Flow, Ran, Shell},
};

pub(super) fn colon(_: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    Ok(Status::SUCCESS)
}

/// Interactive things: nothing happens, nothing fails.
pub(super) fn nothing(_: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    Ok(Status::SUCCESS)
}

pub(super) fn no(_: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    Ok(Status::FAILURE)
}

/// `exit` and `return`: the status in the argument, else the last one.
fn status(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Status {
    let arg = args.get(1).filter(|a| *a != b"--").or(args.get(2));
    match arg.map(|a| number::integer(a)) {
        None => shell.state.trapping.unwrap_or(shell.state.status),
        Some(Some(value)) => Status(value as u8),
        Some(None) => {
            let text = format!("{}: numeric argument required", shown(arg.map_or(b"", |a| a)));
            shell.refuse(&shown(&args[0]), &text, 2)
        }
    }
}

pub(super) fn exit(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    Err(Flow::Exit(status(shell, args)))
}

pub(super) fn leave_function(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if shell.state.functions_running.is_empty() && shell.state.sourced == 0 {
        let text = "can only `return' from a function or sourced script";
        return Ok(shell.refuse("return", text, 2));
    }
    Err(Flow::Return(status(shell, args)))
}

/// `break` and `continue`.
pub(super) fn leave_loop(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let name = shown(&args[0]);
    if shell.state.loops == 0 {
        shell.complain(&format!("{name}: only meaningful in a `for', `while', or `until' loop"));
        return Ok(Status::SUCCESS);
    }
    let count = match args.get(1).map(|a| number::integer(a)) {
        None => 1,
        Some(Some(count)) if count > 0 => u32::try_from(count).unwrap_or(u32::MAX).min(shell.state.loops),
        Some(Some(_)) => {
            shell.refuse(&name, &format!("{}: loop count out of range", shown(&args[1])), 1);
            return Err(Flow::Break(shell.state.loops));
        }
        Some(None) => {
            let status = shell.refuse(&name, &format!("{}: numeric argument required", shown(&args[1])), 128);
            return Err(Flow::Exit(status));
        }
    };
    Err(if name == "break" { Flow::Break(count) } else { Flow::Continue(count) })
}

pub(super) fn eval(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let skipped = 1 + usize::from(args.get(1).is_some_and(|a| a == b"--"));
    let source = args.get(skipped..).unwrap_or_default().join(&b' ');
    match shell.evaluate_source(&source, false) {
        // A mistake in its grammar is eval's status; a posix shell ends with it.
        Err(Flow::Exit(Status(2)))
            if !shell.state.options.posix && shell.state.status == Status(2) && !ends(&source) =>
        {
            Ok(Status(2))
        }
        other => other,
    }
}

/// Whether a text may say `exit 2` itself.
fn ends(source: &[u8]) -> bool {
    source.windows(4).any(|w| w == b"exit")
}

/// `.` and `source`: a file's commands in this shell.
pub(super) fn source(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let builtin = shown(&args[0]);
    let first = 1 + usize::from(args.get(1).is_some_and(|a| a == b"--"));
    let Some(name) = args.get(first) else {
        return Ok(shell.refuse(&builtin, "filename argument required", 2));
    };
    let posix = shell.state.options.posix;
    let along_path = if name.contains(&b'/') { None } else { found_on_path(shell, name) };
    let file = match along_path {
        Some(file) => file,
        // bash looks at home when the path has none; a posix shell does not.
        None if posix && !name.contains(&b'/') => Vec::new(),
        None => name.clone(),
    };
    let source = match shell.process.stat(&file) {
        Ok(stat) if stat.is_directory() => {
            return Ok(shell.refuse(&builtin, &format!("{}: is a directory", shown(name)), 1));
        }
        Ok(_) => shell.process.read_file(&file),
        Err(error) => Err(error),
    };
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            let text = if posix && file.is_empty() { "file not found".to_owned() } else { error.to_string() };
            shell.complain(&format!("{}: {text}", shown(name)));
            return if posix { Err(Flow::Exit(Status::FAILURE)) } else { Ok(Status::FAILURE) };
        }
    };
    let parameters = (args.len() > first + 1).then(|| {
        let new = std::rc::Rc::new(args[first + 1..].to_vec());
        std::mem::replace(&mut shell.state.parameters, new)
    });
    shell.state.sourced += 1;
    let nesting = shell.process.stage.budget.nesting();
    let result = shell.evaluate_source(&source, true);
    shell.state.sourced -= 1;
    if let Some(parameters) = parameters {
        shell.state.parameters = parameters;
    }
    match result {
        Err(Flow::Return(status)) => {
            shell.process.stage.budget.nest_again(nesting);
            Ok(status)
        }
        other => other,
    }
}

fn found_on_path(shell: &mut Shell<'_, '_, '_>, name: &[u8]) -> Option<Vec<u8>> {
    let path = shell.value("PATH").unwrap_or_default();
    let mut places = path.split(|&b| b == b':').map(|dir| match dir {
        b"" => name.to_vec(),
        dir => [dir, b"/", name].concat(),
    });
    places.find(|place| shell.process.stat(place).is_ok_and(|s| s.is_file()))
}

pub(super) fn shift(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let count = match args.get(1).map(|a| number::integer(a)) {
        None => 1,
        Some(Some(count)) => count,
        Some(None) => return Ok(shell.refuse("shift", &format!("{}: numeric argument required", shown(&args[1])), 1)),
    };
    match usize::try_from(count) {
        Ok(count) if count <= shell.state.parameters.len() => {
            std::rc::Rc::make_mut(&mut shell.state.parameters).drain(..count);
            Ok(Status::SUCCESS)
        }
        _ => {
            if count < 0 || shell.state.options.posix {
                shell.refuse("shift", &format!("{count}: shift count out of range"), 1);
            }
            Ok(Status::FAILURE)
        }
    }
}

/// `let`: success is a last value that is not 0.
pub(super) fn arithmetic(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if args.len() < 2 {
        return Ok(shell.refuse("let", "expression expected", 1));
    }
    let mut status = Status::FAILURE;
    for expression in &args[1..] {
        status = match shell.try_evaluate(expression)? {
            Ok(value) => Status::from(value != 0),
            Err(message) => return Ok(shell.refuse("let", &message, 1)),
        };
    }
    Ok(status)
}

pub(super) fn times(shell: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    shell.output("times", b"0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n")
}

/// Nothing is limited but by the budget.
pub(super) fn ulimit(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if args.iter().skip(1).any(|a| !a.starts_with(b"-")) {
        return Ok(Status::SUCCESS);
    }
    shell.output("ulimit", b"unlimited\n")
}

pub(super) fn caller(shell: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    let Some(_) = shell.state.functions_running.last() else { return Ok(Status::FAILURE) };
    let text = [shell.state.line.to_string().as_bytes(), b" ", &shell.state.name, b"\n"].concat();
    shell.output("caller", &text)
}
