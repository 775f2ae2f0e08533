//! One request and its response.

use std::{
    io::SeekFrom,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use reqwest::{
    Method,
    header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::{Error, Failure, Identity};

/// How much of a refusal's body is read.
const REFUSAL_LIMIT: u64 = 64 << 10;

/// A request that can be sent more than once.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, …
    pub method: Method,
    /// Where to.
    pub url: String,
    /// As whom.
    pub identity: Identity,
    /// Headers. An `Authorization` among them stays with the host of `url`.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Body,
}

/// What a request sends. Files are streamed: memory does not grow with them.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// A few bytes.
    Bytes(Bytes),
    /// A part of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Where the part begins.
        offset: u64,
        /// How many bytes it has.
        length: u64,
    },
}

impl Request {
    /// A request without headers or body, by nobody in particular.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let (identity, headers, body) = (Identity::anonymous(), HeaderMap::new(), Body::Empty);
        Self { method, url: url.into(), identity, headers, body }
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// With a body.
    #[must_use]
    pub fn with_body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// As somebody.
    #[must_use]
    pub fn by(self, identity: &Identity) -> Self {
        Self { identity: identity.clone(), ..self }
    }
}

impl Body {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    /// Puts the body into a request; `sent` counts what left.
    pub(super) async fn attach(
        &self,
        request: reqwest::RequestBuilder,
        sent: Arc<AtomicU64>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        match self {
            Self::Empty => Ok(request),
            Self::Bytes(bytes) => {
                sent.store(bytes.len() as u64, Ordering::Relaxed);
                Ok(request.body(bytes.clone()))
            }
            Self::File { path, offset, length } => {
                let failed = |source| Error::File { path: path.clone(), source };
                let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
                file.seek(SeekFrom::Start(*offset)).await.map_err(failed)?;
                let stream = futures_util::stream::unfold((file.take(*length), sent), |(mut file, sent)| async move {
                    let mut chunk = Vec::with_capacity(256 << 10);
                    match (&mut file).take(256 << 10).read_to_end(&mut chunk).await {
                        Ok(0) => None,
                        Ok(n) => {
                            sent.fetch_add(n as u64, Ordering::Relaxed);
                            Some((Ok(Bytes::from(chunk)), (file, sent)))
                        }
                        Err(e) => Some((Err(e), (file, sent))),
                    }
                });
                Ok(request.header(CONTENT_LENGTH, *length).body(reqwest::Body::wrap_stream(stream)))
            }
        }
    }
}

/// The answer to a request, whatever its status.
#[derive(Debug)]
pub struct Response {
    pub(super) inner: reqwest::Response,
    pub(super) stall: Duration,
    /// GET, …
    pub(super) method: Method,
    /// Redacted.
    pub(super) url: String,
    pub(super) attempts: u32,
    pub(super) with_certificate: bool,
}

impl Response {
    /// HTTP status code.
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// Headers.
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// A header as text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The URL that answered, after redirects. Not redacted: signed queries are in it.
    pub fn url(&self) -> &str {
        self.inner.url().as_str()
    }

    /// The next bytes of the body; none at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.next_chunk().await.map_err(|source| self.failed(source))
    }

    pub(super) async fn next_chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        match tokio::time::timeout(self.stall, self.inner.chunk()).await {
            Ok(chunk) => chunk.map_err(Failure::of),
            Err(_) => Err(Failure::Stalled { seconds: self.stall.as_secs() }),
        }
    }

    /// The whole body, if it has at most `limit` bytes.
    pub async fn bytes(&mut self, limit: u64) -> Result<Vec<u8>, Error> {
        let too_large = || Error::TooLarge { url: self.url.clone(), limit };
        if self.inner.content_length().is_some_and(|n| n > limit) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if (bytes.len() + chunk.len()) as u64 > limit {
                return Err(Error::TooLarge { url: self.url.clone(), limit });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Makes an error of an answer that is none. The beginning of its body is read, and whatever breaks there ignored.
    pub async fn into_refusal(mut self) -> Error {
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = self.next_chunk().await {
            let room = (REFUSAL_LIMIT as usize).saturating_sub(body.len());
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() >= room {
                break;
            }
        }
        let challenges = self.headers().get_all(reqwest::header::WWW_AUTHENTICATE);
        let challenges = challenges.iter().filter_map(|v| v.to_str().ok().map(str::to_owned)).collect();
        let refusal = super::Refusal { body, challenges, with_certificate: self.with_certificate };
        Error::Status {
            status: self.status(),
            method: self.method.to_string(),
            url: self.url,
            attempts: self.attempts,
            source: refusal.words(),
            refusal: Box::new(refusal),
        }
    }

    pub(super) fn failed(&self, source: Failure) -> Error {
        Error::Transport { method: self.method.to_string(), url: self.url.clone(), attempts: self.attempts, source }
    }
}
