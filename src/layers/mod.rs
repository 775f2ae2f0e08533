//! From a root file system to packed layers.
//!
//! ```text
//! base tree ┐
//!           ├─ changes ─▶ plan ─▶ segments ─▶ chunks ─▶ compressed ─▶ Layer
//! new tree  ┘            (rules)  (tar bytes)  (1 MiB)   (in parallel)
//! ```
//! A layer is a run of *segments*: its directories, links and small files first, then one segment per package in the order of
//! its payload. A segment's tar bytes are cut into chunks from its own beginning, and each chunk is compressed alone, as a gzip
//! member or zstd frame of its own (RFC 1952, 2.2 and RFC 8878, 3.1: a stream may hold several). So the bytes of a layer depend
//! on nothing but its content: not on threads, not on what was packed before.

mod changes;
mod compress;
mod error;
mod known;
mod layer;
mod pack;
mod plan;
mod segment;
#[cfg(test)]
mod tests;

pub use changes::Changes;
pub use error::PackError;
pub use known::LayerKey;
pub use layer::Layer;
pub use pack::{Packed, Settings, pack};
pub use plan::{LayerPlan, SYSTEM, plan};
pub use segment::Sources;
