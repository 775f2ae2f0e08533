//! The cache file (glibc's `sysdeps/generic/dl-cache.h`, `elf/cache.c`).
//!
//! ```text
//! new      "glibc-ld.so.cache" "1.1" | nlibs, length of strings, byte order mark (u8, then 3 zero), extension, 3 × 0 (u32)
//!          nlibs × { flags, key, value, os version (u32), hwcap (u64) } | strings | padding to 4 | extension
//! old      "ld.so-1.7.0" 0 | nlibs | nlibs × { flags, key, value } | strings
//! compat   the old one with the new one for its strings; their number is even, the last one twice where needed
//! ```
//! Numbers are in the byte order of the machine. Offsets of strings count from the start of the new header, of the extension
//! from the start of the file. The extension: 0xEAA42174, count, count × { tag, 0, offset, size }; tag 0 is the generator, tag 1
//! the names below `glibc-hwcaps` as offsets of strings.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Stopped,
    dialect::Dialect,
    options::{Format, Options},
    root::Root,
};
use crate::{
    effects::{process::Process, stage::file},
    formats::elf::Endian,
    rootfs::{Metadata, Node, Origin},
};

pub(super) const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
pub(super) const NEW_MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
pub(super) const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
/// `DL_CACHE_HWCAP_EXTENSION`: the lower half is an index of names, the bits from 32 on are the ISA level.
pub(super) const HWCAP_EXTENSION: u64 = 1 << 62;
const NEW_HEADER: usize = 48;
const NEW_ENTRY: usize = 24;

/// What of a cache is there, for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Old,
    Compat,
    New,
}

/// A library under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) flags: u32,
    pub(super) os_version: u32,
    pub(super) isa_level: u8,
    /// Bits of the directory's name.
    pub(super) legacy: u64,
    /// Which of the names below `glibc-hwcaps`.
    pub(super) hwcaps: Option<usize>,
}

/// The entries of a cache to be.
pub(super) struct Cache {
    entries: Vec<Entry>,
    hwcaps: Vec<Vec<u8>>,
}

