//! What a choice of packages means for what is there: changes, and why each.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::Serialize;

use super::{
    conflict::{Aim, Goal},
    pool::Pkg,
    rules::{Claim, Ground, package},
    solution::Resolver,
};
use crate::terms::{Checksum, Nevra};

/// What happens to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Install,
    /// It takes the place of an older package of its name.
    Upgrade,
    /// It takes the place of a newer package of its name.
    Downgrade,
    /// It takes the place of a package of the same name and version (another build or architecture).
    Reinstall,
    /// It goes, because something that comes obsoletes it.
    Remove,
}

/// Why a package is in the solution.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Reason {
    /// A spec asked for it.
    Asked {
        /// The spec.
        spec: String,
    },
    /// Another package needs it.
    Needed {
        /// That package.
        by: Nevra,
        /// The dependency.
        requirement: String,
    },
    /// Another package recommends it, or it supplements one.
    Weak {
        /// The other package.
        by: Nevra,
    },
    /// It takes the place of an installed package, which something else in the solution made necessary.
    Replaces {
        /// The installed package.
        installed: Nevra,
    },
    /// It is obsoleted.
    Obsoleted {
        /// What obsoletes it.
        by: Nevra,
    },
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// To which package.
    pub nevra: Nevra,
    /// The repository it comes from; none for what goes.
    pub source: Option<String>,
    /// Bytes of the package file.
    pub size: u64,
    /// Its checksum.
    pub checksum: Option<Checksum>,
    /// Its path below [`Change::base`], or below its repository.
    pub location: String,
    /// `xml:base` of the location, where it differs from the repository's.
    pub base: Option<String>,
    /// Build time, in seconds since 1970.
    pub build_time: u32,
    /// Why.
    pub reason: Reason,
    /// Installed packages it takes the place of: older versions, and what it obsoletes.
    pub replaces: Vec<Nevra>,
}

impl Resolver<'_> {
    /// The difference between what is there and what was chosen.
    pub(super) fn changes(&self, goals: &[Aim], chosen: &[Pkg], wished_by: &BTreeMap<Pkg, Pkg>) -> Vec<Change> {
        let pool = self.pool;
        let new: Vec<Pkg> = chosen.iter().copied().filter(|&p| !pool.is_installed(p)).collect();
        let gone: Vec<Pkg> = pool.installed().filter(|p| chosen.binary_search(p).is_err()).collect();
        let mut reasons = self.reasons(goals, chosen, wished_by);
        let mut out = Vec::new();
        let mut obsoleted = BTreeMap::new();
        for &p in &new {
            let twins = |&q: &Pkg| pool.group_of(q) == pool.group_of(p) && self.rules.excludes_twin(p, q);
            let predecessors: Vec<Pkg> = gone.iter().copied().filter(twins).collect();
            let newest = predecessors.iter().copied().max_by(|&a, &b| pool.evr(a).order(&pool.evr(b)));
            let action = match newest.map(|q| pool.evr(p).order(&pool.evr(q))) {
                None => Action::Install,
                Some(Ordering::Greater) => Action::Upgrade,
                Some(Ordering::Less) => Action::Downgrade,
                Some(Ordering::Equal) => Action::Reinstall,
            };
            let mut replaces: Vec<Pkg> = pool.obsoleted_by(p).into_iter().filter(|q| gone.contains(q)).collect();
            for &q in replaces.iter().filter(|q| !predecessors.contains(q)) {
                obsoleted.entry(q).or_insert(p);
            }
            replaces.extend(predecessors);
            replaces.sort_unstable();
            replaces.dedup();
            let fallback = || match replaces.first() {
                Some(&q) => Reason::Replaces { installed: pool.nevra(q) },
                None => Reason::Needed { by: pool.nevra(p), requirement: String::new() },
            };
            let reason = reasons.remove(&p).unwrap_or_else(fallback);
            out.push(self.change(p, action, reason, replaces.iter().map(|&q| pool.nevra(q)).collect()));
        }
        // What an installed package obsoletes may go, though nothing new does it.
        let replaced: BTreeSet<Nevra> = out.iter().flat_map(|c: &Change| c.replaces.iter().cloned()).collect();
        for &q in gone.iter().filter(|q| !replaced.contains(&pool.nevra(**q))) {
            let by = pool.all_obsoleters(q).into_iter().find(|p| chosen.binary_search(p).is_ok());
            obsoleted.entry(q).or_insert(by.unwrap_or(q));
        }
        for (q, by) in obsoleted {
            out.push(self.change(q, Action::Remove, Reason::Obsoleted { by: pool.nevra(by) }, Vec::new()));
        }
        out.sort_by(|a, b| {
            (&a.nevra.name, &a.nevra.arch, &a.nevra.evr, a.action).cmp(&(
                &b.nevra.name,
                &b.nevra.arch,
                &b.nevra.evr,
                b.action,
            ))
        });
        out
    }

    fn change(&self, p: Pkg, action: Action, reason: Reason, replaces: Vec<Nevra>) -> Change {
        let (c, id) = self.pool.at(p);
        Change {
            action,
            nevra: c.nevra(id),
            source: self.pool.source(p).map(|s| s.id.clone()),
            size: c.size(id),
            checksum: c.checksum(id),
            location: c.location(id).to_owned(),
            base: Some(c.base(id)).filter(|b| !b.is_empty()).map(str::to_owned),
            build_time: c.build_time(id),
            reason,
            replaces,
        }
    }

    /// Walks from the specs along the dependencies; the first way found is the reason told.
    fn reasons(&self, goals: &[Aim], chosen: &[Pkg], wished_by: &BTreeMap<Pkg, Pkg>) -> BTreeMap<Pkg, Reason> {
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let mut out = BTreeMap::new();
        let mut queue = VecDeque::new();
        let mut claims = Vec::new();
        let mut seen = BTreeSet::new();
        let specs = goals.iter().filter_map(|(goal, any)| match goal {
            Goal::Spec(spec) | Goal::Wish(spec) => {
                Some((any.iter().copied().find(is_chosen)?, Reason::Asked { spec: spec.clone() }))
            }
            Goal::Keep(_) => None,
        });
        let weak = wished_by.iter().filter(|(p, _)| is_chosen(p));
        let weak = weak.map(|(&p, &by)| (p, Reason::Weak { by: self.pool.nevra(by) }));
        // Installed packages come last: an upgrade that a new package needs should say so.
        let kept = self.pool.installed().filter(is_chosen).map(|p| (p, None));
        for (p, reason) in specs.chain(weak).map(|(p, r)| (p, Some(r))).chain(kept) {
            if seen.insert(p) {
                out.extend(reason.map(|r| (p, r)));
                queue.push_back(p);
            }
            while let Some(p) = queue.pop_front() {
                self.rules.claims(p, &mut claims);
                for (ground, claim) in claims.drain(..) {
                    let (Ground::Requires(d), serves) = (ground, served(&claim)) else { continue };
                    for q in serves.into_iter().filter(|q| is_chosen(q) && !self.pool.is_installed(*q)) {
                        if seen.insert(q) {
                            let requirement = self.rules.text(d);
                            out.insert(q, Reason::Needed { by: self.pool.nevra(p), requirement });
                            queue.push_back(q);
                        }
                    }
                }
            }
        }
        out
    }
}

/// The packages that make a claim hold.
pub(super) fn served(claim: &Claim) -> Vec<Pkg> {
    match claim {
        Claim::AnyOf(any) => any.to_vec(),
        Claim::Either(block) => block.iter().filter(|l| **l > 0).map(|&l| package(l)).collect(),
        Claim::Never | Claim::Without(_) => Vec::new(),
    }
}
