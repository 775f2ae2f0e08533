//! What a package asks of a solution, as clauses: "if this is installed, then one of those, or not that".

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{
    normal::{Form, Normal, normal},
    pool::{Pkg, Pool},
};
use crate::formats::repodata::{Relation, Requirement, Rich};

/// A package is there (positive) or not (negative): its number plus one, signed.
pub(super) type Literal = i32;

/// The package is there.
pub(super) fn yes(p: Pkg) -> Literal {
    p.0 as Literal + 1
}

/// The package is not there.
pub(super) fn no(p: Pkg) -> Literal {
    -yes(p)
}

/// The package a literal speaks of.
pub(super) fn package(l: Literal) -> Pkg {
    Pkg(l.unsigned_abs() - 1)
}

/// A dependency: a catalog's number and the dependency's number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DepId(u32, u32);

/// Where a clause comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The pool knows why the package is out.
    Barred,
    Requires(DepId),
    Conflicts(DepId),
    Obsoletes(DepId),
    /// Another version of the same name.
    SameName,
}

/// What must hold if the package is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing can make it hold.
    Never,
    /// One of these is there.
    AnyOf(Rc<[Pkg]>),
    /// That one is not there.
    Without(Pkg),
    /// One of these literals holds; sorted.
    Either(Vec<Literal>),
}

/// Looks up dependencies and remembers who provides what.
pub(super) struct Rulebook<'a> {
    pub pool: &'a Pool<'a>,
    providers: RefCell<HashMap<DepId, Rc<[Pkg]>>>,
    parsed: RefCell<HashMap<DepId, Option<Rc<Rich>>>>,
}

impl<'a> Rulebook<'a> {
    pub fn new(pool: &'a Pool<'a>) -> Self {
        Self { pool, providers: RefCell::default(), parsed: RefCell::default() }
    }

