//! A package of an older architecture comes only in step with its twin of the better one, unless it is asked for or was
//! there without: their shared files would differ otherwise.

use super::{
    super::{
        pool::Pkg,
        rules::{no, yes},
    },
    Search,
    packages::Reached,
};

impl Search<'_> {
    pub(super) fn add_arches(&mut self, reached: &Reached) {
        let start = self.rules.end();
        let mut done = vec![false; self.pool.names().count()];
        for p in self.pool.all().filter(|&p| reached.contains(p)) {
            let group = self.pool.group_of(p);
            if !std::mem::replace(&mut done[group.0 as usize], true) {
                let twins: Vec<Pkg> = self.pool.twins(p).collect();
                self.add_name(&twins, reached);
            }
        }
        self.rules.arches = start..self.rules.end();
    }

    fn add_name(&mut self, twins: &[Pkg], reached: &Reached) {
        let pool = self.pool;
        let there = |p: &&Pkg| reached.contains(**p);
        let scores = twins.iter().filter(there).filter(|&&p| pool.arch_score(p) > 1 && !pool.is_installed(p));
        let Some(best) = scores.map(|&p| pool.arch_score(p)).min() else { return };
        let allowed = self.allowed(twins, best, reached);
        for &p in twins.iter().filter(there) {
            let score = pool.arch_score(p);
            if score == 1 || score == best || (!pool.is_installed(p) && allowed.contains(&score)) {
                continue;
            }
            let step = |&q: &Pkg| {
                pool.evr(q) == pool.evr(p)
                    && pool.arch(q) != pool.arch(p)
                    && (pool.arch_score(q) == 1 || pool.arch_score(q) == best)
            };
            let partners: Vec<Pkg> = twins.iter().copied().filter(step).collect();
            if pool.is_installed(p) && !partners.iter().any(|&q| pool.is_installed(q)) {
                continue;
            }
            let partners: Vec<_> = partners.into_iter().map(yes).collect();
            self.rules.add(no(p), &partners);
        }
    }

    /// Older architectures that are there already, and not in step.
    fn allowed(&self, twins: &[Pkg], best: u8, reached: &Reached) -> Vec<u8> {
        let pool = self.pool;
        let old = |p: &&Pkg| pool.is_installed(**p) && reached.contains(**p) && pool.arch_score(**p) != 1;
        let found = twins.iter().filter(old).map(|p| pool.arch_score(*p));
        if found.collect::<std::collections::BTreeSet<_>>() == [best].into() {
            return Vec::new();
        }
        let in_step = |p: Pkg| {
            twins.iter().any(|&q| {
                q != p
                    && pool.evr(q) == pool.evr(p)
                    && pool.arch(q) != pool.arch(p)
                    && (pool.arch_score(q) == 1 || pool.arch_score(q) == best)
            })
        };
        let alone = twins.iter().filter(old).filter(|&&p| pool.arch_score(p) != best && !in_step(p));
        alone.map(|&p| pool.arch_score(p)).collect()
    }
}
