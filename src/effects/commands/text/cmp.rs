//! `cmp`: where two files differ first. 0 the same, 1 not, 2 trouble.

use super::{
    super::options::{Order, Parsed},
    number, stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &["b,print-bytes", "i,ignore-initial=", "l,verbose", "n,bytes=", "s,quiet", "silent"];

const TROUBLE: Status = Status(2);

/// `cmp [OPTION]… FILE1 [FILE2 [SKIP1 [SKIP2]]]`
pub(super) fn cmp(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return if status.success() { status } else { TROUBLE },
    };
    let (Some(first), second) = (parsed.operands.first(), parsed.operands.get(1)) else {
        process.usage("missing operand after 'cmp'");
        return TROUBLE;
    };
    let second = second.map_or(&b"-"[..], Vec::as_slice);
    let Some(skips) = skips(&parsed) else {
        process.usage("invalid --ignore-initial value");
        return TROUBLE;
    };
    let limit = match parsed.value("bytes").map(number::size) {
        None => usize::MAX,
        Some(Some(n)) => usize::try_from(n).unwrap_or(usize::MAX),
        Some(None) => {
            process.usage("invalid --bytes value");
            return TROUBLE;
        }
    };
    let quiet = parsed.has("quiet") || parsed.has("silent");
    let mut sides = Vec::new();
    for (name, skip) in [(first.as_slice(), skips.0), (second, skips.1)] {
        match stream::read(process, name) {
            Ok(bytes) => {
                let rest = &bytes[skip.min(bytes.len())..];
                sides.push(rest[..limit.min(rest.len())].to_vec());
            }
            Err(error) => {
                if !quiet {
                    process.fail(format_args!("{}: {error}", stream::text(name)));
                }
                return TROUBLE;
            }
        }
    }
    let [a, b] = &sides[..] else { return TROUBLE };
    if a == b {
        return Status::SUCCESS;
    }
    if !quiet {
        tell(process, &parsed, [first, second], [a, b]);
    }
    Status::FAILURE
}

/// `-i N[:M]`, or the last two operands.
fn skips(parsed: &Parsed) -> Option<(usize, usize)> {
    let size = |t: &[u8]| number::size(t).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    if let Some(value) = parsed.value("ignore-initial") {
        return match value.iter().position(|&b| b == b':') {
            Some(at) => Some((size(&value[..at])?, size(&value[at + 1..])?)),
            None => size(value).map(|n| (n, n)),
        };
    }
    let skip = |n: usize| parsed.operands.get(n).map_or(Some(0), |t| size(t));
    Some((skip(2)?, skip(3)?))
}

fn tell(process: &mut Process<'_, '_>, parsed: &Parsed, names: [&[u8]; 2], [a, b]: [&[u8]; 2]) {
    let verbose = parsed.has("verbose");
    let shared = a.len().min(b.len());
    let differing = (0..shared).filter(|&at| a[at] != b[at]);
    let shown: Vec<usize> = if verbose { differing.collect() } else { differing.take(1).collect() };
    let width = a.len().max(b.len()).to_string().len();
    for at in &shown {
        let bytes = parsed.has("print-bytes");
        let text = if verbose && bytes {
            format!("{:width$} {:3o} {:<4} {:3o} {}\n", at + 1, a[*at], visible(a[*at]), b[*at], visible(b[*at]))
        } else if verbose {
            format!("{:width$} {:3o} {:3o}\n", at + 1, a[*at], b[*at])
        } else {
            let line = a[..*at].iter().filter(|c| **c == b'\n').count() + 1;
            let (first, second) = (stream::text(names[0]), stream::text(names[1]));
            let bytes = if bytes {
                format!(" is {:3o} {} {:3o} {}", a[*at], visible(a[*at]), b[*at], visible(b[*at]))
            } else {
                String::new()
            };
            format!("{first} {second} differ: byte {}, line {line}{bytes}\n", at + 1)
        };
        process.out(text);
    }
    if shown.is_empty() || verbose && a.len() != b.len() {
        let (name, short) = if a.len() < b.len() { (names[0], a) } else { (names[1], b) };
        let name = stream::text(name).into_owned();
        if short.is_empty() {
            process.fail(format_args!("EOF on {name} which is empty"));
        } else {
            let newlines = short.iter().filter(|c| **c == b'\n').count();
            let line = match (verbose, short.ends_with(b"\n")) {
                (true, _) => String::new(),
                (false, true) => format!(", line {newlines}"),
                (false, false) => format!(", in line {}", newlines + 1),
            };
            process.fail(format_args!("EOF on {name} after byte {}{line}", short.len()));
        }
    }
}

/// As `cat -v` shows a byte.
fn visible(byte: u8) -> String {
    let low = |b: u8| match b {
        0..32 => format!("^{}", char::from(b + 64)),
        127 => "^?".to_owned(),
        _ => char::from(b).to_string(),
    };
    if byte < 128 { low(byte) } else { format!("M-{}", low(byte - 128)) }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn differences_are_told() {
        let image = Image::new().programs(&["cmp"]).file("etc/a", "a\nb\n", 0o644).file("etc/b", "a\nc\n", 0o644);
        let mut image = image.file("etc/c", "a\n", 0o644);
        for (line, status, out) in [
            ("cmp /etc/a /etc/a", 0, ""),
            ("cmp /etc/a /etc/b", 1, "/etc/a /etc/b differ: byte 3, line 2\n"),
            ("cmp -s /etc/a /etc/b", 1, ""),
            ("cmp -n 2 /etc/a /etc/b", 0, ""),
            ("cmp -l /etc/a /etc/b", 1, "3 142 143\n"),
            ("cmp /etc/a /etc/c", 1, ""),
            ("cmp /etc/a /etc/none", 2, ""),
        ] {
            let args: Vec<_> = line.split(' ').collect();
            let ran = image.run(&args, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}");
        }
    }
}
