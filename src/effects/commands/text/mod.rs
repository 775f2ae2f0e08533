//! Commands on text.

pub(in crate::effects) mod pattern;

use super::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
