//! Image documents of OCI and Docker (schema 2), and the names of images.
//!
//! The structs are written by hand rather than taken from `oci-spec`: field order is part of our output's digest, every
//! list and text has a ceiling, and what we do not know in a foreign config survives an edit.
//!
//! Sources: the OCI image specification 1.1 (`descriptor.md`, `manifest.md`, `image-index.md`, `config.md`), Docker's
//! `manifest-v2-2.md`, and `distribution/reference` for the grammar of names.

mod config;
mod descriptor;
mod document;
mod facts;
mod image_ref;
mod manifest;
mod media_type;
mod reference;
#[cfg(test)]
mod tests;

pub use config::{ContainerConfig, History, ImageConfig, RootFs};
pub use descriptor::{Descriptor, Platform};
pub use document::{CONFIG_LIMIT, Document, DocumentError, MANIFEST_LIMIT, RawDocument};
pub use image_ref::ImageRef;
pub use manifest::{Index, Manifest};
pub use media_type::MediaType;
pub use reference::{InvalidReference, PinnedRef, Reference, TagRef};
