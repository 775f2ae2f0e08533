//! Commands on text.

mod pattern;

use super::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
