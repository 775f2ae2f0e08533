//! Manifests and indexes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Descriptor, DocumentError, MediaType, Platform, RawDocument,
    document::{MANIFEST_LIMIT, json, or_default, within},
};
use crate::terms::Arch;

/// An image: its config and its layers, bottom first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u32,
    /// What it is; OCI allows it to be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<MediaType>,
    /// Kind of artifact, where it is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The config.
    pub config: Descriptor,
    /// Layers, bottom first.
    #[serde(deserialize_with = "or_default")]
    pub layers: Vec<Descriptor>,
    /// What it refers to: a signature's or SBOM's image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Free text by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
}

impl Manifest {
    /// An OCI image manifest.
    pub fn new(config: Descriptor, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(MediaType::MANIFEST),
            artifact_type: None,
            config,
            layers,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Reads one.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        within("a manifest", bytes, MANIFEST_LIMIT)?;
        json("a manifest", bytes)
    }

    /// Writes it: compact JSON, fields in the order above. Equal values give equal bytes.
    pub fn to_document(&self) -> RawDocument {
        let media_type = self.media_type.clone().unwrap_or(MediaType::MANIFEST);
        RawDocument::new(media_type, serde_json::to_vec(self).expect("keys are text"))
    }
}

/// Several images, one per platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u32,
    /// What it is; OCI allows it to be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<MediaType>,
    /// Kind of artifact, where it is no image index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The images.
    #[serde(deserialize_with = "or_default")]
    pub manifests: Vec<Descriptor>,
    /// What it refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Free text by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
}

impl Index {
    /// An OCI image index.
    pub fn new(manifests: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(MediaType::INDEX),
            artifact_type: None,
            manifests,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Reads one.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        within("an index", bytes, MANIFEST_LIMIT)?;
        json("an index", bytes)
    }

    /// Writes it: compact JSON, fields in the order above. Equal values give equal bytes.
    pub fn to_document(&self) -> RawDocument {
        let media_type = self.media_type.clone().unwrap_or(MediaType::INDEX);
        RawDocument::new(media_type, serde_json::to_vec(self).expect("keys are text"))
    }

    /// The first image for Linux on `arch`.
    pub fn select(&self, arch: Arch) -> Option<&Descriptor> {
        self.manifests.iter().find(|d| d.platform.as_ref().and_then(Platform::arch) == Some(arch))
    }

    /// The platforms on offer, as messages list them.
    pub fn platforms(&self) -> Vec<String> {
        self.manifests.iter().filter_map(|d| d.platform.as_ref().map(Platform::to_string)).collect()
    }
}
