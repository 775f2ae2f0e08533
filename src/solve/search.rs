//! The seam to the SAT core: clauses in, chosen packages or a conflict out. Nothing of resolvo is seen outside.
//!
//! resolvo chooses versions of named packages; RPM chooses among providers. Each package name is a resolvo name, and a
//! dependency is a union of version sets, one per name that has a provider, in order of preference. "Or not installed"
//! (from rich dependencies) has no counterpart, so two kinds of stand-ins do it: `Absent(p)` excludes p, and `Late`
//! carries a clause with such a part, so that it is looked at only when everything else is decided. `Late` also carries
//! clauses that leave a choice between names: what is needed anyway may settle them, and libsolv postpones them too.

use std::{cell::RefCell, collections::HashMap, fmt::Display, rc::Rc};

use resolvo::{
    Candidates, Condition, ConditionId, ConditionalRequirement, DenseId, Dependencies, DependencyProvider,
    HintDependenciesAvailable, Interner, KnownDependencies, NameId, Problem, Requirement, SolvableId, Solver,
    SolverCache, StringId, UnsolvableOrCancelled, VersionSetId, VersionSetUnionId,
    conflict::{ConflictCause, ConflictEdge, ConflictNode},
};

use super::{
    conflict::{Aim, Conflict, Goal, Link, Place},
    pool::{Group, Pkg},
    rules::{Clause, Rulebook, Unusable},
};
use crate::formats::repodata::Relation;

/// Finds packages for all `goals` (each: one of the candidates, best first), then as many of `wishes`, in order, as fit.
pub(super) fn search(rules: &Rulebook<'_>, goals: &[Aim], wishes: &[Pkg]) -> Result<Vec<Pkg>, Conflict> {
    let provider = Provider::new(rules);
    let root = goals
        .iter()
        .enumerate()
        .map(|(i, (goal, any))| {
            let text: Rc<str> = match goal {
                Goal::Spec(spec) => spec.as_str().into(),
                Goal::Keep(p) => rules.pool.nevra(*p).to_string().into(),
            };
            provider.requirement(any, &text, Some(i)).into()
        })
        .collect();
    let problem =
        Problem::new().requirements(root).soft_requirements(wishes.iter().map(|p| package_id(*p)).collect::<Vec<_>>());
    let mut solver = Solver::new(provider);
    match solver.solve(problem) {
        Ok(chosen) => {
            let count = rules.pool.len();
            let mut out: Vec<Pkg> = chosen.into_iter().map(|s| Pkg(s.into_raw())).filter(|p| p.0 < count).collect();
            out.sort_unstable();
            Ok(out)
        }
        Err(UnsolvableOrCancelled::Unsolvable(conflict)) => Err(outline(&conflict, &solver)),
        Err(UnsolvableOrCancelled::Cancelled(_)) => unreachable!("the provider never cancels"),
    }
}

fn outline(conflict: &resolvo::conflict::Conflict, solver: &Solver<Provider<'_>>) -> Conflict {
    let graph = conflict.graph(solver).graph;
    let provider = solver.provider();
    let place = |n: &ConflictNode| match n {
        ConflictNode::Root => Place::Root,
        ConflictNode::UnresolvedDependency => Place::Nothing,
        ConflictNode::Excluded(_) => Place::Out,
        ConflictNode::Solvable(s) => match provider.what(*s) {
            What::Package(p) => Place::Package(p),
            What::StandIn(StandIn::Absent(p)) => Place::Absence(p),
            What::StandIn(StandIn::Late(..)) => Place::Through,
        },
    };
    // Node indices may have a gap where the unresolved node was removed, so they are numbered anew.
    let numbers: HashMap<usize, usize> = graph.node_indices().enumerate().map(|(i, n)| (n.index(), i)).collect();
    let places = graph.node_indices().map(|n| place(&graph[n])).collect();
    let links = graph
        .edge_indices()
        .filter_map(|e| {
            let (from, to) = graph.edge_endpoints(e)?;
            let link = match &graph[e] {
                ConflictEdge::Requires(r) => {
                    let (text, goal) = provider.words_of(*r);
                    Link::Needs { goal, text }
                }
                ConflictEdge::Conflict(ConflictCause::Constrains(set)) => {
                    let sets = provider.sets.borrow();
                    let set = &sets[set.0 as usize];
                    Link::Clash { text: set.text.clone(), relation: set.relation }
                }
                ConflictEdge::Conflict(ConflictCause::ForbidMultipleInstances | ConflictCause::Locked(_)) => {
                    Link::SameName
                }
                ConflictEdge::Conflict(ConflictCause::Excluded) => Link::Out,
            };
            Some((numbers[&from.index()], numbers[&to.index()], link))
        })
        .collect();
    Conflict { places, links }
}

