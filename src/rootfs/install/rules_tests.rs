//! One test a rule; `tests/conformance/rules` has them, and many more, against rpm itself.

use super::tests::*;
use crate::{
    formats::rpm::flags,
    rootfs::{Metadata, Node},
    terms::Fault as _,
};

use super::*;

/// A base with one package that goes for another of its name.
fn upgrade(tree: &[(&str, &str)], old: Vec<FileEntry>) -> Case {
    let mut case = Case::on(base(tree));
    case.installed = vec![package("a", old)];
    case.leaving = vec![0];
    case
}

fn refusal(case: &mut Case, packages: Vec<PackageFiles>) -> String {
    let error = case.run(packages).expect_err("a refusal");
    assert_eq!(error.class().exit_code(), 3, "{error}");
    error.to_string()
}

#[test]
fn a_directory_that_a_package_had_becomes_nothing_else() {
    let mut case = upgrade(&[("d/", ""), ("d/f", "o")], vec![dir("/d"), file("/d/f", "o")]);
    let said = refusal(&mut case, vec![package("a", vec![link("/d", "e"), dir("/e")])]);
    assert!(said.starts_with("file /d conflicts between a-1-1.x86_64 and a-1-1.x86_64"), "{said}");
    assert_eq!(case.content("d/f"), "o", "nothing was touched");
    // As %pretrans would have left it.
    let mut case = upgrade(&[("e/", ""), ("d", "-> e")], vec![dir("/d"), file("/d/f", "o")]);
    case.run(vec![package("a", vec![link("/d", "e"), dir("/e")])]).expect("upgrades");
}

#[test]
fn a_link_to_a_directory_does_not_become_one_and_a_file_does() {
    let mut case = upgrade(&[("e/", ""), ("d", "-> e")], vec![link("/d", "e")]);
    assert!(refusal(&mut case, vec![package("a", vec![dir("/d")])]).contains("/d conflicts"));
    let mut case = upgrade(&[("d", "o")], vec![file("/d", "o")]);
    case.run(vec![package("a", vec![dir("/d"), file("/d/f", "n")])]).expect("upgrades");
    assert_eq!(case.content("d/f"), "package 0 file 1");
}

#[test]
fn directories_of_two_packages_are_alike() {
    let private = || FileEntry { mode: 0o040_700, ..dir("/d") };
    let mut case = Case::on(base(&[]));
    case.run(vec![package("a", vec![dir("/d")]), package("b", vec![dir("/d")])]).expect("shared");
    let said = refusal(&mut case, vec![package("a", vec![dir("/d")]), package("b", vec![private()])]);
    assert!(said.contains("file /d conflicts between b-1-1.x86_64 and a-1-1.x86_64"), "{said}");
    case.installed = vec![package("a", vec![dir("/d")])];
    assert!(refusal(&mut case, vec![package("b", vec![private()])]).contains("/d conflicts"));
}

#[test]
fn links_of_strangers_are_not_followed() {
    let mut case = Case::on(base(&[("e/", ""), ("d", "-> e")]));
    case.fs.get_mut(&p("d")).expect("a link").metadata.uid = 5;
    let error = case.run(vec![package("a", vec![file("/d/f", "n")])]).expect_err("a stranger's");
    assert_eq!(error.class().exit_code(), 4);
    assert!(error.to_string().contains("the symbolic link /d belongs neither to root"), "{error}");
    // A directory takes such a link's place, and follows one of the target's owner.
    case.run(vec![package("a", vec![dir("/d")])]).expect("replaced");
    assert!(case.fs.get(&p("d")).is_some_and(Node::is_directory));
    let mut case = Case::on(base(&[("e/", ""), ("d", "-> e")]));
    for path in ["d", "e"] {
        case.fs.get_mut(&p(path)).expect("there").metadata.uid = 5;
    }
    case.run(vec![package("a", vec![dir("/d")])]).expect("followed");
    assert_eq!(case.fs.get(&p("e")).map(|n| n.metadata.uid), Some(0));
    assert!(case.fs.get(&p("d")).is_some_and(|n| !n.is_directory()));
}

#[test]
fn a_link_and_what_is_below_it_are_one_path_in_one_transaction() {
    let merge = || package("fs", vec![dir("/usr"), dir("/usr/lib"), link("/lib", "usr/lib")]);
    let shared = vec![merge(), package("a", vec![file("/lib/x", "n")]), package("b", vec![file("/usr/lib/x", "n")])];
    Case::on(base(&[])).run(shared).expect("shared");
    let other = vec![merge(), package("a", vec![file("/lib/x", "n")]), package("b", vec![file("/usr/lib/x", "o")])];
    assert!(refusal(&mut Case::on(base(&[])), other).contains("file /usr/lib/x conflicts"));
}

#[test]
fn ghosts_that_are_configuration_are_never_touched() {
    let ghost = |path: &str, more: u32| FileEntry { flags: flags::GHOST | more, ..file(path, "") };
    let files = || vec![ghost("/c", flags::CONFIG), ghost("/g", 0)];
    let mut case = upgrade(&[("c", "m"), ("g", "m")], files());
    case.run(Vec::new()).expect("erased");
    assert!(case.has("c") && !case.has("g") && !case.has("c.rpmsave"));
}

