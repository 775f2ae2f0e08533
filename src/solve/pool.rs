//! Packages of all sources under one numbering, what bars them, and who provides what.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use globset::GlobMatcher;

use super::{Barred, Request, Source, Standing};
use crate::{
    formats::repodata::{Catalog, Dep, EvrRef, PkgId, Relation, Requirement, Sense, ranges_overlap},
    terms::Nevra,
};

/// A package of any source; the installed ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pkg(pub u32);

/// A package name, across sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Group(pub u32);

pub(super) struct Pool<'a> {
    pub request: &'a Request,
    /// Catalogs, the installed one first if there is one.
    pub(super) catalogs: Vec<&'a Catalog>,
    /// Number of the first package of each catalog, and the total.
    pub(super) first: Vec<u32>,
    /// 1 when catalog 0 is the installed set.
    pub(super) installed_catalogs: usize,
    groups: Vec<Group>,
    members: Vec<Vec<Pkg>>,
    pub(super) barred: HashMap<Pkg, Barred>,
    installonly: BTreeSet<Pkg>,
    /// Installed packages a global exclude names.
    pub(super) hidden: BTreeSet<Pkg>,
    pub(super) arch_scores: Vec<u8>,
    unknown_paths: RefCell<BTreeSet<String>>,
}

impl<'a> Pool<'a> {
    pub fn new(request: &'a Request) -> Self {
        let installed = request.installed.iter().map(|i| &*i.catalog);
        let catalogs: Vec<_> = installed.chain(request.sources.iter().map(|s| &*s.catalog)).collect();
        let mut first = vec![0];
        for c in &catalogs {
            first.push(first[first.len() - 1] + c.len() as u32);
        }
        let mut pool = Self {
            request,
            installed_catalogs: usize::from(request.installed.is_some()),
            catalogs,
            first,
            groups: Vec::new(),
            members: Vec::new(),
            barred: HashMap::new(),
            installonly: BTreeSet::new(),
            hidden: BTreeSet::new(),
            arch_scores: Vec::new(),
            unknown_paths: RefCell::default(),
        };
        pool.group();
        pool.score();
        pool.bar();
        for name in &request.installonly {
            pool.installonly.extend(pool.providers(&Requirement::any(name)));
        }
        pool
    }

    fn group(&mut self) {
        let mut by_name: HashMap<&str, Group> = HashMap::new();
        for c in &self.catalogs {
            let mut last = None;
            for p in c.packages() {
                let name = c.name_id(p);
                let group = match last {
                    Some((n, g)) if n == name => g,
                    _ => *by_name.entry(c.string(name)).or_insert_with(|| {
                        self.members.push(Vec::new());
                        Group(self.members.len() as u32 - 1)
                    }),
                };
                last = Some((name, group));
                self.members[group.0 as usize].push(Pkg(self.groups.len() as u32));
                self.groups.push(group);
            }
        }
    }

    /// Number of packages.
    pub fn len(&self) -> u32 {
        *self.first.last().expect("the total is always there")
    }

    /// Every package.
    pub fn all(&self) -> impl Iterator<Item = Pkg> + use<> {
        (0..self.len()).map(Pkg)
    }

    /// Every installed package.
    pub fn installed(&self) -> impl Iterator<Item = Pkg> + use<> {
        (0..if self.installed_catalogs == 1 { self.first[1] } else { 0 }).map(Pkg)
    }

    pub fn is_installed(&self, p: Pkg) -> bool {
        self.installed_catalogs == 1 && p.0 < self.first[1]
    }

