//! Which package owns which path. Paths are compared resolved, as rpm compares fingerprints.

use std::collections::HashMap;

use super::{InstallError, PackageFiles, State};
use crate::{
    formats::rpm::FileEntry,
    rootfs::{PackageId, Rootfs},
    terms::{Nevra, RootPath},
};

/// An owner of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A package the base has, by its place in the list given; and its file.
    Installed(usize, u32),
    /// A package of this transaction, and its file.
    New(PackageId, u32),
}

/// The paths of all packages, installed and new.
#[derive(Debug)]
pub struct Ownership {
    pub(super) installed: Vec<PackageFiles>,
    /// The place in the order of erasure, for those that leave.
    leaving: Vec<Option<usize>>,
    by_path: HashMap<RootPath, Vec<Owner>>,
    restated: Vec<(usize, u32, State)>,
}

impl Ownership {
    /// Indexes what is installed. Names that are no paths are passed over: they are in the base already, harmless here.
    pub(super) fn of(fs: &Rootfs, installed: Vec<PackageFiles>, leaving: &[usize]) -> Result<Self, InstallError> {
        let mut by_path: HashMap<RootPath, Vec<Owner>> = HashMap::new();
        for (p, package) in installed.iter().enumerate() {
            for (f, file) in package.files.iter().enumerate() {
                let resolved = RootPath::new(&file.path).ok().and_then(|path| fs.resolve(&path).ok());
                if let Some(resolution) = resolved {
                    by_path.entry(resolution.path).or_default().push(Owner::Installed(p, f as u32));
                }
            }
        }
        let mut leaves = vec![None; installed.len()];
        for (turn, &i) in leaving.iter().enumerate() {
            leaves[i] = Some(turn);
        }
        Ok(Self { installed, leaving: leaves, by_path, restated: Vec::new() })
    }

    /// Owners of a resolved path, installed ones first.
    pub(super) fn owners(&self, path: &RootPath) -> &[Owner] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    pub(super) fn add(&mut self, path: RootPath, owner: Owner) {
        self.by_path.entry(path).or_default().push(owner);
    }

    /// Whether this installed package is erased by the transaction.
    pub(super) fn leaves(&self, package: usize) -> bool {
        self.leaving[package].is_some()
    }

    /// Whether both leave, `other` after `package`.
    pub(super) fn leaves_after(&self, other: usize, package: usize) -> bool {
        matches!((self.leaving[package], self.leaving[other]), (Some(turn), Some(later)) if later > turn)
    }

    /// The owner's file, its state and its package's name.
    pub(super) fn file<'a>(&'a self, new: &'a [PackageFiles], owner: Owner) -> (&'a FileEntry, State, &'a Nevra) {
        let (package, file) = match owner {
            Owner::Installed(p, f) => (&self.installed[p], f as usize),
            Owner::New(p, f) => (&new[p.0 as usize], f as usize),
        };
        (&package.files[file], package.states.get(file).copied().unwrap_or_default(), &package.nevra)
    }

    /// Records that a file of a staying package lost its place.
    pub(super) fn restate(&mut self, package: usize, file: u32, state: State) {
        if let Some(s) = self.installed[package].states.get_mut(file as usize) {
            *s = state;
        }
        self.restated.push((package, file, state));
    }

    pub(super) fn restated(self) -> Vec<(usize, u32, State)> {
        self.restated
    }
}
