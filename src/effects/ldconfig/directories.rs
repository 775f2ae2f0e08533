//! Which directories are searched, in which order: those on the command line, those of `ld.so.conf`, the built-in ones, each
//! followed by its `glibc-hwcaps` directories. The same directory by another name is searched once, under the first.

use std::rc::Rc;

use super::{Stopped, dialect::Dialect, libraries, options::Options, root::Root};
use crate::{
    effects::process::Process,
    rootfs::{Kind, LeafId, Node, Rootfs},
    terms::RootPath,
};

pub(super) struct Directory {
    /// As it was named, without slashes at the end.
    pub(super) path: Vec<u8>,
    /// Where it is.
    pub(super) at: RootPath,
    leaf: LeafId,
    /// Which of the `glibc-hwcaps` names it is for.
    pub(super) hwcaps: Option<usize>,
    /// What its libraries are where they don't say: `DIR=libc5`.
    pub(super) flags: Option<u32>,
    /// File and line that name it.
    pub(super) named: (Rc<[u8]>, usize),
}

pub(super) struct Directories<'d> {
    pub(super) dialect: &'d Dialect,
    pub(super) root: &'d Root,
    list: Vec<Rc<Directory>>,
    hwcaps: Vec<Vec<u8>>,
}

impl<'d> Directories<'d> {
    pub(super) fn of(
        process: &mut Process<'_, '_>,
        root: &'d Root,
        options: &Options,
        dialect: &'d Dialect,
    ) -> Result<Self, Stopped> {
        let mut directories = Self { dialect, root, list: Vec::new(), hwcaps: Vec::new() };
        for given in &options.given {
            if options.build_cache && given.first() != Some(&b'/') {
                let given = String::from_utf8_lossy(given);
                return Err(Stopped::Failed(format!("relative path `{given}' used to build cache")));
            }
            directories.add(process, given, &(b"<cmdline>"[..].into(), 0));
        }
        if !options.only_given {
            directories.conf(process, &options.conf)?;
            for builtin in dialect.builtin() {
                directories.add(process, &builtin, &(b"<builtin>"[..].into(), 0));
            }
        }
        Ok(directories)
    }

