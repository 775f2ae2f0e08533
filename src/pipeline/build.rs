//! `drydock build`: every architecture, one index, all destinations.

use std::sync::Arc;

use super::{
    Error, Session, assemble,
    base::{self, Base},
    checks::Checks,
    contents::{self, Foreseeing},
    downloads,
    image::{self, Parts},
    lock,
    options::{BuildOptions, Destination},
    outcomes, publish,
    report::{ArchReport, BuildReport, LayerReport, Outcome, ScriptletReport, UnknownProgram},
    repositories, transaction,
    trusts::Trusts,
};
use crate::{
    effects,
    fetch::{self, Package, Room},
    layers::Layer,
    lock::{ArchLock, Lock},
    recipe::ArchPlan,
    store::{Blob, Verified},
    terms::{Arch, Epoch, Events},
};

/// Builds a recipe's images and publishes their index.
pub fn build(options: &BuildOptions, events: Arc<dyn Events>) -> Result<BuildReport, Error> {
    Session::run(&options.session, events, |session| built(session, options))
}

fn built(session: &Session, options: &BuildOptions) -> Result<BuildReport, Error> {
    let plans = repositories::plans(&options.recipe)?;
    let destinations = publish::Destinations::check(session, &options.destinations, &plans)?;
    if options.if_missing
        && let Some(digest) = destinations.already_there(session)?
    {
        return Ok(BuildReport { digest: Some(digest), already_there: true, ..BuildReport::default() });
    }
    let lock = lock::for_build(session, &options.recipe, &plans, &options.lock, options.locked, options.compression)?;
    let epoch = options.session.epoch.unwrap_or(lock.epoch);
    let mut build = Build { session, options, lock: &lock, epoch, sent: 0 };
    let (mut images, mut arches) = (Vec::new(), Vec::new());
    for plan in &plans {
        let (image, report) = build.one(plan, &destinations)?;
        images.push(image);
        arches.push(report);
    }
    let publication = assemble::index(images, &plans, &lock, epoch);
    let digest = publication.index.digest().0;
    let published = destinations.publish(session, &publication, build.sent)?;
    Ok(BuildReport {
        digest: Some(digest),
        epoch,
        already_there: false,
        lock: Some(options.lock.clone()),
        unsigned_allowed: options.session.no_gpgcheck,
        scriptlets_skipped: !options.scriptlets,
        arches,
        published,
    })
}

struct Build<'a> {
    session: &'a Session,
    options: &'a BuildOptions,
    lock: &'a Lock,
    epoch: Epoch,
    /// Bytes of layers sent while others were packed.
    sent: u64,
}

