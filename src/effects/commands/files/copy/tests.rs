use crate::effects::process::testing::Image;

fn image() -> Image {
    Image::new()
        .programs(&["cp", "mv", "install", "ln"])
        .file("etc/passwd", "root:x:0:0::/:\nbob:x:7:8::/:\n", 0o644)
        .file("etc/group", "root:x:0:\nadm:x:4:\n", 0o644)
        .file("a", "A", 0o4750)
        .file("b", "B", 0o644)
        .file("d/f", "F", 0o644)
        .file("d/e/g", "G", 0o600)
        .symlink("d/l", "f")
        .symlink("ln", "b")
        .symlink("dang", "none")
        .directory("t")
}

/// Runs lines, and shows the statuses and what is at the names.
fn after(lines: &[&str], names: &[&str]) -> String {
    let mut image = image();
    let statuses: String = lines
        .iter()
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            image.run(&words, "").status.0.to_string()
        })
        .collect();
    let shown: Vec<_> = names.iter().map(|name| show(&mut image, name)).collect();
    format!("{statuses} {}", shown.join(" ")).trim_end().to_owned()
}

fn show(image: &mut Image, name: &str) -> String {
    let text = image.text(name);
    image.process(|p| match p.lstat(name.as_bytes()) {
        Err(_) => "-".to_owned(),
        Ok(stat) if stat.is_symlink() => {
            format!("@{}", String::from_utf8_lossy(&p.readlink(name.as_bytes()).expect("a link")))
        }
        Ok(stat) if stat.is_directory() => format!("{:o}/", stat.mode),
        Ok(stat) => format!("{}:{:o}:{}", text.unwrap_or_default(), stat.mode, p.links(&stat)),
    })
}

#[test]
fn files_are_copied() {
    for (line, names, expected) in [
        ("cp a x", &["x"][..], "0 A:750:1"),
        ("cp -p a x", &["x"], "0 A:4750:1"),
        ("cp a b", &["b"], "0 A:644:1"),
        ("cp -f a ln", &["ln", "b"], "0 @b A:644:1"),
        ("cp --remove-destination a ln", &["ln", "b"], "0 A:750:1 B:644:1"),
        ("cp a dang", &["none"], "1 -"),
        ("cp a b t", &["t/a", "t/b"], "0 A:750:1 B:644:1"),
        ("cp -t t a none b", &["t/a", "t/b"], "1 A:750:1 B:644:1"),
        ("cp -T a t", &["t/a"], "1 -"),
        ("cp ln x", &["x"], "0 B:644:1"),
        ("cp -P ln x", &["x"], "0 @b"),
        ("cp -l a x", &["x"], "0 A:4750:2"),
        ("cp -s /a x", &["x"], "0 @/a"),
        ("cp -n a b", &["b"], "0 B:644:1"),
        ("cp -u a b", &["b"], "0 B:644:1"),
        ("cp -b a b", &["b", "b~"], "0 A:750:1 B:644:1"),
        ("cp --backup=t -S x a b", &["b", "b.~1~"], "0 A:750:1 B:644:1"),
        ("cp /dev/null b", &["b"], "0 :644:1"),
        ("cp --parents d/e/g t", &["t/d", "t/d/e/g"], "0 755/ G:600:1"),
        ("cp a a", &["a"], "1 A:4750:1"),
        ("cp b ln", &["ln"], "1 @b"),
        ("cp --no-preserve=mode a x", &["x"], "0 A:644:1"),
        ("cp d x", &["x"], "1 -"),
        ("cp a b nodir", &[], "1"),
        ("cp a b b", &["b"], "1 B:644:1"),
        ("cp -q a b", &[], "1"),
    ] {
        assert_eq!(after(&[line], names), expected, "{line}");
    }
}

