//! Which changed path goes into which layer, and in which order it stands there.

use std::collections::BTreeMap;

use super::Changes;
use crate::{
    rootfs::{Content, Kind, LeafId, Node, Origin, PackageId, Rootfs},
    terms::RootPath,
};

/// Name of the layer that holds what no package brought: the package database, effects, whiteouts.
pub const SYSTEM: &str = "system";

/// A file under all its names.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    /// The names, sorted; the first gets the content, the others are hardlinks to it.
    pub paths: Vec<RootPath>,
    /// The file.
    pub node: Node,
}

/// What one layer holds, in the order it is written.
#[derive(Clone, Debug)]
pub struct LayerPlan {
    /// The rule's name, or [`SYSTEM`].
    pub name: String,
    pub(super) whiteouts: Vec<RootPath>,
    /// Directories, links, devices and files drydock makes, sorted: each directory before what it holds.
    pub(super) head: Vec<Shared>,
    /// By package, in transaction order; by index of the file that carries the content.
    pub(super) packages: BTreeMap<PackageId, BTreeMap<u32, Shared>>,
    /// Files of the base that have to be written again, by layer and entry.
    pub(super) base: BTreeMap<u32, BTreeMap<u32, Shared>>,
}

impl LayerPlan {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            whiteouts: Vec::new(),
            head: Vec::new(),
            packages: BTreeMap::new(),
            base: BTreeMap::new(),
        }
    }

    /// About how many bytes its tar stream has, for progress.
    pub fn weight(&self) -> u64 {
        let files = self.packages.values().chain(self.base.values()).flat_map(BTreeMap::values);
        files.chain(&self.head).map(|s| if let Kind::File { size, .. } = s.node.kind { size + 512 } else { 512 }).sum()
    }

    fn is_empty(&self) -> bool {
        self.whiteouts.is_empty() && self.head.is_empty() && self.packages.is_empty() && self.base.is_empty()
    }
}

/// Spreads the difference of `base` and `new` over layers. `names` are the package layers in stacking order, and `of_package`
/// says for each [`PackageId`] which of them it goes into. What no package brought goes into [`SYSTEM`] above them. Empty layers
/// are left out.
pub fn plan(base: &Rootfs, new: &Rootfs, names: &[&str], of_package: &[usize]) -> Vec<LayerPlan> {
    let changes = Changes::between(base, new);
    let system = names.len();
    let mut layer_of = first_layers(new, &changes, of_package, system);
    lift_directories(new, &mut layer_of);
    let mut plans: Vec<LayerPlan> = names.iter().chain([&SYSTEM]).map(|name| LayerPlan::new(name)).collect();
    for shared in by_leaf(new, &changes) {
        let layer = layer_of[&shared.paths[0]];
        file_away(&mut plans[layer], shared);
    }
    plans[system].whiteouts = changes.removed;
    plans.retain(|p| !p.is_empty());
    plans
}

/// The layer of whoever brought the bytes, or put the node there.
fn first_layers(new: &Rootfs, changes: &Changes, of_package: &[usize], system: usize) -> BTreeMap<RootPath, usize> {
    let layer = |node: &Node| match (&node.kind, node.origin) {
        (Kind::File { content: Content::Package { package, .. }, .. }, _) => of_package[package.0 as usize],
        (Kind::File { .. }, _) => system,
        (_, Origin::Package(package)) => of_package[package.0 as usize],
        _ => system,
    };
    let nodes = changes.changed.keys().filter_map(|p| new.get(p).map(|n| (p.clone(), layer(n))));
    nodes.collect()
}

/// A directory stands in the lowest layer that has something in it, so that no layer's files precede their directory.
fn lift_directories(new: &Rootfs, layer_of: &mut BTreeMap<RootPath, usize>) {
    let paths: Vec<RootPath> = layer_of.keys().rev().cloned().collect();
    for path in paths {
        let layer = layer_of[&path];
        let mut at = path.parent();
        while let Some(dir) = at {
            match layer_of.get_mut(&dir) {
                Some(of_dir) if *of_dir > layer && new.get(&dir).is_some_and(Node::is_directory) => *of_dir = layer,
                _ => {}
            }
            at = dir.parent();
        }
    }
}

/// Changed nodes with all their names, sorted by the first.
fn by_leaf(new: &Rootfs, changes: &Changes) -> Vec<Shared> {
    let mut at: BTreeMap<LeafId, usize> = BTreeMap::new();
    let mut out: Vec<Shared> = Vec::new();
    for (path, id) in &changes.changed {
        let Some(node) = new.get(path) else { continue };
        match at.get(id) {
            Some(&i) => out[i].paths.push(path.clone()),
            None => {
                at.insert(*id, out.len());
                out.push(Shared { paths: vec![path.clone()], node: node.clone() });
            }
        }
    }
    out
}

fn file_away(plan: &mut LayerPlan, shared: Shared) {
    match &shared.node.kind {
        Kind::File { content: Content::Package { package, file }, .. } => {
            plan.packages.entry(*package).or_default().insert(*file, shared);
        }
        Kind::File { content: Content::Base { layer, entry }, .. } => {
            plan.base.entry(*layer).or_default().insert(*entry, shared);
        }
        _ => plan.head.push(shared),
    }
}
