//! Images where they are: in a registry, in a layout, in an archive.

use std::path::Path;

use super::{Error, Session, signed_base};
use crate::{
    formats::oci::{Descriptor, Document, ImageRef, MANIFEST_LIMIT, MediaType, RawDocument, Reference},
    layout::Layout,
    store::{Blob, BlobSource, Verified},
    terms::Digest,
};

/// A place an image is read from.
pub(super) enum ImageSource {
    Registry { reference: Reference },
    Layout { layout: Box<Layout>, tag: Option<String>, name: String },
}

impl ImageSource {
    /// From the user's words. A local path without its transport would be looked for in a registry: that is refused.
    pub(super) fn named(text: &str) -> Result<Self, Error> {
        let image: ImageRef = text.parse()?;
        if matches!(image, ImageRef::Docker(_)) && !text.starts_with("docker://") && Path::new(text).exists() {
            return Err(Error::Transport { path: text.into() });
        }
        let name = image.to_string();
        Ok(match &image {
            ImageRef::Docker(reference) => Self::Registry { reference: reference.clone() },
            ImageRef::Oci { dir, tag } => Self::Layout { layout: Box::new(Layout::open(dir)?), tag: tag.clone(), name },
            ImageRef::OciArchive { file, tag } => {
                Self::Layout { layout: Box::new(Layout::open_archive(file)?), tag: tag.clone(), name }
            }
        })
    }

    /// A pinned image of a registry.
    pub(super) fn pinned(repository: &str, digest: Digest) -> Result<Self, Error> {
        Ok(Self::Registry { reference: format!("{repository}@{digest}").parse()? })
    }

    /// As messages name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Registry { reference } => reference.to_string(),
            Self::Layout { name, .. } => name.clone(),
        }
    }

    /// That the signature policy takes it; `digests` are those of its index and of the manifest that is used.
    pub(super) fn is_taken(&self, session: &Session, digests: &[Digest]) -> Result<(), Error> {
        match self {
            Self::Registry { reference } => signed_base::check(session, reference, digests),
            // What lies on this machine is the user's.
            Self::Layout { .. } => Ok(()),
        }
    }

    /// The document the image's name leads to.
    pub(super) fn root(&self, session: &Session) -> Result<(RawDocument, Document), Error> {
        let document = match self {
            Self::Registry { reference } => {
                if let Some(known) = reference.digest.and_then(|d| remembered(session, d)) {
                    return Ok(known);
                }
                session.wait(session.registry.read(reference))?
            }
            Self::Layout { layout, tag, .. } => layout.read(tag.as_deref())?,
        };
        // Kept under its digest, so that an offline build finds it again.
        session.store.put(document.0.bytes())?;
        Ok(document)
    }

    /// A document that another one names.
    pub(super) fn document(&self, session: &Session, of: &Descriptor) -> Result<RawDocument, Error> {
        if let Some((known, _)) = remembered(session, of.digest.0) {
            return Ok(known);
        }
        let document = match self {
            Self::Registry { reference } => {
                session.wait(session.registry.document_of(&reference.host, &reference.repository, of))?
            }
            Self::Layout { layout, .. } => layout.document_of(of)?,
        };
        session.store.put(document.bytes())?;
        Ok(document)
    }

    /// A config or layer, through the store.
    pub(super) fn blob(&self, session: &Session, of: &Descriptor) -> Result<Verified<Blob>, Error> {
        Ok(match self {
            Self::Registry { reference } => {
                session.wait(session.registry.blob(&reference.host, &reference.repository, of, &session.store))?
            }
            Self::Layout { layout, .. } => layout.blob(of, &session.store)?,
        })
    }

    /// Where publishing finds a blob of this image: mounted from its registry where that is possible.
    pub(super) fn blob_source(&self, session: &Session, of: &Descriptor) -> Result<BlobSource, Error> {
        Ok(match self {
            Self::Registry { reference } => {
                BlobSource::Registry { host: reference.host.clone(), repository: reference.repository.clone() }
            }
            Self::Layout { .. } => BlobSource::Store(self.blob(session, of)?),
        })
    }
}

/// A document seen before, by its digest.
fn remembered(session: &Session, digest: Digest) -> Option<(RawDocument, Document)> {
    let blob = session.store.blob(&digest.into())?;
    let bytes = blob.read(MANIFEST_LIMIT).ok()?;
    // Its media type was not kept: the document says it, or its shape does.
    let parsed = RawDocument::new(MediaType::new(""), bytes.clone()).parse().ok()?;
    let media_type = match &parsed {
        Document::Index(index) => index.media_type.clone().unwrap_or(MediaType::INDEX),
        Document::Manifest(manifest) => manifest.media_type.clone().unwrap_or(MediaType::MANIFEST),
    };
    Some((RawDocument::new(media_type, bytes), parsed))
}
