//! Turns a conflict into statements.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{Candidate, Explanation, Unsatisfiable, Why, near::near_requirement};
use crate::{
    formats::repodata::{Relation, Requirement},
    solve::{
        conflict::{Aim, Conflict, Goal, Link, Place},
        pool::{Pkg, Pool},
    },
};

/// Nested deeper than this, a tree helps nobody.
const MAX_DEPTH: usize = 12;
/// Candidates listed per dependency; the rest is counted.
const MAX_CANDIDATES: usize = 64;
/// Statements below one; the rest is counted.
const MAX_BRANCHES: usize = 8;

/// What was said of packages already.
pub(in crate::solve) type Told = BTreeMap<Pkg, Vec<Explanation>>;

/// Turns a conflict into statements, and tells which goals take part in it.
pub(in crate::solve) fn explain(
    pool: &Pool<'_>,
    goals: &[Aim],
    conflict: &Conflict,
    told: &mut Told,
) -> (Vec<Explanation>, BTreeSet<usize>) {
    let Some(root) = conflict.places.iter().position(|p| *p == Place::Root) else { return Default::default() };
    let mut teller = Teller { pool, conflict, path: BTreeSet::new(), told };
    let mut taking_part = BTreeSet::new();
    let mut because = Vec::new();
    let mut needs = teller.needs(root);
    needs.sort_by_key(|need| need.0);
    for (goal, text, targets) in needs {
        taking_part.extend(goal);
        let why = match goal.and_then(|g| goals.get(g)).map(|g| &g.0) {
            Some(Goal::Keep(p)) => Why::Stays { package: pool.nevra(*p) },
            Some(Goal::Spec(spec) | Goal::Wish(spec)) => Why::Asked { spec: spec.clone() },
            None => Why::Asked { spec: text.to_string() },
        };
        because.push(Explanation { why, because: teller.candidates(&text, &targets, 0) });
    }
    // What was asked comes before what is there.
    because.sort_by_key(|e| matches!(e.why, Why::Stays { .. }));
    (because, taking_part)
}

/// The refusal of a solution that would remove these protected packages for the sake of those.
pub(in crate::solve) fn refuse(pool: &Pool<'_>, removals: &[(Pkg, Pkg)]) -> Unsatisfiable {
    let told = removals.iter().map(|&(p, by)| {
        let obsoletes = Why::Obsoletes { with: pool.nevra(p), installed: true };
        let because = vec![Explanation { why: candidate(pool, by), because: vec![Explanation::plain(obsoletes)] }];
        Explanation { why: Why::Stays { package: pool.nevra(p) }, because }
    });
    Unsatisfiable { because: told.collect(), ..Unsatisfiable::default() }
}

fn candidate(pool: &Pool<'_>, p: Pkg) -> Why {
    let repo = pool.source(p).map(|s| s.id.clone());
    Why::Candidates { packages: vec![Candidate { nevra: pool.nevra(p), repo }], more: 0 }
}

struct Teller<'a> {
    pool: &'a Pool<'a>,
    conflict: &'a Conflict,
    /// The places from the root to where we are.
    path: BTreeSet<usize>,
    told: &'a mut Told,
}

type Need = (Option<usize>, Rc<str>, Vec<usize>);

