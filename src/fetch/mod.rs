//! From a lock to verified packages.
//!
//! ```text
//! LockedPackage ─download─▶ Verified<Blob> ─verify─▶ Verified<Package>
//!                (size, checksum of the lock)  (name, header digest, signature, payload digest)
//! ```
//! There is no other way to a `Verified<Package>`, and later stages accept nothing else.

mod download;
mod error;
mod package;
#[cfg(test)]
mod tests;
mod trust;
mod unpacked;
mod verify;

pub use download::{Arriving, Download, download, into_store};
pub use error::{Doubt, FetchError};
pub use package::Package;
pub use trust::Trust;
pub use unpacked::Room;
pub use verify::verify;
