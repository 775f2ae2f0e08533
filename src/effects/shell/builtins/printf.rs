//! `printf`.

use super::{Letters, echo, number, shown, write};
use crate::effects::{
    process::{Process, Status},
    shell::{
        expand::quote_backslash,
        run::{Flow, Ran, Shell},
        syntax::{Escape, Escapes, escape_sequence, is_name},
        text::{char_starts, to_text},
    },
};

/// Columns a field may ask for.
const WIDEST: usize = 1 << 20;
/// Bytes one call may make.
const LONGEST: usize = 16 << 20;

/// A conversion between `%` and its letter.
#[derive(Clone, Copy, Default)]
struct Field {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

struct Printer<'p> {
    args: &'p [Vec<u8>],
    at: usize,
    out: Vec<u8>,
    errors: Vec<String>,
    stopped: bool,
}

/// What a format makes of arguments, again and again until all are used; and complaints.
fn print(format: &[u8], args: &[Vec<u8>]) -> (Vec<u8>, Vec<String>) {
    let mut printer = Printer { args, at: 0, out: Vec::new(), errors: Vec::new(), stopped: false };
    loop {
        let before = printer.at;
        printer.once(format);
        if printer.stopped || printer.at >= args.len() || printer.at == before || printer.out.len() > LONGEST {
            return (printer.out, printer.errors);
        }
    }
}

