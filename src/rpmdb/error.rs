//! What can go wrong with a database.

use crate::{
    formats::rpm::{HeaderError, Tag},
    terms::{Class, Fault},
};

/// A database that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A header without states for its files.
    #[error("a package's header has no state for a file of it")]
    States,
    /// SQLite refuses.
    #[error("{action} the rpm database")]
    Sqlite {
        /// `opening`, `reading`, `writing`.
        action: &'static str,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// The file is no database of rpm's, or one from the future.
    #[error("rpm database {why}")]
    Form {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A page of a Berkeley DB file.
    #[error("page {page} of the rpm database {why}")]
    Page {
        /// Its number.
        page: u32,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The database has a table this version does not know and would leave stale.
    #[error("rpm database has the unknown table {table:?}")]
    UnknownTable {
        /// The table.
        table: String,
    },
    /// A stored header, or one to be stored, is malformed.
    #[error("parsing the header of package {instance} of the rpm database")]
    Header {
        /// The instance.
        instance: u32,
        /// Which rule it breaks.
        #[source]
        source: HeaderError,
    },
    /// A package to remove or rewrite is not there.
    #[error("rpm database has no package {instance}")]
    Absent {
        /// The instance.
        instance: u32,
    },
    /// The instance numbers are used up.
    #[error("rpm database has no free package number after {last}")]
    Full {
        /// The highest given.
        last: u32,
    },
    /// A package's signature header cannot be merged into its header.
    #[error("merging signature tag {tag} into the header of {package}")]
    Signature {
        /// The package.
        package: String,
        /// The tag as installed.
        tag: Tag,
        /// Why not.
        #[source]
        source: MergeError,
    },
}

/// Why a signature tag cannot be merged (rpm `headerMergeLegacySigs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The main header has the tag already: signed and unsigned values must not mix.
    #[error("the header has the tag itself")]
    Duplicate,
    /// Type or number of elements are not what the tag wants.
    #[error("its type or number of elements is wrong")]
    Form,
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Absent { .. } | Self::Full { .. } => Class::Internal,
            Self::UnknownTable { .. } => Class::Usage,
            _ => Class::Verification,
        }
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::UnknownTable { .. })
            .then(|| "the base image was made by a newer rpm: use a newer drydock or an older base".to_owned())
    }
}
