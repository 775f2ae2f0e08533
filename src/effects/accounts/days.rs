//! Dates as `-e` and `chage` take them.

use super::login_defs::decimal;
use crate::terms::days_from_civil;

/// Days since 1970: a number as it is, `YYYY-MM-DD`, `MM/DD/YY`, or `24 Sep 2030` in any order; -1 for nothing at all.
/// None if it is no date.
pub(super) fn day(text: &[u8]) -> Option<i64> {
    if text.is_empty() {
        return Some(-1);
    }
    if let Some(number) = decimal(text) {
        return Some(number);
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    let number = |s: &str| s.parse::<i64>().ok();
    let dashes: Vec<&str> = text.split('-').collect();
    if let [y, m, d] = dashes[..]
        && let (Some(y), Some(m), Some(d)) = (number(y), number(m), number(d))
    {
        return civil(century(y, dashes[0].len()), m, d);
    }
    let slashes: Vec<&str> = text.split('/').collect();
    if let [m, d, y] = slashes[..] {
        return civil(century(number(y)?, y.len()), number(m)?, number(d)?);
    }
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|w| !w.is_empty()).collect();
    let [a, b, c] = words[..] else { return None };
    let (m, d, y) = match (month(a), month(b)) {
        (Some(m), _) => (m, b, c),
        (None, Some(m)) => (m, a, c),
        _ => return None,
    };
    civil(century(number(y)?, y.len()), m, number(d)?)
}

fn century(year: i64, digits: usize) -> i64 {
    match year {
        0..69 if digits <= 2 => year + 2000,
        69..100 if digits <= 2 => year + 1900,
        _ => year,
    }
}

fn month(word: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let found = MONTHS
        .iter()
        .position(|m| *m == word || (word.len() == 3 && m.starts_with(&word)) || word == "sept" && *m == "september")?;
    i64::try_from(found + 1).ok()
}

/// The day number of a date of the Gregorian calendar.
fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1900..=9999).contains(&year) {
        return None;
    }
    Some(days_from_civil(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, wanted) in [
            ("", Some(-1)),
            ("-1", Some(-1)),
            ("19000", Some(19000)),
            ("1970-01-01", Some(0)),
            ("2030-09-24", Some(22181)),
            ("24 Sep 2030", Some(22181)),
            ("Sep 24, 2030", Some(22181)),
            ("9/24/30", Some(22181)),
            ("2030-13-01", None),
            ("soon", None),
        ] {
            assert_eq!(day(text.as_bytes()), wanted, "{text}");
        }
    }
}
