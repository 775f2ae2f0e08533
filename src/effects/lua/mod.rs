//! `<lua>` scriptlets: real Lua with rpm's `posix` and `rpm` tables over the tree.

use super::process::{Process, Status};

/// Runs a chunk. The process's arguments are rpm's `arg`: `<lua>`, then `$1` and `$2`; its standard input is what `rpm.input` reads.
pub(super) fn chunk(_process: &mut Process<'_, '_>, _source: &str) -> Status {
    Status::NOT_FOUND
}
