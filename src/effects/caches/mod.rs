//! Caches that packages' triggers keep, and programs without effect in an image.

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
