//! Which of several candidates first: libsolv's order of preference (`policy.c`), as a sort instead of its prunings.

use std::{cmp::Ordering, collections::HashMap};

use super::pool::{Pkg, Pool, colour};
use crate::formats::repodata::{EvrRef, Relation, Sense};

impl Pool<'_> {
    /// Candidates, best first. Barred ones are left out, unless nothing else is there: then they stay, to be named in
    /// an explanation.
    pub fn preferred(&self, candidates: &[Pkg]) -> Vec<Pkg> {
        let mut out: Vec<Pkg> = candidates.iter().copied().filter(|&p| self.barred(p).is_none()).collect();
        if out.is_empty() {
            out = candidates.to_vec();
        }
        if out.len() < 2 {
            return out;
        }
        let best_arch = self.best_arch(&out);
        let obsoleted = self.obsoleted_among(&out);
        // Newest of each name first, then the second of each, …
        out.sort_by(|&a, &b| self.within_name(a, b));
        let mut seen: HashMap<_, u32> = HashMap::new();
        let rank: HashMap<Pkg, u32> = out
            .iter()
            .map(|&p| {
                let n = seen.entry(self.group_of(p)).or_default();
                *n += 1;
                (p, *n)
            })
            .collect();
        let pruned = |p: Pkg| {
            (
                self.priority(p).max(self.best_priority(candidates)),
                self.arch_rank(p).is_some_and(|r| r != best_arch),
                obsoleted.contains(&p),
                rank[&p],
            )
        };
        out.sort_by(|&a, &b| {
            pruned(a).cmp(&pruned(b)).then_with(|| self.name(a).cmp(self.name(b))).then_with(|| self.within_name(a, b))
        });
        let head = out.iter().take_while(|&&p| pruned(p) == pruned(out[0])).count();
        self.reorder(&mut out[..head]);
        out
    }

    /// Among the best of different names: those that are the newest of their name, then those that provide the newer
    /// version of something several provide, and before all those of whose name a package is installed.
    fn reorder(&self, head: &mut [Pkg]) {
        if head.len() < 2 {
            return;
        }
        head.sort_by_key(|&p| self.is_old(p));
        let badness = self.badness(head);
        head.sort_by_key(|p| badness[p]);
        let known = |p: Pkg| self.members(self.group_of(p)).iter().any(|&q| self.is_installed(q));
        head.sort_by_key(|&p| !known(p));
    }

    /// Whether a newer package of this name and architecture is to be had.
    fn is_old(&self, p: Pkg) -> bool {
        let newer = |&q: &Pkg| {
            self.arch(q) == self.arch(p)
                && self.priority(q) <= self.priority(p)
                && self.barred(q).is_none()
                && self.evr(q).order(&self.evr(p)).is_gt()
        };
        !self.is_installed(p) && self.members(self.group_of(p)).iter().any(newer)
    }

    /// How many newer versions of capabilities they share with others the others provide.
    fn badness(&self, head: &[Pkg]) -> HashMap<Pkg, usize> {
        let mut by_name: HashMap<&str, Vec<(EvrRef<'_>, Pkg)>> = HashMap::new();
        for &p in head {
            for d in self.deps(p, Relation::Provides).filter(|d| d.sense == Sense::EQUAL) {
                by_name.entry(d.name).or_default().push((d.evr, p));
            }
        }
        let mut out: HashMap<Pkg, usize> = head.iter().map(|&p| (p, 0)).collect();
        for mut provided in by_name.into_values().filter(|v| v.len() > 1) {
            provided.sort_by(|a, b| b.0.order(&a.0).then_with(|| a.1.cmp(&b.1)));
            let mut bad = 0;
            for i in 0..provided.len() {
                let step = i > 0 && provided[i].1 != provided[i - 1].1;
                bad += usize::from(step && provided[i - 1].0.order(&provided[i].0).is_gt());
                *out.entry(provided[i].1).or_default() += bad;
            }
        }
        // What is installed is never bad.
        out.iter_mut().filter(|(p, _)| self.is_installed(**p)).for_each(|(_, bad)| *bad = 0);
        out
    }

    /// Whether choosing among these means choosing between names: libsolv leaves that for when all else is decided.
    pub fn is_choice(&self, preferred: &[Pkg]) -> bool {
        let best = self.best(preferred);
        best.iter().any(|&p| self.group_of(p) != self.group_of(best[0]))
    }

    fn best_priority(&self, packages: &[Pkg]) -> i32 {
        packages.iter().filter_map(|&p| self.source(p)).map(|s| s.priority).min().unwrap_or(i32::MIN)
    }

    /// The candidates of which dnf's `best=True` demands one: highest priority, best architecture, newest of each name,
    /// obsoleted ones gone; equal ones of several sources all count.
    pub fn best(&self, preferred: &[Pkg]) -> Vec<Pkg> {
        let (priority, arch) = (self.best_priority(preferred), self.best_arch(preferred));
        let obsoleted = self.obsoleted_among(preferred);
        let eligible = |p: &Pkg| {
            (self.is_installed(*p) || self.priority(*p) == priority)
                && self.arch_rank(*p).is_none_or(|r| r == arch)
                && !obsoleted.contains(p)
        };
        let mut rest: Vec<Pkg> = preferred.iter().copied().filter(eligible).collect();
        if rest.is_empty() {
            rest = preferred.to_vec(); // a ring of packages that obsolete each other
        }
        let newest = |p: &Pkg| {
            !rest.iter().any(|q| self.group_of(*q) == self.group_of(*p) && self.evr(*q).order(&self.evr(*p)).is_gt())
        };
        rest.iter().copied().filter(newest).collect()
    }

    /// Newest first; of equal ones the installed, then the cheaper, then the earlier source.
    fn within_name(&self, a: Pkg, b: Pkg) -> Ordering {
        let cost = |p| self.source(p).map_or((0, 0), |s| (1, s.cost));
        self.evr(b).order(&self.evr(a)).then_with(|| cost(a).cmp(&cost(b))).then_with(|| a.cmp(&b))
    }

    /// Installed packages compete in every priority.
    fn priority(&self, p: Pkg) -> i32 {
        self.source(p).map_or(i32::MIN, |s| s.priority)
    }

    fn best_arch(&self, packages: &[Pkg]) -> u8 {
        packages.iter().filter_map(|&p| self.arch_rank(p)).min().unwrap_or(0)
    }

    /// 0 for the image's own bitness, 1 for its older sibling's, none for noarch, which never loses.
    pub fn arch_rank(&self, p: Pkg) -> Option<u8> {
        match self.arch(p) {
            "noarch" => None,
            arch => Some(2 - colour(arch)),
        }
    }

    fn obsoleted_among(&self, packages: &[Pkg]) -> Vec<Pkg> {
        if packages.iter().all(|&p| self.group_of(p) == self.group_of(packages[0])) {
            return Vec::new();
        }
        let mut out: Vec<Pkg> = packages.iter().flat_map(|&p| self.obsoleted_by(p)).collect();
        out.retain(|q| packages.contains(q));
        // Two that obsolete each other: libsolv keeps both.
        let mutual: Vec<Pkg> =
            out.iter().copied().filter(|&q| self.obsoleted_by(q).iter().any(|p| out.contains(p))).collect();
        out.retain(|q| !mutual.contains(q));
        out
    }
}
