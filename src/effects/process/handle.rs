//! What a descriptor refers to. Shared by everyone who inherited it, its position too, as open files are.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use super::Errno;
use crate::{
    effects::{
        Stage,
        stage::{LIMIT, file},
    },
    rootfs::{Content, Kind, LeafId, Origin},
    terms::Digest,
};

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// `O_RDONLY` or `O_RDWR`.
    pub read: bool,
    /// `O_WRONLY` or `O_RDWR`.
    pub write: bool,
    /// `O_APPEND`.
    pub append: bool,
    /// `O_TRUNC`.
    pub truncate: bool,
    /// `O_CREAT`.
    pub create: bool,
    /// `O_EXCL`.
    pub exclusive: bool,
}

impl Mode {
    /// `<`
    pub const READ: Self =
        Self { read: true, write: false, append: false, truncate: false, create: false, exclusive: false };
    /// `>`
    pub const WRITE: Self =
        Self { read: false, write: true, append: false, truncate: true, create: true, exclusive: false };
    /// `>>`
    pub const APPEND: Self =
        Self { read: false, write: true, append: true, truncate: false, create: true, exclusive: false };
}

/// An open file, or what stands for one.
#[derive(Clone, Debug)]
pub struct Handle(Rc<RefCell<Open>>);

#[derive(Debug)]
enum Open {
    /// `/dev/null`, and standard input of a scriptlet without one.
    Null,
    /// `/dev/zero`, or `/dev/urandom` whose bytes are the same in every build. Swallows everything.
    Endless { random: bool },
    /// Closed.
    Closed,
    /// Bytes to read: a pipe whose writer has ended, a here-document.
    Bytes { bytes: Arc<Vec<u8>>, at: usize },
    /// Bytes being written, for a reader that comes after: a pipe, `$(…)`, the scriptlet's output. Beyond `limit` they are dropped.
    Collected { bytes: Vec<u8>, limit: usize },
    /// A regular file, wherever its names go meanwhile.
    File { leaf: LeafId, at: u64, mode: Mode },
}

impl Handle {
    fn of(open: Open) -> Self {
        Self(Rc::new(RefCell::new(open)))
    }

    /// Reads nothing, swallows everything.
    pub fn null() -> Self {
        Self::of(Open::Null)
    }

    /// `/dev/zero`: reads zeros, as many as are asked for; who wants all of them gets [`PLENTY`].
    pub fn zeros() -> Self {
        Self::of(Open::Endless { random: false })
    }

    /// `/dev/urandom`, likewise.
    pub fn random() -> Self {
        Self::of(Open::Endless { random: true })
    }

    /// No open file at all.
    pub fn closed() -> Self {
        Self::of(Open::Closed)
    }

    /// Reads `bytes`.
    pub fn reading(bytes: impl Into<Arc<Vec<u8>>>) -> Self {
        Self::of(Open::Bytes { bytes: bytes.into(), at: 0 })
    }

    /// Collects what is written, for [`Handle::take`].
    pub fn collecting() -> Self {
        Self::of(Open::Collected { bytes: Vec::new(), limit: usize::MAX })
    }

    /// The same, keeping the first `limit` bytes only.
    pub fn collecting_at_most(limit: usize) -> Self {
        Self::of(Open::Collected { bytes: Vec::new(), limit })
    }

    /// A regular file of the tree, from its start.
    pub(super) fn file(leaf: LeafId, mode: Mode) -> Self {
        Self::of(Open::File { leaf, at: 0, mode })
    }

    /// What was collected, leaving nothing.
    pub fn take(&self) -> Vec<u8> {
        match &mut *self.0.borrow_mut() {
            Open::Collected { bytes, .. } => std::mem::take(bytes),
            _ => Vec::new(),
        }
    }

    /// The file behind it, where there is one.
    pub fn leaf(&self) -> Option<LeafId> {
        match &*self.0.borrow() {
            Open::File { leaf, .. } => Some(*leaf),
            _ => None,
        }
    }