#[test]
fn trees_are_copied() {
    for (lines, names, expected) in [
        (&["cp -r d x"][..], &["x", "x/e/g", "x/l"][..], "0 755/ G:600:1 @f"),
        (&["cp -r d t"], &["t/d/f"], "0 F:644:1"),
        (&["cp -r d/. t/"], &["t/f", "t/l"], "0 F:644:1 @f"),
        (&["cp -rL d x"], &["x/l"], "0 F:644:1"),
        (&["ln d/f d/h", "cp -a d x"], &["x/f", "x/h"], "00 F:644:2 F:644:2"),
        (&["ln d/f d/h", "cp -r d x"], &["x/f", "x/h"], "00 F:644:1 F:644:1"),
        (&["cp -r d d/x"], &["d/x/f", "d/x/x"], "1 F:644:1 -"),
        (&["cp -r d b"], &["b"], "1 B:644:1"),
        (&["cp b t/d", "cp -r d t"], &["t/d"], "01 B:644:1"),
        (&["cp -a d x", "cp -a d/l x"], &["x/l"], "00 @f"),
    ] {
        assert_eq!(after(lines, names), expected, "{lines:?}");
    }
}

#[test]
fn contents_are_shared_not_read() {
    let mut image = image();
    assert_eq!(image.run(&["cp", "a", "x"], "").status.0, 0);
    let content = |image: &Image, name: &str| {
        let path = crate::terms::RootPath::new(name).expect("a path");
        match &image.fs.get(&path).expect("there").kind {
            crate::rootfs::Kind::File { content: crate::rootfs::Content::Inline(bytes), .. } => {
                std::sync::Arc::clone(bytes)
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(std::sync::Arc::ptr_eq(&content(&image, "a"), &content(&image, "x")));
}

#[test]
fn names_are_moved() {
    for (lines, names, expected) in [
        (&["mv a x"][..], &["a", "x"][..], "0 - A:4750:1"),
        (&["mv a b t"], &["t/a", "t/b", "b"], "0 A:4750:1 B:644:1 -"),
        (&["mv d t"], &["t/d/e/g", "d"], "0 G:600:1 -"),
        (&["mv d d/x"], &["d/f"], "1 F:644:1"),
        (&["mv -n a b"], &["a", "b"], "0 A:4750:1 B:644:1"),
        (&["mv -fT a ln"], &["a", "ln", "b"], "0 - A:4750:1 B:644:1"),
        (&["mv -b a b"], &["b", "b~"], "0 A:4750:1 B:644:1"),
        (&["mv a t/none/x"], &["a"], "1 A:4750:1"),
        (&["mv -T a t"], &["a"], "1 A:4750:1"),
        (&["mv t b"], &["b"], "1 B:644:1"),
        (&["mv -T d t"], &["d", "t/f"], "0 - F:644:1"),
        (&["cp -r d t", "mv d t"], &["d/f"], "01 F:644:1"),
        (&["mv a a"], &["a"], "1 A:4750:1"),
        (&["mv none x"], &["x"], "1 -"),
    ] {
        assert_eq!(after(lines, names), expected, "{lines:?}");
    }
}

#[test]
fn files_are_installed() {
    for (lines, names, expected) in [
        (&["install a x"][..], &["x"][..], "0 A:755:1"),
        (&["install -pm644 a ln"], &["ln", "b"], "0 A:644:1 B:644:1"),
        (&["install -Dm 0600 a x/y/z"], &["x", "x/y/z"], "0 755/ A:600:1"),
        (&["install -m 644 -t t a b"], &["t/a", "t/b"], "0 A:644:1 B:644:1"),
        (&["install -D -t x/y a b"], &["x/y/a", "x/y/b"], "0 A:755:1 B:755:1"),
        (&["install -d -m 1777 x/y t"], &["x", "x/y", "t"], "0 755/ 1777/ 1777/"),
        (&["install -o bob -g adm -m u=rwx,g=rx a x"], &["x"], "0 A:750:1"),
        (&["install -o none a x"], &["x"], "1 -"),
        (&["install d t"], &["t/d"], "1 -"),
        (&["install -b a b"], &["b", "b~"], "0 A:755:1 B:644:1"),
        (&["install /dev/null x"], &["x"], "0 :755:1"),
        (&["install a b nodir"], &[], "1"),
    ] {
        assert_eq!(after(lines, names), expected, "{lines:?}");
    }
}
