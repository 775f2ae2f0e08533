//! What the image's ldconfig can. The cache is to be the one it would write, and glibc changed what it writes five times, with
//! distributions taking changes early; so its program is asked, not a version: each change left its mark among the messages.
//!
//! | mark in the program | what it tells | glibc |
//! |---|---|---|
//! | `new (default)` / `compat (default)` in the help | the format | 2.32 / before |
//! | `ldconfig (…) … release version …` | writes that string into the cache's extension, strings share tails | 2.33 |
//! | `wrong endianness` | marks the byte order | 2.33 |
//! | `/glibc-hwcaps` | looks into those directories | 2.33 |
//! | `OS ABI: %s` | writes the oldest kernel a library runs on | before 2.36 |
//! | `(hwcap: %#` | looks into `haswell`, `tls` … directories | before 2.37 |
//! | `is not a known library type` | `DIR=TYPE`, and libraries that are neither libc5's nor libc6's | before 2.37 |
//! | `.dpkg-tmp` | leaves files of package managers alone | 2.39 |
//! | `/usr/lib/TRIPLET/` | Debian's directories are built in | – |
//!
//! Where the program tells nothing (a stand-in), the cache that is there is looked at in the same way; without one it is a
//! current glibc that signs nothing.

use std::{io, io::Read, sync::Arc};

use super::{cache::Layout, options::Format, root::Root, view::View};
use crate::{
    effects::{foresight::Foresight, process::Process},
    formats::elf::{Class, Elf, Endian, Facts, machine},
    rootfs::Kind,
    terms::Arch,
};

/// The kinds of ldconfig: what each makes of libraries of another machine differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    X86,
    Arm,
    Power,
    S390,
    Riscv,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) family: Family,
    pub(super) machine: u16,
    pub(super) class: Class,
    pub(super) endian: Endian,
    pub(super) marks: Marks,
}

/// What the marks say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) format: Format,
    /// What signs the cache; without it there is no need for an extension.
    pub(super) generator: Option<Vec<u8>>,
    pub(super) shares_strings: bool,
    pub(super) marks_endian: bool,
    pub(super) hwcaps: bool,
    pub(super) os_version: bool,
    pub(super) legacy_hwcaps: bool,
    pub(super) legacy_types: bool,
    pub(super) multiarch: bool,
    pub(super) skips_temporaries: bool,
    /// `ld.so.1` and `ld64.so.2` are libraries, too (2.34).
    pub(super) knows_linkers: bool,
}

impl Marks {
    const CURRENT: Self = Self {
        format: Format::New,
        generator: None,
        shares_strings: true,
        marks_endian: true,
        hwcaps: true,
        os_version: false,
        legacy_hwcaps: false,
        legacy_types: false,
        multiarch: false,
        skips_temporaries: true,
        knows_linkers: true,
    };
}

/// Largest program looked at: static, it has 1 MiB.
const PROGRAM: u64 = 8 << 20;
/// Longest generator believed.
const GENERATOR: usize = 512;

const NEEDLES: [&[u8]; 10] = [
    b"new (default)",
    b"compat (default)",
    b"wrong endianness",
    b"/glibc-hwcaps",
    b"OS ABI: %s",
    b"(hwcap: %#",
    b"is not a known library type",
    b"-linux-gnu/\0/usr/lib/",
    b"Can't create temporary cache file",
    b".dpkg-tmp",
];

impl Dialect {
    pub(super) fn of(process: &Process<'_, '_>, root: &Root) -> Self {
        let program =
            process.args.first().and_then(|name| process.search(name)).and_then(|path| program(process, &path));
        let facts = program.as_deref().and_then(split).map(|(facts, _)| facts);
        let marks = program.as_deref().and_then(split).and_then(|(_, marks)| read_marks(marks));
        let (machine, class, endian) = match facts.map(Elf::decode) {
            Some(Some(Elf::Object(f))) => (f.machine, f.class, f.endian),
            _ => of_arch(process.stage.machine().arch),
        };
        let family = match machine {
            machine::I386 | machine::X86_64 => Family::X86,
            machine::ARM | machine::AARCH64 => Family::Arm,
            machine::PPC | machine::PPC64 => Family::Power,
            machine::S390 => Family::S390,
            machine::RISCV => Family::Riscv,
            _ => Family::Other,
        };
        let marks = marks.or_else(|| of_cache(process, root)).unwrap_or(Marks::CURRENT);
        Self { family, machine, class, endian, marks }
    }

    /// The directories that are searched without being named (glibc's `sysdeps/…/dl-cache.h`, `add_system_dir`).
    pub(super) fn builtin(&self) -> Vec<Vec<u8>> {
        let wide = self.class == Class::Bits64;
        let names: &[&str] = match self.family {
            _ if self.marks.multiarch => {
                let triplet = self.triplet();
                return ["/lib/", "/usr/lib/"]
                    .map(|d| [d, triplet].concat().into_bytes())
                    .into_iter()
                    .chain([b"/lib".to_vec(), b"/usr/lib".to_vec()])
                    .collect();
            }
            Family::X86 if self.machine == machine::X86_64 => &["lib", "lib64", "libx32"],
            Family::X86 => &["lib"],
            Family::Riscv => &["lib", "lib64/lp64d", "lib64/lp64", "lib32/ilp32d", "lib32/ilp32"],
            Family::Arm | Family::Other if !wide => &["lib"],
            _ => &["lib", "lib64"],
        };
        ["/", "/usr/"].iter().flat_map(|top| names.iter().map(move |n| [*top, n].concat().into_bytes())).collect()
    }

