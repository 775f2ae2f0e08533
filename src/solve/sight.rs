//! Which packages count: architecture, filters, and who may share a name.

use std::collections::HashMap;

use super::{
    Barred,
    pool::{Pkg, Pool},
};

impl Pool<'_> {
    /// Looks at the architectures once.
    pub(super) fn score(&mut self) {
        let arches = self.request.arch.package_arches();
        for c in &self.catalogs {
            let mut known = HashMap::new();
            let score = |p| {
                let arch = c.arch(p);
                *known.entry(arch).or_insert_with(|| match arches.iter().position(|a| *a == arch) {
                    Some(_) if arch == "noarch" => 1,
                    Some(rank) => rank as u8 + 2,
                    None => 0,
                })
            };
            self.arch_scores.extend(c.packages().map(score));
        }
    }

    /// 0 for an architecture that cannot run here, 1 for noarch, else 2 for the best, 3 for the next, …
    pub fn arch_score(&self, p: Pkg) -> u8 {
        self.arch_scores[p.0 as usize]
    }

    /// Whether a global exclude hides the installed package from specs; it stays as it is then.
    pub fn is_hidden(&self, p: Pkg) -> bool {
        self.hidden.contains(&p)
    }

    /// Whether no filter takes the package from sight: specs see it, though its architecture may not run here.
    pub fn is_considered(&self, p: Pkg) -> bool {
        use Barred::{
            Excluded, ExcludedByRepo, InactiveStream, MaskedByStream, NotIncluded, OtherVersion, RepositoryDisabled,
        };
        !self.is_hidden(p)
            && !matches!(
                self.barred(p),
                Some(
                    Excluded(_)
                        | ExcludedByRepo(_)
                        | NotIncluded
                        | InactiveStream(_)
                        | MaskedByStream(_)
                        | OtherVersion(_)
                        | RepositoryDisabled
                )
            )
    }

    /// Whether the package can be chosen or kept: installed and not hidden, or not barred.
    pub fn is_usable(&self, p: Pkg) -> bool {
        self.is_visible(p) && self.barred(p).is_none() && !self.is_hidden(p)
    }

    /// Whether the package counts at all: it is installed, or its architecture can run here.
    pub fn is_visible(&self, p: Pkg) -> bool {
        self.arch_score(p) != 0 || self.is_installed(p)
    }

    /// The visible packages of the same name, itself among them.
    pub fn twins(&self, p: Pkg) -> impl Iterator<Item = Pkg> + '_ {
        self.members(self.group_of(p)).iter().copied().filter(|&q| self.is_visible(q))
    }

    /// Whether two packages may not share a name: one architecture, or a colour in common.
    pub fn same_colour(&self, p: Pkg, q: Pkg) -> bool {
        let (a, b) = (self.arch(p), self.arch(q));
        a == b || colour(a) & colour(b) != 0
    }
}

/// Colour bits of a package architecture: packages of one name exclude each other where they share one.
fn colour(arch: &str) -> u8 {
    match arch {
        "noarch" => 3,
        "i386" | "i486" | "i586" | "i686" | "athlon" | "s390" => 1,
        _ => 2,
    }
}
