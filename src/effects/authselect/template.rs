//! The language of authselect's profiles: lines and words that are there only with some features.
//!
//! ```text
//! {include if EXPRESSION} {exclude if EXPRESSION}      the line they stand in
//! {continue if EXPRESSION} {stop if EXPRESSION}        everything that follows
//! {if EXPRESSION:TEXT|OTHER TEXT}                      words
//! {imply "FEATURE" if EXPRESSION}                      one feature brings another
//! ```
//! An expression is made of `"FEATURE"`, `and`, `or` (both as strong, from the left), `not` and parentheses.

use super::Refused;

/// Parentheses within parentheses, at most.
const DEEPEST: usize = 64;

enum Operator<'a> {
    Continue(&'a [u8]),
    Stop(&'a [u8]),
    Include(&'a [u8]),
    Exclude(&'a [u8]),
    Imply(&'a [u8], &'a [u8]),
    If(&'a [u8], &'a [u8], &'a [u8]),
}

impl<'a> Operator<'a> {
    /// What stands between braces, if it is one.
    fn read(inside: &'a [u8]) -> Option<Self> {
        let plain =
            |text: &'a [u8]| (!text.is_empty() && !text.iter().any(|b| matches!(b, b'|' | b':'))).then_some(text);
        let after = |word: &str| inside.strip_prefix(word.as_bytes());
        if let Some(rest) = after("continue if ") {
            return plain(rest).map(Self::Continue);
        }
        if let Some(rest) = after("stop if ") {
            return plain(rest).map(Self::Stop);
        }
        if let Some(rest) = after("include if ") {
            return plain(rest).map(Self::Include);
        }
        if let Some(rest) = after("exclude if ") {
            return plain(rest).map(Self::Exclude);
        }
        if let Some(rest) = after("imply \"") {
            let end = rest.iter().position(|&b| b == b'"')?;
            let (feature, rest) = (&rest[..end], rest[end + 1..].strip_prefix(b" if ")?);
            return (!feature.is_empty() && !feature.contains(&b'|')).then_some(Self::Imply(feature, plain(rest)?));
        }
        let rest = after("if ")?;
        let colon = rest.iter().position(|&b| b == b':')?;
        let (expression, values) = (plain(&rest[..colon])?, &rest[colon + 1..]);
        let mut values = values.split(|&b| b == b'|');
        let (yes, no) = (values.next().unwrap_or_default(), values.next().unwrap_or_default());
        values.next().is_none().then_some(Self::If(expression, yes, no))
    }

    fn expression(&self) -> &'a [u8] {
        match self {
            Self::Continue(e) | Self::Stop(e) | Self::Include(e) | Self::Exclude(e) | Self::Imply(_, e) => e,
            Self::If(e, ..) => e,
        }
    }
}

/// The next operator: what stands before it, itself, what follows.
fn next(text: &[u8]) -> Option<(&[u8], Operator<'_>, &[u8])> {
    let mut from = 0;
    while let Some(open) = text[from..].iter().position(|&b| b == b'{').map(|n| n + from) {
        let rest = &text[open + 1..];
        let end = rest.iter().position(|b| matches!(b, b'{' | b'}' | b'\n'));
        if let Some(end) = end.filter(|&n| rest[n] == b'}')
            && let Some(operator) = Operator::read(&rest[..end])
        {
            return Some((&text[..open], operator, &rest[end + 1..]));
        }
        from = open + 1;
    }
    None
}

/// The features a template asks about, in their order, some of them more than once.
pub(super) fn features(template: &[u8]) -> Vec<Vec<u8>> {
    let (mut found, mut text) = (Vec::new(), template);
    while let Some((_, operator, rest)) = next(text) {
        let quoted = operator.expression().split(|&b| b == b'"').skip(1).step_by(2);
        found.extend(quoted.filter(|f| !f.is_empty()).map(<[u8]>::to_vec));
        text = rest;
    }
    found
}

/// What a template comes to with some features.
pub(super) fn generate(template: &[u8], features: &[Vec<u8>]) -> Result<Vec<u8>, Refused> {
    let mut features = features.to_vec();
    let (mut out, mut text) = (Vec::with_capacity(template.len()), template);
    loop {
        let Some((before, operator, rest)) = next(text) else {
            out.extend_from_slice(text);
            break;
        };
        out.extend_from_slice(before);
        text = rest;
        let holds = evaluate(operator.expression(), &features)?;
        match operator {
            Operator::Continue(_) | Operator::Stop(_) if holds == matches!(operator, Operator::Stop(_)) => break,
            Operator::Include(_) | Operator::Exclude(_) if holds == matches!(operator, Operator::Include(_)) => {
                continue;
            }
            Operator::If(_, yes, no) => {
                out.extend_from_slice(if holds { yes } else { no });
                continue;
            }
            Operator::Imply(feature, _) if holds && !features.iter().any(|f| f == feature) => {
                features.push(feature.to_vec());
            }
            _ => {}
        }
        // The whole line goes.
        out.truncate(out.iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1));
        text = text.iter().position(|&b| b == b'\n').map_or(&[][..], |n| &text[n + 1..]);
    }
    let lines: Vec<&[u8]> = out.split(|&b| b == b'\n').map(trimmed).collect();
    Ok(lines.join(&b'\n'))
}

/// Without blanks at its end, of which the very first byte of a line is none.
fn trimmed(line: &[u8]) -> &[u8] {
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 11;
    let length = line.iter().rposition(|b| !blank(b)).map_or(0, |n| n + 1);
    &line[..length.max(1).min(line.len())]
}

/// Whether an expression holds.
fn evaluate(expression: &[u8], features: &[Vec<u8>]) -> Result<bool, Refused> {
    let mut rest = expression;
    let value = sequence(&mut rest, features, 0)?;
    if rest.is_empty() { Ok(value) } else { Err(Refused::Template) }
}

enum Token<'a> {
    Open,
    Close,
    Feature(&'a [u8]),
    And,
    Or,
    Not,
    End,
}

fn token<'a>(rest: &mut &'a [u8]) -> Result<Token<'a>, Refused> {
    let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    *rest = &rest[blanks..];
    let (token, length) = match rest.first() {
        None => (Token::End, 0),
        Some(b'(') => (Token::Open, 1),
        Some(b')') => (Token::Close, 1),
        Some(b'"') => {
            let end = rest[1..].iter().position(|&b| b == b'"').ok_or(Refused::Template)?;
            (Token::Feature(&rest[1..=end]), end + 2)
        }
        Some(_) => {
            let word = &rest[..rest.iter().take_while(|b| b.is_ascii_alphabetic()).count()];
            match word.to_ascii_lowercase().as_slice() {
                b"and" => (Token::And, 3),
                b"or" => (Token::Or, 2),
                b"not" => (Token::Not, 3),
                _ => return Err(Refused::Template),
            }
        }
    };
    *rest = &rest[length..];
    Ok(token)
}

