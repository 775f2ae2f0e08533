//! The header: an index of typed tags over one block of data.
//!
//! The form is the one the database stores (no magic): `il` and `dl` as big-endian words, `il` entries of 16 bytes
//! (tag, type, offset, count) and `dl` bytes of data. The region is the part the package was built with: its entry
//! comes first, and what was added later ("dribbles") follows and wins over region entries of the same tag.
//! Source: rpm `lib/header.c`, `hdrblobInit`, `hdrblobVerifyRegion`, `hdrblobVerifyInfo`, `hdrblobImport`.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use super::{HeaderError, Tag};
use crate::terms::{Evr, Nevra};

/// Most index entries a header may have (rpm `HEADER_TAGS_MAX`).
pub(super) const MAX_ENTRIES: u32 = 0xffff;
/// Most bytes of data a header may have (rpm `HEADER_DATA_MAX`).
pub(super) const MAX_DATA: u32 = 0x0fff_ffff;

/// Most strings one tag may have. rpm has no such limit, real packages stay below 100,000; it bounds what the arrays of
/// a header of nothing but NULs would take as values.
const MAX_STRINGS: u32 = 1 << 22;

/// Type of an entry's data (rpm `rpmTagType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Bytes.
    Char = 1,
    /// Bytes.
    Int8 = 2,
    /// 16-bit words.
    Int16 = 3,
    /// 32-bit words.
    Int32 = 4,
    /// 64-bit words.
    Int64 = 5,
    /// One string.
    String = 6,
    /// Bytes.
    Bin = 7,
    /// Several strings.
    StringArray = 8,
    /// One string per locale of [`Tag::HEADERI18NTABLE`].
    I18nString = 9,
}

impl Kind {
    fn from_number(n: u32) -> Option<Self> {
        Some(match n {
            1 => Self::Char,
            2 => Self::Int8,
            3 => Self::Int16,
            4 => Self::Int32,
            5 => Self::Int64,
            6 => Self::String,
            7 => Self::Bin,
            8 => Self::StringArray,
            9 => Self::I18nString,
            _ => return None,
        })
    }

    /// Bytes of one element; offsets are multiples of it. 1 for strings.
    pub fn width(self) -> u32 {
        match self {
            Self::Int16 => 2,
            Self::Int32 => 4,
            Self::Int64 => 8,
            _ => 1,
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::String | Self::StringArray | Self::I18nString)
    }
}

/// One tag's place in the blob.
#[derive(Clone, Debug)]
struct Entry {
    tag: Tag,
    kind: Kind,
    count: u32,
    data: Range<usize>,
}

/// The part of a header the package was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// [`Tag::HEADERIMMUTABLE`], [`Tag::HEADERSIGNATURES`] or [`Tag::HEADERIMAGE`].
    pub tag: Tag,
    /// Index entries it spans, its own included.
    pub entries: u32,
    /// Bytes of data it spans, its trailer included.
    pub data: u32,
}

/// A parsed header. Cloning is cheap: the blob is shared.
#[derive(Clone)]
pub struct Header {
    blob: Arc<[u8]>,
    entries: Arc<[Entry]>,
    region: Option<Region>,
}

impl Header {
    /// Parses a blob in the database's form.
    ///
    /// # Errors
    /// Whatever rpm would refuse: sizes out of bounds, a malformed region, entries that overlap or reach outside.
    pub fn parse(blob: &[u8]) -> Result<Self, HeaderError> {
        Self::from_blob(blob.into())
    }

    /// As [`Header::parse`], without a copy.
    pub fn from_blob(blob: Arc<[u8]>) -> Result<Self, HeaderError> {
        let length = |expected| HeaderError::Length { expected, actual: blob.len() as u64 };
        if blob.len() < 8 {
            return Err(length(8));
        }
        let (il, dl) = (word(&blob, 0), word(&blob, 4));
        check_limits(il, dl)?;
        let expected = 8 + 16 * u64::from(il) + u64::from(dl);
        if expected != blob.len() as u64 {
            return Err(length(expected));
        }
        let region = find_region(&blob, il, dl)?;
        let entries = index(&blob, il, region)?;
        Ok(Self { blob, entries, region })
    }

    /// The blob, as parsed.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The part the package was built with; none in packages of rpm before 4.0.
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// The tags, ascending.
    pub fn tags(&self) -> impl Iterator<Item = Tag> {
        self.entries.iter().map(|e| e.tag)
    }

    /// Whether the tag is there.
    pub fn has(&self, tag: Tag) -> bool {
        self.find(tag).is_some()
    }

