//! The last order of preference among names: what is current, what is installed, what others recommend and suggest.

use std::collections::BTreeMap;

use super::{
    super::{
        normal::{Form, Normal, normal},
        pool::Pkg,
        rules::{DepId, Literal, Rulebook, package, yes},
    },
    Search,
    policy::merge_sort,
};
use crate::formats::repodata::{EvrRef, Relation, Sense};

/// What the packages decided so far recommend and suggest.
pub(super) struct Preferred {
    /// Decisions up to here were looked at.
    seen: usize,
    recommended: Vec<bool>,
    suggested: Vec<bool>,
    /// Clauses of rich dependencies whose conditions are not decided yet; and whether they are suggestions.
    waiting: BTreeMap<(DepId, bool), Vec<Vec<Literal>>>,
}

impl Preferred {
    pub fn new(book: &Rulebook<'_>) -> Self {
        let none = vec![false; book.pool.len() as usize];
        Self { seen: 0, recommended: none.clone(), suggested: none, waiting: BTreeMap::new() }
    }

    /// Decisions from here on were undone.
    pub fn rewind(&mut self, len: usize) {
        if self.seen > len {
            self.seen = usize::MAX;
        }
    }

    pub fn is_recommended(&self, p: Pkg) -> bool {
        self.recommended[p.0 as usize]
    }
}

