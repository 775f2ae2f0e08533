//! `printf`.

use super::{
    super::{
        number::{Shape, WIDEST},
        stream,
    },
    value::Value,
};

/// The text of a format and its values; none where a value is missing. Numbers become strings by `convert`.
pub(super) fn format(format: &[u8], values: &[Value], convert: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut values = values.iter();
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' {
            out.push(format[at]);
            at += 1;
            continue;
        }
        if format.get(at + 1) == Some(&b'%') {
            out.push(b'%');
            at += 2;
            continue;
        }
        let start = at;
        at += 1;
        let (shape, letter) = shape(format, &mut at, &mut values)?;
        let known = letter.is_some_and(|l| b"cdiouxXeEfFgGsaA".contains(&l));
        let Some(letter) = letter.filter(|_| known) else {
            // What is no conversion stands for itself.
            out.extend_from_slice(&format[start..at]);
            continue;
        };
        out.extend(converted(values.next()?, letter, shape, convert));
    }
    Some(out)
}

/// Flags, width, precision and letter, which `at` is moved past; none where a `*` has no value.
fn shape<'v>(
    format: &[u8],
    at: &mut usize,
    values: &mut impl Iterator<Item = &'v Value>,
) -> Option<(Shape, Option<u8>)> {
    let mut shape = Shape::default();
    while let Some(flag) = format.get(*at).filter(|b| b"-+ #0'".contains(b)) {
        match flag {
            b'-' => shape.left = true,
            b'+' => shape.plus = true,
            b' ' => shape.space = true,
            b'#' => shape.alternate = true,
            b'0' => shape.zero = true,
            _ => {}
        }
        *at += 1;
    }
    let mut number = |at: &mut usize| -> Option<Option<i64>> {
        if format.get(*at) == Some(&b'*') {
            *at += 1;
            return values.next().map(|v| Some(v.number() as i64));
        }
        let digits = format[*at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let value = stream::number(&format[*at..*at + digits]).map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        *at += digits;
        Some(value)
    };
    let limit = |n: i64| usize::try_from(n.unsigned_abs()).unwrap_or(WIDEST).min(WIDEST);
    if let Some(width) = number(at)? {
        shape.left |= width < 0;
        shape.width = limit(width);
    }
    if format.get(*at) == Some(&b'.') {
        *at += 1;
        let precision = number(at)?.unwrap_or(0);
        shape.precision = (precision >= 0).then(|| limit(precision));
    }
    while format.get(*at).is_some_and(|b| b"hlLjzt".contains(b)) {
        *at += 1;
    }
    let letter = format.get(*at).copied();
    *at += usize::from(letter.is_some());
    Some((shape, letter))
}

fn converted(value: &Value, letter: u8, shape: Shape, convert: &[u8]) -> Vec<u8> {
    match letter {
        b'c' => {
            let text = character(value, convert);
            shape.pad("", &text, false)
        }
        b's' => {
            let text = value.bytes(convert);
            let most = shape.precision.unwrap_or(usize::MAX);
            let text: Vec<u8> = stream::characters(&text).take(most).flatten().copied().collect();
            shape.pad("", &text, false)
        }
        b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => integer(value.number(), letter, shape),
        b'a' | b'A' => shape.float(value.number(), b'g'),
        _ => {
            let value = value.number();
            if value.is_finite() { shape.float(value, letter) } else { shape.pad("", not_finite(value), false) }
        }
    }
}

/// gawk's words for what is no number.
pub(super) fn not_finite(value: f64) -> &'static [u8] {
    match (value.is_nan(), value.is_sign_negative()) {
        (true, true) => b"-nan",
        (true, false) => b"+nan",
        (false, true) => b"-inf",
        (false, false) => b"+inf",
    }
}

fn integer(value: f64, letter: u8, shape: Shape) -> Vec<u8> {
    if !value.is_finite() {
        return shape.pad("", not_finite(value), false);
    }
    let whole = value.trunc();
    // A negative number has no digits of its own in these; it is written as a float is.
    if !matches!(letter, b'd' | b'i') && whole < 0.0 || whole.abs() > 1e37 {
        return Shape { precision: shape.precision.or(None), ..shape }
            .float(whole, if whole.abs() > 1e37 { b'f' } else { b'g' });
    }
    shape.integer(whole as i128, letter)
}

/// `%c`: a number's character, or a string's first.
fn character(value: &Value, convert: &[u8]) -> Vec<u8> {
    let number = match value {
        Value::Number(number) => Some(*number),
        Value::Unset | Value::Text(_) | Value::Input(_) => None,
    };
    match number {
        Some(number) => {
            let code = number as u32;
            match char::from_u32(code) {
                Some(c) if number >= 0.0 => c.to_string().into_bytes(),
                _ => vec![(code & 0xff) as u8],
            }
        }
        None => {
            let text = value.bytes(convert);
            if text.is_empty() { vec![0] } else { text[..stream::character(&text)].to_vec() }
        }
    }
}
