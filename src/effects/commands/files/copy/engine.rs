//! Copying a tree.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        super::super::{
            process::{Errno, Mode, Process, Stat, Status},
            stage::file,
        },
        backup::{Backup, confirmed},
        names::{quoted, trimmed},
        walk::{Follow, Visit, Walk},
    },
    same::{Same, same},
};
use crate::{
    rootfs::{Kind, LeafId, Origin, Special},
    terms::RootPath,
};

/// What a copy keeps of its original.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Preserve {
    pub mode: bool,
    /// Not even as far as new files usually take the mode over.
    pub no_mode: bool,
    pub ownership: bool,
    pub timestamps: bool,
    pub links: bool,
    pub xattrs: bool,
}

impl Preserve {
    /// `--preserve=all`
    pub const ALL: Self =
        Self { mode: true, no_mode: false, ownership: true, timestamps: true, links: true, xattrs: true };

    /// What `-p` adds.
    pub fn usual(&mut self) {
        (self.mode, self.no_mode, self.ownership, self.timestamps) = (true, false, true, true);
    }
}

/// What is made of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum How {
    #[default]
    Copy,
    HardLink,
    Symlink,
}

/// Whether a file that is there is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Overwrite {
    #[default]
    Always,
    Never,
    /// If it is older than what comes.
    Older,
    Ask,
}

/// What a copy is to do.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub recursive: bool,
    pub follow: Follow,
    pub preserve: Preserve,
    pub how: How,
    pub overwrite: Overwrite,
    pub force: bool,
    pub remove_destination: bool,
    pub attributes_only: bool,
    pub backup: Option<Backup>,
    pub verbose: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            recursive: false,
            follow: Follow::Always,
            preserve: Preserve::default(),
            how: How::default(),
            overwrite: Overwrite::default(),
            force: false,
            remove_destination: false,
            attributes_only: false,
            backup: None,
            verbose: false,
        }
    }
}

/// A message, without the program's name.
type Refusal = String;

/// A run of cp.
pub(super) struct Copier<'c, 'p, 'a> {
    pub process: &'c mut Process<'p, 'a>,
    pub status: Status,
    plan: Plan,
    /// The first copy of every file met, for the other names of it.
    copies: BTreeMap<LeafId, Vec<u8>>,
    /// Files made in this run, which it does not overwrite.
    made: BTreeSet<RootPath>,
    /// The directory made for the source being copied, which is not copied into itself.
    first: Option<RootPath>,
    /// That was tried, and ended it.
    into_itself: bool,
    /// Sources and targets, for those named twice.
    done: BTreeSet<(RootPath, RootPath)>,
}

impl<'c, 'p, 'a> Copier<'c, 'p, 'a> {
    pub fn new(process: &'c mut Process<'p, 'a>, plan: Plan) -> Self {
        let (copies, made) = (BTreeMap::new(), BTreeSet::new());
        let done = BTreeSet::new();
        Self { process, status: Status::SUCCESS, plan, copies, made, first: None, into_itself: false, done }
    }

    /// Copies `source`, and with `recursive` what is in it, to the name `target`.
    pub fn copy(&mut self, source: &[u8], target: &[u8]) {
        let places = (self.process.locate(source, false), self.process.locate(target, false));
        if let (Ok((source, true)), Ok((target, _))) = places
            && !self.done.insert((source, target))
        {
            self.process.fail("warning: a source is specified more than once");
            return;
        }
        let mut walk = Walk::new(source, self.plan.follow);
        (self.first, self.into_itself) = (None, false);
        while let Some(visit) = walk.next(self.process) {
            let below = visit.name.get(source.len()..).unwrap_or_default();
            let slash: &[u8] =
                if below.is_empty() || below.starts_with(b"/") || target.ends_with(b"/") { b"" } else { b"/" };
            let name = [target, slash, below].concat();
            match self.place(&visit, &name) {
                Ok(true) => {}
                Ok(false) => walk.skip(),
                Err(text) => {
                    self.status = self.process.fail(text);
                    walk.skip();
                }
            }
            if self.into_itself {
                return;
            }
        }
    }

