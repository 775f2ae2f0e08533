//! What scripts may use: nothing goes on for ever, fills the memory or overflows the stack. Time is measured in steps,
//! never by a clock.

use crate::effects::{
    Budget,
    process::{Status, testing::Image},
};

/// A fiftieth of what scriptlets have, so that tests are quick.
const FEW: u64 = 100_000;

fn image() -> Image {
    let programs = [
        "sh", "bash", "echo", "printf", "test", "[", "true", "cat", "seq", "head", "sed", "awk", "grep", "tr", "find",
        "ls", "mkdir", "sort", "tee", "xargs", "basename",
    ];
    Image::new().programs(&programs)
}

/// The status, and the last line of standard error.
fn run(script: &str) -> (u8, String) {
    let ran = image().run_within(Budget::of(FEW), &["bash", "-c", script], "");
    (ran.status.0, ran.err.lines().last().unwrap_or_default().to_owned())
}

/// With all that scriptlets have.
fn run_whole(script: &str) {
    image().run(&["bash", "-c", script], "");
}

fn out(script: &str) -> String {
    image().run(&["bash", "-c", script], "").out
}

fn all_stopped(scripts: &[&str]) {
    for script in scripts {
        let (status, message) = run(script);
        assert_eq!(status, 137, "{script}: {message}");
    }
}

#[test]
fn what_never_ends_is_stopped() {
    all_stopped(&[
        "while :; do :; done",
        "until false; do x=$x$x; done; for ((;;)); do :; done",
        "trap 'while :; do :; done' EXIT",
        "while :; do eval true; done",
        "while :; do trap : EXIT; trap - EXIT; done",
        "while :; do x=$((1 << 63)) y=$((x ** 1000000000)); done",
        "while :; do [ -e /tmp/x ] || test 1 -lt 2; done",
        "while :; do printf '%s\\n' a b c d e f g > /dev/null; done",
        "x=1; while ((y++ < 1 || x)); do :; done",
        "while read x; do :; done < /dev/zero; while :; do (:); done",
    ]);
}

#[test]
fn programs_that_never_end_are_stopped() {
    all_stopped(&[
        "sh -c 'sh -c \"while :; do :; done\"'",
        "while :; do echo $(echo $(echo x)); done",
        "while :; do grep x /etc/passwd; done",
        "while :; do sed s/a/b/ < /dev/null; done",
        "while :; do echo x | cat | cat | cat; done",
        "while :; do cat <(echo x) > /dev/null; done",
        "while :; do find / > /dev/null; done",
        "while :; do mkdir -p /tmp/a/$((i++)); done",
        "while :; do : > /tmp/f$((i++)); ls /tmp > /dev/null; done",
        "while :; do echo /usr/*/* /*/*/*; done > /dev/null",
        "awk 'BEGIN { while (1) i++ }'",
        "awk 'BEGIN { while (1) x = x \"a\" }'",
        "awk 'BEGIN { while (1) a[i++] = i }'",
        "echo a | sed ':a;ba'",
        "echo a | sed ':a;s/a/aa/;ta'",
        "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -E '(a*)*(a*)*(a*)*\\1b'",
        "while :; do seq 1 1000 | while read x; do case $x in *5*) y=$x;; esac; done; done",
    ]);
}

#[test]
fn what_grows_is_stopped() {
    all_stopped(&[
        "x=a; while :; do x=$x$x; done",
        "x='$x$x'; while :; do eval \"x=\\\"$x\\\"\"; done",
        "x=:; while :; do x=\"$x;$x\"; eval \"$x\"; done",
        "a=(x); while :; do a+=(\"${a[@]}\"); done",
        "a=(x); while :; do a+=(x); done",
        "while :; do a[i++]=x; done",
        "set x; while :; do set \"$@\" \"$@\"; done",
        "while :; do export A$((i++))=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; (:); done",
        "while :; do eval \"f$((i++))() { :; }\"; (:); done",
        "f() { f \"$@\" \"$@\"; }; f a",
        "f() { local x=$1; f $x$x; }; f a",
    ]);
}

#[test]
fn pipes_and_files_that_fill_are_stopped() {
    all_stopped(&[
        "seq 1 1000000000000 | cat",
        "seq 1 1000000000000 | head -n 100000000 > /tmp/x",
        "seq 1 1000000000000 | tee /tmp/a /tmp/b > /tmp/c",
        "x=$(while :; do echo y; done)",
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done > /tmp/x",
        "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done | cat",
        "echo x > /tmp/x; while :; do cat /tmp/x /tmp/x > /tmp/y; cat /tmp/y > /tmp/x; done",
        "while :; do printf %1000000s x; done > /tmp/x",
    ]);
}

#[test]
fn work_on_long_values_is_counted() {
    for work in [
        "echo ${#x}",
        "y=${x:5:3}",
        "y=${x//a/b}",
        "y=${x##*a*b}",
        "y=${x^^}",
        "case $x in *a*b*c) ;; esac",
        "[[ $x =~ (a*)*b ]]",
        "for y in $x; do :; done",
        "echo $x > /dev/null",
        "seq 1 > /dev/null",
        "read y <<< $x",
    ] {
        let script = format!("x=$(printf %100000s a); x=${{x// /a}}; export x; while :; do {work}; done");
        let (status, message) = run(&script);
        assert_eq!(status, 137, "{work}: {message}");
    }
}

#[test]
fn endless_devices_give_no_more_than_plenty() {
    for script in ["cat /dev/zero > /tmp/x; wc", "x=$(cat /dev/zero)", "tr -d x < /dev/zero", "grep x /dev/urandom"] {
        let (status, _) = run(script);
        assert_ne!(status, 99, "{script}");
    }
}

