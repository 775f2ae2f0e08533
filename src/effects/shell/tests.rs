//! What needs no other shell to judge it: bounds, the log, the ways in. What bash decides is in tests/conformance/shell.

use crate::effects::process::{Status, testing::Image};

fn image() -> Image {
    Image::new().programs(&["sh", "bash", "echo", "printf", "test", "[", "true", "pwd", "kill", "mystery"])
}

fn run(script: &str) -> (u8, String, String) {
    let ran = image().run(&["sh", "-c", script], "");
    (ran.status.0, ran.out, ran.err)
}

fn out(script: &str) -> String {
    run(script).1
}

#[test]
fn a_script_runs() {
    assert_eq!(out("for i in 1 2; do echo $((i * 2)) | while read x; do printf '<%s>' $x; done; done"), "<2><4>");
    assert_eq!(out("f() { local a=\"$1\"; echo ${a%.c}; }; f x.c; case $0 in sh) echo sh;; esac"), "x\nsh\n");
    assert_eq!(out("x=$(printf 'a\\nb\\n\\n'); echo \"[$x]\" ${x:-none} ${#x}"), "[a\nb] a b 3\n");
    let mut image = image();
    let ran = image.run(&["bash", "-c", "a=(1 2); echo ${a[@]} > /tmp/f; cat < /nope; exit 3"], "");
    assert_eq!((ran.status, image.text("tmp/f").as_deref()), (Status(3), Some("1 2\n")));
}

#[test]
fn scripts_come_from_files_standard_input_and_interpreter_lines() {
    let mut image =
        image().file("usr/bin/tool", "#!/bin/sh -e\necho $0 $#\nfalse\necho no\n", 0o755).symlink("bin", "usr/bin");
    assert_eq!(image.run(&["sh", "-s", "x"], "echo in $1").out, "in x\n");
    assert_eq!(image.run(&["sh", "/usr/bin/tool", "a"], "").out, "/usr/bin/tool 1\nno\n");
    let ran = image.run(&["tool", "a", "b"], "");
    assert_eq!((ran.status, ran.out.as_str()), (Status(1), "/bin/tool 2\n"));
    assert_eq!(image.run(&["sh", "/none"], "").status, Status(127));
    let mut image = image.file("usr/bin/plain", "echo plain\n", 0o755);
    assert_eq!(image.run(&["plain"], "").out, "plain\n");
}

#[test]
fn programs_share_the_builtins_code() {
    let mut image = image();
    assert_eq!(image.run(&["printf", "%03d|%-3s|\\n", "7", "a"], "").out, "007|a  |\n");
    assert_eq!(image.run(&["[", "-d", "/tmp", "-a", "!", "-e", "/x", "]"], "").status, Status(0));
    assert_eq!(image.run(&["test", "1", "-gt", "x"], "").status, Status(2));
    assert_eq!(image.run(&["echo", "-e", "a\\tb"], "").out, "a\tb\n");
    assert_eq!(image.run(&["kill", "1"], "").status, Status(1));
}

#[test]
fn lines_of_the_scriptlet_are_noted() {
    let mut image = image().file("etc/lib", "\n\n\nhelper() {\n\n\n\n mystery\n}\n", 0o644);
    image.stage(|stage| {
        let script = "echo\nif true; then\n  mystery one\nfi\n. /etc/lib\nhelper\nsh -c '\n\n\n\n\n\nmystery'\n";
        let run = crate::effects::run_scriptlet(
            stage,
            &["/usr/bin/sh".to_owned()],
            Some(script),
            &["1".to_owned()],
            Vec::new(),
        );
        assert_eq!(run.status, 127);
        let lines: Vec<usize> = stage.log.unknown.iter().map(|u| u.line).collect();
        // Of the sourced file and the shell within, what counts is where the scriptlet calls them.
        assert_eq!(lines, [3, 6, 7]);
    });
}

