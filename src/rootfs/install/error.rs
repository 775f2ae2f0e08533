//! Why packages cannot be installed together, or at all.

use std::{fmt, io};

use crate::{
    rootfs::TreeError,
    terms::{Class, Fault, InvalidPath, Nevra, RootPath},
};

use super::InvalidCapabilities;

/// Two packages that want different things at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path, resolved.
    pub path: RootPath,
    /// The package that came second.
    pub package: Nevra,
    /// The one that owns the path already.
    pub other: Nevra,
}

/// Why a transaction ends without a tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// Packages that overwrite one another's files.
    #[error("{}", ConflictList(.0))]
    Conflicts(Vec<Conflict>),
    /// A file where a directory with content is.
    #[error("installing {package}: {path} is a directory, and the package has something else there")]
    DirectoryInTheWay {
        /// The package.
        package: Nevra,
        /// The path.
        path: RootPath,
    },
    /// A symbolic link on the way that somebody else may have put there.
    #[error(
        "installing {path} of {package}: the symbolic link {link} belongs neither to root nor to the owner of what it leads to"
    )]
    StrangersLink {
        /// The package.
        package: Nevra,
        /// The file.
        path: RootPath,
        /// The link.
        link: RootPath,
    },
    /// A packaged name that is no path inside an image.
    #[error("installing {package}")]
    Name {
        /// The package.
        package: Nevra,
        /// What is wrong with the name.
        source: InvalidPath,
    },
    /// A path that cannot exist.
    #[error("installing {package}")]
    Tree {
        /// The package.
        package: Nevra,
        /// Why.
        source: TreeError,
    },
    /// Capabilities that do not parse.
    #[error("installing {path} of {package}")]
    Capabilities {
        /// The package.
        package: Nevra,
        /// The file.
        path: RootPath,
        /// What is wrong with the text.
        source: InvalidCapabilities,
    },
    /// A file of the image that had to be looked into could not be read.
    #[error("reading {path} of the image")]
    Content {
        /// The file.
        path: RootPath,
        /// Why.
        source: io::Error,
    },
}

impl Fault for InstallError {
    fn class(&self) -> Class {
        match self {
            Self::Conflicts(_) | Self::DirectoryInTheWay { .. } => Class::Unsatisfiable,
            Self::StrangersLink { .. } | Self::Name { .. } | Self::Tree { .. } | Self::Capabilities { .. } => {
                Class::Verification
            }
            Self::Content { .. } => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Conflicts(list) => list
                .first()
                .map(|c| format!("leave out one of them, for instance with exclude = [\"{}\"]", c.package.name)),
            Self::Name { package, .. } | Self::Tree { package, .. } => Some(format!(
                "the package is not sound: leave it out with exclude = [\"{}\"], or take it from another repository",
                package.name
            )),
            _ => None,
        }
    }
}

struct ConflictList<'a>(&'a [Conflict]);

impl fmt::Display for ConflictList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (i, c) in self.0.iter().take(SHOWN).enumerate() {
            let lead = if i == 0 { "" } else { "; " };
            write!(f, "{lead}file {} conflicts between {} and {}", c.path, c.package, c.other)?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
