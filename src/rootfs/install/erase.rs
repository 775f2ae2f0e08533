//! Takes away what a leaving package alone owned (rpm `rpmPackageFilesRemove`).

use super::{InstallError, Owner, State, Transaction, fate::Sameness};
use crate::{
    formats::rpm::{FileEntry, flags},
    rootfs::{Node, Rootfs},
    terms::{Algorithm, RootPath},
};

impl Transaction<'_> {
    /// Which files of a leaving package go with it: those installed that nobody else has, neither one that stays nor a new one
    /// nor one that leaves later. All packages were installed.
    pub fn goes(&self, fs: &Rootfs, package: usize) -> Vec<bool> {
        let package_files = &self.ownership.installed[package];
        let goes = |(file, state): (&FileEntry, &State)| {
            let resolved = RootPath::new(&file.path).ok().and_then(|path| fs.resolve(&path).ok());
            *state == State::Normal && resolved.is_some_and(|r| !self.stays_owned(&r.path, package))
        };
        package_files.files.iter().zip(&package_files.states).map(goes).collect()
    }

    /// Removes a leaving package's files, the last first.
    pub fn erase(&mut self, fs: &mut Rootfs, package: usize) -> Result<(), InstallError> {
        let files = self.ownership.installed[package].files.clone();
        let goes = self.goes(fs, package);
        for (index, file) in files.iter().enumerate().rev() {
            let Ok(path) = RootPath::new(&file.path) else { continue };
            let Ok(resolution) = fs.resolve(&path) else { continue };
            if goes[index] && resolution.exists {
                self.erase_file(fs, package, file, &resolution.path)?;
            }
        }
        Ok(())
    }

    /// Whether a package that stays, a new one, or one that leaves after `package` owns the path and installed it.
    fn stays_owned(&self, path: &RootPath, package: usize) -> bool {
        self.ownership.owners(path).iter().any(|&owner| {
            let stays = match owner {
                Owner::Installed(p, _) => !self.ownership.leaves(p) || self.ownership.leaves_after(p, package),
                Owner::New(..) => true,
            };
            stays && self.ownership.file(&self.new, owner).1 == State::Normal
        })
    }

    fn erase_file(
        &mut self,
        fs: &mut Rootfs,
        package: usize,
        file: &FileEntry,
        path: &RootPath,
    ) -> Result<(), InstallError> {
        if fs.get(path).is_some_and(Node::is_directory) {
            if file.is_dir() && fs.children(path).next().is_none() {
                fs.remove(path);
            }
            return Ok(());
        }
        if file.flags & flags::CONFIG != 0 && !file.is_ghost() {
            let algorithm = file.digest.as_ref().map_or(Algorithm::Sha256, |d| d.algorithm());
            let held = self.sameness(path, algorithm)?;
            if held.is_some() && held != Sameness::of(file) {
                let package = || self.ownership.installed[package].nevra.clone();
                let saved = RootPath::new([path.as_bytes(), b".rpmsave"].concat())
                    .map_err(|source| InstallError::Name { package: package(), source })?;
                self.warnings.push(format!("{path} saved as {saved}"));
                if fs.link(saved, path).is_err() {
                    return Ok(());
                }
            }
        }
        fs.remove(path);
        Ok(())
    }
}
