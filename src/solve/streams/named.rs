//! What a module spec names, and enabling it.

use std::collections::BTreeSet;

use globset::Glob;

use super::{Chooser, Standing, State, StreamError, builds::Build};

/// A spec, understood.
pub(super) struct Named {
    /// As written.
    pub spec: String,
    /// Modules and their streams, now enabled.
    pub streams: Vec<(String, String)>,
    /// The profile, if one is named.
    pub profile: Option<String>,
    /// Profiles are installed, named or not.
    pub install: bool,
    /// Numbers of the builds that are meant.
    pub builds: Vec<usize>,
}

/// A part of a spec: exact or a glob, anything where it is left out.
fn fits(pattern: &str, text: &str) -> bool {
    pattern.is_empty()
        || pattern == text
        || pattern.contains(['*', '?', '[']) && Glob::new(pattern).is_ok_and(|g| g.compile_matcher().is_match(text))
}

impl Chooser<'_> {
    /// The builds a spec `NAME[:STREAM[:VERSION[:CONTEXT[:ARCH]]]]` means; `::ARCH` may follow any of the first two.
    fn meant(&self, text: &str) -> Vec<usize> {
        let (text, arch) = text.split_once("::").map_or((text, ""), |(text, arch)| (text, arch));
        let parts: Vec<&str> = text.split(':').collect();
        let part = |i: usize| parts.get(i).copied().unwrap_or_default();
        if part(0).is_empty() || parts.len() > 5 || parts.len() > 1 && parts[1..].contains(&"") {
            return Vec::new();
        }
        let arch = if arch.is_empty() { part(4) } else { arch };
        let is_meant = |b: &Build<'_>| {
            fits(part(0), &b.stream.name)
                && fits(part(1), &b.stream.stream)
                && fits(part(2), &b.stream.version.to_string())
                && fits(part(3), &b.stream.context)
                && fits(arch, &b.stream.arch)
        };
        (0..self.builds.len()).filter(|&i| is_meant(&self.builds[i])).collect()
    }

    /// Enables what a spec names; none where it names no module there is.
    pub(super) fn enable(&mut self, spec: &str) -> Result<Option<Named>, StreamError> {
        let (text, profile) = spec.split_once('/').map_or((spec, None), |(text, p)| (text, Some(p.to_owned())));
        let mut builds = self.meant(text);
        let modules: BTreeSet<String> = builds.iter().map(|&i| self.builds[i].stream.name.clone()).collect();
        let mut streams = Vec::new();
        for module in modules {
            let of = |i: &&usize| self.builds[**i].stream.name == module;
            let these: BTreeSet<String> =
                builds.iter().filter(of).map(|&i| self.builds[i].stream.stream.clone()).collect();
            let stream = self.pick(spec, &module, &these)?;
            self.switch(&module, &stream)?;
            builds.retain(|&i| self.builds[i].stream.name != module || self.builds[i].stream.stream == stream);
            streams.push((module, stream));
        }
        let install = profile.is_some();
        Ok((!streams.is_empty()).then(|| Named { spec: spec.to_owned(), streams, profile, install, builds }))
    }

    /// The stream meant: the only one, else the enabled, else the default one.
    fn pick(&self, spec: &str, module: &str, streams: &BTreeSet<String>) -> Result<String, StreamError> {
        if let (1, Some(one)) = (streams.len(), streams.first()) {
            return Ok(one.clone());
        }
        let state = self.states.get(module).filter(|s| s.standing == Standing::Enabled);
        let stream = state.map(|s| &s.stream).or_else(|| self.defaults.get(module));
        stream.filter(|s| streams.contains(*s)).cloned().ok_or_else(|| StreamError::SeveralStreams {
            spec: spec.to_owned(),
            module: module.to_owned(),
            streams: streams.iter().cloned().collect(),
        })
    }

    fn switch(&mut self, module: &str, stream: &str) -> Result<(), StreamError> {
        if let Some(other) = self.enabled_now.get(module).filter(|s| *s != stream) {
            let streams = [other.clone(), stream.to_owned()];
            return Err(StreamError::TwoStreams { module: module.to_owned(), streams });
        }
        let before = self.wanted.states.get(module).filter(|s| s.standing == Standing::Enabled);
        if let Some(before) = before.filter(|s| s.stream != stream) {
            let streams = [before.stream.clone(), stream.to_owned()];
            return Err(StreamError::Switched { module: module.to_owned(), streams });
        }
        self.enabled_now.insert(module.to_owned(), stream.to_owned());
        if !self.is_enabled(module, stream) {
            self.states.insert(module.to_owned(), State::enabled(stream));
        }
        Ok(())
    }

    /// Enables the active streams that enabled ones need, and those these need.
    pub(super) fn enable_needed(&mut self, named: &[Named]) {
        let mut todo: Vec<usize> = named.iter().flat_map(|n| &n.builds).copied().collect();
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        while let Some(i) = todo.pop() {
            if !self.is_active(&self.builds[i]) || !seen.insert(i) {
                continue;
            }
            let stream = self.builds[i].stream;
            if !self.is_enabled(&stream.name, &stream.stream) {
                self.states.insert(stream.name.clone(), State::enabled(&stream.stream));
            }
            let needed = |b: &Build<'_>| {
                let streams = stream.requires.iter().find_map(|r| r.get(&b.stream.name));
                streams.is_some_and(|s| s.contains(&b.stream.stream) || s.iter().all(|s| s.contains('-')))
            };
            todo.extend((0..self.builds.len()).filter(|&j| needed(&self.builds[j])));
        }
    }

    /// The error for a spec that names nothing, with what there is instead.
    pub(super) fn unknown(&self, spec: &str) -> StreamError {
        let module = spec.split([':', '/']).next().unwrap_or_default();
        let streams: BTreeSet<String> =
            self.builds.iter().filter(|b| b.stream.name == module).map(|b| b.stream.stream.clone()).collect();
        let names = self.builds.iter().map(|b| b.stream.name.as_str());
        let near = names
            .map(|name| (strsim::jaro_winkler(module, name), name))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        StreamError::Unknown {
            spec: spec.to_owned(),
            module: module.to_owned(),
            streams: streams.into_iter().collect(),
            near: near.filter(|(score, _)| *score > 0.85).map(|(_, name)| name.to_owned()),
        }
    }
}