impl Search<'_> {
    /// Looks at the decisions made since the last time.
    pub(super) fn update_preferred(&mut self) {
        if self.preferred.seen > self.queue.len() {
            self.preferred.seen = 0;
            self.preferred.recommended.fill(false);
            self.preferred.suggested.fill(false);
            self.preferred.waiting.clear();
        }
        while self.preferred.seen < self.queue.len() {
            let l = self.queue[self.preferred.seen];
            self.preferred.seen += 1;
            if l < 0 {
                continue;
            }
            for (relation, suggests) in [(Relation::Recommends, false), (Relation::Suggests, true)] {
                for d in self.book.deps(package(l), relation) {
                    match self.book.complex(d) {
                        Some(rich) => {
                            if let Some(Normal::Blocks(blocks)) = normal(self.book, &rich, Form::Holds) {
                                self.preferred.waiting.insert((d, suggests), blocks);
                            }
                        }
                        None => {
                            let found = self.book.providers(d);
                            found.iter().for_each(|&q| self.mark(q, suggests));
                        }
                    }
                }
            }
        }
        let mut waiting = std::mem::take(&mut self.preferred.waiting);
        waiting.retain(|&(_, suggests), blocks| {
            blocks.retain(|block| !self.mark_block(block, suggests));
            !blocks.is_empty()
        });
        self.preferred.waiting = waiting;
    }

    fn mark(&mut self, p: Pkg, suggests: bool) {
        let map = if suggests { &mut self.preferred.suggested } else { &mut self.preferred.recommended };
        map[p.0 as usize] = true;
    }

    /// Marks the packages a clause of a rich dependency names, if its conditions hold.
    fn mark_block(&mut self, block: &[Literal], suggests: bool) -> bool {
        let holds = block.iter().filter(|l| **l < 0).all(|&l| self.level(package(l)) > 0);
        if holds {
            block.iter().filter(|l| **l > 0).for_each(|&l| self.mark(package(l), suggests));
        }
        holds
    }

    /// Only recommended and supplementing packages, if there are any; installed ones stay.
    pub(super) fn only_recommended(&mut self, list: &mut Vec<Pkg>) {
        if list.iter().filter(|&&p| !self.pool.is_installed(p)).count() < 2 {
            return;
        }
        self.update_preferred();
        let wanted = |p: &Pkg| self.preferred.is_recommended(*p) || self.is_supplementing(*p);
        if list.iter().any(|p| !self.pool.is_installed(*p) && wanted(p)) {
            list.retain(|p| self.pool.is_installed(*p) || wanted(p));
        }
    }

    /// What has a newer version, or one of higher priority, goes last.
    pub(super) fn old_versions_last(&self, list: &mut [Pkg]) {
        let pool = self.pool;
        let is_old = |p: Pkg| {
            let Some(source) = pool.source(p) else { return false };
            let mut others = pool.twins(p).filter(|&q| q != p && pool.arch(q) == pool.arch(p));
            others.any(|q| {
                // What is installed counts as a repository of dnf's default priority.
                match pool.source(q).map_or(99, |s| s.priority).cmp(&source.priority) {
                    std::cmp::Ordering::Less => true,
                    std::cmp::Ordering::Greater => false,
                    std::cmp::Ordering::Equal => pool.evr(q).order(&pool.evr(p)).is_gt(),
                }
            })
        };
        list.sort_by_cached_key(|&p| is_old(p));
    }

    /// Of packages that provide different versions of one thing, those of the newer ones first.
    pub(super) fn newer_provides_first(&self, list: &mut [Pkg]) {
        struct Entry<'a>(usize, EvrRef<'a>, bool);
        let mut by_name: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
        for (i, &p) in list.iter().enumerate() {
            for d in self.pool.deps(p, Relation::Provides) {
                let below = d.sense == Sense::LESS;
                let counted = below || d.sense == Sense::LESS_EQUAL || (d.sense == Sense::EQUAL && !is_hash(&d.evr));
                if counted {
                    by_name.entry(d.name).or_default().push(Entry(i, d.evr, below));
                }
            }
        }
        // Newest first; 2 and -2: one of them has no release.
        let compare = |a: &Entry<'_>, b: &Entry<'_>| -> i32 {
            if a.1 == b.1 && a.2 == b.2 {
                return 0;
            }
            match (by_release(&b.1, &a.1), a.2, b.2) {
                (0, _, true) if !a.2 => -1,
                (0, true, false) => 1,
                (r, ..) => r,
            }
        };
        let mut bad = vec![0usize; list.len()];
        for entries in by_name.values() {
            let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
            merge_sort(&mut sorted, &|a, b| compare(a, b).cmp(&0));
            let mut worse = 0;
            for (k, e) in sorted.iter().enumerate() {
                if k > 0 && sorted[k - 1].0 != e.0 && compare(sorted[k - 1], e) == -1 {
                    worse += 1;
                }
                bad[e.0] += worse;
            }
        }
        if bad.iter().all(|&b| b == 0) {
            return;
        }
        let bad: BTreeMap<Pkg, usize> =
            list.iter().zip(bad).map(|(&p, b)| (p, if self.pool.is_installed(p) { 0 } else { b })).collect();
        list.sort_by_key(|p| bad[p]);
    }

    /// Names of which something is installed come first.
    pub(super) fn installed_names_first(&self, list: &mut [Pkg]) {
        list.sort_by_cached_key(|&p| !self.pool.twins(p).any(|q| self.pool.is_installed(q)));
    }

    /// What is suggested, enhances, or is installed comes first.
    pub(super) fn suggested_first(&mut self, list: &mut [Pkg]) {
        self.update_preferred();
        list.sort_by_cached_key(|&p| !self.is_suggested(p));
    }

    fn is_suggested(&self, p: Pkg) -> bool {
        self.pool.is_installed(p) || self.preferred.suggested[p.0 as usize] || self.is_enhancing(p)
    }

    /// The same preferences, as if everything installed stayed: it is not decided yet while jobs are resolved.
    pub(super) fn prefer_for_installed(&mut self, level: i32, list: &mut [Pkg]) {
        let open: Vec<Pkg> =
            self.pool.installed().filter(|&p| self.level(p) == 0 && !self.no_update.contains(&p)).collect();
        if open.is_empty() {
            return;
        }
        let len = self.queue.len();
        for &p in &open {
            if self.relations(p, Relation::Recommends) || self.relations(p, Relation::Suggests) {
                self.queue.push(yes(p));
            }
            self.levels[p.0 as usize] = level + 1;
        }
        self.update_preferred();
        list.sort_by_cached_key(|&p| !self.is_suggested(p));
        list.sort_by_cached_key(|&p| {
            !(self.pool.is_installed(p) || self.preferred.is_recommended(p) || self.is_supplementing(p))
        });
        for &p in &open {
            self.levels[p.0 as usize] = 0;
        }
        if self.queue.len() != len {
            self.queue.truncate(len);
            self.preferred.rewind(0);
        }
    }
}

/// Commit hashes are no versions.
fn is_hash(evr: &EvrRef<'_>) -> bool {
    evr.epoch == 0
        && evr.release.is_empty()
        && evr.version.len() >= 4
        && evr.version.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9'))
}

/// -1, 0, 1; -2 or 2 where all but the release is the same and one side has none.
fn by_release(a: &EvrRef<'_>, b: &EvrRef<'_>) -> i32 {
    let bare = |e: &EvrRef<'_>| crate::terms::Evr::new(e.epoch, e.version, "");
    let (x, y) = (bare(a), bare(b));
    let order = EvrRef::from(&x).order(&EvrRef::from(&y));
    match (order, a.release.is_empty(), b.release.is_empty()) {
        (std::cmp::Ordering::Equal, true, false) => -2,
        (std::cmp::Ordering::Equal, false, true) => 2,
        _ => a.order(b) as i32,
    }
}
