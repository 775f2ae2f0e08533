//! Berkeley DB, as rpm used it up to 4.15 (RHEL 8): a hash file of headers, `Packages`, and a btree for each index.
//!
//! The headers are all there is to read: indexes are a function of them, and a write makes all nineteen files anew, in
//! the byte order of the image's architecture. The same packages give the same bytes whatever the base's files went
//! through. Instances stay what they were.
//!
//! ```text
//! Packages   key: instance (0: the highest ever given)   data: header blob
//! Name …     key: the tag's element                      data: (instance, element) pairs, eight bytes each
//! ```
//!
//! Sources: rpm 4.14 `lib/backend/db3.c`; Berkeley DB 5.3 `dbinc/db_page.h`, and what its tools say of the results.

mod btree;
mod hash;
mod page;
#[cfg(test)]
mod tests;

use super::{
    Backend, Change, Error, Files, Installed, Written, files,
    index::INDEXES,
    packages::{Packages, records},
};
use page::Order;

/// What the environment's shared memory begins with. A process that finds it takes pages from it, not from the files.
const ENVIRONMENT: &str = "__db.";

/// The packages of a database, by instance.
///
/// # Errors
/// [`Error`]: `Packages` is no hash file of Berkeley DB's, is damaged, or a header in it is malformed.
pub fn read(files: &Files) -> Result<Vec<Installed>, Error> {
    packages(files)?.installed()
}

/// A database's files after a change. Without a base, an empty database is changed.
///
/// # Errors
/// [`Error`]: the base cannot be read, the change names packages that are not there, or a header is malformed.
pub fn write(base: Option<&Files>, change: &Change) -> Result<Written, Error> {
    let mut packages = base.map(packages).transpose()?.unwrap_or_default();
    packages.change(change)?;
    let order = if change.arch.is_big_endian() { Order::Big } else { Order::Little };
    let headers = packages.headers()?;
    let mut written = Written::default();
    written.files.insert(Backend::BerkeleyDb.file().to_owned(), hash::build(&packages, order));
    for index in &INDEXES {
        let records = records(&headers, index, change.arch.is_big_endian());
        written.files.insert(index.name.to_owned(), btree::build(&records, index.name, order));
    }
    let names = base.into_iter().flat_map(|files| files.keys());
    written.remove = names.filter(|name| name.starts_with(ENVIRONMENT)).cloned().collect();
    Ok(written)
}

fn packages(base: &Files) -> Result<Packages, Error> {
    hash::read(files::file(base, Backend::BerkeleyDb.file()))
}
