//! rpm's transaction: the order of packages, and which scriptlet runs when.

mod order;
mod report;

pub use order::transaction_order;
pub use report::{Outcome, ScriptletReport, report_scriptlets};
