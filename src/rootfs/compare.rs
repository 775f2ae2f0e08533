//! Two trees side by side: what one has and the other has not, and in what they differ.
//!
//! A file's bytes are named, not held ([`Content`]), so this goes in two steps: [`unsure`] says which bytes have to be looked
//! at, and [`differences`] takes their digests. Bytes of one entry of one layer are the same wherever that layer lies, so
//! images on a common base have little to look at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Content, Kind, LeafId, Metadata, Node, Rootfs, Special};
use crate::terms::{DiffId, Digest, RootPath};

/// Names of a hardlink set that are listed; the rest is counted. A set of every file of an image would otherwise be listed
/// once for each of them.
const LISTED_NAMES: usize = 8;

/// One side: a tree read from layers, and which layers those are.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The files.
    pub tree: &'a Rootfs,
    /// What [`Content::Base`] counts, lowest first.
    pub layers: &'a [DiffId],
}

/// Entries of layers: each layer's by their ordinals.
pub type Entries = BTreeMap<DiffId, BTreeSet<u32>>;

/// Digests of contents by layer and entry.
pub type Digests = BTreeMap<(DiffId, u32), Digest>;

/// A path at which the trees are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where. For a set of hardlinks that is the same file on both sides, its first name only.
    pub path: RootPath,
    /// What is the matter.
    pub change: Change,
}

/// In what way a path is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the new tree has it. Says what it is, as [`kind`] names it.
    Added(&'static str),
    /// Only the old tree has it. Says what it was.
    Removed(&'static str),
    /// Both have it. Says what it is now, and every aspect in which it differs.
    Changed(&'static str, Vec<Aspect>),
}

/// One thing that differs: the old value, the new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// What it is, as [`kind`] names it. Then only owners and attributes are compared besides.
    Type(&'static str, &'static str),
    /// Permission bits. A symlink's have no meaning and are not compared.
    Mode(u16, u16),
    /// Numeric owner.
    Owner(u32, u32),
    /// Numeric group.
    Group(u32, u32),
    /// Bytes of a file.
    Size(u64, u64),
    /// Digest of a file's bytes; none where it was not given.
    Content(Option<Digest>, Option<Digest>),
    /// A symlink's target.
    Target(Vec<u8>, Vec<u8>),
    /// A device's numbers, major and minor.
    Device((u32, u32), (u32, u32)),
    /// An extended attribute, by name; none where it is absent.
    Attribute(String, Option<Vec<u8>>, Option<Vec<u8>>),
    /// The names that are one file.
    Links(Links, Links),
    /// Seconds since 1970.
    Time(i64, i64),
}

/// A set of hardlinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// How many names it has; 1 is a file that is linked to nothing.
    pub count: usize,
    /// The first few of them, in order.
    pub names: Vec<RootPath>,
}

/// What a node is, in a word: `dir`, `file`, `symlink`, `char`, `block`, `fifo`.
pub fn kind(node: &Node) -> &'static str {
    match node.kind {
        Kind::Directory => "dir",
        Kind::File { .. } => "file",
        Kind::Symlink(_) => "symlink",
        Kind::Special(Special::Char { .. }) => "char",
        Kind::Special(Special::Block { .. }) => "block",
        Kind::Special(Special::Fifo) => "fifo",
    }
}

/// The entries whose digests decide: those of files at one path that are not one entry of one layer.
pub fn unsure(old: Side<'_>, new: Side<'_>) -> Entries {
    let mut entries = Entries::new();
    for (path, _, before) in old.tree.iter() {
        let (Kind::File { content: a, .. }, Some(Node { kind: Kind::File { content: b, .. }, .. })) =
            (&before.kind, new.tree.get(path))
        else {
            continue;
        };
        let (a, b) = (entry(old, a), entry(new, b));
        if a != b {
            for (layer, ordinal) in [a, b].into_iter().flatten() {
                entries.entry(layer).or_default().insert(ordinal);
            }
        }
    }
    entries
}

