//! Caches that packages' triggers keep, and programs without effect in an image.
//!
//! ```text
//! without_effect  one table: program, reason, exit status
//! hardlink        identical files become one
//! iconvconfig     gconv-modules.cache
//! install_info    the directory of manuals
//! kernel_install  of its plugins only the one that calls depmod
//! interpreters    python and java, where they make caches of their own
//! locale_archive  of RHEL 8
//! schemas         GSettings: only what needs no compiling
//! ```

mod hardlink;
mod iconvconfig;
mod install_info;
mod interpreters;
mod kernel_install;
mod locale_archive;
mod schemas;
mod without_effect;

pub(super) use hardlink::Digested;
pub(super) use iconvconfig::MARKS as ICONVCONFIG_MARKS;

use super::commands::Table;

/// The commands of this module that do something.
pub(in crate::effects) const COMMANDS: Table = &[
    ("build-locale-archive", locale_archive::build_locale_archive),
    ("glib-compile-schemas", schemas::glib_compile_schemas),
    ("glib-compile-schemas-64", schemas::glib_compile_schemas),
    ("hardlink", hardlink::hardlink),
    ("iconvconfig", iconvconfig::iconvconfig),
    ("iconvconfig.i686", iconvconfig::iconvconfig),
    ("iconvconfig.x86_64", iconvconfig::iconvconfig),
    ("install-info", install_info::install_info),
    ("java", interpreters::java),
    ("kernel-install", kernel_install::kernel_install),
    ("platform-python", interpreters::python),
    ("platform-python3.6", interpreters::python),
    ("python", interpreters::python),
    ("python2", interpreters::python),
    ("python2.7", interpreters::python),
    ("python3", interpreters::python),
    ("python3.6", interpreters::python),
    ("python3.8", interpreters::python),
    ("python3.9", interpreters::python),
    ("python3.11", interpreters::python),
    ("python3.12", interpreters::python),
    ("python3.13", interpreters::python),
    ("python3.14", interpreters::python),
];

/// Those that do nothing.
pub(in crate::effects) use without_effect::COMMANDS as WITHOUT_EFFECT;
