//! One test per kind of difference.

use super::*;
use crate::rootfs::dump;

const LAYERS: [&[u8]; 3] = [b"base", b"mine", b"yours"];

fn layers(which: [usize; 2]) -> [DiffId; 2] {
    which.map(|i| DiffId(Digest::of(LAYERS[i])))
}

/// The aspects and changes between two trees on a common layer 0 with a layer 1 each of their own. Content of entry N of
/// layer 1 is the digest of `N % 10`, so entries 1 and 11 hold the same.
fn changes_with(old: &str, new: &str, times: bool) -> Vec<(String, Change)> {
    let (a, b) = (dump::parse(old).expect("old"), dump::parse(new).expect("new"));
    let (mine, yours) = (layers([0, 1]), layers([0, 2]));
    let (old, new) = (Side { tree: &a, layers: &mine }, Side { tree: &b, layers: &yours });
    let mut digests = Digests::new();
    for (layer, ordinals) in unsure(old, new) {
        digests.extend(ordinals.into_iter().map(|n| ((layer, n), Digest::of(&[(n % 10) as u8]))));
    }
    differences(old, new, &digests, times).into_iter().map(|d| (d.path.to_string(), d.change)).collect()
}

fn changes(old: &str, new: &str) -> Vec<(String, Change)> {
    changes_with(old, new, false)
}

/// What a change of one path `/x` from one line to another comes to.
fn aspects(old: &str, new: &str) -> Vec<Aspect> {
    match changes(&format!("/x {old}\n"), &format!("/x {new}\n")).as_slice() {
        [] => vec![],
        [(path, Change::Changed(_, aspects))] if path == "/x" => aspects.clone(),
        other => panic!("{other:?}"),
    }
}

fn links(names: &[&str]) -> Links {
    Links { count: names.len(), names: names.iter().map(|n| RootPath::new(n).expect("valid")).collect() }
}

#[test]
fn what_only_one_has() {
    let old = "/a dir 0755 0:0 0\n/a/x file 0644 0:0 0 1 base:0:1\n/b symlink 0777 0:0 0 a\n";
    let new = "/b symlink 0777 0:0 0 a\n/c fifo 0600 0:0 0\n";
    assert_eq!(
        changes(old, new),
        [
            ("/a".into(), Change::Removed("dir")),
            ("/a/x".into(), Change::Removed("file")),
            ("/c".into(), Change::Added("fifo")),
        ]
    );
}

#[test]
fn metadata() {
    assert_eq!(aspects("dir 0755 0:0 0", "dir 1777 0:0 0"), [Aspect::Mode(0o755, 0o1777)]);
    assert_eq!(aspects("dir 0755 0:0 0", "dir 0755 7:0 0"), [Aspect::Owner(0, 7)]);
    assert_eq!(aspects("dir 0755 0:0 0", "dir 0755 0:8 0"), [Aspect::Group(0, 8)]);
    assert_eq!(aspects("symlink 0777 0:0 0 a", "symlink 0755 0:0 0 a"), []);
}

#[test]
fn times_where_asked_for() {
    let (old, new) = ("/x dir 0755 0:0 1\n", "/x dir 0755 0:0 2\n");
    assert_eq!(changes(old, new), []);
    let want = Change::Changed("dir", vec![Aspect::Time(1, 2)]);
    assert_eq!(changes_with(old, new, true), [("/x".into(), want)]);
}

#[test]
fn types_and_what_goes_with_them() {
    assert_eq!(
        aspects("file 0644 1:0 0 1 base:0:1", "symlink 0777 0:0 0 y"),
        [Aspect::Type("file", "symlink"), Aspect::Owner(1, 0)]
    );
    assert_eq!(aspects("char 0600 0:0 0 1:3", "block 0600 0:0 0 1:3"), [Aspect::Type("char", "block")]);
    assert_eq!(aspects("char 0600 0:0 0 1:3", "char 0600 0:0 0 1:5"), [Aspect::Device((1, 3), (1, 5))]);
    assert_eq!(aspects("symlink 0777 0:0 0 a", "symlink 0777 0:0 0 b"), [Aspect::Target(b"a".into(), b"b".into())]);
}

