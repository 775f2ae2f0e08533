//! Locks that do not hold, and builds that may not open a socket.

use std::fs;

use drydock::testbed::{MadeFile, Spec};

use super::world::{HOST, MADE, Site, made};

/// A site whose `drydock.lock` answers its recipe.
fn locked_site() -> Site {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    site.drydock(&["lock", "recipe.toml"]).with_repositories(&["baseos"]).done();
    site
}

fn edit(site: &Site, change: impl FnOnce(String) -> String) {
    let path = site.path("drydock.lock");
    let text = fs::read_to_string(&path).expect("a lock");
    let changed = change(text.clone());
    assert_ne!(changed, text);
    fs::write(&path, changed).expect("a file");
}

/// Builds from the lock; it must be refused with words that end in the command that mends it.
fn refused(site: &Site, words: &[&str]) {
    let before = fs::read(site.path("drydock.lock")).ok();
    let outcome = site.build_everywhere(&[]).without("--repo").with_repositories(&["baseos"]).and(&["--locked"]);
    let outcome = outcome.refused(2, &[&["drydock.lock"], words].concat());
    assert!(outcome.hint().contains("drydock lock"), "{}", outcome.stderr);
    assert_eq!(fs::read(site.path("drydock.lock")).ok(), before, "the lock was touched");
}

#[test]
fn a_lock_that_holds() {
    let site = locked_site();
    let free = site.build().done().digest();
    assert_eq!(site.build().and(&["--locked"]).done().digest(), free);
}

#[test]
fn none() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    refused(&site, &["there is no lock file"]);
}

#[test]
fn stale() {
    let site = locked_site();
    site.recipe("\"jq\", \"m4\"", "");
    refused(&site, &["m4 is now asked for"]);
    site.recipe("\"m4\"", "");
    refused(&site, &["jq is no longer asked for"]);
}

#[test]
fn stale_by_a_label() {
    let site = locked_site();
    site.recipe("\"jq\"", "[image.labels]\nname = \"other\"\n");
    refused(&site, &["recipe has changed"]);
}

#[test]
fn stale_by_a_local_file() {
    let site = Site::new();
    site.recipe("\"jq\"", "[[files]]\npath = \"/etc/motd\"\nsource = \"motd\"\n");
    site.write("motd", "hello\n");
    site.drydock(&["lock", "recipe.toml"]).with_repositories(&["baseos"]).done();
    site.write("motd", "goodbye\n");
    refused(&site, &["motd has changed"]);
}

#[test]
fn edited() {
    let site = locked_site();
    edit(&site, |text| text.replacen("size = ", "size = 1", 1));
    refused(&site, &["edited"]);
}

#[test]
fn cut() {
    let site = locked_site();
    edit(&site, |text| text[..text.len() / 2].to_owned());
    refused(&site, &["line "]);
    let site = locked_site();
    edit(&site, |text| {
        let package = text.lines().find(|l| l.contains("sha256") && l.contains("jq-")).expect("a package").to_owned();
        text.replacen(&format!("{package}\n"), "", 1)
    });
    refused(&site, &["partial"]);
}

#[test]
fn of_a_newer_format() {
    let site = locked_site();
    edit(&site, |text| text.replacen("version = 1\n", "version = 9\nunknown = true\n", 1));
    refused(&site, &["format 9"]);
}

/// Without `--locked` an unreadable lock is not overwritten either: it may be somebody's half-done merge.
#[test]
fn an_unreadable_lock_stops_every_build() {
    let site = locked_site();
    edit(&site, |text| format!("<<<<<<< ours\n{text}"));
    site.build_everywhere(&[]).refused(2, &["drydock.lock"]);
}

/// A stale lock is made anew where nobody said `--locked`, and the build says so.
#[test]
fn a_stale_lock_is_renewed() {
    let site = locked_site();
    site.recipe("\"jq\", \"m4\"", "");
    let outcome = site.build().without("--progress").and(&["--progress", "json"]).done();
    assert!(outcome.stderr.contains("drydock.lock is out of date (x86_64: m4 is now asked for)"), "{}", outcome.stderr);
    assert!(fs::read_to_string(site.path("drydock.lock")).expect("a lock").contains("m4-1.4.18"));
}

