//! Weak dependencies around the search: what it must leave alone, and who wished for what it found.

use std::collections::{BTreeMap, BTreeSet};

use super::{pool::Pkg, rules::DepId, search::Found, solution::Resolver};
use crate::formats::repodata::{Relation, Requirement, Rich};

impl Resolver<'_> {
    /// Packages weak dependencies may not bring, as dnf's `exclude_from_weak_autodetect` has it: what an installed
    /// package recommends and was left out before, and what supplements one and was left out.
    pub(super) fn weakly_excluded(&self) -> BTreeSet<Pkg> {
        let pool = self.pool;
        let mut out = BTreeSet::new();
        let hidden = |p: &Pkg| !pool.is_usable(*p);
        for p in pool.installed() {
            for d in pool.deps(p, Relation::Recommends).filter(|d| !Rich::is_rich(d.name)) {
                // Another version may be installed, or be recommended after an update: only the name counts.
                let found = pool.providers(&Requirement::any(d.name));
                if !found.iter().any(|&q| pool.is_installed(q)) {
                    out.extend(found.into_iter().filter(|q| !hidden(q)));
                }
            }
        }
        let names: BTreeSet<_> = pool.installed().map(|p| pool.group_of(p)).collect();
        for p in pool.all().filter(|p| !pool.is_installed(*p) && !names.contains(&pool.group_of(*p)) && !hidden(p)) {
            let mut plain = pool.deps(p, Relation::Supplements).filter(|d| !Rich::is_rich(d.name));
            if plain.any(|d| pool.providing(d.name, (d.sense, d.evr)).iter().any(|&q| pool.is_installed(q))) {
                out.insert(p);
            }
        }
        out
    }

    /// Who recommends, or is supplemented by, what weak dependencies brought.
    pub(super) fn wished_by(&self, found: &Found) -> BTreeMap<Pkg, Pkg> {
        let is_chosen = |p: &Pkg| found.chosen.binary_search(p).is_ok();
        let is_new = |p: &Pkg| is_chosen(p) && !self.pool.is_installed(*p);
        let serves = |d: DepId, q: Pkg| self.rules.providers(d).binary_search(&q).is_ok();
        let mut out = BTreeMap::new();
        for &q in &found.weak {
            let mut others = found.chosen.iter().copied().filter(|&p| p != q && is_new(&p));
            let by = others.find(|&p| self.rules.deps(p, Relation::Recommends).any(|d| serves(d, q)));
            let mut supplemented = self.rules.deps(q, Relation::Supplements).flat_map(|d| self.leaves(d));
            if let Some(by) = by.or_else(|| supplemented.find(is_new)) {
                out.insert(q, by);
            }
        }
        out
    }

    /// Every package a dependency speaks of.
    fn leaves(&self, d: DepId) -> Vec<Pkg> {
        let Some(rich) = self.rules.rich(d) else { return self.rules.providers(d).to_vec() };
        let (mut out, mut todo) = (Vec::new(), vec![&*rich]);
        while let Some(r) = todo.pop() {
            match r {
                Rich::Plain(wanted) => out.extend(self.pool.providers(wanted)),
                Rich::And(all) | Rich::Or(all) | Rich::With(all) => todo.extend(all),
                Rich::If { then, when, .. } | Rich::Unless { then, when, .. } => todo.extend([&**then, &**when]),
                Rich::Without(with, _) => todo.push(with),
            }
        }
        out
    }
}
