//! rpm's own format without a library below it, as SUSE uses it: `Packages.db` holds headers, `Index.db` the indexes.
//!
//! Indexes are a function of the headers, so only `Packages.db` is read and both files are made anew. All numbers are
//! little-endian, whatever the machine; Installtid's keys alone are in the image's byte order.
//!
//! Source: rpm 4.18 `lib/backend/ndb/` (`rpmpkg.c`, `rpmxdb.c`, `rpmidx.c`, `glue.c`).

mod index;
mod packages;
#[cfg(test)]
mod tests;

use super::{Backend, Change, Error, Files, Installed, Written, files};

/// The file of the indexes.
const INDEX: &str = "Index.db";

/// What files, places for packages and places for indexes begin with.
const PLACE: u32 = u32::from_le_bytes(*b"Slot");

/// Places and blocks are this long.
const BLOCK: usize = 16;

const PAGE: usize = 4096;

/// The packages of a database, by instance.
///
/// # Errors
/// [`Error`]: `Packages.db` is no such file, is damaged, or a header in it is malformed.
pub fn read(files: &Files) -> Result<Vec<Installed>, Error> {
    packages::read(files::file(files, Backend::Ndb.file()))?.installed()
}

/// A database's files after a change. Without a base, an empty database is changed.
///
/// # Errors
/// [`Error`]: the base cannot be read, the change names packages that are not there, or a header is malformed.
pub fn write(base: Option<&Files>, change: &Change) -> Result<Written, Error> {
    let base = base.map(|files| packages::read(files::file(files, Backend::Ndb.file())));
    let mut packages = base.transpose()?.unwrap_or_default();
    packages.change(change)?;
    let headers = packages.headers()?;
    // rpm counts changes; both files must agree, or it makes the indexes anew
    let generation = packages.blobs.len() as u32 + 1;
    let mut written = Written::default();
    written.files.insert(Backend::Ndb.file().to_owned(), packages::build(&packages, generation));
    written.files.insert(INDEX.to_owned(), index::build(&headers, change.arch.is_big_endian(), generation));
    Ok(written)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// Appends numbers.
fn put(bytes: &mut Vec<u8>, words: &[u32]) {
    bytes.extend(words.iter().flat_map(|n| n.to_le_bytes()));
}
