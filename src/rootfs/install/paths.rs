//! Which packaged names are the same path (rpm's fingerprints): parents are walked through the links of the tree, and through
//! those that the transaction brings where nothing is yet.

use std::collections::HashMap;

use crate::{
    formats::rpm::FileEntry,
    rootfs::{Kind, Metadata, Node, Origin, Rootfs, TreeError},
    terms::RootPath,
};

/// Resolves names, each directory once.
pub(super) struct Paths {
    tree: Rootfs,
    directories: HashMap<RootPath, RootPath>,
}

impl Paths {
    /// Over a tree to which `links` of packages come.
    pub(super) fn new<'f>(tree: &Rootfs, links: impl Iterator<Item = &'f FileEntry>) -> Self {
        let mut tree = tree.clone();
        let metadata = Metadata::of_root(0o777, 0);
        for link in links {
            let resolved = RootPath::new(&link.path).ok().and_then(|path| tree.resolve(&path).ok());
            let Some(at) = resolved.filter(|at| !at.exists) else { continue };
            if tree.parents(&at.path, &metadata, Origin::Base).is_ok() {
                let kind = Kind::Symlink(link.link_target.clone());
                tree.insert(at.path, Node { kind, metadata: metadata.clone(), origin: Origin::Base });
            }
        }
        Self { tree, directories: HashMap::new() }
    }

    /// The path that a name is, below the directory that holds it.
    ///
    /// # Errors
    /// Links that climb out of the root, or lead in a circle.
    pub(super) fn of(&mut self, path: &RootPath) -> Result<RootPath, TreeError> {
        let Some(parent) = path.parent() else { return Ok(path.clone()) };
        match self.directory(&parent) {
            Ok(directory) => Ok(directory.join(path.name())),
            // Told of the name itself.
            Err(error) => Err(self.tree.resolve_inside(path).err().unwrap_or(error)),
        }
    }

    fn directory(&mut self, path: &RootPath) -> Result<RootPath, TreeError> {
        if let Some(known) = self.directories.get(path) {
            return Ok(known.clone());
        }
        // A name in it: so that the directory itself is followed if it is a link.
        let found = match self.tree.resolve_inside(&path.join(b"\x01")) {
            Ok(found) => found.path.parent().unwrap_or_default(),
            // A file where this package has a directory. It will go, or it will be a conflict.
            Err(TreeError::NotADirectory { .. }) => self.of(path)?,
            Err(error) => return Err(error),
        };
        self.directories.insert(path.clone(), found.clone());
        Ok(found)
    }
}
