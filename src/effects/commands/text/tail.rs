//! `tail`: how files end. Nothing grows in an image, so `-f` ends with the file.

use super::{
    super::options::{Order, Parsed, parse},
    number, stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "c,bytes=",
    "f,follow=?",
    "F",
    "n,lines=",
    "max-unchanged-stats=",
    "pid=",
    "q,quiet",
    "silent",
    "retry",
    "s,sleep-interval=",
    "v,verbose",
    "z,zero-terminated",
    "help",
    "version",
];

/// How much: the last so many, or from that one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    number: usize,
    lines: bool,
    from: bool,
}

/// `tail [OPTION]… [FILE]…`
pub(super) fn tail(process: &mut Process<'_, '_>) -> Status {
    if let Some(args) = modern(&process.args) {
        process.args = args;
    }
    let parsed = match parse(process.args.get(1..).unwrap_or_default(), OPTIONS, Order::Any) {
        Ok(parsed) if !parsed.has("help") && !parsed.has("version") => parsed,
        Ok(_) => return Status::SUCCESS,
        Err(error) => return process.usage(error),
    };
    let Some(count) = count(&parsed) else { return process.fail("invalid number of lines or bytes") };
    let stdin = [b"-".to_vec()];
    let operands = if parsed.operands.is_empty() { &stdin } else { &parsed.operands[..] };
    let titled = match parsed.last(&["quiet", "silent", "verbose"]) {
        Some(last) => last == "verbose",
        None => operands.len() > 1,
    };
    let delimiter = if parsed.has("zero-terminated") { 0 } else { b'\n' };
    let (mut status, mut first) = (Status::SUCCESS, true);
    for name in operands {
        match stream::read(process, name) {
            Ok(bytes) => {
                if titled {
                    let shown: &[u8] = if name == b"-" { b"standard input" } else { name };
                    process.out([if first { &b""[..] } else { b"\n" }, b"==> ", shown, b" <==\n"].concat());
                }
                first = false;
                process.out(end(&bytes, count, delimiter));
            }
            Err(error) => {
                status = process.fail(format_args!("cannot open '{}' for reading: {error}", stream::text(name)));
            }
        }
    }
    status
}

/// `-5`, `+5`, `-20c`, `-5f`: the old form, with at most one file.
fn modern(args: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let text = args.get(1)?;
    let sign = *text.first().filter(|b| matches!(b, b'-' | b'+'))?;
    if args.len() > 3 || args.get(2).is_some_and(|a| a.starts_with(b"-") && a.len() > 1 && sign == b'+') {
        return None;
    }
    let digits = text[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, mut letters) = text[1..].split_at(digits);
    if digits == 0 && (sign == b'-' || !matches!(letters.first(), Some(b'b' | b'c' | b'l'))) {
        return None;
    }
    letters = letters.strip_suffix(b"f").unwrap_or(letters);
    let option: &[u8] = match letters {
        b"" | b"l" => b"-n",
        b"c" | b"b" => b"-c",
        _ => return None,
    };
    let number: &[u8] = if digits == 0 { b"10" } else { number };
    let unit: &[u8] = if letters == b"b" { b"b" } else { b"" };
    let mut new = vec![args[0].clone(), [option, &[sign], number, unit].concat()];
    new.extend_from_slice(&args[2..]);
    Some(new)
}

fn count(parsed: &Parsed) -> Option<Count> {
    let Some(which) = parsed.last(&["lines", "bytes"]) else {
        return Some(Count { number: 10, lines: true, from: false });
    };
    let text = parsed.value(which)?;
    let (from, text) = match text.strip_prefix(b"+") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix(b"-").unwrap_or(text)),
    };
    let number = usize::try_from(number::size(text)?).unwrap_or(usize::MAX);
    Some(Count { number, lines: which == "lines", from })
}

fn end(bytes: &[u8], count: Count, delimiter: u8) -> &[u8] {
    let skipped = if count.from { count.number.saturating_sub(1) } else { 0 };
    if !count.lines {
        let start = if count.from { skipped } else { bytes.len().saturating_sub(count.number) };
        return &bytes[start.min(bytes.len())..];
    }
    let skipped =
        if count.from { skipped } else { stream::lines(bytes, delimiter).count().saturating_sub(count.number) };
    let start: usize = stream::lines(bytes, delimiter).take(skipped).map(|line| line.len() + 1).sum();
    &bytes[start.min(bytes.len())..]
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn files_end() {
        let mut image = Image::new().programs(&["tail"]).file("etc/a", "1\n2\n3\n4", 0o644);
        for (args, expected) in [
            (&["tail", "-n2", "/etc/a"][..], "3\n4"),
            (&["tail", "-1", "/etc/a"], "4"),
            (&["tail", "-n", "+3", "/etc/a"], "3\n4"),
            (&["tail", "+4", "/etc/a"], "4"),
            (&["tail", "-c3", "/etc/a"], "3\n4"),
            (&["tail", "-f", "-n1", "/etc/a"], "4"),
            (&["tail", "-c", "+6", "/etc/a"], "\n4"),
        ] {
            assert_eq!(image.run(args, "").out, expected, "{args:?}");
        }
    }
}
