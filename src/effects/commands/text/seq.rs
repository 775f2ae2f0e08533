//! `seq`: numbers in a row.

use super::{
    super::options::{Order, Parsed},
    number::{self, Shape},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &["f,format=", "s,separator=", "w,equal-width"];

/// A number as it was written: its value, its decimals, how wide it is.
struct Operand {
    value: f64,
    decimals: Option<usize>,
    width: usize,
}

/// `seq [OPTION]… [FIRST [INCREMENT]] LAST`
pub(super) fn seq(process: &mut Process<'_, '_>) -> Status {
    quote_negative_numbers(&mut process.args);
    let parsed = match process.options(OPTIONS, Order::First) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let mut operands = Vec::new();
    for text in &parsed.operands {
        match operand(text) {
            Some(operand) => operands.push(operand),
            None => return process.usage(format_args!("invalid floating point argument: '{}'", stream::text(text))),
        }
    }
    let (first, step, last) = match &operands[..] {
        [last] => (None, None, last),
        [first, last] => (Some(first), None, last),
        [first, step, last] => (Some(first), Some(step), last),
        [] => return process.usage("missing operand"),
        _ => return process.usage("extra operand"),
    };
    let increment = step.map_or(1.0, |s| s.value);
    if increment == 0.0 {
        return process.usage("invalid Zero increment value: '0'");
    }
    let Some(format) = Format::of(&parsed, first, step, last) else {
        return process.fail("format has no % directive or more than one");
    };
    write(process, &parsed, [first.map_or(1.0, |f| f.value), increment, last.value], &format)
}

/// `-1` is a number here, no option.
fn quote_negative_numbers(args: &mut Vec<Vec<u8>>) {
    let is_number = |a: &Vec<u8>| a.first() == Some(&b'-') && number::float(a).is_some_and(|(_, n)| n == a.len());
    let mut at = 1;
    while at < args.len() && args[at].starts_with(b"-") && args[at] != b"--" {
        if is_number(&args[at]) {
            args.insert(at, b"--".to_vec());
            return;
        }
        at += 1 + usize::from(matches!(args[at].as_slice(), b"-s" | b"-f"));
    }
}

fn operand(text: &[u8]) -> Option<Operand> {
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let (value, _) = number::float(text).filter(|(v, n)| *n == text.len() && !v.is_nan())?;
    let has_exponent = text.iter().any(|b| matches!(b, b'e' | b'E' | b'i' | b'I'));
    let dot = text.iter().position(|b| *b == b'.');
    let decimals = (!has_exponent).then(|| dot.map_or(0, |at| text.len() - at - 1));
    Some(Operand { value, decimals, width: dot.unwrap_or(text.len()) })
}

struct Format {
    before: Vec<u8>,
    after: Vec<u8>,
    shape: Shape,
    letter: u8,
}

impl Format {
    fn of(parsed: &Parsed, first: Option<&Operand>, step: Option<&Operand>, last: &Operand) -> Option<Self> {
        if let Some(text) = parsed.value("format") {
            return Self::parse(text);
        }
        let starts = [first, step];
        // With an exponent somewhere, or without a number of decimals, it is %g.
        let decimals = starts.iter().flatten().map(|o| o.decimals).try_fold(0, |most, d| d.map(|d| most.max(d)));
        let is_fixed = decimals.is_some() && (last.value.is_infinite() || last.decimals.is_some());
        let Some(decimals) = decimals.filter(|_| is_fixed) else {
            return Some(Self { before: Vec::new(), after: Vec::new(), shape: Shape::default(), letter: b'g' });
        };
        let mut shape = Shape { precision: Some(decimals), ..Shape::default() };
        if parsed.has("equal-width") {
            let one = first.map_or(1, |f| f.width);
            let dot = if decimals > 0 { decimals + 1 } else { 0 };
            shape.width = one.max(last.width) + dot;
            shape.zero = true;
        }
        Some(Self { before: Vec::new(), after: Vec::new(), shape, letter: b'f' })
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let mut at = 0;
        let mut before = Vec::new();
        while text.get(at)? != &b'%' || text.get(at + 1) == Some(&b'%') {
            before.push(text[at]);
            at += if text[at] == b'%' { 2 } else { 1 };
        }
        at += 1;
        let mut shape = Shape::default();
        while let Some(flag) = text.get(at).filter(|b| b"-+ #0'".contains(b)) {
            match flag {
                b'-' => shape.left = true,
                b'+' => shape.plus = true,
                b' ' => shape.space = true,
                b'#' => shape.alternate = true,
                b'0' => shape.zero = true,
                _ => {}
            }
            at += 1;
        }
        let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let read = |from: usize, n: usize| stream::number(&text[from..from + n]).map(|v| v as usize);
        let width = digits(at);
        shape.width = read(at, width).unwrap_or(0).min(number::WIDEST);
        at += width;
        if text.get(at) == Some(&b'.') {
            let precision = digits(at + 1);
            shape.precision = Some(read(at + 1, precision).unwrap_or(0));
            at += 1 + precision;
        }
        let letter = *text.get(at).filter(|b| b"efgEFG".contains(b))?;
        let mut after = Vec::new();
        let mut rest = text[at + 1..].iter();
        while let Some(&byte) = rest.next() {
            if byte == b'%' && rest.next() != Some(&b'%') {
                return None;
            }
            after.push(byte);
        }
        Some(Self { before, after, shape, letter })
    }

    fn show(&self, value: f64) -> Vec<u8> {
        [&self.before[..], &self.shape.float(value, self.letter), &self.after].concat()
    }
}

fn write(process: &mut Process<'_, '_>, parsed: &Parsed, [first, step, last]: [f64; 3], format: &Format) -> Status {
    let separator = parsed.value("separator").unwrap_or(b"\n");
    let mut out = Vec::new();
    let mut turn = 0u32;
    let (end, mut before) = (format.show(last), Vec::new());
    loop {
        let value = first + f64::from(turn) * step;
        let is_past = if step > 0.0 { value > last } else { value < last };
        let shown = format.show(value);
        // What is past the end only by rounding, and is written as the end is, still counts.
        if is_past && (turn == 0 || shown != end || shown == before) {
            break;
        }
        if turn > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(&shown);
        before = shown;
        if is_past {
            turn += 1;
            break;
        }
        if !process.stage.budget.steps(1) || turn == u32::MAX {
            return Status::STOPPED;
        }
        if out.len() > 1 << 16 {
            process.out(std::mem::take(&mut out));
        }
        turn += 1;
    }
    if turn > 0 {
        out.push(b'\n');
    }
    process.out(out);
    Status::SUCCESS
}

#[cfg(test)]
mod tests {
    use crate::effects::process::{Status, testing::Image};

    #[test]
    fn numbers_come_in_a_row() {
        for (line, expected) in [
            ("3", "1\n2\n3\n"),
            ("2 4", "2\n3\n4\n"),
            ("5 -2 1", "5\n3\n1\n"),
            ("-w 8 10", "08\n09\n10\n"),
            ("-s, 3", "1,2,3\n"),
            ("0 .1 .3", "0.0\n0.1\n0.2\n0.3\n"),
            ("-f%03g 2", "001\n002\n"),
            ("-1 1", "-1\n0\n1\n"),
            ("2 1", ""),
        ] {
            let args: Vec<_> = ["seq"].into_iter().chain(line.split(' ')).collect();
            assert_eq!(Image::new().programs(&["seq"]).run(&args, "").out, expected, "{line}");
        }
        let ran = Image::new().programs(&["seq"]).run(&["seq", "inf"], "");
        assert_eq!(ran.status, Status::STOPPED);
    }
}
