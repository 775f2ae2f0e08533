//! A failure as places and links: the rules of the proof, in the words of the packages they come from.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::{
        conflict::{Conflict, Link, Place},
        pool::Pkg,
        rules::{Claim, Ground, Literal, no, package},
    },
    Search,
};
use crate::formats::repodata::Relation;

/// Places by what they are, and links among them.
struct Outline {
    conflict: Conflict,
    packages: BTreeMap<Pkg, usize>,
    nothing: Option<usize>,
}

impl Outline {
    fn place(&mut self, place: Place) -> usize {
        self.conflict.places.push(place);
        self.conflict.places.len() - 1
    }

    fn package(&mut self, p: Pkg) -> usize {
        if let Some(&known) = self.packages.get(&p) {
            return known;
        }
        let at = self.place(Place::Package(p));
        self.packages.insert(p, at);
        at
    }

    fn link(&mut self, from: usize, to: usize, link: Link) {
        let new = (from, to, link);
        if !self.conflict.links.contains(&new) {
            self.conflict.links.push(new);
        }
    }

    /// From a place to what it needs.
    fn needs(&mut self, from: usize, goal: Option<usize>, text: &Rc<str>, literals: &[Literal]) {
        if literals.is_empty() {
            let nothing = match self.nothing {
                Some(known) => known,
                None => self.place(Place::Nothing),
            };
            self.nothing = Some(nothing);
            self.link(from, nothing, Link::Needs { goal, text: text.clone() });
        }
        for &l in literals {
            let to = if l > 0 { self.package(package(l)) } else { self.place(Place::Absence(package(l))) };
            self.link(from, to, Link::Needs { goal, text: text.clone() });
        }
    }
}

impl Search<'_> {
    /// What the proof rests on. Goals are numbered: the jobs, then the installed packages.
    pub(super) fn outline(&self) -> Conflict {
        let conflict = Conflict { places: vec![Place::Root], links: Vec::new() };
        let mut out = Outline { conflict, packages: BTreeMap::new(), nothing: None };
        let mut proof = self.refuted.clone();
        proof.sort_unstable();
        let best: Vec<usize> = proof
            .iter()
            .filter(|n| self.rules.best.contains(n))
            .map(|n| self.rules.best_of[(n - self.rules.best.start) as usize])
            .collect();
        for n in proof {
            let literals: Vec<Literal> = self.rules.literals(n).collect();
            if self.rules.packages.contains(&n) {
                self.tell_package(&literals, &mut out);
            } else if self.rules.jobs.contains(&n) {
                let job = (n - self.rules.jobs.start) as usize;
                if !best.contains(&job) {
                    out.needs(0, Some(job), &"".into(), &literals);
                }
            } else if self.rules.best.contains(&n) {
                let job = self.rules.best_of[(n - self.rules.best.start) as usize];
                out.needs(0, Some(job), &"".into(), &literals);
            } else if self.rules.updates.contains(&n) || self.rules.features.contains(&n) {
                let section = if self.rules.updates.contains(&n) { &self.rules.updates } else { &self.rules.features };
                let goal = self.jobs.len() + (n - section.start) as usize;
                out.needs(0, Some(goal), &"".into(), &literals);
            } else if literals[0] < 0 {
                let p = package(literals[0]);
                let text: Rc<str> = match self.rules.arches.contains(&n) {
                    true => format!("{} of the same version for {}", self.pool.name(p), self.pool.request.arch).into(),
                    false => "the other parts of what it obsoletes".into(),
                };
                let from = out.package(p);
                out.needs(from, None, &text, &literals[1..]);
            }
        }
        out.conflict
    }

    /// Which claim of which package made a rule.
    fn tell_package(&self, literals: &[Literal], out: &mut Outline) {
        let mut claims = Vec::new();
        for &l in literals.iter().filter(|l| **l < 0) {
            let p = package(l);
            self.book.claims(p, &mut claims);
            let made = claims.drain(..).find(|(_, claim)| {
                let mut these: Vec<Literal> = match claim {
                    Claim::Never => Vec::new(),
                    Claim::AnyOf(any) => any.iter().map(|&q| super::super::rules::yes(q)).collect(),
                    Claim::Without(q) => vec![no(*q)],
                    Claim::Either(block) => block.clone(),
                };
                these.push(no(p));
                these.sort_unstable();
                let mut sorted = literals.to_vec();
                sorted.sort_unstable();
                these == sorted
            });
            if let Some((ground, claim)) = made {
                return self.tell(p, ground, &claim, out);
            }
        }
    }

    fn tell(&self, p: Pkg, ground: Ground, claim: &Claim, out: &mut Outline) {
        let from = out.package(p);
        let (text, relation): (Rc<str>, _) = match ground {
            Ground::Barred => {
                let to = out.place(Place::Out);
                return out.link(from, to, Link::Out);
            }
            Ground::Requires(d) => (self.book.text(d).into(), Some(Relation::Requires)),
            Ground::Conflicts(d) => (self.book.text(d).into(), Some(Relation::Conflicts)),
            Ground::Obsoletes(_) => ("".into(), Some(Relation::Obsoletes)),
            Ground::SameName => ("".into(), None),
        };
        match claim {
            Claim::Never => {
                // Packages of another architecture are no providers, but they are the reason to tell.
                let Ground::Requires(d) = ground else { return out.needs(from, None, &text, &[]) };
                let barred = self.book.requirement(d).map(|r| self.pool.providers(&r)).unwrap_or_default();
                let barred: Vec<Literal> = barred.into_iter().map(super::super::rules::yes).collect();
                out.needs(from, None, &text, &barred);
            }
            Claim::AnyOf(any) => {
                let literals: Vec<Literal> = any.iter().map(|&q| super::super::rules::yes(q)).collect();
                out.needs(from, None, &text, &literals);
            }
            Claim::Either(block) => out.needs(from, None, &text, block),
            Claim::Without(q) => {
                let to = out.package(*q);
                let link = if relation.is_none() { Link::SameName } else { Link::Clash { text, relation } };
                out.link(from, to, link);
            }
        }
    }
}
