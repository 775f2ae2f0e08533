//! `head`: how files begin.

use super::{
    super::options::{Order, Parsed, parse},
    number, stream,
};
use crate::effects::process::{Handle, Mode, Process, Status};

const OPTIONS: &[&str] =
    &["c,bytes=", "n,lines=", "q,quiet", "silent", "v,verbose", "z,zero-terminated", "help", "version"];

/// glibc's `BUFSIZ`: what is taken of a pipe at once.
const CHUNK: usize = 8192;

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    number: u64,
    lines: bool,
    /// All but the last.
    but: bool,
}

/// `head [OPTION]… [FILE]…`
pub(super) fn head(process: &mut Process<'_, '_>) -> Status {
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
        let handle = if name == b"-" { Ok(process.handle(0)) } else { process.open(name, Mode::READ) };
        let part = handle.and_then(|handle| {
            let error = process.stat(name).is_ok_and(|s| s.is_directory() && name != b"-");
            if error {
                Err(crate::effects::process::Errno::IsDirectory)
            } else {
                Ok(begin(process, &handle, count, delimiter))
            }
        });
        match part {
            Ok(part) => {
                if titled {
                    let shown: &[u8] = if name == b"-" { b"standard input" } else { name };
                    process.out([if first { &b""[..] } else { b"\n" }, b"==> ", shown, b" <==\n"].concat());
                }
                first = false;
                process.out(part);
            }
            Err(error) => {
                status = process.fail(format_args!("cannot open '{}' for reading: {error}", stream::text(name)));
            }
        }
    }
    status
}

/// `-5`, `-20c`: the old form, as the first argument only.
fn modern(args: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let text = args.get(1)?.strip_prefix(b"-")?;
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let (number, letters) = text.split_at(digits);
    let mut option = b"-n".to_vec();
    let (mut unit, mut more) = (Vec::new(), Vec::new());
    for letter in letters {
        match letter {
            b'c' => option = b"-c".to_vec(),
            b'b' | b'k' | b'm' => (option, unit) = (b"-c".to_vec(), vec![*letter]),
            b'l' => option = b"-n".to_vec(),
            b'q' | b'v' | b'z' => more.push(vec![b'-', *letter]),
            _ => return None,
        }
    }
    let mut new = vec![args[0].clone(), [&option[..], number, &unit].concat()];
    new.extend(more);
    new.extend_from_slice(&args[2..]);
    Some(new)
}

fn count(parsed: &Parsed) -> Option<Count> {
    let Some(which) = parsed.last(&["lines", "bytes"]) else {
        return Some(Count { number: 10, lines: true, but: false });
    };
    let text = parsed.value(which)?;
    let (but, text) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix(b"+").unwrap_or(text)),
    };
    Some(Count { number: number::size(text)?, lines: which == "lines", but })
}

/// The beginning of a file; of a file that is shared the rest is left to whoever reads on.
fn begin(process: &mut Process<'_, '_>, handle: &Handle, count: Count, delimiter: u8) -> Vec<u8> {
    let number = usize::try_from(count.number).unwrap_or(usize::MAX);
    if count.but {
        let bytes = handle.read_to_end(process.stage).unwrap_or_default();
        return all_but(&bytes, number, count.lines, delimiter).to_vec();
    }
    if !count.lines {
        return handle.read(process.stage, number).unwrap_or_default();
    }
    let (mut out, mut left) = (Vec::new(), number);
    while left > 0 {
        let chunk = handle.read(process.stage, CHUNK).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        let ends = chunk.iter().enumerate().filter(|(_, b)| **b == delimiter).map(|(at, _)| at + 1);
        let mut taken = chunk.len();
        for end in ends {
            left -= 1;
            if left == 0 {
                taken = end;
                break;
            }
        }
        let over = (chunk.len() - taken) as u64;
        let _ = handle.seek(process.stage, |at, _| at.saturating_sub(over));
        out.extend_from_slice(&chunk[..taken]);
    }
    out
}

fn all_but(bytes: &[u8], number: usize, lines: bool, delimiter: u8) -> &[u8] {
    if !lines {
        return &bytes[..bytes.len().saturating_sub(number)];
    }
    let total = stream::lines(bytes, delimiter).count();
    let mut end = 0;
    for line in stream::lines(bytes, delimiter).take(total.saturating_sub(number)) {
        end = (end + line.len() + 1).min(bytes.len());
    }
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use crate::effects::process::{Handle, Process, testing::Image};

    #[test]
    fn files_begin() {
        let mut image = Image::new().programs(&["head"]).file("etc/a", "1\n2\n3\n4\n", 0o644);
        for (args, expected) in [
            (&["head", "-n2", "/etc/a"][..], "1\n2\n"),
            (&["head", "-1", "/etc/a"], "1\n"),
            (&["head", "-n", "-3", "/etc/a"], "1\n"),
            (&["head", "-c3", "/etc/a"], "1\n2"),
            (&["head", "-vn1", "/etc/a", "-"], "==> /etc/a <==\n1\n\n==> standard input <==\nx\n"),
        ] {
            assert_eq!(image.run(args, "x\ny\n").out, expected, "{args:?}");
        }
    }

    #[test]
    fn the_rest_is_left_to_others() {
        let mut image = Image::new().programs(&["head"]).file("etc/a", "1\n2\n3\n", 0o644);
        image.stage(|stage| {
            let mut process = Process::start(stage, vec![], Handle::null(), Handle::null());
            let file = process.open(b"/etc/a", crate::effects::process::Mode::READ).unwrap();
            process.descriptors.insert(0, file.clone());
            process.run(vec![b"head".to_vec(), b"-n1".to_vec()]);
            assert_eq!(file.read_to_end(process.stage).unwrap(), b"2\n3\n");
        });
    }
}
