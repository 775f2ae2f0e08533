//! Why not: a short tree in the user's words.

use std::{collections::BTreeSet, fmt};

use super::{
    Barred,
    conflict::{Aim, Conflict, Goal, Link, Place},
    pool::{Pkg, Pool},
};
use crate::{
    formats::repodata::{Relation, Requirement},
    terms::Nevra,
};

/// Nested deeper than this, a tree helps nobody.
const MAX_DEPTH: usize = 12;
/// Candidates shown per dependency; the rest is counted.
const MAX_CANDIDATES: usize = 4;

/// No set of packages satisfies the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsatisfiable {
    /// One tree per spec (or installed package) that takes part in the conflict.
    pub because: Vec<Explanation>,
}

/// A statement and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The statement.
    pub why: Why,
    /// What it rests on.
    pub because: Vec<Explanation>,
}

/// A statement of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The request has this spec.
    Asked(String),
    /// This package is installed and may not be removed.
    Stays(Nevra),
    /// These packages could serve; none can be chosen.
    Candidates {
        /// The packages, best first, and the repositories they are in.
        packages: Vec<(Nevra, Option<String>)>,
        /// How many more there are like them.
        more: usize,
    },
    /// The package above needs this.
    Needs(String),
    /// Nothing provides what is needed; these come near (another version, another spelling of the architecture).
    NothingProvides {
        /// What is needed.
        requirement: String,
        /// Packages that provide the capability in other versions.
        near: Vec<Nevra>,
    },
    /// The package above is out.
    Out(Barred),
    /// The package above conflicts with this one.
    Conflicts {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
        /// The dependency's text, if it is a `Conflicts`.
        text: String,
    },
    /// The package above obsoletes this one, or this one obsoletes it.
    Obsoletes {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
    },
    /// Only one package of the name can be there.
    SameName {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
    },
    /// This package must not be installed for the above to hold.
    Absent(Nevra),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = |installed: &bool| if *installed { "installed " } else { "" };
        match self {
            Self::Asked(spec) => write!(f, "{spec} is asked for"),
            Self::Stays(nevra) => write!(f, "{nevra} is installed and would have to go"),
            Self::Candidates { packages, more } => {
                for (i, (nevra, repo)) in packages.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    match repo {
                        Some(repo) => write!(f, "{comma}{nevra} ({repo})")?,
                        None => write!(f, "{comma}{nevra} (installed)")?,
                    }
                }
                if *more > 0 {
                    write!(f, " and {more} more")?;
                }
                Ok(())
            }
            Self::Needs(requirement) => write!(f, "needs {requirement}"),
            Self::NothingProvides { requirement, near } => {
                write!(f, "nothing provides {requirement}")?;
                for (i, nevra) in near.iter().enumerate() {
                    f.write_str(if i == 0 { "; there is " } else { ", " })?;
                    write!(f, "{nevra}")?;
                }
                Ok(())
            }
            Self::Out(barred) => barred.fmt(f),
            Self::Conflicts { with, installed, text } => {
                write!(f, "conflicts with {}{with}", there(installed))?;
                if text.is_empty() { Ok(()) } else { write!(f, " ({text})") }
            }
            Self::Obsoletes { with, installed } => {
                write!(f, "cannot stand beside {}{with}: one obsoletes the other", there(installed))
            }
            Self::SameName { with, installed } => {
                write!(f, "cannot stand beside {}{with}: same name", there(installed))
            }
            Self::Absent(nevra) => write!(f, "{nevra} would have to be left out"),
        }
    }
}

impl fmt::Display for Unsatisfiable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no set of packages satisfies the request")?;
        draw(&self.because, "", f)
    }
}

fn draw(branches: &[Explanation], indent: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, branch) in branches.iter().enumerate() {
        let last = i + 1 == branches.len();
        write!(f, "\n{indent}{}{}", if last { "└─ " } else { "├─ " }, branch.why)?;
        draw(&branch.because, &format!("{indent}{}", if last { "   " } else { "│  " }), f)?;
    }
    Ok(())
}

impl std::error::Error for Unsatisfiable {}

/// Turns a conflict into words.
pub(super) fn explain(pool: &Pool<'_>, goals: &[Aim], conflict: &Conflict) -> Unsatisfiable {
    let teller = Teller { pool, conflict };
    let Some(root) = conflict.places.iter().position(|p| *p == Place::Root) else {
        return Unsatisfiable { because: Vec::new() };
    };
    let mut path = BTreeSet::new();
    let mut because: Vec<Explanation> = teller
        .needs(root)
        .into_iter()
        .map(|(goal, text, targets)| {
            let why = match goal.and_then(|g| goals.get(g)).map(|g| &g.0) {
                Some(Goal::Keep(p)) => Why::Stays(pool.nevra(*p)),
                Some(Goal::Spec(spec) | Goal::Wish(spec)) => Why::Asked(spec.clone()),
                None => Why::Asked(text.to_string()),
            };
            Explanation { why, because: teller.candidates(&text, &targets, &mut path, 0) }
        })
        .collect();
    // What was asked comes before what is there.
    because.sort_by_key(|e| matches!(e.why, Why::Stays(_)));
    Unsatisfiable { because }
}

