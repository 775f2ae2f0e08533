//! Blobs on their way in: begun by POST, grown by PATCH, ended by PUT, or mounted and done.

use crate::{
    terms::Digest,
    testbed::server::{Answer, Request},
};

use super::{refusal, store::Contents};

impl Contents {
    /// `POST …/blobs/uploads/`, with `mount` and `from` perhaps.
    pub(super) fn begin_upload(&mut self, name: &str, request: &Request, mounts: bool) -> Answer {
        let source = request.parameter("mount").zip(request.parameter("from")).filter(|_| mounts);
        if let Some((digest, from)) = source
            && let Ok(digest) = digest.parse::<Digest>()
            && let Some(bytes) = self.blob(&from, digest)
        {
            self.put_blob(name, digest, bytes);
            return created(request, name, digest);
        }
        let id = format!("00000000-0000-4000-8000-{:012}", self.begun);
        self.begun += 1;
        self.uploads.insert(id.clone(), Vec::new());
        accepted(request, name, &id, 0)
    }

    /// What is done to an upload under way.
    pub(super) fn upload(&mut self, name: &str, id: &str, method: &str, request: &Request) -> Answer {
        let Some(so_far) = self.uploads.get_mut(id) else {
            return refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
        };
        match method {
            "GET" => Answer { status: 204, ..accepted(request, name, id, so_far.len()) },
            "PATCH" => {
                if let Some(range) = request.header("content-range")
                    && range.split_once('-').and_then(|(first, _)| first.parse().ok()) != Some(so_far.len())
                {
                    return Answer { status: 416, ..accepted(request, name, id, so_far.len()) };
                }
                so_far.extend_from_slice(&request.body);
                accepted(request, name, id, so_far.len())
            }
            "PUT" => self.finish_upload(name, id, request),
            "DELETE" => {
                self.uploads.remove(id);
                Answer::new(204, "")
            }
            _ => refusal(405, "UNSUPPORTED", "the operation is unsupported"),
        }
    }

    fn finish_upload(&mut self, name: &str, id: &str, request: &Request) -> Answer {
        let mut bytes = self.uploads.remove(id).unwrap_or_default();
        bytes.extend_from_slice(&request.body);
        let digest = Digest::of(&bytes);
        let promised = request.parameter("digest").and_then(|d| d.parse::<Digest>().ok());
        if promised != Some(digest) {
            return refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }
        self.put_blob(name, digest, bytes.into());
        created(request, name, digest)
    }
}

fn created(request: &Request, name: &str, digest: Digest) -> Answer {
    Answer::new(201, "")
        .header("location", format!("{}/v2/{name}/blobs/{digest}", request.origin))
        .header("docker-content-digest", digest.to_string())
}

/// 202 with the place to go on at. `Range` is `0-LAST`, and `0-0` also for nothing yet: Docker's registry says so.
fn accepted(request: &Request, name: &str, id: &str, len: usize) -> Answer {
    Answer::new(202, "")
        .header("location", format!("{}/v2/{name}/blobs/uploads/{id}?_state=testbed", request.origin))
        .header("range", format!("0-{}", len.saturating_sub(1)))
        .header("docker-upload-uuid", id)
}
