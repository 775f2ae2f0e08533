//! What can go wrong between a configuration and a catalog.

use std::{error::Error as StdError, fmt};

use super::LocationError;
use crate::{
    formats::repodata::RepodataError,
    terms::{Class, Fault},
};

/// A `.repo` file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A line that is nothing.
    #[error("{file}:{line}: {content:?} is neither a section nor key = value")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Its text, cut.
        content: String,
    },
    /// A value its key cannot have.
    #[error("{file}:{line}: {key} = {value:?} should be {expected}")]
    Value {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The id was there already.
    #[error("{file}:{line}: repository {id} is there twice")]
    Twice {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The id.
        id: String,
    },
    /// Neither baseurl nor mirrorlist nor metalink.
    #[error("{file}:{line}: repository {id} has no baseurl")]
    NoAddress {
        /// The file.
        file: String,
        /// The line of the section, from 1.
        line: usize,
        /// The id.
        id: String,
    },
}

impl Fault for ConfigError {
    fn class(&self) -> Class {
        Class::Usage
    }
}

/// Somebody else's fault, kept whole: what [`Fetch`](super::Fetch) reports.
pub struct Failure(Box<dyn Fault>);

impl Failure {
    /// Wraps a fault.
    pub fn new(fault: impl Fault) -> Self {
        Self(Box::new(fault))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl Fault for Failure {
    fn class(&self) -> Class {
        self.0.class()
    }

    fn hint(&self) -> Option<String> {
        self.0.hint()
    }
}

/// A repository that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No address answers.
    #[error("repository {repo} cannot be fetched: {file}")]
    Fetch {
        /// The repository's id.
        repo: String,
        /// Which file.
        file: String,
        /// What the last address said.
        #[source]
        source: Failure,
    },
    /// `repo_gpgcheck`, and no signature to be had.
    #[error("repository {repo} has to be signed (repo_gpgcheck), and its signature repomd.xml.asc cannot be had")]
    Unsigned {
        /// The repository's id.
        repo: String,
        /// Why not.
        #[source]
        source: Failure,
    },
    /// `repo_gpgcheck`, and a signature that does not hold.
    #[error("repository {repo}: the signature of repomd.xml")]
    Signature {
        /// The repository's id.
        repo: String,
        /// Why.
        #[source]
        source: Failure,
    },
    /// Its metadata is broken.
    #[error("repository {repo} cannot be read")]
    Metadata {
        /// The repository's id.
        repo: String,
        /// What is broken.
        #[source]
        source: RepodataError,
    },
    /// A metadata file cannot be read back or decompressed.
    #[error("repository {repo}: {file} cannot be decompressed")]
    Decompress {
        /// The repository's id.
        repo: String,
        /// Which file.
        file: String,
        /// What the decompressor said.
        #[source]
        source: std::io::Error,
    },
    /// Neither baseurl nor mirrorlist nor metalink.
    #[error("repository {repo} has no address")]
    NoAddress {
        /// The repository's id.
        repo: String,
    },
    /// A mirror list that names none.
    #[error("repository {repo}: {file} names no mirror that could be asked")]
    NoMirrors {
        /// The repository's id.
        repo: String,
        /// Which list.
        file: &'static str,
    },
    /// Several mirrors, none of them of use.
    #[error("none of the {tried} mirrors of repository {repo} is usable; the last one")]
    Mirrors {
        /// The repository's id.
        repo: String,
        /// How many were asked.
        tried: usize,
        /// What the last one was refused for.
        #[source]
        source: Box<Error>,
    },
    /// A mirror has another `repomd.xml` than the metalink promises: an older one, or anything.
    #[error("repository {repo}: repomd.xml is not the one its metalink promises")]
    Stale {
        /// The repository's id.
        repo: String,
    },
    /// A file where none may be.
    #[error("repository {repo} cannot be used")]
    Location {
        /// The repository's id.
        repo: String,
        /// Which.
        #[source]
        source: LocationError,
    },
    /// A parser thread died: a bug.
    #[error("repository {repo}: the parser stopped")]
    Stopped {
        /// The repository's id.
        repo: String,
    },
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Fetch { source, .. } => source.class(),
            Self::Unsigned { source, .. } if source.class() == Class::Offline => Class::Offline,
            Self::Unsigned { .. } | Self::Signature { .. } => Class::Verification,
            Self::Metadata { .. } | Self::Decompress { .. } | Self::Stale { .. } | Self::Location { .. } => {
                Class::Verification
            }
            Self::Mirrors { source, .. } => source.class(),
            Self::NoMirrors { .. } => Class::Network,
            Self::NoAddress { .. } => Class::Usage,
            Self::Stopped { .. } => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Fetch { source, .. } | Self::Signature { source, .. } => source.hint(),
            Self::Unsigned { .. } => Some(
                "if the repository is not signed, leave repo_gpgcheck out: packages are checked by gpgcheck".into(),
            ),
            Self::Metadata { source, .. } => source.hint(),
            Self::Mirrors { source, .. } => source.hint(),
            Self::Location { source, .. } => source.hint(),
            Self::NoAddress { .. } => Some("give the repository a baseurl, a mirrorlist or a metalink".into()),
            Self::NoMirrors { .. } => {
                Some("see what its address answers: the release or architecture may be gone".into())
            }
            Self::Stale { .. } => Some("the mirror lags behind: try again later, or take another one".into()),
            _ => None,
        }
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
    sendable::<ConfigError>();
};
