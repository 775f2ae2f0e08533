//! Servers that refuse or vanish, credentials that are not there, disks that take no more.

use std::{collections::BTreeSet, net::TcpListener};

use drydock::{
    terms::Arch,
    testbed::{
        Authority, Fault, MadeFile, Spec, Trouble, World, make,
        registry::{Access, Manners, Writes},
        tls::Validity,
    },
};

use super::world::{HOST, MADE, Site, files_below};

/// A port where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("it has one").to_string()
}

#[test]
fn an_unreachable_registry() {
    let site = Site::new();
    let host = nobody();
    site.recipe("\"jq\"", "");
    let base = site.base().replacen(HOST, &host, 1);
    let call = site.build_everywhere(&[]).env_remove("http_proxy").and(&["--base", &base, "--plain-http", &host]);
    call.refused(5, &[&host]);
}

#[test]
fn an_unreachable_repository() {
    let site = Site::new();
    let host = nobody();
    site.recipe("\"jq\"", "");
    let outcome = site.build_everywhere(&[]).and(&["--repo", &format!("gone=http://{host}/repo")]);
    outcome.env("no_proxy", "127.0.0.1").refused(5, &["gone", &host]);
}

#[test]
fn a_registry_that_speaks_no_tls() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let host = site.registry.host();
    let base = site.base().replacen(HOST, &host, 1);
    let outcome = site.build_everywhere(&[]).env_remove("http_proxy").and(&["--base", &base]).refused(5, &[&host]);
    assert!(outcome.hint().contains("--plain-http"), "{}", outcome.stderr);
}

#[test]
fn a_base_that_is_not_there() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let base = format!("{HOST}/ubi8/ubi@sha256:{}", "7".repeat(64));
    site.build_everywhere(&[])
        .and(&["--base", &base])
        .refused(5, &["registry.example", "/ubi8/ubi/", &"7".repeat(64), "404"]);
}

#[test]
fn a_base_whose_bytes_changed() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let largest =
        site.registry.blobs("ubi8/ubi").into_iter().max_by_key(|d| site.registry.blob("ubi8/ubi", *d).map(|b| b.len()));
    let digest = largest.expect("the base has blobs").to_string();
    site.registry.trouble(Trouble::at(&digest, Fault::Garbled));
    site.build_everywhere(&[]).and(&["--arch", "x86_64,aarch64"]).refused(4, &[&digest]);
}

#[test]
fn a_registry_that_wants_a_login() {
    let site = Site::with(Manners { access: Access::basic("alice", "sesame"), ..Manners::open() });
    site.recipe("\"jq\"", "");
    let outcome = site.build_everywhere(&[]).refused(5, &[HOST, "401"]);
    assert!(outcome.hint().contains("--authfile"), "{}", outcome.stderr);
}

#[test]
fn a_registry_that_takes_no_pushes() {
    let site = Site::with(Manners { writes: Writes::Denied, ..Manners::open() });
    site.recipe("\"jq\"", "");
    let tag = format!("{HOST}/{MADE}:1");
    let outcome = site
        .build()
        .without("--oci")
        .and(&["--push", "--tag", &tag])
        .refused(5, &["registry.example/made", "403", "DENIED"]);
    assert!(outcome.hint().contains("push to"), "{}", outcome.stderr);
}

#[test]
fn refusals_of_a_repository() {
    for (status, word) in [(401, "401"), (403, "403"), (404, "404")] {
        let site = Site::new();
        site.recipe("\"jq\"", "");
        site.cdn.trouble(Trouble::at("baseos/os/repodata/repomd.xml", Fault::Status(status)));
        let outcome = site.build_everywhere(&[]).refused(5, &["baseos", "repomd.xml", word]);
        outcome.hint();
    }
}

#[test]
fn refusals_of_a_package() {
    for status in [401, 403] {
        let site = Site::new();
        site.recipe("\"jq\"", "");
        site.cdn.trouble(Trouble::at("/jq-1.5", Fault::Status(status)));
        let outcome = site.build_everywhere(&[]).refused(5, &["jq-1.5-12.el8.x86_64", &status.to_string()]);
        outcome.hint();
    }
}

