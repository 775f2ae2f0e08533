use pgp::{
    composed::{Deserializable, SignedKeyDetails, SignedPublicKey, SignedPublicSubKey, SignedSecretKey},
    crypto::hash::HashAlgorithm,
    packet::{KeyFlags, RevocationCode, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId},
    ser::Serialize,
    types::{Duration, KeyDetails, PacketHeaderVersion, Password, SignedUser, SigningKey, Tag, Timestamp},
};
use proptest::prelude::*;

use super::*;

const SECRET: &[u8] = include_bytes!("../../../fixtures/openpgp/signer.secret.asc");
/// When the fixture's keys were made: 2020-01-01.
const BIRTH: u32 = 1_577_836_800;
const DAY: u32 = 86_400;
const DATA: &[u8] = b"what is signed";

fn secret() -> SignedSecretKey {
    SignedSecretKey::from_armor_single(SECRET).expect("fixture").0
}

fn config(typ: SignatureType, key: &impl SigningKey, hash: HashAlgorithm, at: u32) -> SignatureConfig {
    let mut config = SignatureConfig::v4(typ, key.algorithm(), hash);
    add(&mut config, SubpacketData::SignatureCreationTime(Timestamp::from_secs(at)));
    add(&mut config, SubpacketData::IssuerFingerprint(key.fingerprint()));
    config
}

fn add(config: &mut SignatureConfig, data: SubpacketData) {
    config.hashed_subpackets.push(Subpacket::regular(data).expect("small"));
}

fn packet(signature: &Signature) -> Vec<u8> {
    let mut out = Vec::new();
    pgp::packet::PacketTrait::to_writer_with_header(signature, &mut out).expect("memory");
    out
}

fn sign(key: &impl SigningKey, hash: HashAlgorithm, at: u32) -> Vec<u8> {
    packet(&config(SignatureType::Binary, key, hash, at).sign(key, &Password::empty(), DATA).expect("signs"))
}

/// What to say of the primary key in its self-signature.
struct Claims {
    expires_after: Option<u32>,
    may_sign: bool,
    hash: HashAlgorithm,
    revoked: Option<(RevocationCode, u32)>,
    sub: Sub,
}

#[derive(PartialEq)]
enum Sub {
    Good,
    NotSignedBack,
    SignedByStranger,
    Expired,
    Revoked,
}

impl Default for Claims {
    fn default() -> Self {
        Self { expires_after: None, may_sign: true, hash: HashAlgorithm::Sha256, revoked: None, sub: Sub::Good }
    }
}

fn keyring(claims: &Claims) -> Keyring {
    Keyring::parse(&certificate(claims).to_bytes().expect("memory")).expect("parses")
}

