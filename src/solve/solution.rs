//! From a request to a list of changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, Error, Reason, Request, Why,
    conflict::{Aim, Conflict, Goal},
    explain::{Told, Unsatisfiable, explain, near_spec, refuse},
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

/// Specs and problems of a request that are explained; who has more wrong will see the rest next time.
const MAX_EXPLAINED: usize = 8;

/// Resolves a request. The result depends on nothing but the request.
///
/// # Errors
/// See [`Error`]; [`Error::NeedsFileLists`] asks to come again.
pub fn solve(request: &Request) -> Result<Solution, Error> {
    match attempt(request) {
        Err(Error::Unsatisfiable(why)) if request.best => Err(without_best(request, *why)),
        outcome => outcome,
    }
}

fn attempt(request: &Request) -> Result<Solution, Error> {
    let pool = Pool::new(request);
    let rules = Rulebook::new(&pool);
    let outcome = Resolver { pool: &pool, rules: &rules }.run();
    // A path that primary cannot answer may have decided anything, so it comes before every other outcome.
    match pool.unanswered() {
        Some(paths) => Err(Error::NeedsFileLists { paths }),
        None => outcome,
    }
}

/// Looks whether older packages would do, for the specs that fail.
fn without_best(request: &Request, mut why: Unsatisfiable) -> Error {
    let asked = |spec: &str| why.because.iter().any(|e| matches!(&e.why, Why::Asked { spec: s } if s == spec));
    match attempt(&Request { best: false, ..request.clone() }) {
        Ok(solution) => {
            let fits = |c: &&Change| matches!(&c.reason, Reason::Asked { spec } if asked(spec));
            why.without_best = solution.changes.iter().filter(fits).map(|c| c.nevra.clone()).collect();
            Box::new(why).into()
        }
        Err(needs @ Error::NeedsFileLists { .. }) => needs,
        Err(_) => Box::new(why).into(),
    }
}

pub(super) struct Resolver<'a> {
    pub pool: &'a Pool<'a>,
    pub rules: &'a Rulebook<'a>,
}

/// A result as the search left it.
pub(super) struct Outcome {
    pub goals: Vec<Aim>,
    /// Every package that is there afterwards, sorted.
    pub chosen: Vec<Pkg>,
    /// Packages that weak dependencies brought, and whose.
    pub wished_by: BTreeMap<Pkg, Pkg>,
    missing: Vec<String>,
    absent: Vec<String>,
}

impl Resolver<'_> {
    fn run(&self) -> Result<Solution, Error> {
        let Outcome { goals, chosen, wished_by, missing, absent } = self.outcome()?;
        Ok(Solution { changes: self.changes(&goals, &chosen, &wished_by), missing, absent })
    }

    pub(super) fn outcome(&self) -> Result<Outcome, Error> {
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
        let wished_by = self.wished_by(&found);
        Ok(Outcome { goals, chosen: found.chosen, wished_by, missing, absent })
    }

    fn search(&self, goals: &[Aim], excluded: Option<&BTreeSet<Pkg>>) -> Result<Found, Error> {
        let found = self.attempt(goals, excluded);
        found.map_err(|conflict| Error::from(Box::new(self.problems(goals.to_vec(), excluded, conflict))))
    }

    fn attempt(&self, goals: &[Aim], excluded: Option<&BTreeSet<Pkg>>) -> Result<Found, Conflict> {
        let jobs: Vec<Vec<Pkg>> = goals.iter().map(|(_, candidates)| candidates.clone()).collect();
        let is_wish = |(i, (goal, _)): (usize, &Aim)| matches!(goal, Goal::Wish(_)).then_some(i);
        let wishes: BTreeSet<usize> = match self.pool.request.wishes.is_empty() {
            true => BTreeSet::new(),
            false => goals.iter().enumerate().filter_map(is_wish).collect(),
        };
        search(self.rules, &jobs, &wishes, excluded)
    }

    /// Everything that is wrong with a request, not only what was found first: what takes part in a conflict is left out,
    /// and the rest tried again.
    fn problems(&self, mut goals: Vec<Aim>, excluded: Option<&BTreeSet<Pkg>>, first: Conflict) -> Unsatisfiable {
        let (mut out, mut said, mut conflict) = (Unsatisfiable::default(), Told::new(), first);
        for _ in 0..MAX_EXPLAINED {
            let keep = self.pool.installed().map(|p| (Goal::Keep(p), Vec::new()));
            let all: Vec<Aim> = goals.iter().cloned().chain(keep).collect();
            let (told, involved) = explain(self.pool, &all, &conflict, &mut said);
            out.because.extend(told);
            let before = goals.len();
            let mut number = 0..;
            goals.retain(|_| !number.next().is_some_and(|n| involved.contains(&n)));
            if goals.is_empty() || goals.len() == before {
                break;
            }
            match self.attempt(&goals, excluded) {
                Ok(_) => break,
                Err(next) => conflict = next,
            }
        }
        out
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
        let (mut goals, mut missing) = (Vec::new(), Vec::new());
        let (mut unmatched, mut limited) = (Vec::new(), Vec::new());
        let specs = request.specs.iter().map(|s| (s, true)).chain(request.try_specs.iter().map(|s| (s, false)));
        for (spec, hard) in specs {
            let found = self.pool.matching(spec)?;
            if !hard && found.packages.iter().all(|&p| self.pool.barred(p).is_some()) {
                missing.push(spec.clone());
                continue;
            }
            let (not_advised, many_arches) = (found.not_advised, found.many_arches);
            let candidates = self.pool.candidates(spec, found);
            // Of a pattern of architectures, what is installed is there: dnf looks for nothing newer.
            if candidates.is_empty() && !many_arches {
                if not_advised { &mut limited } else { &mut unmatched }.push(spec.clone());
            }
            goals.extend(candidates.into_iter().map(|list| (Goal::Spec(spec.clone()), list)));
        }
        for spec in &request.wishes {
            let candidates = self.pool.candidates(spec, self.pool.matching(spec)?);
            goals.extend(candidates.into_iter().map(|list| (Goal::Wish(spec.clone()), list)));
        }
        match unmatched.first() {
            None if !limited.is_empty() => Err(Error::NotAdvised { specs: limited }),
            Some(_) => {
                let near = |spec: &String| {
                    near_spec(self.pool, spec).into_iter().map(|n| (spec.to_owned(), n)).collect::<Vec<_>>()
                };
                Err(Error::NoMatch {
                    near: unmatched.iter().take(MAX_EXPLAINED).flat_map(near).collect(),
                    specs: unmatched,
                })
            }
            None => Ok((goals, missing)),
        }
    }
}
