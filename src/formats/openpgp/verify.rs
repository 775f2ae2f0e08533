//! Checking one signature.

use std::io::{self, Read};

use pgp::{
    packet::{Packet, PacketParser, Signature, SignatureConfig, SignatureType, SignatureVersionSpecific},
    types::{Fingerprint, KeyId, KeyVersion},
};

use super::{Keyring, SignatureError, cert::Key};

/// Who made a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Fingerprint of the certificate's primary key, lower-case hex.
    pub fingerprint: String,
    /// Identifier of the key that signed, perhaps a subkey: 16 lower-case hex digits.
    pub key_id: String,
    /// Name and address of the owner, as far as the certificate vouches for them.
    pub user_id: String,
}

impl Keyring {
    /// Checks a detached signature (one signature packet of version 3, 4 or 6) over `data`, which is read to its end
    /// unless the signature is refused before.
    ///
    /// # Errors
    /// [`SignatureError`]: why the signature does not vouch for the data.
    pub fn verify(&self, signature: &[u8], data: impl Read) -> Result<Signer, SignatureError> {
        self.verify_packet(&parse(signature)?, data)
    }

    /// The same for a signature that is parsed.
    pub(super) fn verify_packet(&self, signature: &Signature, data: impl Read) -> Result<Signer, SignatureError> {
        let config = self.checked_config(signature)?;
        let candidates: Vec<&Key> = self.keys.iter().filter(|k| is_issuer(config, k)).collect();
        if candidates.is_empty() {
            return Err(SignatureError::NoKey { key_id: issuer(config) });
        }
        let digest = digest(config, data)?;
        let mut outcome = SignatureError::NoKey { key_id: issuer(config) };
        for key in candidates {
            match self.check(signature, config, &digest, key) {
                Ok(signer) => return Ok(signer),
                // identifiers may collide: another key's "bad" says less than the right key's "expired"
                Err(SignatureError::Bad { .. }) if !matches!(outcome, SignatureError::NoKey { .. }) => {}
                Err(e) => outcome = e,
            }
        }
        Err(outcome)
    }

    fn check(
        &self,
        signature: &Signature,
        config: &SignatureConfig,
        digest: &[u8],
        key: &Key,
    ) -> Result<Signer, SignatureError> {
        let details = key.material.details();
        let fingerprint = hex::encode(details.fingerprint().as_bytes());
        let bad = |source| SignatureError::Bad { fingerprint: fingerprint.clone(), source };
        let bytes = signature.signature().ok_or(SignatureError::Malformed { source: None })?;
        if details.algorithm() != config.pub_alg || signature.signed_hash_value() != digest.first_chunk().copied() {
            return Err(bad(None));
        }
        key.material.verifying().verify(config.hash_alg, digest, bytes).map_err(|e| bad(Some(Box::new(e))))?;
        check_standing(config, key, &fingerprint)?;
        self.check_strength(key, &fingerprint)?;
        let cert = &self.certs[key.cert];
        Ok(Signer {
            fingerprint: cert.fingerprint.clone(),
            key_id: hex::encode(details.legacy_key_id()),
            user_id: cert.user_id.clone(),
        })
    }

