use serde_json::json;

use super::*;
use crate::{
    formats::{oci::Reference, openpgp::Keyring},
    terms::{Class, Digest, Fault},
    testbed::{Key, SignatureVersion},
};

fn image(name: &str) -> Reference {
    name.parse().expect("a reference")
}

fn policy(json: &serde_json::Value) -> Result<Policy, PolicyError> {
    Policy::parse("policy.json", json.to_string().as_bytes())
}

#[test]
fn the_narrowest_scope_decides() {
    let reject = json!([{ "type": "reject" }]);
    let digest = Digest::of(b"");
    let by = |path: &str| json!([{ "type": "signedBy", "keyType": "GPGKeys", "keyPath": path }]);
    let policy = policy(&json!({ "default": reject, "transports": {
        "docker": { "": by("/all"), "*.example": by("/wild"), "r.example": by("/host"), "r.example/a/b": by("/repo"),
            "r.example/a": by("/above"), "r.example/a/b:1": by("/tag"), format!("r.example/a/b@{digest}"): by("/digest") },
        "docker-daemon": { "": [{ "type": "insecureAcceptAnything" }] },
    }}))
    .expect("a policy");
    for (name, path) in [
        ("r.example/a/b:1".to_owned(), "/tag"),
        (format!("r.example/a/b@{digest}"), "/digest"),
        ("r.example/a/b:2".to_owned(), "/repo"),
        ("r.example/a/bc:2".to_owned(), "/above"),
        ("r.example/x".to_owned(), "/host"),
        ("s.r.example/x".to_owned(), "/wild"),
        ("elsewhere.test/x".to_owned(), "/all"),
    ] {
        let (_, found) = policy.requirements(&image(&name));
        let Requirement::SignedBy { keys, identity } = &found[0] else { panic!("{name}: {found:?}") };
        assert_eq!((keys.paths[0].to_str(), identity), (Some(path), &Match::RepoDigestOrExact), "{name}");
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    let whole = |requirement: serde_json::Value| policy(&json!({ "default": [requirement] }));
    for (requirement, says) in [
        (json!({ "type": "signedBy", "keyType": "GPGKeys" }), "names no key"),
        (json!({ "type": "signedBy", "keyType": "X", "keyPath": "/x" }), "keyType"),
        (json!({ "type": "sigstoreSigned", "fulcio": {} }), "Fulcio"),
        (json!({ "type": "sigstoreSigned", "keyPath": "/x", "rekorPublicKeyPath": "/y" }), "Rekor"),
        (json!({ "type": "sigstoreSigned", "keyData": "*" }), "base64"),
        (json!({ "type": "nothing" }), "type \"nothing\""),
        (
            json!({ "type": "sigstoreSigned", "keyPath": "/x", "signedIdentity": { "type": "exactReference" } }),
            "dockerReference",
        ),
    ] {
        let error = whole(requirement).expect_err(says);
        assert!(error.to_string().contains(says) && error.class() == Class::Usage, "{error}");
    }
    for broken in [
        json!({}),
        json!({ "default": [] }),
        json!({ "default": [{ "type": "reject" }], "x": 1 }),
        json!({ "default": [{ "type": "reject", "y": 1 }] }),
    ] {
        assert!(policy(&broken).is_err(), "{broken}");
    }
}

fn statement(r#type: &str, digest: &Digest, name: &str) -> Vec<u8> {
    let critical = json!({ "type": r#type, "image": { "docker-manifest-digest": digest.to_string() }, "identity": { "docker-reference": name } });
    json!({ "critical": critical, "optional": { "creator": "test" } }).to_string().into_bytes()
}

#[test]
fn simple_signatures_are_of_one_image_and_name() {
    let ring = Keyring::parse(Key::Testbed.public_armored().as_bytes()).expect("a key");
    let digest = Digest::of(b"manifest");
    let message = |key: Key, said: &[u8]| key.sign_message(SignatureVersion::V4, said);
    let said = statement("atomic container signature", &digest, "r.example/a/b:1");
    let payload = simple(&message(Key::Testbed, &said), &ring).expect("it holds");
    let by_digest = image(&format!("r.example/a/b@{digest}"));
    let other = image(&format!("r.example/a/c@{digest}"));
    let usual = Match::default();
    assert!(payload.is_of(digest, &by_digest, &usual).is_ok());
    assert!(matches!(payload.is_of(Digest::of(b""), &by_digest, &usual), Err(Refusal::Digest { .. })));
    assert!(matches!(payload.is_of(digest, &other, &usual), Err(Refusal::Identity { .. })));
    for (rule, name, fits) in [
        (Match::Exact, "r.example/a/b:1", true),
        (Match::Exact, "r.example/a/b:2", false),
        (Match::RepoDigestOrExact, "r.example/a/b:2", false),
        (Match::Repository, "r.example/a/b:2", true),
        (Match::ExactReference("r.example/a/b:1".into()), "mirror.test/x:9", true),
        (Match::ExactReference("r.example/a/b:2".into()), "mirror.test/x:9", false),
        (Match::ExactRepository("r.example/a/b".into()), "mirror.test/x:9", true),
        (
            Match::Remap { prefix: "mirror.test/m".into(), signed_prefix: "r.example".into() },
            "mirror.test/m/a/b:1",
            true,
        ),
        (
            Match::Remap { prefix: "mirror.test/m".into(), signed_prefix: "r.example".into() },
            "mirror.test/mm/a/b:1",
            false,
        ),
    ] {
        assert_eq!(payload.is_of(digest, &image(name), &rule).is_ok(), fits, "{rule:?} {name}");
    }
    assert!(matches!(simple(&message(Key::Stranger, &said), &ring), Err(Refusal::OpenPgp(_))));
    let cosigns = statement("cosign container image signature", &digest, "r.example/a/b:1");
    assert!(matches!(simple(&message(Key::Testbed, &cosigns), &ring), Err(Refusal::Payload(_))));
    assert!(matches!(simple(&message(Key::Testbed, b"{}"), &ring), Err(Refusal::Payload(_))));
}

#[test]
fn cosign_signatures_are_of_a_key_on_p256() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
    let (key, other) =
        (KeyPair::generate().expect("a key"), KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"));
    let digest = Digest::of(b"manifest");
    let said = statement("cosign container image signature", &digest, "r.example/a/b");
    let signature = BASE64_STANDARD.encode(key.sign(&said).expect("it signs"));
    let pem = |key: &KeyPair| key.public_key_pem().into_bytes();
    assert!(is_sigstore_key(&pem(&key)) && !is_sigstore_key(b"no key") && !key.subject_public_key_info().is_empty());
    assert!(!is_sigstore_key(&pem(&KeyPair::generate_for(&PKCS_ED25519).expect("a key"))));
    let payload = cosign(&said, &signature, &[pem(&other), pem(&key)]).expect("one of two");
    assert!(payload.is_of(digest, &image(&format!("r.example/a/b@{digest}")), &Match::default()).is_ok());
    assert!(matches!(cosign(&said, &signature, &[pem(&other)]), Err(Refusal::Sigstore)));
    assert!(matches!(cosign(&said[1..], &signature, &[pem(&key)]), Err(Refusal::Sigstore)));
    assert!(matches!(cosign(&said, "*", &[pem(&key)]), Err(Refusal::Payload(_))));
    assert_eq!(cosign_tag(digest), format!("sha256-{}.sig", digest.hex()));
}

#[test]
fn lookasides_are_found_by_scope() {
    let mut all = Lookasides::default();
    let digest = Digest::of(b"");
    let at = |all: &Lookasides, name: &str| all.address(&image(name), digest, 2);
    let end = format!("@sha256={}/signature-2", digest.hex());
    assert_eq!(at(&all, "r.example/a/b:1"), format!("file:///var/lib/containers/sigstore/a/b{end}"));
    all.add("# of all\ndefault-docker:\n  lookaside: file:///all\n  lookaside-staging: file:///staging\n");
    all.add(
        "docker:\n     r.example:   # of a host\n         sigstore: https://old.example/sigs/\n         lookaside: \"https://h.example/sigs/\"\n     \
         r.example:5000/a:\n         lookaside: 'https://ns.example'\n         use-sigstore-attachments: true\n",
    );
    assert_eq!(at(&all, "r.example/a/b:1"), format!("https://h.example/sigs/a/b{end}"));
    assert_eq!(at(&all, "r.example:5000/a/b:1"), format!("https://ns.example/a/b{end}"));
    assert_eq!(at(&all, "other.example/x:1"), format!("file:///all/x{end}"));
}
