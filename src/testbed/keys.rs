//! Three OpenPGP keys whose secret halves are in this very program. They are TEST KEYS: a signature by them means
//! nothing outside the testbed and the demo. `fixtures/README.md` says how they were made.

use std::sync::LazyLock;

use pgp::{
    composed::{ArmorOptions, Deserializable, SignedSecretKey},
    crypto::hash::HashAlgorithm,
    packet::{LiteralData, PacketTrait, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData},
    types::{KeyDetails, Password, SigningKey as _, Timestamp},
};
use sha2::{Digest as _, Sha256};

use super::spec::BUILD_TIME;

/// One of the embedded test keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Ed25519, the one tests trust.
    Testbed,
    /// RSA-2048, trusted too: what RHEL 8's own packages are signed with.
    Rsa,
    /// Ed25519, the one nobody trusts.
    Stranger,
}

/// Version of a signature packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVersion {
    /// The old form: creation time and key id in fixed places. RHEL 8 signs so.
    V3,
    /// The present form, with subpackets.
    V4,
}

/// Parsed once: reading an armored key costs more than signing with it.
static KEYS: LazyLock<[SignedSecretKey; 3]> = LazyLock::new(|| {
    [
        include_str!("../../fixtures/testbed-key.asc"),
        include_str!("../../fixtures/testbed-key-rsa.asc"),
        include_str!("../../fixtures/testbed-key-stranger.asc"),
    ]
    .map(|armor| SignedSecretKey::from_string(armor).expect("the embedded keys are well formed").0)
});

impl Key {
    /// Every key.
    pub const ALL: [Self; 3] = [Self::Testbed, Self::Rsa, Self::Stranger];

    fn secret(self) -> &'static SignedSecretKey {
        &KEYS[self as usize]
    }

    /// The public certificate, ASCII armored, as `RPM-GPG-KEY-…` files are.
    pub fn public_armored(self) -> String {
        let key = self.secret().to_public_key();
        key.to_armored_string(ArmorOptions::default()).expect("serialising to memory cannot fail")
    }

    /// The primary key's fingerprint: 40 lower-case hex digits.
    pub fn fingerprint(self) -> String {
        hex::encode(self.secret().primary_key.fingerprint().as_bytes())
    }

    /// The name on the key.
    pub fn user_id(self) -> String {
        let user = &self.secret().details.users[0];
        String::from_utf8_lossy(user.id.id()).into_owned()
    }

    /// A message with its signature, as `gpg --sign` makes them.
    pub fn sign_message(self, version: SignatureVersion, said: &[u8]) -> Vec<u8> {
        let literal = LiteralData::from_bytes("", said.to_vec().into()).expect("a small message");
        let mut message = Vec::new();
        literal.to_writer_with_header(&mut message).expect("serialising to memory cannot fail");
        message.extend(self.sign(version, said));
        message
    }

    /// A detached binary signature over `data`, as one packet, created at [`BUILD_TIME`]. The same every time: both
    /// algorithms are deterministic.
    pub fn sign(self, version: SignatureVersion, data: &[u8]) -> Vec<u8> {
        let key = &self.secret().primary_key;
        let created = Timestamp::from_secs(BUILD_TIME);
        let (typ, algorithm, hash) = (SignatureType::Binary, key.algorithm(), HashAlgorithm::Sha256);
        const CAN_SIGN: &str = "the embedded keys can sign";
        let signature = match version {
            SignatureVersion::V3 => {
                // Hashed: the data, the type, the creation time. The pgp crate writes and verifies such packets but does
                // not sign them with a v4 key, as rpm's own keys have done for twenty years.
                let config = SignatureConfig::v3(typ, algorithm, hash, created, key.legacy_key_id());
                let hashed = Sha256::new().chain_update(data).chain_update([u8::from(typ)]);
                let digest = hashed.chain_update(BUILD_TIME.to_be_bytes()).finalize();
                let bytes = key.sign(&Password::empty(), hash, &digest).expect(CAN_SIGN);
                Signature::from_config(config, [digest[0], digest[1]], bytes).expect("the packet is small")
            }
            SignatureVersion::V4 => {
                let subpacket = |data| Subpacket::regular(data).expect("a small subpacket");
                let mut config = SignatureConfig::v4(typ, algorithm, hash);
                config.hashed_subpackets = vec![
                    subpacket(SubpacketData::IssuerFingerprint(key.fingerprint())),
                    subpacket(SubpacketData::SignatureCreationTime(created)),
                ];
                config.unhashed_subpackets = vec![subpacket(SubpacketData::IssuerKeyId(key.legacy_key_id()))];
                config.sign(key, &Password::empty(), data).expect(CAN_SIGN)
            }
        };
        let mut packet = Vec::new();
        signature.to_writer_with_header(&mut packet).expect("serialising to memory cannot fail");
        packet
    }
}

/// What signs, in DER.
pub type SigstoreSigner = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A fresh ECDSA P-256 key as cosign has them: what signs, and the public half in PEM.
pub fn sigstore() -> (SigstoreSigner, String) {
    use rcgen::SigningKey as _;
    let key = rcgen::KeyPair::generate().expect("making a key cannot fail");
    let public = key.public_key_pem();
    (Box::new(move |data| key.sign(data).expect("signing with a fresh key cannot fail")), public)
}
