//! What the shell does itself.
//!
//! ```text
//! echo printf test files kill      programs too: one implementation for both
//! control     : break continue return exit eval . exec trap wait …
//! declare     declare local export readonly unset      set  shopt shift getopts
//! read        read mapfile       directories  cd pwd pushd popd dirs umask      names  type command hash builtin
//! ```

mod control;
mod declare;
mod directories;
mod echo;
pub(super) mod files;
mod getopts;
mod jobs;
mod names;
mod number;
mod options;
mod printf;
mod read;
mod test;
mod traps;

use super::run::{Ran, Shell};
use crate::effects::{
    commands::Table,
    process::{Errno, Process, Status},
};

/// A builtin command: it gets its arguments, its own name first.
pub(super) struct Builtin {
    pub name: &'static str,
    /// One of POSIX's special ones: in posix mode found before functions, its assignments stay, its mistakes end the shell.
    pub special: bool,
    pub run: fn(&mut Shell<'_, '_, '_>, &[Vec<u8>]) -> Ran,
}

const fn usual(name: &'static str, run: fn(&mut Shell<'_, '_, '_>, &[Vec<u8>]) -> Ran) -> Builtin {
    Builtin { name, special: false, run }
}

const fn special(name: &'static str, run: fn(&mut Shell<'_, '_, '_>, &[Vec<u8>]) -> Ran) -> Builtin {
    Builtin { name, special: true, run }
}

/// Every builtin by its name, in order.
static BUILTINS: &[Builtin] = &[
    special(".", control::source),
    special(":", control::colon),
    usual("[", test::builtin),
    usual("alias", control::nothing),
    usual("bg", control::nothing),
    usual("bind", control::nothing),
    special("break", control::leave_loop),
    usual("builtin", names::builtin),
    usual("caller", control::caller),
    usual("cd", directories::cd),
    usual("command", names::command),
    usual("compgen", control::nothing),
    usual("complete", control::nothing),
    usual("compopt", control::nothing),
    special("continue", control::leave_loop),
    usual("declare", declare::declare),
    usual("dirs", directories::dirs),
    usual("disown", control::nothing),
    usual("echo", echo::builtin),
    usual("enable", control::nothing),
    special("eval", control::eval),
    special("exec", control::colon),
    special("exit", control::exit),
    special("export", declare::export),
    usual("false", control::no),
    usual("fc", control::nothing),
    usual("fg", control::nothing),
    usual("getopts", getopts::builtin),
    usual("hash", names::hash),
    usual("help", control::nothing),
    usual("history", control::nothing),
    usual("jobs", control::nothing),
    usual("kill", jobs::kill),
    usual("let", control::arithmetic),
    usual("local", declare::local),
    usual("logout", control::exit),
    usual("mapfile", read::mapfile),
    usual("popd", directories::popd),
    usual("printf", printf::builtin),
    usual("pushd", directories::pushd),
    usual("pwd", directories::pwd),
    usual("read", read::read),
    usual("readarray", read::mapfile),
    special("readonly", declare::readonly),
    special("return", control::leave_function),
    special("set", options::set),
    special("shift", control::shift),
    usual("shopt", options::shopt),
    special("source", control::source),
    usual("suspend", control::nothing),
    usual("test", test::builtin),
    special("times", control::times),
    special("trap", traps::trap),
    usual("true", control::colon),
    usual("type", names::type_of),
    usual("typeset", declare::declare),
    usual("ulimit", control::ulimit),
    usual("umask", directories::umask),
    usual("unalias", control::nothing),
    special("unset", declare::unset),
    usual("wait", jobs::wait),
];

/// The builtin of that name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|b| b.name == name)
}

/// Every builtin's name.
pub(super) fn all() -> impl Iterator<Item = &'static Builtin> {
    BUILTINS.iter()
}

/// The shell itself, and those that images also have as programs.
pub(super) const PROGRAMS: Table = &[
    ("bash", super::run::command),
    ("dash", super::run::command),
    ("sh", super::run::command),
    ("[", test::program),
    ("echo", echo::program),
    ("false", |_| Status::FAILURE),
    ("kill", jobs::program),
    ("printf", printf::program),
    ("pwd", directories::program),
    ("test", test::program),
    ("true", |_| Status::SUCCESS),
];

impl Shell<'_, '_, '_> {
    /// Writes a builtin's output; the status says whether it could.
    pub(super) fn output(&mut self, builtin: &str, bytes: &[u8]) -> Ran {
        match write(self.process, bytes) {
            Ok(()) => Ok(Status::SUCCESS),
            Err(Errno::Stopped) => Err(super::run::Flow::Stop),
            Err(error) => Ok(self.refuse(builtin, &format!("write error: {error}"), 1)),
        }
    }
}

fn write(process: &mut Process<'_, '_>, bytes: &[u8]) -> Result<(), Errno> {
    if bytes.is_empty() {
        return Ok(());
    }
    process.handle(1).write(process.stage, bytes)
}

/// The text of an argument, for messages and names.
fn shown(arg: &[u8]) -> String {
    String::from_utf8_lossy(arg).into_owned()
}

/// Options in front of arguments: letters of `letters`, those with a value followed by `:` in it. Ends at `--`, `-` or what is no
/// option.
struct Letters<'l> {
    args: &'l [Vec<u8>],
    letters: &'l str,
    at: usize,
    within: usize,
    /// Whether options may begin with `+`.
    plus: bool,
}

/// An option: its letter, whether it began with `+`, its value.
struct Given {
    letter: u8,
    off: bool,
    value: Vec<u8>,
}

impl<'l> Letters<'l> {
    fn new(args: &'l [Vec<u8>], letters: &'l str) -> Self {
        Self { args, letters, at: 1, within: 0, plus: false }
    }

    /// The next option; an error is the letter that is none, or whose value is missing.
    fn next(&mut self) -> Option<Result<Given, String>> {
        let arg = self.args.get(self.at)?;
        if self.within == 0 {
            let sign = *arg.first()?;
            if arg.len() < 2 || !(sign == b'-' || (self.plus && sign == b'+')) {
                return None;
            }
            if arg == b"--" {
                self.at += 1;
                return None;
            }
            self.within = 1;
        }
        let (letter, off) = (arg[self.within], arg[0] == b'+');
        self.within += 1;
        let is_last = self.within >= arg.len();
        let known = self.letters.bytes().position(|l| l == letter && l != b':');
        let takes = known.is_some_and(|at| self.letters.as_bytes().get(at + 1) == Some(&b':'));
        let mut value = Vec::new();
        if takes && !is_last {
            value = arg[self.within..].to_vec();
        }
        if is_last || takes {
            self.at += 1;
            self.within = 0;
        }
        if takes && is_last {
            match self.args.get(self.at) {
                Some(next) => value.clone_from(next),
                None => return Some(Err(format!("-{}: option requires an argument", char::from(letter)))),
            }
            self.at += 1;
        }
        Some(match known {
            Some(_) => Ok(Given { letter, off, value }),
            None => Err(format!("{}{}: invalid option", if off { '+' } else { '-' }, char::from(letter))),
        })
    }

    /// What follows the options.
    fn rest(&self) -> &'l [Vec<u8>] {
        self.args.get(self.at..).unwrap_or_default()
    }
}
