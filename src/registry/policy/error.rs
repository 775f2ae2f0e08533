//! A policy that does not read, and images it does not take.

use crate::{
    formats::openpgp::{KeyError, SignatureError},
    terms::{Class, Digest, Fault},
};

/// Why a policy cannot be followed, or an image is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not JSON, or not a policy's.
    #[error("reading the signature policy {name}")]
    Json {
        /// The file.
        name: String,
        /// Where.
        #[source]
        source: serde_json::Error,
    },
    /// Something in it that is not known here. To pass over it would be to take what is not to be taken.
    #[error("the signature policy {name}: {what}")]
    Unsupported {
        /// The file.
        name: String,
        /// What.
        what: String,
    },
    /// A key of the policy.
    #[error("reading the key {name} of the signature policy")]
    Key {
        /// The file, or `keyData`.
        name: String,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// A sigstore key of the policy that is none.
    #[error("the key {name} of the signature policy is no ECDSA P-256 public key in PEM")]
    SigstoreKey {
        /// The file, or `keyData`.
        name: String,
    },
    /// The policy says no.
    #[error("the signature policy {name} takes no image of {scope}")]
    Rejected {
        /// The file.
        name: String,
        /// The scope of the requirement.
        scope: String,
    },
    /// No signature satisfies it.
    #[error("{image} is not signed as the signature policy {name} requires ({kind})")]
    Unsigned {
        /// The image.
        image: String,
        /// The file.
        name: String,
        /// `signedBy` or `sigstoreSigned`.
        kind: &'static str,
        /// What is wrong with the last signature there is; none where there is none.
        #[source]
        source: Option<Refusal>,
    },
}

/// What is wrong with one signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The OpenPGP signature.
    #[error("checking the signature")]
    OpenPgp(#[from] SignatureError),
    /// No key of the policy made the sigstore signature.
    #[error("no key of the policy made the sigstore signature")]
    Sigstore,
    /// The signed document does not read.
    #[error("what is signed is no image signature: {0}")]
    Payload(&'static str),
    /// Another image's.
    #[error("the signature is of the image {signed}, not of {wanted}")]
    Digest {
        /// What it is of.
        signed: String,
        /// What it should be of.
        wanted: Digest,
    },
    /// A signature for another name.
    #[error("the signature is for {signed:?}, which does not stand for {wanted}")]
    Identity {
        /// What it is for.
        signed: String,
        /// What was asked for.
        wanted: String,
    },
}

impl Fault for PolicyError {
    fn class(&self) -> Class {
        match self {
            Self::Rejected { .. } | Self::Unsigned { .. } => Class::Verification,
            _ => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Key { source, .. } => return source.hint(),
            Self::Unsigned { source: None, kind: "signedBy", .. } => {
                "signatures are looked for in the lookaside of registries.d (containers-registries.d(5)); is the image's host there?"
                    .into()
            }
            Self::Unsigned { source: None, .. } => "signatures are looked for beside the image, as cosign puts them there; take an image that has one".into(),
            Self::Unsigned { .. } => "take an image that is signed so, or change the policy: --policy FILE".into(),
            Self::Rejected { .. } => "take an image of another place, or change the policy: --policy FILE".into(),
            Self::Unsupported { .. } => "key files, keyData and keyPaths are understood; Fulcio, Rekor and PKI are not".into(),
            _ => return None,
        })
    }
}

const _: () = {
    const fn sent<T: Send + Sync + 'static>() {}
    sent::<PolicyError>();
};
