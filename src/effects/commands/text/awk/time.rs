//! `strftime` and `mktime`, in UTC: an image has no other time.

use crate::effects::calendar::{Civil, days};

/// What `strftime` makes of a format in the C locale.
pub(super) fn format(format: &[u8], seconds: i64) -> Vec<u8> {
    // Years beyond this have no use, and no names.
    let moment = Civil::at(seconds.clamp(-60_000_000_000_000, 60_000_000_000_000));
    let part = |letter| if letter == b's' { Some(seconds.to_string()) } else { moment.strftime(letter) };
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
            Some(letter) => match part(letter) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => out.extend([b'%', letter]),
            },
        }
    }
    out
}

/// `YYYY MM DD HH MM SS`, as `mktime` takes it.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let parts: Vec<i64> = text.split_whitespace().map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second, ..] = parts[..] else { return None };
    if parts.iter().any(|p| p.abs() > 1_000_000) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
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
