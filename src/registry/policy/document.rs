//! policy.json: requirements by transport and scope (containers-policy.json(5)).

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::PolicyError;
use crate::formats::oci::Reference;

/// A policy, read.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    default: Vec<Requirement>,
    /// Of the transport `docker`; an empty scope is the transport's own default.
    docker: BTreeMap<String, Vec<Requirement>>,
}

/// What an image has to satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Nothing.
    Anything,
    /// No image does.
    Reject,
    /// Simple signing by one of these OpenPGP keys.
    SignedBy {
        /// The keys.
        keys: Keys,
        /// Which names the signature may be for.
        identity: Match,
    },
    /// A cosign signature by one of these keys.
    SigstoreSigned {
        /// The keys.
        keys: Keys,
        /// Which names the signature may be for.
        identity: Match,
    },
}

/// Keys as the policy names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Files.
    pub paths: Vec<PathBuf>,
    /// The keys themselves.
    pub data: Vec<Vec<u8>>,
}

/// How the name in a signature has to be that of the image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// The same name; of an image by digest the same repository.
    #[default]
    RepoDigestOrExact,
    /// The same name, tag included.
    Exact,
    /// The same repository.
    Repository,
    /// This name.
    ExactReference(String),
    /// This repository.
    ExactRepository(String),
    /// As `RepoDigestOrExact`, with a prefix exchanged first.
    Remap {
        /// What the image's name begins with.
        prefix: String,
        /// What that is in signatures.
        signed_prefix: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    default: Vec<RawRequirement>,
    #[serde(default)]
    transports: BTreeMap<String, BTreeMap<String, Vec<RawRequirement>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawRequirement {
    r#type: String,
    key_type: Option<String>,
    key_path: Option<PathBuf>,
    #[serde(default)]
    key_paths: Vec<PathBuf>,
    key_data: Option<String>,
    #[serde(default)]
    key_datas: Vec<String>,
    signed_identity: Option<RawMatch>,
    fulcio: Option<serde_json::Value>,
    pki: Option<serde_json::Value>,
    rekor_public_key_path: Option<PathBuf>,
    rekor_public_key_paths: Option<Vec<PathBuf>>,
    rekor_public_key_data: Option<String>,
    rekor_public_key_datas: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawMatch {
    r#type: String,
    docker_reference: Option<String>,
    docker_repository: Option<String>,
    prefix: Option<String>,
    signed_prefix: Option<String>,
}

impl Policy {
    /// Reads a policy; `name` is its file's, for messages.
    ///
    /// # Errors
    /// What does not read, and what is not understood: a policy is followed whole or not at all.
    pub fn parse(name: &str, json: &[u8]) -> Result<Self, PolicyError> {
        let failed = |source| PolicyError::Json { name: name.to_owned(), source };
        let mut document: Document = serde_json::from_slice(json).map_err(failed)?;
        let list = |raw: Vec<RawRequirement>| match raw.is_empty() {
            true => Err(unsupported(name, "a list of requirements is empty")),
            false => raw.into_iter().map(|r| r.read(name)).collect::<Result<Vec<_>, _>>(),
        };
        let docker = document.transports.remove("docker").unwrap_or_default();
        let docker =
            docker.into_iter().map(|(scope, raw)| Ok((scope, list(raw)?))).collect::<Result<_, PolicyError>>()?;
        Ok(Self { name: name.to_owned(), default: list(document.default)?, docker })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What an image of a registry has to satisfy, all of it, and the scope that says so: the longest that fits.
    pub fn requirements(&self, image: &Reference) -> (String, &[Requirement]) {
        let found = scopes(image).into_iter().find_map(|scope| self.docker.get(&scope).map(|list| (scope, &list[..])));
        found.unwrap_or_else(|| ("the default".to_owned(), &self.default))
    }
}

/// Scopes that hold an image, the narrowest first: its name, its repository, what is above, its host, wildcards of its domain,
/// all of the transport.
fn scopes(image: &Reference) -> Vec<String> {
    let repository = format!("{}/{}", image.host, image.repository);
    let mut all = Vec::new();
    all.extend(image.digest.map(|d| format!("{repository}@{d}")));
    all.extend(image.tag.as_ref().map(|t| format!("{repository}:{t}")));
    let mut rest = Some(repository.as_str());
    while let Some(scope) = rest {
        all.push(scope.to_owned());
        rest = scope.rsplit_once('/').map(|(above, _)| above);
    }
    let mut domain = image.host.as_str();
    while let Some((_, above)) = domain.split_once('.') {
        all.push(format!("*.{above}"));
        domain = above;
    }
    all.push(String::new());
    all
}

fn unsupported(name: &str, what: impl Into<String>) -> PolicyError {
    PolicyError::Unsupported { name: name.to_owned(), what: what.into() }
}

impl RawRequirement {
    fn read(self, name: &str) -> Result<Requirement, PolicyError> {
        let foreign = [self.fulcio.is_some(), self.pki.is_some(), self.rekor_public_key_path.is_some()];
        let rekor = [
            self.rekor_public_key_paths.is_some(),
            self.rekor_public_key_data.is_some(),
            self.rekor_public_key_datas.is_some(),
        ];
        if foreign.into_iter().chain(rekor).any(|there| there) {
            return Err(unsupported(name, format!("{} with Fulcio, Rekor or PKI", self.r#type)));
        }
        let identity = self.signed_identity.map_or(Ok(Match::default()), |m| m.read(name))?;
        let decode = |text: String| {
            use base64::{Engine as _, prelude::BASE64_STANDARD};
            BASE64_STANDARD.decode(text.trim()).map_err(|_| unsupported(name, "keyData is not base64"))
        };
        let data = self.key_data.into_iter().chain(self.key_datas).map(decode).collect::<Result<_, _>>()?;
        let keys = Keys { paths: self.key_path.into_iter().chain(self.key_paths).collect(), data };
        let some = |keys: Keys| match keys.paths.len() + keys.data.len() {
            0 => Err(unsupported(name, "a requirement of signatures names no key")),
            _ => Ok(keys),
        };
        match (self.r#type.as_str(), self.key_type.as_deref()) {
            ("insecureAcceptAnything", None) => Ok(Requirement::Anything),
            ("reject", None) => Ok(Requirement::Reject),
            ("signedBy", Some("GPGKeys")) => Ok(Requirement::SignedBy { keys: some(keys)?, identity }),
            ("signedBy", other) => Err(unsupported(name, format!("signedBy with keyType {other:?}"))),
            ("sigstoreSigned", None) => Ok(Requirement::SigstoreSigned { keys: some(keys)?, identity }),
            (other, _) => Err(unsupported(name, format!("a requirement of type {other:?}"))),
        }
    }
}

impl RawMatch {
    fn read(self, name: &str) -> Result<Match, PolicyError> {
        let missing = |what: &str| unsupported(name, format!("signedIdentity {} without {what}", self.r#type));
        Ok(match self.r#type.as_str() {
            "matchRepoDigestOrExact" => Match::RepoDigestOrExact,
            "matchExact" => Match::Exact,
            "matchRepository" => Match::Repository,
            "exactReference" => {
                Match::ExactReference(self.docker_reference.clone().ok_or_else(|| missing("dockerReference"))?)
            }
            "exactRepository" => {
                Match::ExactRepository(self.docker_repository.clone().ok_or_else(|| missing("dockerRepository"))?)
            }
            "remapIdentity" => Match::Remap {
                prefix: self.prefix.clone().ok_or_else(|| missing("prefix"))?,
                signed_prefix: self.signed_prefix.clone().ok_or_else(|| missing("signedPrefix"))?,
            },
            other => return Err(unsupported(name, format!("signedIdentity of type {other:?}"))),
        })
    }
}
