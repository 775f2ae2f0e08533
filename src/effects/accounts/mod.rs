//! Users and groups, as shadow-utils leave them.
//!
//! ```text
//! recipe               the recipe's own
//! useradd usermod userdel groups members passwords convert newusers     the commands
//!   database           arguments, the four files, what the image's distribution does its own way
//!   valid              names, shells, numbers
//!   defaults           `useradd -D`
//!   subordinate        /etc/subuid, /etc/subgid
//!   move_home          what `usermod` does to files
//!   table              a file, line by line
//!   login_defs number days home
//! ```
//! Facts about the files are those of shadow-utils 4.6 to 4.15, as RHEL 8 to 10 have them; there is no NSS behind it: an account
//! is what `/etc/passwd` and `/etc/group` say.

mod convert;
mod database;
mod days;
mod defaults;
mod groups;
pub(super) mod home;
pub(super) mod login_defs;
mod members;
mod move_home;
mod newusers;
mod number;
mod passwords;
mod recipe;
mod subordinate;
pub(super) mod table;
mod useradd;
mod userdel;
mod usermod;
mod valid;

use super::commands::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[
    ("useradd", useradd::useradd),
    ("usermod", usermod::usermod),
    ("userdel", userdel::userdel),
    ("groupadd", groups::groupadd),
    ("groupmod", groups::groupmod),
    ("groupdel", groups::groupdel),
    ("gpasswd", members::gpasswd),
    ("groupmems", members::groupmems),
    ("passwd", passwords::passwd),
    ("chpasswd", passwords::chpasswd),
    ("chgpasswd", passwords::chgpasswd),
    ("chage", passwords::chage),
    ("newusers", newusers::newusers),
    ("pwconv", convert::pwconv),
    ("pwunconv", convert::pwunconv),
    ("grpconv", convert::grpconv),
    ("grpunconv", convert::grpunconv),
];

#[cfg(test)]
mod tests;
