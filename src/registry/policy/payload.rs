//! What image signatures sign (containers-signature(5)): the digest of a manifest and the name it goes by.

use serde::Deserialize;

use super::{Match, Refusal};
use crate::{formats::oci::Reference, terms::Digest};

/// A signed statement about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    digest: String,
    reference: String,
}

#[derive(Deserialize)]
struct Document {
    critical: Critical,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Critical {
    r#type: String,
    image: Image,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

impl Payload {
    /// Reads a statement that must be of this type.
    pub(super) fn read(json: &[u8], r#type: &str) -> Result<Self, Refusal> {
        let document: Document =
            serde_json::from_slice(json).map_err(|_| Refusal::Payload("its document does not read"))?;
        let Critical { r#type: found, image, identity } = document.critical;
        match found == r#type {
            true => Ok(Self { digest: image.digest, reference: identity.reference }),
            false => Err(Refusal::Payload("it is of another type")),
        }
    }

    /// Whether it is about the manifest of this digest, under a name that may stand for `image`.
    ///
    /// # Errors
    /// Which of both it is not.
    pub fn is_of(&self, digest: Digest, image: &Reference, rule: &Match) -> Result<(), Refusal> {
        if self.digest != digest.to_string() {
            return Err(Refusal::Digest { signed: self.digest.chars().take(80).collect(), wanted: digest });
        }
        let other = || Refusal::Identity { signed: self.reference.clone(), wanted: image.to_string() };
        let signed: Reference = self.reference.parse().map_err(|_| other())?;
        stands_for(rule, image, &signed).then_some(()).ok_or_else(other)
    }
}

fn stands_for(rule: &Match, image: &Reference, signed: &Reference) -> bool {
    let repository = |r: &Reference| format!("{}/{}", r.host, r.repository);
    let exact = |a: &Reference, b: &Reference| {
        repository(a) == repository(b) && a.tag.is_some() && a.tag == b.tag && b.digest.is_none()
    };
    let usual = |image: &Reference| match image.digest {
        Some(_) => repository(image) == repository(signed),
        None => exact(image, signed),
    };
    match rule {
        Match::RepoDigestOrExact => usual(image),
        Match::Exact => exact(image, signed),
        Match::Repository => repository(image) == repository(signed),
        Match::ExactReference(name) => name.parse().is_ok_and(|name: Reference| exact(&name, signed)),
        Match::ExactRepository(name) => {
            name.parse().is_ok_and(|name: Reference| repository(&name) == repository(signed))
        }
        Match::Remap { prefix, signed_prefix } => {
            let own = repository(image);
            // A prefix ends where a name's part does.
            let rest = own.strip_prefix(prefix.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            let mapped = rest.and_then(|rest| format!("{signed_prefix}{rest}").parse::<Reference>().ok());
            let tag = image.tag.clone();
            mapped.map_or_else(|| usual(image), |m| usual(&Reference { tag, digest: image.digest, ..m }))
        }
    }
}
