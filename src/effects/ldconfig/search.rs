//! A directory: which library stands for which soname, the links, and what goes into the cache.

use super::{
    Stopped,
    cache::{Cache, Entry},
    directories::{Directories, Directory},
    legacy, libraries,
    libraries::Libraries,
    options::Options,
    root::Root,
};
use crate::{
    effects::process::Process,
    rootfs::{Kind, Metadata, Node, Origin},
    terms::RootPath,
};

/// What a directory has for one soname.
struct Held {
    name: Vec<u8>,
    soname: Vec<u8>,
    flags: u32,
    /// The link for the linker, `libfoo.so`, which goes into the cache under its own name.
    is_link: bool,
    os_version: u32,
    isa_level: u8,
}

pub(super) fn directory(
    process: &mut Process<'_, '_>,
    options: &Options,
    directory: &Directory,
    directories: &mut Directories<'_>,
    libraries: &mut Libraries<'_>,
    cache: &mut Cache,
) -> Result<(), Stopped> {
    let (marks, family) = (&libraries.dialect.marks, libraries.dialect.family);
    let legacy =
        if directory.hwcaps.is_none() && marks.legacy_hwcaps { legacy::bits(family, &directory.path) } else { 0 };
    if options.verbose {
        say_directory(process, directory, directories, legacy);
    }
    let held = hold(process, options, directory, directories, libraries)?;
    // The list of glibc has the last at its head.
    for library in held.into_iter().rev() {
        let file = match directory.hwcaps {
            None => {
                if !library.is_link {
                    link(process, directories.root, options, &directory.path, &library.name, &library.soname)?;
                }
                &library.soname
            }
            Some(_) => {
                if options.verbose {
                    process.out([b"\t", library.soname.as_slice(), b" -> ", &library.name, b"\n"].concat());
                }
                &library.name
            }
        };
        if options.build_cache {
            cache.add(Entry {
                path: [&directory.path, &b"/"[..], file].concat(),
                key: library.soname,
                flags: library.flags,
                os_version: library.os_version,
                isa_level: library.isa_level,
                legacy,
                hwcaps: directory.hwcaps,
            });
        }
    }
    Ok(())
}

fn say_directory(process: &mut Process<'_, '_>, directory: &Directory, directories: &Directories<'_>, legacy: u64) {
    let path = String::from_utf8_lossy(&directory.path);
    let hwcap = match directory.hwcaps {
        Some(n) => format!(" (hwcap: \"{}\")", String::from_utf8_lossy(&directories.hwcaps()[n])),
        None if legacy != 0 => format!(" (hwcap: 0x{legacy:016x})"),
        None => String::new(),
    };
    let (file, line) = &directory.named;
    process.out(format!("{path}:{hwcap} (from {}:{line})\n", String::from_utf8_lossy(file)));
}

/// Everything of a directory that goes on, one for each soname, in the order they were met.
fn hold(
    process: &mut Process<'_, '_>,
    options: &Options,
    directory: &Directory,
    directories: &mut Directories<'_>,
    libraries: &mut Libraries<'_>,
) -> Result<Vec<Held>, Stopped> {
    let names: Vec<_> = process.stage.fs.children(&directory.at).map(|(name, _)| name.to_vec()).collect();
    if !process.stage.budget.steps(names.len() as u64) {
        return Err(Stopped::Exhausted);
    }
    let mut held: Vec<Held> = Vec::new();
    let mut by_soname: std::collections::BTreeMap<Vec<u8>, usize> = std::collections::BTreeMap::new();
    for name in names {
        let Some(found) = one(process, options, directory, directories, libraries, name)? else { continue };
        match by_soname.get(&found.soname) {
            Some(&n) => held[n].or_newer(found),
            None => {
                by_soname.insert(found.soname.clone(), held.len());
                held.push(found);
            }
        }
    }
    Ok(held)
}

impl Held {
    /// A file goes before a link; among equals the higher name.
    fn or_newer(&mut self, other: Self) {
        let newer = match (other.is_link, self.is_link) {
            (false, true) => true,
            (true, false) => false,
            _ => super::cache::compare(&self.name, &other.name).is_lt(),
        };
        if !newer {
            return;
        }
        let is_plain = |flags: u32| flags == libraries::ELF;
        let flags = if is_plain(self.flags) || is_plain(other.flags) { other.flags } else { self.flags };
        *self = Self { flags, soname: std::mem::take(&mut self.soname), ..other };
    }
}

