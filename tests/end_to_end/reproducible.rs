//! One lock, one digest: whatever the clock, the locale, the umask, the place, the threads and the cache.

use std::{collections::BTreeMap, fs, path::Path};

use drydock::{terms::Digest, testbed::world::KERNEL};

use super::world::{Call, HOST, MADE, Site, files_below};

/// The built-in driver toolkit for two architectures, to a layout and an archive below `to`.
fn toolkit<'a>(site: &'a Site, verb: &str, to: &str) -> Call<'a> {
    let base = site.base();
    let call = site.drydock(&[verb, "driver-toolkit", "--kernel", KERNEL, "--base", &base]);
    let call = call.with_repositories(&["baseos", "appstream"]).and(&["--lock", &lock(site)]);
    match verb {
        "build" => call.and(&["--oci", &format!("{to}/image"), "--archive", &format!("{to}/image.tar")]),
        _ => call,
    }
}

fn lock(site: &Site) -> String {
    site.path("drydock.lock").display().to_string()
}

/// Every file of a layout with its bytes.
fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = files_below(dir).into_iter().filter(|name| dir.join(name).is_file());
    files.map(|name| (name.clone(), fs::read(dir.join(&name)).expect("it is there"))).collect()
}

/// Builds and compares with the first build, byte for byte.
fn the_same(site: &Site, first: Digest, to: &str, what: &str, vary: impl FnOnce(Call<'_>) -> Call<'_>) {
    let to = site.path(to);
    let outcome = vary(toolkit(site, "build", &to.display().to_string()).and(&["--locked"])).done();
    assert_eq!(outcome.digest(), first, "{what}");
    assert!(contents(&to.join("image")) == contents(&site.path("out/image")), "{what}: the layouts differ");
    let archive = |at: std::path::PathBuf| fs::read(at).expect("an archive");
    assert!(archive(to.join("image.tar")) == archive(site.path("out/image.tar")), "{what}: the archives differ");
}

#[test]
fn one_lock_gives_one_image() {
    let site = Site::new();
    let first = toolkit(&site, "build", "out").done().digest();

    the_same(&site, first, "a", "one thread, an empty cache, another time zone and locale", |call| {
        let cache = site.path("cache-a").display().to_string();
        let call = call.and(&["--jobs", "1"]).env("DRYDOCK_CACHE", &cache);
        call.env("TZ", "Pacific/Kiritimati").env("LANG", "tr_TR.UTF-8").env("LC_ALL", "de_DE.ISO-8859-1")
    });
    the_same(&site, first, "b", "two threads, a strict umask, a warm cache", |call| {
        call.and(&["--jobs", "2"]).after("umask 077;")
    });
    the_same(&site, first, "c/deep er", "seven threads, no home, another directory, a loose umask", |call| {
        fs::create_dir_all(site.path("else where")).expect("a directory");
        let place = |name: &str| site.path(name).display().to_string();
        let pair = format!("{},{}", place("client.pem"), place("client-key.pem"));
        let call = call.without("--entitlement").without("--cacert").without("--gpgkey");
        let call = call.and(&["--entitlement", &pair, "--cacert", &place("ca.pem"), "--gpgkey", &place("keys.asc")]);
        let call = call.env_remove("HOME").env("DRYDOCK_CACHE", &place("cache-c"));
        call.and(&["--jobs", "7"]).after("umask 000;").within(site.path("else where"))
    });
    the_same(&site, first, "d", "facts lost from the cache", |call| {
        fs::remove_dir_all(site.path("cache/facts")).expect("the cache has facts");
        call
    });
}

#[test]
fn a_source_date_epoch_takes_the_place_of_the_locks() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let with = |to: &str, epoch: Option<&str>| {
        let call = site.build().without("--oci").and(&["--oci", to]);
        epoch.map_or_else(|| call.done(), |e| toolkit_epoch(&site, to, e)).digest()
    };
    let own = with("out/own", None);
    let one = with("out/one", Some("1700000000"));
    assert_eq!(one, with("out/two", Some("1700000000")));
    assert_ne!(one, own);
    let image = super::image::open(&site.path("out/one"), "amd64");
    assert_eq!(image.config["created"], "2023-11-14T22:13:20Z");
    assert_eq!(image.at("var/lib/rpm/rpmdb.sqlite").mtime, 1_700_000_000);
}

fn toolkit_epoch(site: &Site, to: &str, epoch: &str) -> super::world::Outcome {
    site.build().without("--oci").and(&["--oci", to]).env("SOURCE_DATE_EPOCH", epoch).done()
}

#[test]
fn locking_twice_gives_the_same_bytes() {
    let site = Site::new();
    toolkit(&site, "lock", "").done();
    let first = fs::read_to_string(lock(&site)).expect("a lock");
    assert!(toolkit(&site, "lock", "").done().stdout.contains("up to date"));
    fs::remove_file(lock(&site)).expect("it is there");
    fs::remove_dir_all(site.path("cache")).expect("it is there");
    toolkit(&site, "lock", "").and(&["--jobs", "5"]).env("TZ", "Asia/Kathmandu").env("LANG", "C").done();
    assert_eq!(fs::read_to_string(lock(&site)).expect("a lock"), first);
    let secret = site.client.key.lines().nth(1).expect("a PEM block").to_owned();
    assert!(!first.contains(&secret) && !first.contains(site.path("").to_str().expect("UTF-8")), "{first}");
}

/// Repositories with the same packages listed in another order in their metadata give the same packages.
#[test]
fn the_order_of_repositories_does_not_choose_packages() {
    let site = Site::new();
    let packages = |text: String| {
        let lines = text.lines().filter(|l| l.contains("nevra") && l.contains("sha256"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let locked = |repos: &[&str], file: &str| {
        let base = site.base();
        let call = site.drydock(&["lock", "driver-toolkit", "--kernel", KERNEL, "--base", &base, "--lock", file]);
        call.with_repositories(repos).done();
        packages(fs::read_to_string(site.path(file)).expect("a lock"))
    };
    let one = locked(&["baseos", "appstream"], "one.lock");
    assert!(one.len() > 80, "{one:?}");
    assert_eq!(one, locked(&["appstream", "baseos"], "two.lock"));
}

#[test]
fn credentials_in_urls_reach_neither_lock_nor_image() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let url = site.cdn.url().replacen("://", "://somebody:sesame@", 1);
    let url = format!("baseos={url}/content/dist/rhel8/8.4/$basearch/baseos/os");
    let tag = format!("{HOST}/{MADE}:1");
    let call = site.build().without("--repo").and(&["--repo", &url, "--push", "--tag", &tag]);
    let outcome = call.and(&["--report", "out/report.json"]).done();
    let all = contents(&site.path("out"));
    let told = |bytes: &[u8]| bytes.windows(6).any(|w| w == b"sesame");
    assert!(all.values().all(|bytes| !told(bytes)) && !told(outcome.stdout.as_bytes()));
    assert!(!told(&fs::read(site.path("drydock.lock")).expect("a lock")));
}
