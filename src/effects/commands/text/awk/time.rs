//! `strftime` and `mktime`, in UTC: an image has no other time.

/// A moment's parts.
struct Moment {
    year: i64,
    /// From 1.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// From Sunday, 0.
    weekday: i64,
    /// From 1.
    yearday: i64,
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
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

/// Days since 1970 of a date of the proleptic Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn moment(seconds: i64) -> Moment {
    // Years beyond this have no use, and no names.
    let seconds = seconds.clamp(-60_000_000_000_000, 60_000_000_000_000);
    let (day_number, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Moment {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (day_number + 4).rem_euclid(7),
        yearday: day_number - days(year, 1, 1) + 1,
    }
}

/// The week of ISO 8601, and its year.
fn week(m: &Moment) -> (i64, i64) {
    let monday_based = (m.weekday + 6) % 7;
    let week = (m.yearday - 1 - monday_based + 10) / 7;
    let weeks_of = |year: i64| {
        let first = (days(year, 1, 1) + 3).rem_euclid(7);
        let leap = days(year + 1, 1, 1) - days(year, 1, 1) == 366;
        if first == 3 || first == 2 && leap { 53 } else { 52 }
    };
    if week < 1 {
        (weeks_of(m.year - 1), m.year - 1)
    } else if week > weeks_of(m.year) {
        (1, m.year + 1)
    } else {
        (week, m.year)
    }
}

/// What `strftime` makes of a format in the C locale.
pub(super) fn format(format: &[u8], seconds: i64) -> Vec<u8> {
    let m = moment(seconds);
    let mut out = Vec::new();
    let mut rest = format.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut letter = rest.next().copied();
        if let Some(b'E' | b'O' | b'-') = letter {
            letter = rest.next().copied();
        }
        match letter {
            None => out.push(b'%'),
            Some(letter) => match part(&m, letter, seconds) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => out.extend([b'%', letter]),
            },
        }
    }
    out
}

fn part(m: &Moment, letter: u8, seconds: i64) -> Option<String> {
    let day = DAYS[m.weekday as usize];
    let month = MONTHS[(m.month - 1) as usize];
    let twelve = (m.hour + 11) % 12 + 1;
    let half = if m.hour < 12 { "AM" } else { "PM" };
    let date = || format!("{:02}/{:02}/{:02}", m.month, m.day, m.year.rem_euclid(100));
    let time = || format!("{:02}:{:02}:{:02}", m.hour, m.minute, m.second);
    Some(match letter {
        b'a' => day[..3].to_owned(),
        b'A' => day.to_owned(),
        b'b' | b'h' => month[..3].to_owned(),
        b'B' => month.to_owned(),
        b'c' => format!("{} {} {:2} {} {}", &day[..3], &month[..3], m.day, time(), m.year),
        b'C' => format!("{:02}", m.year.div_euclid(100)),
        b'd' => format!("{:02}", m.day),
        b'D' | b'x' => date(),
        b'e' => format!("{:2}", m.day),
        b'F' => format!("{}-{:02}-{:02}", m.year, m.month, m.day),
        b'g' => format!("{:02}", week(m).1.rem_euclid(100)),
        b'G' => week(m).1.to_string(),
        b'H' => format!("{:02}", m.hour),
        b'I' => format!("{twelve:02}"),
        b'j' => format!("{:03}", m.yearday),
        b'k' => format!("{:2}", m.hour),
        b'l' => format!("{twelve:2}"),
        b'm' => format!("{:02}", m.month),
        b'M' => format!("{:02}", m.minute),
        b'n' => "\n".to_owned(),
        b'p' => half.to_owned(),
        b'r' => format!("{twelve:02}:{:02}:{:02} {half}", m.minute, m.second),
        b'R' => format!("{:02}:{:02}", m.hour, m.minute),
        b's' => seconds.to_string(),
        b'S' => format!("{:02}", m.second),
        b't' => "\t".to_owned(),
        b'T' | b'X' => time(),
        b'u' => (if m.weekday == 0 { 7 } else { m.weekday }).to_string(),
        b'U' => format!("{:02}", (m.yearday + 6 - m.weekday) / 7),
        b'V' => format!("{:02}", week(m).0),
        b'w' => m.weekday.to_string(),
        b'W' => format!("{:02}", (m.yearday + 6 - (m.weekday + 6) % 7) / 7),
        b'y' => format!("{:02}", m.year.rem_euclid(100)),
        b'Y' => m.year.to_string(),
        b'z' => "+0000".to_owned(),
        b'Z' => "UTC".to_owned(),
        b'%' => "%".to_owned(),
        _ => return None,
    })
}

/// `YYYY MM DD HH MM SS`, as `mktime` takes it.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let parts: Vec<i64> = text.split_whitespace().map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second, ..] = parts[..] else { return None };
    if parts.iter().any(|p| p.abs() > 1_000_000) {
        return None;
    }
    let months = year * 12 + month - 1;
    let day_number = days(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1;
    Some(day_number * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_names() {
        let shown = |seconds| String::from_utf8(format(b"%F %T %a %b %j %V %G %u %U %W %I%p", seconds)).unwrap();
        assert_eq!(shown(0), "1970-01-01 00:00:00 Thu Jan 001 01 1970 4 00 00 12AM");
        assert_eq!(shown(951_782_400), "2000-02-29 00:00:00 Tue Feb 060 09 2000 2 09 09 12AM");
        assert_eq!(shown(1_609_459_199), "2020-12-31 23:59:59 Thu Dec 366 53 2020 4 52 52 11PM");
        assert_eq!(parse(b"2000 02 29 00 00 00"), Some(951_782_400));
        assert_eq!(parse(b"2000 14 1 0 0 -1"), parse(b"2001 1 31 23 59 59"));
    }
}
