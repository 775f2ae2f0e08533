//! tar entries in and out: ustar (POSIX.1-1988), PAX records (POSIX.1-2001) where ustar has no room, and GNU's long names on reading.
//!
//! Ours rather than the `tar` crate's: layers are what drydock writes, to the byte, and what it reads is a stranger's: every
//! name and record has a ceiling here, where the crate takes a long name of any length into memory. The crate judges us in tests.

mod header;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{Reader, TarError};
pub use writer::{BLOCK, END_OF_ARCHIVE, header_blocks, padding};

use std::collections::BTreeMap;

/// What a tar entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file with `size` bytes of content behind its header.
    File,
    /// A further name of an entry that came earlier in this archive.
    Hardlink(Vec<u8>),
    /// A symbolic link and its target, as stored.
    Symlink(Vec<u8>),
    /// A directory.
    Directory,
    /// A character device.
    Char {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// A block device.
    Block {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// A named pipe.
    Fifo,
}

impl Entry {
    /// A file or directory owned by root, dated 1970.
    pub fn plain(path: &str, kind: EntryKind, size: u64) -> Self {
        let mode = if kind == EntryKind::Directory { 0o755 } else { 0o644 };
        Self { path: path.into(), kind, mode, uid: 0, gid: 0, size, mtime: 0, xattrs: BTreeMap::new() }
    }
}

/// One entry's metadata. Names are bytes as the archive has them; [`crate::terms::RootPath`] is the door to image paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, as stored.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits, set-id and sticky included (07777).
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
    /// Content bytes; 0 for all but files.
    pub size: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Extended attributes by full name (`security.capability`).
    pub xattrs: BTreeMap<String, Vec<u8>>,
}
