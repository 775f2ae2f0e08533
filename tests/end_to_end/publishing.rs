//! What reaches a registry, in which order, and what doesn't when something breaks.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use drydock::testbed::{
    Fault, MadeFile, Seen, Spec, Trouble, make,
    registry::{Access, Manners},
};

use super::world::{BASE_REPOSITORY, Call, HOST, MADE, Site, noise};

fn tag() -> String {
    format!("{HOST}/{MADE}:1")
}

/// A build of one small package that goes to the registry only.
fn push(site: &Site) -> Call<'_> {
    site.build().without("--oci").and(&["--push", "--tag", &tag()])
}

fn ready() -> Site {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site
}

/// Requests to the registry that name a repository.
fn requests(site: &Site, repository: &str) -> Vec<Seen> {
    let prefix = format!("/v2/{repository}/");
    site.registry.log().into_iter().filter(|seen| seen.path.starts_with(&prefix)).collect()
}

fn bytes_sent(site: &Site) -> usize {
    site.registry.log().iter().filter(|s| s.path.contains("/blobs/uploads/")).map(|s| s.received).sum()
}

fn served(site: &Site, reference: &str) -> Option<String> {
    let (_, bytes) = site.registry.manifest(MADE, reference)?;
    Some(drydock::terms::Digest::of(&bytes).to_string())
}

#[test]
fn the_tag_comes_last_and_base_layers_are_mounted() {
    let site = ready();
    let digest = push(&site).done().digest();
    assert_eq!(served(&site, "1"), Some(digest.to_string()));
    let log = requests(&site, MADE);
    let writes: Vec<&Seen> = log.iter().filter(|s| s.method != "HEAD" && s.method != "GET").collect();
    assert!(writes.last().is_some_and(|s| s.path.ends_with("/manifests/1")), "{writes:?}");
    let first_manifest = writes.iter().position(|s| s.path.contains("/manifests/")).expect("manifests were put");
    assert!(writes[first_manifest..].iter().all(|s| s.path.contains("/manifests/")), "a blob came after a manifest");
    let mounts: Vec<&Seen> = log.iter().filter(|s| s.query.contains("mount=")).collect();
    assert!(mounts.iter().any(|s| s.query.contains(&format!("from={BASE_REPOSITORY}")) && s.status == 201), "{log:?}");
    // No byte of the base was sent.
    let base: Vec<_> = site.registry.blobs(BASE_REPOSITORY);
    let sent = log.iter().filter(|s| s.received > 0 && base.iter().any(|d| s.query.contains(&d.hex())));
    assert_eq!(sent.count(), 0);
}

#[test]
fn base_layers_are_copied_where_mounts_are_refused() {
    let site = Site::with(Manners::default());
    site.recipe("\"jq\"", "");
    push(&site).done();
    let log = requests(&site, MADE);
    assert!(log.iter().any(|s| s.query.contains("mount=") && s.status == 202), "{log:?}");
    // The image is whole: it can be read back from the registry alone.
    let call = site
        .drydock(&["inspect", &tag(), "--packages"])
        .env("DRYDOCK_CACHE", &site.path("fresh").display().to_string());
    assert!(call.done().stdout.contains("jq-1.5-12.el8.x86_64"));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let site = ready();
    let first = push(&site).done().digest();
    site.registry.clear_log();
    assert_eq!(push(&site).done().digest(), first);
    assert_eq!(bytes_sent(&site), 0);
    let writes = requests(&site, MADE).iter().filter(|s| s.method != "HEAD" && s.method != "GET").count();
    assert_eq!(writes, 0, "{:?}", site.registry.log());
    // Another machine, with nothing but the lock.
    site.registry.clear_log();
    let elsewhere = site.path("elsewhere").display().to_string();
    assert_eq!(push(&site).and(&["--locked"]).env("DRYDOCK_CACHE", &elsewhere).done().digest(), first);
    assert_eq!(bytes_sent(&site), 0);
}

#[test]
fn if_missing() {
    let site = ready();
    let first = push(&site).and(&["--if-missing"]).done().digest();
    let fetched = site.cdn.log().len();
    let outcome = push(&site).and(&["--if-missing"]).done();
    assert!(outcome.stdout.contains("every tag exists already"), "{}", outcome.stdout);
    assert_eq!((outcome.digest(), site.cdn.log().len()), (first, fetched));
    let second = format!("{HOST}/{MADE}:2");
    let outcome = push(&site).and(&["--if-missing", "--tag", &second]).done();
    assert!(!outcome.stdout.contains("every tag exists already"));
    assert_eq!(site.registry.tags(MADE), ["1", "2"]);
}

#[test]
fn a_push_that_fails_half_way_leaves_the_tag() {
    for trouble in [
        Trouble::at(&format!("/v2/{MADE}/manifests/"), Fault::Status(403)).method("PUT"),
        Trouble::at(&format!("/v2/{MADE}/blobs/uploads/"), Fault::Status(403)).method("PUT"),
        Trouble::at(&format!("/v2/{MADE}/manifests/1"), Fault::Status(403)).method("PUT"),
    ] {
        let site = ready();
        let first = push(&site).done().digest();
        site.recipe("\"jq\", \"m4\"", "");
        site.registry.trouble(trouble);
        let outcome = push(&site).run();
        assert_eq!(outcome.code, 5, "{outcome:?}");
        assert!(outcome.stderr.contains("registry.example/v2/made") && outcome.stderr.contains("403"), "{outcome:?}");
        assert_eq!(served(&site, "1"), Some(first.to_string()));
        site.registry.no_more_trouble();
        assert_ne!(push(&site).done().digest(), first);
    }
}

