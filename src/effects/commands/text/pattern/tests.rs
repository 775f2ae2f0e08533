use super::*;

fn found(syntax: Syntax, pattern: &str, subject: &str) -> String {
    let mut budget = Budget::default();
    let pattern = match Pattern::new(pattern.as_bytes(), syntax) {
        Ok(pattern) => pattern,
        Err(error) => return error.to_string(),
    };
    shown(&pattern, subject, &mut budget)
}

fn shown(pattern: &Pattern, subject: &str, budget: &mut Budget) -> String {
    let Some(captures) = pattern.captures_at(subject.as_bytes(), 0, budget) else { return "-".to_owned() };
    assert_eq!(pattern.find_at(subject.as_bytes(), 0, budget), Some(captures.whole()));
    assert!(pattern.is_match(subject.as_bytes(), budget));
    let groups = (0..=pattern.groups()).map(|n| captures.text(subject.as_bytes(), n).to_vec());
    groups.map(|g| format!("[{}]", String::from_utf8_lossy(&g))).collect()
}

#[test]
fn basic_expressions_match_as_in_glibc() {
    for (pattern, subject, expected) in [
        ("a*b", "xaab", "[aab]"),
        ("*a", "b*a", "[*a]"),
        ("^*a", "*a", "[*a]"),
        (r"\(*a\)", "*a", "[*a][*a]"),
        (r"a\+b\?", "caab", "[aab]"),
        (r"a\|bc", "bc", "[bc]"),
        (r"\(a\|ab\)\(c\|bcd\)\(d*\)", "abcd", "[abcd][a][bcd][]"),
        (r"a\{2,3\}", "aaaa", "[aaa]"),
        (r"a\{,2\}x", "aaax", "[aax]"),
        ("a{2}", "a{2}", "[a{2}]"),
        ("a^b$c", "a^b$c", "[a^b$c]"),
        (r"\(^a\)b$", "ab", "[ab][a]"),
        (r"\([a-z]*\) \1", "my foo foo", "[ ][]"),
        (r"\([a-z][a-z]*\) \1", "my foo foo", "[foo foo][foo]"),
        (r"\<b\w*\>", "ab bcd", "[bcd]"),
        ("[]a]*x", "]a]x", "[]a]x]"),
        ("[^]a]x", "bx", "[bx]"),
        ("[[:digit:]a-c]*", "1b2d", "[1b2]"),
        ("[a-]*", "-a-", "[-a-]"),
        (r"[\n]", "n", "[n]"),
        (r"a\.b", "axb a.b", "[a.b]"),
        (".", "\u{e9}", "[\u{e9}]"),
        ("[^a]", "a\u{e9}", "[\u{e9}]"),
        (r"x\{1", "", r"Unmatched \{"),
        (r"\(x", "", r"Unmatched ( or \("),
        ("[x", "", "Unmatched [, [^, [:, [., or [="),
        (r"\1", "", "Invalid back reference"),
        (r"x\", "", "Trailing backslash"),
        ("[b-a]", "", "Invalid range end"),
        ("[[:x:]]", "", "Invalid character class name"),
        (r"\(\(\(a\{255\}\)\{255\}\)\{255\}\)", "", "Regular expression too big"),
    ] {
        assert_eq!(found(Syntax::BASIC, pattern, subject), expected, "{pattern}");
    }
}

#[test]
fn extended_expressions_take_the_longest_match() {
    for (pattern, subject, expected) in [
        ("a*(ab)?", "aab", "[aab][ab]"),
        ("foo|foobar|fo", "xfoobarx", "[foobar]"),
        ("(x|xy)(z|yz)?", "xyz", "[xyz][x][yz]"),
        ("(a*)*", "b", "[][]"),
        ("(a|b)*c|(a|ab)*c", "abc", "[abc][b][]"),
        ("(a+|b+){2}c", "aabbc", "[aabbc][bb]"),
        ("()b", "ab", "[b][]"),
        ("a||b", "b", "[b]"),
        (r"(.)\1", "abccd", "[cc][c]"),
        (r"(a|ab)(bc|c)\2", "abcbc", "[abcbc][a][bc]"),
        ("*a", "", "Invalid preceding regular expression"),
        ("a)", "", r"Unmatched ) or \)"),
        ("a{1", "", r"Unmatched \{"),
    ] {
        assert_eq!(found(Syntax::EXTENDED, pattern, subject), expected, "{pattern}");
    }
}

#[test]
fn strays_are_what_the_tool_makes_of_them() {
    for (pattern, subject, expected) in
        [("*a", "*a", "[a]"), ("a{x", "a{x", "[a{x]"), ("{", "{", "[{]"), ("a|*b", "b", "[b]"), ("(*b)", "b", "[b][b]")]
    {
        assert_eq!(found(Syntax::EGREP, pattern, subject), expected, "{pattern}");
    }
    for (pattern, subject, expected) in [
        ("*a", "*a", "[*a]"),
        ("a)", "a)", "[a)]"),
        ("{a", "{a", "[{a]"),
        (r"\t\/\.", "\t/.", "[\t/.]"),
        (r"[\]\t]+", "]\t", "[]\t]"),
        (r"\yfoo\y", "a foo", "[foo]"),
    ] {
        assert_eq!(found(Syntax::AWK, pattern, subject), expected, "{pattern}");
    }
}

#[test]
fn case_and_lines_are_options() {
    let insensitive = Syntax { ignore_case: true, ..Syntax::BASIC };
    assert_eq!(found(insensitive, "aB[c-d]", "AbD"), "[AbD]");
    assert_eq!(found(insensitive, r"\(a\)\1", "aA"), "[aA][a]");
    let lines = Syntax { multiline: true, ..Syntax::BASIC };
    assert_eq!(found(lines, "^b$", "a\nb\nc"), "[b]");
    assert_eq!(found(Syntax::BASIC, "^b$", "a\nb\nc"), "-");
    assert_eq!(found(lines, r"\`b", "a\nb"), "-");
}

#[test]
fn perls_expressions_look_around() {
    for (pattern, subject, expected) in [
        (r"(?<=a=)\d+", "b=1 a=23", "[23]"),
        (r"a=\K\d+(?!x)", "a=123x", "[12]"),
        (r"\bfo+?", "foo", "[fo]"),
        (r"(?i)ABC(?:d)", "abcD", "[abcD]"),
        (r"(\w)\1", "abb", "[bb][b]"),
        (r"[\d.]+", "v1.2", "[1.2]"),
        (r"^\s*\Qa.b\E$", " a.b", "[ a.b]"),
        (r"(?>x)", "x", "unrecognized construct of a Perl expression"),
    ] {
        let mut budget = Budget::default();
        let text = match Pattern::perl(pattern.as_bytes(), Syntax::EXTENDED) {
            Ok(pattern) => shown(&pattern, subject, &mut budget),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected, "{pattern}");
    }
}

#[test]
fn stray_bytes_match_only_themselves() {
    let mut budget = Budget::default();
    let dot = Pattern::new(b".", Syntax::BASIC).unwrap();
    assert_eq!(dot.find_at(b"\xff\xc3\xa9", 0, &mut budget), Some((1, 3)));
    let byte = Pattern::new(b"a\xff", Syntax::BASIC).unwrap();
    assert_eq!(byte.find_at(b"xa\xff", 0, &mut budget), Some((1, 3)));
}

#[test]
fn what_never_ends_is_stopped() {
    let mut budget = Budget::default();
    let pattern = Pattern::new(br"\(a*\)*\1b", Syntax::BASIC).unwrap();
    assert_eq!(pattern.find_at(&[b'a'; 5000], 0, &mut budget), None);
    assert!(budget.exhausted().is_some());
    let deep = "(".repeat(5000);
    assert_eq!(found(Syntax::EXTENDED, &deep, ""), "Regular expression too big");
}

#[test]
fn globs_are_for_whole_names() {
    let mut budget = Budget::default();
    for (glob, name, expected) in [
        ("*.conf", "a.conf", true),
        ("*.conf", "a.conf.bak", false),
        ("[!a]?c", "bbc", true),
        ("[!a]?c", "abc", false),
        (r"\*[", "*[", true),
        ("a[]-]b", "a]b", true),
    ] {
        assert_eq!(Pattern::glob(glob.as_bytes()).unwrap().is_match(name.as_bytes(), &mut budget), expected, "{glob}");
    }
}
