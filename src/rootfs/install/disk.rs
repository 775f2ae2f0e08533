//! The tree at the beginning, as decisions look at it.

use super::InstallError;
use crate::{
    formats::rpm::FileEntry,
    rootfs::{Contents, Kind, Node, Rootfs},
    terms::{ChecksumHasher, RootPath},
};

/// Config files are compared up to this size; a larger one counts as changed.
const CONFIG_LIMIT: u64 = 64 << 20;

/// What packages find.
pub(super) struct Disk<'a> {
    pub(super) tree: &'a Rootfs,
    pub(super) contents: &'a dyn Contents,
}

impl<'a> Disk<'a> {
    /// What is at the file's path, which no link is followed for at its end.
    pub(super) fn at(&self, file: &FileEntry) -> Option<&'a Node> {
        let path = self.tree.resolve(&RootPath::new(&file.path).ok()?).ok()?.path;
        self.tree.get(&path)
    }

    /// Whether the file's path leads to a directory, through a link or not.
    pub(super) fn leads_to_directory(&self, file: &FileEntry) -> bool {
        let at = RootPath::new(&file.path).ok().and_then(|path| self.tree.follow(&path).ok());
        at.and_then(|at| self.tree.get(&at.path)).is_some_and(Node::is_directory)
    }

    /// Whether a node has the type, and the content or target, of a regular file or link.
    pub(super) fn holds(&self, node: &Node, file: &FileEntry) -> Result<bool, InstallError> {
        match &node.kind {
            Kind::Symlink(target) => Ok(file.is_symlink() && *target == file.link_target),
            Kind::File { size, content } if file.is_regular() && *size == file.size && *size <= CONFIG_LIMIT => {
                let Some(digest) = &file.digest else { return Ok(false) };
                let path = || RootPath::new(&file.path).unwrap_or_default();
                let bytes = self
                    .contents
                    .read(content, CONFIG_LIMIT)
                    .map_err(|source| InstallError::Content { path: path(), source })?;
                let mut hasher = ChecksumHasher::new(digest.algorithm());
                hasher.update(&bytes);
                Ok(hasher.finish() == *digest)
            }
            _ => Ok(false),
        }
    }
}
