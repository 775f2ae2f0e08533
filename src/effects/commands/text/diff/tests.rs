use crate::effects::process::testing::Image;

fn image() -> Image {
    let image =
        Image::new().programs(&["diff"]).file("etc/a", "1\n2\n3\n4\n", 0o644).file("etc/b", "1\n3\nx\n4\n5", 0o644);
    image.file("d/one/same", "s\n", 0o644).file("d/one/only", "", 0o644).file("d/two/same", "S \n", 0o644)
}

fn diff(line: &str) -> (u8, String) {
    let args: Vec<_> = line.split(' ').collect();
    let ran = image().run(&args, "");
    (ran.status.0, ran.out)
}

#[test]
fn differences_are_written() {
    let normal = "2d1\n< 2\n3a3\n> x\n4a5\n> 5\n\\ No newline at end of file\n";
    let unified = "--- A\n+++ B\n@@ -1,4 +1,5 @@\n 1\n-2\n 3\n+x\n 4\n+5\n\\ No newline at end of file\n";
    for (line, status, out) in [
        ("diff /etc/a /etc/b", 1, normal),
        ("diff -u --label A --label B /etc/a /etc/b", 1, unified),
        ("diff -q /etc/a /etc/b", 1, "Files /etc/a and /etc/b differ\n"),
        ("diff /etc/a /etc/a", 0, ""),
        ("diff -r /d/one /d/two", 1, "Only in /d/one: only\ndiff -r /d/one/same /d/two/same\n1c1\n< s\n---\n> S \n"),
        ("diff -rqNib /d/one /d/two", 0, ""),
        ("diff /etc/a /none", 2, ""),
    ] {
        assert_eq!(diff(line), (status, out.to_owned()), "{line}");
    }
}
