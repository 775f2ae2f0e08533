//! Users and groups, as shadow-utils leave them.

mod recipe;

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
