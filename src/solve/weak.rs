//! Weak dependencies: what would be nice to have beside what is needed.

use std::collections::BTreeMap;

use super::{pool::Pkg, solution::Resolver};
use crate::{
    formats::repodata::{Relation, Requirement, Rich, Sense},
    terms::Evr,
};

impl Resolver<'_> {
    /// What the new packages recommend and what supplements the set, where nothing chosen serves already.
    pub(super) fn weak_wishes(&self, chosen: &[Pkg], tried: &BTreeMap<Pkg, Pkg>) -> Vec<(Pkg, Pkg)> {
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let mut out: Vec<(Pkg, Pkg)> = Vec::new();
        for &p in chosen.iter().filter(|&&p| !self.pool.is_installed(p)) {
            for d in self.pool.deps(p, Relation::Recommends) {
                let wanted = Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() };
                let any = if Rich::is_rich(d.name) {
                    self.rich_wish(d.name, &is_chosen)
                } else {
                    self.rules.providers(&wanted).to_vec()
                };
                let free = |q: &&Pkg| self.pool.barred(**q).is_none() && !tried.contains_key(q);
                if let (false, Some(&q)) = (any.iter().any(is_chosen), any.iter().find(free)) {
                    out.push((q, p));
                }
            }
        }
        for q in self.pool.all().filter(|q| !is_chosen(q) && self.pool.barred(*q).is_none() && !tried.contains_key(q)) {
            for d in self.pool.deps(q, Relation::Supplements) {
                if let Some(p) = self.supplemented(d.name, d.sense, d.evr.to_evr(), chosen) {
                    let newest = self.pool.preferred(self.pool.members(self.pool.group_of(q))).first() == Some(&q);
                    if newest && !out.iter().any(|(w, _)| *w == q) {
                        out.push((q, p));
                    }
                }
            }
        }
        out.dedup_by_key(|(q, _)| *q);
        out
    }

    fn rich_wish(&self, text: &str, is_chosen: &impl Fn(&Pkg) -> bool) -> Vec<Pkg> {
        match Rich::parse(text) {
            Ok(Rich::If { then, when, .. }) if self.holds(&when, is_chosen) => self.plain_set(&then),
            Ok(Rich::Or(all)) => all.iter().flat_map(|r| self.plain_set(r)).collect(),
            Ok(other) => self.plain_set(&other),
            Err(_) => Vec::new(),
        }
    }

    fn plain_set(&self, rich: &Rich) -> Vec<Pkg> {
        match rich {
            Rich::Plain(wanted) => self.rules.providers(wanted).to_vec(),
            _ => Vec::new(),
        }
    }

    fn holds(&self, rich: &Rich, is_chosen: &impl Fn(&Pkg) -> bool) -> bool {
        match rich {
            Rich::Plain(wanted) => self.pool.providers(wanted).iter().any(is_chosen),
            Rich::And(all) | Rich::With(all) => all.iter().all(|r| self.holds(r, is_chosen)),
            Rich::Or(all) => all.iter().any(|r| self.holds(r, is_chosen)),
            _ => false,
        }
    }

    /// A new package of the solution that the entry supplements.
    fn supplemented(&self, name: &str, sense: Sense, evr: Evr, chosen: &[Pkg]) -> Option<Pkg> {
        let is_chosen = |p: &Pkg| chosen.binary_search(p).is_ok();
        let new = |p: &Pkg| is_chosen(p) && !self.pool.is_installed(*p);
        if Rich::is_rich(name) {
            let rich = Rich::parse(name).ok()?;
            let mut leaves = Vec::new();
            leaves_of(&rich, &mut leaves);
            let new = leaves.into_iter().flat_map(|r| self.pool.providers(r)).find(new)?;
            return self.holds(&rich, &is_chosen).then_some(new);
        }
        self.pool.providers(&Requirement { name: name.to_owned(), sense, evr }).into_iter().find(new)
    }
}

fn leaves_of<'r>(rich: &'r Rich, out: &mut Vec<&'r Requirement>) {
    match rich {
        Rich::Plain(r) => out.push(r),
        Rich::And(all) | Rich::Or(all) | Rich::With(all) => all.iter().for_each(|r| leaves_of(r, out)),
        Rich::If { then, when, .. } | Rich::Unless { then, when, .. } => {
            leaves_of(then, out);
            leaves_of(when, out);
        }
        Rich::Without(a, _) => leaves_of(a, out),
    }
}
