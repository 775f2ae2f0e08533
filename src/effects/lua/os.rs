//! `os`: the build's time, programs through `/bin/sh -c`, and the calendar in UTC and the C locale.

use super::{
    files::exit,
    session::{Calls, Session},
    value::{Answer, Args, Raise, Value},
};
use crate::effects::process::{Mode, Status};

pub(super) const CALLS: Calls = &[
    ("os.clock", |_, _| Ok(vec![Value::Num(0.0)])),
    ("os.date", date),
    ("os.execute", execute),
    ("os.setlocale", setlocale),
    ("os.time", time),
    ("os.tmpname", tmpname),
    ("os.print", print),
    ("os.complain", complain),
];

type S<'x, 's, 'p, 'a> = &'x mut Session<'s, 'p, 'a>;

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

/// A line for standard output: `print`.
fn print(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    session.process.out(&text);
    Ok(Vec::new())
}

/// Text for standard error: `warn`.
fn complain(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    let _ = session.process.handle(2).write(session.process.stage, &text);
    Ok(Vec::new())
}

/// C's `system`, told as Lua tells it; without a command, whether there is a shell.
fn execute(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let Some(command) = args.opt_text(0)? else {
        return Ok(vec![Value::Bool(session.process.is_executable(b"/bin/sh"))]);
    };
    let status: Status = session.process.run(vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command]);
    Ok(exit(status))
}

fn setlocale(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let locale = args.opt_text(0)?;
    let known = locale.is_none_or(|l| matches!(l.as_slice(), b"" | b"C" | b"POSIX"));
    Ok(vec![if known { "C".into() } else { Value::Nil }])
}

/// A new empty file's name.
fn tmpname(session: S<'_, '_, '_, '_>, _: &Args<'_>) -> Answer {
    let name = format!("/tmp/lua_{:06}", session.process.stage.next_serial()).into_bytes();
    match session.process.open(&name, Mode { exclusive: true, ..Mode::WRITE }) {
        Ok(_) => {
            session.process.chmod(&name, 0o600).map_err(Raise::new)?;
            Ok(vec![name.into()])
        }
        Err(_) => Err(Raise::new("unable to generate a unique filename")),
    }
}

/// The build's time, or that of a table of year, month, day, hour (12), min and sec, which may lie outside their ranges.
fn time(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let pairs = match args.get(0) {
        Value::Nil => return Ok(vec![Value::Int(session.process.stage.now())]),
        Value::Table(pairs) => pairs,
        _ => return Err(args.bad(0, "table expected")),
    };
    let field = |name: &str, default: Option<i64>| {
        let value = pairs.iter().find(|(key, _)| *key == name.into()).map(|(_, value)| value.clone());
        let number = match value {
            None => default,
            Some(value) => Args { name: "time", values: &[value] }.int(0).ok(),
        };
        let missing = || Raise::new(format_args!("field '{name}' missing in date table"));
        let number = number.ok_or_else(missing)?;
        if number.abs() > i64::from(i32::MAX) {
            return Err(Raise::new(format_args!("field '{name}' is out-of-bound")));
        }
        Ok(number)
    };
    let (year, month, day) = (field("year", None)?, field("month", None)?, field("day", None)?);
    let (hour, min, sec) = (field("hour", Some(12))?, field("min", Some(0))?, field("sec", Some(0))?);
    let years = year + (month - 1).div_euclid(12);
    let days = days_before(years, (month - 1).rem_euclid(12) + 1) + day - 1;
    Ok(vec![Value::Int(days * 86400 + hour * 3600 + min * 60 + sec)])
}

/// Days from 1970 to the first of a month, in the Gregorian calendar (the usual arithmetic with years that start in March).
fn days_before(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day = (153 * month + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719_468
}

/// A moment, taken apart.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    seconds: i64,
    /// Days since Sunday, and since the first of January.
    weekday: i64,
    yearday: i64,
    time: i64,
}

