//! Module streams and groups: what is chosen, what the lock and the image say of it.

use drydock::testbed::{MadeFile, Repo, Spec};

use super::{
    image,
    world::{Site, made},
};

/// One stream of the module `tool`, with one package and one profile.
fn stream(stream: &str, package: &str) -> String {
    format!(
        "---\ndocument: modulemd\nversion: 2\ndata:\n  name: tool\n  stream: \"{stream}\"\n  version: 1\n  context: c0ffee\n  \
         arch: x86_64\n  summary: x\n  description: x\n  license:\n    module: [MIT]\n  dependencies:\n  - requires:\n      \
         platform: [el8]\n  profiles:\n    common:\n      rpms: [tool]\n  artifacts:\n    rpms:\n    - {package}\n...\n"
    )
}

/// A repository with two streams of a module, the older one the default; what is in none of them is newer than both.
fn modular() -> Repo {
    let spec = |nevra: &str| {
        let version = nevra.split('-').nth(1).expect("a version");
        Spec::new(nevra).file(MadeFile::file("/usr/share/tool/version", format!("{version}\n")))
    };
    let packages = made(&["tool-1-1.x86_64", "tool-2-1.x86_64", "tool-9-1.x86_64"].map(spec));
    let defaults = "---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: tool\n  stream: \"1\"\n  profiles:\n    \
                    \"1\": [common]\n    \"2\": [common]\n...\n";
    let modules = [stream("1", "tool-0:1-1.x86_64"), stream("2", "tool-0:2-1.x86_64"), defaults.to_owned()].concat();
    let comps = "<?xml version=\"1.0\"?>\n<comps><group><id>tools</id><name>Tools</name><packagelist>\
                 <packagereq type=\"mandatory\">tool</packagereq></packagelist></group></comps>";
    Repo::new(packages).with("modules", "modules.yaml", modules).with("group", "comps.xml", comps)
}

/// A build of the recipe with these packages and arguments; the tool's version in the image, and the site.
fn built(install: &str, more: &str, arguments: &[&str]) -> (Site, String) {
    let site = Site::new();
    site.recipe(install, more);
    let url = format!("modular={}", site.offer("modular", &modular()));
    site.build().and(&["--repo", &url]).and(arguments).done();
    let version = image::open(&site.path("out/image"), "amd64").text("usr/share/tool/version");
    (site, version)
}

/// The package outside of all streams is newer, and hidden: modular packages shadow those of their name.
#[test]
fn the_default_stream_counts_where_nothing_is_said() {
    let (site, version) = built("\"tool\"", "", &[]);
    assert_eq!(version, "1\n");
    let state = image::open(&site.path("out/image"), "amd64").text("etc/dnf/modules.d/tool.module");
    assert!(state.contains("[tool]") && state.contains("stream=1") && state.contains("state=enabled"), "{state}");
    let lock = std::fs::read_to_string(site.path("drydock.lock")).expect("a lock");
    assert!(lock.contains("version = 2") && lock.contains("c0ffee"), "{lock}");
}

#[test]
fn an_enabled_stream_counts_and_a_locked_build_gives_the_same_bytes() {
    let (site, version) = built("\"tool\"", "", &["--module", "tool:2"]);
    assert_eq!(version, "2\n");
    let first = image::open(&site.path("out/image"), "amd64").text("etc/dnf/modules.d/tool.module");
    assert!(first.contains("stream=2"), "{first}");
    let digest = |name: &str| std::fs::read(site.path(name)).expect("an index");
    let before = digest("out/image/index.json");
    std::fs::remove_dir_all(site.path("out/image")).expect("removed");
    let url = format!("modular={}", site.offer("modular", &modular()));
    site.build().and(&["--repo", &url, "--module", "tool:2", "--locked"]).done();
    assert_eq!(digest("out/image/index.json"), before);
}

#[test]
fn a_profile_and_a_group_bring_their_packages() {
    for (install, version) in [("\"@tool:2/common\"", "2\n"), ("\"@tools\"", "1\n"), ("\"@Tools\"", "1\n")] {
        assert_eq!(built(install, "", &[]).1, version, "{install}");
    }
    assert_eq!(built("", "modules = [\"tool:2/common\"]\n", &[]).1, "2\n");
}

/// Among `try` specs what does not exist, or does not go with the rest, is left out and told.
#[test]
fn optional_groups_and_streams() {
    let (site, version) = built("", "try = [\"@absent\", \"@tool:2/common\", \"@tool:1\", \"@nothing:7\"]\n", &[]);
    assert_eq!(version, "2\n");
    let lock = std::fs::read_to_string(site.path("drydock.lock")).expect("a lock");
    let missing = lock.split_once("missing = [").expect("a list").1.split_once(']').expect("its end").0;
    assert!(["@absent", "@tool:1", "@nothing:7"].iter().all(|spec| missing.contains(spec)), "{missing}");
    assert!(!missing.contains("@tool:2"), "{missing}");
}

#[test]
fn a_stream_or_a_group_nobody_has() {
    let site = Site::new();
    site.recipe("\"tool\"", "");
    let url = format!("modular={}", site.offer("modular", &modular()));
    site.build().and(&["--repo", &url, "--module", "tool:3"]).refused(3, &["tool:3"]);
    site.build().and(&["--repo", &url, "--module", "tool:1", "--module", "tool:2"]).refused(3, &["tool"]);
    site.recipe("\"@absent\"", "");
    site.build().and(&["--repo", &url]).refused(3, &["@absent"]);
}
