//! Trust stores and crypto policies.

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
