//! Pages: numbers in the file's byte order, the head all pages share, values too long for a page, the first page.
//!
//! ```text
//! 0 LSN (8)   8 number   12 previous   16 next   20 entries u16   22 lowest used byte u16   24 level   25 kind   26 …
//! ```

use super::super::{Error, packages::MAX_SIZE};
use crate::terms::Hasher;

/// Size of the pages written: what rpm got on every file system with blocks of 4096 bytes.
pub(super) const PAGE: usize = 4096;

/// Bytes of a page's head.
pub(super) const HEAD: usize = 26;

/// Bytes a page has for itself.
pub(super) const ROOM: usize = PAGE - HEAD;

/// Kinds of pages.
pub(super) mod kind {
    pub const NONE: u8 = 0;
    pub const HASH_UNSORTED: u8 = 2;
    pub const BTREE_INTERNAL: u8 = 3;
    pub const BTREE_LEAF: u8 = 5;
    pub const OVERFLOW: u8 = 7;
    pub const HASH_META: u8 = 8;
    pub const BTREE_META: u8 = 9;
    pub const HASH: u8 = 13;
}

/// Byte order of a file: its writer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub fn short(self, bytes: &[u8], at: usize) -> u16 {
        let raw = bytes[at..at + 2].try_into().expect("two bytes");
        if self == Self::Big { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) }
    }

    pub fn word(self, bytes: &[u8], at: usize) -> u32 {
        let raw = bytes[at..at + 4].try_into().expect("four bytes");
        if self == Self::Big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
    }

    pub fn short_bytes(self, n: u16) -> [u8; 2] {
        if self == Self::Big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    pub fn word_bytes(self, n: u32) -> [u8; 4] {
        if self == Self::Big { n.to_be_bytes() } else { n.to_le_bytes() }
    }
}

/// A file being read. Each page is given out once, so no chain of pages can go in circles or be followed twice.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    order: Order,
    size: usize,
    seen: Vec<bool>,
}

impl<'a> Reader<'a> {
    /// A file of this magic number; its first page is given along.
    pub fn open(bytes: &'a [u8], magic: u32) -> Result<(Self, Page<'a>), Error> {
        let form = |why| Err(Error::Form { why });
        if bytes.len() < 512 {
            return form("is too short for Berkeley DB");
        }
        if bytes.len() > MAX_SIZE {
            return form("is larger than 1 GiB");
        }
        let orders = [Order::Little, Order::Big];
        let Some(order) = orders.into_iter().find(|o| o.word(bytes, 12) == magic) else {
            return form("is no hash file of Berkeley DB");
        };
        let size = order.word(bytes, 20) as usize;
        if !size.is_power_of_two() || !(512..=65536).contains(&size) {
            return form("has pages of an impossible size");
        }
        if bytes[24] != 0 || bytes[26] != 0 {
            return form("is encrypted, has checksums or is in parts, which rpm's never are");
        }
        let mut reader = Self { bytes, order, size, seen: vec![false; bytes.len() / size] };
        let first = reader.page(0)?;
        Ok((reader, first))
    }

    /// A page, the first and last time.
    pub fn page(&mut self, number: u32) -> Result<Page<'a>, Error> {
        let damaged = |why| Error::Page { page: number, why };
        let seen = self.seen.get_mut(number as usize).ok_or(damaged("is behind the end of the file"))?;
        if std::mem::replace(seen, true) {
            return Err(damaged("is used twice"));
        }
        let at = number as usize * self.size;
        Ok(Page { number, order: self.order, bytes: &self.bytes[at..at + self.size] })
    }

    /// A value that has pages of its own.
    pub fn overflow(&mut self, first: u32, len: u32) -> Result<Vec<u8>, Error> {
        let damaged = |why| Error::Page { page: first, why };
        let len = len as usize;
        if len > self.bytes.len() {
            return Err(damaged("begins a value longer than the file"));
        }
        let mut value = Vec::with_capacity(len);
        let mut next = first;
        while next != 0 {
            let page = self.page(next)?;
            if page.kind() != kind::OVERFLOW {
                return Err(Error::Page { page: next, why: "is no overflow page, and a value goes on there" });
            }
            let part = page.bytes.get(HEAD..HEAD + page.lowest()).ok_or(damaged("has more bytes than room"))?;
            value.extend(part);
            if value.len() > len {
                return Err(damaged("begins a value longer than it says"));
            }
            next = page.next();
        }
        if value.len() < len { Err(damaged("begins a value that ends early")) } else { Ok(value) }
    }
}

/// A page being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub number: u32,
    pub order: Order,
    pub bytes: &'a [u8],
}

impl<'a> Page<'a> {
    pub fn kind(&self) -> u8 {
        self.bytes[25]
    }

