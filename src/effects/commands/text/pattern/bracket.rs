//! `[…]`: ranges, classes, collating symbols.

use super::{
    PatternError,
    node::{LETTERS, RAW, Set, symbol},
};

/// The set of a bracket expression and where it ends; `rest` starts after the `[`. With `escapes`, as awk, a backslash in it is one.
pub(super) fn bracket(rest: &[u8], escapes: bool) -> Result<(Set, usize), PatternError> {
    let mut at = 0;
    let negated = rest.first() == Some(&b'^');
    at += usize::from(negated);
    let first = at;
    let mut ranges = Vec::new();
    loop {
        match rest.get(at) {
            None => return Err(PatternError::OpenBracket),
            Some(b']') if at > first => break,
            Some(b'[') if rest.get(at + 1) == Some(&b':') => {
                let (name, end) = delimited(rest, at + 2, b':')?;
                ranges.extend(class(name)?.0);
                at = end;
                continue;
            }
            Some(_) => {}
        }
        let (low, next) = member(rest, at, escapes)?;
        at = next;
        if rest.get(at) == Some(&b'-') && rest.get(at + 1).is_some_and(|&b| b != b']') {
            let (high, next) = member(rest, at + 1, escapes)?;
            if high < low {
                return Err(PatternError::Range);
            }
            ranges.push((low, high));
            at = next;
        } else {
            ranges.push((low, low));
        }
    }
    let set = Set(ranges).normal();
    Ok((if negated { set.complement() } else { set }, at + 1))
}

/// The same in a file name pattern, where `!` negates as `^` does.
pub(super) fn glob_bracket(rest: &[u8]) -> Result<(Set, usize), PatternError> {
    match rest {
        [b'!', after @ ..] => bracket(&[b"^", after].concat(), true),
        _ => bracket(rest, true),
    }
}

/// One end of a range: a character, `[.x.]`, `[=x=]`, an escape of awk's.
fn member(rest: &[u8], at: usize, escapes: bool) -> Result<(u32, usize), PatternError> {
    match (rest.get(at), rest.get(at + 1)) {
        (Some(b'['), Some(&mark @ (b'.' | b'='))) => {
            let (name, end) = delimited(rest, at + 2, mark)?;
            match symbol(name) {
                Some((symbol, len)) if len == name.len() => Ok((symbol, end)),
                _ => Err(PatternError::Collation),
            }
        }
        (Some(b'\\'), Some(_)) if escapes => {
            let (symbol, len) =
                escape(&rest[at + 1..]).or_else(|| symbol(&rest[at + 1..])).ok_or(PatternError::OpenBracket)?;
            Ok((symbol, at + 1 + len))
        }
        _ => {
            symbol(&rest[at.min(rest.len())..]).map(|(symbol, len)| (symbol, at + len)).ok_or(PatternError::OpenBracket)
        }
    }
}

/// What stands between `[:` and `:]`, and where that ends.
fn delimited(rest: &[u8], from: usize, mark: u8) -> Result<(&[u8], usize), PatternError> {
    let end = rest[from..].windows(2).position(|w| w == [mark, b']']).ok_or(PatternError::OpenBracket)?;
    Ok((&rest[from..from + end], from + end + 2))
}

/// A class of ASCII.
pub(super) fn class(name: &[u8]) -> Result<Set, PatternError> {
    let test: fn(u8) -> bool = match name {
        b"alpha" => |b| b.is_ascii_alphabetic(),
        b"digit" => |b| b.is_ascii_digit(),
        b"alnum" => |b| b.is_ascii_alphanumeric(),
        b"upper" => |b| b.is_ascii_uppercase(),
        b"lower" => |b| b.is_ascii_lowercase(),
        b"space" => |b| b == b' ' || (9..=13).contains(&b),
        b"blank" => |b| b == b' ' || b == b'\t',
        b"punct" => |b| b.is_ascii_punctuation(),
        b"print" => |b| (32..127).contains(&b),
        b"graph" => |b| (33..127).contains(&b),
        b"cntrl" => |b| b < 32 || b == 127,
        b"xdigit" => |b| b.is_ascii_hexdigit(),
        _ => return Err(PatternError::Class),
    };
    let set = Set::ascii(test);
    Ok(match name {
        b"alpha" | b"alnum" => set.or(&LETTERS),
        b"print" | b"graph" => set.or(&[(0xa1, RAW - 1)]),
        _ => set,
    })
}

/// awk's escapes for characters, after the backslash: `\n`, `\052`, `\x2a`. None for what is no such escape.
pub(super) fn escape(rest: &[u8]) -> Option<(u32, usize)> {
    let symbol = match rest.first()? {
        b'n' => 10,
        b't' => 9,
        b'r' => 13,
        b'f' => 12,
        b'v' => 11,
        b'a' => 7,
        b'b' => 8,
        b'0'..=b'7' => {
            let digits = rest.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = rest[..digits].iter().fold(0, |n, &b| n * 8 + u32::from(b - b'0'));
            return Some((byte(value), digits));
        }
        b'x' => {
            let digits = rest[1..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            let text = std::str::from_utf8(&rest[1..=digits]).ok()?;
            return Some((byte(u32::from_str_radix(text, 16).ok()?), digits + 1));
        }
        _ => return None,
    };
    Some((symbol, 1))
}

fn byte(value: u32) -> u32 {
    let value = value & 0xff;
    if value < 128 { value } else { RAW + value }
}
