//! What scriptlets and recipes leave behind, as functions over a [`Rootfs`](crate::rootfs::Rootfs).
//!
//! ```text
//! transaction   rpm's order of packages and scriptlets, triggers, the report
//! scriptlet     one of them, started as rpm starts it
//!   shell, lua  the two languages scriptlets are written in
//!   process     what a running program is given: files, descriptors, a budget
//!   commands    coreutils, sed, grep, awk … by name
//!   accounts alternatives authselect caches depmod ldconfig systemd trust     what the others do, natively
//! calendar      dates in UTC
//! wildcard      names by `*`, `?`, `[…]`
//! foresight     facts that are sure to be asked of files
//! recipe_files  the recipe's own files and trees (its users: accounts)
//! ```
//! Nothing here runs on the host, and nothing reads its clock: times are the build's epoch.

mod accounts;
mod alternatives;
mod authselect;
mod budget;
mod caches;
mod calendar;
mod commands;
mod depmod;
mod error;
mod foresight;
mod ldconfig;
mod log;
mod lua;
mod process;
mod recipe_files;
mod scriptlet;
mod shell;
mod stage;
mod systemd;
mod transaction;
mod trust;
mod wildcard;

pub use budget::Budget;
pub use depmod::settle as settle_module_tables;
pub use error::EffectError;
pub use foresight::{Foresight, LookOnce, foresee};
pub use log::{Log, Unknown};
pub use recipe_files::{LocalFile, LocalKind};
pub use scriptlet::{Run, run_scriptlet, run_scriptlet_apart};
pub use stage::{Machine, Stage};
pub use transaction::{
    Dialect, Direction, Done, Element, Incoming, Outcome, Plan, Present, ScriptletFailure, ScriptletReport,
    TransactionError, Weak, report_scriptlets, transact, transaction_order,
};
