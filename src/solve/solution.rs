//! From a request to a list of changes.

use std::collections::BTreeMap;

use super::{
    Change, Error, Request,
    conflict::{Aim, Goal},
    explain::explain,
    pool::{Pkg, Pool},
    rules::Rulebook,
    search::search,
};

/// Rounds of weak dependencies: each adds what the packages of the round before recommend.
const MAX_WEAK_ROUNDS: usize = 64;

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

pub(super) struct Resolver<'a> {
    pub pool: &'a Pool<'a>,
    pub rules: &'a Rulebook<'a>,
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
}
