//! Module streams: which are active, what they hide, what their profiles install.
//!
//! ```text
//! modules.yaml of all repositories ─┐
//! states of the base, --module ─────┼▶ choose ──▶ Choice { active streams, Masks, Members, states to leave behind }
//! the platform ─────────────────────┘
//! ```
//!
//! As libdnf does it (`ModulePackageContainer.cpp`, on the facts of 0.69): every build of a stream is a package called
//! `NAME:STREAM:CONTEXT` that provides `module(NAME)` and `module(NAME:STREAM)`, conflicts with other streams of its
//! module and requires those of others; enabled streams are asked for, default streams wished for, and the search that
//! resolves packages resolves them. All builds of the chosen contexts are active; packages of other streams are hidden,
//! and so are packages of no stream that have or provide a name of an active one's packages, but for repositories with
//! `module_hotfixes`.

mod builds;
mod defaults;
mod error;
mod masks;
mod named;
mod profiles;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::{builds::Build, named::Named};
use super::{Error as SolveError, Installed, Masks, Member, Request, Solution, Source, solve};
use crate::{
    formats::repodata::{ModuleDefaults, Modules},
    terms::{Arch, Nevra},
};

pub use error::StreamError;
pub use state::{Standing, State};

/// One repository's modules.
#[derive(Clone, Copy, Debug)]
pub struct RepoModules<'a> {
    /// Its id.
    pub repo: &'a str,
    /// What its `modules.yaml` says.
    pub modules: &'a Modules,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The image's architecture.
    pub arch: Arch,
    /// The platform, `platform:el8`, if it is known.
    pub platform: Option<(String, String)>,
    /// The repositories' modules, in their order.
    pub repos: Vec<RepoModules<'a>>,
    /// Defaults the base has on disk: they take precedence.
    pub defaults: Vec<ModuleDefaults>,
    /// States the base has on disk.
    pub states: BTreeMap<String, State>,
    /// Streams to enable: `NAME:STREAM`, with profile: install that too.
    pub enable: Vec<String>,
    /// The same, but the stream's default profiles are installed where none is named, and what is no module is handed
    /// back in [`Choice::no_modules`]: the words after `@`.
    pub install: Vec<String>,
}

/// A stream that is active, at its newest build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ActiveStream {
    /// The module.
    pub name: String,
    /// The stream.
    pub stream: String,
    /// Version of its newest build.
    pub version: u64,
    /// Its context.
    pub context: String,
    /// Its architecture.
    pub arch: String,
    /// Whether it is enabled, and not active by default alone.
    pub enabled: bool,
    /// Profiles installed.
    pub profiles: Vec<String>,
    /// Active modules it needs.
    needs: BTreeSet<String>,
    /// Its packages.
    artifacts: BTreeSet<Nevra>,
}

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What packages are hidden.
    pub masks: Masks,
    /// Packages of profiles.
    pub members: Vec<Member>,
    /// The active streams, by name.
    pub active: Vec<ActiveStream>,
    /// The modules' states afterwards: those of the base, and what was enabled.
    pub states: BTreeMap<String, State>,
    /// Words of [`Wanted::install`] that name no module.
    pub no_modules: Vec<String>,
    /// What went wrong and was got over.
    pub warnings: Vec<String>,
}

impl Choice {
    /// Takes note of what was installed: default streams that gave a package are enabled, and what these need, as dnf does
    /// when it is done.
    pub fn installed(&mut self, solution: &Solution) {
        let new: BTreeSet<&Nevra> = solution.changes.iter().filter(|c| c.source.is_some()).map(|c| &c.nevra).collect();
        let gave = |s: &&ActiveStream| !s.enabled && s.artifacts.iter().any(|a| new.contains(a));
        let mut todo: Vec<String> = self.active.iter().filter(gave).map(|s| s.name.clone()).collect();
        while let Some(name) = todo.pop() {
            for stream in self.active.iter_mut().filter(|s| s.name == name && !s.enabled) {
                stream.enabled = true;
                self.states.insert(stream.name.clone(), State::enabled(&stream.stream));
                todo.extend(stream.needs.iter().cloned());
            }
        }
    }
}

/// Chooses streams. The result depends on nothing but the argument.
///
/// # Errors
/// See [`StreamError`].
pub fn choose(wanted: &Wanted<'_>) -> Result<Choice, StreamError> {
    let mut chooser = Chooser::new(wanted);
    if chooser.builds.is_empty() && wanted.enable.is_empty() {
        let no_modules = wanted.install.clone();
        return Ok(Choice { states: chooser.states, no_modules, ..Choice::default() });
    }
    let mut named = Vec::new();
    for text in &wanted.enable {
        let found = chooser.enable(text)?.ok_or_else(|| chooser.unknown(text))?;
        named.push(found);
    }
    for text in &wanted.install {
        match chooser.enable(text)? {
            Some(found) => named.push(Named { install: true, ..found }),
            None => chooser.no_modules.push(text.clone()),
        }
    }
    chooser.resolve(!named.is_empty())?;
    chooser.enable_needed(&named);
    let members = chooser.profiles(&named)?;
    Ok(chooser.finish(members))
}