#[test]
fn metadata_with_a_wrong_checksum() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.cdn.trouble(Trouble::at("primary.xml", Fault::Garbled));
    site.build_everywhere(&[]).refused(4, &["baseos", "primary"]);
}

#[test]
fn metadata_that_is_no_metadata() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.cdn.trouble(Trouble::at("repomd.xml", Fault::Replaced("<html>log in here</html>".into())));
    let outcome = site.build_everywhere(&[]).run();
    assert!(outcome.code == 4 && outcome.stderr.contains("repomd.xml"), "{outcome:?}");
}

#[test]
fn no_client_certificate_where_one_is_wanted() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build_everywhere(&[]).without("--entitlement").refused(5, &["baseos", "certificate"]);
    assert!(outcome.hint().contains("--entitlement"), "{}", outcome.stderr);
}

#[test]
fn a_server_nobody_vouches_for() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build_everywhere(&[]).without("--cacert").refused(5, &["baseos", "certificate"]);
    assert!(outcome.hint().contains("--cacert"), "{}", outcome.stderr);
}

#[test]
fn a_client_certificate_without_its_key() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.write("alone.pem", &site.client.certificate);
    let build = || site.build_everywhere(&[]).without("--entitlement");
    let outcome = build().and(&["--entitlement", "alone.pem"]).refused(2, &["alone.pem", "key"]);
    outcome.hint();
    build().and(&["--entitlement", "alone.pem,missing-key.pem"]).refused(2, &["missing-key.pem"]);
    build().and(&["--entitlement", "missing.pem"]).refused(2, &["missing.pem"]);
}

#[test]
fn a_key_of_another_certificate() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.write("other-key.pem", site.authority.client(7, Validity::Now).key);
    let call = site.build_everywhere(&[]).without("--entitlement").and(&["--entitlement", "client.pem,other-key.pem"]);
    call.refused(2, &["client.pem", "other-key.pem"]);
}

#[test]
fn an_expired_entitlement() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let pair = site.authority.entitlement(9, Validity::Expired, &World::shared().content_sets());
    site.write_pair("old", &pair);
    let call = site.build_everywhere(&[]).without("--entitlement").and(&["--entitlement", "old.pem,old-key.pem"]);
    let outcome = call.refused(5, &["old.pem", "expired", "2021-01-01"]);
    outcome.hint();
}

#[test]
fn a_certificate_of_another_authority() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.write_pair("foreign", &Authority::new("somebody else").client(3, Validity::Now));
    let call = site.build_everywhere(&[]).without("--entitlement");
    let outcome = call.and(&["--entitlement", "foreign.pem,foreign-key.pem"]).refused(5, &["baseos"]);
    assert!(outcome.hint().contains("--entitlement"), "{}", outcome.stderr);
}

#[test]
fn a_label_nobody_grants() {
    let site = Site::new();
    site.recipe("\"jq\"", "[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-eus-rpms\"\n");
    let call = site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--cdn", &site.cdn.url()]);
    let outcome = call.with_repositories(&[]).refused(2, &["rhel-8-for-x86_64-baseos-eus-rpms"]);
    assert!(outcome.hint().contains("rhel-8-for-x86_64-baseos-rpms"), "{}", outcome.stderr);
}

#[test]
fn a_label_that_is_granted() {
    let site = Site::new();
    site.recipe("\"jq\"", "[vars]\nreleasever = \"8.4\"\n[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-rpms\"\n");
    let call = site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--cdn", &site.cdn.url()]);
    call.with_repositories(&[]).done();
    let names = super::image::open(&site.path("out/image"), "amd64").names();
    assert!(names.contains(&"jq-1.5-12.el8.x86_64".to_owned()), "{names:?}");
}

