//! The lock on disk: read whole, replaced whole.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use super::{Error, Lock, Mismatch, Wanted};

/// The name a lock has when nobody gives another.
pub const DEFAULT_NAME: &str = "drydock.lock";

/// A lock of ten thousand packages has three megabytes; anything above this is something else.
const MAX_SIZE: u64 = 64 << 20;

impl Lock {
    /// Reads and checks a lock file.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => Error::Missing { path: path.to_owned() },
            _ => Error::Read { path: path.to_owned(), source },
        };
        let mut text = String::new();
        File::open(path).map_err(failed)?.take(MAX_SIZE + 1).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > MAX_SIZE {
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any lock")));
        }
        Self::parse(&text).map_err(|source| Error::Unusable { path: path.to_owned(), source })
    }

    /// Replaces a lock file in one step: readers see the old text or the new one. Left alone when nothing changes, so
    /// that a build system watching its time sees no change either.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let text = self.render();
        if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        write_aside(path, text.as_bytes()).map_err(|source| Error::Write { path: path.to_owned(), source })
    }

    /// [`Lock::satisfies`] as an error that names the file.
    pub fn require(&self, wanted: &Wanted, path: &Path) -> Result<(), Error> {
        self.satisfies(wanted).map_err(|reasons| Error::Stale { path: path.to_owned(), source: Mismatch(reasons) })
    }
}

fn write_aside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // A lock is as public as the recipe beside it; tempfile's own default would be 0600.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.prefix(".drydock.lock.").tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