/// Terms with operators between them, up to the end or to the closing parenthesis.
fn sequence(rest: &mut &[u8], features: &[Vec<u8>], depth: usize) -> Result<bool, Refused> {
    let mut value = term(rest, features, depth)?;
    loop {
        match token(rest)? {
            Token::And => value &= term(rest, features, depth)?,
            Token::Or => value |= term(rest, features, depth)?,
            Token::Close if depth > 0 => return Ok(value),
            Token::End if depth == 0 => return Ok(value),
            _ => return Err(Refused::Template),
        }
    }
}

fn term(rest: &mut &[u8], features: &[Vec<u8>], depth: usize) -> Result<bool, Refused> {
    let mut negated = false;
    loop {
        let value = match token(rest)? {
            Token::Not => {
                negated = !negated;
                continue;
            }
            Token::Feature(name) => features.iter().any(|f| f == name),
            Token::Open if depth < DEEPEST => sequence(rest, features, depth + 1)?,
            _ => return Err(Refused::Template),
        };
        return Ok(value != negated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(template: &str, features: &[&str]) -> String {
        let features: Vec<_> = features.iter().map(|f| f.as_bytes().to_vec()).collect();
        generate(template.as_bytes(), &features)
            .map_or("refused".to_owned(), |t| String::from_utf8_lossy(&t).into_owned())
    }

    #[test]
    fn lines_and_words() {
        let template = "a  \nb {include if \"x\"}\nc {exclude if \"x\"}\n{if \"x\":yes|no} {if not \"x\":less}\n";
        assert_eq!(made(template, &[]), "a\nc\nno less\n");
        assert_eq!(made(template, &["x"]), "a\nb\nyes\n");
        assert_eq!(made("a\n{stop if \"x\"}\nb\n{continue if \"y\"}\nc", &[]), "a\nb\n");
        assert_eq!(made("a\n{stop if \"x\"}\nb\n{continue if \"y\"}\nc", &["y"]), "a\nb\nc");
        assert_eq!(made("{imply \"x\" if \"y\"}\nb {include if \"x\"}\n", &["y"]), "b\n");
        assert_eq!(made("{if} {nothing} { {include if \"x\"} y\nz", &["x"]), "{if} {nothing} {  y\nz");
    }

    #[test]
    fn expressions() {
        for (expression, holds) in [
            ("\"a\"", "yes"),
            ("not \"a\"", "no"),
            ("\"a\" and not \"b\"", "yes"),
            ("\"b\" or (\"a\" and not (\"b\" or \"c\"))", "yes"),
            ("\"a\" or \"a\" and \"b\"", "no"),
            ("(\"a\"", "refused"),
            ("\"a\")", "refused"),
            ("\"a\" \"b\"", "refused"),
            ("nor \"a\"", "refused"),
        ] {
            assert_eq!(made(&format!("{{if {expression}:yes|no}}"), &["a"]), holds, "{expression}");
        }
        assert_eq!(made(&format!("{{if {}\"a\":y}}", "(".repeat(100_000)), &[]), "refused");
    }
}
