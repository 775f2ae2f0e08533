//! Packages that exist and cannot be chosen: by whose rule.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use globset::{Glob, GlobMatcher};

use super::pool::{Pkg, Pool};
use crate::formats::repodata::{Catalog, PkgId, Relation};

/// Why a package that exists cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Barred {
    /// An exclude pattern of the request.
    Excluded(String),
    /// An `excludepkgs` pattern of its repository.
    ExcludedByRepo(String),
    /// Its repository's `includepkgs` does not name it.
    NotIncluded,
    /// Its architecture cannot be installed here.
    OtherArch(String),
    /// It needs a feature of rpm that drydock does not have.
    RpmFeature(String),
    /// One of its rich dependencies is malformed or beyond the limits.
    BadDependency(String),
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(p) => write!(f, "excluded by {p:?}"),
            Self::ExcludedByRepo(p) => write!(f, "excluded by {p:?} in its repository's configuration"),
            Self::NotIncluded => f.write_str("not among its repository's includepkgs"),
            Self::OtherArch(a) => write!(f, "built for {a}"),
            Self::RpmFeature(r) => write!(f, "needs {r}, which drydock does not support"),
            Self::BadDependency(d) => write!(f, "has the dependency {d:?}, which cannot be read"),
        }
    }
}

/// `rpmlib()` features the installer implements; the list is rpm's (`lib/rpmds.c`, `rpmlibProvides`).
const RPMLIB: [&str; 22] = [
    "VersionedDependencies",
    "CompressedFileNames",
    "PayloadIsBzip2",
    "PayloadIsXz",
    "PayloadIsLzma",
    "PayloadIsZstd",
    "PayloadFilesHavePrefix",
    "ExplicitPackageProvide",
    "HeaderLoadSortsTags",
    "ScriptletInterpreterArgs",
    "PartialHardlinkSets",
    "ConcurrentAccess",
    "BuiltinLuaScripts",
    "FileDigests",
    "FileCaps",
    "ScriptletExpansion",
    "TildeInVersions",
    "CaretInVersions",
    "LargeFiles",
    "RichDependencies",
    "DynamicBuildRequires",
    "DriverIsRpm",
];

impl Pool<'_> {
    /// Goes over all packages once.
    pub(super) fn bar(&mut self) {
        let arches = self.request.arch.package_arches();
        let global = Patterns::new(&self.request.excludes);
        if self.installed_catalogs == 1 {
            let c = self.catalogs[0];
            self.hidden = c.packages().filter(|&p| global.hit(c, p).is_some()).map(|p| Pkg(p.0)).collect();
        }
        for (i, source) in self.request.sources.iter().enumerate() {
            let c = self.catalogs[i + self.installed_catalogs];
            let start = self.first[i + self.installed_catalogs];
            let lacking = unsupported_features(c);
            let (excludes, includes) = (Patterns::new(&source.excludes), Patterns::new(&source.includes));
            let mut arch_known = HashMap::new();
            for p in c.packages() {
                let arch = c.arch(p);
                let why = if !*arch_known.entry(arch).or_insert_with(|| arches.contains(&arch)) {
                    Some(Barred::OtherArch(arch.to_owned()))
                } else if let Some(pattern) = global.hit(c, p) {
                    Some(Barred::Excluded(pattern.to_owned()))
                } else if let Some(pattern) = excludes.hit(c, p) {
                    Some(Barred::ExcludedByRepo(pattern.to_owned()))
                } else if !source.includes.is_empty() && includes.hit(c, p).is_none() {
                    Some(Barred::NotIncluded)
                } else if lacking.is_empty() {
                    None
                } else {
                    let bad = c.dep_numbers(p, Relation::Requires).find(|d| lacking.contains(d));
                    bad.map(|d| Barred::RpmFeature(c.dep(d).name.to_owned()))
                };
                if let Some(why) = why {
                    self.barred.insert(Pkg(start + p.0), why);
                }
            }
        }
    }
}

fn unsupported_features(c: &Catalog) -> BTreeSet<u32> {
    let known = |name: &str| {
        name.strip_prefix("rpmlib(").and_then(|n| n.strip_suffix(')')).is_none_or(|feature| RPMLIB.contains(&feature))
    };
    (0..c.dep_count()).filter(|&n| !known(c.dep(n).name)).collect()
}

/// `excludepkgs`-like lists: names, `name.arch`, NEVRAs, globs over any of these.
struct Patterns<'p> {
    exact: BTreeMap<&'p str, ()>,
    globs: Vec<(&'p str, GlobMatcher)>,
}

impl<'p> Patterns<'p> {
    fn new(patterns: &'p [String]) -> Self {
        let mut out = Self { exact: BTreeMap::new(), globs: Vec::new() };
        for p in patterns {
            match Glob::new(p) {
                Ok(g) if p.contains(['*', '?', '[']) => out.globs.push((p, g.compile_matcher())),
                _ => drop(out.exact.insert(p, ())),
            }
        }
        out
    }

    fn hit(&self, c: &Catalog, p: PkgId) -> Option<&'p str> {
        if self.exact.is_empty() && self.globs.is_empty() {
            return None;
        }
        let name = c.name(p);
        let exact = |text: &str| self.exact.get_key_value(text).map(|(k, ())| *k);
        if let Some(hit) = exact(name).or_else(|| self.globs.iter().find(|(_, g)| g.is_match(name)).map(|(t, _)| *t)) {
            return Some(hit);
        }
        // Longer forms only where a pattern could be one: it has a dot or a dash.
        let nevra = c.nevra(p);
        let evr = &nevra.evr;
        let forms = [
            format!("{name}.{}", nevra.arch),
            format!("{name}-{}", evr.version),
            format!("{name}-{}-{}", evr.version, evr.release),
            format!("{name}-{}-{}.{}", evr.version, evr.release, nevra.arch),
            format!("{name}-{}:{}-{}", evr.epoch, evr.version, evr.release),
            format!("{name}-{}:{}-{}.{}", evr.epoch, evr.version, evr.release, nevra.arch),
        ];
        let like = |text: &String| self.globs.iter().find(|(_, g)| g.is_match(text)).map(|(t, _)| *t);
        forms.iter().find_map(|form| exact(form).or_else(|| like(form)))
    }
}
