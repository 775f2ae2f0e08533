//! The headers, the dynamic section and the notes.

use std::{
    io::{self, Read},
    ops::Range,
};

use super::{
    facts::{Class, Elf, Endian, Facts, LONGEST, machine},
    window::{Missing, Window},
};

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const PT_NOTE: u32 = 4;
const PT_GNU_PROPERTY: u32 = 0x6474_e553;

const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_SONAME: u64 = 14;

const NT_GNU_ABI_TAG: u32 = 1;
const NT_GNU_PROPERTY_TYPE_0: u32 = 5;
const GNU_PROPERTY_X86_ISA_1_NEEDED: u32 = 0xc000_8002;

/// Loaded segments up to this size are kept when they come after the head: `patchelf` puts the names there.
const SMALL_SEGMENT: u64 = 1 << 20;
/// What is kept beyond the head, in all.
const KEPT: u64 = 4 << 20;
/// Largest dynamic section looked at.
const DYNAMIC: u64 = 1 << 20;
/// Largest segment of notes looked at.
const NOTES: u64 = 64 << 10;

/// Numbers as the file writes them.
#[derive(Clone, Copy)]
struct Form {
    class: Class,
    endian: Endian,
}

impl Form {
    fn wide(self) -> bool {
        self.class == Class::Bits64
    }

    /// The unsigned number that `bytes` are.
    fn number(self, bytes: &[u8]) -> u64 {
        let one = |n: u64, b: &u8| n << 8 | u64::from(*b);
        match self.endian {
            Endian::Big => bytes.iter().fold(0, one),
            Endian::Little => bytes.iter().rev().fold(0, one),
        }
    }

    /// `at` says where a field lies in the 32 and in the 64 bit form of a structure.
    fn word(self, bytes: &[u8], at: (usize, usize)) -> u64 {
        let (at, len) = if self.wide() { (at.1, 8) } else { (at.0, 4) };
        self.number(&bytes[at..at + len])
    }

    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        self.number(&bytes[at..at + 4]) as u32
    }

    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        self.number(&bytes[at..at + 2]) as u16
    }
}

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
    align: u64,
}

impl Segment {
    fn range(&self, most: u64) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.size.min(most))
    }
}

struct Layout {
    form: Form,
    facts: Facts,
    segments: Vec<Segment>,
}

impl Facts {
    /// Facts of a file of `size` bytes that streams past.
    pub fn read(size: u64, stream: &mut dyn Read) -> io::Result<Elf> {
        let mut window = Window::head(size, stream)?;
        let layout = match Layout::of(&window) {
            Ok(layout) => layout,
            Err(elf) => return Ok(elf),
        };
        window.hold(stream, layout.wanted())?;
        if let Some(name) = layout.strings(&window).and_then(|s| s.soname)
            && name >= window.position()
        {
            window.keep(stream, name..name.saturating_add(LONGEST as u64))?;
        }
        Ok(layout.facts(&window))
    }

    /// Facts of a whole file.
    pub fn of(bytes: Vec<u8>) -> Elf {
        let window = Window::whole(bytes);
        match Layout::of(&window) {
            Ok(layout) => layout.facts(&window),
            Err(elf) => elf,
        }
    }
}

/// Where the names are.
struct Strings {
    soname: Option<u64>,
    needed: Vec<u64>,
}

impl Layout {
    fn of(window: &Window) -> Result<Self, Elf> {
        if window.at(0, 4) != Ok(b"\x7fELF") {
            return Err(Elf::Other);
        }
        // ldconfig wants room for its own, 64 bit, header.
        let head = window.at(0, 64).map_err(|_| Elf::Broken)?;
        let class = match head[4] {
            1 => Class::Bits32,
            2 => Class::Bits64,
            _ => return Err(Elf::Broken),
        };
        let endian = match head[5] {
            1 => Endian::Little,
            2 => Endian::Big,
            _ => return Err(Elf::Broken),
        };
        let form = Form { class, endian };
        let (flags_at, count_at) = if form.wide() { (48, 56) } else { (36, 44) };
        let facts = Facts {
            class,
            endian,
            kind: form.u16(head, 16),
            machine: form.u16(head, 18),
            flags: form.u32(head, flags_at),
            dynamic: false,
            soname: None,
            needs_libc: false,
            interpreter: None,
            os_version: 0,
            isa_level: 0,
        };
        let entry = if form.wide() { 56 } else { 32 };
        let (table, count) = (form.word(head, (28, 32)), u64::from(form.u16(head, count_at)));
        let table = window.at(table, count * entry).map_err(|missing| match missing {
            Missing::Beyond => Elf::Broken,
            Missing::NotHeld => Elf::Unknown,
        })?;
        let segment = |bytes: &[u8]| Segment {
            kind: form.u32(bytes, 0),
            offset: form.word(bytes, (4, 8)),
            address: form.word(bytes, (8, 16)),
            size: form.word(bytes, (16, 32)),
            align: form.word(bytes, (28, 48)),
        };
        let segments = table.chunks_exact(entry as usize).map(segment).collect();
        Ok(Self { form, facts, segments })
    }

