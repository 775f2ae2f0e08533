//! From text to a lock that refers to nothing it does not hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::terms::{Arch, Digest, Epoch, Nevra};

use super::{
    ArchLock, Compression, Defect, Lock, LockedBase, LockedInput, LockedPackage, LockedRepository, LockedStream,
    Version,
};

/// Read first and alone: a newer format may have keys we don't know.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(rename = "version")]
    _version: Version,
    epoch: Epoch,
    compression: Compression,
    integrity: Digest,
    #[serde(default)]
    inputs: Vec<LockedInput>,
    #[serde(default)]
    arch: BTreeMap<Arch, ArchText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchText {
    recipe: Digest,
    base: Option<LockedBase>,
    count: u64,
    layers: Vec<String>,
    request: Vec<String>,
    missing: Vec<String>,
    removed: Vec<Nevra>,
    #[serde(default)]
    unavailable: Vec<String>,
    #[serde(default)]
    modules: Vec<LockedStream>,
    repositories: Vec<LockedRepository>,
    packages: Vec<LockedPackage>,
}

impl Lock {
    /// Reads the text of a lock and checks that it is whole and as it was written.
    pub fn parse(text: &str) -> Result<Self, Defect> {
        let syntax = |e: toml::de::Error| {
            let (line, column) = position(text, e.span().map_or(0, |s| s.start));
            Defect::Syntax { line, column, message: e.message().trim_end().replace('\n', ", ") }
        };
        let head: Head = toml::from_str(text).map_err(syntax)?;
        let newest = u64::from(Version::NEWEST);
        if head.version > newest {
            return Err(Defect::FromTheFuture { found: head.version, newest });
        }
        let read: Text = toml::from_str(text).map_err(syntax)?;
        if read.arch.is_empty() {
            return Err(Defect::NoArchitecture);
        }
        for (arch, section) in &read.arch {
            check(*arch, section)?;
        }
        let stated = read.integrity;
        let lock = Self::from(read);
        match lock.integrity() {
            found if found == stated => Ok(lock),
            found => Err(Defect::Edited { stated, found }),
        }
    }
}

impl From<Text> for Lock {
    fn from(t: Text) -> Self {
        Self {
            epoch: t.epoch,
            compression: t.compression,
            inputs: t.inputs,
            arches: t.arch.into_iter().map(|(arch, section)| (arch, section.into())).collect(),
        }
    }
}

impl From<ArchText> for ArchLock {
    fn from(t: ArchText) -> Self {
        Self {
            recipe: t.recipe,
            base: t.base,
            request: t.request,
            missing: t.missing,
            layers: t.layers,
            repositories: t.repositories,
            unavailable: t.unavailable,
            modules: t.modules,
            packages: t.packages,
            removed: t.removed,
        }
    }
}

/// Whether a section is whole: as many packages as it says, and nothing named that isn't listed.
fn check(arch: Arch, s: &ArchText) -> Result<(), Defect> {
    let listed = s.packages.len() as u64;
    if listed != s.count {
        return Err(Defect::Count { arch, stated: s.count, listed });
    }
    let repositories = unique(arch, "repository", s.repositories.iter().map(|r| r.id.clone()))?;
    let layers = unique(arch, "layer", s.layers.iter().cloned())?;
    unique(arch, "package", s.packages.iter().map(|p| p.nevra.to_string()))?;
    for p in &s.packages {
        if !repositories.contains(&p.repo) {
            let package = Box::new(p.nevra.clone());
            return Err(Defect::UnknownRepository { arch, package, repository: p.repo.clone() });
        }
        if !layers.contains(&p.layer) {
            let package = Box::new(p.nevra.clone());
            return Err(Defect::UnknownLayer { arch, package, layer: p.layer.clone() });
        }
    }
    Ok(())
}

fn unique(arch: Arch, what: &'static str, names: impl Iterator<Item = String>) -> Result<BTreeSet<String>, Defect> {
    let mut seen = BTreeSet::new();
    for name in names {
        if let Some(name) = seen.replace(name) {
            return Err(Defect::Twice { arch, what, name });
        }
    }
    Ok(seen)
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
