//! `date`: it is always the build's time, in UTC.

use super::{
    super::{
        super::process::{Process, Status},
        options::Order,
    },
    Ended, date_format, date_words,
    names::quoted,
    system::without_effect,
};
use crate::effects::calendar::Civil;

pub(super) fn date(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "d,date=",
        "debug",
        "f,file=",
        "I,iso-8601=?",
        "R,rfc-email",
        "rfc-2822",
        "rfc-822",
        "rfc-3339=",
        "r,reference=",
        "s,set=",
        "u,utc",
        "universal",
        "uct",
        "resolution",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    if parsed.has("set") {
        return Ok(without_effect(process, "the clock is the machine's that runs the image"));
    }
    let format = match parsed.options.iter().rev().find_map(|(name, value)| preset(name, value.as_deref())) {
        Some(format) => format.map_err(|text| process.usage(text))?.to_vec(),
        None => b"%a %b %e %H:%M:%S %Z %Y".to_vec(),
    };
    let format = match parsed.operands.as_slice() {
        [] => format,
        [one] => match one.strip_prefix(b"+") {
            Some(format) => format.to_vec(),
            None => return Err(process.fail(format_args!("invalid date {}", quoted(one)))),
        },
        [_, extra, ..] => return Err(process.usage(format_args!("extra operand {}", quoted(extra)))),
    };
    let now = process.stage.now();
    let texts = match (parsed.value("date").map(<[u8]>::to_vec), parsed.value("file").map(<[u8]>::to_vec)) {
        (Some(text), _) => vec![text],
        (None, Some(name)) => {
            let bytes = if name == b"-" { Ok(process.input()) } else { process.read_file(&name) };
            let bytes =
                bytes.map_err(|error| process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&name))))?;
            bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec).collect()
        }
        (None, None) => {
            let seconds = match parsed.value("reference").map(<[u8]>::to_vec) {
                None => now,
                Some(name) => match process.stat(&name) {
                    Ok(stat) => stat.mtime,
                    Err(error) => {
                        return Err(process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&name))));
                    }
                },
            };
            vec![format!("@{seconds}").into_bytes()]
        }
    };
    let mut status = Status::SUCCESS;
    for text in texts {
        match date_words::parse(&text, now) {
            Some(seconds) => {
                let line = date_format::format(&format, &Civil::at(seconds));
                process.out([line, b"\n".to_vec()].concat());
            }
            None => status = process.fail(format_args!("invalid date {}", quoted(&text))),
        }
    }
    Ok(status)
}

/// The format an option stands for.
fn preset(name: &str, value: Option<&[u8]>) -> Option<Result<&'static [u8], String>> {
    let bad = |text: &[u8]| Err(format!("invalid argument {} for '--{name}'", quoted(text)));
    Some(match (name, value) {
        ("rfc-email" | "rfc-2822" | "rfc-822", _) => Ok(b"%a, %d %b %Y %H:%M:%S %z"),
        ("iso-8601", None | Some(b"date")) => Ok(b"%Y-%m-%d"),
        ("iso-8601", Some(b"hours")) => Ok(b"%Y-%m-%dT%H%:z"),
        ("iso-8601", Some(b"minutes")) => Ok(b"%Y-%m-%dT%H:%M%:z"),
        ("iso-8601", Some(b"seconds" | b"s")) => Ok(b"%Y-%m-%dT%H:%M:%S%:z"),
        ("iso-8601", Some(b"ns")) => Ok(b"%Y-%m-%dT%H:%M:%S,%N%:z"),
        ("rfc-3339", Some(b"date")) => Ok(b"%Y-%m-%d"),
        ("rfc-3339", Some(b"seconds")) => Ok(b"%Y-%m-%d %H:%M:%S%:z"),
        ("rfc-3339", Some(b"ns")) => Ok(b"%Y-%m-%d %H:%M:%S.%N%:z"),
        ("iso-8601" | "rfc-3339", Some(text)) => bad(text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn dates_come_from_the_build() {
        let mut image = Image::new().programs(&["date"]).file("f", "", 0o644);
        for (args, expected) in [
            (&["date"][..], "Sat Apr 11 00:00:00 UTC 1970\n"),
            (&["date", "+%Y%m%d %s"], "19700411 8640000\n"),
            (&["date", "-u", "-d", "@0", "-Iseconds"], "1970-01-01T00:00:00+00:00\n"),
            (&["date", "-R", "-r", "/f"], "Thu, 01 Jan 1970 00:00:00 +0000\n"),
            (&["date", "--date=2 days ago", "+%F"], "1970-04-09\n"),
        ] {
            assert_eq!(image.run(args, "").out, expected, "{args:?}");
        }
        assert_eq!(image.run(&["date", "-d", "sometime"], "").status.0, 1);
    }
}
