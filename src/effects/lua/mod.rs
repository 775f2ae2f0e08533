//! `<lua>` scriptlets: real Lua with rpm's `posix` and `rpm` tables over the tree.

use super::process::{Process, Status};

/// Runs a chunk; `args` are what rpm puts into `arg`, `input` what `rpm.input` reads.
pub(super) fn chunk(_process: &mut Process<'_, '_>, _source: &[u8]) -> Status {
    Status::NOT_FOUND
}