/// The lock decides: what came into the repository since is not taken.
#[test]
fn newer_packages_wait_for_the_next_lock() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let thing = |version: &str| {
        Spec::new(&format!("thing-{version}-1.x86_64")).file(MadeFile::file("/usr/share/thing", version))
    };
    let old = site.build_everywhere(&made(&[thing("1")])).done().digest();
    fs::remove_dir_all(site.path("cache")).expect("it is there");
    let call = site.build_everywhere(&made(&[thing("1"), thing("2")]));
    assert_eq!(call.and(&["--locked"]).done().digest(), old);
    site.drydock(&["lock", "recipe.toml"])
        .with_repositories(&["baseos"])
        .and(&["--repo", &format!("more={}/more", site.cdn.url())])
        .done();
    assert_ne!(call_again(&site, &made(&[thing("1"), thing("2")])), old.to_string());
}

fn call_again(site: &Site, packages: &[drydock::testbed::Made]) -> String {
    site.build_everywhere(packages).and(&["--locked"]).done().digest().to_string()
}

fn sockets(site: &Site) -> usize {
    site.cdn.connections() + site.registry.connections()
}

#[test]
fn offline_without_a_cache() {
    let site = locked_site();
    let opened = sockets(&site);
    let empty = site.path("empty").display().to_string();
    for locked in [&["--offline", "--locked"][..], &["--offline"]] {
        let outcome = site.build().and(locked).env("DRYDOCK_CACHE", &empty).refused(6, &[HOST]);
        assert!(outcome.hint().contains("--offline"), "{}", outcome.stderr);
    }
    assert_eq!(sockets(&site), opened);
}

#[test]
fn offline_with_one_package_missing() {
    let site = locked_site();
    site.cdn.trouble(drydock::testbed::Trouble::at("/jq-", drydock::testbed::Fault::Status(404)));
    site.build().refused(5, &["jq-1.5-12.el8.x86_64", "404"]);
    let opened = sockets(&site);
    site.build().and(&["--offline", "--locked"]).refused(6, &["jq-1.5-12.el8.x86_64"]);
    assert_eq!(sockets(&site), opened);
}

#[test]
fn offline_with_a_warm_cache() {
    let site = locked_site();
    let first = site.build().done().digest();
    let opened = sockets(&site);
    let again = site.build().without("--oci").and(&["--oci", "out/offline", "--offline", "--locked"]).done();
    assert_eq!((again.digest(), sockets(&site)), (first, opened));
    // Nor does it ask for --locked: the lock holds, so nothing is resolved.
    let again = site.build().without("--oci").and(&["--oci", "out/unlocked", "--offline"]).done();
    assert_eq!((again.digest(), sockets(&site)), (first, opened));
}

/// What a repository has is not known without asking it: a new lock needs the network.
#[test]
fn offline_makes_no_lock() {
    let site = locked_site();
    site.build().without("--oci").done();
    std::fs::remove_file(site.path("drydock.lock")).expect("a lock");
    let opened = sockets(&site);
    site.build().and(&["--offline"]).refused(6, &["baseos", "repomd.xml"]);
    site.drydock(&["lock", "recipe.toml", "--offline"]).with_repositories(&["baseos"]).refused(6, &["baseos"]);
    assert!(sockets(&site) == opened && !site.path("drydock.lock").exists());
}

#[test]
fn offline_pushes_nothing() {
    let site = locked_site();
    site.build().done();
    fs::remove_dir_all(site.path("out")).expect("it is there");
    fs::create_dir(site.path("out")).expect("a directory");
    let opened = sockets(&site);
    let tag = format!("{HOST}/{MADE}:1");
    site.build().without("--oci").and(&["--push", "--tag", &tag, "--offline"]).refused(6, &[HOST]);
    assert_eq!(sockets(&site), opened);
}
