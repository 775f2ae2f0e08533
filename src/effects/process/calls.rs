//! The calls of a kernel on files, over the tree. Names are bytes as a program gives them; relative ones start at its directory.

use super::{Errno, Handle, Mode, Process};
use crate::{
    effects::{depmod, stage::file},
    rootfs::{Kind, LeafId, Metadata, Node, Origin, Special},
    terms::RootPath,
};

/// `PATH_MAX`.
const LONGEST: usize = 4096;

/// What `stat` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Where it is, without symlinks.
    pub path: RootPath,
    /// What it is.
    pub kind: Kind,
    /// Permission bits (07777).
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes of a file, or of a symlink's target; 4096 for a directory.
    pub size: u64,
    /// Seconds since 1970.
    pub mtime: i64,
    /// What hardlinks share; none for devices nobody packaged.
    pub leaf: Option<LeafId>,
}

impl Stat {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File { .. })
    }

    /// Whether it is a symlink.
    pub fn is_symlink(&self) -> bool {
        matches!(self.kind, Kind::Symlink(_))
    }

    /// The type bits of `st_mode` and the permissions.
    pub fn st_mode(&self) -> u32 {
        let kind = match &self.kind {
            Kind::Directory => 0o040_000,
            Kind::File { .. } => 0o100_000,
            Kind::Symlink(_) => 0o120_000,
            Kind::Special(Special::Char { .. }) => 0o020_000,
            Kind::Special(Special::Block { .. }) => 0o060_000,
            Kind::Special(Special::Fifo) => 0o010_000,
        };
        kind | u32::from(self.mode)
    }

    fn of(path: RootPath, leaf: LeafId, node: &Node) -> Self {
        let Metadata { mode, uid, gid, mtime, .. } = node.metadata;
        let size = match &node.kind {
            Kind::File { size, .. } => *size,
            Kind::Symlink(target) => target.len() as u64,
            Kind::Directory => 4096,
            Kind::Special(_) => 0,
        };
        Self { path, kind: node.kind.clone(), mode, uid, gid, size, mtime, leaf: Some(leaf) }
    }
}

/// Without the slashes at its end.
fn trimmed(name: &[u8]) -> &[u8] {
    let slashes = name.iter().rev().take_while(|&&b| b == b'/').count();
    &name[..(name.len() - slashes).max(1).min(name.len())]
}

/// Devices every container has, though no layer holds them.
fn device(path: &RootPath) -> Option<Special> {
    let minor = match path.as_bytes() {
        b"dev/null" => 3,
        b"dev/zero" => 5,
        b"dev/full" => 7,
        b"dev/random" => 8,
        b"dev/urandom" => 9,
        _ => return None,
    };
    Some(Special::Char { major: 1, minor })
}

impl Process<'_, '_> {
    /// Where a name leads, there or not. The directory it would be in is there, unless the error says so.
    pub fn locate(&self, name: &[u8], follow: bool) -> Result<(RootPath, bool), Errno> {
        if name.is_empty() {
            return Err(Errno::NoEntry);
        }
        if name.len() > LONGEST {
            return Err(Errno::NameTooLong);
        }
        if name.contains(&0) {
            return Err(Errno::Invalid);
        }
        let found = self.stage.fs.walk_from(&self.cwd, name, follow)?;
        if !found.exists && !found.path.parent().is_none_or(|p| self.stage.fs.get(&p).is_some_and(Node::is_directory)) {
            return Err(Errno::NoEntry);
        }
        if !found.exists && matches!(name.rsplit(|&b| b == b'/').next(), Some(b"." | b"..")) {
            return Err(Errno::NoEntry);
        }
        if found.exists && name.ends_with(b"/") && !self.stage.fs.get(&found.path).is_some_and(Node::is_directory) {
            return Err(Errno::NotDirectory);
        }
        Ok((found.path, found.exists))
    }

    /// Where something that is there is.
    fn find(&self, name: &[u8], follow: bool) -> Result<RootPath, Errno> {
        match self.locate(name, follow)? {
            (path, true) => Ok(path),
            (_, false) => Err(Errno::NoEntry),
        }
    }

    /// Where something that is not there would be. Only a directory's name may end with a slash.
    fn vacant(&self, name: &[u8], is_directory: bool) -> Result<RootPath, Errno> {
        match self.locate(trimmed(name), false)? {
            (_, true) => Err(Errno::Exists),
            (_, false) if !is_directory && name.ends_with(b"/") => Err(Errno::NoEntry),
            (path, false) => Ok(path),
        }
    }

