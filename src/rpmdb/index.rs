//! What the database looks packages up by: 18 indexes over header tags, whatever the file format.
//!
//! Source: rpm 4.16 `lib/rpmdb.c`, `dbiTags` and `tag2index`; the rules have been the same since 4.14.

use std::collections::BTreeSet;

use super::rich;
use crate::formats::rpm::{Header, Tag, sense};

/// What an index's keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Strings.
    Text,
    /// Bytes.
    Bytes,
}

/// One index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Name of its table or file.
    pub name: &'static str,
    /// The tag whose elements are its keys.
    pub tag: Tag,
    /// What the keys are.
    pub key: Key,
    /// Whether the tag has several elements.
    pub array: bool,
}

const fn text(name: &'static str, tag: Tag, array: bool) -> Index {
    Index { name, tag, key: Key::Text, array }
}

const fn bytes(name: &'static str, tag: Tag) -> Index {
    Index { name, tag, key: Key::Bytes, array: false }
}

/// All indexes, in the order rpm creates them.
pub const INDEXES: [Index; 18] = [
    text("Name", Tag::NAME, false),
    text("Basenames", Tag::BASENAMES, true),
    text("Group", Tag::GROUP, false),
    text("Requirename", Tag::REQUIRENAME, true),
    text("Providename", Tag::PROVIDENAME, true),
    text("Conflictname", Tag::CONFLICTNAME, true),
    text("Obsoletename", Tag::OBSOLETENAME, true),
    text("Triggername", Tag::TRIGGERNAME, true),
    text("Dirnames", Tag::DIRNAMES, true),
    bytes("Installtid", Tag::INSTALLTID),
    bytes("Sigmd5", Tag::SIGMD5),
    text("Sha1header", Tag::SHA1HEADER, false),
    text("Filetriggername", FILETRIGGER, true),
    text("Transfiletriggername", TRANSFILETRIGGER, true),
    text("Recommendname", Tag::RECOMMENDNAME, true),
    text("Suggestname", Tag::SUGGESTNAME, true),
    text("Supplementname", Tag::SUPPLEMENTNAME, true),
    text("Enhancename", Tag::ENHANCENAME, true),
];

const FILETRIGGER: Tag = Tag::FILETRIGGERNAME;
const TRANSFILETRIGGER: Tag = Tag::TRANSFILETRIGGERNAME;

/// A row of an index, without the package's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The key.
    pub key: Vec<u8>,
    /// Which element of the tag it is (of file triggers: which script).
    pub element: u32,
}

/// The rows a package contributes to an index, in rpm's order. Installtid's key is in the byte order of the image's
/// architecture.
pub fn rows(header: &Header, index: &Index, big_endian: bool) -> Vec<Row> {
    match index.tag {
        Tag::INSTALLTID => {
            let bytes = |tid: u32| if big_endian { tid.to_be_bytes() } else { tid.to_le_bytes() };
            header.u32(index.tag).map(|tid| Row { key: bytes(tid).to_vec(), element: 0 }).into_iter().collect()
        }
        Tag::SIGMD5 => header.bytes(index.tag).map(|b| Row { key: b.to_vec(), element: 0 }).into_iter().collect(),
        Tag::GROUP if !header.has(Tag::GROUP) => vec![Row { key: b"Unknown".to_vec(), element: 0 }],
        _ => text_rows(header, index),
    }
}

fn text_rows(header: &Header, index: &Index) -> Vec<Row> {
    let scripts = match index.tag {
        Tag::FILETRIGGERNAME => header.u32s(Tag::FILETRIGGERINDEX),
        Tag::TRANSFILETRIGGERNAME => header.u32s(Tag::TRANSFILETRIGGERINDEX),
        _ => None,
    };
    let senses = (index.tag == Tag::REQUIRENAME).then(|| header.u32s(Tag::REQUIREFLAGS)).flatten().unwrap_or_default();
    let rich = matches!(
        index.tag,
        Tag::REQUIRENAME
            | Tag::CONFLICTNAME
            | Tag::SUGGESTNAME
            | Tag::SUPPLEMENTNAME
            | Tag::RECOMMENDNAME
            | Tag::ENHANCENAME
    );
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    let elements = if index.array { usize::MAX } else { 1 };
    for (i, key) in header.strings(index.tag).take(elements).enumerate() {
        if senses.get(i).is_some_and(|s| is_transient(*s)) || index.tag == Tag::TRIGGERNAME && !seen.insert(key) {
            continue;
        }
        let element = scripts.as_ref().and_then(|s| s.get(i).copied()).unwrap_or(i as u32);
        rows.push(Row { key: key.to_vec(), element });
        if rich && key.starts_with(b"(") {
            rows.extend(rich::names(key).into_iter().map(|key| Row { key, element }));
        }
    }
    rows
}

/// A requirement that only matters while the package is being installed (rpm `lib/rpmds.h`, `isTransientReq`).
fn is_transient(flags: u32) -> bool {
    use sense::{KEYRING, META, POSTTRANS, PRETRANS, RPMLIB, SCRIPT_POST, SCRIPT_POSTUN, SCRIPT_PRE, SCRIPT_PREUN};
    let install_only = SCRIPT_PRE | SCRIPT_POST | RPMLIB | KEYRING | PRETRANS | POSTTRANS;
    flags & install_only != 0 && flags & (SCRIPT_PREUN | SCRIPT_POSTUN | META) == 0
}
