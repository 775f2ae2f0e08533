use super::*;

fn find(text: &str, pattern: &str) -> Result<Option<Vec<String>>, PatternError> {
    let mut matcher = Matcher::new(text.as_bytes(), pattern.as_bytes(), 1_000_000);
    Ok(matcher.find(0, true)?.map(|m| {
        let mut out = vec![text[m.start..m.end].to_owned()];
        out.extend(m.captures.iter().map(|c| match c.len {
            Length::Bytes(n) => text[c.start..c.start + n].to_owned(),
            _ => format!("@{}", c.start + 1),
        }));
        out
    }))
}

#[test]
fn patterns_match_as_luas_do() {
    for (text, pattern, found) in [
        ("hello world", "o w", Some(vec!["o w"])),
        ("hello", "l+", Some(vec!["ll"])),
        ("hello", "x*", Some(vec![""])),
        ("key = value", "(%w+)%s*=%s*(%w+)", Some(vec!["key = value", "key", "value"])),
        ("/a/b.c", "^(.*)/([^/]*)$", Some(vec!["/a/b.c", "/a", "b.c"])),
        ("libc-2.34.so", "libc%-[2-9]%.[0-9]+%.so$", Some(vec!["libc-2.34.so"])),
        ("f(a(b)c)d", "%b()", Some(vec!["(a(b)c)"])),
        ("THE (quick) fox", "%f[%a]%a+%f[%A]", Some(vec!["THE"])),
        ("abcabc", "(abc)%1", Some(vec!["abcabc", "abc"])),
        ("hello", "()ll()", Some(vec!["ll", "@3", "@5"])),
        ("a]b", "[]]", Some(vec!["]"])),
        ("a-b", "[a%-]-b", Some(vec!["a-b"])),
        ("x^y", "[%^x]", Some(vec!["x"])),
        ("  trim  ", "^%s*(.-)%s*$", Some(vec!["  trim  ", "trim"])),
        ("abc", "b?c", Some(vec!["bc"])),
        ("abc", "^b", None),
        ("abc", "%u", None),
        ("a.b", "a%.b", Some(vec!["a.b"])),
        ("aXb", "a[^a-z]b", Some(vec!["aXb"])),
    ] {
        let found = found.map(|f: Vec<&str>| f.into_iter().map(str::to_owned).collect());
        assert_eq!(find(text, pattern), Ok(found), "{pattern}");
    }
}

#[test]
fn malformed_patterns_are_named() {
    for pattern in ["%", "[a", "(a", "a)", "%b", "%b(", "%f", "%1", "[%", "[^"] {
        assert!(matches!(find("aaa", pattern), Err(PatternError::Malformed(_))), "{pattern}");
    }
}

#[test]
fn what_explodes_is_stopped() {
    let text = "a".repeat(200);
    let pattern = "a-".repeat(40) + "b";
    assert_eq!(find(&text, &pattern), Err(PatternError::Stopped));
    let deep = "(".repeat(40);
    assert!(find("a", &deep).is_err());
    let many = "a?".repeat(300) + "b";
    assert!(find(&text, &many).is_err());
}

#[test]
fn plain_search_is_by_bytes() {
    let mut steps = 1000;
    assert_eq!(plain(b"abcabd", b"abd", 0, &mut steps), Ok(Some(3)));
    assert_eq!(plain(b"abc", b"", 2, &mut steps), Ok(Some(2)));
    assert_eq!(plain(b"abc", b"x", 0, &mut steps), Ok(None));
    let text = vec![b'a'; 100_000];
    let mut steps = 1000;
    assert_eq!(plain(&text, &[vec![b'a'; 5000], vec![b'b']].concat(), 0, &mut steps), Err(PatternError::Stopped));
}
