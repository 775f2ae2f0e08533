//! Base images that a signature policy wants signed: with simple signing, and as cosign signs.

use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use drydock::{
    terms::Digest,
    testbed::{Key, SignatureVersion},
};
use serde_json::{Value, json};

use super::world::{BASE_REPOSITORY, Call, HOST, Site};

fn build<'a>(site: &'a Site, requirement: &Value) -> Call<'a> {
    let policy = json!({ "default": [{ "type": "reject" }], "transports": { "docker": { HOST: [requirement] } } });
    site.write("policy.json", policy.to_string());
    site.recipe("\"jq\"", "");
    site.build().and(&["--policy", "policy.json"])
}

fn digest(site: &Site) -> Digest {
    site.base().rsplit('@').next().and_then(|d| d.parse().ok()).expect("the base is pinned")
}

fn statement(r#type: &str, digest: Digest, name: &str) -> Vec<u8> {
    let critical = json!({ "type": r#type, "image": { "docker-manifest-digest": digest.to_string() }, "identity": { "docker-reference": name } });
    json!({ "critical": critical, "optional": null }).to_string().into_bytes()
}

/// Puts a simple signature where `registries.d` says, as number `n`.
fn sign(site: &Site, n: usize, key: Key, said: &[u8]) {
    let registries = format!("docker:\n  {HOST}:\n    lookaside: file://{}\n", site.path("lookaside").display());
    site.write("home/.config/containers/registries.d/test.yaml", registries);
    let path = format!("lookaside/{BASE_REPOSITORY}@sha256={}/signature-{n}", digest(site).hex());
    site.write(&path, key.sign_message(SignatureVersion::V4, said));
}

#[test]
fn simple_signing() {
    let site = Site::new();
    site.write("trusted.asc", Key::Testbed.public_armored());
    let wanted = json!({ "type": "signedBy", "keyType": "GPGKeys", "keyPath": site.path("trusted.asc") });
    let name = format!("{HOST}/{BASE_REPOSITORY}:8.4");
    let right = statement("atomic container signature", digest(&site), &name);
    let outcome =
        build(&site, &wanted).refused(4, &["is not signed as the signature policy policy.json requires (signedBy)"]);
    assert!(outcome.hint().contains("lookaside"), "{}", outcome.stderr);
    sign(&site, 1, Key::Stranger, &right);
    build(&site, &wanted).refused(4, &["signedBy", "no trusted key"]);
    sign(&site, 1, Key::Testbed, &statement("atomic container signature", Digest::of(b""), &name));
    build(&site, &wanted).refused(4, &["the signature is of the image"]);
    sign(
        &site,
        1,
        Key::Testbed,
        &statement("atomic container signature", digest(&site), "elsewhere.example/ubi8/ubi:8.4"),
    );
    build(&site, &wanted).refused(4, &["elsewhere.example/ubi8/ubi:8.4", "does not stand for"]);
    assert!(site.registry.log().iter().all(|s| !s.path.contains("/blobs/")), "nothing of the image was used");
    sign(&site, 2, Key::Testbed, &right);
    let built = build(&site, &wanted).done();
    // What held stays so: offline, too.
    fs::remove_dir_all(site.path("lookaside")).expect("it is there");
    assert_eq!(build(&site, &wanted).and(&["--offline", "--locked"]).done().digest(), built.digest());
    // Without the flag the user's own policy counts.
    fs::rename(site.path("policy.json"), site.path("home/.config/containers/policy.json")).expect("a file");
    let outcome = site.build().and(&["--cache", "fresh"]).run();
    assert!(outcome.code == 4 && outcome.stderr.contains(".config/containers/policy.json"), "{}", outcome.stderr);
}

#[test]
fn images_that_are_rejected() {
    let site = Site::new();
    build(&site, &json!({ "type": "reject" })).refused(4, &["takes no image of registry.example"]);
    build(&site, &json!({ "type": "sigstoreSigned", "fulcio": {} })).refused(2, &["policy.json", "Fulcio"]);
    build(&site, &json!({ "type": "insecureAcceptAnything" })).done();
}

#[test]
fn sigstore_keys() {
    let site = Site::new();
    let (key, public) = drydock::testbed::keys::sigstore();
    site.write("cosign.pub", &public);
    let wanted = json!({ "type": "sigstoreSigned", "keyPath": site.path("cosign.pub"), "signedIdentity": { "type": "matchRepository" } });
    let data = json!({ "type": "sigstoreSigned", "keyData": BASE64_STANDARD.encode(&public) });
    let outcome = build(&site, &wanted).refused(4, &["requires (sigstoreSigned)"]);
    assert!(outcome.hint().contains("as cosign puts them"), "{}", outcome.stderr);
    let right = statement("cosign container image signature", digest(&site), &format!("{HOST}/{BASE_REPOSITORY}"));
    let attach = |said: &[u8], signature: &[u8]| {
        let payload = site.registry.put_blob(BASE_REPOSITORY, said.to_vec());
        let config = site.registry.put_blob(BASE_REPOSITORY, &b"{}"[..]);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": config.to_string() },
            "layers": [{ "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "size": said.len(), "digest": payload.to_string(),
                "annotations": { "dev.cosignproject.cosign/signature": BASE64_STANDARD.encode(signature) } }],
        });
        let tag = format!("sha256-{}.sig", digest(&site).hex());
        site.registry.put_manifest(
            BASE_REPOSITORY,
            Some(&tag),
            "application/vnd.oci.image.manifest.v1+json",
            manifest.to_string(),
        );
    };
    attach(&right, &key(b"something else"));
    build(&site, &wanted).refused(4, &["no key of the policy made"]);
    attach(&right, &key(&right));
    build(&site, &wanted).done();
    build(&site, &data).done();
    site.write("cosign.pub", "no key");
    let outcome = build(&site, &wanted).run();
    assert!(outcome.code == 2 && outcome.stderr.contains("is no ECDSA P-256 public key"), "{}", outcome.stderr);
}
