//! What a build leaves in an image, seen by a reader that knows nothing of how it was made.

use std::os::unix::fs::PermissionsExt as _;

use drydock::testbed::{Kind, MadeFile, Spec};
use tar::EntryType;

use super::{
    image::{self, Image},
    world::{Site, made},
};

/// Builds these packages (all of them are asked for) with more TOML in the recipe, and reads the image back.
fn installed(packages: &[Spec], more: &str) -> (Site, Image, String) {
    let site = Site::new();
    let names: Vec<String> = packages.iter().map(|p| format!("{:?}", p.nevra.name)).collect();
    site.recipe(&names.join(", "), more);
    let url = format!("more={}", site.repository("more", &made(packages)));
    let call = site.build().and(&["--repo", &url, "--report", "report.json"]).without("--progress");
    let outcome = call.and(&["--progress", "json"]).done();
    let image = image::open(&site.path("out/image"), "amd64");
    (site, image, outcome.stderr)
}

#[test]
fn packaged_paths_follow_the_images_symlinks() {
    let thing = Spec::new("thing-1-1.x86_64").files([
        MadeFile::file("/lib/modules/new/file", "x"),
        MadeFile::program("/sbin/thing", "#!/bin/sh\n"),
        MadeFile::symlink("/usr/share/dir", "elsewhere"),
        MadeFile::dir("/usr/share/elsewhere"),
    ]);
    let (_, image, _) = installed(&[thing], "");
    assert_eq!(image.text("usr/lib/modules/new/file"), "x");
    assert_eq!(image.at("usr/sbin/thing").mode, 0o755);
    assert!(image.entry("lib/modules/new/file").is_none() && image.entry("sbin/thing").is_none());
    assert_eq!((image.at("lib").kind, image.at("lib").link.as_str()), (EntryType::Symlink, "usr/lib"));
    // The database keeps the path as it was packaged.
    assert_eq!(image.state("thing", "/sbin/thing"), 0);
}

#[test]
fn kinds_modes_owners_and_times() {
    let thing = Spec::new("thing-1-1.x86_64").files([
        MadeFile::file("/etc/plain", "plain\n").attr(0o640, "root", "mail").mtime(1_600_000_000),
        MadeFile::program("/usr/bin/special", "").mode(0o6755),
        MadeFile::dir("/var/thing").attr(0o2770, "daemon", "wheel"),
        MadeFile::symlink("/usr/share/link", "../bin/special"),
        MadeFile::special("/usr/share/null", Kind::Character(1, 3), 0o666),
        MadeFile::special("/usr/share/disk", Kind::Block(8, 17), 0o660).attr(0o660, "root", "disk"),
        MadeFile::special("/usr/share/pipe", Kind::Fifo, 0o600),
        MadeFile::file("/usr/share/name with spaces and umlauts äöü", "x"),
        MadeFile::file(format!("/usr/share/{}/{}", "d".repeat(120), "f".repeat(120)), "long"),
    ]);
    let (_, image, _) = installed(&[thing], "");
    let plain = image.at("etc/plain");
    assert_eq!((plain.mode, plain.owner, plain.mtime), (0o640, (0, 12), 1_600_000_000));
    assert_eq!(image.at("usr/bin/special").mode, 0o6755);
    let dir = image.at("var/thing");
    assert_eq!((dir.kind, dir.mode, dir.owner), (EntryType::Directory, 0o2770, (2, 10)));
    assert_eq!(image.at("usr/share/link").link, "../bin/special");
    let kinds = ["null", "disk", "pipe"].map(|name| image.at(&format!("usr/share/{name}")).kind);
    assert_eq!(kinds, [EntryType::Char, EntryType::Block, EntryType::Fifo]);
    assert_eq!(image.at("usr/share/disk").owner, (0, 6));
    assert_eq!(image.text("usr/share/name with spaces and umlauts äöü"), "x");
    assert_eq!(image.text(&format!("usr/share/{}/{}", "d".repeat(120), "f".repeat(120))), "long");
}

