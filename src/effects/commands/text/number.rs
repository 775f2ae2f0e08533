//! Numbers as C reads and writes them: `strtod`, sizes with a unit, `%g` and its kin.

/// What `strtod` takes of the start: the value, and how long it was; none where there is no number. Hexadecimal is none here.
pub(super) fn float(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let rest = &text[sign..];
    for (name, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if rest.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name)) {
            let value = if text[0] == b'-' { -value } else { value };
            return Some((value, sign + name.len()));
        }
    }
    let length = decimal(text)?;
    let value = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
    Some((value, length))
}

/// How long the decimal number at the start is: sign, digits, decimals, exponent.
pub(super) fn decimal(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from.min(text.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    if text.get(end) == Some(&b'.') {
        let part = digits(end + 1);
        if whole + part == 0 {
            return None;
        }
        end += 1 + part;
    } else if whole == 0 {
        return None;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    Some(end)
}

/// `10`, `4K`, `1MB`, `2b`: what head, tail and od take for a number of bytes or lines.
pub(super) fn size(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = super::stream::number(&text[..digits])?;
    let unit = |power: u32, base: u64| base.checked_pow(power).unwrap_or(u64::MAX);
    let power = |letter: u8| b"KMGTPEZY".iter().position(|l| *l == letter.to_ascii_uppercase()).map(|n| n as u32 + 1);
    let factor = match &text[digits..] {
        b"" => 1,
        b"b" => 512,
        [letter] | [letter, b'i', b'B'] => unit(power(*letter)?, 1024),
        [letter, b'B'] => unit(power(*letter)?, 1000),
        _ => return None,
    };
    Some(number.saturating_mul(factor))
}

/// Of a `%` conversion: what stands between the sign and the letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
}

/// Columns and digits one conversion may have.
pub(super) const WIDEST: usize = 1 << 16;

impl Shape {
    /// Fills text up to the width: sign or prefix, then the rest, zeros in between where they are asked for.
    pub fn pad(&self, sign: &str, body: &[u8], zeros: bool) -> Vec<u8> {
        let length = sign.len() + super::stream::characters(body).count();
        let fill = self.width.min(WIDEST).saturating_sub(length);
        let mut out = Vec::with_capacity(length + fill);
        if !self.left && !zeros {
            out.resize(fill, b' ');
        }
        out.extend_from_slice(sign.as_bytes());
        if !self.left && zeros {
            out.resize(out.len() + fill, b'0');
        }
        out.extend_from_slice(body);
        if self.left {
            out.resize(out.len() + fill, b' ');
        }
        out
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    /// `%d`, `%o`, `%x`, `%X`, `%u` of an integer.
    pub fn integer(&self, value: i128, letter: u8) -> Vec<u8> {
        let size = value.unsigned_abs();
        let mut digits = match letter {
            b'o' => format!("{size:o}"),
            b'x' => format!("{size:x}"),
            b'X' => format!("{size:X}"),
            _ => size.to_string(),
        };
        if let Some(precision) = self.precision {
            let precision = precision.min(WIDEST);
            digits = if precision == 0 && size == 0 { String::new() } else { format!("{digits:0>precision$}") };
        }
        let prefix = match (self.alternate && size != 0, letter) {
            (true, b'x') => "0x",
            (true, b'X') => "0X",
            (true, b'o') if !digits.starts_with('0') => "0",
            _ => "",
        };
        let sign = if matches!(letter, b'd' | b'i') { self.sign(value < 0) } else { "" };
        self.pad(&format!("{sign}{prefix}"), digits.as_bytes(), self.zero && self.precision.is_none())
    }

    /// `%e`, `%f`, `%g` and their capitals.
    pub fn float(&self, value: f64, letter: u8) -> Vec<u8> {
        let sign = self.sign(value.is_sign_negative() && !value.is_nan() || value.is_nan() && value.is_sign_negative());
        let upper = letter.is_ascii_uppercase();
        if !value.is_finite() {
            let text = if value.is_nan() { "nan" } else { "inf" };
            let text = if upper { text.to_uppercase() } else { text.to_owned() };
            return self.pad(sign, text.as_bytes(), false);
        }
        let precision = self.precision.unwrap_or(6).min(1000);
        let size = value.abs();
        let text = match letter.to_ascii_lowercase() {
            b'e' => exponent(size, precision, self.alternate),
            b'f' => fixed(size, precision, self.alternate),
            _ => general(size, precision.max(1), self.alternate),
        };
        let text = if upper { text.to_uppercase() } else { text };
        self.pad(sign, text.as_bytes(), self.zero)
    }
}

fn fixed(value: f64, precision: usize, alternate: bool) -> String {
    let dot = if alternate && precision == 0 { "." } else { "" };
    format!("{value:.precision$}{dot}")
}

/// `d.ddde±dd`
fn exponent(value: f64, precision: usize, alternate: bool) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, power) = text.split_once('e').expect("a number in exponential form has an exponent");
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    let dot = if alternate && precision == 0 { "." } else { "" };
    format!("{mantissa}{dot}e{sign}{digits:0>2}")
}

/// `%g`: the shorter form, without zeros at the end.
fn general(value: f64, precision: usize, alternate: bool) -> String {
    let form = format!("{value:.*e}", precision - 1);
    let power: i32 = form.split_once('e').and_then(|(_, p)| p.parse().ok()).unwrap_or(0);
    let text = if power < -4 || power >= precision as i32 {
        exponent(value, precision - 1, alternate)
    } else {
        fixed(value, (precision as i32 - 1 - power).max(0) as usize, alternate)
    };
    if alternate {
        return text;
    }
    let (mantissa, tail) = match text.find('e') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    format!("{mantissa}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(shape: Shape, value: f64, letter: u8) -> String {
        String::from_utf8(shape.float(value, letter)).unwrap()
    }

    #[test]
    fn floats_are_written_as_c_writes_them() {
        let plain = Shape::default();
        let of = |precision| Shape { precision: Some(precision), ..plain };
        for (shape, value, letter, expected) in [
            (plain, 100000.0, b'g', "100000"),
            (plain, 1e6, b'g', "1e+06"),
            (plain, 1e-5, b'g', "1e-05"),
            (plain, 0.0001, b'g', "0.0001"),
            (of(3), 1234.5, b'g', "1.23e+03"),
            (of(2), 2.675, b'f', "2.67"),
            (plain, 12345.678, b'e', "1.234568e+04"),
            (of(0), 2.5, b'f', "2"),
            (Shape { width: 8, zero: true, ..of(2) }, -1.5, b'f', "-0001.50"),
            (Shape { width: 6, left: true, ..plain }, 1.5, b'G', "1.5   "),
            (plain, f64::NEG_INFINITY, b'f', "-inf"),
        ] {
            assert_eq!(shown(shape, value, letter), expected);
        }
    }

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        assert_eq!(float(b"-1.5e3x"), Some((-1500.0, 6)));
        assert_eq!(float(b"1e"), Some((1.0, 1)));
        assert_eq!(float(b".5"), Some((0.5, 2)));
        assert_eq!(float(b"."), None);
        assert_eq!(
            (size(b"4K"), size(b"1MB"), size(b"2b"), size(b"x")),
            (Some(4096), Some(1_000_000), Some(1024), None)
        );
    }
}
