//! Dates as people type them for `date -d` and `touch -d`: the part of GNU's grammar that scripts use, in UTC.

use crate::effects::calendar::{Civil, days, month, weekday};

/// What the words said so far.
#[derive(Debug, Default)]
struct Said {
    date: Option<(Option<i64>, i64, i64)>,
    time: Option<(i64, i64, i64)>,
    /// Seconds east of Greenwich.
    zone: i64,
    weekday: Option<i64>,
    months: i64,
    seconds: i64,
}

/// Seconds since 1970; none where nobody can tell what is meant.
pub(super) fn parse(text: &[u8], now: i64) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim().to_lowercase();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.split_once(['.', ',']).map_or(seconds, |(whole, _)| whole).parse().ok();
    }
    let words = words(&text);
    let mut said = Said::default();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let used = said.take(rest)?;
        rest = &rest[used..];
    }
    said.moment(now)
}

/// Words of letters, and numbers with what belongs to them; commas and what is in parentheses mean nothing.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split([' ', '\t', '\n', ',']).filter(|w| !w.is_empty()) {
        // 2020-01-02t03:04:05z, 5days, 10:00pm
        let mut rest = word;
        while !rest.is_empty() {
            let letters = rest.starts_with(|c: char| c.is_ascii_alphabetic());
            let mut end = rest.find(|c: char| c.is_ascii_alphabetic() != letters).unwrap_or(rest.len());
            // A zone behind a time begins with its sign.
            if !letters && rest[..end].contains(':') {
                end = rest[1..end].find(['+', '-']).map_or(end, |at| at + 1);
            }
            words.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    words
}

impl Said {
    /// Takes one or more words; none where they mean nothing.
    fn take(&mut self, words: &[&str]) -> Option<usize> {
        let word = words[0];
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
            return self.number(word, &words[1..]);
        }
        match word {
            "now" | "today" => {}
            "tomorrow" => self.seconds += 86_400,
            "yesterday" => self.seconds -= 86_400,
            "midnight" => self.time = Some((0, 0, 0)),
            "noon" => self.time = Some((12, 0, 0)),
            "z" | "utc" | "gmt" | "ut" | "t" | "at" | "on" | "and" => {}
            "next" => return self.relative(1, &words[1..]).map(|n| n + 1),
            "last" => return self.relative(-1, &words[1..]).map(|n| n + 1),
            "this" => return self.relative(0, &words[1..]).map(|n| n + 1),
            _ => match (month(word), weekday(word)) {
                (Some(month), _) => {
                    let day = words.get(1)?.parse().ok()?;
                    let year = self.date.and_then(|d| d.0);
                    self.date = Some((year, month, day));
                    return Some(2);
                }
                (None, Some(day)) => self.weekday = Some(day),
                (None, None) => return self.relative(1, words),
            },
        }
        Some(1)
    }

    fn number(&mut self, word: &str, after: &[&str]) -> Option<usize> {
        let digits: Vec<_> = word.split(['-', '/', ':']).collect();
        if word.starts_with(['+', '-'])
            && self.time.is_some()
            && is_zone(word)
            && !after.first().is_some_and(|w| unit(w))
        {
            self.zone = zone(word)?;
            return Some(1);
        }
        if word.contains(':') {
            return self.clock(&digits, after);
        }
        if word.starts_with(['+', '-']) {
            let count = word.parse().ok()?;
            return self.relative(count, after).map(|n| n + 1);
        }
        if let [a, b, c] = digits[..] {
            let (a, b, c) = (a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
            // Two digits are of this century or the last.
            let year = |n: i64, text: &str| match text.len() {
                1 | 2 if n < 69 => n + 2000,
                1 | 2 => n + 1900,
                _ => n,
            };
            self.date = Some(match word.contains('/') && digits[0].len() <= 2 {
                true => (Some(year(c, digits[2])), a, b),
                false => (Some(year(a, digits[0])), b, c),
            });
            return Some(1);
        }
        if let ([a, b], true) = (&digits[..], word.contains('/')) {
            self.date = Some((None, a.parse().ok()?, b.parse().ok()?));
            return Some(1);
        }
        let value: i64 = word.parse().ok()?;
        match (after.first(), word.len()) {
            (Some(next), _) if month(next).is_some() => {
                self.date = Some((None, month(next)?, value));
                Some(2)
            }
            (Some(next), _) if matches!(*next, "am" | "pm") => self.clock(&[word, "0"], after),
            (Some(next), _) if unit(next) => self.relative(value, after).map(|n| n + 1),
            (_, 8) => {
                self.date = Some((Some(value / 10_000), value / 100 % 100, value % 100));
                Some(1)
            }
            (_, 4) if self.date.is_some_and(|d| d.0.is_none()) => {
                self.date = self.date.map(|(_, m, d)| (Some(value), m, d));
                Some(1)
            }
            (_, 1 | 2) => self.clock(&[word, "0"], after),
            (_, 3 | 4) => self.clock(&[&word[..word.len() - 2], &word[word.len() - 2..]], after),
            _ => None,
        }
    }

    fn clock(&mut self, parts: &[&str], after: &[&str]) -> Option<usize> {
        let second = parts.get(2).map_or("0", |s| s.split('.').next().unwrap_or("0"));
        let (mut hour, minute, second): (i64, i64, i64) =
            (parts[0].parse().ok()?, parts.get(1)?.parse().ok()?, second.parse().ok()?);
        let half = after.first().filter(|w| matches!(**w, "am" | "pm"));
        if let Some(half) = half {
            hour = hour % 12 + if *half == "pm" { 12 } else { 0 };
        }
        let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        self.time = Some((hour, minute, second)).filter(|_| valid);
        self.time.map(|_| 1 + usize::from(half.is_some()))
    }

    /// `count UNIT [ago]`; the number of words taken.
    fn relative(&mut self, count: i64, words: &[&str]) -> Option<usize> {
        let ago = words.get(1) == Some(&"ago");
        let count = if ago { count.checked_neg()? } else { count };
        match words.first()?.trim_end_matches('s') {
            "year" => self.months = self.months.checked_add(count.checked_mul(12)?)?,
            "month" => self.months = self.months.checked_add(count)?,
            name => self.seconds = self.seconds.checked_add(count.checked_mul(length(name)?)?)?,
        }
        Some(1 + usize::from(ago))
    }

    fn moment(&self, now: i64) -> Option<i64> {
        let mut at = Civil::at(now);
        if let Some((year, month, day)) = self.date {
            let year = year.unwrap_or(at.year);
            if !(1..=12).contains(&month) || year.abs() >= 100_000 || day < 1 {
                return None;
            }
            if days(year, month, day) >= days(year, month + 1, 1) {
                return None;
            }
            (at.year, at.month, at.day) = (year, month, day);
        }
        if self.date.is_some() || self.time.is_some() || self.weekday.is_some() {
            (at.hour, at.minute, at.second) = self.time.unwrap_or_default();
        }
        if self.months.abs() > 1_200_000 {
            return None;
        }
        at.month += self.months;
        let mut seconds = at.joined();
        // A weekday beside a date says nothing.
        if let (Some(weekday), None) = (self.weekday, self.date) {
            seconds += (weekday - Civil::at(seconds).weekday).rem_euclid(7) * 86_400;
        }
        seconds.checked_sub(self.zone)?.checked_add(self.seconds)
    }
}

