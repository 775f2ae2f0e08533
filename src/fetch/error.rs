//! Why a package is not taken.

use crate::{
    formats::{
        openpgp::SignatureError,
        rpm::{HeaderError, PackageError},
    },
    net, store,
    terms::{Class, Fault, Nevra},
};

/// Why the packages of a lock cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// It could not be downloaded.
    #[error("downloading {package}")]
    Download {
        /// The package.
        package: Nevra,
        /// Why.
        source: Box<net::Error>,
    },
    /// What came is not what the lock says, or could not be stored.
    #[error("storing {package}")]
    Store {
        /// The package.
        package: Nevra,
        /// Why.
        source: Box<store::Error>,
    },
    /// Its bytes are what the lock says, and still it is not taken.
    #[error("checking {package}")]
    Doubt {
        /// The package.
        package: Nevra,
        /// Why.
        source: Box<Doubt>,
    },
    /// A worker died: a bug.
    #[error("a download stopped without a word")]
    Stopped,
}

/// What is wrong with a package of the right checksum.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// It is no RPM package.
    #[error("reading its headers")]
    Package(#[from] PackageError),
    /// Its header is malformed.
    #[error("reading its header")]
    Header(#[from] HeaderError),
    /// It is another package.
    #[error("the file holds {found}")]
    Name {
        /// What its header says it is.
        found: Nevra,
    },
    /// It needs a feature of rpm that drydock does not have.
    #[error("it needs {features}, which this drydock does not know")]
    Features {
        /// `rpmlib(…)` requirements.
        features: String,
    },
    /// A digest it carries of itself is not that of its bytes.
    #[error("its {part} digest is {actual}, and it says {expected}")]
    Digest {
        /// `header` or `payload`.
        part: &'static str,
        /// What the package says.
        expected: String,
        /// What its bytes give.
        actual: String,
    },
    /// Nothing signed covers its payload.
    #[error("it carries no digest of its payload, so its signature says nothing of its files")]
    Uncovered,
    /// It is not signed.
    #[error("it is not signed")]
    Unsigned,
    /// Its signature does not count.
    #[error("its signature does not count")]
    Signature(#[from] SignatureError),
    /// It could not be read back.
    #[error("reading it from the store")]
    Read(#[source] std::io::Error),
}

const CHANGED: &str = "the repository changed under its metadata: run drydock lock again, or take another mirror";

impl Fault for FetchError {
    fn class(&self) -> Class {
        match self {
            Self::Download { source, .. } => source.class(),
            Self::Store { source, .. } => source.class(),
            Self::Doubt { source, .. } => match **source {
                Doubt::Read(_) => Class::Internal,
                _ => Class::Verification,
            },
            Self::Stopped => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Download { source, .. } if source.class() == Class::Verification => Some(CHANGED.to_owned()),
            Self::Download { source, .. } => source.hint(),
            Self::Store { source, .. } if source.class() == Class::Verification => Some(CHANGED.to_owned()),
            Self::Store { source, .. } => source.hint(),
            Self::Doubt { source, .. } => match **source {
                Doubt::Signature(SignatureError::NoKey { .. }) => Some(
                    "add the key it is signed with: --gpgkey FILE, or gpgkeys in the recipe's [[repos]]".to_owned(),
                ),
                Doubt::Signature(SignatureError::Bad { .. }) | Doubt::Digest { .. } => {
                    Some("the package was changed after it was made: take it from another mirror".to_owned())
                }
                Doubt::Unsigned | Doubt::Uncovered => Some(
                    "take it from a repository that signs its packages, or take packages unchecked with --no-gpgcheck"
                        .to_owned(),
                ),
                Doubt::Signature(ref weak) => weak.hint(),
                _ => None,
            },
            Self::Stopped => None,
        }
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<FetchError>();
};
