//! Takes away what the leaving packages alone owned (rpm `rpmPackageFilesRemove`).

use super::{InstallError, Owner, State, Transaction, fate::Sameness};
use crate::{
    formats::rpm::{FileEntry, flags},
    rootfs::Node,
    terms::{Algorithm, RootPath},
};

impl Transaction<'_> {
    pub(super) fn erase(&mut self) -> Result<(), InstallError> {
        for package in self.ownership.leaving().collect::<Vec<_>>() {
            let files = self.ownership.installed[package].files.clone();
            let states = self.ownership.installed[package].states.clone();
            for (index, file) in files.iter().enumerate().rev() {
                let Ok(path) = RootPath::new(&file.path) else { continue };
                let Ok(resolution) = self.fs.resolve(&path) else { continue };
                let state = states.get(index).copied().unwrap_or_default();
                if state == State::Normal && resolution.exists && !self.stays_owned(&resolution.path) {
                    self.erase_file(file, &resolution.path)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a package that stays, or a new one, owns the path and installed it.
    fn stays_owned(&self, path: &RootPath) -> bool {
        self.ownership.owners(path).iter().any(|&owner| {
            let stays = !matches!(owner, Owner::Installed(p, _) if self.ownership.leaves(p));
            stays && self.ownership.file(&self.new, owner).1 == State::Normal
        })
    }

    fn erase_file(&mut self, file: &FileEntry, path: &RootPath) -> Result<(), InstallError> {
        if self.fs.get(path).is_some_and(Node::is_directory) {
            if file.is_dir() && self.fs.below(path).next().is_none() {
                self.fs.remove(path);
            }
            return Ok(());
        }
        if file.flags & flags::CONFIG != 0 && !file.is_ghost() {
            let algorithm = file.digest.as_ref().map_or(Algorithm::Sha256, |d| d.algorithm());
            if self.sameness(path, algorithm)? != Sameness::of(file) {
                let saved = RootPath::new([path.as_bytes(), b".rpmsave"].concat()).map_err(|source| {
                    InstallError::Name { package: self.ownership.installed[0].nevra.clone(), source }
                })?;
                self.warnings.push(format!("{path} saved as {saved}"));
                if self.fs.link(saved, path).is_err() {
                    return Ok(());
                }
            }
        }
        self.fs.remove(path);
        Ok(())
    }
}