    /// The package's dependencies of a kind, each once.
    pub fn deps(&self, p: Pkg, relation: Relation) -> impl Iterator<Item = DepId> + use<'a> {
        let (catalog, id) = self.pool.place(p);
        let numbers = self.pool.catalog(catalog as u32).dep_numbers(id, relation);
        numbers.map(move |n| DepId(catalog as u32, n))
    }

    /// The dependency in its author's words.
    pub fn text(&self, d: DepId) -> String {
        self.pool.catalog(d.0).dep(d.1).to_string()
    }

    /// The dependency, if it is one by name.
    pub fn requirement(&self, d: DepId) -> Option<Requirement> {
        let dep = self.pool.catalog(d.0).dep(d.1);
        let plain = !Rich::is_rich(dep.name);
        plain.then(|| Requirement { name: dep.name.to_owned(), sense: dep.sense, evr: dep.evr.to_evr() })
    }

    /// The visible packages that satisfy the dependency each by itself, in number order. For a rich one: those libsolv
    /// lists (`pool_addrelproviders`), conditions taken as they come.
    pub fn providers(&self, d: DepId) -> Rc<[Pkg]> {
        if let Some(known) = self.providers.borrow().get(&d) {
            return known.clone();
        }
        let dep = self.pool.catalog(d.0).dep(d.1);
        let found: Rc<[Pkg]> = match self.rich(d) {
            Some(rich) => self.listed(&rich).into(),
            None if Rich::is_rich(dep.name) => Rc::from([]),
            None => self.visible(self.pool.providing(dep.name, (dep.sense, dep.evr))).into(),
        };
        self.providers.borrow_mut().insert(d, found.clone());
        found
    }

    fn visible(&self, mut found: Vec<Pkg>) -> Vec<Pkg> {
        found.retain(|&p| self.pool.is_visible(p));
        found
    }

    /// The dependency's parse, if it is a rich one that can be read.
    pub fn rich(&self, d: DepId) -> Option<Rc<Rich>> {
        if let Some(known) = self.parsed.borrow().get(&d) {
            return known.clone();
        }
        let name = self.pool.catalog(d.0).dep(d.1).name;
        let parsed = if Rich::is_rich(name) { Rich::parse(name).ok().map(Rc::new) } else { None };
        self.parsed.borrow_mut().insert(d, parsed.clone());
        parsed
    }

    /// The dependency's parse, if no list of packages can stand for it: it has conditions or wants several.
    pub fn complex(&self, d: DepId) -> Option<Rc<Rich>> {
        self.rich(d).filter(|r| is_complex(r))
    }

    /// Packages a rich dependency lists.
    pub fn listed(&self, rich: &Rich) -> Vec<Pkg> {
        match rich {
            Rich::Plain(wanted) => self.visible(self.pool.providers(wanted)),
            Rich::With(all) => {
                let mut lists = all.iter().map(|r| self.listed(r));
                let first = lists.next().unwrap_or_default();
                lists.fold(first, |mut out, list| {
                    out.retain(|p| list.binary_search(p).is_ok());
                    out
                })
            }
            Rich::Without(with, without) => {
                let without = self.listed(without);
                let mut out = self.listed(with);
                out.retain(|p| without.binary_search(p).is_err());
                out
            }
            Rich::And(all) | Rich::Or(all) => sorted(all.iter().flat_map(|r| self.listed(r)).collect()),
            Rich::If { then, otherwise, .. } | Rich::Unless { then, otherwise, .. } => {
                let otherwise = otherwise.as_ref().map(|r| self.listed(r)).unwrap_or_default();
                sorted([self.listed(then), otherwise].concat())
            }
        }
    }

    /// Everything the package asks, in no order that matters.
    pub fn claims(&self, p: Pkg, out: &mut Vec<(Ground, Claim)>) {
        out.clear();
        let installed = self.pool.is_installed(p);
        if !installed && self.pool.barred(p).is_some() {
            out.push((Ground::Barred, Claim::Never));
        }
        for d in self.deps(p, Relation::Requires) {
            self.requires(p, d, installed, out);
        }
        for d in self.deps(p, Relation::Conflicts) {
            if self.is_rich(d) && self.rich(d).is_none_or(|r| is_complex(&r)) {
                self.clauses(p, d, Relation::Conflicts, installed, out);
                continue;
            }
            let others = self.providers(d);
            let others = others.iter().filter(|&&q| q != p && !(installed && self.pool.is_installed(q)));
            out.extend(others.map(|&q| (Ground::Conflicts(d), Claim::Without(q))));
        }
        for d in self.deps(p, Relation::Obsoletes) {
            let dep = self.pool.catalog(d.0).dep(d.1);
            for q in self.pool.obsoleted_through(dep) {
                if q != p && self.pool.is_visible(q) && !(installed && self.pool.is_installed(q)) {
                    out.push((Ground::Obsoletes(d), Claim::Without(q)));
                }
            }
        }
        if !installed {
            let others = self.pool.twins(p).filter(|&q| q != p && self.excludes_twin(p, q));
            out.extend(others.map(|q| (Ground::SameName, Claim::Without(q))));
        }
    }

    fn is_rich(&self, d: DepId) -> bool {
        Rich::is_rich(self.pool.catalog(d.0).dep(d.1).name)
    }

    fn requires(&self, p: Pkg, d: DepId, installed: bool, out: &mut Vec<(Ground, Claim)>) {
        let name = self.pool.catalog(d.0).dep(d.1).name;
        if name.starts_with("rpmlib(") {
            return; // checked when the pool was made
        }
        if Rich::is_rich(name) && self.rich(d).is_none_or(|r| is_complex(&r)) {
            return self.clauses(p, d, Relation::Requires, installed, out);
        }
        let any = self.providers(d);
        // What was broken before we came is not our concern.
        if installed && !any.iter().any(|&q| self.pool.is_installed(q)) {
            return;
        }
        if any.is_empty() {
            out.push((Ground::Requires(d), Claim::Never));
        } else if any.binary_search(&p).is_err() {
            out.push((Ground::Requires(d), Claim::AnyOf(any)));
        }
    }

    fn clauses(&self, p: Pkg, d: DepId, relation: Relation, installed: bool, out: &mut Vec<(Ground, Claim)>) {
        let ground = if relation == Relation::Requires { Ground::Requires(d) } else { Ground::Conflicts(d) };
        let form = if relation == Relation::Requires { Form::Holds } else { Form::Fails };
        let blocks = match self.rich(d).and_then(|rich| normal(self, &rich, form)) {
            None | Some(Normal::Never) if installed => return,
            None | Some(Normal::Never) => return out.push((ground, Claim::Never)),
            Some(Normal::Always) => return,
            Some(Normal::Blocks(blocks)) => blocks,
        };
        for mut block in blocks {
            if installed && !block.iter().any(|&l| (l > 0) == self.pool.is_installed(package(l))) {
                continue;
            }
            if block == [no(p)] {
                if relation == Relation::Requires {
                    out.push((ground, Claim::Never));
                }
                continue;
            }
            if block.contains(&yes(p)) {
                continue;
            }
            block.retain(|&l| l != no(p));
            out.push((ground, Claim::Either(block)));
        }
    }

    /// Same name, both cannot be there: a colour in common, and not two versions of an install-only package.
    pub fn excludes_twin(&self, p: Pkg, q: Pkg) -> bool {
        let pool = self.pool;
        let differ = || pool.evr(p) != pool.evr(q) || pool.arch(p) != pool.arch(q);
        let beside = || !pool.is_installed(q) || pool.is_installonly(q);
        pool.same_colour(p, q) && !(pool.is_installonly(p) && differ() && beside())
    }
}

fn sorted(mut list: Vec<Pkg>) -> Vec<Pkg> {
    list.sort_unstable();
    list.dedup();
    list
}

fn is_complex(rich: &Rich) -> bool {
    match rich {
        Rich::And(_) | Rich::If { .. } | Rich::Unless { .. } => true,
        Rich::Or(all) => all.iter().any(is_complex),
        Rich::Plain(_) | Rich::With(_) | Rich::Without(..) => false,
    }
}