fn certificate(claims: &Claims) -> SignedPublicKey {
    let secret = secret();
    let (key, public, none) = (&secret.primary_key, secret.primary_key.public_key().clone(), Password::empty());
    let flags = |sign: bool| {
        let mut flags = KeyFlags::default();
        flags.set_certify(true);
        flags.set_sign(sign);
        SubpacketData::KeyFlags(flags)
    };
    let mut own = config(SignatureType::CertPositive, key, claims.hash, BIRTH);
    add(&mut own, flags(claims.may_sign));
    if let Some(after) = claims.expires_after {
        add(&mut own, SubpacketData::KeyExpirationTime(Duration::from_secs(after)));
    }
    let id = UserId::from_str(PacketHeaderVersion::New, "Owner <owner@example.org>").expect("short");
    let own = own.sign_certification(key, &public, &none, Tag::UserId, &id).expect("signs");
    let revocations = claims.revoked.map(|(code, at)| {
        let mut config = config(SignatureType::KeyRevocation, key, HashAlgorithm::Sha256, at);
        add(&mut config, SubpacketData::RevocationReason(code, "a reason".into()));
        config.sign_key(key, &none, &public).expect("signs")
    });
    let sub = &secret.secret_subkeys[0].key;
    let back = config(SignatureType::KeyBinding, sub, HashAlgorithm::Sha256, BIRTH);
    let back = back.sign_primary_key_binding(sub, sub.public_key(), &none, &public).expect("signs");
    let mut binding = config(SignatureType::SubkeyBinding, key, HashAlgorithm::Sha256, BIRTH);
    add(&mut binding, flags(true));
    if claims.sub == Sub::Expired {
        add(&mut binding, SubpacketData::KeyExpirationTime(Duration::from_secs(DAY)));
    }
    if claims.sub != Sub::NotSignedBack {
        add(&mut binding, SubpacketData::EmbeddedSignature(Box::new(back)));
    }
    let mut bindings = vec![if claims.sub == Sub::SignedByStranger {
        binding.pub_alg = sub.algorithm();
        binding.sign_subkey_binding(sub, &public, &none, sub.public_key()).expect("signs")
    } else {
        binding.sign_subkey_binding(key, &public, &none, sub.public_key()).expect("signs")
    }];
    if claims.sub == Sub::Revoked {
        let config = config(SignatureType::SubkeyRevocation, key, HashAlgorithm::Sha256, BIRTH + DAY);
        bindings.push(config.sign_subkey_binding(key, &public, &none, sub.public_key()).expect("signs"));
    }
    let users = vec![SignedUser::new(id, vec![own])];
    let details = SignedKeyDetails::new(revocations.into_iter().collect(), vec![], users, vec![]);
    SignedPublicKey::new(public, details, vec![SignedPublicSubKey::new(sub.public_key().clone(), bindings)])
}

#[test]
fn primary_and_subkey_vouch_for_the_data_they_signed() {
    let (secret, keyring) = (secret(), keyring(&Claims::default()));
    let signed = sign(&secret.primary_key, HashAlgorithm::Sha512, BIRTH + DAY);
    let signer = keyring.verify(&signed, DATA).expect("primary");
    assert_eq!(signer.user_id, "Owner <owner@example.org>");
    assert_eq!(signer.fingerprint, keyring.certs()[0].fingerprint);
    assert_eq!(signer.key_id, keyring.certs()[0].key_ids[0]);
    let signed = sign(&secret.secret_subkeys[0].key, HashAlgorithm::Sha256, BIRTH + DAY);
    let by_subkey = keyring.verify(&signed, DATA).expect("subkey");
    assert_eq!(by_subkey.fingerprint, signer.fingerprint);
    assert_eq!(by_subkey.key_id, keyring.certs()[0].key_ids[1]);
    assert!(matches!(keyring.verify(&signed, &DATA[1..]), Err(SignatureError::Bad { .. })));
    assert!(matches!(keyring.verify(&signed[..20], DATA), Err(SignatureError::Malformed { .. })));
    let twice = [&signed[..], &signed].concat();
    assert!(matches!(keyring.verify(&twice, DATA), Err(SignatureError::Malformed { .. })));
    let unknown = Keyring::default().verify(&signed, DATA).expect_err("no key");
    assert!(
        matches!(unknown, SignatureError::NoKey { ref key_id } if *key_id == hex::encode(secret.secret_subkeys[0].key.fingerprint().as_bytes()))
    );
}

#[test]
fn version_3_signatures_count_as_those_of_old_rpm() {
    let key = &secret().primary_key;
    let config = SignatureConfig::v3(
        SignatureType::Binary,
        key.algorithm(),
        HashAlgorithm::Sha256,
        Timestamp::from_secs(BIRTH + 5),
        key.legacy_key_id(),
    );
    // the library signs no more in version 3: hash what section 5.2.2 of RFC 4880 says, and sign that
    let mut hasher = config.hash_alg.new_hasher().expect("known");
    hasher.update(DATA);
    config.hash_signature_data(&mut hasher).expect("version 3");
    let digest = hasher.finalize();
    let bytes = key.sign(&Password::empty(), config.hash_alg, &digest).expect("signs");
    let signed = packet(&Signature::from_config(config, [digest[0], digest[1]], bytes).expect("signature"));
    keyring(&Claims::default()).verify(&signed, DATA).expect("version 3");
}