    /// One entry of the tree; true if what is in a directory comes next.
    fn place(&mut self, visit: &Visit, name: &[u8]) -> Result<bool, Refusal> {
        let from = visit.name.as_slice();
        let stat = match &visit.stat {
            // A pipe of no tree: standard input.
            Ok(stat) if stat.leaf.is_none() && matches!(stat.kind, Kind::Special(Special::Fifo)) => {
                return self.stream(from, name).ok_or(format!("cannot open {}", quoted(from)));
            }
            Ok(stat) => stat,
            Err(error) => return self.stream(from, name).ok_or(format!("cannot stat {}: {error}", quoted(from))),
        };
        if visit.leaving {
            self.attributes(stat, name);
            return Ok(true);
        }
        let follows = self.plan.follow == Follow::Always || visit.depth == 0 && self.plan.follow == Follow::Start;
        if follows && stat.is_symlink() {
            return Err(format!("cannot stat {}: {}", quoted(from), Errno::NoEntry));
        }
        if stat.is_directory() && !self.plan.recursive {
            return Err(format!("-r not specified; omitting directory {}", quoted(from)));
        }
        if visit.cycle {
            return Err(format!("cannot copy cyclic symbolic link {}", quoted(from)));
        }
        if stat.is_directory() && self.first.as_ref() == Some(&stat.path) {
            self.into_itself = true;
            let (from, name) = (quoted(trimmed(from)), quoted(name));
            return Err(format!("cannot copy a directory, {from}, into itself, {name}"));
        }
        let Some(is_new) = self.make_room(from, stat, name)? else { return Ok(false) };
        if self.plan.verbose {
            self.process.out(format!("{} -> {}\n", quoted(from), quoted(name)));
        }
        if stat.is_directory() {
            return match is_new {
                true => self.new_directory(stat, name).map(|()| true),
                false => Ok(true),
            };
        }
        self.leaf(from, stat, name, is_new)?;
        if let Ok((path, true)) = self.process.locate(name, false) {
            self.made.insert(path);
        }
        Ok(true)
    }

    /// Looks at what is at `name` already: whether it is (or has been made) vacant, or none where nothing is to be done.
    fn make_room(&mut self, from: &[u8], stat: &Stat, name: &[u8]) -> Result<Option<bool>, Refusal> {
        let plan = &self.plan;
        let through = stat.is_file() && plan.how == How::Copy && plan.backup.is_none() && !plan.remove_destination
            || !stat.is_file() && !plan.recursive && matches!(stat.kind, Kind::Special(_));
        let there = if through { self.process.stat(name) } else { self.process.lstat(name) };
        let there = match there {
            Ok(there) => there,
            Err(Errno::NoEntry) => return Ok(Some(true)),
            Err(error) if stat.is_directory() => {
                return Err(format!("cannot create directory {}: {error}", quoted(name)));
            }
            Err(error) => return Err(format!("cannot stat {}: {error}", quoted(name))),
        };
        match same(self.process, plan, (from, stat), (name, &there), false) {
            Same::Different => {}
            Same::Done => return Ok(None),
            Same::Refused => return Err(format!("{} and {} are the same file", quoted(from), quoted(name))),
        }
        if stat.is_directory() {
            // A symlink to a directory is written through, as it would be without -r.
            let is_directory = there.is_directory() || self.process.stat(name).is_ok_and(|s| s.is_directory());
            let (name, from) = (quoted(name), quoted(from));
            return match is_directory && there.is_directory() {
                true => Ok(Some(false)),
                false => Err(format!("cannot overwrite non-directory {name} with directory {from}")),
            };
        }
        let skipped = match self.plan.overwrite {
            Overwrite::Always => false,
            Overwrite::Never => true,
            Overwrite::Older => there.mtime >= stat.mtime,
            Overwrite::Ask => !confirmed(self.process, format_args!("overwrite {}?", quoted(name))),
        };
        if skipped {
            return self.skip(stat, name).map(|()| None);
        }
        if there.is_directory() {
            return Err(format!("cannot overwrite directory {} with non-directory", quoted(name)));
        }
        let numbered = self.plan.backup == Some(Backup::Numbered);
        if self.process.locate(name, false).is_ok_and(|(path, _)| self.made.contains(&path)) && !numbered {
            return Err(format!("will not overwrite just-created {} with {}", quoted(name), quoted(from)));
        }
        self.clear(stat, name, &there).map(Some)
    }

