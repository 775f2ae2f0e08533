//! Caches that packages' triggers keep, and programs without effect in an image.
//!
//! ```text
//! without_effect  one table: program, reason, exit status
//! hardlink        identical files become one
//! iconvconfig     gconv-modules.cache
//! kernel_install  of its plugins only the one that calls depmod
//! ```

mod hardlink;
mod iconvconfig;
mod kernel_install;
mod without_effect;

pub(super) use hardlink::Digested;

use super::commands::Table;

/// The commands of this module that do something.
pub(in crate::effects) const COMMANDS: Table = &[
    ("hardlink", hardlink::hardlink),
    ("iconvconfig", iconvconfig::iconvconfig),
    ("iconvconfig.i686", iconvconfig::iconvconfig),
    ("iconvconfig.x86_64", iconvconfig::iconvconfig),
    ("kernel-install", kernel_install::kernel_install),
];

/// Those that do nothing.
pub(in crate::effects) use without_effect::COMMANDS as WITHOUT_EFFECT;
