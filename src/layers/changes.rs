//! What a new tree has that its base has not, and the other way round.

use std::collections::BTreeMap;

use crate::{
    rootfs::{LeafId, Node, Rootfs},
    terms::RootPath,
};

/// The difference of two trees, the second made from the first.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Paths that are new or changed, with the identity that hardlinks share.
    pub changed: BTreeMap<RootPath, LeafId>,
    /// Paths of the base that are gone, each the topmost of its kind: what whiteouts are written for.
    pub removed: Vec<RootPath>,
}

impl Changes {
    /// Compares node by node. A set of hardlinks counts as one: if any of its names changed, all are in `changed`, because a
    /// layer cannot link to a file of the layer below.
    pub fn between(base: &Rootfs, new: &Rootfs) -> Self {
        let mut changed = BTreeMap::new();
        let mut names: BTreeMap<LeafId, Vec<&RootPath>> = BTreeMap::new();
        for (path, id, node) in new.iter() {
            if !node.is_directory() {
                names.entry(id).or_default().push(path);
            }
            if !base.get(path).is_some_and(|old| same(old, node)) {
                changed.insert(path.clone(), id);
            }
        }
        for (id, paths) in names.iter().filter(|(_, paths)| paths.len() > 1) {
            if paths.iter().any(|p| changed.contains_key(*p)) {
                changed.extend(paths.iter().map(|p| ((*p).clone(), *id)));
            }
        }
        Self { changed, removed: removed(base, new) }
    }
}

/// Equal in everything a layer carries; who put it there does not matter.
fn same(a: &Node, b: &Node) -> bool {
    a.kind == b.kind && a.metadata == b.metadata
}

fn removed(base: &Rootfs, new: &Rootfs) -> Vec<RootPath> {
    let mut out: Vec<RootPath> = Vec::new();
    for (path, ..) in base.iter() {
        if new.get(path).is_some() || out.last().is_some_and(|top| path.is_below(top)) {
            continue;
        }
        // Where the parent is no directory any more, the entry that replaced it hides what was below.
        let parent_stays = path.parent().is_some_and(|dir| new.get(&dir).is_some_and(Node::is_directory));
        if parent_stays {
            out.push(path.clone());
        }
    }
    out
}
