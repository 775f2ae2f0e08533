//! `md5sum`, `sha1sum`, `sha224sum` … `sha512sum`, `cksum`.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{super::options::Order, super::options::Parsed, stream};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] =
    &["b,binary", "c,check", "ignore-missing", "quiet", "status", "strict", "t,text", "tag", "w,warn", "z,zero"];

/// A kind of digest.
struct Kind {
    /// As `--tag` has it.
    name: &'static str,
    of: fn(&[u8]) -> Vec<u8>,
}

fn digest<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

/// `md5sum`
pub(super) fn md5sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "MD5", of: digest::<Md5> })
}

/// `sha1sum`
pub(super) fn sha1sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "SHA1", of: digest::<Sha1> })
}

/// `sha224sum`
pub(super) fn sha224sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "SHA224", of: digest::<Sha224> })
}

/// `sha256sum`
pub(super) fn sha256sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "SHA256", of: digest::<Sha256> })
}

/// `sha384sum`
pub(super) fn sha384sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "SHA384", of: digest::<Sha384> })
}

/// `sha512sum`
pub(super) fn sha512sum(process: &mut Process<'_, '_>) -> Status {
    run(process, &Kind { name: "SHA512", of: digest::<Sha512> })
}

fn run(process: &mut Process<'_, '_>, kind: &Kind) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    if parsed.has("check") {
        return check(process, &parsed, kind);
    }
    stream::each(process, &parsed.operands, |process, name, bytes| {
        let sum = hex::encode((kind.of)(&bytes));
        let _ = process.stage.budget.steps(bytes.len() as u64 / 256);
        process.out(line(kind, &parsed, name, &sum));
    })
}

fn line(kind: &Kind, parsed: &Parsed, name: &[u8], sum: &str) -> Vec<u8> {
    let zero = parsed.has("zero");
    // A name that would break the line has its newlines and backslashes written out, and a backslash before it all.
    let strange = !zero && name.iter().any(|b| matches!(b, b'\n' | b'\\' | b'\r'));
    let shown = if strange { escaped(name) } else { name.to_vec() };
    let mut out = if strange { b"\\".to_vec() } else { Vec::new() };
    if parsed.has("tag") {
        out.extend([kind.name.as_bytes(), b" (", &shown, b") = ", sum.as_bytes()].concat());
    } else {
        let mark: &[u8] = if parsed.last(&["binary", "text"]) == Some("binary") { b" *" } else { b"  " };
        out.extend([sum.as_bytes(), mark, &shown].concat());
    }
    out.push(if zero { 0 } else { b'\n' });
    out
}

fn escaped(name: &[u8]) -> Vec<u8> {
    let each = |b: &u8| match b {
        b'\n' => b"\\n".to_vec(),
        b'\r' => b"\\r".to_vec(),
        b'\\' => b"\\\\".to_vec(),
        other => vec![*other],
    };
    name.iter().flat_map(each).collect()
}

/// A line of sums: the sum, the name.
fn read_line(kind: &Kind, line: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (line, strange) = match line.strip_prefix(b"\\") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let length = (kind.of)(b"").len() * 2;
    let is_sum = |t: &[u8]| t.len() == length && t.iter().all(u8::is_ascii_hexdigit);
    let tagged = line.strip_prefix(kind.name.as_bytes()).and_then(|r| r.strip_prefix(b" ("));
    let (sum, name) = match tagged {
        Some(rest) => {
            let at = rest.windows(4).rposition(|w| w == b") = ")?;
            (&rest[at + 4..], &rest[..at])
        }
        None => {
            let (sum, rest) = line.split_at_checked(length)?;
            (sum, rest.strip_prefix(b"  ").or(rest.strip_prefix(b" *")).or(rest.strip_prefix(b" "))?)
        }
    };
    let name = if strange { unescaped(name) } else { name.to_vec() };
    (is_sum(sum) && !name.is_empty()).then(|| (sum.to_ascii_lowercase(), name))
}

fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = name.iter();
    while let Some(&byte) = rest.next() {
        out.push(match (byte, if byte == b'\\' { rest.next() } else { None }) {
            (_, Some(b'n')) => b'\n',
            (_, Some(b'r')) => b'\r',
            (_, Some(other)) => *other,
            (byte, None) => byte,
        });
    }
    out
}

/// How a check went.
#[derive(Default)]
struct Tally {
    good: usize,
    wrong: usize,
    unread: usize,
    unformed: usize,
}