    /// A file that stays as it is counts as the copy of its source where it is the newer one: other names of the source become
    /// links to it.
    fn skip(&mut self, stat: &Stat, name: &[u8]) -> Result<(), Refusal> {
        let Some(leaf) = stat.leaf.filter(|_| self.plan.overwrite == Overwrite::Older) else { return Ok(()) };
        let Some(earlier) = self.copies.get(&leaf).cloned() else {
            self.copies.insert(leaf, name.to_vec());
            return Ok(());
        };
        let linked = self.process.unlink(name).and_then(|()| self.process.link(&earlier, name));
        linked.map_err(|e| format!("cannot create hard link {} to {}: {e}", quoted(name), quoted(&earlier)))
    }

    /// Moves a file aside or away where it is not to be written into; true if the name is vacant then.
    fn clear(&mut self, stat: &Stat, name: &[u8], there: &Stat) -> Result<bool, Refusal> {
        if let Some(backup) = self.plan.backup.clone() {
            let moved = backup.make(self.process, name);
            return moved.map(|()| true).map_err(|error| format!("cannot backup {}: {error}", quoted(name)));
        }
        let preserve = self.plan.preserve;
        let replaced = self.plan.remove_destination
            || self.plan.how != How::Copy && self.plan.force
            || self.plan.follow == Follow::Never && !stat.is_file()
            // Where everything is preserved a new file is no different, and nothing has to be counted.
            || preserve.links && (preserve.mode && preserve.ownership || self.process.links(there) > 1);
        if replaced {
            self.process.unlink(name).map_err(|error| format!("cannot remove {}: {error}", quoted(name)))?;
        }
        Ok(replaced)
    }

    /// Anything but a directory.
    fn leaf(&mut self, from: &[u8], stat: &Stat, name: &[u8], is_new: bool) -> Result<(), Refusal> {
        let earlier = stat.leaf.filter(|_| self.plan.preserve.links).and_then(|leaf| self.copies.get(&leaf)).cloned();
        if let Some(earlier) = earlier {
            if !is_new {
                let _ = self.process.unlink(name);
            }
            let linked = self.process.link(&earlier, name);
            return linked
                .map_err(|e| format!("cannot create hard link {} to {}: {e}", quoted(name), quoted(&earlier)));
        }
        if let Some(leaf) = stat.leaf {
            self.copies.insert(leaf, name.to_vec());
        }
        match (self.plan.how, &stat.kind) {
            (How::HardLink, _) => {
                let real = [b"/", stat.path.as_bytes()].concat();
                let linked = self.process.link(&real, name);
                return linked
                    .map_err(|e| format!("cannot create hard link {} to {}: {e}", quoted(name), quoted(from)));
            }
            (How::Symlink, _) => return self.symbolic(from, name),
            (How::Copy, Kind::Symlink(target)) => self
                .process
                .symlink(target, name)
                .map_err(|e| format!("cannot create symbolic link {}: {e}", quoted(name)))?,
            (How::Copy, Kind::Special(special)) if self.plan.recursive => self
                .process
                .mknod(name, special.clone(), stat.mode)
                .map_err(|e| format!("cannot create special file {}: {e}", quoted(name)))?,
            (How::Copy, Kind::Special(Special::Char { .. })) => {
                self.regular(&file(Vec::new()), stat.mode, name, is_new)?;
            }
            (How::Copy, Kind::Special(_)) => {
                return Err(format!("error reading {}: {}", quoted(from), Errno::NoDevice));
            }
            (How::Copy, kind) => self.regular(kind, stat.mode, name, is_new)?,
        }
        self.attributes(stat, name);
        Ok(())
    }

    /// `-s`
    fn symbolic(&mut self, from: &[u8], name: &[u8]) -> Result<(), Refusal> {
        let here =
            self.process.locate(name, false).is_ok_and(|(path, _)| path.parent().as_ref() == Some(&self.process.cwd));
        if !from.starts_with(b"/") && !here {
            return Err(format!(
                "{}: can make relative symbolic links only in current directory",
                String::from_utf8_lossy(name)
            ));
        }
        let made = self.process.symlink(from, name);
        made.map_err(|e| format!("cannot create symbolic link {} to {}: {e}", quoted(name), quoted(from)))
    }

