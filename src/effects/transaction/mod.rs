//! rpm's transaction: the order of packages, and which scriptlet runs when.

mod circles;
mod dialect;
mod order;
mod providers;
mod report;

pub use dialect::{Dialect, Weak};
pub use order::{Direction, transaction_order};
pub use report::{Outcome, ScriptletReport, report_scriptlets};
