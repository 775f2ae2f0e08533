//! Where a file's bytes are.

use std::{io, sync::Arc};

/// A package of the transaction, by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

/// A file's bytes, by name rather than by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Entry `entry` (counted from 0, every tar entry counts) of base layer `layer` (0 is the lowest).
    Base {
        /// Which layer.
        layer: u32,
        /// Which entry of it.
        entry: u32,
    },
    /// File `file` of a package's header; for a hardlink set the member that carries the bytes.
    Package {
        /// Which package.
        package: PackageId,
        /// Index in the header's file list.
        file: u32,
    },
    /// The bytes themselves: what drydock makes. Behind an `Arc<Vec>` so that appending to an unshared file copies nothing.
    Inline(Arc<Vec<u8>>),
}

/// Gives the bytes behind a [`Content`]. For the few files that stages look into; packing streams instead.
pub trait Contents {
    /// The whole file. Implementations refuse more than `limit` bytes.
    fn read(&self, content: &Content, limit: u64) -> io::Result<Vec<u8>>;

    /// Facts about many files, in the order of `wanted`, worked out of their bytes by `look`. An implementation reads each
    /// package or layer once, on all cores, and remembers facts by `kind` and what the file is; so `kind` names `look` and
    /// its version, and `look` depends on nothing but the bytes.
    fn derive(&self, kind: &'static str, wanted: &[Content], look: &Look<'_>) -> io::Result<Vec<Arc<[u8]>>> {
        let _ = kind;
        let one = |content: &Content| {
            let bytes = self.read(content, u64::MAX)?;
            Ok(look(bytes.len() as u64, &mut bytes.as_slice())?.into())
        };
        wanted.iter().map(one).collect()
    }
}

/// Works facts out of a file: its size, its bytes (which need not be read to the end).
pub type Look<'a> = dyn Fn(u64, &mut dyn io::Read) -> io::Result<Vec<u8>> + Sync + 'a;
