//! Checksums as RPM repositories state them: an algorithm and hex digits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use sha2::Digest as _;

use super::Digest;

/// Hash algorithms repodata and RPM headers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Only in files of packages built before 2009.
    Md5,
    /// `sha` and `sha1` in repodata of RHEL 5 age.
    Sha1,
    /// SHA-2, 224 bit.
    Sha224,
    /// SHA-2, 256 bit: what everybody uses.
    Sha256,
    /// SHA-2, 384 bit.
    Sha384,
    /// SHA-2, 512 bit.
    Sha512,
}

impl Algorithm {
    /// The name in repodata and in [`Checksum`]'s text form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Length of the digest in bytes.
    pub fn digest_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// By the name repodata uses (`sha` is SHA-1).
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha" | "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// By the OpenPGP hash number that RPM's `FILEDIGESTALGO` and `PAYLOADDIGESTALGO` carry (RFC 4880, 9.4).
    pub fn from_pgp(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Md5,
            2 => Self::Sha1,
            8 => Self::Sha256,
            9 => Self::Sha384,
            10 => Self::Sha512,
            11 => Self::Sha224,
            _ => return None,
        })
    }
}

/// A checksum with its algorithm, written `sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum {
    algorithm: Algorithm,
    hex: String,
}

/// Text that is no checksum.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a checksum: expected ALGORITHM:HEX with as many digits as the algorithm has")]
pub struct InvalidChecksum(pub String);

impl Checksum {
    /// Checks length and alphabet; upper case is folded.
    pub fn new(algorithm: Algorithm, hex: &str) -> Result<Self, InvalidChecksum> {
        if hex.len() != algorithm.digest_len() * 2 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidChecksum(format!("{}:{}", algorithm.name(), hex.chars().take(130).collect::<String>())));
        }
        Ok(Self { algorithm, hex: hex.to_ascii_lowercase() })
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// As a [`Digest`], if it is SHA-256.
    pub fn digest(&self) -> Option<Digest> {
        (self.algorithm == Algorithm::Sha256).then(|| Digest::from_hex(&self.hex).ok()).flatten()
    }

    /// Lower-case hex digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl From<Digest> for Checksum {
    fn from(d: Digest) -> Self {
        Self { algorithm: Algorithm::Sha256, hex: d.hex() }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl FromStr for Checksum {
    type Err = InvalidChecksum;

    fn from_str(s: &str) -> Result<Self, InvalidChecksum> {
        let (name, hex) = s.split_once(':').ok_or_else(|| InvalidChecksum(s.to_owned()))?;
        Self::new(Algorithm::from_name(name).ok_or_else(|| InvalidChecksum(s.to_owned()))?, hex)
    }
}

impl Serialize for Checksum {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

/// An incremental hash of any [`Algorithm`].
#[derive(Clone)]
pub struct ChecksumHasher(State);

#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl ChecksumHasher {
    /// A hasher of nothing yet.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Md5 => State::Md5(md5::Md5::default()),
            Algorithm::Sha1 => State::Sha1(sha1::Sha1::default()),
            Algorithm::Sha224 => State::Sha224(sha2::Sha224::default()),
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::default()),
            Algorithm::Sha384 => State::Sha384(sha2::Sha384::default()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::default()),
        })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Md5(h) => h.update(bytes),
            State::Sha1(h) => h.update(bytes),
            State::Sha224(h) => h.update(bytes),
            State::Sha256(h) => h.update(bytes),
            State::Sha384(h) => h.update(bytes),
            State::Sha512(h) => h.update(bytes),
        }
    }

    /// The checksum of all bytes taken.
    pub fn finish(self) -> Checksum {
        let (algorithm, hex) = match self.0 {
            State::Md5(h) => (Algorithm::Md5, hex::encode(h.finalize())),
            State::Sha1(h) => (Algorithm::Sha1, hex::encode(h.finalize())),
            State::Sha224(h) => (Algorithm::Sha224, hex::encode(h.finalize())),
            State::Sha256(h) => (Algorithm::Sha256, hex::encode(h.finalize())),
            State::Sha384(h) => (Algorithm::Sha384, hex::encode(h.finalize())),
            State::Sha512(h) => (Algorithm::Sha512, hex::encode(h.finalize())),
        };
        Checksum { algorithm, hex }
    }
}

impl fmt::Debug for ChecksumHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChecksumHasher")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lengths_and_hashing_agree() {
        for a in [
            Algorithm::Md5,
            Algorithm::Sha1,
            Algorithm::Sha224,
            Algorithm::Sha256,
            Algorithm::Sha384,
            Algorithm::Sha512,
        ] {
            let mut h = ChecksumHasher::new(a);
            h.update(b"abc");
            let c = h.finish();
            assert_eq!(c.to_string().parse::<Checksum>().expect("own spelling"), c);
            assert_eq!(c.hex().len(), a.digest_len() * 2);
        }
        assert!("sha256:00".parse::<Checksum>().is_err());
        assert!("crc32:00000000".parse::<Checksum>().is_err());
    }
}
