//! From a plan to the packages that answer it.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Error, Session,
    advisories::{self, Limits},
    base::Base,
    compiler, installed,
    modular::{self, Asked},
    repositories::Configured,
    through::Through,
    trusts::Trusts,
};
use crate::{
    fetch::{self, Download, Package},
    formats::repodata::Catalog,
    recipe::ArchPlan,
    repos::{self, Loaded, RepoConfig, Repository},
    solve::{self, Change, Installed, Request, Solution, Source, streams::Choice},
    store::Verified,
    terms::{Arch, Class, Fault, Nevra, chain},
};

/// Rounds of file lookups: each answers all paths the sources mention, so two are enough for anything sound.
const LOOKUPS: usize = 4;

/// How long repositories may take that are only to explain a failure.
const PATIENCE: Duration = Duration::from_secs(15);

/// Loaded repositories of one architecture.
pub(super) struct Loads<'a> {
    pub through: Through<'a>,
    pub repositories: Vec<Repository>,
    /// The repository whose packages count as installed, for its file lists.
    installed: Option<Repository>,
    /// Repositories found to be incomplete later on, and done without.
    lost: RefCell<Vec<String>>,
    /// Repositories that are known and not enabled: looked into where a request fails, to say what they have.
    dormant: Vec<RepoConfig>,
}

/// Loads repositories; those that may be missing and are, are told of.
pub(super) fn load<'a>(session: &'a Session, configured: &[Configured], arch: Arch) -> Result<Loads<'a>, Error> {
    let guard = session.stage("repos", arch.rpm(), configured.len() as u64);
    let through = Through::new(session, configured);
    let configs: Vec<_> = configured.iter().map(|c| c.config.clone()).collect();
    let mut repositories = Vec::new();
    for loaded in session.wait(repos::load(&through, &configs))? {
        match loaded {
            Loaded::Ready(repository) => match whole(session, &through, &repository) {
                Ok(()) => repositories.push(*repository),
                Err(error) => left_out(session, &repository.config.id, arch, &error),
            },
            Loaded::Skipped { id, error } => left_out(session, &id, arch, &error),
        }
    }
    drop(guard);
    Ok(Loads { through, repositories, installed: None, lost: RefCell::default(), dormant: Vec::new() })
}

/// Whether a repository that may be skipped has all that dnf would fetch of it; of others, what is needed will show.
fn whole(session: &Session, through: &Through<'_>, repository: &Repository) -> Result<(), repos::Error> {
    match repository.config.skip_if_unavailable {
        true => session.wait(repository.is_whole(through)),
        false => Ok(()),
    }
}

fn left_out(session: &Session, id: &str, arch: Arch, error: &repos::Error) {
    session.warn(format!("repository {id} is left out for {arch}: {}", chain(error).join(": ")));
}

