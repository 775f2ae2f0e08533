//! What a registry holds, and how it is read and named.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    terms::Digest,
    testbed::{
        cdn::file_answer,
        server::{Answer, Request},
    },
};

use super::{access::Tokens, refusal};

/// Blobs are stored once and known per repository, as registries do: a blob of another repository must be mounted.
#[derive(Debug, Default)]
pub(super) struct Contents {
    blobs: BTreeMap<Digest, Bytes>,
    repositories: BTreeMap<String, Repository>,
    pub(super) uploads: BTreeMap<String, Vec<u8>>,
    pub(super) begun: usize,
    pub(super) tokens: Tokens,
}

#[derive(Debug, Default)]
struct Repository {
    blobs: BTreeSet<Digest>,
    manifests: BTreeMap<Digest, (String, Bytes)>,
    tags: BTreeMap<String, Digest>,
}

impl Contents {
    pub(super) fn put_blob(&mut self, name: &str, digest: Digest, bytes: Bytes) {
        self.blobs.insert(digest, bytes);
        self.repositories.entry(name.to_owned()).or_default().blobs.insert(digest);
    }

    pub(super) fn put_manifest(&mut self, name: &str, tag: Option<&str>, kind: &str, digest: Digest, bytes: Bytes) {
        let repository = self.repositories.entry(name.to_owned()).or_default();
        repository.manifests.insert(digest, (kind.to_owned(), bytes));
        if let Some(tag) = tag {
            repository.tags.insert(tag.to_owned(), digest);
        }
    }

    pub(super) fn blob(&self, name: &str, digest: Digest) -> Option<Bytes> {
        self.repositories.get(name)?.blobs.get(&digest).and_then(|d| self.blobs.get(d)).cloned()
    }

    pub(super) fn manifest(&self, name: &str, reference: &str) -> Option<(Digest, String, Bytes)> {
        let repository = self.repositories.get(name)?;
        let digest = reference.parse().ok().or_else(|| repository.tags.get(reference).copied())?;
        repository.manifests.get(&digest).map(|(kind, bytes)| (digest, kind.clone(), bytes.clone()))
    }

    pub(super) fn tags(&self, name: &str) -> Vec<String> {
        self.repositories.get(name).map(|r| r.tags.keys().cloned().collect()).unwrap_or_default()
    }

    pub(super) fn blobs(&self, name: &str) -> Vec<Digest> {
        self.repositories.get(name).map(|r| r.blobs.iter().copied().collect()).unwrap_or_default()
    }

    pub(super) fn lose(&mut self, digest: Digest) {
        self.blobs.remove(&digest);
        self.repositories.values_mut().for_each(|r| {
            r.blobs.remove(&digest);
        });
    }

    pub(super) fn get_blob(&self, name: &str, digest: &str, request: &Request) -> Answer {
        match digest.parse().ok().and_then(|d| self.blob(name, d)) {
            None => refusal(404, "BLOB_UNKNOWN", "blob unknown to registry"),
            Some(bytes) => file_answer(request, &bytes)
                .header("content-type", "application/octet-stream")
                .header("docker-content-digest", digest),
        }
    }

    pub(super) fn get_manifest(&self, name: &str, reference: &str) -> Answer {
        match self.manifest(name, reference) {
            None => refusal(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            Some((digest, kind, bytes)) => {
                Answer::new(200, bytes).header("content-type", kind).header("docker-content-digest", digest.to_string())
            }
        }
    }

    pub(super) fn list_tags(&self, name: &str) -> Answer {
        if !self.repositories.contains_key(name) {
            return refusal(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        let body = json!({ "name": name, "tags": self.tags(name) });
        Answer::new(200, body.to_string()).header("content-type", "application/json")
    }

    /// Takes a manifest that is JSON, has the digest it is named by, and whose parts are all here.
    pub(super) fn take_manifest(&mut self, name: &str, reference: &str, request: &Request) -> Answer {
        let digest = Digest::of(&request.body);
        let tag = match reference.parse::<Digest>() {
            Ok(named) if named != digest => {
                return refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
            }
            Ok(_) => None,
            Err(_) => Some(reference),
        };
        let Ok(document) = serde_json::from_slice::<Value>(&request.body) else {
            return refusal(400, "MANIFEST_INVALID", "manifest invalid");
        };
        if let Some(missing) = self.missing_part(name, &document) {
            return refusal(400, "MANIFEST_BLOB_UNKNOWN", &format!("blob unknown to registry: {missing}"));
        }
        let kind = request.header("content-type").unwrap_or_default().to_owned();
        self.put_manifest(name, tag, &kind, digest, request.body.clone());
        let answer = Answer::new(201, "")
            .header("location", format!("{}/v2/{name}/manifests/{digest}", request.origin))
            .header("docker-content-digest", digest.to_string());
        match document["subject"]["digest"].as_str() {
            Some(subject) => answer.header("oci-subject", subject),
            None => answer,
        }
    }

    /// The first digest a manifest or index names that the repository lacks.
    fn missing_part(&self, name: &str, document: &Value) -> Option<String> {
        let part = |v: &Value| v["digest"].as_str().unwrap_or_default().to_owned();
        let many = |key: &str| document[key].as_array().into_iter().flatten().map(part).collect::<Vec<_>>();
        let blobs = document.get("config").map(part).into_iter().chain(many("layers"));
        let missing = blobs.into_iter().find(|d| d.parse().ok().and_then(|d| self.blob(name, d)).is_none());
        missing.or_else(|| many("manifests").into_iter().find(|d| self.manifest(name, d).is_none()))
    }

    /// The manifests whose `subject` is `digest`, as an index (distribution specification 1.1).
    pub(super) fn list_referrers(&self, name: &str, digest: &str) -> Answer {
        let all = self.repositories.get(name).map(|r| &r.manifests);
        let mut manifests = Vec::new();
        for (own, (kind, bytes)) in all.into_iter().flatten() {
            let Ok(document) = serde_json::from_slice::<Value>(bytes) else { continue };
            if document["subject"]["digest"] == digest {
                let artifact = document.get("artifactType").unwrap_or(&document["config"]["mediaType"]);
                manifests.push(json!({
                    "mediaType": kind, "digest": own.to_string(), "size": bytes.len(),
                    "artifactType": artifact, "annotations": document.get("annotations"),
                }));
            }
        }
        let kind = "application/vnd.oci.image.index.v1+json";
        let body = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": manifests });
        Answer::new(200, body.to_string()).header("content-type", kind)
    }
}
