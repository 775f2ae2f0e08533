//! Media types of image documents.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::formats::compression::Codec;

/// A media type. Unknown ones are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaType(Cow<'static, str>);

impl MediaType {
    /// OCI image index.
    pub const INDEX: Self = Self::known("application/vnd.oci.image.index.v1+json");
    /// OCI image manifest.
    pub const MANIFEST: Self = Self::known("application/vnd.oci.image.manifest.v1+json");
    /// OCI image config.
    pub const CONFIG: Self = Self::known("application/vnd.oci.image.config.v1+json");
    /// OCI layer, not compressed.
    pub const LAYER: Self = Self::known("application/vnd.oci.image.layer.v1.tar");
    /// OCI layer, gzip.
    pub const LAYER_GZIP: Self = Self::known("application/vnd.oci.image.layer.v1.tar+gzip");
    /// OCI layer, zstd.
    pub const LAYER_ZSTD: Self = Self::known("application/vnd.oci.image.layer.v1.tar+zstd");
    /// OCI empty config of artifacts (the two bytes `{}`).
    pub const EMPTY: Self = Self::known("application/vnd.oci.empty.v1+json");
    /// Docker manifest list.
    pub const DOCKER_LIST: Self = Self::known("application/vnd.docker.distribution.manifest.list.v2+json");
    /// Docker manifest, schema 2.
    pub const DOCKER_MANIFEST: Self = Self::known("application/vnd.docker.distribution.manifest.v2+json");
    /// Docker config.
    pub const DOCKER_CONFIG: Self = Self::known("application/vnd.docker.container.image.v1+json");
    /// Docker layer, not compressed.
    pub const DOCKER_LAYER: Self = Self::known("application/vnd.docker.image.rootfs.diff.tar");
    /// Docker layer, gzip.
    pub const DOCKER_LAYER_GZIP: Self = Self::known("application/vnd.docker.image.rootfs.diff.tar.gzip");

    /// The four kinds of document a manifest request accepts, best first.
    pub const DOCUMENTS: [Self; 4] = [Self::INDEX, Self::DOCKER_LIST, Self::MANIFEST, Self::DOCKER_MANIFEST];

    const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Takes any name; parameters after `;` (as in a Content-Type) are cut.
    pub fn new(name: &str) -> Self {
        Self(Cow::Owned(name.split(';').next().unwrap_or_default().trim().to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an index or a manifest list.
    pub fn is_index(&self) -> bool {
        *self == Self::INDEX || *self == Self::DOCKER_LIST
    }

    /// Whether it is an image manifest.
    pub fn is_manifest(&self) -> bool {
        *self == Self::MANIFEST || *self == Self::DOCKER_MANIFEST
    }

    /// Whether it is an image config.
    pub fn is_config(&self) -> bool {
        *self == Self::CONFIG || *self == Self::DOCKER_CONFIG
    }

    /// How a layer of this type is compressed; none for what is no layer we can read (foreign, encrypted, artifact).
    pub fn layer_codec(&self) -> Option<Codec> {
        Some(match self {
            t if *t == Self::LAYER || *t == Self::DOCKER_LAYER => Codec::None,
            t if *t == Self::LAYER_GZIP || *t == Self::DOCKER_LAYER_GZIP => Codec::Gzip,
            t if *t == Self::LAYER_ZSTD || t.as_str() == "application/vnd.docker.image.rootfs.diff.tar.zstd" => {
                Codec::Zstd
            }
            _ => return None,
        })
    }

    /// The same kind in OCI's words: an image that mixes Docker's and OCI's is refused by some registries.
    pub fn to_oci(&self) -> Self {
        match self {
            t if *t == Self::DOCKER_LIST => Self::INDEX,
            t if *t == Self::DOCKER_MANIFEST => Self::MANIFEST,
            t if *t == Self::DOCKER_CONFIG => Self::CONFIG,
            t => match t.layer_codec() {
                Some(Codec::None) => Self::LAYER,
                Some(Codec::Gzip) => Self::LAYER_GZIP,
                Some(Codec::Zstd) => Self::LAYER_ZSTD,
                _ => t.clone(),
            },
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
