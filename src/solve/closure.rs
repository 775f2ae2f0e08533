//! Proof, independent of pool, rules and search, that a set of packages can live together.

use std::{collections::BTreeMap, fmt};

use super::{Request, Solution};
use crate::{
    formats::repodata::{Catalog, PkgId, Relation, Requirement, Rich, Sense, ranges_overlap},
    terms::Nevra,
};

/// Something wrong with a set of packages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Violation {
    /// A change of the solution that no source has.
    Unknown(Nevra),
    /// A dependency nothing in the set satisfies.
    Unsatisfied {
        /// The package that has it.
        package: Nevra,
        /// The dependency.
        requirement: String,
    },
    /// Two packages of the set that exclude each other.
    Together {
        /// The package whose `Conflicts` or `Obsoletes` it is, or one of two of the same name.
        package: Nevra,
        /// The other.
        with: Nevra,
        /// `conflicts`, `obsoletes`, `same name`.
        why: &'static str,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(nevra) => write!(f, "no source has {nevra}"),
            Self::Unsatisfied { package, requirement } => write!(f, "{package} needs {requirement}"),
            Self::Together { package, with, why } => write!(f, "{package} and {with}: {why}"),
        }
    }
}

/// Checks what would be installed after `solution`. Violations that the installed set has by itself are left out, as are
/// those between two packages that stay.
pub fn violations(request: &Request, solution: &Solution) -> Vec<Violation> {
    let before: Vec<Member<'_>> = request
        .installed
        .iter()
        .flat_map(|i| i.catalog.packages().map(|p| Member { catalog: &i.catalog, id: p, owners: &i.owners, old: true }))
        .collect();
    let gone: Vec<&Nevra> = solution.changes.iter().flat_map(|c| &c.replaces).collect();
    let removed = solution.changes.iter().filter(|c| c.source.is_none()).map(|c| &c.nevra);
    let gone: Vec<&Nevra> = gone.into_iter().chain(removed).collect();
    let mut after: Vec<Member<'_>> = before.iter().copied().filter(|m| !gone.contains(&&m.nevra())).collect();
    let mut out = Vec::new();
    for change in solution.changes.iter().filter(|c| c.source.is_some()) {
        let found = request.sources.iter().filter(|s| Some(&s.id) == change.source.as_ref()).find_map(|s| {
            let id = s
                .catalog
                .packages()
                .find(|&p| s.catalog.checksum(p) == change.checksum && s.catalog.nevra(p) == change.nevra)?;
            Some(Member { catalog: &s.catalog, id, owners: &s.owners, old: false })
        });
        match found {
            Some(member) => after.push(member),
            None => out.push(Violation::Unknown(change.nevra.clone())),
        }
    }
    let known = broken(&Set::new(&before), request);
    out.extend(broken(&Set::new(&after), request).into_iter().filter(|v| !known.contains(v)));
    out.sort();
    out.dedup();
    out
}

#[derive(Clone, Copy)]
struct Member<'a> {
    catalog: &'a Catalog,
    id: PkgId,
    owners: &'a BTreeMap<String, Vec<PkgId>>,
    old: bool,
}

impl Member<'_> {
    fn nevra(&self) -> Nevra {
        self.catalog.nevra(self.id)
    }
}

/// Packages by everything they provide.
struct Set<'a> {
    members: &'a [Member<'a>],
    provides: BTreeMap<&'a str, Vec<(usize, u32)>>,
    files: BTreeMap<String, Vec<usize>>,
}

