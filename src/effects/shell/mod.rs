//! `/bin/sh` and bash over the tree.

use super::{
    commands::Table,
    process::{Process, Status},
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];

/// Whether a program is a shell of ours.
pub(super) fn is_shell(program: &[u8]) -> bool {
    matches!(program.rsplit(|&b| b == b'/').next(), Some(b"sh" | b"bash" | b"dash" | b"ash" | b"ksh"))
}

/// Runs a script; `name` is its `$0`, `params` are `$1` and on.
pub(super) fn script(_process: &mut Process<'_, '_>, _source: &[u8], _name: &[u8], _params: Vec<Vec<u8>>) -> Status {
    Status::NOT_FOUND
}