/// A solvable that is no package.
#[derive(Clone, Debug)]
enum StandIn {
    Absent(Pkg),
    Late(Clause),
}

enum What {
    Package(Pkg),
    StandIn(StandIn),
}

/// A set of solvables of one name: one of them is needed, or (`clash`) none of them may be there.
struct Set {
    name: NameId,
    members: Vec<SolvableId>,
    clash: bool,
    text: Rc<str>,
    goal: Option<usize>,
    relation: Option<Relation>,
}

/// Candidates in order of preference, and the words for them.
type Wanted = (Rc<[Pkg]>, Rc<str>);

struct Provider<'a> {
    rules: &'a Rulebook<'a>,
    sets: RefCell<Vec<Set>>,
    unions: RefCell<Vec<Vec<VersionSetId>>>,
    known: RefCell<HashMap<Wanted, Requirement>>,
    stand_ins: RefCell<Vec<StandIn>>,
    absent: RefCell<HashMap<Pkg, SolvableId>>,
    reasons: RefCell<Vec<String>>,
    group_count: u32,
}

fn package_id(p: Pkg) -> SolvableId {
    DenseId::from_raw(p.0)
}

impl<'a> Provider<'a> {
    fn new(rules: &'a Rulebook<'a>) -> Self {
        Self {
            rules,
            sets: RefCell::default(),
            unions: RefCell::default(),
            known: RefCell::default(),
            stand_ins: RefCell::default(),
            absent: RefCell::default(),
            reasons: RefCell::default(),
            group_count: rules.pool.names().count() as u32,
        }
    }

    fn what(&self, s: SolvableId) -> What {
        match s.into_raw().checked_sub(self.rules.pool.len()) {
            None => What::Package(Pkg(s.into_raw())),
            Some(i) => What::StandIn(self.stand_ins.borrow()[i as usize].clone()),
        }
    }

    /// Names: the groups, then one that has no candidates, then one per stand-in.
    fn name_of(&self, s: SolvableId) -> NameId {
        match s.into_raw().checked_sub(self.rules.pool.len()) {
            None => DenseId::from_raw(self.rules.pool.group_of(Pkg(s.into_raw())).0),
            Some(i) => DenseId::from_raw(self.group_count + 1 + i),
        }
    }

    fn stand_in(&self, s: StandIn) -> SolvableId {
        let mut all = self.stand_ins.borrow_mut();
        all.push(s);
        DenseId::from_raw(self.rules.pool.len() + all.len() as u32 - 1)
    }

    fn absence(&self, p: Pkg) -> SolvableId {
        *self.absent.borrow_mut().entry(p).or_insert_with(|| self.stand_in(StandIn::Absent(p)))
    }

    fn set(&self, set: Set) -> VersionSetId {
        let mut sets = self.sets.borrow_mut();
        sets.push(set);
        VersionSetId(sets.len() as u32 - 1)
    }