impl Loads<'_> {
    /// The repositories that were there to the end.
    pub(super) fn used(&self) -> impl Iterator<Item = &Repository> {
        self.repositories.iter().filter(|r| !self.lost.borrow().contains(&r.config.id))
    }

    /// Takes note of repositories that are not enabled.
    pub(super) fn knowing(mut self, dormant: Vec<Configured>) -> Self {
        for Configured { config, identity, .. } in dormant {
            self.through.identities.entry(config.id.clone()).or_insert(identity);
            self.dormant.push(RepoConfig { skip_if_unavailable: true, ..config });
        }
        self
    }

    /// The same failure with what repositories have that are not enabled: they may be the answer.
    fn enlarged(&self, session: &Session, request: &mut Request, error: solve::Error) -> solve::Error {
        let lacks = matches!(error, solve::Error::Unsatisfiable(_) | solve::Error::NoMatch { .. });
        if !lacks || self.dormant.is_empty() {
            return error;
        }
        let load = repos::load(&self.through, &self.dormant);
        let loaded = session.wait(async { tokio::time::timeout(PATIENCE, load).await });
        let Ok(Ok(loaded)) = loaded else { return error };
        let mut larger = request.clone();
        larger.sources.extend(loaded.into_iter().filter_map(|l| match l {
            Loaded::Ready(r) => {
                Some(Source { standing: solve::Standing::Disabled, ..Source::new(r.config.id, r.catalog) })
            }
            Loaded::Skipped { .. } => None,
        }));
        match solve::solve(&larger) {
            Err(found @ (solve::Error::Unsatisfiable(_) | solve::Error::NoMatch { .. })) => {
                *request = larger;
                found
            }
            _ => error,
        }
    }

    /// The sources a request starts with.
    pub(super) fn sources(&self) -> Vec<Source> {
        let source = |r: &Repository| Source {
            priority: r.config.priority,
            cost: r.config.cost,
            excludes: r.config.excludepkgs.clone(),
            includes: r.config.includepkgs.clone(),
            hotfixes: r.config.module_hotfixes,
            ..Source::new(r.config.id.clone(), Arc::clone(&r.catalog))
        };
        self.repositories.iter().map(source).collect()
    }

    /// Takes a repository out whose packages count as installed.
    pub(super) fn take_installed(&mut self, id: &str) -> Option<Installed> {
        let at = self.repositories.iter().position(|r| r.config.id == id)?;
        let repository = self.repositories.remove(at);
        let installed = Installed::from_repository(Arc::clone(&repository.catalog));
        self.installed = Some(repository);
        Some(installed)
    }

    /// Solves, looking up file lists where the request needs them.
    pub(super) fn solve(&self, session: &Session, request: &mut Request) -> Result<Solution, Error> {
        self.answered(session, request, &solve::solve)
    }

    /// Asks the resolver, looking up file lists where that needs them. Where it fails, the request has what repositories
    /// have that are not enabled.
    pub(super) fn answered<T>(
        &self,
        session: &Session,
        request: &mut Request,
        ask: &dyn Fn(&Request) -> Result<T, solve::Error>,
    ) -> Result<T, Error> {
        for _ in 0..LOOKUPS {
            match ask(request) {
                Err(solve::Error::NeedsFileLists { paths }) => {
                    for (repository, source) in self.repositories.iter().zip(&mut request.sources) {
                        match session.wait(repository.owners(&self.through, &paths)) {
                            Ok(owners) => source.answer(&paths, &owners),
                            // They were there and cannot be read: dnf, which reads them first, would not have begun with it.
                            Err(e) if repository.config.skip_if_unavailable && e.class() != Class::Internal => {
                                left_out(session, &source.id, request.arch, &e);
                                self.lost.borrow_mut().push(source.id.clone());
                                source.catalog = Arc::new(Catalog::builder().finish());
                            }
                            Err(e) => return Err(e.into()),
                        }
                    }
                    if let (Some(repository), Some(installed)) = (&self.installed, &mut request.installed) {
                        let owners = session.wait(repository.owners(&self.through, &paths))?;
                        installed.answer(&paths, &owners);
                    }
                }
                outcome => return outcome.map_err(|e| self.enlarged(session, request, e).into()),
            }
        }
        Ok(ask(request)?)
    }

    /// A chosen package as a download; none where it comes from no repository.
    ///
    /// # Errors
    /// Its metadata places it outside of its repository.
    pub(super) fn download(&self, change: &Change) -> Result<Option<Download>, Error> {
        let repository = self.repositories.iter().find(|r| Some(&r.config.id) == change.source.as_ref());
        let (Some(repository), Some(checksum)) = (repository, &change.checksum) else { return Ok(None) };
        Ok(Some(Download {
            nevra: change.nevra.clone(),
            urls: repository.package_urls(change.base.as_deref(), &change.location)?,
            identity: self.through.identities.get(&repository.config.id).cloned().unwrap_or_default(),
            checksum: checksum.clone(),
            size: change.size,
        }))
    }
}

/// What the base has installed, as the resolver takes it.
pub(super) fn installed(base: &Base) -> Result<Option<Installed>, Error> {
    let Some(database) = &base.database else { return Ok(None) };
    Ok(Some(Installed::from_rpmdb(Arc::new(installed::catalog(database.named())?))))
}