#[test]
fn hard_links_stay_links() {
    let link = |path: &str| MadeFile::program(path, "shared bytes\n").linked("set");
    let thing = Spec::new("thing-1-1.x86_64").files([link("/usr/bin/a"), link("/usr/bin/b"), link("/usr/libexec/c")]);
    let (_, image, _) = installed(&[thing], "");
    let all = ["usr/bin/a", "usr/bin/b", "usr/libexec/c"].map(|path| image.at(path));
    let bodies: Vec<_> = all.iter().filter(|e| e.kind == EntryType::Regular).collect();
    assert_eq!((bodies.len(), bodies[0].bytes.as_slice()), (1, &b"shared bytes\n"[..]));
    assert!(
        all.iter()
            .filter(|e| e.kind == EntryType::Link)
            .all(|e| e.link.trim_start_matches('/').starts_with("usr/bin/"))
    );
}

#[test]
fn capabilities_are_extended_attributes() {
    let thing = Spec::new("thing-1-1.x86_64").file(MadeFile::program("/usr/bin/ping", "").caps("cap_net_raw=p"));
    let (_, image, _) = installed(&[thing], "");
    let value = &image.at("usr/bin/ping").xattrs["security.capability"];
    // Revision 2, not effective; permitted: bit 13 (linux/capability.h).
    let mut expected = 0x0200_0000_u32.to_le_bytes().to_vec();
    expected.extend((1_u32 << 13).to_le_bytes());
    expected.extend([0; 12]);
    assert_eq!(*value, expected);
}

#[test]
fn ghosts_are_owned_and_not_there() {
    let thing =
        Spec::new("thing-1-1.x86_64").file(MadeFile::ghost("/var/log/thing.log")).file(MadeFile::file("/etc/x", ""));
    let (_, image, _) = installed(&[thing], "");
    assert!(image.entry("var/log/thing.log").is_none());
    assert_eq!(image.state("thing", "/var/log/thing.log"), 0);
}

#[test]
fn documentation_and_languages_are_left_out_and_remembered_so() {
    let doc = "/usr/share/doc/thing/README";
    let german = "/usr/share/locale/de/LC_MESSAGES/thing.mo";
    let english = "/usr/share/locale/en/LC_MESSAGES/thing.mo";
    let thing = || {
        Spec::new("thing-1-1.x86_64").files([
            MadeFile::dir("/usr/share/doc/thing"),
            MadeFile::file(doc, "read me\n").doc(),
            MadeFile::file("/usr/share/licenses/thing/COPYING", "MIT\n").license(),
            MadeFile::file(german, "de").lang("de"),
            MadeFile::file(english, "en").lang("en"),
        ])
    };
    let (_, image, _) = installed(&[thing()], "langs = [\"en_GB\"]\n");
    let there = |path: &str| image.entry(path.trim_start_matches('/')).is_some();
    assert_eq!([doc, german, english].map(there), [false, false, true]);
    assert!(there("/usr/share/licenses/thing/COPYING") && !there("/usr/share/doc/thing"));
    assert_eq!([doc, german, english].map(|path| image.state("thing", path)), [2, 2, 0]);
    let (_, image, _) = installed(&[thing()], "docs = true\n");
    assert!(image.entry(&doc[1..]).is_some() && image.entry(&german[1..]).is_some());
}

#[test]
fn an_upgrade_of_the_base_removes_what_is_gone() {
    let site = Site::new();
    site.recipe("\"zlib\"", "docs = true\n");
    site.build().done();
    let image = image::open(&site.path("out/image"), "amd64");
    assert!(image.entry("usr/share/doc/zlib-README-18").is_some());
    assert!(image.layers[1..].iter().any(|l| l.contains_key("usr/share/doc/.wh.zlib-README-17")), "no whiteout");
    let names = image.names();
    let zlibs: Vec<_> = names.iter().filter(|n| n.starts_with("zlib-")).collect();
    assert_eq!(zlibs, ["zlib-1.2.11-18.el8_4.x86_64"]);
}

