//! One blob into one repository.

use std::time::Duration;

use url::Url;

use super::{Error, Registry, pull::claimed_digest, session::senseless, token::Access};
use crate::{
    net::{self, Body, HeaderValue, Method, Request, Response, header, redacted},
    store::{Blob, Verified},
    terms::BlobDigest,
};

/// Blobs up to here go with the request that ends the upload.
const SMALL: u64 = 1 << 20;
/// Pieces after a 413: proxies before registries cap requests at 4 MiB and more.
const SAFE_CHUNK: u64 = 4 << 20;
/// Uploads begun for one blob before giving up.
const SESSIONS: u32 = 4;
/// Breaks within one session before a new one is begun.
const BREAKS: u32 = 4;

/// An upload under way.
struct Upload<'a> {
    registry: &'a Registry,
    access: &'a Access,
    blob: &'a Blob,
    digest: BlobDigest,
    /// Where the next request goes: the registry names a new place with every answer.
    location: Url,
    /// Bytes the registry has.
    offset: u64,
    /// Largest request; none: all that is left.
    chunk: Option<u64>,
}

/// How one session ended.
enum Ended {
    Done,
    /// A new session may do, with requests of this size at most.
    Lost(Box<Error>, Option<u64>),
}

impl Registry {
    /// Uploads a blob. `begun` is the place a refused mount has already opened.
    pub(super) async fn upload(
        &self,
        access: &Access,
        digest: BlobDigest,
        blob: &Verified<Blob>,
        begun: Option<Url>,
    ) -> Result<(), Error> {
        let (mut begun, mut chunk) = (begun, self.settings().chunk);
        let mut session = 1;
        loop {
            let location = match begun.take() {
                Some(location) => location,
                None => self.begin(access).await?,
            };
            let upload = Upload { registry: self, access, blob, digest, location, offset: 0, chunk };
            match upload.run().await? {
                Ended::Done => return Ok(()),
                Ended::Lost(error, _) if session == SESSIONS => return Err(*error),
                Ended::Lost(error, smaller) => {
                    tracing::debug!(%error, session, "beginning the upload anew");
                    chunk = smaller;
                    session += 1;
                }
            }
        }
    }

    async fn begin(&self, access: &Access) -> Result<Url, Error> {
        let request = self.request(Method::POST, access, "blobs/uploads/");
        let response = self.send(access, request).await?;
        let response = self.expect(access, response, &[202]).await?;
        self.upload_location(access, &response)
    }

    /// Where the upload goes on.
    ///
    /// # Errors
    /// A location on another host is refused, private addresses included: the next request carries our token and the
    /// blob, and its answer steers the one after it. A registry that has been taken over, or anybody who can inject one
    /// header, could so collect tokens, or make a build machine send requests into the network it stands in
    /// (server-side request forgery: cloud metadata at 169.254.169.254, a database on 10.0.0.5). `http` for a registry
    /// reached by https is the mark of a proxy that ends TLS: it is read as https, never followed as written.
    pub(super) fn upload_location(&self, access: &Access, response: &Response) -> Result<Url, Error> {
        let base = Url::parse(response.url()).expect("it was requested");
        let text = response.header(&header::LOCATION);
        let text = text.ok_or_else(|| senseless(&Method::POST, response.url(), "an upload without Location"))?;
        let target = base.join(text);
        let mut target = target.map_err(|_| senseless(&Method::POST, response.url(), "the Location is not a URL"))?;
        let refused = |target: &Url, why| {
            Err(Error::UploadLocation { host: access.host.clone(), target: redacted(target.as_str()), why })
        };
        if target.host() != base.host() {
            return refused(&target, "it is another host");
        }
        if target.scheme() != base.scheme() {
            if base.scheme() != "https"
                || target.scheme() != "http"
                || target.port().is_some_and(|p| Some(p) != base.port())
            {
                return refused(&target, "it is another scheme or port");
            }
            target.set_scheme("https").and_then(|()| target.set_port(base.port())).expect("both have hosts");
        }
        if target.port_or_known_default() != base.port_or_known_default() {
            return refused(&target, "it is another port");
        }
        Ok(target)
    }
}

