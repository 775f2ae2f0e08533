//! `userdel`.

use super::{
    database::{Database, Done, arguments, close, finish, lock, read, refuse, show_usage, shown},
    home,
    table::{Fields, SUBGID, SUBUID, members, number, without_member},
};
use crate::effects::process::{Process, Status};

const KNOWN: &[&str] = &["f,force", "r,remove", "R,root=", "P,prefix=", "Z,selinux-user"];

/// `userdel`.
pub(super) fn userdel(process: &mut Process<'_, '_>) -> Status {
    finish(run(process))
}

fn run(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[options] LOGIN";
    let given = arguments(process, KNOWN, USAGE_LINE)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let mut db = Database::read(process)?;
    let Some(user) = db.passwd.find(name).cloned() else {
        return refuse(process, 6, format!("user '{}' does not exist", shown(name)));
    };
    let force = given.has("force");
    if number(&user[2]) == Some(0) && !force {
        return refuse(process, 8, format!("user {} is currently used by process 1", shown(name)));
    }
    lock(process);
    if !db.passwd.remove(name) {
        return refuse(process, 1, format!("cannot remove entry '{}' from /etc/passwd", shown(name)));
    }
    db.shadow.remove(name);
    leave_groups(process, &mut db, name)?;
    if db.defs.flag("USERGROUPS_ENAB") {
        remove_own_group(process, &mut db, &user, force);
    }
    let whole = !given.has("remove") || remove_files(process, &db, &user, force);
    db.close(process)?;
    for (file, status) in [(SUBUID, 16), (SUBGID, 18)] {
        let mut table = read(process, file)?;
        table.remove_all(|f| f[0] == *name);
        close(process, &table, file, status)?;
    }
    if whole { Ok(()) } else { Err(Status(12)) }
}

fn leave_groups(process: &mut Process<'_, '_>, db: &mut Database, name: &[u8]) -> Done {
    for (table, fields) in [(&mut db.group, &[3][..]), (&mut db.gshadow, &[2, 3][..])] {
        let lines: Vec<Fields> = table.entries().cloned().collect();
        for mut line in lines {
            let before = line.clone();
            for &field in fields {
                if members(&line[field]).any(|m| m == name) {
                    line[field] = without_member(&line[field], name);
                }
            }
            if line != before {
                Database::update(process, table, line, 10)?;
            }
        }
    }
    Ok(())
}

/// Removes the group of the user's name, where it is the user's and nobody else's.
fn remove_own_group(process: &mut Process<'_, '_>, db: &mut Database, user: &Fields, force: bool) {
    let name = &user[0];
    let shown = shown(name);
    let Some(group) = db.group.find(name).cloned() else { return };
    if number(&group[2]) != number(&user[3]) {
        process.fail(format!("group {shown} not removed because it is not the primary group of user {shown}."));
    } else if !group[3].is_empty() {
        process.fail(format!("group {shown} not removed because it has other members."));
    } else if !force && db.passwd.entries().any(|f| f[0] != *name && number(&f[3]) == number(&group[2])) {
        process.fail(format!("group {shown} is the primary group of another user and is not removed."));
    } else {
        db.group.remove(name);
        db.gshadow.remove(name);
    }
}

/// Removes mailbox and home directory; false if something that should have gone did not.
fn remove_files(process: &mut Process<'_, '_>, db: &Database, user: &Fields, force: bool) -> bool {
    let uid = number(&user[2]);
    let (name, home) = (shown(&user[0]), user[5].clone());
    let mut whole = true;
    let mailbox = home::mailbox(db, &user[0]);
    if let Some((path, stat)) = mailbox.and_then(|p| process.lstat(&p).ok().map(|s| (p, s))) {
        if force || Some(stat.uid) == uid {
            whole &= process.unlink(&path).is_ok();
        } else {
            process.fail(format!("{} not owned by {name}, not removing", shown(&path)));
            whole = false;
        }
    } else {
        process.fail(format!("{name} mail spool not found"));
    }
    let shown_home = shown(&home);
    match process.stat(&home) {
        Err(_) => {
            process.fail(format!("{name} home directory ({shown_home}) not found"));
        }
        Ok(stat) if Some(stat.uid) != uid && !force => {
            process.fail(format!("{shown_home} not owned by {name}, not removing"));
            whole = false;
        }
        Ok(_) if !force && holds_another_home(db, &home) => {
            process.fail(format!("not removing directory {shown_home} (would remove home of another user)"));
            whole = false;
        }
        Ok(_) => {
            if home::remove_tree(process, &home).is_err() {
                process.fail(format!("error removing directory {shown_home}"));
                whole = false;
            }
        }
    }
    whole
}

fn holds_another_home(db: &Database, home: &[u8]) -> bool {
    let below = |other: &[u8]| {
        other.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || home.ends_with(b"/"))
    };
    db.passwd.entries().any(|f| below(&f[5]))
}
