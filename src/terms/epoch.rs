//! The one moment a build knows: `SOURCE_DATE_EPOCH`, or the newest build time among base and packages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z. Every time in an image is this one; the wall clock never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u32);

impl Epoch {
    /// `seconds` as rpm and tar store them: 32 bits are enough until 2106.
    pub fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, as image configs write `created`.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let mut d = date.splitn(3, '-').map(str::parse::<i64>);
        let mut t = time.split('.').next()?.splitn(3, ':').map(str::parse::<i64>);
        let date = [d.next()?.ok()?, d.next()?.ok()?, d.next()?.ok()?];
        let time = [t.next()?.ok()?, t.next()?.ok()?, t.next()?.ok()?];
        u32::try_from(unix_seconds(date, time)?).ok().map(Self)
    }
}

/// Seconds since 1970 of a moment in UTC: year, month, day and hour, minute, second. `None` when a field is out of range;
/// negative before 1970.
pub fn unix_seconds([y, m, d]: [i64; 3], [h, min, s]: [i64; 3]) -> Option<i64> {
    let fits = (0..=9999).contains(&y)
        && (1..=12).contains(&m)
        && (1..=31).contains(&d)
        && (0..=23).contains(&h)
        && (0..=59).contains(&min)
        && (0..=60).contains(&s);
    fits.then(|| days_from_civil(y, m, d) * 86400 + h * 3600 + min * 60 + s)
}

/// RFC 3339 in UTC of seconds since 1970, for times of others (certificates), which unlike an [`Epoch`] may lie after
/// 2106. What lies after the year 9999 is shown as its end.
pub fn rfc3339(seconds: u64) -> String {
    const END_OF_9999: u64 = 253_402_300_799;
    let secs = i64::try_from(seconds.min(END_OF_9999)).expect("the year 9999 fits 38 bits");
    let (y, m, d) = civil_from_days(secs / 86400);
    let s = secs % 86400;
    format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"): year, month
/// from 1 to 12, and a day, which may lie outside its month.
pub fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(m <= 2), m, doy - (153 * mp + 2) / 5 + 1)
}

impl fmt::Display for Epoch {
    /// RFC 3339 in UTC, as OCI documents want it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rfc3339(self.0.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_seconds_agree() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_650_000_000, "2022-04-15T05:20:00Z"),
            (u32::MAX, "2106-02-07T06:28:15Z"),
        ] {
            assert_eq!(Epoch::new(secs).to_string(), text);
            assert_eq!(Epoch::from_rfc3339(text), Some(Epoch::new(secs)));
        }
        assert_eq!(Epoch::from_rfc3339("2022-04-15T05:20:00.123456Z"), Some(Epoch::new(1_650_000_000)));
        assert_eq!(Epoch::from_rfc3339("1969-12-31T23:59:59Z"), None);
        assert_eq!(Epoch::from_rfc3339("yesterday"), None);
    }

    #[test]
    fn times_of_others_reach_further() {
        let end = 253_402_300_799;
        assert_eq!(unix_seconds([9999, 12, 31], [23, 59, 59]), Some(end));
        assert_eq!(rfc3339(end as u64), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(unix_seconds([1950, 1, 1], [0, 0, 0]), Some(-631_152_000));
        for (date, time) in
            [([2020, 13, 1], [0; 3]), ([2020, 1, 0], [0; 3]), ([i64::MAX, 1, 1], [0; 3]), ([2020, 1, 1], [-1, 0, 0])]
        {
            assert_eq!(unix_seconds(date, time), None);
        }
    }
}