    fn requirement(&self, any: &[Pkg], text: &Rc<str>, goal: Option<usize>) -> Requirement {
        let key = (Rc::from(any), text.clone());
        let known = self.known.borrow().get(&key).copied().filter(|_| goal.is_none());
        if let Some(known) = known {
            return known;
        }
        let out = self.one_of(any.iter().map(|&p| package_id(p)), text, goal);
        if goal.is_none() {
            self.known.borrow_mut().insert(key, out);
        }
        out
    }

    fn one_of(&self, any: impl Iterator<Item = SolvableId>, text: &Rc<str>, goal: Option<usize>) -> Requirement {
        let mut by_name: Vec<(NameId, Vec<SolvableId>)> = Vec::new();
        for s in any {
            let name = self.name_of(s);
            match by_name.iter_mut().find(|(n, _)| *n == name) {
                Some((_, members)) => members.push(s),
                None => by_name.push((name, vec![s])),
            }
        }
        if by_name.is_empty() {
            by_name.push((DenseId::from_raw(self.group_count), Vec::new()));
        }
        let sets: Vec<_> = by_name
            .into_iter()
            .map(|(name, members)| {
                self.set(Set { name, members, clash: false, text: text.clone(), goal, relation: None })
            })
            .collect();
        if let [one] = sets.as_slice() {
            return Requirement::Single(*one);
        }
        let mut unions = self.unions.borrow_mut();
        unions.push(sets);
        Requirement::Union(VersionSetUnionId(unions.len() as u32 - 1))
    }

    fn words_of(&self, r: Requirement) -> (Rc<str>, Option<usize>) {
        let set = match r {
            Requirement::Single(s) => s,
            Requirement::Union(u) => self.unions.borrow()[u.0 as usize][0],
        };
        let sets = self.sets.borrow();
        (sets[set.0 as usize].text.clone(), sets[set.0 as usize].goal)
    }

    fn clash(&self, with: &[Pkg], text: &Rc<str>, relation: Option<Relation>) -> Vec<VersionSetId> {
        let mut by_name: Vec<(NameId, Vec<SolvableId>)> = Vec::new();
        for s in with.iter().map(|&p| package_id(p)) {
            let name = self.name_of(s);
            match by_name.iter_mut().find(|(n, _)| *n == name) {
                Some((_, members)) => members.push(s),
                None => by_name.push((name, vec![s])),
            }
        }
        let set =
            |(name, members)| self.set(Set { name, members, clash: true, text: text.clone(), goal: None, relation });
        by_name.into_iter().map(set).collect()
    }

    fn reason(&self, text: String) -> StringId {
        let mut reasons = self.reasons.borrow_mut();
        reasons.push(text);
        StringId(reasons.len() as u32 - 1)
    }

    fn package_dependencies(&self, p: Pkg) -> Dependencies {
        let rules = match self.rules.of(p) {
            Ok(rules) => rules,
            Err(Unusable(text)) => return Dependencies::Unknown(self.reason(text)),
        };
        let mut out = KnownDependencies::default();
        for clause in rules.clauses {
            let requirement = if clause.absent.is_empty() && !self.rules.pool.is_choice(&clause.any) {
                self.requirement(&clause.any, &clause.text, None)
            } else {
                let text = clause.text.clone();
                let late = self.stand_in(StandIn::Late(clause));
                self.one_of([late].into_iter(), &text, None)
            };
            out.requirements.push(requirement.into());
        }
        for clash in rules.clashes {
            out.constrains.extend(self.clash(&clash.with, &clash.text, clash.relation));
        }
        Dependencies::Known(out)
    }

    fn stand_in_dependencies(&self, s: StandIn) -> Dependencies {
        let mut out = KnownDependencies::default();
        match s {
            StandIn::Absent(p) => {
                out.constrains = self.clash(&[p], &"".into(), None);
            }
            StandIn::Late(clause) => {
                // Absence first: a conditional dependency alone is no reason to install anything.
                let absent = clause.absent.iter().map(|&p| self.absence(p)).collect::<Vec<_>>();
                let any = absent.into_iter().chain(clause.any.iter().map(|&p| package_id(p)));
                out.requirements.push(ConditionalRequirement::from(self.one_of(any, &clause.text, None)));
            }
        }
        Dependencies::Known(out)
    }
}

