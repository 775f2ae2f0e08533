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
