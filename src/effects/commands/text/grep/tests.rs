use crate::effects::process::{Status, testing::Image};

fn image() -> Image {
    let image = Image::new().programs(&["grep", "egrep", "fgrep"]).file("etc/a", "one\ntwo\nthree\none two\n", 0o644);
    image.file("etc/d/b.conf", "two=2\n", 0o644).file("etc/d/c.txt", "two\n", 0o644)
}

fn grep(args: &str) -> (u8, String) {
    let args: Vec<_> = args.split(' ').collect();
    let ran = image().run(&args, "in\n");
    (ran.status.0, ran.out)
}

#[test]
fn lines_are_selected_and_shown() {
    for (args, status, out) in [
        ("grep one /etc/a", 0, "one\none two\n"),
        ("grep -c two /etc/a", 0, "2\n"),
        ("grep -vn o /etc/a", 0, "3:three\n"),
        ("grep -q none /etc/a", 1, ""),
        ("grep -x two /etc/a", 0, "two\n"),
        ("grep -o [et]h* /etc/a", 0, "e\nt\nth\ne\ne\ne\nt\n"),
        ("egrep -on (o|w)+ /etc/a", 0, "1:o\n2:wo\n4:o\n4:wo\n"),
        ("fgrep -e . -e in", 0, "in\n"),
        ("grep -A1 -n one /etc/a", 0, "1:one\n2-two\n--\n4:one two\n"),
        ("grep -r two /etc/d", 0, "/etc/d/b.conf:two=2\n/etc/d/c.txt:two\n"),
        ("grep -rl --include=*.txt two /etc", 0, "/etc/d/c.txt\n"),
        ("grep -w two /etc/a /etc/d/b.conf", 0, "/etc/a:two\n/etc/a:one two\n/etc/d/b.conf:two=2\n"),
        ("grep two /etc/d", 2, ""),
        ("grep -s two /etc/a /absent", 2, "/etc/a:two\n/etc/a:one two\n"),
        ("grep -q two /etc/a /absent", 0, ""),
        ("grep [ /etc/a", 2, ""),
        ("grep -P t(?=h)\\w+ -o /etc/a", 0, "three\n"),
    ] {
        assert_eq!(grep(args), (status, out.to_owned()), "{args}");
    }
}

#[test]
fn bytes_are_told_not_shown() {
    let mut image = image().file("etc/bin", "a\0one\n", 0o644);
    let ran = image.run(&["grep", "one", "/etc/bin"], "");
    assert_eq!((ran.status, ran.err.as_str()), (Status::SUCCESS, "grep: /etc/bin: binary file matches\n"));
    assert_eq!(image.run(&["grep", "-a", "one", "/etc/bin"], "").out, "a\0one\n");
}