    /// A tag as it lies in the blob: its type, count and data bytes.
    pub fn raw(&self, tag: Tag) -> Option<(Kind, u32, &[u8])> {
        self.find(tag).map(|e| (e.kind, e.count, &self.blob[e.data.clone()]))
    }

    /// A string (the first of several, the `C` locale of a translated one); none if absent or not UTF-8.
    pub fn text(&self, tag: Tag) -> Option<&str> {
        self.strings(tag).next().and_then(|s| std::str::from_utf8(s).ok())
    }

    /// A string as [`Header::text`], with bytes that are not UTF-8 replaced.
    pub fn text_lossy(&self, tag: Tag) -> Option<Cow<'_, str>> {
        self.strings(tag).next().map(String::from_utf8_lossy)
    }

    /// All strings of a tag, with bytes that are not UTF-8 replaced; empty if absent.
    pub fn texts(&self, tag: Tag) -> Vec<Cow<'_, str>> {
        self.strings(tag).map(String::from_utf8_lossy).collect()
    }

    /// All strings of a tag as bytes; none if absent.
    pub fn strings(&self, tag: Tag) -> impl Iterator<Item = &[u8]> {
        let (count, mut data) = match self.find(tag) {
            Some(e) if e.kind.is_text() => (e.count as usize, &self.blob[e.data.clone()]),
            _ => (0, &[][..]),
        };
        (0..count).map(move |_| {
            let end = data.iter().position(|&b| b == 0).expect("index() counted the NULs");
            let (s, rest) = data.split_at(end);
            data = &rest[1..];
            s
        })
    }

    /// Number of elements of a tag, 0 if absent.
    pub fn count(&self, tag: Tag) -> usize {
        self.find(tag).map_or(0, |e| e.count as usize)
    }

    /// 16-bit words; none if absent or of another type.
    pub fn u16s(&self, tag: Tag) -> Option<Vec<u16>> {
        self.words::<2>(tag, Kind::Int16).map(|w| w.map(u16::from_be_bytes).collect())
    }

    /// 32-bit words; none if absent or of another type.
    pub fn u32s(&self, tag: Tag) -> Option<Vec<u32>> {
        self.words::<4>(tag, Kind::Int32).map(|w| w.map(u32::from_be_bytes).collect())
    }

    /// The first of [`Header::u32s`].
    pub fn u32(&self, tag: Tag) -> Option<u32> {
        self.words::<4>(tag, Kind::Int32)?.next().map(u32::from_be_bytes)
    }

    /// 64-bit words; none if absent or of another type.
    pub fn u64s(&self, tag: Tag) -> Option<Vec<u64>> {
        self.words::<8>(tag, Kind::Int64).map(|w| w.map(u64::from_be_bytes).collect())
    }

    /// Bytes of a binary or character tag; none if absent or of another type.
    pub fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        let e = self.find(tag)?;
        matches!(e.kind, Kind::Bin | Kind::Char | Kind::Int8).then(|| &self.blob[e.data.clone()])
    }

    /// Name, epoch, version, release and architecture.
    ///
    /// # Errors
    /// [`HeaderError::Missing`] when one of them is not there.
    pub fn nevra(&self) -> Result<Nevra, HeaderError> {
        let need = |tag| self.text(tag).filter(|s| !s.is_empty()).ok_or(HeaderError::Missing { tag });
        let evr = Evr::new(self.u32(Tag::EPOCH).unwrap_or(0), need(Tag::VERSION)?, need(Tag::RELEASE)?);
        // gpg-pubkey pseudo-packages of the database have no architecture
        let arch = self.text(Tag::ARCH).unwrap_or("(none)").to_owned();
        Ok(Nevra { name: need(Tag::NAME)?.to_owned(), evr, arch })
    }

    /// A package of sources, not to be installed (rpm `headerIsSource`).
    pub fn is_source(&self) -> bool {
        self.has(Tag::SOURCEPACKAGE) || !self.has(Tag::SOURCERPM)
    }

    fn find(&self, tag: Tag) -> Option<&Entry> {
        self.entries.binary_search_by_key(&tag, |e| e.tag).ok().map(|i| &self.entries[i])
    }

    fn words<const N: usize>(&self, tag: Tag, kind: Kind) -> Option<impl Iterator<Item = [u8; N]>> {
        let e = self.find(tag).filter(|e| e.kind == kind)?;
        Some(self.blob[e.data.clone()].chunks_exact(N).map(|w| w.try_into().expect("chunks_exact gives N bytes")))
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.text(Tag::NAME).unwrap_or("?");
        write!(f, "Header({name}, {} tags, {} bytes)", self.entries.len(), self.blob.len())
    }
}

