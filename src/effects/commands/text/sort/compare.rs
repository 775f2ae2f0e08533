//! In which way two parts are compared.

use std::cmp::Ordering;

use super::keys::{Kind, Way, blanks};

pub(super) fn compare(a: &[u8], b: &[u8], way: &Way) -> Ordering {
    match way.kind {
        Kind::Numeric => numeric(a, b),
        Kind::General => general(a).cmp(&general(b)),
        Kind::Human => human(a, b),
        Kind::Month => month(a).cmp(&month(b)),
        Kind::Version => version(a, b),
        Kind::Bytes if way.fold || way.dictionary || way.printable => seen(a, way).cmp(seen(b, way)),
        Kind::Bytes => a.cmp(b),
    }
}

/// The bytes that count, in the case they count in.
fn seen<'t>(text: &'t [u8], way: &Way) -> impl Iterator<Item = u8> + use<'t> {
    let way = *way;
    let counts = move |b: u8| {
        (!way.dictionary || b.is_ascii_alphanumeric() || b == b' ' || b == b'\t')
            && (!way.printable || (32..127).contains(&b))
    };
    text.iter().copied().filter(move |b| counts(*b)).map(move |b| if way.fold { b.to_ascii_uppercase() } else { b })
}

/// A decimal number at the start: sign, digits without leading zeros, decimals without trailing ones, what follows.
struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    part: &'t [u8],
    rest: &'t [u8],
}

fn decimal(text: &[u8]) -> Decimal<'_> {
    let text = &text[blanks(text)..];
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = |t: &[u8]| t.iter().take_while(|b| b.is_ascii_digit()).count();
    let (whole, mut rest) = text.split_at(digits(text));
    let mut part = &rest[..0];
    if let Some(after) = rest.strip_prefix(b".") {
        (part, rest) = after.split_at(digits(after));
    }
    let whole = &whole[whole.iter().take_while(|b| **b == b'0').count()..];
    let part = &part[..part.len() - part.iter().rev().take_while(|b| **b == b'0').count()];
    Decimal { negative: negative && !(whole.is_empty() && part.is_empty()), whole, part, rest }
}

/// `-n`: digits without end, no exponents.
fn numeric(a: &[u8], b: &[u8]) -> Ordering {
    by_value(&decimal(a), &decimal(b))
}

fn by_value(a: &Decimal<'_>, b: &Decimal<'_>) -> Ordering {
    let size = |x: &Decimal<'_>, y: &Decimal<'_>| {
        x.whole.len().cmp(&y.whole.len()).then_with(|| x.whole.cmp(y.whole)).then_with(|| x.part.cmp(y.part))
    };
    match (a.negative, b.negative) {
        (false, false) => size(a, b),
        (true, true) => size(b, a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

/// `-h`: the sign, then the unit, then the number.
fn human(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (decimal(a), decimal(b));
    let unit = |d: &Decimal<'_>| {
        let is_zero = d.whole.is_empty() && d.part.is_empty();
        let order = match d.rest.first() {
            Some(b'k' | b'K') => 1,
            Some(unit) => b"MGTPEZYRQ".iter().position(|u| u == unit).map_or(0, |n| n as i32 + 2),
            None => 0,
        };
        if is_zero {
            0
        } else if d.negative {
            -order
        } else {
            order
        }
    };
    let sign =
        |d: &Decimal<'_>| i32::from(!(d.whole.is_empty() && d.part.is_empty())) * if d.negative { -1 } else { 1 };
    sign(&a).cmp(&sign(&b)).then_with(|| unit(&a).cmp(&unit(&b))).then_with(|| by_value(&a, &b))
}

/// `-g`: what is no number, then NaN, then numbers. Ordered by `total_cmp`, after zeros are made one.
#[derive(PartialEq)]
struct General(Option<f64>);

impl Eq for General {}

impl PartialOrd for General {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for General {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Some(a), Some(b)) => {
                b.is_nan().cmp(&a.is_nan()).then_with(|| a.partial_cmp(&b).unwrap_or(Ordering::Equal))
            }
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

fn general(text: &[u8]) -> General {
    General(super::super::number::float(&text[blanks(text)..]).map(|(value, _)| value))
}

fn month(text: &[u8]) -> usize {
    let text = &text[blanks(text)..];
    let names: [&[u8]; 12] =
        [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    let is = |name: &&[u8]| text.get(..3).is_some_and(|t| t.eq_ignore_ascii_case(name));
    names.iter().position(is).map_or(0, |n| n + 1)
}

/// `-V`: gnulib's `filevercmp`. The empty name, `.` and `..` first, then hidden names; endings like `.tar.gz` count only where the
/// rest is the same.
pub(super) fn version(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |t: &[u8]| match t {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        [b'.', ..] => 3,
        _ => 4,
    };
    let order = rank(a).cmp(&rank(b));
    if order.is_ne() || rank(a) < 3 {
        return order;
    }
    let (start_a, start_b) = (without_ending(a), without_ending(b));
    let order = if start_a == start_b { Ordering::Equal } else { revision(start_a, start_b) };
    order.then_with(|| revision(a, b)).then_with(|| a.cmp(b))
}

/// Without `(\.[A-Za-z~][A-Za-z0-9~]*)*` at the end.
fn without_ending(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    loop {
        let tail = name[..end].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'~').count();
        let start = end - tail;
        let begins = tail > 0 && name.get(start).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'~');
        if !begins || start < 2 || name[start - 1] != b'.' {
            return &name[..end];
        }
        end = start - 1;
    }
}

/// Debian's order of versions: `~` before the end, letters before the rest, digits by value.
fn revision(mut a: &[u8], mut b: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        None | Some(b'0'..=b'9') => 0,
        Some(b'~') => -1,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
    };
    while !a.is_empty() || !b.is_empty() {
        while a.first().is_some_and(|c| !c.is_ascii_digit()) || b.first().is_some_and(|c| !c.is_ascii_digit()) {
            let order = weight(a.first()).cmp(&weight(b.first()));
            if order.is_ne() {
                return order;
            }
            (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
        }
        let digits = |t: &[u8]| {
            let zeros = t.iter().take_while(|c| **c == b'0').count();
            let digits = t[zeros..].iter().take_while(|c| c.is_ascii_digit()).count();
            (zeros, zeros + digits)
        };
        let ((start_a, end_a), (start_b, end_b)) = (digits(a), digits(b));
        let (number_a, number_b) = (&a[start_a..end_a], &b[start_b..end_b]);
        let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (&a[end_a..], &b[end_b..]);
    }
    Ordering::Equal
}
