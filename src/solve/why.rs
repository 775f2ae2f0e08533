//! Why a package is in a result: the shortest way to it from what was asked for.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use serde::Serialize;

use super::{
    Barred, Error, Near, Request,
    changes::served,
    conflict::Goal,
    explain::near_spec,
    pool::{Pkg, Pool},
    rules::{Ground, Rulebook},
    solution::{Outcome, Resolver},
};
use crate::terms::Nevra;

/// Packages of one name accounted for; a glob may mean thousands.
const MAX_PACKAGES: usize = 16;

/// What became of a package, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// What was asked about, as written.
    pub asked: String,
    /// The package; none where nothing is called so.
    pub package: Option<Nevra>,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// The way to it; empty where there is none to tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Step>,
}

/// What became of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fate {
    /// It comes.
    Chosen,
    /// It was there before, and stays.
    Installed,
    /// It was there before, and goes.
    Removed,
    /// It may come, and nothing needs it.
    NotNeeded {
        /// The package of its name that is there instead.
        instead: Option<Nevra>,
    },
    /// It cannot come.
    Out {
        /// By whose rule.
        by: Barred,
    },
    /// Nothing is called so.
    Unknown {
        /// What comes close.
        near: Vec<Near>,
    },
}

/// A step of the way to a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Step {
    /// A spec of the request is answered by the package.
    Asked {
        /// The spec.
        spec: String,
        /// The package.
        package: Nevra,
    },
    /// The package was there before: the way begins with it.
    Installed {
        /// The package.
        package: Nevra,
    },
    /// The package before requires something of this one.
    Requires {
        /// The dependency.
        requirement: String,
        /// The package.
        package: Nevra,
    },
    /// The package before recommends this one, or this one supplements that one.
    Weak {
        /// The package.
        package: Nevra,
    },
    /// The package takes the place of one that was there before.
    Replaces {
        /// That one.
        installed: Nevra,
        /// The package.
        package: Nevra,
    },
    /// The package before takes the place of this one, which was there before.
    Obsoletes {
        /// The package that goes.
        package: Nevra,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { spec, package } => write!(f, "{spec} is asked for: {package}"),
            Self::Installed { package } => write!(f, "{package} is installed"),
            Self::Requires { requirement, package } => write!(f, "requires {requirement}: {package}"),
            Self::Weak { package } => write!(f, "goes well with (weak dependency) {package}"),
            Self::Replaces { installed, package } => write!(f, "{package}, in place of installed {installed}"),
            Self::Obsoletes { package } => write!(f, "takes the place of {package}"),
        }
    }
}

/// The fate in a line, then the way to it, a step a line.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.package {
            Some(package) => write!(f, "{package} ")?,
            None => write!(f, "{} ", self.asked)?,
        }
        match &self.fate {
            Fate::Chosen => f.write_str("comes")?,
            Fate::Installed => f.write_str("is installed already, and stays")?,
            Fate::Removed => f.write_str("goes")?,
            Fate::NotNeeded { instead: Some(other) } => write!(f, "is not in the result: {other} is")?,
            Fate::NotNeeded { instead: None } => f.write_str("is not in the result: nothing needs it")?,
            Fate::Out { by } => write!(f, "is not in the result: {by}")?,
            Fate::Unknown { near } => {
                f.write_str("is in no repository")?;
                near.iter().try_for_each(|n| write!(f, "; {n}"))?;
            }
        }
        for (i, step) in self.path.iter().enumerate() {
            write!(f, "\n  {}{}{step}", "   ".repeat(i.saturating_sub(1)), if i == 0 { "" } else { "└─ " })?;
        }
        Ok(())
    }
}

/// Accounts for packages: by name, full name, or any other spec.
///
/// # Errors
/// Those of [`solve`](super::solve): where there is no result, there is nothing to account for.
pub fn why(request: &Request, asked: &[String]) -> Result<Vec<Account>, Error> {
    let pool = Pool::new(request);
    let rules = Rulebook::new(&pool);
    let outcome = Resolver { pool: &pool, rules: &rules }.outcome()?;
    let ways = Ways::new(&pool, &rules, &outcome);
    let mut out = Vec::new();
    for name in asked {
        out.extend(ways.accounts(name)?);
    }
    match pool.unanswered() {
        Some(paths) => Err(Error::NeedsFileLists { paths }),
        None => Ok(out),
    }
}

/// The first step to each package that is there afterwards, by a walk in all directions at once.
struct Ways<'a> {
    pool: &'a Pool<'a>,
    outcome: &'a Outcome,
    /// The package before, and how it leads to this one.
    steps: BTreeMap<Pkg, (Option<Pkg>, Step)>,
}

