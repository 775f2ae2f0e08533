//! A tree being worked on, with what every effect needs of it.

use std::sync::Arc;

use super::{Budget, EffectError, Log};
use crate::{
    rootfs::{Content, Contents, Kind, Metadata, Node, Origin, Rootfs},
    terms::{Arch, Epoch, RootPath},
};

/// Files that effects read and rewrite are small; a larger one is refused.
pub(super) const LIMIT: u64 = 64 << 20;

/// The machine a scriptlet believes to run on: the image's, never the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// `uname -m`.
    pub arch: Arch,
    /// `uname -r`: the kernel the image is for.
    pub release: String,
}

/// The tree, where its contents are read, and the build's time.
pub struct Stage<'a> {
    /// The tree.
    pub fs: &'a mut Rootfs,
    /// What is left to the scriptlet that runs.
    pub budget: Budget,
    /// What it met.
    pub log: Log,
    pub(super) contents: &'a dyn Contents,
    pub(super) machine: Machine,
    /// Kernels whose module tables are to be written at the end.
    pub(super) depmod: super::depmod::Pending,
    /// Packages whose files `hardlink` has digests of.
    pub(super) digested: super::caches::Digested,
    /// Counts what must be unique: process numbers, temporary names.
    pub(super) serial: u32,
    epoch: Epoch,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("epoch", &self.epoch).field("machine", &self.machine).finish_non_exhaustive()
    }
}

impl<'a> Stage<'a> {
    /// Over `fs`, on `machine`, at `epoch`.
    pub fn new(fs: &'a mut Rootfs, contents: &'a dyn Contents, machine: Machine, epoch: Epoch) -> Self {
        Self {
            fs,
            budget: Budget::default(),
            log: Log::default(),
            contents,
            machine,
            depmod: super::depmod::Pending::default(),
            digested: super::caches::Digested::default(),
            serial: 0,
            epoch,
        }
    }

    /// The build's time.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The machine scriptlets see.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The next number nobody had yet.
    pub(super) fn next_serial(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// A file's bytes, its symlinks followed; none where there is no file.
    pub fn read(&self, path: &RootPath) -> Result<Option<Vec<u8>>, EffectError> {
        let at = self.fs.follow(path).map_err(|source| EffectError::Place { path: path.clone(), source })?;
        match self.fs.get(&at.path).map(|n| &n.kind) {
            Some(Kind::File { content, .. }) => self
                .contents
                .read(content, LIMIT)
                .map(Some)
                .map_err(|source| EffectError::Read { path: at.path, source }),
            _ => Ok(None),
        }
    }

    /// Puts a node, through the parents' symlinks; missing parents are made 0755, owned by root.
    pub fn put(&mut self, path: &RootPath, kind: Kind, metadata: Metadata) -> Result<RootPath, EffectError> {
        let failed = |source| EffectError::Place { path: path.clone(), source };
        let at = self.fs.resolve(path).map_err(failed)?.path;
        self.fs.parents(&at, &Metadata::of_root(0o755, self.now()), Origin::Effect).map_err(failed)?;
        self.fs.insert(at.clone(), Node { kind, metadata, origin: Origin::Effect });
        Ok(at)
    }

    /// Replaces a file's bytes; mode, owner and attributes stay, the time becomes the build's. A new file gets `mode`.
    pub fn write(&mut self, path: &RootPath, bytes: Vec<u8>, mode: u16) -> Result<(), EffectError> {
        let at = self.fs.follow(path).map_err(|source| EffectError::Place { path: path.clone(), source })?.path;
        let mut metadata = match self.fs.get(&at) {
            Some(node) if matches!(node.kind, Kind::File { .. }) => node.metadata.clone(),
            _ => Metadata::of_root(mode, 0),
        };
        metadata.mtime = self.now();
        self.put(&at, file(bytes), metadata)?;
        Ok(())
    }

    /// The build's time as a node carries it.
    pub fn now(&self) -> i64 {
        i64::from(self.epoch.seconds())
    }
}

/// A file drydock makes.
pub(super) fn file(bytes: Vec<u8>) -> Kind {
    Kind::File { size: bytes.len() as u64, content: Content::Inline(Arc::new(bytes)) }
}