impl Moment {
    fn of(time: i64) -> Self {
        let (days, seconds) = (time.div_euclid(86400), time.rem_euclid(86400));
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march + 2) / 5 + 1;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        let yearday = days - days_before(year, 1);
        Self { year, month, day, seconds, weekday: (days + 4).rem_euclid(7), yearday, time }
    }

    fn table(&self) -> Value {
        let fields = [
            ("year", self.year),
            ("month", self.month),
            ("day", self.day),
            ("hour", self.seconds / 3600),
            ("min", self.seconds / 60 % 60),
            ("sec", self.seconds % 60),
            ("yday", self.yearday + 1),
            ("wday", self.weekday + 1),
        ];
        let numbers = fields.into_iter().map(|(name, n)| (name.into(), Value::Int(n)));
        Value::Table(numbers.chain([("isdst".into(), Value::Bool(false))]).collect())
    }

    /// ISO 8601's year and week.
    fn iso_week(&self) -> (i64, i64) {
        let weekday = (self.weekday + 6) % 7;
        let thursday = Self::of(self.time + (3 - weekday) * 86400);
        (thursday.year, thursday.yearday / 7 + 1)
    }

    /// One conversion of `strftime` in the C locale; none where it is unknown.
    fn part(&self, conversion: u8) -> Option<String> {
        let hour = self.seconds / 3600;
        let twelve = (hour + 11) % 12 + 1;
        let (min, sec) = (self.seconds / 60 % 60, self.seconds % 60);
        let day_name = DAYS[usize::try_from(self.weekday).unwrap_or(0)];
        let month_name = MONTHS[usize::try_from(self.month - 1).unwrap_or(0)];
        let date = |format: &str| self.format(format.as_bytes()).unwrap_or_default();
        Some(match conversion {
            b'a' => day_name[..3].to_owned(),
            b'A' => day_name.to_owned(),
            b'b' | b'h' => month_name[..3].to_owned(),
            b'B' => month_name.to_owned(),
            b'c' => date("%a %b %e %H:%M:%S %Y"),
            b'C' => format!("{:02}", self.year.div_euclid(100)),
            b'd' => format!("{:02}", self.day),
            b'D' | b'x' => date("%m/%d/%y"),
            b'e' => format!("{:2}", self.day),
            b'F' => date("%Y-%m-%d"),
            b'g' => format!("{:02}", self.iso_week().0.rem_euclid(100)),
            b'G' => self.iso_week().0.to_string(),
            b'H' => format!("{hour:02}"),
            b'I' => format!("{twelve:02}"),
            b'j' => format!("{:03}", self.yearday + 1),
            b'm' => format!("{:02}", self.month),
            b'M' => format!("{min:02}"),
            b'n' => "\n".to_owned(),
            b'p' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            b'r' => date("%I:%M:%S %p"),
            b'R' => date("%H:%M"),
            b's' => self.time.to_string(),
            b'S' => format!("{sec:02}"),
            b't' => "\t".to_owned(),
            b'T' | b'X' => date("%H:%M:%S"),
            b'u' => ((self.weekday + 6) % 7 + 1).to_string(),
            b'U' => format!("{:02}", (self.yearday + 7 - self.weekday) / 7),
            b'V' => format!("{:02}", self.iso_week().1),
            b'w' => self.weekday.to_string(),
            b'W' => format!("{:02}", (self.yearday + 7 - (self.weekday + 6) % 7) / 7),
            b'y' => format!("{:02}", self.year.rem_euclid(100)),
            b'Y' => self.year.to_string(),
            b'z' => "+0000".to_owned(),
            b'Z' => "UTC".to_owned(),
            b'%' => "%".to_owned(),
            _ => return None,
        })
    }

    /// The format with every conversion done, or the conversion nobody knows.
    fn format(&self, format: &[u8]) -> Result<String, String> {
        let mut out = Vec::new();
        let mut bytes = format.iter();
        while let Some(&b) = bytes.next() {
            if b != b'%' {
                out.push(b);
                continue;
            }
            let mut conversion = bytes.next().copied().unwrap_or(0);
            if matches!(conversion, b'E' | b'O') {
                conversion = bytes.next().copied().unwrap_or(0);
            }
            match self.part(conversion) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => return Err(format!("invalid conversion specifier '%{}'", char::from(conversion))),
            }
        }
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

fn date(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let format = args.opt_text(0)?.unwrap_or_else(|| b"%c".to_vec());
    let time = args.opt_int(1)?.unwrap_or_else(|| session.process.stage.now());
    if time.abs() > 67_768_036_191_676_799 {
        return Err(Raise::new("date result cannot be represented in this installation"));
    }
    let format = format.strip_prefix(b"!").unwrap_or(&format);
    let moment = Moment::of(time);
    if format.starts_with(b"*t") {
        return Ok(vec![moment.table()]);
    }
    match moment.format(format) {
        Ok(text) => Ok(vec![text.as_str().into()]),
        Err(why) => Err(args.bad(0, why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_the_c_librarys() {
        for (time, format, text) in [
            (0, "%c", "Thu Jan  1 00:00:00 1970"),
            (951_782_400, "%F %j %u", "2000-02-29 060 2"),
            (1_795_458_483, "%Y-%m-%d %H:%M:%S", "2026-11-23 18:28:03"),
            (-1, "%F %T", "1969-12-31 23:59:59"),
            (1_609_459_200, "%G-%V %U %W", "2020-53 00 00"),
        ] {
            assert_eq!(Moment::of(time).format(format.as_bytes()).as_deref(), Ok(text), "{time}");
        }
        assert_eq!(days_before(1970, 1), 0);
        assert_eq!(days_before(2000, 3), 11_017);
    }
}
