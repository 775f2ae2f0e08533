//! Commands on text.

mod grep;
pub(in crate::effects) mod pattern;
mod sed;
mod stream;

use super::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table =
    &[("egrep", grep::egrep), ("fgrep", grep::fgrep), ("grep", grep::grep), ("sed", sed::sed)];
