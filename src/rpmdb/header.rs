//! The header as rpm stores it: the package's, verbatim, and behind it what installation adds.

use super::{Error, error::MergeError};
use crate::formats::rpm::{Header, Kind, PackageHead, Tag};

/// What installation adds to a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallFacts {
    /// INSTALLTIME, seconds since 1970.
    pub time: u32,
    /// INSTALLTID: one value for all packages of a transaction.
    pub tid: u32,
    /// INSTALLCOLOR: colours the transaction accepts, 3 on all architectures drydock builds for.
    pub color: u32,
    /// FILESTATES, one per file of the header: 0 normal, 1 replaced, 2 not installed, 3 shared over the net, 4 of
    /// another colour. Empty means all normal.
    pub file_states: Vec<u8>,
}

/// How a signature tag is merged: its number in the signature header, the one it gets, the type it must have, and the
/// count it must have (0: any). rpm 4.16 `lib/package.c`, `xlateTags`; 4.18 has the same and fs-verity's tags 276 and
/// 277, which no released RHEL package carries.
const MERGED: [(Tag, Tag, Kind, u32); 13] = [
    (Tag::SIG_SIZE, Tag::SIGSIZE, Kind::Int32, 1),
    (Tag::SIG_PGP, Tag::SIGPGP, Kind::Bin, 0),
    (Tag::SIG_MD5, Tag::SIGMD5, Kind::Bin, 16),
    (Tag::SIG_GPG, Tag::SIGGPG, Kind::Bin, 0),
    (Tag::SIG_PAYLOADSIZE, Tag::ARCHIVESIZE, Kind::Int32, 1),
    (Tag::SIG_FILESIGNATURES, Tag::FILESIGNATURES, Kind::StringArray, 0),
    (Tag::SIG_FILESIGNATURELENGTH, Tag::FILESIGNATURELENGTH, Kind::Int32, 1),
    (Tag::SHA1HEADER, Tag::SHA1HEADER, Kind::String, 1),
    (Tag::SHA256HEADER, Tag::SHA256HEADER, Kind::String, 1),
    (Tag::DSAHEADER, Tag::DSAHEADER, Kind::Bin, 0),
    (Tag::RSAHEADER, Tag::RSAHEADER, Kind::Bin, 0),
    (Tag::LONGSIGSIZE, Tag::LONGSIGSIZE, Kind::Int64, 1),
    (Tag::LONGARCHIVESIZE, Tag::LONGARCHIVESIZE, Kind::Int64, 1),
];

/// A tag added behind the region.
struct Dribble {
    tag: Tag,
    kind: Kind,
    count: u32,
    data: Vec<u8>,
}

/// The blob rpm's database holds for an installed package.
///
/// # Errors
/// [`Error::Signature`] when the signature header holds what rpm 4.16 refuses to merge.
pub fn installed_header(head: &PackageHead, facts: &InstallFacts) -> Result<Vec<u8>, Error> {
    let mut dribbles = merged_signatures(head)?;
    dribbles.extend(installed_facts(&head.main, facts));
    dribbles.sort_by_key(|d| d.tag);
    Ok(export(&head.main, &dribbles))
}

fn merged_signatures(head: &PackageHead) -> Result<Vec<Dribble>, Error> {
    let mut dribbles = Vec::new();
    for (from, to, kind, count) in MERGED {
        let refuse = |tag, source| {
            let package = head.main.nevra().map_or_else(|_| "a nameless package".to_owned(), |n| n.to_string());
            Error::Signature { package, tag, source }
        };
        let found = head.signature.raw(from);
        // ARCHIVESIZE and IMA signatures may be in either header (rpm 4.18); in both they contradict each other
        let either = matches!(to, Tag::ARCHIVESIZE | Tag::FILESIGNATURES | Tag::FILESIGNATURELENGTH);
        if head.main.has(to) && (found.is_some() || !either) {
            return Err(refuse(to, MergeError::Duplicate));
        }
        let Some((actual, elements, data)) = found else { continue };
        if actual != kind || elements > 16 << 20 || count != 0 && elements != count {
            return Err(refuse(to, MergeError::Form));
        }
        dribbles.push(Dribble { tag: to, kind, count: elements, data: data.to_vec() });
    }
    Ok(dribbles)
}

fn installed_facts(main: &Header, facts: &InstallFacts) -> Vec<Dribble> {
    let word = |tag, value: u32| Dribble { tag, kind: Kind::Int32, count: 1, data: value.to_be_bytes().to_vec() };
    let mut dribbles = vec![
        word(Tag::INSTALLTIME, facts.time),
        word(Tag::INSTALLCOLOR, facts.color),
        word(Tag::INSTALLTID, facts.tid),
    ];
    let files = main.count(Tag::BASENAMES).max(main.count(Tag::OLDFILENAMES));
    if files > 0 {
        let mut states = facts.file_states.clone();
        states.resize(files, 0);
        dribbles.push(Dribble { tag: Tag::FILESTATES, kind: Kind::Char, count: files as u32, data: states });
    }
    if !main.has(Tag::SOURCERPM) && !main.has(Tag::SOURCEPACKAGE) {
        // rpm's applyRetrofits: without it the package would look like a source package
        dribbles.push(Dribble { tag: Tag::SOURCERPM, kind: Kind::String, count: 1, data: b"(none)\0".to_vec() });
    }
    if main.has(Tag::PREFIXES) {
        let (kind, count, data) = main.raw(Tag::PREFIXES).expect("has() says so");
        dribbles.push(Dribble { tag: Tag::INSTPREFIXES, kind, count, data: data.to_vec() });
    }
    dribbles
}

/// The region verbatim, then the dribbles, ascending: entries behind entries, aligned data behind data.
fn export(main: &Header, dribbles: &[Dribble]) -> Vec<u8> {
    let blob = main.blob();
    let word = |at: usize| u32::from_be_bytes(blob[at..at + 4].try_into().expect("four bytes"));
    let (il, dl) = (word(0) as usize, word(4) as usize);
    let (entries, data) = blob[8..8 + 16 * il + dl].split_at(16 * il);
    let mut index = entries.to_vec();
    let mut data = data.to_vec();
    for d in dribbles {
        let width = d.kind.width() as usize;
        data.resize(data.len().next_multiple_of(width), 0);
        for n in [d.tag.0, d.kind as u32, data.len() as u32, d.count] {
            index.extend(n.to_be_bytes());
        }
        data.extend(&d.data);
    }
    let il = (il + dribbles.len()) as u32;
    [&il.to_be_bytes()[..], &(data.len() as u32).to_be_bytes(), &index, &data].concat()
}
/// The header of an installed package with other states for some of its files (index, state): what rpm rewrites when a file of
/// a staying package gives way (rpm `lib/psm.c`, `markReplacedFiles`).
///
/// # Errors
/// [`Error::States`]: the header has no state for a file named.
pub fn with_file_states(header: &Header, states: &[(u32, u8)]) -> Result<Vec<u8>, Error> {
    let mut blob = header.blob().to_vec();
    let (_, _, stored) = header.raw(Tag::FILESTATES).ok_or(Error::States)?;
    let start = stored.as_ptr() as usize - header.blob().as_ptr() as usize;
    for (file, state) in states {
        let index = *file as usize;
        *blob[start..start + stored.len()].get_mut(index).ok_or(Error::States)? = *state;
    }
    Ok(blob)
}