#[test]
fn a_path_the_entitlement_does_not_open() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.cdn.grant_only(&["/content/dist/rhel9"]);
    let outcome = site.build_everywhere(&[]).refused(5, &["baseos", "403"]);
    assert!(outcome.hint().contains("entitlement"), "{}", outcome.stderr);
}

/// The base from nothing carries no keys, so nobody vouches for anything.
#[test]
fn no_key_at_all() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let call = site.build_everywhere(&[]).without("--gpgkey").and(&["--installroot-base", "none"]);
    let outcome = call.refused(2, &["signed", "key"]);
    assert!(outcome.hint().contains("--gpgkey"), "{}", outcome.stderr);
    assert!(site.delivered().is_empty(), "packages were fetched that nobody could check");
}

#[test]
fn a_key_file_that_holds_no_key() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.write("empty.asc", "no key here\n");
    site.build_everywhere(&[]).and(&["--gpgkey", "empty.asc"]).refused(2, &["empty.asc"]);
    site.build_everywhere(&[]).and(&["--gpgkey", "absent.asc"]).refused(2, &["absent.asc"]);
}

#[test]
fn places_that_take_no_files() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    for [flag, place] in
        [["--oci", "/proc/x"], ["--oci", "/sys/x/y"], ["--archive", "/sys/x.tar"], ["--archive", "/proc/a/b.tar"]]
    {
        site.build_everywhere(&[]).without(flag).and(&[flag, place]).refused(2, &[place]);
    }
    assert!(site.delivered().is_empty(), "work was done for a place that takes no files");
    site.build_everywhere(&[]).and(&["--lock", "/proc/drydock.lock"]).refused(2, &["/proc/drydock.lock"]);
    site.build_everywhere(&[]).and(&["--cache", "/proc/cache"]).refused(2, &["/proc/cache"]);
    site.build_everywhere(&[]).and(&["--report", "/proc/report.json"]).refused(2, &["/proc/report.json"]);
}

#[test]
fn a_destination_that_holds_something_else() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.write("precious/thesis.tex", "42\n");
    site.build_everywhere(&[]).without("--oci").and(&["--oci", "precious"]).refused(2, &["precious"]);
    assert_eq!(files_below(&site.path("precious")), ["thesis.tex"]);
}

/// Files may grow to so many blocks of 512 bytes: what a full disk does, in a way a test can have.
#[test]
fn a_full_disk() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let bytes = super::world::noise(100 << 10);
    let package = make(&Spec::new("thing-1-1.x86_64").file(MadeFile::file("/usr/share/thing", bytes)));
    let url = format!("more={}", site.repository("more", &[package]));
    let mut told = BTreeSet::new();
    for (flag, blocks) in [("--oci", 4), ("--oci", 80), ("--oci", 150), ("--archive", 300)] {
        let call = site.build().without("--oci").and(&[flag, "out/image", "--repo", &url]);
        let outcome = call.after(&format!("ulimit -f {blocks};")).refused(1, &[]);
        assert!(outcome.hint().contains("space") || outcome.hint().contains("room"), "{blocks}: {}", outcome.stderr);
        told.insert(outcome.stderr);
    }
    assert!(told.len() > 1, "every limit was reached in the same place: {told:?}");
    site.build().and(&["--repo", &url]).done();
}

/// What comes over a broken line is asked for again, from where it broke.
#[test]
fn broken_lines_are_mended() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.cdn.trouble(Trouble::at("/jq-1.5", Fault::Dropped(500)).times(2));
    site.cdn.trouble(Trouble::at("primary.xml", Fault::RetryAfter(503, 0)).times(1));
    site.registry.trouble(Trouble::at("/blobs/", Fault::Dropped(1000)).method("GET").times(1));
    site.build().done();
    let ranges: Vec<_> = site.cdn.log().into_iter().filter(|s| s.path.contains("/jq-1.5")).map(|s| s.range).collect();
    assert_eq!(ranges, [None, Some("bytes=500-".to_owned()), Some("bytes=1000-".to_owned())]);
    assert!(World::shared().package(Arch::X86_64, "jq").is_some());
}
