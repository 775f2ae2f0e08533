//! What `diff` answers.

use serde::Serialize;

use crate::terms::{Arch, BlobDigest, DiffId, Digest, Nevra};

/// Two images side by side. Of every pair, `a` is of the first and `b` of the second.
#[derive(Clone, Debug, Serialize)]
pub struct DiffReport {
    /// The first image.
    pub a: DiffSide,
    /// The second.
    pub b: DiffSide,
    /// Whether nothing that was compared differs.
    pub equal: bool,
    /// Annotations of the index, and manifests of platforms that drydock does not know, by digest.
    pub index: Vec<ValueDiff>,
    /// Each architecture that one of them has.
    pub arches: Vec<ArchDiff>,
}

/// One of the images.
#[derive(Clone, Debug, Serialize)]
pub struct DiffSide {
    /// As asked for.
    pub image: String,
    /// Of its index or manifest.
    pub digest: Digest,
    /// Of its index or manifest.
    pub media_type: String,
}

/// One architecture. What was not to be compared, or only one image has, is absent.
#[derive(Clone, Debug, Serialize)]
pub struct ArchDiff {
    /// Which.
    pub arch: Arch,
    /// The image that alone has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_in: Option<Only>,
    /// Packages of the rpmdb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Vec<PackageDiff>>,
    /// The files in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<FileDiff>>,
    /// Of the config: `user`, `cmd`, `env NAME`, `label KEY`, `history N` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Vec<ValueDiff>>,
    /// Of the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Vec<ValueDiff>>,
    /// The layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<LayersDiff>,
}

impl ArchDiff {
    /// Of an architecture, nothing compared yet.
    pub(in crate::pipeline) fn new(arch: Arch) -> Self {
        Self { arch, only_in: None, packages: None, files: None, config: None, annotations: None, layers: None }
    }

    /// Whether nothing that was compared differs.
    pub fn is_equal(&self) -> bool {
        let values = |list: &Option<Vec<ValueDiff>>| list.as_ref().is_none_or(Vec::is_empty);
        self.only_in.is_none()
            && self.packages.as_ref().is_none_or(Vec::is_empty)
            && self.files.as_ref().is_none_or(Vec::is_empty)
            && values(&self.config)
            && values(&self.annotations)
            && self.layers.as_ref().is_none_or(LayersDiff::is_equal)
    }
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// The first.
    A,
    /// The second.
    B,
}

/// What happened to a package or file on the way from the first image to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
    /// A package, to a higher version.
    Upgraded,
    /// A package, to a lower version.
    Downgraded,
    /// A package of the same version from another build.
    Rebuilt,
}

/// A package.
#[derive(Clone, Debug, Serialize)]
pub struct PackageDiff {
    /// What happened.
    pub change: ChangeKind,
    /// In the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a: Option<Nevra>,
    /// In the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b: Option<Nevra>,
}

/// A file.
#[derive(Clone, Debug, Serialize)]
pub struct FileDiff {
    /// Where; bytes that are not printable UTF-8 as `\xHH`.
    pub path: String,
    /// What happened.
    pub change: ChangeKind,
    /// `dir`, `file`, `symlink`, `char`, `block`, `fifo`; in the second image if it is there.
    pub kind: &'static str,
    /// Of a changed one, what changed: `type`, `mode`, `owner`, `group`, `size`, `content`, `target`, `device`, `mtime`,
    /// `hardlinks`, `xattr NAME` (in hex).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aspects: Vec<ValueDiff>,
}

/// A value by name; absent where an image does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueDiff {
    /// What it is.
    pub name: String,
    /// In the first.
    pub a: Option<String>,
    /// In the second.
    pub b: Option<String>,
}

/// Layers, compared as stored.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LayersDiff {
    /// Lowest layers that are the same.
    pub common: u64,
    /// Layers of the first above those, without the topmost ones that are the same again.
    pub a: Vec<DiffLayer>,
    /// Those of the second.
    pub b: Vec<DiffLayer>,
}

impl LayersDiff {
    /// Whether all layers are the same.
    pub fn is_equal(&self) -> bool {
        self.a.is_empty() && self.b.is_empty()
    }
}

/// A layer.
#[derive(Clone, Debug, Serialize)]
pub struct DiffLayer {
    /// Counted from 1, the lowest.
    pub number: u64,
    /// As stored.
    pub digest: BlobDigest,
    /// Unpacked; layers that differ in `digest` alone are compressed another way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<DiffId>,
    /// Bytes as stored.
    pub size: u64,
}
