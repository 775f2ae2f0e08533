//! Numbers as arguments.

/// An integer in decimal, with blanks around it as `strtoimax` and bash allow.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim_matches([' ', '\t', '\n']);
    text.strip_prefix('+').filter(|t| !t.starts_with('-')).unwrap_or(text).parse().ok()
}

/// A count: an integer that is not negative.
pub(super) fn count(text: &[u8]) -> Option<usize> {
    usize::try_from(integer(text)?).ok()
}

/// `printf`'s numbers: decimal, octal, hexadecimal or `'c`; the value as far as it goes, and whether that was all.
pub(super) fn printed(text: &[u8]) -> (i128, bool) {
    if let [b'\'' | b'"', rest @ ..] = text {
        let value = if rest.is_empty() { 0 } else { crate::effects::shell::text::char_at(rest, 0).0 };
        return (i128::from(value), true);
    }
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (base, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
        [b'0', ..] => (8, digits),
        _ => (10, digits),
    };
    let length = digits.iter().take_while(|b| char::from(**b).is_digit(base)).count();
    let mut value: i128 = 0;
    for b in &digits[..length] {
        let digit = char::from(*b).to_digit(base).unwrap_or_default();
        value = (value * i128::from(base) + i128::from(digit)).min(i128::from(u64::MAX));
    }
    (if negative { -value } else { value }, length == digits.len() && length > 0)
}