    /// `stat`: symlinks followed.
    pub fn stat(&self, name: &[u8]) -> Result<Stat, Errno> {
        self.stat_at(name, true)
    }

    /// `lstat`: a final symlink is told of itself.
    pub fn lstat(&self, name: &[u8]) -> Result<Stat, Errno> {
        self.stat_at(name, false)
    }

    fn stat_at(&self, name: &[u8], follow: bool) -> Result<Stat, Errno> {
        let (path, _) = match self.locate(name, follow) {
            Ok(found) => found,
            Err(Errno::NoEntry) if name.starts_with(b"/dev/") => {
                (RootPath::new(name).map_err(|_| Errno::NoEntry)?, false)
            }
            Err(error) => return Err(error),
        };
        if let (None, Some(handle)) = (self.stage.fs.leaf(&path), self.descriptor(name)) {
            return match handle.leaf() {
                Some(leaf) => Ok(Stat::of(path, leaf, self.stage.fs.node(leaf))),
                None => {
                    let special = if handle.is_pipe() { Special::Fifo } else { Special::Char { major: 1, minor: 3 } };
                    let (kind, mtime) = (Kind::Special(special), self.stage.now());
                    Ok(Stat { path, kind, mode: 0o600, uid: 0, gid: 0, size: 0, mtime, leaf: None })
                }
            };
        }
        match (self.stage.fs.leaf(&path), device(&path)) {
            (Some(leaf), _) => Ok(Stat::of(path, leaf, self.stage.fs.node(leaf))),
            (None, Some(special)) => {
                let kind = Kind::Special(special);
                Ok(Stat { path, kind, mode: 0o666, uid: 0, gid: 0, size: 0, mtime: self.stage.now(), leaf: None })
            }
            (None, None) => Err(Errno::NoEntry),
        }
    }

    /// Whether something is there, symlinks followed.
    pub fn exists(&self, name: &[u8]) -> bool {
        self.stat(name).is_ok()
    }

    /// Whether root may run it: some execute bit, or a directory.
    pub fn is_executable(&self, name: &[u8]) -> bool {
        self.stat(name).is_ok_and(|s| s.is_directory() || s.mode & 0o111 != 0)
    }

    /// How many names a leaf has.
    pub fn links(&self, stat: &Stat) -> usize {
        if stat.is_directory() {
            return 2 + self.stage.fs.children(&stat.path).filter(|(_, n)| n.is_directory()).count();
        }
        stat.leaf.map_or(1, |leaf| self.stage.fs.iter().filter(|(_, id, _)| *id == leaf).count())
    }

    /// Opens a file.
    pub fn open(&mut self, name: &[u8], mode: Mode) -> Result<Handle, Errno> {
        if let Some(handle) = self.stream(name) {
            return Ok(handle);
        }
        let (path, exists) = self.locate(name, true)?;
        if !exists {
            if !mode.create {
                return Err(Errno::NoEntry);
            }
            if name.ends_with(b"/") {
                return Err(Errno::IsDirectory);
            }
            self.create(path.clone(), file(Vec::new()), 0o666)?;
        } else if mode.exclusive {
            return Err(Errno::Exists);
        }
        let leaf = self.stage.fs.leaf(&path).ok_or(Errno::NoEntry)?;
        if self.stage.depmod.holds(self.stage.fs.node(leaf)) {
            depmod::settle(self.stage).map_err(|_| Errno::Io)?;
        }
        match &self.stage.fs.node(leaf).kind {
            Kind::Directory if mode.write => return Err(Errno::IsDirectory),
            Kind::File { .. } | Kind::Directory => {}
            Kind::Special(Special::Char { .. }) => return Ok(Handle::null()),
            Kind::Special(_) | Kind::Symlink(_) => return Err(Errno::NoDevice),
        }
        if exists && mode.truncate && mode.write {
            self.stage.replace(leaf, file(Vec::new()));
        }
        Ok(Handle::file(leaf, mode))
    }

    /// `/dev/null` and its kind, `/dev/stdin` … and `/dev/fd/N`.
    fn stream(&self, name: &[u8]) -> Option<Handle> {
        match name {
            b"/dev/null" => Some(Handle::null()),
            b"/dev/zero" | b"/dev/full" => Some(Handle::zeros()),
            b"/dev/urandom" | b"/dev/random" => Some(Handle::random()),
            _ => Self::descriptor_number(name).map(|number| self.handle(number)),
        }
    }

