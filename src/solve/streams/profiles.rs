//! What profiles install.

use std::{collections::BTreeSet, sync::Arc};

use super::{Chooser, Member, StreamError, defaults, named::Named};
use crate::formats::repodata::ModuleStream;

impl Chooser<'_> {
    /// The packages of the profiles that were asked for; the profiles are noted in the modules' states.
    pub(super) fn profiles(&mut self, named: &[Named]) -> Result<Vec<Member>, StreamError> {
        let mut members: Vec<Member> = Vec::new();
        let mut artifacts = BTreeSet::new();
        for one in named.iter().filter(|n| n.install) {
            for (module, stream) in &one.streams {
                let of = |i: &&usize| {
                    let b = &self.builds[**i];
                    b.stream.name == *module && b.stream.stream == *stream && self.is_active(b)
                };
                let builds: Vec<usize> = one.builds.iter().filter(of).copied().collect();
                artifacts.extend(builds.iter().flat_map(|&i| self.builds[i].artifacts()));
                // The first of the newest.
                let newest = builds.iter().rev().max_by_key(|&&i| self.builds[i].stream.version);
                let Some(newest) = newest.map(|&i| self.builds[i].stream) else {
                    return Err(StreamError::NotActive {
                        spec: one.spec.clone(),
                        stream: format!("{module}:{stream}"),
                    });
                };
                for profile in self.wanted_profiles(one, newest)? {
                    for name in &newest.profiles[&profile] {
                        if !members.iter().any(|m| m.name == *name) {
                            let (spec, name) = (one.spec.clone(), name.clone());
                            members.push(Member { spec, name, required: true, ..Member::default() });
                        }
                    }
                    let state = self.states.entry(module.clone()).or_default();
                    if !state.profiles.contains(&profile) {
                        state.profiles.push(profile);
                        state.profiles.sort();
                    }
                }
            }
        }
        let artifacts = Arc::new(artifacts);
        members.iter_mut().for_each(|m| m.among = Some(artifacts.clone()));
        Ok(members)
    }

    fn wanted_profiles(&self, named: &Named, build: &ModuleStream) -> Result<Vec<String>, StreamError> {
        let failed = |profile: Option<&str>| StreamError::NoProfile {
            spec: named.spec.clone(),
            stream: format!("{}:{}", build.name, build.stream),
            profile: profile.map(str::to_owned),
            profiles: build.profiles.keys().cloned().collect(),
        };
        let Some(profile) = &named.profile else {
            let defaults = defaults::profiles(self.wanted, &build.name, &build.stream);
            if defaults.is_empty() {
                return Err(failed(None));
            }
            if let Some(lacking) = defaults.iter().find(|p| !build.profiles.contains_key(*p)) {
                return Err(failed(Some(lacking)));
            }
            return Ok(defaults);
        };
        let glob = globset::Glob::new(profile).map(|g| g.compile_matcher()).ok();
        let fits = |p: &&String| *p == profile || glob.as_ref().is_some_and(|g| g.is_match(p.as_str()));
        let found: Vec<String> = build.profiles.keys().filter(fits).cloned().collect();
        if found.is_empty() { Err(failed(Some(profile))) } else { Ok(found) }
    }
}
