//! Where databases lie and which kind they are.

/// Directories that may hold the database, relative to the root; several can be names of one. The second is RHEL 10's,
/// the third ostree's.
pub const PATHS: [&str; 3] = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `rpmdb.sqlite`: rpm 4.16 on (RHEL 9).
    Sqlite,
    /// `Packages.db`: SUSE's.
    Ndb,
    /// `Packages`: Berkeley DB, up to rpm 4.15 (RHEL 8).
    BerkeleyDb,
}

impl Backend {
    /// The file that holds the packages.
    pub fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "rpmdb.sqlite",
            Self::Ndb => "Packages.db",
            Self::BerkeleyDb => "Packages",
        }
    }
}

/// The kind of database whose files are in a directory; none if there is none.
///
/// Probed in rpm's order (`lib/backend/dbi.c`, `dbDetectBackend`): a leftover `Packages` beside `rpmdb.sqlite` is old.
pub fn detect<N: AsRef<[u8]>>(names: &[N]) -> Option<Backend> {
    let has = |b: &Backend| names.iter().any(|n| n.as_ref() == b.file().as_bytes());
    [Backend::Sqlite, Backend::Ndb, Backend::BerkeleyDb].into_iter().find(has)
}
