use crate::effects::process::{Status, testing::Image};

const PATCH: &str = "--- a/etc/conf\n+++ b/etc/conf\n@@ -1,4 +1,4 @@\n one\n-two\n+TWO\n three\n four\n";

fn image(text: &str) -> Image {
    Image::new().programs(&["patch"]).file("etc/conf", text, 0o600)
}

#[test]
fn hunks_are_applied_where_they_fit() {
    for (text, expected, out) in [
        ("one\ntwo\nthree\nfour\n", "one\nTWO\nthree\nfour\n", "patching file etc/conf\n"),
        (
            "zero\none\ntwo\nthree\nfour\n",
            "zero\none\nTWO\nthree\nfour\n",
            "patching file etc/conf\nHunk #1 succeeded at 2 with fuzz 1 (offset 1 line).\n",
        ),
    ] {
        let mut image = image(text);
        let ran = image.run(&["patch", "-p1"], PATCH);
        assert_eq!((ran.status, image.text("etc/conf").as_deref()), (Status::SUCCESS, Some(expected)), "{}", ran.out);
        assert_eq!(ran.out, out);
        assert_eq!(image.process(|p| p.stat(b"/etc/conf").unwrap().mode), 0o600);
    }
}

#[test]
fn what_does_not_fit_is_rejected() {
    let mut image = image("other\n");
    let ran = image.run(&["patch", "-p1", "-N"], PATCH);
    assert_eq!(ran.status, Status::FAILURE, "{}", ran.out);
    assert!(image.text("etc/conf.rej").unwrap().contains("-two\n+TWO\n"));
    assert_eq!(image.text("etc/conf").as_deref(), Some("other\n"));
}

#[test]
fn files_come_and_go() {
    let mut image = image("x\n");
    let create = "--- /dev/null\n+++ b/etc/new/file\n@@ -0,0 +1 @@\n+text\n";
    assert_eq!(image.run(&["patch", "-p1"], create).status, Status::SUCCESS);
    assert_eq!(image.text("etc/new/file").as_deref(), Some("text\n"));
    assert_eq!(image.run(&["patch", "-R", "-p1"], create).status, Status::SUCCESS);
    assert_eq!(image.text("etc/new/file"), None);
    assert_eq!(
        image.run(&["patch", "-p1"], "--- a/../../x\n+++ b/../../x\n@@ -0,0 +1 @@\n+x\n").status,
        Status::FAILURE
    );
}
