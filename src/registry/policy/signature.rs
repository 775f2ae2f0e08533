//! The two kinds of signature: an OpenPGP message, and a payload with an ECDSA signature beside it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustls::{
    SignatureScheme,
    crypto::ring::default_provider,
    pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _},
};

use super::{Payload, Refusal};
use crate::{formats::openpgp::Keyring, terms::Digest};

/// What simple signing calls its statements.
const SIMPLE: &str = "atomic container signature";
/// What cosign calls its.
const COSIGN: &str = "cosign container image signature";
/// Of the layers of a cosign signature's manifest.
pub const COSIGN_MEDIA_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Where such a layer's signature is: base64 of DER.
pub const COSIGN_ANNOTATION: &str = "dev.cosignproject.cosign/signature";

/// What an OpenPGP message signed by one of these keys says.
///
/// # Errors
/// Why it does not count.
pub fn simple(message: &[u8], keys: &Keyring) -> Result<Payload, Refusal> {
    let (_, said) = keys.open_message(message)?;
    Payload::read(&said, SIMPLE)
}

/// The tag under which the signatures of an image are beside it.
pub fn cosign_tag(digest: Digest) -> String {
    format!("sha256-{}.sig", digest.hex())
}

/// What a payload says that one of these public keys (PEM, ECDSA P-256) signed.
///
/// # Errors
/// Why it does not count.
pub fn cosign(payload: &[u8], signature: &str, keys: &[Vec<u8>]) -> Result<Payload, Refusal> {
    let signature =
        BASE64_STANDARD.decode(signature.trim()).map_err(|_| Refusal::Payload("its signature is not base64"))?;
    match keys.iter().any(|key| made(key, payload, &signature)) {
        true => Payload::read(payload, COSIGN),
        false => Err(Refusal::Sigstore),
    }
}

/// Whether PEM text holds a key that [`cosign`] can use.
pub(crate) fn is_sigstore_key(pem: &[u8]) -> bool {
    point(pem).is_some()
}

fn made(key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    let Some(point) = point(key) else { return false };
    let algorithms = default_provider().signature_verification_algorithms;
    let p256 = algorithms.mapping.iter().filter(|(scheme, _)| *scheme == SignatureScheme::ECDSA_NISTP256_SHA256);
    let mut p256 = p256.flat_map(|(_, algorithms)| algorithms.iter());
    p256.any(|algorithm| algorithm.verify_signature(&point, data, signature).is_ok())
}

/// SubjectPublicKeyInfo of a key on P-256 (RFC 5480), up to the point: SEQUENCE, algorithm (ecPublicKey, prime256v1), and
/// the head of a BIT STRING of an uncompressed point.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The point of a public key on P-256.
fn point(pem: &[u8]) -> Option<Vec<u8>> {
    let spki = SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?;
    let point = spki.as_ref().strip_prefix(&P256)?;
    (point.len() == 65 && point[0] == 4).then(|| point.to_vec())
}
