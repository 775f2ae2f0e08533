//! What `usermod` does to files: the home directory and the mailbox move, and go over to the new number.

use super::{
    database::{Database, Done, refuse, shown},
    home,
    table::{Fields, number},
    usermod::Change,
};
use crate::effects::process::Process;

/// Moves the home directory and the mailbox, and gives their files to the new number.
pub(super) fn move_files(
    process: &mut Process<'_, '_>,
    db: &Database,
    change: &Change,
    old: &Fields,
    move_home: bool,
) -> Done {
    let old_uid = number(&old[2]).unwrap_or_default();
    let mut home = old[5].clone();
    if let Some(new) = &change.home {
        if move_home {
            rename_home(process, &home, new)?;
        }
        home.clone_from(new);
    }
    if change.login.is_some() || change.uid.is_some() {
        move_mailbox(process, db, change, old_uid);
    }
    if change.uid.is_none() && change.gid.is_none() {
        return Ok(());
    }
    let owner = process.stat(&home).map(|s| s.uid);
    if owner.is_ok_and(|uid| uid == old_uid || change.uid == Some(uid)) {
        let old_gid = number(&old[3]).unwrap_or_default();
        for path in home::walk(process, &home) {
            let Ok(stat) = process.lstat(&path) else { continue };
            let (uid, gid) = (change.uid.filter(|_| stat.uid == old_uid), change.gid.filter(|_| stat.gid == old_gid));
            if uid.is_some() || gid.is_some() {
                let _ = process.chown(&path, uid, gid, false);
            }
        }
    }
    Ok(())
}

fn rename_home(process: &mut Process<'_, '_>, old: &[u8], new: &[u8]) -> Done {
    if process.exists(new) {
        return refuse(process, 12, format!("directory {} exists", shown(new)));
    }
    match process.stat(old) {
        Ok(stat) if !stat.is_directory() => {
            let why = format!("The previous home directory ({}) was not a directory.", shown(old));
            refuse(process, 12, why)
        }
        Ok(_) => process
            .rename(old, new)
            .or_else(|_| refuse(process, 12, format!("cannot rename directory {} to {}", shown(old), shown(new)))),
        Err(_) => {
            let why = format!(
                "The previous home directory ({}) does not exist or is inaccessible. Move cannot be completed.",
                shown(old)
            );
            process.fail(why);
            Ok(())
        }
    }
}

fn move_mailbox(process: &mut Process<'_, '_>, db: &Database, change: &Change, old_uid: u32) {
    let Some(path) = home::mailbox(db, &change.name) else { return };
    match process.stat(&path) {
        Ok(stat) if stat.uid == old_uid => {}
        Ok(_) => {
            process.fail(format!("warning: {} not owned by {}", shown(&path), shown(&change.name)));
            return;
        }
        Err(_) => return,
    }
    if change.uid.is_some() {
        let _ = process.chown(&path, change.uid, None, true);
    }
    if let Some(login) = &change.login
        && let Some(new) = home::mailbox(db, login)
        && process.link(&path, &new).is_ok()
    {
        let _ = process.unlink(&path);
    }
}
