//! What comes close to a spec or a dependency that nobody has.

use std::{cmp::Reverse, collections::BTreeSet};

use serde::Serialize;

use super::words::newest;
use crate::{
    formats::repodata::{Relation, Requirement, Sense},
    solve::{
        pool::{Pkg, Pool},
        spec::{Form, Part, forms},
    },
    terms::{Evr, Nevra},
};

/// Names, providers and paths suggested at most.
const SUGGESTED: usize = 3;
/// Names less alike than this (Jaro-Winkler) are not suggested.
const ALIKE: f64 = 0.85;
/// Nor are names that are this much less alike than the best one.
const BEHIND: f64 = 0.05;
/// Directories in which a file may be instead.
const DIRECTORIES: [&str; 6] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/libexec", "/etc"];
/// What may stand behind a name's last dot to be taken for an architecture.
const ARCHES: [&str; 12] =
    ["x86_64", "i386", "i486", "i586", "i686", "aarch64", "ppc64le", "ppc64", "s390x", "s390", "noarch", "src"];

/// Something that exists and is close to what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Near {
    /// Packages or capabilities with names much like it, the most like first.
    Names {
        /// The names.
        names: Vec<String>,
    },
    /// The package exists in other versions.
    Versions {
        /// The package.
        name: String,
        /// The architecture, where one was asked for.
        arch: Option<String>,
        /// The versions, oldest first.
        versions: Vec<String>,
        /// The repositories that have them.
        repos: Vec<String>,
    },
    /// The package exists for other architectures.
    Arches {
        /// The package.
        name: String,
        /// The architectures.
        arches: Vec<String>,
    },
    /// Nothing but the source of the package exists.
    Source {
        /// The newest.
        package: Nevra,
    },
    /// The file exists in another directory.
    Path {
        /// Where.
        path: String,
        /// The package that owns it.
        owner: Nevra,
    },
    /// The capability is provided in another version, or one much like it.
    Provided {
        /// The capability, with its version.
        capability: String,
        /// The newest package that provides it.
        by: Nevra,
    },
}

/// What comes close to a spec that matches nothing.
pub(in crate::solve) fn near_spec(pool: &Pool<'_>, spec: &str) -> Vec<Near> {
    let mut out = Vec::new();
    if spec.starts_with('/') {
        out.extend(elsewhere(pool, spec));
    } else {
        out.extend(by_form(pool, spec));
        if let (true, Ok(wanted)) = (out.is_empty(), spec.parse::<Requirement>()) {
            out.extend(near_requirement(pool, &wanted));
        }
    }
    let names = match out.is_empty() {
        true => nearest_names(pool, spec.rsplit('/').next().unwrap_or(spec)),
        false => Vec::new(),
    };
    if !names.is_empty() {
        out.push(Near::Names { names });
    }
    out
}

/// What comes close to a dependency that nothing provides.
pub(super) fn near_requirement(pool: &Pool<'_>, wanted: &Requirement) -> Vec<Near> {
    if wanted.name.starts_with('/') {
        return elsewhere(pool, &wanted.name);
    }
    let other = provided(pool, &wanted.name);
    if !other.is_empty() {
        return other;
    }
    let mut alike: Vec<(f64, &str)> = match stem(&wanted.name) {
        None => Vec::new(),
        Some(stem) => {
            let rest = |name: &str| name[stem.len()..].to_owned();
            // Of a library another version, not another symbol version; of `perl(…)` another spelling.
            let bracket = |name: &str| name.split_once('(').map(|(_, b)| b.to_owned()).filter(|_| stem.ends_with("so"));
            let same = capabilities(pool, stem).filter(|name| bracket(name) == bracket(&wanted.name));
            same.map(|name| (strsim::jaro_winkler(&rest(&wanted.name), &rest(name)), name)).collect()
        }
    };
    alike.retain(|(score, _)| *score > ALIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    alike.dedup();
    alike.into_iter().take(SUGGESTED).flat_map(|(_, name)| provided(pool, name).into_iter().take(1)).collect()
}

/// The part of a capability that must be right for another one to be like it: `libfoo.so`, `perl(`.
fn stem(name: &str) -> Option<&str> {
    let end = name.find(".so.").map(|at| at + 3).or_else(|| name.find('(').map(|at| at + 1))?;
    Some(&name[..end])
}

fn capabilities<'a>(pool: &'a Pool<'_>, stem: &'a str) -> impl Iterator<Item = &'a str> {
    pool.catalogs.iter().flat_map(move |c| {
        let deps = (0..c.dep_count()).map(|n| c.dep(n)).filter(move |d| d.name.starts_with(stem));
        deps.filter(|d| c.providers(d.name_id).len() > 0).map(|d| d.name)
    })
}

