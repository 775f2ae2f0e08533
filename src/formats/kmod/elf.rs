//! The little of ELF that is looked at: section headers and symbols of both classes and byte orders. Not by the `object` crate,
//! whose structures want their alignment, which a kernel's loader does not ask of a file (System V ABI, chapter 4).

use super::facts::Fault;

/// `SHN_UNDEF`.
const UNDEFINED: u64 = 0;
/// `STB_WEAK`.
const WEAK: u8 = 2;

/// An ELF file with a sound table of sections.
pub(super) struct Elf<'a> {
    data: &'a [u8],
    wide: bool,
    big: bool,
    headers: &'a [u8],
    names: &'a [u8],
}

/// A symbol. Its name goes on to the end of the string table: a NUL ends it.
pub(super) struct Symbol<'a> {
    /// None where it lies outside the table.
    pub name: Option<&'a [u8]>,
    pub undefined: bool,
    pub weak: bool,
}

impl<'a> Elf<'a> {
    /// Checks what kmod's `kmod_elf_new` checks.
    pub fn open(data: &'a [u8]) -> Result<Self, Fault> {
        if data.len() <= 16 || !data.starts_with(b"\x7fELF") {
            return Err(Fault::NotElf);
        }
        let flag = |byte: u8| match byte {
            1 => Ok(false),
            2 => Ok(true),
            _ => Err(Fault::Malformed),
        };
        let mut elf = Self { data, wide: flag(data[4])?, big: flag(data[5])?, headers: &[], names: &[] };
        elf.tables().ok_or(Fault::Malformed).map(|(headers, names)| {
            (elf.headers, elf.names) = (headers, names);
            elf
        })
    }

    /// Section headers and their names.
    fn tables(&self) -> Option<(&'a [u8], &'a [u8])> {
        // e_shoff, e_shentsize, e_shnum, e_shstrndx
        let (offset, size, count, names) = match self.wide {
            true => (self.number(self.data, 40, 8)?, 58, 60, 62),
            false => (self.number(self.data, 32, 4)?, 46, 48, 50),
        };
        if self.number(self.data, size, 2)? != self.header_size() as u64 {
            return None;
        }
        let count = self.number(self.data, count, 2)?;
        let headers = self.part(offset, count * self.header_size() as u64)?;
        let names = usize::try_from(self.number(self.data, names, 2)?).ok()?;
        let names = self.section(headers.chunks_exact(self.header_size()).nth(names)?)?;
        (names.last() == Some(&0)).then_some((headers, names))
    }

    /// Bytes of an address.
    pub fn word(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    fn header_size(&self) -> usize {
        if self.wide { 64 } else { 40 }
    }

    /// The first section of each name.
    pub fn sections<const N: usize>(&self, wanted: [&[u8]; N]) -> [Option<&'a [u8]>; N] {
        let mut found = [None; N];
        for header in self.headers.chunks_exact(self.header_size()).skip(1) {
            let name = self.number(header, 0, 4).and_then(|at| self.names.get(usize::try_from(at).ok()?..));
            let is = |wanted: &&[u8]| name.and_then(|n| n.strip_prefix(*wanted)).is_some_and(|n| n.starts_with(&[0]));
            if let Some(i) = wanted.iter().position(is)
                && found[i].is_none()
            {
                found[i] = self.section(header);
            }
        }
        found
    }

    /// The symbols of a table, but for the empty first one; none where its size is no multiple of a symbol's.
    pub fn symbols(
        &self,
        table: &'a [u8],
        strings: &'a [u8],
    ) -> Option<impl Iterator<Item = Symbol<'a>> + Clone + use<'_, 'a>> {
        // st_info, st_shndx, size
        let (info, section, size) = if self.wide { (4, 6, 24) } else { (12, 14, 16) };
        let symbol = move |entry: &'a [u8]| Symbol {
            name: self
                .number(entry, 0, 4)
                .and_then(|at| strings.get(usize::try_from(at).ok()?..))
                .filter(|s| !s.is_empty()),
            undefined: self.number(entry, section, 2) == Some(UNDEFINED),
            weak: entry[info] >> 4 == WEAK,
        };
        table.len().is_multiple_of(size).then(|| table.chunks_exact(size).skip(1).map(symbol))
    }

    /// The bytes of a section by its header.
    fn section(&self, header: &[u8]) -> Option<&'a [u8]> {
        let word = self.word();
        let (offset, size) = if self.wide { (24, 32) } else { (16, 20) };
        self.part(self.number(header, offset, word)?, self.number(header, size, word)?)
    }

    fn part(&self, offset: u64, size: u64) -> Option<&'a [u8]> {
        let end = usize::try_from(offset.checked_add(size)?).ok()?;
        self.data.get(usize::try_from(offset).ok()?..end)
    }

    /// A number of 2, 4 or 8 bytes at an offset.
    fn number(&self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let bytes = bytes.get(at..at + size)?;
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) })
    }
}
