//! `drydock cache`: what the store holds, and what of it no lock needs.

use std::collections::BTreeSet;

use super::{
    Error,
    options::CacheOptions,
    report::{CacheKind, CacheReport},
};
use crate::{
    lock::Lock,
    store::{Store, Tally},
    terms::Checksum,
};

/// Counts files and bytes by kind.
pub fn cache_usage(options: &CacheOptions) -> Result<CacheReport, Error> {
    let usage = Store::existing(&options.cache)?.du()?;
    let kinds = [("blobs", usage.blobs), ("partial", usage.partial), ("facts", usage.facts), ("temp", usage.temp)];
    Ok(report(options, &kinds))
}

/// Removes everything no kept lock names.
pub fn cache_collect(options: &CacheOptions) -> Result<CacheReport, Error> {
    let store = Store::existing(&options.cache)?;
    let mut keep = BTreeSet::new();
    for path in &options.keep {
        let lock = Lock::load(path)?;
        for arch in lock.arches.values() {
            keep.extend(arch.packages.iter().map(|p| p.checksum.clone()));
            keep.extend(arch.repositories.iter().map(|r| r.repomd.clone()));
            keep.extend(arch.base.iter().flat_map(|b| [Checksum::from(b.reference), Checksum::from(b.manifest)]));
            keep.extend(arch.base.iter().flat_map(|b| parts(&store, b.manifest)));
        }
    }
    let freed = store.gc(&keep)?;
    Ok(report(options, &[("removed", freed.removed), ("kept", freed.kept)]))
}

/// Config and layers of a manifest that is in the store.
fn parts(store: &Store, manifest: crate::terms::Digest) -> Vec<Checksum> {
    use crate::formats::oci::{MANIFEST_LIMIT, Manifest};
    let bytes = store.blob(&manifest.into()).and_then(|b| b.read(MANIFEST_LIMIT).ok());
    let Some(manifest) = bytes.and_then(|b| Manifest::parse(&b).ok()) else { return Vec::new() };
    manifest.layers.iter().chain([&manifest.config]).map(|d| d.digest.0.into()).collect()
}

fn report(options: &CacheOptions, kinds: &[(&str, Tally)]) -> CacheReport {
    let kind =
        |(kind, tally): &(&str, Tally)| CacheKind { kind: (*kind).to_owned(), files: tally.files, bytes: tally.bytes };
    CacheReport { directory: options.cache.clone(), kinds: kinds.iter().map(kind).collect() }
}
