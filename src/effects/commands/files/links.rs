//! How many names files have. The tree keeps no such numbers: counting goes through all of it, so a command counts once.

use std::collections::BTreeMap;

use super::super::super::process::{Process, Stat};
use crate::rootfs::LeafId;

/// Names of every leaf, counted when first asked for.
#[derive(Debug, Default)]
pub(super) struct Links(Option<BTreeMap<LeafId, usize>>);

impl Links {
    /// `st_nlink`, as of the first question.
    pub fn of(&mut self, process: &mut Process<'_, '_>, stat: &Stat) -> usize {
        let Some(leaf) = stat.leaf.filter(|_| !stat.is_directory()) else { return process.links(stat) };
        let counted = self.0.get_or_insert_with(|| {
            let mut counted = BTreeMap::new();
            if process.stage.budget.steps(process.stage.fs.len() as u64 / 16) {
                process.stage.fs.iter().for_each(|(_, leaf, _)| *counted.entry(leaf).or_insert(0) += 1);
            }
            counted
        });
        counted.get(&leaf).copied().unwrap_or(1)
    }
}
