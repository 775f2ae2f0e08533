//! `a-z`, `[:alpha:]`, `[x*5]`, `\n`: what tr's operands mean.

/// Bytes one operand may stand for.
const LARGEST: usize = 1 << 16;

/// A piece of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Bytes(Vec<u8>),
    /// `[:lower:]` and `[:upper:]`: pairs of them change case.
    Case(Vec<u8>),
    /// Another class.
    Class(Vec<u8>),
    /// `[x*]`: as often as it takes.
    Fill(u8),
}

#[derive(Clone, Debug)]
pub(super) struct Set {
    pieces: Vec<Piece>,
    complement: bool,
}

impl Set {
    pub fn parse(text: &[u8], complement: bool) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if let Some((piece, length)) = bracketed(&text[at..])? {
                pieces.push(piece);
                at += length;
                continue;
            }
            let (low, length) = character(&text[at..]);
            at += length;
            if text.get(at) != Some(&b'-') || at + 1 >= text.len() {
                pieces.push(Piece::Bytes(vec![low]));
                continue;
            }
            let (high, length) = character(&text[at + 1..]);
            at += 1 + length;
            if high < low {
                let shown = |b: u8| char::from(b);
                return Err(format!(
                    "range-endpoints of '{}-{}' are in reverse collating sequence order",
                    shown(low),
                    shown(high)
                ));
            }
            pieces.push(Piece::Bytes((low..=high).collect()));
        }
        Ok(Self { pieces, complement })
    }

    /// What it stands for, where it must be `wanted` long.
    pub fn bytes(&self, wanted: usize) -> Result<Vec<u8>, String> {
        let length = |p: &Piece| match p {
            Piece::Bytes(b) | Piece::Case(b) | Piece::Class(b) => b.len(),
            Piece::Fill(_) => 0,
        };
        let fixed: usize = self.pieces.iter().map(length).sum();
        let mut fill = wanted.saturating_sub(fixed);
        let mut out = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) | Piece::Case(bytes) | Piece::Class(bytes) => out.extend_from_slice(bytes),
                Piece::Fill(byte) => out.extend(std::iter::repeat_n(*byte, std::mem::take(&mut fill))),
            }
            if out.len() > LARGEST {
                return Err("a set is too long".to_owned());
            }
        }
        Ok(if self.complement { (0..=255).filter(|b| !out.contains(b)).collect() } else { out })
    }

    /// As a second set it may hold no class but for changing case, each `[:upper:]` or `[:lower:]` across from one.
    pub fn check_classes(&self, first: &Self, complement: bool) -> Result<(), String> {
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Class(_) => {
                    return Err("when translating, the only character classes that may appear in\n\
                                string2 are 'upper' and 'lower'"
                        .to_owned());
                }
                Piece::Case(bytes) => {
                    if complement || !first.has_case_at(at) {
                        return Err("misaligned [:upper:] and/or [:lower:] construct".to_owned());
                    }
                    at += bytes.len();
                }
                Piece::Bytes(bytes) => at += bytes.len(),
                Piece::Fill(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn has_case_at(&self, place: usize) -> bool {
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Case(_) if at == place => return true,
                Piece::Bytes(b) | Piece::Case(b) | Piece::Class(b) => at += b.len(),
                Piece::Fill(_) => {}
            }
        }
        false
    }
}

/// `[:class:]`, `[=x=]`, `[x*n]` at the start.
fn bracketed(text: &[u8]) -> Result<Option<(Piece, usize)>, String> {
    let Some(rest) = text.strip_prefix(b"[") else { return Ok(None) };
    let delimited = |mark: u8| {
        let inner = rest.strip_prefix(&[mark])?;
        let end = inner.windows(2).position(|w| w == [mark, b']'])?;
        Some((&inner[..end], end + 4))
    };
    if let Some((name, length)) = delimited(b':') {
        let piece =
            class(name).ok_or_else(|| format!("invalid character class '{}'", String::from_utf8_lossy(name)))?;
        return Ok(Some((piece, length)));
    }
    if let Some((inner, length)) = delimited(b'=').filter(|(inner, _)| !inner.is_empty()) {
        let (byte, used) = character(inner);
        if used != inner.len() {
            return Err(format!(
                "{}: equivalence class operand must be a single character",
                String::from_utf8_lossy(inner)
            ));
        }
        return Ok(Some((Piece::Bytes(vec![byte]), length)));
    }
    let (byte, used) = character(rest);
    let Some(b'*') = rest.get(used) else { return Ok(None) };
    let after = &rest[used + 1..];
    let Some(end) = after.iter().position(|&b| b == b']') else { return Ok(None) };
    let digits = &after[..end];
    let base = if digits.first() == Some(&b'0') { 8 } else { 10 };
    let count = match digits {
        b"" => 0,
        _ => match std::str::from_utf8(digits).ok().and_then(|d| usize::from_str_radix(d, base).ok()) {
            Some(count) => count,
            None => return Ok(None),
        },
    };
    let piece = if count == 0 { Piece::Fill(byte) } else { Piece::Bytes(vec![byte; count.min(LARGEST)]) };
    Ok(Some((piece, 1 + used + 1 + end + 1)))
}

fn class(name: &[u8]) -> Option<Piece> {
    let of = |test: fn(u8) -> bool| (0..=255).filter(|b| test(*b)).collect::<Vec<u8>>();
    Some(match name {
        b"lower" => Piece::Case((b'a'..=b'z').collect()),
        b"upper" => Piece::Case((b'A'..=b'Z').collect()),
        b"alpha" => Piece::Class(of(|b| b.is_ascii_alphabetic())),
        b"digit" => Piece::Class(of(|b| b.is_ascii_digit())),
        b"alnum" => Piece::Class(of(|b| b.is_ascii_alphanumeric())),
        b"space" => Piece::Class(of(|b| b == b' ' || (9..=13).contains(&b))),
        b"blank" => Piece::Class(of(|b| b == b' ' || b == b'\t')),
        b"punct" => Piece::Class(of(|b| b.is_ascii_punctuation())),
        b"print" => Piece::Class(of(|b| (32..127).contains(&b))),
        b"graph" => Piece::Class(of(|b| (33..127).contains(&b))),
        b"cntrl" => Piece::Class(of(|b| b < 32 || b == 127)),
        b"xdigit" => Piece::Class(of(|b| b.is_ascii_hexdigit())),
        _ => return None,
    })
}

/// One byte, perhaps written with a backslash, and how long it is written.
fn character(text: &[u8]) -> (u8, usize) {
    let [b'\\', next, ..] = text else { return (text.first().copied().unwrap_or(0), 1) };
    let simple = match next {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'0'..=b'7' => {
            let mut value = 0u32;
            let mut used = 0;
            for digit in text[1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)) {
                // \400 and above are two digits and one to follow.
                if value * 8 + u32::from(digit - b'0') > 255 {
                    break;
                }
                value = value * 8 + u32::from(digit - b'0');
                used += 1;
            }
            return (value as u8, 1 + used);
        }
        other => *other,
    };
    (simple, 2)
}
