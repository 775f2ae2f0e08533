//! Which files are compared.

use std::collections::BTreeSet;

use super::{
    super::stream::{self, text},
    Settings, lines,
    output::{self, Side},
};
use crate::effects::process::{Errno, Process};

/// Directories inside one another.
const DEEPEST: usize = 100;

pub(super) struct Comparison<'c, 'p, 'a> {
    pub process: &'c mut Process<'p, 'a>,
    pub settings: &'c Settings,
}

/// A file's bytes and time.
struct Content {
    bytes: Vec<u8>,
    mtime: i64,
}

impl Comparison<'_, '_, '_> {
    /// The two operands; a file against a directory is against the file of its name in there.
    pub fn operands(&mut self, first: &[u8], second: &[u8]) -> u8 {
        let mut directories = [first, second].map(|name| name != b"-" && self.is_directory(name));
        // What is not there counts as an empty directory beside one.
        if self.settings.new_file && directories[0] != directories[1] {
            let other = if directories[0] { second } else { first };
            if other != b"-" && self.process.stat(other).is_err() {
                directories = [true, true];
            }
        }
        match directories {
            [true, true] => self.directories(first, second, 0),
            [true, false] if second != b"-" => self.files(&inside(first, second), second, false),
            [false, true] if first != b"-" => self.files(first, &inside(second, first), false),
            [false, false] => self.files(first, second, false),
            _ => self.trouble("cannot compare '-' to a directory"),
        }
    }

    fn is_directory(&self, name: &[u8]) -> bool {
        self.process.stat(name).is_ok_and(|s| s.is_directory())
    }

    fn trouble(&mut self, what: impl std::fmt::Display) -> u8 {
        self.process.fail(what);
        2
    }

    /// What is in both, and what only in one; the worst status of all.
    fn directories(&mut self, first: &[u8], second: &[u8], depth: usize) -> u8 {
        if depth > DEEPEST {
            return self.trouble("directories are nested too deeply");
        }
        let mut worst = 0;
        let mut names = Vec::new();
        for name in [first, second] {
            match self.process.read_dir(name) {
                Ok(found) => names.push(found.into_iter().collect::<BTreeSet<_>>()),
                Err(Errno::NoEntry) if self.settings.new_file => names.push(BTreeSet::new()),
                Err(error) => return self.trouble(format_args!("{}: {error}", text(name))),
            }
        }
        let all: Vec<Vec<u8>> = names[0].union(&names[1]).cloned().collect();
        for name in all {
            if self.process.stage.budget.exhausted().is_some() {
                return 2;
            }
            let budget = &mut self.process.stage.budget;
            if self.settings.excluded.iter().any(|glob| glob.is_match(&name, budget)) {
                continue;
            }
            let paths = [first, second].map(|directory| inside(directory, &name));
            let there = [names[0].contains(&name), names[1].contains(&name)];
            worst = worst.max(self.entry([first, second], &name, &paths, there, depth));
        }
        worst
    }

    fn entry(&mut self, roots: [&[u8]; 2], name: &[u8], paths: &[Vec<u8>; 2], there: [bool; 2], depth: usize) -> u8 {
        if there != [true, true] && !self.settings.new_file {
            let root = if there[0] { roots[0] } else { roots[1] };
            let root = root.strip_suffix(b"/").unwrap_or(root);
            self.process.out([b"Only in ", root, b": ", name, b"\n"].concat());
            return 1;
        }
        let kinds = [0, 1].map(|n| there[n] && self.is_directory(&paths[n]));
        let either = kinds[0] || kinds[1];
        if either && (kinds == there || there != [true, true]) {
            if self.settings.recursive {
                return self.directories(&paths[0], &paths[1], depth + 1);
            }
            self.process.out([b"Common subdirectories: ", &paths[0][..], b" and ", &paths[1], b"\n"].concat());
            return 0;
        }
        if either {
            let what = |is: bool| if is { "directory" } else { "regular file" };
            let line = format!(
                "File {} is a {} while file {} is a {}\n",
                text(&paths[0]),
                what(kinds[0]),
                text(&paths[1]),
                what(kinds[1])
            );
            self.process.out(line);
            return 1;
        }
        self.files(&paths[0], &paths[1], true)
    }

    fn content(&mut self, name: &[u8], may_be_absent: bool) -> Result<Content, Errno> {
        match stream::read(self.process, name) {
            Ok(mut bytes) => {
                if self.settings.trailing_cr {
                    let mut lines = bytes.split(|b| *b == b'\n');
                    let last = lines.next_back().unwrap_or_default().to_vec();
                    let stripped = lines.flat_map(|l| [l.strip_suffix(b"\r").unwrap_or(l), b"\n"].concat());
                    bytes = stripped.chain(last).collect();
                }
                let now = self.process.stage.now();
                let mtime = if name == b"-" { now } else { self.process.stat(name).map_or(now, |s| s.mtime) };
                Ok(Content { bytes, mtime })
            }
            Err(Errno::NoEntry) if may_be_absent => Ok(Content { bytes: Vec::new(), mtime: 0 }),
            Err(error) => Err(error),
        }
    }

    /// Two files; `titled` where they were found in directories.
    fn files(&mut self, first: &[u8], second: &[u8], titled: bool) -> u8 {
        let absent = [first, second].map(|n| n != b"-" && self.process.stat(n).is_err());
        let mut contents = Vec::new();
        let mut status = 0;
        for name in [first, second] {
            match self.content(name, self.settings.new_file && absent != [true, true]) {
                Ok(content) => contents.push(content),
                Err(error) => status = self.trouble(format_args!("{}: {error}", text(name))),
            }
        }
        let [a, b] = &contents[..] else { return status };
        if a.bytes == b.bytes {
            if self.settings.identical {
                self.process.out([b"Files ", first, b" and ", second, b" are identical\n"].concat());
            }
            return 0;
        }
        let is_binary = |c: &Content| !self.settings.text && c.bytes[..c.bytes.len().min(4096)].contains(&0);
        if is_binary(a) || is_binary(b) {
            let kind: &[u8] = if self.settings.brief { b"Files " } else { b"Binary files " };
            self.process.out([kind, first, b" and ", second, b" differ\n"].concat());
            return 1;
        }
        self.texts([first, second], [a, b], titled)
    }

    fn texts(&mut self, names: [&[u8]; 2], contents: [&Content; 2], titled: bool) -> u8 {
        let texts = contents.map(|c| lines::Text::new(&c.bytes));
        let changes = lines::changes(&texts, self.settings, &mut self.process.stage.budget);
        let counted = changes.iter().any(|c| !c.ignored);
        if !counted {
            if self.settings.identical {
                self.process.out([b"Files ", names[0], b" and ", names[1], b" are identical\n"].concat());
            }
            return 0;
        }
        if self.settings.brief {
            self.process.out([b"Files ", names[0], b" and ", names[1], b" differ\n"].concat());
            return 1;
        }
        let mut out = Vec::new();
        if titled {
            out.extend([b"diff", &self.settings.given[..], b" ", names[0], b" ", names[1], b"\n"].concat());
        }
        let sides = [0, 1].map(|n| Side {
            name: names[n],
            label: self.settings.labels.get(n).map(Vec::as_slice),
            mtime: contents[n].mtime,
            text: &texts[n],
        });
        output::write(&sides, &changes, self.settings.form, &mut out);
        self.process.out(out);
        1
    }
}

/// The file in a directory that is named like another.
fn inside(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let base = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
    let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, slash, base].concat()
}
