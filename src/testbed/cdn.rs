//! A content delivery network: files from memory, byte ranges, entitlement by client certificate, and misbehaviour.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;

use crate::terms::Digest;

use super::{
    server::{Answer, Request, Server, Site, Speaks, lock},
    tls::Peer,
};

/// What goes wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status instead of the answer.
    Status(u16),
    /// This status, and to be asked again after so many seconds.
    RetryAfter(u16, u32),
    /// Only this many bytes, in an answer that is formally whole.
    Truncated(usize),
    /// One byte in the middle is another.
    Garbled,
    /// Another body.
    Replaced(Bytes),
    /// The connection breaks after this many bytes of the body.
    Dropped(usize),
    /// The answer takes this long.
    Delayed(Duration),
    /// `Range` is ignored: the whole file with status 200.
    IgnoredRange,
    /// 307 to this origin, same path.
    Redirected(String),
}

/// A fault, and when it happens.
#[derive(Clone, Debug)]
pub struct Trouble {
    path: String,
    method: Option<String>,
    fault: Fault,
    times: Option<usize>,
}

impl Trouble {
    /// Troubles every request whose path contains `path`.
    pub fn at(path: &str, fault: Fault) -> Self {
        Self { path: path.to_owned(), method: None, fault, times: None }
    }

    /// Only this often, then no more.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// Only requests of this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// The fault of the first trouble that fits, used up by one.
    pub(super) fn pick(all: &mut [Self], request: &Request) -> Option<Fault> {
        let fits = |t: &Self| {
            request.path.contains(&t.path)
                && t.method.as_ref().is_none_or(|m| *m == request.method)
                && t.times != Some(0)
        };
        let trouble = all.iter_mut().find(|t| fits(t))?;
        if let Some(times) = &mut trouble.times {
            *times -= 1;
        }
        Some(trouble.fault.clone())
    }
}

/// A file server. Derefs to its [`Server`] for the log, the address and troubles.
#[derive(Debug)]
pub struct Cdn {
    server: Server,
    files: Arc<Files>,
}

#[derive(Debug, Default)]
struct Files {
    tree: Mutex<BTreeMap<String, Bytes>>,
    /// Path prefixes a client certificate opens; empty: all.
    granted: Mutex<Vec<String>>,
}

impl Cdn {
    /// Serves `tree` (paths without a leading slash).
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start(tree: BTreeMap<String, Bytes>, speaks: Speaks<'_>) -> io::Result<Self> {
        let files = Arc::new(Files { tree: Mutex::new(tree), granted: Mutex::default() });
        Ok(Self { server: Server::start(files.clone(), speaks)?, files })
    }

    /// Puts or replaces a file.
    pub fn put(&self, path: &str, bytes: impl Into<Bytes>) {
        lock(&self.files.tree).insert(path.trim_start_matches('/').to_owned(), bytes.into());
    }

    /// Takes a file away.
    pub fn remove(&self, path: &str) {
        lock(&self.files.tree).remove(path.trim_start_matches('/'));
    }

    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<Bytes> {
        lock(&self.files.tree).get(path.trim_start_matches('/')).cloned()
    }

    /// Paths of the files below a directory, sorted.
    pub fn paths(&self, below: &str) -> Vec<String> {
        lock(&self.files.tree).keys().filter(|path| path.starts_with(below)).cloned().collect()
    }

    /// Restricts what clients are entitled to: paths with none of these prefixes (with leading slash) give 403.
    pub fn grant_only(&self, prefixes: &[&str]) {
        *lock(&self.files.granted) = prefixes.iter().map(|&p| p.to_owned()).collect();
    }
}

impl std::ops::Deref for Cdn {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Site for Files {
    fn answer(&self, request: &Request) -> Answer {
        // nginx's own words, and its own status: 400, not 401 or 403.
        match request.peer {
            Peer::Absent => return Answer::new(400, "<title>400 No required SSL certificate was sent</title>\n"),
            Peer::Refused => return Answer::new(400, "<title>400 The SSL certificate error</title>\n"),
            Peer::NotAsked | Peer::Accepted(_) => {}
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Answer::new(405, "");
        }
        let granted = lock(&self.granted);
        if !granted.is_empty() && !granted.iter().any(|prefix| request.path.starts_with(prefix)) {
            return Answer::new(403, "<title>403 Forbidden</title>\n");
        }
        match lock(&self.tree).get(request.path.trim_start_matches('/')) {
            None => Answer::new(404, "<title>404 Not Found</title>\n"),
            Some(bytes) => file_answer(request, bytes),
        }
    }
}

/// A file or the part of it that `Range` asks for (one range, RFC 9110 section 14; `If-Range` by entity tag).
pub(super) fn file_answer(request: &Request, bytes: &Bytes) -> Answer {
    let tag = format!("\"{}\"", &Digest::of(bytes).hex()[..16]);
    let whole = |status| Answer::new(status, bytes.clone()).header("etag", &tag).header("accept-ranges", "bytes");
    let stale = request.header("if-range").is_some_and(|t| t != tag);
    let Some(range) = request.header("range").filter(|_| !stale) else { return whole(200) };
    match parse_range(range, bytes.len()) {
        None => whole(200),
        Some(None) => Answer::new(416, "").header("content-range", format!("bytes */{}", bytes.len())),
        Some(Some((first, last))) => Answer::new(206, bytes.slice(first..=last))
            .header("etag", &tag)
            .header("content-range", format!("bytes {first}-{last}/{}", bytes.len())),
    }
}

/// First and last byte; `Some(None)` when nothing of the range exists, `None` when it is no single byte range.
fn parse_range(range: &str, len: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let tail: usize = last.parse().ok()?;
        return Some((tail > 0 && len > 0).then(|| (len.saturating_sub(tail), len - 1)));
    }
    let first: usize = first.parse().ok()?;
    let last: usize = if last.is_empty() { usize::MAX } else { last.parse().ok()? };
    Some((first < len && first <= last).then(|| (first, last.min(len - 1))))
}
