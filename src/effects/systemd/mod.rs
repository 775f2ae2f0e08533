//! systemd's offline tools.
//!
//! ```text
//! sysusers     systemd-sysusers
//! tmpfiles     systemd-tmpfiles
//! systemctl    systemctl without a manager, systemd-update-helper, chkconfig and service
//!   image        what the image says of itself: version, os-release, %x
//!   config words glob       directories, lines and patterns of configuration
//! ```
//! Nothing runs in an image: what would speak to a manager does nothing, as in a chroot.

mod config;
mod glob;
mod image;
mod systemctl;
mod sysusers;
mod tmpfiles;
mod words;

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[
    ("systemd-sysusers", sysusers::sysusers),
    ("systemd-tmpfiles", tmpfiles::tmpfiles),
    ("systemctl", systemctl::systemctl),
    ("systemd-update-helper", systemctl::update_helper),
    ("systemd-machine-id-setup", systemctl::machine_id_setup),
    ("chkconfig", systemctl::chkconfig),
    ("service", systemctl::service),
];

#[cfg(test)]
mod tests;