impl<'a> Ways<'a> {
    fn new(pool: &'a Pool<'a>, rules: &Rulebook<'_>, outcome: &'a Outcome) -> Self {
        let mut ways = Self { pool, outcome, steps: BTreeMap::new() };
        let mut queue = VecDeque::new();
        let is_chosen = |p: &Pkg| outcome.chosen.binary_search(p).is_ok();
        for (goal, any) in &outcome.goals {
            let (Goal::Spec(spec) | Goal::Wish(spec)) = goal else { continue };
            for &p in any.iter().filter(|p| is_chosen(p)).take(1) {
                ways.add(&mut queue, p, None, Step::Asked { spec: spec.clone(), package: pool.nevra(p) });
            }
        }
        ways.walk(rules, &mut queue);
        // What nothing that was asked for leads to: an installed package needs it newer, or it takes the place of one.
        for p in pool.installed().filter(is_chosen) {
            ways.add(&mut queue, p, None, Step::Installed { package: pool.nevra(p) });
        }
        ways.walk(rules, &mut queue);
        for &p in outcome.chosen.iter().filter(|p| !pool.is_installed(**p)) {
            let gone = pool.twins(p).chain(pool.obsoleted_by(p)).find(|&q| pool.is_installed(q) && !is_chosen(&q));
            if let Some(q) = gone {
                let step = Step::Replaces { installed: pool.nevra(q), package: pool.nevra(p) };
                ways.add(&mut queue, p, None, step);
            }
        }
        ways.walk(rules, &mut queue);
        ways
    }

    fn is_chosen(&self, p: Pkg) -> bool {
        self.outcome.chosen.binary_search(&p).is_ok()
    }

    fn add(&mut self, queue: &mut VecDeque<Pkg>, p: Pkg, from: Option<Pkg>, step: Step) {
        if let std::collections::btree_map::Entry::Vacant(entry) = self.steps.entry(p) {
            entry.insert((from, step));
            queue.push_back(p);
        }
    }

    fn walk(&mut self, rules: &Rulebook<'_>, queue: &mut VecDeque<Pkg>) {
        let mut claims = Vec::new();
        while let Some(p) = queue.pop_front() {
            rules.claims(p, &mut claims);
            for (ground, claim) in claims.drain(..) {
                let Ground::Requires(d) = ground else { continue };
                for q in served(&claim).into_iter().filter(|q| self.is_chosen(*q)).collect::<Vec<_>>() {
                    let step = Step::Requires { requirement: rules.text(d), package: self.pool.nevra(q) };
                    self.add(queue, q, Some(p), step);
                }
            }
            let weak = self.outcome.wished_by.iter().filter(|(_, by)| **by == p);
            for q in weak.map(|(q, _)| *q).collect::<Vec<_>>() {
                self.add(queue, q, Some(p), Step::Weak { package: self.pool.nevra(q) });
            }
        }
    }

    fn path(&self, p: Pkg) -> Vec<Step> {
        let mut out = Vec::new();
        let mut at = Some(p);
        while let Some((before, step)) = at.and_then(|p| self.steps.get(&p)) {
            out.push(step.clone());
            at = *before;
        }
        out.reverse();
        out
    }

    fn accounts(&self, asked: &str) -> Result<Vec<Account>, Error> {
        let mut found = self.pool.matching(asked)?.packages;
        if found.is_empty() {
            let fate = Fate::Unknown { near: near_spec(self.pool, asked) };
            return Ok(vec![Account { asked: asked.to_owned(), package: None, fate, path: Vec::new() }]);
        }
        // What is in the result says it all; else the newest package that is not.
        let told = |p: &Pkg| self.is_chosen(*p) || self.pool.is_installed(*p);
        if found.iter().any(told) {
            found.retain(told);
        } else {
            found.sort_by(|a, b| self.pool.evr(*b).order(&self.pool.evr(*a)).then(a.cmp(b)));
            found.sort_by_key(|p| self.pool.barred(*p).is_some());
            found.truncate(1);
        }
        Ok(found.into_iter().take(MAX_PACKAGES).map(|p| self.account(asked, p)).collect())
    }

    fn account(&self, asked: &str, p: Pkg) -> Account {
        let pool = self.pool;
        let (fate, path) = match (self.is_chosen(p), pool.is_installed(p)) {
            (true, false) => (Fate::Chosen, self.path(p)),
            (true, true) => (Fate::Installed, self.path(p)),
            (false, true) => (Fate::Removed, self.removal(p)),
            (false, false) => (self.absence(p), Vec::new()),
        };
        Account { asked: asked.to_owned(), package: Some(pool.nevra(p)), fate, path }
    }

    fn removal(&self, gone: Pkg) -> Vec<Step> {
        let same = |p: &Pkg| self.pool.group_of(*p) == self.pool.group_of(gone);
        let successor = self.outcome.chosen.iter().copied().find(|p| same(p) && !self.pool.is_installed(*p));
        let by = successor.or_else(|| self.pool.all_obsoleters(gone).into_iter().find(|&p| self.is_chosen(p)));
        let Some(by) = by else { return Vec::new() };
        let mut path = self.path(by);
        path.push(Step::Obsoletes { package: self.pool.nevra(gone) });
        path
    }

    fn absence(&self, p: Pkg) -> Fate {
        match self.pool.barred(p) {
            Some(rule) => Fate::Out { by: rule.clone() },
            None => {
                let instead = self.pool.members(self.pool.group_of(p)).iter().copied().find(|&q| self.is_chosen(q));
                Fate::NotNeeded { instead: instead.map(|q| self.pool.nevra(q)) }
            }
        }
    }
}