/// Refuses sizes before anything is allocated for them.
pub(super) fn check_limits(il: u32, dl: u32) -> Result<(), HeaderError> {
    if il == 0 || il > MAX_ENTRIES || dl > MAX_DATA {
        return Err(HeaderError::Limits { entries: il, data: dl });
    }
    Ok(())
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// The four words of an index entry or a region trailer: tag, type, offset, count.
fn entry_words(bytes: &[u8], at: usize) -> [u32; 4] {
    [0, 4, 8, 12].map(|i| word(bytes, at + i))
}

fn find_region(blob: &[u8], il: u32, dl: u32) -> Result<Option<Region>, HeaderError> {
    let [tag, kind, offset, count] = entry_words(blob, 8);
    if !matches!(Tag(tag), Tag::HEADERIMMUTABLE | Tag::HEADERSIGNATURES | Tag::HEADERIMAGE) {
        return Ok(None);
    }
    let bad = |why| Err(HeaderError::Region { why });
    if kind != Kind::Bin as u32 || count != 16 {
        return bad("has the wrong type or size");
    }
    if u64::from(offset) + 16 > u64::from(dl) {
        return bad("ends outside of the data");
    }
    let [end_tag, end_kind, back, end_count] = entry_words(blob, 8 + 16 * il as usize + offset as usize);
    // some old packages close the signature region with HEADERIMAGE
    let same = end_tag == tag || Tag(tag) == Tag::HEADERSIGNATURES && Tag(end_tag) == Tag::HEADERIMAGE;
    if !same || end_kind != Kind::Bin as u32 || end_count != 16 {
        return bad("has a malformed trailer");
    }
    let back = back.wrapping_neg();
    if !back.is_multiple_of(16) || back == 0 || back / 16 > il {
        return bad("spans more entries than there are");
    }
    Ok(Some(Region { tag: Tag(tag), entries: back / 16, data: offset + 16 }))
}

/// Checks every entry and sorts them by tag; of equal tags the last dribble wins, then the first of the region.
fn index(blob: &[u8], il: u32, region: Option<Region>) -> Result<Arc<[Entry]>, HeaderError> {
    let start = 8 + 16 * il as usize;
    let data = &blob[start..];
    let mut entries = Vec::with_capacity(il as usize);
    let mut end = 0;
    for i in u32::from(region.is_some())..il {
        let [tag, kind, offset, count] = entry_words(blob, 8 + 16 * i as usize);
        let tag = Tag(tag);
        let bad = |why| HeaderError::Entry { tag, why };
        if tag < Tag::HEADERI18NTABLE {
            return Err(bad("is reserved"));
        }
        let kind = Kind::from_number(kind).ok_or_else(|| bad("has an unknown type"))?;
        let offset = offset as usize;
        if offset < end {
            return Err(bad("overlaps the tag before it"));
        }
        if !offset.is_multiple_of(kind.width() as usize) {
            return Err(bad("is not aligned"));
        }
        if count == 0 || count as usize > data.len() || offset > data.len() {
            return Err(bad("lies outside of the data"));
        }
        if kind.is_text() && count > MAX_STRINGS {
            return Err(bad("has more strings than any package has"));
        }
        let len = data_length(kind, count, &data[offset..]).ok_or_else(|| bad("is cut off by the end of the data"))?;
        end = offset + len;
        if let Some(r) = region
            && offset < r.data as usize
            && end > r.data as usize - 16
        {
            return Err(bad("overlaps the region's trailer"));
        }
        entries.push((i, Entry { tag, kind, count, data: start + offset..start + end }));
    }
    let in_region = |i: u32| region.is_some_and(|r| i < r.entries);
    entries.sort_by_key(|(i, e)| (e.tag, in_region(*i), if in_region(*i) { *i } else { u32::MAX - *i }));
    entries.dedup_by_key(|(_, e)| e.tag);
    Ok(entries.into_iter().map(|(_, e)| e).collect())
}

/// Bytes that `count` elements take at the start of `data`; none if they do not fit.
fn data_length(kind: Kind, count: u32, data: &[u8]) -> Option<usize> {
    if !kind.is_text() {
        let len = count as usize * kind.width() as usize;
        return (len <= data.len()).then_some(len);
    }
    if kind == Kind::String && count != 1 {
        return None;
    }
    let mut len = 0;
    for _ in 0..count {
        len += data[len..].iter().position(|&b| b == 0)? + 1;
    }
    Some(len)
}
