//! How macro files and calls are written.

use super::Frame;

/// The name a text begins with; empty where it begins with none.
pub(super) fn name_at(text: &[u8]) -> &[u8] {
    let n = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if text.first().is_some_and(u8::is_ascii_digit) { &[] } else { &text[..n] }
}

/// Where the bracket at `open` is closed.
pub(super) fn closing(text: &[u8], open: usize) -> Option<usize> {
    let (left, right) = if text[open] == b'(' { (b'(', b')') } else { (b'{', b'}') };
    let mut depth = 0;
    for (at, &b) in text.iter().enumerate().skip(open) {
        if b == left {
            depth += 1;
        } else if b == right {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The length of a definition: a line, and those that follow a backslash or an open brace.
pub(super) fn logical_line(text: &[u8]) -> usize {
    let (mut braces, mut at) = (0_i64, 0);
    while at < text.len() {
        match text[at] {
            b'{' => braces += 1,
            b'}' => braces -= 1,
            b'\\' => at += 1,
            b'\n' if braces <= 0 || !text.trim_ascii_start().starts_with(b"%") => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// What `%1`, `%*`, `%#`, `%{-o}` and `%{-o*}` are in a call.
pub(super) fn arguments(name: &[u8], options: &str, words: &[u8]) -> Frame {
    let mut frame = Frame::new();
    let mut words = words.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).peekable();
    frame.insert(b"**".to_vec(), words.clone().collect::<Vec<_>>().join(&b' '));
    if options != "-" {
        while let Some(word) = words.peek().filter(|w| w.len() > 1 && w[0] == b'-').copied() {
            let takes = options.as_bytes().windows(2).any(|o| o[0] == word[1] && o[1] == b':');
            if word == b"--" || !options.as_bytes().contains(&word[1]) {
                break;
            }
            words.next();
            let value = match word.len() {
                2 if takes => words.next().unwrap_or_default(),
                _ => &word[2..],
            };
            let flag = [b"-", &word[1..2]].concat();
            frame.insert([&flag[..], b"*"].concat(), value.to_vec());
            let text = if value.is_empty() { flag.clone() } else { [&flag, &b" "[..], value].concat() };
            frame.insert(flag, text);
        }
    }
    let rest: Vec<&[u8]> = words.collect();
    frame.insert(b"0".to_vec(), name.to_vec());
    frame.insert(b"*".to_vec(), rest.join(&b' '));
    frame.insert(b"#".to_vec(), rest.len().to_string().into_bytes());
    for (i, word) in (1..).zip(&rest) {
        frame.insert(i64::to_string(&i).into_bytes(), word.to_vec());
    }
    frame
}
