//! `ldconfig`: the linker's cache and the soname links, as the image's own glibc makes them.
//!
//! ```text
//! dialect      what the image's ldconfig can, read out of its program
//! options      its command line
//! root         names as it sees them, under `-r ROOT` too
//! directories  ld.so.conf, built-in directories, glibc-hwcaps
//! libraries    facts of ELF files, remembered by content
//! glob         names that an include line stands for
//! search       a directory: which library stands for which soname, and the links
//! cache        the file, written: order, strings, both formats
//! view, print  the file, read: `-p`
//! ```
//! The auxiliary cache (`/var/cache/ldconfig/aux-cache`) is not written: it only saves time, by inode numbers that mean nothing
//! in an image. One that the base has stays, and the real ldconfig throws out what no longer matches.
//!
//! Facts of files come from [`Contents::derive`], so that a run after the first reads nothing. [`prepare`] lets them be worked
//! out for all packages at once.
//!
//! What is decided by the order of a directory on disk in glibc goes by byte order here: which of two libraries with the same
//! soname and different flags in one directory gives the flags.

mod cache;
mod dialect;
mod directories;
mod glob;
mod legacy;
mod libraries;
mod options;
mod print;
mod root;
mod search;
#[cfg(test)]
mod tests;
mod view;

use std::io;

use super::{
    commands::Table,
    process::{Process, Status},
};
use crate::rootfs::{Content, Contents};
use {
    dialect::Dialect,
    directories::Directories,
    libraries::Libraries,
    options::{Action, Options},
    root::Root,
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[("ldconfig", ldconfig), ("ldconfig.real", ldconfig)];

/// Whether a file of that name (its last component) may be a library: `lib*.so*`, `ld-*.so*`, `ld.so.*`, `ld64.so.*`
/// (glibc's `elf/dl-is_dso.h`).
pub(in crate::effects) fn is_candidate(name: &[u8]) -> bool {
    ((name.starts_with(b"lib") || name.starts_with(b"ld-")) && name.windows(3).any(|w| w == b".so"))
        || name.starts_with(b"ld.so.")
        || name.starts_with(b"ld64.so.")
}

pub(in crate::effects) use dialect::MARKS;
pub(in crate::effects) use libraries::FORESIGHT;

/// Works out the facts of many candidates at once, so that every later run finds them remembered.
pub(in crate::effects) fn prepare(contents: &dyn Contents, candidates: &[Content]) -> io::Result<()> {
    libraries::derive(contents, candidates).map(drop)
}

fn ldconfig(process: &mut Process<'_, '_>) -> Status {
    let options = match Options::parse(&process.args) {
        Ok(options) => options,
        Err(why) => {
            process.fail(why);
            return Status(64);
        }
    };
    match run(process, &options) {
        Ok(()) => Status::SUCCESS,
        Err(Stopped::Failed(why)) => process.fail(why),
        Err(Stopped::Exhausted) => Status::STOPPED,
    }
}

/// Why it ended early.
enum Stopped {
    /// With a message and status 1.
    Failed(String),
    /// Nothing is left of the budget.
    Exhausted,
}

fn run(process: &mut Process<'_, '_>, options: &Options) -> Result<(), Stopped> {
    let root = Root::of(process, options.root.as_deref())?;
    let dialect = Dialect::of(process, &root);
    match options.action {
        Action::Version => {
            process.out(dialect.version());
            return Ok(());
        }
        Action::Help => {
            process.out(options::USAGE);
            return Ok(());
        }
        Action::Print => return print::print(process, &root, &options.cache),
        Action::Link | Action::Build => {}
    }
    let mut libraries = Libraries::new(&dialect);
    if matches!(options.action, Action::Link) {
        return search::link_each(process, &root, options, &mut libraries);
    }
    let mut directories = Directories::of(process, &root, options, &dialect)?;
    libraries.load(process, &directories)?;
    let mut cache = cache::Cache::new(directories.hwcaps());
    let mut at = 0;
    while let Some(directory) = directories.get(at) {
        search::directory(process, options, &directory, &mut directories, &mut libraries, &mut cache)?;
        at += 1;
    }
    if options.build_cache { cache.write(process, &root, options, &dialect) } else { Ok(()) }
}
