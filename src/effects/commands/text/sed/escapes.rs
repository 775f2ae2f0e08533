//! Backslashes in scripts.

use super::script::{Case, Part};

/// `\n`, `\t`, `\d065`, `\o101`, `\x41`, `\cX` after the backslash: the byte, and how long it is written.
fn character(rest: &[u8]) -> Option<(u8, usize)> {
    let number = |base: u32, most: usize| {
        let digits = rest[1..].iter().take(most).take_while(|b| char::from(**b).is_digit(base)).count();
        let text = std::str::from_utf8(&rest[1..=digits]).ok()?;
        let value = u32::from_str_radix(text, base).ok()?;
        Some(((value & 0xff) as u8, digits + 1))
    };
    Some(match rest.first()? {
        b'a' => (7, 1),
        b'f' => (12, 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' => (11, 1),
        b'c' => (rest.get(1)?.to_ascii_uppercase() ^ 0x40, 2),
        b'd' => number(10, 3)?,
        b'o' => number(8, 3)?,
        b'x' => number(16, 2)?,
        _ => return None,
    })
}

/// An expression's source with sed's own escapes turned into the characters they are, special ones staying special.
pub(super) fn expression(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        if source[at] == b'\\' && at + 1 < source.len() {
            match character(&source[at + 1..]) {
                Some((byte, length)) => {
                    out.push(byte);
                    at += 1 + length;
                }
                None => {
                    out.extend_from_slice(&source[at..at + 2]);
                    at += 2;
                }
            }
        } else {
            out.push(source[at]);
            at += 1;
        }
    }
    out
}

/// The text of `a`, `i` and `c`: a backslash makes the next character itself, or one of sed's escapes. What starts a one-liner's
/// text after its backslash is itself, too.
pub(super) fn text(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        if source[at] == b'\\' && at + 1 < source.len() {
            let (byte, length) = character(&source[at + 1..]).unwrap_or((source[at + 1], 1));
            out.push(byte);
            at += 1 + length;
        } else {
            out.push(source[at]);
            at += 1;
        }
    }
    out
}

/// The right side of `s`.
pub(super) fn replacement(source: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let (part, length) = match source[at..] {
            [b'&', ..] => (Part::Group(0), 1),
            [b'\\', digit @ b'0'..=b'9', ..] => (Part::Group(usize::from(digit - b'0')), 2),
            [b'\\', b'U', ..] => (Part::Case(Case::Upper), 2),
            [b'\\', b'L', ..] => (Part::Case(Case::Lower), 2),
            [b'\\', b'E', ..] => (Part::Case(Case::AsIs), 2),
            [b'\\', b'u', ..] => (Part::Case(Case::UpperOnce), 2),
            [b'\\', b'l', ..] => (Part::Case(Case::LowerOnce), 2),
            [b'\\', next, ..] => {
                let (byte, length) = character(&source[at + 1..]).unwrap_or((next, 1));
                text.push(byte);
                at += 1 + length;
                continue;
            }
            [byte, ..] => {
                text.push(byte);
                at += 1;
                continue;
            }
            [] => break,
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.push(part);
        at += length;
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}
