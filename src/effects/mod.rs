//! What scriptlets and recipes leave behind, as functions over a [`Rootfs`](crate::rootfs::Rootfs).
//!
//! ```text
//! order        in which packages are unpacked, so that what a scriptlet needs is there
//! scriptlets   every scriptlet of every package, and what became of it
//! accounts     users and groups: passwd, group, shadow, gshadow, a home
//! files        the recipe's own files and trees
//! ```
//! Nothing here runs on the host, and nothing reads its clock: times are the build's epoch.

mod accounts;
mod error;
mod files;
mod order;
mod scriptlets;
mod stage;

pub use error::EffectError;
pub use files::{LocalFile, LocalKind};
pub use order::transaction_order;
pub use scriptlets::{Outcome, ScriptletReport, report_scriptlets};
pub use stage::Stage;
