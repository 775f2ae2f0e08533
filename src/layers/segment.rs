//! A layer's plan as tar bytes, pulled piece by piece.

use std::{
    collections::{BTreeMap, VecDeque},
    io::Read,
    sync::Arc,
};

use super::{LayerPlan, PackError, plan::Shared};
use crate::{
    formats::{
        rpm::Payload,
        tar::{self, Entry, EntryKind},
    },
    rootfs::{Content, Kind, Node, PackageId, Special},
    terms::{Checksum, ChecksumHasher, RootPath},
};

/// Where the bytes of packages and base layers come from.
pub trait Sources: Sync {
    /// The payload of a package, from its beginning.
    fn package(&self, id: PackageId) -> Result<Payload<'static>, PackError>;
    /// A base layer's tar stream, uncompressed.
    fn base(&self, layer: u32) -> Result<Box<dyn Read + Send>, PackError>;
    /// A package's checksum: what identifies its bytes.
    fn package_key(&self, id: PackageId) -> String;
    /// A base layer's diff_id.
    fn base_key(&self, layer: u32) -> String;
    /// A package's name for messages.
    fn package_name(&self, id: PackageId) -> String;
}

/// A part of a layer that is produced front to back, independent of all others.
#[derive(Debug)]
pub(super) enum Segment {
    Head {
        whiteouts: Vec<RootPath>,
        entries: Vec<Shared>,
    },
    Package {
        id: PackageId,
        files: BTreeMap<u32, Shared>,
    },
    Base {
        layer: u32,
        files: BTreeMap<u32, Shared>,
    },
    /// The two blocks of zeros.
    End,
}

impl Segment {
    /// The segments of a layer, in order.
    pub(super) fn of(plan: LayerPlan) -> Vec<Self> {
        let mut out = vec![Self::Head { whiteouts: plan.whiteouts, entries: plan.head }];
        out.extend(plan.packages.into_iter().map(|(id, files)| Self::Package { id, files }));
        out.extend(plan.base.into_iter().map(|(layer, files)| Self::Base { layer, files }));
        out.push(Self::End);
        out
    }

    /// About how many tar bytes it makes: what the scheduler goes by.
    pub(super) fn weight(&self) -> u64 {
        let files = |files: &BTreeMap<u32, Shared>| files.values().map(|s| size_of(&s.node) + 512).sum();
        match self {
            Self::Head { entries, .. } => entries.iter().map(|s| size_of(&s.node) + 512).sum(),
            Self::Package { files: f, .. } | Self::Base { files: f, .. } => files(f),
            Self::End => 1024,
        }
    }

    /// How many entries it makes.
    pub(super) fn entries(&self) -> u64 {
        let files = |files: &BTreeMap<u32, Shared>| files.values().map(|s| s.paths.len() as u64).sum::<u64>();
        match self {
            Self::Head { whiteouts, entries } => {
                whiteouts.len() as u64 + entries.iter().map(|s| s.paths.len() as u64).sum::<u64>()
            }
            Self::Package { files: f, .. } | Self::Base { files: f, .. } => files(f),
            Self::End => 0,
        }
    }
}

fn size_of(node: &Node) -> u64 {
    if let Kind::File { size, .. } = node.kind { size } else { 0 }
}

/// Where a segment's contents are read.
enum Input {
    Closed(Segment),
    Head { whiteouts: VecDeque<RootPath>, entries: VecDeque<Shared> },
    Package { id: PackageId, payload: Box<Payload<'static>>, files: BTreeMap<u32, Shared>, members: BTreeMap<u32, u32> },
    Base { layer: u32, reader: Box<tar::Reader<Box<dyn Read + Send>>>, files: BTreeMap<u32, Shared>, entry: u32 },
    Done,
}

/// Bytes on their way out.
enum Outgoing {
    /// Headers and padding.
    Made(Vec<u8>, usize),
    /// A file drydock made.
    Inline(Arc<Vec<u8>>, usize),
    /// So many bytes of the input's current file.
    Content(u64),
}

/// Makes one segment's bytes.
pub(super) struct Producer {
    input: Input,
    out: VecDeque<Outgoing>,
    /// The file on its way out, and what its package says it hashes to.
    checking: Option<Checking>,
}

/// A file's digest in the making.
struct Checking {
    path: RootPath,
    expected: Checksum,
    hasher: ChecksumHasher,
    left: u64,
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Producer")
    }
}

impl Producer {
    pub(super) fn new(segment: Segment) -> Self {
        Self { input: Input::Closed(segment), out: VecDeque::new(), checking: None }
    }

