//! From a name to what runs: a command of ours, a script of the image, or nothing.

use super::{Handle, Process, Status};
use crate::effects::{commands, shell};

/// Where `execvp` looks without a `PATH`.
const USUAL: &[u8] = b"/bin:/usr/bin";

/// Steps of starting a program: finding it, giving it an environment and descriptors.
const PROGRAM: u64 = 60;
/// Steps for each byte of its arguments.
const ARGUMENT: u64 = 2;

/// A program drydock has: it is given its process, and what it returns is its exit status.
pub type Command = fn(&mut Process<'_, '_>) -> Status;

impl Process<'_, '_> {
    /// Runs what the first argument names, as `execvp` in the image would: 127 where the image has no such program, or has one
    /// that nobody knows here; 126 where it may not be run.
    pub fn execute(&mut self) -> Status {
        let name = self.args.first().cloned().unwrap_or_default();
        let Some(path) = self.search(&name) else {
            self.complain(&name, if name.contains(&b'/') { "No such file or directory" } else { "command not found" });
            return Status::NOT_FOUND;
        };
        // Its script or pattern is among the arguments, and costs most of what is not counted elsewhere.
        let given: usize = self.args.iter().map(|arg| arg.len() + 8).sum();
        let inherited: usize = self.env.values().map(Vec::len).sum();
        if !self.stage.budget.steps(PROGRAM + given as u64 * ARGUMENT)
            || !self.stage.budget.moved(inherited)
            || !self.stage.budget.enter()
        {
            return Status::STOPPED;
        }
        let status = self.execute_at(&path);
        self.stage.budget.leave();
        if self.stage.budget.exhausted().is_some() { Status::STOPPED } else { status }
    }

    fn execute_at(&mut self, path: &[u8]) -> Status {
        match self.stat(path) {
            Ok(stat) if stat.is_directory() => {
                self.complain(path, "Is a directory");
                return Status::NOT_EXECUTABLE;
            }
            Ok(stat) if stat.mode & 0o111 == 0 => {
                self.complain(path, "Permission denied");
                return Status::NOT_EXECUTABLE;
            }
            _ => {}
        }
        if let Some(command) = self.known(path) {
            let name = self.name();
            let status = command(self);
            let log = &mut self.stage.log;
            if !shell::is_shell(path) && !log.without_effect.contains_key(&name) {
                log.ran.insert(name);
            }
            return status;
        }
        let head = self.read_file(path).unwrap_or_default();
        match interpreter(&head) {
            Some(args) if !self.exists(&args[0]) && args[0].contains(&b'/') => {
                let why = format!("{}: bad interpreter: No such file or directory", String::from_utf8_lossy(&args[0]));
                self.complain(path, &why);
                Status::NOT_FOUND
            }
            Some(mut args) => {
                args.push(path.to_vec());
                args.extend(self.args.drain(1..));
                self.run(args)
            }
            None if is_text(&head) => {
                let args = self.args.split_off(1);
                shell::script(self, &head, path, args)
            }
            None => {
                self.stage.log.unknown(path);
                self.complain(path, "this program is not known to drydock");
                Status::NOT_FOUND
            }
        }
    }

    /// A command by the name it is called by, or by that of the file behind it.
    fn known(&self, path: &[u8]) -> Option<Command> {
        let base = |name: &[u8]| name.rsplit(|&b| b == b'/').next().map(<[u8]>::to_vec).unwrap_or_default();
        commands::find(&base(path)).or_else(|| commands::find(self.stat(path).ok()?.path.name()))
    }

    /// Where the image has the program: the name itself with a slash in it, else the first on `PATH`.
    pub fn search(&self, name: &[u8]) -> Option<Vec<u8>> {
        if name.contains(&b'/') {
            return self.exists(name).then(|| name.to_vec());
        }
        let path = self.env.get(&b"PATH"[..]).map_or(USUAL, Vec::as_slice);
        let candidates =
            path.split(|&b| b == b':').map(|dir| [if dir.is_empty() { b"." } else { dir }, b"/", name].concat());
        let mut found = candidates.filter(|c| self.stat(c).is_ok_and(|s| !s.is_directory()));
        let first = found.next()?;
        let runs = |c: &Vec<u8>| self.is_executable(c);
        if runs(&first) { Some(first) } else { Some(found.find(runs).unwrap_or(first)) }
    }

    fn complain(&mut self, name: &[u8], why: &str) {
        let line = [name, b": ", why.as_bytes(), b"\n"].concat();
        let _ = self.handle(2).write(self.stage, &line);
    }

    /// Runs a program and gives what it wrote to standard output.
    pub fn capture(&mut self, args: Vec<Vec<u8>>, stdin: Handle) -> (Status, Vec<u8>) {
        let out = Handle::collecting();
        let mut child = self.child(args);
        child.descriptors.insert(0, stdin);
        child.descriptors.insert(1, out.clone());
        let status = child.execute();
        (status, out.take())
    }
}

/// What a `#!` line runs: a program and, as the kernel has it, one argument of all that follows; `env` in it is looked through.
fn interpreter(head: &[u8]) -> Option<Vec<Vec<u8>>> {
    let line = head.strip_prefix(b"#!")?.split(|&b| b == b'\n').next()?.trim_ascii();
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (program, rest) = (&line[..end], line[end..].trim_ascii());
    match rest {
        _ if program.is_empty() => None,
        b"" => Some(vec![program.to_vec()]),
        _ if program.ends_with(b"/env") => Some(
            rest.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty() && *w != b"-S").map(<[u8]>::to_vec).collect(),
        ),
        _ => Some(vec![program.to_vec(), rest.to_vec()]),
    }
}

/// Whether a file without `#!` is a script all the same: `execvp` and shells hand it to `sh` unless its beginning is binary.
fn is_text(head: &[u8]) -> bool {
    let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    !head.starts_with(b"\x7fELF") && !line.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn what_is_not_there_is_127_and_what_nobody_knows_is_noted() {
        let mut image = Image::new().programs(&["frobnicate"]).file("usr/bin/data", "x", 0o644);
        image.stage(|stage| {
            let mut process = Process::start(stage, vec![b"absent".to_vec()], Handle::null(), Handle::null());
            assert_eq!(process.execute(), Status::NOT_FOUND);
            assert_eq!(process.run(vec![b"data".to_vec()]), Status::NOT_EXECUTABLE);
            assert!(process.stage.log.unknown.is_empty());
            assert_eq!(process.run(vec![b"frobnicate".to_vec()]), Status::NOT_FOUND);
            assert_eq!(process.stage.log.unknown.len(), 1);
        });
    }

    #[test]
    fn interpreters_are_read_from_the_first_line() {
        let words = |head: &str| {
            let args = interpreter(head.as_bytes())?;
            Some(args.iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(words("#! /bin/sh -e\nx").as_deref(), Some("/bin/sh -e"));
        assert_eq!(words("#!/usr/bin/env bash\n").as_deref(), Some("bash"));
        assert_eq!(words("\x7fELF"), None);
        assert_eq!(interpreter(b"#!/bin/sh -e -u\n").map(|w| w.len()), Some(2));
    }
}