struct Chooser<'a> {
    wanted: &'a Wanted<'a>,
    builds: Vec<Build<'a>>,
    /// Module to default stream.
    defaults: BTreeMap<String, String>,
    states: BTreeMap<String, State>,
    /// Streams that were enabled by this request, by module.
    enabled_now: BTreeMap<String, String>,
    /// Names of the builds that are active.
    active: BTreeSet<String>,
    no_modules: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Chooser<'a> {
    fn new(wanted: &'a Wanted<'a>) -> Self {
        Self {
            wanted,
            builds: builds::of(wanted.repos.iter().map(|r| r.modules)),
            defaults: defaults::streams(wanted),
            states: wanted.states.clone(),
            enabled_now: BTreeMap::new(),
            active: BTreeSet::new(),
            no_modules: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Resolves the streams. `asked`: some were asked for, so that what cannot be had is an error; else it is got over.
    fn resolve(&mut self, asked: bool) -> Result<(), StreamError> {
        let catalog = builds::catalog(&self.builds, |b| !self.is_disabled(&b.stream.name));
        let mut request = Request::new(self.wanted.arch);
        request.installonly.clear();
        request.installed = self.wanted.platform.as_ref().map(|p| Installed::from_rpmdb(builds::platform(p).into()));
        request.sources = vec![Source::new("modules", catalog.into())];
        for build in &self.builds {
            let spec = format!("module({}:{})", build.stream.name, build.stream.stream);
            if self.is_enabled(&build.stream.name, &build.stream.stream) {
                request.specs.push(spec);
            } else if self.is_default(&build.stream.name, &build.stream.stream) {
                request.wishes.push(spec);
            }
        }
        let outcome = solve(&request).or_else(|error| {
            if asked {
                return Err(error);
            }
            // What dnf does with states that do not fit: older builds, and then whatever fits.
            self.warnings.push(format!("module streams do not fit together: {error}"));
            request.best = false;
            solve(&request).or_else(|_| {
                let specs = std::mem::take(&mut request.specs);
                request.wishes.splice(0..0, specs);
                solve(&request)
            })
        });
        match outcome {
            Ok(solution) => {
                let names = solution.changes.iter().filter(|c| c.source.is_some()).map(|c| c.nevra.name.clone());
                self.active = names.collect();
                Ok(())
            }
            Err(SolveError::NoMatch { specs, .. }) if !asked => {
                self.warnings.push(format!("no repository has {}", specs.join(", ")));
                Ok(())
            }
            Err(source) => Err(StreamError::Unsatisfiable { platform: self.platform(), source: Box::new(source) }),
        }
    }

    fn platform(&self) -> String {
        self.wanted.platform.as_ref().map(|(name, stream)| format!("{name}:{stream}")).unwrap_or_default()
    }

    fn is_disabled(&self, module: &str) -> bool {
        self.states.get(module).is_some_and(|s| s.standing == Standing::Disabled)
    }

    fn is_enabled(&self, module: &str, stream: &str) -> bool {
        self.states.get(module).is_some_and(|s| s.standing == Standing::Enabled && s.stream == stream)
    }

    /// Whether the stream is active by default: unless another is enabled or the module disabled.
    fn is_default(&self, module: &str, stream: &str) -> bool {
        self.defaults.get(module).is_some_and(|s| s == stream)
            && self.states.get(module).is_none_or(|s| s.standing == Standing::Unset)
    }

    fn is_active(&self, build: &Build<'_>) -> bool {
        self.active.contains(&build.name)
    }

    fn finish(self, members: Vec<Member>) -> Choice {
        let masks = self.masks();
        let mut newest: BTreeMap<(&str, &str), &Build<'_>> = BTreeMap::new();
        for build in self.builds.iter().filter(|b| self.is_active(b)) {
            let entry = newest.entry((&build.stream.name, &build.stream.arch)).or_insert(build);
            if entry.stream.version < build.stream.version {
                *entry = build;
            }
        }
        let active = newest.into_values().map(|newest| {
            let builds = self.builds.iter().filter(|b| b.name == newest.name);
            let s = newest.stream;
            ActiveStream {
                name: s.name.clone(),
                stream: s.stream.clone(),
                version: s.version,
                context: s.context.clone(),
                arch: s.arch.clone(),
                enabled: self.is_enabled(&s.name, &s.stream),
                profiles: self.states.get(&s.name).map(|s| s.profiles.clone()).unwrap_or_default(),
                needs: s.requires.iter().flat_map(BTreeMap::keys).cloned().collect(),
                artifacts: builds.flat_map(Build::artifacts).collect(),
            }
        });
        let active = active.collect();
        Choice { masks, members, active, states: self.states, no_modules: self.no_modules, warnings: self.warnings }
    }
}

#[cfg(test)]
mod tests;
