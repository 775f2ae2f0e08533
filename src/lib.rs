//! Container images out of RPM repositories, with no container engine.
//!
//! ```text
//! Recipe ──plan──▶ Plan ──resolve──▶ Lock ──fetch──▶ Verified<Package>… ──install──▶ Rootfs ──effects──▶ Rootfs
//!        ──pack──▶ Layer… ──assemble──▶ Image (one per arch) ──▶ Index ──publish──▶ registry | OCI layout | archive
//! ```
//!
//! | tier | modules | what they know |
//! |---|---|---|
//! | 5 | [`cli`] | the terminal, the environment, the clock |
//! | 4 | [`pipeline`] | the order of the stages |
//! | 3 | [`registry`] [`layout`] [`repos`] [`rhsm`] [`solve`] [`fetch`] [`effects`] [`rpmdb`] [`layers`] [`testbed`] | one stage each |
//! | 2 | [`net`] [`store`] [`rootfs`] | the network, the disk, a file system as data |
//! | 1 | [`recipe`] [`lock`] [`formats`] | documents and bytes |
//! | 0 | [`terms`] | the words |
//!
//! Arrows point down; `tests/architecture.rs` checks it.

pub mod cli;
pub mod effects;
pub mod fetch;
pub mod formats;
pub mod layers;
pub mod layout;
pub mod lock;
pub mod net;
pub mod pipeline;
pub mod recipe;
pub mod registry;
pub mod repos;
pub mod rhsm;
pub mod rootfs;
pub mod rpmdb;
pub mod solve;
pub mod store;
pub mod terms;
pub mod testbed;
