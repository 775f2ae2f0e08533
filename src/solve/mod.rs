//! Which packages: policy over a SAT core, and its explanation.
//!
//! ```text
//! Request ──▶ Pool          packages of all sources, what is out and why, who provides what, what a spec means
//!              └▶ rules     what a package asks, as clauses
//!                  └▶ search   decides in libsolv's order   ──▶ Solution
//!                      └▶ explain   or says why not         ──▶ Unsatisfiable
//! closure     proves a result closed and conflict-free without any of the above
//! ```
//!
//! The policy is dnf's (libsolv's): what is installed stays, unless a request or a dependency needs it newer or
//! something installable obsoletes it; the best candidate of each request or an error; arch colours, priorities, costs,
//! install-only kernels, weak dependencies off unless asked. [`search`](self)'s seam is jobs in, chosen packages or a
//! conflict out.
//!
//! Pure: no file, no socket, no clock. File dependencies outside `primary.xml`'s lists end in [`Error::NeedsFileLists`]
//! with the paths to look up; the caller answers through [`Source::answer`] and asks again.

mod advised;
mod agree;
mod barred;
mod changes;
mod closure;
mod conflict;
mod error;
mod explain;
pub mod groups;
mod members;
mod normal;
mod paths;
mod pool;
mod request;
mod rules;
mod saved;
mod search;
mod sight;
mod solution;
mod spec;
pub mod streams;
mod weak;
mod why;

pub use agree::{Agreed, Apart, Pins, Refused, agree, apart, apart_in};
pub use barred::Barred;
pub use changes::{Action, Change, Reason};
pub use closure::{Violation, violations};
pub use error::Error;
pub use explain::{Candidate, Explanation, Near, Unsatisfiable, Why};
pub use request::{INSTALLONLY, Installed, Masks, Member, Request, Source, Standing};
pub use saved::{Problem, ProblemError};
pub use solution::{Solution, solve};
pub use why::{Account, Fate, Step, why};

#[cfg(test)]
mod tests;
