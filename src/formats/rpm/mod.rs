//! RPM package files and headers.
//!
//! A package is lead, signature header, header and payload; [`PackageHead::read`] takes the first three, [`Payload`]
//! streams the last. A [`Header`] is also what the package database stores. Everything here gives values and checks
//! form; whether bytes are *trusted* is decided by the callers of [`check_header`], [`PayloadCheck`] and
//! [`super::openpgp`].
//!
//! ```text
//! signature ──covers──▶ header ──PAYLOADDIGEST──▶ payload
//!                          └────FILEDIGESTS─────▶ each file
//! ```

mod cpio;
mod dependencies;
mod digests;
mod error;
mod files;
#[cfg(test)]
pub(crate) mod handmade;
mod header;
mod package;
mod payload;
mod scriptlets;
mod tags;
#[cfg(test)]
mod tests;

pub use dependencies::{Dependency, Relation, sense, unsupported_rpmlib};
pub use digests::{DigestStatus, PayloadCheck, check_header};
pub use error::{HeaderError, PackageError, PayloadError};
pub use files::{FileEntry, flags, link_sets};
pub use header::{Header, Kind, Region};
pub use package::{HEADER_MAGIC, Lead, PackageHead, PackageSignature};
pub use payload::{Payload, PayloadMember};
pub use scriptlets::{Condition, EXPAND, QFORMAT, ScriptKind, Scriptlet};
pub use tags::Tag;
