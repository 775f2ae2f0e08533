//! What `resolve` says when there is no answer, and why packages are in one.

use drydock::testbed::{Made, Spec};

use super::world::{Call, Site, made};

fn packages() -> Vec<Made> {
    made(&[
        Spec::new("app-2-1.x86_64").requires(["middle"]),
        Spec::new("app-1-1.x86_64"),
        Spec::new("middle-1-1.x86_64").requires(["deep >= 3"]),
        Spec::new("deep-1-1.x86_64"),
        Spec::new("deep-2-1.x86_64"),
        Spec::new("good-1-1.x86_64").requires(["library"]),
        Spec::new("library-1-1.x86_64"),
    ])
}

fn resolve<'a>(site: &'a Site, specs: &[&str]) -> Call<'a> {
    let url = site.repository("some", &packages());
    site.drydock(&["resolve"]).with_repositories(&[]).and(specs).and(&["--repo", &format!("some={url}")])
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_failure_is_a_tree_down_to_the_deepest_cause() {
    let site = Site::new();
    let refused =
        resolve(&site, &["app"]).refused(3, &["app is asked for", "needs deep >= 3", "deep = 2-1 of deep-2-1.x86_64"]);
    assert!(refused.hint().contains("--no-best") && refused.hint().contains("app-1-1.x86_64"), "{}", refused.hint());
    let run = resolve(&site, &["app"]).and(&["--format", "json"]).run();
    let told = json(&run.stdout);
    assert_eq!((run.code, &told["exit_code"]), (3, &3.into()));
    let asked = &told["explanation"][0];
    assert_eq!((asked["kind"].as_str(), asked["spec"].as_str()), (Some("asked"), Some("app")));
    let needs = &asked["because"][0]["because"][0]["because"][0]["because"][0];
    assert_eq!(needs["requirement"], "deep >= 3", "{told:#}");
    assert_eq!(needs["because"][0]["near"][0]["by"], "deep-2-1.x86_64", "{told:#}");
}

#[test]
fn what_comes_close_to_a_spec_is_named() {
    let site = Site::new();
    resolve(&site, &["deep-7"]).refused(3, &["deep-7: there is deep in {1,2}-1 (some)"]);
    resolve(&site, &["deep.s390x"]).refused(3, &["deep.s390x: there is deep for x86_64"]);
    let refused = resolve(&site, &["lybrary", "depp"]).refused(3, &["lybrary, depp"]);
    assert!(refused.hint().contains("library for lybrary, deep for depp"), "{}", refused.hint());
}

/// The package is there: in a repository that the `.repo` file has and does not enable.
#[test]
fn a_repository_that_is_not_enabled_is_named() {
    let site = Site::new();
    let (more, none) =
        (site.repository("more", &packages()), site.repository("none", &made(&[Spec::new("x-1-1.noarch")])));
    site.write("both.repo", format!("[none]\nbaseurl={none}\n[more]\nenabled=0\nbaseurl={more}\n"));
    let call = site.drydock(&["resolve", "good", "--repo-file", "both.repo"]).with_repositories(&[]);
    call.refused(3, &["good-1-1.x86_64 (more)", "in a repository that is not enabled"]);
}

fn account(text: &str) -> serde_json::Value {
    json(text)["why"][0].clone()
}

#[test]
fn why_a_package_is_in_a_result_is_a_path_from_a_spec() {
    let site = Site::new();
    let told = resolve(&site, &["good"]).and(&["--why", "library"]).done().stdout;
    assert_eq!(
        told,
        "library-1-1.x86_64 comes\n  good is asked for: good-1-1.x86_64\n  └─ requires library: library-1-1.x86_64\n"
    );
    let run = |name: &str| account(&resolve(&site, &["good"]).and(&["--why", name, "--format", "json"]).done().stdout);
    let library = run("library-1-1.x86_64");
    assert_eq!((library["status"].as_str(), &library["path"][1]["requirement"]), (Some("chosen"), &"library".into()));
    assert_eq!(run("deep")["status"], "not-needed");
    assert_eq!(run("lybrary")["status"], "unknown");
    assert_eq!(run("lybrary")["near"][0]["names"][0], "library");
    let installed = site.repository("base", &made(&[Spec::new("library-1-1.x86_64")]));
    let told = resolve(&site, &["good"]).and(&["--why", "library", "--installed", &installed]).done().stdout;
    assert!(told.starts_with("library-1-1.x86_64 is installed already"), "{told}");
}

