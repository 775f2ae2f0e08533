//! What becomes of a packaged file whose path is taken: rpm's `rpmfilesCompare`, `rpmfilesDecideFate` and
//! `rpmfilesConfigConflict` as tables.

use super::{InstallError, State, disk::Disk};
use crate::{
    formats::rpm::{FileEntry, flags},
    rootfs::{Kind, Node},
};

/// What is done with a file of a package (rpm `rpmFileAction`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Action {
    /// Not decided yet.
    #[default]
    Unknown,
    /// The new file takes the path.
    Create,
    /// What is there stays; only owner, mode and time become the package's.
    Touch,
    /// The new file goes beside it as `.rpmnew`.
    AltName,
    /// What is there is renamed to `.rpmsave`; when a package comes, the new file takes the path.
    Save,
    /// What is there, which nobody owned, is renamed to `.rpmorig`, and the new file takes the path.
    Backup,
    /// The path keeps what it has.
    Skip,
    /// The same, and the database says why.
    LeftOut(State),
    /// What is there goes.
    Erase,
}

impl Action {
    /// Nothing happens (rpm `XFA_SKIPPING`).
    pub(super) fn skips(self) -> bool {
        matches!(self, Self::Skip | Self::LeftOut(_))
    }

    /// The state the database gets.
    pub(super) fn state(self) -> State {
        if let Self::LeftOut(state) = self { state } else { State::Normal }
    }
}

/// Whether two packages may both own a path (rpm `rpmfilesCompare`): ghosts always, directories and identical files too.
pub(super) fn compatible(a: &FileEntry, b: &FileEntry) -> bool {
    if a.is_ghost() || b.is_ghost() {
        return true;
    }
    let both_links = a.is_symlink() && b.is_symlink();
    if a.mode != b.mode && !both_links {
        return false;
    }
    if (a.is_regular() || a.is_symlink()) && a.size != b.size {
        return false;
    }
    if a.user != b.user || a.group != b.group {
        return false;
    }
    if both_links {
        return a.link_target == b.link_target;
    }
    if a.is_regular() {
        return a.digest == b.digest;
    }
    !is_device(a) || a.rdev == b.rdev
}

fn is_device(f: &FileEntry) -> bool {
    matches!(f.mode & 0o170_000, 0o020_000 | 0o060_000)
}

/// Of a configuration file that a package of the base has as well, going or not (rpm `rpmfilesDecideFate`).
pub(super) fn config_fate(disk: &Disk<'_>, old: &FileEntry, new: &FileEntry) -> Result<Action, InstallError> {
    let is_config = new.flags & flags::CONFIG != 0;
    let aside = if new.flags & flags::NOREPLACE != 0 { Action::AltName } else { Action::Save };
    if new.is_ghost() {
        return Ok(Action::Skip);
    }
    let Some(there) = disk.at(new) else {
        let wanted = new.flags & flags::MISSINGOK == 0;
        return Ok(if wanted { Action::Create } else { Action::Skip });
    };
    // Only regular files and links are ever kept.
    if !old.is_regular() && !old.is_symlink() {
        return Ok(Action::Create);
    }
    if disk.holds(there, new)? && same_type(old, new) {
        return Ok(Action::Touch);
    }
    if disk.holds(there, old)? {
        return Ok(Action::Create);
    }
    if !is_config {
        return Ok(Action::Save);
    }
    Ok(if same_type(old, new) && same_content(old, new) { Action::Skip } else { aside })
}

fn same_type(a: &FileEntry, b: &FileEntry) -> bool {
    a.mode & 0o170_000 == b.mode & 0o170_000
}

fn same_content(a: &FileEntry, b: &FileEntry) -> bool {
    if a.is_symlink() { a.link_target == b.link_target } else { a.digest.is_some() && a.digest == b.digest }
}

/// Whether something else than this configuration file is at its path (rpm `rpmfilesConfigConflict`).
pub(super) fn config_conflict(disk: &Disk<'_>, file: &FileEntry) -> Result<bool, InstallError> {
    if file.flags & flags::CONFIG == 0 {
        return Ok(false);
    }
    // A directory cannot be %config; rpm has it in the way of itself.
    if !file.is_regular() && !file.is_symlink() {
        return Ok(true);
    }
    let Some(there) = disk.at(file) else { return Ok(false) };
    // A ghost that exists counts as modified.
    Ok(file.is_ghost() || !disk.holds(there, file)?)
}

/// Whether what a leaving package has keeps the new file from its path (rpm `handleRemovalConflict`): a directory does not
/// become anything else, nor a link to a directory a directory, unless `%pretrans` has made it so.
pub(super) fn removal_conflict(disk: &Disk<'_>, old: &FileEntry, new: &FileEntry) -> bool {
    let conflicts = match () {
        () if old.is_dir() => !new.is_dir(),
        () if old.is_symlink() => new.is_dir() && disk.leads_to_directory(new),
        () => false,
    };
    conflicts && disk.at(new).is_some_and(|there| !is_of_type(there, new))
}

fn is_of_type(node: &Node, file: &FileEntry) -> bool {
    match node.kind {
        Kind::Directory => file.is_dir(),
        Kind::Symlink(_) => file.is_symlink(),
        Kind::File { .. } => file.is_regular(),
        Kind::Special(_) => !file.is_dir() && !file.is_symlink() && !file.is_regular(),
    }
}
