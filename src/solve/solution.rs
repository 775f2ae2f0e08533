//! From a request to a list of changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Error, Request,
    explain::explain,
    pool::{Pkg, Pool},
    rules::Rulebook,
    search::{Aim, Goal, search},
};
use crate::{
    formats::repodata::{Relation, Requirement, Rich},
    terms::{Checksum, Nevra},
};

/// Rounds of weak dependencies: each adds what the packages of the round before recommend.
const MAX_WEAK_ROUNDS: usize = 64;

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

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// The changes, by package name, then architecture, then version; removals among them.
    pub changes: Vec<Change>,
    /// `try` specs no source has.
    pub missing: Vec<String>,
}

/// Resolves a request. The result depends on nothing but the request.
///
/// # Errors
/// See [`Error`]; [`Error::NeedsFileLists`] asks to come again.
pub fn solve(request: &Request) -> Result<Solution, Error> {
    let pool = Pool::new(request);
    let rules = Rulebook::new(&pool);
    let outcome = Resolver { pool: &pool, rules: &rules }.run();
    // A path that primary cannot answer may have decided anything, so it comes before every other outcome.
    match pool.unanswered() {
        Some(paths) => Err(Error::NeedsFileLists { paths }),
        None => outcome,
    }
}

struct Resolver<'a> {
    pool: &'a Pool<'a>,
    rules: &'a Rulebook<'a>,
}

