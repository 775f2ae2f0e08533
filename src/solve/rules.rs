//! A package's dependencies as clauses: "if this is installed, then one of those, or not one of these".

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::pool::{Group, Pkg, Pool, colour};
use crate::formats::repodata::{Relation, Requirement, Rich};

/// Clauses one rich dependency may become; real ones become a handful.
const MAX_CLAUSES: usize = 4096;

/// One of `any` must be installed, or one of `absent` must not be. `any` is in order of preference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clause {
    pub any: Rc<[Pkg]>,
    pub absent: Vec<Pkg>,
    /// The dependency in its author's words.
    pub text: Rc<str>,
    pub relation: Option<Relation>,
}

/// None of these may be installed beside the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    pub with: Vec<Pkg>,
    pub text: Rc<str>,
    /// `Conflicts`, `Obsoletes`, or none for another version of the same name.
    pub relation: Option<Relation>,
}

/// Everything a package asks of a solution.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub clauses: Vec<Clause>,
    pub clashes: Vec<Clash>,
}

/// A clause while it is computed: sets, unordered.
#[derive(Clone, Default)]
struct Literals {
    any: Vec<Pkg>,
    absent: Vec<Pkg>,
}

/// A dependency that cannot be expressed; its text.
pub(super) struct Unusable(pub String);

/// Makes rules on demand and remembers who provides what.
pub(super) struct Rulebook<'a> {
    pub pool: &'a Pool<'a>,
    providers: RefCell<HashMap<Requirement, Rc<[Pkg]>>>,
    exclusive: RefCell<HashMap<Group, bool>>,
    /// Names asked for in an older architecture only.
    unstepped: RefCell<HashSet<Group>>,
}

impl<'a> Rulebook<'a> {
    pub fn new(pool: &'a Pool<'a>) -> Self {
        Self { pool, providers: RefCell::default(), exclusive: RefCell::default(), unstepped: RefCell::default() }
    }

    /// Providers in order of preference.
    pub fn providers(&self, wanted: &Requirement) -> Rc<[Pkg]> {
        if let Some(known) = self.providers.borrow().get(wanted) {
            return known.clone();
        }
        let found: Rc<[Pkg]> = self.pool.preferred(&self.pool.providers(wanted)).into();
        self.providers.borrow_mut().insert(wanted.clone(), found.clone());
        found
    }

    /// Whether at most one package of the name may be installed, whatever its architecture: then the search has a
    /// cheaper encoding than pairs.
    pub fn is_exclusive(&self, g: Group) -> bool {
        *self.exclusive.borrow_mut().entry(g).or_insert_with(|| {
            let members = self.pool.members(g);
            let colours = members.iter().fold(3, |c, &p| c & colour(self.pool.arch(p)));
            colours != 0
                && members.iter().filter(|&&p| self.pool.is_installed(p)).count() < 2
                && !members.iter().any(|&p| self.pool.is_installonly(p))
        })
    }

    /// The package's rules.
    pub fn of(&self, p: Pkg) -> Result<Rules, Unusable> {
        let mut out = Rules::default();
        self.requires(p, &mut out)?;
        self.lock_step(p, &mut out);
        self.conflicts(p, &mut out)?;
        if !self.pool.is_installonly(p) {
            let with = self.others(p, self.pool.obsoleted_by(p));
            self.clash(&mut out, with, "", Some(Relation::Obsoletes));
        }
        let group = self.pool.group_of(p);
        if !self.is_exclusive(group) {
            let with = self.others(p, self.pool.members(group).to_vec());
            let with = with.into_iter().filter(|&q| self.excludes_twin(p, q)).collect();
            self.clash(&mut out, with, "", None);
        }
        Ok(out)
    }