impl Teller<'_> {
    /// What a place needs, with the candidates for it; clauses of stand-ins count as the package's own.
    fn needs(&self, place: usize) -> Vec<Need> {
        let mut out: Vec<Need> = Vec::new();
        for (from, to, link) in &self.conflict.links {
            let Link::Needs { goal, text } = link else { continue };
            if *from != place {
                continue;
            }
            if self.conflict.places[*to] == Place::Through {
                out.extend(self.needs(*to));
                continue;
            }
            match out.iter_mut().find(|n| n.0 == *goal && n.1 == *text) {
                Some(need) if need.2.contains(to) => {}
                Some(need) => need.2.push(*to),
                None => out.push((*goal, text.clone(), vec![*to])),
            }
        }
        out
    }

    fn candidates(&mut self, text: &str, targets: &[usize], depth: usize) -> Vec<Explanation> {
        let mut out: Vec<Explanation> = Vec::new();
        let targets: Vec<usize> = targets.iter().copied().filter(|t| !self.is_copy(*t, targets)).collect();
        for target in targets {
            let (why, because) = match &self.conflict.places[target] {
                Place::Nothing => (self.nothing_provides(text), Vec::new()),
                Place::Package(p) => (candidate(self.pool, *p), self.obstacles(target, *p, depth)),
                Place::Absence(p) => (Why::Absent { package: self.pool.nevra(*p) }, Vec::new()),
                Place::Root | Place::Through | Place::Out => continue,
            };
            // Candidates that fail for the same reason share a line.
            let twin = out.iter_mut().find(|e| e.because == because && matches!(e.why, Why::Candidates { .. }));
            match (twin.map(|e| &mut e.why), why) {
                (Some(Why::Candidates { packages, more }), Why::Candidates { packages: new, .. }) => {
                    if packages.len() < MAX_CANDIDATES { packages.extend(new) } else { *more += 1 }
                }
                (_, why) => out.push(Explanation { why, because }),
            }
        }
        bounded(out)
    }

    /// Whether the place is a package that is installed, as it is in a repository.
    fn is_copy(&self, place: usize, among: &[usize]) -> bool {
        let Place::Package(p) = self.conflict.places[place] else { return false };
        let same = |q: Pkg| q != p && self.pool.is_installed(q) && self.pool.nevra(q) == self.pool.nevra(p);
        !self.pool.is_installed(p)
            && among.iter().any(|&other| matches!(self.conflict.places[other], Place::Package(q) if same(q)))
    }

    /// Why a package cannot be chosen.
    fn obstacles(&mut self, place: usize, p: Pkg, depth: usize) -> Vec<Explanation> {
        if self.told.get(&p).is_some_and(|told| told.iter().any(|e| !e.because.is_empty())) {
            return vec![Explanation::plain(Why::Above)];
        }
        if depth >= MAX_DEPTH || !self.path.insert(place) {
            return Vec::new();
        }
        let mut out = Vec::new();
        if let Some(barred) = self.pool.barred(p) {
            out.push(Explanation::plain(Why::Out { rule: barred.clone() }));
        }
        for (_, text, targets) in self.needs(place) {
            let because = self.candidates(&text, &targets, depth + 1);
            out.push(Explanation { why: Why::Needs { requirement: text.to_string() }, because });
        }
        let mut others = Vec::new();
        for (from, to, link) in &self.conflict.links {
            let (other, theirs) = if *from == place { (*to, false) } else { (*from, true) };
            if (*from != place && *to != place) || other == place {
                continue;
            }
            let Place::Package(q) = &self.conflict.places[other] else { continue };
            others.push((other, *q, link, theirs));
        }
        let places: Vec<usize> = others.iter().map(|o| o.0).collect();
        for (other, q, link, theirs) in others {
            if self.is_copy(other, &places) {
                continue;
            }
            let Some(why) = self.clash(p, q, link, theirs) else { continue };
            let explanation = Explanation::plain(why);
            if !out.contains(&explanation) {
                out.push(explanation);
            }
        }
        self.path.remove(&place);
        let out = bounded(out);
        self.told.insert(p, out.clone());
        out
    }

    /// Why two packages cannot stand beside each other, as `p` sees it.
    fn clash(&self, p: Pkg, q: Pkg, link: &Link, theirs: bool) -> Option<Why> {
        let (with, installed) = (self.pool.nevra(q), self.pool.is_installed(q));
        Some(match link {
            Link::Clash { relation: Some(Relation::Obsoletes), .. } if theirs => Why::ObsoletedBy { with, installed },
            Link::Clash { relation: Some(Relation::Obsoletes), .. } => Why::Obsoletes { with, installed },
            Link::Clash { relation: None, .. } | Link::SameName => {
                let older = self.pool.evr(p).order(&self.pool.evr(q)).is_lt();
                Why::SameName { with, installed, older }
            }
            Link::Clash { text, .. } => Why::Conflicts { with, installed, requirement: text.to_string(), theirs },
            Link::Needs { .. } | Link::Out => return None,
        })
    }

    fn nothing_provides(&self, text: &str) -> Why {
        let near = text.parse::<Requirement>().map(|wanted| near_requirement(self.pool, &wanted)).unwrap_or_default();
        Why::NothingProvides { requirement: text.to_owned(), near }
    }
}

/// The first of many, and how many more there are.
fn bounded(mut list: Vec<Explanation>) -> Vec<Explanation> {
    if list.len() > MAX_BRANCHES {
        let count = list.len() - (MAX_BRANCHES - 1);
        list.truncate(MAX_BRANCHES - 1);
        list.push(Explanation::plain(Why::More { count }));
    }
    list
}
