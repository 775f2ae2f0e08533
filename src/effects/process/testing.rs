//! A small image for the tests of commands, the shell and Lua.

use std::io;

use super::{Handle, Process, Status};
use crate::{
    effects::{
        Budget, Stage,
        stage::{Machine, file},
    },
    rootfs::{Content, Contents, Kind, Metadata, Node, Origin, Rootfs},
    terms::{Arch, Epoch, RootPath},
};

/// Knows inline bytes only.
struct Inline;

impl Contents for Inline {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// A tree to run programs over.
pub(in crate::effects) struct Image {
    pub fs: Rootfs,
}

/// What a program did beside changing the tree.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::effects) struct Ran {
    pub status: Status,
    pub out: String,
    pub err: String,
}

impl Image {
    /// The directories every image has, and nothing in them.
    pub fn new() -> Self {
        let image = Self { fs: Rootfs::new() };
        ["tmp", "etc", "usr/bin", "usr/sbin", "var/tmp"].iter().fold(image, |i, d| i.directory(d))
    }

    /// A stand-in for each program, so that it is found; its bytes never count.
    pub fn programs(self, names: &[&str]) -> Self {
        names.iter().fold(self, |image, name| image.file(&format!("usr/bin/{name}"), "\x7fELF", 0o755))
    }

    pub fn directory(self, path: &str) -> Self {
        self.node(path, Kind::Directory, 0o755)
    }

    pub fn file(self, path: &str, text: &str, mode: u16) -> Self {
        self.node(path, file(text.as_bytes().to_vec()), mode)
    }

    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.node(path, Kind::Symlink(target.as_bytes().to_vec()), 0o777)
    }

    fn node(mut self, path: &str, kind: Kind, mode: u16) -> Self {
        let path = RootPath::new(path).expect("a valid path");
        self.fs.parents(&path, &Metadata::of_root(0o755, 0), Origin::Base).expect("parents");
        self.fs.insert(path, Node { kind, metadata: Metadata::of_root(mode, 0), origin: Origin::Base });
        self
    }

    /// Something over a stage.
    pub fn stage<T>(&mut self, work: impl FnOnce(&mut Stage<'_>) -> T) -> T {
        let machine = Machine { arch: Arch::X86_64, release: "5.14.0-1.el9.x86_64".to_owned() };
        work(&mut Stage::new(&mut self.fs, &Inline, machine, Epoch::new(86400 * 100)))
    }

    /// Something as a process without arguments or input.
    pub fn process<T>(&mut self, work: impl FnOnce(&mut Process<'_, '_>) -> T) -> T {
        self.stage(|stage| work(&mut Process::start(stage, vec![b"test".to_vec()], Handle::null(), Handle::null())))
    }

    /// Runs a program with arguments and standard input.
    pub fn run(&mut self, args: &[&str], stdin: &str) -> Ran {
        self.run_within(Budget::default(), args, stdin)
    }

    /// The same within a budget of its own.
    pub fn run_within(&mut self, budget: Budget, args: &[&str], stdin: &str) -> Ran {
        self.stage(|stage| {
            stage.budget = budget;
            let (out, err) = (Handle::collecting(), Handle::collecting());
            let args = args.iter().map(|a| a.as_bytes().to_vec()).collect();
            let mut process = Process::start(stage, args, Handle::reading(stdin.as_bytes().to_vec()), out.clone());
            process.descriptors.insert(2, err.clone());
            let status = process.execute();
            let text = |h: Handle| String::from_utf8_lossy(&h.take()).into_owned();
            Ran { status, out: text(out), err: text(err) }
        })
    }

    /// A file's text.
    pub fn text(&mut self, path: &str) -> Option<String> {
        let path = RootPath::new(path).expect("a valid path");
        let bytes = self.stage(|stage| stage.read(&path).expect("readable"));
        bytes.map(|b| String::from_utf8_lossy(&b).into_owned())
    }
}
