//! Numbers, strings, and input that may be either.

use std::{cmp::Ordering, rc::Rc};

use super::super::number::{self, Shape};

/// A value; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Never assigned: both 0 and the empty string.
    #[default]
    Unset,
    Number(f64),
    Text(Rc<[u8]>),
    /// From outside: a number where it looks like one.
    Input(Rc<[u8]>),
}

impl Value {
    pub fn text(bytes: &[u8]) -> Self {
        Self::Text(bytes.into())
    }

    pub fn input(bytes: &[u8]) -> Self {
        Self::Input(bytes.into())
    }

    pub fn truth(value: bool) -> Self {
        Self::Number(f64::from(u8::from(value)))
    }

    pub fn number(&self) -> f64 {
        match self {
            Self::Unset => 0.0,
            Self::Number(value) => *value,
            Self::Text(text) | Self::Input(text) => leading(text).map_or(0.0, |(value, _)| value),
        }
    }

    pub fn is_true(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Number(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => numeric(text).map_or(!text.is_empty(), |value| value != 0.0),
        }
    }

    /// As a string; a number that is not whole is written with `format`.
    pub fn bytes(&self, format: &[u8]) -> Rc<[u8]> {
        match self {
            Self::Unset => Rc::from(&b""[..]),
            Self::Number(value) => written(*value, format).into(),
            Self::Text(text) | Self::Input(text) => Rc::clone(text),
        }
    }

    /// As a number where it counts as one.
    fn as_number(&self) -> Option<f64> {
        match self {
            Self::Unset => Some(0.0),
            Self::Number(value) => Some(*value),
            Self::Text(_) => None,
            Self::Input(text) => numeric(text),
        }
    }

    /// By number where both are numbers or look like one, else by bytes; none where a NaN is in it.
    pub fn compare(&self, other: &Self, format: &[u8]) -> Option<Ordering> {
        match (self.as_number(), other.as_number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => Some(self.bytes(format).cmp(&other.bytes(format))),
        }
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_whitespace() || **b == 11).count()
}

/// The number a string starts with, and where it ends.
fn leading(text: &[u8]) -> Option<(f64, usize)> {
    let start = blanks(text);
    let rest = &text[start..];
    let (value, length) = match (rest, number::decimal(rest)) {
        (_, Some(length)) => (std::str::from_utf8(&rest[..length]).ok()?.parse().ok()?, length),
        // With a sign, these are numbers too, as gawk has it.
        ([b'+' | b'-', ..], None) => number::float(rest).filter(|(_, length)| *length == 4)?,
        _ => return None,
    };
    Some((value, start + length))
}

/// The number a string is, blanks around it aside.
fn numeric(text: &[u8]) -> Option<f64> {
    let (value, end) = leading(text)?;
    (blanks(&text[end..]) == text.len() - end).then_some(value)
}

/// A number as a string: whole ones as they are, others by the format.
pub(super) fn written(value: f64, format: &[u8]) -> Vec<u8> {
    if value.fract() == 0.0 {
        return format!("{:.0}", if value == 0.0 { 0.0 } else { value }).into_bytes();
    }
    if !value.is_finite() {
        return super::format::not_finite(value).to_vec();
    }
    if format == b"%.6g" {
        return Shape { precision: Some(6), ..Shape::default() }.float(value, b'g');
    }
    super::format::format(format, &[Value::Number(value)], b"%.6g").unwrap_or_default()
}
