//! The tree itself: insertion, removal, and the kernel's way of walking symlinks.

use std::{collections::BTreeMap, ops::Bound};

use super::{
    content::{Content, PackageId},
    metadata::Metadata,
};
use crate::terms::RootPath;

/// Symlinks followed in one lookup before it is a loop (Linux: `MAXSYMLINKS`).
pub const SYMLINK_LIMIT: usize = 40;

/// Who put a node there, last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The base image, unchanged since.
    Base,
    /// A package of the transaction.
    Package(PackageId),
    /// The recipe, or an effect of a scriptlet.
    Effect,
}

/// A leaf of one tree. Two paths with the same id are hardlinks of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId(u32);

impl LeafId {
    /// Its number in this tree, from 1: what stands for an inode's.
    pub fn number(self) -> u64 {
        u64::from(self.0) + 1
    }
}

/// What has no bytes and no children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Special {
    /// Character device.
    Char {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// Block device.
    Block {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// Named pipe.
    Fifo,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory; its children are the paths below it.
    Directory,
    /// A regular file.
    File {
        /// Length in bytes.
        size: u64,
        /// Where the bytes are.
        content: Content,
    },
    /// A symbolic link and its target as stored.
    Symlink(Vec<u8>),
    /// A device or pipe.
    Special(Special),
}

/// A node: what it is, its metadata, and who put it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Mode, owner, time, attributes.
    pub metadata: Metadata,
    /// Who put it there, last.
    pub origin: Origin,
}

impl Node {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// Too many symlinks.
    #[error("{path} leads through more than {SYMLINK_LIMIT} symbolic links")]
    Loop {
        /// The path looked up.
        path: RootPath,
    },
    /// A component on the way is a file.
    #[error("{path} cannot exist: {blocker} is not a directory")]
    NotADirectory {
        /// The path looked up.
        path: RootPath,
        /// The file in the way.
        blocker: RootPath,
    },
    /// A symlink on the way climbs above the root, which no sound package needs.
    #[error("{path} leads out of the image through the symbolic link {link}")]
    Escape {
        /// The path looked up.
        path: RootPath,
        /// The link that climbs.
        link: RootPath,
    },
    /// A link to something that is not there or cannot be linked.
    #[error("{path} cannot be a hard link to {target}: there is no such file")]
    NoTarget {
        /// The link.
        path: RootPath,
        /// What it names.
        target: RootPath,
    },
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The path without symlinks in its parents.
    pub path: RootPath,
    /// Whether something is there.
    pub exists: bool,
}

/// The tree. Leaves are kept in a table so that hardlinks share one; [`Rootfs::compact`] forgets unused ones.
#[derive(Clone, Debug)]
pub struct Rootfs {
    nodes: BTreeMap<RootPath, LeafId>,
    table: Vec<Node>,
}

impl Default for Rootfs {
    fn default() -> Self {
        Self::new()
    }
}

impl Rootfs {
    /// An empty tree: the root directory, 0755, owned by root, of 1970.
    pub fn new() -> Self {
        let root = Node { kind: Kind::Directory, metadata: Metadata::of_root(0o755, 0), origin: Origin::Base };
        Self { nodes: BTreeMap::from([(RootPath::root(), LeafId(0))]), table: vec![root] }
    }

    /// The node at exactly this path; no symlink is followed.
    pub fn get(&self, path: &RootPath) -> Option<&Node> {
        self.nodes.get(path).map(|id| &self.table[id.0 as usize])
    }

    /// The same, to change it. A change of content or metadata shows under every name of a hardlink set.
    pub fn get_mut(&mut self, path: &RootPath) -> Option<&mut Node> {
        self.nodes.get(path).map(|id| &mut self.table[id.0 as usize])
    }

    /// The identity that hardlinks share.
    pub fn leaf(&self, path: &RootPath) -> Option<LeafId> {
        self.nodes.get(path).copied()
    }

    /// The node of a leaf, whatever names it has left: what an open file refers to.
    pub fn node(&self, id: LeafId) -> &Node {
        &self.table[id.0 as usize]
    }

    /// The same, to change it.
    pub fn node_mut(&mut self, id: LeafId) -> &mut Node {
        &mut self.table[id.0 as usize]
    }

