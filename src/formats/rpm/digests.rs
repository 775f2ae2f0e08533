//! Digests a package carries of itself.

use super::{HEADER_MAGIC, Header, PackageHead, Tag};
use crate::terms::{Algorithm, Checksum, ChecksumHasher};

/// The outcome of comparing bytes with a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DigestStatus {
    /// They agree.
    Verified,
    /// The package carries no such digest.
    Absent,
    /// They do not agree.
    Mismatch {
        /// What the package says, as `algorithm:hex`; whatever is there when that is no digest.
        expected: String,
        /// What the bytes give.
        actual: String,
    },
    /// The digest is of an algorithm unknown here.
    Unsupported {
        /// OpenPGP's number of it (RFC 9580, 9.5).
        number: u32,
    },
}

impl DigestStatus {
    fn compare(expected: &str, actual: &Checksum) -> Self {
        if expected.eq_ignore_ascii_case(actual.hex()) {
            return Self::Verified;
        }
        let shown: String = expected.chars().take(130).collect();
        Self::Mismatch { expected: format!("{}:{shown}", actual.algorithm().name()), actual: actual.to_string() }
    }
}

/// Compares the main header with the digests of it the signature header carries (SHA-256, SHA-1): the first that does
/// not agree is the outcome.
pub fn check_header(head: &PackageHead) -> DigestStatus {
    let mut status = DigestStatus::Absent;
    for (tag, algorithm) in [(Tag::SHA256HEADER, Algorithm::Sha256), (Tag::SHA1HEADER, Algorithm::Sha1)] {
        let Some(expected) = head.signature.text_lossy(tag) else { continue };
        status = DigestStatus::compare(&expected, &hasher_of(algorithm, &head.main).finish());
        if status != DigestStatus::Verified {
            break;
        }
    }
    status
}

/// A hasher that has taken the magic and the header.
fn hasher_of(algorithm: Algorithm, main: &Header) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::new(algorithm);
    hasher.update(&HEADER_MAGIC);
    hasher.update(main.blob());
    hasher
}

/// Compares the compressed payload with the header's digest of it, or in packages without one (before rpm 4.14) header
/// and payload with the MD5 of both.
#[derive(Debug)]
pub struct PayloadCheck(State);

#[derive(Debug)]
enum State {
    Hashing { expected: String, hasher: Box<ChecksumHasher> },
    Known(DigestStatus),
}

impl PayloadCheck {
    /// A check that has seen nothing of the payload.
    pub fn new(head: &PackageHead) -> Self {
        if let Some(expected) = head.main.text_lossy(Tag::PAYLOADDIGEST) {
            let number = head.main.u32(Tag::PAYLOADDIGESTALGO).unwrap_or(8);
            return Self(match Algorithm::from_pgp(number) {
                Some(a) => State::Hashing { expected: expected.into_owned(), hasher: Box::new(ChecksumHasher::new(a)) },
                None => State::Known(DigestStatus::Unsupported { number }),
            });
        }
        match head.signature.bytes(Tag::SIG_MD5) {
            Some(md5) => Self(State::Hashing {
                expected: hex::encode(md5),
                hasher: Box::new(hasher_of(Algorithm::Md5, &head.main)),
            }),
            None => Self(State::Known(DigestStatus::Absent)),
        }
    }

    /// Takes the next bytes of the payload, as they are in the file.
    pub fn update(&mut self, bytes: &[u8]) {
        if let State::Hashing { hasher, .. } = &mut self.0 {
            hasher.update(bytes);
        }
    }

    /// The outcome, once the payload has gone by.
    pub fn finish(self) -> DigestStatus {
        match self.0 {
            State::Hashing { expected, hasher } => DigestStatus::compare(&expected, &hasher.finish()),
            State::Known(status) => status,
        }
    }
}
