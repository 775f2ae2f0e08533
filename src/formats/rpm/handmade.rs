//! Headers and packages made by hand, for tests: every byte is theirs to choose.

use std::io::Write;

use super::{HEADER_MAGIC, Kind, Tag};
use crate::terms::{Algorithm, ChecksumHasher};

/// A tag's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Texts(Vec<String>),
    I18n(Vec<String>),
    Bin(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
}

pub(crate) fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

pub(crate) fn texts(s: &[&str]) -> Value {
    Value::Texts(s.iter().map(|s| (*s).to_owned()).collect())
}

impl Value {
    fn encode(&self) -> (Kind, u32, Vec<u8>) {
        let strings = |v: &[String]| v.iter().flat_map(|s| s.bytes().chain([0])).collect();
        match self {
            Self::Text(s) => (Kind::String, 1, strings(std::slice::from_ref(s))),
            Self::Texts(v) => (Kind::StringArray, v.len() as u32, strings(v)),
            Self::I18n(v) => (Kind::I18nString, v.len() as u32, strings(v)),
            Self::Bin(v) => (Kind::Bin, v.len() as u32, v.clone()),
            Self::U16(v) => (Kind::Int16, v.len() as u32, v.iter().flat_map(|n| n.to_be_bytes()).collect()),
            Self::U32(v) => (Kind::Int32, v.len() as u32, v.iter().flat_map(|n| n.to_be_bytes()).collect()),
            Self::U64(v) => (Kind::Int64, v.len() as u32, v.iter().flat_map(|n| n.to_be_bytes()).collect()),
        }
    }
}

/// A blob with a region of `tags` (whole, if `dribbles` is empty), and `dribbles` behind it.
pub(crate) fn header(region: Tag, tags: &[(Tag, Value)], dribbles: &[(Tag, Value)]) -> Vec<u8> {
    let mut tags = tags.to_vec();
    tags.sort_by_key(|(t, _)| *t);
    let (mut index, mut data) = (Vec::new(), Vec::new());
    let add = |index: &mut Vec<u8>, data: &mut Vec<u8>, (tag, value): &(Tag, Value)| {
        let (kind, count, bytes) = value.encode();
        data.resize(data.len().next_multiple_of(kind.width() as usize), 0);
        [tag.0, kind as u32, data.len() as u32, count].iter().for_each(|n| index.extend(n.to_be_bytes()));
        data.extend(bytes);
    };
    tags.iter().for_each(|t| add(&mut index, &mut data, t));
    let ril = tags.len() as u32 + 1;
    let entry = [region.0, 7, data.len() as u32, 16].map(u32::to_be_bytes).concat();
    index.splice(..0, entry);
    data.extend([region.0, 7, (16 * ril).wrapping_neg(), 16].map(u32::to_be_bytes).concat());
    dribbles.iter().for_each(|t| add(&mut index, &mut data, t));
    let il = ril + dribbles.len() as u32;
    [&il.to_be_bytes()[..], &(data.len() as u32).to_be_bytes(), &index, &data].concat()
}

/// A file to pack.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub path: &'static str,
    pub mode: u16,
    /// Content, or the target of a link.
    pub content: &'static str,
    pub inode: u32,
    pub flags: u32,
}

pub(crate) fn file(path: &'static str, content: &'static str, inode: u32) -> File {
    File { path, mode: 0o100_644, content, inode, flags: 0 }
}

impl File {
    fn is_regular(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// The tags of a file list, directories and base names split.
pub(crate) fn file_tags(files: &[File]) -> Vec<(Tag, Value)> {
    let split = |f: &File| f.path.rsplit_once('/').map(|(d, b)| (format!("{d}/"), b.to_owned())).expect("absolute");
    let mut dirs: Vec<String> = files.iter().map(|f| split(f).0).collect();
    dirs.sort();
    dirs.dedup();
    let dir = |f: &File| dirs.iter().position(|d| *d == split(f).0).expect("collected") as u32;
    let digest = |f: &File| match f.is_regular() && f.flags & super::flags::GHOST == 0 {
        true => hash(Algorithm::Sha256, f.content.as_bytes()),
        false => String::new(),
    };
    let link = |f: &File| if f.mode & 0o170_000 == 0o120_000 { f.content } else { "" }.to_owned();
    let all = |g: fn(&File) -> u32| Value::U32(files.iter().map(g).collect());
    let same = |s: &str| Value::Texts(vec![s.to_owned(); files.len()]);
    vec![
        (Tag::BASENAMES, Value::Texts(files.iter().map(|f| split(f).1).collect())),
        (Tag::DIRINDEXES, Value::U32(files.iter().map(dir).collect())),
        (Tag::DIRNAMES, Value::Texts(dirs.clone())),
        (Tag::FILESIZES, all(|f| f.content.len() as u32)),
        (Tag::FILEMODES, Value::U16(files.iter().map(|f| f.mode).collect())),
        (Tag::FILEMTIMES, all(|_| 1_600_000_000)),
        (Tag::FILEFLAGS, all(|f| f.flags)),
        (Tag::FILEDIGESTS, Value::Texts(files.iter().map(digest).collect())),
        (Tag::FILEDIGESTALGO, Value::U32(vec![8])),
        (Tag::FILELINKTOS, Value::Texts(files.iter().map(link).collect())),
        (Tag::FILEUSERNAME, same("root")),
        (Tag::FILEGROUPNAME, same("root")),
        (Tag::FILERDEVS, Value::U16(vec![0; files.len()])),
        (Tag::FILELANGS, same("")),
        (Tag(1045), all(|_| u32::MAX)), // FILEVERIFYFLAGS, for readers that insist on it
        (Tag::FILEDEVICES, all(|_| 1)),
        (Tag::FILEINODES, all(|f| f.inode)),
    ]
}

/// A cpio archive as rpm packs it: of hard links only the last carries the content.
pub(crate) fn archive(files: &[File]) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, f) in files.iter().enumerate().filter(|(_, f)| f.flags & super::flags::GHOST == 0) {
        let again = files[i + 1..].iter().any(|g| g.inode == f.inode && f.is_regular());
        entry(&mut out, &format!(".{}", f.path), if again { "" } else { f.content });
    }
    entry(&mut out, "TRAILER!!!", "");
    out
}