/// What one name of a directory is.
fn one(
    process: &mut Process<'_, '_>,
    options: &Options,
    directory: &Directory,
    directories: &mut Directories<'_>,
    libraries: &mut Libraries<'_>,
    name: Vec<u8>,
) -> Result<Option<Held>, Stopped> {
    let goes_down = libraries.dialect.marks.legacy_hwcaps
        && directory.hwcaps.is_none()
        && legacy::is_searched(libraries.dialect.family, &name);
    let at = directory.at.join(&name);
    let fs = &process.stage.fs;
    let Some(node) = fs.get(&at) else { return Ok(None) };
    let (is_file, is_link) = (matches!(node.kind, Kind::File { .. }), matches!(node.kind, Kind::Symlink(_)));
    // Before 2.34 a linker's name had to begin with `ld-`.
    let is_named_so = super::is_candidate(&name)
        && (libraries.dialect.marks.knows_linkers || name.starts_with(b"lib") || name.starts_with(b"ld-"));
    let looks_right = is_named_so || (!is_file && (directory.hwcaps.is_some() || goes_down));
    if matches!(node.kind, Kind::Special(_))
        || !looks_right
        || is_temporary(&name, libraries.dialect.marks.skips_temporaries)
    {
        return Ok(None);
    }
    let leaf = if is_link { directories.target(fs, directory, &name) } else { fs.leaf(&at) };
    let Some(leaf) = leaf else {
        // A link that leads nowhere goes.
        if options.link && name.windows(4).any(|w| w == b".so.") {
            process.stage.fs.remove(&at);
        }
        return Ok(None);
    };
    if fs.node(leaf).is_directory() {
        if goes_down {
            directories.add_below(fs, directory, &name);
        }
        return Ok(None);
    }
    let Some(library) = libraries.get(process, leaf)? else { return Ok(None) };
    let soname = library.soname.unwrap_or_else(|| name.clone());
    // libfoo.so -> libfoo.so.1.2 of soname libfoo.so.1 is for ld(1); any other link counts as the file it leads to.
    let is_link = is_link && (name == soname || (name.ends_with(b".so") && soname.starts_with(&name)));
    let flags = if library.flags == libraries::ELF { directory.flags.unwrap_or(library.flags) } else { library.flags };
    Ok(Some(Held {
        soname: if is_link { name.clone() } else { soname },
        name,
        flags,
        is_link,
        os_version: library.os_version,
        isa_level: library.isa_level,
    }))
}

/// Files that prelink, rpm and dpkg make on their way.
fn is_temporary(name: &[u8], of_package_managers: bool) -> bool {
    const PRELINK: &[u8] = b".#prelink#";
    let before = name.len().checked_sub(PRELINK.len() + 7);
    name.ends_with(PRELINK)
        || before.is_some_and(|at| name[at..].starts_with(PRELINK) && name[at + PRELINK.len()] == b'.')
        || (of_package_managers
            && (name.contains(&b';') || name.ends_with(b".dpkg-new") || name.ends_with(b".dpkg-tmp")))
}

/// Makes the link from the soname to the file, unless it leads there already.
fn link(
    process: &mut Process<'_, '_>,
    root: &Root,
    options: &Options,
    directory: &[u8],
    file: &[u8],
    soname: &[u8],
) -> Result<(), Stopped> {
    if !process.stage.budget.step() {
        return Err(Stopped::Exhausted);
    }
    let fs = &process.stage.fs;
    let name = |of: &[u8]| [directory, b"/", of].concat();
    let leads = |of: &[u8]| root.find(fs, &name(of)).and_then(|path| fs.leaf(&path));
    let Some((at, there)) = root.walk(fs, &name(soname), false) else { return Ok(()) };
    let is_link = fs.get(&at).is_some_and(|n| matches!(n.kind, Kind::Symlink(_)));
    let mut wanted = true;
    if let Some(now) = leads(soname) {
        let Some(library) = leads(file) else { return Ok(()) };
        wanted = now != library;
        if wanted && !is_link {
            let soname = String::from_utf8_lossy(&name(soname)).into_owned();
            process.fail(format_args!("{soname} is not a symbolic link\n"));
            wanted = false;
        }
    }
    let changes = wanted && options.link && (is_link || !there);
    if changes {
        put_link(process, at, file);
    }
    if options.verbose {
        let end: &[u8] = match (changes, wanted && options.link) {
            (true, _) => b" (changed)\n",
            (false, true) => b" (SKIPPED)\n",
            (false, false) => b"\n",
        };
        process.out([b"\t", soname, b" -> ", file, end].concat());
    }
    Ok(())
}

fn put_link(process: &mut Process<'_, '_>, at: RootPath, target: &[u8]) {
    let metadata = Metadata::of_root(0o777, process.stage.now());
    let node = Node { kind: Kind::Symlink(target.to_vec()), metadata, origin: Origin::Effect };
    process.stage.fs.insert(at, node);
}

/// `-l`: each given file its own link, nothing else.
pub(super) fn link_each(
    process: &mut Process<'_, '_>,
    root: &Root,
    options: &Options,
    libraries: &mut Libraries<'_>,
) -> Result<(), Stopped> {
    for given in &options.given {
        let (directory, file) = match given.iter().rposition(|&b| b == b'/') {
            Some(slash) => (&given[..slash], &given[slash + 1..]),
            None => (&b"."[..], given.as_slice()),
        };
        let fs = &process.stage.fs;
        let found = root.walk(fs, given, false).filter(|(_, exists)| *exists);
        let shown = String::from_utf8_lossy(given);
        let Some((path, _)) = found else {
            process.fail(format_args!("Cannot lstat {shown}: No such file or directory"));
            continue;
        };
        let leaf = fs.leaf(&path).filter(|&leaf| matches!(fs.node(leaf).kind, Kind::File { .. }));
        let Some(leaf) = leaf else {
            process.fail(format_args!("Ignored file {shown} since it is not a regular file."));
            continue;
        };
        let Some(library) = libraries.get(process, leaf)? else {
            process.fail(format_args!("No link created since soname could not be found for {shown}"));
            continue;
        };
        link(process, root, options, directory, file, library.soname.as_deref().unwrap_or(file))?;
    }
    Ok(())
}
