//! Package rules: everything the installed packages, the jobs and their dependencies can reach.

use std::collections::HashMap;

use super::{
    super::{
        normal::{Form, Normal, normal},
        pool::Pkg,
        rules::{Claim, DepId, Ground, no, package},
    },
    Search,
};
use crate::formats::repodata::{Relation, Rich};

/// Which packages have rules.
pub(super) struct Reached {
    has: Vec<bool>,
    queue: Vec<Pkg>,
}

impl Reached {
    pub fn contains(&self, p: Pkg) -> bool {
        self.has[p.0 as usize]
    }

    fn want(&mut self, p: Pkg) {
        if !std::mem::replace(&mut self.has[p.0 as usize], true) {
            self.queue.push(p);
        }
    }
}

impl Search<'_> {
    pub(super) fn add_packages(&mut self) -> Reached {
        let mut reached = Reached { has: vec![false; self.pool.len() as usize], queue: Vec::new() };
        for p in self.pool.installed() {
            reached.want(p);
            self.update_candidates(p, true).into_iter().for_each(|q| reached.want(q));
        }
        self.jobs.iter().flatten().for_each(|&p| reached.want(p));
        let mut shared = HashMap::new();
        let mut hangers_on: Vec<Pkg> = self
            .pool
            .all()
            .filter(|&p| self.pool.is_installed(p) || (self.pool.is_visible(p) && self.pool.barred(p).is_none()))
            .filter(|&p| self.relations(p, Relation::Supplements) || self.relations(p, Relation::Enhances))
            .collect();
        loop {
            self.drain(&mut reached, &mut shared);
            // What supplements or enhances something reached is reached too.
            let count = hangers_on.len();
            hangers_on.retain(|&p| {
                let mut deps = self.book.deps(p, Relation::Supplements).chain(self.book.deps(p, Relation::Enhances));
                let wanted = !reached.contains(p) && deps.any(|d| self.is_possible(d, &reached));
                if wanted {
                    reached.want(p);
                }
                !wanted && !reached.contains(p)
            });
            if hangers_on.len() == count && reached.queue.is_empty() {
                break;
            }
        }
        self.rules.unify();
        reached
    }

    /// Whether the package has any such relation.
    pub(super) fn relations(&self, p: Pkg, relation: Relation) -> bool {
        self.book.deps(p, relation).next().is_some()
    }

    fn drain(&mut self, reached: &mut Reached, shared: &mut HashMap<DepId, u32>) {
        let mut claims = Vec::new();
        while let Some(p) = reached.queue.pop() {
            self.book.claims(p, &mut claims);
            for (ground, claim) in claims.drain(..) {
                self.add_claim(p, ground, claim, reached, shared);
            }
            self.follow(p, reached);
        }
    }

    fn add_claim(
        &mut self,
        p: Pkg,
        ground: Ground,
        claim: Claim,
        reached: &mut Reached,
        shared: &mut HashMap<DepId, u32>,
    ) {
        match claim {
            Claim::Never => drop(self.rules.add(no(p), &[])),
            Claim::Without(q) => self.rules.add_sorted(no(p), &[no(q)]),
            Claim::AnyOf(any) => {
                any.iter().for_each(|&q| reached.want(q));
                let (Ground::Requires(d) | Ground::Conflicts(d) | Ground::Obsoletes(d)) = ground else { return };
                let start = *shared.entry(d).or_insert_with(|| self.rules.share(&any));
                self.rules.add_shared(no(p), start, any.len() as u32);
            }
            Claim::Either(mut block) => {
                block.iter().filter(|l| **l > 0).for_each(|&l| reached.want(package(l)));
                let at = block.partition_point(|&l| l < no(p));
                block.insert(at, no(p));
                self.rules.add_sorted(block[0], &block[1..]);
            }
        }
    }

    /// What the package brings along without a rule: its twins of better architecture, what it recommends and suggests.
    fn follow(&self, p: Pkg, reached: &mut Reached) {
        let score = self.pool.arch_score(p);
        if score > 1 {
            let twins = self.pool.twins(p).filter(|&q| self.pool.evr(q) == self.pool.evr(p));
            twins.filter(|&q| (2..score).contains(&self.pool.arch_score(q))).for_each(|q| reached.want(q));
        }
        for d in self.book.deps(p, Relation::Recommends).chain(self.book.deps(p, Relation::Suggests)) {
            match self.book.complex(d) {
                Some(rich) => {
                    self.positives(&rich, false, reached);
                    // libsolv forgets what only an else brings in, and then installs it without what it needs.
                    if let Some(Normal::Blocks(blocks)) = normal(self.book, &rich, Form::Holds) {
                        blocks.iter().flatten().filter(|l| **l > 0).for_each(|&l| reached.want(package(l)));
                    }
                }
                None => self.book.providers(d).iter().for_each(|&q| reached.want(q)),
            }
        }
    }

    fn positives(&self, rich: &Rich, negated: bool, reached: &mut Reached) {
        match rich {
            Rich::And(all) | Rich::Or(all) => all.iter().for_each(|r| self.positives(r, negated, reached)),
            Rich::If { then, when, otherwise } | Rich::Unless { then, when, otherwise } => {
                self.positives(then, negated, reached);
                self.positives(when, !negated, reached);
                otherwise.iter().for_each(|r| self.positives(r, negated, reached));
            }
            _ if negated => {}
            _ => self.book.listed(rich).into_iter().for_each(|q| reached.want(q)),
        }
    }

    fn is_possible(&self, d: DepId, reached: &Reached) -> bool {
        match self.book.rich(d) {
            Some(rich) => self.is_rich_possible(&rich, reached),
            None => self.book.providers(d).iter().any(|&p| reached.contains(p)),
        }
    }

    fn is_rich_possible(&self, rich: &Rich, reached: &Reached) -> bool {
        match rich {
            Rich::If { .. } | Rich::Unless { .. } => true,
            Rich::And(all) => all.iter().all(|r| self.is_rich_possible(r, reached)),
            Rich::Or(all) => all.iter().any(|r| self.is_rich_possible(r, reached)),
            _ => self.book.listed(rich).into_iter().any(|p| reached.contains(p)),
        }
    }
}
