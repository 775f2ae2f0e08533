//! `/bin/sh` and bash over the tree: bash's language, evaluated here; posix mode where it is called `sh`, as on RHEL.
//!
//! ```text
//! syntax     a script's text into a tree: our tokens, brush-parser's grammar
//! expand     words into arguments
//! run        commands: lists, pipelines, loops, functions, redirections, subshells
//! builtins   what the shell does itself; echo, test, printf … are programs too
//! state      variables, functions, options
//! ```
//! A pipeline's commands run one after the other, a job of `&` runs to its end at once: nothing is concurrent, so the same script does
//! the same everywhere. Everything costs steps of the budget; what nests is bounded before it recurses.

#[cfg(test)]
mod bounds_tests;
mod builtins;
mod expand;
mod run;
mod state;
mod syntax;
#[cfg(test)]
mod tests;
mod text;

use super::{
    commands::Table,
    process::{Process, Status},
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = builtins::PROGRAMS;

/// Whether a program is a shell of ours.
pub(super) fn is_shell(program: &[u8]) -> bool {
    matches!(program.rsplit(|&b| b == b'/').next(), Some(b"sh" | b"bash" | b"dash" | b"ash" | b"ksh"))
}

/// Runs a script; `name` is its `$0`, `params` are `$1` and on. It is bash's, or sh's by the name of the process.
pub(super) fn script(process: &mut Process<'_, '_>, source: &[u8], name: &[u8], params: Vec<Vec<u8>>) -> Status {
    run::script(process, source, name, params)
}
