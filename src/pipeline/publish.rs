//! Finished images to where they go: registries, layouts, archives. Each is complete afterwards or untouched.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{Error, Session, build::wants_tags, options::Destination, report::Published};
use crate::{
    formats::oci::{Reference, TagRef},
    layers::Layer,
    layout,
    recipe::ArchPlan,
    registry,
    store::{BlobSource, Publication, PublishBlob, Store},
    terms::Digest,
};

/// Destinations whose names and places were looked at before any work was done.
#[derive(Debug)]
pub(super) struct Destinations {
    tags: Vec<TagRef>,
    directories: Vec<PathBuf>,
    archives: Vec<PathBuf>,
    /// Names the image gets in a layout.
    names: Vec<String>,
}

impl Destinations {
    /// Reads the tags and makes sure that local places can be written.
    pub(super) fn check(_: &Session, wanted: &[Destination], plans: &[ArchPlan]) -> Result<Self, Error> {
        let mut texts: Vec<&String> = plans.iter().flat_map(|p| &p.image.tags).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut tags = Vec::new();
        for text in &texts {
            tags.push(text.parse::<Reference>()?.tagged()?);
        }
        if !wants_tags(wanted) {
            tags.clear();
        } else if tags.is_empty() {
            return Err(Error::NoTags);
        }
        let mut out = Self { tags, directories: Vec::new(), archives: Vec::new(), names: Vec::new() };
        for destination in wanted {
            match destination {
                Destination::Tags => {}
                Destination::Layout(dir) => out.directories.push(writable(dir)?),
                Destination::Archive(file) => out.archives.push(writable(file)?),
            }
        }
        out.names = texts.iter().filter_map(|t| t.parse::<Reference>().ok()?.tag).collect();
        out.names.dedup();
        Ok(out)
    }

    /// The digest under which every tag exists already, if they all do and agree.
    pub(super) fn already_there(&self, session: &Session) -> Result<Option<Digest>, Error> {
        let mut found = None;
        for tag in &self.tags {
            match session.wait(session.registry.digest_of(&reference(tag)))? {
                Some(digest) if found.is_none_or(|f| f == digest.0) => found = Some(digest.0),
                _ => return Ok(None),
            }
        }
        let local = self.directories.iter().chain(&self.archives).all(|p| p.exists());
        Ok(found.filter(|_| local))
    }

    /// Sends layers while others are still packed.
    pub(super) fn ahead(&self, session: &Session) -> Ahead {
        let mut repositories: Vec<(String, String)> =
            self.tags.iter().map(|t| (t.host.clone(), t.repository.clone())).collect();
        repositories.sort();
        repositories.dedup();
        let runtime = session.handle();
        Ahead {
            repositories,
            registry: session.registry.clone(),
            runtime,
            store: session.store.clone(),
            sending: Mutex::new(Vec::new()),
        }
    }

    /// Publishes everywhere: local places first, since a tag is what others see. `ahead` bytes went to registries before.
    pub(super) fn publish(
        &self,
        session: &Session,
        publication: &Publication,
        ahead: u64,
    ) -> Result<Vec<Published>, Error> {
        let digest = publication.index.digest().0;
        let total: u64 = publication.blobs.iter().map(|b| b.descriptor.size).sum();
        let mut out = Vec::new();
        if !self.directories.is_empty() || !self.archives.is_empty() {
            session.wait(session.registry.localize(publication, &session.store))?;
        }
        for dir in &self.directories {
            layout::write_directory(dir, publication, &self.names, &session.store)?;
            out.push(Published { to: format!("oci:{}", dir.display()), digest, sent: total, reused: 0 });
        }
        for file in &self.archives {
            layout::write_archive(file, publication, &self.names, &session.store)?;
            out.push(Published { to: format!("oci-archive:{}", file.display()), digest, sent: total, reused: 0 });
        }
        if !self.tags.is_empty() {
            let guard = session.stage("publish", "registry", total);
            let report = session.wait(session.registry.push(publication, &self.tags, &session.store))?;
            drop(guard);
            let sent = report.bytes + ahead;
            for tag in &self.tags {
                let reused = total.saturating_sub(sent);
                out.push(Published { to: format!("docker://{}", reference(tag)), digest, sent, reused });
            }
        }
        Ok(out)
    }
}

/// Layers on their way to registries while the rest is packed. Nothing is visible there until manifests and tags follow.
pub(super) struct Ahead {
    repositories: Vec<(String, String)>,
    registry: registry::Registry,
    runtime: tokio::runtime::Handle,
    store: Store,
    sending: Mutex<Vec<tokio::task::JoinHandle<Result<u64, registry::Error>>>>,
}

impl Ahead {
    /// Takes a finished layer, from a packing thread.
    pub(super) fn layer(&self, layer: &Layer) {
        for (host, repository) in &self.repositories {
            let (registry, host, repository) = (self.registry.clone(), host.clone(), repository.clone());
            let (store, blob) = (
                self.store.clone(),
                PublishBlob { descriptor: layer.descriptor(), source: BlobSource::Store(layer.blob.clone()) },
            );
            let task = self.runtime.spawn(async move { registry.send_ahead(&host, &repository, &blob, &store).await });
            self.sending.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(task);
        }
    }

    /// Waits for them and gives the bytes sent. What could not be sent is an error now rather than at the end.
    pub(super) fn finish(self, session: &Session) -> Result<u64, Error> {
        let tasks = self.sending.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut sent = 0;
        for task in tasks {
            if let Ok(outcome) = session.wait(task) {
                sent += outcome?;
            }
        }
        Ok(sent)
    }
}

fn reference(tag: &TagRef) -> Reference {
    Reference { host: tag.host.clone(), repository: tag.repository.clone(), tag: Some(tag.tag.clone()), digest: None }
}

/// Whether something can be made at `path`, asked by making a temporary file in the nearest directory that exists: a build
/// should not find out at its end.
fn writable(path: &Path) -> Result<PathBuf, Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(failed)?;
    let nearest = absolute.ancestors().skip(1).find(|dir| dir.exists()).unwrap_or(Path::new("/"));
    tempfile::Builder::new().prefix(".drydock-").tempfile_in(nearest).map_err(failed)?;
    Ok(path.to_owned())
}
