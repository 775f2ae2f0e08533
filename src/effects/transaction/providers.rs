//! Which package of a transaction rpm takes for the one that satisfies a requirement (rpm `rpmalSatisfiesDepend`).

use std::collections::{HashMap, HashSet};

use super::order::Element;
use crate::{
    formats::{
        repodata::{Requirement, Rich, Sense},
        rpm::{Dependency, Header, HeaderError, Relation, sense},
    },
    terms::Evr,
};

/// The relations that order packages, in the order rpm looks at them.
pub(super) const ORDERING: [Relation; 6] = [
    Relation::Requires,
    Relation::Recommends,
    Relation::Suggests,
    Relation::Supplements,
    Relation::Enhances,
    Relation::OrderWith,
];

/// A capability with its range.
struct Range {
    flags: u32,
    evr: Option<Evr>,
}

impl Range {
    fn new(flags: u32, evr: &str) -> Self {
        Self { flags: flags & (sense::LESS | sense::GREATER | sense::EQUAL), evr: evr.parse().ok() }
    }

    /// rpm `rpmdsCompareIndex`: a side without version or sense meets everything.
    fn meets(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (&self.evr, &other.evr) else { return true };
        if self.flags == 0 || other.flags == 0 || a.version.is_empty() || b.version.is_empty() {
            return true;
        }
        let has = |range: &Self, bit: u32| range.flags & bit != 0;
        let both = |bit: u32| has(self, bit) && has(other, bit);
        match a.matches(b) {
            std::cmp::Ordering::Less => has(self, sense::GREATER) || has(other, sense::LESS),
            std::cmp::Ordering::Greater => has(self, sense::LESS) || has(other, sense::GREATER),
            std::cmp::Ordering::Equal => both(sense::EQUAL) || both(sense::LESS) || both(sense::GREATER),
        }
    }
}

/// Whether a package of that header is what a trigger's condition names: the name, and any provide of that name in the range
/// (rpm `rpmdsAnyMatchesDep`).
pub(super) fn is_meant(header: &Header, name: &str, flags: u32, version: &str) -> bool {
    let wanted = Range::new(flags, version);
    if wanted.flags == 0 || version.is_empty() {
        return true;
    }
    let provides = header.dependencies(Relation::Provides).unwrap_or_default();
    provides.iter().any(|p| p.name == name && Range::new(p.flags, &p.evr).meets(&wanted))
}

/// What the packages of a transaction have, for those capabilities and paths that any of them asks for.
pub(super) struct Providers {
    capabilities: HashMap<String, Vec<(usize, Range)>>,
    paths: HashMap<String, Vec<usize>>,
    colors: Vec<u32>,
    preferred: u32,
}

impl Providers {
    /// Indexes packages. `preferred` is the ELF class that wins where several have something (2: 64 bit).
    pub(super) fn of(packages: &[Element<'_>], preferred: u32) -> Result<Self, HeaderError> {
        let wanted = wanted_paths(packages)?;
        let mut out = Self { capabilities: HashMap::new(), paths: HashMap::new(), colors: Vec::new(), preferred };
        for (i, Element { header, files }) in packages.iter().enumerate() {
            for provide in header.dependencies(Relation::Provides)? {
                let range = Range::new(provide.flags, &provide.evr);
                out.capabilities.entry(provide.name).or_default().push((i, range));
            }
            let mut color = 0;
            for file in *files {
                color |= file.color;
                if let Ok(path) = std::str::from_utf8(&file.path)
                    && wanted.contains(merged(path).as_str())
                {
                    out.paths.entry(merged(path)).or_default().push(i);
                }
            }
            out.colors.push(color);
        }
        Ok(out)
    }

    /// The ELF classes of a package's files, or'ed.
    pub(super) fn color(&self, package: usize) -> u32 {
        self.colors[package]
    }

    /// The package taken for a requirement of `package`, if the transaction has one: of the preferred class, else itself, else
    /// the first.
    pub(super) fn find(&self, package: usize, requirement: &Dependency) -> Option<usize> {
        let files = self.paths.get(&merged(&requirement.name)).filter(|_| requirement.name.starts_with('/'));
        let candidates: Vec<usize> = match files {
            Some(owners) => owners.clone(),
            None => {
                let wanted = Range::new(requirement.flags, &requirement.evr);
                let all = self.capabilities.get(&requirement.name)?.iter();
                all.filter(|(_, range)| range.meets(&wanted)).map(|(p, _)| *p).collect()
            }
        };
        let score = |p: usize| 2 * u32::from(self.colors[p] == self.preferred) + u32::from(p == package);
        let mut best = *candidates.first()?;
        for p in candidates {
            if score(p) > score(best) {
                best = p;
            }
        }
        Some(best)
    }
}

/// The paths packages ask for, as [`merged`].
fn wanted_paths(packages: &[Element<'_>]) -> Result<HashSet<String>, HeaderError> {
    let mut out = HashSet::new();
    for Element { header, .. } in packages {
        for relation in ORDERING {
            for dependency in header.dependencies(relation)? {
                parts(&dependency, &mut |part| {
                    if part.name.starts_with('/') {
                        out.insert(merged(&part.name));
                    }
                });
            }
        }
    }
    Ok(out)
}

/// A path with the directories that are links on every system of ours: rpm compares paths by what they lead to.
fn merged(path: &str) -> String {
    let moved = ["/bin/", "/sbin/", "/lib/", "/lib64/"].iter().any(|dir| path.starts_with(dir));
    if moved { format!("/usr{path}") } else { path.to_owned() }
}

/// The plain dependencies in one that may be rich, as far as they order (rpm `addRelation`): both sides of `and` and `or`, of
/// `if` and `unless` what is needed but not its alternative.
pub(super) fn parts(dependency: &Dependency, found: &mut dyn FnMut(&Dependency)) {
    if !Rich::is_rich(&dependency.name) {
        return found(dependency);
    }
    if let Ok(rich) = Rich::parse(&dependency.name) {
        plain(&rich, dependency.flags, found);
    }
}

fn plain(rich: &Rich, flags: u32, found: &mut dyn FnMut(&Dependency)) {
    match rich {
        Rich::Plain(Requirement { name, sense, evr }) => {
            let evr = if *sense == Sense::ANY { String::new() } else { evr.to_string() };
            let flags = (flags & !(sense::LESS | sense::GREATER | sense::EQUAL)) | bits(*sense);
            found(&Dependency { name: name.clone(), flags, evr });
        }
        Rich::And(all) | Rich::Or(all) => all.iter().for_each(|r| plain(r, flags, found)),
        Rich::With(all) => all.iter().take(1).for_each(|r| plain(r, flags, found)),
        Rich::Without(first, _) => plain(first, flags, found),
        // rpm means to look at the alternative too, but parses the whole again in its place.
        Rich::If { then, .. } | Rich::Unless { then, .. } => plain(then, flags, found),
    }
}

/// The comparison as rpm's flags.
fn bits(comparison: Sense) -> u32 {
    (0..16).step_by(2).find(|&flags| Sense::from_rpm(flags) == comparison).unwrap_or_default()
}
