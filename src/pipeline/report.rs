//! What the pipeline answers: plain data, serialised as it stands for `--format json` and `--report`. No times: those are
//! the command line's, which has a clock.

mod diff;

pub use diff::{
    ArchDiff, ChangeKind, DiffLayer, DiffReport, DiffSide, FileDiff, LayersDiff, Only, PackageDiff, ValueDiff,
};

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use crate::solve::{Account, Apart, Refused};
use crate::terms::{Arch, BlobDigest, DiffId, Digest, Epoch, Nevra};

/// What a build made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BuildReport {
    /// The index; none where `--if-missing` found everything in place.
    pub digest: Option<Digest>,
    /// The moment the image says it was made.
    pub epoch: Epoch,
    /// Whether every tag existed and nothing was built.
    pub already_there: bool,
    /// The lock that was built from, as a path.
    pub lock: Option<PathBuf>,
    /// Whether packages were taken unchecked.
    pub unsigned_allowed: bool,
    /// Whether no scriptlet was run (`--scriptlets skip`).
    pub scriptlets_skipped: bool,
    /// Each architecture's image.
    pub arches: Vec<ArchReport>,
    /// Where the result went.
    pub published: Vec<Published>,
}

/// One architecture's image.
#[derive(Clone, Debug, Serialize)]
pub struct ArchReport {
    /// Which.
    pub arch: Arch,
    /// Of its manifest.
    pub manifest: Digest,
    /// The base, `REPOSITORY@DIGEST` or `none`.
    pub base: String,
    /// Packages the base has, before.
    pub base_packages: u64,
    /// Packages installed or upgraded.
    pub packages: u64,
    /// Bytes of their files as downloaded.
    pub package_bytes: u64,
    /// Of them, bytes that were in the store already.
    pub cached_bytes: u64,
    /// `try` specs that no repository had.
    pub missing: Vec<String>,
    /// New layers in stacking order.
    pub layers: Vec<LayerReport>,
    /// What became of every scriptlet.
    pub scriptlets: Vec<ScriptletReport>,
}

/// A new layer.
#[derive(Clone, Debug, Serialize)]
pub struct LayerReport {
    /// From the layer plan; `files` and such for what isn't packages.
    pub name: String,
    /// Packages in it.
    pub packages: u64,
    /// Entries in its tar stream.
    pub entries: u64,
    /// Bytes as stored.
    pub size: u64,
    /// Bytes of the tar stream.
    pub unpacked: u64,
    /// Of the stored bytes.
    pub digest: BlobDigest,
    /// Of the tar stream.
    pub diff_id: DiffId,
}

/// What became of a scriptlet or trigger.
#[derive(Clone, Debug, Serialize)]
pub struct ScriptletReport {
    /// Whose: a new package, or one of the base whose scriptlet ran.
    pub package: Nevra,
    /// `%pre`, `%post`, `%transfiletriggerin` …
    pub kind: String,
    /// Interpreter and its arguments, or the program that is the whole scriptlet.
    pub program: String,
    /// How often it ran: triggers run once for each package that fires them.
    pub runs: u32,
    /// `applied`, `not-needed`, `not-run`, `failed`, `stopped`; of several runs the worst.
    pub outcome: Outcome,
    /// Why, where there is a reason to give; of a failed one its status and the end of what it printed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The line at which it failed, counted from 1; 0 where that is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: usize,
    /// Programs of the image that it called and drydock does not know; each ended with 127.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownProgram>,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// A program of the image that drydock does not know.
#[derive(Clone, Debug, Serialize)]
pub struct UnknownProgram {
    /// As the scriptlet called it.
    pub program: String,
    /// Line of the scriptlet, counted from 1; 0 where it has none.
    pub line: usize,
}

/// What became of a scriptlet, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its effects are in the image.
    Applied,
    /// It has none in an image.
    NotNeeded,
    /// It was left out, and `rpm -V` or a user may notice.
    NotRun,
    /// It ended with a status other than 0.
    Failed,
    /// It used more than any scriptlet should.
    Stopped,
}

impl Outcome {
    /// As JSON has it: `applied`, `not-needed`, `not-run`, `failed`, `stopped`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NotNeeded => "not-needed",
            Self::NotRun => "not-run",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// A destination that has the image now.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    /// `docker://REF`, `oci:DIR`, `oci-archive:FILE`.
    pub to: String,
    /// Of what was published.
    pub digest: Digest,
    /// Bytes sent or written.
    pub sent: u64,
    /// Bytes that were there or were mounted.
    pub reused: u64,
}

/// What `lock` did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LockReport {
    /// Where the lock is.
    pub path: PathBuf,
    /// Whether its text changed.
    pub changed: bool,
    /// Each architecture.
    pub arches: BTreeMap<Arch, LockedArch>,
    /// Packages whose versions differ between architectures.
    pub differences: Vec<Apart>,
}

/// One architecture of a lock, in figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LockedArch {
    /// Packages.
    pub packages: u64,
    /// Their bytes.
    pub package_bytes: u64,
    /// `try` specs that no repository had.
    pub missing: Vec<String>,
}

/// What `resolve` found: of one architecture its transaction, of several each one's, and how they differ.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Resolution {
    /// The only architecture's transaction.
    #[serde(flatten)]
    pub one: Option<ArchResolution>,
    /// Each architecture's, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arches: BTreeMap<Arch, ArchResolution>,
    /// Packages whose versions differ between architectures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Apart>,
    /// Of them, those for which equal versions were asked in vain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