    /// The catalog with this number (see [`Pool::place`]).
    pub fn catalog(&self, number: u32) -> &'a Catalog {
        self.catalogs[number as usize]
    }

    /// The number of the package's catalog and its number there.
    pub fn place(&self, p: Pkg) -> (usize, PkgId) {
        let i = self.first.partition_point(|&f| f <= p.0) - 1;
        (i, PkgId(p.0 - self.first[i]))
    }

    /// The package's catalog and its number there.
    pub fn at(&self, p: Pkg) -> (&'a Catalog, PkgId) {
        let (i, id) = self.place(p);
        (self.catalogs[i], id)
    }

    /// The package's repository; none for installed ones.
    pub fn source(&self, p: Pkg) -> Option<&'a Source> {
        let (i, _) = self.place(p);
        i.checked_sub(self.installed_catalogs).map(|i| &self.request.sources[i])
    }

    pub fn name(&self, p: Pkg) -> &'a str {
        let (c, id) = self.at(p);
        c.name(id)
    }

    pub fn evr(&self, p: Pkg) -> EvrRef<'a> {
        let (c, id) = self.at(p);
        c.evr(id)
    }

    pub fn arch(&self, p: Pkg) -> &'a str {
        let (c, id) = self.at(p);
        c.arch(id)
    }

    pub fn nevra(&self, p: Pkg) -> Nevra {
        let (c, id) = self.at(p);
        c.nevra(id)
    }

    pub fn group_of(&self, p: Pkg) -> Group {
        self.groups[p.0 as usize]
    }

    /// All packages of a name, in the sources' order.
    pub fn members(&self, g: Group) -> &[Pkg] {
        &self.members[g.0 as usize]
    }

    /// All names, with their packages.
    pub fn names(&self) -> impl Iterator<Item = (&'a str, &[Pkg])> {
        self.members.iter().map(|m| (self.name(m[0]), m.as_slice()))
    }

    /// All packages of this name.
    pub fn named(&self, name: &str) -> Vec<Pkg> {
        let found = self.catalogs.iter().zip(&self.first).find_map(|(c, first)| {
            let id = c.find(name)?;
            c.providers(id).find(|&(p, _)| c.name_id(p) == id).map(|(p, _)| Pkg(first + p.0))
        });
        found.map(|p| self.members(self.group_of(p)).to_vec()).unwrap_or_default()
    }

    /// Why it is out, if it is.
    pub fn barred(&self, p: Pkg) -> Option<&Barred> {
        self.barred.get(&p)
    }

    pub fn is_installonly(&self, p: Pkg) -> bool {
        self.installonly.contains(&p)
    }

    pub fn deps(&self, p: Pkg, relation: Relation) -> impl Iterator<Item = Dep<'a>> + use<'a> {
        let (c, id) = self.at(p);
        c.deps(id, relation)
    }

    /// Packages that provide the capability in a version that meets the range, in number order, barred ones included.
    pub fn providers(&self, wanted: &Requirement) -> Vec<Pkg> {
        self.providing(&wanted.name, wanted.range())
    }

    /// As [`Pool::providers`], of borrowed parts.
    pub fn providing(&self, wanted: &str, range: (Sense, EvrRef<'_>)) -> Vec<Pkg> {
        let mut out = Vec::new();
        for (c, first) in self.catalogs.iter().zip(&self.first) {
            let Some(name) = c.find(wanted) else { continue };
            for (p, number) in c.providers(name) {
                let d = c.dep(number);
                if range.0 == Sense::ANY || ranges_overlap((d.sense, d.evr), range) {
                    out.push(Pkg(first + p.0));
                }
            }
        }
        if wanted.starts_with('/') && range.0 == Sense::ANY {
            // What is installed may be replaced by a package that owns the path as well.
            let known = out.iter().any(|p| !self.is_installed(*p));
            out.extend(self.owners(wanted, !known));
            out.sort_unstable();
        }
        out.dedup();
        out
    }

    /// Owners of a path. If `ask` is set and neither primary nor an earlier answer can know, the path is noted.
    fn owners(&self, path: &str, ask: bool) -> Vec<Pkg> {
        let mut out = Vec::new();
        let mut unknown = false;
        for (i, (c, first)) in self.catalogs.iter().zip(&self.first).enumerate() {
            out.extend(c.owners(path).into_iter().map(|p| Pkg(first + p.0)));
            let (all_files, answers) = match i.checked_sub(self.installed_catalogs) {
                Some(i) => {
                    let source = &self.request.sources[i];
                    (source.standing != Standing::Enabled, &source.owners)
                }
                None => self.request.installed.as_ref().map(|s| (s.all_files, &s.owners)).expect("catalog 0 is it"),
            };
            match answers.get(path) {
                Some(owners) => out.extend(owners.iter().map(|p| Pkg(first + p.0))),
                None => unknown |= !all_files && !in_primary(path),
            }
        }
        if ask && unknown && !out.iter().any(|p| !self.is_installed(*p)) {
            self.unknown_paths.borrow_mut().insert(path.to_owned());
        }
        out
    }

    /// Notes a path that primary's lists cannot answer.
    pub fn look_up(&self, path: &str) {
        self.unknown_paths.borrow_mut().insert(path.to_owned());
    }

    /// If a path was looked up that primary's lists cannot answer: that and every other such path the sources mention.
    pub fn unanswered(&self) -> Option<BTreeSet<String>> {
        let mut paths = self.unknown_paths.borrow().clone();
        if paths.is_empty() {
            return None;
        }
        for c in &self.catalogs {
            for d in (0..c.dep_count()).map(|n| c.dep(n)) {
                if d.name.starts_with('/') && !in_primary(d.name) && c.owners(d.name).is_empty() {
                    paths.insert(d.name.to_owned());
                }
            }
        }
        Some(paths)
    }

    /// Packages that `p` obsoletes: by name and version of the package, never by what it provides.
    pub fn obsoleted_by(&self, p: Pkg) -> Vec<Pkg> {
        let mut out: Vec<Pkg> = self.deps(p, Relation::Obsoletes).flat_map(|d| self.obsoleted_through(d)).collect();
        out.retain(|&q| q != p);
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Packages one entry obsoletes.
    pub fn obsoleted_through(&self, d: Dep<'_>) -> impl Iterator<Item = Pkg> {
        self.named(d.name).into_iter().filter(move |&q| ranges_overlap((Sense::EQUAL, self.evr(q)), (d.sense, d.evr)))
    }

    /// Packages that obsolete `q`, those of the same name left out.
    pub fn obsoleters(&self, q: Pkg) -> Vec<Pkg> {
        let mut out = self.all_obsoleters(q);
        out.retain(|&p| self.group_of(p) != self.group_of(q));
        out
    }

    /// Packages that obsolete `q`, in number order.
    pub fn all_obsoleters(&self, q: Pkg) -> Vec<Pkg> {
        let (name, evr) = (self.name(q), self.evr(q));
        let mut out = Vec::new();
        for (c, first) in self.catalogs.iter().zip(&self.first) {
            let Some(id) = c.find(name) else { continue };
            for (p, number) in c.obsoleters(id) {
                let (p, d) = (Pkg(first + p.0), c.dep(number));
                if ranges_overlap((Sense::EQUAL, evr), (d.sense, d.evr)) {
                    out.push(p);
                }
            }
        }
        out.dedup();
        out
    }

    /// Names of capabilities that match a glob, and paths that dependencies speak of: libdnf looks at all words of the metadata.
    pub fn capabilities_like(&self, glob: &GlobMatcher) -> BTreeSet<&'a str> {
        let mut out = BTreeSet::new();
        for c in &self.catalogs {
            for d in (0..c.dep_count()).map(|n| c.dep(n)) {
                if (c.providers(d.name_id).len() > 0 || d.name.starts_with('/')) && glob.is_match(d.name) {
                    out.insert(d.name);
                }
            }
        }
        out
    }
}

/// The paths createrepo puts into primary.xml.
fn in_primary(path: &str) -> bool {
    path.starts_with("/etc/") || path.contains("bin/") || path == "/usr/lib/sendmail"
}
