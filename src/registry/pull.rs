//! From a registry into memory and the store.

use super::{Error, Registry, token::Access};
use crate::{
    formats::oci::{Descriptor, Document, MANIFEST_LIMIT, MediaType, RawDocument, Reference},
    net::{self, HeaderName, HeaderValue, Method, Request, Response, Sink, SinkFault, header},
    store::{self, Blob, Expected, Publication, Store, Verified, Writer},
    terms::{BlobDigest, Checksum, Digest, Event},
};

/// How often a document is asked for whose body breaks off.
const DOCUMENT_TRIES: u32 = 3;

impl Registry {
    /// The manifest or index of a reference: by its digest if it has one (the tag then counts for nothing), else by its
    /// tag, else by `latest`.
    ///
    /// # Errors
    /// [`Error::Digest`] when the bytes are not the digest's, or not those the registry itself claims them to be.
    pub async fn document(&self, reference: &Reference) -> Result<RawDocument, Error> {
        let access = Access::pull(&reference.host, &reference.repository);
        let name = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, tag) => tag.clone().unwrap_or_else(|| "latest".into()),
        };
        let request = self.document_request(Method::GET, &access, &name);
        let mut tries = 1;
        let (media_type, claimed, bytes) = loop {
            let response = self.send(&access, request.clone()).await?;
            let mut response = self.expect(&access, response, &[200]).await?;
            match response.bytes(MANIFEST_LIMIT).await {
                Ok(bytes) => break (content_type(&response), claimed_digest(&response), bytes),
                Err(net::Error::Transport { .. }) if tries < DOCUMENT_TRIES => tries += 1,
                Err(e) => return Err(e.into()),
            }
        };
        let document = RawDocument::new(media_type, bytes);
        let expected = reference.digest.map(BlobDigest).or(claimed);
        match expected.filter(|e| *e != document.digest()) {
            Some(expected) => Err(Error::Digest {
                what: if reference.digest.is_some() { "the document".into() } else { format!("the tag {name}") },
                place: access.place(),
                expected,
                actual: document.digest(),
            }),
            None => Ok(document),
        }
    }

    /// A manifest or index by descriptor, as an index lists it.
    pub async fn document_of(&self, host: &str, repository: &str, of: &Descriptor) -> Result<RawDocument, Error> {
        let (host, repository) = (host.to_owned(), repository.to_owned());
        self.document(&Reference { host, repository, tag: None, digest: Some(of.digest.0) }).await
    }

    /// [`Registry::document`], read.
    pub async fn read(&self, reference: &Reference) -> Result<(RawDocument, Document), Error> {
        let raw = self.document(reference).await?;
        let parsed = raw.parse().map_err(|source| Error::Document {
            place: format!("{}/{}", reference.host, reference.repository),
            digest: raw.digest(),
            source,
        })?;
        Ok((raw, parsed))
    }

    /// The digest a tag has now, asked for with HEAD; none if there is no such tag, or the registry does not say.
    pub async fn digest_of(&self, reference: &Reference) -> Result<Option<BlobDigest>, Error> {
        let access = Access::pull(&reference.host, &reference.repository);
        let name = reference.digest.map(|d| d.to_string()).or(reference.tag.clone()).unwrap_or_else(|| "latest".into());
        self.existing_document(&access, &name).await
    }

    pub(super) async fn existing_document(&self, access: &Access, name: &str) -> Result<Option<BlobDigest>, Error> {
        let response = self.send(access, self.document_request(Method::HEAD, access, name)).await?;
        if response.status() == 404 {
            return Ok(None);
        }
        let response = self.expect(access, response, &[200]).await?;
        Ok(claimed_digest(&response).or_else(|| name.parse::<Digest>().ok().map(BlobDigest)))
    }

    /// A config or layer, through the store. It goes on where a killed pull stopped.
    pub async fn blob(
        &self,
        host: &str,
        repository: &str,
        of: &Descriptor,
        store: &Store,
    ) -> Result<Verified<Blob>, Error> {
        let checksum = Checksum::from(of.digest.0);
        if let Some(blob) = store.blob(&checksum) {
            return Ok(blob);
        }
        let access = Access::pull(host, repository);
        let mut again = true;
        loop {
            let expected = Expected { checksum: checksum.clone(), size: Some(of.size) };
            let store = store.clone();
            // A partial blob of some hundred MiB is hashed first: not on the runtime's threads.
            let writer = tokio::task::spawn_blocking(move || store.writer(expected)).await;
            let mut sink =
                Landing { writer: writer.expect("opening a writer does not panic")?, registry: self, access: &access };
            let resumed = sink.writer.resumed();
            if sink.writer.position() < of.size || of.size == 0 {
                self.download(&access, &format!("blobs/{}", of.digest), &mut sink).await?;
            }
            match sink.writer.commit() {
                Err(store::Error::Mismatch { .. }) if resumed && again => again = false,
                other => return Ok(other?),
            }
        }
    }

    /// Puts every blob of a publication that is only in a registry into the store: layouts need all bytes.
    pub async fn localize(&self, publication: &Publication, store: &Store) -> Result<(), Error> {
        for blob in &publication.blobs {
            if let store::BlobSource::Registry { host, repository } = &blob.source {
                self.blob(host, repository, &blob.descriptor, store).await?;
            }
        }
        Ok(())
    }

    async fn download(&self, access: &Access, rest: &str, sink: &mut dyn Sink) -> Result<(), Error> {
        let request = self.request(Method::GET, access, rest);
        let (authorized, used) = self.authorize(access, &request).await?;
        let refusal = match self.net().download_by(&authorized, sink).await {
            Err(e @ net::Error::Status { status: 401, .. }) => e,
            other => return other.map_err(|e| self.refused(access, e)),
        };
        if let Err(refusal) = self.learn(access, refusal, used).await? {
            return Err(self.refused(access, refusal));
        }
        let (authorized, _) = self.authorize(access, &request).await?;
        self.net().download_by(&authorized, sink).await.map_err(|e| self.refused(access, e))
    }

    fn document_request(&self, method: Method, access: &Access, name: &str) -> Request {
        let accept = MediaType::DOCUMENTS.map(|t| t.to_string()).join(", ");
        let accept = HeaderValue::try_from(accept).expect("media types are ASCII");
        self.request(method, access, &format!("manifests/{name}")).with_header(header::ACCEPT, accept)
    }
}

fn content_type(response: &Response) -> MediaType {
    MediaType::new(response.header(&header::CONTENT_TYPE).unwrap_or_default())
}

/// What the registry says the digest is. Other algorithms than SHA-256 are not compared.
pub(super) fn claimed_digest(response: &Response) -> Option<BlobDigest> {
    let name = HeaderName::from_static("docker-content-digest");
    response.header(&name)?.parse::<Digest>().ok().map(BlobDigest)
}

/// A store's writer as a download's sink.
struct Landing<'a> {
    writer: Writer,
    registry: &'a Registry,
    access: &'a Access,
}

impl Sink for Landing<'_> {
    fn position(&self) -> u64 {
        self.writer.position()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        self.writer.append(bytes).map_err(SinkFault::new)?;
        self.registry.events().event(Event::Advanced {
            stage: "base",
            subject: self.access.place(),
            amount: bytes.len() as u64,
        });
        Ok(())
    }

    fn restart(&mut self) -> Result<(), SinkFault> {
        self.writer.restart().map_err(SinkFault::new)
    }
}