fn length(unit: &str) -> Option<i64> {
    Some(match unit {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "fortnight" => 14 * 86_400,
        _ => return None,
    })
}

fn unit(word: &str) -> bool {
    let word = word.trim_end_matches('s');
    matches!(word, "year" | "month") || length(word).is_some()
}

fn is_zone(word: &str) -> bool {
    let digits = word[1..].chars().filter(|c| *c != ':');
    matches!(digits.clone().count(), 2 | 4) && digits.clone().all(|c| c.is_ascii_digit())
}

/// `+hh`, `+hhmm`, `+hh:mm` in seconds.
fn zone(word: &str) -> Option<i64> {
    let digits: String = word[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes): (i64, i64) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().unwrap_or(0));
    Some((hours * 3600 + minutes * 60) * if word.starts_with('-') { -1 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_understood() {
        // 2020-09-13 12:26:40, a Sunday
        let now = 1_600_000_000;
        for (text, expected) in [
            ("@5.25", Some(5)),
            ("now", Some(now)),
            ("2000-02-29", Some(951_782_400)),
            ("20000229 01:02", Some(951_786_120)),
            ("2000-02-29T01:02:03Z", Some(951_786_123)),
            ("2000-02-29 01:02:03 +0100", Some(951_782_523)),
            ("2000-02-29T01:02:03+01:00", Some(951_782_523)),
            ("Mon Nov 23 18:26:42 UTC 2026", Some(1_795_458_402)),
            ("Mon, 23 Nov 2026 18:26:42 +0000", Some(1_795_458_402)),
            ("2 days ago", Some(now - 172_800)),
            ("+1 week", Some(now + 604_800)),
            ("1 hour", Some(now + 3600)),
            ("tomorrow", Some(now + 86_400)),
            ("next month", Some(now + 30 * 86_400)),
            ("yesterday 10:00pm", Some(1_599_868_800 + 79_200)),
            ("monday", Some(1_600_041_600)),
            ("2/29/2000", Some(951_782_400)),
            ("what", None),
            ("25:00", None),
            ("2000-02-30", None),
            ("-9223372036854775808 sec ago", None),
            ("99-1-2", Some(915_235_200)),
        ] {
            assert_eq!(parse(text.as_bytes(), now), expected, "{text}");
        }
    }
}