    /// Whether it is a pipe's end, or stands for one.
    pub fn is_pipe(&self) -> bool {
        matches!(&*self.0.borrow(), Open::Bytes { .. } | Open::Collected { .. })
    }

    /// At most `most` bytes from where it stands; none at the end.
    pub fn read(&self, stage: &mut Stage<'_>, most: usize) -> Result<Vec<u8>, Errno> {
        if let Open::Endless { random } = *self.0.borrow() {
            return endless(stage, random, most);
        }
        self.read_until(stage, |rest| rest.len().min(most))
    }

    /// The rest.
    pub fn read_to_end(&self, stage: &mut Stage<'_>) -> Result<Vec<u8>, Errno> {
        self.read_until(stage, <[u8]>::len)
    }

    /// A line with its newline; empty at the end.
    pub fn read_line(&self, stage: &mut Stage<'_>) -> Result<Vec<u8>, Errno> {
        self.read_until(stage, |rest| rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |n| n + 1))
    }

    /// Takes as many bytes of the rest as `much` says.
    fn read_until(&self, stage: &mut Stage<'_>, much: impl Fn(&[u8]) -> usize) -> Result<Vec<u8>, Errno> {
        let taken = match &mut *self.0.borrow_mut() {
            Open::Null | Open::Collected { .. } => Vec::new(),
            Open::Closed => return Err(Errno::BadDescriptor),
            Open::Endless { random } => advance(&endless(stage, *random, PLENTY)?, &mut 0, much),
            Open::Bytes { bytes, at } => advance(bytes, at, much),
            Open::File { mode, .. } if !mode.read => return Err(Errno::BadDescriptor),
            Open::File { leaf, at, .. } => {
                let bytes = stage.load(*leaf)?;
                let mut place = usize::try_from(*at).unwrap_or(usize::MAX).min(bytes.len());
                let taken = advance(&bytes, &mut place, much);
                *at = place as u64;
                taken
            }
        };
        if stage.budget.step() && stage.budget.moved(taken.len()) { Ok(taken) } else { Err(Errno::Stopped) }
    }

    /// Writes all of `data` where it stands.
    pub fn write(&self, stage: &mut Stage<'_>, data: &[u8]) -> Result<(), Errno> {
        if !stage.budget.output(data.len()) {
            return Err(Errno::Stopped);
        }
        match &mut *self.0.borrow_mut() {
            Open::Null | Open::Endless { .. } => Ok(()),
            Open::Closed | Open::Bytes { .. } => Err(Errno::BadDescriptor),
            Open::Collected { bytes, limit } => {
                let room = limit.saturating_sub(bytes.len()).min(data.len());
                bytes.extend_from_slice(&data[..room]);
                Ok(())
            }
            Open::File { mode, .. } if !mode.write => Err(Errno::BadDescriptor),
            Open::File { leaf, at, mode } => {
                let start = if mode.append { u64::MAX } else { *at };
                *at = stage.store(*leaf, start, data)?;
                Ok(())
            }
        }
    }

    /// Moves to `to`, counted from the start; returns where it stands. Pipes do not move.
    pub fn seek(&self, stage: &Stage<'_>, to: impl Fn(u64, u64) -> u64) -> Result<u64, Errno> {
        match &mut *self.0.borrow_mut() {
            Open::File { leaf, at, .. } => {
                let Kind::File { size, .. } = stage.fs.node(*leaf).kind else { return Err(Errno::Io) };
                *at = to(*at, size);
                Ok(*at)
            }
            Open::Closed => Err(Errno::BadDescriptor),
            _ => Err(Errno::Invalid),
        }
    }

    /// `ftruncate`: cuts a file, or fills it up with zeros; the bytes count as written.
    pub fn resize(&self, stage: &mut Stage<'_>, length: u64) -> Result<(), Errno> {
        let leaf = match &*self.0.borrow() {
            Open::File { leaf, mode, .. } if mode.write => *leaf,
            Open::Closed => return Err(Errno::BadDescriptor),
            _ => return Err(Errno::Invalid),
        };
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if length > LIMIT {
            return Err(Errno::TooLarge);
        }
        if !stage.budget.output(size) {
            return Err(Errno::Stopped);
        }
        let mut bytes = if size == 0 { Vec::new() } else { stage.load(leaf)?.to_vec() };
        bytes.resize(size, 0);
        stage.replace(leaf, file(bytes));
        Ok(())
    }
}

