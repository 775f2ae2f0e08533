//! From a [`Spec`] to the bytes of an RPM package: lead, signature header, main header, payload.
//!
//! Layout: rpm's `docs/manual/format_v4.md`; tags: `lib/rpmtag.h`. No clock, no host name, no hash order: the same spec
//! gives the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use bytes::Bytes;
use sha1::{Digest as _, Sha1};

use crate::terms::Digest;

use super::{
    compress::compress,
    cpio,
    files::{Kind, MadeFile},
    header::{HeaderWriter, Value},
    keys::Key,
    relations::{self, Dependency, sense},
    spec::{Lie, Script, Spec, When},
};

/// A made package: its bytes, and what repository metadata says about them.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it was made from, files sorted by path.
    pub spec: Spec,
    /// The package file.
    pub bytes: Bytes,
    /// Where the main header lies, its magic included.
    pub header_range: Range<usize>,
    /// Bytes of the uncompressed archive.
    pub archive_size: usize,
    /// Sum of the sizes of the installed files.
    pub installed_size: u64,
}

/// Ways for a finished package file to go bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// One bit of the payload is flipped.
    Payload,
    /// One bit of the main header's data is flipped.
    Header,
    /// One bit of the signature is flipped; in an unsigned package, of the header's digests.
    Signature,
    /// Only this many bytes are left.
    Truncated(usize),
}

impl Made {
    /// `name-version-release.arch.rpm`.
    pub fn file_name(&self) -> String {
        let n = &self.spec.nevra;
        format!("{}-{}-{}.{}.rpm", n.name, n.evr.version, n.evr.release, n.arch)
    }

    /// SHA-256 of the package file.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Where the payload begins.
    pub fn payload_offset(&self) -> usize {
        self.header_range.end
    }

    /// The same package gone bad. Repository metadata made from the result vouches for the bad bytes.
    #[must_use]
    pub fn damaged(&self, damage: Damage) -> Self {
        let mut bytes = self.bytes.to_vec();
        match damage {
            Damage::Payload => *bytes.last_mut().expect("a package is not empty") ^= 1,
            Damage::Header => bytes[self.header_range.end - 20] ^= 1,
            Damage::Signature => {
                // Lead, header, index: its first entry is the region, the second the signature, whose data comes first.
                let data = 96 + 16 + 16 * usize::from(bytes[96 + 11]);
                let length = u32::from_be_bytes(bytes[140..144].try_into().expect("four bytes")) as usize;
                bytes[data + length - 1] ^= 1;
            }
            Damage::Truncated(len) => bytes.truncate(len),
        }
        Self { bytes: bytes.into(), ..self.clone() }
    }
}

/// Makes a package.
pub fn make(spec: &Spec) -> Made {
    let mut spec = spec.clone();
    spec.files.sort_by(|a, b| a.path.cmp(&b.path));
    let places = Places::of(&spec);
    let archive = archive(&spec, &places);
    let payload = compress(spec.compression.codec(), &archive);
    let header = main_header(&spec, &places, &archive, &payload);
    let signature = signature_header(&spec, &header, &payload, archive.len());

    let mut bytes = lead(&spec);
    bytes.extend_from_slice(&signature);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let start = bytes.len();
    bytes.extend_from_slice(&header);
    let header_range = start..bytes.len();
    bytes.extend_from_slice(&payload);
    let installed_size = places.installed_size(&spec);
    Made { spec, bytes: bytes.into(), header_range, archive_size: archive.len(), installed_size }
}

/// Inode numbers and hard link sets of a package's (sorted) files.
struct Places {
    inodes: Vec<u32>,
    /// By inode: the indices of the files that share it.
    sets: BTreeMap<u32, Vec<usize>>,
}

impl Places {
    fn of(spec: &Spec) -> Self {
        let mut by_name: BTreeMap<&str, u32> = BTreeMap::new();
        let mut sets: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut inodes = Vec::new();
        for (i, file) in spec.files.iter().enumerate() {
            let fresh = i as u32 + 1;
            let inode = file.hardlink.as_deref().map_or(fresh, |set| *by_name.entry(set).or_insert(fresh));
            inodes.push(inode);
            sets.entry(inode).or_default().push(i);
        }
        Self { inodes, sets }
    }

    fn links(&self, index: usize) -> &[usize] {
        &self.sets[&self.inodes[index]]
    }

    /// Whether the file's bytes go into the archive here: the last of a hard link set carries them.
    fn carries(&self, index: usize) -> bool {
        self.links(index).last() == Some(&index)
    }

