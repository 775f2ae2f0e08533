//! The database rpm keeps in an image: which packages are installed, with their headers.
//!
//! [`installed_header`] makes of a package's headers what rpm would store; [`index`] knows what rpm looks packages up
//! by; a [`Backend`] reads and writes the database's files, of which there are three kinds: [`sqlite`], [`bdb`] and
//! [`ndb`]. All work on bytes: where the files lie in an image, and through which links, is the caller's concern
//! ([`PATHS`], [`detect`]).
//!
//! ```text
//! headers ──index──▶ (key, instance, element) ──backend──▶ files
//! ```
//!
//! Sources: rpm 4.16 `lib/psm.c` (dbAdd), `lib/package.c` (headerMergeLegacySigs), `lib/header.c` (headerExport),
//! `lib/rpmdb.c` (tag2index); each backend names its own.

mod backend;
pub mod bdb;
mod compare;
mod error;
mod files;
mod header;
pub mod index;
pub mod ndb;
mod packages;
mod rich;
pub mod sqlite;
#[cfg(test)]
mod tests;
mod wal;

pub use backend::{Backend, PATHS, detect};
pub use compare::{PackageChange, compare};
pub use error::Error;
pub use files::{Files, Written};
pub use header::{InstallFacts, installed_header, with_file_states};

use crate::{formats::rpm::Header, terms::Arch};

/// A package in the database.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The database's number of it, never given twice.
    pub instance: u32,
    /// Its header, as [`installed_header`] makes it.
    pub header: Header,
}

/// What to change in a database.
#[derive(Clone, Debug)]
pub struct Change {
    /// The image's architecture: one index has keys in its byte order.
    pub arch: Arch,
    /// Instances to remove.
    pub remove: Vec<u32>,
    /// Instances whose header changes in place (file states, after a file was replaced), with the new header.
    pub rewrite: Vec<(u32, Vec<u8>)>,
    /// Headers to add, in order; they get the next free instances.
    pub add: Vec<Vec<u8>>,
}

impl Change {
    /// A change of nothing, for an image of this architecture.
    pub fn new(arch: Arch) -> Self {
        Self { arch, remove: Vec::new(), rewrite: Vec::new(), add: Vec::new() }
    }
}
