//! The files of a database in its directory, whatever their kind.

use std::{collections::BTreeMap, sync::Arc};

use super::{Backend, Change, Error, Installed, bdb, ndb, sqlite};

/// The files of a database's directory: bytes by name.
pub type Files = BTreeMap<String, Arc<[u8]>>;

/// What a change makes of a database's directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files to write, by name; others stay.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Files that speak of the old database and must go; some may not be there.
    pub remove: Vec<String>,
}

impl Backend {
    /// The packages of a database.
    ///
    /// # Errors
    /// [`Error`]: the files are no database of this kind, are damaged, or a header in them is malformed.
    pub fn read(self, files: &Files) -> Result<Vec<Installed>, Error> {
        match self {
            Self::Sqlite => sqlite::read_with_wal(file(files, self.file()), file(files, sqlite::LOG)),
            Self::Ndb => ndb::read(files),
            Self::BerkeleyDb => bdb::read(files),
        }
    }

    /// A database after a change. Without a base, an empty database is changed.
    ///
    /// # Errors
    /// [`Error`]: the base cannot be read, the change names packages that are not there, or a header is malformed.
    pub fn write(self, base: Option<&Files>, change: &Change) -> Result<Written, Error> {
        match self {
            Self::Sqlite => {
                let base = base.map(|f| (file(f, self.file()), file(f, sqlite::LOG)));
                let bytes = sqlite::write_with_wal(base, change)?;
                let remove = [sqlite::LOG, sqlite::SHARED_MEMORY].map(str::to_owned).to_vec();
                Ok(Written { files: [(self.file().to_owned(), bytes)].into(), remove })
            }
            Self::Ndb => ndb::write(base, change),
            Self::BerkeleyDb => bdb::write(base, change),
        }
    }
}

/// A file's bytes; of one that is not there, none.
pub(super) fn file<'a>(files: &'a Files, name: &str) -> &'a [u8] {
    files.get(name).map_or(&[], |bytes| bytes)
}
