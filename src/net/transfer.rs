//! Whole files: small ones into memory, large ones into a sink, over as many requests as it takes.

use reqwest::{
    Method,
    header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE},
};

use super::{Client, Error, Identity, Request, Response, SinkFault, local, retry};

/// Where a download goes. It remembers how far it got, perhaps from an earlier process.
pub trait Sink: Send {
    /// How many bytes it has: the offset of the next one.
    fn position(&self) -> u64;
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault>;
    /// Forgets everything: the server cannot go on where the sink is.
    fn restart(&mut self) -> Result<(), SinkFault>;
}

/// So many new bytes are worth a fresh set of retries: a line that breaks every few minutes must not end a long
/// download.
const PROGRESS: u64 = 1 << 20;

impl Client {
    /// A small file, all of it in memory.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond `limit` bytes.
    pub async fn get_small(&self, url: &str, identity: &Identity, limit: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Bounded { bytes: Vec::new(), limit };
        match self.download(url, identity, &mut bytes).await {
            Err(Error::Sink { url, .. }) => Err(Error::TooLarge { url, limit }),
            result => result.map(|()| bytes.bytes),
        }
    }

    /// A file of any size, from where the sink is to its end. What came is not checked: the sink's owner knows the
    /// checksum.
    pub async fn download(&self, url: &str, identity: &Identity, sink: &mut dyn Sink) -> Result<(), Error> {
        self.download_by(&Request::new(Method::GET, url).by(identity), sink).await
    }

    /// As [`Client::download`], with headers.
    pub async fn download_by(&self, request: &Request, sink: &mut dyn Sink) -> Result<(), Error> {
        if let Some(path) = local::path_of(&request.url) {
            return local::copy(&path?, &request.url, sink).await;
        }
        Transfer { client: self, request, sink, validator: None, attempt: 1, mark: 0 }.run().await
    }
}

struct Transfer<'a> {
    client: &'a Client,
    request: &'a Request,
    sink: &'a mut dyn Sink,
    /// The strong ETag of what came so far: a file that changes between two ranges must not be pieced together.
    validator: Option<HeaderValue>,
    attempt: u32,
    /// The sink's position when `attempt` was last reset.
    mark: u64,
}

/// How one response ended.
enum Outcome {
    Complete,
    /// More is to come: the server sent a shorter range than it was asked for.
    Partial,
    /// What came does not continue what is there.
    Misfit,
}