    /// The parts that can be refused before anything is hashed.
    fn checked_config<'a>(&self, signature: &'a Signature) -> Result<&'a SignatureConfig, SignatureError> {
        let version = u8::from(signature.version());
        let config = signature.config().ok_or(SignatureError::Version { version })?;
        if !matches!(version, 3 | 4 | 6) {
            return Err(SignatureError::Version { version });
        }
        let key_id = issuer(config);
        if config.typ() != SignatureType::Binary {
            return Err(SignatureError::Type { key_id, number: config.typ().into() });
        }
        match self.policy.data(config.hash_alg) {
            Some(rule) => Err(SignatureError::WeakHash { key_id, hash: config.hash_alg.to_string(), rule }),
            None => Ok(config),
        }
    }

    /// Whether policy takes the key, and how its certificate binds it.
    fn check_strength(&self, key: &Key, fingerprint: &str) -> Result<(), SignatureError> {
        let fingerprint = fingerprint.to_owned();
        if let Some((kind, rule)) = self.policy.key(key.material.details()) {
            return Err(SignatureError::WeakKey { fingerprint, kind, rule });
        }
        let Some(hash) = key.standing.bound_by else { return Ok(()) };
        match self.policy.binding(hash) {
            Some(rule) => Err(SignatureError::WeakBinding { fingerprint, hash: hash.to_string(), rule }),
            None => Ok(()),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Signature, SignatureError> {
    let mut packets = PacketParser::new(bytes);
    let first = packets.next().ok_or(SignatureError::Malformed { source: None })?;
    let packet = first.map_err(|e| SignatureError::Malformed { source: Some(Box::new(e)) })?;
    match (packet, packets.next()) {
        (Packet::Signature(signature), None) => Ok(signature),
        _ => Err(SignatureError::Malformed { source: None }),
    }
}

/// The identifier a signature gives of its maker, for messages.
fn issuer(config: &SignatureConfig) -> String {
    let id = config.issuer_key_id().first().map(hex::encode);
    id.or_else(|| config.issuer_fingerprint().first().map(|f| hex::encode(f.as_bytes())))
        .unwrap_or_else(|| "(none)".to_owned())
}

/// Whether the signature names this key, or names none. Version 6 keys and signatures go only with each other.
fn is_issuer(config: &SignatureConfig, key: &Key) -> bool {
    let details = key.material.details();
    let v6 = matches!(config.version_specific, SignatureVersionSpecific::V6 { .. });
    if v6 != (details.version() == KeyVersion::V6) {
        return false;
    }
    let (ids, fingerprints): (Vec<&KeyId>, Vec<&Fingerprint>) = (config.issuer_key_id(), config.issuer_fingerprint());
    if !fingerprints.is_empty() {
        return fingerprints.contains(&&details.fingerprint());
    }
    ids.is_empty() || ids.contains(&&details.legacy_key_id())
}

fn digest(config: &SignatureConfig, data: impl Read) -> Result<Vec<u8>, SignatureError> {
    let malformed = |e| SignatureError::Malformed { source: Some(Box::new(e)) };
    let mut hasher = config.hash_alg.new_hasher().map_err(|e| malformed(e.into()))?;
    if let SignatureVersionSpecific::V6 { salt } = &config.version_specific {
        if config.hash_alg.salt_len() != Some(salt.len()) {
            return Err(SignatureError::Malformed { source: None });
        }
        hasher.update(salt);
    }
    let mut failed = None;
    let data = Noting { inner: data, failed: &mut failed };
    let hashed = config.hash_data_to_sign(&mut hasher, data);
    if let Some(e) = failed {
        return Err(SignatureError::Read(e));
    }
    hashed.map_err(malformed)?;
    let len = config.hash_signature_data(&mut hasher).map_err(malformed)?;
    hasher.update(&config.trailer(len).map_err(malformed)?);
    Ok(hasher.finalize().to_vec())
}

/// Keeps the reader's own error: the library would wrap it as one of the signature.
struct Noting<'a, R> {
    inner: R,
    failed: &'a mut Option<io::Error>,
}

impl<R: Read> Read for Noting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|e| *self.failed = Some(io::Error::new(e.kind(), e.to_string())))
    }
}

/// Whether a key whose signature is right may vouch for it.
fn check_standing(config: &SignatureConfig, key: &Key, fingerprint: &str) -> Result<(), SignatureError> {
    let (standing, fingerprint) = (&key.standing, fingerprint.to_owned());
    if !standing.bound {
        return Err(SignatureError::Unbound { fingerprint });
    }
    if !standing.may_sign {
        return Err(SignatureError::NotForSigning { fingerprint });
    }
    let signed = config.created().map(|t| u64::from(t.as_secs()));
    let Some(signed) = signed.filter(|t| *t >= u64::from(key.material.details().created_at().as_secs())) else {
        return Err(SignatureError::TooEarly { fingerprint });
    };
    if let Some(revoked) = standing.revoked.as_ref().filter(|r| signed >= r.since) {
        return Err(SignatureError::Revoked { fingerprint, reason: revoked.reason.clone() });
    }
    if let Some(expired) = standing.expires.filter(|e| signed >= *e) {
        return Err(SignatureError::Expired { fingerprint, expired, signed });
    }
    Ok(())
}
