//! What needs no other shell to judge it: the log, the ways in; bounds are in `bounds_tests`. What bash decides is in tests/conformance/shell.

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