impl<'a> Set<'a> {
    fn new(members: &'a [Member<'a>]) -> Self {
        let mut provides = BTreeMap::<&str, Vec<_>>::new();
        let mut files = BTreeMap::<String, Vec<usize>>::new();
        for (i, m) in members.iter().enumerate() {
            for n in m.catalog.dep_numbers(m.id, Relation::Provides) {
                provides.entry(m.catalog.dep(n).name).or_default().push((i, n));
            }
            for (path, _) in m.catalog.files(m.id) {
                files.entry(path).or_default().push(i);
            }
            for (path, _) in m.owners.iter().filter(|(_, owners)| owners.contains(&m.id)) {
                files.entry(path.clone()).or_default().push(i);
            }
        }
        Self { members, provides, files }
    }

    fn providers(&self, r: &Requirement) -> Vec<usize> {
        let meets = |&&(i, n): &&(usize, u32)| {
            let d = self.members[i].catalog.dep(n);
            ranges_overlap((d.sense, d.evr), r.range())
        };
        let mut out: Vec<usize> =
            self.provides.get(r.name.as_str()).into_iter().flatten().filter(meets).map(|(i, _)| *i).collect();
        if r.sense == Sense::ANY {
            out.extend(self.files.get(&r.name).into_iter().flatten());
        }
        out
    }

    /// Truth of a dependency, read straight off its syntax.
    fn holds(&self, rich: &Rich) -> bool {
        self.holds_without(rich, usize::MAX)
    }

    /// The same without one member: no package conflicts with itself.
    fn holds_without(&self, rich: &Rich, me: usize) -> bool {
        match rich {
            Rich::Plain(r) => self.providers(r).into_iter().any(|i| i != me),
            Rich::And(all) => all.iter().all(|r| self.holds_without(r, me)),
            Rich::Or(all) => all.iter().any(|r| self.holds_without(r, me)),
            Rich::If { then, when, .. } if self.holds_without(when, me) => self.holds_without(then, me),
            Rich::If { otherwise, .. } => otherwise.as_ref().is_none_or(|r| self.holds_without(r, me)),
            Rich::Unless { when, otherwise, .. } if self.holds_without(when, me) => {
                otherwise.as_ref().is_some_and(|r| self.holds_without(r, me))
            }
            Rich::Unless { then, .. } => self.holds_without(then, me),
            Rich::With(_) | Rich::Without(..) => (0..self.members.len()).any(|i| i != me && self.is_one(i, rich)),
        }
    }

    fn is_one(&self, i: usize, rich: &Rich) -> bool {
        match rich {
            Rich::Plain(r) => self.providers(r).contains(&i),
            Rich::With(all) | Rich::And(all) => all.iter().all(|r| self.is_one(i, r)),
            Rich::Or(all) => all.iter().any(|r| self.is_one(i, r)),
            Rich::Without(a, b) => self.is_one(i, a) && !self.is_one(i, b),
            _ => false,
        }
    }
}

fn broken(set: &Set<'_>, request: &Request) -> Vec<Violation> {
    let mut out = Vec::new();
    let together =
        |a: &Member<'_>, b: &Member<'_>, why| Violation::Together { package: a.nevra(), with: b.nevra(), why };
    let installonly = |m: &Member<'_>| {
        m.catalog.deps(m.id, Relation::Provides).any(|d| request.installonly.iter().any(|n| n == d.name))
    };
    let mut by_name = BTreeMap::<&str, Vec<usize>>::new();
    for (i, m) in set.members.iter().enumerate() {
        by_name.entry(m.catalog.name(m.id)).or_default().push(i);
        for d in m.catalog.deps(m.id, Relation::Requires).filter(|d| !d.name.starts_with("rpmlib(")) {
            let text = d.to_string();
            let holds = if Rich::is_rich(d.name) {
                Rich::parse(d.name).is_ok_and(|r| set.holds(&r))
            } else {
                !set.providers(&Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() }).is_empty()
            };
            if !holds {
                out.push(Violation::Unsatisfied { package: m.nevra(), requirement: text });
            }
        }
        for d in m.catalog.deps(m.id, Relation::Conflicts) {
            if Rich::is_rich(d.name) {
                if Rich::parse(d.name).is_ok_and(|r| set.holds_without(&r, i)) {
                    out.push(Violation::Unsatisfied { package: m.nevra(), requirement: format!("not {}", d.name) });
                }
                continue;
            }
            let wanted = Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() };
            let others = set.providers(&wanted).into_iter().filter(|&j| j != i);
            out.extend(others.map(|j| together(m, &set.members[j], "conflicts")));
        }
    }
    for (i, m) in set.members.iter().enumerate().filter(|(_, m)| !installonly(m)) {
        for d in m.catalog.deps(m.id, Relation::Obsoletes) {
            for &j in by_name.get(d.name).into_iter().flatten().filter(|&&j| j != i) {
                let other = &set.members[j];
                let hit = ranges_overlap((Sense::EQUAL, other.catalog.evr(other.id)), (d.sense, d.evr));
                if hit && !(m.old && other.old) {
                    out.push(together(m, other, "obsoletes"));
                }
            }
        }
    }
    for twins in by_name.values().filter(|t| t.len() > 1) {
        for (k, &i) in twins.iter().enumerate() {
            for &j in &twins[k + 1..] {
                let (a, b) = (&set.members[i], &set.members[j]);
                let wide = |m: &Member<'_>| {
                    !matches!(m.catalog.arch(m.id), "i386" | "i486" | "i586" | "i686" | "athlon" | "s390")
                };
                let any = |m: &Member<'_>| m.catalog.arch(m.id) == "noarch";
                let share = wide(a) == wide(b) || any(a) || any(b);
                if share && !(a.old && b.old) && !(installonly(a) && installonly(b) && a.nevra() != b.nevra()) {
                    out.push(together(a, b, "same name"));
                }
            }
        }
    }
    out
}
