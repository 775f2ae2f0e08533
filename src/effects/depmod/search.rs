//! The modules of a release: every file of that kind below its directory, and of several of one name the one that counts.

use std::collections::BTreeMap;

use super::config::{Config, Place};
use crate::{
    effects::process::{Errno, Process},
    formats::kmod,
    rootfs::{Content, Kind},
    terms::RootPath,
};

/// Directories inside one another; symlinks may make them a ring.
const DEEPEST: usize = 40;

/// A module file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Module {
    /// Its name: that of the file up to the first dot, `-` as `_`.
    pub name: Vec<u8>,
    /// Its path as depmod spells it: the directory it was given, then what is below.
    pub path: Vec<u8>,
    /// Where its bytes are.
    pub content: Content,
    /// Its file's time, seconds since 1970.
    pub mtime: i64,
}

impl Module {
    /// Length of the path up to the file's name.
    pub fn base(&self) -> usize {
        self.path.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1)
    }

    /// The path below `directory`, which tables hold; the whole path of an external module.
    pub fn shown(&self, directory: &[u8]) -> &[u8] {
        relative(&self.path, directory).unwrap_or(&self.path)
    }
}

/// What is below a directory.
fn relative<'a>(path: &'a [u8], directory: &[u8]) -> Option<&'a [u8]> {
    path.strip_prefix(directory)?.strip_prefix(b"/")
}

/// A module's name by its file's (kmod's `modname_normalize`).
pub(super) fn module_name(file: &[u8]) -> Vec<u8> {
    file.iter().take_while(|b| **b != b'.').map(|b| if *b == b'-' { b'_' } else { *b }).collect()
}

/// The modules by name, from `directory` and the configuration's external ones.
pub(super) fn modules(
    process: &mut Process<'_, '_>,
    directory: &[u8],
    config: &Config,
) -> Result<BTreeMap<Vec<u8>, Module>, Errno> {
    let mut found = BTreeMap::new();
    let mut choose = |module: Module| {
        if module.name.is_empty() {
            return;
        }
        let stays = found.get(&module.name).is_some_and(|old| has_priority(config, directory, old, &module));
        if !stays {
            found.insert(module.name.clone(), module);
        }
    };
    walk(process, directory, &config.exclude, &mut choose)?;
    for external in &config.external {
        // One that is not there is no fault.
        if let Err(Errno::Stopped) = walk(process, external, &config.exclude, &mut choose) {
            return Err(Errno::Stopped);
        }
    }
    Ok(found)
}

/// A module by its path, as arguments name one.
pub(super) fn module(process: &Process<'_, '_>, path: &[u8]) -> Result<Module, Errno> {
    let stat = process.stat(path)?;
    let Kind::File { content, .. } = stat.kind else { return Err(Errno::Invalid) };
    let file = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    Ok(Module { name: module_name(file), path: path.to_vec(), content, mtime: stat.mtime })
}

/// Goes through all module files below a directory, in the order of their paths.
pub(super) fn walk(
    process: &mut Process<'_, '_>,
    directory: &[u8],
    exclude: &[Vec<u8>],
    each: &mut dyn FnMut(Module),
) -> Result<(), Errno> {
    let stat = process.stat(directory)?;
    if !stat.is_directory() {
        return Err(Errno::NotDirectory);
    }
    let mut open = vec![(stat.path, [directory, b"/"].concat(), 0)];
    while let Some((at, shown, depth)) = open.pop() {
        let mut below = Vec::new();
        let fs = &process.stage.fs;
        let mut names = 0;
        for (name, node) in fs.children(&at) {
            names += 1;
            let excluded = name == b"build" || name == b"source" || exclude.iter().any(|e| e == name);
            let (path, node) = match &node.kind {
                _ if excluded => continue,
                Kind::Symlink(_) => match fs.follow(&at.join(name)) {
                    Ok(found) if found.exists => match fs.get(&found.path) {
                        Some(node) => (found.path, node),
                        None => continue,
                    },
                    _ => continue,
                },
                Kind::Directory => (at.join(name), node),
                _ => (RootPath::root(), node),
            };
            let spelled = [&shown[..], name].concat();
            match &node.kind {
                Kind::Directory if depth < DEEPEST => below.push((path, [&spelled[..], b"/"].concat(), depth + 1)),
                Kind::File { content, .. } if kmod::is_module(name) => each(Module {
                    name: module_name(name),
                    path: spelled,
                    content: content.clone(),
                    mtime: node.metadata.mtime,
                }),
                _ => {}
            }
        }
        open.extend(below.into_iter().rev());
        if !process.stage.budget.steps(1 + names) {
            return Err(Errno::Stopped);
        }
    }
    Ok(())
}

/// Whether `old` counts and not `new`, met later, of the same name. Like kmod's, also where that surprises: an entry of
/// `search` that both are in is the new one's alone.
fn has_priority(config: &Config, directory: &[u8], old: &Module, new: &Module) -> bool {
    // Compared without extensions; what is outside the directory has no relative path.
    let stem =
        |module: &Module| relative(&module.path[..module.base() + module.name.len()], directory).map(<[u8]>::to_vec);
    let (new_stem, old_stem) = (stem(new), stem(old));
    for path in &config.overrides {
        if new_stem.as_ref() == Some(path) {
            return false;
        }
        if old_stem.as_ref() == Some(path) {
            return true;
        }
    }
    let (mut built_in, mut old_rank, mut new_rank) = (None, None, None);
    let mut rank = 0;
    let within = |path: &Option<Vec<u8>>, dir: &[u8]| path.as_ref().is_some_and(|p| relative(p, dir).is_some());
    for place in &config.search {
        match place {
            Place::BuiltIn => built_in = Some(rank),
            Place::External => {
                for dir in &config.external {
                    if relative(&new.path, dir).is_some() {
                        new_rank = Some(rank);
                    }
                    if relative(&old.path, dir).is_some() {
                        old_rank = Some(rank);
                    }
                    rank += 1;
                }
            }
            Place::Directory(dir) if within(&new_stem, dir) => new_rank = Some(rank),
            Place::Directory(dir) if within(&old_stem, dir) => old_rank = Some(rank),
            Place::Directory(_) => {}
        }
        rank += 1;
    }
    new_rank.or(built_in) <= old_rank.or(built_in)
}