impl Resolver<'_> {
    fn run(&self) -> Result<Solution, Error> {
        let (mut goals, missing) = self.wanted()?;
        goals.extend(self.pool.installed().map(|p| (Goal::Keep(p), self.successors(p))));
        let attempt = |wishes: &[Pkg]| {
            search(self.rules, &goals, wishes)
                .map_err(|conflict| Error::from(Box::new(explain(self.pool, &goals, &conflict))))
        };
        let mut chosen = attempt(&[])?;
        let mut wishes: Vec<Pkg> = Vec::new();
        let mut wished_by = BTreeMap::new();
        if self.pool.request.weak {
            for _ in 0..MAX_WEAK_ROUNDS {
                let more = self.weak_wishes(&chosen, &wished_by);
                if more.is_empty() {
                    break;
                }
                wishes.extend(more.iter().map(|(p, _)| *p));
                wished_by.extend(more);
                chosen = attempt(&wishes)?;
            }
        }
        Ok(Solution { changes: self.changes(&goals, &chosen, &wished_by), missing })
    }

    /// The specs as goals, and the `try` specs nobody has.
    fn wanted(&self) -> Result<(Vec<Aim>, Vec<String>), Error> {
        let request = self.pool.request;
        let (mut goals, mut missing, mut unmatched) = (Vec::new(), Vec::new(), Vec::new());
        let specs = request.specs.iter().map(|s| (s, true)).chain(request.try_specs.iter().map(|s| (s, false)));
        for (spec, hard) in specs {
            let found = self.pool.matching(spec)?;
            if !hard && found.iter().all(|&p| self.pool.barred(p).is_some()) {
                missing.push(spec.clone());
                continue;
            }
            if found.is_empty() {
                unmatched.push(spec.clone());
                continue;
            }
            for candidates in self.by_name_if_glob(spec, found) {
                let preferred = self.pool.preferred(&candidates);
                self.rules.allow_alone(&preferred);
                let usable = if request.best { self.pool.best(&preferred) } else { self.installed_first(preferred) };
                goals.push((Goal::Spec(spec.clone()), usable));
            }
        }
        match unmatched.first() {
            Some(first) => Err(Error::NoMatch { near: self.pool.nearest_name(first), specs: unmatched }),
            None => Ok((goals, missing)),
        }
    }

    /// Without `best`, what is installed serves.
    fn installed_first(&self, mut candidates: Vec<Pkg>) -> Vec<Pkg> {
        candidates.sort_by_key(|&p| !self.pool.is_installed(p));
        candidates
    }

    /// A glob asks for every name it matches; anything else for one package. Names only barred packages have drop out.
    fn by_name_if_glob(&self, spec: &str, found: Vec<Pkg>) -> Vec<Vec<Pkg>> {
        if !spec.contains(['*', '?', '[']) || spec.starts_with('/') {
            return vec![found];
        }
        let mut by_name = BTreeMap::<&str, Vec<Pkg>>::new();
        let usable = found.iter().any(|&p| self.pool.barred(p).is_none());
        for p in found.into_iter().filter(|&p| !usable || self.pool.barred(p).is_none()) {
            by_name.entry(self.pool.name(p)).or_default().push(p);
        }
        by_name.into_values().collect()
    }

    /// An installed package, then what may take its place: newer ones of its name and architecture, older ones, and
    /// what obsoletes it. Everything listed excludes the package itself, so that it stays unless replaced.
    fn successors(&self, p: Pkg) -> Vec<Pkg> {
        let pool = self.pool;
        let arch = pool.arch(p);
        let fits = |&q: &Pkg| {
            !pool.is_installed(q)
                && pool.barred(q).is_none()
                && self.rules.excludes_twin(p, q)
                && (pool.arch(q) == arch || arch == "noarch" || pool.arch(q) == "noarch")
        };
        let twins: Vec<Pkg> = pool.members(pool.group_of(p)).iter().copied().filter(fits).collect();
        let mut out = vec![p];
        out.extend(pool.preferred(&twins));
        if !pool.request.protected.iter().any(|name| name == pool.name(p)) {
            let obsoleters = pool.obsoleters(p).into_iter();
            out.extend(obsoleters.filter(|&q| !pool.is_installed(q) && pool.barred(q).is_none()));
        }
        out
    }

    /// What the new packages recommend and what supplements the set, where nothing chosen serves already.
    fn weak_wishes(&self, chosen: &[Pkg], tried: &BTreeMap<Pkg, Pkg>) -> Vec<(Pkg, Pkg)> {
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let mut out: Vec<(Pkg, Pkg)> = Vec::new();
        for &p in chosen.iter().filter(|&&p| !self.pool.is_installed(p)) {
            for d in self.pool.deps(p, Relation::Recommends) {
                let wanted = Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() };
                let any = if Rich::is_rich(d.name) {
                    self.rich_wish(d.name, &is_chosen)
                } else {
                    self.rules.providers(&wanted).to_vec()
                };
                let free = |q: &&Pkg| self.pool.barred(**q).is_none() && !tried.contains_key(q);
                if let (false, Some(&q)) = (any.iter().any(is_chosen), any.iter().find(free)) {
                    out.push((q, p));
                }
            }
        }
        for q in self.pool.all().filter(|q| !is_chosen(q) && self.pool.barred(*q).is_none() && !tried.contains_key(q)) {
            for d in self.pool.deps(q, Relation::Supplements) {
                if let Some(p) = self.supplemented(d.name, d.sense, d.evr.to_evr(), chosen) {
                    let newest = self.pool.preferred(self.pool.members(self.pool.group_of(q))).first() == Some(&q);
                    if newest && !out.iter().any(|(w, _)| *w == q) {
                        out.push((q, p));
                    }
                }
            }
        }
        out.dedup_by_key(|(q, _)| *q);
        out
    }

    fn rich_wish(&self, text: &str, is_chosen: &impl Fn(&Pkg) -> bool) -> Vec<Pkg> {
        match Rich::parse(text) {
            Ok(Rich::If { then, when, .. }) if self.holds(&when, is_chosen) => self.plain_set(&then),
            Ok(Rich::Or(all)) => all.iter().flat_map(|r| self.plain_set(r)).collect(),
            Ok(other) => self.plain_set(&other),
            Err(_) => Vec::new(),
        }
    }

    fn plain_set(&self, rich: &Rich) -> Vec<Pkg> {
        match rich {
            Rich::Plain(wanted) => self.rules.providers(wanted).to_vec(),
            _ => Vec::new(),
        }
    }

    fn holds(&self, rich: &Rich, is_chosen: &impl Fn(&Pkg) -> bool) -> bool {
        match rich {
            Rich::Plain(wanted) => self.pool.providers(wanted).iter().any(is_chosen),
            Rich::And(all) | Rich::With(all) => all.iter().all(|r| self.holds(r, is_chosen)),
            Rich::Or(all) => all.iter().any(|r| self.holds(r, is_chosen)),
            _ => false,
        }
    }

    /// A new package of the solution that the entry supplements.
    fn supplemented(
        &self,
        name: &str,
        sense: crate::formats::repodata::Sense,
        evr: crate::terms::Evr,
        chosen: &[Pkg],
    ) -> Option<Pkg> {
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let new = |p: &Pkg| is_chosen(p) && !self.pool.is_installed(*p);
        if Rich::is_rich(name) {
            let rich = Rich::parse(name).ok()?;
            let mut leaves = Vec::new();
            leaves_of(&rich, &mut leaves);
            let new = leaves.into_iter().flat_map(|r| self.pool.providers(r)).find(new)?;
            return self.holds(&rich, &is_chosen).then_some(new);
        }
        self.pool.providers(&Requirement { name: name.to_owned(), sense, evr }).into_iter().find(new)
    }

    fn changes(&self, goals: &[Aim], chosen: &[Pkg], wished_by: &BTreeMap<Pkg, Pkg>) -> Vec<Change> {
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
                Some(std::cmp::Ordering::Greater) => Action::Upgrade,
                Some(std::cmp::Ordering::Less) => Action::Downgrade,
                Some(std::cmp::Ordering::Equal) => Action::Reinstall,
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
        let mut queue = std::collections::VecDeque::new();
        let mut seen = BTreeSet::new();
        let specs = goals.iter().filter_map(|(goal, any)| match goal {
            Goal::Spec(spec) => Some((any.iter().copied().find(is_chosen)?, Reason::Asked { spec: spec.clone() })),
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
                let Ok(rules) = self.rules.of(p) else { continue };
                for clause in rules.clauses {
                    let serves = clause.any.iter().copied().filter(is_chosen);
                    for q in serves.filter(|&q| !self.pool.is_installed(q)) {
                        if seen.insert(q) {
                            let requirement = clause.text.to_string();
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

fn leaves_of<'r>(rich: &'r Rich, out: &mut Vec<&'r Requirement>) {
    match rich {
        Rich::Plain(r) => out.push(r),
        Rich::And(all) | Rich::Or(all) | Rich::With(all) => all.iter().for_each(|r| leaves_of(r, out)),
        Rich::If { then, when, .. } | Rich::Unless { then, when, .. } => {
            leaves_of(then, out);
            leaves_of(when, out);
        }
        Rich::Without(a, _) => leaves_of(a, out),
    }
}
