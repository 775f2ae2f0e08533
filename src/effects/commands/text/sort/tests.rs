use crate::effects::process::testing::Image;

fn sorted(args: &[&str], input: &str) -> String {
    let mut image = Image::new().programs(&["sort"]);
    let ran = image.run(&[&["sort"], args].concat(), &format!("{}\n", input.replace(' ', "\n")));
    if ran.status.0 == 0 { ran.out.trim_end().replace('\n', " ") } else { format!("{}", ran.status.0) }
}

#[test]
fn lines_come_in_the_order_asked_for() {
    for (args, input, expected) in [
        (&[][..], "b a B", "B a b"),
        (&["-r", "-u"], "b a b", "b a"),
        (&["-n"], "10 9 -1 x 1.5", "-1 x 1.5 9 10"),
        (&["-f"], "b a B A", "A a B b"),
        (&["-t:", "-k2,2n", "-k1,1r"], "a:2 b:10 c:2", "c:2 a:2 b:10"),
        (&["-t:", "-k2.2"], "a:x1 b:a0", "b:a0 a:x1"),
        (&["-V"], "a-1.10 a-1.9 a-1.9~rc", "a-1.9~rc a-1.9 a-1.10"),
        (&["-h"], "1G 2K 3M 10", "10 2K 3M 1G"),
        (&["-g"], "1e3 5 x -1e-2", "x -1e-2 5 1e3"),
        (&["-M"], "mar x Jan", "x Jan mar"),
        (&["-s", "-k1.2"], "bx ax", "bx ax"),
        (&["-c"], "b a", "1"),
        (&["-k0"], "a", "2"),
    ] {
        assert_eq!(sorted(args, input), expected, "{args:?}");
    }
}

#[test]
fn a_file_may_be_sorted_onto_itself() {
    let mut image = Image::new().programs(&["sort"]).file("etc/a", "b\na", 0o644);
    image.run(&["sort", "-o", "/etc/a", "/etc/a"], "");
    assert_eq!(image.text("etc/a").as_deref(), Some("a\nb\n"));
}
