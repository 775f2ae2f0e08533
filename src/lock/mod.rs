//! `drydock.lock`: what we promise.
//!
//! Takes what planning and resolving decided, gives a text file and takes it back. It knows no network, no repository
//! format and no recipe; what a recipe asks for reaches it as plain [`Wanted`] values.
//!
//! The format's goals, in the order in which they win:
//!
//! 1. *Complete*: from a lock and the bytes it names, the image is rebuilt bit for bit.
//! 2. *Checkable*: whether a lock still answers a recipe is decided without a network ([`Lock::satisfies`]).
//! 3. *Trustworthy*: a file from a newer drydock, a partial or an edited one is refused, and every refusal names the
//!    command that mends it.
//! 4. *Byte-stable*: one value has one text; writing what was read changes nothing.
//! 5. *Small diffs*: one line per package, sorted, so that a new kernel shows as the lines of its packages.
//! 6. *Secret-free*: URLs are written without user info and query.
//! 7. *Readable*: TOML, words from the glossary, no number a person cannot check.
//!
//! ```toml
//! version = 1
//! epoch = 1650000000
//! compression = "gzip:6"
//! integrity = "sha256:…"      # of everything else in the file
//!
//! [arch.x86_64]
//! recipe = "sha256:…"         # of the effective recipe for this architecture
//! base = { repository = "registry.example/ubi8/ubi", reference = "sha256:…", manifest = "sha256:…", media_type = "…" }
//! count = 2                   # of packages, so that a cut file says so
//! layers = ["toolchain", "kernel"]
//! request = ["kernel-core-4.18.0-305.el8", "make"]
//! missing = ["kernel-rt-core"]
//! removed = []
//! repositories = [
//!   { id = "baseos", baseurl = "https://…", repomd = "sha256:…", keys = ["…"] },
//! ]
//! packages = [
//!   { nevra = "…", action = "install", repo = "baseos", location = "…", size = 1, checksum = "sha256:…", layer = "kernel" },
//! ]
//! ```

mod compression;
mod document;
mod error;
mod file;
mod read;
mod satisfy;
mod write;

#[cfg(test)]
mod tests;

pub use compression::{Compression, InvalidCompression};
pub use document::{
    Action, ArchLock, Lock, LockedBase, LockedInput, LockedPackage, LockedRepository, LockedStream, UnknownVersion,
    Version,
};
pub use error::{Defect, Error, Mismatch};
pub use file::DEFAULT_NAME;
pub use satisfy::{ArchWanted, Stale, Wanted};