#[test]
fn two_tags_move_together() {
    let site = ready();
    site.registry.trouble(Trouble::at("/v2/zzz/", Fault::Status(403)));
    let other = format!("{HOST}/zzz:1");
    let outcome = push(&site).and(&["--tag", &other]).run();
    assert_eq!(outcome.code, 5, "{outcome:?}");
    assert!(site.registry.tags(MADE).is_empty() && site.registry.tags("zzz").is_empty());
}

#[test]
fn broken_connections_and_busy_registries_are_overcome() {
    let site = ready();
    let uploads = format!("/v2/{MADE}/blobs/uploads/");
    site.registry.trouble(Trouble::at(&uploads, Fault::Status(503)).method("PUT").times(1));
    site.registry.trouble(Trouble::at(&uploads, Fault::Dropped(0)).method("POST").times(1));
    site.registry
        .trouble(Trouble::at(&format!("/v2/{MADE}/manifests/"), Fault::RetryAfter(429, 0)).method("PUT").times(1));
    let digest = push(&site).done().digest();
    assert_eq!(served(&site, "1"), Some(digest.to_string()));
}

/// A layer of more than a request's worth goes on where the registry says it stopped.
#[test]
fn large_layers_survive_a_break() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let thing = Spec::new("thing-1-1.x86_64").file(MadeFile::file("/usr/share/thing", noise(2 << 20)));
    let url = site.repository("more", &[make(&thing.compression(drydock::testbed::Compression::Gzip))]);
    site.registry.trouble(Trouble::at("/blobs/uploads/", Fault::Status(502)).method("PATCH").times(2));
    let digest = push(&site).and(&["--repo", &format!("more={url}")]).done().digest();
    assert_eq!(served(&site, "1"), Some(digest.to_string()));
}

#[test]
fn push_from_place_to_place_keeps_the_digest() {
    let site = ready();
    let digest = site.build().and(&["--arch", "x86_64,aarch64"]).done().digest();
    let copy = |from: &str, to: &str| site.drydock(&["push", from, to]).done().digest();
    assert_eq!(copy("oci:out/image", &tag()), digest);
    assert_eq!(copy(&format!("docker://{}", tag()), "oci-archive:out/copy.tar:x"), digest);
    assert_eq!(copy("oci-archive:out/copy.tar:x", "oci:out/second:y"), digest);
    assert_eq!(copy("oci:out/second:y", &format!("{HOST}/third:1")), digest);
    // Nothing of the third copy came from this machine but its documents.
    let inspected = site.drydock(&["inspect", &format!("{HOST}/third:1"), "--format", "json"]).done();
    let report: serde_json::Value = serde_json::from_str(&inspected.stdout).expect("JSON");
    assert_eq!(report["digest"], digest.to_string());
    assert_eq!(report["arches"].as_array().map(Vec::len), Some(2));
    let outcome = site.drydock(&["push", "oci:out/nowhere", &tag()]).run();
    assert!(outcome.code == 2 && outcome.stderr.contains("out/nowhere"), "{outcome:?}");
}

#[test]
fn inspect_lists_base_and_installed() {
    let site = ready();
    push(&site).done();
    let packages = |image: &str| {
        let run = site.drydock(&["inspect", image, "--packages", "--arch", "x86_64", "--format", "json"]).done();
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        let list = report["arches"][0]["packages"].as_array().expect("a list").clone();
        list.into_iter().map(|p| p.as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let (base, made) = (packages(&site.base()), packages(&tag()));
    let new: Vec<&String> = made.iter().filter(|p| !base.contains(p)).collect();
    assert_eq!(new, ["jq-1.5-12.el8.x86_64"]);
    assert!(base.len() > 20 && base.iter().all(|p| made.contains(p)));
}

fn login(site: &Site, password: &str) {
    let auth = BASE64_STANDARD.encode(format!("alice:{password}"));
    site.write("auth.json", format!("{{\"auths\":{{\"{HOST}\":{{\"auth\":\"{auth}\"}}}}}}"));
}

#[test]
fn logins_from_an_auth_file() {
    for access in [Access::basic("alice", "sesame"), Access::bearer("alice", "sesame")] {
        let site = Site::with(Manners { access: access.clone(), ..Manners::open() });
        site.recipe("\"jq\"", "");
        login(&site, "sesame");
        let outcome = push(&site).and(&["--authfile", "auth.json"]).done();
        assert!(!outcome.stderr.contains("sesame") && !outcome.stdout.contains("sesame"));
        assert_eq!(site.registry.tags(MADE), ["1"], "{access:?}");
        // The same file by variable.
        push(&site).env("REGISTRY_AUTH_FILE", &site.path("auth.json").display().to_string()).done();
    }
}

#[test]
fn a_wrong_password() {
    for access in [Access::basic("alice", "open"), Access::bearer("alice", "open")] {
        let site = Site::with(Manners { access, ..Manners::open() });
        site.recipe("\"jq\"", "");
        login(&site, "sesame");
        let encoded = BASE64_STANDARD.encode("alice:sesame");
        for verbose in ["-q", "-v", "-vvv"] {
            let outcome = push(&site).and(&["--authfile", "auth.json", verbose]).run();
            assert_eq!(outcome.code, 5, "{outcome:?}");
            for secret in ["sesame", &encoded] {
                assert!(!outcome.stderr.contains(secret) && !outcome.stdout.contains(secret), "{}", outcome.stderr);
            }
            assert!(outcome.stderr.contains(HOST) && !outcome.hint().is_empty());
        }
        assert!(site.registry.tags(MADE).is_empty());
    }
}

#[test]
fn an_auth_file_that_is_none() {
    let site = ready();
    push(&site).and(&["--authfile", "absent.json"]).refused(2, &["absent.json"]);
    site.write("auth.json", "{\"auths\": sesame");
    push(&site).and(&["--authfile", "auth.json"]).refused(2, &["auth.json"]);
}
