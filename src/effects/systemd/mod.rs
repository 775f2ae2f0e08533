//! systemd's offline tools: presets, sysusers, tmpfiles.

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];
