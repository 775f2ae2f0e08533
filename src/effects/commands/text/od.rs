//! `od`: bytes as numbers and characters.

use super::{
    super::options::{Order, Parsed},
    number, stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "A,address-radix=",
    "endian=",
    "j,skip-bytes=",
    "N,read-bytes=",
    "S,strings=?",
    "t,format=",
    "v,output-duplicates",
    "w,width=?",
    "traditional",
    "a",
    "b",
    "c",
    "d",
    "f",
    "i",
    "l",
    "o",
    "s",
    "x",
];

/// How one item is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format {
    kind: u8,
    size: usize,
    /// `z`: the characters at the end of the line.
    characters: bool,
}

impl Format {
    /// Columns of an item, the blank before it not counted.
    fn width(self) -> usize {
        let bits = self.size * 8;
        match self.kind {
            b'a' | b'c' => 3,
            b'o' => bits.div_ceil(3),
            b'x' => self.size * 2,
            b'u' => u64::MAX.checked_shr(64 - bits as u32).unwrap_or(0).to_string().len(),
            _ => (u64::MAX.checked_shr(65 - bits as u32).unwrap_or(0)).to_string().len() + 1,
        }
    }

    fn item(self, bytes: &[u8]) -> String {
        let value = bytes.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let width = self.width();
        match self.kind {
            b'a' => named(bytes[0] & 0x7f),
            b'c' => character(bytes[0]),
            b'o' => format!("{value:0width$o}"),
            b'x' => format!("{value:0width$x}"),
            b'u' => value.to_string(),
            _ => {
                let unused = 64 - 8 * self.size as u32;
                (((value << unused) as i64) >> unused).to_string()
            }
        }
    }
}

const NAMES: [&str; 33] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr", "so", "si", "dle",
    "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us", "sp",
];

fn named(byte: u8) -> String {
    match NAMES.get(usize::from(byte)) {
        Some(name) => (*name).to_owned(),
        None if byte == 127 => "del".to_owned(),
        None => char::from(byte).to_string(),
    }
}

fn character(byte: u8) -> String {
    match byte {
        0 => "\\0".to_owned(),
        7 => "\\a".to_owned(),
        8 => "\\b".to_owned(),
        9 => "\\t".to_owned(),
        10 => "\\n".to_owned(),
        11 => "\\v".to_owned(),
        12 => "\\f".to_owned(),
        13 => "\\r".to_owned(),
        32..=126 => char::from(byte).to_string(),
        _ => format!("{byte:03o}"),
    }
}

/// `x1`, `o2z`, `c`, `dI` …, several in a row.
fn formats(text: &[u8]) -> Option<Vec<Format>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        let mut size = 4;
        if matches!(kind, b'a' | b'c') {
            size = 1;
        } else if matches!(kind, b'd' | b'o' | b'u' | b'x') {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if let Some(letter) = rest.first().filter(|b| b"CSIL".contains(b)) {
                size = 1 << b"CSIL".iter().position(|l| l == letter)?;
                rest = &rest[1..];
            } else if digits > 0 {
                size = usize::try_from(stream::number(&rest[..digits])?).ok()?;
                rest = &rest[digits..];
            }
        } else {
            return None;
        }
        let characters = rest.first() == Some(&b'z');
        rest = &rest[usize::from(characters)..];
        if !matches!(size, 1 | 2 | 4 | 8) {
            return None;
        }
        out.push(Format { kind, size, characters });
    }
    (!out.is_empty()).then_some(out)
}

struct Settings {
    formats: Vec<Format>,
    width: usize,
    address: u8,
    duplicates: bool,
    skip: usize,
    most: usize,
}

impl Settings {
    fn of(parsed: &Parsed) -> Option<Self> {
        let mut all = Vec::new();
        for (name, value) in &parsed.options {
            let text: &[u8] = match *name {
                "format" => value.as_deref()?,
                "a" => b"a",
                "b" => b"o1",
                "c" => b"c",
                "d" => b"u2",
                "i" => b"dI",
                "l" => b"dL",
                "o" => b"o2",
                "s" => b"d2",
                "x" => b"x2",
                _ => continue,
            };
            all.extend(formats(text)?);
        }
        if all.is_empty() {
            all.push(Format { kind: b'o', size: 2, characters: false });
        }
        let size = |name: &str, default: usize| match parsed.value(name) {
            None => Some(default),
            Some(text) => offset(text),
        };
        let unit = all.iter().map(|f| f.size).max().unwrap_or(1);
        let width = size("width", if parsed.has("width") { 32 } else { 16 })?;
        Some(Self {
            width: if width == 0 || width % unit != 0 || width > 1 << 16 { unit } else { width },
            formats: all,
            address: *parsed.value("address-radix").unwrap_or(b"o").first().filter(|b| b"doxn".contains(b))?,
            duplicates: parsed.has("output-duplicates"),
            skip: size("skip-bytes", 0)?,
            most: size("read-bytes", usize::MAX)?,
        })
    }

