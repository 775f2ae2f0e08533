//! `os`: the build's time, programs through `/bin/sh -c`, and the calendar in UTC and the C locale.

use super::{
    files::exit,
    session::{Calls, Session},
    value::{Answer, Args, Raise, Value},
};
use crate::effects::{
    calendar::{Civil, days},
    process::{Mode, Status},
};

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
    Ok(vec![Value::Int(days(year, month, day) * 86400 + hour * 3600 + min * 60 + sec)])
}

/// A moment as Lua's table.
fn table(at: &Civil) -> Value {
    let fields = [
        ("year", at.year),
        ("month", at.month),
        ("day", at.day),
        ("hour", at.hour),
        ("min", at.minute),
        ("sec", at.second),
        ("yday", at.yearday + 1),
        ("wday", at.weekday + 1),
    ];
    let numbers = fields.into_iter().map(|(name, n)| (name.into(), Value::Int(n)));
    Value::Table(numbers.chain([("isdst".into(), Value::Bool(false))]).collect())
}

/// The format with every conversion done, or the conversion nobody knows.
fn format_date(at: &Civil, format: &[u8]) -> Result<String, String> {
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
        // Lua allows what ISO C has; %k and %l are GNU's.
        match at.strftime(conversion).filter(|_| !matches!(conversion, b'k' | b'l')) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => return Err(format!("invalid conversion specifier '%{}'", char::from(conversion))),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn date(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let format = args.opt_text(0)?.unwrap_or_else(|| b"%c".to_vec());
    let time = args.opt_int(1)?.unwrap_or_else(|| session.process.stage.now());
    if time.abs() > 67_768_036_191_676_799 {
        return Err(Raise::new("date result cannot be represented in this installation"));
    }
    let format = format.strip_prefix(b"!").unwrap_or(&format);
    let moment = Civil::at(time);
    if format.starts_with(b"*t") {
        return Ok(vec![table(&moment)]);
    }
    match format_date(&moment, format) {
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
            assert_eq!(format_date(&Civil::at(time), format.as_bytes()).as_deref(), Ok(text), "{time}");
        }
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1), 11_017);
    }
}
