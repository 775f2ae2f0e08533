//! What unpacking a package leaves on a file system, by rpm's rules rather than cpio's.
//!
//! ```text
//! select   which files are installed at all (colour, languages, documentation)   rpm: skipInstallFiles
//! fate     what becomes of a file that exists (config, shared, conflicting)      rpm: rpmfilesDecideFate, rpmfilesCompare
//! place    the node itself: owner, mode, capabilities, hardlinks                 rpm: fsmSetmeta, rpmPackageFilesInstall
//! erase    what goes with a replaced package                                     rpm: rpmPackageFilesRemove
//! ```
//! Scriptlets are not run here; whoever runs them does so between calls, which is why the tree is lent to each of them. Owners'
//! names are looked up at each package's turn; what becomes of configuration files is judged by the tree as it was at the
//! beginning, as rpm does (`rpmtsPrepare`).

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

/// A running transaction over one tree, which its calls are lent.
pub struct Transaction<'a> {
    contents: &'a dyn Contents,
    policy: &'a Policy,
    epoch: Epoch,
    /// The tree at the beginning.
    before: Rootfs,
    ownership: Ownership,
    new: Vec<PackageFiles>,
    /// Per new package and file: whether rpm would pass it over though its state is normal (`XFA_SKIPPING`).
    kept: Vec<Vec<bool>>,
    conflicts: Vec<Conflict>,
    warnings: Vec<String>,
    accounts: accounts::Cached,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").field("new", &self.new.len()).finish_non_exhaustive()
    }
}

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
    /// Begins over `fs`, which holds `installed`; those at `leaving` (indexes into it, in the order of their erasure) are to be
    /// erased. Scriptlets that come before everything (`%pretrans`) have run.
    pub fn begin(
        fs: &Rootfs,
        contents: &'a dyn Contents,
        policy: &'a Policy,
        epoch: Epoch,
        installed: Vec<PackageFiles>,
        leaving: &[usize],
    ) -> Result<Self, InstallError> {
        Ok(Self {
            contents,
            policy,
            epoch,
            before: fs.clone(),
            ownership: Ownership::of(fs, installed, leaving)?,
            new: Vec::new(),
            kept: Vec::new(),
            conflicts: Vec::new(),
            warnings: Vec::new(),
            accounts: accounts::Cached::default(),
        })
    }

    /// Unpacks the next package. Packages come in transaction order.
    pub fn install(
        &mut self,
        fs: &mut Rootfs,
        nevra: Nevra,
        files: Arc<[FileEntry]>,
    ) -> Result<PackageId, InstallError> {
        let id = PackageId(self.new.len() as u32);
        let states = select(&files, self.policy);
        self.kept.push(vec![false; files.len()]);
        self.new.push(PackageFiles { nevra, files, states });
        self.accounts.refresh(fs, self.contents)?;
        self.place(fs, id)?;
        Ok(id)
    }

    /// Which files of a new package were dealt with: neither left out nor kept as another had put them (rpm: `XFA_SKIPPING`).
    pub fn dealt_with(&self, id: PackageId) -> Vec<bool> {
        let package = &self.new[id.0 as usize];
        package.states.iter().zip(&self.kept[id.0 as usize]).map(|(s, kept)| *s == State::Normal && !kept).collect()
    }

    /// How many new packages were unpacked.
    pub fn unpacked(&self) -> usize {
        self.new.len()
    }

    /// The states of a package's files as they are now. A new one was unpacked.
    pub fn states(&self, owner: Package) -> &[State] {
        match owner {
            Package::Installed(p) => &self.ownership.installed[p].states,
            Package::New(id) => &self.new[id.0 as usize].states,
        }
    }

    /// Ends the transaction if packages wanted different things at one path: all such paths at once. Before anything is erased.
    pub fn settle_conflicts(&mut self) -> Result<(), InstallError> {
        match std::mem::take(&mut self.conflicts) {
            none if none.is_empty() => Ok(()),
            conflicts => Err(InstallError::Conflicts(conflicts)),
        }
    }

    /// Reports. Everything that leaves was erased.
    pub fn finish(mut self) -> Result<Outcome, InstallError> {
        self.settle_conflicts()?;
        Ok(Outcome {
            states: self.new.into_iter().map(|p| p.states).collect(),
            restated: self.ownership.restated(),
            warnings: self.warnings,
        })
    }
}

/// A package of a transaction or of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// One the base has, by its place in the list given.
    Installed(usize),
    /// A new one.
    New(PackageId),
}
