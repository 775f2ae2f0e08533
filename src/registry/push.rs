//! A publication into repositories.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt};

use super::{Error, Registry, pull::claimed_digest, session::senseless, token::Access};
use crate::{
    formats::oci::{RawDocument, TagRef},
    net::{Body, HeaderValue, Method, header},
    store::{BlobSource, Publication, PublishBlob, Store},
    terms::{Checksum, Event},
};

/// What a push did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// Blobs sent.
    pub uploaded: u64,
    /// Blobs taken over from another repository of the registry.
    pub mounted: u64,
    /// Blobs that were there.
    pub present: u64,
    /// Bytes of the blobs sent.
    pub bytes: u64,
    /// Manifests, indexes and tags written.
    pub documents: u64,
}

enum Placed {
    Present,
    Mounted,
    Uploaded(u64),
}

impl Registry {
    /// Publishes under every tag: blobs, then manifests, then the index, all by digest; then the tags. A push that
    /// fails leaves tags as they were. Blobs of [`BlobSource::Registry`] are mounted where that is possible, else pulled
    /// through `store`.
    pub async fn push(&self, publication: &Publication, tags: &[TagRef], store: &Store) -> Result<PushReport, Error> {
        let mut places: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for tag in tags {
            places.entry((&tag.host, &tag.repository)).or_default().insert(&tag.tag);
        }
        let mut report = PushReport::default();
        // A tag moves only when every repository has everything.
        let mut filled: Vec<Access> = Vec::new();
        for (host, repository) in places.keys() {
            let access = Access::push(host, repository);
            let siblings: Vec<_> = filled.iter().filter(|a| a.host == *host).map(|a| a.repository.clone()).collect();
            self.fill(&access, publication, &siblings, store, &mut report).await?;
            filled.push(access);
        }
        for (access, names) in filled.iter().zip(places.values()) {
            for name in names {
                report.documents += self.put_document(access, name, &publication.index).await?;
            }
        }
        Ok(report)
    }

    /// Everything but the tags.
    async fn fill(
        &self,
        access: &Access,
        publication: &Publication,
        siblings: &[String],
        store: &Store,
        report: &mut PushReport,
    ) -> Result<(), Error> {
        let unique: BTreeMap<_, _> = publication.blobs.iter().map(|b| (b.descriptor.digest, b)).collect();
        let jobs: Vec<_> = unique.into_values().map(|b| self.place_and_tell(access, b, siblings, store)).collect();
        let mut placed = futures_util::stream::iter(jobs).buffer_unordered(self.settings().parallel.max(1));
        while let Some(one) = placed.try_next().await? {
            match one {
                Placed::Present => report.present += 1,
                Placed::Mounted => report.mounted += 1,
                Placed::Uploaded(bytes) => {
                    report.uploaded += 1;
                    report.bytes += bytes;
                }
            }
        }
        for document in publication.manifests.iter().chain([&publication.index]) {
            report.documents += self.put_document(access, &document.digest().to_string(), document).await?;
        }
        Ok(())
    }

    /// Sends one blob ahead of its publication, unless it is there. Nothing names it until the publication follows; a registry
    /// forgets it if none does. Gives the bytes sent.
    pub async fn send_ahead(
        &self,
        host: &str,
        repository: &str,
        blob: &PublishBlob,
        store: &Store,
    ) -> Result<u64, Error> {
        match self.place(&Access::push(host, repository), blob, &[], store).await? {
            Placed::Uploaded(bytes) => Ok(bytes),
            Placed::Present | Placed::Mounted => Ok(0),
        }
    }

    async fn place_and_tell(
        &self,
        access: &Access,
        blob: &PublishBlob,
        siblings: &[String],
        store: &Store,
    ) -> Result<Placed, Error> {
        let placed = self.place(access, blob, siblings, store).await?;
        self.events().event(Event::Advanced {
            stage: "publish",
            subject: access.place(),
            amount: blob.descriptor.size,
        });
        Ok(placed)
    }

    async fn place(
        &self,
        access: &Access,
        blob: &PublishBlob,
        siblings: &[String],
        store: &Store,
    ) -> Result<Placed, Error> {
        let digest = blob.descriptor.digest;
        let head = self.request(Method::HEAD, access, &format!("blobs/{digest}"));
        let response = self.send(access, head).await?;
        if self.expect(access, response, &[200, 404]).await?.status() == 200 {
            return Ok(Placed::Present);
        }
        let source = match &blob.source {
            BlobSource::Registry { host, repository } if *host == access.host => Some(repository),
            _ => siblings.first(),
        };
        let mut begun = None;
        if let Some(from) = source.filter(|from| **from != access.repository) {
            let access = access.mount(from);
            let url = format!("blobs/uploads/?mount={digest}&from={from}");
            let response = self.send(&access, self.request(Method::POST, &access, &url)).await;
            match response {
                Ok(response) if response.status() == 201 => return Ok(Placed::Mounted),
                Ok(response) if response.status() == 202 => begun = Some(self.upload_location(&access, &response)?),
                // No right to read there, or no such thing as a mount: the bytes go the long way.
                Ok(_) | Err(Error::Refused { .. } | Error::Token { .. }) => {}
                Err(e) => return Err(e),
            }
        }
        let bytes = match &blob.source {
            BlobSource::Store(bytes) => bytes.clone(),
            BlobSource::Registry { host, repository } => match store.blob(&Checksum::from(digest.0)) {
                Some(bytes) => bytes,
                None => self.blob(host, repository, &blob.descriptor, store).await?,
            },
        };
        self.upload(access, digest, &bytes, begun).await?;
        Ok(Placed::Uploaded(bytes.size()))
    }

    /// Writes a document under a digest or tag, unless that is what is there. Returns how many were written: 0 or 1.
    async fn put_document(&self, access: &Access, name: &str, document: &RawDocument) -> Result<u64, Error> {
        if self.existing_document(access, name).await? == Some(document.digest()) {
            return Ok(0);
        }
        let url = access.place();
        let media_type = HeaderValue::try_from(document.media_type().as_str())
            .map_err(|_| senseless(&Method::PUT, &url, "the document's media type cannot be sent"))?;
        let request = self
            .request(Method::PUT, access, &format!("manifests/{name}"))
            .with_header(header::CONTENT_TYPE, media_type)
            .with_body(Body::Bytes(document.bytes().to_vec().into()));
        let response = self.send(access, request).await?;
        let response = self.expect(access, response, &[201, 200, 202]).await?;
        match claimed_digest(&response).filter(|claimed| *claimed != document.digest()) {
            // A registry that rewrites documents breaks every digest we promise.
            Some(actual) => Err(Error::Digest {
                what: format!("the published {name}"),
                place: access.place(),
                expected: document.digest(),
                actual,
            }),
            None => Ok(1),
        }
    }
}