    fn installed_size(&self, spec: &Spec) -> u64 {
        let counted = |(i, f): (usize, &MadeFile)| if self.carries(i) && !f.is_ghost() { f.size() } else { 0 };
        spec.files.iter().enumerate().map(counted).sum()
    }
}

fn archive(spec: &Spec, places: &Places) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, file) in spec.files.iter().enumerate() {
        if file.is_ghost() || spec.lies.contains(&Lie::MissingFromArchive(file.path.clone())) {
            continue;
        }
        let data: &[u8] = match &file.kind {
            Kind::File(bytes) if places.carries(i) => bytes,
            Kind::Symlink(target) => target.as_bytes(),
            _ => b"",
        };
        let short = spec.lies.contains(&Lie::ShortInArchive(file.path.clone()));
        let name = format!(".{}", file.path);
        let member = cpio::Member {
            name: name.as_bytes(),
            index: i as u32,
            inode: places.inodes[i],
            mode: file.full_mode().into(),
            links: places.links(i).len() as u32,
            mtime: file.mtime.unwrap_or(spec.build_time),
            rdev: rdev(file).into(),
            data: &data[..data.len() - usize::from(short)],
        };
        cpio::member(&mut out, &member, spec.stripped_archive);
    }
    for lie in &spec.lies {
        if let Lie::ExtraInArchive(path) = lie {
            let name = format!(".{path}");
            let (index, inode) = (spec.files.len() as u32, 9999);
            let (mode, links, mtime, rdev) = (0o100_644, 1, spec.build_time, 0);
            let member =
                cpio::Member { name: name.as_bytes(), index, inode, mode, links, mtime, rdev, data: b"stowaway\n" };
            cpio::member(&mut out, &member, spec.stripped_archive);
        }
    }
    cpio::trailer(&mut out);
    out
}

fn rdev(file: &MadeFile) -> u16 {
    match file.kind {
        Kind::Character(major, minor) | Kind::Block(major, minor) => u16::from_be_bytes([major, minor]),
        _ => 0,
    }
}

