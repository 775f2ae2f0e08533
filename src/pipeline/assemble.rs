//! The documents of an image: config, manifest, index.

use std::collections::BTreeMap;

use super::{Error, Session, base::Base, outcomes};
use crate::{
    formats::oci::{Descriptor, History, ImageConfig, Index, Manifest, MediaType, Platform, RawDocument},
    layers::Layer,
    lock::{Lock, LockedBase},
    recipe::{ArchPlan, ImagePlan},
    store::{BlobSource, Publication, PublishBlob},
    terms::{Arch, Epoch, Nevra},
};

/// One architecture's finished image.
#[derive(Debug)]
pub(super) struct Image {
    pub arch: Arch,
    pub manifest: RawDocument,
    pub blobs: Vec<PublishBlob>,
}

/// The base's config and layers with ours on top.
pub(super) fn image(
    session: &Session,
    plan: &ArchPlan,
    base: &Base,
    layers: &[Layer],
    names: &BTreeMap<String, Nevra>,
    scriptlets: Option<String>,
    epoch: Epoch,
) -> Result<Image, Error> {
    let installed = |name: &str| names.get(name).cloned();
    let config = config(plan, base, layers, &installed, epoch).to_bytes();
    let blob = session.store.put(&config)?;
    let digest = crate::terms::BlobDigest(crate::terms::Digest::of(&config));
    let descriptor = Descriptor::new(MediaType::CONFIG, digest, config.len() as u64);
    let mut blobs = base.layers.clone();
    blobs.extend(
        layers.iter().map(|l| PublishBlob { descriptor: l.descriptor(), source: BlobSource::Store(l.blob.clone()) }),
    );
    let mut manifest = Manifest::new(descriptor.clone(), blobs.iter().map(|b| b.descriptor.clone()).collect());
    manifest.annotations = annotations(&plan.image, base.locked.as_ref(), &installed, epoch);
    manifest.annotations.extend(scriptlets.map(|text| (outcomes::ANNOTATION.to_owned(), text)));
    blobs.push(PublishBlob { descriptor, source: BlobSource::Store(blob) });
    Ok(Image { arch: plan.arch, manifest: manifest.to_document(), blobs })
}

fn config(
    plan: &ArchPlan,
    base: &Base,
    layers: &[Layer],
    installed: &dyn Fn(&str) -> Option<Nevra>,
    epoch: Epoch,
) -> ImageConfig {
    let mut config = base.config.clone();
    config.created = Some(epoch.to_string());
    let image = &plan.image;
    let c = &mut config.config;
    let over = |ours: &Option<String>, theirs: &mut Option<String>| {
        if ours.is_some() {
            theirs.clone_from(ours);
        }
    };
    over(&image.user, &mut c.user);
    over(&image.workdir, &mut c.working_dir);
    if image.entrypoint.is_some() {
        // An inherited command would become arguments of another program.
        (c.entrypoint, c.cmd) = (image.entrypoint.clone(), None);
    }
    if image.cmd.is_some() {
        c.cmd.clone_from(&image.cmd);
    }
    for (name, value) in &image.env {
        let value = value.bind(installed);
        c.env.retain(|e| e.split('=').next() != Some(name));
        c.env.push(format!("{name}={value}"));
    }
    for (name, value) in &image.labels {
        match value.bind(installed) {
            empty if empty.is_empty() => drop(c.labels.remove(name)),
            value => drop(c.labels.insert(name.clone(), value)),
        }
    }
    for layer in layers {
        config.rootfs.diff_ids.push(layer.diff_id);
        config.history.push(History {
            created: Some(epoch.to_string()),
            created_by: Some(format!("drydock: {}", layer.name)),
            ..History::default()
        });
    }
    config
}

/// OCI image-spec, `annotations.md`: what the image is made from and when, then the recipe's own.
fn annotations(
    image: &ImagePlan,
    base: Option<&LockedBase>,
    installed: &dyn Fn(&str) -> Option<Nevra>,
    epoch: Epoch,
) -> BTreeMap<String, String> {
    let mut out = BTreeMap::from([("org.opencontainers.image.created".to_owned(), epoch.to_string())]);
    if let Some(locked) = base {
        out.insert("org.opencontainers.image.base.name".to_owned(), locked.repository.clone());
        out.insert("org.opencontainers.image.base.digest".to_owned(), locked.reference.to_string());
    }
    for (name, value) in &image.annotations {
        match value.bind(installed) {
            empty if empty.is_empty() => {}
            value => drop(out.insert(name.clone(), value)),
        }
    }
    out
}

/// The index over all architectures, ready to be published.
pub(super) fn index(images: Vec<Image>, plans: &[ArchPlan], lock: &Lock, epoch: Epoch) -> Publication {
    let entry = |i: &Image| i.manifest.descriptor().on(Platform::linux(i.arch));
    let mut index = Index::new(images.iter().map(entry).collect());
    if let Some(plan) = plans.first() {
        // Only what holds for every architecture belongs here: texts that name packages are the manifests' own.
        index.annotations = annotations(&plan.image, lock.arches[&plan.arch].base.as_ref(), &|_| None, epoch);
        let shared = |name: &String, value: &String| {
            plans.iter().all(|p| {
                annotations(&p.image, lock.arches[&p.arch].base.as_ref(), &|_| None, epoch).get(name) == Some(value)
            })
        };
        index.annotations.retain(|name, value| shared(name, value));
    }
    let index = index.to_document();
    let (mut manifests, mut blobs) = (Vec::new(), Vec::new());
    for image in images {
        manifests.push(image.manifest);
        blobs.extend(image.blobs);
    }
    Publication { index, manifests, blobs }
}
