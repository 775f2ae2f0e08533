//! What unpacking a package leaves on a file system, by rpm's rules rather than cpio's.
//!
//! ```text
//! select   which files are installed at all (colour, languages, documentation)   rpm: skipInstallFiles
//! fate     what becomes of a file that exists (config, shared, conflicting)      rpm: rpmfilesDecideFate, rpmfilesCompare
//! place    the node itself: owner, mode, capabilities, hardlinks                 rpm: fsmSetmeta, rpmPackageFilesInstall
//! erase    what goes with a replaced package                                     rpm: rpmPackageFilesRemove
//! ```
//! Scriptlets are not run here; whoever runs them does so between calls, since owners' names are looked up at each package's turn.

mod accounts;
mod capabilities;
mod erase;
mod error;
mod fate;
mod ownership;
mod place;
mod select;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use accounts::Accounts;
pub use capabilities::{InvalidCapabilities, capability_xattr};
pub use error::{Conflict, InstallError};
pub use ownership::{Owner, Ownership};
pub use select::{Policy, State, select};

use super::{Contents, PackageId, Rootfs};
use crate::{
    formats::rpm::FileEntry,
    terms::{Epoch, Nevra},
};

/// A package and its files, new or installed.
#[derive(Clone, Debug)]
pub struct PackageFiles {
    /// Its name, for messages.
    pub nevra: Nevra,
    /// The header's file list.
    pub files: Arc<[FileEntry]>,
    /// A state per file. All [`State::Normal`] for a new package until it is installed.
    pub states: Vec<State>,
}

/// A running transaction over one tree.
#[derive(Debug)]
pub struct Transaction<'a> {
    fs: &'a mut Rootfs,
    contents: &'a dyn ContentsDebug,
    policy: &'a Policy,
    epoch: Epoch,
    ownership: Ownership,
    new: Vec<PackageFiles>,
    conflicts: Vec<Conflict>,
    warnings: Vec<String>,
    accounts: accounts::Cached,
}

/// [`Contents`] that can be printed.
pub trait ContentsDebug: Contents + std::fmt::Debug {}
impl<T: Contents + std::fmt::Debug> ContentsDebug for T {}

/// What a transaction did beside changing the tree.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Per new package, in order: the state of each file, for `FILESTATES`.
    pub states: Vec<Vec<State>>,
    /// Files of packages that stay whose state changed (a 32-bit file gave way): package, file, state.
    pub restated: Vec<(usize, u32, State)>,
    /// What rpm would warn of, as sentences.
    pub warnings: Vec<String>,
}

impl<'a> Transaction<'a> {
    /// Begins over `fs`, which holds `installed`; those at `leaving` (indexes into it) are erased at the end.
    pub fn begin(
        fs: &'a mut Rootfs,
        contents: &'a dyn ContentsDebug,
        policy: &'a Policy,
        epoch: Epoch,
        installed: Vec<PackageFiles>,
        leaving: &[usize],
    ) -> Result<Self, InstallError> {
        let ownership = Ownership::of(fs, installed, leaving)?;
        Ok(Self {
            fs,
            contents,
            policy,
            epoch,
            ownership,
            new: Vec::new(),
            conflicts: Vec::new(),
            warnings: Vec::new(),
            accounts: accounts::Cached::default(),
        })
    }

    /// The tree as it is now: for whatever runs between packages.
    pub fn rootfs(&mut self) -> &mut Rootfs {
        self.fs
    }

    /// Unpacks the next package. Packages come in transaction order.
    pub fn install(&mut self, nevra: Nevra, files: Arc<[FileEntry]>) -> Result<PackageId, InstallError> {
        let id = PackageId(self.new.len() as u32);
        let states = select(&files, self.policy);
        self.new.push(PackageFiles { nevra, files, states });
        self.place(id)?;
        Ok(id)
    }

    /// Erases what leaves, and reports. Conflicts found on the way end the transaction here, all of them at once.
    pub fn finish(mut self) -> Result<Outcome, InstallError> {
        if !self.conflicts.is_empty() {
            return Err(InstallError::Conflicts(self.conflicts));
        }
        self.erase()?;
        Ok(Outcome {
            states: self.new.into_iter().map(|p| p.states).collect(),
            restated: self.ownership.restated(),
            warnings: self.warnings,
        })
    }
}
