//! What may take the place of an installed package.

use super::{
    super::{pool::Pkg, rules::yes},
    Search,
};

impl Search<'_> {
    /// Packages of the same name, and those that obsolete it. `all`: also those of another architecture.
    pub(super) fn update_candidates(&self, p: Pkg, all: bool) -> Vec<Pkg> {
        let pool = self.pool;
        let mut out = Vec::new();
        let mut by_name_and_obsoletes = false;
        let name = pool.providing(pool.name(p), Default::default());
        for q in name.into_iter().filter(|&q| q != p && pool.is_visible(q)) {
            if !pool.is_installed(q) && pool.barred(q).is_some() {
                continue;
            }
            if pool.group_of(q) != pool.group_of(p) {
                if !pool.same_colour(p, q) || !pool.obsoleted_by(q).contains(&p) {
                    continue;
                }
                by_name_and_obsoletes = true;
            } else if !pool.same_colour(p, q) {
                continue;
            }
            if all || !self.changes_arch(p, q) {
                out.push(q);
            }
        }
        if !by_name_and_obsoletes {
            let obsoleters = self.obsoleters(p).into_iter();
            out.extend(obsoleters.filter(|&q| (all || !self.changes_arch(p, q)) && pool.same_colour(p, q)));
        }
        out
    }

    /// Installable packages of other names that obsolete an installed one.
    pub(super) fn obsoleters(&self, p: Pkg) -> Vec<Pkg> {
        let mut out = self.pool.obsoleters(p);
        out.retain(|&q| self.pool.arch_score(q) != 0 && self.pool.is_usable(q));
        out.sort_unstable();
        out
    }

    /// Whether putting `q` in the place of `p` changes the architecture, to or from noarch aside.
    pub(super) fn changes_arch(&self, p: Pkg, q: Pkg) -> bool {
        let (a, b) = (self.pool.arch(p), self.pool.arch(q));
        a != b && a != "noarch" && b != "noarch" && self.pool.arch_score(p) != self.pool.arch_score(q)
    }

    /// Two rules for each installed package: what may be in its place at all, and what policy would put there.
    pub(super) fn add_updates(&mut self) {
        let start = self.rules.end();
        for p in self.pool.installed() {
            let candidates: Vec<_> = self.update_candidates(p, true).into_iter().map(yes).collect();
            self.rules.add(yes(p), &candidates);
        }
        let middle = self.rules.end();
        self.rules.features = start..middle;
        for p in self.pool.installed() {
            let mut candidates = self.update_candidates(p, false);
            // What is hidden from the request stays as it is.
            candidates.retain(|&q| !self.pool.is_hidden(p) && self.updates(p, q));
            let candidates: Vec<_> = candidates.into_iter().map(yes).collect();
            let update = self.rules.add(yes(p), &candidates);
            let feature = start + p.0;
            if self.rules.get(feature).rest == 0 {
                self.orphans.push(p);
            }
            if self.rules.same(update, feature) {
                self.rules.blank(feature);
            } else {
                self.rules.get_mut(feature).off = true;
            }
        }
        self.rules.updates = middle..self.rules.end();
    }

    /// An install-only package stands beside its older version, unless it obsoletes it in words or is the very same.
    fn updates(&self, p: Pkg, q: Pkg) -> bool {
        let pool = self.pool;
        let same =
            || pool.group_of(p) == pool.group_of(q) && pool.evr(p) == pool.evr(q) && pool.arch(p) == pool.arch(q);
        !pool.is_installonly(q) || pool.obsoleted_by(q).contains(&p) || same()
    }

    /// The rule that says what may be in an installed package's place: policy's, or where it is off, the wider one.
    pub(super) fn update_rule(&self, p: Pkg) -> u32 {
        let (update, feature) = (self.rules.updates.start + p.0, self.rules.features.start + p.0);
        let rule = self.rules.get(update);
        let usable = rule.head != 0 && !rule.off;
        if usable || self.rules.get(feature).head == 0 { update } else { feature }
    }
}
