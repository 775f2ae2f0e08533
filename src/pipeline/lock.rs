//! `drydock lock`: from a recipe to a promise.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    Error, Session,
    base::{self, Base},
    inputs, modular,
    options::{LockOptions, RecipeOptions},
    report::{LockReport, LockedArch},
    repositories,
    resolve::{self, Loads},
    trusts::Trusts,
    wanted::wanted,
};
use crate::{
    lock::{Action, ArchLock, Compression, Lock, LockedPackage, LockedRepository},
    recipe::{ArchPlan, Layering},
    solve::{self, Apart, Pins, Request, Solution, streams::Choice},
    terms::{Class, Epoch, Events, Fault as _, stripped},
};

/// Resolves a recipe and writes the lock file.
pub fn lock(options: &LockOptions, events: Arc<dyn Events>) -> Result<LockReport, Error> {
    Session::run(&options.session, events, |session| locked(session, options))
}

fn locked(session: &Session, options: &LockOptions) -> Result<LockReport, Error> {
    let plans = repositories::plans(&options.recipe)?;
    let compression = options.compression.or_else(|| Lock::load(&options.lock).ok().map(|l| l.compression));
    let lock = make(session, &options.recipe, &plans, compression.unwrap_or_default())?;
    let before = std::fs::read_to_string(&options.lock).ok();
    let changed = before.as_deref() != Some(&lock.render());
    if changed {
        lock.save(&options.lock)?;
    }
    Ok(LockReport { path: options.lock.clone(), changed, arches: figures(&lock), differences: differences(&lock) })
}

fn figures(lock: &Lock) -> BTreeMap<crate::terms::Arch, LockedArch> {
    let arch = |a: &ArchLock| LockedArch {
        packages: a.packages.len() as u64,
        package_bytes: a.download_size(),
        missing: a.missing.clone(),
    };
    lock.arches.iter().map(|(k, v)| (*k, arch(v))).collect()
}

/// Resolves every architecture.
pub(super) fn make(
    session: &Session,
    recipe: &RecipeOptions,
    plans: &[ArchPlan],
    compression: Compression,
) -> Result<Lock, Error> {
    let mut lock = Lock { compression, inputs: inputs::digests(plans, recipe.recipe.directory())?, ..Lock::default() };
    if plans.len() > 1 && plans.iter().all(|p| p.packages.same_versions) {
        // All architectures have a say in each other's versions: all are in memory.
        let parts: Vec<Part<'_>> = plans.iter().map(|p| Part::open(session, recipe, p)).collect::<Result<_, _>>()?;
        for (part, solution) in parts.iter().zip(agreed(session, &parts)?) {
            part.finish(session, &solution, &mut lock)?;
        }
    } else {
        for plan in plans {
            let part = Part::open(session, recipe, plan)?;
            let solution = part.solve(session, &Pins::new())?;
            part.finish(session, &solution, &mut lock)?;
        }
    }
    // What was written is what is built from: order and credentials put right.
    Ok(lock.canonical())
}

/// One architecture's way to its lock.
struct Part<'a> {
    plan: &'a ArchPlan,
    base: Base,
    trusts: Trusts,
    loads: Loads<'a>,
    request: Request,
    choice: Choice,
}

impl<'a> Part<'a> {
    fn open(session: &'a Session, recipe: &RecipeOptions, plan: &'a ArchPlan) -> Result<Self, Error> {
        let base = base::open(session, &plan.base, plan.arch)?;
        let mut configured = repositories::configure(session, recipe, plan, &base)?;
        let dormant = repositories::dormant_of(session, recipe, plan, &base);
        let loads = resolve::load(session, &configured, plan.arch)?.knowing(dormant);
        // Nobody asks for the keys of a repository that is not there.
        configured.retain(|c| loads.used().any(|r| r.config.id == c.config.id));
        let trusts = Trusts::gather(session, Some(recipe), &configured, &base)?;
        let (request, choice) = resolve::request(session, plan, &base, &loads)?;
        Ok(Self { plan, base, trusts, loads, request, choice })
    }

    fn solve(&self, session: &Session, pins: &Pins) -> Result<Solution, Error> {
        let _guard = session.stage("resolve", self.plan.arch.rpm(), 0);
        let request = Request { pins: pins.clone(), ..self.request.clone() };
        resolve::solve(session, self.plan, &self.loads, &self.trusts, request)
    }

    fn finish(&self, session: &Session, solution: &Solution, lock: &mut Lock) -> Result<(), Error> {
        for name in &solution.absent {
            session.warn(format!("{}: no repository has the group package {name}", self.plan.arch));
        }
        let mut choice = self.choice.clone();
        choice.installed(solution);
        let newest = solution.changes.iter().map(|c| c.build_time).max().unwrap_or_default();
        lock.epoch = lock.epoch.max(self.base.epoch()).max(Epoch::new(newest));
        let modules = modular::locked(&choice);
        // Where a package is must be fit to be written down.
        solution.changes.iter().try_for_each(|change| self.loads.download(change).map(drop))?;
        let locked = arch_lock(self.plan, &self.base, &self.loads, &self.trusts, solution);
        lock.arches.insert(self.plan.arch, ArchLock { modules, ..locked });
        Ok(())
    }
}

