//! Which of several candidates first: libsolv's order of preference (`policy.c`), as a sort instead of its prunings.

use std::{cmp::Ordering, collections::HashMap};

use super::pool::{Pkg, Pool, colour};

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
        let best_arch = out.iter().filter_map(|&p| self.arch_rank(p)).min().unwrap_or(0);
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
        out.sort_by(|&a, &b| {
            let arch = |p| self.arch_rank(p).is_some_and(|r| r != best_arch);
            self.priority(a)
                .cmp(&self.priority(b))
                .then_with(|| arch(a).cmp(&arch(b)))
                .then_with(|| obsoleted.contains(&a).cmp(&obsoleted.contains(&b)))
                .then_with(|| rank[&a].cmp(&rank[&b]))
                .then_with(|| self.name(a).cmp(self.name(b)))
                .then_with(|| self.within_name(a, b))
        });
        out
    }

    /// The candidates of which dnf's `best=True` demands one: highest priority, best architecture, newest of each name,
    /// obsoleted ones gone; equal ones of several sources all count.
    pub fn best(&self, preferred: &[Pkg]) -> Vec<Pkg> {
        let Some(&first) = preferred.first() else { return Vec::new() };
        let (priority, arch) = (self.priority(first), self.best_arch(preferred));
        let obsoleted = self.obsoleted_among(preferred);
        let eligible = |p: &Pkg| {
            (self.is_installed(*p) || self.priority(*p) == priority)
                && self.arch_rank(*p).is_none_or(|r| r == arch)
                && !obsoleted.contains(p)
        };
        let rest: Vec<Pkg> = preferred.iter().copied().filter(eligible).collect();
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
    fn arch_rank(&self, p: Pkg) -> Option<u8> {
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
