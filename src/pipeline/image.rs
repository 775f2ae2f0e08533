//! One architecture's image: packages into the base's tree, the recipe's own part, layers, documents.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Error, Session,
    base::{Base, text_of},
    contents::ImageContents,
    database::{self, package_files},
    inputs,
    resolve::by_name,
};
use crate::{
    effects::{Machine, ScriptletReport, Stage, report_scriptlets, transaction_order},
    fetch::Package,
    layers::{self, Layer, Packed},
    lock::{ArchLock, Compression},
    recipe::ArchPlan,
    rootfs::{
        Content, Kind, Metadata, Rootfs,
        install::{Outcome, Policy, Transaction},
    },
    rpmdb::{self, Backend, Change, InstallFacts, Written},
    store::Verified,
    terms::{Epoch, Nevra, RootPath},
};

/// ELF classes rpm installs on all four architectures (`%_transaction_color`).
const COLOR: u32 = 3;

/// What an image is made from, for one architecture.
pub(super) struct Parts<'a> {
    pub plan: &'a ArchPlan,
    pub lock: &'a ArchLock,
    pub base: &'a Base,
    /// In transaction order.
    pub packages: &'a [Verified<Package>],
    pub epoch: Epoch,
    pub directory: &'a std::path::Path,
}

/// A tree with everything in it.
pub(super) struct Installed {
    pub tree: Rootfs,
    pub scriptlets: Vec<ScriptletReport>,
    /// Packages of the image by name, the newest of each.
    pub names: BTreeMap<String, Nevra>,
}

/// Puts packages into the order they are installed in.
pub(super) fn in_order(packages: &[Verified<Package>]) -> Result<Vec<Verified<Package>>, Error> {
    let named: Vec<_> = packages.iter().map(|p| (p.nevra.clone(), p.header().clone())).collect();
    let order = transaction_order(&named).map_err(|source| Error::Header {
        package: named.first().map(|n| n.0.clone()).expect("a header failed"),
        source,
    })?;
    Ok(order.into_iter().map(|i| packages[i].clone()).collect())
}

/// Installs the packages and applies the recipe's own part. Nothing is read but headers and a few files.
pub(super) fn install(session: &Session, parts: &Parts<'_>) -> Result<Installed, Error> {
    let guard = session.stage("install", parts.plan.arch.rpm(), parts.packages.len() as u64);
    let mut tree = parts.base.tree.clone();
    let contents = ImageContents::new(session, parts.base, parts.packages);
    let leaving = leaving(parts);
    let outcome = transact(session, parts, &mut tree, &contents, &leaving)?;
    let names = names(parts, &leaving);
    let mut stage = Stage::new(&mut tree, &contents, machine(parts), parts.epoch);
    stage.add_accounts(&parts.plan.groups, &parts.plan.users)?;
    stage.put_files(inputs::files(parts.plan, parts.directory, &|name| names.get(name).cloned())?)?;
    write_database(parts, &mut tree, &leaving, &outcome)?;
    let mut scriptlets = Vec::new();
    for package in parts.packages {
        let report = report_scriptlets(&package.nevra, package.header());
        scriptlets.extend(report.map_err(|source| Error::Header { package: package.nevra.clone(), source })?);
    }
    drop(guard);
    Ok(Installed { tree, scriptlets, names })
}

/// The machine scriptlets see: the image's architecture, and the kernel it is for.
fn machine(parts: &Parts<'_>) -> Machine {
    Machine { arch: parts.plan.arch, release: format!("5.14.0.{}", parts.plan.arch) }
}

/// Places in the database's list of the packages that go.
fn leaving(parts: &Parts<'_>) -> Vec<usize> {
    let gone: Vec<&Nevra> = parts.lock.packages.iter().flat_map(|p| &p.replaces).chain(&parts.lock.removed).collect();
    let named = parts.base.database.iter().flat_map(|d| d.named());
    named.enumerate().filter(|(_, (_, nevra))| gone.contains(&nevra)).map(|(i, _)| i).collect()
}

fn transact(
    session: &Session,
    parts: &Parts<'_>,
    tree: &mut Rootfs,
    contents: &ImageContents<'_>,
    leaving: &[usize],
) -> Result<Outcome, Error> {
    let named = parts.base.database.iter().flat_map(|d| d.named());
    let installed = named.map(|(p, nevra)| package_files(&p.header, nevra)).collect::<Result<Vec<_>, _>>()?;
    let policy = policy(parts.plan, parts.base);
    let mut transaction = Transaction::begin(tree, contents, &policy, parts.epoch, installed, leaving)?;
    for package in parts.packages {
        transaction.install(package.nevra.clone(), Arc::clone(&package.files))?;
    }
    let outcome = transaction.finish()?;
    for warning in &outcome.warnings {
        session.warn(format!("{}: {warning}", parts.plan.arch));
    }
    Ok(outcome)
}

/// What is left out: the recipe's word, and what the base's own configuration says to leave out.
fn policy(plan: &ArchPlan, base: &Base) -> Policy {
    let dnf = text_of(base, "etc/dnf/dnf.conf").unwrap_or_default();
    let nodocs = String::from_utf8_lossy(&dnf).lines().any(|l| l.trim().starts_with("tsflags") && l.contains("nodocs"));
    let langs = if plan.packages.langs.is_empty() { base_langs(base) } else { Some(plan.packages.langs.clone()) };
    Policy { docs: plan.packages.docs && !nodocs, langs, ..Policy::default() }
}

