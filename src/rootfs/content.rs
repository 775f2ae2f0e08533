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
    /// The bytes themselves: what drydock makes.
    Inline(Arc<[u8]>),
}

/// Gives the bytes behind a [`Content`]. For the few files that stages look into; packing streams instead.
pub trait Contents {
    /// The whole file. Implementations refuse more than `limit` bytes.
    fn read(&self, content: &Content, limit: u64) -> io::Result<Vec<u8>>;
}