    /// The names directly in `dir`, in byte order.
    pub fn children<'a>(&'a self, dir: &RootPath) -> impl Iterator<Item = (&'a [u8], &'a Node)> + use<'a> {
        let prefix = if dir.is_root() { Vec::new() } else { [dir.as_bytes(), b"/"].concat() };
        let mut from = if dir.is_root() { b"\0".to_vec() } else { prefix.clone() };
        std::iter::from_fn(move || {
            loop {
                let range = (Bound::Included(from.as_slice()), Bound::Unbounded);
                let (path, id) = self.nodes.range::<[u8], _>(range).next()?;
                let name = path.as_bytes().strip_prefix(prefix.as_slice())?;
                match name.iter().position(|&b| b == b'/') {
                    // Below a child that was met before: go on after everything in it.
                    Some(slash) => from = [&prefix, &name[..slash], b"0"].concat(),
                    None => {
                        from = [path.as_bytes(), b"\0"].concat();
                        return Some((name, &self.table[id.0 as usize]));
                    }
                }
            }
        })
    }

    /// Every path with its node, in byte order of the paths; the root first.
    pub fn iter(&self) -> impl Iterator<Item = (&RootPath, LeafId, &Node)> {
        self.nodes.iter().map(|(path, id)| (path, *id, &self.table[id.0 as usize]))
    }

    /// Number of paths, the root included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is only the root.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Everything strictly below `dir`.
    pub fn below<'a>(&'a self, dir: &'a RootPath) -> impl Iterator<Item = (&'a RootPath, &'a Node)> {
        let start = if dir.is_root() { Vec::new() } else { [dir.as_bytes(), b"/"].concat() };
        self.nodes
            .range::<[u8], _>((Bound::Included(start.as_slice()), Bound::Unbounded))
            .map(|(path, id)| (path, &self.table[id.0 as usize]))
            .filter(|(path, _)| !path.is_root())
            .take_while(|(path, _)| path.is_below(dir))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Where `path` leads when its parents are walked as the kernel does, inside this root; the last component is not followed.
    /// Absolute targets start at the root, `..` stops there.
    pub fn resolve(&self, path: &RootPath) -> Result<Resolution, TreeError> {
        self.walk(path, false, false)
    }

    /// Like [`Rootfs::resolve`], with a final symlink followed as well.
    pub fn follow(&self, path: &RootPath) -> Result<Resolution, TreeError> {
        self.walk(path, true, false)
    }

    /// Like [`Rootfs::resolve`], for names of packages: a link whose `..` climbs above the root is refused. A kernel would stop
    /// it at the root of a chroot; whoever unpacks our layer without one might not.
    pub fn resolve_inside(&self, path: &RootPath) -> Result<Resolution, TreeError> {
        self.walk(path, false, true)
    }

    /// Where a running program's `path` leads from the directory `from`: absolute or not, `.` and `..` as the kernel takes them.
    /// A name that ends with a slash follows a final symlink.
    pub fn walk_from(&self, from: &RootPath, path: &[u8], follow_last: bool) -> Result<Resolution, TreeError> {
        let at = if path.first() == Some(&b'/') { RootPath::root() } else { from.clone() };
        self.walk_parts(at, path, follow_last || path.last() == Some(&b'/'), false)
    }

    fn walk(&self, path: &RootPath, follow_last: bool, strict: bool) -> Result<Resolution, TreeError> {
        self.walk_parts(RootPath::root(), path.as_bytes(), follow_last, strict)
    }

    fn walk_parts(
        &self,
        from: RootPath,
        name: &[u8],
        follow_last: bool,
        strict: bool,
    ) -> Result<Resolution, TreeError> {
        let mut at = from;
        let path = || RootPath::new(name).unwrap_or_default();
        let mut ahead: Vec<Vec<u8>> =
            name.split(|&b| b == b'/').rev().filter(|p| !p.is_empty()).map(<[u8]>::to_vec).collect();
        let (mut links, mut exists) = (0, true);
        let mut link = RootPath::root();
        while let Some(part) = ahead.pop() {
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    if strict && at.is_root() {
                        return Err(TreeError::Escape { path: path(), link });
                    }
                    at = at.parent().unwrap_or_default();
                    exists = self.nodes.contains_key(&at);
                    continue;
                }
                _ => {}
            }
            let next = at.join(&part);
            match self.get(&next) {
                Some(Node { kind: Kind::Symlink(target), .. }) if follow_last || !ahead.is_empty() => {
                    links += 1;
                    if links > SYMLINK_LIMIT {
                        return Err(TreeError::Loop { path: path() });
                    }
                    if target.first() == Some(&b'/') {
                        at = RootPath::root();
                    }
                    ahead.extend(target.split(|&b| b == b'/').rev().map(<[u8]>::to_vec));
                    link = next;
                }
                Some(node) if !node.is_directory() && !ahead.is_empty() => {
                    return Err(TreeError::NotADirectory { path: path(), blocker: next });
                }
                found => {
                    exists = found.is_some();
                    at = next;
                }
            }
        }
        Ok(Resolution { path: at, exists })
    }

    /// Puts a node at a resolved path, whatever was there. A directory over a directory keeps its children; anything else
    /// replaced takes what was below it along. Missing parents are the caller's ([`Rootfs::parents`]).
    pub fn insert(&mut self, path: RootPath, node: Node) -> LeafId {
        let keeps_children = node.is_directory() && self.get(&path).is_some_and(Node::is_directory);
        if !keeps_children {
            self.remove(&path);
        }
        let id = LeafId(u32::try_from(self.table.len()).expect("fewer than 2^32 nodes were made"));
        self.table.push(node);
        self.nodes.insert(path, id);
        id
    }

    /// Another name for the leaf at `target`. Both paths are resolved ones.
    pub fn link(&mut self, path: RootPath, target: &RootPath) -> Result<(), TreeError> {
        let id = match self.nodes.get(target) {
            Some(id) if !self.table[id.0 as usize].is_directory() => *id,
            _ => return Err(TreeError::NoTarget { path, target: target.clone() }),
        };
        if &path != target {
            self.remove(&path);
            self.nodes.insert(path, id);
        }
        Ok(())
    }

    /// Moves a path and everything below it over whatever is at `to`, whose parents are there. False if nothing is at `from`.
    pub fn rename(&mut self, from: &RootPath, to: &RootPath) -> bool {
        let Some(id) = self.nodes.get(from).copied() else { return false };
        let moved: Vec<_> = match self.table[id.0 as usize].is_directory() {
            true => self.below(from).map(|(path, _)| path.clone()).collect(),
            false => Vec::new(),
        };
        self.remove(to);
        self.nodes.remove(from);
        self.nodes.insert(to.clone(), id);
        for old in moved {
            let below = &old.as_bytes()[from.as_bytes().len() + 1..];
            let new = below.split(|&b| b == b'/').fold(to.clone(), |at, part| at.join(part));
            if let Some(id) = self.nodes.remove(&old) {
                self.nodes.insert(new, id);
            }
        }
        true
    }

    /// Makes every missing parent of a resolved path with `metadata` (rpm: 0755, root).
    pub fn parents(&mut self, path: &RootPath, metadata: &Metadata, origin: Origin) -> Result<(), TreeError> {
        let mut missing = Vec::new();
        let mut at = path.parent();
        while let Some(dir) = at {
            match self.get(&dir) {
                Some(node) if node.is_directory() => break,
                Some(_) => return Err(TreeError::NotADirectory { path: path.clone(), blocker: dir }),
                None => {
                    at = dir.parent();
                    missing.push(dir);
                }
            }
        }
        for dir in missing.into_iter().rev() {
            self.insert(dir, Node { kind: Kind::Directory, metadata: metadata.clone(), origin });
        }
        Ok(())
    }

    /// Removes a path and everything below it; true if it was there. The root stays.
    pub fn remove(&mut self, path: &RootPath) -> bool {
        if path.is_root() {
            return false;
        }
        let Some(id) = self.nodes.get(path) else { return false };
        if self.table[id.0 as usize].is_directory() {
            let below: Vec<RootPath> = self.below(path).map(|(p, _)| p.clone()).collect();
            for p in &below {
                self.nodes.remove(p);
            }
        }
        self.nodes.remove(path).is_some()
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