/// The refusal of a solution that would remove these protected packages for the sake of those.
pub(super) fn refuse(pool: &Pool<'_>, removals: &[(Pkg, Pkg)]) -> Unsatisfiable {
    let told = removals.iter().map(|&(p, by)| {
        let obsoletes = Why::Obsoletes { with: pool.nevra(p), installed: true };
        let repo = pool.source(by).map(|s| s.id.clone());
        let candidate = Why::Candidates { packages: vec![(pool.nevra(by), repo)], more: 0 };
        let because = vec![Explanation { why: obsoletes, because: Vec::new() }];
        let because = vec![Explanation { why: candidate, because }];
        Explanation { why: Why::Stays(pool.nevra(p)), because }
    });
    Unsatisfiable { because: told.collect() }
}

struct Teller<'a> {
    pool: &'a Pool<'a>,
    conflict: &'a Conflict,
}

type Need = (Option<usize>, std::rc::Rc<str>, Vec<usize>);

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

    fn candidates(&self, text: &str, targets: &[usize], path: &mut BTreeSet<usize>, depth: usize) -> Vec<Explanation> {
        let mut out: Vec<Explanation> = Vec::new();
        for &target in targets {
            let (why, because) = match &self.conflict.places[target] {
                Place::Nothing => (self.nothing_provides(text), Vec::new()),
                Place::Package(p) => {
                    let repo = self.pool.source(*p).map(|s| s.id.clone());
                    let packages = vec![(self.pool.nevra(*p), repo)];
                    (Why::Candidates { packages, more: 0 }, self.obstacles(target, *p, path, depth))
                }
                Place::Absence(p) => (Why::Absent(self.pool.nevra(*p)), Vec::new()),
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
        out
    }

    /// Why a package cannot be chosen.
    fn obstacles(&self, place: usize, p: Pkg, path: &mut BTreeSet<usize>, depth: usize) -> Vec<Explanation> {
        if depth >= MAX_DEPTH || !path.insert(place) {
            return Vec::new();
        }
        let mut out = Vec::new();
        if let Some(barred) = self.pool.barred(p) {
            out.push(Explanation { why: Why::Out(barred.clone()), because: Vec::new() });
        }
        for (_, text, targets) in self.needs(place) {
            let mut because = self.candidates(&text, &targets, path, depth + 1);
            match because.as_mut_slice() {
                [only] if matches!(only.why, Why::NothingProvides { .. }) => {
                    out.push(Explanation { why: Why::Needs(text.to_string()), because });
                }
                _ => out.push(Explanation { why: Why::Needs(text.to_string()), because }),
            }
        }
        for (from, to, link) in &self.conflict.links {
            let other = if *from == place { *to } else { *from };
            if (*from != place && *to != place) || other == place {
                continue;
            }
            let Place::Package(q) = &self.conflict.places[other] else { continue };
            let (with, installed) = (self.pool.nevra(*q), self.pool.is_installed(*q));
            let why = match link {
                Link::Clash { relation: Some(Relation::Obsoletes), .. } => Why::Obsoletes { with, installed },
                Link::Clash { relation: None, .. } | Link::SameName => Why::SameName { with, installed },
                Link::Clash { text, .. } => Why::Conflicts { with, installed, text: text.to_string() },
                Link::Needs { .. } | Link::Out => continue,
            };
            let explanation = Explanation { why, because: Vec::new() };
            if !out.contains(&explanation) {
                out.push(explanation);
            }
        }
        path.remove(&place);
        out
    }

    fn nothing_provides(&self, text: &str) -> Why {
        let mut near = Vec::new();
        if let Ok(wanted) = text.parse::<Requirement>() {
            let mut any = self.pool.providers(&Requirement::any(wanted.name.as_str()));
            // The nearest is the one that provides the newest version of it.
            let provided = |p| {
                let entries = self.pool.deps(p, Relation::Provides).filter(|d| d.name == wanted.name);
                entries.map(|d| d.evr).max_by(|a, b| a.order(b)).unwrap_or_default()
            };
            any.sort_by(|&a, &b| provided(b).order(&provided(a)));
            near.extend(any.into_iter().take(3).map(|p| self.pool.nevra(p)));
        }
        Why::NothingProvides { requirement: text.to_owned(), near }
    }
}
