//! `cp`, `mv` and `install`. Contents go by reference: nothing is read.
//!
//! ```text
//! cp      the options of cp, and --parents
//! engine  copying a tree: what overwrites what, hardlinks, attributes
//! same    when two names are one file
//! mv      renaming
//! install
//! ```

mod cp;
mod engine;
mod install;
mod mv;
mod same;

pub(super) use cp::cp;
pub(super) use install::install;
pub(super) use mv::mv;

#[cfg(test)]
mod tests;
