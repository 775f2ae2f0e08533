//! Repositories by mirror list and metalink, and whom credentials are shown to.

use std::fs;

use drydock::{
    terms::{Algorithm, ChecksumHasher, Digest},
    testbed::{
        Cdn, Made, MadeFile, Repo, Spec,
        cdn::{Fault, Trouble},
        server::Speaks,
    },
};

use super::{
    image,
    world::{Site, made},
};

fn tool() -> Vec<Made> {
    made(&[Spec::new("tool-1-1.x86_64").file(MadeFile::file("/usr/share/tool/version", "1\n"))])
}

/// Another network with the repository `tool` under `r`.
fn mirror(site: &Site, with_certificate: bool) -> Cdn {
    let tree = Repo::new(tool()).tree().into_iter().map(|(path, bytes)| (format!("r/{path}"), bytes)).collect();
    let speaks = if with_certificate { Speaks::MutualTls(&site.authority) } else { Speaks::Https(&site.authority) };
    Cdn::start(tree, speaks).expect("a port")
}

/// The repository's files at a site, changed; its URL.
fn changed(site: &Site, change: impl Fn(&str, String) -> String) -> String {
    let tree = Repo::new(tool()).codec(drydock::formats::compression::Codec::None).tree();
    let mut repomd = String::from_utf8(tree["repodata/repomd.xml"].to_vec()).expect("text");
    for (path, bytes) in &tree {
        if path.ends_with("primary.xml") {
            let before = String::from_utf8(bytes.to_vec()).expect("text");
            let after = change("primary", before.clone());
            repomd = repomd.replace(&Digest::of(before.as_bytes()).hex(), &Digest::of(after.as_bytes()).hex());
            repomd = repomd.replace(&format!(">{}<", before.len()), &format!(">{}<", after.len()));
            let name = path.replace(&Digest::of(before.as_bytes()).hex(), &Digest::of(after.as_bytes()).hex());
            site.cdn.put(&format!("changed/{name}"), after);
        } else {
            site.cdn.put(&format!("changed/{path}"), bytes.clone());
        }
    }
    site.cdn.put("changed/repodata/repomd.xml", change("repomd", repomd));
    format!("{}/changed", site.cdn.url())
}

fn repo(site: &Site, keys: &str) -> String {
    format!("[[repos]]\nid = \"r\"\n{}\n", keys.replace("CDN", &site.cdn.url()))
}

/// A recipe for `tool` of a repository with these keys; `--repo baseos=…` is beside it.
fn site(keys: &str) -> Site {
    let site = Site::new();
    site.repository("r", &tool());
    site.recipe("\"tool\"", &repo(&site, keys));
    site
}

fn list(site: &Site, mirrors: &[&str]) {
    site.cdn.put("list", format!("# mirrors\n\n{}\n", mirrors.join("\n")));
}

fn version(site: &Site) -> String {
    image::open(&site.path("out/image"), "amd64").text("usr/share/tool/version")
}

/// Neither the metadata nor a package of another host is asked for with the certificate: it says who its owner is.
#[test]
fn a_mirror_of_another_host_does_not_see_the_certificate() {
    let site = site("mirrorlist = \"CDN/list\"");
    let (curious, plain) = (mirror(&site, true), mirror(&site, false));
    list(&site, &[&format!("{}/r", curious.url())]);
    let refused = site.build().refused(5, &["repository r", "certificate"]);
    assert!(!curious.log().is_empty() && curious.log().iter().all(|seen| seen.status == 400), "{refused:?}");
    list(&site, &[&format!("{}/r", curious.url()), &format!("{}/r", plain.url())]);
    site.build().done();
    assert!(curious.log().iter().all(|seen| seen.status == 400 && !seen.authorized));
    assert!(plain.log().iter().any(|seen| seen.path.ends_with(".rpm")) && version(&site) == "1\n");
    // The list's own host is the repository's home: there the certificate counts.
    list(&site, &[&format!("{}/r", site.cdn.url())]);
    fs::remove_dir_all(site.path("cache")).expect("a cache");
    site.cdn.clear_log();
    site.build().done();
    assert!(site.cdn.log().iter().any(|seen| seen.path.starts_with("/r/") && seen.path.ends_with(".rpm")));
}

