//! `$x` and `${…}`.

use std::borrow::Cow;

use super::{
    Name, Operation, Parameter, Place, Reading, lexer,
    skip::{self, Level, is_name_byte},
    word,
};

/// What follows a `$` without braces, and its length; none where the `$` is one itself.
pub(super) fn bare(s: &str) -> Option<(Parameter, usize)> {
    let first = *s.as_bytes().first()?;
    let (name, length) = match first {
        b'0'..=b'9' => (Name::Positional(usize::from(first - b'0')), 1),
        b'@' | b'*' => (Name::All { star: first == b'*' }, 1),
        b'#' | b'?' | b'$' | b'!' | b'-' => (Name::Special(first), 1),
        b if is_name_byte(b) => {
            let length = s.bytes().take_while(|&b| is_name_byte(b)).count();
            (Name::Variable(s[..length].to_owned()), length)
        }
        _ => return None,
    };
    Some((Parameter { name, indirect: false, operation: Operation::Value }, length))
}

/// What is between the braces.
pub(super) fn braced(inner: &str, quoted: bool, level: Level) -> Parameter {
    parse(&joined(inner), quoted, level).unwrap_or_else(|| Parameter {
        name: Name::Special(b'?'),
        indirect: false,
        operation: Operation::Bad(inner.to_owned()),
    })
}

/// With the lines of its name joined; those of what follows are the word's.
fn joined(inner: &str) -> Cow<'_, str> {
    let (mut name, mut rest) = (String::new(), inner);
    while let Some(at) =
        rest.find("\\\n").filter(|&at| rest[..at].bytes().all(|b| is_name_byte(b) || b"#!".contains(&b)))
    {
        name.push_str(&rest[..at]);
        rest = &rest[at + 2..];
    }
    if rest.len() == inner.len() { inner.into() } else { (name + rest).into() }
}

fn parse(inner: &str, quoted: bool, level: Level) -> Option<Parameter> {
    if let Some(of) = inner.strip_prefix('#').filter(|of| !of.is_empty())
        && let Some((name, "")) = name(of, level)
    {
        return Some(Parameter { name, indirect: false, operation: Operation::Length });
    }
    if let Some(of) = inner.strip_prefix('!').filter(|of| !of.is_empty())
        && let Some(parameter) = indirect(of, quoted, level)
    {
        return Some(parameter);
    }
    let (name, rest) = name(inner, level)?;
    Some(Parameter { name, indirect: false, operation: operation(rest, quoted, level)? })
}

/// `${!name}`, `${!prefix*}`, `${!array[@]}`.
fn indirect(of: &str, quoted: bool, level: Level) -> Option<Parameter> {
    let (name, rest) = name(of, level)?;
    let plain = |name, operation| Some(Parameter { name, indirect: false, operation });
    match (name, rest) {
        (name @ Name::Variable(_), "*" | "@") => plain(name, Operation::Names { star: rest == "*" }),
        (Name::Elements { name, star }, "") => plain(Name::Variable(name), Operation::Keys { star }),
        (Name::Special(_) | Name::All { .. }, _) if !rest.is_empty() => None,
        (name, _) => Some(Parameter { name, indirect: true, operation: operation(rest, quoted, level)? }),
    }
}

/// The parameter's name and what follows it.
fn name(s: &str, level: Level) -> Option<(Name, &str)> {
    let first = *s.as_bytes().first()?;
    if first.is_ascii_digit() {
        let length = s.bytes().take_while(u8::is_ascii_digit).count();
        return Some((Name::Positional(s[..length].parse().ok()?), &s[length..]));
    }
    let (Parameter { name, .. }, length) = bare(s)?;
    let (Name::Variable(base), Some(subscript)) = (&name, s[length..].strip_prefix('[')) else {
        return Some((name, &s[length..]));
    };
    let end = closing_bracket(subscript, level)?;
    let (index, rest) = (&subscript[..end], &subscript[end + 1..]);
    let name = match index {
        "@" | "*" => Name::Elements { name: base.clone(), star: index == "*" },
        _ => Name::Element(base.clone(), word::word(index, Reading::Pattern, level)),
    };
    Some((name, rest))
}

fn closing_bracket(s: &str, level: Level) -> Option<usize> {
    find(s, level, |b, open| b == b']' && open == 0)
}