    /// `/dev/stdin` and its kind, which no tree holds; none where it is not one of them.
    fn stream(&mut self, from: &[u8], name: &[u8]) -> Option<bool> {
        let bytes =
            self.process.read_file(from).ok().filter(|_| from.starts_with(b"/dev/") || from.starts_with(b"/proc/"))?;
        let is_new = !self.process.exists(name);
        if let Err(text) = self.regular(&file(bytes), 0o600, name, is_new) {
            self.status = self.process.fail(text);
        }
        Some(false)
    }

    /// A file's content, into a new file or one that is there.
    fn regular(&mut self, content: &Kind, mode: u16, name: &[u8], is_new: bool) -> Result<(), Refusal> {
        if is_new && self.process.lstat(name).is_ok_and(|s| s.is_symlink()) {
            return Err(format!("not writing through dangling symlink {}", quoted(name)));
        }
        let umask = self.process.umask;
        let mode = if self.plan.preserve.no_mode { 0o666 & !umask } else { mode & 0o777 & !umask };
        let empty = file(Vec::new());
        let written = match (self.plan.attributes_only, is_new) {
            (true, false) => Ok(()),
            (true, true) => write(self.process, &empty, name, Some(mode)),
            (false, _) => write(self.process, content, name, is_new.then_some(mode)),
        };
        written.map_err(|error| format!("cannot create regular file {}: {error}", quoted(name)))
    }

    fn new_directory(&mut self, stat: &Stat, name: &[u8]) -> Result<(), Refusal> {
        let mode = if self.plan.preserve.no_mode { 0o777 } else { stat.mode & 0o1777 };
        self.process.mkdir(name, mode).map_err(|error| format!("cannot create directory {}: {error}", quoted(name)))?;
        if self.first.is_none() {
            self.first = self.process.stat(name).ok().map(|s| s.path);
        }
        Ok(())
    }

    /// A directory, unless it is there.
    pub fn directory(&mut self, stat: &Stat, name: &[u8]) {
        if !self.process.exists(name) {
            if let Err(text) = self.new_directory(stat, name) {
                self.status = self.process.fail(text);
            }
            self.first = None;
        }
    }

    /// Gives a copy what is preserved of its original.
    pub fn attributes(&mut self, stat: &Stat, name: &[u8]) {
        let Preserve { mode, ownership, timestamps, xattrs, .. } = self.plan.preserve;
        let follow = !stat.is_symlink();
        let mut done = Ok(());
        if ownership {
            done = self.process.chown(name, Some(stat.uid), Some(stat.gid), follow);
        }
        if xattrs && done.is_ok() {
            copy_xattrs(self.process, stat, name, follow);
        }
        if mode && follow && done.is_ok() {
            done = self.process.chmod(name, stat.mode);
        }
        if timestamps && done.is_ok() {
            done = self.process.set_mtime(name, stat.mtime, follow);
        }
        if let Err(error) = done {
            self.status =
                self.process.fail(format_args!("failed to preserve attributes for {}: {error}", quoted(name)));
        }
    }
}

/// Gives `name` the extended attributes of `stat`.
fn copy_xattrs(process: &mut Process<'_, '_>, stat: &Stat, name: &[u8], follow: bool) {
    let Some(from) = stat.leaf else { return };
    let there = if follow { process.stat(name) } else { process.lstat(name) };
    let Some(to) = there.ok().and_then(|s| s.leaf) else { return };
    let xattrs = process.stage.fs.node(from).metadata.xattrs.clone();
    if process.stage.fs.node(to).metadata.xattrs != xattrs {
        let node = process.stage.fs.node_mut(to);
        node.metadata.xattrs = xattrs;
        node.origin = Origin::Effect;
    }
}

/// Makes `name` a file of that content: a new one with `mode`, or the one that is there, in place.
pub(super) fn write(
    process: &mut Process<'_, '_>,
    content: &Kind,
    name: &[u8],
    mode: Option<u16>,
) -> Result<(), Errno> {
    let is_new = mode.is_some();
    let how = Mode { write: true, create: is_new, exclusive: is_new, truncate: true, ..Mode::default() };
    let handle = process.open(name, how)?;
    let Some(leaf) = handle.leaf() else { return Ok(()) };
    process.stage.replace(leaf, content.clone());
    if let Some(mode) = mode {
        process.stage.fs.node_mut(leaf).metadata.mode = mode;
    }
    if process.stage.budget.step() { Ok(()) } else { Err(Errno::Stopped) }
}
