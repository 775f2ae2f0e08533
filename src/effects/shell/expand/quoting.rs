//! Texts that a shell reads back as what they were.

use crate::effects::shell::text::char_at;

fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&b) || b >= 0x80
}

fn has_controls(text: &[u8]) -> bool {
    text.iter().any(|b| b.is_ascii_control()) || std::str::from_utf8(text).is_err()
}

/// `'…'`, always.
pub(in super::super) fn quote_single(text: &[u8]) -> Vec<u8> {
    if text == b"'" {
        return b"\\'".to_vec();
    }
    let mut out = vec![b'\''];
    for &b in text {
        if b == b'\'' { out.extend(b"'\\''") } else { out.push(b) }
    }
    out.push(b'\'');
    out
}

/// `$'…'`.
pub(in super::super) fn quote_ansi(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (b"$'".to_vec(), 0);
    while at < text.len() {
        let (c, length) = char_at(text, at);
        match text[at] {
            b'\n' => out.extend(b"\\n"),
            b'\t' => out.extend(b"\\t"),
            b'\r' => out.extend(b"\\r"),
            7 => out.extend(b"\\a"),
            8 => out.extend(b"\\b"),
            11 => out.extend(b"\\v"),
            12 => out.extend(b"\\f"),
            27 => out.extend(b"\\E"),
            b @ (b'\\' | b'\'') => out.extend([b'\\', b]),
            b if b.is_ascii_control() || (b >= 0x80 && char::from_u32(c).is_none_or(|c| c >= '\u{10FF80}')) => {
                out.extend(format!("\\{b:03o}").bytes());
            }
            _ => out.extend(&text[at..at + length]),
        }
        at += length;
    }
    out.push(b'\'');
    out
}

/// As `set -x` shows a word.
pub(in super::super) fn quote_trace(text: &[u8]) -> Vec<u8> {
    if has_controls(text) {
        quote_ansi(text)
    } else if !text.is_empty() && text.iter().all(|&b| is_plain(b) || b == b'=') {
        text.to_vec()
    } else {
        quote_single(text)
    }
}

/// As `printf %q` does: a backslash before each special character.
pub(in super::super) fn quote_backslash(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return b"''".to_vec();
    }
    if has_controls(text) {
        return quote_ansi(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (i, &b) in text.iter().enumerate() {
        let special = b" \t'\"\\|&;()<>!{}*[]?^$`,".contains(&b) || (i == 0 && (b == b'~' || b == b'#'));
        if special {
            out.push(b'\\');
        }
        out.push(b);
    }
    out
}
