//! The stages in sequence. Each verb of the command line is one function here, from plain options to a plain report.
//!
//! ```text
//! lock    plan ─▶ base ─▶ repositories ─▶ resolve ─▶ Lock
//! build   lock ─▶ fetch ─▶ image (install, effects, pack, assemble) ─▶ publish
//! ```

mod base;
mod compiler;
mod contents;
mod database;
mod entitled;
mod error;
mod inputs;
mod installed;
mod lock;
pub mod options;
pub mod report;
mod repositories;
mod resolve;
mod session;
mod source;
pub mod wanted;

pub use error::Error;
pub use lock::lock;
pub use session::Session;
