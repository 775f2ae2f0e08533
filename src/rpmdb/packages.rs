//! What every kind of database holds: header blobs by instance, and the highest instance ever given.

use std::collections::BTreeMap;

use super::{
    Change, Error, Installed,
    index::{Index, rows},
};
use crate::formats::rpm::Header;

/// Largest database read or written; SQLite takes no more in memory either.
pub(super) const MAX_SIZE: usize = 1 << 30;

/// The contents of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packages {
    /// Header blobs by instance.
    pub blobs: BTreeMap<u32, Vec<u8>>,
    /// The highest instance ever given: the next package gets the one after it.
    pub last: u32,
}

/// Packages' parsed headers, ascending.
pub(super) type Headers = Vec<(u32, Header)>;

/// (instance, element) pairs by key.
pub(super) type Records = BTreeMap<Vec<u8>, Vec<(u32, u32)>>;

impl Packages {
    /// The packages as others see them.
    pub fn installed(self) -> Result<Vec<Installed>, Error> {
        let parse = |(instance, blob): (u32, Vec<u8>)| {
            let header = Header::from_blob(blob.into()).map_err(|source| Error::Header { instance, source })?;
            Ok(Installed { instance, header })
        };
        self.blobs.into_iter().map(parse).collect()
    }

    /// Removes, rewrites, adds.
    pub fn change(&mut self, change: &Change) -> Result<(), Error> {
        for &instance in &change.remove {
            self.blobs.remove(&instance).ok_or(Error::Absent { instance })?;
        }
        for (instance, blob) in &change.rewrite {
            *self.blobs.get_mut(instance).ok_or(Error::Absent { instance: *instance })? = blob.clone();
        }
        for blob in &change.add {
            let last = self.last;
            self.last = last.checked_add(1).filter(|n| *n <= i32::MAX as u32).ok_or(Error::Full { last })?;
            self.blobs.insert(self.last, blob.clone());
        }
        Ok(())
    }

    /// The headers, parsed.
    pub fn headers(&self) -> Result<Headers, Error> {
        let parse = |(&instance, blob): (&u32, &Vec<u8>)| {
            Ok((instance, Header::parse(blob).map_err(|source| Error::Header { instance, source })?))
        };
        self.blobs.iter().map(parse).collect()
    }
}

/// An index's contents, each key with its records in the order rpm would have appended them.
pub(super) fn records(headers: &Headers, index: &Index, big_endian: bool) -> Records {
    let mut records = Records::new();
    for (instance, header) in headers {
        for row in rows(header, index, big_endian) {
            records.entry(row.key).or_default().push((*instance, row.element));
        }
    }
    records
}