#[test]
fn weak_hashes_and_other_types_are_refused_by_name() {
    let (key, keyring) = (&secret().primary_key, keyring(&Claims::default()));
    for hash in [HashAlgorithm::Sha1, HashAlgorithm::Md5] {
        let refused = keyring.verify(&sign(key, hash, BIRTH), DATA).expect_err("weak");
        assert!(matches!(&refused, SignatureError::WeakHash { hash: h, .. } if *h == hash.to_string()), "{refused}");
    }
    let text = config(SignatureType::Text, key, HashAlgorithm::Sha256, BIRTH);
    let text = text.sign(key, &Password::empty(), DATA).expect("signs");
    assert!(matches!(keyring.verify(&packet(&text), DATA), Err(SignatureError::Type { number: 1, .. })));
}

#[test]
fn the_crypto_policy_decides_what_is_weak() {
    let key = &secret().primary_key;
    let with = |claims: &Claims, policy: &str, release, hash| {
        let ring = keyring(claims).under(CryptoPolicy::of(policy, release));
        ring.verify(&sign(key, hash, BIRTH), DATA).map(drop).map_err(|e| e.to_string())
    };
    let usual = Claims::default();
    for (policy, release, hash, wants) in [
        ("DEFAULT", 9, HashAlgorithm::Sha1, "the crypto policy DEFAULT of RHEL 9 takes SHA-224 or better"),
        ("DEFAULT", 8, HashAlgorithm::Sha1, ""),
        (
            "DEFAULT:NO-SHA1",
            8,
            HashAlgorithm::Sha1,
            "the crypto policy DEFAULT:NO-SHA1 of RHEL 8 takes SHA-224 or better",
        ),
        ("DEFAULT:SHA1", 9, HashAlgorithm::Sha1, ""),
        ("LEGACY", 10, HashAlgorithm::Sha1, ""),
        ("LEGACY", 8, HashAlgorithm::Md5, "the crypto policy LEGACY of RHEL 8 takes SHA-1 or better"),
        ("FIPS", 9, HashAlgorithm::Sha1, "the crypto policy FIPS of RHEL 9 takes SHA-224 or better"),
        ("FUTURE", 9, HashAlgorithm::Sha224, "the crypto policy FUTURE of RHEL 9 takes SHA-256 or better"),
        (
            "FUTURE",
            9,
            HashAlgorithm::Sha256,
            "RSA of 2048 bits, which is refused: the crypto policy FUTURE of RHEL 9 takes RSA of 3072",
        ),
        ("FIPS", 9, HashAlgorithm::Sha256, ""),
        ("BSI", 9, HashAlgorithm::Sha256, ""),
    ] {
        match with(&usual, policy, release, hash) {
            Ok(()) => assert_eq!(wants, "", "{policy} {hash}"),
            Err(says) => assert!(!wants.is_empty() && says.contains(wants), "{policy} {hash}: {says}"),
        }
    }
    let old = Claims { hash: HashAlgorithm::Sha1, ..Claims::default() };
    assert_eq!(with(&old, "DEFAULT", 9, HashAlgorithm::Sha256), Ok(()));
    let says = with(&old, "FIPS", 9, HashAlgorithm::Sha256).expect_err("a self-signature with SHA-1");
    assert!(says.contains("is bound to its certificate with SHA1"), "{says}");
    let configured = |text: &str| CryptoPolicy::configured(text, 8).map(|p| p.to_string());
    assert_eq!(configured("# what counts\n\n future # tomorrow\nLEGACY\n").as_deref(), Some("FUTURE of RHEL 8"));
    assert_eq!(configured("# nothing\n"), None);
}

