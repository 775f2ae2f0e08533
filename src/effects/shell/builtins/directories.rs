//! `cd`, `pwd`, `pushd`, `popd`, `dirs`, `umask`.

use super::{Letters, shown, write};
use crate::effects::{
    process::{Errno, Process, Status},
    shell::run::{Ran, Shell},
};

/// A path put together from a directory and a name, `.` and `..` taken as text.
fn logical(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let whole = if name.starts_with(b"/") { name.to_vec() } else { [directory, b"/", name].concat() };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in whole.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    [b"/", &parts.join(&b'/')[..]].concat()
}

impl Shell<'_, '_, '_> {
    /// Goes to a directory and keeps PWD and OLDPWD.
    fn change_directory(&mut self, name: &[u8], physical: bool) -> Result<(), Errno> {
        if name.is_empty() {
            return Ok(());
        }
        let target = logical(&self.state.logical, name);
        // By its text first, as the name in PWD goes; where that leads nowhere, as the kernel would.
        let by_text = !physical && self.process.chdir(&target).is_ok();
        if !by_text {
            self.process.chdir(name)?;
        }
        let now = if by_text { target } else { self.process.cwd.to_string().into_bytes() };
        let before = std::mem::replace(&mut self.state.logical, now.clone());
        self.set("OLDPWD", before);
        self.set("PWD", now);
        for name in ["OLDPWD", "PWD"] {
            self.state.variables.get_mut(name).exported = true;
        }
        Ok(())
    }
}

pub(super) fn cd(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "LPe@");
    let mut physical = shell.state.options.physical;
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'P') => physical = true,
            Ok(b'L') => physical = false,
            Ok(_) => {}
            Err(message) => return Ok(shell.refuse("cd", &message, 2)),
        }
    }
    let (name, mut prints) = match letters.rest() {
        [] => match shell.value("HOME") {
            Some(home) => (home, false),
            None => return Ok(shell.refuse("cd", "HOME not set", 1)),
        },
        [name] if name == b"-" => match shell.value("OLDPWD") {
            Some(before) => (before, true),
            None => return Ok(shell.refuse("cd", "OLDPWD not set", 1)),
        },
        [name] => (name.clone(), false),
        _ => return Ok(shell.refuse("cd", "too many arguments", 1)),
    };
    let mut result = Err(Errno::NoEntry);
    let plain = !name.starts_with(b"/")
        && !name.starts_with(b"./")
        && !name.starts_with(b"../")
        && name != b"."
        && name != b"..";
    if let Some(places) = shell.value("CDPATH").filter(|_| plain) {
        for place in places.split(|&b| b == b':').filter(|p| !p.is_empty()) {
            result = shell.change_directory(&[place, b"/", &name].concat(), physical);
            if result.is_ok() {
                prints = true;
                break;
            }
        }
    }
    if result.is_err() {
        result = shell.change_directory(&name, physical);
    }
    match result {
        Ok(()) if prints => {
            let line = [&shell.state.logical[..], b"\n"].concat();
            shell.output("cd", &line)
        }
        Ok(()) => Ok(Status::SUCCESS),
        Err(error) => Ok(shell.refuse("cd", &format!("{}: {error}", shown(&name)), 1)),
    }
}

pub(super) fn pwd(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "LPW");
    let mut physical = shell.state.options.physical;
    while let Some(option) = letters.next() {
        match option {
            Ok(given) => physical = given.letter == b'P',
            Err(message) => return Ok(shell.refuse("pwd", &message, 2)),
        }
    }
    let here = if physical { shell.process.cwd.to_string().into_bytes() } else { shell.state.logical.clone() };
    shell.output("pwd", &[&here[..], b"\n"].concat())
}

/// coreutils' `pwd`: without symlinks.
pub(super) fn program(process: &mut Process<'_, '_>) -> Status {
    let here = format!("{}\n", process.cwd);
    Status::from(write(process, here.as_bytes()).is_ok())
}

