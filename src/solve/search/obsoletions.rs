//! An installed package that several names obsolete by the same words was split: the parts come together.

use super::{
    super::{
        pool::Pkg,
        rules::{no, yes},
    },
    Search,
};
use crate::formats::repodata::{Relation, Requirement, Sense, ranges_overlap};

impl Search<'_> {
    pub(super) fn add_obsoletions(&mut self) {
        let start = self.rules.end();
        let mut words: Vec<Requirement> = Vec::new();
        for p in self.pool.installed() {
            for q in self.obsoleters(p) {
                for d in self.book.deps(q, Relation::Obsoletes) {
                    let Some(r) = self.book.requirement(d) else { continue };
                    let hits = |&h: &Pkg| self.pool.same_colour(p, h);
                    if !words.contains(&r) && self.installed_matching(&r).iter().any(hits) {
                        words.push(r);
                    }
                }
            }
        }
        for r in words {
            self.add_split(&r);
        }
        self.rules.obsoletions = start..self.rules.end();
    }

    fn installed_matching(&self, r: &Requirement) -> Vec<Pkg> {
        let mut out = self.pool.named(&r.name);
        out.retain(|&p| self.pool.is_installed(p) && ranges_overlap((Sense::EQUAL, self.pool.evr(p)), r.range()));
        out
    }

    fn add_split(&mut self, r: &Requirement) {
        let groups = self.parts(r);
        for (i, group) in groups.iter().enumerate() {
            for &p in group.iter().filter(|&&p| !self.pool.is_installed(p)) {
                for (_, others) in groups.iter().enumerate().filter(|(k, _)| *k != i) {
                    let others: Vec<_> = others.iter().map(|&q| yes(q)).collect();
                    self.rules.add(no(p), &others);
                }
            }
        }
    }

    /// The packages that obsolete by these words, by name; none if there is one name only.
    fn parts(&self, r: &Requirement) -> Vec<Vec<Pkg>> {
        let says = |&p: &Pkg| {
            self.book.deps(p, Relation::Obsoletes).any(|d| self.book.requirement(d).is_some_and(|other| other == *r))
        };
        let mut all: Vec<Pkg> = Vec::new();
        for p in self.installed_matching(r) {
            let others = self.obsoleters(p).into_iter().chain(self.pool.twins(p));
            for q in others.filter(|&q| self.pool.same_colour(p, q)).filter(says) {
                if !all.contains(&q) {
                    all.push(q);
                }
            }
        }
        let mut best = all.clone();
        self.best_versions(&mut best);
        let same = |p: Pkg| all.iter().copied().filter(|&q| self.pool.group_of(p) == self.pool.group_of(q)).collect();
        if best.len() < 2 { Vec::new() } else { best.into_iter().map(same).collect() }
    }
}
