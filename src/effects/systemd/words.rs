//! Words of configuration lines: quotes and backslashes as systemd takes them.

/// A line whose quotes or escapes do not fit together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The first `most` words, and the rest of the line.
pub(super) fn split(line: &str, most: usize) -> Result<(Vec<String>, &str), Malformed> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while words.len() < most && !rest.is_empty() {
        let (word, after) = first(rest)?;
        words.push(word);
        rest = after;
    }
    Ok((words, rest))
}

/// Every word.
pub(super) fn all(line: &str) -> Result<Vec<String>, Malformed> {
    split(line, usize::MAX).map(|(words, _)| words)
}

fn first(text: &str) -> Result<(String, &str), Malformed> {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (_, '\\') => word.push(chars.next().ok_or(Malformed)?.1),
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ' ' | '\t' | '\n' | '\r') => return Ok((word, text[at..].trim_start())),
            (_, c) => word.push(c),
        }
    }
    if quote.is_some() { Err(Malformed) } else { Ok((word, "")) }
}

/// Resolves C's escapes, and `\s` for a space.
pub(super) fn unescape(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&letter, after) = rest.split_first().ok_or(Malformed)?;
        rest = after;
        match letter {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b's' => out.push(b' '),
            b'\\' | b'"' | b'\'' => out.push(letter),
            b'x' => out.push(u8::try_from(digits(&mut rest, 2, 16)?).map_err(|_| Malformed)?),
            b'u' | b'U' => {
                let code = digits(&mut rest, if letter == b'u' { 4 } else { 8 }, 16)?;
                let c = char::from_u32(code).filter(|c| *c != '\0').ok_or(Malformed)?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            b'0'..=b'7' => {
                let mut octal = after;
                let tail = digits(&mut octal, 2, 8)?;
                rest = octal;
                out.push(u8::try_from(u32::from(letter - b'0') * 64 + tail).map_err(|_| Malformed)?);
            }
            _ => return Err(Malformed),
        }
    }
    Ok(out)
}

fn digits(rest: &mut &[u8], count: usize, base: u32) -> Result<u32, Malformed> {
    let head = rest.get(..count).ok_or(Malformed)?;
    let text = std::str::from_utf8(head).map_err(|_| Malformed)?;
    *rest = &rest[count..];
    u32::from_str_radix(text, base).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_escapes() {
        let (words, rest) = split(r#"u  "a b"c 'x"y' d\ e rest of it "#, 4).expect("sound");
        assert_eq!(words, ["u", "a bc", "x\"y", "d e"]);
        assert_eq!(rest, "rest of it ");
        assert_eq!(split("a \"b", 3), Err(Malformed));
        assert_eq!(split("a \\", 3), Err(Malformed));
        assert_eq!(unescape(r"a\x41\101\n\s\\\u00e9"), Ok("aAA\n \\é".as_bytes().to_vec()));
        assert_eq!(unescape(r"\q"), Err(Malformed));
        assert_eq!(unescape(r"\x4"), Err(Malformed));
    }
}
