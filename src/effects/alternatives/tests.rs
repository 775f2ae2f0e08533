//! Against what chkconfig's own program said and left (`fixtures/alternatives`), and dpkg's files.

use std::fmt::Write;

use crate::effects::process::testing::Image;

const EXPECTED: &str = include_str!("../../../fixtures/alternatives/expected.txt");

fn fresh() -> Image {
    let image = Image::new().programs(&["alternatives"]).directory("usr/share/man");
    let image = image.directory("etc/alternatives").directory("var/lib/alternatives");
    (1..=4).fold(image, |image, i| image.file(&format!("opt/p{i}"), &format!("{i}\n"), 0o755))
}

/// The links, then the state files, as `make.sh` writes them.
fn left(image: &mut Image) -> String {
    let (mut links, mut states) = (String::new(), String::new());
    let files: Vec<_> = image.fs.iter().map(|(path, _, node)| (path.clone(), node.clone())).collect();
    for (path, node) in files {
        let name = path.to_string();
        let name = name.trim_start_matches('/');
        let kept = ["usr/", "etc/", "var/"].iter().any(|dir| name.starts_with(dir));
        match node.kind {
            crate::rootfs::Kind::Symlink(target) if kept => {
                let _ = writeln!(links, "| {name} -> {}", String::from_utf8_lossy(&target));
            }
            crate::rootfs::Kind::File { .. } if kept && name != "usr/bin/alternatives" => {
                let _ = writeln!(links, "| {name}");
                if let Some(short) = name.strip_prefix("var/lib/alternatives/") {
                    let _ = writeln!(states, "| == {short} {:o}", node.metadata.mode);
                    let text = image.text(name).expect("it is there");
                    text.lines().for_each(|line| states += &format!("| {line}\n"));
                }
            }
            _ => {}
        }
    }
    links + &states
}

fn change(mut image: Image, words: &str) -> Image {
    let (what, rest) = words.split_once(' ').expect("a path");
    let (path, value) = rest.split_once(' ').unwrap_or((rest, ""));
    let at = crate::terms::RootPath::new(path).expect("a path");
    match what {
        "file" => image.file(path, &value.replace("\\n", "\n"), 0o644),
        "link" => image.symlink(path, value),
        "mkdir" => image.directory(path),
        _ => {
            assert!(image.fs.remove(&at), "{path}");
            image
        }
    }
}

#[test]
fn every_scenario_is_chkconfigs() {
    let mut image = fresh();
    let mut out = String::new();
    for line in EXPECTED.lines() {
        if line.starts_with("# ") {
            let _ = writeln!(out, "\n{line}");
            image = fresh();
        } else if let Some(words) = line.strip_prefix("% ") {
            let _ = writeln!(out, "{line}");
            image = change(image, words);
        } else if let Some(words) = line.strip_prefix("$ ") {
            let _ = writeln!(out, "{line}");
            let ran = image.run(&words.split(' ').collect::<Vec<_>>(), "");
            // How it is used is told in words of our own.
            let said = if ran.out.contains("usage: ") { "usage" } else { &ran.out };
            said.lines().for_each(|l| out += &format!("> {l}\n"));
            ran.err.lines().for_each(|l| out += &format!("! {l}\n"));
            let _ = writeln!(out, "= {}", ran.status.0);
            out += &left(&mut image);
        }
    }
    for (n, (ours, theirs)) in out.lines().zip(EXPECTED.lines()).enumerate() {
        let context: Vec<&str> = out.lines().skip(n.saturating_sub(12)).take(16).collect();
        assert_eq!(ours, theirs, "line {}, in\n{}", n + 1, context.join("\n"));
    }
    assert_eq!(out.lines().count(), EXPECTED.lines().count());
}

#[test]
fn dpkgs_files_stay_dpkgs() {
    let text = "auto\n/usr/bin/awk\nawk.1\n/usr/share/man/awk.1\nnawk\n/usr/bin/nawk\n\n\
        /opt/p2\n5\n/opt/p4\n/opt/p2\n\n";
    let mut image = fresh().file("var/lib/alternatives/awk", text, 0o644);
    image = image.symlink("etc/alternatives/awk", "/opt/p2").symlink("usr/bin/awk", "/etc/alternatives/awk");
    let args = [
        "alternatives",
        "--install",
        "/usr/bin/awk",
        "awk",
        "/opt/p1",
        "10",
        "--slave",
        "/usr/bin/nawk",
        "nawk",
        "/opt/p1",
    ];
    assert_eq!(image.run(&args, "").status.0, 0);
    let expected = "auto\n/usr/bin/awk\nawk.1\n/usr/share/man/awk.1\nnawk\n/usr/bin/nawk\n\n\
        /opt/p1\n10\n\n/opt/p1\n/opt/p2\n5\n/opt/p4\n/opt/p2\n\n";
    assert_eq!(image.text("var/lib/alternatives/awk").as_deref(), Some(expected));
    let quiet = ["alternatives", "--quiet", "--log", "/dev/null", "--install", "/usr/bin/ld", "ld", "/opt/p3", "50"];
    assert_eq!(image.run(&quiet, "").status.0, 0);
    assert_eq!(image.text("var/lib/alternatives/ld").as_deref(), Some("auto\n/usr/bin/ld\n\n/opt/p3\n50\n\n"));
}
