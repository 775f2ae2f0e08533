//! Explanations as text.

use std::{collections::BTreeMap, fmt};

use super::{Candidate, Explanation, Near, Unsatisfiable, Why, fold};
use crate::terms::{Evr, Nevra};

/// Groups of candidates named in one line; the rest is counted.
const MAX_GROUPS: usize = 4;
/// Lines of a tree. What is beyond helps nobody; JSON has it.
const MAX_LINES: usize = 48;

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = |installed: &bool| if *installed { "installed " } else { "" };
        match self {
            Self::Asked { spec } => write!(f, "{spec} is asked for"),
            Self::Stays { package } => write!(f, "{package} is installed and would have to go"),
            Self::Candidates { packages, more } => candidates(packages, *more, f),
            Self::Needs { requirement } => write!(f, "needs {requirement}"),
            Self::NothingProvides { requirement, near } => {
                write!(f, "nothing provides {requirement}")?;
                let there: Vec<String> = near.iter().map(Near::noun).collect();
                if there.is_empty() { Ok(()) } else { write!(f, "; there is {}", there.join(", ")) }
            }
            Self::Out { rule } => rule.fmt(f),
            Self::Conflicts { with, installed, requirement, theirs } => {
                let with = format!("{}{with}", there(installed));
                match (theirs, requirement.as_str()) {
                    (_, "") => write!(f, "conflicts with {with}"),
                    (false, text) => write!(f, "conflicts with {with} ({text})"),
                    (true, text) => write!(f, "{with} conflicts with it ({text})"),
                }
            }
            Self::Obsoletes { with, installed } => write!(f, "obsoletes {}{with}", there(installed)),
            Self::ObsoletedBy { with, installed } => write!(f, "is obsoleted by {}{with}", there(installed)),
            Self::SameName { with, installed: true, older: true } => write!(f, "is older than installed {with}"),
            Self::SameName { with, installed, .. } => {
                write!(f, "cannot stand beside {}{with}: same name", there(installed))
            }
            Self::Absent { package } => write!(f, "{package} would have to be left out"),
            Self::Above => f.write_str("which is out, as above"),
            Self::More { count } => write!(f, "and {count} more"),
        }
    }
}

/// The versions of a name in a repository together, best first.
fn candidates(packages: &[Candidate], more: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    type Key<'a> = (&'a str, &'a str, Option<&'a str>);
    let mut groups: Vec<(Key<'_>, Vec<&Evr>)> = Vec::new();
    for Candidate { nevra, repo } in packages {
        let key = (nevra.name.as_str(), nevra.arch.as_str(), repo.as_deref());
        match groups.iter_mut().find(|g| g.0 == key) {
            Some(group) => group.1.push(&nevra.evr),
            None => groups.push((key, vec![&nevra.evr])),
        }
    }
    let hidden: usize = groups.iter().skip(MAX_GROUPS).map(|g| g.1.len()).sum();
    for (i, ((name, arch, repo), versions)) in groups.iter_mut().take(MAX_GROUPS).enumerate() {
        versions.sort();
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{} ({})", fold::packages(name, &versions, arch), repo.unwrap_or("installed"))?;
    }
    if more + hidden > 0 {
        write!(f, " and {} more", more + hidden)?;
    }
    Ok(())
}

impl Near {
    /// What there is, without the verb.
    pub fn noun(&self) -> String {
        match self {
            Self::Names { names } => names.join(" or "),
            Self::Versions { name, arch, versions, repos } => {
                let arch = arch.as_ref().map(|a| format!(".{a}")).unwrap_or_default();
                format!("{name}{arch} in {} ({})", fold::versions(versions), repos.join(", "))
            }
            Self::Arches { name, arches } => format!("{name} for {}", arches.join(", ")),
            Self::Source { package } => format!("only the source package {package}"),
            Self::Path { path, owner } => format!("{path} in {owner}"),
            Self::Provided { capability, by } => format!("{capability} of {by}"),
        }
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if matches!(self, Self::Names { .. }) { "did you mean" } else { "there is" };
        write!(f, "{verb} {}", self.noun())
    }
}

/// One statement per package name, then the newest of it.
pub(super) fn newest<'a>(all: impl Iterator<Item = &'a Nevra>) -> Vec<&'a Nevra> {
    let mut by_name: BTreeMap<&str, &Nevra> = BTreeMap::new();
    for nevra in all {
        let known = by_name.entry(&nevra.name).or_insert(nevra);
        if known.evr < nevra.evr {
            *known = nevra;
        }
    }
    by_name.into_values().collect()
}

impl fmt::Display for Unsatisfiable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no set of packages satisfies the request")?;
        let mut lines = Vec::new();
        draw(&self.because, "", &mut lines);
        for line in lines.iter().take(MAX_LINES) {
            write!(f, "\n{line}")?;
        }
        match lines.len().checked_sub(MAX_LINES) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "\nand {more} lines more: --format json has them all"),
        }
    }
}

fn draw(branches: &[Explanation], indent: &str, out: &mut Vec<String>) {
    for (i, branch) in branches.iter().enumerate() {
        let last = i + 1 == branches.len();
        out.push(format!("{indent}{}{}", if last { "└─ " } else { "├─ " }, branch.why));
        draw(&branch.because, &format!("{indent}{}", if last { "   " } else { "│  " }), out);
    }
}

impl std::error::Error for Unsatisfiable {}
