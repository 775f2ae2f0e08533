//! From a request to a list of changes.

use super::{
    Change, Error, Request,
    conflict::{Aim, Goal},
    explain::{explain, refuse},
    pool::{Pkg, Pool},
    rules::Rulebook,
    search::search,
};

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
        let jobs: Vec<Vec<Pkg>> = goals.iter().map(|(_, candidates)| candidates.clone()).collect();
        goals.extend(self.pool.installed().map(|p| (Goal::Keep(p), Vec::new())));
        let excluded = self.pool.request.weak.then(|| self.weakly_excluded());
        let found = search(self.rules, &jobs, excluded.as_ref())
            .map_err(|conflict| Error::from(Box::new(explain(self.pool, &goals, &conflict))))?;
        let removed = self.protected_removals(&found.chosen);
        if !removed.is_empty() {
            return Err(Error::from(Box::new(refuse(self.pool, &removed))));
        }
        let changes = self.changes(&goals, &found.chosen, &self.wished_by(&found));
        Ok(Solution { changes, missing })
    }

    /// Protected packages that would go for the sake of another name, and for which: dnf refuses such a solution, whatever
    /// others there may be.
    fn protected_removals(&self, chosen: &[Pkg]) -> Vec<(Pkg, Pkg)> {
        let pool = self.pool;
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let gone = pool.installed().filter(|p| !is_chosen(p));
        let gone = gone.filter(|&p| pool.request.protected.iter().any(|name| name == pool.name(p)));
        let replaced =
            |&p: &Pkg| pool.twins(p).any(|q| is_chosen(&q) && !pool.is_installed(q) && self.rules.excludes_twin(q, p));
        let by = |p| pool.obsoleters(p).into_iter().find(is_chosen).unwrap_or(p);
        gone.filter(|p| !replaced(p)).map(|p| (p, by(p))).collect()
    }

    /// The specs as goals, and the `try` specs nobody has.
    fn wanted(&self) -> Result<(Vec<Aim>, Vec<String>), Error> {
        let request = self.pool.request;
        let (mut goals, mut missing, mut unmatched) = (Vec::new(), Vec::new(), Vec::new());
        let specs = request.specs.iter().map(|s| (s, true)).chain(request.try_specs.iter().map(|s| (s, false)));
        for (spec, hard) in specs {
            let found = self.pool.matching(spec)?;
            if !hard && found.packages.iter().all(|&p| self.pool.barred(p).is_some()) {
                missing.push(spec.clone());
                continue;
            }
            let candidates = self.pool.candidates(spec, found);
            if candidates.is_empty() {
                unmatched.push(spec.clone());
            }
            goals.extend(candidates.into_iter().map(|list| (Goal::Spec(spec.clone()), list)));
        }
        match unmatched.first() {
            Some(first) => Err(Error::NoMatch { near: self.pool.nearest_name(first), specs: unmatched }),
            None => Ok((goals, missing)),
        }
    }
}