impl Transfer<'_> {
    async fn run(mut self) -> Result<(), Error> {
        self.mark = self.sink.position();
        loop {
            let before = self.sink.position();
            let headers = match self.once().await {
                Ok(Outcome::Complete) => return Ok(()),
                Ok(Outcome::Partial) if self.sink.position() > before => continue,
                Ok(Outcome::Partial | Outcome::Misfit) => {
                    if self.attempt > self.client.settings().retries {
                        return Err(Error::Ranges { url: super::redacted(&self.request.url), attempts: self.attempt });
                    }
                    self.restart()?;
                    None
                }
                Err((error, headers)) => {
                    self.forgive();
                    self.again(error)?;
                    headers
                }
            };
            tokio::time::sleep(retry::pause(self.client.settings(), self.attempt, headers.as_ref())).await;
            self.attempt += 1;
        }
    }

    /// Starts counting anew after real progress.
    fn forgive(&mut self) {
        if self.sink.position() >= self.mark.saturating_add(PROGRESS) {
            (self.mark, self.attempt) = (self.sink.position(), 1);
        }
    }

    /// Whether to try again after `error`.
    fn again(&self, error: Error) -> Result<(), Error> {
        let retries = self.client.settings().retries;
        let patience = match &error {
            Error::Transport { source, .. } => source.patience(retries),
            Error::Status { status, .. } if retry::passing(*status) => retries,
            _ => 0,
        };
        if self.attempt <= patience {
            tracing::debug!(error = %error, attempt = self.attempt, at = self.sink.position(), "trying again");
            return Ok(());
        }
        Err(match error {
            Error::Transport { method, url, source, .. } => {
                Error::Transport { method, url, source, attempts: self.attempt }
            }
            Error::Status { method, url, status, refusal, source, .. } => {
                Error::Status { method, url, status, refusal, source, attempts: self.attempt }
            }
            other => other,
        })
    }

    fn restart(&mut self) -> Result<(), Error> {
        (self.validator, self.mark) = (None, 0);
        self.sink.restart().map_err(|source| Error::Sink { url: super::redacted(&self.request.url), source })
    }

    /// One request and its body.
    async fn once(&mut self) -> Result<Outcome, (Error, Option<HeaderMap>)> {
        let position = self.sink.position();
        let mut request = self.request.clone();
        if position > 0 {
            request.headers.insert(RANGE, format!("bytes={position}-").parse().expect("ASCII"));
            if let Some(validator) = &self.validator {
                request.headers.insert(IF_RANGE, validator.clone());
            }
        }
        let response = self.client.request_once(&request).await.map_err(|e| (e, None))?;
        let range = response.headers().get(CONTENT_RANGE).and_then(|v| ContentRange::parse(v.to_str().ok()?));
        let end = match (response.status(), range) {
            (200, _) => {
                if position > 0 {
                    self.restart().map_err(|e| (e, None))?;
                }
                response.inner.content_length()
            }
            (206, Some(ContentRange { first: Some(first), total })) if first == position => {
                let tag = strong_tag(&response);
                if self.validator.is_some() && tag.is_some() && tag != self.validator {
                    return Ok(Outcome::Misfit);
                }
                total
            }
            // An earlier process got everything but did not live to check it.
            (416, Some(ContentRange { total: Some(total), .. })) if total == position => return Ok(Outcome::Complete),
            (206 | 416, _) if position > 0 => return Ok(Outcome::Misfit),
            _ => {
                let headers = response.headers().clone();
                return Err((response.into_refusal().await, Some(headers)));
            }
        };
        self.validator = strong_tag(&response).or(self.validator.take());
        self.body(response, end).await.map_err(|e| (e, None))
    }

    /// Moves a body into the sink; `end` is the file's length, where it is known.
    async fn body(&mut self, mut response: Response, end: Option<u64>) -> Result<Outcome, Error> {
        let url = response.url.clone();
        loop {
            match response.next_chunk().await {
                Ok(Some(chunk)) => {
                    self.sink.write(&chunk).map_err(|source| Error::Sink { url: url.clone(), source })?;
                }
                Ok(None) => break,
                Err(source) => return Err(response.failed(source)),
            }
        }
        Ok(match end {
            Some(end) if self.sink.position() < end => Outcome::Partial,
            Some(end) if self.sink.position() > end => Outcome::Misfit,
            _ => Outcome::Complete,
        })
    }
}

fn strong_tag(response: &Response) -> Option<HeaderValue> {
    response.headers().get(ETAG).filter(|t| !t.as_bytes().starts_with(b"W/")).cloned()
}

/// `bytes FIRST-LAST/TOTAL`, `bytes */TOTAL` (RFC 9110, 14.4).
struct ContentRange {
    first: Option<u64>,
    total: Option<u64>,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let first = range.split_once('-').and_then(|(first, _)| first.trim().parse().ok());
        Some(Self { first, total: total.trim().parse().ok() })
    }
}

/// A sink in memory with a ceiling.
struct Bounded {
    bytes: Vec<u8>,
    limit: u64,
}

/// Stands for [`Error::TooLarge`] on its way out of a sink.
#[derive(Debug, thiserror::Error)]
#[error("more bytes than allowed")]
struct Overflow;

impl crate::terms::Fault for Overflow {
    fn class(&self) -> crate::terms::Class {
        crate::terms::Class::Network
    }
}

impl Sink for Bounded {
    fn position(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        if self.position() + bytes.len() as u64 > self.limit {
            return Err(SinkFault::new(Overflow));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), SinkFault> {
        self.bytes.clear();
        Ok(())
    }
}