impl Interner for Provider<'_> {
    type NameId = NameId;
    type SolvableId = SolvableId;

    fn display_solvable(&self, s: SolvableId) -> impl Display + '_ {
        match self.what(s) {
            What::Package(p) => self.rules.pool.nevra(p).to_string(),
            What::StandIn(s) => format!("{s:?}"),
        }
    }

    fn display_name(&self, name: NameId) -> impl Display + '_ {
        if name.into_raw() < self.group_count {
            let members = self.rules.pool.members(Group(name.into_raw()));
            return self.rules.pool.name(members[0]).to_owned();
        }
        String::new()
    }

    fn display_version_set(&self, set: VersionSetId) -> impl Display + '_ {
        self.sets.borrow()[set.0 as usize].text.to_string()
    }

    fn display_string(&self, id: StringId) -> impl Display + '_ {
        self.reasons.borrow()[id.0 as usize].clone()
    }

    fn version_set_name(&self, set: VersionSetId) -> NameId {
        self.sets.borrow()[set.0 as usize].name
    }

    fn solvable_name(&self, s: SolvableId) -> NameId {
        self.name_of(s)
    }

    fn version_sets_in_union(&self, union: VersionSetUnionId) -> impl Iterator<Item = VersionSetId> {
        self.unions.borrow()[union.0 as usize].clone().into_iter()
    }

    fn resolve_condition(&self, _: ConditionId) -> Condition {
        unreachable!("no requirement here has a condition")
    }
}

impl DependencyProvider for Provider<'_> {
    async fn filter_candidates(&self, _: &[SolvableId], set: VersionSetId, inverse: bool) -> Vec<SolvableId> {
        // Requirements are asked for their members, constraints for what they exclude: the same list either way.
        let set = &self.sets.borrow()[set.0 as usize];
        if set.clash == inverse { set.members.clone() } else { Vec::new() }
    }

    async fn get_candidates(&self, name: NameId) -> Option<Candidates> {
        let raw = name.into_raw();
        if let Some(i) = raw.checked_sub(self.group_count) {
            let i = i.checked_sub(1)?; // the name without candidates
            let id = DenseId::from_raw(self.rules.pool.len() + i);
            let late = matches!(self.stand_ins.borrow()[i as usize], StandIn::Late(_));
            let hint = if late { HintDependenciesAvailable::None } else { HintDependenciesAvailable::All };
            return Some(Candidates {
                candidates: vec![id],
                hint_dependencies_available: hint,
                ..Candidates::default()
            });
        }
        let (pool, group) = (self.rules.pool, Group(raw));
        let members = pool.members(group);
        let barred = members.iter().filter_map(|&p| Some((package_id(p), self.reason(pool.barred(p)?.to_string()))));
        // What will most likely be chosen: its dependencies are looked at before anything is decided, as libsolv does.
        let likely = members.iter().copied().find(|&p| pool.is_installed(p)).into_iter();
        let likely = likely.chain(pool.preferred(members).first().copied()).filter(|&p| pool.barred(p).is_none());
        Some(Candidates {
            candidates: members.iter().map(|&p| package_id(p)).collect(),
            excluded: barred.collect(),
            allow_multiple: !self.rules.is_exclusive(group),
            hint_dependencies_available: HintDependenciesAvailable::Some(likely.map(package_id).collect()),
            ..Candidates::default()
        })
    }

    async fn sort_candidates(&self, _: &SolverCache<Self>, _: &mut [SolvableId]) {
        // Sets are made in order of preference.
    }

    async fn get_dependencies(&self, s: SolvableId) -> Dependencies {
        match self.what(s) {
            What::Package(p) => self.package_dependencies(p),
            What::StandIn(s) => self.stand_in_dependencies(s),
        }
    }
}
