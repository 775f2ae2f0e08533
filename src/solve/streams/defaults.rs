//! Which stream of a module is its default.

use std::collections::BTreeMap;

use super::Wanted;
use crate::formats::repodata::ModuleDefaults;

/// The defaults of one module that count: those of the base's disk, else the newest; where the newest contradict each other,
/// there is no default stream (libmodulemd's merger).
fn merged<'a>(wanted: &'a Wanted<'a>, module: &str) -> Vec<&'a ModuleDefaults> {
    let of = |list: Vec<&'a ModuleDefaults>| {
        let newest = list.iter().map(|d| d.modified).max();
        list.into_iter().filter(|d| Some(d.modified) == newest).collect::<Vec<_>>()
    };
    let disk = of(wanted.defaults.iter().filter(|d| d.module == module).collect());
    if !disk.is_empty() {
        return disk;
    }
    of(wanted.repos.iter().flat_map(|r| &r.modules.defaults).filter(|d| d.module == module).collect())
}

/// Module to default stream.
pub(super) fn streams(wanted: &Wanted<'_>) -> BTreeMap<String, String> {
    let all = wanted.defaults.iter().chain(wanted.repos.iter().flat_map(|r| &r.modules.defaults));
    let mut out = BTreeMap::new();
    for module in all.map(|d| d.module.as_str()) {
        let counting = merged(wanted, module);
        let mut streams: Vec<&String> = counting.iter().filter_map(|d| d.stream.as_ref()).collect();
        streams.sort();
        streams.dedup();
        if let [one] = streams[..] {
            out.insert(module.to_owned(), one.clone());
        }
    }
    out
}

/// The default profiles of a stream.
pub(super) fn profiles(wanted: &Wanted<'_>, module: &str, stream: &str) -> Vec<String> {
    let counting = merged(wanted, module);
    let mut out: Vec<String> = counting.iter().filter_map(|d| d.profiles.get(stream)).flatten().cloned().collect();
    out.sort();
    out.dedup();
    out
}
