//! The words every other tier speaks: digests, architectures, package names, time, secrets, events, faults.
//!
//! Nothing here reads a file, opens a socket or knows a format beyond the spelling of its own value.

mod arch;
mod checksum;
mod digest;
mod epoch;
pub mod event;
mod evr;
mod fault;
mod location;
mod nevra;
mod path;
mod secret;

pub use arch::{Arch, UnknownArch};
pub use checksum::{Algorithm, Checksum, ChecksumHasher, InvalidChecksum};
pub use digest::{BlobDigest, DiffId, Digest, DigestWriter, Hasher, InvalidDigest};
pub use epoch::{Epoch, civil_from_days, days_from_civil, rfc3339, unix_seconds};
pub use event::{Event, Events};
pub use evr::{Evr, InvalidEvr, rpmvercmp};
pub use fault::{Class, Fault, chain, is_full};
pub use location::stripped;
pub use nevra::{InvalidNevra, Nevra};
pub use path::{InvalidPath, RootPath};
pub use secret::Secret;