/// One entry in the new ASCII form.
pub(crate) fn entry(out: &mut Vec<u8>, name: &str, content: &str) {
    write!(out, "070701{:0>48}{:08X}{:0>32}{:08X}{:0>8}", "", content.len(), "", name.len() + 1, "").expect("memory");
    out.extend(name.bytes().chain([0]));
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(content.bytes());
    out.resize(out.len().next_multiple_of(4), 0);
}

/// Tags every package has.
pub(crate) fn identity(name: &str) -> Vec<(Tag, Value)> {
    vec![
        (Tag::HEADERI18NTABLE, texts(&["C"])),
        (Tag::NAME, text(name)),
        (Tag::VERSION, text("1.0")),
        (Tag::RELEASE, text("2.el8")),
        (Tag::SUMMARY, Value::I18n(vec!["A package".to_owned()])),
        (Tag::BUILDTIME, Value::U32(vec![1_600_000_000])),
        (Tag::GROUP, Value::I18n(vec!["Unspecified".to_owned()])),
        (Tag::OS, text("linux")),
        (Tag::ARCH, text("x86_64")),
        (Tag::SOURCERPM, text("source-1.0-2.el8.src.rpm")),
        (Tag::PAYLOADFORMAT, text("cpio")),
        (Tag::PAYLOADCOMPRESSOR, text("gzip")),
    ]
}

/// A whole package of these files, its header with `extra` tags.
pub(crate) fn package(name: &str, extra: &[(Tag, Value)], files: &[File]) -> Vec<u8> {
    let mut tags = identity(name);
    tags.extend(if files.is_empty() { Vec::new() } else { file_tags(files) });
    package_of(&tags, extra, &archive(files))
}

/// A whole package of these tags (`extra` ones win) and this archive, gzipped unless the tags name another compressor.
pub(crate) fn package_of(tags: &[(Tag, Value)], extra: &[(Tag, Value)], archive: &[u8]) -> Vec<u8> {
    let mut tags = tags.to_vec();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(archive).expect("memory");
    let payload = gzip.finish().expect("memory");
    tags.push((Tag::PAYLOADDIGEST, Value::Texts(vec![hash(Algorithm::Sha256, &payload)])));
    tags.push((Tag::PAYLOADDIGESTALGO, Value::U32(vec![8])));
    tags.retain(|(t, _)| extra.iter().all(|(e, _)| e != t));
    tags.extend_from_slice(extra);
    assemble(&header(Tag::HEADERIMMUTABLE, &tags, &[]), &payload, archive.len() as u32)
}

/// Lead, signature header, main header, payload.
pub(crate) fn assemble(main: &[u8], payload: &[u8], archive_size: u32) -> Vec<u8> {
    let signed = [&HEADER_MAGIC[..], main].concat();
    let both = [&signed[..], payload].concat();
    let md5 = hex::decode(hash(Algorithm::Md5, &both)).expect("hex");
    let signature = header(
        Tag::HEADERSIGNATURES,
        &[
            (Tag::SHA1HEADER, Value::Text(hash(Algorithm::Sha1, &signed))),
            (Tag::SHA256HEADER, Value::Text(hash(Algorithm::Sha256, &signed))),
            (Tag::SIG_SIZE, Value::U32(vec![both.len() as u32])),
            (Tag::SIG_MD5, Value::Bin(md5)),
            (Tag::SIG_PAYLOADSIZE, Value::U32(vec![archive_size])),
            (Tag::SIG_RESERVEDSPACE, Value::Bin(vec![0; 5])),
        ],
        &[],
    );
    let mut out = vec![0; 96];
    out[..5].copy_from_slice(&[0xed, 0xab, 0xee, 0xdb, 3]);
    out[79] = 5;
    out.extend([&HEADER_MAGIC[..], &signature].concat());
    out.resize(out.len().next_multiple_of(8), 0);
    out.extend(both);
    out
}

pub(crate) fn hash(algorithm: Algorithm, bytes: &[u8]) -> String {
    let mut hasher = ChecksumHasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish().hex().to_owned()
}
