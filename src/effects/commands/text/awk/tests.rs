use crate::effects::process::{Status, testing::Image};

fn image() -> Image {
    Image::new().programs(&["awk"]).file(
        "etc/passwd",
        "root:x:0:0::/root:/bin/sh\nbin:x:1:1::/bin:/sbin/nologin\n",
        0o644,
    )
}

fn awk(args: &[&str], input: &str) -> String {
    let ran = image().run(&[&["awk"], args].concat(), input);
    if ran.status == Status::SUCCESS { ran.out } else { format!("{}{}: {}", ran.out, ran.status.0, ran.err) }
}

#[test]
fn programs_do_what_they_do_elsewhere() {
    for (program, expected) in [
        ("{ print $2, NF, NR }", "b 3 1\ne 2 2\n"),
        ("NR == 2", "d e\n"),
        ("/b/,/e/ { n++ } END { print n }", "2\n"),
        ("BEGIN { OFS = \"-\" } { $1 = $1 } 1", "a-b-c\nd-e\n"),
        ("{ NF = 1 } 1; END { print $0 }", "a\nd\nd\n"),
        ("{ $5 = \"x\"; print; print NF }", "a b c  x\n5\nd e   x\n5\n"),
        ("BEGIN { print 1 \" \" -1, 2 ^ 3 ^ 2, -2 ^ 2, 7 % 3, 1e6, 0.1 + 0.2 }", "1 -1 512 -4 1 1000000 0.3\n"),
        (
            "BEGIN { print length(\"\u{e9}a\"), index(\"abc\", \"c\"), substr(\"hello\", 2, 3), toupper(\"a\") }",
            "2 3 ell A\n",
        ),
        ("BEGIN { n = split(\"a:b:c\", p, \":\"); for (i = n; i; i--) printf \"%s\", p[i]; print \"\" }", "cba\n"),
        (
            "BEGIN { s = \"aaa\"; print gsub(/a/, \"<&>\", s), s; sub(/<a>/, \"\\\\&\", s); print s }",
            "3 <a><a><a>\n&<a><a>\n",
        ),
        (
            "BEGIN { print match(\"xabbc\", /ab+/), RSTART, RLENGTH; print gensub(/(a)(b)/, \"\\\\2\\\\1\", \"g\", \"abab\") }",
            "2 2 3\nbaba\n",
        ),
        ("function f(n) { return n < 2 ? 1 : n * f(n - 1) } BEGIN { print f(10) }", "3628800\n"),
        (
            "function g(a, k) { a[k] = 1 } BEGIN { g(x, \"q\"); for (k in x) print k; print (\"q\" in x), length(x) }",
            "q\n1 1\n",
        ),
        (
            "BEGIN { while ((getline l < \"/etc/passwd\") > 0) { split(l, f, \":\"); print f[1] } close(\"/etc/passwd\") }",
            "root\nbin\n",
        ),
        (
            "BEGIN { printf \"%5.2f|%-4s|%04d|%x|%c|%c|%%\\n\", 3.14159, \"ab\", 42, 255, 65, \"xy\" }",
            " 3.14|ab  |0042|ff|A|x|%\n",
        ),
        (
            "BEGIN { if (!(3 in a)) print \"no\"; a[1, 2] = 3; for (k in a) { split(k, p, SUBSEP); print p[2] } }",
            "no\n2\n",
        ),
        ("{ print > \"/etc/out\" } END { close(\"/etc/out\"); getline l < \"/etc/out\"; print l }", "a b c\n"),
        ("BEGIN { do { i++; if (i == 2) continue; if (i > 3) break; print i } while (1) }", "1\n3\n"),
        ("$1 == \"d\" { exit 3 } END { print NR }", "2\n3: "),
        ("BEGIN { \"x\" | getline; print $0 \"|\" }", "|\n"),
        (
            "BEGIN { print substr(\"abc\", 0), substr(\"abc\", -1, 2), 1 == 1.0, \"10\" < \"9\", 10 < 9 }",
            "abc ab 1 1 0\n",
        ),
    ] {
        let expected = expected.replace("1 -1 512", "1-1 512");
        assert_eq!(awk(&[program], "a b c\nd e\n"), expected, "{program}");
    }
}

#[test]
fn input_that_looks_like_a_number_is_one() {
    assert_eq!(
        awk(&["$1 > 9 { print } $2 == 1 { print \"one\" }"], "10 1.0\n9 x\nabc 1\n"),
        "10 1.0\none\nabc 1\none\n"
    );
    assert_eq!(awk(&["-v", "x=010", "BEGIN { print (x == 10), x \"\" == 10 }"], ""), "1 0\n");
}

#[test]
fn fields_and_records_are_parted_as_asked() {
    assert_eq!(awk(&["-F:", "{ print $7 }", "/etc/passwd"], ""), "/bin/sh\n/sbin/nologin\n");
    assert_eq!(awk(&["-F", "[:/]+", "{ print $4 }"], "a:b//c:d"), "d\n");
    assert_eq!(awk(&["-F\\t", "{ print $2 }"], "a\tb"), "b\n");
    assert_eq!(awk(&["BEGIN { RS = \"\" } { print NF \":\" $1 }"], "\n\na b\nc\n\n\nd\n"), "3:a\n1:d\n");
    assert_eq!(awk(&["BEGIN { RS = \"[,;]\" } { print $0 RT }"], "a,b;c"), "a,\nb;\nc\n");
    assert_eq!(awk(&["{ print n, $0 }", "n=1", "-", "n=2", "/etc/passwd"], "x\n").lines().next(), Some("1 x"));
}

#[test]
fn what_is_wrong_is_told() {
    assert!(awk(&["{ print"], "").starts_with("1: awk: cmd. line:1: syntax error"));
    assert!(awk(&["BEGIN { f(1) }"], "").contains("function `f' not defined"));
    assert!(awk(&["BEGIN { print 1 / 0 }"], "").starts_with("1: "));
    assert!(awk(&["1", "/absent"], "").starts_with("2: "));
}

#[test]
fn nothing_runs_away() {
    for program in [
        "BEGIN { for (;;) x++ }",
        "function f() { return f() } BEGIN { f() }",
        "BEGIN { x = \"a\"; while (1) x = x x }",
        "BEGIN { while (1) a[i++] }",
        "BEGIN { $100000000 = 1 }",
    ] {
        let ran = image().run(&["awk", program], "");
        assert!(matches!(ran.status, Status::STOPPED | Status(2)), "{program}: {ran:?}");
    }
    let deep = format!("BEGIN {{ print {}1{} }}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(image().run(&["awk", &deep], "").status, Status(1));
    let long = format!("BEGIN {{ print 1{} }}", "+1".repeat(5000));
    assert_eq!(image().run(&["awk", &long], "").status, Status(1));
}
