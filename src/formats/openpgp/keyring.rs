//! Trusted keys.

use pgp::{
    armor::Dearmor,
    composed::{Deserializable, SignedPublicKey},
};

use super::{
    CryptoPolicy, KeyError,
    cert::{Key, settle},
};

/// Largest key file read: the largest real ones, with all of a distribution's keys, are some 100 KiB.
const MAX_SIZE: usize = 4 << 20;

const BEGIN: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
const BEGIN_PRIVATE: &[u8] = b"-----BEGIN PGP PRIVATE KEY BLOCK-----";
const END: &[u8] = b"-----END PGP PUBLIC KEY BLOCK-----";

/// Keys that are trusted to sign packages. Cheap to look things up in; parse it once.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    pub(super) keys: Vec<Key>,
    pub(super) certs: Vec<KeyDescription>,
    pub(super) policy: CryptoPolicy,
}

/// A certificate in a keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription {
    /// Fingerprint of the primary key, lower-case hex.
    pub fingerprint: String,
    /// Key identifiers of the primary key and its subkeys, 16 lower-case hex digits each.
    pub key_ids: Vec<String>,
    /// Name and address of the owner, as far as the certificate vouches for them.
    pub user_id: String,
    /// Seconds since 1970 at which the primary key was made.
    pub created: u32,
}

impl Keyring {
    /// Parses a key file: any number of armored blocks, with text around them, or one binary sequence of keys.
    ///
    /// # Errors
    /// [`KeyError`]: there is no key, or none of those there are can be used; the first reason is given.
    pub fn parse(file: &[u8]) -> Result<Self, KeyError> {
        if file.len() > MAX_SIZE {
            return Err(KeyError::TooLarge { bytes: file.len() });
        }
        let mut keyring = Self::default();
        let mut first_error = None;
        let mut number = 0;
        for block in blocks(file)? {
            let parsed = SignedPublicKey::from_bytes_many(&block[..]).map(|certs| certs.collect::<Vec<_>>());
            for cert in parsed.unwrap_or_else(|e| vec![Err(e)]) {
                number += 1;
                match cert {
                    Ok(cert) => keyring.add(&cert),
                    // a file of several keys may hold one of a newer kind: the others still count
                    Err(e) => first_error = first_error.or(Some((number, e))),
                }
            }
        }
        match first_error {
            _ if !keyring.certs.is_empty() => Ok(keyring),
            Some((number, source)) => Err(KeyError::Malformed { number, source: Box::new(source) }),
            None => Err(KeyError::Empty),
        }
    }

    /// With another policy than RHEL 9's DEFAULT.
    #[must_use]
    pub fn under(self, policy: CryptoPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Adds the keys of another keyring, whose policy counts for nothing; those that are there already stay once.
    pub fn extend(&mut self, other: Self) {
        for (number, cert) in other.certs.into_iter().enumerate() {
            if self.certs.iter().any(|c| c.fingerprint == cert.fingerprint) && self.certs.contains(&cert) {
                continue;
            }
            let cert_number = self.certs.len();
            let keys = other.keys.iter().filter(|k| k.cert == number).cloned();
            self.keys.extend(keys.map(|k| Key { cert: cert_number, ..k }));
            self.certs.push(cert);
        }
    }

    /// The certificates, in the order of the file.
    pub fn certs(&self) -> &[KeyDescription] {
        &self.certs
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.certs.is_empty()
    }

    fn add(&mut self, cert: &SignedPublicKey) {
        let (keys, user_id) = settle(cert, self.certs.len());
        let primary = keys[0].material.details();
        self.certs.push(KeyDescription {
            fingerprint: hex::encode(primary.fingerprint().as_bytes()),
            key_ids: keys.iter().map(|k| hex::encode(k.material.details().legacy_key_id())).collect(),
            user_id,
            created: primary.created_at().as_secs(),
        });
        self.keys.extend(keys);
    }
}

/// The binary content of each armored block, or the file itself.
fn blocks(file: &[u8]) -> Result<Vec<Vec<u8>>, KeyError> {
    let find = |from: usize, what: &[u8]| file[from..].windows(what.len()).position(|w| w == what).map(|i| from + i);
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(begin) = find(at, BEGIN) {
        let end = find(begin, END).map_or(file.len(), |i| i + END.len());
        let mut block = Vec::new();
        let number = blocks.len() + 1;
        // one newline more: the reader wants the last line ended
        let armored = std::io::Read::chain(&file[begin..end], &b"\n"[..]);
        std::io::Read::read_to_end(&mut Dearmor::new(std::io::BufReader::new(armored)), &mut block)
            .map_err(|e| KeyError::Malformed { number, source: Box::new(e.into()) })?;
        blocks.push(block);
        at = end;
    }
    match () {
        () if !blocks.is_empty() => Ok(blocks),
        () if find(0, BEGIN_PRIVATE).is_some() => Err(KeyError::Private),
        // every OpenPGP packet begins with a byte whose top bit is set
        () if file.first().is_some_and(|b| b & 0x80 != 0) => Ok(vec![file.to_vec()]),
        () => Err(KeyError::Empty),
    }
}
