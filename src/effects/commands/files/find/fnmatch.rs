//! Patterns over whole names: `*` and `?` match slashes and dots too, as in find.

/// Longer patterns match no name: the work grows with both.
const LONGEST: usize = 16 << 10;

/// Whether all of `name` matches `pattern`; letters in both cases with `fold`.
pub(in super::super) fn fnmatch(pattern: &[u8], name: &[u8], fold: bool) -> bool {
    if pattern.len() > LONGEST {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    // Where the last star was, and how much it has taken.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && n == name.len() {
            return true;
        }
        let stepped = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some(_) if n < name.len() => one(&pattern[p..], &name[n..], fold),
            _ => None,
        };
        match (stepped, star) {
            (Some((used, length)), _) => (p, n) = (p + used, n + length),
            (None, Some((at, taken))) if taken < name.len() => {
                star = Some((at, taken + 1));
                (p, n) = (at + 1, taken + 1);
            }
            (None, _) => return false,
        }
    }
}

/// The bytes of a character of UTF-8; of anything else, one.
fn width(text: &[u8]) -> usize {
    let wide = match text.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    if text.get(..wide).is_some_and(|t| std::str::from_utf8(t).is_ok()) { wide } else { 1 }
}

/// Matches one character; the lengths in the pattern and in the name.
fn one(pattern: &[u8], name: &[u8], fold: bool) -> Option<(usize, usize)> {
    let same = |a: u8, b: u8| a == b || fold && a.eq_ignore_ascii_case(&b);
    match pattern[0] {
        b'?' => Some((1, width(name))),
        b'[' => match bracket(pattern, name, fold) {
            Some((used, true)) => Some((used, width(name))),
            Some((_, false)) => None,
            // Not closed: a bracket.
            None => (name[0] == b'[').then_some((1, 1)),
        },
        b'\\' if pattern.len() > 1 => same(pattern[1], name[0]).then_some((2, 1)),
        byte => same(byte, name[0]).then_some((1, 1)),
    }
}

/// `[…]`: its length and whether the character is in it; none where it is not closed.
fn bracket(pattern: &[u8], name: &[u8], fold: bool) -> Option<(usize, bool)> {
    let character = |text: &[u8]| -> u32 {
        let text = &text[..width(text)];
        std::str::from_utf8(text).ok().and_then(|t| t.chars().next()).map_or(u32::from(text[0]) + 0x11_0000, u32::from)
    };
    let subject = character(name);
    let cases = match name[0] {
        byte if fold && byte.is_ascii() => [u32::from(byte.to_ascii_lowercase()), u32::from(byte.to_ascii_uppercase())],
        _ => [subject, subject],
    };
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = 1 + usize::from(negated);
    let (mut at, mut found) = (start, false);
    loop {
        let rest = pattern.get(at..).filter(|r| !r.is_empty())?;
        if rest[0] == b']' && at > start {
            return Some((at + 1, found != negated));
        }
        if let Some(end) = rest.strip_prefix(b"[:").and_then(|r| r.windows(2).position(|w| w == b":]")) {
            found |= cases.iter().any(|c| class(&rest[2..2 + end], *c));
            at += end + 4;
            continue;
        }
        let escaped = usize::from(rest[0] == b'\\' && rest.len() > 1);
        let low = &rest[escaped..];
        let after = &low[width(low)..];
        at = pattern.len() - after.len();
        let mut high = low;
        if after.len() > 1 && after[0] == b'-' && after[1] != b']' {
            high = &after[1..];
            high = &high[usize::from(high[0] == b'\\' && high.len() > 1)..];
            at = pattern.len() - high.len() + width(high);
        }
        found |= cases.iter().any(|c| (character(low)..=character(high)).contains(c));
    }
}

fn class(name: &[u8], character: u32) -> bool {
    let Ok(byte) = u8::try_from(character) else { return false };
    match name {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => byte.is_ascii_whitespace() || byte == 11,
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"punct" => byte.is_ascii_punctuation(),
        b"cntrl" => byte.is_ascii_control(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        b"graph" => byte.is_ascii_graphic(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::fnmatch;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, matches) in [
            ("*.rpm*", "a/b.rpmnew", true),
            ("*.rpm", "b.rpmnew", false),
            ("a?c", "a\u{e9}c", true),
            ("[a-c]*[!0-9]", "bar", true),
            ("[a-c]*[!0-9]", "ba1", false),
            ("[]x]", "]", true),
            ("[[:digit:]x-]*", "-9", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("[", "[", true),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(fnmatch(pattern.as_bytes(), name.as_bytes(), false), matches, "{pattern} {name}");
        }
        assert!(fnmatch(b"RE*[m-n]E", b"readme".as_slice(), true));
    }
}
