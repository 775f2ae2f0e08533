//! Why layers cannot be packed.

use std::io;

use crate::{
    formats::rpm::PayloadError,
    store,
    terms::{Checksum, Class, Fault, RootPath},
};

/// Why a layer ends half-way. Nothing of it stays in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A package's payload cannot be read, or holds something else than its header says.
    #[error("unpacking {package}")]
    Payload {
        /// The package.
        package: String,
        /// Why.
        source: PayloadError,
    },
    /// Reading a package or base layer from the store.
    #[error("reading {what}")]
    Read {
        /// Which.
        what: String,
        /// Why.
        source: io::Error,
    },
    /// A file of the plan never came by in its package or layer.
    #[error("{what} ended without the content of {path}")]
    Missing {
        /// The package or layer.
        what: String,
        /// The file.
        path: RootPath,
    },
    /// A file whose bytes are not what its package's header says.
    #[error("{path} of {package} is {actual}, and the package says {expected}")]
    FileDigest {
        /// The package.
        package: String,
        /// The file.
        path: RootPath,
        /// The header's digest.
        expected: Checksum,
        /// That of the bytes.
        actual: Checksum,
    },
    /// The compressor failed.
    #[error("compressing a layer")]
    Compress(#[source] io::Error),
    /// Writing the layer.
    #[error("writing a layer")]
    Store(#[from] store::Error),
    /// A worker died: a bug.
    #[error("a packing thread died")]
    Panicked,
}

impl Fault for PackError {
    fn class(&self) -> Class {
        match self {
            Self::Payload { .. } | Self::Missing { .. } | Self::FileDigest { .. } => Class::Verification,
            Self::Store(e) => e.class(),
            _ => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Payload { .. } | Self::Missing { .. } | Self::FileDigest { .. } => Some(
                "the package passed its checksums and is still not sound: report it to whoever built it".to_owned(),
            ),
            Self::Store(e) => e.hint(),
            _ => None,
        }
    }
}