    pub fn next(&self) -> u32 {
        self.order.word(self.bytes, 16)
    }

    /// Where its items begin; of an overflow page, how many bytes it holds.
    fn lowest(&self) -> usize {
        self.order.short(self.bytes, 22).into()
    }

    /// The items of a hash page: offsets in front, each item from its offset to the one before it.
    pub fn items(&self) -> Result<Vec<&'a [u8]>, Error> {
        let damaged = |why| Error::Page { page: self.number, why };
        let count = usize::from(self.order.short(self.bytes, 20));
        let floor = HEAD + 2 * count;
        let mut end = self.bytes.len();
        if floor > end {
            return Err(damaged("has more items than room"));
        }
        let mut items = Vec::with_capacity(count);
        for i in 0..count {
            let start = usize::from(self.order.short(self.bytes, HEAD + 2 * i));
            if start < floor || start >= end {
                return Err(damaged("has items that overlap"));
            }
            items.push(&self.bytes[start..end]);
            end = start;
        }
        Ok(items)
    }
}

/// Links, level and kind of a page being written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    pub previous: u32,
    pub next: u32,
    pub level: u8,
    pub kind: u8,
}

/// A file being written, pages of [`PAGE`] bytes.
#[derive(Debug)]
pub(super) struct Writer {
    pub order: Order,
    bytes: Vec<u8>,
}

impl Writer {
    /// A file of this many empty pages.
    pub fn new(order: Order, pages: u32) -> Self {
        Self { order, bytes: vec![0; pages as usize * PAGE] }
    }

    /// The number the next page will get.
    pub fn next(&self) -> u32 {
        (self.bytes.len() / PAGE) as u32
    }

    /// One more page.
    pub fn add(&mut self) -> u32 {
        let number = self.next();
        self.bytes.resize(self.bytes.len() + PAGE, 0);
        number
    }

    /// Fills a page with items: offsets behind the head, items from the end down, `align`ed.
    pub fn items(&mut self, number: u32, head: Head, items: &[&[u8]], align: usize) {
        let mut at = PAGE;
        for (i, item) in items.iter().enumerate() {
            at = (at - item.len()) / align * align;
            self.put(number, HEAD + 2 * i, &self.order.short_bytes(at as u16));
            self.put(number, at, item);
        }
        self.head(number, head, items.len(), at);
    }

    /// Pages of its own for a value.
    ///
    /// What the number of entries is on other pages counts references here: there is one.
    pub fn overflow(&mut self, value: &[u8]) -> u32 {
        let first = self.next();
        let chunks = value.len().div_ceil(ROOM);
        for (i, chunk) in value.chunks(ROOM).enumerate() {
            let number = self.add();
            let previous = if i == 0 { 0 } else { number - 1 };
            let next = if i + 1 == chunks { 0 } else { number + 1 };
            self.head(number, Head { previous, next, level: 0, kind: kind::OVERFLOW }, 1, chunk.len());
            self.put(number, HEAD, chunk);
        }
        first
    }

    /// The file, its first page filled: what all files have there, and (offset, number) pairs of one kind.
    ///
    /// The file's id must differ from those of the environment's other files, and from that of an older file which
    /// another process may still have pages of in memory: it is made of the file's name and contents.
    pub fn finish(mut self, kind: u8, magic: u32, name: &str, words: &[(usize, u32)]) -> Vec<u8> {
        let last = self.next() - 1;
        // second word of the LSN, magic, version, page size, last page
        for (at, n) in [(4, 1), (12, magic), (16, VERSION), (20, PAGE as u32), (32, last)].iter().chain(words) {
            self.put(0, *at, &self.order.word_bytes(*n));
        }
        self.bytes[25] = kind;
        let mut hasher = Hasher::new();
        hasher.update(name.as_bytes());
        hasher.update(&self.bytes);
        self.put(0, 52, &hasher.finish().hex().as_bytes()[..20]);
        self.bytes
    }

    fn head(&mut self, number: u32, head: Head, entries: usize, lowest: usize) {
        // "0, 1" is the LSN of what was never logged
        for (at, n) in [(4, 1), (8, number), (12, head.previous), (16, head.next)] {
            self.put(number, at, &self.order.word_bytes(n));
        }
        self.put(number, 20, &self.order.short_bytes(entries as u16));
        self.put(number, 22, &self.order.short_bytes(lowest as u16));
        self.put(number, 24, &[head.level, head.kind]);
    }

    fn put(&mut self, number: u32, at: usize, bytes: &[u8]) {
        let start = number as usize * PAGE + at;
        self.bytes[start..start + bytes.len()].copy_from_slice(bytes);
    }
}

/// Of hash and btree files alike, since Berkeley DB 4.6.
pub(super) const VERSION: u32 = 9;