#[test]
fn a_saved_problem_is_solved_again_without_any_network() {
    let site = Site::new();
    for (specs, code) in [(["good"], 0), (["app"], 3), (["/usr/libexec/nobody"], 3)] {
        let format = ["--format", "json", "--weak", "--exclude", "deep-2*"];
        let first = resolve(&site, &specs).and(&format).and(&["--save-problem", "it.problem"]).run();
        assert_eq!(first.code, code, "{}", first.stdout);
        let saved = std::fs::read(site.path("it.problem")).expect("the problem");
        let text =
            zstd::decode_all(&saved[saved.iter().position(|b| *b == b'\n').expect("a line") + 1..]).expect("zstd");
        let text = String::from_utf8(text).expect("text");
        assert!(!text.contains("://") && !text.contains("client"), "no addresses, no credentials");
        let again = site.drydock(&["resolve", "--problem", "it.problem", "--format", "json", "--offline"]);
        let again = again.env_remove("HOME").env_remove("DRYDOCK_CACHE").and(&["--cache", "nowhere"]).run();
        assert_eq!((again.code, &again.stdout), (code, &first.stdout), "{}", again.stderr);
    }
    assert!(!site.path("nowhere").exists());
}

#[test]
fn a_problem_that_is_none_is_refused_in_a_line() {
    let site = Site::new();
    resolve(&site, &["good"]).and(&["--save-problem", "it.problem"]).done();
    let whole = std::fs::read(site.path("it.problem")).expect("the problem");
    site.write("cut.problem", &whole[..whole.len() - 20]);
    site.write("new.problem", [b"drydock problem 9\n".as_slice(), &whole[18..]].concat());
    site.write("none.problem", "packages");
    for (file, words) in
        [("cut", "damaged"), ("new", "format 9"), ("none", "--save-problem"), ("absent", "absent.problem")]
    {
        let refused = site.drydock(&["resolve", "--problem", &format!("{file}.problem")]).refused(2, &[words]);
        assert!(refused.stderr.lines().count() <= 4, "{}", refused.stderr);
    }
}

/// Two architectures, of which one has newer packages.
fn two_arches(site: &Site) -> String {
    for (arch, newest) in [("x86_64", true), ("aarch64", false)] {
        let package = |version: &str| {
            Spec::new(&format!("tool-{version}-1.{arch}")).requires([format!("part = {version}").as_str()])
        };
        let part = |version: &str| Spec::new(&format!("part-{version}-1.{arch}"));
        let lone = Spec::new(&format!("lone-{}-1.{arch}", if newest { 2 } else { 1 }));
        let mut all = vec![package("1"), part("1"), lone];
        if newest {
            all.extend([package("2"), part("2")]);
        }
        site.repository(&format!("both/{arch}"), &made(&all));
    }
    format!("both={}/both/$basearch", site.cdn.url())
}

#[test]
fn versions_that_differ_between_architectures_are_told_and_can_be_made_equal() {
    let site = Site::new();
    let url = two_arches(&site);
    let call = || {
        let call = site.drydock(&["resolve", "tool", "lone", "--arch", "x86_64,aarch64", "--repo", &url]);
        call.with_repositories(&[])
    };
    let told = json(&call().and(&["--format", "json"]).done().stdout);
    let names: Vec<_> = told["differences"].as_array().expect("a list").iter().map(|d| d["name"].clone()).collect();
    assert_eq!(names, ["lone", "part", "tool"]);
    assert_eq!(told["differences"][2]["versions"]["x86_64"][0], "2-1");
    assert_eq!(told["arches"]["aarch64"]["packages"][0]["nevra"], "lone-1-1.aarch64");
    let same = json(&call().and(&["--format", "json", "--same-versions"]).done().stdout);
    assert_eq!(same["arches"]["x86_64"]["packages"][2]["nevra"], "tool-1-1.x86_64", "{same:#}");
    assert_eq!(same["refused"][0]["name"], "lone");
    assert_eq!(same["differences"].as_array().map(Vec::len), Some(1));
    let text = call().and(&["--same-versions"]).done().stdout;
    assert!(text.contains("lone: x86_64 2-1, aarch64 1-1 (there is no common version)"), "{text}");
}

#[test]
fn equal_versions_are_part_of_what_a_lock_answers() {
    let site = Site::new();
    let url = two_arches(&site);
    let recipe = |same: &str| {
        let base = site.base();
        let text = format!(
            "[image]\nbase = \"{base}\"\narches = [\"x86_64\", \"aarch64\"]\n[packages]\n{same}\ninstall = [\"tool\"]\n"
        );
        site.write("recipe.toml", text);
    };
    let lock = || site.drydock(&["lock", "recipe.toml", "--repo", &url]).with_repositories(&[]);
    let text = || std::fs::read_to_string(site.path("drydock.lock")).expect("a lock");
    recipe("");
    let told = lock().done().stdout;
    assert!(told.contains("tool: x86_64 2-1, aarch64 1-1") && text().contains("tool-2-1.x86_64"), "{told}");
    recipe("same_versions = true");
    let build = site.drydock(&["build", "recipe.toml", "--locked", "--repo", &url]).with_repositories(&[]);
    build.refused(2, &["the recipe has changed"]);
    let told = lock().done().stdout;
    assert!(!told.contains("differ") && text().contains("tool-1-1.x86_64") && !text().contains("tool-2-1"), "{told}");
}
