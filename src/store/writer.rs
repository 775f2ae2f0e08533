//! Bytes on their way into the store.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::{
    Blob, Error, Store, Verified,
    error::writing,
    partial::{Landing, claim, temporary},
};
use crate::terms::{Algorithm, Checksum, ChecksumHasher};

/// What the bytes must turn out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Their checksum.
    pub checksum: Checksum,
    /// Their number, where it is known: then the first byte too many is refused.
    pub size: Option<u64>,
}

/// Writes bytes of a known checksum. Dropped without [`Writer::commit`], it leaves what came so far for the next one.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    expected: Expected,
    landing: Landing,
    hasher: ChecksumHasher,
    position: u64,
    resumed: bool,
    done: bool,
}

impl Writer {
    pub(super) fn open(store: &Store, expected: Expected) -> Result<Self, Error> {
        let landing = claim(store, &expected.checksum)?;
        let hasher = ChecksumHasher::new(expected.checksum.algorithm());
        let mut writer =
            Self { store: store.clone(), expected, landing, hasher, position: 0, resumed: false, done: false };
        writer.take_up()?;
        Ok(writer)
    }

    /// Hashes what an earlier process left, and goes on behind it.
    fn take_up(&mut self) -> Result<(), Error> {
        let path = self.landing.path.clone();
        let mut buffer = vec![0; 128 << 10];
        loop {
            match self.landing.file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => {
                    self.hasher.update(&buffer[..n]);
                    self.position += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io("reading", path)(e)),
            }
        }
        self.resumed = self.position > 0;
        if self.expected.size.is_some_and(|size| self.position > size) {
            self.restart()?;
        }
        Ok(())
    }

    /// How many bytes are here already: the offset of the next byte to write.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether some bytes come from an earlier process. If [`Writer::commit`] then finds a mismatch, they may be the
    /// ones to blame, and another try from the start is worth it.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// What was asked for.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// Forgets all bytes so far.
    pub fn restart(&mut self) -> Result<(), Error> {
        let failed = Error::io("truncating", &self.landing.path);
        self.landing.file.set_len(0).and_then(|()| self.landing.file.seek(SeekFrom::Start(0))).map_err(failed)?;
        self.hasher = ChecksumHasher::new(self.expected.checksum.algorithm());
        (self.position, self.resumed) = (0, false);
        Ok(())
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::WrongSize`] with the first byte too many, [`Error::Full`] when the disk is.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let after = self.position.saturating_add(bytes.len() as u64);
        if let Some(size) = self.expected.size.filter(|size| after > *size) {
            self.discard();
            return Err(Error::WrongSize { checksum: self.expected.checksum.clone(), expected: size, actual: after });
        }
        self.landing
            .file
            .write_all(bytes)
            .map_err(|e| writing(&self.expected.checksum.to_string(), self.store.dir(), self.expected.size, e))?;
        self.hasher.update(bytes);
        self.position = after;
        Ok(())
    }

    /// Checks size and checksum, and files the bytes. Wrong ones are removed; a short partial file stays, for the next
    /// writer to go on.
    ///
    /// # Errors
    /// [`Error::WrongSize`], [`Error::Mismatch`], or what the disk says.
    pub fn commit(mut self) -> Result<Verified<Blob>, Error> {
        let Expected { checksum, size } = self.expected.clone();
        if let Some(expected) = size.filter(|size| *size != self.position) {
            return Err(Error::WrongSize { checksum, expected, actual: self.position });
        }
        let hasher = std::mem::replace(&mut self.hasher, ChecksumHasher::new(checksum.algorithm()));
        let actual = hasher.finish();
        if actual != checksum {
            self.discard();
            return Err(Error::Mismatch { expected: checksum, actual });
        }
        let blob = self.store.file(&self.landing.path, &checksum, self.position)?;
        self.done = true;
        Ok(blob)
    }

    /// Removes the file: its bytes are known to be wrong.
    fn discard(&mut self) {
        self.landing.remove();
        self.done = true;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.done && (!self.landing.keeps || self.position == 0) {
            self.landing.remove();
        }
    }
}

impl Write for Writer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.append(buf).map_err(io::Error::other)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes bytes whose SHA-256 is known only at their end: packed layers, documents. Dropped without
/// [`Spool::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Spool {
    store: Store,
    landing: Landing,
    hasher: ChecksumHasher,
    position: u64,
    done: bool,
}

impl Spool {
    pub(super) fn open(store: &Store) -> Result<Self, Error> {
        let landing = temporary(store)?;
        let hasher = ChecksumHasher::new(Algorithm::Sha256);
        Ok(Self { store: store.clone(), landing, hasher, position: 0, done: false })
    }

    /// How many bytes were written.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Takes the next bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let after = self.position + bytes.len() as u64;
        self.landing
            .file
            .write_all(bytes)
            .map_err(|e| writing("a layer or document", self.store.dir(), Some(after), e))?;
        self.hasher.update(bytes);
        self.position = after;
        Ok(())
    }

    /// Files the bytes under the SHA-256 they have.
    pub fn commit(mut self) -> Result<Verified<Blob>, Error> {
        let hasher = std::mem::replace(&mut self.hasher, ChecksumHasher::new(Algorithm::Sha256));
        let blob = self.store.file(&self.landing.path, &hasher.finish(), self.position)?;
        self.done = true;
        Ok(blob)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.done {
            self.landing.remove();
        }
    }
}

impl Write for Spool {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.append(buf).map_err(io::Error::other)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The checksum and length of a file.
pub(super) fn hash_file(path: &Path, algorithm: Algorithm) -> io::Result<(Checksum, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = ChecksumHasher::new(algorithm);
    let mut buffer = vec![0; 128 << 10];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((hasher.finish(), size)),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                size += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
