//! What becomes of a packaged file whose path is taken: rpm's `rpmfilesCompare` and `rpmfilesDecideFate` as tables.

use crate::{
    formats::rpm::{FileEntry, flags},
    terms::Checksum,
};

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

/// What is installed, and what happens to the file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The new file takes the path.
    Replace,
    /// The path keeps what it has.
    Keep,
    /// What is there stays; only owner, mode and time become the package's.
    Touch,
    /// The new file goes beside it as `.rpmnew`.
    RpmNew,
    /// What is there is renamed to `.rpmsave`, the new file takes the path.
    RpmSave,
    /// The same with `.rpmorig`: nobody owned it.
    RpmOrig,
}

/// What identifies content for the decision: a regular file's digest or a link's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sameness {
    Digest(Checksum),
    Target(Vec<u8>),
}

impl Sameness {
    pub(super) fn of(file: &FileEntry) -> Option<Self> {
        if file.is_symlink() {
            Some(Self::Target(file.link_target.clone()))
        } else {
            file.digest.clone().map(Self::Digest)
        }
    }
}

/// The fate of a config file at a path that holds `disk`; `old` is the leaving package's file there, if any.
pub(super) fn config_fate(disk: Option<&Sameness>, old: Option<&FileEntry>, new: &FileEntry) -> Fate {
    let new_is = Sameness::of(new);
    let noreplace = new.flags & flags::NOREPLACE != 0;
    if disk.is_some() && disk == new_is.as_ref() {
        return Fate::Touch;
    }
    let Some(old) = old else {
        return if noreplace { Fate::RpmNew } else { Fate::RpmOrig };
    };
    let old_is = Sameness::of(old);
    if disk.is_some() && disk == old_is.as_ref() {
        return Fate::Replace;
    }
    if new.flags & flags::CONFIG == 0 {
        return Fate::RpmSave;
    }
    if old_is == new_is {
        return Fate::Keep;
    }
    if noreplace { Fate::RpmNew } else { Fate::RpmSave }
}
