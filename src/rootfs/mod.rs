//! A file system as data: what an image holds, without a directory anywhere that holds it.
//!
//! ```text
//! base layers ──overlay──▶ Rootfs ──install(packages)──▶ Rootfs ──effects──▶ Rootfs ──▶ layers
//! ```
//!
//! [`Rootfs`] is a sorted tree; a hardlink is one leaf under several names; a file's bytes stay where they are and are only
//! named ([`Content`]). Ownership, set-id bits, devices and capabilities are numbers in it, so none of this needs root.

pub mod compare;
mod content;
pub mod dump;
pub mod install;
mod metadata;
pub mod overlay;
mod tree;

pub use content::{Content, Contents, Look, PackageId};
pub use metadata::{Metadata, Xattrs};
pub use tree::{Kind, LeafId, Node, Origin, Resolution, Rootfs, SYMLINK_LIMIT, Special, TreeError};
