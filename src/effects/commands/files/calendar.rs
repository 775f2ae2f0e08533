//! Seconds since 1970 as dates in UTC, and strftime's formats with GNU's flags.

/// A moment taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// 0 is Sunday.
    pub weekday: i64,
    /// 0 is the first of January.
    pub yearday: i64,
    /// What it was made of.
    pub seconds: i64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Days since 1970 of a date; months and days may lie outside their year.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Years begin in March, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

impl Civil {
    /// Of seconds since 1970.
    pub fn at(seconds: i64) -> Self {
        let (day, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let shifted = day + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let year = era * 400 + year + i64::from(month < 3);
        Self {
            year,
            month,
            day: of_year - (153 * march + 2) / 5 + 1,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
            weekday: (day + 4).rem_euclid(7),
            yearday: day - days(year, 1, 1),
            seconds,
        }
    }

    /// Seconds since 1970 of these fields, wherever they are out of range.
    pub fn joined(&self) -> i64 {
        days(self.year, self.month, self.day) * 86_400 + self.hour * 3600 + self.minute * 60 + self.second
    }

    /// ISO 8601's year and week.
    fn iso_week(&self) -> (i64, i64) {
        let monday = (self.weekday + 6) % 7;
        let thursday = Self::at((self.seconds.div_euclid(86_400) - monday + 3).saturating_mul(86_400));
        (thursday.year, thursday.yearday / 7 + 1)
    }
}

/// How a field is to be shown: GNU's `_ - 0 + ^ #` and a width.
#[derive(Clone, Copy, Debug, Default)]
struct Style {
    pad: Option<u8>,
    upper: bool,
    swap: bool,
    width: usize,
}

impl Style {
    fn number(self, value: i64, width: usize, pad: u8) -> String {
        let width = if self.width > 0 { self.width } else { width };
        let digits = value.unsigned_abs().to_string();
        let sign = if value < 0 { "-" } else { "" };
        let missing = width.saturating_sub(digits.len() + sign.len());
        match self.pad.unwrap_or(pad) {
            b'-' => format!("{sign}{digits}"),
            b'_' => format!("{}{sign}{digits}", " ".repeat(missing)),
            _ => format!("{sign}{}{digits}", "0".repeat(missing)),
        }
    }