/// One architecture's transaction, sorted by NEVRA.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ArchResolution {
    /// The transaction.
    pub packages: Vec<ResolvedPackage>,
    /// Module streams that are enabled then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<ResolvedStream>,
    /// What became of packages that were asked about, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<Account>,
}

/// A module stream that is enabled.
#[derive(Clone, Debug, Serialize)]
pub struct ResolvedStream {
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
    /// Profiles that are installed.
    pub profiles: Vec<String>,
}

impl From<crate::lock::LockedStream> for ResolvedStream {
    fn from(s: crate::lock::LockedStream) -> Self {
        let crate::lock::LockedStream { name, stream, version, context, arch, profiles } = s;
        Self { name, stream, version, context, arch, profiles }
    }
}

/// A package of a transaction.
#[derive(Clone, Debug, Serialize)]
pub struct ResolvedPackage {
    /// Its full name.
    pub nevra: Nevra,
    /// What happens.
    pub action: ResolvedAction,
    /// From which repository; empty for a removal.
    pub repo: String,
    /// Bytes of its file; 0 for a removal.
    pub size: u64,
    /// Of its file, hex; empty for a removal or where the repository uses another algorithm.
    pub sha256: String,
    /// `user`, or what pulled it in.
    pub reason: String,
}

/// What happens to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResolvedAction {
    /// New.
    Install,
    /// In place of an older one.
    Upgrade,
    /// Gone (obsoleted).
    Remove,
}

/// What `push` did.
#[derive(Clone, Debug, Serialize)]
pub struct PushReport {
    /// The result.
    pub published: Published,
}

/// What an image is.
#[derive(Clone, Debug, Serialize)]
pub struct InspectReport {
    /// As asked for.
    pub image: String,
    /// Of the index or manifest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// Annotations of the index or manifest.
    pub annotations: BTreeMap<String, String>,
    /// Each architecture.
    pub arches: Vec<InspectedArch>,
}

/// One architecture of an image.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedArch {
    /// The OCI platform: `linux/amd64`.
    pub platform: String,
    /// Of its manifest.
    pub manifest: Digest,
    /// `created` of its configuration.
    pub created: Option<String>,
    /// User of containers.
    pub user: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Environment, `NAME=VALUE`.
    pub env: Vec<String>,
    /// Layers, the base's first.
    pub layers: Vec<InspectedLayer>,
    /// Packages in its rpmdb, sorted; none where not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Vec<Nevra>>,
    /// Scriptlets and triggers of those packages, by package; none where not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scriptlets: Option<Vec<InspectedScriptlet>>,
    /// Whether the image says that its build ran no scriptlet.
    pub scriptlets_skipped: bool,
}

/// A scriptlet or trigger of an installed package.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedScriptlet {
    /// Whose.
    pub package: Nevra,
    /// `%post`, `%transfiletriggerin` …
    pub kind: &'static str,
    /// Interpreter and its arguments: `/bin/sh`, `<lua>`, or the program that is the whole scriptlet.
    pub program: String,
    /// What fires it, if it is a trigger: packages, or beginnings of paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// What became of it when drydock built the image, as the image says; none for what the base brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// First line of the body that is not blank, cut to 200 characters; empty where there is no body.
    pub line: String,
}

/// A layer of an image.
#[derive(Clone, Debug, Serialize)]
pub struct InspectedLayer {
    /// As stored.
    pub digest: Digest,
    /// Bytes as stored.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// What its history says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}

/// What `demo` made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DemoReport {
    /// Where the layout is.
    pub directory: PathBuf,
    /// The build.
    pub build: BuildReport,
}

/// What `rhsm register` made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RhsmRegistered {
    /// The consumer.
    pub uuid: String,
    /// The service it is registered with.
    pub service: String,
    /// Serial numbers of its entitlement certificates.
    pub certificates: Vec<String>,
}

/// What `rhsm unregister` removed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RhsmUnregistered {
    /// The consumers.
    pub uuids: Vec<String>,
}

/// What `rhsm repos` lists.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RhsmRepos {
    /// Sorted by id.
    pub repositories: Vec<ContentRepository>,
}

/// A repository that a certificate grants.
#[derive(Clone, Debug, Serialize)]
pub struct ContentRepository {
    /// Its id in a `.repo` file: the label, with `-` for what an id cannot have.
    pub id: String,
    /// Its label, as recipes name it.
    pub label: String,
    /// For people.
    pub name: String,
    /// Its address; `$releasever` and `$basearch` stand in it.
    pub url: String,
    /// Whether subscription-manager enables it.
    pub enabled: bool,
    /// Architectures, as the certificate has them; none: any.
    pub arches: Vec<String>,
    /// The certificate's file.
    pub certificate: String,
}

/// What the store holds, or what was removed from it: files and bytes by kind, in display order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CacheReport {
    /// Where.
    pub directory: PathBuf,
    /// Kind, files, bytes.
    pub kinds: Vec<CacheKind>,
}

/// A line of [`CacheReport`].
#[derive(Clone, Debug, Default, Serialize)]
pub struct CacheKind {
    /// `blobs`, `partial`, `facts`, `temp`, `removed`, `kept`.
    pub kind: String,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}
