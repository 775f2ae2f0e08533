//! How a resolution can fail.

use std::collections::BTreeSet;

use super::{Near, Unsatisfiable};
use crate::{
    formats::repodata::RichError,
    terms::{Class, Fault},
};

/// No solution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No repository has anything by these names.
    #[error("no package, capability or file matches {}{}", list(.specs), told(.near))]
    NoMatch {
        /// The specs, in the request's order.
        specs: Vec<String>,
        /// What comes close to them: spec and what exists.
        near: Vec<(String, Near)>,
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

/// What exists instead, a line for each spec; names are for the hint.
fn told(near: &[(String, Near)]) -> String {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for (spec, near) in near.iter().filter(|(_, n)| !matches!(n, Near::Names { .. })) {
        match lines.last_mut() {
            Some((last, nouns)) if last == spec => nouns.push(near.noun()),
            _ => lines.push((spec, vec![near.noun()])),
        }
    }
    lines.iter().map(|(spec, nouns)| format!("\n{spec}: there is {}", nouns.join(", "))).collect()
}

/// The names that were perhaps meant; of several specs, which for which.
fn meant(near: &[(String, Near)]) -> Option<String> {
    let names: Vec<&(String, Near)> = near.iter().filter(|(_, n)| matches!(n, Near::Names { .. })).collect();
    match names.as_slice() {
        [] => None,
        [(_, one)] => Some(one.to_string()),
        several => {
            let each = several.iter().map(|(spec, near)| format!("{} for {spec}", near.noun()));
            Some(format!("did you mean {}", each.collect::<Vec<_>>().join(", ")))
        }
    }
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
            Self::NoMember { near: Some(near), .. } => Some(format!("did you mean {near}")),
            Self::NoMatch { near, .. } => {
                let other = "check the name, or add the repository that has it with --repo ID=URL";
                meant(near).or_else(|| near.is_empty().then(|| other.to_owned()))
            }
            Self::Unsatisfiable(why) if !why.without_best.is_empty() => {
                let packages: Vec<String> = why.without_best.iter().take(5).map(ToString::to_string).collect();
                Some(format!("with --no-best (best = false in a recipe) {} would be taken", packages.join(", ")))
            }
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
