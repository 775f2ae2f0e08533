//! Scripts are bytes, the parser wants text: bytes that are no UTF-8 travel as private characters and come back as they were.

/// The characters U+10FF80 to U+10FFFF stand for the bytes 80 to FF.
const PRIVATE: u32 = 0x10_FF00;

/// Bytes as text. NULs are dropped, as bash does.
pub(super) fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars().filter(|&c| c != '\0') {
            if u32::from(c) >= PRIVATE + 0x80 {
                let mut buffer = [0; 4];
                text.extend(c.encode_utf8(&mut buffer).bytes().map(private));
            } else {
                text.push(c);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(private));
    }
    text
}

fn private(byte: u8) -> char {
    char::from_u32(PRIVATE + u32::from(byte)).expect("the last plane holds it")
}

/// The bytes that text stands for.
pub(super) fn to_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(PRIVATE) {
            Some(byte @ 0x80..) => bytes.push(byte as u8),
            _ => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

/// The character at `at` and its length; a byte that is no UTF-8 is a character of its own.
pub(super) fn char_at(bytes: &[u8], at: usize) -> (u32, usize) {
    let first = bytes[at];
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return (if first < 0x80 { u32::from(first) } else { PRIVATE + u32::from(first) }, 1),
    };
    match bytes.get(at..at + length).and_then(|b| std::str::from_utf8(b).ok()).and_then(|s| s.chars().next()) {
        Some(c) => (u32::from(c), length),
        None => (PRIVATE + u32::from(first), 1),
    }
}

/// Where each character starts, and the end.
pub(super) fn char_starts(bytes: &[u8]) -> Vec<usize> {
    let (mut starts, mut at) = (Vec::with_capacity(bytes.len() + 1), 0);
    while at < bytes.len() {
        starts.push(at);
        at += char_at(bytes, at).1;
    }
    starts.push(at);
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (1..=255).chain("é漢\u{10FF80}".bytes()).collect();
        assert_eq!(to_bytes(&to_text(&all)), all);
        assert_eq!(char_starts("aé\u{6f22}".as_bytes()), [0, 1, 3, 6]);
        assert_eq!(char_starts(b"\xE9a"), [0, 1, 2]);
    }
}
