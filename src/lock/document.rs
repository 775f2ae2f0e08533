//! The lock as values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::terms::{Arch, Checksum, Digest, Epoch, Nevra};

use super::Compression;

/// Versions of the format, oldest first. A new one is due whenever an old reader would build something else from the
/// same text: also when only the bytes that layers are packed into change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
#[non_exhaustive]
pub enum Version {
    /// 2026: the first.
    V1 = 1,
    /// With module streams. Locks without stay in the first.
    V2 = 2,
    /// With repositories by mirror list or metalink, or left out because they were not there. Locks without stay below.
    V3 = 3,
}

/// A version number that no reader here knows.
#[derive(Debug, thiserror::Error)]
#[error("lock format {0} is unknown")]
pub struct UnknownVersion(pub u64);

impl Version {
    /// What this drydock writes.
    pub const NEWEST: Self = Self::V3;
}

impl From<Version> for u64 {
    fn from(v: Version) -> Self {
        v as Self
    }
}

impl TryFrom<u64> for Version {
    type Error = UnknownVersion;

    fn try_from(number: u64) -> Result<Self, UnknownVersion> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            3 => Ok(Self::V3),
            n => Err(UnknownVersion(n)),
        }
    }
}

/// Everything that decides the output. Plain data: order and credentials are put right when it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The one moment the build knows: the newest build time among all architectures' bases and packages.
    pub epoch: Epoch,
    /// How new layers are compressed.
    pub compression: Compression,
    /// Local files and trees the recipe copies into the image.
    pub inputs: Vec<LockedInput>,
    /// One image per architecture.
    pub arches: BTreeMap<Arch, ArchLock>,
}

/// A local file or directory of the recipe, by content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedInput {
    /// As the recipe spells it.
    pub path: String,
    /// Of the file, or of the directory's sorted listing with modes and contents.
    pub digest: Digest,
}

/// One architecture's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchLock {
    /// Digest of the effective recipe: variables, `--set` and this architecture's parts applied.
    pub recipe: Digest,
    /// The image below, none when building from nothing.
    pub base: Option<LockedBase>,
    /// What was asked for: install specs, in the recipe's order.
    pub request: Vec<String>,
    /// `try` specs that no repository had, in the recipe's order.
    pub missing: Vec<String>,
    /// The package layers by name, in the order they are stacked.
    pub layers: Vec<String>,
    /// The repositories packages come from, in the recipe's order.
    pub repositories: Vec<LockedRepository>,
    /// Repositories that were not there, and by `skip_if_unavailable` are done without: a build does not look at them.
    pub unavailable: Vec<String>,
    /// Module streams enabled in the image, sorted by name.
    pub modules: Vec<LockedStream>,
    /// The packages to install, sorted by NEVRA.
    pub packages: Vec<LockedPackage>,
    /// Packages of the base that go away without a successor of the same name (obsoleted ones), sorted.
    pub removed: Vec<Nevra>,
}

/// A base image, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedBase {
    /// Registry and name, without tag and digest: `registry.example/ubi8/ubi`.
    pub repository: String,
    /// The digest as the recipe gives it: of an index or of a manifest.
    pub reference: Digest,
    /// The digest of this architecture's manifest; equal to `reference` when that is a manifest.
    pub manifest: Digest,
    /// The manifest's media type.
    pub media_type: String,
}

/// A repository in the state that was resolved against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedRepository {
    /// The id or content label; packages name their repository by it.
    pub id: String,
    /// Where it is by its configuration, variables expanded, without credentials; empty where only a list says so.
    #[serde(default)]
    pub baseurl: String,
    /// Its list of mirrors, without credentials and query. Whichever answered is not in the lock: all are to have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirrorlist: Option<String>,
    /// Its metalink, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metalink: Option<String>,
    /// Checksum of its `repodata/repomd.xml`.
    pub repomd: Checksum,
    /// dnf's priority, when it is not 99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Fingerprints of the keys trusted for its packages, hex; empty with `gpgcheck` off.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A module stream that is enabled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedStream {
    /// The module.
    pub name: String,
    /// The stream.
    pub stream: String,
    /// Version of its newest build.
    pub version: u64,
    /// That build's context.
    pub context: String,
    /// Its architecture.
    pub arch: String,
    /// Profiles that were installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<String>,
}

/// What happens to the image when a package arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// New beside what the base has.
    Install,
    /// Takes the place of the packages in [`LockedPackage::replaces`].
    Upgrade,
}

/// A package, by content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPackage {
    /// Its full name.
    pub nevra: Nevra,
    /// New or in place of another.
    pub action: Action,
    /// Packages of the base whose place it takes, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<Nevra>,
    /// Id of one of the architecture's repositories.
    pub repo: String,
    /// Relative to the repository's base URL, or absolute where the metadata says `xml:base`.
    pub location: String,
    /// Bytes of the `.rpm` file.
    pub size: u64,
    /// Checksum of the `.rpm` file.
    pub checksum: Checksum,
    /// One of the architecture's layers.
    pub layer: String,
    /// Fingerprint or key id of its signer, hex, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl ArchLock {
    /// The oldest format that can say this.
    pub(super) fn version(&self) -> Version {
        let listed = self.repositories.iter().any(|r| r.mirrorlist.is_some() || r.metalink.is_some());
        match (listed || !self.unavailable.is_empty(), self.modules.is_empty()) {
            (true, _) => Version::V3,
            (false, false) => Version::V2,
            (false, true) => Version::V1,
        }
    }

    /// Bytes of all packages together.
    pub fn download_size(&self) -> u64 {
        self.packages.iter().map(|p| p.size).fold(0, u64::saturating_add)
    }

    /// The repository a package comes from.
    pub fn repository(&self, id: &str) -> Option<&LockedRepository> {
        self.repositories.iter().find(|r| r.id == id)
    }

    /// The package of that name; the newest where there are several.
    pub fn package(&self, name: &str) -> Option<&LockedPackage> {
        self.packages.iter().filter(|p| p.nevra.name == name).max_by(|a, b| a.nevra.cmp(&b.nevra))
    }
}
