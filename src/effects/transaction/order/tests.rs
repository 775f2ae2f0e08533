//! The cases of rpm's `tests/rpmorder.at` that matter, and ties.

use super::*;
use crate::{
    formats::rpm::PackageHead,
    testbed::{Spec, When, make},
};

/// The order of packages given so, by name.
fn order(specs: &[Spec], direction: Direction, version: &str) -> String {
    let heads: Vec<_> =
        specs.iter().map(|s| PackageHead::read(&mut &make(s).bytes[..]).expect("a package").main).collect();
    let files: Vec<_> = heads.iter().map(|h| h.files().expect("files")).collect();
    let elements: Vec<_> = heads.iter().zip(&files).map(|(header, files)| Element { header, files }).collect();
    let dialect = Dialect::of(&version.parse().expect("a version"));
    let places = transaction_order(&elements, direction, &dialect).expect("headers");
    places.iter().map(|&p| specs[p].nevra.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn spec(name: &str) -> Spec {
    Spec::new(&format!("{name}-1-1.noarch"))
}

fn needs(name: &str, requires: &[&str]) -> Spec {
    spec(name).requires(requires.iter().copied())
}

fn install(specs: &[Spec]) -> String {
    order(specs, Direction::Install, "4.18")
}

#[test]
fn what_others_need_comes_first_and_erasure_is_the_other_way_round() {
    let specs = || vec![needs("a", &["b"]), needs("b", &["c >= 1"]), spec("c")];
    assert_eq!(install(&specs()), "c b a");
    assert_eq!(order(&specs(), Direction::Erase, "4.18"), "a b c");
}

#[test]
fn of_equals_the_last_given_comes_first() {
    assert_eq!(install(&[spec("a"), spec("b"), spec("c")]), "c b a");
    assert_eq!(install(&[spec("a"), spec("b"), needs("c", &["a"])]), "a c b");
}

#[test]
fn parts_of_rich_requirements_order() {
    let rich = |text: &str| install(&[needs("a", &[text]), spec("b"), spec("c"), spec("d")]);
    assert_eq!(rich("(b or c)"), "c b a d");
    assert_eq!(rich("(b if c else d)"), "b a d c");
    assert_eq!(rich("(b with c)"), "b a d c");
}

#[test]
fn weak_requirements_order_too() {
    let specs = || {
        let mut supplements = spec("c");
        supplements.supplements = vec!["a".to_owned()];
        vec![spec("a").recommends(&["b"]), spec("b"), supplements]
    };
    // What supplements something comes before it: rpm takes the relation as reversed.
    assert_eq!(order(&specs(), Direction::Install, "4.16.1"), "c b a");
    assert_eq!(order(&specs(), Direction::Install, "4.20"), "c b a");
}

#[test]
fn circles_break_where_no_scriptlet_is_hurt() {
    // %post of b needs a; a merely needs c, and c merely b.
    let b = spec("b").requires_for(When::Post, &["a"]);
    assert_eq!(install(&[needs("a", &["c"]), b, needs("c", &["b"])]), "c a b");
    let self_sufficient = [needs("a", &["b"]), needs("b", &["a"]), needs("d", &["a"])];
    assert_eq!(install(&self_sufficient), "b a d");
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    let specs: Vec<_> = (0..3000).map(|i| needs(&format!("p{i}"), &[&format!("p{}", (i + 1) % 3000)])).collect();
    assert_eq!(install(&specs).split(' ').count(), 3000);
}
