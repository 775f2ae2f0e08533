//! `iconvconfig`: `gconv-modules.cache`, which iconv looks converters up in (glibc's `iconv/iconvconfig.[ch]`).
//!
//! ```text
//! 0x20010324 u32 | where strings, hash table (its size), modules, other conversions start: 5 × u16 | 2 zero
//! strings | hash table: { string, module } | modules: { name, from INTERNAL: dir, file, to INTERNAL: dir, file, other } | other
//! ```
//! All u16 in the machine's byte order. Glibc before 2.30 made the hash table smaller: a cache that is there shows which one wrote
//! it, else the version in the program does.
//!
//! ```text
//! config   gconv-modules and gconv-modules.d, and the converters that are built in
//! strings  the string table, which shares tails as far as the order of adding lets it
//! cache    names, their hash table, the file
//! ```

mod cache;
mod config;
mod strings;

use std::io::{self, Read};

use crate::{
    effects::{
        foresight::Foresight,
        process::{Errno, Process, Status},
    },
    formats::elf::{Elf, Endian, Facts},
    rootfs::Kind,
    terms::Arch,
};
use {
    cache::{Cache, HashSize},
    config::Config,
};

/// What the program says of the glibc it belongs to.
struct Program {
    big: bool,
    /// Where modules and the cache are if nothing else is said.
    directory: Option<Vec<u8>>,
    hash_size: HashSize,
}

struct Options {
    prefix: Vec<u8>,
    output: Option<Vec<u8>>,
    nostdlib: bool,
    directories: Vec<Vec<u8>>,
}

pub(super) fn iconvconfig(process: &mut Process<'_, '_>) -> Status {
    let options = match Options::parse(&process.args) {
        Ok(options) => options,
        Err(why) => {
            process.fail(why);
            return Status(64);
        }
    };
    if options.nostdlib && options.directories.is_empty() {
        process.fail("Directory arguments required when using --nostdlib");
        return Status(2);
    }
    match write(process, options) {
        Ok(status) => status,
        Err(Errno::Stopped) => Status::STOPPED,
        Err(why) => process.fail(why),
    }
}

fn write(process: &mut Process<'_, '_>, options: Options) -> Result<Status, Errno> {
    let program = Program::of(process);
    let mut directories = options.directories;
    if !options.nostdlib {
        directories.extend(program.directory.clone());
    }
    let mut config = Config::default();
    let mut complete = true;
    for directory in &directories {
        if !config.read(process, &options.prefix, directory)? {
            let directory = String::from_utf8_lossy(directory).into_owned();
            process.fail(format_args!("failed to open gconv configuration files in `{directory}'"));
            complete = false;
        }
    }
    if !complete {
        return Ok(process.fail("no output file produced because warnings were issued"));
    }
    config.add_builtin(program.big);
    let standard = program.directory.map(|d| [&options.prefix, d.as_slice(), b"/gconv-modules.cache"].concat());
    let Some(output) = options.output.or(standard) else { return Err(Errno::NoEntry) };
    // What wrote the cache that is there will have written this one.
    let before = process.read_file(&output).ok().and_then(|bytes| HashSize::of(&bytes, program.big));
    let cache = Cache::of(config);
    let bytes = cache.bytes(program.big, before.unwrap_or(program.hash_size));
    // A new file takes the place of the old one.
    let temporary = [output.as_slice(), format!(".{:06}", process.stage.next_serial()).as_bytes()].concat();
    process.write_file(&temporary, &bytes)?;
    process.chmod(&temporary, 0o644)?;
    process.rename(&temporary, &output)?;
    Ok(Status::SUCCESS)
}

impl Options {
    fn parse(args: &[Vec<u8>]) -> Result<Self, String> {
        let mut options = Self { prefix: Vec::new(), output: None, nostdlib: false, directories: Vec::new() };
        let mut words = args.iter().skip(1);
        while let Some(word) = words.next() {
            let (name, attached) = match word.iter().position(|&b| b == b'=') {
                Some(at) if word.starts_with(b"--") => (&word[..at], Some(word[at + 1..].to_vec())),
                _ => (word.as_slice(), None),
            };
            let is = |long: &str| name.len() > 2 && long.as_bytes().starts_with(name);
            let mut value = |attached: Option<Vec<u8>>| {
                let missing = || format!("option '{}' requires an argument", String::from_utf8_lossy(name));
                attached.or_else(|| words.next().cloned()).ok_or_else(missing)
            };
            if is("--prefix") {
                options.prefix = value(attached)?;
            } else if is("--output") || name == b"-o" {
                options.output = Some(value(attached)?);
            } else if let Some(file) = word.strip_prefix(b"-o") {
                options.output = Some(file.to_vec());
            } else if is("--nostdlib") {
                options.nostdlib = true;
            } else if word.starts_with(b"-") && word.len() > 1 {
                return Err(format!("unrecognized option '{}'", String::from_utf8_lossy(word)));
            } else if !word.is_empty() {
                options.directories.push(word.clone());
            }
        }
        Ok(options)
    }
}

/// What every `iconvconfig` is asked.
pub(in crate::effects) const MARKS: Foresight = Foresight { kind: "iconvconfig-marks-1", look };

impl Program {
    /// Of the image's program, its machine, the path of its cache and its version.
    fn of(process: &Process<'_, '_>) -> Self {
        let marks = process.args.first().and_then(|name| process.search(name)).and_then(|path| {
            let Kind::File { content, .. } = process.stat(&path).ok()?.kind else { return None };
            process.stage.contents.derive(MARKS.kind, &[content], &MARKS.look).ok()?.into_iter().next()
        });
        let marks = marks.as_deref().unwrap_or_default();
        let (big, hash_size) = match marks {
            [big, old, ..] if *big < 2 => (*big == 1, if *old == 1 { HashSize::Before230 } else { HashSize::Now }),
            _ => (process.stage.machine().arch == Arch::S390x, HashSize::Now),
        };
        let said = marks.get(2..).filter(|d| !d.is_empty()).map(<[u8]>::to_vec);
        let usual = [b"/usr/lib64/gconv", &b"/usr/lib/gconv"[..]];
        let directory = said.or_else(|| usual.into_iter().find(|d| process.exists(d)).map(<[u8]>::to_vec));
        Self { big, directory, hash_size }
    }
}

/// Byte order (2: unknown), whether it is older than 2.30, the directory.
fn look(_: u64, stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    const CACHE: &[u8] = b"/gconv-modules.cache\0";
    let mut bytes = Vec::new();
    stream.take(4 << 20).read_to_end(&mut bytes)?;
    let directory = bytes.windows(CACHE.len()).position(|w| w == CACHE).map(|end| {
        let start = bytes[..end].iter().rposition(|&b| b == 0).map_or(0, |n| n + 1);
        bytes[start.max(end.saturating_sub(4000))..end].to_vec()
    });
    // The version stands alone among the strings: NUL 2.28 NUL.
    let old = bytes
        .windows(6)
        .any(|w| w[0] == 0 && w[5] == 0 && w.starts_with(b"\x002.") && w[3] == b'2' && w[4].is_ascii_digit());
    let big = match Facts::of(bytes) {
        Elf::Object(facts) => u8::from(facts.endian == Endian::Big),
        _ => 2,
    };
    Ok([vec![big, u8::from(old)], directory.unwrap_or_default()].concat())
}