impl Build<'_> {
    fn one(
        &mut self,
        plan: &ArchPlan,
        destinations: &publish::Destinations,
    ) -> Result<(assemble::Image, ArchReport), Error> {
        let lock = &self.lock.arches[&plan.arch];
        let base = base::open(self.session, &plan.base, plan.arch)?;
        let room = Room::of(contents::KEPT_PAYLOADS);
        let (packages, cached) = self.packages(plan, lock, &base, &room)?;
        let packages = transaction::in_order(lock, &base, &packages)?;
        let directory = self.options.recipe.recipe.directory();
        let parts = Parts {
            plan,
            lock,
            base: &base,
            packages: &packages,
            epoch: self.epoch,
            room: &room,
            scriptlets: self.options.scriptlets,
            directory,
        };
        let installed = image::install(self.session, &parts)?;
        self.judge(plan.arch, &installed.scriptlets)?;
        let ahead = destinations.ahead(self.session);
        let packed =
            image::pack(self.session, &parts, &installed.tree, self.lock.compression, &|layer| ahead.layer(layer))?;
        self.sent += ahead.finish(self.session)?;
        let scriptlets: Vec<_> = installed.scriptlets.into_iter().map(scriptlet).collect();
        let said = outcomes::annotation(&scriptlets, !self.options.scriptlets);
        let image = assemble::image(self.session, plan, &base, &packed.layers, &installed.names, said, self.epoch)?;
        let report = ArchReport {
            arch: plan.arch,
            manifest: image.manifest.digest().0,
            base: base.name.clone(),
            base_packages: base.database.iter().flat_map(|d| d.named()).count() as u64,
            packages: packages.len() as u64,
            package_bytes: lock.download_size(),
            cached_bytes: cached,
            missing: lock.missing.clone(),
            layers: packed.layers.iter().map(|l| layer_report(l, lock)).collect(),
            scriptlets,
        };
        Ok((image, report))
    }

    /// Says which scriptlets did not do all they were to do; where that is not to be, ends the build.
    fn judge(&self, arch: Arch, scriptlets: &[effects::ScriptletReport]) -> Result<(), Error> {
        let complaints: Vec<String> = scriptlets.iter().filter_map(transaction::complaint).collect();
        if self.options.strict_scriptlets && !complaints.is_empty() {
            return Err(Error::Scriptlets { arch, complaints });
        }
        for complaint in complaints {
            self.session.warn(format!("{arch}: {complaint}"));
        }
        Ok(())
    }

    /// The lock's packages, downloaded and checked, and looked at as they come; and how many bytes of them were there.
    fn packages(
        &self,
        plan: &ArchPlan,
        lock: &ArchLock,
        base: &Base,
        room: &Room,
    ) -> Result<(Vec<Verified<Package>>, u64), Error> {
        // Nobody looks at a repository that was not there when the lock was made.
        let mut looked = plan.clone();
        looked.repos.retain(|r| !lock.unavailable.contains(&r.id));
        let configured = repositories::configure(self.session, &self.options.recipe, &looked, base)?;
        let trusts = Trusts::gather(self.session, Some(&self.options.recipe), &configured, base)?;
        // What nobody could check is not downloaded.
        lock.packages.iter().try_for_each(|package| trusts.of(&package.repo).map(drop))?;
        let guard = self.session.stage("fetch", plan.arch.rpm(), lock.download_size());
        let wanted = downloads::of(self.session, lock, &configured)?;
        let checks = Checks::of(self.session, &trusts, &lock.packages);
        let foreseeing = Foreseeing {
            store: &self.session.store,
            room,
            jobs: self.session.options.jobs.get(),
            base,
            scriptlets: self.options.scriptlets,
        };
        let (_, cached) = foreseeing.while_coming(checks.len(), &|place| checks.run(place), |arrive| {
            let arrived = |place: usize, blob: &Verified<Blob>| {
                checks.arrived(place, blob.clone());
                arrive(place);
            };
            let (client, events) = (&self.session.client, Arc::clone(&self.session.events));
            self.session.wait(fetch::download(client, &self.session.store, wanted, events, &arrived))
        })?;
        let verified = checks.finish()?;
        drop(guard);
        Ok((verified, cached))
    }
}

fn layer_report(layer: &Layer, lock: &ArchLock) -> LayerReport {
    LayerReport {
        name: layer.name.clone(),
        packages: lock.packages.iter().filter(|p| p.layer == layer.name).count() as u64,
        entries: layer.entries,
        size: layer.blob.size(),
        unpacked: layer.tar_size,
        digest: layer.digest,
        diff_id: layer.diff_id,
    }
}

fn scriptlet(report: effects::ScriptletReport) -> ScriptletReport {
    let (outcome, why) = match report.outcome {
        effects::Outcome::Applied => (Outcome::Applied, String::new()),
        effects::Outcome::NotNeeded { why } => (Outcome::NotNeeded, why),
        effects::Outcome::NotRun { why } => (Outcome::NotRun, why),
        effects::Outcome::Failed { status, output } if output.is_empty() => {
            (Outcome::Failed, format!("exit status {status}"))
        }
        effects::Outcome::Failed { status, output } => (Outcome::Failed, format!("exit status {status}: {output}")),
        effects::Outcome::Stopped { why } => (Outcome::Stopped, why),
    };
    ScriptletReport {
        package: report.package,
        kind: report.scriptlet.to_owned(),
        program: report.program,
        runs: report.runs,
        outcome,
        why,
        line: report.line,
        unknown: report.unknown.into_iter().map(|u| UnknownProgram { program: u.program, line: u.line }).collect(),
    }
}

/// The places a build's options name, for callers that want to know before they start.
pub(super) fn wants_tags(destinations: &[Destination]) -> bool {
    destinations.contains(&Destination::Tags)
}
