//! Rather what is installed, or its update, than something new: weak rules that narrow a requirement so.

use std::{collections::BTreeSet, ops::ControlFlow};

use super::{
    super::{
        pool::Pkg,
        rules::{Literal, package},
    },
    Search,
};

impl Search<'_> {
    pub(super) fn add_choices(&mut self) {
        let start = self.rules.end();
        if self.pool.installed().next().is_some() {
            let barred: BTreeSet<Literal> = self
                .rules
                .arches
                .clone()
                .map(|n| *self.rules.get(n))
                .filter(|r| r.head < 0 && r.rest == 0)
                .map(|r| r.head)
                .collect();
            let mut last: Option<(Literal, Vec<Literal>)> = None;
            for n in self.rules.packages.clone() {
                let rule = *self.rules.get(n);
                if rule.head >= 0 || (rule.rest <= 1 && rule.watch[1] <= 0) {
                    continue;
                }
                let Some(narrowed) = self.narrowed(n, &barred) else { continue };
                let this = Some((rule.head, narrowed));
                if this == last {
                    continue;
                }
                last = this;
                if let Some((head, rest)) = &last {
                    self.rules.add(*head, rest);
                    self.rules.choice_of.push(n);
                }
            }
        }
        self.rules.choices = start..self.rules.end();
    }

    /// The rest of a requirement, less what would be new.
    fn narrowed(&self, n: u32, barred: &BTreeSet<Literal>) -> Option<Vec<Literal>> {
        let (mut kept, mut old, mut choice) = (Vec::new(), Vec::new(), false);
        for l in self.rules.literals(n).filter(|l| *l > 0) {
            let p = package(l);
            match self.place_of(p) {
                None => choice = true,
                Some(q) if q != p && (barred.contains(&-l) || self.changes_arch(q, p)) => {}
                Some(q) => {
                    kept.push(l);
                    old.push(q);
                }
            }
        }
        if !choice || kept.is_empty() {
            return None;
        }
        // Where every update serves as well there is nothing to choose.
        let serves = |l: Literal| self.rules.literals(n).any(|m| m == l);
        let all = old.iter().try_for_each(|&q| {
            if self.rules.literals(self.any_update_rule(q)).all(serves) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        if all.is_continue() {
            return None;
        }
        let head = self.rules.get(n).head;
        let mut rest: Vec<Literal> = self.rules.literals(n).filter(|&l| l < 0 && l != head).collect();
        rest.extend(kept);
        Some(rest)
    }

    fn any_update_rule(&self, p: Pkg) -> u32 {
        let update = self.rules.updates.start + p.0;
        if self.rules.get(update).head != 0 { update } else { self.rules.features.start + p.0 }
    }

    /// The installed package whose place a package would take.
    fn place_of(&self, p: Pkg) -> Option<Pkg> {
        let pool = self.pool;
        if pool.is_installed(p) {
            return Some(p);
        }
        let mut twins = pool.twins(p).filter(|&q| pool.is_installed(q) && pool.same_colour(p, q));
        twins.next().or_else(|| {
            let entries = pool.deps(p, crate::formats::repodata::Relation::Obsoletes);
            entries.flat_map(|d| pool.obsoleted_through(d)).find(|&q| pool.is_installed(q))
        })
    }

    /// Switches off a choice that cannot be kept, and those that would keep to the same packages.
    pub(super) fn drop_choice(&mut self, rule: u32) {
        let start = self.rules.choices.start;
        self.rules.get_mut(rule).off = true;
        let narrowed: BTreeSet<Literal> = self.rules.literals(rule).collect();
        let whole = self.rules.choice_of[(rule - start) as usize];
        let freed: BTreeSet<Literal> = self.rules.literals(whole).filter(|l| *l > 0 && !narrowed.contains(l)).collect();
        for n in self.rules.choices.clone() {
            let whole = self.rules.choice_of[(n - start) as usize];
            if !self.rules.get(n).off && self.rules.literals(whole).any(|l| freed.contains(&l)) {
                self.rules.get_mut(n).off = true;
            }
        }
    }

    /// Switches off choices that something else has made pointless; whether there were any.
    pub(super) fn drop_pointless_choices(&mut self) -> bool {
        let mut dropped = false;
        for n in self.rules.choices.clone() {
            let whole = self.rules.choice_of[(n - self.rules.choices.start) as usize];
            if self.rules.get(n).off || self.rules.get(whole).off {
                continue;
            }
            let narrowed: BTreeSet<Literal> = self.rules.literals(n).collect();
            if self.rules.literals(whole).any(|l| l > 0 && self.is_true(l) && !narrowed.contains(&l)) {
                self.drop_choice(n);
                dropped = true;
            }
        }
        dropped
    }
}
