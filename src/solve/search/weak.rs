//! Weak dependencies: what the new packages recommend, and what supplements them, where it fits.

use std::collections::BTreeSet;

use super::{
    super::{
        normal::{Form, Normal, normal},
        pool::Pkg,
        rules::{DepId, package, yes},
    },
    Search,
    policy::Mode,
};
use crate::formats::repodata::{Relation, Rich};

/// Truth of a dependency, and whether a new package makes it so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    No,
    Old,
    New,
}

impl Truth {
    fn new(holds: bool, is_new: bool) -> Self {
        match (holds, is_new) {
            (false, _) => Self::No,
            (true, false) => Self::Old,
            (true, true) => Self::New,
        }
    }

    fn holds(self) -> bool {
        self != Self::No
    }
}

impl Search<'_> {
    /// Whether something decided is supplemented by the package.
    pub(super) fn is_supplementing(&self, p: Pkg) -> bool {
        self.book.deps(p, Relation::Supplements).any(|d| self.truth(d).holds())
    }

    /// Whether something decided is enhanced by the package.
    pub(super) fn is_enhancing(&self, p: Pkg) -> bool {
        self.book.deps(p, Relation::Enhances).any(|d| self.truth(d).holds())
    }

    fn truth(&self, d: DepId) -> Truth {
        match self.book.rich(d) {
            Some(rich) => self.rich_truth(&rich),
            None => self.list_truth(&self.book.providers(d)),
        }
    }

    fn list_truth(&self, list: &[Pkg]) -> Truth {
        let there = || list.iter().filter(|&&p| self.level(p) > 0);
        Truth::new(there().next().is_some(), there().any(|&p| !self.pool.is_installed(p)))
    }

    fn rich_truth(&self, rich: &Rich) -> Truth {
        match rich {
            Rich::And(all) => {
                let all: Vec<Truth> = all.iter().map(|r| self.rich_truth(r)).collect();
                Truth::new(all.iter().all(|t| t.holds()), all.contains(&Truth::New))
            }
            Rich::Or(all) => {
                let all: Vec<Truth> = all.iter().map(|r| self.rich_truth(r)).collect();
                Truth::new(all.iter().any(|t| t.holds()), all.contains(&Truth::New))
            }
            Rich::If { then, when, otherwise: None } => {
                let then = self.rich_truth(then);
                Truth::new(then.holds() || !self.rich_truth(when).holds(), then == Truth::New)
            }
            Rich::Unless { then, when, otherwise: None } => {
                let then = self.rich_truth(then);
                Truth::new(then.holds() && !self.rich_truth(when).holds(), then == Truth::New)
            }
            Rich::If { then, when, otherwise: Some(otherwise) }
            | Rich::Unless { then: otherwise, when, otherwise: Some(then) } => match self.rich_truth(when) {
                Truth::No => self.rich_truth(otherwise),
                when => {
                    Truth::new(self.rich_truth(then).holds(), when == Truth::New || self.rich_truth(then) == Truth::New)
                }
            },
            _ => self.list_truth(&self.book.listed(rich)),
        }
    }

    /// Decides for one round of weak dependencies; whether there was anything to decide.
    pub(super) fn resolve_weak(&mut self, level: &mut i32) -> bool {
        let mut recommended = self.recommended();
        let mut supplementing = self.supplementing();
        if recommended.is_empty() && supplementing.is_empty() {
            return false;
        }
        let obsolete = self.obsoleted_by_installed();
        recommended.retain(|p| !obsolete.contains(p));
        supplementing.retain(|p| !obsolete.contains(p) && self.is_news(*p));
        let mut seen: BTreeSet<Pkg> = recommended.iter().copied().collect();
        recommended.extend(supplementing.iter().copied().filter(|&p| seen.insert(p)));
        match recommended[..] {
            [] => return false,
            [one] => {
                self.wish(level, one);
                return true;
            }
            _ => self.filter(&mut recommended, Mode::Recommend),
        }
        let allowed: BTreeSet<Pkg> = recommended.into_iter().collect();
        supplementing.retain(|p| allowed.contains(p));
        if supplementing.len() > 1 {
            self.old_versions_last(&mut supplementing);
            self.newer_provides_first(&mut supplementing);
            self.suggested_first(&mut supplementing);
        }
        let decided = self.queue.len();
        for p in supplementing {
            if self.level(p) == 0 && !self.wish(level, p) {
                return true;
            }
        }
        if self.queue.len() >= decided {
            self.wish_recommended(level, decided, &allowed);
        }
        true
    }

    /// Decides for a package nobody needs; false if that failed or undid something.
    fn wish(&mut self, level: &mut i32, p: Pkg) -> bool {
        let old = *level;
        self.wished.push(p);
        *level = self.pursue(old, yes(p), 0);
        *level > old
    }

    fn may_be_wished(&self, p: Pkg) -> bool {
        self.weak.is_some_and(|excluded| !excluded.contains(&p))
    }

    /// What the new packages recommend and nothing there serves.
    fn recommended(&self) -> Vec<Pkg> {
        let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
        for p in self.pool.all().filter(|&p| self.level(p) > 0 && !self.pool.is_installed(p)) {
            for d in self.book.deps(p, Relation::Recommends) {
                out.extend(self.open_recommendation(d).into_iter().filter(|&q| seen.insert(q)));
            }
        }
        out.retain(|&p| self.may_be_wished(p));
        out
    }

    /// Undecided packages of a recommendation nothing there serves.
    fn open_recommendation(&self, d: DepId) -> Vec<Pkg> {
        let Some(rich) = self.book.complex(d) else {
            let list = self.book.providers(d);
            if list.iter().any(|&q| self.level(q) > 0) {
                return Vec::new();
            }
            return list.iter().copied().filter(|&q| self.level(q) == 0).collect();
        };
        let Some(Normal::Blocks(blocks)) = normal(self.book, &rich, Form::Holds) else { return Vec::new() };
        let mut out: Vec<Pkg> = Vec::new();
        for block in blocks {
            let holds = |l: i32| if l < 0 { self.level(package(l)) <= 0 } else { self.level(package(l)) > 0 };
            if !block.iter().any(|&l| holds(l)) {
                out.extend(block.into_iter().filter(|l| *l > 0).map(package).filter(|&q| self.level(q) == 0));
            }
        }
        let mut seen = BTreeSet::new();
        out.retain(|&q| seen.insert(q));
        out
    }

    /// Undecided packages that supplement something there.
    fn supplementing(&self) -> Vec<Pkg> {
        let pool = self.pool;
        let open = |&p: &Pkg| {
            self.level(p) == 0
                && self.relations(p, Relation::Supplements)
                && pool.arch_score(p) != 0
                && pool.is_usable(p)
                && self.is_supplementing(p)
        };
        pool.all().filter(open).filter(|&p| self.may_be_wished(p)).collect()
    }

    /// Whether a new package is supplemented, and no other version or architecture is there.
    fn is_news(&self, p: Pkg) -> bool {
        let pool = self.pool;
        let mut there = pool.twins(p).filter(|&q| self.level(q) > 0);
        let clashes = |q: Pkg| pool.is_installonly(p) || pool.arch(q) != pool.arch(p);
        self.book.deps(p, Relation::Supplements).any(|d| self.truth(d) == Truth::New) && !there.any(clashes)
    }

    fn obsoleted_by_installed(&self) -> BTreeSet<Pkg> {
        let installed = self.pool.installed().filter(|&p| self.level(p) > 0);
        installed
            .flat_map(|p| self.pool.deps(p, Relation::Obsoletes))
            .flat_map(|d| self.pool.obsoleted_through(d))
            .collect()
    }

    /// The recommendations of what was decided so far, in the order of decision.
    fn wish_recommended(&mut self, level: &mut i32, decided: usize, allowed: &BTreeSet<Pkg>) {
        for at in 0..decided {
            let l = self.queue[at];
            if l < 0 || self.pool.is_installed(package(l)) {
                continue;
            }
            for d in self.book.deps(package(l), Relation::Recommends) {
                let mut list = self.open_recommendation(d);
                list.retain(|p| allowed.contains(p));
                if list.is_empty() {
                    continue;
                }
                if list.len() > 1 {
                    self.filter(&mut list, Mode::Choose);
                }
                if list.len() > 1 {
                    self.branches.push(super::Branch::new(*level, &list));
                }
                if !self.wish(level, list[0]) || self.queue.len() < decided {
                    return;
                }
            }
        }
    }
}