/// `-c`: whether files have the sums that are written down.
fn check(process: &mut Process<'_, '_>, parsed: &Parsed, kind: &Kind) -> Status {
    let silent = parsed.has("status");
    let mut result = Status::SUCCESS;
    let status = stream::each(process, &parsed.operands, |process, list, bytes| {
        let mut tally = Tally::default();
        for line in stream::lines(&bytes, b'\n').filter(|l| !l.is_empty() && !l.starts_with(b"#")) {
            match read_line(kind, line) {
                Some((sum, name)) => check_one(process, parsed, kind, (&sum, &name), &mut tally),
                None => tally.unformed += 1,
            }
        }
        let list = stream::text(list).into_owned();
        if tally.good + tally.wrong + tally.unread == 0 {
            let what = if tally.unformed > 0 || !parsed.has("ignore-missing") {
                "no properly formatted checksum lines found"
            } else {
                "no file was verified"
            };
            process.fail(format_args!("{list}: {what}"));
            result = Status::FAILURE;
            return;
        }
        if tally.wrong + tally.unread > 0 || parsed.has("strict") && tally.unformed > 0 {
            result = Status::FAILURE;
        }
        if !silent {
            tell(process, &tally);
        }
    });
    if status.success() { result } else { status }
}

fn check_one(
    process: &mut Process<'_, '_>,
    parsed: &Parsed,
    kind: &Kind,
    (sum, name): (&[u8], &[u8]),
    tally: &mut Tally,
) {
    let verdict = match stream::read(process, name) {
        Err(crate::effects::process::Errno::NoEntry) if parsed.has("ignore-missing") => return,
        Err(error) => {
            process.fail(format_args!("{}: {error}", stream::text(name)));
            tally.unread += 1;
            "FAILED open or read"
        }
        Ok(bytes) if hex::encode((kind.of)(&bytes)).as_bytes() == sum => {
            tally.good += 1;
            "OK"
        }
        Ok(_) => {
            tally.wrong += 1;
            "FAILED"
        }
    };
    let told = verdict != "OK" || !parsed.has("quiet");
    if told && !parsed.has("status") {
        process.out([name, b": ", verdict.as_bytes(), b"\n"].concat());
    }
}

fn tell(process: &mut Process<'_, '_>, tally: &Tally) {
    let many = |n: usize, one: &str, more: &str| if n == 1 { format!("{n} {one}") } else { format!("{n} {more}") };
    if tally.unformed > 0 {
        process.fail(format_args!(
            "WARNING: {}",
            many(tally.unformed, "line is improperly formatted", "lines are improperly formatted")
        ));
    }
    if tally.unread > 0 {
        process.fail(format_args!(
            "WARNING: {}",
            many(tally.unread, "listed file could not be read", "listed files could not be read")
        ));
    }
    if tally.wrong > 0 {
        process.fail(format_args!(
            "WARNING: {}",
            many(tally.wrong, "computed checksum did NOT match", "computed checksums did NOT match")
        ));
    }
}

/// `cksum [FILE]…`: POSIX's CRC, and the size.
pub(super) fn cksum(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&[], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let named = !parsed.operands.is_empty();
    stream::each(process, &parsed.operands, |process, name, bytes| {
        let mut out = format!("{} {}", crc(&bytes), bytes.len()).into_bytes();
        if named {
            out.push(b' ');
            out.extend_from_slice(name);
        }
        out.push(b'\n');
        process.out(out);
    })
}

/// The polynomial 0x04C11DB7, most significant bit first, the length's bytes after the data's.
fn crc(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (n, entry) in (0u32..).zip(&mut table) {
        *entry = (0..8).fold(n << 24, |c, _| if c & 0x8000_0000 == 0 { c << 1 } else { (c << 1) ^ 0x04c1_1db7 });
    }
    let mut length = bytes.len();
    let tail = std::iter::from_fn(|| {
        let byte = (length & 0xff) as u8;
        let more = length > 0;
        length >>= 8;
        more.then_some(byte)
    });
    !bytes.iter().copied().chain(tail).fold(0u32, |c, b| (c << 8) ^ table[((c >> 24) ^ u32::from(b)) as usize])
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn sums_are_written_and_checked() {
        let mut image = Image::new().programs(&["md5sum", "sha256sum", "cksum"]).file("etc/a", "abc", 0o644);
        let sums = image.run(&["md5sum", "/etc/a"], "").out;
        assert_eq!(sums, "900150983cd24fb0d6963f7d28e17f72  /etc/a\n");
        assert_eq!(image.run(&["md5sum", "-c"], &sums).out, "/etc/a: OK\n");
        let wrong = sums.replace("90", "91");
        assert_eq!(image.run(&["md5sum", "-c", "--quiet"], &wrong).status.0, 1);
        assert_eq!(image.run(&["cksum", "/etc/a"], "").out, "1219131554 3 /etc/a\n");
        assert!(image.run(&["sha256sum", "--tag", "/etc/a"], "").out.starts_with("SHA256 (/etc/a) = ba7816bf"));
    }
}
