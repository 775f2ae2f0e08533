//! From a request to a list of changes.

use std::collections::BTreeSet;

use super::{
    Change, Error, Request,
    conflict::{Aim, Goal},
    explain::{explain, refuse},
    pool::{Pkg, Pool},
    rules::Rulebook,
    search::{Found, search},
};

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// The changes, by package name, then architecture, then version; removals among them.
    pub changes: Vec<Change>,
    /// `try` specs no source has.
    pub missing: Vec<String>,
    /// Names of group members no source has.
    pub absent: Vec<String>,
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
        let (members, absent) = self.members()?;
        goals.extend(members);
        let excluded = self.pool.request.weak.then(|| self.weakly_excluded());
        let mut waiting = self.conditional();
        let (goals, found) = loop {
            let found = self.search(&goals, excluded.as_ref())?;
            // A member that depends on another package is asked for once that is there; none is taken back.
            let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(m, _)| self.applies(m, &found.chosen));
            waiting = later;
            if now.is_empty() {
                break (goals, found);
            }
            goals.extend(now.into_iter().map(|(m, list)| (Goal::Spec(m.spec.clone()), list)));
        };
        let goals: Vec<Aim> =
            goals.into_iter().chain(self.pool.installed().map(|p| (Goal::Keep(p), Vec::new()))).collect();
        let removed = self.protected_removals(&found.chosen);
        if !removed.is_empty() {
            return Err(Error::from(Box::new(refuse(self.pool, &removed))));
        }
        let changes = self.changes(&goals, &found.chosen, &self.wished_by(&found));
        Ok(Solution { changes, missing, absent })
    }

    fn search(&self, goals: &[Aim], excluded: Option<&BTreeSet<Pkg>>) -> Result<Found, Error> {
        let jobs: Vec<Vec<Pkg>> = goals.iter().map(|(_, candidates)| candidates.clone()).collect();
        let wishes = &self.pool.request.wishes;
        let is_wish = |(i, (goal, _)): (usize, &Aim)| matches!(goal, Goal::Wish(_)).then_some(i);
        let wishes: BTreeSet<usize> = match wishes.is_empty() {
            true => BTreeSet::new(),
            false => goals.iter().enumerate().filter_map(is_wish).collect(),
        };
        search(self.rules, &jobs, &wishes, excluded).map_err(|conflict| {
            let keep = self.pool.installed().map(|p| (Goal::Keep(p), Vec::new()));
            let goals: Vec<Aim> = goals.iter().cloned().chain(keep).collect();
            Error::from(Box::new(explain(self.pool, &goals, &conflict)))
        })
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
        for spec in &request.wishes {
            let candidates = self.pool.candidates(spec, self.pool.matching(spec)?);
            goals.extend(candidates.into_iter().map(|list| (Goal::Wish(spec.clone()), list)));
        }
        match unmatched.first() {
            Some(_) if request.advised.is_some() => Err(Error::NotAdvised { specs: unmatched }),
            Some(first) => Err(Error::NoMatch { near: self.pool.nearest_name(first), specs: unmatched }),
            None => Ok((goals, missing)),
        }
    }
}
