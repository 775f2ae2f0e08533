//! When two names are one file, and copying one to the other would lose it.

use super::{
    super::{
        super::super::process::{Process, Stat},
        walk::Follow,
    },
    engine::{How, Plan},
};

/// What follows from two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    /// Nothing: go on.
    Different,
    /// It is done already.
    Done,
    /// It is an error.
    Refused,
}

/// Whether both names are the same entry of the same directory.
fn same_name(process: &Process<'_, '_>, a: &[u8], b: &[u8]) -> bool {
    process.locate(a, false).is_ok_and(|a| process.locate(b, false).is_ok_and(|b| a.0 == b.0))
}

/// What `from` and an existing `to` are to one another; the rules are GNU's, as its manual and its tests have them.
pub(super) fn same(
    process: &Process<'_, '_>,
    plan: &Plan,
    (from, from_stat): (&[u8], &Stat),
    (to, to_stat): (&[u8], &Stat),
    moving: bool,
) -> Same {
    let one = |a: &Stat, b: &Stat| a.leaf.is_some() && a.leaf == b.leaf;
    let never = moving || plan.follow == Follow::Never;
    let verdict = |fine: bool| if fine { Same::Different } else { Same::Refused };
    let named_alike = || same_name(process, from, to);
    if one(from_stat, to_stat) && plan.how == How::HardLink {
        return Same::Done;
    }
    let (from_link, to_link) = if never {
        if from_stat.is_symlink() && to_stat.is_symlink() {
            return match one(from_stat, to_stat) && plan.backup.is_none() && !named_alike() {
                true if moving => Same::Refused,
                true => Same::Done,
                false => verdict(!named_alike()),
            };
        }
        (from_stat.clone(), to_stat.clone())
    } else {
        if !one(from_stat, to_stat) {
            return Same::Different;
        }
        let links = (process.lstat(from), process.lstat(to));
        let (Ok(from_link), Ok(to_link)) = links else { return Same::Different };
        if plan.remove_destination && from_link.is_symlink() && to_link.is_symlink() {
            return Same::Different;
        }
        (from_link, to_link)
    };
    let same_link = one(&from_link, &to_link);
    if plan.backup.is_some() {
        let dangles = !moving && !never && from_link.is_symlink() && !to_link.is_symlink();
        return verdict(if same_link { !named_alike() } else { !dangles });
    }
    if moving || plan.remove_destination {
        if to_link.is_symlink() {
            return Same::Different;
        }
        if same_link && process.links(&to_link) > 1 && !named_alike() {
            return verdict(!moving);
        }
    }
    if !from_link.is_symlink() && !to_link.is_symlink() && !same_link {
        return Same::Different;
    }
    if never {
        let through = |name, stat: &Stat| if stat.is_symlink() { process.stat(name).ok() } else { Some(stat.clone()) };
        match (through(from, &from_link), through(to, &to_link)) {
            (Some(a), Some(b)) if one(&a, &b) => {}
            _ => return Same::Different,
        }
        if plan.how == How::HardLink {
            return if to_link.is_symlink() { Same::Different } else { Same::Done };
        }
    }
    Same::Refused
}