#[test]
fn an_obsoleted_package_of_the_base_goes() {
    let site = Site::new();
    site.recipe("\"make\"", "");
    site.build().done();
    let image = image::open(&site.path("out/image"), "amd64");
    assert!(!image.names().iter().any(|n| n.starts_with("compat-make")), "{:?}", image.names());
    assert!(image.layers[1..].iter().any(|l| l.contains_key("usr/bin/.wh.make-3.82")), "no whiteout");
    assert!(image.entry("usr/bin/make").is_some());
}

/// A changed config file: rpm keeps the user's where the package says noreplace, and puts its own beside it.
#[test]
fn changed_configuration_is_kept() {
    let site = Site::new();
    let thing = |version: &str, text: &str| {
        Spec::new(&format!("thing-{version}-1.x86_64")).files([
            MadeFile::file("/etc/kept.conf", format!("kept {text}\n")).noreplace(),
            MadeFile::file("/etc/saved.conf", format!("saved {text}\n")).config(),
            MadeFile::file("/etc/untouched.conf", format!("untouched {text}\n")).noreplace(),
        ])
    };
    let edits = "[[files]]\npath = \"/etc/kept.conf\"\ncontent = \"mine\"\n[[files]]\npath = \"/etc/saved.conf\"\ncontent = \"mine\"\n";
    site.recipe("\"thing\"", edits);
    let repo = |version: &str, text: &str| {
        let url = site.repository(version, &made(&[thing(version, text)]));
        format!("more={url}")
    };
    let tag = "registry.example/edited:1";
    let first = site.build().and(&["--repo", &repo("1", "one"), "--push", "--tag", tag]).done().digest();
    site.recipe("\"thing\"", "");
    let base = format!("registry.example/edited@{first}");
    let call = site.build().without("--oci").and(&["--oci", "out/second", "--base", &base, "--lock", "second.lock"]);
    call.and(&["--repo", &repo("2", "two")]).done();
    let image = image::open(&site.path("out/second"), "amd64");
    assert_eq!((image.text("etc/kept.conf"), image.text("etc/kept.conf.rpmnew")), ("mine".into(), "kept two\n".into()));
    assert_eq!(
        (image.text("etc/saved.conf"), image.text("etc/saved.conf.rpmsave")),
        ("saved two\n".into(), "mine".into())
    );
    assert_eq!(image.text("etc/untouched.conf"), "untouched two\n");
    assert!(image.entry("etc/untouched.conf.rpmnew").is_none());
}

#[test]
fn an_unknown_group_costs_the_setgid_bit_and_a_warning() {
    let thing = Spec::new("thing-1-1.x86_64").files([
        MadeFile::program("/usr/bin/setgid", "").attr(0o2755, "root", "nobody-knows"),
        MadeFile::program("/usr/bin/setuid", "").attr(0o4755, "nobody-knows", "root"),
    ]);
    let (_, image, told) = installed(&[thing], "");
    for path in ["usr/bin/setgid", "usr/bin/setuid"] {
        assert_eq!((image.at(path).mode, image.at(path).owner), (0o755, (0, 0)), "{path}");
    }
    assert!(told.contains("nobody-knows"), "{told}");
}

