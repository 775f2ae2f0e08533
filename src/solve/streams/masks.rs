//! What active streams hide (libdnf's `collectNevraForInclusionExclusion`).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Build, Chooser};
use crate::solve::Masks;

impl Chooser<'_> {
    pub(super) fn masks(&self) -> Masks {
        let (mut active, mut inactive, mut names) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let demodularized = self.demodularized();
        let title = |b: &Build<'_>| format!("{}:{}", b.stream.name, b.stream.stream);
        for build in &self.builds {
            if !self.is_active(build) {
                inactive.extend(build.artifacts().map(|a| (a, title(build))));
                continue;
            }
            let gone = demodularized.get(&(title(build), build.stream.arch.as_str()));
            for artifact in build.artifacts() {
                if gone.is_none_or(|gone| !gone.contains(artifact.name.as_str())) {
                    names.entry(artifact.name.clone()).or_insert_with(|| title(build));
                }
                active.insert(artifact);
            }
        }
        Masks { active: Arc::new(active), inactive, names }
    }

    /// By stream and architecture: the names its newest active builds gave up.
    fn demodularized(&self) -> BTreeMap<(String, &str), BTreeSet<&str>> {
        let mut newest: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for build in self.builds.iter().filter(|b| self.is_active(b)) {
            let version = newest.entry((&build.name, &build.stream.arch)).or_default();
            *version = build.stream.version.max(*version);
        }
        let mut out: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for build in self.builds.iter().filter(|b| self.is_active(b) && !b.stream.demodularized.is_empty()) {
            let s = build.stream;
            if newest.get(&(&build.name, &s.arch)) == Some(&s.version) {
                let names = out.entry((format!("{}:{}", s.name, s.stream), &s.arch)).or_default();
                names.extend(s.demodularized.iter().map(String::as_str));
            }
        }
        out
    }
}
