//! What can be wrong with metadata.

use crate::terms::{Class, Fault};

/// Metadata that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepodataError {
    /// The bytes are not well-formed XML, or the decompressor gave up.
    #[error("{document} is damaged near byte {position}")]
    Damaged {
        /// `repomd.xml`, `primary.xml`, `filelists.xml`.
        document: &'static str,
        /// Offset in the decompressed document.
        position: u64,
        /// What the parser said.
        #[source]
        source: Box<quick_xml::Error>,
    },
    /// The document ends before its root element does.
    #[error("{document} is cut off after {position} bytes")]
    Truncated {
        /// The document.
        document: &'static str,
        /// Bytes read.
        position: u64,
    },
    /// Something is larger than any honest repository makes it.
    #[error("{document} has {what} over the limit of {limit}")]
    TooLarge {
        /// The document.
        document: &'static str,
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// An element or attribute has a value that means nothing.
    #[error("{document} has {what} {value:?}")]
    Invalid {
        /// The document.
        document: &'static str,
        /// What has the value.
        what: &'static str,
        /// The value, cut at 100 characters.
        value: String,
    },
    /// Something required is absent.
    #[error("{document} has {what} missing")]
    Missing {
        /// The document.
        document: &'static str,
        /// What is missing, and from where.
        what: &'static str,
    },
    /// A page of a portal or proxy, or of a server that has only pages.
    #[error("{document} is an HTML page")]
    Html {
        /// The document.
        document: &'static str,
    },
    /// A document type declaration or an entity that XML itself does not define.
    #[error("{document} declares or uses XML entities of its own, which repository metadata never does")]
    Entities {
        /// The document.
        document: &'static str,
    },
    /// The bytes cannot be read.
    #[error("{document} cannot be read")]
    Read {
        /// The document.
        document: &'static str,
        /// What the decompressor or the disk said.
        #[source]
        source: std::io::Error,
    },
    /// The text is not YAML.
    #[error("{document} is no YAML at line {line}: {message}")]
    Yaml {
        /// The document.
        document: &'static str,
        /// The line, from 1.
        line: u64,
        /// What the parser said.
        message: String,
    },
    /// YAML aliases, of which bombs are made.
    #[error("{document} uses YAML aliases (line {line}), which repository metadata never does")]
    Aliases {
        /// The document.
        document: &'static str,
        /// The line, from 1.
        line: u64,
    },
    /// A saved catalog that does not fit together.
    #[error("the saved catalog is damaged or of another version")]
    Saved,
}

impl RepodataError {
    pub(crate) fn invalid(document: &'static str, what: &'static str, value: &str) -> Self {
        Self::Invalid { document, what, value: value.chars().take(100).collect() }
    }
}

impl Fault for RepodataError {
    fn class(&self) -> Class {
        Class::Verification
    }

    fn hint(&self) -> Option<String> {
        if let Self::Html { .. } = self {
            return Some(
                "a portal or proxy may answer in the server's place, or the address is not a repository's".into(),
            );
        }
        Some("the repository's metadata is broken or incomplete: try another mirror, or tell its owner".into())
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<RepodataError>();
};