#[test]
fn an_xml_base_and_a_redirect_to_another_host_do_not_see_it_either() {
    let site = Site::new();
    let curious = mirror(&site, true);
    let base = format!("<location xml:base=\"{}/r\" ", curious.url());
    for kind in ["primary", "repomd"] {
        let url = changed(&site, |k, text| if k == kind { text.replace("<location ", &base) } else { text });
        site.recipe("\"tool\"", "");
        site.build().and(&["--repo", &format!("r={url}")]).refused(5, &["certificate"]);
    }
    let seen = curious.log();
    assert!(seen.iter().any(|s| s.path.ends_with(".rpm")) && seen.iter().all(|s| s.status == 400), "{seen:?}");
    curious.clear_log();
    let url = site.repository("r", &tool());
    site.cdn.trouble(Trouble::at("/r/repodata", Fault::Redirected(curious.url())));
    site.build().and(&["--repo", &format!("r={url}")]).refused(5, &["certificate"]);
    assert!(!curious.log().is_empty() && curious.log().iter().all(|s| s.status == 400));
}

#[test]
fn a_password_stays_at_home() {
    let site = Site::new();
    let (home, away) = (mirror(&site, false), mirror(&site, false));
    home.put("list", format!("{}/r\n", away.url()));
    site.write("l.repo", format!("[r]\nmirrorlist={}/list\nusername=me\npassword=sesame\n", home.url()));
    site.recipe("\"tool\"", "");
    site.build().and(&["--repo-file", "l.repo"]).done();
    assert!(home.log().iter().all(|seen| seen.authorized) && !home.log().is_empty());
    assert!(away.log().iter().all(|seen| !seen.authorized) && !away.log().is_empty());
    let written = fs::read_to_string(site.path("drydock.lock")).expect("a lock");
    assert!(!written.contains("sesame") && written.contains("mirrorlist = "), "{written}");
}

/// What strangers write never reaches our own disk, nor what lies beside the repository.
#[test]
fn local_files_and_dots_are_refused() {
    let site = Site::new();
    site.write("secret/r.rpm", "secret");
    let local = format!("file://{}", site.path("secret").display());
    site.recipe("\"tool\"", "");
    for (to, words) in [
        (format!("<location xml:base=\"{local}\" "), "neither http nor https"),
        ("<location href=\"../r/x.rpm\" x=".to_owned(), "outside of it"),
        ("<location href=\"%2e%2e/%2E./x.rpm\" x=".to_owned(), "outside of it"),
        (format!("<location href=\"{local}/r.rpm\" x="), "neither http nor https"),
    ] {
        let from = if to.contains("x=") { "<location href=" } else { "<location " };
        for kind in ["primary", "repomd"] {
            let url = changed(&site, |k, text| if k == kind { text.replace(from, &to) } else { text });
            site.build().and(&["--repo", &format!("r={url}")]).refused(4, &["repository r", words]);
        }
    }
    site.recipe("\"tool\"", &repo(&site, "mirrorlist = \"CDN/list\""));
    list(&site, &[&local, "/etc"]);
    site.build().refused(5, &["the mirror list names no mirror"]);
    site.recipe("\"tool\"", &repo(&site, "metalink = \"CDN/list\""));
    site.cdn.put("list", metalink(b"", &[&local]));
    site.build().refused(5, &["the metalink names no mirror"]);
}

fn metalink(repomd: &[u8], mirrors: &[&str]) -> String {
    let mut hasher = ChecksumHasher::new(Algorithm::Sha512);
    hasher.update(repomd);
    let url = |(n, m): (usize, &&str)| {
        format!("<url protocol=\"https\" preference=\"{}\">{m}/repodata/repomd.xml</url>", 100 - n)
    };
    let urls: String = mirrors.iter().enumerate().map(url).rev().collect();
    format!(
        "<?xml version=\"1.0\"?><metalink version=\"3.0\" xmlns=\"http://www.metalinker.org/\"><files><file name=\"repomd.xml\"><size>{}</size>\
         <verification><hash type=\"sha512\">{}</hash></verification><resources>{urls}</resources></file></files></metalink>",
        repomd.len(),
        hasher.finish().hex()
    )
}

