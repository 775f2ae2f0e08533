//! The stages in sequence. Each verb of the command line is one function here, from plain options to a plain report.
//!
//! ```text
//! lock    plan ─▶ base ─▶ repositories ─▶ resolve ─▶ Lock
//! build   lock ─▶ fetch ─▶ image (install, effects, pack, assemble) ─▶ publish
//! ```

mod advisories;
mod assemble;
mod base;
mod build;
mod cache;
mod checks;
mod compiler;
mod contents;
mod database;
mod demo;
mod diff;
mod downloads;
mod entitled;
mod error;
mod holdings;
mod image;
mod inputs;
mod inspect;
mod installed;
mod lock;
mod modular;
pub mod options;
mod outcomes;
mod publish;
mod push;
mod query;
mod registration;
pub mod report;
mod repositories;
mod resolve;
mod session;
mod signed_base;
mod snapshot;
mod source;
mod subscription;
mod through;
mod transaction;
mod trusts;
pub mod wanted;

pub use build::build;
pub use cache::{cache_collect, cache_usage};
pub use demo::demo;
pub use diff::diff;
pub use entitled::rhsm_repos;
pub use error::Error;
pub use inspect::inspect;
pub use lock::lock;
pub use push::push;
pub use query::resolve;
pub use session::Session;
pub use subscription::{rhsm_register, rhsm_unregister};
