//! The stages in sequence.
