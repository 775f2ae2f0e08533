//! Descriptors and platforms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MediaType;
use crate::terms::{Arch, BlobDigest};

/// Names bytes: what they are, their digest, their length. Fields are written in the order of the specification's Go
/// type; `urls` and `data` of foreign descriptors are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: MediaType,
    /// Their SHA-256. Other algorithms are refused when read.
    pub digest: BlobDigest,
    /// Their length.
    pub size: u64,
    /// Free text by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::document::or_default")]
    pub annotations: BTreeMap<String, String>,
    /// What the image runs on; in an index only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Kind of artifact, where the document is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
}

impl Descriptor {
    /// A descriptor without annotations or platform.
    pub fn new(media_type: MediaType, digest: BlobDigest, size: u64) -> Self {
        Self { media_type, digest, size, annotations: BTreeMap::new(), platform: None, artifact_type: None }
    }

    /// The same with a platform.
    #[must_use]
    pub fn on(self, platform: Platform) -> Self {
        Self { platform: Some(platform), ..self }
    }
}

/// What an image runs on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// GOARCH.
    pub architecture: String,
    /// GOOS.
    pub os: String,
    /// For Windows.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// For Windows.
    #[serde(default, rename = "os.features", skip_serializing_if = "Option::is_none")]
    pub os_features: Option<Vec<String>>,
    /// Of the architecture: `v8` of arm64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// Linux on `arch`, without a variant (as buildah and podman write it).
    pub fn linux(arch: Arch) -> Self {
        Self { architecture: arch.oci().into(), os: "linux".into(), os_version: None, os_features: None, variant: None }
    }

    /// The architecture, if it is Linux on one drydock knows. arm64's variant must be `v8` or absent.
    pub fn arch(&self) -> Option<Arch> {
        let variant = self.variant.as_deref().unwrap_or_default();
        let plain = variant.is_empty() || self.architecture == "arm64" && variant == "v8";
        (self.os == "linux" && plain).then(|| Arch::from_oci(&self.architecture)).flatten()
    }
}

impl std::fmt::Display for Platform {
    /// `os/architecture[/variant]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |v| write!(f, "/{v}"))
    }
}