    /// The next `limit` bytes; fewer only at the end of the segment, none after it.
    pub(super) fn pull(&mut self, limit: usize, sources: &dyn Sources) -> Result<Vec<u8>, PackError> {
        let mut chunk = Vec::with_capacity(limit);
        while chunk.len() < limit {
            match self.out.pop_front() {
                Some(outgoing) => self.send(outgoing, &mut chunk, limit, sources)?,
                None if self.advance(sources)? => {}
                None => break,
            }
        }
        Ok(chunk)
    }

    /// Moves bytes into the chunk; what does not fit goes back to the front.
    fn send(
        &mut self,
        outgoing: Outgoing,
        chunk: &mut Vec<u8>,
        limit: usize,
        sources: &dyn Sources,
    ) -> Result<(), PackError> {
        let room = limit - chunk.len();
        let rest = match outgoing {
            Outgoing::Made(bytes, at) => {
                let n = room.min(bytes.len() - at);
                chunk.extend_from_slice(&bytes[at..at + n]);
                (at + n < bytes.len()).then(|| Outgoing::Made(bytes, at + n))
            }
            Outgoing::Inline(bytes, at) => {
                let n = room.min(bytes.len() - at);
                chunk.extend_from_slice(&bytes[at..at + n]);
                (at + n < bytes.len()).then(|| Outgoing::Inline(bytes, at + n))
            }
            Outgoing::Content(left) => {
                let n = usize::try_from(left).unwrap_or(usize::MAX).min(room);
                let start = chunk.len();
                chunk.resize(start + n, 0);
                self.read_content(&mut chunk[start..], sources)?;
                (left > n as u64).then(|| Outgoing::Content(left - n as u64))
            }
        };
        if let Some(rest) = rest {
            self.out.push_front(rest);
        }
        Ok(())
    }

    fn read_content(&mut self, into: &mut [u8], sources: &dyn Sources) -> Result<(), PackError> {
        let (result, what) = match &mut self.input {
            Input::Package { payload, id, .. } => (payload.read_exact(into), sources.package_name(*id)),
            Input::Base { reader, layer, .. } => (reader.read_exact(into), base_name(*layer)),
            _ => return Ok(()),
        };
        result.map_err(|source| PackError::Read { what: what.clone(), source })?;
        self.check(into, what)
    }

    /// Hashes content of a package's file as rpm does when it unpacks; at the file's end it must be what the header says.
    fn check(&mut self, bytes: &[u8], package: String) -> Result<(), PackError> {
        let Some(checking) = &mut self.checking else { return Ok(()) };
        checking.hasher.update(bytes);
        checking.left = checking.left.saturating_sub(bytes.len() as u64);
        if checking.left > 0 {
            return Ok(());
        }
        let Some(Checking { path, expected, hasher, .. }) = self.checking.take() else { return Ok(()) };
        let actual = hasher.finish();
        if actual == expected { Ok(()) } else { Err(PackError::FileDigest { package, path, expected, actual }) }
    }

    /// Goes on to the next entry; false at the end.
    fn advance(&mut self, sources: &dyn Sources) -> Result<bool, PackError> {
        match std::mem::replace(&mut self.input, Input::Done) {
            Input::Closed(segment) => self.open(segment, sources)?,
            Input::Head { mut whiteouts, mut entries } => {
                if let Some(path) = whiteouts.pop_front() {
                    self.made(tar::header_blocks(&whiteout(&path)));
                } else if let Some(shared) = entries.pop_front() {
                    self.announce(&shared);
                } else {
                    return Ok(false);
                }
                self.input = Input::Head { whiteouts, entries };
            }
            Input::Package { id, payload, files, members } => {
                return self.advance_package(id, payload, files, members, sources);
            }
            Input::Base { layer, reader, files, entry } => return self.advance_base(layer, reader, files, entry),
            Input::Done => return Ok(false),
        }
        Ok(true)
    }

    fn open(&mut self, segment: Segment, sources: &dyn Sources) -> Result<(), PackError> {
        self.input = match segment {
            Segment::Head { whiteouts, entries } => {
                Input::Head { whiteouts: whiteouts.into(), entries: entries.into() }
            }
            Segment::Package { id, files } => {
                let payload = Box::new(sources.package(id)?);
                let members = carriers(&payload, &files);
                Input::Package { id, payload, files, members }
            }
            Segment::Base { layer, files } => {
                Input::Base { layer, reader: Box::new(tar::Reader::new(sources.base(layer)?)), files, entry: 0 }
            }
            Segment::End => {
                self.made(tar::END_OF_ARCHIVE.to_vec());
                Input::Done
            }
        };
        Ok(())
    }