/// Dead, without the repository, stale, half there, corrupt: the next one is asked, for the list, the metadata and the packages.
#[test]
fn mirrors_are_tried_in_turn_and_the_lock_does_not_say_which_answered() {
    let site = site("metalink = \"CDN/list\"");
    let (stale, corrupt, good) = (mirror(&site, false), mirror(&site, false), mirror(&site, false));
    let newer = Repo::new(made(&[Spec::new("tool-0-1.x86_64")])).tree();
    newer.into_iter().for_each(|(path, bytes)| stale.put(&format!("r/{path}"), bytes));
    stale.remove("r/Packages/t/tool-1-1.x86_64.rpm");
    corrupt.trouble(Trouble::at(".rpm", Fault::Garbled));
    corrupt.trouble(Trouble::at("primary", Fault::Truncated(40)));
    let [stale_url, corrupt_url, good_url] = [&stale, &corrupt, &good].map(|m| format!("{}/r", m.url()));
    let all = ["http://127.0.0.1:9/r", &format!("{}/none", good.url()), &stale_url, &corrupt_url, &good_url];
    let repomd = good.get("r/repodata/repomd.xml").expect("is there");
    site.cdn.put("list", metalink(&repomd, &all));
    site.build().done();
    assert_eq!(version(&site), "1\n");
    let asked =
        |cdn: &Cdn, what: &str| cdn.log().iter().any(|seen| seen.path.contains(what) && !seen.path.contains("none"));
    assert!(
        asked(&stale, "repomd.xml")
            && !asked(&stale, "primary")
            && asked(&corrupt, "primary")
            && asked(&good, "primary")
    );
    let both = (asked(&corrupt, ".rpm"), asked(&good, ".rpm"), asked(&good, "repomd.xml"));
    assert_eq!(both, (true, true, false), "{:?}", good.log());
    let lock = fs::read(site.path("drydock.lock")).expect("a lock");
    let index = fs::read(site.path("out/image/index.json")).expect("an index");

    // Another order, another cache: the same lock, the same bytes; and a locked build finds its way, too.
    site.cdn.put("list", metalink(&repomd, &[&good_url, &corrupt_url]));
    site.drydock(&["lock", "recipe.toml", "--lock", "other.lock"]).with_repositories(&["baseos"]).done();
    assert_eq!(fs::read(site.path("other.lock")).expect("a lock"), lock);
    site.cdn.put("list", metalink(&repomd, &["http://127.0.0.1:9/r", &corrupt_url, &good_url]));
    fs::remove_dir_all(site.path("cache")).expect("a cache");
    fs::remove_dir_all(site.path("out/image")).expect("an image");
    site.build().and(&["--locked"]).done();
    assert_eq!(fs::read(site.path("out/image/index.json")).expect("an index"), index);
    // What is in the store needs no list: it may be gone.
    site.cdn.remove("list");
    site.build().and(&["--locked"]).done();
}

#[test]
fn when_no_mirror_is_of_use() {
    let site = site("mirrorlist = \"CDN/list\"");
    let stale = mirror(&site, false);
    list(&site, &["http://127.0.0.1:9/r", &format!("{}/none", stale.url())]);
    site.build().refused(5, &["none of the 2 mirrors of repository r", "404"]);
    site.cdn.remove("list");
    site.build().refused(5, &["the mirror list", "404"]);
    site.recipe("\"tool\"", &repo(&site, "metalink = \"CDN/list\""));
    site.cdn.put("list", metalink(b"another", &[&format!("{}/r", stale.url())]));
    site.build().refused(4, &["not the one its metalink promises"]);
    site.cdn.put("list", "<html><body>Please log in</body></html>");
    site.build().refused(4, &["metalink"]);
}
