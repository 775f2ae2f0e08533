//! Files for downloads that can go on after a kill.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{Error, Store, error::writing};
use crate::terms::Checksum;

/// A file open for writing, and what becomes of it when nobody commits it.
#[derive(Debug)]
pub(super) struct Landing {
    pub file: File,
    pub path: PathBuf,
    /// Whether the file outlives a writer that gave up, so that the next one goes on.
    pub keeps: bool,
}

/// Takes the partial file of `checksum` for this process, or a fresh temporary if another one is writing it now.
///
/// The flock dies with its process, so a killed build's partial is free at once, and a living one's is never shared.
pub(super) fn claim(store: &Store, checksum: &Checksum) -> Result<Landing, Error> {
    let path = store.sub("partial").join(format!("{}-{}", checksum.algorithm().name(), checksum.hex()));
    let failed = |e| writing(&checksum.to_string(), store.dir(), None, e);
    // Twice at most: the winner of a race renames the file away between our open and our lock.
    for _ in 0..2 {
        let file = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        if file.try_lock().is_err() {
            break;
        }
        if same_file(&file, &path).map_err(failed)? {
            return Ok(Landing { file, path, keeps: true });
        }
    }
    temporary(store)
}

/// A fresh file in `temp`.
pub(super) fn temporary(store: &Store) -> Result<Landing, Error> {
    let failed = |e| writing("a temporary file", store.dir(), None, e);
    let temp = tempfile::Builder::new().prefix("blob-").tempfile_in(store.sub("temp")).map_err(failed)?;
    let (file, path) = temp.keep().map_err(|e| failed(e.error))?;
    Ok(Landing { file, path, keeps: false })
}

fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    Ok(match fs::metadata(path) {
        Ok(there) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => false,
        Err(e) => return Err(e),
    })
}

impl Landing {
    pub fn remove(&self) {
        fs::remove_file(&self.path).ok();
    }
}
