//! What a certificate says of its keys, settled once.

use pgp::{
    composed::{SignedPublicKey, SignedPublicSubKey},
    crypto::hash::HashAlgorithm,
    packet::{PublicKey, PublicSubkey, RevocationCode, Signature, SignatureType, SubpacketData},
    types::{KeyDetails, Tag, VerifyingKey},
};

/// A key that may have made a signature.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub material: Material,
    pub standing: Standing,
    /// Position of its certificate in the keyring.
    pub cert: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Material {
    Primary(PublicKey),
    Sub(PublicSubkey),
}

impl Material {
    pub fn details(&self) -> &dyn KeyDetails {
        match self {
            Self::Primary(k) => k,
            Self::Sub(k) => k,
        }
    }

    pub fn verifying(&self) -> &dyn VerifyingKey {
        match self {
            Self::Primary(k) => k,
            Self::Sub(k) => k,
        }
    }
}

/// Whether and when a key's signatures count.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// A valid self-signature makes it part of the certificate.
    pub bound: bool,
    /// The hash of the self-signature that does.
    pub bound_by: Option<HashAlgorithm>,
    /// The certificate lets it sign data.
    pub may_sign: bool,
    /// Seconds since 1970 from which on it made nothing that counts.
    pub expires: Option<u64>,
    pub revoked: Option<Revoked>,
}

#[derive(Clone, Debug)]
pub(super) struct Revoked {
    /// Signatures from this time on are refused; 0 for all.
    pub since: u64,
    pub reason: String,
}

/// The certificate's keys, the primary first, and its user ID.
pub(super) fn settle(cert: &SignedPublicKey, number: usize) -> (Vec<Key>, String) {
    let primary = primary_standing(cert);
    let mut keys =
        vec![Key { material: Material::Primary(cert.primary_key.clone()), standing: primary.clone(), cert: number }];
    for sub in &cert.public_subkeys {
        let standing = subkey_standing(cert, sub, &primary);
        keys.push(Key { material: Material::Sub(sub.key.clone()), standing, cert: number });
    }
    (keys, user_id(cert))
}

/// A self-signature may use SHA-1 (forging one takes a second preimage, and the library detects collisions), not MD5.
fn strong_enough(signature: &Signature) -> bool {
    !matches!(signature.hash_alg(), None | Some(HashAlgorithm::None | HashAlgorithm::Md5))
}

fn is_certification(signature: &Signature) -> bool {
    matches!(
        signature.typ(),
        Some(
            SignatureType::CertGeneric
                | SignatureType::CertPersona
                | SignatureType::CertCasual
                | SignatureType::CertPositive
        )
    )
}

fn created(signature: &Signature) -> u64 {
    signature.created().map_or(0, |t| t.as_secs().into())
}

/// When the key this self-signature is about expires.
fn expiry(key: &dyn KeyDetails, signature: &Signature) -> Option<u64> {
    let after = signature.key_expiration_time().map(|d| u64::from(d.as_secs())).filter(|d| *d > 0)?;
    Some(u64::from(key.created_at().as_secs()) + after)
}

/// The key flags of a self-signature; none where it has no such subpacket.
fn may_sign(signature: &Signature) -> Option<bool> {
    let mut subpackets = signature.config()?.hashed_subpackets();
    subpackets.find_map(|p| match &p.data {
        SubpacketData::KeyFlags(flags) => Some(flags.sign()),
        _ => None,
    })
}

fn primary_standing(cert: &SignedPublicKey) -> Standing {
    let key = &cert.primary_key;
    let direct = cert.details.direct_signatures.iter().filter(|s| strong_enough(s) && s.verify_key(key).is_ok());
    let users = cert.details.users.iter().flat_map(|u| {
        u.signatures.iter().filter(|s| {
            is_certification(s) && strong_enough(s) && s.verify_certification(key, Tag::UserId, &u.id).is_ok()
        })
    });
    let newest = direct.chain(users).max_by_key(|s| created(s));
    let revocations =
        cert.details.revocation_signatures.iter().filter(|s| strong_enough(s) && s.verify_key(key).is_ok());
    Standing {
        bound: newest.is_some(),
        bound_by: newest.and_then(|s| s.hash_alg()),
        may_sign: newest.and_then(may_sign).unwrap_or(true),
        expires: newest.and_then(|s| expiry(key, s)),
        revoked: revoked(revocations),
    }
}

fn subkey_standing(cert: &SignedPublicKey, sub: &SignedPublicSubKey, primary: &Standing) -> Standing {
    let valid = |s: &&Signature| strong_enough(s) && s.verify_subkey_binding(&cert.primary_key, &sub.key).is_ok();
    let of_type = |t| sub.signatures.iter().filter(move |s: &&Signature| s.typ() == Some(t));
    let binding = of_type(SignatureType::SubkeyBinding).filter(valid).max_by_key(|s| created(s));
    let signed_back = |s: &Signature| {
        s.embedded_signature().is_some_and(|back| {
            strong_enough(back) && back.verify_primary_key_binding(&sub.key, &cert.primary_key).is_ok()
        })
    };
    let may_sign = binding.and_then(may_sign).unwrap_or(false);
    let expires = [binding.and_then(|s| expiry(&sub.key, s)), primary.expires].into_iter().flatten().min();
    let own = revoked(of_type(SignatureType::SubkeyRevocation).filter(valid));
    Standing {
        // without its own signature anyone could adopt a stranger's signing key
        bound: primary.bound && binding.is_some_and(|s| !may_sign || signed_back(s)),
        bound_by: binding.and_then(|s| s.hash_alg()),
        may_sign,
        expires,
        revoked: [own, primary.revoked.clone()].into_iter().flatten().min_by_key(|r| r.since),
    }
}

/// The revocation that refuses most.
fn revoked<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<Revoked> {
    let one = |s: &Signature| {
        let code = s.revocation_reason_code().copied().unwrap_or(RevocationCode::NoReason);
        let soft = matches!(code, RevocationCode::KeySuperseded | RevocationCode::KeyRetired);
        let kind = match code {
            RevocationCode::KeySuperseded => "superseded",
            RevocationCode::KeyRetired => "retired",
            RevocationCode::KeyCompromised => "compromised",
            _ => "no reason given",
        };
        let text = s.revocation_reason_string().map(|t| String::from_utf8_lossy(t).trim().to_owned());
        let reason = text.filter(|t| !t.is_empty()).map_or(kind.to_owned(), |t| {
            format!("{kind} ({})", t.chars().filter(|c| !c.is_control()).take(200).collect::<String>())
        });
        Revoked { since: if soft { created(s) } else { 0 }, reason }
    };
    signatures.map(one).min_by_key(|r| r.since)
}

/// The user ID a valid self-signature calls primary, else the first that has a valid one; empty if none has.
fn user_id(cert: &SignedPublicKey) -> String {
    let mut best: Option<(bool, &[u8])> = None;
    for user in &cert.details.users {
        let valid = |s: &&Signature| {
            is_certification(s)
                && strong_enough(s)
                && s.verify_certification(&cert.primary_key, Tag::UserId, &user.id).is_ok()
        };
        let Some(signature) = user.signatures.iter().filter(valid).max_by_key(|s| created(s)) else { continue };
        if best.is_none_or(|(primary, _)| !primary && signature.is_primary()) {
            best = Some((signature.is_primary(), user.id.id()));
        }
    }
    best.map(|(_, id)| String::from_utf8_lossy(id).chars().filter(|c| !c.is_control()).collect()).unwrap_or_default()
}