#[test]
#[ignore = "a budget takes minutes to spend without optimisation"]
fn what_never_ends_is_stopped() {
    for script in [
        "while :; do :; done",
        "until false; do x=$x$x; done; for ((;;)); do :; done",
        "f() { f; }; f",
        "f() { f | f; }; f",
        "eval 'x=\"eval \\\"\\$x\\\"\"; eval \"$x\"'; while true; do eval true; done",
        "trap 'while :; do :; done' EXIT",
        "x=a; while :; do x=$x$x; done",
        "echo {1..90000}{1..90000} {1..90000} > /tmp/x; while :; do echo {1..90000}; done",
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done > /tmp/x",
        "x=$(while :; do echo y; done)",
        "sh -c 'sh -c \"while :; do :; done\"'",
        "a() { sh -c '. /tmp/self'; }; echo '. /tmp/self' > /tmp/self; . /tmp/self",
        "x='x+1'; echo $((x)); while ! ((y++ < 0)); do :; done",
        "while read x; do :; done < /dev/zero; while :; do (:); done",
    ] {
        let (status, ..) = run(script);
        assert_eq!(status, 137, "{script}");
    }
}

/// Deep in every way there is: nothing may overflow the stack, of a debug build, in a thread of 2 MiB.
#[test]
fn what_nests_is_bounded() {
    let nested = |open: &str, middle: &str, close: &str, levels: usize| {
        [open.repeat(levels), middle.to_owned(), close.repeat(levels)].concat()
    };
    for levels in [30, 90, 95, 1000, 20_000] {
        for (open, middle, close) in [
            ("{ ", ":", ";}"),
            ("( ", ":", ")"),
            ("(", ":", ")"),
            ("if :; then ", ":", "; fi"),
            ("if ", ":", "; then :; fi"),
            ("while ", "false", "; do :; done"),
            ("for i in 1; do ", ":", "; done"),
            ("case x in x) ", ":", " ;; esac"),
            ("case x in x) ", ":", " ; esac"),
            ("f() { ", ":", ";}"),
            ("! ", ":", ""),
            ("echo $(", ":", ")"),
            ("echo \"$(", ":", ")\""),
            ("echo `", ":", "`"),
            ("echo $((", "1", "))"),
            ("echo $((1+(", "1", ")))"),
            ("echo ${x:-", "1", "}"),
            ("echo \"${x:-", "1", "}\""),
            ("echo ${x/${y/", "1", "}}"),
            ("echo {a,", "b", "}"),
            ("echo {", "b", ""),
            ("[[ ( ", "x", " ) ]]"),
            ("x=(", "1", ")"),
            ("x[", "1", "]=1"),
            ("cat <(", ":", ")"),
            ("((", "1", "))"),
            ("$((", "1", ""),
            ("${", "x", ""),
            ("\"$(", "x", ""),
            ("`\\", "x", ""),
            ("a[$(", "x", ""),
            ("+(", "x", ")"),
        ] {
            run(&nested(open, middle, close, levels));
        }
    }
    let test = format!("[ {} x {} ]", "\\( ".repeat(500), "\\) ".repeat(500));
    let condition = format!("[[ {} x {} ]]", "( ".repeat(500), ") ".repeat(500));
    let arithmetic = format!("echo $(({}1{}))", "(".repeat(500), ")".repeat(500));
    let signs = format!("echo $(({}1)) $((1{}))", "-+!~ ".repeat(5000), "**2".repeat(5000));
    let ternary = format!("echo $((1{}))", "?1:1".repeat(5000));
    let assigned = format!("echo $(({}1))", "x=".repeat(5000));
    for script in [test, condition, arithmetic, signs, ternary, assigned] {
        run(&script);
    }
}

/// As deep as is allowed, with functions, substitutions and shells in each other.
#[test]
fn recursion_is_bounded_where_levels_add_up() {
    let deep = |inner: &str| format!("{}{inner}{}", "if :; then { ( ".repeat(25), " ) }; fi".repeat(25));
    let body = deep("f");
    for script in [
        format!("f() {{ {body}; }}; f"),
        format!("f() {{ {}; }}; f", deep("echo $(f)")),
        format!("f() {{ {}; }}; f", deep("eval f")),
        format!("f() {{ {}; }}; f", deep("echo ${x:-$(f)}")),
        format!("f() {{ {}; }}; f", deep("f | f")),
        "x='sh -c \"$x\"'; export x; sh -c \"$x\"".to_owned(),
        "x='if :; then ( { eval \"$x\"; } ); fi'; eval \"$x\"".to_owned(),
        "x='y=$(eval \"$x\")'; eval \"$x\"".to_owned(),
        "trap 'f' ERR; f() { (false); f; }; f".to_owned(),
        "x='x'; echo $((x)); x='y'; y='x+(x)'; echo $((y))".to_owned(),
        "declare -n a=b; declare -n b=a; echo $a; a=1; unset a".to_owned(),
    ] {
        run(&script);
    }
}

