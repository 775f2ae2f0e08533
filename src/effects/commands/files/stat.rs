//! `stat`.

use super::{
    super::{
        super::process::{Process, Stat, Status},
        options::Order,
    },
    Ended, date_format,
    links::Links,
    names::quoted,
    owners::Owners,
    permissions,
};
use crate::effects::calendar::Civil;
use crate::rootfs::{Kind, Special};

/// Widths beyond this are not honoured.
const WIDEST: usize = 1024;
const DEFAULT: &[u8] = b"  File: %\x01\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n\
    Device: %Hd,%Ld\tInode: %-11i Links: %h\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n\
    Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
const TERSE: &[u8] = b"%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
const FILE_SYSTEM: &[u8] =
    b"  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\n\
    Blocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n";

pub(super) fn stat(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &["c,format=", "printf=", "L,dereference", "t,terse", "f,file-system", "cached="];
    let parsed = process.options(KNOWN, Order::Any)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let file_system = parsed.has("file-system");
    let format = match parsed.options.iter().rev().find(|(n, _)| matches!(*n, "format" | "printf")) {
        Some(("printf", Some(text))) => unescaped(text),
        Some((_, Some(text))) => text.clone(),
        _ if file_system => FILE_SYSTEM.to_vec(),
        _ if parsed.has("terse") => TERSE.to_vec(),
        _ => DEFAULT.to_vec(),
    };
    // The newline behind a --format is no part of it: `%` at its end is a percent sign.
    let end: &[u8] = if parsed.has("format") && !parsed.has("printf") { b"\n" } else { b"" };
    let owners = Owners::read(process);
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let follow = parsed.has("dereference") || file_system;
        let found = if follow { process.stat(name) } else { process.lstat(name) };
        match found {
            Ok(stat) => {
                let text = shown(process, &format, name, &stat, &owners, file_system);
                process.out([&text, end].concat());
            }
            Err(error) => {
                let verb = if file_system { "cannot read file system information for" } else { "cannot statx" };
                status = process.fail(format_args!("{verb} {}: {error}", quoted(name)));
            }
        }
    }
    Ok(status)
}

/// The backslashes of `--printf`.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match rest.next() {
            None => out.push(b'\\'),
            Some(first @ b'0'..=b'7') => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    if let Some(digit) = rest.next_if(|b| (b'0'..=b'7').contains(b)) {
                        value = value * 8 + u32::from(digit - b'0');
                    }
                }
                out.push((value & 0xff) as u8);
            }
            Some(letter) => out.push(escape(letter).unwrap_or(letter)),
        }
    }
    out
}

/// The byte `\letter` stands for.
pub(super) fn escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 7,
        b'b' => 8,
        b'e' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    })
}

fn shown(process: &mut Process<'_, '_>, format: &[u8], name: &[u8], stat: &Stat, owners: &Owners, fs: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.iter().position(|&b| b == b'%') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let spec = rest.iter().take_while(|b| b"-+ #0'.123456789".contains(b)).count();
        let (flags, after) = rest.split_at(spec);
        let modifier = after.first().copied().filter(|b| b"HL".contains(b) && after.len() > 1);
        let after = &after[usize::from(modifier.is_some())..];
        let Some((&letter, tail)) = after.split_first() else {
            out.push(b'%');
            break;
        };
        rest = tail;
        let value = if fs { file_system(letter, name) } else { field(process, letter, modifier, name, stat, owners) };
        padded(flags, &value, &mut out);
    }
    out.extend_from_slice(rest);
    out
}

/// A value with printf's flags, width and precision.
fn padded(flags: &[u8], value: &Value, out: &mut Vec<u8>) {
    let number = |digits: &[u8]| digits.iter().fold(0, |n: usize, d| (n * 10 + usize::from(d - b'0')).min(WIDEST));
    let signs = flags.iter().take_while(|b| b"-+ #0'".contains(b)).count();
    let (signs, sizes) = flags.split_at(signs);
    let mut sizes = sizes.split(|&b| b == b'.');
    let width = number(sizes.next().unwrap_or_default());
    let precision = sizes.next().map(number);
    let has = |sign: u8| signs.contains(&sign);
    let mut text = match value {
        Value::Text(text) => text[..precision.unwrap_or(text.len()).min(text.len())].to_vec(),
        Value::Number(n) => n.to_string().into_bytes(),
        Value::Octal(n) if has(b'#') => format!("0{n:o}").into_bytes(),
        Value::Octal(n) => format!("{n:o}").into_bytes(),
        Value::Hex(n) => format!("{n:x}").into_bytes(),
    };
    let numeric = !matches!(value, Value::Text(_));
    if let (true, Some(digits)) = (numeric, precision) {
        text = [vec![b'0'; digits.saturating_sub(text.len())], text].concat();
    }
    let missing = width.saturating_sub(text.len());
    match (has(b'-'), has(b'0') && numeric) {
        (true, _) => text.extend(std::iter::repeat_n(b' ', missing)),
        (false, zeros) => text = [vec![if zeros { b'0' } else { b' ' }; missing], text].concat(),
    }
    out.extend_from_slice(&text);
}

/// What a sequence stands for.
enum Value {
    Text(Vec<u8>),
    Number(i64),
    Octal(u64),
    Hex(u64),
}

fn text(value: impl Into<Vec<u8>>) -> Value {
    Value::Text(value.into())
}

fn number(value: u64) -> Value {
    Value::Number(i64::try_from(value).unwrap_or(i64::MAX))
}

