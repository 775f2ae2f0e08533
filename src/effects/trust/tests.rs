//! The commands over small images.
