//! `depmod`: the tables of kernel modules.

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[];

/// Kernels whose tables are to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending;
