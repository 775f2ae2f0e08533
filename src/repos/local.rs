//! [`Fetch`] over `file://` addresses, with facts in memory: for tests and for repositories on disk.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek},
    path::PathBuf,
    sync::Mutex,
};

use super::{Failure, Fetch, RepoConfig};
use crate::terms::{Checksum, ChecksumHasher, Class, Digest, Fault};

/// Reads `file://` addresses.
#[derive(Debug, Default)]
pub struct LocalFiles {
    facts: Mutex<BTreeMap<(&'static str, Digest), Vec<u8>>>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// The address is of another kind.
    #[error("{0} is no file:// address")]
    Scheme(String),
    /// It cannot be read.
    #[error("reading {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is larger than it may be.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// It is longer or shorter than promised.
    #[error("{path} has {found} bytes, not {expected}")]
    Size {
        /// The file.
        path: PathBuf,
        /// What was promised.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// It is not what it was promised to be.
    #[error("{path} has checksum {found}, not {expected}")]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// What was promised.
        expected: Checksum,
        /// What it is.
        found: Checksum,
    },
}

impl Fault for LocalError {
    fn class(&self) -> Class {
        match self {
            Self::Scheme(_) => Class::Usage,
            Self::Read { .. } => Class::Network,
            Self::TooLarge { .. } | Self::Size { .. } | Self::Mismatch { .. } => Class::Verification,
        }
    }
}

fn open(url: &str) -> Result<(PathBuf, File), LocalError> {
    let path = PathBuf::from(url.strip_prefix("file://").ok_or_else(|| LocalError::Scheme(url.to_owned()))?);
    match File::open(&path) {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(LocalError::Read { path, source }),
    }
}

fn small(url: &str, limit: u64) -> Result<Vec<u8>, LocalError> {
    let (path, file) = open(url)?;
    let mut out = Vec::new();
    match file.take(limit + 1).read_to_end(&mut out) {
        Ok(_) if out.len() as u64 <= limit => Ok(out),
        Ok(_) => Err(LocalError::TooLarge { path, limit }),
        Err(source) => Err(LocalError::Read { path, source }),
    }
}

fn verified(url: &str, expected: &Checksum, size: Option<u64>) -> Result<File, LocalError> {
    let (path, mut file) = open(url)?;
    let length = file.metadata().map(|m| m.len()).unwrap_or_default();
    if let Some(expected) = size.filter(|size| *size != length) {
        return Err(LocalError::Size { path, expected, found: length });
    }
    let mut hasher = ChecksumHasher::new(expected.algorithm());
    let mut buf = vec![0; 64 << 10];
    loop {
        match file.read(&mut buf) {
            Ok(0) => break,
            Ok(n) => hasher.update(&buf[..n]),
            Err(source) => return Err(LocalError::Read { path, source }),
        }
    }
    let found = hasher.finish();
    if found != *expected {
        return Err(LocalError::Mismatch { path, expected: expected.clone(), found });
    }
    match file.rewind() {
        Ok(()) => Ok(file),
        Err(source) => Err(LocalError::Read { path, source }),
    }
}

impl Fetch for LocalFiles {
    async fn small(&self, _: &RepoConfig, url: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        small(url, limit).map_err(Failure::new)
    }

    async fn blob(
        &self,
        _: &RepoConfig,
        url: &str,
        checksum: &Checksum,
        size: Option<u64>,
    ) -> Result<Box<dyn Read + Send>, Failure> {
        verified(url, checksum, size).map(|f| Box::new(f) as Box<dyn Read + Send>).map_err(Failure::new)
    }

    /// There are no keys here: who reads local files for a test believes them.
    fn vouch(&self, _: &RepoConfig, _: &[u8], _: &[u8]) -> Result<(), Failure> {
        Ok(())
    }

    fn recall(&self, kind: &'static str, key: &Digest) -> Option<Vec<u8>> {
        self.facts.lock().ok()?.get(&(kind, *key)).cloned()
    }

    fn remember(&self, kind: &'static str, key: &Digest, value: &[u8]) {
        if let Ok(mut facts) = self.facts.lock() {
            facts.insert((kind, *key), value.to_vec());
        }
    }
}
