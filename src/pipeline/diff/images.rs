//! An image's documents, by architecture.

use std::collections::BTreeMap;

use crate::{
    formats::oci::{CONFIG_LIMIT, Document, ImageConfig, Manifest, RawDocument},
    pipeline::{Error, Session, source::ImageSource},
    terms::{Arch, Digest},
};

/// What an image's name leads to.
pub(super) struct Images {
    pub source: ImageSource,
    pub root: RawDocument,
    /// One for each architecture: the first, as container engines choose.
    pub by_arch: BTreeMap<Arch, Manifest>,
    /// Annotations of the index.
    annotations: BTreeMap<String, String>,
    /// Everything else in the index, by platform: attestations, platforms that drydock does not know.
    others: BTreeMap<String, Digest>,
}

impl Images {
    /// Reads index and manifests.
    pub fn read(session: &Session, name: &str) -> Result<Self, Error> {
        let source = ImageSource::named(name)?;
        let (root, document) = source.root(session)?;
        let mut images =
            Self { source, root, by_arch: BTreeMap::new(), annotations: BTreeMap::new(), others: BTreeMap::new() };
        match document {
            Document::Manifest(manifest) => images.take_manifest(session, manifest)?,
            Document::Index(index) => {
                for descriptor in &index.manifests {
                    let platform = descriptor.platform.as_ref();
                    let arch = platform.and_then(|p| p.arch()).filter(|arch| !images.by_arch.contains_key(arch));
                    let name = platform.map_or_else(|| "without platform".to_owned(), ToString::to_string);
                    let Some(arch) = arch else {
                        images.put_other(&name, descriptor.digest.0);
                        continue;
                    };
                    let raw = images.source.document(session, descriptor)?;
                    match raw.parse()? {
                        Document::Manifest(manifest) => {
                            images.by_arch.insert(arch, manifest);
                        }
                        Document::Index(_) => images.put_other(&name, descriptor.digest.0),
                    }
                }
                images.annotations = index.annotations;
            }
        }
        Ok(images)
    }

    /// A single image: its config says for which architecture.
    fn take_manifest(&mut self, session: &Session, manifest: Manifest) -> Result<(), Error> {
        let config = ImageConfig::parse(&self.source.blob(session, &manifest.config)?.read(CONFIG_LIMIT)?)?;
        match Arch::from_oci(&config.architecture).filter(|_| config.os == "linux") {
            Some(arch) => {
                self.by_arch.insert(arch, manifest);
            }
            None => self.put_other(&format!("{}/{}", config.os, config.architecture), self.root.digest().0),
        }
        Ok(())
    }

    fn put_other(&mut self, platform: &str, digest: Digest) {
        let mut name = format!("manifest {platform}");
        for n in 2.. {
            if !self.others.contains_key(&name) {
                break;
            }
            name = format!("manifest {platform} ({n})");
        }
        self.others.insert(name, digest);
    }

    /// What the index says beside its images.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let others = self.others.iter().map(|(name, digest)| (name.clone(), digest.to_string()));
        self.annotations.iter().map(|(key, value)| (format!("annotation {key}"), value.clone())).chain(others).collect()
    }

    /// That it has no image for an architecture.
    pub fn missing(&self, arch: Arch) -> Error {
        let known = self.by_arch.keys().map(|a| format!("linux/{}", a.oci()));
        Error::NoPlatform { image: self.source.name(), arch, platforms: known.collect::<Vec<_>>().join(", ") }
    }
}
