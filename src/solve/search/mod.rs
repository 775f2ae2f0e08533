//! The search: clauses over packages, decided in libsolv's order.
//!
//! ```text
//! packages   every package the request can reach, as clauses
//! updates    what may take the place of an installed package      arches   the older architecture only in step
//! jobs       the specs, and the best of each                      choices  rather what is there than something new
//!    └▶ clauses ─▶ propagate ─▶ learn        two watched literals, first implication point, backjumps
//! decide     jobs, then what is installed, then what is needed, then what is nice to have
//!    └▶ policy, prefer    of several candidates which     └▶ branches    leave out what was not needed after all
//! problem    a failure as the few clauses that prove it
//! ```
//!
//! dnf's choice is libsolv's, and libsolv's is not only a policy but an order of decisions: which clause is looked at
//! first decides what is there already when the next is. So the clauses are numbered as libsolv numbers them (`rules.c`)
//! and decided as it decides them (`solver.c`), on the facts of version 0.7.23. What the request cannot bring about
//! (erasing, upgrading everything, dropping orphans) is left out.

mod arches;
mod branches;
mod choices;
mod clauses;
mod decide;
mod jobs;
mod learn;
mod obsoletions;
mod packages;
mod policy;
mod prefer;
mod problem;
mod propagate;
mod updates;
mod weak;

use std::collections::BTreeSet;

use self::{branches::Branch, clauses::Rules, learn::Proofs, prefer::Preferred};
use super::{
    conflict::Conflict,
    pool::{Pkg, Pool},
    rules::{Literal, Rulebook, package},
};

/// What was found.
pub(super) struct Found {
    /// Every package that is there afterwards, sorted.
    pub chosen: Vec<Pkg>,
    /// Those of them that only weak dependencies brought, in the order of decision.
    pub weak: Vec<Pkg>,
}

/// Finds packages so that of each job one candidate is there, but for `wishes`: those are given up where they do not fit, the
/// last first. `weak`: recommended ones too, but for these.
pub(super) fn search(
    book: &Rulebook<'_>,
    jobs: &[Vec<Pkg>],
    wishes: &BTreeSet<usize>,
    weak: Option<&BTreeSet<Pkg>>,
) -> Result<Found, Conflict> {
    let mut search = Search::new(book, jobs, wishes, weak);
    if search.run() {
        return Ok(search.found());
    }
    Err(search.outline())
}

/// A level that nothing is undone below: no solution.
const HOPELESS: i32 = -1;

/// State of a search. Levels are libsolv's: 1 for what follows from the clauses alone, more for every free decision.
struct Search<'a> {
    book: &'a Rulebook<'a>,
    pool: &'a Pool<'a>,
    jobs: &'a [Vec<Pkg>],
    /// Numbers of the jobs that may be given up.
    wishes: &'a BTreeSet<usize>,
    /// Weak dependencies are wanted, but for these packages.
    weak: Option<&'a BTreeSet<Pkg>>,
    rules: Rules,
    /// Level at which a package was decided, negative for "not there", 0 for undecided.
    levels: Vec<i32>,
    /// The decisions in their order, and the rule each follows from (negative: the rule it was chosen for, freely).
    queue: Vec<Literal>,
    why: Vec<i32>,
    /// Decisions before this one have been propagated.
    next: usize,
    branches: Vec<Branch>,
    proofs: Proofs,
    /// The rules of a proof that there is no solution.
    refuted: Vec<u32>,
    preferred: Preferred,
    /// Installed packages whose update rule a job overrides.
    no_update: BTreeSet<Pkg>,
    /// Installed packages nothing could replace.
    orphans: Vec<Pkg>,
    /// Where the walk over installed packages ran into trouble.
    installed_at: u32,
    /// Jobs are being resolved while nothing installed is decided.
    early: bool,
    /// Decisions made for weak dependencies.
    wished: Vec<Pkg>,
}

impl<'a> Search<'a> {
    fn new(
        book: &'a Rulebook<'a>,
        jobs: &'a [Vec<Pkg>],
        wishes: &'a BTreeSet<usize>,
        weak: Option<&'a BTreeSet<Pkg>>,
    ) -> Self {
        let count = book.pool.len() as usize;
        let mut search = Self {
            book,
            pool: book.pool,
            jobs,
            wishes,
            weak,
            rules: Rules::new(count),
            levels: vec![0; count],
            queue: Vec::new(),
            why: Vec::new(),
            next: 0,
            branches: Vec::new(),
            proofs: Proofs::default(),
            refuted: Vec::new(),
            preferred: Preferred::new(book),
            no_update: BTreeSet::new(),
            orphans: Vec::new(),
            installed_at: 0,
            early: false,
            wished: Vec::new(),
        };
        let reached = search.add_packages();
        search.add_updates();
        search.add_jobs();
        search.add_arches(&reached);
        search.add_best();
        search.add_obsoletions();
        search.add_choices();
        search.rules.seal();
        search.override_policies();
        search
    }

    fn level(&self, p: Pkg) -> i32 {
        self.levels[p.0 as usize]
    }

    fn is_true(&self, l: Literal) -> bool {
        self.level(package(l)) * l.signum() > 0
    }

    fn is_false(&self, l: Literal) -> bool {
        self.level(package(l)) * l.signum() < 0
    }

    fn decide(&mut self, l: Literal, level: i32, why: i32) {
        self.levels[package(l).0 as usize] = level * l.signum();
        self.queue.push(l);
        self.why.push(why);
    }

    fn found(&self) -> Found {
        let chosen = self.pool.all().filter(|&p| self.level(p) > 0).collect();
        let weak = self.wished.iter().copied().filter(|&p| self.level(p) > 0).collect();
        Found { chosen, weak }
    }
}