    /// The open descriptor that `/dev/stdin` or `/dev/fd/N` names.
    fn descriptor(&self, name: &[u8]) -> Option<&Handle> {
        self.descriptors.get(&Self::descriptor_number(name)?)
    }

    fn descriptor_number(name: &[u8]) -> Option<u32> {
        match name {
            b"/dev/stdin" => Some(0),
            b"/dev/stdout" => Some(1),
            b"/dev/stderr" => Some(2),
            _ => {
                let number = name.strip_prefix(b"/dev/fd/").or_else(|| name.strip_prefix(b"/proc/self/fd/"))?;
                std::str::from_utf8(number).ok()?.parse().ok()
            }
        }
    }

    /// A whole file.
    pub fn read_file(&mut self, name: &[u8]) -> Result<Vec<u8>, Errno> {
        self.open(name, Mode::READ)?.read_to_end(self.stage)
    }

    /// Replaces a file's bytes, in place where it is there.
    pub fn write_file(&mut self, name: &[u8], bytes: &[u8]) -> Result<(), Errno> {
        self.open(name, Mode::WRITE)?.write(self.stage, bytes)
    }

    /// Puts a new node at a vacant, resolved path; `mode` is cut by the umask.
    fn create(&mut self, path: RootPath, kind: Kind, mode: u16) -> Result<(), Errno> {
        let mut metadata = Metadata::of_root(mode & !self.umask, self.stage.now());
        (metadata.uid, metadata.gid) = self.owner;
        let parent = path.parent().and_then(|p| self.stage.fs.get(&p)).ok_or(Errno::NoEntry)?;
        if parent.metadata.mode & 0o2000 != 0 {
            metadata.gid = parent.metadata.gid;
            metadata.mode |= if kind == Kind::Directory { 0o2000 } else { 0 };
        }
        self.stage.fs.insert(path, Node { kind, metadata, origin: Origin::Effect });
        if self.stage.budget.step() { Ok(()) } else { Err(Errno::Stopped) }
    }

    /// `mkdir`.
    pub fn mkdir(&mut self, name: &[u8], mode: u16) -> Result<(), Errno> {
        let path = self.vacant(name, true)?;
        self.create(path, Kind::Directory, mode)
    }

    /// `symlink`.
    pub fn symlink(&mut self, target: &[u8], name: &[u8]) -> Result<(), Errno> {
        if target.is_empty() {
            return Err(Errno::NoEntry);
        }
        let path = self.vacant(name, false)?;
        self.create(path.clone(), Kind::Symlink(target.to_vec()), 0o777)?;
        if let Some(node) = self.stage.fs.get_mut(&path) {
            node.metadata.mode = 0o777;
        }
        Ok(())
    }

    /// `mknod` of a fifo or device.
    pub fn mknod(&mut self, name: &[u8], special: Special, mode: u16) -> Result<(), Errno> {
        let path = self.vacant(name, false)?;
        self.create(path, Kind::Special(special), mode)
    }

    /// `link`: another name for a file; a symlink gets one itself.
    pub fn link(&mut self, target: &[u8], name: &[u8]) -> Result<(), Errno> {
        let from = self.find(target, false)?;
        let path = self.vacant(name, false)?;
        if self.stage.fs.get(&from).is_some_and(Node::is_directory) {
            return Err(Errno::NotPermitted);
        }
        Ok(self.stage.fs.link(path, &from)?)
    }

    /// `unlink`: anything but a directory.
    pub fn unlink(&mut self, name: &[u8]) -> Result<(), Errno> {
        let path = self.find(name, false)?;
        if self.stage.fs.get(&path).is_some_and(Node::is_directory) {
            return Err(Errno::IsDirectory);
        }
        self.stage.fs.remove(&path);
        if self.stage.budget.step() { Ok(()) } else { Err(Errno::Stopped) }
    }

    /// `rmdir`: an empty directory.
    pub fn rmdir(&mut self, name: &[u8]) -> Result<(), Errno> {
        match trimmed(name).rsplit(|&b| b == b'/').next() {
            Some(b".") => return Err(Errno::Invalid),
            Some(b"..") => return Err(Errno::NotEmpty),
            _ => {}
        }
        self.find(name, false)?;
        let path = self.find(trimmed(name), false)?;
        if !self.stage.fs.get(&path).is_some_and(Node::is_directory) {
            return Err(Errno::NotDirectory);
        }
        if path.is_root() {
            return Err(Errno::Busy);
        }
        if self.stage.fs.children(&path).next().is_some() {
            return Err(Errno::NotEmpty);
        }
        self.stage.fs.remove(&path);
        Ok(())
    }