/// The stack, the current directory first, home as `~`.
pub(super) fn dirs(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if args.get(1).is_some_and(|a| a == b"-c") {
        shell.state.directories.clear();
        return Ok(Status::SUCCESS);
    }
    let home = shell.value("HOME").unwrap_or_default();
    let short = |dir: &Vec<u8>| match dir.strip_prefix(&home[..]).filter(|_| home.len() > 1) {
        Some(rest) if rest.is_empty() || rest[0] == b'/' => [b"~", rest].concat(),
        _ => dir.clone(),
    };
    let all: Vec<Vec<u8>> =
        [&shell.state.logical].into_iter().chain(shell.state.directories.iter().rev()).map(short).collect();
    let per_line = args.iter().any(|a| a == b"-p");
    let text = all.join(if per_line { &b'\n' } else { &b' ' });
    shell.output("dirs", &[&text[..], b"\n"].concat())
}

pub(super) fn pushd(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let quiet = args.get(1).is_some_and(|a| a == b"-n");
    let name = match args.get(1 + usize::from(quiet)) {
        Some(name) => name.clone(),
        None => match shell.state.directories.pop() {
            Some(other) => other,
            None => return Ok(shell.refuse("pushd", "no other directory", 1)),
        },
    };
    let before = shell.state.logical.clone();
    if quiet {
        shell.state.directories.push(name);
    } else if let Err(error) = shell.change_directory(&name, false) {
        return Ok(shell.refuse("pushd", &format!("{}: {error}", shown(&name)), 1));
    } else {
        shell.state.directories.push(before);
    }
    dirs(shell, &[b"dirs".to_vec()])
}

pub(super) fn popd(shell: &mut Shell<'_, '_, '_>, _: &[Vec<u8>]) -> Ran {
    let Some(name) = shell.state.directories.pop() else {
        return Ok(shell.refuse("popd", "directory stack empty", 1));
    };
    match shell.change_directory(&name, false) {
        Ok(()) => dirs(shell, &[b"dirs".to_vec()]),
        Err(error) => Ok(shell.refuse("popd", &format!("{}: {error}", shown(&name)), 1)),
    }
}

pub(super) fn umask(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "Sp");
    let (mut symbolic, mut reusable) = (false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'S') => symbolic = true,
            Ok(_) => reusable = true,
            Err(message) => return Ok(shell.refuse("umask", &message, 2)),
        }
    }
    let Some(mode) = letters.rest().first() else {
        let mask = shell.process.umask;
        let text = if symbolic { symbols(mask) } else { format!("{mask:04o}") };
        let prefix = match (reusable, symbolic) {
            (true, true) => "umask -S ",
            (true, false) => "umask ",
            _ => "",
        };
        return shell.output("umask", format!("{prefix}{text}\n").as_bytes());
    };
    let mode = shown(mode);
    let mask = match mode.starts_with(|c: char| c.is_ascii_digit()) {
        true => u16::from_str_radix(&mode, 8).ok().filter(|m| *m <= 0o7777).map(|m| m & 0o777),
        false => changed(shell.process.umask, &mode),
    };
    match mask {
        Some(mask) => {
            shell.process.umask = mask;
            if symbolic {
                shell.output("umask", format!("{}\n", symbols(mask)).as_bytes())
            } else {
                Ok(Status::SUCCESS)
            }
        }
        None => Ok(shell.refuse("umask", &format!("{mode}: octal number out of range"), 1)),
    }
}

/// What a mask leaves, as `u=rwx,g=rx,o=rx`.
fn symbols(mask: u16) -> String {
    let of = |who: char, shift: u32| {
        let left = !(mask >> shift) & 7;
        let letters = [(4, 'r'), (2, 'w'), (1, 'x')].iter().filter(|(bit, _)| left & bit != 0).map(|(_, c)| *c);
        format!("{who}={}", letters.collect::<String>())
    };
    [of('u', 6), of('g', 3), of('o', 0)].join(",")
}

/// A mask changed by `u=rwx,g-w` and so on.
fn changed(mask: u16, text: &str) -> Option<u16> {
    let mut left = !mask & 0o777;
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let mut who = 0;
        for c in clause[..at].chars() {
            who |= match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                'a' => 0o777,
                _ => return None,
            };
        }
        let who = if who == 0 { 0o777 } else { who };
        let mut bits = 0;
        for c in clause[at + 1..].chars() {
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                _ => return None,
            };
        }
        match clause.as_bytes()[at] {
            b'+' => left |= bits & who,
            b'-' => left &= !(bits & who),
            _ => left = (left & !who) | (bits & who),
        }
    }
    Some(!left & 0o777)
}