#[test]
fn signature_files_and_messages() {
    use pgp::packet::{LiteralData, PacketTrait};
    let (key, keyring) = (&secret().primary_key, keyring(&Claims::default()));
    let good = sign(key, HashAlgorithm::Sha256, BIRTH);
    keyring.verify_file(&good, DATA).expect("binary");
    let other = sign(key, HashAlgorithm::Sha1, BIRTH);
    keyring.verify_file(&[&other[..], &good].concat(), DATA).expect("one of two holds");
    assert!(matches!(keyring.verify_file(&other, DATA), Err(SignatureError::WeakHash { .. })));
    assert!(matches!(keyring.verify_file(&good, &DATA[1..]), Err(SignatureError::Bad { .. })));
    assert!(matches!(keyring.verify_file(b"<html>", DATA), Err(SignatureError::Malformed { .. })));
    let text = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &good);
    let armored = format!("-----BEGIN PGP SIGNATURE-----\n\n{text}\n-----END PGP SIGNATURE-----");
    keyring.verify_file(armored.as_bytes(), DATA).expect("armored");
    let literal = LiteralData::from_bytes("", bytes::Bytes::from_static(DATA)).expect("small");
    let mut message = Vec::new();
    literal.to_writer_with_header(&mut message).expect("memory");
    message.extend(&good);
    let (signer, said) = keyring.open_message(&message).expect("a signed message");
    assert_eq!((signer.fingerprint, said), (keyring.certs()[0].fingerprint.clone(), DATA.to_vec()));
    assert!(keyring.open_message(&good).is_err() && keyring.open_message(&message[..20]).is_err());
    assert!(matches!(Keyring::default().open_message(&message), Err(SignatureError::NoKey { .. })));
}

#[test]
fn expiry_is_judged_at_the_time_of_signing() {
    let (key, keyring) =
        (&secret().primary_key, keyring(&Claims { expires_after: Some(10 * DAY), ..Claims::default() }));
    let at = |t| keyring.verify(&sign(key, HashAlgorithm::Sha256, t), DATA);
    at(BIRTH + 10 * DAY - 1).expect("the last moment");
    let late = u64::from(BIRTH + 10 * DAY);
    let refused = at(BIRTH + 10 * DAY).expect_err("late");
    assert!(
        matches!(refused, SignatureError::Expired { expired, signed, .. } if expired == late && signed == late),
        "{refused}"
    );
    assert!(matches!(at(BIRTH - 1), Err(SignatureError::TooEarly { .. })));
}

#[test]
fn revocation_takes_all_signatures_unless_the_key_only_retired() {
    let key = &secret().primary_key;
    let early = sign(key, HashAlgorithm::Sha256, BIRTH + DAY);
    let late = sign(key, HashAlgorithm::Sha256, BIRTH + 3 * DAY);
    for (code, early_counts) in [
        (RevocationCode::KeyRetired, true),
        (RevocationCode::KeySuperseded, true),
        (RevocationCode::KeyCompromised, false),
        (RevocationCode::NoReason, false),
    ] {
        let keyring = keyring(&Claims { revoked: Some((code, BIRTH + 2 * DAY)), ..Claims::default() });
        assert_eq!(keyring.verify(&early, DATA).is_ok(), early_counts, "{code:?}");
        let refused = keyring.verify(&late, DATA).expect_err("revoked");
        assert!(matches!(&refused, SignatureError::Revoked { reason, .. } if reason.contains("a reason")), "{refused}");
        // a subkey falls with its primary
        let by_subkey = sign(&secret().secret_subkeys[0].key, HashAlgorithm::Sha256, BIRTH + 3 * DAY);
        assert!(matches!(keyring.verify(&by_subkey, DATA), Err(SignatureError::Revoked { .. })));
    }
}

