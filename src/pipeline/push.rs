//! `drydock push`: an image from one place to another, as it is.

use std::sync::Arc;

use super::{
    Error, Session,
    options::PushOptions,
    report::{Published, PushReport},
    source::ImageSource,
};
use crate::{
    formats::oci::{Document, ImageRef, Manifest, RawDocument},
    layout,
    store::{Publication, PublishBlob},
    terms::Events,
};

/// Copies an image or index with everything it names.
pub fn push(options: &PushOptions, events: Arc<dyn Events>) -> Result<PushReport, Error> {
    let session = Session::open(&options.session, events)?;
    let source = ImageSource::named(&options.from)?;
    let to: ImageRef = options.to.parse()?;
    let publication = publication(&session, &source)?;
    let digest = publication.index.digest().0;
    let total: u64 = publication.blobs.iter().map(|b| b.descriptor.size).sum();
    let sent = match &to {
        ImageRef::Docker(reference) => {
            let guard = session.stage("publish", "registry", total);
            let report = session.wait(session.registry.push(&publication, &[reference.tagged()?], &session.store))?;
            drop(guard);
            report.bytes
        }
        ImageRef::Oci { dir, tag } => {
            session.wait(session.registry.localize(&publication, &session.store))?;
            layout::write_directory(dir, &publication, tag.as_slice(), &session.store)?;
            total
        }
        ImageRef::OciArchive { file, tag } => {
            session.wait(session.registry.localize(&publication, &session.store))?;
            layout::write_archive(file, &publication, tag.as_slice(), &session.store)?;
            total
        }
    };
    Ok(PushReport { published: Published { to: to.to_string(), digest, sent, reused: total - sent } })
}

/// The image's documents and blobs.
fn publication(session: &Session, source: &ImageSource) -> Result<Publication, Error> {
    let (root, document) = source.root(session)?;
    let mut blobs = Vec::new();
    let manifests = match document {
        Document::Manifest(manifest) => {
            parts(session, source, &manifest, &mut blobs)?;
            Vec::new()
        }
        Document::Index(index) => {
            let mut raws: Vec<RawDocument> = Vec::new();
            for descriptor in &index.manifests {
                let raw = source.document(session, descriptor)?;
                if let Document::Manifest(manifest) = raw.parse()? {
                    parts(session, source, &manifest, &mut blobs)?;
                }
                raws.push(raw);
            }
            raws
        }
    };
    Ok(Publication { index: root, manifests, blobs })
}

fn parts(
    session: &Session,
    source: &ImageSource,
    manifest: &Manifest,
    blobs: &mut Vec<PublishBlob>,
) -> Result<(), Error> {
    for descriptor in manifest.layers.iter().chain([&manifest.config]) {
        blobs.push(PublishBlob { descriptor: descriptor.clone(), source: source.blob_source(session, descriptor)? });
    }
    Ok(())
}
