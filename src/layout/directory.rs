//! Layouts as directories.

use std::{
    fs::{self, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{
    Error,
    index::{Content, MARKER, contents, index_json, parse},
};
use crate::{
    formats::oci::Index,
    store::{Publication, Store},
    terms::BlobDigest,
};

/// Writes `publication` to the layout `dir` under `names` (`org.opencontainers.image.ref.name`; none: without a name).
/// A layout that is there keeps its other images.
///
/// # Errors
/// [`Error::NotEmpty`] when something else is there: nothing of it is touched.
pub fn write_directory(dir: &Path, publication: &Publication, names: &[String], store: &Store) -> Result<(), Error> {
    let contents = contents(publication, store)?;
    let old = existing(dir)?;
    let json = index_json(old.clone(), publication, names);
    if old.is_some() {
        fill(dir, &contents)?;
        return replace(&dir.join("index.json"), &json);
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(Error::io("making", parent))?;
    // Beside its place, so that the rename stays on one file system; gone with an error.
    let temp = tempfile::Builder::new().prefix(".drydock-layout-").tempdir_in(parent);
    let temp = temp.map_err(Error::io("making a directory in", parent))?;
    fs::set_permissions(temp.path(), Permissions::from_mode(0o755)).map_err(Error::io("making", temp.path()))?;
    fill(temp.path(), &contents)?;
    replace(&temp.path().join("oci-layout"), MARKER)?;
    replace(&temp.path().join("index.json"), &json)?;
    // An empty directory is replaced by rename, one that has been filled meanwhile is not.
    fs::rename(temp.path(), dir).map_err(|e| match e.kind() {
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => Error::NotEmpty { dir: dir.to_owned() },
        _ => Error::io("writing", dir)(e),
    })?;
    // It is no longer where its guard would remove it.
    let _: PathBuf = temp.keep();
    Ok(())
}

/// The index of a layout in `dir`; none where there is nothing yet.
fn existing(dir: &Path) -> Result<Option<Index>, Error> {
    let mut entries = match fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(Error::io("looking at", dir))?,
    };
    if entries.next().is_none() {
        return Ok(None);
    }
    if !dir.join("oci-layout").is_file() {
        return Err(Error::NotEmpty { dir: dir.to_owned() });
    }
    let json = dir.join("index.json");
    let bytes = fs::read(&json).map_err(Error::io("reading", &json))?;
    parse(dir, &bytes).map(Some)
}

fn fill(dir: &Path, contents: &std::collections::BTreeMap<BlobDigest, Content<'_>>) -> Result<(), Error> {
    let blobs = dir.join("blobs/sha256");
    fs::create_dir_all(&blobs).map_err(Error::io("making", &blobs))?;
    for sub in [dir.join("blobs"), blobs.clone()] {
        fs::set_permissions(&sub, Permissions::from_mode(0o755)).map_err(Error::io("making", &sub))?;
    }
    for (digest, content) in contents {
        let path = blobs.join(digest.0.hex());
        if fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() == content.size()) {
            continue;
        }
        match content {
            Content::Document(document) => replace(&path, document.bytes())?,
            Content::Blob(blob) => link_or_copy(blob.path(), &path)?,
        }
    }
    Ok(())
}

/// Puts a store's file at `path`: as a hard link, which costs nothing, or as a copy (a reflink where the file system
/// can) on another file system.
fn link_or_copy(from: &Path, path: &Path) -> Result<(), Error> {
    // A file of the wrong length under this name is a leftover of somebody else's crash.
    fs::remove_file(path)
        .or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
        .map_err(Error::io("replacing", path))?;
    if fs::hard_link(from, path).is_ok() {
        return Ok(());
    }
    let parent = path.parent().expect("a blob lies in a directory");
    let temp = tempfile::NamedTempFile::new_in(parent).map_err(Error::io("writing in", parent))?;
    fs::copy(from, temp.path()).map_err(Error::io("copying to", path))?;
    persist(temp, path)
}

/// Writes a small file by rename.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let parent = path.parent().expect("a file lies in a directory");
    let mut temp = tempfile::NamedTempFile::new_in(parent).map_err(Error::io("writing in", parent))?;
    temp.write_all(bytes).map_err(Error::io("writing", path))?;
    persist(temp, path)
}

/// Renames a finished temporary to its place, readable by all.
pub(super) fn persist(temp: tempfile::NamedTempFile, path: &Path) -> Result<(), Error> {
    fs::set_permissions(temp.path(), Permissions::from_mode(0o644)).map_err(Error::io("writing", path))?;
    temp.persist(path).map(drop).map_err(|e| Error::io("writing", path)(e.error))
}
