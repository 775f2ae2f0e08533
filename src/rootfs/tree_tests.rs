use super::*;

fn p(s: &str) -> RootPath {
    RootPath::new(s).expect("a valid path")
}

fn node(kind: Kind) -> Node {
    Node { kind, metadata: Metadata::of_root(0o755, 0), origin: Origin::Base }
}

fn tree(entries: &[(&str, Option<&str>)]) -> Rootfs {
    let mut fs = Rootfs::new();
    for (path, link) in entries {
        let kind = link.map_or(Kind::Directory, |t| Kind::Symlink(t.as_bytes().to_vec()));
        fs.insert(p(path), node(kind));
    }
    fs
}

#[test]
fn parents_are_walked_as_the_kernel_walks_them() {
    let fs = tree(&[
        ("usr", None),
        ("usr/lib", None),
        ("lib", Some("usr/lib")),
        ("abs", Some("/usr")),
        ("up", Some("../../usr/./lib")),
        ("loop", Some("loop2")),
        ("loop2", Some("/loop")),
        ("usr/lib/back", Some("../../abs")),
    ]);
    for (from, to) in [
        ("lib/modules/x", "usr/lib/modules/x"),
        ("abs/lib/y", "usr/lib/y"),
        ("up/z", "usr/lib/z"),
        ("lib/back/w", "usr/w"),
        ("lib", "lib"),
    ] {
        assert_eq!(fs.resolve(&p(from)).expect(from).path, p(to), "{from}");
    }
    assert_eq!(fs.follow(&p("lib")).expect("a link"), Resolution { path: p("usr/lib"), exists: true });
    assert!(matches!(fs.resolve(&p("loop/x")), Err(TreeError::Loop { .. })));
}

#[test]
fn replacing_takes_children_along_only_where_a_directory_ends() {
    let mut fs = tree(&[("a", None), ("a/b", None), ("a/b/c", None), ("a-b", None)]);
    fs.insert(p("a"), node(Kind::Directory));
    assert_eq!(fs.len(), 5);
    fs.insert(p("a"), node(Kind::Symlink(b"a-b".to_vec())));
    assert_eq!(fs.iter().map(|(p, ..)| p.to_string()).collect::<Vec<_>>(), ["/", "/a", "/a-b"]);
    assert!(!fs.remove(&RootPath::root()));
}

#[test]
fn hardlinks_share_one_leaf() {
    let mut fs = Rootfs::new();
    fs.insert(p("x"), node(Kind::File { size: 1, content: Content::Inline(b"1".to_vec().into()) }));
    fs.link(p("y"), &p("x")).expect("x is there");
    fs.get_mut(&p("x")).expect("x").metadata.mode = 0o600;
    assert_eq!(fs.get(&p("y")).expect("y").metadata.mode, 0o600);
    fs.remove(&p("x"));
    assert!(fs.get(&p("y")).is_some());
    assert!(fs.link(p("z"), &p("x")).is_err());
}

#[test]
fn missing_parents_are_made_and_files_are_not_walked_through() {
    let mut fs = Rootfs::new();
    fs.insert(p("f"), node(Kind::File { size: 0, content: Content::Inline(Vec::new().into()) }));
    fs.parents(&p("a/b/c"), &Metadata::of_root(0o755, 7), Origin::Effect).expect("nothing in the way");
    assert_eq!(fs.get(&p("a/b")).expect("made").metadata.mtime, 7);
    assert!(matches!(
        fs.parents(&p("f/x"), &Metadata::of_root(0o755, 7), Origin::Effect),
        Err(TreeError::NotADirectory { .. })
    ));
    assert!(matches!(fs.resolve(&p("f/x")), Err(TreeError::NotADirectory { .. })));
}
