//! Backslashes as in `$'…'`, `echo -e` and `printf`.

/// What a backslash sequence gives.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Escape {
    Bytes(Vec<u8>),
    /// `\c` of `echo -e` and `%b`: output ends here.
    Stop,
}

/// Whose sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Escapes {
    /// `$'…'`: octal `\nnn`, `\cX`, `\'`, `\?`.
    Quote,
    /// `echo -e` and `%b`: octal `\0nnn`; `%b` also `\nnn`.
    Echo,
    /// The format of `printf`: octal `\nnn`.
    Format,
}

/// `$'…'` without its quotes.
pub(in super::super) fn unescape(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let (escape, next) = sequence(text, at + 1, Escapes::Quote);
        if let Escape::Bytes(bytes) = escape {
            if bytes == [0] {
                break;
            }
            out.extend(bytes);
        }
        at = next;
    }
    out
}

/// The sequence behind the backslash, and where it ends.
pub(in super::super) fn sequence(text: &[u8], at: usize, escapes: Escapes) -> (Escape, usize) {
    let quote = escapes == Escapes::Quote;
    let byte = match text[at] {
        b'a' => 7,
        b'b' => 8,
        b'e' | b'E' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'\'' | b'?' if quote => text[at],
        b'"' if escapes != Escapes::Echo => b'"',
        b'\'' if escapes == Escapes::Format => b'\'',
        b'c' if quote && at + 1 < text.len() => {
            return (Escape::Bytes(vec![text[at + 1].to_ascii_uppercase() ^ 0x40]), at + 2);
        }
        b'c' if escapes == Escapes::Echo => return (Escape::Stop, at + 1),
        b'0' if escapes == Escapes::Echo => return octal(text, at + 1),
        b'0'..=b'7' => return octal(text, at),
        b'x' => return hexadecimal(text, at, 2, false),
        b'u' => return hexadecimal(text, at, 4, true),
        b'U' => return hexadecimal(text, at, 8, true),
        other => return (Escape::Bytes(vec![b'\\', other]), at + 1),
    };
    (Escape::Bytes(vec![byte]), at + 1)
}

fn octal(text: &[u8], at: usize) -> (Escape, usize) {
    let digits = text[at..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let value = text[at..at + digits].iter().fold(0_u32, |v, b| v * 8 + u32::from(b - b'0'));
    (Escape::Bytes(vec![value as u8]), at + digits)
}

/// At the `x`, `u` or `U`.
fn hexadecimal(text: &[u8], at: usize, most: usize, is_character: bool) -> (Escape, usize) {
    let digits = text[at + 1..].iter().take(most).take_while(|b| b.is_ascii_hexdigit()).count();
    if digits == 0 {
        return (Escape::Bytes(vec![b'\\', text[at]]), at + 1);
    }
    let digit = |b: &u8| char::from(*b).to_digit(16).unwrap_or_default();
    let value = text[at + 1..=at + digits].iter().fold(0_u32, |v, b| v.wrapping_mul(16) + digit(b));
    let bytes = match char::from_u32(value).filter(|_| is_character) {
        Some(c) => c.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
        None => vec![value as u8],
    };
    (Escape::Bytes(bytes), at + 1 + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_bashs() {
        assert_eq!(unescape(br"a\tb\x41\101\u00e9\'\q\\"), "a\tbAA\u{e9}'\\q\\".as_bytes());
        assert_eq!(unescape(br"a\0b"), b"a");
        assert_eq!(sequence(b"c", 0, Escapes::Echo), (Escape::Stop, 1));
        assert_eq!(sequence(b"0101x", 0, Escapes::Echo), (Escape::Bytes(b"A".to_vec()), 4));
    }
}
