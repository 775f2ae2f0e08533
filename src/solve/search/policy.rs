//! Of several candidates which: libsolv's prunings (`policy.c`).

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{super::pool::Pkg, Search};

/// How much of the policy applies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// All of it.
    Choose,
    /// Without the last order of preference.
    ChooseUnordered,
    /// Priority, architecture and version only.
    Recommend,
}

impl Search<'_> {
    /// Leaves the candidates policy would choose from, best first.
    pub(super) fn filter(&mut self, list: &mut Vec<Pkg>, mode: Mode) {
        self.best_priority(list);
        self.best_arch(list);
        self.best_versions(list);
        if list.len() < 2 || mode == Mode::Recommend {
            return;
        }
        self.only_recommended(list);
        if list.len() > 1 && mode == Mode::Choose {
            self.old_versions_last(list);
            self.newer_provides_first(list);
            self.installed_names_first(list);
            self.suggested_first(list);
        }
    }

    fn priority(&self, p: Pkg) -> Option<i32> {
        self.pool.source(p).map(|s| s.priority)
    }

    /// The repository of highest priority; installed packages compete in every one.
    fn best_priority(&self, list: &mut Vec<Pkg>) {
        if list.len() < 2 {
            return;
        }
        let best = list.iter().filter_map(|&p| self.priority(p)).min();
        list.retain(|&p| self.priority(p).is_none_or(|priority| Some(priority) == best));
    }

    fn best_arch(&self, list: &mut Vec<Pkg>) {
        if list.len() < 2 {
            return;
        }
        let Some(best) = list.iter().map(|&p| self.pool.arch_score(p)).filter(|&s| s > 1).min() else { return };
        let fits = |p: &Pkg| [1, best].contains(&self.pool.arch_score(*p));
        if list.iter().any(fits) {
            list.retain(fits);
        }
    }

    /// The newest of each name, then without those that others of them obsolete.
    pub(super) fn best_versions(&self, list: &mut Vec<Pkg>) {
        if list.len() < 2 {
            return;
        }
        let pool = self.pool;
        merge_sort(list, &|&a, &b| self.order(a, b));
        let mut best: Vec<Pkg> = Vec::new();
        for &p in list.iter() {
            match best.last_mut() {
                Some(last) if pool.group_of(*last) == pool.group_of(p) => {
                    if pool.evr(*last).order(&pool.evr(p)).is_lt() {
                        *last = p;
                    }
                }
                _ => best.push(p),
            }
        }
        *list = best;
        if list.len() > 1 {
            self.drop_obsoleted(list);
        }
    }

    /// By name, architecture, whether installed, cost, number.
    fn order(&self, a: Pkg, b: Pkg) -> Ordering {
        let pool = self.pool;
        if pool.group_of(a) != pool.group_of(b) {
            return pool.name(a).cmp(pool.name(b));
        }
        let (s, t) = (pool.arch_score(a), pool.arch_score(b));
        if s != t && s > 1 && t > 1 {
            return s.cmp(&t);
        }
        let cost = |p: Pkg| pool.source(p).map(|s| s.cost);
        cost(a).cmp(&cost(b)).then(a.cmp(&b))
    }

    /// Drops what others obsolete; where packages obsolete each other in a ring, all of it stays.
    fn drop_obsoleted(&self, list: &mut Vec<Pkg>) {
        let members: BTreeSet<Pkg> = list.iter().copied().collect();
        let mut edges: BTreeMap<Pkg, Vec<Pkg>> = BTreeMap::new();
        for &p in list.iter() {
            let other = |q: &Pkg| members.contains(q) && self.pool.group_of(*q) != self.pool.group_of(p);
            let hit: Vec<Pkg> = self.pool.obsoleted_by(p).into_iter().filter(other).collect();
            if !hit.is_empty() {
                edges.insert(p, hit);
            }
        }
        if edges.is_empty() {
            return;
        }
        let reach: BTreeMap<Pkg, BTreeSet<Pkg>> = edges.keys().map(|&p| (p, reachable(p, &edges))).collect();
        let beats = |a: &Pkg, b: &Pkg| reach.get(a).is_some_and(|r| r.contains(b));
        list.retain(|q| !edges.keys().any(|p| p != q && beats(p, q) && !beats(q, p)));
    }
}

fn reachable(from: Pkg, edges: &BTreeMap<Pkg, Vec<Pkg>>) -> BTreeSet<Pkg> {
    let mut out = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(p) = todo.pop() {
        for &q in edges.get(&p).into_iter().flatten() {
            if out.insert(q) {
                todo.push(q);
            }
        }
    }
    out
}

/// The C library's merge sort, step by step: libsolv's orders are not total (noarch compares with its neighbours only),
/// so the way of sorting shows in the result. Depth is the logarithm of the length.
pub(super) fn merge_sort<T: Clone>(list: &mut [T], order: &impl Fn(&T, &T) -> Ordering) {
    if list.len() < 2 {
        return;
    }
    let middle = list.len() / 2;
    let (left, right) = list.split_at_mut(middle);
    merge_sort(left, order);
    merge_sort(right, order);
    let (left, right) = (left.to_vec(), right.to_vec());
    let (mut i, mut j) = (0, 0);
    for place in list.iter_mut() {
        let from_left = j == right.len() || (i < left.len() && order(&left[i], &right[j]).is_le());
        let (side, at) = if from_left { (&left, &mut i) } else { (&right, &mut j) };
        *place = side[*at].clone();
        *at += 1;
    }
}
