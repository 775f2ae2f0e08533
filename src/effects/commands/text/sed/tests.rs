use crate::effects::process::{Status, testing::Image};

fn sed(args: &[&str], input: &str) -> String {
    let mut image = Image::new().programs(&["sed"]);
    let ran = image.run(&[&["sed"], args].concat(), input);
    if ran.status == Status::SUCCESS { ran.out } else { format!("{}{}: {}", ran.out, ran.status.0, ran.err) }
}

#[test]
fn scripts_do_what_they_do_elsewhere() {
    let numbers = "1\n2\n3\n4\n5\n";
    for (script, expected) in [
        ("2,4d", "1\n5\n"),
        ("0~2d", "1\n3\n5\n"),
        ("2,~4!d", "2\n3\n4\n"),
        ("$!N;s/\\n/ /", "1 2\n3 4\n5\n"),
        ("1!G;h;$!d", "5\n4\n3\n2\n1\n"),
        (":a;N;$!ba;s/\\n/,/g", "1,2,3,4,5\n"),
        ("2q", "1\n2\n"),
        ("0,/1/d", "2\n3\n4\n5\n"),
        ("1,/1/d", ""),
        ("2i\\  in\\\nner\n2a after\n3,4c\\\nchanged", "1\n  in\nner\n2\nafter\nchanged\n5\n"),
        ("y/123/\\nab/;3,$d", "\n\na\n"),
        ("$!{$!N};P;D", "1\n2\n3\n4\n5\n"),
        ("/2/,/3/{//!d}", "1\n2\n3\n4\n5\n"),
        ("2{s/2/x/;tx;d;:x;s/x/<&>/}", "1\n<x>\n3\n4\n5\n"),
    ] {
        assert_eq!(sed(&[script], numbers), expected, "{script}");
    }
}

#[test]
fn replacements_have_cases_and_groups() {
    for (script, input, expected) in [
        (r"s/\(a\)\(b*\)/\u\1[\U\2c\Ed&]/", "abbe", "A[BBCdabb]e"),
        ("s/a*/x/g", "baaac", "xbxcx"),
        ("s/a/<&>/2g", "aaa", "a<a><a>"),
        (r"s,/\?b\,,\t&\&,", "a/b,", "a\t/b,&"),
        (r"s/x\|y/\n/", "ayb", "a\nb"),
        ("s/[/]/-/", "a/b", "a-b"),
        ("s/B/x/I;s//y/", "abb", "axy"),
    ] {
        assert_eq!(sed(&[script], &format!("{input}\n")), format!("{expected}\n"), "{script}");
    }
    assert_eq!(sed(&["-E", "s/(^|,)x(,|$)/\\1y\\2/"], "x,b\n"), "y,b\n");
    assert_eq!(sed(&["-n", "s/a/b/p"], "a"), "b");
    assert_eq!(sed(&["-z", "s/\\n/,/g"], "a\nb\n"), "a,b,");
}

#[test]
fn bad_scripts_are_told() {
    for (script, message) in [
        ("k", "1: sed: -e expression #1, char 1: unknown command: `k'\n"),
        ("s/a/b", "1: sed: -e expression #1, char 5: unterminated `s' command\n"),
        ("p;{p", "1: sed: -e expression #1, char 0: unmatched `{'\n"),
        ("y/a/bc/", "1: sed: -e expression #1, char 7: strings for `y' command are different lengths\n"),
    ] {
        assert_eq!(sed(&[script], ""), message);
    }
    assert_eq!(sed(&["p", "/absent"], ""), "2: sed: can't read /absent: No such file or directory\n");
}

#[test]
fn files_are_replaced_by_new_ones() {
    let image = Image::new().programs(&["sed"]).file("etc/a", "one\n", 0o600).symlink("etc/link", "a");
    let mut image = image.file("etc/hard", "h\n", 0o644);
    image.process(|p| p.link(b"/etc/hard", b"/etc/hard2")).unwrap();
    assert_eq!(image.run(&["sed", "-i.bak", "s/one/two/", "/etc/a"], "").status, Status::SUCCESS);
    assert_eq!((image.text("etc/a").as_deref(), image.text("etc/a.bak").as_deref()), (Some("two\n"), Some("one\n")));
    assert_eq!(image.process(|p| p.stat(b"/etc/a").unwrap().mode), 0o600);
    image.run(&["sed", "-i", "--follow-symlinks", "s/two/three/", "/etc/link"], "");
    assert_eq!(image.text("etc/a").as_deref(), Some("three\n"));
    image.run(&["sed", "-i", "s/three/four/", "/etc/link"], "");
    assert!(image.process(|p| p.lstat(b"/etc/link").unwrap().is_file()));
    image.run(&["sed", "-i", "s/h/i/", "/etc/hard"], "");
    assert_eq!(image.text("etc/hard2").as_deref(), Some("h\n"));
}

#[test]
fn loops_are_stopped() {
    let mut image = Image::new().programs(&["sed"]);
    assert_eq!(image.run(&["sed", ":a;ba"], "x\n").status, Status::STOPPED);
    assert_eq!(image.run(&["sed", ":a;s/x/xx/g;ta"], "x\n").status, Status::STOPPED);
}