#[test]
fn users_files_and_trees_of_the_recipe() {
    let site = Site::new();
    site.write("overlay/etc/overlay.conf", "from the tree\n");
    site.write("overlay/usr/local/bin/tool", "#!/bin/sh\n");
    let tool = site.path("overlay/usr/local/bin/tool");
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
    std::os::unix::fs::symlink("tool", site.path("overlay/usr/local/bin/alias")).expect("a link");
    site.write("local.conf", "from a file\n");
    site.recipe(
        "\"jq\"",
        r#"
[[groups]]
name = "builders"
gid = 900
[[users]]
name = "builder"
uid = 1001
groups = ["wheel"]
home = "/home/builder"
shell = "/bin/bash"
[[files]]
path = "/etc/inline.json"
content = '{"jq": "${rpm:jq}"}'
mode = "0600"
user = "builder"
group = "builders"
[[files]]
path = "/etc/local.conf"
source = "local.conf"
[[trees]]
from = "overlay"
to = "/"
"#,
    );
    site.build().done();
    let image = image::open(&site.path("out/image"), "amd64");
    assert!(image.text("etc/passwd").contains("builder:x:1001:1001:"), "{}", image.text("etc/passwd"));
    let groups = image.text("etc/group");
    assert!(groups.contains("builders:x:900:") && groups.contains("wheel:x:10:builder"), "{groups}");
    assert!(image.text("etc/shadow").contains("builder:"));
    let home = image.at("home/builder");
    assert_eq!((home.kind, home.mode, home.owner), (EntryType::Directory, 0o700, (1001, 1001)));
    assert_eq!(image.text("home/builder/.bashrc"), "# .bashrc\n");
    let inline = image.at("etc/inline.json");
    assert_eq!((inline.mode, inline.owner), (0o600, (1001, 900)));
    assert_eq!(image.text("etc/inline.json"), "{\"jq\": \"1.5-12.el8.x86_64\"}");
    assert_eq!(image.text("etc/local.conf"), "from a file\n");
    assert_eq!(image.text("etc/overlay.conf"), "from the tree\n");
    assert_eq!((image.at("usr/local/bin/tool").mode, image.at("usr/local/bin/alias").link.as_str()), (0o755, "tool"));
}

/// Layers as the plan says; each holds its own packages' files and nothing twice.
#[test]
fn layers_follow_the_plan() {
    let layers =
        "[[layers]]\nname = \"tools\"\npackages = [\"*\"]\n[[layers]]\nname = \"things\"\npackages = [\"thing*\"]\n";
    let one =
        |name: &str| Spec::new(&format!("{name}-1-1.x86_64")).file(MadeFile::file(format!("/usr/share/{name}"), name));
    let (site, image, _) = installed(&[one("thing"), one("other")], layers);
    let holds = |path: &str| image.layers.iter().filter(|l| l.contains_key(path)).count();
    assert_eq!([holds("usr/share/thing"), holds("usr/share/other")], [1, 1]);
    let at = |path: &str| image.layers.iter().position(|l| l.contains_key(path));
    assert!(at("usr/share/other") < at("usr/share/thing"));
    let history: Vec<&str> =
        image.config["history"].as_array().expect("history").iter().filter_map(|h| h["created_by"].as_str()).collect();
    assert!(history.iter().any(|h| h.contains("tools")) && history.iter().any(|h| h.contains("things")), "{history:?}");
    let annotations = &image.manifest["annotations"];
    assert_eq!(annotations["org.opencontainers.image.base.name"], "registry.example/ubi8/ubi");
    assert!(site.base().ends_with(annotations["org.opencontainers.image.base.digest"].as_str().expect("a digest")));
}

/// A build from nothing: the packages' own directories and accounts, and a database that lists them.
#[test]
fn from_nothing() {
    let site = Site::new();
    site.recipe("\"bash\"", "");
    let call = site.build().without("--base").and(&["--installroot-base", "none"]);
    call.done();
    let image = image::open(&site.path("out/image"), "amd64");
    assert_eq!(image.at("bin").link, "usr/bin");
    assert!(image.names().iter().any(|n| n.starts_with("bash-4.4.19")));
    assert_eq!(image.at("usr/bin/bash").owner, (0, 0));
    assert_eq!(image.at("tmp").mode, 0o1777);
}
