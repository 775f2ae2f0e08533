//! What can be wrong with keys and signatures.

use std::io;

use super::Rule;
use crate::terms::{Class, Fault};

/// A key file that gives no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no key in it.
    #[error("key file holds no OpenPGP public key")]
    Empty,
    /// It is larger than any key file.
    #[error("key file is {bytes} bytes long, more than a key file can be")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// It holds a private key.
    #[error("key file holds a private key, only public ones belong here")]
    Private,
    /// A key in it is malformed, or of a kind that cannot be checked here (OpenPGP version 3).
    #[error("reading key {number} of the key file")]
    Malformed {
        /// Counted from 1.
        number: usize,
        /// The parser's reason.
        #[source]
        source: Box<pgp::errors::Error>,
    },
}

impl Fault for KeyError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::Private).then(|| "export the public key: gpg --armor --export KEYID".to_owned())
    }
}

/// A signature that does not vouch for the data. Key identifiers are lower-case hex.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The bytes are no signature packet.
    #[error("parsing the signature")]
    Malformed {
        /// The parser's reason, if it has one.
        #[source]
        source: Option<Box<pgp::errors::Error>>,
    },
    /// A version of signatures nobody makes, or one to come.
    #[error("signature is of the unknown version {version}")]
    Version {
        /// The version.
        version: u8,
    },
    /// A signature over something else than data, such as one over a key.
    #[error("signature by {key_id} is of type {number:#04x}, not one over binary data")]
    Type {
        /// The issuer it names.
        key_id: String,
        /// OpenPGP's number of the type.
        number: u8,
    },
    /// The hash can be forged, or is unknown.
    #[error("signature by {key_id} uses {hash}, which is refused: {rule}")]
    WeakHash {
        /// The issuer it names.
        key_id: String,
        /// The algorithm.
        hash: String,
        /// What is wanted, and by which policy.
        rule: Rule,
    },
    /// The key can be forged.
    #[error("signature is by key {fingerprint}, {kind}, which is refused: {rule}")]
    WeakKey {
        /// The key.
        fingerprint: String,
        /// `RSA of 1024 bits`.
        kind: String,
        /// What is wanted, and by which policy.
        rule: Rule,
    },
    /// The certificate says that the key is its own with a hash that can be forged.
    #[error("key {fingerprint} is bound to its certificate with {hash}, which is refused: {rule}")]
    WeakBinding {
        /// The key.
        fingerprint: String,
        /// The algorithm.
        hash: String,
        /// What is wanted, and by which policy.
        rule: Rule,
    },
    /// None of the trusted keys made it.
    #[error("no trusted key has the identifier {key_id}, which the signature names")]
    NoKey {
        /// The issuer it names.
        key_id: String,
    },
    /// The key did not sign this data.
    #[error("this is not what key {fingerprint} signed")]
    Bad {
        /// The key.
        fingerprint: String,
        /// The algorithm's reason; none where the digests already differ.
        #[source]
        source: Option<Box<pgp::errors::Error>>,
    },
    /// The key's owner withdrew it.
    #[error("signature is by key {fingerprint}, which is revoked: {reason}")]
    Revoked {
        /// The key.
        fingerprint: String,
        /// The owner's reason.
        reason: String,
    },
    /// The key had expired when the signature was made.
    #[error("signature was made at {signed}, after key {fingerprint} had expired at {expired} (seconds since 1970)")]
    Expired {
        /// The key.
        fingerprint: String,
        /// When the key expired.
        expired: u64,
        /// When the signature says it was made.
        signed: u64,
    },
    /// The signature is older than the key, or of no date.
    #[error("signature claims to be older than the key {fingerprint} that made it")]
    TooEarly {
        /// The key.
        fingerprint: String,
    },
    /// The certificate does not say that the key is its own.
    #[error("key {fingerprint} is not bound to its certificate by a valid self-signature")]
    Unbound {
        /// The key.
        fingerprint: String,
    },
    /// The certificate gives the key another purpose.
    #[error("key {fingerprint} is not meant for signing")]
    NotForSigning {
        /// The key.
        fingerprint: String,
    },
    /// The data could not be read.
    #[error("reading what the signature covers")]
    Read(#[source] io::Error),
}

impl Fault for SignatureError {
    fn class(&self) -> Class {
        Class::Verification
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoKey { .. } => {
                Some("name the vendor's key: gpgkeys in the recipe's repository, or --gpgkey FILE".to_owned())
            }
            Self::WeakHash { .. } | Self::WeakKey { .. } | Self::WeakBinding { .. } => Some(
                "ask the vendor for a stronger signature; the policy is the base image's (/etc/crypto-policies/config), and \
                 --crypto-policy LEGACY takes most"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

const fn assert_send_sync<T: Send + Sync>() {}
const _: () = {
    assert_send_sync::<KeyError>();
    assert_send_sync::<SignatureError>();
};
