//! `paste`, `rev`, `tac`, `nl`, `fold`: lines joined, turned, numbered, broken.

use super::{
    super::options::{Order, Parsed},
    pattern::{Pattern, Syntax},
    stream,
};
use crate::effects::process::{Process, Status};

/// `paste [-s] [-z] [-d LIST] [FILE]…`
pub(super) fn paste(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&["d,delimiters=", "s,serial", "z,zero-terminated"], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let end = if parsed.has("zero-terminated") { 0 } else { b'\n' };
    let delimiters = delimiters(parsed.value("delimiters").unwrap_or(b"\t"));
    let stdin = [b"-".to_vec()];
    let operands = if parsed.operands.is_empty() { &stdin } else { &parsed.operands[..] };
    let mut files: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut status = Status::SUCCESS;
    let inputs = operands.iter().filter(|o| *o == b"-").count();
    let mut shared: Option<Vec<Vec<u8>>> = None;
    let mut turn = 0;
    for name in operands {
        if name == b"-" && !parsed.has("serial") {
            // Several `-` take the lines of standard input in turns.
            let lines =
                shared.get_or_insert_with(|| stream::lines(&process.input(), end).map(<[u8]>::to_vec).collect());
            files.push(lines.iter().skip(turn).step_by(inputs).cloned().collect());
            turn += 1;
            continue;
        }
        match stream::read(process, name) {
            Ok(bytes) => files.push(stream::lines(&bytes, end).map(<[u8]>::to_vec).collect()),
            Err(error) => {
                status = process.fail(format_args!("{}: {error}", stream::text(name)));
                if !parsed.has("serial") {
                    return status;
                }
            }
        }
    }
    let mut out = Vec::new();
    if parsed.has("serial") {
        for file in &files {
            out.extend(joined(file.iter().map(Vec::as_slice), &delimiters));
            out.push(end);
        }
    } else {
        for row in 0..files.iter().map(Vec::len).max().unwrap_or(0) {
            out.extend(joined(files.iter().map(|f| f.get(row).map_or(&b""[..], Vec::as_slice)), &delimiters));
            out.push(end);
        }
    }
    process.out(out);
    status
}

/// `\t`, `\n`, `\\`, `\0` (none at all).
fn delimiters(text: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'\\' => match rest.next() {
                Some(b'n') => vec![b'\n'],
                Some(b't') => vec![b'\t'],
                Some(b'0') => Vec::new(),
                Some(other) => vec![*other],
                None => vec![b'\\'],
            },
            byte => vec![byte],
        });
    }
    if out.is_empty() { vec![Vec::new()] } else { out }
}

fn joined<'l>(pieces: impl Iterator<Item = &'l [u8]>, delimiters: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, piece) in pieces.enumerate() {
        if n > 0 {
            out.extend_from_slice(&delimiters[(n - 1) % delimiters.len()]);
        }
        out.extend_from_slice(piece);
    }
    out
}

/// `rev [FILE]…`
pub(super) fn rev(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&["0,zero"], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    stream::each(process, &parsed.operands, |process, _, bytes| {
        let mut out = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
            let characters: Vec<&[u8]> = stream::characters(text).collect();
            characters.iter().rev().for_each(|c| out.extend_from_slice(c));
            out.extend_from_slice(end);
        }
        process.out(out);
    })
}

/// `tac [-b] [-r] [-s SEPARATOR] [FILE]…`
pub(super) fn tac(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&["b,before", "r,regex", "s,separator="], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let separator = parsed.value("separator").unwrap_or(b"\n");
    let compiled = if parsed.has("regex") {
        Pattern::new(separator, Syntax::BASIC)
    } else {
        Pattern::literal(separator, Syntax::BASIC)
    };
    let pattern = match compiled {
        Ok(pattern) if !separator.is_empty() => pattern,
        Ok(_) => return process.fail("separator cannot be empty"),
        Err(error) => return process.fail(error),
    };
    stream::each(process, &parsed.operands, |process, _, bytes| {
        let (mut cuts, mut from) = (vec![0], 0);
        while let Some((start, end)) = pattern.find_at(&bytes, from, &mut process.stage.budget) {
            cuts.push(if parsed.has("before") { start } else { end });
            from = end.max(start + 1);
            if from > bytes.len() {
                break;
            }
        }
        cuts.push(bytes.len());
        let pieces = cuts.windows(2).rev().map(|cut| &bytes[cut[0]..cut[1]]);
        process.out(pieces.collect::<Vec<_>>().concat());
    })
}

