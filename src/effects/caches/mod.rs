//! Caches that packages' triggers keep, and programs without effect in an image.
//!
//! ```text
//! without_effect  one table: program, reason, exit status
//! hardlink        identical files become one
//! iconvconfig     gconv-modules.cache
//! install_info    the directory of manuals
//! kernel_install  of its plugins only the one that calls depmod
//! schemas         GSettings: only what needs no compiling
//! ```

mod hardlink;
mod iconvconfig;
mod install_info;
mod kernel_install;
mod schemas;
mod without_effect;

pub(super) use hardlink::Digested;

use super::commands::Table;

/// The commands of this module that do something.
pub(in crate::effects) const COMMANDS: Table = &[
    ("glib-compile-schemas", schemas::glib_compile_schemas),
    ("glib-compile-schemas-64", schemas::glib_compile_schemas),
    ("hardlink", hardlink::hardlink),
    ("iconvconfig", iconvconfig::iconvconfig),
    ("iconvconfig.i686", iconvconfig::iconvconfig),
    ("iconvconfig.x86_64", iconvconfig::iconvconfig),
    ("install-info", install_info::install_info),
    ("kernel-install", kernel_install::kernel_install),
];

/// Those that do nothing.
pub(in crate::effects) use without_effect::COMMANDS as WITHOUT_EFFECT;