/// Every difference, in order of the paths. Of times only those asked for. Files with bytes of unknown digest that are not one
/// entry of one layer count as different.
pub fn differences(old: Side<'_>, new: Side<'_>, digests: &Digests, times: bool) -> Vec<Difference> {
    let comparison = Comparison { old, new, digests, times, sets: (sets(old.tree), sets(new.tree)) };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut put = |path: &RootPath, change| found.push(Difference { path: path.clone(), change });
    for (path, was, before) in old.tree.iter() {
        let (Some(is), Some(after)) = (new.tree.leaf(path), new.tree.get(path)) else {
            put(path, Change::Removed(kind(before)));
            continue;
        };
        // The other names of the same two files have nothing new to say.
        if before.is_directory() || after.is_directory() || seen.insert((was, is)) {
            let aspects = comparison.aspects(path, (was, before), (is, after));
            if !aspects.is_empty() {
                put(path, Change::Changed(kind(after), aspects));
            }
        }
    }
    for (path, _, after) in new.tree.iter().filter(|(path, ..)| old.tree.get(path).is_none()) {
        put(path, Change::Added(kind(after)));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Names of files that have more than one, in order.
type Sets<'a> = HashMap<LeafId, Vec<&'a RootPath>>;

fn sets(tree: &Rootfs) -> Sets<'_> {
    let mut sets = Sets::new();
    for (path, id, _) in tree.iter().filter(|(_, _, node)| !node.is_directory()) {
        sets.entry(id).or_default().push(path);
    }
    sets.retain(|_, names| names.len() > 1);
    sets
}

/// Which entry of which layer, where it is one.
fn entry(side: Side<'_>, content: &Content) -> Option<(DiffId, u32)> {
    match content {
        Content::Base { layer, entry } => Some((*side.layers.get(*layer as usize)?, *entry)),
        Content::Package { .. } | Content::Inline(_) => None,
    }
}

struct Comparison<'a> {
    old: Side<'a>,
    new: Side<'a>,
    digests: &'a Digests,
    times: bool,
    sets: (Sets<'a>, Sets<'a>),
}

impl Comparison<'_> {
    fn aspects(&self, path: &RootPath, (was, before): (LeafId, &Node), (is, after): (LeafId, &Node)) -> Vec<Aspect> {
        let mut found = Vec::new();
        let same_type = kind(before) == kind(after);
        if same_type {
            self.kinds(&before.kind, &after.kind, &mut found);
        } else {
            found.push(Aspect::Type(kind(before), kind(after)));
        }
        let (a, b) = (&before.metadata, &after.metadata);
        if a.mode != b.mode && same_type && !matches!(after.kind, Kind::Symlink(_)) {
            found.push(Aspect::Mode(a.mode, b.mode));
        }
        if a.uid != b.uid {
            found.push(Aspect::Owner(a.uid, b.uid));
        }
        if a.gid != b.gid {
            found.push(Aspect::Group(a.gid, b.gid));
        }
        attributes(a, b, &mut found);
        if !before.is_directory() && !after.is_directory() {
            self.links(path, was, is, &mut found);
        }
        if self.times && same_type && a.mtime != b.mtime {
            found.push(Aspect::Time(a.mtime, b.mtime));
        }
        found
    }

    fn kinds(&self, before: &Kind, after: &Kind, found: &mut Vec<Aspect>) {
        match (before, after) {
            (Kind::File { size: was, content: a }, Kind::File { size: is, content: b }) => {
                if was != is {
                    found.push(Aspect::Size(*was, *is));
                }
                let one_entry = entry(self.old, a).is_some_and(|a| entry(self.new, b) == Some(a));
                let (a, b) = (self.digest(self.old, a), self.digest(self.new, b));
                if !one_entry && (a.is_none() || a != b) {
                    found.push(Aspect::Content(a, b));
                }
            }
            (Kind::Symlink(a), Kind::Symlink(b)) if a != b => found.push(Aspect::Target(a.clone(), b.clone())),
            (Kind::Special(a), Kind::Special(b)) if a != b => found.push(Aspect::Device(numbers(a), numbers(b))),
            _ => {}
        }
    }

    fn digest(&self, side: Side<'_>, content: &Content) -> Option<Digest> {
        match content {
            Content::Inline(bytes) => Some(Digest::of(bytes)),
            other => entry(side, other).and_then(|e| self.digests.get(&e).copied()),
        }
    }

    fn links(&self, path: &RootPath, was: LeafId, is: LeafId, found: &mut Vec<Aspect>) {
        let alone = [path];
        let a = self.sets.0.get(&was).map_or(&alone[..], Vec::as_slice);
        let b = self.sets.1.get(&is).map_or(&alone[..], Vec::as_slice);
        if a != b {
            found.push(Aspect::Links(listed(a), listed(b)));
        }
    }
}

fn listed(names: &[&RootPath]) -> Links {
    Links { count: names.len(), names: names.iter().take(LISTED_NAMES).map(|p| (*p).clone()).collect() }
}

fn numbers(special: &Special) -> (u32, u32) {
    match *special {
        Special::Char { major, minor } | Special::Block { major, minor } => (major, minor),
        Special::Fifo => (0, 0),
    }
}

fn attributes(a: &Metadata, b: &Metadata, found: &mut Vec<Aspect>) {
    let empty = BTreeMap::new();
    let (a, b) = (a.xattrs.as_deref().unwrap_or(&empty), b.xattrs.as_deref().unwrap_or(&empty));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let (was, is) = (a.get(name), b.get(name));
        if was != is {
            found.push(Aspect::Attribute(name.clone(), was.cloned(), is.cloned()));
        }
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
