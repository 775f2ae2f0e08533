//! `depmod`: the tables of kernel modules, as kmod's tool makes them, byte for byte.
//!
//! ```text
//! options   the command line                     version   which kmod the image has, and what that changes
//! config    depmod.d: search, override, external, exclude
//! search    the modules under /lib/modules/RELEASE, one of each name
//! order     modules.order, and kmod's hash for what it does not list
//! graph     symbols, dependencies, a topological order, loops
//! index     the tries of the .bin files
//! tables    every modules.* file
//! command   all of that in sequence, at a scriptlet's call
//! ```
//! Scriptlets of several packages call it for one kernel. A call finds out at once what its status is, but the tables, which
//! the next call would replace, wait: [`Pending`].

mod command;
mod config;
mod graph;
mod index;
mod options;
mod order;
mod pending;
mod search;
mod tables;
#[cfg(test)]
mod tests;
mod version;

use std::io;

pub(super) use pending::Pending;
pub use pending::settle;

use super::commands::Table;
use crate::{
    formats::kmod,
    rootfs::{Content, Contents},
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[("depmod", command::run)];

/// What every module is asked.
pub(super) const FORESIGHT: super::Foresight = super::Foresight { kind: kmod::KIND, look: kmod::look };

/// Whether a file of that name (its last component) is a module.
pub(super) fn is_candidate(name: &[u8]) -> bool {
    kmod::is_module(name)
}

/// Works out the facts of many modules at once, on all cores, so that every call finds them remembered.
pub(super) fn prepare(contents: &dyn Contents, candidates: &[Content]) -> io::Result<()> {
    contents.derive(kmod::KIND, candidates, &kmod::look).map(drop)
}