    /// `rename`: over a file, or a directory over an empty one; names below move along.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), Errno> {
        let is_dots = |name: &[u8]| matches!(trimmed(name).rsplit(|&b| b == b'/').next(), Some(b"." | b".."));
        let slashes = from.ends_with(b"/") || to.ends_with(b"/");
        self.find(from, false)?;
        let busy = is_dots(from) || is_dots(to);
        let from = self.find(trimmed(from), false)?;
        let (to, exists) = self.locate(trimmed(to), false)?;
        if busy {
            return Err(Errno::Busy);
        }
        if slashes && !self.stage.fs.get(&from).is_some_and(Node::is_directory) {
            return Err(Errno::NotDirectory);
        }
        if from.is_root() || to.is_root() || to.is_below(&from) {
            return Err(Errno::Invalid);
        }
        if from == to || self.stage.fs.leaf(&from) == self.stage.fs.leaf(&to) {
            return Ok(());
        }
        let is_directory = self.stage.fs.get(&from).is_some_and(Node::is_directory);
        if exists {
            match (is_directory, self.stage.fs.get(&to).is_some_and(Node::is_directory)) {
                (true, false) => return Err(Errno::NotDirectory),
                (false, true) => return Err(Errno::IsDirectory),
                (true, true) if self.stage.fs.children(&to).next().is_some() => return Err(Errno::NotEmpty),
                _ => {}
            }
        }
        if self.stage.fs.rename(&from, &to) { Ok(()) } else { Err(Errno::NoEntry) }
    }

    /// `readlink`.
    pub fn readlink(&self, name: &[u8]) -> Result<Vec<u8>, Errno> {
        match self.lstat(name)?.kind {
            Kind::Symlink(target) => Ok(target),
            _ => Err(Errno::Invalid),
        }
    }

    /// The names in a directory, in byte order, without `.` and `..`.
    pub fn read_dir(&mut self, name: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        let path = self.find(name, true)?;
        if !self.stage.fs.get(&path).is_some_and(Node::is_directory) {
            return Err(Errno::NotDirectory);
        }
        let names: Vec<_> = self.stage.fs.children(&path).map(|(name, _)| name.to_vec()).collect();
        if self.stage.budget.steps(names.len() as u64) { Ok(names) } else { Err(Errno::Stopped) }
    }

    /// `chmod`: symlinks followed.
    pub fn chmod(&mut self, name: &[u8], mode: u16) -> Result<(), Errno> {
        self.alter(name, true, |m| m.mode = mode & 0o7777)
    }

    /// `chown` (`lchown` without `follow`); what is none stays. As the kernel does, set-id bits and capabilities of a file go.
    pub fn chown(&mut self, name: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<(), Errno> {
        let is_file = self.stat_at(name, follow)?.is_file();
        self.alter(name, follow, |m| {
            m.uid = uid.unwrap_or(m.uid);
            m.gid = gid.unwrap_or(m.gid);
            if is_file {
                // S_ISGID without group execution meant mandatory locking and stays.
                m.mode &= if m.mode & 0o010 == 0 { !0o4000 } else { !0o6000 };
                m.drop_capabilities();
            }
        })
    }

    /// `utimensat`: seconds since 1970.
    pub fn set_mtime(&mut self, name: &[u8], seconds: i64, follow: bool) -> Result<(), Errno> {
        self.alter(name, follow, |m| m.mtime = seconds)
    }

    /// Changes what is there, under every name it has.
    fn alter(&mut self, name: &[u8], follow: bool, change: impl FnOnce(&mut Metadata)) -> Result<(), Errno> {
        let stat = self.stat_at(name, follow)?;
        let Some(leaf) = stat.leaf else { return Ok(()) };
        let node = self.stage.fs.node_mut(leaf);
        let before = node.metadata.clone();
        change(&mut node.metadata);
        if node.metadata != before {
            node.origin = Origin::Effect;
        }
        if self.stage.budget.step() { Ok(()) } else { Err(Errno::Stopped) }
    }

    /// `chdir`.
    pub fn chdir(&mut self, name: &[u8]) -> Result<(), Errno> {
        let stat = self.stat(name)?;
        if !stat.is_directory() {
            return Err(Errno::NotDirectory);
        }
        self.cwd = stat.path;
        Ok(())
    }
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
