//! What can go wrong between a configuration and a catalog.

use std::{error::Error as StdError, fmt};

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
    /// Only a metalink, or a mirrorlist without addresses.
    #[error("repository {repo} has no usable address")]
    NoAddress {
        /// The repository's id.
        repo: String,
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
            Self::Metadata { .. } | Self::Decompress { .. } => Class::Verification,
            Self::NoAddress { .. } => Class::Usage,
            Self::Stopped { .. } => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Fetch { source, .. } => source.hint(),
            Self::Metadata { source, .. } => source.hint(),
            Self::NoAddress { .. } => Some("give the repository a baseurl".into()),
            _ => None,
        }
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
    sendable::<ConfigError>();
};
