//! What unpacking a package leaves on a file system, by rpm's rules rather than cpio's.
//!
//! ```text
//! select     which files are installed at all (colour, languages, documentation)   rpm: skipInstallFiles
//! plan       what becomes of each, decided for all at the beginning                rpm: rpmtsPrepare
//! ├ paths    which names are the same path                                         rpm: fingerprints
//! └ fate     what becomes of a file that exists (config, shared, conflicting)      rpm: rpmfilesDecideFate, rpmfilesCompare
//! place      files and directories in two passes                                   rpm: rpmPackageFilesInstall
//! └ metadata owner, mode, capabilities                                             rpm: fsmSetmeta
//! erase      what goes with a replaced package                                     rpm: rpmPackageFilesRemove
//! ```
//! Scriptlets are not run here; whoever runs them does so between calls, which is why the tree is lent to each of them. Owners'
//! names are looked up at each package's turn; what becomes of files is judged by the tree as it was at the beginning, once
//! `%pretrans` ran: packages that cannot be installed together are refused before anything is touched.

mod accounts;
mod capabilities;
mod disk;
mod erase;
mod error;
mod fate;
mod metadata;
mod paths;
mod place;
mod plan;
#[cfg(test)]
mod rules_tests;
mod select;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use accounts::Accounts;
pub use capabilities::{InvalidCapabilities, capability_xattr};
pub use error::{Conflict, InstallError};
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
    epoch: Epoch,
    plan: plan::Plan,
    installed: Vec<PackageFiles>,
    /// States of each new package's files.
    new: Vec<Vec<State>>,
    restated: Vec<(usize, u32, State)>,
    warnings: Vec<String>,
    accounts: accounts::Cached,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").field("unpacked", &self.new.len()).finish_non_exhaustive()
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
    /// Begins over `fs`, which holds `installed` in the order of the database; those at `leaving` (indexes into it, in the
    /// order of their erasure) are to be erased, `incoming` to be installed in its order. Scriptlets that come before
    /// everything (`%pretrans`) have run.
    ///
    /// # Errors
    /// Packages that want different things at one path: all such paths at once.
    pub fn begin(
        fs: &Rootfs,
        (contents, epoch): (&'a dyn Contents, Epoch),
        policy: &Policy,
        installed: Vec<PackageFiles>,
        leaving: &[usize],
        incoming: Vec<(Nevra, Arc<[FileEntry]>)>,
    ) -> Result<Self, InstallError> {
        let disk = disk::Disk { tree: fs, contents };
        let plan = plan::plan(&disk, policy, &installed, leaving, incoming)?;
        Ok(Self {
            contents,
            epoch,
            plan,
            installed,
            new: Vec::new(),
            restated: Vec::new(),
            warnings: Vec::new(),
            accounts: accounts::Cached::default(),
        })
    }

    /// Unpacks the next package.
    ///
    /// # Errors
    /// What is in its way, or cannot be read.
    pub fn install(&mut self, fs: &mut Rootfs) -> Result<PackageId, InstallError> {
        let id = PackageId(self.new.len() as u32);
        self.accounts.refresh(fs, self.contents)?;
        self.place(fs, id)?;
        let element = &mut self.plan.elements[id.0 as usize];
        self.new.push(element.actions.iter().map(|action| action.state()).collect());
        for (package, file, state) in std::mem::take(&mut element.restates) {
            if let Some(there) = self.installed[package].states.get_mut(file as usize) {
                *there = state;
            }
            self.restated.push((package, file, state));
        }
        Ok(id)
    }

    /// Which files of a new package were dealt with: neither left out nor kept as another had put them (rpm: `XFA_SKIPPING`).
    pub fn dealt_with(&self, id: PackageId) -> Vec<bool> {
        self.plan.elements[id.0 as usize].actions.iter().map(|action| !action.skips()).collect()
    }

    /// How many new packages were unpacked.
    pub fn unpacked(&self) -> usize {
        self.new.len()
    }

    /// The states of a package's files as they are now. A new one was unpacked.
    pub fn states(&self, owner: Package) -> &[State] {
        match owner {
            Package::Installed(p) => &self.installed[p].states,
            Package::New(id) => &self.new[id.0 as usize],
        }
    }

    /// Reports. Everything that leaves was erased.
    pub fn finish(self) -> Outcome {
        Outcome { states: self.new, restated: self.restated, warnings: self.warnings }
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
