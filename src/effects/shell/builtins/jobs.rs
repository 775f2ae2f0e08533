//! `wait` and `kill`: jobs have ended before anybody asks, and nobody else runs.

use super::{number, shown, write};
use crate::effects::{
    process::{Process, Status},
    shell::run::{Flow, Ran, Shell},
};

pub(super) fn wait(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut status = Status::SUCCESS;
    for arg in args.iter().skip(1).filter(|a| !a.starts_with(b"-")) {
        let number = match arg.strip_prefix(b"%") {
            Some(_) => shell.state.background,
            None => number::count(arg).and_then(|n| u32::try_from(n).ok()),
        };
        status = match number.map(|n| shell.state.jobs.get(&n)) {
            Some(Some(status)) => *status,
            None => shell.refuse("wait", &format!("`{}': not a pid or valid job spec", shown(arg)), 1),
            Some(None) => shell.refuse("wait", &format!("pid {} is not a child of this shell", shown(arg)), 127),
        };
    }
    Ok(status)
}

const SIGNALS: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

/// A signal's number by its number or name.
pub(super) fn signal(text: &str) -> Option<usize> {
    let name = text.to_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    match name.parse::<usize>() {
        Ok(number) => Some(number).filter(|n| *n <= SIGNALS.len()),
        Err(_) => SIGNALS.iter().position(|s| *s == name).map(|at| at + 1),
    }
}

/// A signal's name.
pub(super) fn signal_name(number: usize) -> Option<&'static str> {
    SIGNALS.get(number.checked_sub(1)?).copied()
}

/// What `kill` is to do.
enum Wish {
    List(String),
    /// A signal to these.
    Send(usize, Vec<String>),
    Bad(String),
}

fn wish(args: &[Vec<u8>]) -> Wish {
    let words: Vec<String> = args.iter().skip(1).map(|a| shown(a)).collect();
    let by_name = |name: &str, rest: &[String]| match signal(name) {
        Some(number) => Wish::Send(number, rest.to_vec()),
        None => Wish::Bad(format!("{name}: invalid signal specification")),
    };
    match words.as_slice() {
        [] => Wish::Bad(
            "usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]".to_owned(),
        ),
        [option, rest @ ..] if option == "-l" || option == "-L" => Wish::List(listed(rest)),
        [option, name, rest @ ..] if matches!(option.as_str(), "-s" | "-n" | "--signal") => by_name(name, rest),
        [option, rest @ ..] if option == "--" => Wish::Send(15, rest.to_vec()),
        [option, rest @ ..] if option.starts_with('-') => by_name(&option[1..], rest),
        words => Wish::Send(15, words.to_vec()),
    }
}

fn listed(args: &[String]) -> String {
    if args.is_empty() {
        return SIGNALS.iter().enumerate().map(|(i, name)| format!("{:2}) SIG{name}\n", i + 1)).collect();
    }
    let of = |arg: &String| match arg.parse::<usize>() {
        Ok(number) => signal_name(number & 127).map(str::to_owned),
        Err(_) => signal(arg).map(|number| number.to_string()),
    };
    args.iter().filter_map(of).map(|line| line + "\n").collect()
}

pub(super) fn kill(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let (signal, targets) = match wish(args) {
        Wish::List(text) => return shell.output("kill", text.as_bytes()),
        Wish::Bad(message) => {
            return Ok(shell.refuse("kill", &message, if message.starts_with("usage") { 2 } else { 1 }));
        }
        Wish::Send(signal, targets) => (signal, targets),
    };
    let mut status = Status::SUCCESS;
    for target in targets {
        if target == shell.state.number.to_string() {
            if signal > 0 {
                let name = signal_name(signal).unwrap_or_default();
                match shell.state.traps.get(name) {
                    Some(_) => shell.trap(name)?,
                    None => return Err(Flow::Exit(Status(128 + signal as u8))),
                }
            }
        } else if target.parse::<i64>().is_ok() {
            status = shell.refuse("kill", &format!("({target}) - No such process"), 1);
        } else {
            status = shell.refuse("kill", &format!("{target}: arguments must be process or job IDs"), 1);
        }
    }
    Ok(status)
}

/// The program: there is no process of any number.
pub(super) fn program(process: &mut Process<'_, '_>) -> Status {
    match wish(&process.args.clone()) {
        Wish::List(text) => Status::from(write(process, text.as_bytes()).is_ok()),
        Wish::Bad(message) => process.fail(message),
        Wish::Send(_, targets) => {
            for target in &targets {
                process.fail(format_args!("({target}): No such process"));
            }
            Status::FAILURE
        }
    }
}
