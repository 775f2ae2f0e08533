//! A registry in memory: the distribution protocol as Docker's own registry (2.8) speaks it: pull, push by POST, PATCH
//! and PUT, cross-repository mounts, tags, referrers, and the three ways of authentication.

mod access;
mod store;
mod upload;

use std::{
    io,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use serde_json::json;

use crate::terms::Digest;

pub use access::Access;
use store::Contents;

use super::server::{Answer, Request, Server, Site, Speaks, lock};

/// How a registry treats those who push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writes {
    /// They may.
    #[default]
    Allowed,
    /// 403 `DENIED`, as to one without the right.
    Denied,
    /// 405 `UNSUPPORTED`, as a registry in read-only mode.
    Unsupported,
}

/// How a registry behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// Who is let in.
    pub access: Access,
    /// Whether pushes are taken.
    pub writes: Writes,
    /// Whether `mount=` is honoured (else an upload begins, as the protocol allows).
    pub mounts: bool,
    /// Whether the referrers endpoint exists (Docker's 2.8 has none).
    pub referrers: bool,
}

impl Manners {
    /// Anyone may pull, push and mount.
    pub fn open() -> Self {
        Self { mounts: true, ..Self::default() }
    }
}

/// A running registry. Derefs to its [`Server`] for the log, the address and troubles.
#[derive(Debug)]
pub struct Registry {
    server: Server,
    hall: Arc<Hall>,
}

#[derive(Debug)]
struct Hall {
    manners: Manners,
    contents: Mutex<Contents>,
}

impl Registry {
    /// Starts an empty registry.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start(manners: Manners, speaks: Speaks<'_>) -> io::Result<Self> {
        let hall = Arc::new(Hall { manners, contents: Mutex::default() });
        Ok(Self { server: Server::start(hall.clone(), speaks)?, hall })
    }

    /// Puts a blob straight into a repository; its digest.
    pub fn put_blob(&self, repository: &str, bytes: impl Into<Bytes>) -> Digest {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        lock(&self.hall.contents).put_blob(repository, digest, bytes);
        digest
    }

    /// Puts a manifest or index straight into a repository, under a tag if given; its digest.
    pub fn put_manifest(
        &self,
        repository: &str,
        tag: Option<&str>,
        media_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Digest {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        lock(&self.hall.contents).put_manifest(repository, tag, media_type, digest, bytes);
        digest
    }

    /// A blob, if the repository has it.
    pub fn blob(&self, repository: &str, digest: Digest) -> Option<Bytes> {
        lock(&self.hall.contents).blob(repository, digest)
    }

    /// Media type and bytes of what a tag or digest names.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<(String, Bytes)> {
        lock(&self.hall.contents).manifest(repository, reference).map(|(_, kind, bytes)| (kind, bytes))
    }

    /// A repository's tags, sorted.
    pub fn tags(&self, repository: &str) -> Vec<String> {
        lock(&self.hall.contents).tags(repository)
    }

    /// Digests of all blobs of a repository, sorted: what an interrupted push left behind shows here.
    pub fn blobs(&self, repository: &str) -> Vec<Digest> {
        lock(&self.hall.contents).blobs(repository)
    }

    /// Throws a blob away, in every repository: a registry that lost something.
    pub fn lose(&self, digest: Digest) {
        lock(&self.hall.contents).lose(digest);
    }
}

impl std::ops::Deref for Registry {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// An error as registries write it.
fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({ "errors": [{ "code": code, "message": message, "detail": null }] });
    Answer::new(status, body.to_string()).header("content-type", "application/json; charset=utf-8")
}

/// What a path below `/v2/` names.
enum Place<'a> {
    Manifest(&'a str),
    Blob(&'a str),
    /// An upload by id; empty to begin one.
    Upload(&'a str),
    Tags,
    Referrers(&'a str),
}

/// Splits `NAME/manifests/REF` and its like; repository names hold slashes themselves.
fn place(path: &str) -> Option<(&str, Place<'_>)> {
    if let Some(name) = path.strip_suffix("/tags/list") {
        return Some((name, Place::Tags));
    }
    if let Some((name, id)) = path.rsplit_once("/blobs/uploads/") {
        return Some((name, Place::Upload(id)));
    }
    if let Some(name) = path.strip_suffix("/blobs/uploads") {
        return Some((name, Place::Upload("")));
    }
    let (rest, last) = path.rsplit_once('/')?;
    let (name, kind) = rest.rsplit_once('/')?;
    match kind {
        "manifests" => Some((name, Place::Manifest(last))),
        "blobs" => Some((name, Place::Blob(last))),
        "referrers" => Some((name, Place::Referrers(last))),
        _ => None,
    }
}

impl Site for Hall {
    fn answer(&self, request: &Request) -> Answer {
        let mut contents = lock(&self.contents);
        if request.path == "/token" {
            return access::token(&self.manners.access, &mut contents.tokens, request);
        }
        let Some(path) = request.path.strip_prefix("/v2/") else { return refusal(404, "UNSUPPORTED", "no such page") };
        let target = place(path);
        let pulls = matches!(request.method.as_str(), "GET" | "HEAD") && !matches!(target, Some((_, Place::Upload(_))));
        let name = target.as_ref().map_or("", |(name, _)| name);
        if let Some(challenge) = access::check(&self.manners.access, &contents.tokens, request, name, pulls) {
            return challenge;
        }
        let answer = match (target, request.method.as_str()) {
            (None, _) if path.is_empty() => Answer::new(200, "{}"),
            (None, _) => refusal(404, "NAME_UNKNOWN", "repository name not known to registry"),
            (Some(_), _) if !pulls && self.manners.writes == Writes::Denied => {
                refusal(403, "DENIED", "requested access to the resource is denied")
            }
            (Some(_), _) if !pulls && self.manners.writes == Writes::Unsupported => {
                refusal(405, "UNSUPPORTED", "the operation is unsupported")
            }
            (Some((name, Place::Manifest(reference))), "GET" | "HEAD") => contents.get_manifest(name, reference),
            (Some((name, Place::Manifest(reference))), "PUT") => contents.take_manifest(name, reference, request),
            (Some((name, Place::Blob(digest))), "GET" | "HEAD") => contents.get_blob(name, digest, request),
            (Some((name, Place::Upload(""))), "POST") => contents.begin_upload(name, request, self.manners.mounts),
            (Some((name, Place::Upload(id))), method) => contents.upload(name, id, method, request),
            (Some((name, Place::Tags)), "GET") => contents.list_tags(name),
            (Some((name, Place::Referrers(digest))), "GET") if self.manners.referrers => {
                contents.list_referrers(name, digest)
            }
            (Some((_, Place::Referrers(_))), "GET") => refusal(404, "UNSUPPORTED", "no referrers here"),
            _ => refusal(405, "UNSUPPORTED", "the operation is unsupported"),
        };
        answer.header("docker-distribution-api-version", "registry/2.0")
    }
}