#[test]
fn fields_are_as_wide_as_there_is_room() {
    assert_eq!(
        out("printf %100000s | { read -r -d '' x; echo ${#x}; }; x=$(printf %070000d 1); echo ${#x}"),
        "0\n70000\n"
    );
    assert_eq!(out("x=$(printf %.70000d 1); echo ${#x}; x=$(printf %70000.3f 1); echo ${#x}"), "70000\n70000\n");
    let huge = ["%1000000000s", "%.1000000000d", "%01000000000d", "%99999999999999999999x", "%.99999999999g"];
    for format in huge {
        let (status, _) = run(&format!("printf {format} 1 > /dev/null"));
        assert_ne!(status, 101, "{format}");
    }
    run(&format!("printf '{}' > /dev/null", "%1000000s".repeat(1000)));
}

#[test]
fn braces_make_no_more_words_than_anybody_wants() {
    assert_eq!(out("echo {1..1000000000}"), "{1..1000000000}\n");
    assert_eq!(out("set -- {1..20000}; echo $#"), "20000\n");
    all_stopped(&["while :; do echo {1..90000}{1..90000}; done", "while :; do : {1..9000}; done"]);
}

#[test]
fn numbers_have_64_bits() {
    assert_eq!(
        out("echo $((1 << 63)) $((1 << 64)) $((1 << 1000000)) $((1 >> -1)) $((3 ** 1000000000000))").lines().count(),
        1
    );
    assert_eq!(out("x='x+1'; echo $((x))"), "");
}

#[test]
fn a_word_of_megabytes_is_refused_or_run() {
    for length in [100_000, 10_000_000] {
        let (status, _) = run(&"x".repeat(length));
        assert!([127, 137, 2].contains(&status), "{length}: {status}");
    }
}

#[test]
fn depth_is_bounded() {
    all_stopped(&[
        "f() { f; }; f",
        "f() { f | f; }; f",
        "x='eval \"$x\"'; eval \"$x\"",
        "x='sh -c \"$x\"'; export x; sh -c \"$x\"",
        "a() { sh -c '. /tmp/self'; }; echo '. /tmp/self' > /tmp/self; . /tmp/self",
    ]);
    assert_ne!(run("awk 'function f(x) { return f(x+1) } BEGIN { f(1) }'").0, 0);
}

/// Scripts of real packages go over what is installed; that must not be too much.
#[test]
fn long_work_goes_through() {
    let mut image = image();
    for n in 0..3000 {
        image = image.file(&format!("usr/share/d/file-{n}.conf"), "a=1\nb=2\n", 0o644);
    }
    let script = "for f in /usr/share/d/*.conf; do
          name=${f##*/}; [ -e \"$f\" ] || continue
          case $name in *-1*.conf) ones=$((ones + 1)) ;; *) all=\"$all $name\" ;; esac
        done
        echo $ones
        find /usr/share/d -name '*5.conf' | while read -r f; do grep -q ^b= $f && basename $f .conf >> /tmp/list; done
        grep -c . /tmp/list
        n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; echo $n
        x=$(printf %100000s); x=${x// /b}; echo ${#x}
        seq 1 50000 | awk '{ s += $1 } END { print s }'";
    let ran = image.run(&["sh", "-c", script], "");
    assert_eq!((ran.out.as_str(), ran.status), ("1111\n300\n20000\n100000\n1250025000\n", Status(0)), "{}", ran.err);
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
            run_whole(&nested(open, middle, close, levels));
        }
    }
    let test = format!("[ {} x {} ]", "\\( ".repeat(500), "\\) ".repeat(500));
    let condition = format!("[[ {} x {} ]]", "( ".repeat(500), ") ".repeat(500));
    let arithmetic = format!("echo $(({}1{}))", "(".repeat(500), ")".repeat(500));
    let signs = format!("echo $(({}1)) $((1{}))", "-+!~ ".repeat(5000), "**2".repeat(5000));
    let ternary = format!("echo $((1{}))", "?1:1".repeat(5000));
    let assigned = format!("echo $(({}1))", "x=".repeat(5000));
    for script in [test, condition, arithmetic, signs, ternary, assigned] {
        run_whole(&script);
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
        run_whole(&script);
    }
}

#[test]
fn hostile_texts_take_no_time() {
    for script in [
        "a[".repeat(20_000),
        format!("x={}; case y in $x) ;; esac", "a[".repeat(20_000)),
        format!("x='{}]'; case y in $x) ;; esac", "[[:a".repeat(20_000)),
        format!("x='{}'; case y in $x) ;; esac", "+(a|".repeat(20_000)),
        "<<a;".repeat(20_000),
        format!("x='{})'; while :; do eval \"$x\"; done", "x\n".repeat(5_000)),
        "[[ ".repeat(20_000),
        "${a[".repeat(20_000),
        "\"${x#".repeat(20_000),
        "<(".repeat(20_000),
        "$(".repeat(20_000),
        "$((".repeat(20_000),
        "((".repeat(20_000),
        "{a,".repeat(20_000),
        "<<a ".repeat(2_000),
        "'".repeat(20_001),
        "case x in ".repeat(10_000),
        format!("x={}; echo ${{x//a*b/}} ${{x##*a*a*a*b}} ${{x%%*b}}", "a".repeat(3000)),
        format!("[[ {} == {} ]]", "a".repeat(3000), "*a".repeat(500)),
        format!("[[ {} =~ ({}) ]]", "a".repeat(3000), "a?".repeat(500)),
        format!("[[ x =~ {} ]]", "(a{99}){99}".repeat(5)),
        ": ".repeat(20_000),
        "x=1 ".repeat(20_000),
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
        run_whole(&script);
    }
}
