//! Commands on text.

pub(in crate::effects) mod pattern;
mod sed;
mod stream;

use super::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[("sed", sed::sed)];