#[test]
fn a_missing_configuration_file_comes_back_unless_it_may_be_missing() {
    let old = || vec![config("/c", "o", 0), config("/d", "o", flags::MISSINGOK)];
    let mut case = upgrade(&[], old());
    case.run(vec![package("a", old())]).expect("upgrades");
    assert!(case.has("c") && !case.has("d"));
}

#[test]
fn what_is_put_aside_may_be_a_directory() {
    let mut case = Case::on(base(&[("c/", ""), ("c/in", "x"), ("d/", "")]));
    let files = vec![config("/c", "n", 0), config("/d", "n", flags::NOREPLACE)];
    case.run(vec![package("a", files)]).expect("installs");
    assert_eq!(case.content("c.rpmorig/in"), "x");
    assert_eq!((case.content("c"), case.content("d.rpmnew")), ("package 0 file 0".into(), "package 0 file 1".into()));
}

#[test]
fn a_touched_file_keeps_its_bytes_and_loses_capabilities() {
    let mut case = upgrade(&[("c", "n")], vec![config("/c", "o", 0)]);
    case.fs.get_mut(&p("c")).expect("there").metadata.mode = 0o4755;
    case.run(vec![package("a", vec![config("/c", "n", 0)])]).expect("installs");
    assert_eq!(case.content("c"), "n");
    assert_eq!(case.fs.get(&p("c")).map(|n| n.metadata.clone()), Some(Metadata::of_root(0o644, 5)));
}

#[test]
fn an_installed_32_bit_file_gives_way_and_a_new_one_stays_out() {
    let colored = |color, text| FileEntry { color, ..file("/bin/t", text) };
    let mut case = Case::on(base(&[("bin/t", "32")]));
    case.installed = vec![package("b", vec![colored(1, "32")])];
    let outcome = case.run(vec![package("a", vec![colored(2, "64")])]).expect("settled");
    assert_eq!(outcome.restated, [(0, 0, State::WrongColor)]);
    let mut case = Case::on(base(&[("bin/t", "64")]));
    case.installed = vec![package("b", vec![colored(2, "64")])];
    let outcome = case.run(vec![package("a", vec![colored(1, "32")])]).expect("settled");
    assert_eq!((outcome.states, case.content("bin/t")), (vec![vec![State::WrongColor]], "64".to_owned()));
    let two = vec![package("x", vec![colored(2, "one")]), package("y", vec![colored(2, "two")])];
    assert!(refusal(&mut Case::on(base(&[])), two).contains("/bin/t conflicts"));
}

#[test]
fn a_file_moves_between_packages_of_one_set() {
    let mut case = upgrade(&[("f", "o"), ("c", "m")], vec![file("/f", "o"), config("/c", "o", flags::NOREPLACE)]);
    let moved = vec![file("/f", "n"), config("/c", "n", flags::NOREPLACE)];
    case.run(vec![package("a", vec![file("/a", "n")]), package("b", moved)]).expect("upgrades");
    assert_eq!((case.content("f"), case.content("c")), ("package 1 file 0".to_owned(), "m".to_owned()));
    assert!(case.has("c.rpmnew") && !case.has("c.rpmsave"));
}

#[test]
fn of_packages_that_go_the_last_takes_a_shared_file_along() {
    let files = || vec![dir("/d"), file("/d/f", "o"), config("/d/c", "o", 0)];
    let tree = [("d/", ""), ("d/f", "o"), ("d/c", "m")];
    let mut case = upgrade(&tree, files());
    case.installed.push(package("b", files()));
    case.run(Vec::new()).expect("erased");
    assert!(case.has("d/f") && case.content("d/c") == "m", "b has them");
    let mut case = upgrade(&tree, files());
    (case.installed, case.leaving) = (vec![package("a", files()), package("b", files())], vec![0, 1]);
    case.run(Vec::new()).expect("erased");
    assert!(!case.has("d/f") && case.content("d/c.rpmsave") == "m");
}

#[test]
fn what_is_shared_over_the_network_is_left_alone() {
    let mut case = Case::on(base(&[]));
    case.policy.net_shared = vec!["/share".into()];
    let files = vec![dir("/share"), file("/share/d/f", "n"), file("/shared", "n")];
    let outcome = case.run(vec![package("a", files)]).expect("installs");
    assert_eq!(outcome.states, [[State::NetShared, State::NetShared, State::Normal]]);
    assert!(!case.has("share") && case.has("shared"));
}

#[test]
fn a_directory_goes_with_what_is_left_out_of_it_whatever_is_deeper() {
    let readme = FileEntry { flags: flags::DOC, ..file("/d/README", "n") };
    let mut case = Case::on(base(&[]));
    case.policy.docs = false;
    let outcome = case.run(vec![package("a", vec![dir("/d"), readme, file("/d/sub/f", "n")])]).expect("installs");
    assert_eq!(outcome.states, [[State::NotInstalled, State::NotInstalled, State::Normal]]);
    assert!(case.has("d/sub/f"));
}