impl Printer<'_> {
    fn next(&mut self) -> Vec<u8> {
        let arg = self.args.get(self.at).cloned().unwrap_or_default();
        self.at += 1;
        arg
    }

    fn once(&mut self, format: &[u8]) {
        let mut at = 0;
        while at < format.len() && !self.stopped && self.out.len() <= LONGEST {
            match format[at] {
                b'\\' if at + 1 < format.len() => {
                    let (escape, next) = escape_sequence(format, at + 1, Escapes::Format);
                    if let Escape::Bytes(bytes) = escape {
                        self.out.extend(bytes);
                    }
                    at = next;
                }
                b'%' if format.get(at + 1) == Some(&b'%') => {
                    self.out.push(b'%');
                    at += 2;
                }
                b'%' => at = self.conversion(format, at + 1),
                b => {
                    self.out.push(b);
                    at += 1;
                }
            }
        }
    }

    /// A number in a format, or `*` for an argument.
    fn amount(&mut self, format: &[u8], at: &mut usize) -> i64 {
        if format.get(*at) == Some(&b'*') {
            *at += 1;
            return number::integer(&self.next()).unwrap_or(0);
        }
        let digits = format[*at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let value = to_text(&format[*at..*at + digits]).parse().unwrap_or(0);
        *at += digits;
        value
    }

    fn conversion(&mut self, format: &[u8], mut at: usize) -> usize {
        let mut field = Field::default();
        while let Some(flag) = format.get(at) {
            match flag {
                b'-' => field.left = true,
                b'0' => field.zero = true,
                b'+' => field.plus = true,
                b' ' => field.space = true,
                b'#' => field.alternate = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        let width = self.amount(format, &mut at);
        field.left |= width < 0;
        field.width = usize::try_from(width.unsigned_abs()).unwrap_or(WIDEST).min(WIDEST);
        if format.get(at) == Some(&b'.') {
            at += 1;
            field.precision = usize::try_from(self.amount(format, &mut at)).ok().map(|p| p.min(WIDEST));
        }
        while format.get(at).is_some_and(|b| b"hlLqjzt".contains(b) && (*b != b'q' || is_length(format, at))) {
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            self.errors.push(format!("`{}': missing format character", shown(&format[at.min(format.len())..])));
            self.stopped = true;
            return format.len();
        };
        self.convert(letter, field);
        at + 1
    }

    fn convert(&mut self, letter: u8, field: Field) {
        match letter {
            b's' => {
                let text = self.next();
                self.text(&text, field);
            }
            b'b' => {
                let (text, whole) = echo::unescaped(&self.next());
                self.text(&text, field);
                self.stopped = !whole;
            }
            b'q' => {
                let text = quote_backslash(&self.next());
                self.text(&text, field);
            }
            b'c' => {
                let text = self.next();
                let first = char_starts(&text).get(1).copied().unwrap_or(0);
                self.text(&text[..first], field);
            }
            b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
                let value = self.number();
                self.integer(letter, value, field);
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                let value = self.float();
                let text = float(letter, value, field);
                self.padded(text.as_bytes(), field);
            }
            _ => {
                self.errors.push(format!("`{}': invalid format character", char::from(letter)));
                self.stopped = true;
            }
        }
    }

    fn number(&mut self) -> i128 {
        let is_given = self.at < self.args.len();
        let text = self.next();
        let (value, whole) = number::printed(&text);
        if is_given && !whole {
            self.errors.push(format!("{}: invalid number", shown(&text)));
        }
        value
    }

    fn float(&mut self) -> f64 {
        let is_given = self.at < self.args.len();
        let text = self.next();
        match to_text(&text).trim().parse() {
            Ok(value) => value,
            Err(_) => {
                let (value, whole) = number::printed(&text);
                if is_given && !whole {
                    self.errors.push(format!("{}: invalid number", shown(&text)));
                }
                value as f64
            }
        }
    }

    /// A text, cut to the precision, which counts bytes.
    fn text(&mut self, text: &[u8], field: Field) {
        let length = field.precision.unwrap_or(text.len()).min(text.len());
        self.padded(&text[..length], Field { zero: false, ..field });
    }

    fn padded(&mut self, text: &[u8], field: Field) {
        let padding = field.width.saturating_sub(text.len());
        if field.left {
            self.out.extend(text);
            self.out.extend(std::iter::repeat_n(b' ', padding));
        } else if field.zero {
            let signs = usize::from(text.first().is_some_and(|b| b"+- ".contains(b)));
            let signs =
                if text[signs..].starts_with(b"0x") || text[signs..].starts_with(b"0X") { signs + 2 } else { signs };
            self.out.extend(&text[..signs]);
            self.out.extend(std::iter::repeat_n(b'0', padding));
            self.out.extend(&text[signs..]);
        } else {
            self.out.extend(std::iter::repeat_n(b' ', padding));
            self.out.extend(text);
        }
    }

    fn integer(&mut self, letter: u8, value: i128, field: Field) {
        let unsigned = value.max(i128::from(i64::MIN)) as u64;
        let (sign, mut digits) = match letter {
            b'd' | b'i' => {
                let value = value.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
                let sign = if value < 0 {
                    "-"
                } else if field.plus {
                    "+"
                } else if field.space {
                    " "
                } else {
                    ""
                };
                (sign, value.unsigned_abs().to_string())
            }
            b'u' => ("", unsigned.to_string()),
            b'o' => ("", format!("{unsigned:o}")),
            b'x' => (if field.alternate && unsigned > 0 { "0x" } else { "" }, format!("{unsigned:x}")),
            _ => (if field.alternate && unsigned > 0 { "0X" } else { "" }, format!("{unsigned:X}")),
        };
        if letter == b'o' && field.alternate && !digits.starts_with('0') {
            digits.insert(0, '0');
        }
        if let Some(precision) = field.precision {
            digits = match precision == 0 && value == 0 {
                true => String::new(),
                false => ["0".repeat(precision.saturating_sub(digits.len())), digits].concat(),
            };
        }
        let field = Field { zero: field.zero && field.precision.is_none(), ..field };
        self.padded(format!("{sign}{digits}").as_bytes(), field);
    }
}

/// Whether a `q` is a length and not the conversion itself.
fn is_length(format: &[u8], at: usize) -> bool {
    format.get(at + 1).is_some_and(|b| b"diouxX".contains(b))
}

fn float(letter: u8, value: f64, field: Field) -> String {
    let precision = field.precision.unwrap_or(6).min(300);
    let sign = if value.is_sign_negative() {
        "-"
    } else if field.plus {
        "+"
    } else if field.space {
        " "
    } else {
        ""
    };
    let value = value.abs();
    let text = if !value.is_finite() {
        if value.is_nan() { "nan".to_owned() } else { "inf".to_owned() }
    } else {
        match letter.to_ascii_lowercase() {
            b'f' => format!("{value:.precision$}"),
            b'e' => exponential(value, precision),
            _ => general(value, precision.max(1), field.alternate),
        }
    };
    let text = format!("{sign}{text}");
    if letter.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn general(value: f64, precision: usize, keeps_zeros: bool) -> String {
    let scientific = exponential(value, precision - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let trim = |text: &str| match text.contains('.') && !keeps_zeros {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if exponent < -4 || exponent >= precision as i32 {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", trim(digits));
    }
    let decimals = usize::try_from(precision as i32 - 1 - exponent).unwrap_or(0);
    trim(&format!("{value:.decimals$}"))
}

pub(super) fn builtin(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "v:");
    let mut target = None;
    while let Some(option) = letters.next() {
        match option {
            Ok(given) => target = Some(to_text(&given.value)),
            Err(message) => return Ok(shell.refuse("printf", &message, 2)),
        }
    }
    let [format, rest @ ..] = letters.rest() else {
        return Ok(shell.refuse("printf", "usage: printf [-v var] format [arguments]", 2));
    };
    shell.study(args.iter().map(Vec::len).sum::<usize>() + 8 * args.len())?;
    let (out, errors) = print(format, rest);
    if !shell.process.stage.budget.output(out.len()) {
        return Err(Flow::Stop);
    }
    for error in &errors {
        shell.refuse("printf", error, 1);
    }
    let status = match target {
        Some(name) => {
            let (name, index) =
                name.split_once('[').map_or((name.as_str(), None), |(n, i)| (n, Some(i.trim_end_matches(']'))));
            if !is_name(name) {
                return Ok(shell.refuse("printf", &format!("`{name}': not a valid identifier"), 2));
            }
            shell.assign(name, index.map(str::as_bytes), out, false)?;
            Status::SUCCESS
        }
        None => shell.output("printf", &out)?,
    };
    Ok(if errors.is_empty() { status } else { Status::FAILURE })
}

pub(super) fn program(process: &mut Process<'_, '_>) -> Status {
    let args = process.args.clone();
    let skipped = 1 + usize::from(args.get(1).is_some_and(|a| a == b"--"));
    let Some([format, rest @ ..]) = args.get(skipped..) else { return process.fail("missing operand") };
    let (out, errors) = print(format, rest);
    let written = write(process, &out).is_ok();
    for error in &errors {
        process.fail(error);
    }
    Status::from(written && errors.is_empty())
}