    fn advance_package(
        &mut self,
        id: PackageId,
        mut payload: Box<Payload<'static>>,
        mut files: BTreeMap<u32, Shared>,
        members: BTreeMap<u32, u32>,
        sources: &dyn Sources,
    ) -> Result<bool, PackError> {
        let failed = |source| PackError::Payload { package: sources.package_name(id), source };
        let Some(member) = payload.next().map_err(failed)? else {
            return match files.into_values().next() {
                Some(lost) => Err(PackError::Missing { what: sources.package_name(id), path: lost.paths[0].clone() }),
                None => Ok(false),
            };
        };
        // Names of a set that come without its bytes wait for the one that has them.
        let carrier = members.get(&(member.file as u32)).copied().unwrap_or(member.file as u32);
        let comes_now = |s: &Shared| size_of(&s.node) == member.size;
        if files.get(&carrier).is_some_and(comes_now)
            && let Some(shared) = files.remove(&carrier)
        {
            let digest = payload.files().get(member.file).and_then(|f| f.digest.clone()).filter(|_| member.size > 0);
            self.checking = digest.map(|expected| Checking {
                path: shared.paths[0].clone(),
                hasher: ChecksumHasher::new(expected.algorithm()),
                expected,
                left: member.size,
            });
            self.announce(&shared);
        }
        self.input = Input::Package { id, payload, files, members };
        Ok(true)
    }

    fn advance_base(
        &mut self,
        layer: u32,
        mut reader: Box<tar::Reader<Box<dyn Read + Send>>>,
        mut files: BTreeMap<u32, Shared>,
        entry: u32,
    ) -> Result<bool, PackError> {
        if files.is_empty() {
            return Ok(false);
        }
        let next = reader
            .next_entry()
            .map_err(|e| PackError::Read { what: base_name(layer), source: std::io::Error::other(e) })?;
        if next.is_none() {
            let lost = files.into_values().next().expect("not empty");
            return Err(PackError::Missing { what: base_name(layer), path: lost.paths[0].clone() });
        }
        if let Some(shared) = files.remove(&entry) {
            self.announce(&shared);
        }
        self.input = Input::Base { layer, reader, files, entry: entry + 1 };
        Ok(true)
    }

    /// The entry's header, its content, and its further names.
    fn announce(&mut self, shared: &Shared) {
        self.made(tar::header_blocks(&entry(&shared.paths[0], &shared.node)));
        let size = size_of(&shared.node);
        let mut after = vec![0; tar::padding(size)];
        for name in &shared.paths[1..] {
            let target = EntryKind::Hardlink(shared.paths[0].as_bytes().to_vec());
            after.extend(tar::header_blocks(&Entry {
                kind: target,
                size: 0,
                xattrs: BTreeMap::new(),
                ..entry(name, &shared.node)
            }));
        }
        if size > 0 {
            self.out.push_back(match &shared.node.kind {
                Kind::File { content: Content::Inline(bytes), .. } => Outgoing::Inline(Arc::clone(bytes), 0),
                _ => Outgoing::Content(size),
            });
        }
        if !after.is_empty() {
            self.made(after);
        }
    }

    fn made(&mut self, bytes: Vec<u8>) {
        self.out.push_back(Outgoing::Made(bytes, 0));
    }
}

/// For each member of a hardlink set, the index the plan knows the set's content by.
fn carriers(payload: &Payload<'_>, files: &BTreeMap<u32, Shared>) -> BTreeMap<u32, u32> {
    let sets = crate::formats::rpm::link_sets(payload.files());
    let known = |set: &[usize]| set.iter().rev().map(|&i| i as u32).find(|i| files.contains_key(i));
    sets.iter().filter_map(|(&member, set)| known(set).map(|carrier| (member as u32, carrier))).collect()
}

fn base_name(layer: u32) -> String {
    format!("layer {layer} of the base image")
}

/// A node as a tar entry.
fn entry(path: &RootPath, node: &Node) -> Entry {
    let kind = match &node.kind {
        Kind::Directory => EntryKind::Directory,
        Kind::File { .. } => EntryKind::File,
        Kind::Symlink(target) => EntryKind::Symlink(target.clone()),
        Kind::Special(Special::Char { major, minor }) => EntryKind::Char { major: *major, minor: *minor },
        Kind::Special(Special::Block { major, minor }) => EntryKind::Block { major: *major, minor: *minor },
        Kind::Special(Special::Fifo) => EntryKind::Fifo,
    };
    let m = &node.metadata;
    Entry {
        path: if path.is_root() { b".".to_vec() } else { path.as_bytes().to_vec() },
        kind,
        mode: u32::from(m.mode),
        uid: m.uid,
        gid: m.gid,
        size: size_of(node),
        mtime: m.mtime,
        xattrs: m.xattrs.as_deref().cloned().unwrap_or_default(),
    }
}

/// The marker that hides a path of the layers below (OCI image-spec, `layer.md`, "Whiteouts").
fn whiteout(path: &RootPath) -> Entry {
    let name = [b".wh.".as_slice(), path.name()].concat();
    let path = path.parent().unwrap_or_default().join(&name).as_bytes().to_vec();
    Entry { path, kind: EntryKind::File, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, xattrs: BTreeMap::new() }
}
