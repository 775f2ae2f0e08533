//! Which files are searched.

use super::{super::stream::text, search::Search, settings::Settings};
use crate::effects::process::{Errno, Process, Stat};

/// Directories inside one another.
const DEEPEST: usize = 200;

/// Searches all operands; true when one of them was trouble.
pub(super) fn files(
    process: &mut Process<'_, '_>,
    settings: &Settings,
    operands: &[Vec<u8>],
    search: &mut Search<'_>,
) -> bool {
    let here = [b".".to_vec()];
    let stdin = [b"-".to_vec()];
    let operands = match (operands.is_empty(), settings.recursive) {
        (false, _) => operands,
        (true, true) => &here[..],
        (true, false) => &stdin[..],
    };
    let unnamed_directory = std::ptr::eq(operands, &raw const here[..]);
    search.with_name = settings.with_name.unwrap_or(operands.len() > 1 || settings.recursive);
    let mut walk = Walk { settings, search, trouble: false };
    for operand in operands {
        if operand == b"-" {
            let bytes = process.input();
            walk.search.file(process, &settings.label, &bytes);
        } else if unnamed_directory {
            walk.directory(process, b".", b"", 0);
        } else {
            walk.operand(process, operand, operands.len());
        }
        if walk.ends(process) {
            break;
        }
    }
    walk.trouble
}

struct Walk<'w, 's> {
    settings: &'w Settings,
    search: &'w mut Search<'s>,
    trouble: bool,
}

impl Walk<'_, '_> {
    fn ends(&self, process: &Process<'_, '_>) -> bool {
        self.settings.quiet && self.search.selected || process.stage.budget.exhausted().is_some()
    }

    fn operand(&mut self, process: &mut Process<'_, '_>, name: &[u8], operands: usize) {
        let stat = match process.stat(name) {
            Ok(stat) => stat,
            Err(error) => return self.complain(process, name, error),
        };
        if !stat.is_directory() {
            if operands == 1 && self.settings.with_name.is_none() {
                self.search.with_name = false;
            }
            if self.wanted(process, name) {
                self.file(process, name, name);
            }
        } else if self.settings.recursive {
            if !self.excluded(process, name) {
                let prefix = if name.ends_with(b"/") { name.to_vec() } else { [name, b"/"].concat() };
                self.directory(process, name, &prefix, 0);
            }
        } else if !self.settings.skip_directories {
            self.complain(process, name, Errno::IsDirectory);
        }
    }

    /// Everything in a directory, in byte order; `prefix` is what names in it are shown after.
    fn directory(&mut self, process: &mut Process<'_, '_>, name: &[u8], prefix: &[u8], depth: usize) {
        let names = match process.read_dir(name) {
            Ok(names) => names,
            Err(error) => return self.complain(process, name, error),
        };
        for base in names {
            if self.ends(process) {
                return;
            }
            let path = [prefix, &base].concat();
            let stat = if self.settings.follow { process.stat(&path) } else { process.lstat(&path) };
            match stat {
                Ok(stat) if stat.is_directory() => {
                    if depth < DEEPEST && !self.excluded(process, &base) {
                        self.directory(process, &path, &[&path[..], b"/"].concat(), depth + 1);
                    }
                }
                Ok(stat) if self.is_searched(&stat) => {
                    if self.wanted(process, &base) {
                        self.file(process, &path, &path);
                    }
                }
                Ok(_) => {}
                Err(error) => self.complain(process, &path, error),
            }
        }
    }

    /// Devices and symlinks met on the way are passed over.
    fn is_searched(&self, stat: &Stat) -> bool {
        stat.is_file()
    }

    /// `--include` and `--exclude`: the last that matches decides; where none does, the first kind that was given.
    fn wanted(&self, process: &mut Process<'_, '_>, name: &[u8]) -> bool {
        let base = name.rsplit(|&b| b == b'/').next().unwrap_or(name);
        let globs = &self.settings.globs;
        let mut matching = globs.iter().rev().filter(|(_, glob)| {
            glob.is_match(base, &mut process.stage.budget) || glob.is_match(name, &mut process.stage.budget)
        });
        match matching.next() {
            Some((include, _)) => *include,
            None => globs.first().is_none_or(|(include, _)| !include),
        }
    }

    fn excluded(&self, process: &mut Process<'_, '_>, name: &[u8]) -> bool {
        let trimmed = name.strip_suffix(b"/").unwrap_or(name);
        let base = trimmed.rsplit(|&b| b == b'/').next().unwrap_or(trimmed);
        self.settings.excluded_directories.iter().any(|glob| {
            glob.is_match(base, &mut process.stage.budget) || glob.is_match(trimmed, &mut process.stage.budget)
        })
    }

    fn file(&mut self, process: &mut Process<'_, '_>, name: &[u8], shown: &[u8]) {
        match process.read_file(name) {
            Ok(bytes) => self.search.file(process, shown, &bytes),
            Err(error) => self.complain(process, name, error),
        }
    }

    fn complain(&mut self, process: &mut Process<'_, '_>, name: &[u8], error: Errno) {
        self.trouble = true;
        if !self.settings.no_messages {
            process.fail(format_args!("{}: {error}", text(name)));
        }
    }
}