/// Where a byte stands outside of quotes; `open` counts brackets and parentheses.
fn find(s: &str, level: Level, is_it: impl Fn(u8, usize) -> bool) -> Option<usize> {
    let (b, mut at, mut open) = (s.as_bytes(), 0, 0_usize);
    while at < b.len() {
        if is_it(b[at], open) {
            return Some(at);
        }
        match b[at] {
            b'[' | b'(' => open += 1,
            b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        at = lexer::piece(s, at, level).ok()?;
    }
    None
}

fn operation(rest: &str, quoted: bool, level: Level) -> Option<Operation> {
    let text = |s: &str| word::word(s, if quoted { Reading::Quoted } else { Reading::Pattern }, level);
    let pattern = |s: &str| word::word(s, Reading::Pattern, level);
    let b = rest.as_bytes();
    let operation = match b {
        [] => Operation::Value,
        [b':', kind @ (b'-' | b'=' | b'?' | b'+'), ..] => {
            Operation::Alternative { kind: *kind, null: true, word: alternative(&rest[2..], quoted, level) }
        }
        [kind @ (b'-' | b'=' | b'?' | b'+'), ..] => {
            Operation::Alternative { kind: *kind, null: false, word: alternative(&rest[1..], quoted, level) }
        }
        [b':', ..] => substring(&rest[1..], level),
        [c @ (b'#' | b'%'), ..] => {
            let longest = b.get(1) == Some(c);
            let pattern = pattern(&rest[1 + usize::from(longest)..]);
            Operation::Remove { suffix: *c == b'%', longest, pattern }
        }
        [b'/', ..] => replace(&rest[1..], level),
        [c @ (b'^' | b','), ..] => {
            let all = b.get(1) == Some(c);
            let of = &rest[1 + usize::from(all)..];
            Operation::Case { upper: *c == b'^', all, pattern: (!of.is_empty()).then(|| text(of)) }
        }
        [b'@', c @ (b'U' | b'u' | b'L' | b'Q' | b'E' | b'P' | b'A' | b'K' | b'a' | b'k')] => Operation::Transform(*c),
        _ => return None,
    };
    Some(operation)
}

/// The word of `${x:-word}`: a tilde in front counts where it is not quoted.
fn alternative(s: &str, quoted: bool, level: Level) -> super::Word {
    word::word(s, if quoted { Reading::Quoted } else { Reading::Pattern }, level)
}

fn substring(s: &str, level: Level) -> Operation {
    let arithmetic = |s: &str| word::word(s, Reading::Quoted, level);
    match offset_end(s, level) {
        Some(colon) => {
            Operation::Substring { offset: arithmetic(&s[..colon]), length: Some(arithmetic(&s[colon + 1..])) }
        }
        None => Operation::Substring { offset: arithmetic(s), length: None },
    }
}

/// The `:` before the length, past those of `?:`.
fn offset_end(s: &str, level: Level) -> Option<usize> {
    let mut questions = 0;
    let mut from = 0;
    loop {
        let at = from + find(&s[from..], level, |b, open| open == 0 && (b == b':' || b == b'?'))?;
        if s.as_bytes()[at] == b'?' {
            questions += 1;
        } else if questions == 0 {
            return Some(at);
        } else {
            questions -= 1;
        }
        from = at + 1;
    }
}

fn replace(s: &str, level: Level) -> Operation {
    let (place, s) = match s.as_bytes().first() {
        Some(b'/') => (Place::Every, &s[1..]),
        Some(b'#') => (Place::Start, &s[1..]),
        Some(b'%') => (Place::End, &s[1..]),
        _ => (Place::First, s),
    };
    // A slash that begins the pattern belongs to it, unless the pattern is an anchor alone.
    let first = usize::from(s.starts_with('/') && matches!(place, Place::First | Place::Every));
    let end = find(&s[first..], level, |b, _| b == b'/').map(|at| at + first);
    let (pattern, with) = end.map_or((s, ""), |end| (&s[..end], &s[end + 1..]));
    Operation::Replace {
        pattern: word::word(pattern, Reading::Pattern, level),
        with: word::word(with, Reading::Pattern, level),
        place,
    }
}

/// The name of `NAME` or `NAME[…]` in front of an assignment or in an argument of `read`, `unset` …; and its subscript.
pub(super) fn element(s: &str) -> Option<(&str, Option<&str>, &str)> {
    let length = s.bytes().take_while(|&b| is_name_byte(b)).count();
    if length == 0 || s.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let (name, rest) = s.split_at(length);
    match rest.strip_prefix('[') {
        Some(subscript) => {
            let end = skip::subscript(subscript, 0)?;
            Some((name, Some(&subscript[..end - 1]), &subscript[end..]))
        }
        None => Some((name, None, rest)),
    }
}
