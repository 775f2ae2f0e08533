//! Builds that are killed lose nothing and leave nothing: the next run goes on.

use std::{fs, time::Duration};

use drydock::testbed::{Fault, Trouble};

use super::world::{Call, HOST, MADE, Site, files_below, until};

const PACKAGES: &str = "\"jq\", \"m4\", \"xz\", \"make\", \"diffutils\", \"keyutils\"";

fn build(site: &Site) -> Call<'_> {
    let tag = format!("{HOST}/{MADE}:1");
    site.build().and(&["--archive", "out/image.tar", "--push", "--tag", &tag])
}

/// Kills a build at the moment `ready` holds, and builds again: the digest must be `reference`'s.
fn killed_when(trouble_in_registry: bool, trouble: Trouble, ready: impl Fn(&Site) -> bool) -> Site {
    let reference = {
        let site = Site::new();
        site.recipe(PACKAGES, "");
        build(&site).done().digest()
    };
    let site = Site::new();
    site.recipe(PACKAGES, "");
    let server: &drydock::testbed::Server = if trouble_in_registry { &site.registry } else { &site.cdn };
    server.trouble(trouble);
    let mut child = build(&site).start();
    until("the moment to kill", || ready(&site));
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    assert!(site.registry.tags(MADE).is_empty(), "a killed build left a tag");
    assert!(!site.path("out/image").exists() || site.path("out/image/index.json").exists());
    server.no_more_trouble();
    assert_eq!(build(&site).done().digest(), reference);
    assert_eq!(files_below(&site.path("out")).iter().filter(|f| f.contains(".drydock-")).count(), 0);
    site
}

const LONG: Fault = Fault::Delayed(Duration::from_secs(600));

#[test]
fn while_packages_are_fetched() {
    let site = killed_when(false, Trouble::at("/make-", LONG), |site| {
        // All but the delayed one are in the store.
        site.delivered().len() == 6 && files_below(&site.path("cache/partial")).len() <= 1
    });
    let mut delivered = site.delivered();
    delivered.sort();
    let twice: Vec<&String> = delivered.windows(2).filter(|w| w[0] == w[1]).map(|w| &w[0]).collect();
    assert!(twice.is_empty(), "fetched twice: {twice:?}");
}

#[test]
fn while_metadata_is_fetched() {
    killed_when(false, Trouble::at("primary.xml", LONG), |site| {
        site.cdn.log().iter().any(|s| s.path.contains("repomd"))
    });
}

#[test]
fn while_the_base_is_fetched() {
    killed_when(true, Trouble::at("/blobs/", LONG).method("GET"), |site| {
        site.registry.log().iter().any(|s| s.path.contains("/manifests/sha256:"))
    });
}

#[test]
fn while_layers_are_pushed() {
    killed_when(true, Trouble::at("/blobs/uploads/", LONG).method("PUT"), |site| {
        site.registry.log().iter().any(|s| s.method == "POST" && s.path.contains("/blobs/uploads/"))
    });
}

#[test]
fn before_the_tag_is_written() {
    let site = killed_when(true, Trouble::at(&format!("/v2/{MADE}/manifests/1"), LONG).method("PUT"), |site| {
        let manifests = |s: &drydock::testbed::Seen| s.method == "PUT" && s.path.contains("/manifests/sha256:");
        site.registry.log().iter().filter(|s| manifests(s)).count() == 2
    });
    // Local places had been finished before; the second run wrote them again, the same.
    assert!(fs::metadata(site.path("out/image.tar")).is_ok_and(|m| m.len() > 0));
}

/// Killed in the middle of a file: what came is kept, and only the rest is asked for.
#[test]
fn in_the_middle_of_a_package() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.cdn.trouble(Trouble::at("/jq-1.5", Fault::Dropped(700)).times(1));
    site.cdn.trouble(Trouble::at("/jq-1.5", LONG));
    let mut child = build(&site).start();
    until("the first part to arrive", || {
        files_below(&site.path("cache/partial"))
            .iter()
            .any(|f| fs::metadata(site.path("cache/partial").join(f)).is_ok_and(|m| m.len() == 700))
    });
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    site.cdn.no_more_trouble();
    site.cdn.clear_log();
    build(&site).done();
    let ranges: Vec<_> = site.cdn.log().into_iter().filter(|s| s.path.contains("/jq-1.5")).map(|s| s.range).collect();
    assert_eq!(ranges, [Some("bytes=700-".to_owned())]);
}
