//! `drydock inspect`: what an image is, without unpacking it.

use std::sync::Arc;

use super::{
    Error, Session, base,
    options::InspectOptions,
    report::{InspectReport, InspectedArch, InspectedLayer},
    source::ImageSource,
};
use crate::{
    formats::oci::{CONFIG_LIMIT, Descriptor, Document, ImageConfig, Manifest, RawDocument},
    terms::{Arch, Events},
};

/// Reads an image's documents, and its package database where packages are asked for.
pub fn inspect(options: &InspectOptions, events: Arc<dyn Events>) -> Result<InspectReport, Error> {
    let session = Session::open(&options.session, events)?;
    let source = ImageSource::named(&options.image)?;
    let (root, document) = source.root(&session)?;
    let (annotations, images) = match document {
        Document::Manifest(manifest) => (manifest.annotations.clone(), vec![(root.clone(), manifest)]),
        Document::Index(index) => {
            let wanted = |d: &&Descriptor| {
                let arch = d.platform.as_ref().and_then(|p| p.arch());
                options.arches.is_empty() || arch.is_some_and(|a| options.arches.contains(&a))
            };
            let mut images: Vec<(RawDocument, Manifest)> = Vec::new();
            for descriptor in index.manifests.iter().filter(wanted) {
                let raw = source.document(&session, descriptor)?;
                if let Document::Manifest(manifest) = raw.parse()? {
                    images.push((raw, manifest));
                }
            }
            if let (true, Some(arch)) = (images.is_empty(), options.arches.first()) {
                let platforms = index.platforms().join(", ");
                return Err(Error::NoPlatform { image: source.name(), arch: *arch, platforms });
            }
            (index.annotations, images)
        }
    };
    let arches =
        images.iter().map(|(raw, m)| one(&session, &source, raw, m, options.packages)).collect::<Result<_, _>>()?;
    Ok(InspectReport {
        image: options.image.clone(),
        digest: root.digest().0,
        media_type: root.media_type().to_string(),
        annotations,
        arches,
    })
}

fn one(
    session: &Session,
    source: &ImageSource,
    raw: &RawDocument,
    manifest: &Manifest,
    packages: bool,
) -> Result<InspectedArch, Error> {
    let config = ImageConfig::parse(&source.blob(session, &manifest.config)?.read(CONFIG_LIMIT)?)?;
    let mut steps = config.history.iter().filter(|h| !h.empty_layer);
    let layer = |d: &Descriptor| InspectedLayer {
        digest: d.digest.0,
        size: d.size,
        media_type: d.media_type.to_string(),
        created_by: steps.next().and_then(|h| h.created_by.clone()),
    };
    let layers = manifest.layers.iter().map(layer).collect();
    let packages = match (packages, Arch::from_oci(&config.architecture)) {
        (true, Some(arch)) => {
            let image = base::read(session, source, manifest, arch, None)?;
            let mut names: Vec<_> = image.database.iter().flat_map(|d| d.named()).map(|(_, nevra)| nevra).collect();
            names.sort();
            Some(names)
        }
        _ => None,
    };
    Ok(InspectedArch {
        platform: format!("{}/{}", config.os, config.architecture),
        manifest: raw.digest().0,
        created: config.created,
        user: config.config.user,
        labels: config.config.labels,
        env: config.config.env,
        layers,
        packages,
    })
}
