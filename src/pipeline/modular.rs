//! Modules and groups of a request.

use std::collections::BTreeMap;

use super::{Error, Session, base::Base, base::text_of, resolve::Loads};
use crate::{
    effects::{LocalFile, LocalKind},
    formats::repodata::{Catalog, Comps, ModuleDefaults, Modules, Relation},
    lock::LockedStream,
    solve::{
        Request, groups,
        streams::{Choice, RepoModules, Standing, State, Wanted, choose},
    },
    terms::{Class, Fault as _, RootPath},
};

/// Where dnf keeps the state of modules.
const STATES: &str = "etc/dnf/modules.d";
/// Where a base may have defaults of its own.
const DEFAULTS: &str = "etc/dnf/modules.defaults.d";

/// What is asked of modules.
pub(super) struct Asked<'a> {
    /// Streams to enable, with a profile: to install.
    pub modules: &'a [String],
    /// `platform:el8`, where the user says so.
    pub platform: Option<&'a str>,
    /// What is below.
    pub base: Option<&'a Base>,
}

/// Chooses streams, and puts into the request what they hide and install, and the groups' packages.
pub(super) fn prepare(
    session: &Session,
    loads: &Loads<'_>,
    request: &mut Request,
    asked: &Asked<'_>,
) -> Result<Choice, Error> {
    let modules: Vec<Modules> =
        loads.repositories.iter().map(|r| session.wait(r.modules(&loads.through))).collect::<Result<_, _>>()?;
    for (repository, modules) in loads.repositories.iter().zip(&modules) {
        for why in modules.skipped.iter().take(3) {
            session.note(format!("repository {}: modules.yaml: left out {why}", repository.config.id));
        }
    }
    let words = |specs: &mut Vec<String>| -> Vec<String> {
        let words = specs.iter().filter_map(|s| s.strip_prefix('@')).map(str::to_owned).collect();
        specs.retain(|s| !s.starts_with('@'));
        words
    };
    let install = words(&mut request.specs);
    let mut wanted = Wanted {
        arch: request.arch,
        platform: platform(request, asked),
        repos: repos(loads, &modules),
        defaults: asked.base.map(defaults).unwrap_or_default(),
        states: asked.base.map(states).unwrap_or_default(),
        enable: asked.modules.to_vec(),
        install,
    };
    optional(session, loads, request, &mut wanted)?;
    let choice = choose(&wanted)?;
    choice.warnings.iter().for_each(|w| session.warn(format!("{}: {w}", request.arch)));
    request.masks = choice.masks.clone();
    request.members.extend(choice.members.iter().cloned());
    group_members(session, loads, request, &choice.no_modules)?;
    Ok(choice)
}

fn repos<'a>(loads: &'a Loads<'_>, modules: &'a [Modules]) -> Vec<RepoModules<'a>> {
    let both = loads.repositories.iter().zip(modules);
    both.map(|(r, modules)| RepoModules { repo: &r.config.id, modules }).collect()
}

/// Takes the `@…` among the `try` specs that exist and go with the rest; the others stay there, and nothing matches them.
fn optional(session: &Session, loads: &Loads<'_>, request: &mut Request, wanted: &mut Wanted<'_>) -> Result<(), Error> {
    let mut rest = Vec::new();
    for spec in std::mem::take(&mut request.try_specs) {
        let Some(word) = spec.strip_prefix('@') else {
            rest.push(spec);
            continue;
        };
        wanted.install.push(word.to_owned());
        let fits = match choose(wanted) {
            Ok(choice) if choice.no_modules.iter().any(|w| w == word) => {
                match group_members(session, loads, &mut request.clone(), &[word.to_owned()]) {
                    Err(Error::NoGroup { .. }) => false,
                    other => other.map(|()| true)?,
                }
            }
            Ok(_) => true,
            Err(e) if e.class() == Class::Unsatisfiable => false,
            Err(e) => return Err(e.into()),
        };
        if !fits {
            wanted.install.pop();
            rest.push(spec);
        }
    }
    request.try_specs = rest;
    Ok(())
}

fn group_members(session: &Session, loads: &Loads<'_>, request: &mut Request, words: &[String]) -> Result<(), Error> {
    if words.is_empty() {
        return Ok(());
    }
    let comps: Vec<Comps> =
        loads.repositories.iter().map(|r| session.wait(r.comps(&loads.through))).collect::<Result<_, _>>()?;
    let comps: Vec<&Comps> = comps.iter().collect();
    for word in words {
        let members = groups::members(word, &comps);
        let known = || comps.iter().flat_map(|c| &c.groups).map(|g| g.id.clone()).collect();
        request.members.extend(members.ok_or_else(|| Error::NoGroup { spec: format!("@{word}"), groups: known() })?);
    }
    Ok(())
}

