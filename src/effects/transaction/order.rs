//! In which order packages are unpacked (rpm `lib/order.c`): what a package requires comes before it, scriptlets' needs first
//! where requirements go in circles.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    formats::rpm::{Header, HeaderError, Relation, sense},
    terms::Nevra,
};

/// Requirements rpm does not order by.
const IGNORED: u32 = sense::RPMLIB | sense::CONFIG | sense::PRETRANS | sense::POSTTRANS | sense::SCRIPT_VERIFY;
/// Requirements a scriptlet has.
const PREREQ: u32 = sense::SCRIPT_PRE | sense::SCRIPT_POST | sense::PREREQ;

/// One package of the transaction.
struct Package {
    nevra: Nevra,
    /// Packages it needs before it; true where a scriptlet needs them.
    needs: BTreeMap<usize, bool>,
    needed_by: BTreeSet<usize>,
}

/// The places of `packages` in transaction order. Depends on nothing but their headers, not on the order given.
pub fn transaction_order(packages: &[(Nevra, Header)]) -> Result<Vec<usize>, HeaderError> {
    let mut graph = graph(packages)?;
    let mut left: BTreeSet<usize> = (0..graph.len()).collect();
    let mut out = Vec::with_capacity(graph.len());
    while let Some(next) = choose(&graph, &left) {
        left.remove(&next);
        out.push(next);
        for dependent in std::mem::take(&mut graph[next].needed_by) {
            graph[dependent].needs.remove(&next);
        }
    }
    Ok(out)
}

/// Of the packages that wait for nothing the one most others wait for; where all wait for one another, the one with the
/// fewest needs of scriptlets, then of any kind.
fn choose(graph: &[Package], left: &BTreeSet<usize>) -> Option<usize> {
    let key = |&i: &usize| {
        let p = &graph[i];
        let prereqs = p.needs.values().filter(|pre| **pre).count();
        (prereqs, p.needs.len(), std::cmp::Reverse(p.needed_by.len()), &p.nevra)
    };
    left.iter().copied().min_by(|a, b| key(a).cmp(&key(b)))
}

fn graph(packages: &[(Nevra, Header)]) -> Result<Vec<Package>, HeaderError> {
    let providers = providers(packages)?;
    let mut graph: Vec<Package> = packages
        .iter()
        .map(|(nevra, _)| Package { nevra: nevra.clone(), needs: BTreeMap::new(), needed_by: BTreeSet::new() })
        .collect();
    for (i, (_, header)) in packages.iter().enumerate() {
        for relation in [Relation::Requires, Relation::OrderWith, Relation::Recommends] {
            for dependency in header.dependencies(relation)? {
                let prereq = dependency.flags & PREREQ != 0;
                if dependency.flags & IGNORED != 0 && !prereq {
                    continue;
                }
                for name in names(&dependency.name) {
                    for &provider in providers.get(name).into_iter().flatten().filter(|&&p| p != i) {
                        *graph[i].needs.entry(provider).or_default() |= prereq;
                        graph[provider].needed_by.insert(i);
                    }
                }
            }
        }
    }
    Ok(graph)
}

/// Who provides a capability or file. Versions do not matter here: the set is resolved, so a provider of the name is the one.
fn providers(packages: &[(Nevra, Header)]) -> Result<HashMap<String, BTreeSet<usize>>, HeaderError> {
    let mut out: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for (i, (_, header)) in packages.iter().enumerate() {
        for provide in header.dependencies(Relation::Provides)? {
            out.entry(provide.name).or_default().insert(i);
        }
        for file in header.files()? {
            if let Ok(path) = String::from_utf8(file.path) {
                out.entry(path).or_default().insert(i);
            }
        }
    }
    Ok(out)
}

/// The capabilities a requirement names: itself, or those of a rich dependency, operators and versions left out.
fn names(requirement: &str) -> Vec<&str> {
    if !requirement.starts_with('(') {
        return vec![requirement];
    }
    let words = requirement.split([' ', '(', ')']).filter(|w| !w.is_empty());
    let operator = |w: &&str| {
        !matches!(*w, "and" | "or" | "if" | "unless" | "else" | "with" | "without" | "=" | "<" | ">" | "<=" | ">=")
    };
    words.filter(operator).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rich_requirements() {
        assert_eq!(names("bash"), ["bash"]);
        assert_eq!(names("libc.so.6(GLIBC_2.4)(64bit)"), ["libc.so.6(GLIBC_2.4)(64bit)"]);
        assert_eq!(names("(foo >= 1 if (bar or baz))"), ["foo", "1", "bar", "baz"]);
    }
}
