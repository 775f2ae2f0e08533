//! A cache that is there, read.

use super::cache::{EXTENSION_MAGIC, Layout, NEW_MAGIC, OLD_MAGIC};

/// A cache file whose tables lie inside it; strings and the rest are looked up with care.
pub(super) struct View<'a> {
    bytes: &'a [u8],
    pub(super) layout: Layout,
    big: bool,
    /// The byte order mark: 0 where there is none.
    pub(super) endian_mark: u8,
    /// Where the entries start, and how many there are.
    table: (usize, usize),
    /// Where offsets of strings count from.
    strings: usize,
    /// Where the extension is.
    pub(super) extension: Option<usize>,
}

/// An entry as it is stored.
pub(super) struct Stored<'a> {
    pub(super) flags: u32,
    pub(super) key: &'a [u8],
    pub(super) path: &'a [u8],
    pub(super) os_version: u32,
    pub(super) hwcap: u64,
}

impl<'a> View<'a> {
    /// None where it is no cache.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        if bytes.starts_with(NEW_MAGIC) {
            return Self::of_new(bytes, 0, Layout::New);
        }
        let head = bytes.strip_prefix(OLD_MAGIC)?.get(..4)?;
        let head = [head[0], head[1], head[2], head[3]];
        // Of the two orders, the one in which the file has room for them.
        [false, true].into_iter().find_map(|big| {
            let count = if big { u32::from_be_bytes(head) } else { u32::from_le_bytes(head) } as usize;
            let end = 16 + count.checked_mul(12).filter(|&n| n <= bytes.len() - 16)?;
            let aligned = end.next_multiple_of(8);
            if bytes.get(aligned..).is_some_and(|rest| rest.starts_with(NEW_MAGIC)) {
                return Self::of_new(bytes, aligned, Layout::Compat);
            }
            let layout = Layout::Old;
            Some(Self { bytes, layout, big, endian_mark: 0, table: (16, count), strings: end, extension: None })
        })
    }

    fn of_new(bytes: &'a [u8], start: usize, layout: Layout) -> Option<Self> {
        let head = bytes.get(start..start + 48)?;
        let endian_mark = head[28];
        let fits = |big: bool| {
            let count = number(&head[20..24], big) as usize;
            count.checked_mul(24).is_some_and(|n| n <= bytes.len() - start - 48).then_some(count)
        };
        let big = match endian_mark {
            3 => true,
            2 => false,
            _ => fits(false).is_none(),
        };
        let count = fits(big)?;
        let extension = number(&head[32..36], big) as usize;
        let is_extension =
            |&at: &usize| at != 0 && bytes.get(at..at + 8).is_some_and(|e| number(&e[..4], big) == EXTENSION_MAGIC);
        let extension = Some(extension).filter(is_extension);
        Some(Self { bytes, layout, big, endian_mark, table: (start + 48, count), strings: start, extension })
    }

    pub(super) fn len(&self) -> usize {
        self.table.1
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Stored<'a>> + '_ {
        let size = if self.layout == Layout::Old { 12 } else { 24 };
        let table = &self.bytes[self.table.0..][..self.table.1 * size];
        table.chunks_exact(size).map(move |entry| {
            let field = |n: usize| number(&entry[4 * n..4 * n + 4], self.big);
            let wide = size == 24;
            let halves = if wide { (field(4), field(5)) } else { (0, 0) };
            let (low, high) = if self.big { (halves.1, halves.0) } else { halves };
            Stored {
                flags: field(0),
                key: self.text(field(1)),
                path: self.text(field(2)),
                os_version: if wide { field(3) } else { 0 },
                hwcap: u64::from(high) << 32 | u64::from(low),
            }
        })
    }

    fn text(&self, offset: u32) -> &'a [u8] {
        let text = self.bytes.get(self.strings.saturating_add(offset as usize)..).unwrap_or_default();
        &text[..text.iter().take(4096).position(|&b| b == 0).unwrap_or(0)]
    }

    /// What signed it.
    pub(super) fn generator(&self) -> Option<&'a [u8]> {
        self.section(0)
    }

    /// The name below `glibc-hwcaps` that an entry's hwcap stands for.
    pub(super) fn hwcaps(&self, hwcap: u64) -> Option<&'a [u8]> {
        // Beside the mark only the ISA level may be there.
        if (hwcap >> 32) & !0x3ff != 1 << 30 {
            return None;
        }
        let place = self.section(1)?.chunks_exact(4).nth(hwcap as u32 as usize)?;
        Some(self.text(number(place, self.big)))
    }

    fn section(&self, tag: u32) -> Option<&'a [u8]> {
        let at = self.extension?;
        let sections = self.bytes.get(at + 8..)?;
        let count = number(self.bytes.get(at + 4..at + 8)?, self.big).min(16) as usize;
        let found = sections.chunks_exact(16).take(count).find(|s| number(&s[..4], self.big) == tag)?;
        let (offset, size) = (number(&found[8..12], self.big) as usize, number(&found[12..16], self.big) as usize);
        self.bytes.get(offset..offset.checked_add(size)?)
    }
}

fn number(bytes: &[u8], big: bool) -> u32 {
    let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
    if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}
