//! Dates as `date` and its kin show them: strftime's formats with GNU's flags and widths.

use crate::effects::calendar::Civil;

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
    let composed = |inner: &str| style.text(&String::from_utf8_lossy(&format(inner.as_bytes(), at)), upper);
    let (month, day) = (at.month_name(), at.day_name());
    Some(match letter {
        b'%' => style.text("%", upper),
        b'n' => style.text("\n", upper),
        b't' => style.text("\t", upper),
        b'a' => style.text(day.get(..3)?, upper),
        b'A' => style.text(day, upper),
        b'b' | b'h' => style.text(month.get(..3)?, upper),
        b'B' => style.text(month, upper),
        b'C' => style.number(at.year.div_euclid(100), 2, b'0'),
        b'd' => style.number(at.day, 2, b'0'),
        b'e' => style.number(at.day, 2, b'_'),
        b'g' => style.number(at.iso_week().0.rem_euclid(100), 2, b'0'),
        b'G' => style.number(at.iso_week().0, 4, b'0'),
        b'H' => style.number(at.hour, 2, b'0'),
        b'I' => style.number(at.hour12(), 2, b'0'),
        b'j' => style.number(at.yearday + 1, 3, b'0'),
        b'k' => style.number(at.hour, 2, b'_'),
        b'l' => style.number(at.hour12(), 2, b'_'),
        b'm' => style.number(at.month, 2, b'0'),
        b'M' => style.number(at.minute, 2, b'0'),
        b'N' => "0".repeat(if style.width > 0 { style.width } else { 9 }),
        b'p' => style.text(if at.hour < 12 { "AM" } else { "PM" }, lower),
        b'P' => style.text(if at.hour < 12 { "am" } else { "pm" }, upper),
        b'q' => style.number((at.month + 2) / 3, 1, b'0'),
        b's' => style.number(at.seconds, 1, b'0'),
        b'S' => style.number(at.second, 2, b'0'),
        b'u' => style.number(at.since_monday() + 1, 1, b'0'),
        b'U' => style.number(at.sunday_week(), 2, b'0'),
        b'V' => style.number(at.iso_week().1, 2, b'0'),
        b'w' => style.number(at.weekday, 1, b'0'),
        b'W' => style.number(at.monday_week(), 2, b'0'),
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
