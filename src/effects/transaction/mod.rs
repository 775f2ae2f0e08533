//! rpm's transaction (`lib/order.c`, `lib/psm.c`, `lib/rpmtriggers.c`, `rpmtsRun` of `lib/transaction.c`): which package comes
//! when, and which scriptlet with which arguments before and after it.
//!
//! ```text
//! dialect     in what rpm's versions differ
//! order       the order of packages      providers  which package satisfies a requirement      circles  where to break them
//! rows        what the database would hold at each moment
//! sequence    all of a transaction, step by step: unpacking and erasing between the scriptlets
//!   triggers, file_triggers   what packages and files set off, in which order, with which input
//!   prepare   what programs will want to know of many files
//!   sysusers  accounts that packages provide (rpm 4.19)
//! scriptlet   running one: what of it is expanded first (expand), what counts as failure
//! report      what became of every one
//! ```

mod circles;
mod dialect;
mod error;
mod expand;
mod file_triggers;
mod order;
mod prepare;
mod providers;
mod report;
mod rows;
mod scriptlet;
mod sequence;
mod sysusers;
#[cfg(test)]
mod tests;
mod triggers;

pub use dialect::{Dialect, Weak};
pub use error::{ScriptletFailure, TransactionError};
pub use order::{Direction, Element, transaction_order};
pub use report::{Outcome, ScriptletReport, report_scriptlets};
pub use sequence::{Done, Incoming, Plan, Present, transact};
