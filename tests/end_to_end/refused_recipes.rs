//! Recipes, requests and locks that cannot be answered.

use std::fs;

use drydock::testbed::{Spec, make};

use super::world::{Site, made};

#[test]
fn an_unknown_key() {
    let site = Site::new();
    site.recipe("\"jq\"", "instal = [\"m4\"]\n");
    let outcome = site.build_everywhere(&[]).refused(2, &["recipe.toml:6:1", "\"instal\"", "[packages]"]);
    assert!(outcome.stderr.contains("did you mean \"install\"?"), "{}", outcome.stderr);
}

#[test]
fn a_recipe_that_is_no_toml() {
    let site = Site::new();
    site.recipe("\"jq\"", "docs = maybe\n");
    site.build_everywhere(&[]).refused(2, &["recipe.toml:6:8"]);
}

#[test]
fn an_undefined_variable() {
    let site = Site::new();
    site.recipe("\"jq-${kernal}\"", "[vars]\nkernel = \"4.18.0-305.40.1.el8_4\"\n");
    site.build_everywhere(&[])
        .refused(2, &["recipe.toml:5:", "undefined variable \"kernal\"", "did you mean \"kernel\"?"]);
}

#[test]
fn a_missing_recipe() {
    let site = Site::new();
    site.drydock(&["build", "driver-tolkit"]).refused(2, &["driver-tolkit", "driver-toolkit"]);
}

#[test]
fn a_base_by_tag() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let call = site.build_everywhere(&[]).and(&["--base", "registry.example/ubi8/ubi:8.4"]);
    call.refused(2, &["registry.example/ubi8/ubi:8.4", "@sha256:"]);
}

#[test]
fn an_architecture_the_base_does_not_have() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site
        .build_everywhere(&[])
        .and(&["--arch", "x86_64,s390x"])
        .refused(2, &["s390x", "registry.example/ubi8/ubi@sha256:", "linux/amd64", "linux/arm64"]);
    assert!(outcome.hint().contains("--arch"), "{}", outcome.stderr);
}

#[test]
fn an_architecture_nobody_knows() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build().and(&["--arch", "x86-64"]).run();
    assert!(outcome.code == 2 && outcome.stderr.contains("x86_64"), "{outcome:?}");
}

#[test]
fn a_spec_that_no_repository_has() {
    let site = Site::new();
    site.recipe("\"diffutil\"", "");
    let outcome = site.build_everywhere(&[]).refused(3, &["diffutil"]);
    assert!(outcome.hint().contains("did you mean diffutils"), "{}", outcome.stderr);
    assert!(!site.path("drydock.lock").exists());
}

#[test]
fn a_request_nothing_satisfies() {
    let site = Site::new();
    site.recipe("\"front\"", "");
    let packages = made(&[
        Spec::new("front-1-1.x86_64").requires(["middle >= 2"]),
        Spec::new("middle-2-1.x86_64").requires(["nowhere(1)"]),
    ]);
    let names = ["front-1-1.x86_64", "middle", "nowhere(1)"];
    let outcome = site.build_everywhere(&packages).refused(3, &names);
    assert!(outcome.stderr.lines().count() >= 4, "a tree has branches:\n{}", outcome.stderr);
    assert!(!site.path("drydock.lock").exists());
}

#[test]
fn packages_that_conflict_by_name() {
    let site = Site::new();
    site.recipe("\"this\", \"that\"", "");
    let packages = made(&[Spec::new("this-1-1.x86_64").conflicts(&["that"]), Spec::new("that-1-1.x86_64")]);
    site.build_everywhere(&packages).refused(3, &["this-1-1.x86_64", "that-1-1.x86_64"]);
}

#[test]
fn a_tag_that_is_no_reference() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let call = site.build().and(&["--push", "--tag", "registry.example/Made:1"]);
    call.refused(2, &["registry.example/Made:1"]);
}

#[test]
fn flags_that_do_not_go_together() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build().and(&["--tag", "registry.example/made:1"]).refused(2, &["--tag", "--push"]);
    assert!(outcome.hint().contains("--push"));
    site.build().and(&["--push"]).refused(2, &["--push", "--tag"]);
    site.build().env("SOURCE_DATE_EPOCH", "yesterday").refused(2, &["SOURCE_DATE_EPOCH", "yesterday"]);
}

#[test]
fn no_repository_at_all() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    let outcome = site.build().without("--repo").refused(2, &["x86_64", "repository"]);
    assert!(outcome.hint().contains("--repo"));
}

/// What is wrong is told as JSON too, with the same code.
#[test]
fn errors_as_json() {
    let site = Site::new();
    site.recipe("\"diffutil\"", "");
    let outcome = site.build().and(&["--format", "json"]).run();
    let error: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON on standard output");
    assert_eq!((outcome.code, &error["exit_code"], &error["class"]), (3, &3.into(), &"unsatisfiable".into()));
    assert!(error["hint"].as_str().is_some_and(|h| h.contains("diffutils")), "{error}");
}

#[test]
fn a_file_of_the_recipe_that_is_not_there() {
    let site = Site::new();
    site.recipe("\"jq\"", "[[files]]\npath = \"/etc/x\"\nsource = \"missing.conf\"\n");
    site.build_everywhere(&[]).refused(2, &["missing.conf"]);
    site.recipe("\"jq\"", "[[trees]]\nfrom = \"missing-tree\"\nto = \"/\"\n");
    site.build_everywhere(&[]).refused(2, &["missing-tree"]);
}

/// A user whose number somebody else has.
#[test]
fn a_user_that_is_taken() {
    let site = Site::new();
    site.recipe("\"jq\"", "[[users]]\nname = \"builder\"\nuid = 2\n");
    let outcome = site.build_everywhere(&[]).refused(2, &["builder", "2"]);
    assert!(outcome.stderr.contains("daemon"), "{}", outcome.stderr);
}

#[test]
fn a_resolve_that_fails_prints_nothing_to_standard_output() {
    let site = Site::new();
    let url = site.repository("more", &[make(&Spec::new("front-1-1.x86_64").requires(["nowhere"]))]);
    let call = site.drydock(&["resolve", "front", "--repo", &format!("more={url}"), "--arch", "x86_64"]);
    let outcome = call
        .and(&["--entitlement", "client.pem,client-key.pem", "--cacert", "ca.pem"])
        .refused(3, &["front", "nowhere"]);
    assert!(outcome.stdout.is_empty());
    assert!(fs::read_dir(site.path("out")).expect("it is there").next().is_none());
}
