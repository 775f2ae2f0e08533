//! Tables that wait to be written.
//!
//! Every package of a kernel calls depmod, and only what the last call leaves is ever read. So a call puts a file with a stand-in
//! for its bytes where each table goes, and [`settle`] exchanges the stand-ins, wherever they are by then: moved, linked,
//! copied. A program that opens one finds the table. That its size is 1 until then is all there is to be seen of it.

use std::{io, sync::Arc};

use super::{
    graph::Loops,
    order::Hash,
    search::Module,
    tables::{Table, Tables},
    version::Version,
};
use crate::{
    effects::{Stage, stage::file},
    formats::kmod::{self, Facts},
    rootfs::{Content, Contents, Kind, LeafId, Node},
};

/// One call's view of a release: everything its tables depend on.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// The modules' directory as the call spelled it.
    pub directory: Vec<u8>,
    /// In the tables' order.
    pub modules: Vec<Module>,
    /// `modules.builtin`.
    pub builtin: Option<Vec<u8>>,
    /// `modules.builtin.modinfo`.
    pub builtin_modinfo: Option<Vec<u8>>,
    /// `-P`
    pub prefix: Option<u8>,
    pub version: Version,
    pub hash: Hash,
}

impl Job {
    /// Does something with the tables, or with what stands against them.
    pub fn tables<T>(
        &self,
        contents: &dyn Contents,
        work: impl FnOnce(&[Facts<'_>], Result<Tables<'_>, Loops>) -> T,
    ) -> io::Result<T> {
        let wanted: Vec<Content> = self.modules.iter().map(|m| m.content.clone()).collect();
        let bytes = contents.derive(kmod::KIND, &wanted, &kmod::look)?;
        let facts: Option<Vec<Facts<'_>>> = bytes.iter().map(|b| Facts::parse(b)).collect();
        let facts = facts.ok_or(io::ErrorKind::InvalidData)?;
        let tables = Tables::of(&self.directory, &self.modules, facts.clone(), self.prefix, (self.version, self.hash));
        Ok(work(&facts, tables))
    }

    /// Every file.
    fn files(&self, contents: &dyn Contents) -> io::Result<Vec<Table>> {
        let files = |tables: Tables<'_>| tables.files(self.builtin.as_deref(), self.builtin_modinfo.as_deref());
        self.tables(contents, |_, tables| tables.map_or_else(|_| Vec::new(), files))
    }

    /// The names of the files, and whether each is certain to hold something.
    pub fn names(&self) -> Vec<(&'static str, bool)> {
        let mut names = vec![
            ("modules.dep", !self.modules.is_empty()),
            ("modules.dep.bin", true),
            ("modules.alias", true),
            ("modules.alias.bin", true),
            ("modules.softdep", true),
            ("modules.symbols", true),
            ("modules.symbols.bin", true),
            ("modules.builtin.bin", self.builtin.is_some()),
            ("modules.devname", false),
        ];
        if self.version >= Version::WEAKDEPS {
            names.push(("modules.weakdep", true));
        }
        if self.version >= Version::BUILTIN_ALIASES {
            names.push(("modules.builtin.alias.bin", self.builtin_modinfo.is_some()));
        }
        names
    }
}

/// Kernels whose tables are to be written.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct Pending(Vec<Waiting>);

#[derive(Clone, Debug)]
struct Waiting {
    job: Job,
    /// The stand-ins by the name of their table. Each is one allocation, which tells it from all others.
    files: Vec<(&'static str, Arc<Vec<u8>>)>,
}

impl Waiting {
    fn name(&self, node: &Node) -> Option<&'static str> {
        let Kind::File { content: Content::Inline(bytes), .. } = &node.kind else { return None };
        self.files.iter().find(|(_, stand_in)| Arc::ptr_eq(stand_in, bytes)).map(|(name, _)| *name)
    }

    /// What in the tree waits for it.
    fn leaves(&self, stage: &Stage<'_>) -> Vec<(LeafId, &'static str)> {
        stage.fs.iter().filter_map(|(_, leaf, node)| Some((leaf, self.name(node)?))).collect()
    }
}

impl Pending {
    /// Whether a node's bytes are yet to come.
    pub(in crate::effects) fn holds(&self, node: &Node) -> bool {
        self.0.iter().any(|w| w.name(node).is_some())
    }

    /// Takes a job whose stand-ins are in the tree. Jobs nothing in the tree waits for any more are forgotten.
    pub(super) fn add(stage: &mut Stage<'_>, job: Job, files: Vec<(&'static str, Arc<Vec<u8>>)>) {
        let earlier = std::mem::take(&mut stage.depmod.0);
        stage.depmod.0 = earlier.into_iter().filter(|w| !w.leaves(stage).is_empty()).collect();
        stage.depmod.0.push(Waiting { job, files });
    }
}

/// Writes the tables that wait. Whoever runs scriptlets calls it after the last one.
///
/// # Errors
/// A module's bytes cannot be had.
pub fn settle(stage: &mut Stage<'_>) -> io::Result<()> {
    for waiting in std::mem::take(&mut stage.depmod.0) {
        let leaves = waiting.leaves(stage);
        if leaves.is_empty() {
            continue;
        }
        let tables: Vec<(&str, Kind)> =
            waiting.job.files(stage.contents)?.into_iter().map(|(name, bytes)| (name, file(bytes))).collect();
        for (leaf, name) in leaves {
            if let Some((_, kind)) = tables.iter().find(|(n, _)| *n == name) {
                stage.fs.node_mut(leaf).kind = kind.clone();
            }
        }
    }
    Ok(())
}
