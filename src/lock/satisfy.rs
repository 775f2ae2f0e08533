//! Whether a lock still answers a recipe: a pure comparison, no network.

use std::collections::{BTreeMap, BTreeSet};

use crate::terms::{Arch, Digest, stripped};

use super::{ArchLock, Compression, Lock, LockedInput};

/// What a recipe asks of a lock, as plain values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The compression asked for; none when nobody asked.
    pub compression: Option<Compression>,
    /// The recipe's local files and trees in their present state.
    pub inputs: Vec<LockedInput>,
    /// The architectures to build. The lock may hold more.
    pub arches: BTreeMap<Arch, ArchWanted>,
}

/// One architecture's part of [`Wanted`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchWanted {
    /// Digest of the effective recipe. It alone decides; the other fields only say *what* changed.
    pub recipe: Digest,
    /// Registry and name of the base, and its digest as given.
    pub base: Option<(String, Digest)>,
    /// Install specs.
    pub request: Vec<String>,
    /// Ids of the repositories, and the base URL where the recipe states one without variables.
    pub repositories: Vec<(String, Option<String>)>,
    /// The layer plan's names.
    pub layers: Vec<String>,
}

/// One reason why a lock does not answer a recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stale {
    /// The lock was made without this architecture.
    #[error("it has no {arch}")]
    Arch {
        /// Which.
        arch: Arch,
    },
    /// Another base image.
    #[error("{arch}: the base is now {wanted}, the lock has {locked}")]
    Base {
        /// Where.
        arch: Arch,
        /// `REPOSITORY@DIGEST` or `none`.
        wanted: String,
        /// `REPOSITORY@DIGEST` or `none`.
        locked: String,
    },
    /// A spec the lock does not answer.
    #[error("{arch}: {spec} is now asked for")]
    SpecAdded {
        /// Where.
        arch: Arch,
        /// The spec.
        spec: String,
    },
    /// A spec nobody asks for any more.
    #[error("{arch}: {spec} is no longer asked for")]
    SpecRemoved {
        /// Where.
        arch: Arch,
        /// The spec.
        spec: String,
    },
    /// A repository the lock did not look into.
    #[error("{arch}: repository {id} is new")]
    RepositoryAdded {
        /// Where.
        arch: Arch,
        /// Id or label.
        id: String,
    },
    /// A repository that is gone from the recipe.
    #[error("{arch}: repository {id} is no longer in the recipe")]
    RepositoryRemoved {
        /// Where.
        arch: Arch,
        /// Id or label.
        id: String,
    },
    /// A repository at another place.
    #[error("{arch}: repository {id} is now at {wanted}, the lock has {locked}")]
    RepositoryMoved {
        /// Where.
        arch: Arch,
        /// Id or label.
        id: String,
        /// Base URL now.
        wanted: String,
        /// Base URL then.
        locked: String,
    },
    /// Another layer plan.
    #[error("{arch}: the layers are now {}, the lock has {}", wanted.join(", "), locked.join(", "))]
    Layers {
        /// Where.
        arch: Arch,
        /// Names now.
        wanted: Vec<String>,
        /// Names then.
        locked: Vec<String>,
    },
    /// The effective recipe differs in something the lock does not spell out (labels, users, files, excludes …).
    #[error("{arch}: the recipe has changed")]
    Recipe {
        /// Where.
        arch: Arch,
    },
    /// Another compression.
    #[error("the compression is now {wanted}, the lock has {locked}")]
    Compression {
        /// Asked for.
        wanted: Compression,
        /// In the lock.
        locked: Compression,
    },
    /// A local file or tree with another content, or one that is new or gone.
    #[error("{path} has changed")]
    Input {
        /// As the recipe spells it.
        path: String,
    },
}

impl Lock {
    /// Whether the lock answers what is wanted; every reason why not. A lock may hold more architectures than wanted.
    pub fn satisfies(&self, wanted: &Wanted) -> Result<(), Vec<Stale>> {
        let mut stale = Vec::new();
        if let Some(wanted) = wanted.compression.filter(|c| *c != self.compression) {
            stale.push(Stale::Compression { wanted, locked: self.compression });
        }
        let (now, then): (BTreeSet<_>, BTreeSet<_>) = (wanted.inputs.iter().collect(), self.inputs.iter().collect());
        let changed: BTreeSet<_> = now.symmetric_difference(&then).map(|i| i.path.clone()).collect();
        stale.extend(changed.into_iter().map(|path| Stale::Input { path }));
        for (&arch, wanted) in &wanted.arches {
            match self.arches.get(&arch) {
                None => stale.push(Stale::Arch { arch }),
                Some(locked) if locked.recipe == wanted.recipe => {}
                Some(locked) => stale.extend(differences(arch, locked, wanted)),
            }
        }
        if stale.is_empty() { Ok(()) } else { Err(stale) }
    }
}

/// What is different once the recipe's digest is: never empty.
fn differences(arch: Arch, locked: &ArchLock, wanted: &ArchWanted) -> Vec<Stale> {
    let mut stale = Vec::new();
    let then = locked.base.as_ref().map(|b| (b.repository.clone(), b.reference));
    if then != wanted.base {
        stale.push(Stale::Base { arch, wanted: pinned(wanted.base.as_ref()), locked: pinned(then.as_ref()) });
    }
    stale.extend(added(&wanted.request, &locked.request).map(|spec| Stale::SpecAdded { arch, spec }));
    stale.extend(added(&locked.request, &wanted.request).map(|spec| Stale::SpecRemoved { arch, spec }));
    stale.extend(moved(arch, locked, wanted));
    if locked.layers != wanted.layers {
        stale.push(Stale::Layers { arch, wanted: wanted.layers.clone(), locked: locked.layers.clone() });
    }
    if stale.is_empty() {
        stale.push(Stale::Recipe { arch });
    }
    stale
}

fn moved(arch: Arch, locked: &ArchLock, wanted: &ArchWanted) -> Vec<Stale> {
    let mut stale = Vec::new();
    for (id, url) in &wanted.repositories {
        let id = id.clone();
        match (locked.repository(&id), url.as_deref().map(stripped)) {
            (None, _) if locked.unavailable.contains(&id) => {}
            (None, _) => stale.push(Stale::RepositoryAdded { arch, id }),
            (Some(r), Some(wanted)) if r.baseurl.trim_end_matches('/') != wanted.trim_end_matches('/') => {
                stale.push(Stale::RepositoryMoved { arch, id, wanted, locked: r.baseurl.clone() });
            }
            _ => {}
        }
    }
    for r in locked.repositories.iter().filter(|r| !wanted.repositories.iter().any(|(id, _)| *id == r.id)) {
        stale.push(Stale::RepositoryRemoved { arch, id: r.id.clone() });
    }
    stale
}

fn added<'a>(now: &'a [String], then: &'a [String]) -> impl Iterator<Item = String> + 'a {
    now.iter().filter(|s| !then.contains(s)).cloned()
}

fn pinned(base: Option<&(String, Digest)>) -> String {
    base.map_or_else(|| "none".into(), |(repository, digest)| format!("{repository}@{digest}"))
}