impl Upload<'_> {
    async fn run(mut self) -> Result<Ended, Error> {
        let size = self.blob.size();
        let fits = self.chunk.is_none_or(|chunk| size <= chunk);
        let mut breaks = 0;
        while !(size <= SMALL && fits) && self.offset < size {
            let error = match self.piece().await {
                Ok(true) => continue,
                Ok(false) => senseless(&Method::PATCH, self.location.as_str(), "fewer bytes arrived than were sent"),
                Err(error) => error,
            };
            match &error {
                Error::Refused { status: 413, .. } => {
                    let smaller = self.chunk.map_or(SAFE_CHUNK, |chunk| chunk / 2);
                    let hopeless = smaller < 64 << 10;
                    return if hopeless { Err(error) } else { Ok(Ended::Lost(Box::new(error), Some(smaller))) };
                }
                _ if !may_pass(&error) => return Err(error),
                _ => {}
            }
            breaks += 1;
            if breaks > BREAKS || !self.ask().await {
                self.pause(breaks).await;
                return Ok(Ended::Lost(Box::new(error), self.chunk));
            }
            self.pause(breaks).await;
        }
        self.finish().await
    }

    async fn pause(&self, breaks: u32) {
        let step = self.registry.net().settings().backoff;
        tokio::time::sleep(step.saturating_mul(1 << breaks.min(5)).min(Duration::from_secs(15))).await;
    }

    /// Sends the next bytes; tells whether all of them arrived.
    async fn piece(&mut self) -> Result<bool, Error> {
        let left = self.blob.size() - self.offset;
        let length = self.chunk.map_or(left, |chunk| chunk.min(left));
        let mut request = self.request(Method::PATCH, self.location.clone(), self.offset, length);
        // Without it the request is a plain stream, which every registry takes; pieces need their place.
        if length < self.blob.size() {
            let range = format!("{}-{}", self.offset, self.offset + length - 1);
            request.headers.insert(header::CONTENT_RANGE, HeaderValue::try_from(range).expect("ASCII"));
        }
        let response = self.registry.send_once(self.access, request).await?;
        let response = self.registry.expect(self.access, response, &[202, 204, 201]).await?;
        self.location = self.registry.upload_location(self.access, &response)?;
        // A registry that reports nothing (or its "0-0") is taken to have everything: the digest decides in the end.
        let sent = self.offset + length;
        self.offset = range_end(&response).filter(|end| (1..sent).contains(end)).unwrap_or(sent);
        // Less than was sent counts as a break, or a registry that never gets further would have us here for ever.
        Ok(self.offset == sent)
    }

    /// Asks how many bytes have arrived. Registries that lost count (docker-registry does when a request breaks off)
    /// answer with an error: then only a new session helps.
    async fn ask(&mut self) -> bool {
        let request = Request::new(Method::GET, self.location.clone()).by(&self.registry.identity(&self.access.host));
        let Ok(response) = self.registry.send_once(self.access, request).await else { return false };
        let (Some(end), Ok(location)) = (range_end(&response), self.registry.upload_location(self.access, &response))
        else {
            return false;
        };
        let good = matches!(response.status(), 204 | 202 | 200) && end <= self.blob.size();
        if good {
            (self.offset, self.location) = (end, location);
        }
        good
    }

    /// Ends the upload, with the bytes if they are few.
    async fn finish(self) -> Result<Ended, Error> {
        let mut url = self.location.clone();
        url.query_pairs_mut().append_pair("digest", &self.digest.to_string());
        let request = self.request(Method::PUT, url, self.offset, self.blob.size() - self.offset);
        let answer = match self.registry.send_once(self.access, request).await {
            Ok(response) => self.registry.expect(self.access, response, &[201, 204, 202]).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(response) => match claimed_digest(&response).filter(|claimed| *claimed != self.digest) {
                Some(actual) => Err(Error::Digest {
                    what: "the uploaded blob".into(),
                    place: self.access.place(),
                    expected: self.digest,
                    actual,
                }),
                None => Ok(Ended::Done),
            },
            Err(error) if may_pass(&error) || matches!(error, Error::Refused { status: 400 | 404 | 416, .. }) => {
                self.pause(1).await;
                Ok(Ended::Lost(Box::new(error), self.chunk))
            }
            Err(error) => Err(error),
        }
    }

    fn request(&self, method: Method, url: Url, offset: u64, length: u64) -> Request {
        let body = match length {
            0 => Body::Empty,
            _ => Body::File { path: self.blob.path().to_owned(), offset, length },
        };
        let request = Request::new(method, url).by(&self.registry.identity(&self.access.host)).with_body(body);
        let request = if length == 0 {
            request.with_header(header::CONTENT_LENGTH, HeaderValue::from_static("0"))
        } else {
            request
        };
        request.with_header(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
    }
}

/// Bytes the registry has, by `Range: 0-LAST`. An empty upload and one of a single byte both read `0-0`.
fn range_end(response: &Response) -> Option<u64> {
    let text = response.header(&header::RANGE)?;
    let last: u64 = text.trim_start_matches("bytes=").split_once('-')?.1.trim().parse().ok()?;
    Some(if last == 0 { 0 } else { last.saturating_add(1) })
}

/// Whether the same upload may do better later.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Net(error) => match &**error {
            net::Error::Transport { source, .. } => {
                matches!(
                    source,
                    net::Failure::Stalled { .. } | net::Failure::Broken { .. } | net::Failure::Connect { .. }
                )
            }
            _ => false,
        },
        Error::Protocol { .. } => true,
        Error::Refused { status, .. } => matches!(status, 404 | 408 | 416 | 425 | 429 | 500 | 502 | 503 | 504),
        _ => false,
    }
}
