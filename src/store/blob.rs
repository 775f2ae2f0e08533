//! The store's directory and the blobs in it.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{Error, Expected, Spool, Verified, Writer, error::writing, writer::hash_file};
use crate::terms::{Checksum, Digest, is_full};

/// Files in `temp` that are this much older than a file made now belong to a process that died, even where others are at work.
const LEFTOVER: Duration = Duration::from_secs(24 * 3600);

/// A content-addressed directory. Cloning is cheap, and clones in any number of threads and processes work side by side.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    /// Holds the shared lock as long as the store is in use; none where the file system knows no locks.
    lock: Option<File>,
}

/// A file of known bytes in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    path: PathBuf,
    size: u64,
    checksum: Checksum,
}

impl Blob {
    /// Where it lies. Never write to it; a hard link of it must not be written to either.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What it hashes to.
    pub fn checksum(&self) -> &Checksum {
        &self.checksum
    }

    /// Opens it for reading.
    pub fn open(&self) -> Result<File, Error> {
        File::open(&self.path).map_err(Error::io("reading", &self.path))
    }

    /// All its bytes, if there are at most `limit`.
    pub fn read(&self, limit: u64) -> Result<Vec<u8>, Error> {
        if self.size > limit {
            return Err(Error::TooLarge { checksum: self.checksum.clone(), size: self.size, limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
        self.open()?.take(limit).read_to_end(&mut bytes).map_err(Error::io("reading", &self.path))?;
        Ok(bytes)
    }
}

impl Store {
    /// Opens the store in `dir`, which is made if it is not there, and sweeps what dead processes left behind.
    ///
    /// # Errors
    /// [`Error::Unusable`] where the directory cannot be made or written.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = dir.into();
        let unusable = |source: io::Error| match source.kind() {
            kind if is_full(kind) => writing("its directories", &dir, None, source),
            _ => Error::Unusable { dir: dir.clone(), source },
        };
        for sub in ["blobs", "partial", "facts", "temp"] {
            fs::create_dir_all(dir.join(sub)).map_err(unusable)?;
        }
        let lock = File::options().create(true).append(true).open(dir.join("lock")).map_err(unusable)?;
        // Nobody else has the store open: what lies in `temp` was a dead process's.
        let alone = lock.try_lock().is_ok();
        sweep_temp(&dir.join("temp"), alone).map_err(unusable)?;
        // A file system without locks (some network mounts) is usable: only gc would mind.
        let lock = lock.lock_shared().is_ok().then_some(lock);
        Ok(Self(Arc::new(Inner { dir, lock })))
    }

    /// Opens a store that is there already: what counts or clears one must not take another directory for it.
    ///
    /// # Errors
    /// [`Error::NotStore`] for anything else.
    pub fn existing(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = dir.into();
        if !dir.join("facts").is_dir() || !dir.join("lock").is_file() {
            return Err(Error::NotStore { dir });
        }
        Self::open(dir)
    }

    /// The store's directory.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// An empty file without a name on the store's file system, gone with its handle.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub fn scratch(&self) -> std::io::Result<File> {
        tempfile::tempfile_in(&self.0.dir)
    }

    pub(super) fn lock(&self) -> Option<&File> {
        self.0.lock.as_ref()
    }

    pub(super) fn sub(&self, name: &str) -> PathBuf {
        self.0.dir.join(name)
    }

    pub(super) fn blob_path(&self, checksum: &Checksum) -> PathBuf {
        self.0.dir.join("blobs").join(checksum.algorithm().name()).join(checksum.hex())
    }

    /// The blob of that checksum, if it is here, whole. A file whose length is not the remembered one (a power loss can
    /// do that) is hashed again and removed if it is not what its name says.
    pub fn blob(&self, checksum: &Checksum) -> Option<Verified<Blob>> {
        let path = self.blob_path(checksum);
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
        if self.remembered_size(checksum) != Some(size) {
            let (actual, hashed) = hash_file(&path, checksum.algorithm()).ok()?;
            if actual != *checksum {
                // Not ours to keep: the next writer would otherwise find it "there".
                fs::remove_file(&path).ok();
                return None;
            }
            self.remember_size(checksum, hashed).ok();
            return Some(Verified::vouch(Blob { path, size: hashed, checksum: checksum.clone() }));
        }
        Some(Verified::vouch(Blob { path, size, checksum: checksum.clone() }))
    }

    /// A writer of bytes whose checksum is known beforehand. It goes on where a killed process stopped: look at
    /// [`Writer::position`] before sending it bytes.
    pub fn writer(&self, expected: Expected) -> Result<Writer, Error> {
        Writer::open(self, expected)
    }

    /// A writer of bytes that are named by whatever SHA-256 they turn out to have.
    pub fn spool(&self) -> Result<Spool, Error> {
        Spool::open(self)
    }

    /// Stores `bytes` under their SHA-256.
    pub fn put(&self, bytes: &[u8]) -> Result<Verified<Blob>, Error> {
        let checksum = Checksum::from(Digest::of(bytes));
        if let Some(blob) = self.blob(&checksum) {
            return Ok(blob);
        }
        let mut spool = self.spool()?;
        spool.append(bytes)?;
        spool.commit()
    }

    /// Stores everything `from` gives, which must be what `expected` says.
    pub fn import(&self, from: &mut dyn Read, expected: Expected) -> Result<Verified<Blob>, Error> {
        if let Some(blob) = self.blob(&expected.checksum) {
            return Ok(blob);
        }
        let what = expected.checksum.to_string();
        let mut writer = self.writer(expected)?;
        writer.restart()?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return writer.commit(),
                Ok(n) => writer.append(&buffer[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(Error::Input { what, source }),
            }
        }
    }

    /// Files a finished, hashed temporary under its name. Losing a race against another process that stores the same
    /// bytes is no loss: rename replaces equal by equal.
    pub(super) fn file(&self, temp: &Path, checksum: &Checksum, size: u64) -> Result<Verified<Blob>, Error> {
        let path = self.blob_path(checksum);
        let failed = |e| writing(&checksum.to_string(), self.dir(), Some(size), e);
        fs::create_dir_all(path.parent().expect("blobs/ALGORITHM")).map_err(failed)?;
        fs::set_permissions(temp, fs::Permissions::from_mode(0o444)).map_err(failed)?;
        // The size first: a blob without one is hashed again at its next use.
        self.remember_size(checksum, size)?;
        fs::rename(temp, &path).map_err(Error::io("renaming", temp))?;
        Ok(Verified::vouch(Blob { path, size, checksum: checksum.clone() }))
    }

    fn size_key(checksum: &Checksum) -> Digest {
        Digest::of(checksum.to_string().as_bytes())
    }

    fn remembered_size(&self, checksum: &Checksum) -> Option<u64> {
        let value = self.recall(SIZES, &Self::size_key(checksum))?;
        Some(u64::from_le_bytes(value.try_into().ok()?))
    }

    fn remember_size(&self, checksum: &Checksum, size: u64) -> Result<(), Error> {
        self.remember(SIZES, &Self::size_key(checksum), &size.to_le_bytes())
    }
}

/// The kind of fact that holds blob sizes.
pub(super) const SIZES: &str = "size";

/// Removes temporaries of dead processes. No clock is read: a file made now says what time the file system thinks it is.
fn sweep_temp(temp: &Path, alone: bool) -> io::Result<()> {
    let now = tempfile::NamedTempFile::new_in(temp)?.as_file().metadata()?.modified()?;
    for entry in fs::read_dir(temp)?.flatten() {
        let old = || entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t + LEFTOVER < now);
        if alone || old() {
            fs::remove_file(entry.path()).ok();
        }
    }
    Ok(())
}
