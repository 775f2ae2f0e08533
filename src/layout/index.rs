//! `index.json` and `oci-layout`, and what else a publication becomes in a layout.

use std::{collections::BTreeMap, path::Path};

use super::Error;
use crate::{
    formats::oci::{Descriptor, Index, RawDocument},
    store::{Blob, BlobSource, Publication, Store, Verified},
    terms::{BlobDigest, Checksum},
};

/// The annotation that names an image in `index.json`.
pub(super) const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// The marker file's content.
pub(super) const MARKER: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// One file below `blobs/sha256`.
pub(super) enum Content<'a> {
    Document(&'a RawDocument),
    Blob(Verified<Blob>),
}

impl Content<'_> {
    pub fn size(&self) -> u64 {
        match self {
            Self::Document(document) => document.bytes().len() as u64,
            Self::Blob(blob) => blob.size(),
        }
    }
}

/// Every file of a publication, by digest.
///
/// # Errors
/// [`Error::Missing`] for a blob that is only in a registry: [`crate::registry::Registry::localize`] comes first.
pub(super) fn contents<'a>(
    publication: &'a Publication,
    store: &Store,
) -> Result<BTreeMap<BlobDigest, Content<'a>>, Error> {
    let mut contents = BTreeMap::new();
    for blob in &publication.blobs {
        let digest = blob.descriptor.digest;
        let bytes = match &blob.source {
            BlobSource::Store(bytes) => bytes.clone(),
            BlobSource::Registry { .. } => store
                .blob(&Checksum::from(digest.0))
                .ok_or_else(|| Error::Missing { path: store.dir().to_owned(), digest })?,
        };
        contents.insert(digest, Content::Blob(bytes));
    }
    for document in publication.manifests.iter().chain([&publication.index]) {
        contents.insert(document.digest(), Content::Document(document));
    }
    Ok(contents)
}

/// The publication's entries: one for each name, or one without a name.
fn entries(publication: &Publication, names: &[String]) -> Vec<Descriptor> {
    let plain = publication.index.descriptor();
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return vec![plain];
    }
    let named = |name: &String| Descriptor {
        annotations: BTreeMap::from([(REF_NAME.to_owned(), name.clone())]),
        ..plain.clone()
    };
    names.into_iter().map(named).collect()
}

pub(super) fn name_of(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(REF_NAME).map(String::as_str)
}

/// A new `index.json`: what `old` has under other names, then ours. One without a name takes the place of another without: two could
/// not be told apart by anybody.
pub(super) fn index_json(old: Option<Index>, publication: &Publication, names: &[String]) -> Vec<u8> {
    let ours = entries(publication, names);
    let mut index = old.unwrap_or_else(|| Index::new(Vec::new()));
    index.manifests.retain(|entry| match name_of(entry) {
        Some(name) => ours.iter().all(|o| name_of(o) != Some(name)),
        None => !names.is_empty() && ours.iter().all(|o| o.digest != entry.digest),
    });
    index.manifests.extend(ours);
    index.to_document().bytes().to_vec()
}

/// Reads an `index.json`.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Index, Error> {
    Index::parse(bytes).map_err(|source| Error::Document { path: path.to_owned(), source })
}