/// Solutions with the same versions wherever that can be had; where it cannot, that is told.
fn agreed(session: &Session, parts: &[Part<'_>]) -> Result<Vec<Solution>, Error> {
    let first = parts.iter().map(|p| p.solve(session, &Pins::new())).collect::<Result<_, _>>()?;
    let requests: Vec<Request> = parts.iter().map(|p| p.request.clone()).collect();
    let mut solve = |i: usize, pins: &Pins| parts[i].solve(session, pins);
    let agreed = solve::agree(&requests, first, &mut solve, &|e: &Error| e.class() == Class::Unsatisfiable)?;
    for refused in &agreed.refused {
        let why = if refused.exists { "a common one does not fit the rest" } else { "there is no common one" };
        session.warn(format!("{}: versions differ between architectures: {why}", refused.name));
    }
    Ok(agreed.solutions)
}

/// Packages of a lock whose versions differ between its architectures.
fn differences(lock: &Lock) -> Vec<Apart> {
    let packages = lock.arches.iter().flat_map(|(arch, a)| a.packages.iter().map(|p| (*arch, &p.nevra)));
    solve::apart(packages.map(|(arch, nevra)| (arch, nevra.name.as_str(), &nevra.evr)))
}

fn arch_lock(plan: &ArchPlan, base: &Base, loads: &Loads<'_>, trusts: &Trusts, solution: &Solution) -> ArchLock {
    let layering = Layering::new(&plan.layers);
    let package = |change: &solve::Change| {
        Some(LockedPackage {
            nevra: change.nevra.clone(),
            action: if change.replaces.is_empty() { Action::Install } else { Action::Upgrade },
            replaces: change.replaces.clone(),
            repo: change.source.clone()?,
            location: match &change.base {
                Some(base) => format!("{}/{}", base.trim_end_matches('/'), change.location),
                None => change.location.clone(),
            },
            size: change.size,
            checksum: change.checksum.clone()?,
            layer: plan.layers[layering.layer_of(&change.nevra.name)].name.clone(),
            key: None,
        })
    };
    let used = |id: &String| loads.used().any(|r| r.config.id == *id);
    let replaced = |nevra| solution.changes.iter().any(|c| c.replaces.contains(nevra));
    let removed = solution.changes.iter().filter(|c| c.action == solve::Action::Remove && !replaced(&c.nevra));
    ArchLock {
        recipe: plan.digest(),
        base: base.locked.clone(),
        request: plan.packages.request(),
        missing: solution.missing.clone(),
        layers: plan.layers.iter().map(|l| l.name.clone()).collect(),
        repositories: loads.used().map(|r| repository(r, trusts)).collect(),
        unavailable: plan.repos.iter().map(|r| r.id.clone()).filter(|id| !used(id)).collect(),
        modules: Vec::new(),
        packages: solution.changes.iter().filter_map(package).collect(),
        removed: removed.map(|c| c.nevra.clone()).collect(),
    }
}

fn repository(repository: &crate::repos::Repository, trusts: &Trusts) -> LockedRepository {
    let config = &repository.config;
    LockedRepository {
        id: config.id.clone(),
        baseurl: config.baseurls.first().map(|url| stripped(url)).unwrap_or_default(),
        mirrorlist: config.mirrorlist.as_deref().filter(|_| config.metalink.is_none()).map(stripped),
        metalink: config.metalink.as_deref().map(stripped),
        repomd: repository.repomd_digest.into(),
        priority: (config.priority != 99).then_some(config.priority),
        keys: trusts.fingerprints(&config.id),
    }
}

/// The lock a build goes by: the file's if it answers the recipe, else a new one, which is written unless `locked`.
pub(super) fn for_build(
    session: &Session,
    recipe: &RecipeOptions,
    plans: &[ArchPlan],
    path: &Path,
    locked: bool,
    compression: Option<Compression>,
) -> Result<Lock, Error> {
    let asked = wanted(plans, inputs::digests(plans, recipe.recipe.directory())?, compression);
    if locked {
        let lock = Lock::load(path)?;
        lock.require(&asked, path)?;
        return Ok(lock);
    }
    if path.exists() {
        // An unreadable lock stops the build: it may be newer than this drydock, or half a merge.
        let lock = Lock::load(path)?;
        match lock.satisfies(&asked) {
            Ok(()) => return Ok(lock),
            Err(stale) => session.note(format!(
                "{} is out of date ({}), locking anew",
                path.display(),
                stale.first().map(ToString::to_string).unwrap_or_default()
            )),
        }
    }
    let lock = make(session, recipe, plans, compression.unwrap_or_default())?;
    lock.save(path)?;
    Ok(lock)
}
