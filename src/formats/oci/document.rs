//! Documents as bytes, and what they say.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::{Descriptor, Index, Manifest, MediaType};
use crate::terms::{BlobDigest, Class, Digest, Fault};

/// Manifests and indexes may have this many bytes: registries are to accept 4 MiB at least, most accept no more.
pub const MANIFEST_LIMIT: u64 = 4 << 20;
/// Configs may have this many bytes.
pub const CONFIG_LIMIT: u64 = 8 << 20;

/// Bytes that are no document we can use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// No JSON, or fields missing or of the wrong type.
    #[error("reading {what}")]
    Json {
        /// Kind of document.
        what: &'static str,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// More bytes than bearable.
    #[error("reading {what}: {size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// Kind of document.
        what: &'static str,
        /// Its length.
        size: u64,
        /// The ceiling.
        limit: u64,
    },
    /// Valid, but not what we build on.
    #[error("reading {what}: {why}")]
    Unusable {
        /// Kind of document.
        what: &'static str,
        /// What is the matter with it.
        why: String,
    },
}

impl Fault for DocumentError {
    fn class(&self) -> Class {
        Class::Verification
    }
}

/// A manifest or index as it was sent or will be sent. The digest is always that of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawDocument {
    media_type: MediaType,
    digest: BlobDigest,
    bytes: Vec<u8>,
}

/// What a [`RawDocument`] says.
#[expect(
    clippy::large_enum_variant,
    reason = "there are a handful at a time, and a Box would be in every caller's way"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// Several images.
    Index(Index),
    /// One image.
    Manifest(Manifest),
}

impl RawDocument {
    /// Takes bytes and what they are said to be; the digest is computed here.
    pub fn new(media_type: MediaType, bytes: Vec<u8>) -> Self {
        Self { media_type, digest: BlobDigest(Digest::of(&bytes)), bytes }
    }

    /// What it is.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// SHA-256 of the bytes.
    pub fn digest(&self) -> BlobDigest {
        self.digest
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A descriptor of it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(self.media_type.clone(), self.digest, self.bytes.len() as u64)
    }

    /// Reads it as what it is. The document's own `mediaType` counts first, then what it was sent as, then its shape.
    ///
    /// # Errors
    /// Refuses Docker's schema 1, more than [`MANIFEST_LIMIT`] bytes, and documents that are both index and manifest:
    /// two readers could take one digest for two images (CVE-2021-41190).
    pub fn parse(&self) -> Result<Document, DocumentError> {
        let what = "a manifest or index";
        within(what, &self.bytes, MANIFEST_LIMIT)?;
        let probe: Probe = json(what, &self.bytes)?;
        let unusable = |why: &str| DocumentError::Unusable { what, why: why.into() };
        match probe.schema_version {
            Some(2) => {}
            Some(1) => {
                return Err(unusable(
                    "it is a Docker schema 1 manifest, which has no config; push the image again with a current tool",
                ));
            }
            _ => return Err(unusable("schemaVersion is not 2")),
        }
        let (lists, layers) = (probe.manifests.is_some(), probe.layers.is_some() || probe.config.is_some());
        if lists && layers {
            return Err(unusable("it has both \"manifests\" and \"layers\": two readers could see two images in it"));
        }
        let named = probe.media_type.as_ref().unwrap_or(&self.media_type);
        if named.is_index() || !named.is_manifest() && lists {
            return Ok(Document::Index(Index::parse(&self.bytes)?));
        }
        if named.is_manifest() || layers {
            return Ok(Document::Manifest(Manifest::parse(&self.bytes)?));
        }
        Err(unusable(&format!("{named} is neither an image nor an index")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    schema_version: Option<u64>,
    media_type: Option<MediaType>,
    manifests: Option<Value>,
    layers: Option<Value>,
    config: Option<Value>,
}

pub(super) fn within(what: &'static str, bytes: &[u8], limit: u64) -> Result<(), DocumentError> {
    let size = bytes.len() as u64;
    if size > limit {
        return Err(DocumentError::TooLarge { what, size, limit });
    }
    Ok(())
}

pub(super) fn json<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, DocumentError> {
    serde_json::from_slice(bytes).map_err(|source| DocumentError::Json { what, source })
}

/// `null` where Go writes an empty map or slice.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}
