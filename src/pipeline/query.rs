//! `drydock resolve`: what would dnf install?

use std::sync::Arc;

use super::{
    Error, Session,
    advisories::{self, Limits},
    base::{self, Base},
    modular::{self, Asked},
    options::{Installed, ResolveOptions},
    report::{Resolution, ResolvedAction, ResolvedPackage, ResolvedStream},
    repositories::{self, Configured},
    resolve as stage,
    source::ImageSource,
};
use crate::{
    repos::Variables,
    solve::{self, Action, Change, Reason, Request},
    terms::{Algorithm, Events},
};

/// Id under which `--installed REPO_URL` is loaded.
const INSTALLED: &str = "@installed";

/// Resolves specs ad hoc.
pub fn resolve(options: &ResolveOptions, events: Arc<dyn Events>) -> Result<Resolution, Error> {
    let session = Session::open(&options.session, events)?;
    let base = match &options.installed {
        Installed::Image(image) => Some(image_base(&session, image, options)?),
        _ => None,
    };
    let releasever = options.releasever.clone().or_else(|| base.as_ref().and_then(repositories::releasever_of));
    let variables = Variables::new(options.arch, releasever.as_deref());
    let mut configured: Vec<Configured> =
        options.repos.iter().map(|(id, url)| repositories::by_url(&session, id, url, &variables)).collect();
    configured.extend(repositories::from_files(&session, &options.repo_files, &variables, true)?);
    if configured.is_empty() {
        return Err(Error::NoRepositories { arch: options.arch });
    }
    if let Installed::Repository(url) = &options.installed {
        configured.push(repositories::by_url(&session, INSTALLED, url, &variables));
    }
    super::trusts::of_metadata(&session, std::path::Path::new("."), &mut configured, base.as_ref())?;
    let dormant = repositories::dormant(&session, &options.repo_files, &variables);
    let mut loads = stage::load(&session, &configured, options.arch)?.knowing(dormant);
    let mut request = Request::new(options.arch);
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
    let guard = session.stage("resolve", options.arch.rpm(), 0);
    let asked = Asked { modules: &options.modules, platform: options.platform.as_deref(), base: base.as_ref() };
    let mut choice = modular::prepare(&session, &loads, &mut request, &asked)?;
    request.advised = advisories::packages(&session, &loads, &options.advisories.limits(), &choice)?;
    let solution = loads.solve(&session, &mut request)?;
    for name in &solution.absent {
        session.warn(format!("no repository has the group package {name}"));
    }
    choice.installed(&solution);
    drop(guard);
    let mut packages: Vec<ResolvedPackage> = solution.changes.iter().map(package).collect();
    packages.sort_by(|a, b| a.nevra.cmp(&b.nevra));
    let streams = modular::locked(&choice).into_iter().map(ResolvedStream::from).collect();
    Ok(Resolution { packages, modules: streams })
}

fn image_base(session: &Session, image: &str, options: &ResolveOptions) -> Result<Base, Error> {
    let source = ImageSource::named(image)?;
    let (root, document) = source.root(session)?;
    let (_, manifest) = base::select(session, &source, root, document, options.arch)?;
    base::read(session, &source, &manifest, options.arch, None)
}

fn package(change: &Change) -> ResolvedPackage {
    let sha256 = change.checksum.as_ref().filter(|c| c.algorithm() == Algorithm::Sha256);
    ResolvedPackage {
        nevra: change.nevra.clone(),
        action: match change.action {
            Action::Remove => ResolvedAction::Remove,
            Action::Install => ResolvedAction::Install,
            Action::Upgrade | Action::Downgrade | Action::Reinstall => ResolvedAction::Upgrade,
        },
        repo: change.source.clone().unwrap_or_default(),
        size: change.size,
        sha256: sha256.map(|c| c.hex().to_owned()).unwrap_or_default(),
        reason: reason(&change.reason),
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        solve::Reason::Asked { .. } => "user".to_owned(),
        solve::Reason::Needed { by, requirement } => format!("{by} requires {requirement}"),
        solve::Reason::Weak { by } => format!("{by} recommends it"),
        solve::Reason::Replaces { installed } => format!("in place of {installed}"),
        solve::Reason::Obsoleted { by } => format!("obsoleted by {by}"),
    }
}
