//! Packages that exist and cannot be chosen: by whose rule.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use serde::Serialize;

use super::pool::{Pkg, Pool};
use crate::formats::repodata::{Catalog, Relation};

/// Why a package that exists cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "rule", content = "by", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Barred {
    /// Its repository is there and not enabled.
    RepositoryDisabled,
    /// An exclude pattern of the request.
    Excluded(String),
    /// An `excludepkgs` pattern of its repository.
    ExcludedByRepo(String),
    /// Neither its repository's `includepkgs` nor the request's includes name it.
    NotIncluded,
    /// It belongs to this module stream (`NAME:STREAM`), which is not active.
    InactiveStream(String),
    /// This active module stream has the package, or one that it provides.
    MaskedByStream(String),
    /// Its architecture cannot be installed here.
    OtherArch(String),
    /// All architectures have this other version of it, and the same one is wanted everywhere.
    OtherVersion(String),
    /// It needs a feature of rpm that drydock does not have.
    RpmFeature(String),
    /// One of its rich dependencies is malformed or beyond the limits.
    BadDependency(String),
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepositoryDisabled => f.write_str("in a repository that is not enabled"),
            Self::Excluded(p) => write!(f, "excluded by {p:?}"),
            Self::ExcludedByRepo(p) => write!(f, "excluded by {p:?} in its repository's configuration"),
            Self::NotIncluded => f.write_str("not among its repository's includepkgs"),
            Self::InactiveStream(s) => write!(f, "of the module stream {s}, which is not active"),
            Self::MaskedByStream(s) => write!(f, "hidden by the module stream {s}"),
            Self::OtherVersion(v) => write!(f, "not {v}, which all architectures have"),
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
    /// Goes over all packages once. A pattern means what it means as a spec, in whatever repository that is.
    pub(super) fn bar(&mut self) {
        let mut barred = HashMap::new();
        let mut hidden = BTreeSet::new();
        for (name, wanted) in &self.request.pins {
            let others =
                self.named(name).into_iter().filter(|&p| !self.is_installed(p) && self.evr(p) != wanted.into());
            barred.extend(others.map(|p| (p, Barred::OtherVersion(wanted.to_string()))));
        }
        for pattern in &self.request.excludes {
            for p in self.named_like(pattern) {
                if self.is_installed(p) {
                    hidden.insert(p);
                } else {
                    barred.entry(p).or_insert_with(|| Barred::Excluded(pattern.clone()));
                }
            }
        }
        let included: BTreeSet<Pkg> = self.request.includes.iter().flat_map(|p| self.named_like(p)).collect();
        if !self.request.includes.is_empty() {
            hidden.extend(self.all().filter(|&p| self.is_installed(p) && !included.contains(&p)));
        }
        for (i, source) in self.request.sources.iter().enumerate() {
            let c = self.catalogs[i + self.installed_catalogs];
            let start = self.first[i + self.installed_catalogs];
            let own = start..self.first[i + self.installed_catalogs + 1];
            if let Some(rule) = source.standing.rule() {
                barred.extend(own.map(|p| (Pkg(p), rule.clone())));
                continue;
            }
            for pattern in &source.excludes {
                for p in self.named_like(pattern).into_iter().filter(|p| own.contains(&p.0)) {
                    barred.entry(p).or_insert_with(|| Barred::ExcludedByRepo(pattern.clone()));
                }
            }
            // A repository's own includes and everybody's add up (libdnf's `dnf_sack_recompute_considered_map`).
            if !source.includes.is_empty() || !self.request.includes.is_empty() {
                let own_included = source.includes.iter().flat_map(|p| self.named_like(p));
                let included: BTreeSet<Pkg> = own_included.chain(included.iter().copied()).collect();
                for p in own.map(Pkg).filter(|p| !included.contains(p)) {
                    barred.entry(p).or_insert(Barred::NotIncluded);
                }
            }
            if !source.hotfixes {
                self.mask(i + self.installed_catalogs, &mut barred);
            }
            let lacking = unsupported_features(c);
            for id in c.packages() {
                let p = Pkg(start + id.0);
                if self.arch_score(p) == 0 {
                    barred.entry(p).or_insert_with(|| Barred::OtherArch(c.arch(id).to_owned()));
                } else if !lacking.is_empty()
                    && let Some(bad) = c.dep_numbers(id, Relation::Requires).find(|d| lacking.contains(d))
                {
                    barred.entry(p).or_insert_with(|| Barred::RpmFeature(c.dep(bad).name.to_owned()));
                }
            }
        }
        (self.barred, self.hidden) = (barred, hidden);
    }
}

impl Pool<'_> {
    /// What modules hide in one repository (libdnf's `setModuleExcludes`): packages of streams that are not active, and
    /// packages that have or provide a name of an active stream's packages and are none of them.
    fn mask(&self, catalog: usize, barred: &mut HashMap<Pkg, Barred>) {
        let (c, start, masks) = (self.catalogs[catalog], self.first[catalog], &self.request.masks);
        if masks.inactive.is_empty() && masks.names.is_empty() {
            return;
        }
        for id in c.packages().filter(|&id| c.arch(id) != "src") {
            if let Some(stream) = masks.inactive.get(&c.nevra(id)).filter(|_| !masks.active.contains(&c.nevra(id))) {
                barred.entry(Pkg(start + id.0)).or_insert_with(|| Barred::InactiveStream(stream.clone()));
            }
        }
        for (name, stream) in &masks.names {
            let Some(name) = c.find(name) else { continue };
            for (id, _) in c.providers(name).filter(|(id, _)| !masks.active.contains(&c.nevra(*id))) {
                barred.entry(Pkg(start + id.0)).or_insert_with(|| Barred::MaskedByStream(stream.clone()));
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
