//! What can go wrong with a layout.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    formats::oci::DocumentError,
    store,
    terms::{BlobDigest, Class, Fault, is_full},
};

/// A failure to write or read a layout.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory holds something else.
    #[error("{} is neither empty nor an OCI layout", dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
    /// What should be a layout is none.
    #[error("{} is not an OCI layout: {why}", path.display())]
    NotLayout {
        /// The directory or archive.
        path: PathBuf,
        /// What is missing or wrong.
        why: &'static str,
    },
    /// There is no such image in it, or it is not clear which one is meant.
    #[error("{} holds {}", path.display(), wanted(name.as_deref(), names))]
    NoSuchImage {
        /// The directory or archive.
        path: PathBuf,
        /// The name asked for.
        name: Option<String>,
        /// The names there are.
        names: Vec<String>,
    },
    /// A blob that documents name is not there.
    #[error("{} lacks {digest}", path.display())]
    Missing {
        /// The directory or archive; the store, when writing.
        path: PathBuf,
        /// The blob.
        digest: BlobDigest,
    },
    /// Bytes are not those of the digest they are filed under.
    #[error("{}: the bytes of {expected} hash to {actual}", path.display())]
    Digest {
        /// The directory or archive; the store, when writing.
        path: PathBuf,
        /// What was promised.
        expected: BlobDigest,
        /// What is there.
        actual: BlobDigest,
    },
    /// A document that cannot be used.
    #[error("reading {}", path.display())]
    Document {
        /// The directory or archive.
        path: PathBuf,
        /// Why.
        #[source]
        source: DocumentError,
    },
    /// The disk's word.
    #[error("{attempt} {}", path.display())]
    Io {
        /// A gerund.
        attempt: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store's.
    #[error(transparent)]
    Store(#[from] store::Error),
}

fn wanted(name: Option<&str>, names: &[String]) -> String {
    let list = if names.is_empty() { "images without names".into() } else { names.join(", ") };
    match name {
        Some(name) => format!("no image named {name:?}, but {list}"),
        None => format!("more than one image: {list}"),
    }
}

impl Error {
    pub(super) fn io(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { attempt, path, source }
    }
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::NotEmpty { .. } | Self::NotLayout { .. } | Self::NoSuchImage { .. } => Class::Usage,
            Self::Missing { .. } | Self::Digest { .. } | Self::Document { .. } => Class::Verification,
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::NotFound => Class::Usage,
                _ => Class::Internal,
            },
            Self::Store(e) => e.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotEmpty { .. } => Some("name a directory that does not exist yet, an empty one, or a layout".into()),
            Self::NoSuchImage { name: None, .. } => Some("append :NAME to the path".into()),
            Self::NoSuchImage { .. } => Some("append one of these names to the path".into()),
            Self::Missing { .. } | Self::Digest { .. } => Some(
                "the copy is damaged: make it anew (and run `drydock cache gc` first if it came from the cache)".into(),
            ),
            Self::Io { source, .. } if is_full(source.kind()) => Some("free some space or name another place".into()),
            Self::Store(e) => e.hint(),
            _ => None,
        }
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Error>();
};