    fn triplet(&self) -> &'static str {
        match (self.machine, self.class) {
            (machine::X86_64, Class::Bits64) => "x86_64-linux-gnu",
            (machine::X86_64, Class::Bits32) => "x86_64-linux-gnux32",
            (machine::I386, _) => "i386-linux-gnu",
            (machine::AARCH64, _) => "aarch64-linux-gnu",
            (machine::ARM, _) => "arm-linux-gnueabihf",
            (machine::PPC64, _) => "powerpc64le-linux-gnu",
            (machine::S390, _) => "s390x-linux-gnu",
            (machine::RISCV, _) => "riscv64-linux-gnu",
            _ => "linux-gnu",
        }
    }

    /// What `-V` prints.
    pub(super) fn version(&self) -> Vec<u8> {
        let Some(generator) = &self.marks.generator else { return b"ldconfig\n".to_vec() };
        let text = String::from_utf8_lossy(generator);
        let (package, rest) = text.rsplit_once(')').unwrap_or((&text, ""));
        let version = rest.rsplit(' ').next().unwrap_or_default();
        format!("{package}) {version}\n").into_bytes()
    }
}

/// The machine of a program that says nothing of itself.
fn of_arch(arch: Arch) -> (u16, Class, Endian) {
    let (machine, endian) = match arch {
        Arch::X86_64 => (machine::X86_64, Endian::Little),
        Arch::Aarch64 => (machine::AARCH64, Endian::Little),
        Arch::Ppc64le => (machine::PPC64, Endian::Little),
        Arch::S390x => (machine::S390, Endian::Big),
    };
    (machine, Class::Bits64, endian)
}

/// What every `ldconfig` is asked.
pub(in crate::effects) const MARKS: Foresight = Foresight { kind: "ldconfig-marks-2", look };

/// The program's facts and marks, as [`look`] made them. Ubuntu's `ldconfig` is a script beside the program.
fn program(process: &Process<'_, '_>, path: &[u8]) -> Option<Arc<[u8]>> {
    let of = |path: &[u8]| {
        let Kind::File { content, .. } = process.stat(path).ok()?.kind else { return None };
        process.stage.contents.derive(MARKS.kind, &[content], &MARKS.look).ok()?.into_iter().next()
    };
    let has_marks = |marks: &Arc<[u8]>| split(marks).and_then(|(_, m)| read_marks(m)).is_some();
    of(path).filter(has_marks).or_else(|| of(&[path, b".real"].concat()).filter(has_marks)).or_else(|| of(path))
}

/// Length of the facts, the facts, the found needles as bits, the generator.
fn look(size: u64, stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if size <= PROGRAM {
        stream.take(PROGRAM).read_to_end(&mut bytes)?;
    }
    let bits =
        NEEDLES.iter().enumerate().map(|(n, needle)| u16::from(find(&bytes, needle).is_some()) << n).sum::<u16>();
    let generator = generator(&bytes).map(<[u8]>::to_vec).unwrap_or_default();
    let facts = Facts::of(bytes).encode();
    Ok([&(facts.len() as u16).to_le_bytes()[..], &facts, &bits.to_le_bytes(), &generator].concat())
}

fn split(marks: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = marks.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))
}

fn read_marks(marks: &[u8]) -> Option<Marks> {
    let (bits, generator) = marks.split_first_chunk::<2>()?;
    let bits = u16::from_le_bytes(*bits);
    let has = |n: usize| bits & (1 << n) != 0;
    // Without this message it is no ldconfig.
    has(8).then(|| Marks {
        format: if has(1) { Format::Compat } else { Format::New },
        generator: Some(generator.to_vec()).filter(|g| !g.is_empty()),
        shares_strings: !generator.is_empty(),
        marks_endian: has(2),
        hwcaps: has(3),
        os_version: has(4),
        legacy_hwcaps: has(5),
        legacy_types: has(6),
        multiarch: has(7),
        skips_temporaries: has(9),
        knows_linkers: version(generator) >= Some((2, 34)),
    })
}

/// glibc's version at the end of a generator.
fn version(generator: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(generator).ok()?;
    let mut numbers = text.rsplit(' ').next()?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|&b| b == first)?;
        if bytes[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
}

/// The string that signs the cache.
fn generator(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    while let Some(at) = find(rest, b"ldconfig (") {
        let text = &rest[at..rest.len().min(at + GENERATOR)];
        let text = &text[..text.iter().position(|&b| b == 0)?];
        if find(text, b" release version ").is_some() {
            return Some(text);
        }
        rest = &rest[at + 1..];
    }
    None
}

/// The same of the cache that is there.
fn of_cache(process: &Process<'_, '_>, root: &Root) -> Option<Marks> {
    let path = root.find(process.stage.fs, b"/etc/ld.so.cache")?;
    let bytes = process.stage.read(&path).ok()??;
    let view = View::of(&bytes)?;
    let old = view.layout == Layout::Compat || view.layout == Layout::Old;
    Some(Marks {
        format: if old { Format::Compat } else { Format::New },
        generator: view.generator().map(<[u8]>::to_vec),
        shares_strings: view.extension.is_some(),
        marks_endian: view.endian_mark != 0,
        hwcaps: view.extension.is_some(),
        os_version: view.entries().any(|e| e.os_version != 0),
        legacy_hwcaps: old,
        legacy_types: old,
        multiarch: view.entries().any(|e| find(e.path, b"-linux-gnu/").is_some()),
        skips_temporaries: !old,
        knows_linkers: view.generator().is_some_and(|g| version(g) >= Some((2, 34))),
    })
}
