//! Takes away what a leaving package alone owned (rpm `rpmPackageFilesRemove`).

use super::{Transaction, fate::Action};
use crate::{
    rootfs::{Node, Rootfs},
    terms::RootPath,
};

impl Transaction<'_> {
    /// Which files of a leaving package go with it or are put aside: those installed that nobody else has, neither one that
    /// stays nor a new one nor one that leaves later.
    pub fn goes(&self, package: usize) -> Vec<bool> {
        self.plan.leaving(package).map(|e| e.actions.iter().map(|a| !a.skips()).collect()).unwrap_or_default()
    }

    /// Removes a leaving package's files, the last first.
    pub fn erase(&mut self, fs: &mut Rootfs, package: usize) {
        let Some(element) = self.plan.leaving(package) else { return };
        for (file, action) in element.files.iter().zip(&element.actions).rev() {
            let resolved = RootPath::new(&file.path).ok().and_then(|path| fs.resolve(&path).ok());
            let Some(path) = resolved.filter(|r| r.exists).map(|r| r.path) else { continue };
            match action {
                // A directory that holds something stays.
                Action::Erase => {
                    let holds = fs.get(&path).is_some_and(Node::is_directory) && fs.children(&path).next().is_some();
                    if !holds {
                        fs.remove(&path);
                    }
                }
                Action::Save if !file.is_ghost() => {
                    let saved = super::place::suffixed(&path, b".rpmsave");
                    if super::place::rename(fs, &path, &saved) {
                        self.warnings.push(format!("{path} saved as {saved}"));
                    }
                }
                _ => {}
            }
        }
    }
}
