//! Repositories that are not there, and packages that advisories bring.

use std::fs;

use drydock::testbed::{
    MadeFile, Repo, Spec,
    cdn::{Fault, Trouble},
};

use super::{
    image,
    world::{Site, made},
};

fn tool(versions: &[u32]) -> Repo {
    let spec = |v: &u32| {
        Spec::new(&format!("tool-{v}-1.x86_64")).file(MadeFile::file("/usr/share/tool/version", format!("{v}\n")))
    };
    Repo::new(made(&versions.iter().map(spec).collect::<Vec<_>>()))
}

fn version(site: &Site) -> String {
    image::open(&site.path("out/image"), "amd64").text("usr/share/tool/version")
}

/// A site with `tool` in two repositories, the newer one in that which may be missing.
fn site(skip: bool) -> Site {
    let site = Site::new();
    let (old, new) = (
        site.offer("old", &tool(&[1])),
        site.offer("new", &tool(&[2]).with("updateinfo", "updateinfo.xml", ADVISORIES)),
    );
    site.recipe(
        "\"tool\"",
        &format!(
            "[[repos]]\nid = \"old\"\nbaseurl = \"{old}\"\n[[repos]]\nid = \"new\"\nbaseurl = \"{new}\"\n\
             gpgkeys = [\"{new}/key\"]\nskip_if_unavailable = {skip}\n"
        ),
    );
    let key = fs::read(site.path("keys.asc")).expect("keys");
    site.cdn.put("new/key", key);
    site
}

/// For any reason, as dnf: the repository is left out with a warning, the lock says so, and builds from it do not ask for it.
#[test]
fn a_repository_that_may_be_skipped_is_left_out_for_any_reason() {
    let page = "<!DOCTYPE html><html><body>log in</body></html>";
    for (at, fault, why) in [
        ("/new/", Fault::Status(404), "404"),
        ("/new/repodata/repomd.xml", Fault::Status(403), "403"),
        ("/new/repodata/repomd.xml", Fault::Truncated(300), "repomd.xml"),
        ("/new/repodata/repomd.xml", Fault::Replaced(page.into()), "HTML"),
        ("primary", Fault::Garbled, "primary"),
        ("filelists", Fault::Status(404), "filelists"),
        ("updateinfo", Fault::Status(404), "updateinfo"),
    ] {
        let site = site(true);
        let at = if at.starts_with('/') { at.to_owned() } else { fault_path(&site, at) };
        site.cdn.trouble(Trouble::at(&at, fault.clone()));
        let outcome = site.build().done();
        assert!(
            outcome.stderr.contains("repository new is left out for x86_64") && outcome.stderr.contains(why),
            "{why}: {outcome:?}"
        );
        assert_eq!(version(&site), "1\n", "{why}");
        let lock = fs::read_to_string(site.path("drydock.lock")).expect("a lock");
        assert!(lock.contains("unavailable = [\n  \"new\",\n]") && !lock.contains("id = \"new\""), "{lock}");
        // It is back: the lock holds all the same, and nobody looks.
        site.cdn.no_more_trouble();
        site.cdn.clear_log();
        for locked in [&["--locked"][..], &[]] {
            assert!(!site.build().and(locked).done().stderr.contains("left out"));
        }
        assert!(site.cdn.log().iter().all(|seen| !seen.path.starts_with("/new/")));
        site.drydock(&["lock", "recipe.toml"]).with_repositories(&["baseos"]).done();
        assert!(!fs::read_to_string(site.path("drydock.lock")).expect("a lock").contains("unavailable"));
    }
}

/// The path of a metadata file of `new`.
fn fault_path(site: &Site, kind: &str) -> String {
    let repomd = site.cdn.get("new/repodata/repomd.xml").expect("is there");
    let text = String::from_utf8(repomd.to_vec()).expect("text");
    let name = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).find(|href| href.contains(kind));
    format!("/new/{}", name.expect("it is listed"))
}

#[test]
fn one_that_may_not_ends_the_run() {
    let site = site(false);
    site.cdn.trouble(Trouble::at("/new/", Fault::Status(404)));
    site.build().refused(5, &["repository new", "404"]);
    site.cdn.no_more_trouble();
    site.cdn.trouble(Trouble::at(&fault_path(&site, "primary"), Fault::Garbled));
    site.build().refused(4, &["repository new", "primary"]);
}

/// A file outside primary's lists is asked for, and the file lists are not there: so is the repository.
#[test]
fn file_lists_that_are_missing_when_they_are_needed() {
    let site = site(true);
    let text = fs::read_to_string(site.path("recipe.toml")).expect("a recipe");
    site.write("recipe.toml", text.replace("\"tool\"]", "\"/usr/share/tool/version\"]"));
    site.cdn.trouble(Trouble::at(&fault_path(&site, "filelists"), Fault::Status(404)));
    let outcome = site.build().done();
    assert!(outcome.stderr.contains("repository new is left out for x86_64"), "{outcome:?}");
    assert_eq!(version(&site), "1\n");
    assert!(fs::read_to_string(site.path("drydock.lock")).expect("a lock").contains("unavailable"));
}

const ADVISORIES: &str = r#"<?xml version="1.0"?><updates><update type="security"><id>SA-1</id><severity>Important</severity>
<references><reference type="cve" id="CVE-2024-1"/></references><pkglist><collection>
<package name="tool" version="2" release="1" epoch="0" arch="x86_64"/></collection></pkglist></update></updates>"#;

/// `refused` looks at what is left behind.
fn cleared(site: &Site) -> super::world::Call<'_> {
    fs::remove_dir_all(site.path("out/image")).ok();
    site.build()
}

/// The flags and the recipe's keys mean the same, and are part of what a lock answers.
#[test]
fn advisories_limit_what_a_spec_means() {
    let site = Site::new();
    let url = site.offer("r", &tool(&[1, 2, 3]).with("updateinfo", "updateinfo.xml", ADVISORIES));
    let repo = format!("[[repos]]\nid = \"r\"\nbaseurl = \"{url}\"\n");
    site.recipe("\"tool\"", &repo);
    site.build().done();
    assert_eq!(version(&site), "3\n");
    cleared(&site).and(&["--locked", "--security"]).refused(2, &["--security is now asked for"]);
    let limits =
        [&["--security"][..], &["--advisory", "X,SA-1"], &["--cve", "CVE-2024-1"], &["--sec-severity", "Important"]];
    for flags in limits {
        site.build().and(flags).done();
        assert_eq!(version(&site), "2\n", "{flags:?}");
        site.build().and(flags).and(&["--locked"]).done();
    }
    assert!(fs::read_to_string(site.path("drydock.lock")).expect("a lock").contains("--sec-severity=Important"));
    site.recipe("\"tool\"", &format!("{repo}[packages.advisories]\nids = [\"SA-1\"]\n"));
    site.build().done();
    assert_eq!(version(&site), "2\n");
    site.build().and(&["--bugfix"]).done();
    site.recipe("\"tool\"", &repo);
    cleared(&site).and(&["--bugfix"]).refused(3, &["no advisory", "tool"]);
    site.recipe("\"tool\"", &format!("{repo}[packages.advisories]\ntypes = [\"grave\"]\n"));
    cleared(&site).refused(2, &["grave", "security"]);
}
