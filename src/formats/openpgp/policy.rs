//! What the system's crypto policy takes of signatures and keys (crypto-policies(7)): the rules of RHEL 8, and of 9 and later.
//!
//! | policy | signatures over data | self-signatures | RSA | DSA |
//! |---|---|---|---|---|
//! | RHEL 8 `DEFAULT` | SHA-1 and better | SHA-1 and better | 2048 | 2048 |
//! | RHEL 9 `DEFAULT` | SHA-224 and better | SHA-1 and better | 2048 | none |
//! | `LEGACY` | SHA-1 and better | SHA-1 and better | 1024 | 1024 |
//! | `FIPS` | SHA-224 and better | SHA-224 and better | 2048 | RHEL 8: 2048 |
//! | `FUTURE` | SHA-256 and better | SHA-256 and better | 3072 | RHEL 8: 3072 |
//!
//! Under DEFAULT, SHA-1 stays good in self-signatures: forging one takes a second preimage, and Red Hat's keys of 2009 have
//! no other. MD5 is refused by all of them, as is RIPEMD-160.

use std::fmt;

use pgp::{
    crypto::hash::HashAlgorithm,
    ser::Serialize as _,
    types::{KeyDetails, PublicParams},
};

/// A crypto policy, by its effect on OpenPGP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CryptoPolicy {
    name: String,
    release: u32,
    data: Hash,
    bindings: Hash,
    rsa: usize,
    dsa: Option<usize>,
}

/// The weakest hash that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Sha1,
    Sha224,
    Sha256,
}

impl Default for CryptoPolicy {
    /// RHEL 9's DEFAULT.
    fn default() -> Self {
        Self::of("DEFAULT", 9)
    }
}

impl CryptoPolicy {
    /// The names of the policies known, without subpolicies.
    pub const NAMES: [&str; 4] = ["DEFAULT", "LEGACY", "FUTURE", "FIPS"];

    /// The policy of a name (`DEFAULT`, `DEFAULT:SHA1`, …) in this major release. Names that are not known mean DEFAULT.
    pub fn of(name: &str, release: u32) -> Self {
        let mut parts = name.trim().split(':').map(str::to_ascii_uppercase);
        let level = parts.next().unwrap_or_default();
        let eight = release <= 8;
        let (data, bindings, rsa, dsa) = match level.as_str() {
            "LEGACY" => (Hash::Sha1, Hash::Sha1, 1024, Some(1024)),
            "FUTURE" => (Hash::Sha256, Hash::Sha256, 3072, eight.then_some(3072)),
            "FIPS" => (Hash::Sha224, Hash::Sha224, 2048, eight.then_some(2048)),
            _ if eight => (Hash::Sha1, Hash::Sha1, 2048, Some(2048)),
            _ => (Hash::Sha224, Hash::Sha1, 2048, None),
        };
        let mut policy = Self { name: name.trim().to_ascii_uppercase(), release, data, bindings, rsa, dsa };
        for part in parts {
            match part.as_str() {
                "SHA1" => (policy.data, policy.bindings) = (Hash::Sha1, Hash::Sha1),
                "NO-SHA1" => policy.data = policy.data.max(Hash::Sha224),
                _ => {}
            }
        }
        policy
    }

    /// Reads `/etc/crypto-policies/config`: the first line that is neither empty nor a comment. None when there is none.
    pub fn configured(config: &str, release: u32) -> Option<Self> {
        let lines = config.lines().map(|l| l.split('#').next().unwrap_or_default().trim());
        lines.into_iter().find(|l| !l.is_empty()).map(|name| Self::of(name, release))
    }

    /// What is wrong with a signature's hash over data.
    pub(super) fn data(&self, hash: HashAlgorithm) -> Option<Rule> {
        self.refuses(hash, self.data)
    }

    /// What is wrong with the hash by which a certificate binds a key.
    pub(super) fn binding(&self, hash: HashAlgorithm) -> Option<Rule> {
        self.refuses(hash, self.bindings)
    }

    fn refuses(&self, hash: HashAlgorithm, least: Hash) -> Option<Rule> {
        let strength = match hash {
            HashAlgorithm::Sha1 => Some(Hash::Sha1),
            HashAlgorithm::Sha224 => Some(Hash::Sha224),
            HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512 => Some(Hash::Sha256),
            _ => None,
        };
        let wants = match least {
            Hash::Sha1 => "SHA-1 or better",
            Hash::Sha224 => "SHA-224 or better",
            Hash::Sha256 => "SHA-256 or better",
        };
        strength.is_none_or(|s| s < least).then(|| self.rule(wants.to_owned()))
    }

    /// What is wrong with a key, and what it is.
    pub(super) fn key(&self, key: &dyn KeyDetails) -> Option<(String, Rule)> {
        let params = key.public_params();
        // Both begin with the number whose length is theirs: modulus or prime, its length in bits before it (RFC 9580, 3.2).
        let bits = || match params.to_bytes().as_deref() {
            Ok([high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => 0,
        };
        match params {
            PublicParams::RSA(_) if bits() < self.rsa => {
                Some((format!("RSA of {} bits", bits()), self.rule(format!("RSA of {} bits or more", self.rsa))))
            }
            PublicParams::DSA(_) => match self.dsa {
                Some(least) if bits() >= least => None,
                Some(least) => {
                    Some((format!("DSA of {} bits", bits()), self.rule(format!("DSA of {least} bits or more"))))
                }
                None => Some((format!("DSA of {} bits", bits()), self.rule("no DSA".to_owned()))),
            },
            _ => None,
        }
    }

    fn rule(&self, wants: String) -> Rule {
        Rule { policy: self.to_string(), wants }
    }
}

impl fmt::Display for CryptoPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of RHEL {}", self.name, self.release)
    }
}

/// What a policy wants, where something falls short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `DEFAULT of RHEL 9`.
    pub policy: String,
    /// `SHA-224 or better`.
    pub wants: String,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto policy {} takes {}", self.policy, self.wants)
    }
}