/// `nl`: a page's parts are told by `\:\:\:`, `\:\:` and `\:` alone on a line.
pub(super) fn nl(process: &mut Process<'_, '_>) -> Status {
    let options = [
        "b,body-numbering=",
        "d,section-delimiter=",
        "f,footer-numbering=",
        "h,header-numbering=",
        "i,line-increment=",
        "l,join-blank-lines=",
        "n,number-format=",
        "p,no-renumber",
        "s,number-separator=",
        "v,starting-line-number=",
        "w,number-width=",
    ];
    let parsed = match process.options(&options, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let mut numbering = match Numbering::of(&parsed) {
        Ok(numbering) => numbering,
        Err(text) => return process.usage(text),
    };
    stream::each(process, &parsed.operands, |process, _, bytes| {
        let mut out = Vec::new();
        for line in stream::lines(&bytes, b'\n') {
            if !process.stage.budget.step() {
                break;
            }
            numbering.line(process, line, &mut out);
        }
        process.out(out);
    })
}

/// Which lines have numbers.
enum Style {
    All,
    NotEmpty,
    None,
    Matching(Pattern),
}

struct Numbering {
    /// Of header, body and footer.
    styles: [Style; 3],
    part: usize,
    marks: [Vec<u8>; 3],
    next: i64,
    start: i64,
    step: i64,
    width: usize,
    format: Vec<u8>,
    separator: Vec<u8>,
    /// Of so many empty lines in a row, the last has a number.
    join: i64,
    empty: i64,
    renumber: bool,
}

impl Numbering {
    fn of(parsed: &Parsed) -> Result<Self, &'static str> {
        let number = |name: &str, default: i64| match parsed.value(name) {
            None => Ok(default),
            Some(text) => std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).ok_or("invalid number"),
        };
        let style = |name: &str, default: &'static [u8]| match parsed.value(name).unwrap_or(default) {
            b"a" => Ok(Style::All),
            b"t" => Ok(Style::NotEmpty),
            b"n" => Ok(Style::None),
            [b'p', source @ ..] => {
                Pattern::new(source, Syntax::BASIC).map(Style::Matching).map_err(|_| "invalid numbering style")
            }
            _ => Err("invalid numbering style"),
        };
        let mark = match parsed.value("section-delimiter") {
            None => b"\\:".to_vec(),
            Some([one]) => vec![*one, b':'],
            Some(text) => text.to_vec(),
        };
        let start = number("starting-line-number", 1)?;
        let width = number("number-width", 6)?;
        if !(1..=1000).contains(&width) {
            return Err("invalid line number field width");
        }
        Ok(Self {
            styles: [
                style("header-numbering", b"n")?,
                style("body-numbering", b"t")?,
                style("footer-numbering", b"n")?,
            ],
            part: 1,
            marks: [mark.repeat(3), mark.repeat(2), mark],
            next: start,
            start,
            step: number("line-increment", 1)?,
            width: width as usize,
            format: parsed.value("number-format").unwrap_or(b"rn").to_vec(),
            separator: parsed.value("number-separator").unwrap_or(b"\t").to_vec(),
            join: number("join-blank-lines", 1)?,
            empty: 0,
            renumber: !parsed.has("no-renumber"),
        })
    }

    fn line(&mut self, process: &mut Process<'_, '_>, line: &[u8], out: &mut Vec<u8>) {
        if let Some(part) = self.marks.iter().position(|m| m == line && !m.is_empty()) {
            self.part = part;
            if self.renumber {
                self.next = self.start;
            }
            return out.push(b'\n');
        }
        let is_numbered = match &self.styles[self.part] {
            Style::All if line.is_empty() && self.join > 1 => {
                self.empty += 1;
                self.empty == self.join
            }
            Style::All => true,
            Style::NotEmpty => !line.is_empty(),
            Style::None => false,
            Style::Matching(pattern) => pattern.is_match(line, &mut process.stage.budget),
        };
        if is_numbered || !line.is_empty() {
            self.empty = 0;
        }
        let width = self.width;
        if is_numbered {
            let number = match self.format.as_slice() {
                b"ln" => format!("{:<width$}", self.next),
                b"rz" => format!("{:0width$}", self.next),
                _ => format!("{:>width$}", self.next),
            };
            out.extend(number.bytes());
            out.extend_from_slice(&self.separator);
            self.next = self.next.saturating_add(self.step);
        } else {
            out.resize(out.len() + width + self.separator.len(), b' ');
        }
        out.extend_from_slice(line);
        out.push(b'\n');
    }
}

