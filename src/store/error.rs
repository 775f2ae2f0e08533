//! What can go wrong with a store.

use std::{io, path::PathBuf};

use crate::terms::{Checksum, Class, Fault, is_full};

/// A store's failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory cannot be made, read or written.
    #[error("opening the store {}", dir.display())]
    Unusable {
        /// The store's directory.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no store in it.
    #[error("{} is no cache of drydock's", dir.display())]
    NotStore {
        /// The directory.
        dir: PathBuf,
    },
    /// The file system or the quota is full.
    #[error("writing {what} to the store {}{}", dir.display(), needed.map(|n| format!(" ({n} bytes needed)")).unwrap_or_default())]
    Full {
        /// What was written: a checksum or a kind of file.
        what: String,
        /// The store's directory.
        dir: PathBuf,
        /// How many bytes it was to have, where that is known.
        needed: Option<u64>,
        /// The operating system's word.
        #[source]
        source: io::Error,
    },
    /// Any other failure of the disk.
    #[error("{attempt} {}", path.display())]
    Io {
        /// A gerund: `reading`, `renaming`, …
        attempt: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bytes given to the store could not be read.
    #[error("reading what is to be stored as {what}")]
    Input {
        /// What it was to become.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bytes hash to something else.
    #[error("expected {expected}, but the bytes hash to {actual}")]
    Mismatch {
        /// What was promised.
        expected: Checksum,
        /// What came.
        actual: Checksum,
    },
    /// There are more or fewer bytes than promised. When there are more, `actual` is where reading stopped.
    #[error("{checksum} should be {expected} bytes long, but {actual} came")]
    WrongSize {
        /// What was promised.
        checksum: Checksum,
        /// Its size in bytes.
        expected: u64,
        /// What came.
        actual: u64,
    },
    /// A garbage collection was asked for while another process uses the store.
    #[error("collecting garbage in the store {}: another drydock is using it", dir.display())]
    Busy {
        /// The store's directory.
        dir: PathBuf,
    },
    /// A file of the store is larger than its reader bears.
    #[error("reading {checksum}: {size} bytes are more than the {limit} allowed here")]
    TooLarge {
        /// Which blob.
        checksum: Checksum,
        /// Its size in bytes.
        size: u64,
        /// The ceiling in bytes.
        limit: u64,
    },
}

impl Error {
    pub(super) fn io(attempt: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { attempt, path, source }
    }
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Unusable { .. } | Self::Busy { .. } | Self::NotStore { .. } => Class::Usage,
            Self::Full { .. } | Self::Io { .. } | Self::Input { .. } => Class::Internal,
            Self::Mismatch { .. } | Self::WrongSize { .. } | Self::TooLarge { .. } => Class::Verification,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotStore { .. } => Some("name the cache's directory with --cache DIR".into()),
            Self::Unusable { .. } => Some("name a directory you can write to with --cache DIR".into()),
            Self::Full { .. } => {
                Some("free some space (`drydock cache gc`) or name a roomier place with --cache DIR".into())
            }
            Self::Busy { .. } => Some("wait until it is done, then run `drydock cache gc` again".into()),
            _ => None,
        }
    }
}

/// Sorts an error of writing: a full disk has its own message.
pub(super) fn writing(what: &str, dir: &std::path::Path, needed: Option<u64>, source: io::Error) -> Error {
    match source.kind() {
        // Too large: the process's own limit (`ulimit -f`), or the file system's.
        kind if is_full(kind) => Error::Full { what: what.to_owned(), dir: dir.to_owned(), needed, source },
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            Error::Unusable { dir: dir.to_owned(), source }
        }
        _ => Error::Io { attempt: "writing", path: dir.to_owned(), source },
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Error>();
};