    fn requires(&self, p: Pkg, out: &mut Rules) -> Result<(), Unusable> {
        let (catalog, id) = self.pool.at(p);
        let mut numbers: Vec<u32> = catalog.dep_numbers(id, Relation::Requires).collect();
        let mut seen = std::collections::BTreeSet::new();
        numbers.retain(|n| seen.insert(*n));
        for number in numbers {
            let d = catalog.dep(number);
            if d.name.starts_with("rpmlib(") {
                continue; // checked when the pool was made
            }
            if !Rich::is_rich(d.name) {
                let wanted = Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() };
                let any = self.providers(&wanted);
                if !any.contains(&p) && !self.was_broken(p, &any) {
                    let text = wanted.to_string().into();
                    out.clauses.push(Clause { any, absent: Vec::new(), text, relation: Some(Relation::Requires) });
                }
                continue;
            }
            let text: Rc<str> = d.name.into();
            for literals in self.rich(d.name, true)? {
                self.add(p, literals, &text, Relation::Requires, out);
            }
        }
        Ok(())
    }

    /// A spec asks for the older architecture of these names: no lock-step for them.
    pub fn allow_alone(&self, candidates: &[Pkg]) {
        if candidates.iter().all(|&p| self.pool.arch_rank(p) == Some(1)) {
            self.unstepped.borrow_mut().extend(candidates.iter().map(|&p| self.pool.group_of(p)));
        }
    }

    /// A package of the older architecture comes only with its twin of the newer one, where there is one (libsolv's
    /// infarch rules): their shared files would differ otherwise.
    fn lock_step(&self, p: Pkg, out: &mut Rules) {
        let (pool, group) = (self.pool, self.pool.group_of(p));
        if pool.arch_rank(p) != Some(1) || pool.is_installed(p) || self.unstepped.borrow().contains(&group) {
            return;
        }
        let twin = |&q: &Pkg| {
            pool.arch_rank(q) == Some(0) && pool.barred(q).is_none() && pool.evr(q).order(&pool.evr(p)).is_eq()
        };
        let twins: Vec<Pkg> = pool.members(group).iter().copied().filter(twin).collect();
        if !twins.is_empty() {
            let text = format!("{} of the same version for {}", pool.name(p), pool.request.arch).into();
            out.clauses.push(Clause { any: pool.preferred(&twins).into(), absent: Vec::new(), text, relation: None });
        }
    }

    fn conflicts(&self, p: Pkg, out: &mut Rules) -> Result<(), Unusable> {
        for d in self.pool.deps(p, Relation::Conflicts) {
            if Rich::is_rich(d.name) {
                let text: Rc<str> = d.name.into();
                for literals in self.rich(d.name, false)? {
                    self.add(p, literals, &text, Relation::Conflicts, out);
                }
                continue;
            }
            let wanted = Requirement { name: d.name.to_owned(), sense: d.sense, evr: d.evr.to_evr() };
            let with = self.others(p, self.pool.providers(&wanted));
            self.clash(out, with, &wanted.to_string(), Some(Relation::Conflicts));
        }
        Ok(())
    }

    /// Adds a clause of a rich dependency, unless it holds anyway.
    fn add(&self, p: Pkg, mut literals: Literals, text: &Rc<str>, relation: Relation, out: &mut Rules) {
        literals.absent.retain(|&n| n != p);
        let holds = |n: &Pkg| self.pool.barred(*n).is_some();
        if literals.any.contains(&p) || literals.absent.iter().any(holds) {
            return;
        }
        literals.absent.sort_unstable();
        literals.absent.dedup();
        let any: Rc<[Pkg]> = self.pool.preferred(&literals.any).into();
        let absent = literals.absent;
        let installed = |n: &Pkg| self.pool.is_installed(*n);
        if installed(&p) && !any.iter().any(installed) && absent.iter().all(installed) {
            return; // broken before we came: libsolv leaves such installed packages alone, and so do we
        }
        if let (true, [one]) = (any.is_empty(), absent.as_slice()) {
            return self.clash(out, vec![*one], text, Some(relation));
        }
        out.clauses.push(Clause { any, absent, text: text.clone(), relation: Some(relation) });
    }

    fn clash(&self, out: &mut Rules, with: Vec<Pkg>, text: &str, relation: Option<Relation>) {
        if !with.is_empty() {
            out.clashes.push(Clash { with, text: text.into(), relation });
        }
    }

    /// The set without `p`, what cannot be installed anyway, and, for an installed `p`, other installed packages.
    fn others(&self, p: Pkg, with: Vec<Pkg>) -> Vec<Pkg> {
        let both = |q: Pkg| self.pool.is_installed(p) && self.pool.is_installed(q);
        with.into_iter().filter(|&q| q != p && self.pool.barred(q).is_none() && !both(q)).collect()
    }

    /// Same name, both cannot be there: a colour in common, and not two versions of an install-only package.
    pub fn excludes_twin(&self, p: Pkg, q: Pkg) -> bool {
        let differ = || self.pool.evr(p).order(&self.pool.evr(q)).is_ne() || self.pool.arch(p) != self.pool.arch(q);
        colour(self.pool.arch(p)) & colour(self.pool.arch(q)) != 0
            && !(self.pool.is_installonly(p) && self.pool.is_installonly(q) && differ())
    }

    /// An installed package whose dependency nothing installed satisfies was broken before: not our concern.
    fn was_broken(&self, p: Pkg, any: &[Pkg]) -> bool {
        self.pool.is_installed(p) && !any.iter().any(|&q| self.pool.is_installed(q))
    }

    /// A rich dependency in conjunctive form; negated for `Conflicts`.
    fn rich(&self, text: &str, positive: bool) -> Result<Vec<Literals>, Unusable> {
        let unusable = || Unusable(text.to_owned());
        let parsed = Rich::parse(text).map_err(|_| unusable())?;
        self.normal(&parsed, positive).ok_or_else(unusable)
    }

    /// All clauses must hold. None: over the limit, or `with` and `without` over something that is no set of packages.
    fn normal(&self, rich: &Rich, positive: bool) -> Option<Vec<Literals>> {
        match rich {
            Rich::Plain(_) | Rich::With(_) | Rich::Without(..) => {
                let set = self.set_of(rich)?;
                Some(if positive {
                    vec![Literals { any: set, absent: Vec::new() }]
                } else {
                    set.into_iter().map(|n| Literals { any: Vec::new(), absent: vec![n] }).collect()
                })
            }
            Rich::And(all) if positive => self.all(all, true),
            Rich::Or(all) if !positive => self.all(all, false),
            Rich::And(all) | Rich::Or(all) => self.either(all, positive),
            // a if b else c  =  (a or not b) and (c or b)
            Rich::If { then, when, otherwise } => self.guarded(then, when, otherwise.as_deref(), positive, true),
            // a unless b else c  =  (a or b) and (c or not b); without else: a and not b
            Rich::Unless { then, when, otherwise: None } => {
                if positive {
                    let mut out = self.normal(then, true)?;
                    out.extend(self.normal(when, false)?);
                    Some(out)
                } else {
                    product(self.normal(then, false)?, &self.normal(when, true)?)
                }
            }
            Rich::Unless { then, when, otherwise } => self.guarded(then, when, otherwise.as_deref(), positive, false),
        }
    }

    /// `then` where `when` is `condition`, else `otherwise`; negated on demand.
    fn guarded(
        &self,
        then: &Rich,
        when: &Rich,
        otherwise: Option<&Rich>,
        positive: bool,
        condition: bool,
    ) -> Option<Vec<Literals>> {
        let mut out = product(self.normal(then, positive)?, &self.normal(when, !condition)?)?;
        match otherwise {
            Some(otherwise) => {
                out.extend(product(self.normal(otherwise, positive)?, &self.normal(when, condition)?)?);
            }
            // Where the condition does not hold, nothing is asked: true, whose negation is false.
            None if positive => {}
            None => out.extend(self.normal(when, condition)?),
        }
        Some(out)
    }

    fn all(&self, all: &[Rich], positive: bool) -> Option<Vec<Literals>> {
        let mut out = Vec::new();
        for r in all {
            out.extend(self.normal(r, positive)?);
        }
        (out.len() <= MAX_CLAUSES).then_some(out)
    }

    fn either(&self, all: &[Rich], positive: bool) -> Option<Vec<Literals>> {
        let mut out = vec![Literals::default()];
        for r in all {
            out = product(out, &self.normal(r, positive)?)?;
        }
        Some(out)
    }

    /// Packages that satisfy a plain, `with` or `without` dependency each by itself.
    fn set_of(&self, rich: &Rich) -> Option<Vec<Pkg>> {
        Some(match rich {
            Rich::Plain(wanted) => self.providers(wanted).to_vec(),
            Rich::With(all) => {
                let mut sets = all.iter().map(|r| self.set_of(r));
                let first = sets.next()??;
                let rest = sets.collect::<Option<Vec<_>>>()?;
                first.into_iter().filter(|p| rest.iter().all(|s| s.contains(p))).collect()
            }
            Rich::Without(with, without) => {
                let without = self.set_of(without)?;
                self.set_of(with)?.into_iter().filter(|p| !without.contains(p)).collect()
            }
            Rich::Or(all) => {
                let mut out: Vec<Pkg> = all.iter().map(|r| self.set_of(r)).collect::<Option<Vec<_>>>()?.concat();
                out.sort_unstable();
                out.dedup();
                out
            }
            _ => return None,
        })
    }
}

/// (a and b) or (c and d) = (a or c) and (a or d) and (b or c) and (b or d).
fn product(left: Vec<Literals>, right: &[Literals]) -> Option<Vec<Literals>> {
    if left.len().saturating_mul(right.len()) > MAX_CLAUSES {
        return None;
    }
    let mut out = Vec::with_capacity(left.len() * right.len());
    for l in left {
        for r in right {
            let mut l = l.clone();
            l.any.extend(r.any.iter().filter(|p| !l.any.contains(p)).copied().collect::<Vec<_>>());
            l.absent.extend(&r.absent);
            out.push(l);
        }
    }
    Some(out)
}
