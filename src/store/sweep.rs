//! Counting, checking and clearing a store.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{Error, Store, blob::SIZES, writer::hash_file};
use crate::terms::{Algorithm, Checksum};

/// A number of files and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files.
    pub files: u64,
    /// Their lengths added up, in bytes.
    pub bytes: u64,
}

impl Tally {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Checked bytes.
    pub blobs: Tally,
    /// Downloads cut short or under way.
    pub partial: Tally,
    /// Derived values.
    pub facts: Tally,
    /// Files on their way.
    pub temp: Tally,
}

/// What a garbage collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freed {
    /// Files removed.
    pub removed: Tally,
    /// Blobs kept.
    pub kept: Tally,
}

/// A file of the store that was not what its name says, and was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Where it was.
    pub path: PathBuf,
    /// What it hashed to; none where it could not be read or its name is no checksum.
    pub actual: Option<Checksum>,
}

/// What [`Store::fsck`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FsckReport {
    /// Blobs that are what their names say.
    pub sound: Tally,
    /// The others, in path order; all removed.
    pub damaged: Vec<Damaged>,
}

impl Store {
    /// Counts what is there.
    pub fn du(&self) -> Result<Usage, Error> {
        let tally = |name| -> Result<Tally, Error> {
            let mut tally = Tally::default();
            for (_, size) in files_below(&self.sub(name))? {
                tally.add(size);
            }
            Ok(tally)
        };
        Ok(Usage { blobs: tally("blobs")?, partial: tally("partial")?, facts: tally("facts")?, temp: tally("temp")? })
    }

    /// Removes every blob that `keep` does not name, every derived value and every partial file. Derived values go
    /// because nothing tells what they were derived from; they are made anew when needed.
    ///
    /// # Errors
    /// [`Error::Busy`] while another process has the store open: it may be about to use what would go.
    pub fn gc(&self, keep: &BTreeSet<Checksum>) -> Result<Freed, Error> {
        if let Some(lock) = self.lock() {
            lock.try_lock().map_err(|_| Error::Busy { dir: self.dir().to_owned() })?;
        }
        let freed = self.collect(keep);
        if let Some(lock) = self.lock() {
            lock.lock_shared().map_err(Error::io("locking", self.sub("lock")))?;
        }
        freed
    }

    fn collect(&self, keep: &BTreeSet<Checksum>) -> Result<Freed, Error> {
        let mut freed = Freed::default();
        for (path, size) in files_below(&self.sub("blobs"))? {
            if named(&path).is_some_and(|c| keep.contains(&c)) {
                freed.kept.add(size);
            } else {
                fs::remove_file(&path).map_err(Error::io("removing", &path))?;
                freed.removed.add(size);
            }
        }
        let (sizes, keys) = (self.sub("facts").join(SIZES), self.sub("facts").join("key"));
        for dir in ["partial", "facts", "temp"] {
            for (path, size) in files_below(&self.sub(dir))? {
                // A size that outlives its blob is 40 bytes, and those of kept blobs save hashing them again.
                // A signing key is small too, and without it a kept lock could not be built offline.
                if (path.starts_with(&sizes) || path.starts_with(&keys)) && !keep.is_empty() {
                    continue;
                }
                fs::remove_file(&path).map_err(Error::io("removing", &path))?;
                freed.removed.add(size);
            }
        }
        Ok(freed)
    }

    /// Hashes every blob again and removes those that are not what their names say. Safe beside running builds: a
    /// damaged blob is worth nothing to them either.
    pub fn fsck(&self) -> Result<FsckReport, Error> {
        let mut report = FsckReport::default();
        for (path, size) in files_below(&self.sub("blobs"))? {
            let expected = named(&path);
            let algorithm = expected.as_ref().map_or(Algorithm::Sha256, Checksum::algorithm);
            let actual = hash_file(&path, algorithm).ok().map(|(checksum, _)| checksum);
            if expected.is_some() && expected == actual {
                report.sound.add(size);
                continue;
            }
            fs::remove_file(&path).map_err(Error::io("removing", &path))?;
            report.damaged.push(Damaged { path, actual: actual.filter(|_| expected.is_some()) });
        }
        Ok(report)
    }
}

/// The checksum a path below `blobs` stands for.
fn named(path: &Path) -> Option<Checksum> {
    let algorithm = Algorithm::from_name(path.parent()?.file_name()?.to_str()?)?;
    Checksum::new(algorithm, path.file_name()?.to_str()?).ok()
}

/// Every file below `dir` with its length, in path order. Files that vanish meanwhile are left out.
fn files_below(dir: &Path) -> Result<Vec<(PathBuf, u64)>, Error> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        match entry {
            Ok(e) if e.file_type().is_dir() => {}
            Ok(e) => files.extend(e.metadata().ok().map(|m| (e.path().to_owned(), m.len()))),
            Err(e) if e.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) => {}
            Err(e) => return Err(Error::io("listing", dir)(e.into())),
        }
    }
    Ok(files)
}