fn field(
    process: &mut Process<'_, '_>,
    letter: u8,
    modifier: Option<u8>,
    name: &[u8],
    stat: &Stat,
    owners: &Owners,
) -> Value {
    let (major, minor) = device(&stat.kind);
    let time = || date_format::format(b"%F %T.000000000 %z", &Civil::at(stat.mtime));
    match letter {
        b'a' => Value::Octal(u64::from(stat.mode)),
        b'A' => text(permissions::text(stat.st_mode())),
        b'b' => number(blocks(stat)),
        b'B' => number(512),
        b'C' => text("?"),
        b'd' => number(0),
        b'D' => Value::Hex(0),
        b'f' => Value::Hex(u64::from(stat.st_mode())),
        b'F' => text(kind_name(stat)),
        b'g' => number(u64::from(stat.gid)),
        b'G' => text(owners.group(stat.gid).unwrap_or(b"UNKNOWN")),
        b'h' => number(Links::default().of(process, stat) as u64),
        b'i' => number(stat.leaf.map_or(0, |leaf| leaf.number())),
        b'm' => text("/"),
        b'n' => text(name),
        b'N' => text(match &stat.kind {
            Kind::Symlink(target) => [b"'", name, b"' -> '", target, b"'"].concat(),
            _ => [b"'", name, b"'"].concat(),
        }),
        b'o' => number(4096),
        // Ours, for the default format: a name without quotes, and where a symlink leads.
        1 if modifier.is_none() => text(match &stat.kind {
            Kind::Symlink(target) => [name, b" -> ", target].concat(),
            _ => name.to_vec(),
        }),
        b'r' if modifier == Some(b'H') => number(u64::from(major)),
        b'r' if modifier == Some(b'L') => number(u64::from(minor)),
        b'r' => number(u64::from(major) << 8 | u64::from(minor)),
        b'R' => Value::Hex(u64::from(major) << 8 | u64::from(minor)),
        b's' => number(stat.size),
        b't' => Value::Hex(u64::from(major)),
        b'T' => Value::Hex(u64::from(minor)),
        b'u' => number(u64::from(stat.uid)),
        b'U' => text(owners.user(stat.uid).unwrap_or(b"UNKNOWN")),
        b'w' => text("-"),
        b'W' => number(0),
        b'x' | b'y' | b'z' => text(time()),
        b'X' | b'Y' | b'Z' => Value::Number(stat.mtime),
        b'%' => text("%"),
        _ => text("?"),
    }
}

/// Sequences of `-f`: one file system, empty enough for everybody.
fn file_system(letter: u8, name: &[u8]) -> Value {
    match letter {
        b'a' | b'f' => number(super::disk::FREE / 4096),
        b'b' => number(super::disk::TOTAL / 4096),
        b'c' | b'd' => number(1 << 20),
        b'i' => Value::Hex(0),
        b'l' => number(255),
        b'n' => text(name),
        b's' | b'S' => number(4096),
        b't' => Value::Hex(0x794c_7630),
        b'T' => text("overlayfs"),
        b'%' => text("%"),
        _ => text("?"),
    }
}

/// Blocks of 512 bytes, as a file system of 4096 counts them.
pub(super) fn blocks(stat: &Stat) -> u64 {
    match stat.kind {
        Kind::Directory => 8,
        Kind::File { .. } => stat.size.div_ceil(4096) * 8,
        _ => 0,
    }
}

/// Major and minor number of a device.
pub(super) fn device(kind: &Kind) -> (u32, u32) {
    match kind {
        Kind::Special(Special::Char { major, minor } | Special::Block { major, minor }) => (*major, *minor),
        _ => (0, 0),
    }
}

fn kind_name(stat: &Stat) -> &'static str {
    match &stat.kind {
        Kind::Directory => "directory",
        Kind::File { size: 0, .. } => "regular empty file",
        Kind::File { .. } => "regular file",
        Kind::Symlink(_) => "symbolic link",
        Kind::Special(Special::Char { .. }) => "character special file",
        Kind::Special(Special::Block { .. }) => "block special file",
        Kind::Special(Special::Fifo) => "fifo",
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn formats_show_what_is_there() {
        let mut image = Image::new()
            .programs(&["stat"])
            .file("etc/passwd", "root:x:0:0::/:\n", 0o644)
            .file("f", "abc", 0o4755)
            .symlink("l", "f");
        for (args, expected) in [
            (&["stat", "-c", "%a %A %s %u %U %G %F %n", "f"][..], "4755 -rwsr-xr-x 3 0 root UNKNOWN regular file f\n"),
            (&["stat", "-c", "%N %F %s", "l"], "'l' -> 'f' symbolic link 1\n"),
            (&["stat", "-Lc%a:%h:%Y", "l", "/etc"], "4755:1:0\n755:2:0\n"),
            (&["stat", "--printf=%5s|%-5s|%05a|%#a|%f\\n", "f"], "    3|3    |04755|04755|89ed\n"),
            (&["stat", "-c", "%y %t,%T %", "/dev/null"], "1970-04-11 00:00:00.000000000 +0000 1,3 %\n"),
            (&["stat", "-c", "%.5n%z%Q", "/etc"], "/etc1970-01-01 00:00:00.000000000 +0000?\n"),
        ] {
            assert_eq!(image.run(args, "").out, expected, "{args:?}");
        }
        assert_eq!(image.run(&["stat", "none"], "").status.0, 1);
    }
}