#[test]
fn subkeys_need_a_binding_both_ways() {
    let signed = sign(&secret().secret_subkeys[0].key, HashAlgorithm::Sha256, BIRTH + 2 * DAY);
    let with = |sub| keyring(&Claims { sub, ..Claims::default() }).verify(&signed, DATA);
    with(Sub::Good).expect("bound");
    assert!(matches!(with(Sub::NotSignedBack), Err(SignatureError::Unbound { .. })));
    assert!(matches!(with(Sub::SignedByStranger), Err(SignatureError::Unbound { .. })));
    assert!(matches!(with(Sub::Expired), Err(SignatureError::Expired { .. })));
    assert!(matches!(with(Sub::Revoked), Err(SignatureError::Revoked { .. })));
}

#[test]
fn self_signatures_decide_what_the_primary_may_do() {
    let signed = sign(&secret().primary_key, HashAlgorithm::Sha256, BIRTH + DAY);
    let with = |claims| keyring(&claims).verify(&signed, DATA);
    assert!(matches!(with(Claims { may_sign: false, ..Claims::default() }), Err(SignatureError::NotForSigning { .. })));
    // Red Hat's keys of 2009 certify themselves with SHA-1; nothing may with MD5
    with(Claims { hash: HashAlgorithm::Sha1, ..Claims::default() }).expect("SHA-1 self-signature");
    assert!(matches!(
        with(Claims { hash: HashAlgorithm::Md5, ..Claims::default() }),
        Err(SignatureError::Unbound { .. })
    ));
}

#[test]
fn key_files_come_in_many_forms() {
    let cert = certificate(&Claims::default());
    let armored = cert.to_armored_string(Default::default()).expect("memory");
    let binary = cert.to_bytes().expect("memory");
    let several = format!("The following keys\n\n{armored}\nand again\r\n{}", armored.replace('\n', "\r\n"));
    for (file, certs) in [(armored.as_bytes(), 1), (&binary, 1), (&binary.repeat(2), 2), (several.as_bytes(), 2)] {
        let keyring = Keyring::parse(file).expect("parses");
        assert_eq!(keyring.certs().len(), certs);
        assert_eq!(keyring.certs()[0].user_id, "Owner <owner@example.org>");
        assert_eq!(keyring.certs()[0].created, BIRTH);
        let mut merged = keyring.clone();
        merged.extend(keyring);
        assert_eq!(merged.certs().len(), certs, "known keys are not added again");
    }
    assert!(matches!(Keyring::parse(SECRET), Err(KeyError::Private)));
    for empty in [&b""[..], b"\n", b"<html>404</html>"] {
        assert!(matches!(Keyring::parse(empty), Err(KeyError::Empty)), "{empty:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_keys_and_signatures_never_panic(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        thread_local! {
            static CERT: Vec<u8> = certificate(&Claims::default()).to_bytes().expect("memory");
            static SIGNED: Vec<u8> = sign(&secret().primary_key, HashAlgorithm::Sha256, BIRTH);
        }
        let damage = |bytes: &Vec<u8>| {
            let mut bytes = bytes.clone();
            let i = at.index(bytes.len());
            bytes[i] ^= byte;
            bytes.truncate(cut.index(bytes.len() * 2).max(1));
            bytes
        };
        let cert = CERT.with(damage);
        let signed = SIGNED.with(Clone::clone);
        if let Ok(keyring) = Keyring::parse(&cert) {
            let _ = keyring.verify(&signed, DATA);
        }
        let whole = CERT.with(|c| Keyring::parse(c)).expect("undamaged");
        let damaged = SIGNED.with(damage);
        if whole.verify(&damaged, DATA).is_ok() {
            // what is not covered (the packet's own header, unhashed parts) may differ
            prop_assert!(byte == 0 || damaged.len() == signed.len());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Keyring::parse(&bytes);
        let _ = Keyring::default().verify(&bytes, DATA);
        let armored = [b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n", &bytes[..], b"\n-----END PGP PUBLIC KEY BLOCK-----"].concat();
        let _ = Keyring::parse(&armored);
    }
}