    fn text(self, value: &str, swapped: fn(&str) -> String) -> String {
        let value = match (self.swap, self.upper) {
            (true, _) => swapped(value),
            (false, true) => value.to_uppercase(),
            (false, false) => value.to_owned(),
        };
        let missing = self.width.saturating_sub(value.len());
        format!("{}{value}", if self.pad == Some(b'0') { "0" } else { " " }.repeat(missing))
    }
}

/// Widths beyond this are not honoured: nothing needs them, and they are memory.
const WIDEST: usize = 1024;

/// `date`'s and strftime's formats; an unknown `%x` stays as it is.
pub(super) fn format(text: &[u8], at: &Civil) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.iter().position(|&b| b == b'%') {
        out.extend_from_slice(&rest[..start]);
        let spec = &rest[start..];
        let mut style = Style::default();
        let mut next = 1;
        while let Some(flag) = spec.get(next).filter(|f| b"_-0+^#".contains(f)) {
            match flag {
                b'^' => style.upper = true,
                b'#' => style.swap = true,
                b'+' => style.pad = Some(b'0'),
                pad => style.pad = Some(*pad),
            }
            next += 1;
        }
        while let Some(digit) = spec.get(next).filter(|d| d.is_ascii_digit()) {
            style.width = (style.width * 10 + usize::from(digit - b'0')).min(WIDEST);
            next += 1;
        }
        let colons = spec[next..].iter().take_while(|&&b| b == b':').count();
        next += colons;
        next += usize::from(spec.get(next).is_some_and(|b| matches!(b, b'E' | b'O')));
        match spec.get(next).and_then(|letter| field(*letter, colons, style, at)) {
            Some(value) => {
                out.extend_from_slice(value.as_bytes());
                rest = &spec[next + 1..];
            }
            None => {
                let end = (next + 1).min(spec.len());
                out.extend_from_slice(&spec[..end]);
                rest = &spec[end..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn field(letter: u8, colons: usize, style: Style, at: &Civil) -> Option<String> {
    let upper: fn(&str) -> String = |t| t.to_uppercase();
    let lower: fn(&str) -> String = |t| t.to_lowercase();
    let hour12 = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
    let sunday_week = (at.yearday + 7 - at.weekday) / 7;
    let monday_week = (at.yearday + 7 - (at.weekday + 6) % 7) / 7;
    let composed = |inner: &str| style.text(&String::from_utf8_lossy(&format(inner.as_bytes(), at)), upper);
    let month = usize::try_from(at.month - 1).ok().and_then(|m| MONTHS.get(m))?;
    let day = usize::try_from(at.weekday).ok().and_then(|d| DAYS.get(d))?;
    Some(match letter {
        b'%' => style.text("%", upper),
        b'n' => style.text("\n", upper),
        b't' => style.text("\t", upper),
        b'a' => style.text(&day[..3], upper),
        b'A' => style.text(day, upper),
        b'b' | b'h' => style.text(&month[..3], upper),
        b'B' => style.text(month, upper),
        b'C' => style.number(at.year.div_euclid(100), 2, b'0'),
        b'd' => style.number(at.day, 2, b'0'),
        b'e' => style.number(at.day, 2, b'_'),
        b'g' => style.number(at.iso_week().0.rem_euclid(100), 2, b'0'),
        b'G' => style.number(at.iso_week().0, 4, b'0'),
        b'H' => style.number(at.hour, 2, b'0'),
        b'I' => style.number(hour12, 2, b'0'),
        b'j' => style.number(at.yearday + 1, 3, b'0'),
        b'k' => style.number(at.hour, 2, b'_'),
        b'l' => style.number(hour12, 2, b'_'),
        b'm' => style.number(at.month, 2, b'0'),
        b'M' => style.number(at.minute, 2, b'0'),
        b'N' => "0".repeat(if style.width > 0 { style.width } else { 9 }),
        b'p' => style.text(if at.hour < 12 { "AM" } else { "PM" }, lower),
        b'P' => style.text(if at.hour < 12 { "am" } else { "pm" }, upper),
        b'q' => style.number((at.month + 2) / 3, 1, b'0'),
        b's' => style.number(at.seconds, 1, b'0'),
        b'S' => style.number(at.second, 2, b'0'),
        b'u' => style.number((at.weekday + 6) % 7 + 1, 1, b'0'),
        b'U' => style.number(sunday_week, 2, b'0'),
        b'V' => style.number(at.iso_week().1, 2, b'0'),
        b'w' => style.number(at.weekday, 1, b'0'),
        b'W' => style.number(monday_week, 2, b'0'),
        b'y' => style.number(at.year.rem_euclid(100), 2, b'0'),
        b'Y' => style.number(at.year, 4, b'0'),
        b'z' => ["+0000", "+00:00", "+00:00:00", "+00"].get(colons)?.to_string(),
        b'Z' => style.text("UTC", lower),
        b'c' => composed("%a %b %e %H:%M:%S %Y"),
        b'D' | b'x' => composed("%m/%d/%y"),
        b'F' => composed("%Y-%m-%d"),
        b'r' => composed("%I:%M:%S %p"),
        b'R' => composed("%H:%M"),
        b'T' | b'X' => composed("%H:%M:%S"),
        _ => return None,
    })
}

/// Number of a month or weekday by its name or the first letters of it, at least three.
fn named(names: &[&str], word: &str) -> Option<i64> {
    let at = names.iter().position(|n| word.len() >= 3 && n.to_lowercase().starts_with(word))?;
    i64::try_from(at).ok()
}

/// A month's number by name, from 1.
pub(super) fn month(word: &str) -> Option<i64> {
    named(&MONTHS, word).map(|m| m + 1)
}

/// A weekday's number by name, from 0, Sunday.
pub(super) fn weekday(word: &str) -> Option<i64> {
    named(&DAYS, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_what_the_calendar_says() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 Thu 001 01 1970"),
            (951_782_400, "2000-02-29 00:00:00 Tue 060 09 2000"),
            (1_704_067_199, "2023-12-31 23:59:59 Sun 365 52 2023"),
            (-1, "1969-12-31 23:59:59 Wed 365 01 1970"),
            (1_609_459_200, "2021-01-01 00:00:00 Fri 001 53 2020"),
        ] {
            let at = Civil::at(seconds);
            assert_eq!(String::from_utf8_lossy(&format(b"%F %T %a %j %V %G", &at)), expected);
            assert_eq!(at.joined(), seconds);
        }
    }

    #[test]
    fn the_ends_of_time_are_dates_too() {
        for seconds in [i64::MIN, i64::MAX] {
            assert!(!format(b"%c %V %G %j %U %C %g", &Civil::at(seconds)).is_empty());
        }
    }

    #[test]
    fn formats_have_flags_and_widths() {
        let at = Civil::at(1_600_000_000);
        for (text, expected) in [
            ("%-d/%_m/%y", "13/ 9/20"),
            ("%^a %#Z %5Y|%3e|%10b", "SUN utc 02020| 13|       Sep"),
            ("%s %N %3N %:z %k%l %p%P", "1600000000 000000000 000 +00:00 1212 PMpm"),
            ("%c %D %r %% %Q %", "Sun Sep 13 12:26:40 2020 09/13/20 12:26:40 PM % %Q %"),
        ] {
            assert_eq!(String::from_utf8_lossy(&format(text.as_bytes(), &at)), expected);
        }
    }
}