/// Who provides a capability in whatever version, the newest version first.
fn provided(pool: &Pool<'_>, name: &str) -> Vec<Near> {
    let entry = |p| {
        let entries = pool.deps(p, Relation::Provides).filter(|d| d.name == name);
        entries.max_by(|a, b| a.evr.order(&b.evr))
    };
    let providers = pool.providing(name, (Sense::ANY, Default::default()));
    let mut found: Vec<_> = providers.into_iter().filter_map(|p| Some((entry(p)?, p))).collect();
    found.sort_by(|a, b| b.0.evr.order(&a.0.evr).then(pool.evr(b.1).order(&pool.evr(a.1))));
    let mut out: Vec<Near> = Vec::new();
    for (entry, p) in found {
        let capability = entry.to_string();
        if out.len() < SUGGESTED
            && !out.iter().any(|n| matches!(n, Near::Provided { capability: c, .. } if *c == capability))
        {
            out.push(Near::Provided { capability, by: pool.nevra(p) });
        }
    }
    out
}

/// The spec read as a full name of which a part is wrong: the longest package name that exists counts.
fn by_form(pool: &Pool<'_>, spec: &str) -> Option<Near> {
    let looks_right = |form: &Form| match (&form.version, &form.arch) {
        (_, Part::Exact(arch)) if !ARCHES.contains(&arch.as_str()) => false,
        (Part::Exact(version), _) => version.starts_with(|c: char| c.is_ascii_digit()),
        _ => true,
    };
    let mut forms: Vec<(Form, Vec<Pkg>)> = forms(spec)
        .into_iter()
        .filter(looks_right)
        .filter_map(|form| {
            let Part::Exact(name) = &form.name else { return None };
            let members = pool.names().find(|(n, _)| n == name)?.1.to_vec();
            Some((form, members))
        })
        .collect();
    forms.sort_by_key(|(form, _)| match &form.name {
        Part::Exact(name) => Reverse(name.len()),
        _ => Reverse(0),
    });
    let (form, members) = forms.into_iter().next()?;
    let name = pool.name(*members.first()?).to_owned();
    let (source, binary): (Vec<Pkg>, Vec<Pkg>) = members.into_iter().partition(|&p| pool.arch(p) == "src");
    if binary.is_empty() {
        let sources: Vec<Nevra> = source.into_iter().map(|p| pool.nevra(p)).collect();
        return Some(Near::Source { package: (*newest(sources.iter()).first()?).clone() });
    }
    let wanted = |p: &&Pkg| form.arch.fits(pool.arch(**p)) && (form.arch.is_given() || pool.is_visible(**p));
    let these: Vec<Pkg> = binary.iter().filter(wanted).copied().collect();
    if these.is_empty() {
        let arches: BTreeSet<String> = binary.iter().map(|&p| pool.arch(p).to_owned()).collect();
        return Some(Near::Arches { name, arches: arches.into_iter().collect() });
    }
    let versions: BTreeSet<Evr> = these.iter().map(|&p| pool.evr(p).to_evr()).collect();
    let repo = |&p: &Pkg| pool.source(p).map_or("installed", |s| s.id.as_str()).to_owned();
    let repos: BTreeSet<String> = these.iter().map(repo).collect();
    let arch = match &form.arch {
        Part::Exact(arch) => Some(arch.clone()),
        _ => None,
    };
    let versions = versions.iter().map(ToString::to_string).collect();
    let repos = repos.into_iter().collect();
    Some(Near::Versions { name, arch, versions, repos })
}

/// A file of that name in a directory where such files are.
fn elsewhere(pool: &Pool<'_>, path: &str) -> Vec<Near> {
    let base = path.rsplit('/').next().unwrap_or_default();
    let paths = DIRECTORIES.iter().map(|d| format!("{d}/{base}")).filter(|p| p != path);
    let owner = |path: String| {
        let owned = pool.catalogs.iter().zip(&pool.first);
        let mut owners = owned.flat_map(|(c, first)| c.owners(&path).into_iter().map(move |p| Pkg(first + p.0)));
        let owner = owners.find(|&p| pool.is_visible(p)).map(|p| pool.nevra(p))?;
        Some(Near::Path { path, owner })
    };
    paths.filter_map(owner).take(1).collect()
}

/// Names of packages much like the name in a spec, the most like first.
pub(in crate::solve) fn nearest_names(pool: &Pool<'_>, spec: &str) -> Vec<String> {
    let mut texts = vec![spec.to_owned()];
    texts.extend(forms(spec).into_iter().filter_map(|form| match (form.name, form.version) {
        (Part::Exact(name), Part::Exact(v)) if v.starts_with(|c: char| c.is_ascii_digit()) => Some(name),
        _ => None,
    }));
    let score = |name: &str| {
        let alike = texts.iter().map(|text| match text.eq_ignore_ascii_case(name) {
            true => 1.0,
            false => strsim::jaro_winkler(text, name),
        });
        alike.fold(0.0, f64::max)
    };
    let binary = |members: &[Pkg]| members.iter().any(|&p| pool.arch(p) != "src");
    let names = pool.names().filter(|(_, members)| binary(members)).map(|(name, _)| (score(name), name));
    let mut names: Vec<(f64, &str)> = names.filter(|(score, _)| *score > ALIKE).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let best = names.first().map_or(0.0, |n| n.0);
    names.into_iter().take_while(|n| n.0 > best - BEHIND).take(SUGGESTED).map(|n| n.1.to_owned()).collect()
}