#[test]
#[ignore = "some take minutes without optimisation"]
fn hostile_texts_take_no_time() {
    for script in [
        "a[".repeat(100_000),
        "$(".repeat(100_000),
        "$((".repeat(100_000),
        "((".repeat(100_000),
        "{a,".repeat(50_000),
        "<<a ".repeat(2_000),
        "'".repeat(100_001),
        "case x in ".repeat(10_000),
        format!("x={}; echo ${{x//a*b/}} ${{x##*a*a*a*b}} ${{x%%*b}}", "a".repeat(3000)),
        format!("[[ {} == {} ]]", "a".repeat(3000), "*a".repeat(500)),
        format!("[[ {} =~ ({}) ]]", "a".repeat(3000), "a?".repeat(500)),
        format!("[[ x =~ {} ]]", "(a{99}){99}".repeat(5)),
        ": ".repeat(200_000),
        "x=1 ".repeat(50_000),
        "a=(".repeat(3000),
        ";".repeat(1000),
        "f(){ :;};".repeat(2000),
        "printf %99999999d 1; printf %0$((1<<40))d 1; printf '%*d' 99999999 1".to_owned(),
        "x=a; echo ${x:99999999999999999999} ${x:$((1<<62)):$((1<<62))}; a[9999999999]=1; a[-5]=1; echo ${a[@]}".to_owned(),
        "echo 99999999999999>x 2147483648>y 5000000000>z {fd}>w".to_owned(),
        "read -n 99999999999 x < /dev/null; getopts a: x -a; umask 99999999999; shift 99999999999999; exit 99999999999999999999".to_owned(),
        "echo $((1/0)); echo $((-9223372036854775808/-1)) $((-9223372036854775807-1)) $((1<<64)) $((5%0))".to_owned(),
        "echo $(((-9223372036854775807-1)/-1)) $(((-9223372036854775807-1)%-1)) $((-(-9223372036854775807-1)))".to_owned(),
        "break 9; continue 0; return 1; for i in 1; do break 99; done; for i in 1; do continue 0; done".to_owned(),
        "echo {1..9223372036854775807} {9223372036854775807..-9223372036854775808} {a..z..0} {1..5..-9223372036854775808}".to_owned(),
        "\u{1b}\u{7f}\u{10ffff}é日${é}$é ${日:-1}".to_owned(),
        "x=é; echo ${x:0:1} ${x#?} ${x%?} ${x/?/é} ${x^^} \\é '\\é' \"\\é\" $'\\é' `echo é\\é`".to_owned(),
    ] {
        run(&script);
    }
}

#[test]
fn a_mistake_comes_where_it_stands() {
    let mut image = image();
    let ran = image.run(&["sh"], "echo one\nif true; then\n echo two\nfi\necho three; )\necho four\n");
    assert_eq!((ran.status, ran.out.as_str()), (Status(2), "one\ntwo\n"));
    assert_eq!(ran.err, "sh: line 5: syntax error near unexpected token `)'\n");
    let ran = image.run(&["sh"], "exit 3\n'");
    assert_eq!(ran.status, Status(3), "what is never reached is never wrong");
    let ran = image.run(&["sh"], "echo a\necho 'b\n");
    assert_eq!((ran.status, ran.out.as_str()), (Status(2), "a\n"));
}

#[test]
fn nothing_comes_from_a_clock_or_by_chance() {
    let script = "echo $RANDOM $RANDOM $SECONDS $$ $! $EPOCHSECONDS $HOSTNAME $UID $BASHPID";
    let (first, second) = (run(script), run(script));
    assert_eq!(first, second);
    assert!(first.1.contains(" 8640000 localhost 0 "), "{}", first.1);
}
