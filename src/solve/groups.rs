//! `@group` and `@^environment`: which packages they mean.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobBuilder;

use super::Member;
use crate::formats::repodata::{Comps, Environment, Group, Member as GroupMember, MemberKind};

/// The packages of the groups and environments the word after `@` names: mandatory, default and conditional ones, or those
/// of the kinds listed behind a slash. None where there is no such group. dnf's order of looking: id or name as it is, else
/// both as patterns, case aside; `^` leaves environments only. Of environments, the groups they offer are left.
pub fn members(word: &str, comps: &[&Comps]) -> Option<Vec<Member>> {
    let (pattern, kinds) =
        word.split_once('/').map_or((word, "mandatory,default,conditional"), |(p, kinds)| (p, kinds));
    let (pattern, environments_only) = pattern.strip_prefix('^').map_or((pattern, false), |p| (p, true));
    let groups = comps.iter().flat_map(|c| &c.groups).filter(|_| !environments_only).collect();
    let mut found: Vec<&Group> = matching(groups, pattern, |g: &Group| [&g.id, &g.name]);
    let environments: Vec<&Environment> =
        matching(comps.iter().flat_map(|c| &c.environments).collect(), pattern, |e: &Environment| [&e.id, &e.name]);
    if found.is_empty() && environments.is_empty() {
        return None;
    }
    for id in environments.iter().flat_map(|e| &e.groups) {
        found.extend(comps.iter().flat_map(|c| &c.groups).filter(|g| g.id == *id));
    }
    let ids: BTreeSet<&String> = found.iter().map(|g| &g.id).collect();
    let mut out: Vec<Member> = Vec::new();
    for member in ids.into_iter().flat_map(|id| merged(id, comps)) {
        let (kind, when) = match &member.kind {
            MemberKind::Mandatory => ("mandatory", None),
            MemberKind::Default => ("default", None),
            MemberKind::Optional => ("optional", None),
            MemberKind::Conditional(when) => ("conditional", Some(when.clone()).filter(|w| !w.is_empty())),
        };
        let new = Member {
            spec: format!("@{word}"),
            name: member.name.clone(),
            base_arch_only: member.base_arch_only,
            when,
            ..Member::default()
        };
        if kinds.split(',').any(|k| k.trim() == kind) && !out.contains(&new) {
            out.push(new);
        }
    }
    Some(out)
}

/// The members of a group of several repositories: of a name the last one counts, as libcomps merges them.
fn merged<'a>(id: &str, comps: &[&'a Comps]) -> Vec<&'a GroupMember> {
    let mut out = BTreeMap::new();
    for member in comps.iter().flat_map(|c| &c.groups).filter(|g| g.id == id).flat_map(|g| &g.members) {
        out.insert(&member.name, member);
    }
    out.into_values().collect()
}

/// What is exactly called so, else what fits the pattern.
fn matching<'a, T>(all: Vec<&'a T>, pattern: &str, names: impl Fn(&T) -> [&String; 2]) -> Vec<&'a T> {
    let exact: Vec<&T> = all.iter().copied().filter(|t| names(t).into_iter().any(|n| n == pattern)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let Ok(glob) = GlobBuilder::new(pattern).case_insensitive(true).build() else { return Vec::new() };
    let glob = glob.compile_matcher();
    all.into_iter().filter(|t| names(t).into_iter().any(|n| glob.is_match(n))).collect()
}
