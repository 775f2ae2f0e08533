//! Why an effect cannot be had.

use std::io;

use crate::{
    rootfs::TreeError,
    terms::{Class, Fault, InvalidPath, RootPath},
};

/// Why the recipe's own part of an image cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EffectError {
    /// A file of the image that has to be read or changed.
    #[error("reading {path} of the image")]
    Read {
        /// Which.
        path: RootPath,
        /// Why.
        source: io::Error,
    },
    /// A path that cannot be made.
    #[error("making {path}")]
    Place {
        /// Which.
        path: RootPath,
        /// Why.
        source: TreeError,
    },
    /// A local name that is no path inside an image.
    #[error("copying {name}")]
    Name {
        /// The local name.
        name: String,
        /// Why.
        source: InvalidPath,
    },
    /// An owner nobody in the image has.
    #[error("{path} is to belong to {owner}, whom the image does not have")]
    UnknownOwner {
        /// The file.
        path: RootPath,
        /// The user or group.
        owner: String,
    },
    /// A user or group that is there already, as another.
    #[error("{kind} {name} is to have number {wanted}, but the image has it with {found}")]
    Taken {
        /// `user` or `group`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The recipe's number.
        wanted: u32,
        /// The image's.
        found: u32,
    },
    /// A number another account has.
    #[error("{kind} {name} is to have number {number}, which {holder} has")]
    NumberTaken {
        /// `user` or `group`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The number.
        number: u32,
        /// Who has it.
        holder: String,
    },
}

impl Fault for EffectError {
    fn class(&self) -> Class {
        match self {
            Self::Read { .. } => Class::Internal,
            _ => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownOwner { owner, .. } => {
                Some(format!("add [[users]] or [[groups]] for {owner}, or install the package that creates it"))
            }
            Self::Taken { kind, found, .. } => Some(format!("give the {kind} the number {found}, or another name")),
            Self::NumberTaken { .. } => Some("choose another number".to_owned()),
            _ => None,
        }
    }
}