/// The platform as libdnf finds it: what the user says, what a `system-release` of the repositories or of the base
/// provides as `base-module(…)`, else `PLATFORM_ID` of the base's os-release.
fn platform(request: &Request, asked: &Asked<'_>) -> Option<(String, String)> {
    let pair = |text: &str| {
        let (name, stream) = text.split_once(':')?;
        (!name.is_empty() && !stream.is_empty()).then(|| (name.to_owned(), stream.to_owned()))
    };
    if let Some(given) = asked.platform {
        return pair(given);
    }
    let available = request.sources.iter().map(|s| &*s.catalog);
    let installed = request.installed.iter().map(|i| &*i.catalog);
    let provided = available.chain(installed).find_map(|c| base_module(c).and_then(|p| pair(&p)));
    provided.or_else(|| {
        let files = ["etc/os-release", "usr/lib/os-release"].into_iter();
        let mut texts = files.filter_map(|path| text_of(asked.base?, path));
        texts.find_map(|text| {
            let text = String::from_utf8_lossy(&text).into_owned();
            let value = text.lines().find_map(|l| l.strip_prefix("PLATFORM_ID="))?;
            pair(value.trim().trim_matches(['"', '\'']))
        })
    })
}

/// What the newest package that provides `system-release` provides as `base-module(…)`.
fn base_module(catalog: &Catalog) -> Option<String> {
    let release = catalog.find("system-release")?;
    let newest = catalog.providers(release).map(|(p, _)| p).max_by(|a, b| catalog.nevra(*a).cmp(&catalog.nevra(*b)))?;
    let mut names = catalog.deps(newest, Relation::Provides).map(|d| d.name);
    names.find_map(|n| n.strip_prefix("base-module(")?.strip_suffix(')').map(str::to_owned))
}

/// Names and texts of a directory's files that end so.
fn texts(base: &Base, directory: &str, ending: &str) -> BTreeMap<String, String> {
    let Ok(path) = RootPath::new(directory) else { return BTreeMap::new() };
    let names = base.tree.children(&path).map(|(name, _)| String::from_utf8_lossy(name).into_owned());
    let names = names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned()));
    let text = |name: String| {
        let text = text_of(base, &format!("{directory}/{name}{ending}"))?;
        Some((name, String::from_utf8_lossy(&text).into_owned()))
    };
    names.filter_map(text).collect()
}

fn states(base: &Base) -> BTreeMap<String, State> {
    let texts = texts(base, STATES, ".module").into_iter();
    texts.map(|(name, text)| (name.clone(), State::parse(&name, &text))).collect()
}

fn defaults(base: &Base) -> Vec<ModuleDefaults> {
    let texts = texts(base, DEFAULTS, ".yaml").into_values();
    texts.filter_map(|text| Modules::read(text.as_bytes()).ok()).flat_map(|m| m.defaults).collect()
}

/// The streams a lock pins: those enabled once the packages are there.
pub(super) fn locked(choice: &Choice) -> Vec<LockedStream> {
    let enabled = choice.active.iter().filter(|s| s.enabled);
    let stream = |s: &crate::solve::streams::ActiveStream| LockedStream {
        name: s.name.clone(),
        stream: s.stream.clone(),
        version: s.version,
        context: s.context.clone(),
        arch: s.arch.clone(),
        profiles: s.profiles.clone(),
    };
    enabled.map(stream).collect()
}

/// The state files of the streams in a lock that the base does not say already, as dnf leaves them: without them, dnf in a
/// container of the image would fall back to the default streams. (dnf's copies of the streams' metadata,
/// `/var/lib/dnf/modulefailsafe`, are for repositories that vanish later; dnf makes them when it next runs.)
pub(super) fn state_files(base: &Base, streams: &[LockedStream]) -> Vec<LocalFile> {
    let before = states(base);
    let state = |s: &LockedStream| State {
        standing: Standing::Enabled,
        stream: s.stream.clone(),
        profiles: s.profiles.clone(),
    };
    let new = streams.iter().filter(|s| before.get(&s.name) != Some(&state(s)));
    let file = |s: &LockedStream| {
        Some(LocalFile {
            path: RootPath::new(format!("{STATES}/{}.module", s.name)).ok()?,
            kind: LocalKind::File(state(s).render(&s.name).into_bytes()),
            mode: 0o644,
            user: "0".to_owned(),
            group: "0".to_owned(),
        })
    };
    // A name that would lead elsewhere is no module's.
    new.filter(|s| !s.name.contains('/')).filter_map(file).collect()
}
