//! `drydock resolve`: what would dnf install?
//!
//! ```text
//! repositories, base ──ask──▶ Part per architecture ──settle──▶ Resolution
//! a saved problem ────replay──────┘      └──▶ --save-problem
//! ```

mod settle;

use std::{fs::File, path::Path, sync::Arc};

use self::settle::{Part, settle};
use super::{
    Error, Session,
    advisories::{self, Limits as _},
    base::{self, Base},
    modular::{self, Asked},
    options::{Installed, ResolveOptions},
    report::Resolution,
    repositories::{self, Configured},
    resolve::{self as stage, Loads},
    source::ImageSource,
    trusts,
};
use crate::{
    repos::Variables,
    solve::{Problem, Request},
    terms::{Arch, Event, Events},
};

/// Id under which `--installed REPO_URL` is loaded.
const INSTALLED: &str = "@installed";

/// Resolves specs ad hoc, or a saved problem.
pub fn resolve(options: &ResolveOptions, events: Arc<dyn Events>) -> Result<Resolution, Error> {
    if let Some(path) = &options.problem {
        return replay(path, options, &*events);
    }
    Session::run(&options.session, events, |session| asked(session, options))
}

fn asked(session: &Session, options: &ResolveOptions) -> Result<Resolution, Error> {
    let (mut loads, mut parts) = (Vec::new(), Vec::new());
    for &arch in &options.arches {
        let (loaded, part) = part(session, options, arch)?;
        loads.push(loaded);
        parts.push(part);
    }
    let guard = session.stage("resolve", "", 0);
    let live = Some((session, loads.as_slice()));
    let outcome = settle(&mut parts, live, options.same_versions, &options.why);
    drop(guard);
    if let Some(path) = &options.save_problem {
        let parts = parts.into_iter().map(|p| (p.request, p.choice)).collect();
        save(path, &Problem { parts, same_versions: options.same_versions })?;
        session.note(format!("the problem is saved in {}", path.display()));
    }
    finished(outcome, &*session.events)
}

/// Solves a saved problem: no network, no store, no base.
fn replay(path: &Path, options: &ResolveOptions, events: &dyn Events) -> Result<Resolution, Error> {
    let file = File::open(path).map_err(|source| Error::Local { path: path.to_owned(), source })?;
    let problem = Problem::read(file).map_err(|source| Error::Problem { path: path.to_owned(), source })?;
    let same = problem.same_versions || options.same_versions;
    let mut parts: Vec<Part> = problem.parts.into_iter().map(|(request, choice)| Part { request, choice }).collect();
    finished(settle(&mut parts, None, same, &options.why), events)
}

/// Tells what went less than well.
fn finished(outcome: Result<(Resolution, Vec<String>), Error>, events: &dyn Events) -> Result<Resolution, Error> {
    let (resolution, absent) = outcome?;
    for name in absent {
        events.event(Event::Warning { message: format!("no repository has the group package {name}") });
    }
    Ok(resolution)
}

/// Written aside and renamed: a file of that name is a whole problem.
fn save(path: &Path, problem: &Problem) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    problem.write(file.as_file_mut()).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// What is asked for one architecture, and the repositories it is asked of.
fn part<'a>(session: &'a Session, options: &ResolveOptions, arch: Arch) -> Result<(Loads<'a>, Part), Error> {
    let base = match &options.installed {
        Installed::Image(image) => Some(image_base(session, image, arch)?),
        _ => None,
    };
    let releasever = options.releasever.clone().or_else(|| base.as_ref().and_then(repositories::releasever_of));
    let variables = Variables::new(arch, releasever.as_deref());
    let by_url = |(id, url): &(String, String)| repositories::by_url(session, id, url, &variables);
    let mut configured: Vec<Configured> = options.repos.iter().map(by_url).collect::<Result<_, _>>()?;
    configured.extend(repositories::from_files(session, &options.repo_files, &variables, true)?);
    if configured.is_empty() {
        return Err(Error::NoRepositories { arch });
    }
    if let Installed::Repository(url) = &options.installed {
        configured.push(repositories::by_url(session, INSTALLED, url, &variables)?);
    }
    trusts::of_metadata(session, Path::new("."), &mut configured, base.as_ref())?;
    let dormant = repositories::dormant(session, &options.repo_files, &variables);
    let mut loads = stage::load(session, &configured, arch)?.knowing(dormant);
    let mut request = Request::new(arch);
    request.installed = match &base {
        Some(base) => stage::installed(base)?,
        None => loads.take_installed(INSTALLED),
    };
    request.sources = loads.sources();
    request.specs.clone_from(&options.specs);
    request.excludes.clone_from(&options.exclude);
    request.includes.clone_from(&options.include);
    request.best = options.best;
    request.weak = options.weak;
    let asked = Asked { modules: &options.modules, platform: options.platform.as_deref(), base: base.as_ref() };
    let choice = modular::prepare(session, &loads, &mut request, &asked)?;
    request.advised = advisories::packages(session, &loads, &options.advisories.limits(), &choice)?;
    Ok((loads, Part { request, choice }))
}

fn image_base(session: &Session, image: &str, arch: Arch) -> Result<Base, Error> {
    let source = ImageSource::named(image)?;
    let (root, document) = source.root(session)?;
    let index = root.digest().0;
    let (raw, manifest) = base::select(session, &source, root, document, arch)?;
    source.is_taken(session, &[index, raw.digest().0])?;
    base::read(session, &source, &manifest, arch, None)
}
