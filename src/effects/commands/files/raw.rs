//! `dd` and `truncate`.

use super::{
    super::{
        super::{
            process::{Errno, Mode, Process, Status},
            stage::LIMIT,
        },
        options::Order,
    },
    Ended,
    names::{number, quoted, size},
};

/// What dd was asked for.
#[derive(Debug)]
struct Dd {
    input: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
    in_size: u64,
    out_size: u64,
    count: Option<u64>,
    skip: u64,
    seek: u64,
    count_bytes: bool,
    skip_bytes: bool,
    seek_bytes: bool,
    conversions: Vec<Vec<u8>>,
    append: bool,
    quiet: bool,
}

pub(super) fn dd(process: &mut Process<'_, '_>) -> Ended {
    let args = process.options(&[], Order::Any)?.operands;
    let plan = plan(&args).map_err(|text| process.usage(text))?;
    let mut bytes = read(process, &plan)?;
    if plan.has(b"ucase") {
        bytes.make_ascii_uppercase();
    } else if plan.has(b"lcase") {
        bytes.make_ascii_lowercase();
    }
    if plan.has(b"swab") {
        bytes.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
    }
    let block = plan.in_size.max(1);
    if plan.has(b"sync") && !(bytes.len() as u64).is_multiple_of(block) {
        let padded = (bytes.len() as u64).div_ceil(block) * block;
        bytes.resize(usize::try_from(padded.min(LIMIT)).unwrap_or(0), 0);
    }
    write(process, &plan, &bytes)?;
    if !plan.quiet {
        let records = |size: u64| {
            format!(
                "{}+{}",
                bytes.len() as u64 / size.max(1),
                u8::from(!(bytes.len() as u64).is_multiple_of(size.max(1)))
            )
        };
        let text = format!("{} records in\n{} records out\n", records(plan.in_size), records(plan.out_size));
        let _ = process.handle(2).write(process.stage, text.as_bytes());
    }
    Ok(Status::SUCCESS)
}

fn plan(args: &[Vec<u8>]) -> Result<Dd, String> {
    let mut dd = Dd {
        input: None,
        output: None,
        in_size: 512,
        out_size: 512,
        count: None,
        skip: 0,
        seek: 0,
        count_bytes: false,
        skip_bytes: false,
        seek_bytes: false,
        conversions: Vec::new(),
        append: false,
        quiet: false,
    };
    for arg in args {
        let unknown = || format!("unrecognized operand {}", quoted(arg));
        let at = arg.iter().position(|&b| b == b'=').ok_or_else(unknown)?;
        let (name, value) = (&arg[..at], &arg[at + 1..]);
        let count = || size(value).ok_or_else(|| format!("invalid number: {}", quoted(value)));
        let words = || value.split(|&b| b == b',').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let flags = |word: &str| words().iter().any(|w| w == word.as_bytes());
        match name {
            b"if" => dd.input = Some(value.to_vec()),
            b"of" => dd.output = Some(value.to_vec()),
            b"bs" => (dd.in_size, dd.out_size) = (count()?, count()?),
            b"ibs" => dd.in_size = count()?,
            b"obs" => dd.out_size = count()?,
            b"cbs" => drop(count()?),
            b"count" => (dd.count, dd.count_bytes) = (Some(count()?), dd.count_bytes || value.ends_with(b"B")),
            b"skip" | b"iseek" => dd.skip = count()?,
            b"seek" | b"oseek" => dd.seek = count()?,
            b"conv" => dd.conversions = words(),
            b"iflag" => (dd.count_bytes, dd.skip_bytes) = (flags("count_bytes"), flags("skip_bytes")),
            b"oflag" => (dd.append, dd.seek_bytes) = (flags("append"), flags("seek_bytes")),
            b"status" => dd.quiet = value == b"none",
            _ => return Err(unknown()),
        }
    }
    Ok(dd)
}

impl Dd {
    fn has(&self, conversion: &[u8]) -> bool {
        self.conversions.iter().any(|c| c == conversion)
    }

    /// Bytes to read at most.
    fn most(&self) -> u64 {
        let unit = if self.count_bytes { 1 } else { self.in_size };
        self.count.map_or(u64::MAX, |count| count.saturating_mul(unit))
    }
}

fn read(process: &mut Process<'_, '_>, plan: &Dd) -> Result<Vec<u8>, Status> {
    let most = plan.most();
    let skip = plan.skip.saturating_mul(if plan.skip_bytes { 1 } else { plan.in_size });
    let name = plan.input.clone().unwrap_or_else(|| b"/dev/stdin".to_vec());
    let handle = process.open(&name, Mode::READ);
    let handle = handle.map_err(|error| process.fail(format_args!("failed to open {}: {error}", quoted(&name))))?;
    let chunk = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let bytes = handle.read(process.stage, chunk(skip)).and_then(|_| handle.read(process.stage, chunk(most)));
    bytes.map_err(|error| process.fail(format_args!("error reading {}: {error}", quoted(&name))))
}

