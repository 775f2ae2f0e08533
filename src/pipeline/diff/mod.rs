//! `drydock diff`: two images side by side, each architecture by itself.

mod files;
mod images;
#[cfg(test)]
mod tests;
mod values;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Error, Session,
    base::{self, Base},
    options::{DiffOptions, Section},
    report::{ArchDiff, ChangeKind, DiffReport, DiffSide, Only, PackageDiff},
};
use crate::{
    formats::oci::{CONFIG_LIMIT, ImageConfig, Manifest},
    rpmdb::{self, PackageChange},
    terms::{Arch, Events},
};
use images::Images;

/// Compares what is asked for. Layers are read only for packages and files, and only of images that differ.
pub fn diff(options: &DiffOptions, events: Arc<dyn Events>) -> Result<DiffReport, Error> {
    let session = Session::open(&options.session, events)?;
    let [a, b] = [Images::read(&session, &options.a)?, Images::read(&session, &options.b)?];
    let wants = |section| options.sections.is_empty() || options.sections.contains(&section);
    let index = if wants(Section::Annotations) { values::differences(&a.facts(), &b.facts()) } else { Vec::new() };
    let mut arches = Vec::new();
    for arch in chosen(&a, &b, &options.arches)? {
        arches.push(match (a.by_arch.get(&arch), b.by_arch.get(&arch)) {
            (Some(x), Some(y)) => one(&session, options, arch, (&a, x), (&b, y))?,
            (only, _) => ArchDiff { only_in: Some(only.map_or(Only::B, |_| Only::A)), ..ArchDiff::new(arch) },
        });
    }
    let side = |images: &Images, name: &str| DiffSide {
        image: name.to_owned(),
        digest: images.root.digest().0,
        media_type: images.root.media_type().to_string(),
    };
    Ok(DiffReport {
        equal: index.is_empty() && arches.iter().all(ArchDiff::is_equal),
        a: side(&a, &options.a),
        b: side(&b, &options.b),
        index,
        arches,
    })
}

/// The architectures that one of the images has and that are asked for. Asking for one that none has is a mistake.
fn chosen(a: &Images, b: &Images, asked: &[Arch]) -> Result<Vec<Arch>, Error> {
    let there = |arch: &Arch| a.by_arch.contains_key(arch) || b.by_arch.contains_key(arch);
    if let Some(missing) = asked.iter().find(|arch| !there(arch)) {
        return Err(a.missing(*missing));
    }
    let all: BTreeMap<Arch, ()> = a.by_arch.keys().chain(b.by_arch.keys()).map(|arch| (*arch, ())).collect();
    Ok(all.into_keys().filter(|arch| asked.is_empty() || asked.contains(arch)).collect())
}

/// One architecture of both.
fn one(
    session: &Session,
    options: &DiffOptions,
    arch: Arch,
    (from, x): (&Images, &Manifest),
    (to, y): (&Images, &Manifest),
) -> Result<ArchDiff, Error> {
    let wants = |section| options.sections.is_empty() || options.sections.contains(&section);
    let config = |images: &Images, image: &Manifest| -> Result<ImageConfig, Error> {
        let blob = images.source.blob(session, &image.config)?;
        Ok(ImageConfig::parse(&blob.read(CONFIG_LIMIT)?)?)
    };
    let (a, b) = (config(from, x)?, config(to, y)?);
    let mut found = ArchDiff::new(arch);
    if wants(Section::Config) {
        found.config = Some(values::differences(&a.facts(options.times), &b.facts(options.times)));
    }
    if wants(Section::Annotations) {
        found.annotations = Some(values::differences(&x.annotations, &y.annotations));
    }
    if wants(Section::Layers) {
        found.layers = Some(values::layers((x, &a), (y, &b)));
    }
    let (packages, files) = (wants(Section::Packages), wants(Section::Files));
    // The same layers make the same tree.
    if a.rootfs == b.rootfs {
        found.packages = packages.then(Vec::new);
        found.files = files.then(Vec::new);
    } else if packages || files {
        let (a, b) = both(session, arch, (from, x), (to, y))?;
        found.packages = packages.then(|| compare_packages(&a, &b));
        found.files = if files { Some(files::compare(session, &a, &b, options.times)?) } else { None };
    }
    Ok(found)
}

/// Reads both images, side by side: decompressing is most of the work.
fn both(
    session: &Session,
    arch: Arch,
    (from, x): (&Images, &Manifest),
    (to, y): (&Images, &Manifest),
) -> Result<(Base, Base), Error> {
    // Fetched one after the other: they often have layers in common, and those need to be fetched once.
    for (images, image) in [(from, x), (to, y)] {
        for layer in &image.layers {
            images.source.blob(session, layer)?;
        }
    }
    let read = |images: &Images, image: &Manifest| base::read(session, &images.source, image, arch, None);
    if session.options.jobs.get() == 1 {
        return Ok((read(from, x)?, read(to, y)?));
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(|| read(to, y));
        let this = read(from, x);
        let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((this?, other?))
    })
}

fn compare_packages(a: &Base, b: &Base) -> Vec<PackageDiff> {
    let packages = |base: &Base| base.database.as_ref().map(|d| d.packages.clone()).unwrap_or_default();
    let report = |change| match change {
        PackageChange::Added(package) => PackageDiff { change: ChangeKind::Added, a: None, b: Some(package) },
        PackageChange::Removed(package) => PackageDiff { change: ChangeKind::Removed, a: Some(package), b: None },
        PackageChange::Rebuilt(package) => {
            PackageDiff { change: ChangeKind::Rebuilt, a: Some(package.clone()), b: Some(package) }
        }
        PackageChange::Changed(was, is) => {
            let change = match is.evr.cmp(&was.evr) {
                std::cmp::Ordering::Greater => ChangeKind::Upgraded,
                std::cmp::Ordering::Less => ChangeKind::Downgraded,
                std::cmp::Ordering::Equal => ChangeKind::Changed,
            };
            PackageDiff { change, a: Some(was), b: Some(is) }
        }
    };
    rpmdb::compare(&packages(a), &packages(b)).into_iter().map(report).collect()
}
