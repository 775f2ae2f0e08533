//! `<lua>` scriptlets: real Lua 5.4 with rpm's `posix` and `rpm` tables over the tree.
//!
//! ```text
//! state           a Lua state: its libraries, how calls come out of it, how it ends
//!   sandbox.lua   the base library made safe (text chunks only), bounded and deterministic
//!   library.lua   io, os, posix, rpm, rex, bit32, require as scripts know them, out of calls
//!   meter         instructions, memory, garbage: the budget of what runs inside
//!   patterns      string.find and its kind, with a bound
//! session         what calls act upon; answers kept, so that a fork can come to where its parent was
//!   files         io's files       posix_files, posix_system   rpm's posix      os   time and programs
//!   rpm, macros   rpm's own        rex                         regular expressions of rpm 4.14 to 4.16
//!   permissions   rwxr-xr-x        value                       what passes between Lua and the calls
//! ```
//! What differs between rpm's versions is as in 4.18 (`arg` in integers) or as in the one that has it (`rex`, `rpm.spawn`).

mod files;
mod macros;
mod meter;
mod os;
mod patterns;
mod permissions;
mod posix_files;
mod posix_system;
mod rex;
mod rpm;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod value;

use super::process::{Process, Status};

/// Runs a chunk. The process's arguments are rpm's `arg`: `<lua>`, then `$1` and `$2`; its standard input is what
/// `rpm.next_file` goes through.
pub(super) fn chunk(process: &mut Process<'_, '_>, source: &str) -> Status {
    state::run(session::Session::new(process, source))
}