/// What a plan asks, and the streams chosen for it.
pub(super) fn request(
    session: &Session,
    plan: &ArchPlan,
    base: &Base,
    loads: &Loads<'_>,
) -> Result<(Request, Choice), Error> {
    let mut request = Request::new(plan.arch);
    request.installed = installed(base)?;
    request.sources = loads.sources();
    request.specs.clone_from(&plan.packages.install);
    request.try_specs.clone_from(&plan.packages.r#try);
    request.excludes.clone_from(&plan.packages.exclude);
    request.includes.clone_from(&plan.packages.include);
    request.best = plan.packages.best;
    request.weak = plan.packages.weak;
    let packages = &plan.packages;
    let asked = Asked { modules: &packages.modules, platform: packages.platform.as_deref(), base: Some(base) };
    let choice = modular::prepare(session, loads, &mut request, &asked)?;
    request.advised = advisories::packages(session, loads, &packages.advisories.limits(), &choice)?;
    Ok((request, choice))
}

/// Solves a plan's request: its specs, and the compiler at the version that built its kernel, which is looked up on the way.
pub(super) fn solve(
    session: &Session,
    plan: &ArchPlan,
    loads: &Loads<'_>,
    trusts: &Trusts,
    mut request: Request,
) -> Result<Solution, Error> {
    let compilers = &plan.packages.compiler_of_kernel;
    let Some((first, others)) = compilers.split_first() else {
        return loads.solve(session, &mut request);
    };
    // The best compiler first: mostly it is the kernel's, and then the kernel package need not be looked into twice.
    request.specs.push(first.clone());
    request.try_specs.extend(others.iter().cloned());
    let solution = loads.solve(session, &mut request)?;
    let Some(version) = kernel_compiler(session, plan.arch, &solution, loads, trusts)? else { return Ok(solution) };
    let chosen =
        |name: &str| solution.changes.iter().find(|c| c.nevra.name == *name).map(|c| c.nevra.evr.version.as_str());
    if chosen(first).is_none_or(|v| v == version) {
        return Ok(solution);
    }
    let pinned = |name: &String| format!("{name}-{version}");
    let mut exact = request.clone();
    let rename =
        |specs: &mut Vec<String>| specs.iter_mut().filter(|s| compilers.contains(s)).for_each(|s| *s = pinned(s));
    rename(&mut exact.specs);
    rename(&mut exact.try_specs);
    match loads.solve(session, &mut exact) {
        // No repository has the kernel's own compiler: the best one builds modules too, so it stays, and is told of.
        Err(Error::Solve(solve::Error::NoMatch { .. })) => {
            session.warn(format!(
                "{}: no repository has {}, with which the kernel was built; taking {}",
                plan.arch,
                pinned(first),
                chosen(first).unwrap_or("the best")
            ));
            Ok(solution)
        }
        other => other,
    }
}

/// The version of gcc that built the kernel of the solution, out of the kernel package's own configuration.
fn kernel_compiler(
    session: &Session,
    arch: Arch,
    solution: &Solution,
    loads: &Loads<'_>,
    trusts: &Trusts,
) -> Result<Option<String>, Error> {
    let Some(kernel) = solution.changes.iter().find(|c| c.nevra.name == "kernel-core" && c.source.is_some()) else {
        return Ok(None);
    };
    let package = one_package(session, kernel, loads, trusts)?;
    let kver = kernel.nevra.kver();
    let version = compiler::version(&package, &kver)
        .map_err(|source| Error::Pack(crate::layers::PackError::Read { what: kernel.nevra.to_string(), source }))?;
    if version.is_none() {
        session.note(format!("{arch}: {} does not say which gcc built it; taking the best", kernel.nevra));
    }
    Ok(version)
}

/// Fetches and checks a single package of a solution.
fn one_package(
    session: &Session,
    change: &Change,
    loads: &Loads<'_>,
    trusts: &Trusts,
) -> Result<Verified<Package>, Error> {
    let wanted: Vec<_> = loads.download(change)?.into_iter().collect();
    let (blobs, _) = session.wait(fetch::download(
        &session.client,
        &session.store,
        wanted,
        Arc::clone(&session.events),
        &|_, _| {},
    ))?;
    let blob = blobs.into_iter().next().ok_or(fetch::FetchError::Stopped)?;
    let trust = trusts.of(change.source.as_deref().unwrap_or_default())?;
    let doubt = |source| fetch::FetchError::Doubt { package: change.nevra.clone(), source: Box::new(source) };
    Ok(fetch::verify(&session.store, &change.nevra, blob, trust).map_err(doubt)?)
}

/// Names to full names of what the image will hold: the base's packages and the solution's, the newest of each name.
pub(super) fn by_name<'a>(names: impl Iterator<Item = &'a Nevra>) -> BTreeMap<String, Nevra> {
    let mut out: BTreeMap<String, Nevra> = BTreeMap::new();
    for nevra in names {
        match out.get(&nevra.name) {
            Some(known) if known.evr >= nevra.evr => {}
            _ => drop(out.insert(nevra.name.clone(), nevra.clone())),
        }
    }
    out
}
