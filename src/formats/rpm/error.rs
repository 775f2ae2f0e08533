//! What can be wrong with a package's bytes.

use std::io;

use super::Tag;
use crate::terms::{Class, Fault};

/// A header that breaks the format's rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Index or data are larger than rpm allows (65535 entries, 256 MiB), or there is no entry at all.
    #[error("header claims {entries} entries and {data} bytes of data, outside of what rpm allows")]
    Limits {
        /// Claimed number of entries.
        entries: u32,
        /// Claimed bytes of data.
        data: u32,
    },
    /// The bytes are not as many as the header's first words say.
    #[error("header is {actual} bytes long, {expected} are promised")]
    Length {
        /// What the first words promise.
        expected: u64,
        /// What there is.
        actual: u64,
    },
    /// The region (the signed part) is malformed.
    #[error("region of the header {why}")]
    Region {
        /// What is wrong with it.
        why: &'static str,
    },
    /// An index entry is malformed.
    #[error("header tag {tag} {why}")]
    Entry {
        /// The tag.
        tag: Tag,
        /// What is wrong with its entry.
        why: &'static str,
    },
    /// Two arrays that describe the same things differ in length.
    #[error("header tag {tag} has {actual} elements where {expected} belong")]
    Count {
        /// The tag.
        tag: Tag,
        /// As many as its sibling has.
        expected: usize,
        /// As many as it has.
        actual: usize,
    },
    /// A tag no package may lack.
    #[error("header has no {tag}, or not of the right type")]
    Missing {
        /// The tag.
        tag: Tag,
    },
    /// A value that makes no sense.
    #[error("header tag {tag} {why}: {value:?}")]
    Value {
        /// The tag.
        tag: Tag,
        /// The value, shortened.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl HeaderError {
    /// A [`HeaderError::Value`], the value cut to a printable length.
    pub(super) fn value(tag: Tag, value: &[u8], why: &'static str) -> Self {
        Self::Value { tag, value: String::from_utf8_lossy(&value[..value.len().min(120)]).into_owned(), why }
    }
}

impl Fault for HeaderError {
    fn class(&self) -> Class {
        Class::Verification
    }
}

/// A package file that cannot be read up to its payload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The stream ended or failed.
    #[error("reading the {part} of the package")]
    Read {
        /// `lead`, `signature header` or `header`.
        part: &'static str,
        /// The reader's error.
        #[source]
        source: io::Error,
    },
    /// The first 96 bytes are no lead.
    #[error("file is no RPM package: its lead {why}")]
    Lead {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A header does not begin with its magic.
    #[error("{part} of the package does not begin with a header's magic bytes")]
    Magic {
        /// `signature header` or `header`.
        part: &'static str,
    },
    /// A header breaks the rules.
    #[error("parsing the {part} of the package")]
    Header {
        /// `signature header` or `header`.
        part: &'static str,
        /// Which rule.
        #[source]
        source: HeaderError,
    },
    /// The payload's form is one nobody can read here.
    #[error("payload of the package is {found:?}, not {known}")]
    Payload {
        /// What the header says.
        found: String,
        /// What can be read.
        known: &'static str,
    },
}

impl Fault for PackageError {
    fn class(&self) -> Class {
        Class::Verification
    }
}

/// A payload that is not what the header promises.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The header does not lead to a payload that can be read.
    #[error("opening the payload")]
    Package(#[from] PackageError),
    /// The header's file list is malformed.
    #[error("reading the file list of the payload")]
    Header(#[from] HeaderError),
    /// The stream failed or ended early.
    #[error("reading the payload{}", at(.path))]
    Read {
        /// The file being read, empty between files.
        path: String,
        /// The decoder's error.
        #[source]
        source: io::Error,
    },
    /// An archive entry's header is malformed.
    #[error("payload's archive entry {number} {why}")]
    Entry {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The archive holds a file the header does not list.
    #[error("payload holds {path:?}, which the header does not list")]
    Unlisted {
        /// Its name in the archive.
        path: String,
    },
    /// The archive holds a file twice.
    #[error("payload holds {path:?} twice")]
    Twice {
        /// The file.
        path: String,
    },
    /// A file is not as long as the header says.
    #[error("payload has {actual} bytes for {path:?}, the header says {expected}")]
    Size {
        /// The file.
        path: String,
        /// The header's size.
        expected: u64,
        /// The archive's size.
        actual: u64,
    },
    /// The header lists a file the archive does not hold.
    #[error("payload lacks {path:?}, which the header lists")]
    Missing {
        /// The file.
        path: String,
    },
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at {path:?}") }
}

impl Fault for PayloadError {
    fn class(&self) -> Class {
        Class::Verification
    }
}

const fn assert_send_sync<T: Send + Sync>() {}
const _: () = {
    assert_send_sync::<HeaderError>();
    assert_send_sync::<PackageError>();
    assert_send_sync::<PayloadError>();
};
