//! RPM header structures, written. Format: rpm's `docs/manual/format_header.md`: magic, counts, an index of 16-byte
//! entries sorted by tag, a data store aligned per type, and a region entry that frames the whole.

use std::collections::BTreeMap;

/// The eight bytes before a header in a package file.
pub(super) const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];

/// One tag's value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    Text(String),
    Texts(Vec<String>),
    /// Text with one translation, for the "C" locale.
    Translated(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// The type number, and what the data's offset is a multiple of.
    fn kind(&self) -> (u32, usize) {
        match self {
            Self::U16(_) => (3, 2),
            Self::U32(_) => (4, 4),
            Self::U64(_) => (5, 8),
            Self::Text(_) => (6, 1),
            Self::Bytes(_) => (7, 1),
            Self::Texts(_) => (8, 1),
            Self::Translated(_) => (9, 1),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::U16(v) => v.len(),
            Self::U32(v) => v.len(),
            Self::U64(v) => v.len(),
            Self::Texts(v) => v.len(),
            Self::Bytes(v) => v.len(),
            Self::Text(_) | Self::Translated(_) => 1,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut text = |s: &str| {
            out.extend_from_slice(s.as_bytes());
            out.push(0);
        };
        match self {
            Self::Text(s) | Self::Translated(s) => text(s),
            Self::Texts(v) => v.iter().for_each(|s| text(s)),
            Self::U16(v) => v.iter().for_each(|n| out.extend_from_slice(&n.to_be_bytes())),
            Self::U32(v) => v.iter().for_each(|n| out.extend_from_slice(&n.to_be_bytes())),
            Self::U64(v) => v.iter().for_each(|n| out.extend_from_slice(&n.to_be_bytes())),
            Self::Bytes(v) => out.extend_from_slice(v),
        }
    }
}

/// Tags and values on their way to becoming a header.
#[derive(Clone, Debug, Default)]
pub(super) struct HeaderWriter(BTreeMap<u32, Value>);

impl HeaderWriter {
    /// Sets a tag. An empty array leaves the tag out, as rpm does.
    pub(super) fn set(&mut self, tag: u32, value: Value) {
        if value.count() > 0 {
            self.0.insert(tag, value);
        }
    }

    /// The header with its magic, framed by region `region` (62 in signature headers, 63 in main ones).
    pub(super) fn finish(&self, region: u32) -> Vec<u8> {
        let entries = u32::try_from(self.0.len() + 1).expect("a header has few tags");
        let mut index = Vec::new();
        let mut store: Vec<u8> = Vec::new();
        for (tag, value) in &self.0 {
            let (kind, align) = value.kind();
            store.resize(store.len().next_multiple_of(align), 0);
            entry(&mut index, *tag, kind, store.len() as u32, value.count() as u32);
            value.write(&mut store);
        }
        let mut out = MAGIC.to_vec();
        let trailer_at = store.len() as u32;
        // The region's trailer repeats its entry, with the (negative) length of the index it covers as offset.
        entry(&mut store, region, 7, (entries * 16).wrapping_neg(), 16);
        out.extend_from_slice(&entries.to_be_bytes());
        out.extend_from_slice(&(store.len() as u32).to_be_bytes());
        entry(&mut out, region, 7, trailer_at, 16);
        out.extend_from_slice(&index);
        out.extend_from_slice(&store);
        out
    }
}

fn entry(out: &mut Vec<u8>, tag: u32, kind: u32, offset: u32, count: u32) {
    for n in [tag, kind, offset, count] {
        out.extend_from_slice(&n.to_be_bytes());
    }
}