/// `%_install_langs` of the base's macros.
fn base_langs(base: &Base) -> Option<Vec<String>> {
    let dir = RootPath::new("etc/rpm").expect("a valid path");
    let files = base.tree.below(&dir).filter_map(|(path, _)| super::base::kept_content(&base.tree, &base.kept, path));
    let mut langs = None;
    for bytes in files {
        for line in String::from_utf8_lossy(&bytes).lines() {
            if let Some(value) = line.trim().strip_prefix("%_install_langs") {
                langs = Some(value.trim().split(':').map(str::to_owned).collect());
            }
        }
    }
    langs
}

/// The names of all packages of the image.
fn names(parts: &Parts<'_>, leaving: &[usize]) -> BTreeMap<String, Nevra> {
    let named: Vec<Nevra> = parts.base.database.iter().flat_map(|d| d.named()).map(|(_, n)| n).collect();
    let staying = named.iter().enumerate().filter(|(i, _)| !leaving.contains(i)).map(|(_, n)| n);
    by_name(staying.chain(parts.packages.iter().map(|p| &p.nevra)))
}

/// The package database after the transaction, in place of the base's.
fn write_database(parts: &Parts<'_>, tree: &mut Rootfs, leaving: &[usize], outcome: &Outcome) -> Result<(), Error> {
    let database = parts.base.database.as_ref();
    if parts.packages.is_empty() && leaving.is_empty() && outcome.restated.is_empty() && database.is_some() {
        return Ok(());
    }
    let dir = database.map_or_else(|| database::directory(tree), |d| d.dir.clone());
    let failed = |source| Error::Rpmdb { path: dir.to_string(), image: parts.base.name.clone(), source };
    let named: Vec<_> = database.iter().flat_map(|d| d.named()).collect();
    let mut change = Change::new(parts.plan.arch);
    change.remove = leaving.iter().map(|&i| named[i].0.instance).collect();
    change.rewrite = rewrites(&named, outcome).map_err(failed)?;
    for (package, states) in parts.packages.iter().zip(&outcome.states) {
        let seconds = parts.epoch.seconds();
        let states = states.iter().map(|s| *s as u8).collect();
        let facts = InstallFacts { time: seconds, tid: seconds, color: COLOR, file_states: states };
        change.add.push(rpmdb::installed_header(&package.head, &facts).map_err(failed)?);
    }
    let backend = database.map_or(Backend::Sqlite, |d| d.backend);
    let written = backend.write(database.map(|d| &d.files), &change).map_err(failed)?;
    put_database(tree, &dir, written, parts.epoch)
}

/// Headers of staying packages some of whose files gave way.
fn rewrites(named: &[(&rpmdb::Installed, Nevra)], outcome: &Outcome) -> Result<Vec<(u32, Vec<u8>)>, rpmdb::Error> {
    let mut changed: BTreeMap<usize, Vec<(u32, u8)>> = BTreeMap::new();
    for (package, file, state) in &outcome.restated {
        changed.entry(*package).or_default().push((*file, *state as u8));
    }
    let rewrite = |(package, states): (usize, Vec<(u32, u8)>)| {
        let installed = named[package].0;
        Ok((installed.instance, rpmdb::with_file_states(&installed.header, &states)?))
    };
    changed.into_iter().map(rewrite).collect()
}

/// Writes the files; those that speak of the old database go.
fn put_database(tree: &mut Rootfs, dir: &RootPath, written: Written, epoch: Epoch) -> Result<(), Error> {
    let place = |source| Error::Effect(crate::effects::EffectError::Place { path: dir.clone(), source });
    let time = i64::from(epoch.seconds());
    for (name, bytes) in written.files {
        let path = dir.join(name.as_bytes());
        let mode = tree.get(&path).map_or(0o644, |n| n.metadata.mode);
        tree.parents(&path, &Metadata::of_root(0o755, time), crate::rootfs::Origin::Effect).map_err(place)?;
        tree.insert(
            path,
            crate::rootfs::Node {
                kind: Kind::File { size: bytes.len() as u64, content: Content::Inline(bytes.into()) },
                metadata: Metadata::of_root(mode, time),
                origin: crate::rootfs::Origin::Effect,
            },
        );
    }
    for name in written.remove {
        tree.remove(&dir.join(name.as_bytes()));
    }
    Ok(())
}

/// Packs what the tree has beyond its base.
pub(super) fn pack(
    session: &Session,
    parts: &Parts<'_>,
    tree: &Rootfs,
    compression: Compression,
    done: &(dyn Fn(&Layer) + Sync),
) -> Result<Packed, Error> {
    let names: Vec<&str> = parts.lock.layers.iter().map(String::as_str).collect();
    let layer_of = |nevra: &Nevra| {
        let layer = parts.lock.packages.iter().find(|p| p.nevra == *nevra).map(|p| p.layer.as_str());
        names.iter().position(|n| Some(*n) == layer).unwrap_or(0)
    };
    let of_package: Vec<usize> = parts.packages.iter().map(|p| layer_of(&p.nevra)).collect();
    let plans = layers::plan(&parts.base.tree, tree, &names, &of_package);
    let guard = session.stage("pack", parts.plan.arch.rpm(), plans.iter().map(layers::LayerPlan::weight).sum());
    let contents = ImageContents::new(session, parts.base, parts.packages);
    let settings = layers::Settings { compression, jobs: session.options.jobs.get() };
    let packed = layers::pack(plans, &contents, &session.store, settings, &*session.events, done)?;
    drop(guard);
    Ok(packed)
}
