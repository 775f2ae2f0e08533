//! What is asked of the resolver.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Barred, Pins};
use crate::{
    formats::repodata::{Catalog, PkgId},
    terms::{Arch, Nevra},
};

/// Capabilities whose providers are installed beside their older versions: dnf's default `installonlypkgs`.
pub const INSTALLONLY: [&str; 6] = [
    "kernel",
    "kernel-PAE",
    "installonlypkg(kernel)",
    "installonlypkg(kernel-module)",
    "installonlypkg(vm)",
    "multiversion(kernel)",
];

/// One repository, as far as the resolver cares.
#[derive(Clone, Debug)]
pub struct Source {
    /// The repository's id.
    pub id: String,
    /// Its packages.
    pub catalog: Arc<Catalog>,
    /// Lower numbers win over higher ones; dnf's default is 99.
    pub priority: i32,
    /// Between equal packages the cheaper source wins; dnf's default is 1000.
    pub cost: u32,
    /// Packages hidden in this repository (`excludepkgs`): names, NEVRAs, globs.
    pub excludes: Vec<String>,
    /// If not empty, only these are visible (`includepkgs`).
    pub includes: Vec<String>,
    /// Whether its packages may be chosen, or are only there to be named where a request fails.
    pub standing: Standing,
    /// Its packages are not hidden by modules (`module_hotfixes`).
    pub hotfixes: bool,
    /// Who owns paths outside primary's lists, for the paths looked up so far.
    pub owners: BTreeMap<String, Vec<PkgId>>,
}

/// How a repository stands to a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Its packages may be chosen.
    #[default]
    Enabled,
    /// It is known and not enabled: its packages explain, and are not chosen.
    Disabled,
}

impl Standing {
    /// What keeps its packages out.
    pub(super) fn rule(self) -> Option<Barred> {
        match self {
            Self::Enabled => None,
            Self::Disabled => Some(Barred::RepositoryDisabled),
        }
    }
}

impl Source {
    /// A repository with dnf's default priority and cost and no filters.
    pub fn new(id: impl Into<String>, catalog: Arc<Catalog>) -> Self {
        Self {
            id: id.into(),
            catalog,
            priority: 99,
            cost: 1000,
            excludes: Vec::new(),
            includes: Vec::new(),
            standing: Standing::default(),
            hotfixes: false,
            owners: BTreeMap::new(),
        }
    }

    /// Takes the answer of `filelists.xml` to [`Error::NeedsFileLists`](super::Error::NeedsFileLists): all paths that
    /// were asked, and per path the `pkgid`s (hex digits) of its owners. Unknown `pkgid`s are dropped.
    pub fn answer(&mut self, asked: &BTreeSet<String>, owners: &BTreeMap<String, Vec<String>>) {
        answer(&self.catalog, &mut self.owners, asked, owners);
    }
}

/// What is installed already: the base image's packages.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The packages.
    pub catalog: Arc<Catalog>,
    /// Whether the catalog has every path of every package (from an rpmdb), not only primary's.
    pub all_files: bool,
    /// As [`Source::owners`], for a set that comes from a repository.
    pub owners: BTreeMap<String, Vec<PkgId>>,
}

impl Installed {
    /// Packages read from an rpmdb, with all their paths.
    pub fn from_rpmdb(catalog: Arc<Catalog>) -> Self {
        Self { catalog, all_files: true, owners: BTreeMap::new() }
    }

    /// The packages of a repository, taken as installed.
    pub fn from_repository(catalog: Arc<Catalog>) -> Self {
        Self { catalog, all_files: false, owners: BTreeMap::new() }
    }

    /// As [`Source::answer`].
    pub fn answer(&mut self, asked: &BTreeSet<String>, owners: &BTreeMap<String, Vec<String>>) {
        answer(&self.catalog, &mut self.owners, asked, owners);
    }
}