fn write(process: &mut Process<'_, '_>, plan: &Dd, bytes: &[u8]) -> Result<(), Status> {
    let start = plan.seek.saturating_mul(if plan.seek_bytes { 1 } else { plan.out_size });
    let Some(name) = &plan.output else {
        let written = process.handle(1).write(process.stage, bytes);
        return written.map_err(|error| process.fail(format_args!("error writing 'standard output': {error}")));
    };
    let keeps = plan.has(b"notrunc") || plan.append;
    let mode = Mode {
        write: true,
        create: !plan.has(b"nocreat"),
        exclusive: plan.has(b"excl"),
        truncate: !keeps && start == 0,
        append: plan.append,
        read: false,
    };
    let opened = process.open(name, mode);
    let handle = opened.map_err(|error| process.fail(format_args!("failed to open {}: {error}", quoted(name))))?;
    let done = (|| {
        if start > 0 && !keeps {
            handle.resize(process.stage, start)?;
        }
        if start > 0 && !plan.append {
            let _ = handle.seek(process.stage, |_, _| start)?;
        }
        handle.write(process.stage, bytes)
    })();
    done.map_err(|error| process.fail(format_args!("error writing {}: {error}", quoted(name))))
}

pub(super) fn truncate(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["c,no-create", "o,io-blocks", "r,reference=", "s,size="], Order::Any)?;
    let text = parsed.value("size").map(<[u8]>::to_vec);
    let reference = match parsed.value("reference").map(<[u8]>::to_vec) {
        None => None,
        Some(name) => match process.stat(&name) {
            Ok(stat) => Some(stat.size),
            Err(error) => return Err(process.fail(format_args!("cannot stat {}: {error}", quoted(&name)))),
        },
    };
    if text.is_none() && reference.is_none() {
        return Err(process.usage("you must specify either '--size' or '--reference'"));
    }
    if parsed.operands.is_empty() {
        return Err(process.usage("missing file operand"));
    }
    let text = text.unwrap_or_else(|| b"+0".to_vec());
    let unit = if parsed.has("io-blocks") { 4096 } else { 1 };
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let mode = Mode { write: true, create: !parsed.has("no-create"), ..Mode::default() };
        let handle = match process.open(name, mode) {
            Ok(handle) => handle,
            Err(Errno::NoEntry) if parsed.has("no-create") => continue,
            Err(error) => {
                status = process.fail(format_args!("cannot open {} for writing: {error}", quoted(name)));
                continue;
            }
        };
        let now = reference.unwrap_or_else(|| process.stat(name).map_or(0, |s| s.size));
        let Some(length) = new_size(&text, now, unit) else {
            return Err(process.fail(format_args!("Invalid number: {}", quoted(&text))));
        };
        if let Err(error) = handle.resize(process.stage, length) {
            status = process.fail(format_args!("failed to truncate {} at {length} bytes: {error}", quoted(name)));
        }
    }
    Ok(status)
}

/// What `-s` makes of a size: `N`, `+N`, `-N`, `<N`, `>N`, `/N`, `%N`.
fn new_size(text: &[u8], now: u64, unit: u64) -> Option<u64> {
    let text = text.trim_ascii_start();
    let (op, digits) = match text.split_first() {
        Some((op, digits)) if b"+-<>/%".contains(op) => (*op, digits),
        _ => (b'=', text),
    };
    let given = match number::<u64>(digits) {
        Some(count) => count,
        None => size(digits)?,
    };
    let given = given.checked_mul(unit)?;
    Some(match op {
        b'+' => now.saturating_add(given),
        b'-' => now.saturating_sub(given),
        b'<' => now.min(given),
        b'>' => now.max(given),
        b'/' => now.checked_div(given)?.saturating_mul(given),
        b'%' => now.checked_next_multiple_of(given).filter(|_| given > 0)?,
        _ => given,
    })
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn bytes_are_copied_and_cut() {
        let mut image = Image::new().programs(&["dd", "truncate"]).file("f", "abcdefgh", 0o644);
        for (line, out, file) in [
            ("dd if=f bs=2 skip=1 count=2 status=none", "cdef", "abcdefgh"),
            ("dd of=f bs=1 seek=2 conv=notrunc,ucase", "", "abINefgh"),
            ("dd of=f bs=1 seek=3", "", "abIin"),
            ("dd if=/dev/zero of=f bs=1 count=2", "", "\0\0"),
            ("truncate -s 3 f", "", "\0\0\0"),
            ("truncate -s -2 f", "", "\0"),
            ("truncate -c -s %4 f none", "", "\0\0\0\0"),
            ("truncate -s 0 f", "", ""),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "in");
            assert_eq!((ran.status.0, ran.out.as_str()), (0, out), "{line}");
            assert_eq!(image.text("f").as_deref(), Some(file), "{line}");
        }
        assert_eq!(image.run(&["dd", "what"], "").status.0, 1);
        assert_eq!(image.run(&["dd", "if=/dev/zero", "of=/f"], "").status.0, 1, "without an end");
    }
}