/// `fold [-b] [-s] [-w WIDTH] [FILE]…`
pub(super) fn fold(process: &mut Process<'_, '_>) -> Status {
    // `-80` is an old way to say `-w 80`.
    for arg in process.args.iter_mut().skip(1) {
        if arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(u8::is_ascii_digit) {
            *arg = [b"-w", &arg[1..]].concat();
        }
    }
    let parsed = match process.options(&["b,bytes", "s,spaces", "w,width="], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let width = parsed.value("width").map_or(Some(80), stream::number).filter(|w| *w > 0);
    let Some(width) = width.and_then(|w| usize::try_from(w).ok()) else {
        return process.fail("invalid number of columns");
    };
    stream::each(process, &parsed.operands, |process, _, bytes| {
        let mut out = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
            folded(text, width, parsed.has("bytes"), parsed.has("spaces"), &mut out);
            out.extend_from_slice(end);
        }
        process.out(out);
    })
}

fn folded(text: &[u8], width: usize, by_bytes: bool, at_spaces: bool, out: &mut Vec<u8>) {
    let advance = |column: usize, byte: u8| match byte {
        _ if by_bytes => column + 1,
        b'\t' => column + 8 - column % 8,
        b'\r' => 0,
        8 => column.saturating_sub(1),
        _ => column + 1,
    };
    let (mut line, mut column) = (Vec::new(), 0);
    for &byte in text {
        if advance(column, byte) > width && !line.is_empty() {
            let space = line.iter().rposition(|b| matches!(b, b' ' | b'\t')).filter(|_| at_spaces);
            let rest = space.map_or(Vec::new(), |at| line.split_off(at + 1));
            out.extend_from_slice(&line);
            out.push(b'\n');
            column = rest.iter().fold(0, |c, b| advance(c, *b));
            line = rest;
        }
        column = advance(column, byte);
        line.push(byte);
    }
    out.extend_from_slice(&line);
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn lines_are_joined_turned_numbered_and_broken() {
        let mut image = Image::new().programs(&["paste", "rev", "tac", "nl", "fold"]).file("etc/a", "1\n2\n", 0o644);
        for (args, expected) in [
            (&["paste", "-d,", "/etc/a", "-"][..], "1,ab cd\n2,\n,x\n"),
            (&["paste", "-s", "-d", "+\\n", "-"], "ab cd+\nx\n"),
            (&["paste", "-", "-"], "ab cd\t\nx\t\n"),
            (&["rev"], "dc ba\n\nx\n"),
            (&["tac"], "x\n\nab cd\n"),
            (&["nl"], "     1\tab cd\n       \n     2\tx\n"),
            (&["nl", "-ba", "-w2", "-nrz", "-s:"], "01:ab cd\n02:\n03:x\n"),
            (&["fold", "-w4", "-s"], "ab \ncd\n\nx\n"),
            (&["fold", "-3"], "ab \ncd\n\nx\n"),
        ] {
            assert_eq!(image.run(args, "ab cd\n\nx\n").out, expected, "{args:?}");
        }
    }
}