fn answer(
    catalog: &Catalog,
    known: &mut BTreeMap<String, Vec<PkgId>>,
    asked: &BTreeSet<String>,
    owners: &BTreeMap<String, Vec<String>>,
) {
    let wanted: BTreeSet<&str> = owners.values().flatten().map(String::as_str).collect();
    let mut by_pkgid = BTreeMap::new();
    if !wanted.is_empty() {
        for p in catalog.packages() {
            if let Some(c) = catalog.checksum(p).filter(|c| wanted.contains(c.hex())) {
                by_pkgid.insert(c.hex().to_owned(), p);
            }
        }
    }
    for path in asked {
        let pkgids = owners.get(path).into_iter().flatten();
        known.insert(path.clone(), pkgids.filter_map(|id| by_pkgid.get(id).copied()).collect());
    }
}

/// A package of a group or of a module's profile, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The spec it comes from: `@core`, `perl:5.30/minimal`.
    pub spec: String,
    /// The package's name.
    pub name: String,
    /// These are meant, where one of them has the name (with those of hotfix repositories): a stream's artifacts.
    pub among: Option<Arc<BTreeSet<Nevra>>>,
    /// Only in the image's own architecture.
    pub base_arch_only: bool,
    /// Only if this capability is there anyway.
    pub when: Option<String>,
    /// No package of the name is an error; else it is only told, in [`Solution::absent`](super::Solution::absent).
    pub required: bool,
}

/// What modules hide: see [`streams`](super::streams).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// Packages of active streams: always in sight.
    pub active: Arc<BTreeSet<Nevra>>,
    /// Packages of other streams, with `NAME:STREAM`: never.
    pub inactive: BTreeMap<Nevra, String>,
    /// Names of the packages of active streams, with `NAME:STREAM`: other packages that provide one are hidden.
    pub names: BTreeMap<String, String>,
}

/// A request. Build it with [`Request::new`] and set what differs.
#[derive(Clone, Debug)]
pub struct Request {
    /// The image's architecture.
    pub arch: Arch,
    /// What is there already.
    pub installed: Option<Installed>,
    /// The repositories, in the user's order (it breaks the last ties).
    pub sources: Vec<Source>,
    /// What must be there afterwards, as dnf's `install` takes it.
    pub specs: Vec<String>,
    /// The same, but left out (and named in [`Solution::missing`](super::Solution::missing)) where no source has it.
    pub try_specs: Vec<String>,
    /// Specs whose candidates are taken where they fit, and given up where they do not (libsolv's weak jobs), after the others.
    pub wishes: Vec<String>,
    /// Packages of groups and profiles, after the specs.
    pub members: Vec<Member>,
    /// What modules hide.
    pub masks: Masks,
    /// Packages hidden in every repository: names, NEVRAs, globs. What is installed stays as it
    /// is then, and no spec means it.
    pub excludes: Vec<String>,
    /// Of these names only these versions are taken from repositories.
    pub pins: Pins,
    /// If not empty, the only packages to see beside those that repositories' own `includepkgs` name (dnf's `includepkgs`).
    pub includes: Vec<String>,
    /// If given, what advisories bring: specs mean these alone, or the next newer one where it is not there. Not groups, nor what is
    /// needed.
    pub advised: Option<BTreeSet<Nevra>>,
    /// Each spec's best candidate or an error (dnf's `best=True`); else the best that can be had.
    pub best: bool,
    /// Take recommended and supplementing packages too, where they fit.
    pub weak: bool,
    /// See [`INSTALLONLY`].
    pub installonly: Vec<String>,
    /// Names of installed packages that nothing may obsolete.
    pub protected: Vec<String>,
}

impl Request {
    /// Nothing installed, nothing asked, dnf's defaults but for weak dependencies, which are off.
    pub fn new(arch: Arch) -> Self {
        Self {
            arch,
            installed: None,
            sources: Vec::new(),
            specs: Vec::new(),
            try_specs: Vec::new(),
            wishes: Vec::new(),
            members: Vec::new(),
            masks: Masks::default(),
            excludes: Vec::new(),
            pins: Pins::new(),
            includes: Vec::new(),
            advised: None,
            best: true,
            weak: false,
            installonly: INSTALLONLY.map(str::to_owned).to_vec(),
            protected: Vec::new(),
        }
    }
}
