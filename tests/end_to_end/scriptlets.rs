//! What scriptlets leave in an image, and what is said of those that did not do all they were to do.

use std::collections::BTreeSet;

use drydock::{
    terms::Arch,
    testbed::{MadeFile, Script, Spec, When, World, world::KERNEL},
};

use super::{
    image,
    world::{Outcome, Site, made},
};

/// Builds `packages`, all of them asked for, with these arguments besides.
fn build(packages: &[Spec], arguments: &[&str]) -> (Site, Outcome) {
    let site = Site::new();
    let names: Vec<String> = packages.iter().map(|p| format!("{:?}", p.nevra.name)).collect();
    site.recipe(&names.join(", "), "");
    let url = format!("more={}", site.repository("more", &made(packages)));
    let call = site.build().and(&["--repo", &url, "--report", "report.json"]).without("--progress");
    let outcome = call.and(&["--progress", "json"]).and(arguments).run();
    (site, outcome)
}

/// A package with one scriptlet.
fn thing(when: When, body: &str) -> Spec {
    Spec::new("thing-1-1.x86_64").file(MadeFile::program("/usr/bin/odd", "\x7fELF\x02\x01\x01")).script(Script::shell(when, body))
}

/// Every scriptlet of every installed package stands in the report.
#[test]
fn no_scriptlet_is_passed_over() {
    let site = Site::new();
    let base = site.base();
    let call =
        site.drydock(&["build", "driver-toolkit", "--kernel", KERNEL, "--base", &base, "--report", "report.json"]);
    let outcome =
        call.with_repositories(&["baseos", "appstream"]).and(&["--arch", "x86_64", "--oci", "out/image"]).done();
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(site.path("report.json")).expect("a report")).expect("JSON");
    let told: BTreeSet<(String, String)> = report["arches"][0]["scriptlets"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| {
            assert!(["applied", "not-needed"].contains(&s["outcome"].as_str().expect("a word")), "{s}");
            assert!(s["outcome"] != "not-needed" || s["why"].as_str().is_some_and(|why| !why.is_empty()), "{s}");
            let kind = s["kind"].as_str().expect("a word").trim_start_matches('%').to_owned();
            (s["package"].as_str().expect("a name").to_owned(), kind)
        })
        .collect();
    let (base, made) = (base_names(&site), image::open(&site.path("out/image"), "amd64").names());
    // Triggers of the base's packages ran as well.
    let told: BTreeSet<_> = told.into_iter().filter(|(package, _)| !base.contains(package)).collect();
    let new: Vec<&String> = made.iter().filter(|n| !base.contains(n)).collect();
    assert!(new.len() > 30, "{new:?}");
    let mut expected = BTreeSet::new();
    for package in World::shared().repos(Arch::X86_64).flat_map(|(_, packages)| packages) {
        let name = package.spec.nevra.to_string();
        if new.contains(&&name) {
            expected.extend(package.spec.scripts.iter().map(|s| (name.clone(), directive(s).to_owned())));
        }
    }
    assert!(expected.len() > 10);
    assert_eq!(told, expected);
    let count = report["arches"][0]["scriptlets"].as_array().map_or(0, Vec::len);
    assert!(outcome.stdout.contains(&format!("{count} scriptlets: ")), "{}", outcome.stdout);
    // The image itself says the same.
    let inspected = site.drydock(&["inspect", "oci:out/image", "--scriptlets", "--format", "json"]).done();
    let inspected: serde_json::Value = serde_json::from_str(&inspected.stdout).expect("JSON");
    let of = |v: &serde_json::Value| {
        let list = v["scriptlets"].as_array().expect("a list").iter().filter(|s| s.get("outcome").is_some());
        list.map(|s| ["package", "kind", "outcome"].map(|f| s[f].as_str().expect("a word").to_owned()))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(of(&inspected["arches"][0]), of(&report["arches"][0]));
}

/// What was skipped is told by the build, its report, and the image.
#[test]
fn skipped_scriptlets_are_named() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build().and(&["--scriptlets", "skip"]).done();
    assert!(outcome.stdout.contains("--scriptlets skip"), "{}", outcome.stdout);
    let inspected = site.drydock(&["inspect", "oci:out/image"]).done();
    assert!(inspected.stdout.contains("no scriptlet was run"), "{}", inspected.stdout);
}

#[test]
fn what_a_scriptlet_makes_is_in_the_image() {
    let body = "mkdir -p /var/lib/thing && echo \"$1\" > /var/lib/thing/state\nln -s state /var/lib/thing/link\n";
    let (site, outcome) = build(&[thing(When::Post, body)], &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let image = image::open(&site.path("out/image"), "amd64");
    assert_eq!(image.text("var/lib/thing/state"), "1\n");
    assert_eq!(image.at("var/lib/thing/link").link, "state");
    assert_eq!(image.at("var/lib/thing").owner, (0, 0));
}

/// A program that only the image knows ends in 127; the build says whose scriptlet called it, and where.
#[test]
fn a_program_nobody_knows() {
    let odd = || thing(When::Post, "echo before > /etc/before\n\n/usr/bin/odd --now\n");
    let (site, outcome) = build(&[odd()], &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for noun in ["thing-1-1.x86_64", "%post", "/usr/bin/odd", "line 3"] {
        assert!(outcome.stderr.contains(noun), "no {noun}: {}", outcome.stderr);
    }
    assert_eq!(image::open(&site.path("out/image"), "amd64").text("etc/before"), "before\n");
    let inspected = site.drydock(&["inspect", "oci:out/image", "--scriptlets"]).done();
    assert!(inspected.stdout.contains("failed, unknown: /usr/bin/odd"), "{}", inspected.stdout);

    let (site, outcome) = build(&[odd()], &["--strict-scriptlets"]);
    assert_eq!(outcome.code, 4, "{outcome:?}");
    for noun in ["thing-1-1.x86_64", "%post", "/usr/bin/odd", "line 3"] {
        assert!(outcome.stderr.contains(noun), "no {noun}: {}", outcome.stderr);
    }
    assert!(!site.path("out/image").exists());
}

#[test]
fn a_pre_that_fails_keeps_its_package_out() {
    let (site, outcome) = build(&[thing(When::Pre, "echo no room >&2\nexit 3\n")], &[]);
    assert_eq!(outcome.code, 4, "{outcome:?}");
    for noun in ["thing-1-1.x86_64", "%pre", "3", "no room"] {
        assert!(outcome.stderr.contains(noun), "no {noun}: {}", outcome.stderr);
    }
    assert!(!site.path("out/image").exists());
}

#[test]
fn a_scriptlet_without_end_is_stopped_and_named() {
    let (_, outcome) = build(&[thing(When::Post, "while :; do :; done\n")], &["--strict-scriptlets"]);
    assert_eq!(outcome.code, 4, "{outcome:?}");
    assert!(outcome.stderr.contains("thing-1-1.x86_64") && outcome.stderr.contains("stopped"), "{}", outcome.stderr);
}

/// The packages of the base image for x86_64.
fn base_names(site: &Site) -> Vec<String> {
    site.drydock(&["push", &site.base(), "oci:out/base"]).done();
    image::open(&site.path("out/base"), "amd64").names()
}

fn directive(script: &Script) -> &'static str {
    match script.when {
        When::Pre => "pre",
        When::Post => "post",
        When::Preun => "preun",
        When::Postun => "postun",
        When::Pretrans => "pretrans",
        When::Posttrans => "posttrans",
        When::FileTriggerIn => "filetriggerin",
        When::TransFileTriggerIn => "transfiletriggerin",
        When::TriggerIn => "triggerin",
    }
}
