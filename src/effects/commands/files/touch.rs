//! `touch`.

use super::{
    super::{
        super::process::{Errno, Mode, Process, Status},
        options::{Order, Parsed},
    },
    Ended, date_words,
    names::{number, quoted},
};
use crate::effects::calendar::{Civil, days};

const KNOWN: &[&str] = &["a", "c,no-create", "d,date=", "f", "h,no-dereference", "m", "r,reference=", "t=", "time="];

pub(super) fn touch(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(KNOWN, Order::Any)?;
    let time = time(process, &parsed)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing file operand"));
    }
    let follow = !parsed.has("no-dereference");
    // The time of the last access is not kept in an image.
    let access_only = match parsed.value("time") {
        Some(b"access" | b"atime" | b"use") => true,
        _ => parsed.has("a"),
    };
    let modifies = !access_only || parsed.has("m");
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        if name == b"-" {
            continue;
        }
        let there = if follow { process.stat(name) } else { process.lstat(name) };
        let missing_is_fine = parsed.has("no-create");
        let touched = match there.map(|_| ()) {
            Ok(()) => set(process, name, time, follow, modifies),
            Err(Errno::NoEntry) if missing_is_fine => Ok(()),
            Err(Errno::NoEntry) if follow => {
                create(process, name).and_then(|()| set(process, name, time, follow, modifies))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = touched {
            status = process.fail(format_args!("cannot touch {}: {error}", quoted(name)));
        }
    }
    Ok(status)
}

fn create(process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), Errno> {
    if name.ends_with(b"/") {
        return Err(Errno::NoEntry);
    }
    process.open(name, Mode { write: true, create: true, ..Mode::default() }).map(drop)
}

fn set(process: &mut Process<'_, '_>, name: &[u8], time: i64, follow: bool, modifies: bool) -> Result<(), Errno> {
    if modifies { process.set_mtime(name, time, follow) } else { Ok(()) }
}

/// The time to set: of a file, of a date, of `-t`, or now.
fn time(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<i64, Status> {
    let now = process.stage.now();
    let reference = match parsed.value("reference").map(<[u8]>::to_vec) {
        None => None,
        Some(name) => {
            let follow = !parsed.has("no-dereference");
            let stat = if follow { process.stat(&name) } else { process.lstat(&name) };
            let stat = stat.map_err(|error| {
                process.fail(format_args!("failed to get attributes of {}: {error}", quoted(&name)))
            })?;
            Some(stat.mtime)
        }
    };
    if let Some(text) = parsed.value("date") {
        let found = date_words::parse(text, reference.unwrap_or(now));
        return found.ok_or_else(|| process.fail(format_args!("invalid date format {}", quoted(text))));
    }
    if let Some(text) = parsed.value("t") {
        return stamp(text, now).ok_or_else(|| process.fail(format_args!("invalid date format {}", quoted(text))));
    }
    Ok(reference.unwrap_or(now))
}

/// `[[CC]YY]MMDDhhmm[.ss]`
fn stamp(text: &[u8], now: i64) -> Option<i64> {
    let (digits, second) = match text.iter().position(|&b| b == b'.') {
        Some(at) => (&text[..at], number::<i64>(&text[at + 1..]).filter(|_| text.len() == at + 3)?),
        None => (text, 0),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pair = |at: usize| number::<i64>(digits.get(at..at + 2)?);
    let (year, rest) = match digits.len() {
        12 => (pair(0)? * 100 + pair(2)?, 4),
        10 => (pair(0)? + if pair(0)? < 69 { 2000 } else { 1900 }, 2),
        8 => (Civil::at(now).year, 0),
        _ => return None,
    };
    let (month, day, hour, minute) = (pair(rest)?, pair(rest + 2)?, pair(rest + 4)?, pair(rest + 6)?);
    let valid = (1..=12).contains(&month)
        && day > 0
        && days(year, month, day) < days(year, month + 1, 1)
        && hour < 24
        && minute < 60
        && second < 61;
    valid.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn times_are_set() {
        let image = || Image::new().programs(&["touch"]).file("f", "", 0o644).symlink("l", "f").symlink("n", "new");
        for (line, status, times) in [
            ("touch f new", 0, "8640000 0 0 8640000"),
            ("touch -d @5 l new", 0, "5 0 0 5"),
            ("touch -h -d @5 l", 0, "0 5 0 -"),
            ("touch -c none n", 0, "0 0 0 -"),
            ("touch n", 0, "0 0 0 8640000"),
            ("touch -t 200002290102.03 f", 0, "951786123 0 0 -"),
            ("touch -a f", 0, "0 0 0 -"),
            ("touch -r f no/such new", 1, "0 0 0 0"),
            ("touch -d what f", 1, "0 0 0 -"),
        ] {
            let mut image = image();
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, status, "{line}");
            let now = image.process(|p| {
                ["f", "l", "n", "new"].map(|n| p.lstat(n.as_bytes()).map_or("-".to_owned(), |s| s.mtime.to_string()))
            });
            assert_eq!(now.join(" "), times, "{line}");
        }
    }
}
