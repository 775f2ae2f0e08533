//! The content-addressed store: what was downloaded or made once is never downloaded or made again.
//!
//! ```text
//! DIR/blobs/ALGORITHM/HEX     bytes that were checked against the checksum they are named by; mode 0444
//!     partial/ALGORITHM-HEX   a download that is under way or was cut short; flock'ed while somebody writes
//!     facts/KIND/HEX          small derived values, each with its own checksum
//!     temp/…                  files on their way to one of the above; swept when nobody has the store open, or older than a day
//!     lock                    flock'ed shared by every user, exclusively by gc
//! ```
//!
//! A file appears under `blobs` by rename, complete and checked, or not at all; so any number of processes share one
//! store without speaking to one another. Nothing is synced to disk: after a power loss a file may be short, which
//! [`Store::blob`] notices by the remembered size, and [`Store::fsck`] finds whatever else a disk can do.
//!
//! The store knows nothing of packages, images or networks.

mod blob;
mod error;
mod facts;
mod partial;
mod publication;
mod sweep;
#[cfg(test)]
mod tests;
mod verified;
mod writer;

pub use blob::{Blob, Store};
pub use error::Error;
pub use publication::{BlobSource, Publication, PublishBlob};
pub use sweep::{Damaged, Freed, FsckReport, Tally, Usage};
pub use verified::Verified;
pub use writer::{Expected, Spool, Writer};
