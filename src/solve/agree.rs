//! The same versions on every architecture, where they exist.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Change, Request, Solution, pool::Pool};
use crate::terms::{Arch, Evr, Nevra};

/// Rounds of asking for equal versions: pinning some packages may bring in others.
const ROUNDS: usize = 16;
/// Versions tried for a package, newest first, where the newest common one cannot be had.
const TRIED: usize = 3;

/// A package whose version differs between architectures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Apart {
    /// The package's name.
    pub name: String,
    /// Its versions where it is there, oldest first.
    pub versions: BTreeMap<Arch, Vec<String>>,
}

/// Names with other versions on one architecture than on another, out of `(architecture, name, version)`.
pub fn apart<'a>(packages: impl IntoIterator<Item = (Arch, &'a str, &'a Evr)>) -> Vec<Apart> {
    let mut by_name: BTreeMap<&str, BTreeMap<Arch, BTreeSet<&Evr>>> = BTreeMap::new();
    for (arch, name, evr) in packages {
        by_name.entry(name).or_default().entry(arch).or_default().insert(evr);
    }
    by_name.retain(|_, versions| {
        let mut sets = versions.values();
        let first = sets.next();
        sets.any(|set| Some(set) != first)
    });
    let texts = |set: BTreeSet<&Evr>| set.into_iter().map(ToString::to_string).collect();
    let named = |(name, versions): (&str, BTreeMap<Arch, BTreeSet<&Evr>>)| Apart {
        name: name.to_owned(),
        versions: versions.into_iter().map(|(arch, set)| (arch, texts(set))).collect(),
    };
    by_name.into_iter().map(named).collect()
}

/// As [`apart`], of solutions; what is installed and stays counts where another architecture gets the package anew.
pub fn apart_in(parts: &[(&Request, &Solution)]) -> Vec<Apart> {
    let comes = |c: &&Change| c.source.is_some();
    let names: BTreeSet<&str> =
        parts.iter().flat_map(|(_, s)| s.changes.iter().filter(comes).map(|c| c.nevra.name.as_str())).collect();
    let mut all: Vec<(Arch, Nevra)> = Vec::new();
    for (request, solution) in parts {
        let gone: BTreeSet<&Nevra> =
            solution.changes.iter().flat_map(|c| c.replaces.iter().chain((!comes(&c)).then_some(&c.nevra))).collect();
        for catalog in request.installed.iter().map(|i| &i.catalog) {
            let kept = catalog.packages().filter(|&p| names.contains(catalog.name(p))).map(|p| catalog.nevra(p));
            all.extend(kept.filter(|n| !gone.contains(n)).map(|n| (request.arch, n)));
        }
        all.extend(solution.changes.iter().filter(comes).map(|c| (request.arch, c.nevra.clone())));
    }
    apart(all.iter().map(|(arch, n)| (*arch, n.name.as_str(), &n.evr)))
}

/// Versions of each name for an architecture: the image's own.
pub type Pins = BTreeMap<String, Evr>;

/// Solutions with equal versions as far as that can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// One per request, in their order.
    pub solutions: Vec<Solution>,
    /// What was asked of every architecture.
    pub pins: Pins,
    /// Packages whose versions differ all the same, and why.
    pub refused: Vec<Refused>,
}

/// A package that cannot have the same version everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// Whether there is a version that all architectures have: then it does not fit the rest of the request.
    pub exists: bool,
}

/// Asks for equal versions: of every package that differs, the newest version that all architectures have; one by one where
/// not all of them go together. `first` are the solutions without. `solve` solves a request (by its place) with such demands.
///
/// # Errors
/// Those of `solve` that do not say that there is no solution (`is_none`).
pub fn agree<E>(
    requests: &[Request],
    first: Vec<Solution>,
    solve: &mut dyn FnMut(usize, &Pins) -> Result<Solution, E>,
    is_none: &dyn Fn(&E) -> bool,
) -> Result<Agreed, E> {
    let mut all = |pins: &Pins| -> Result<Option<Vec<Solution>>, E> {
        let mut out = Vec::new();
        for i in 0..requests.len() {
            match solve(i, pins) {
                Ok(solution) => out.push(solution),
                Err(e) if is_none(&e) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
        Ok(Some(out))
    };
    let mut agreed = Agreed { solutions: first, pins: Pins::new(), refused: Vec::new() };
    for _ in 0..ROUNDS {
        let parts: Vec<_> = requests.iter().zip(&agreed.solutions).collect();
        let settled = |name: &str| agreed.pins.contains_key(name) || agreed.refused.iter().any(|r| r.name == name);
        let differ: Vec<Apart> = apart_in(&parts).into_iter().filter(|a| !settled(&a.name)).collect();
        if differ.is_empty() {
            break;
        }
        let common = common(requests, &differ);
        let newest = common.iter().filter_map(|(name, v)| Some((name.clone(), v.last()?.clone())));
        let together: Pins = agreed.pins.clone().into_iter().chain(newest).collect();
        for (name, versions) in &common {
            if versions.is_empty() {
                agreed.refused.push(Refused { name: name.clone(), exists: false });
            }
        }
        if let Some(solutions) = all(&together)? {
            (agreed.solutions, agreed.pins) = (solutions, together);
            continue;
        }
        for (name, versions) in common.into_iter().filter(|(_, v)| !v.is_empty()) {
            let mut fits = false;
            for version in versions.iter().rev().take(TRIED) {
                let mut pins = agreed.pins.clone();
                pins.insert(name.clone(), version.clone());
                if let Some(solutions) = all(&pins)? {
                    (agreed.solutions, agreed.pins, fits) = (solutions, pins, true);
                    break;
                }
            }
            if !fits {
                agreed.refused.push(Refused { name, exists: true });
            }
        }
    }
    agreed.refused.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(agreed)
}

/// The versions, oldest first, that every architecture has of a package it is on.
fn common(requests: &[Request], differ: &[Apart]) -> Vec<(String, Vec<Evr>)> {
    let pools: Vec<Pool<'_>> = requests.iter().map(Pool::new).collect();
    let versions = |name: &str, pool: &Pool<'_>| -> BTreeSet<Evr> {
        let usable = pool.named(name).into_iter().filter(|&p| pool.is_usable(p));
        usable.map(|p| pool.evr(p).to_evr()).collect()
    };
    let shared = |a: &Apart| {
        let on = pools.iter().filter(|p| a.versions.contains_key(&p.request.arch));
        let mut sets = on.map(|pool| versions(&a.name, pool));
        let first = sets.next().unwrap_or_default();
        let all = sets.fold(first, |all, set| all.intersection(&set).cloned().collect());
        (a.name.clone(), all.into_iter().collect())
    };
    differ.iter().map(shared).collect()
}