    fn address(&self, at: usize) -> String {
        match self.address {
            b'd' => format!("{at:07}"),
            b'x' => format!("{at:06x}"),
            b'n' => String::new(),
            _ => format!("{at:07o}"),
        }
    }

    /// One line of input in every format.
    fn line(&self, at: usize, bytes: &[u8], out: &mut Vec<u8>) {
        // Each format has the columns of the one that needs most for the same bytes.
        let unit = self.formats.iter().map(|f| f.size).max().unwrap_or(1);
        let columns = self.formats.iter().map(|f| (f.width() + 1) * (unit / f.size)).max().unwrap_or(0);
        for (n, format) in self.formats.iter().enumerate() {
            let address = self.address(at);
            let blank = " ".repeat(address.len());
            out.extend(if n == 0 { address } else { blank }.bytes());
            let items = unit / format.size;
            for group in 0..self.width / unit {
                for item in 0..items {
                    let start = group * unit + item * format.size;
                    // What the widest needs more goes before the items, evenly.
                    let column = columns * (item + 1) / items - columns * item / items;
                    let text = if start < bytes.len() {
                        let mut padded = bytes[start..bytes.len().min(start + format.size)].to_vec();
                        padded.resize(format.size, 0);
                        format.item(&padded)
                    } else if format.characters {
                        String::new()
                    } else {
                        continue;
                    };
                    out.extend(format!("{text:>column$}").bytes());
                }
            }
            if format.characters {
                out.extend_from_slice(b"  >");
                out.extend(bytes.iter().map(|b| if (32..127).contains(b) { *b } else { b'.' }));
                out.push(b'<');
            }
            out.push(b'\n');
        }
    }
}

/// A size, which may be octal or hexadecimal here.
fn offset(text: &[u8]) -> Option<usize> {
    let lower = stream::text(text).to_ascii_lowercase();
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok();
    let value = match lower.strip_prefix("0x") {
        Some(digits) => radix(digits, 16)?,
        None if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|b| b.is_ascii_digit()) => {
            radix(&lower, 8)?
        }
        None => number::size(text)?,
    };
    Some(usize::try_from(value).unwrap_or(usize::MAX))
}

/// `od [OPTION]… [FILE]…`
pub(super) fn od(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let Some(settings) = Settings::of(&parsed) else { return process.fail("invalid argument") };
    let mut bytes = Vec::new();
    let status = stream::each(process, &parsed.operands, |_, _, more| bytes.extend(more));
    let start = settings.skip.min(bytes.len());
    if settings.skip > bytes.len() {
        return process.fail("cannot skip past end of combined input");
    }
    let end = start.saturating_add(settings.most).min(bytes.len());
    let mut out = Vec::new();
    let (mut before, mut starred): (Option<&[u8]>, bool) = (None, false);
    for (n, line) in bytes[start..end].chunks(settings.width).enumerate() {
        if !process.stage.budget.step() {
            return Status::STOPPED;
        }
        if !settings.duplicates && before == Some(line) && line.len() == settings.width {
            out.extend_from_slice(if starred { b"" } else { b"*\n" });
            starred = true;
            continue;
        }
        (before, starred) = (Some(line), false);
        settings.line(start + n * settings.width, line, &mut out);
    }
    if settings.address != b'n' {
        out.extend(format!("{}\n", settings.address(end)).bytes());
    }
    process.out(out);
    status
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn bytes_are_shown() {
        for (args, input, expected) in [
            (&["od"][..], "abc", "0000000 061141 000143\n0000003\n"),
            (&["od", "-c"], "a\n\0", "0000000   a  \\n  \\0\n0000003\n"),
            (&["od", "-An", "-tx1"], "abc", " 61 62 63\n"),
            (&["od", "-An", "-N4", "-tu4"], "\u{1}\0\0\0x", "          1\n"),
            (&["od", "-tx1z", "-Ax"], "ab", "000000 61 62                                            >ab<\n000002\n"),
            (&["od", "-An", "-w2", "-tx1"], "abababcd", " 61 62\n*\n 63 64\n"),
        ] {
            let ran = Image::new().programs(&["od"]).run(args, input);
            assert_eq!(ran.out, expected, "{args:?}");
        }
    }
}
