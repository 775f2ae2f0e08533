//! Which layer a package goes to.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::LayerPlan;

/// A layer plan, ready to be asked.
#[derive(Clone, Debug)]
pub struct Layering {
    globs: GlobSet,
    /// For each glob its layer.
    layer_of_glob: Vec<usize>,
    layers: usize,
}

impl Layering {
    /// From the layers of a plan, whose globs were checked when the recipe was expanded; one that is no glob after all
    /// matches nothing.
    pub fn new(layers: &[LayerPlan]) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut layer_of_glob = Vec::new();
        for (i, layer) in layers.iter().enumerate() {
            for glob in layer.packages.iter().filter_map(|g| Glob::new(g).ok()) {
                builder.add(glob);
                layer_of_glob.push(i);
            }
        }
        Self { globs: builder.build().unwrap_or_default(), layer_of_glob, layers: layers.len() }
    }

    /// The layer's position: the last rule that matches, else the last layer. So `*` can stand first, for the layer that
    /// changes least, and later rules take out of it what changes more.
    pub fn layer_of(&self, package: &str) -> usize {
        let matches = self.globs.matches(package);
        matches.iter().map(|g| self.layer_of_glob[*g]).max().unwrap_or(self.layers.saturating_sub(1))
    }
}