#[test]
fn contents_by_digest() {
    let file = |size, content| format!("file 0644 0:0 0 {size} base:{content}");
    let digest = |n: u8| Some(Digest::of(&[n]));
    assert_eq!(aspects(&file(3, "0:1"), &file(3, "0:1")), [], "one entry of one layer is not looked at");
    assert_eq!(aspects(&file(3, "1:1"), &file(3, "1:11")), [], "other entries, same bytes");
    assert_eq!(aspects(&file(3, "0:4"), &file(3, "1:4")), [], "a layer's copy of what is below");
    assert_eq!(aspects(&file(3, "1:1"), &file(3, "1:2")), [Aspect::Content(digest(1), digest(2))]);
    assert_eq!(aspects(&file(3, "1:1"), &file(4, "1:2")), [Aspect::Size(3, 4), Aspect::Content(digest(1), digest(2))]);
}

#[test]
fn only_what_can_differ_is_looked_at() {
    let tree = |text| dump::parse(text).expect("sound");
    let a = tree("/a file 0644 0:0 0 1 base:0:1\n/b file 0644 0:0 0 1 base:1:2\n/c file 0644 0:0 0 1 base:1:3\n");
    let b = tree("/a file 0644 0:0 0 1 base:0:1\n/b file 0644 0:0 0 1 base:1:7\n/d file 0644 0:0 0 1 base:1:3\n");
    let (mine, yours) = (layers([0, 1]), layers([0, 2]));
    let entries = unsure(Side { tree: &a, layers: &mine }, Side { tree: &b, layers: &yours });
    assert_eq!(entries, Entries::from([(mine[1], BTreeSet::from([2])), (yours[1], BTreeSet::from([7]))]));
    // Layers count by what they are, not by where they lie.
    let swapped = [mine[1], mine[0]];
    let c = tree("/b file 0644 0:0 0 1 base:0:2\n");
    assert!(unsure(Side { tree: &a, layers: &mine }, Side { tree: &c, layers: &swapped }).is_empty());
}

#[test]
fn attributes_by_name() {
    assert_eq!(
        aspects("dir 0755 0:0 0 security.capability=01 user.a=00", "dir 0755 0:0 0 security.capability=02 user.b=00"),
        [
            Aspect::Attribute("security.capability".into(), Some(vec![1]), Some(vec![2])),
            Aspect::Attribute("user.a".into(), Some(vec![0]), None),
            Aspect::Attribute("user.b".into(), None, Some(vec![0])),
        ]
    );
}

#[test]
fn sets_of_hardlinks() {
    let file = |name: &str, entry| format!("/{name} file 0644 0:0 0 1 base:1:{entry}\n");
    let old = file("a", 1) + "/b hardlink /a\n/c hardlink /a\n";
    let new = file("a", 1) + "/b hardlink /a\n" + &file("c", 11);
    assert_eq!(
        changes(&old, &new),
        [
            ("/a".into(), Change::Changed("file", vec![Aspect::Links(links(&["a", "b", "c"]), links(&["a", "b"]))])),
            ("/c".into(), Change::Changed("file", vec![Aspect::Links(links(&["a", "b", "c"]), links(&["c"]))])),
        ]
    );
    let other = old.replace("0644", "0600");
    assert_eq!(
        changes(&old, &other),
        [("/a".into(), Change::Changed("file", vec![Aspect::Mode(0o644, 0o600)]))],
        "one file, one line"
    );
}

#[test]
fn a_set_of_everything_is_not_listed_for_each_of_its_names() {
    let (mut old, mut new) = (String::from("/0 file 0644 0:0 0 1 base:0:1\n"), String::new());
    for n in 0..5000 {
        old += &format!("/f{n} hardlink /0\n");
        new += &format!("/f{n} file 0644 0:0 0 1 base:0:1\n");
    }
    let found = changes(&old, &new);
    assert_eq!(found.len(), 5001);
    let Change::Changed(_, aspects) = &found[1].1 else { panic!("{:?}", found[1]) };
    let [Aspect::Links(was, is)] = aspects.as_slice() else { panic!("{aspects:?}") };
    assert_eq!((was.count, was.names.len(), is.count), (5001, LISTED_NAMES, 1));
}