    fn of_kind(&self, kind: u32) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(move |s| s.kind == kind)
    }

    /// What is to be kept of the stream.
    fn wanted(&self) -> Vec<Range<u64>> {
        let sure = [(PT_DYNAMIC, DYNAMIC), (PT_INTERP, LONGEST as u64), (PT_NOTE, NOTES), (PT_GNU_PROPERTY, NOTES)];
        let sure = sure.into_iter().flat_map(|(kind, most)| self.of_kind(kind).take(16).map(move |s| s.range(most)));
        let small = self.of_kind(PT_LOAD).filter(|s| s.size <= SMALL_SEGMENT).map(|s| s.range(SMALL_SEGMENT));
        let mut left = KEPT;
        let room = |range: &Range<u64>| {
            let size = range.end - range.start;
            let fits = size <= left;
            left -= if fits { size } else { 0 };
            fits
        };
        sure.chain(small).filter(room).collect()
    }

    /// The pairs of the dynamic section, up to its end mark. Of several sections the last counts.
    fn dynamic<'a>(&self, window: &'a Window) -> Result<Vec<(u64, u64)>, Missing> {
        let Some(segment) = self.of_kind(PT_DYNAMIC).last().filter(|s| s.size > 0) else { return Ok(Vec::new()) };
        let held: &'a [u8] = window.from(segment.offset)?;
        let (size, form) = (if self.form.wide() { 16 } else { 8 }, self.form);
        let pair = |p: &[u8]| (form.word(p, (0, 0)), form.word(p, (4, 8)));
        let pairs: Vec<_> =
            held.chunks_exact(size).take((DYNAMIC / 8) as usize).map(pair).take_while(|p| p.0 != DT_NULL).collect();
        // ldconfig reads to the end mark; without one in what is held, the rest is somewhere else.
        let ends = segment.offset + ((pairs.len() + 1) * size) as u64;
        if window.at(segment.offset, ends - segment.offset) == Err(Missing::NotHeld) {
            return Err(Missing::NotHeld);
        }
        Ok(pairs)
    }

    /// Where the names are in the file; none without a string table.
    fn strings(&self, window: &Window) -> Option<Strings> {
        let pairs = self.dynamic(window).ok()?;
        let address = pairs.iter().find(|p| p.0 == DT_STRTAB)?.1;
        let inside = |s: &&Segment| address.checked_sub(s.address).is_some_and(|into| into < s.size);
        let table = match self.of_kind(PT_LOAD).find(inside) {
            Some(segment) => segment.offset.checked_add(address - segment.address)?,
            None => address,
        };
        if table > window.size() {
            return None;
        }
        let of = |tag| pairs.iter().filter(move |p| p.0 == tag).map(move |p| table.saturating_add(p.1));
        let (soname, needed) = (of(DT_SONAME).next(), of(DT_NEEDED).take(4096).collect());
        Some(Strings { soname, needed })
    }

    fn facts(mut self, window: &Window) -> Elf {
        if self.dynamic(window) == Err(Missing::NotHeld) {
            return Elf::Unknown;
        }
        if let Some(strings) = self.strings(window) {
            self.facts.dynamic = true;
            match strings.soname.map(|at| window.text(at, LONGEST)) {
                None => {}
                Some(Ok(name)) => self.facts.soname = Some(name.to_vec()),
                Some(Err(Missing::Beyond)) => return Elf::Broken,
                Some(Err(Missing::NotHeld)) => return Elf::Unknown,
            }
            let is_libc = |at: &u64| matches!(window.text(*at, 16), Ok(b"libc.so.6" | b"libm.so.6"));
            self.facts.needs_libc = strings.needed.iter().any(is_libc);
        }
        let interpreter = self.of_kind(PT_INTERP).last().and_then(|s| window.text(s.offset, LONGEST).ok());
        self.facts.interpreter = interpreter.map(<[u8]>::to_vec);
        let version = self.of_kind(PT_NOTE).find_map(|s| self.os_version(s, window));
        self.facts.os_version = version.unwrap_or(0);
        if matches!(self.facts.machine, machine::I386 | machine::X86_64) {
            let last = self.of_kind(PT_GNU_PROPERTY).filter_map(|s| self.isa_level(s, window)).last();
            self.facts.isa_level = last.unwrap_or(0);
        }
        Elf::Object(self.facts)
    }

    /// `NT_GNU_ABI_TAG`: system, then the oldest kernel in three numbers.
    fn os_version(&self, segment: &Segment, window: &Window) -> Option<u32> {
        let align = segment.align.max(4);
        if segment.size < 32 || segment.align < 4 || !matches!(align, 4 | 8) {
            return None;
        }
        let bytes = window.at(segment.offset, segment.size.min(NOTES)).ok()?;
        let found = Notes { form: self.form, bytes, align: align as usize }
            .find(|note| note.kind == NT_GNU_ABI_TAG && note.is_gnu() && note.description.len() == 16)?;
        let part = |n: usize| self.form.u32(found.description, n * 4);
        let version = part(0) << 24 | (part(1) & 0xff) << 16 | (part(2) & 0xff) << 8 | part(3) & 0xff;
        (version != 0).then_some(version)
    }

    /// The highest ISA level that a property says is needed.
    fn isa_level(&self, segment: &Segment, window: &Window) -> Option<u8> {
        let word = if self.form.wide() { 8 } else { 4 };
        if segment.align != word as u64 {
            return None;
        }
        let bytes = window.at(segment.offset, segment.size.min(NOTES)).ok()?;
        let mut notes = Notes { form: self.form, bytes, align: word };
        let note = notes.find(|note| note.kind == NT_GNU_PROPERTY_TYPE_0 && note.is_gnu())?;
        let mut rest = note.description;
        if rest.len() < 8 || rest.len() % word != 0 {
            return None;
        }
        let mut last = 0;
        while rest.len() >= 8 {
            let (kind, size) = (self.form.u32(rest, 0), self.form.u32(rest, 4) as usize);
            let data = rest.get(8..8usize.checked_add(size)?)?;
            if kind < last || kind > GNU_PROPERTY_X86_ISA_1_NEEDED {
                return None;
            }
            if kind == GNU_PROPERTY_X86_ISA_1_NEEDED {
                let needed = (size == 4).then(|| self.form.u32(data, 0))?;
                return (needed != 0).then(|| needed.ilog2() as u8);
            }
            last = kind;
            rest = rest.get(8 + size.next_multiple_of(word)..)?;
        }
        None
    }
}

struct Note<'a> {
    kind: u32,
    name: &'a [u8],
    description: &'a [u8],
}

impl Note<'_> {
    fn is_gnu(&self) -> bool {
        self.name == b"GNU\0"
    }
}

/// The notes of a segment.
struct Notes<'a> {
    form: Form,
    bytes: &'a [u8],
    align: usize,
}

impl<'a> Iterator for Notes<'a> {
    type Item = Note<'a>;

    fn next(&mut self) -> Option<Note<'a>> {
        let head = self.bytes.get(..12)?;
        let [name, description] = [0, 4].map(|at| self.form.u32(head, at) as usize);
        let kind = self.form.u32(head, 8);
        let name_end = 12usize.checked_add(name)?;
        let start = name_end.checked_next_multiple_of(self.align)?;
        let end = start.checked_add(description)?;
        let note = Note { kind, name: self.bytes.get(12..name_end)?, description: self.bytes.get(start..end)? };
        self.bytes = self.bytes.get(end.checked_next_multiple_of(self.align)?..).unwrap_or_default();
        Some(note)
    }
}
