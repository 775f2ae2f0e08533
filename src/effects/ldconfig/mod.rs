//! `ldconfig`: the linker's cache and the soname links.

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
