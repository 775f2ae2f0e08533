//! Seconds since 1970 as dates in UTC, the only time an image has, and what strftime makes of them in the C locale.

use crate::terms::{civil_from_days, days_from_civil};

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
    days_from_civil(year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1, day)
}

impl Civil {
    /// Of seconds since 1970.
    pub fn at(seconds: i64) -> Self {
        let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        Self {
            year,
            month,
            day,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
            weekday: (days + 4).rem_euclid(7),
            yearday: days - days_from_civil(year, 1, 1),
            seconds,
        }
    }

    /// Seconds since 1970 of these fields, wherever they are out of range.
    pub fn joined(&self) -> i64 {
        days(self.year, self.month, self.day) * 86_400 + self.hour * 3600 + self.minute * 60 + self.second
    }

    /// The hour of a clock with twelve.
    pub fn hour12(&self) -> i64 {
        (self.hour + 11) % 12 + 1
    }

    /// Days since Monday.
    pub fn since_monday(&self) -> i64 {
        (self.weekday + 6) % 7
    }

    /// The week of the year, from the first Sunday on.
    pub fn sunday_week(&self) -> i64 {
        (self.yearday + 7 - self.weekday) / 7
    }

    /// The week of the year, from the first Monday on.
    pub fn monday_week(&self) -> i64 {
        (self.yearday + 7 - self.since_monday()) / 7
    }

    /// ISO 8601's year and week.
    pub fn iso_week(&self) -> (i64, i64) {
        let thursday = self.seconds.div_euclid(86_400) - self.since_monday() + 3;
        let thursday = Self::at(thursday.saturating_mul(86_400));
        (thursday.year, thursday.yearday / 7 + 1)
    }

    /// `January` …; empty for a month that is none.
    pub fn month_name(&self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default()
    }

    /// `Sunday` ….
    pub fn day_name(&self) -> &'static str {
        usize::try_from(self.weekday).ok().and_then(|d| DAYS.get(d)).copied().unwrap_or_default()
    }

    /// What C's strftime makes of `%LETTER`; none where it knows no such conversion.
    pub fn strftime(&self, letter: u8) -> Option<String> {
        let of = |letters: &[u8], between: &str| {
            let parts: Option<Vec<String>> = letters.iter().map(|&l| self.strftime(l)).collect();
            parts.map(|p| p.join(between))
        };
        Some(match letter {
            b'a' => self.day_name().get(..3)?.to_owned(),
            b'A' => self.day_name().to_owned(),
            b'b' | b'h' => self.month_name().get(..3)?.to_owned(),
            b'B' => self.month_name().to_owned(),
            b'c' => of(b"abeTY", " ")?,
            b'C' => format!("{:02}", self.year.div_euclid(100)),
            b'd' => format!("{:02}", self.day),
            b'D' | b'x' => of(b"mdy", "/")?,
            b'e' => format!("{:2}", self.day),
            b'F' => of(b"Ymd", "-")?,
            b'g' => format!("{:02}", self.iso_week().0.rem_euclid(100)),
            b'G' => self.iso_week().0.to_string(),
            b'H' => format!("{:02}", self.hour),
            b'I' => format!("{:02}", self.hour12()),
            b'j' => format!("{:03}", self.yearday + 1),
            b'k' => format!("{:2}", self.hour),
            b'l' => format!("{:2}", self.hour12()),
            b'm' => format!("{:02}", self.month),
            b'M' => format!("{:02}", self.minute),
            b'n' => "\n".to_owned(),
            b'p' => if self.hour < 12 { "AM" } else { "PM" }.to_owned(),
            b'r' => format!("{} {}", of(b"IMS", ":")?, self.strftime(b'p')?),
            b'R' => of(b"HM", ":")?,
            b's' => self.seconds.to_string(),
            b'S' => format!("{:02}", self.second),
            b't' => "\t".to_owned(),
            b'T' | b'X' => of(b"HMS", ":")?,
            b'u' => (self.since_monday() + 1).to_string(),
            b'U' => format!("{:02}", self.sunday_week()),
            b'V' => format!("{:02}", self.iso_week().1),
            b'w' => self.weekday.to_string(),
            b'W' => format!("{:02}", self.monday_week()),
            b'y' => format!("{:02}", self.year.rem_euclid(100)),
            b'Y' => self.year.to_string(),
            b'z' => "+0000".to_owned(),
            b'Z' => "UTC".to_owned(),
            b'%' => "%".to_owned(),
            _ => return None,
        })
    }
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
