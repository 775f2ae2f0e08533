//! One architecture's image: packages into the base's tree, the recipe's own part, layers, documents.

use std::collections::BTreeMap;

use super::{
    Error, Session, base::Base, contents::ImageContents, database, inputs, modular, resolve::by_name, transaction,
};
use crate::{
    effects::{ScriptletReport, Stage},
    fetch::{Package, Room},
    layers::{self, Layer, Packed},
    lock::{ArchLock, Compression},
    recipe::ArchPlan,
    rootfs::{Content, Kind, Metadata, Rootfs, install::Outcome},
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
    /// For payloads that are decoded.
    pub room: &'a Room,
    /// Whether scriptlets run.
    pub scriptlets: bool,
    pub directory: &'a std::path::Path,
}

/// A tree with everything in it.
pub(super) struct Installed {
    pub tree: Rootfs,
    pub scriptlets: Vec<ScriptletReport>,
    /// Packages of the image by name, the newest of each.
    pub names: BTreeMap<String, Nevra>,
}

/// Installs the packages and applies the recipe's own part. Nothing is read but headers and a few files.
pub(super) fn install(session: &Session, parts: &Parts<'_>) -> Result<Installed, Error> {
    let guard = session.stage("install", parts.plan.arch.rpm(), parts.packages.len() as u64);
    let mut tree = parts.base.tree.clone();
    let contents = ImageContents::new(session, parts.base, parts.packages, parts.room);
    let leaving = transaction::leaving(parts)?;
    let done = transaction::run(session, parts, &mut tree, &contents, &leaving)?;
    let names = names(parts, &leaving);
    let mut stage = Stage::new(&mut tree, &contents, transaction::machine(parts), parts.epoch);
    stage.add_accounts(&parts.plan.groups, &parts.plan.users)?;
    stage.put_files(modular::state_files(parts.base, &parts.lock.modules))?;
    stage.put_files(inputs::files(parts.plan, parts.directory, &|name| names.get(name).cloned())?)?;
    write_database(parts, &mut tree, &leaving, &done.files)?;
    let scriptlets = done.scriptlets;
    drop(guard);
    Ok(Installed { tree, scriptlets, names })
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
    let contents = ImageContents::new(session, parts.base, parts.packages, parts.room);
    let settings = layers::Settings { compression, jobs: session.options.jobs.get() };
    let packed = layers::pack(plans, &contents, &session.store, settings, &*session.events, done)?;
    drop(guard);
    Ok(packed)
}
