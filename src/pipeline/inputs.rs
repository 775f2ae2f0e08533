//! Local files and trees of the recipe: read in sorted order, with modes that do not depend on anybody's umask.

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use super::Error;
use crate::{
    effects::{EffectError, LocalFile, LocalKind},
    lock::LockedInput,
    recipe::{ArchPlan, Content, TreePlan},
    terms::{Hasher, Nevra, RootPath},
};

/// Everything a plan copies from local files, and the texts of the recipe, trees before files.
pub(super) fn files(
    plan: &ArchPlan,
    directory: &Path,
    installed: &dyn Fn(&str) -> Option<Nevra>,
) -> Result<Vec<LocalFile>, Error> {
    let mut out = Vec::new();
    for tree in &plan.trees {
        out.extend(tree_files(tree, directory)?);
    }
    for file in &plan.files {
        let bytes = match &file.content {
            Content::Content(template) => template.bind(installed).into_bytes(),
            Content::Source(name) => read(&directory.join(name))?,
        };
        out.push(LocalFile {
            path: file.path.clone(),
            kind: LocalKind::File(bytes),
            mode: file.mode,
            user: file.user.clone(),
            group: file.group.clone(),
        });
    }
    Ok(out)
}

/// Digests of the local inputs of plans, as locks keep them.
pub(super) fn digests(plans: &[ArchPlan], directory: &Path) -> Result<Vec<LockedInput>, Error> {
    let mut names: Vec<&str> = plans.iter().flat_map(ArchPlan::local_inputs).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| digest(name, &directory.join(name))).collect()
}

fn digest(name: &str, path: &Path) -> Result<LockedInput, Error> {
    let mut hasher = Hasher::new();
    for (relative, kind, mode) in walk(path)? {
        let (tag, bytes) = match kind {
            LocalKind::Directory => (b'd', Vec::new()),
            LocalKind::File(bytes) => (b'f', bytes),
            LocalKind::Symlink(target) => (b'l', target),
        };
        for part in [relative.as_bytes(), &[tag], &mode.to_le_bytes(), &bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(LockedInput { path: name.to_owned(), digest: hasher.finish() })
}

fn tree_files(tree: &TreePlan, directory: &Path) -> Result<Vec<LocalFile>, Error> {
    let mut out = Vec::new();
    for (relative, kind, mode) in walk(&directory.join(&tree.from))? {
        let path = relative.components().fold(tree.to.clone(), |at, part| at.join(part));
        out.push(LocalFile { path, kind, mode, user: tree.user.clone(), group: tree.group.clone() });
    }
    Ok(out)
}

/// A file, or everything below a directory, in byte order of the names. Modes are 0755 where the owner may execute, else 0644.
fn walk(root: &Path) -> Result<Vec<(RootPath, LocalKind, u16)>, Error> {
    let mut out = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|e| Error::Local { path: root.to_owned(), source: plain(e) })?;
        let relative = entry.path().strip_prefix(root).unwrap_or(Path::new("")).as_os_str().as_bytes();
        let relative = RootPath::new(relative)
            .map_err(|source| Error::Effect(EffectError::Name { name: entry.path().display().to_string(), source }))?;
        let (kind, executable) = local(&entry)?;
        let Some(kind) = kind else { continue };
        let mode = if executable || kind == LocalKind::Directory { 0o755 } else { 0o644 };
        out.push((relative, kind, mode));
    }
    Ok(out)
}

fn local(entry: &walkdir::DirEntry) -> Result<(Option<LocalKind>, bool), Error> {
    let failed = |source| Error::Local { path: entry.path().to_owned(), source };
    let kind = entry.file_type();
    if kind.is_dir() {
        return Ok((Some(LocalKind::Directory), true));
    }
    if kind.is_symlink() {
        let target = fs::read_link(entry.path()).map_err(failed)?;
        return Ok((Some(LocalKind::Symlink(target.as_os_str().as_bytes().to_vec())), false));
    }
    if !kind.is_file() {
        return Ok((None, false)); // sockets and devices are the host's
    }
    let mode = entry.metadata().map_err(|e| failed(e.into()))?.permissions().mode();
    Ok((Some(LocalKind::File(read(entry.path())?)), mode & 0o100 != 0))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Local { path: PathBuf::from(path), source })
}

/// The error of the file system itself; its wrapper would say the path a second time.
fn plain(error: walkdir::Error) -> std::io::Error {
    error.into_io_error().unwrap_or_else(|| std::io::Error::other("symbolic links lead in a circle"))
}
