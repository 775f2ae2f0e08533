//! Whose packages are taken.

use crate::{
    formats::openpgp::Keyring,
    terms::{Digest, Hasher},
};

/// The keys packages must be signed with, or the user's word that they need not be.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Signed by one of these keys.
    Keys(Keyring),
    /// `--no-gpgcheck`, or `gpgcheck=0`: checksums only. The provenance says so.
    Anyone,
}

impl Trust {
    /// Changes with the set of keys: what a remembered verification is remembered for.
    pub(super) fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        match self {
            Self::Anyone => hasher.update(b"anyone"),
            Self::Keys(ring) => {
                let mut prints: Vec<&str> = ring.certs().iter().map(|c| c.fingerprint.as_str()).collect();
                prints.sort_unstable();
                prints.iter().for_each(|p| hasher.update(format!("{p}\n").as_bytes()));
            }
        }
        hasher.finish()
    }
}