/// `_dl_cache_libcmp`: byte by byte, but numbers by their value, and before anything that is no number.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    // A number is compared as C's int, overflowing as it does.
    fn number(text: &[u8], at: &mut usize) -> Option<i32> {
        let digits = text[*at..].iter().take_while(|b| b.is_ascii_digit());
        let mut value = None;
        for digit in digits {
            value = Some(value.unwrap_or(0i32).wrapping_mul(10).wrapping_add(i32::from(digit - b'0')));
            *at += 1;
        }
        value
    }
    let (mut i, mut j) = (0, 0);
    loop {
        let order = match (number(a, &mut i), number(b, &mut j)) {
            (Some(x), Some(y)) => x.cmp(&y),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => {
                let order = a.get(i).cmp(&b.get(j));
                if order.is_eq() && i >= a.len() {
                    return Ordering::Equal;
                }
                (i, j) = (i + 1, j + 1);
                order
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl Cache {
    /// For entries whose `hwcaps` are places in `hwcaps`.
    pub(super) fn new(hwcaps: &[Vec<u8>]) -> Self {
        Self { entries: Vec::new(), hwcaps: hwcaps.to_vec() }
    }

    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Descending by name and flags; names of hwcaps before the rest, then what asks for more. Equal ones stay in the order of
    /// their directories: the first is found.
    fn sort(&mut self) {
        let hwcaps = &self.hwcaps;
        let name = |e: &Entry| e.hwcaps.map(|n| &hwcaps[n]);
        self.entries.sort_by(|a, b| {
            let named = match (name(a), name(b)) {
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            };
            compare(&b.key, &a.key)
                // As signed numbers, which they are; none is negative.
                .then(b.flags.cmp(&a.flags))
                .then(named)
                .then(b.legacy.count_ones().cmp(&a.legacy.count_ones()))
                .then(b.legacy.cmp(&a.legacy))
                .then(b.os_version.cmp(&a.os_version))
        });
    }

    /// The file.
    pub(super) fn bytes(mut self, format: Format, dialect: &Dialect) -> Vec<u8> {
        self.sort();
        let used: BTreeSet<&[u8]> =
            self.entries.iter().filter_map(|e| e.hwcaps).map(|n| self.hwcaps[n].as_slice()).collect();
        let strings = if dialect.marks.shares_strings { self.shared_strings() } else { self.strings_in_turn() };
        let mut out = Out { bytes: Vec::new(), big: dialect.endian == Endian::Big };
        let old_entries = self.entries.iter().enumerate().filter(|(_, e)| e.legacy == 0).collect::<Vec<_>>();
        let new_size = NEW_HEADER + NEW_ENTRY * self.entries.len();
        let text_at = if format == Format::Old { 0 } else { new_size };
        if format != Format::New {
            let even = format == Format::Compat && old_entries.len() % 2 == 1;
            out.bytes.extend(OLD_MAGIC);
            out.u32(old_entries.len() + usize::from(even));
            for (n, entry) in old_entries.iter().chain(old_entries.last().filter(|_| even)) {
                let (key, value) = strings.places[*n];
                [entry.flags as usize, text_at + key, text_at + value].into_iter().for_each(|v| out.u32(v));
            }
        }
        if format == Format::Old {
            out.bytes.extend(&strings.text);
            return out.bytes;
        }
        let header = out.bytes.len();
        self.put_new(&mut out, &strings, &used, new_size, dialect);
        out.bytes.extend(&strings.text);
        if dialect.marks.generator.is_some() || !used.is_empty() {
            out.bytes.resize(out.bytes.len().next_multiple_of(4), 0);
            let at = out.bytes.len();
            out.set_u32(header + 32, at);
            let generator = dialect.marks.generator.as_deref();
            let hwcaps: Vec<usize> = used.iter().map(|name| new_size + strings.names[*name]).collect();
            put_extension(&mut out, generator, &hwcaps);
        }
        out.bytes
    }

    fn put_new(&self, out: &mut Out, strings: &Strings, used: &BTreeSet<&[u8]>, new_size: usize, dialect: &Dialect) {
        out.bytes.extend(NEW_MAGIC);
        out.u32(self.entries.len());
        out.u32(strings.text.len());
        let mark = match (dialect.marks.marks_endian, dialect.endian) {
            (false, _) => 0,
            (true, Endian::Little) => 2,
            (true, Endian::Big) => 3,
        };
        out.bytes.extend([mark, 0, 0, 0]);
        out.bytes.extend([0; 16]);
        for (entry, (key, value)) in self.entries.iter().zip(&strings.places) {
            [entry.flags as usize, new_size + key, new_size + value, entry.os_version as usize]
                .into_iter()
                .for_each(|v| out.u32(v));
            let index = entry.hwcaps.map(|n| used.range(..self.hwcaps[n].as_slice()).count() as u64);
            out.u64(match index {
                Some(index) => HWCAP_EXTENSION | u64::from(entry.isa_level) << 32 | index,
                None => entry.legacy,
            });
        }
    }

    /// Each entry's key, then its path (before 2.33).
    fn strings_in_turn(&self) -> Strings {
        let mut strings = Strings::default();
        for entry in &self.entries {
            let mut put = |text: &[u8]| {
                let at = strings.text.len();
                strings.text.extend(text);
                strings.text.push(0);
                at
            };
            strings.places.push((put(&entry.key), put(&entry.path)));
        }
        strings
    }

    /// Every string once, sorted from its end, descending, so that one that ends another lies in it (`elf/stringtable.c`).
    fn shared_strings(&self) -> Strings {
        let mut all: BTreeSet<Vec<u8>> = BTreeSet::new();
        let texts = self.entries.iter().flat_map(|e| [&e.key, &e.path]).chain(&self.hwcaps);
        all.extend(texts.map(|text| text.iter().rev().copied().collect()));
        let mut strings = Strings::default();
        let (mut before, mut at): (Vec<u8>, usize) = (Vec::new(), 0);
        for text in all.into_iter().rev() {
            if before.starts_with(&text) && !strings.names.is_empty() {
                at += before.len() - text.len();
            } else {
                at = strings.text.len();
                strings.text.extend(text.iter().rev());
                strings.text.push(0);
            }
            strings.names.insert(text.iter().rev().copied().collect(), at);
            before = text;
        }
        strings.places = self.entries.iter().map(|e| (strings.names[&e.key], strings.names[&e.path])).collect();
        strings
    }

    /// Writes the file beside the one that is there, then over it.
    pub(super) fn write(
        self,
        process: &mut Process<'_, '_>,
        root: &Root,
        options: &Options,
        dialect: &Dialect,
    ) -> Result<(), Stopped> {
        let bytes = self.bytes(options.format.unwrap_or(dialect.marks.format), dialect);
        let place = root.walk(process.stage.fs, &options.cache, false);
        let Some((at, _)) = place.filter(|(at, _)| !process.stage.fs.get(at).is_some_and(Node::is_directory)) else {
            let name = String::from_utf8_lossy(&options.cache);
            return Err(Stopped::Failed(format!(
                "Can't create temporary cache file {name}~: No such file or directory"
            )));
        };
        if !process.stage.budget.output(bytes.len()) {
            return Err(Stopped::Exhausted);
        }
        let metadata = Metadata::of_root(0o644, process.stage.now());
        process.stage.fs.insert(at, Node { kind: file(bytes), metadata, origin: Origin::Effect });
        Ok(())
    }
}

/// Strings with their places.
#[derive(Default)]
struct Strings {
    text: Vec<u8>,
    /// Of each entry: its key's, its path's.
    places: Vec<(usize, usize)>,
    /// Of every string; empty where they are not shared.
    names: BTreeMap<Vec<u8>, usize>,
}

fn put_extension(out: &mut Out, generator: Option<&[u8]>, hwcaps: &[usize]) {
    let sections = usize::from(generator.is_some()) + usize::from(!hwcaps.is_empty());
    let hwcaps_at = out.bytes.len() + 8 + 16 * sections;
    let generator_at = hwcaps_at + 4 * hwcaps.len();
    out.u32(EXTENSION_MAGIC as usize);
    out.u32(sections);
    if let Some(generator) = generator {
        [0, 0, generator_at, generator.len()].into_iter().for_each(|v| out.u32(v));
    }
    if !hwcaps.is_empty() {
        [1, 0, hwcaps_at, 4 * hwcaps.len()].into_iter().for_each(|v| out.u32(v));
    }
    hwcaps.iter().for_each(|&v| out.u32(v));
    out.bytes.extend(generator.unwrap_or_default());
}

/// Bytes with numbers in a machine's order.
struct Out {
    bytes: Vec<u8>,
    big: bool,
}

impl Out {
    fn u32(&mut self, value: usize) {
        // The tree bounds the number of names, and names have 4096 bytes at most; flags fit.
        let value = value as u32;
        self.bytes.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn u64(&mut self, value: u64) {
        self.bytes.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn set_u32(&mut self, at: usize, value: usize) {
        let value = value as u32;
        self.bytes[at..at + 4].copy_from_slice(&if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }
}