    pub(super) fn get(&self, n: usize) -> Option<Rc<Directory>> {
        self.list.get(n).cloned()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Directory> {
        self.list.iter().map(|d| &**d)
    }

    /// The names below `glibc-hwcaps`, in the order they were met.
    pub(super) fn hwcaps(&self) -> &[Vec<u8>] {
        &self.hwcaps
    }

    /// The leaf a symlink of a directory leads to.
    pub(super) fn target(&self, fs: &Rootfs, directory: &Directory, name: &[u8]) -> Option<LeafId> {
        let path = self.root.find(fs, &[&directory.path, &b"/"[..], name].concat())?;
        fs.leaf(&path)
    }

    /// A directory found below one that is searched, for later.
    pub(super) fn add_below(&mut self, fs: &Rootfs, above: &Directory, name: &[u8]) {
        let path = [&above.path, &b"/"[..], name].concat();
        if let Some(at) = self.root.find(fs, &path) {
            self.push(fs, path, at, None, above.flags, above.named.clone());
        }
    }

    /// Reads a configuration file.
    fn conf(&mut self, process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), Stopped> {
        let bytes = match self.root.find(process.stage.fs, name).map(|path| process.stage.read(&path)) {
            Some(Ok(Some(bytes))) => bytes,
            Some(_) => {
                let name = String::from_utf8_lossy(name).into_owned();
                process.fail(format_args!("Warning: ignoring configuration file that cannot be opened: {name}"));
                return Ok(());
            }
            None => return Ok(()),
        };
        let named: Rc<[u8]> = name.into();
        for (n, line) in bytes.split(|&b| b == b'\n').enumerate() {
            if !process.stage.budget.steps(1 + line.len() as u64 / 256) {
                return Err(Stopped::Exhausted);
            }
            let line = line.split(|&b| b == b'#' || b == 0).next().unwrap_or_default().trim_ascii_start();
            let after = |word: usize| line.get(word).is_some_and(|b| matches!(b, b' ' | b'\t'));
            if line.is_empty() {
            } else if line.starts_with(b"include") && after(7) {
                for pattern in line[8..].split(|b| matches!(b, b' ' | b'\t')).filter(|p| !p.is_empty()) {
                    self.include(process, name, pattern)?;
                }
            } else if line.len() > 5 && line[..5].eq_ignore_ascii_case(b"hwcap") && after(5) {
                // Ignored since 2.33, and nothing but a bit that nobody looks at before.
            } else {
                self.add(process, line, &(Rc::clone(&named), n + 1));
            }
        }
        Ok(())
    }

    fn include(&mut self, process: &mut Process<'_, '_>, within: &[u8], pattern: &[u8]) -> Result<(), Stopped> {
        let mut whole = pattern.to_vec();
        if pattern.first() != Some(&b'/')
            && let Some(slash) = within.iter().rposition(|&b| b == b'/')
        {
            whole = [&within[..=slash], pattern].concat();
        }
        // A file that includes itself would never end.
        let found =
            if process.stage.budget.enter() { super::glob::glob(process, self.root, &whole) } else { Vec::new() };
        let read = found.iter().try_for_each(|file| self.conf(process, file));
        process.stage.budget.leave();
        if process.stage.budget.exhausted().is_some() { Err(Stopped::Exhausted) } else { read }
    }

    fn add(&mut self, process: &Process<'_, '_>, line: &[u8], named: &(Rc<[u8]>, usize)) {
        let fs = &process.stage.fs;
        let (mut path, mut flags) = (line, None);
        if self.dialect.marks.legacy_types
            && let Some(at) = line.iter().position(|&b| b == b'=')
        {
            path = &line[..at];
            flags = match &line[at + 1..] {
                b"libc5" => Some(2),
                b"libc6" | b"glibc2" => Some(libraries::LIBC6),
                _ => None,
            };
        }
        path = path.trim_ascii_end();
        while let Some(shorter) = path.strip_suffix(b"/") {
            path = shorter;
        }
        if path.is_empty() {
            return;
        }
        let Some(at) = self.root.find(fs, path) else { return };
        if self.push(fs, path.to_vec(), at.clone(), None, flags, named.clone()) && self.dialect.marks.hwcaps {
            self.add_hwcaps(fs, path, &at, flags, named);
        }
    }

    fn add_hwcaps(&mut self, fs: &Rootfs, path: &[u8], at: &RootPath, flags: Option<u32>, named: &(Rc<[u8]>, usize)) {
        let below = self.root.name(&at.join(b"glibc-hwcaps"));
        let Some(directory) = self.root.find(fs, &below) else { return };
        for (name, node) in fs.children(&directory) {
            if name.starts_with(b".") || name.contains(&b':') || matches!(node.kind, Kind::File { .. }) {
                continue;
            }
            let Some(at) = self.root.find(fs, &[&below, &b"/"[..], name].concat()) else { continue };
            if !fs.get(&at).is_some_and(Node::is_directory) {
                continue;
            }
            let known = self.hwcaps.iter().position(|h| h == name);
            let index = known.unwrap_or(self.hwcaps.len());
            if known.is_none() {
                self.hwcaps.push(name.to_vec());
            }
            self.push(fs, [path, b"/glibc-hwcaps/", name].concat(), at, Some(index), flags, named.clone());
        }
    }

    /// False where the directory is in the list already.
    fn push(
        &mut self,
        fs: &Rootfs,
        path: Vec<u8>,
        at: RootPath,
        hwcaps: Option<usize>,
        flags: Option<u32>,
        named: (Rc<[u8]>, usize),
    ) -> bool {
        let Some(leaf) = fs.leaf(&at) else { return false };
        if self.list.iter().any(|d| d.leaf == leaf) {
            return false;
        }
        self.list.push(Rc::new(Directory { path, at, leaf, hwcaps, flags, named }));
        true
    }
}
