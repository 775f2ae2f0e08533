//! How a resolution can fail.

use std::collections::BTreeSet;

use super::Unsatisfiable;
use crate::{
    formats::repodata::RichError,
    terms::{Class, Fault},
};

/// No solution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No repository has anything by these names.
    #[error("no package, capability or file matches {}", list(.specs))]
    NoMatch {
        /// The specs, in the request's order.
        specs: Vec<String>,
        /// A close name for the first of them.
        near: Option<String>,
    },
    /// No advisory among those asked for brings any of them.
    #[error("no advisory asked for brings a package for {}", list(.specs))]
    NotAdvised {
        /// The specs, in the request's order.
        specs: Vec<String>,
    },
    /// A profile's package is nowhere.
    #[error("{spec}: no repository has its package {name}")]
    NoMember {
        /// The module and its profile.
        spec: String,
        /// The package.
        name: String,
        /// A close name.
        near: Option<String>,
    },
    /// A spec is not text dnf would take.
    #[error("package spec {spec:?} cannot be read")]
    Spec {
        /// The spec.
        spec: String,
        /// What is wrong with it.
        #[source]
        source: RichError,
    },
    /// No set of packages satisfies the request.
    #[error(transparent)]
    Unsatisfiable(#[from] Box<Unsatisfiable>),
    /// Dependencies name files outside primary's lists: look these paths up in every source's `filelists.xml`, hand the
    /// answers to [`Source::answer`](super::Source::answer) and ask again.
    #[error("dependencies on files need the repositories' file lists")]
    NeedsFileLists {
        /// Every such path the sources mention, so that one round is enough.
        paths: BTreeSet<String>,
    },
}

fn list(specs: &[String]) -> String {
    specs.join(", ")
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Spec { .. } => Class::Usage,
            Self::NeedsFileLists { .. } => Class::Internal,
            Self::NoMatch { .. } | Self::NotAdvised { .. } | Self::NoMember { .. } | Self::Unsatisfiable(_) => {
                Class::Unsatisfiable
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoMatch { near: Some(near), .. } | Self::NoMember { near: Some(near), .. } => {
                Some(format!("did you mean {near}"))
            }
            Self::NoMatch { .. } => Some("check the name, or add the repository that has it with --repo ID=URL".into()),
            Self::NotAdvised { .. } => {
                Some("leave --advisory, --security and the like away for these, or put them under try".into())
            }
            _ => None,
        }
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
};
