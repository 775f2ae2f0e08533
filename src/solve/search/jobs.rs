//! The jobs as rules, the best of each, and which policies a job overrides.

use std::collections::BTreeSet;

use super::{
    super::{
        pool::{Group, Pkg},
        rules::{Literal, no, package, yes},
    },
    Search,
    policy::Mode,
};

impl Search<'_> {
    pub(super) fn add_jobs(&mut self) {
        let start = self.rules.end();
        for candidates in self.jobs {
            match candidates.split_first() {
                Some((first, rest)) => {
                    let rest: Vec<_> = rest.iter().map(|&p| yes(p)).collect();
                    self.rules.add(yes(*first), &rest);
                }
                None => drop(self.rules.add(0, &[])),
            }
        }
        self.rules.jobs = start..self.rules.end();
    }

    /// dnf's `best=True`: one of the best candidates of each job, by priority, architecture, version and obsoletes.
    pub(super) fn add_best(&mut self) {
        let start = self.rules.end();
        if self.pool.request.best {
            for (i, candidates) in self.jobs.iter().enumerate() {
                let mut list: Vec<Pkg> = candidates.clone();
                list.retain(|&p| self.pool.is_installed(p) || self.pool.is_considered(p));
                let count = list.len();
                if count == 0 {
                    continue;
                }
                self.filter(&mut list, Mode::Recommend);
                if list.len() < count {
                    let rest: Vec<_> = list[1..].iter().map(|&p| yes(p)).collect();
                    self.rules.add(yes(list[0]), &rest);
                    self.rules.best_of.push(i);
                }
            }
        }
        self.rules.best = start..self.rules.end();
    }

    /// A job that names packages of an older architecture may have them alone, and what a job's candidates all replace
    /// need not be kept.
    pub(super) fn override_policies(&mut self) {
        let heads: BTreeSet<_> = self.rules.arches.clone().map(|n| self.rules.get(n).head).collect();
        for job in self.jobs {
            self.override_arches(job, &heads);
            if job.iter().any(|&p| self.pool.is_installed(p)) {
                continue;
            }
            for p in self.replaced_by_all(job) {
                self.no_update.insert(p);
                for rule in [self.rules.updates.start + p.0, self.rules.features.start + p.0] {
                    if self.rules.get(rule).head != 0 {
                        self.rules.get_mut(rule).off = true;
                    }
                }
            }
        }
    }

    fn override_arches(&mut self, job: &[Pkg], heads: &BTreeSet<Literal>) {
        let names: BTreeSet<Group> =
            job.iter().filter(|&&p| heads.contains(&no(p))).map(|&p| self.pool.group_of(p)).collect();
        if names.is_empty() {
            return;
        }
        for n in self.rules.arches.clone() {
            if names.contains(&self.pool.group_of(package(self.rules.get(n).head))) {
                self.rules.get_mut(n).off = true;
            }
        }
    }

    fn replaced_by_all(&self, job: &[Pkg]) -> BTreeSet<Pkg> {
        let mut out: Option<BTreeSet<Pkg>> = None;
        for &p in job {
            let mut these: BTreeSet<Pkg> =
                self.pool.obsoleted_by(p).into_iter().filter(|&q| self.pool.is_installed(q)).collect();
            if !self.pool.is_installonly(p) {
                these.extend(self.pool.twins(p).filter(|&q| self.pool.is_installed(q) && self.pool.same_colour(p, q)));
            }
            out = Some(match out {
                Some(out) => out.intersection(&these).copied().collect(),
                None => these,
            });
        }
        out.unwrap_or_default()
    }
}