fn main_header(spec: &Spec, places: &Places, archive: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut h = HeaderWriter::default();
    identity(&mut h, spec, places);
    for (relation, tags) in [
        (relations::provides(spec), [1047, 1112, 1113]),
        (relations::requires(spec), [1049, 1048, 1050]),
        (relations::plain(&spec.conflicts), [1054, 1053, 1055]),
        (relations::plain(&spec.obsoletes), [1090, 1114, 1115]),
        (relations::plain(&spec.recommends), [5046, 5048, 5047]),
        (relations::plain(&spec.suggests), [5049, 5051, 5050]),
        (relations::plain(&spec.supplements), [5052, 5054, 5053]),
        (relations::plain(&spec.enhances), [5055, 5057, 5056]),
    ] {
        dependencies(&mut h, &relation, tags);
    }
    scripts(&mut h, &spec.scripts);
    if !spec.files.is_empty() {
        files(&mut h, spec, places);
    }
    h.set(1124, text("cpio"));
    let (compressor, flags, _) = spec.compression.tags();
    if let Some(name) = compressor {
        h.set(1125, text(name));
        h.set(1126, text(flags));
    }
    if !spec.old_digests {
        let lied = spec.lies.contains(&Lie::PayloadDigest);
        let promised = |bytes: &[u8]| if lied { Digest::of(b"another payload") } else { Digest::of(bytes) };
        h.set(5092, Value::Texts(vec![promised(payload).hex()]));
        h.set(5093, Value::U32(vec![8]));
        h.set(5097, Value::Texts(vec![promised(archive).hex()]));
    }
    for (tag, value) in &spec.tags {
        h.set(*tag, text(value));
    }
    h.finish(63)
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

fn identity(h: &mut HeaderWriter, spec: &Spec, places: &Places) {
    let (n, evr) = (&spec.nevra, spec.evr());
    h.set(100, Value::Texts(vec!["C".to_owned()]));
    h.set(1000, text(&n.name));
    h.set(1001, text(&evr.version));
    h.set(1002, text(&evr.release));
    if evr.epoch != 0 {
        h.set(1003, Value::U32(vec![evr.epoch]));
    }
    h.set(1004, Value::Translated(spec.summary.clone()));
    h.set(1005, Value::Translated(format!("{}.", spec.summary)));
    h.set(1006, Value::U32(vec![spec.build_time]));
    h.set(1007, text("testbed.example.invalid"));
    h.set(1009, Value::U32(vec![u32::try_from(places.installed_size(spec)).expect("testbed packages are small")]));
    h.set(1011, text("drydock testbed"));
    h.set(1014, text(&spec.license));
    h.set(1016, Value::Translated("Unspecified".to_owned()));
    h.set(1020, text("https://example.invalid/"));
    h.set(1021, text("linux"));
    h.set(1022, text(&n.arch));
    let source = format!("{}-{}-{}.src.rpm", n.name, evr.version, evr.release);
    h.set(1044, Value::Text(if spec.source.is_empty() { source } else { spec.source.clone() }));
    h.set(1064, text("4.14.3"));
    h.set(1132, Value::Text(format!("{}-redhat-linux-gnu", n.arch)));
    h.set(5062, text("utf-8"));
    if !spec.module.is_empty() {
        h.set(5096, text(&spec.module));
    }
}

/// Three parallel arrays: names, flags, versions, at the three tags in this order.
fn dependencies(h: &mut HeaderWriter, all: &[Dependency], [names, flags, versions]: [u32; 3]) {
    h.set(names, Value::Texts(all.iter().map(|d| d.name.clone()).collect()));
    h.set(flags, Value::U32(all.iter().map(|d| d.flags).collect()));
    h.set(versions, Value::Texts(all.iter().map(|d| d.evr.clone()).collect()));
}

fn scripts(h: &mut HeaderWriter, all: &[Script]) {
    let program = |s: &Script| match s.program.contains(' ') {
        true => Value::Texts(s.program.split(' ').map(str::to_owned).collect()),
        false => text(&s.program),
    };
    for script in all {
        let (body, interpreter) = match script.when {
            When::Pre => (1023, 1085),
            When::Post => (1024, 1086),
            When::Preun => (1025, 1087),
            When::Postun => (1026, 1088),
            When::Pretrans => (1151, 1153),
            When::Posttrans => (1152, 1154),
            When::FileTriggerIn | When::TransFileTriggerIn | When::TriggerIn => continue,
        };
        if !script.body.is_empty() {
            h.set(body, text(&script.body));
        }
        h.set(interpreter, program(script));
    }
    let of = |when| all.iter().filter(|s| s.when == when).collect::<Vec<_>>();
    triggers(h, &of(When::TriggerIn), [1065, 1092, 1066, 1068, 1067, 1069], None);
    triggers(h, &of(When::FileTriggerIn), [5066, 5067, 5069, 5072, 5071, 5070], Some(5084));
    triggers(h, &of(When::TransFileTriggerIn), [5076, 5077, 5079, 5082, 5081, 5080], Some(5085));
}

/// Triggers: arrays of scripts and programs, and of targets with the index of the script each starts.
/// `tags`: scripts, programs, names, flags, versions, indices.
fn triggers(h: &mut HeaderWriter, all: &[&Script], tags: [u32; 6], priorities: Option<u32>) {
    let [bodies, programs, names, flags, versions, indices] = tags;
    h.set(bodies, Value::Texts(all.iter().map(|s| s.body.clone()).collect()));
    h.set(programs, Value::Texts(all.iter().map(|s| s.program.clone()).collect()));
    let targets: Vec<(u32, Dependency)> = (0..)
        .zip(all)
        .flat_map(|(i, s)| s.targets.iter().map(move |t| (i, Dependency::parse(t, sense::TRIGGERIN))))
        .collect();
    h.set(indices, Value::U32(targets.iter().map(|(i, _)| *i).collect()));
    dependencies(h, &targets.into_iter().map(|(_, d)| d).collect::<Vec<_>>(), [names, flags, versions]);
    if let Some(tag) = priorities {
        h.set(tag, Value::U32(all.iter().map(|s| s.priority).collect()));
    }
}

fn files(h: &mut HeaderWriter, spec: &Spec, places: &Places) {
    fn split(f: &MadeFile) -> (&str, &str) {
        f.path.split_at(f.path.rfind('/').map_or(0, |i| i + 1))
    }
    let all = &spec.files;
    let u32s = |value: &dyn Fn(&MadeFile) -> u32| Value::U32(all.iter().map(value).collect());
    let texts = |value: &dyn Fn(&MadeFile) -> String| Value::Texts(all.iter().map(value).collect());
    let dirs: Vec<&str> = all.iter().map(|f| split(f).0).collect::<BTreeSet<_>>().into_iter().collect();
    h.set(1118, Value::Texts(dirs.iter().map(|&d| d.to_owned()).collect()));
    h.set(1116, u32s(&|f| dirs.binary_search(&split(f).0).expect("every directory is listed") as u32));
    h.set(1117, texts(&|f| split(f).1.to_owned()));
    match spec.stripped_archive {
        true => h.set(5008, Value::U64(all.iter().map(MadeFile::size).collect())),
        false => h.set(1028, u32s(&|f| u32::try_from(f.size()).expect("testbed files are small"))),
    }
    h.set(1030, Value::U16(all.iter().map(MadeFile::full_mode).collect()));
    h.set(1033, Value::U16(all.iter().map(rdev).collect()));
    h.set(1034, u32s(&|f| f.mtime.unwrap_or(spec.build_time)));
    h.set(1035, texts(&|f| file_digest(spec, f)));
    h.set(1036, texts(&|f| if let Kind::Symlink(target) = &f.kind { target.clone() } else { String::new() }));
    h.set(1037, u32s(&|f| f.flags));
    h.set(1039, texts(&|f| f.user.clone()));
    h.set(1040, texts(&|f| f.group.clone()));
    h.set(1045, u32s(&|_| u32::MAX));
    h.set(1095, u32s(&|_| 1));
    h.set(1096, Value::U32(places.inodes.clone()));
    h.set(1097, texts(&|f| f.lang.clone()));
    h.set(1140, u32s(&color));
    if all.iter().any(|f| !f.caps.is_empty()) {
        h.set(5010, texts(&|f| f.caps.clone()));
    }
    if !spec.old_digests {
        h.set(5011, Value::U32(vec![8]));
    }
}

/// 1 for a 32-bit ELF file, 2 for a 64-bit one, else 0.
fn color(file: &MadeFile) -> u32 {
    match &file.kind {
        Kind::File(bytes) if bytes.starts_with(b"\x7fELF\x01") => 1,
        Kind::File(bytes) if bytes.starts_with(b"\x7fELF\x02") => 2,
        _ => 0,
    }
}

fn file_digest(spec: &Spec, file: &MadeFile) -> String {
    match &file.kind {
        Kind::File(_) if file.is_ghost() => String::new(),
        Kind::File(_) if spec.lies.contains(&Lie::FileDigest(file.path.clone())) => Digest::of(b"another file").hex(),
        Kind::File(bytes) if spec.old_digests => hex::encode(md5::Md5::digest(bytes)),
        Kind::File(bytes) => Digest::of(bytes).hex(),
        _ => String::new(),
    }
}

fn signature_header(spec: &Spec, header: &[u8], payload: &[u8], archive_size: usize) -> Vec<u8> {
    let small = |n: usize| Value::U32(vec![u32::try_from(n).expect("testbed packages are small")]);
    let mut s = HeaderWriter::default();
    if let Some((key, version)) = spec.signer {
        let tag = if key == Key::Rsa { 268 } else { 267 };
        s.set(tag, Value::Bytes(key.sign(version, header)));
        if spec.old_digests {
            // Before payload digests, a second signature covered header and payload together.
            let tag = if key == Key::Rsa { 1002 } else { 1005 };
            let lied = spec.lies.contains(&Lie::PayloadSignature);
            let signed = if lied { b"another payload" } else { payload };
            s.set(tag, Value::Bytes(key.sign(version, &[header, signed].concat())));
        }
    }
    s.set(269, Value::Text(hex::encode(Sha1::digest(header))));
    if !spec.old_digests {
        s.set(273, Value::Text(Digest::of(header).hex()));
    }
    s.set(1000, small(header.len() + payload.len()));
    s.set(1004, Value::Bytes(md5::Md5::new().chain_update(header).chain_update(payload).finalize().to_vec()));
    s.set(1007, small(archive_size));
    s.finish(62)
}

/// The 96 bytes before all headers. Only its magic has meant anything for decades.
fn lead(spec: &Spec) -> Vec<u8> {
    let mut out = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0];
    let arch: u16 = match spec.nevra.arch.as_str() {
        "aarch64" => 19,
        "ppc64le" => 16,
        "s390x" => 15,
        _ => 1,
    };
    out.extend_from_slice(&arch.to_be_bytes());
    let mut name = format!("{}-{}-{}", spec.nevra.name, spec.evr().version, spec.evr().release).into_bytes();
    name.resize(65, 0);
    out.extend_from_slice(&name);
    out.push(0);
    out.extend_from_slice(&[0, 1, 0, 5]);
    out.resize(96, 0);
    out
}
