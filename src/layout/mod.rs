//! OCI image layouts: a directory, or the same in a tar file.
//!
//! Written so that a reader sees the old or the new state and nothing between: a new directory is built beside its place
//! and renamed, an existing layout gets its blobs before its `index.json` is replaced, an archive is renamed when it is
//! complete. Blobs are hard links of the store's files where that is possible, copies elsewhere, never symbolic links:
//! a layout must survive its store.
//!
//! Read with the same calls as a registry: [`Layout::document`], [`Layout::document_of`], [`Layout::blob`]. All bytes
//! are checked against their descriptors on the way.
//!
//! Source: the OCI image specification 1.1, `image-layout.md`; archives as skopeo's `oci-archive:` has them.

mod archive;
mod directory;
mod error;
mod index;
mod read;
#[cfg(test)]
mod tests;

pub use archive::write_archive;
pub use directory::write_directory;
pub use error::Error;
pub use read::Layout;