/// What a reader gets who would read an endless device to its end. The usual one takes a few bytes of it
/// (`tr -dc a-z < /dev/urandom | head -c 8`).
const PLENTY: usize = 64 << 10;

/// Bytes of an endless device.
fn endless(stage: &mut Stage<'_>, random: bool, count: usize) -> Result<Vec<u8>, Errno> {
    if count as u64 > LIMIT {
        return Err(Errno::TooLarge);
    }
    if !stage.budget.output(count) {
        return Err(Errno::Stopped);
    }
    if !random {
        return Ok(vec![0; count]);
    }
    let seed = stage.next_serial();
    let block = |n: usize| hex::decode(Digest::of(format!("random {seed} {n}").as_bytes()).hex()).unwrap_or_default();
    Ok((0..count.div_ceil(32)).flat_map(block).take(count).collect())
}

fn advance(bytes: &[u8], at: &mut usize, much: impl Fn(&[u8]) -> usize) -> Vec<u8> {
    let rest = &bytes[*at..];
    let n = much(rest).min(rest.len());
    *at += n;
    rest[..n].to_vec()
}

impl Stage<'_> {
    /// A file's bytes by its leaf. What drydock wrote is shared, not copied.
    pub(super) fn load(&self, leaf: LeafId) -> Result<Arc<Vec<u8>>, Errno> {
        match &self.fs.node(leaf).kind {
            Kind::File { content: Content::Inline(bytes), .. } => Ok(Arc::clone(bytes)),
            Kind::File { size, .. } if *size > LIMIT => Err(Errno::TooLarge),
            Kind::File { content, .. } => self.contents.read(content, LIMIT).map(Arc::new).map_err(|_| Errno::Io),
            Kind::Directory => Err(Errno::IsDirectory),
            Kind::Symlink(_) | Kind::Special(_) => Err(Errno::Invalid),
        }
    }

    /// Writes into a file in place, so that every name of it shows it; returns the place after what was written.
    fn store(&mut self, leaf: LeafId, start: u64, data: &[u8]) -> Result<u64, Errno> {
        let now = self.now();
        if !matches!(self.fs.node(leaf).kind, Kind::File { content: Content::Inline(_), .. }) {
            let bytes = self.load(leaf)?;
            self.fs.node_mut(leaf).kind = file(bytes.to_vec());
        }
        let node = self.fs.node_mut(leaf);
        let Kind::File { size, content: Content::Inline(bytes) } = &mut node.kind else { return Err(Errno::Io) };
        let start =
            usize::try_from(start).unwrap_or(usize::MAX).min(if start == u64::MAX { bytes.len() } else { usize::MAX });
        if start.saturating_add(data.len()) as u64 > LIMIT {
            return Err(Errno::TooLarge);
        }
        let bytes = Arc::make_mut(bytes);
        if bytes.len() < start {
            bytes.resize(start, 0);
        }
        let over = data.len().min(bytes.len() - start);
        bytes[start..start + over].copy_from_slice(&data[..over]);
        bytes.extend_from_slice(&data[over..]);
        *size = bytes.len() as u64;
        node.metadata.mtime = now;
        node.metadata.drop_capabilities();
        node.origin = Origin::Effect;
        Ok((start + data.len()) as u64)
    }

    /// Gives a leaf other content, as writing it would; nothing is read.
    pub(in crate::effects) fn replace(&mut self, leaf: LeafId, kind: Kind) {
        let now = self.now();
        let node = self.fs.node_mut(leaf);
        node.kind = kind;
        node.metadata.mtime = now;
        node.metadata.drop_capabilities();
        node.origin = Origin::Effect;
    }
}
