//! Small derived values: what was computed once from bytes that do not change.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::PathBuf,
};

use super::{Error, Store, error::writing};
use crate::terms::{Digest, Hasher};

/// Larger values are not read back: a catalog of tens of thousands of packages takes some tens of MiB.
const CEILING: u64 = 512 << 20;

impl Store {
    /// Keeps `value` under `kind` and `key`, replacing what was there. `kind` is a name of the caller's, with the
    /// version of its format in it (`catalog-1`); `key` is the digest of everything the value was derived from.
    pub fn remember(&self, kind: &str, key: &Digest, value: &[u8]) -> Result<(), Error> {
        let path = self.fact_path(kind, key);
        let failed = |e| writing(&format!("a fact of kind {kind}"), self.dir(), Some(value.len() as u64), e);
        fs::create_dir_all(path.parent().expect("facts/KIND")).map_err(failed)?;
        let mut temp = tempfile::Builder::new().prefix("fact-").tempfile_in(self.sub("temp")).map_err(failed)?;
        let seal = hex::decode(seal(kind, key, value).hex()).expect("own spelling");
        temp.write_all(&seal).and_then(|()| temp.write_all(value)).map_err(failed)?;
        temp.persist(&path).map_err(|e| Error::io("renaming", &path)(e.error))?;
        Ok(())
    }

    /// The value of `kind` and `key`; none if there is none or its bytes are not what was written.
    pub fn recall(&self, kind: &str, key: &Digest) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.fact_path(kind, key)).ok()?;
        file.take(CEILING + 32).read_to_end(&mut bytes).ok()?;
        let seal_there: [u8; 32] = bytes.get(..32)?.try_into().ok()?;
        bytes.drain(..32);
        (Digest::from_raw(seal_there) == seal(kind, key, &bytes)).then_some(bytes)
    }

    fn fact_path(&self, kind: &str, key: &Digest) -> PathBuf {
        debug_assert!(!kind.is_empty() && !kind.starts_with('.') && !kind.contains('/'), "{kind:?} is a file name");
        self.sub("facts").join(kind).join(key.hex())
    }
}

/// Binds a value to its place, so that neither a torn write nor a file moved by hand is taken for it.
fn seal(kind: &str, key: &Digest, value: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(kind.as_bytes());
    hasher.update(&[0]);
    hasher.update(key.hex().as_bytes());
    hasher.update(value);
    hasher.finish()
}
