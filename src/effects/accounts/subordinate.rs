//! Subordinate ids: `/etc/subuid` and `/etc/subgid`, where the image has them.

use super::{
    database::{self, Done, read, refuse, shown},
    login_defs::LoginDefs,
    number::{Whose, unused_range},
    table::{File, SUBGID, SUBUID, Table},
};
use crate::effects::{commands::options::Parsed, process::Process};

/// Files that changed, and what a command ends with that cannot write them.
pub(super) type Ranges = Vec<(Table, File, u8)>;

/// The next free ones for a new user.
pub(super) fn allot(process: &mut Process<'_, '_>, defs: &LoginDefs, name: &[u8]) -> Done<Ranges> {
    let mut tables = Vec::new();
    for (whose, file, status, key) in
        [(Whose::User, SUBUID, 16, "SUB_UID_COUNT"), (Whose::Group, SUBGID, 18, "SUB_GID_COUNT")]
    {
        let mut table = read(process, file)?;
        if !table.present() || defs.number(key).is_some_and(|n| n <= 0) {
            continue;
        }
        let Some((first, count)) = unused_range(defs, whose, &mut table) else {
            let what = if whose == Whose::User { "user" } else { "group" };
            return refuse(process, status, format!("can't create subordinate {what} IDs"));
        };
        table.append(vec![name.to_vec(), first.to_string().into_bytes(), count.to_string().into_bytes()]);
        tables.push((table, file, status));
    }
    Ok(tables)
}

/// Writes them.
pub(super) fn close(process: &mut Process<'_, '_>, ranges: Ranges) -> Done {
    ranges.into_iter().try_for_each(|(table, file, status)| database::close(process, &table, file, status))
}

/// `FIRST-LAST`, as first and count.
pub(super) fn range(text: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(text).ok()?;
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last - first + 1))
}

/// What `usermod -v -V -w -W` change.
pub(super) fn change(process: &mut Process<'_, '_>, given: &Parsed, name: &[u8]) -> Done<Ranges> {
    let mut changed = Vec::new();
    for (add, del, file, status) in
        [("add-subuids", "del-subuids", SUBUID, 16), ("add-subgids", "del-subgids", SUBGID, 18)]
    {
        if !given.has(add) && !given.has(del) {
            continue;
        }
        let mut table = read(process, file)?;
        if !table.present() {
            let path = shown(file.path);
            return refuse(process, 2, format!("{path} does not exist, you cannot use the flags --{add} or --{del}"));
        }
        let decimal = |n: u64| n.to_string().into_bytes();
        // The last one given is taken first.
        let ranges = |option| given.values(option).filter_map(range).collect::<Vec<_>>().into_iter().rev();
        for (first, count) in ranges(del) {
            table.remove_all(|f| f[0] == name && f[1] == decimal(first) && f[2] == decimal(count));
        }
        for (first, count) in ranges(add) {
            let line = vec![name.to_vec(), decimal(first), decimal(count)];
            if !table.entries().any(|f| *f == line) {
                table.append(line);
            }
        }
        changed.push((table, file, status));
    }
    Ok(changed)
}
