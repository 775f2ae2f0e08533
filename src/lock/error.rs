//! What can be wrong with a lock file, and how to mend it.

use std::{fmt, io, path::PathBuf};

use crate::terms::{Arch, Class, Digest, Fault, Nevra};

use super::{DEFAULT_NAME, Stale};

/// What makes a text unusable as a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Defect {
    /// Not TOML, or not this format's keys and types.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// 1-based.
        line: usize,
        /// 1-based, in characters.
        column: usize,
        /// The TOML reader's words.
        message: String,
    },
    /// Written by a newer drydock.
    #[error("it has format {found}, and this drydock knows formats up to {newest}")]
    FromTheFuture {
        /// The file's.
        found: u64,
        /// Ours.
        newest: u64,
    },
    /// No `[arch.…]` table.
    #[error("it is partial: it names no architecture")]
    NoArchitecture,
    /// Lines are missing or too many.
    #[error("it is partial: {arch} lists {listed} packages of {stated}")]
    Count {
        /// Where.
        arch: Arch,
        /// What `count` says.
        stated: u64,
        /// What is there.
        listed: u64,
    },
    /// A package names a repository that isn't listed.
    #[error("it is partial: {package} comes from repository {repository:?}, which {arch} does not list")]
    UnknownRepository {
        /// Where.
        arch: Arch,
        /// The package.
        package: Box<Nevra>,
        /// The repository's id.
        repository: String,
    },
    /// A package names a layer that isn't listed.
    #[error("it is partial: {package} belongs to layer {layer:?}, which {arch} does not list")]
    UnknownLayer {
        /// Where.
        arch: Arch,
        /// The package.
        package: Box<Nevra>,
        /// The layer's name.
        layer: String,
    },
    /// The same thing twice.
    #[error("it lists {what} {name:?} twice for {arch}")]
    Twice {
        /// Where.
        arch: Arch,
        /// `package`, `repository` or `layer`.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// The content does not have the digest that the file states.
    #[error("it was edited: its content has {found}, its \"integrity\" line says {stated}")]
    Edited {
        /// In the file.
        stated: Digest,
        /// Of the content.
        found: Digest,
    },
}

/// All reasons why a lock does not answer a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub Vec<Stale>);

/// More reasons than this help nobody.
const SHOWN: usize = 5;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, reason) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{reason}", if i == 0 { "" } else { "; " })?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Mismatch {}

/// A lock file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is none.
    #[error("there is no lock file {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file system says no.
    #[error("cannot read lock file {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file system says no.
    #[error("cannot write lock file {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its text is no lock.
    #[error("cannot use lock file {}", path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Defect,
    },
    /// It answers another recipe.
    #[error("lock file {} does not fit the recipe", path.display())]
    Stale {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Mismatch,
    },
}

impl Error {
    fn path(&self) -> &std::path::Path {
        match self {
            Self::Missing { path }
            | Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::Unusable { path, .. }
            | Self::Stale { path, .. } => path,
        }
    }
}

impl Fault for Error {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        let path = self.path();
        let command = if path == std::path::Path::new(DEFAULT_NAME) {
            "drydock lock".to_owned()
        } else {
            format!("drydock lock --lock {}", path.display())
        };
        Some(match self {
            Self::Missing { .. } => format!("`{command}` makes one"),
            Self::Read { .. } | Self::Write { .. } => {
                "check the path and its permissions, or name another with --lock FILE".into()
            }
            Self::Unusable { source: Defect::FromTheFuture { .. }, .. } => {
                format!("use a newer drydock, or let `{command}` write it anew")
            }
            Self::Unusable { .. } => format!("`{command}` writes it anew"),
            Self::Stale { .. } => format!("`{command}` brings it up to date (give it the same flags as the build)"),
        })
    }
}

const _: () = {
    const fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
};
