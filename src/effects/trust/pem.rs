//! Armour: `-----BEGIN X-----`, base64, `-----END X-----`.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

/// Blocks in a file that are looked at.
const MOST: usize = 100_000;

/// The blocks in a text: type and contents. It ends at the first whose end is not its own.
pub(super) fn blocks(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((kind, inside, after)) = block(rest) {
        if let Some(bytes) = decode(inside) {
            found.push((kind, bytes));
        }
        rest = after;
        if found.len() > MOST {
            break;
        }
    }
    found
}

fn block(text: &[u8]) -> Option<(String, &[u8], &[u8])> {
    let begin = find(text, b"-----BEGIN ")? + 11;
    let head = &text[begin..];
    let suffix = find(head, b"-----")?;
    let kind = &head[..suffix];
    if kind.contains(&b'\n') {
        return None;
    }
    let body = &head[suffix + 5..];
    let end = find(body, b"-----END ")?;
    let tail = body[end + 9..].strip_prefix(kind)?.strip_prefix(b"-----")?;
    Some((String::from_utf8_lossy(kind).into_owned(), &body[..end], tail))
}

pub(super) fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|w| w == what)
}

/// The bytes of base64 lines; headers before an empty line do not count.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let body = match text.trim_start().find("\n\n") {
        Some(at) => &text.trim_start()[at..],
        None => &text,
    };
    let digits: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(digits).ok().filter(|b| !b.is_empty())
}

/// A block with lines of 64 characters.
pub(super) fn write(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(64).flat_map(|line| [b"\n", line].concat());
    let mut out = format!("-----BEGIN {kind}-----").into_bytes();
    out.extend(lines);
    out.extend(format!("\n-----END {kind}-----\n").into_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = [b"# a\n".to_vec(), write("CERTIFICATE", &[1; 100]), b"x\n".to_vec(), write("X", b"abc")].concat();
        let found = blocks(&text);
        assert_eq!(found, [("CERTIFICATE".to_owned(), vec![1; 100]), ("X".to_owned(), b"abc".to_vec())]);
        assert_eq!(blocks(b"-----BEGIN A-----\nYQ==\n-----END B-----\n"), []);
        assert_eq!(write("X", b"abc"), b"-----BEGIN X-----\nYWJj\n-----END X-----\n");
    }
}
