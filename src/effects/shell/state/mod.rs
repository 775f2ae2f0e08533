//! What a running shell remembers: variables, functions, options. A subshell begins with a copy, which is cheap.

mod options;
mod variables;

use std::{collections::BTreeMap, rc::Rc};

pub(super) use options::Options;
pub(super) use variables::{Value, Variable, Variables};

use super::syntax::{Command, Dialect};
use crate::effects::process::Status;

/// Items of an array: key, whether it appends, value.
pub(super) type Items = Vec<(Option<Vec<u8>>, bool, Vec<u8>)>;

/// A function.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub body: Rc<Command>,
    /// Whether its lines are the scriptlet's own.
    pub is_scriptlets: bool,
    /// The file it is from.
    pub source: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    pub variables: Variables,
    pub functions: Rc<BTreeMap<String, Function>>,
    pub options: Options,
    /// `$1` and on.
    pub parameters: Rc<Vec<Vec<u8>>>,
    /// `$0`
    pub name: Rc<Vec<u8>>,
    /// `$?`
    pub status: Status,
    /// Status of the last command substitution of a command without a name.
    pub substituted: Option<Status>,
    /// The line being run.
    pub line: usize,
    /// Whether that is a line of the scriptlet, to be noted in the log.
    pub is_scriptlets: bool,
    /// Loops around.
    pub loops: u32,
    /// Functions around, by name.
    pub functions_running: Vec<String>,
    /// Sourced files around.
    pub sourced: u32,
    /// Subshells around.
    pub subshells: u32,
    /// How many constructs around forbid that a failure ends the shell.
    pub ignoring: u32,
    /// Commands by condition: EXIT, ERR, DEBUG, RETURN and signals.
    pub traps: BTreeMap<String, Vec<u8>>,
    /// The status before the trap that runs: what `exit` in it means.
    pub trapping: Option<Status>,
    /// Statuses of background jobs by their numbers.
    pub jobs: BTreeMap<u32, Status>,
    /// `$!`
    pub background: Option<u32>,
    /// `$$`
    pub number: u32,
    /// Directories of `pushd`, the current one apart.
    pub directories: Vec<Vec<u8>>,
    /// Where `getopts` stands inside of an argument.
    pub option_at: usize,
    /// `$PWD`'s value, with the symlinks as they were named.
    pub logical: Vec<u8>,
    /// Whether the commands came with `-c`.
    pub is_command_string: bool,
    /// Descriptors of `<(…)` that are open.
    pub opened: Vec<super::run::Opened>,
    /// Arrays assigned in the arguments of `declare`, until it looks at them.
    pub compound: Vec<(String, bool, Items)>,
}

impl State {
    pub(super) fn dialect(&self) -> Dialect {
        Dialect { posix: self.options.posix }
    }
}
