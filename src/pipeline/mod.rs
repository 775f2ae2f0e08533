//! The stages in sequence.

pub mod options;
pub mod report;
pub mod wanted;
