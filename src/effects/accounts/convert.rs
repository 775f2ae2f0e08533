//! `pwconv`, `grpconv` and back: passwords into the shadow files, and out of them.

use super::{
    database::{Database, Done, arguments, days, finish, lock, refuse, show_usage, today},
    table::Fields,
};
use crate::effects::process::{Process, Status};

const KNOWN: &[&str] = &["R,root="];

fn start(process: &mut Process<'_, '_>) -> Done<Database> {
    const USAGE_LINE: &str = "[options]";
    if !arguments(process, KNOWN, USAGE_LINE)?.operands.is_empty() {
        return Err(show_usage(process, USAGE_LINE));
    }
    Database::read(process)
}

/// `pwconv`.
pub(super) fn pwconv(process: &mut Process<'_, '_>) -> Status {
    finish(users_in(process))
}

/// `pwunconv`.
pub(super) fn pwunconv(process: &mut Process<'_, '_>) -> Status {
    finish(users_out(process))
}

/// `grpconv`.
pub(super) fn grpconv(process: &mut Process<'_, '_>) -> Status {
    finish(groups_in(process))
}

/// `grpunconv`.
pub(super) fn grpunconv(process: &mut Process<'_, '_>) -> Status {
    finish(groups_out(process))
}

fn users_in(process: &mut Process<'_, '_>) -> Done {
    let mut db = start(process)?;
    lock(process);
    let gone = |f: &Fields| db.passwd.find(&f[0]).is_none();
    db.shadow.remove_all(gone);
    let users: Vec<Fields> = db.passwd.entries().cloned().collect();
    for mut user in users {
        let mut line = match db.shadow.find(&user[0]) {
            Some(_) if user[1] == b"x" => continue,
            Some(line) => line.clone(),
            None => {
                let mut line = vec![user[0].clone(), Vec::new(), Vec::new()];
                line.extend(["PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE"].map(|key| days(db.defs.number(key))));
                line.resize(9, Vec::new());
                line
            }
        };
        line[1] = std::mem::replace(&mut user[1], b"x".to_vec());
        line[2] = today(process);
        Database::update(process, &mut db.shadow, line, 3)?;
        Database::update(process, &mut db.passwd, user, 3)?;
    }
    db.close(process)?;
    // It may hold the passwords that have just moved.
    let _ = process.chmod(b"/etc/passwd-", 0o600);
    Ok(())
}

fn users_out(process: &mut Process<'_, '_>) -> Done {
    let mut db = start(process)?;
    if !db.shadow.present() {
        return Ok(());
    }
    lock(process);
    let users: Vec<Fields> = db.passwd.entries().cloned().collect();
    for mut user in users {
        let Some(shadow) = db.shadow.find(&user[0]) else { continue };
        if user[1] == b"x" {
            user[1].clone_from(&shadow[1]);
        }
        Database::update(process, &mut db.passwd, user, 3)?;
    }
    db.close(process)?;
    process.unlink(b"/etc/shadow").or_else(|_| refuse(process, 3, "cannot delete /etc/shadow"))
}

fn groups_in(process: &mut Process<'_, '_>) -> Done {
    let mut db = start(process)?;
    lock(process);
    let gone = |f: &Fields| db.group.find(&f[0]).is_none();
    db.gshadow.remove_all(gone);
    let groups: Vec<Fields> = db.group.entries().cloned().collect();
    for mut group in groups {
        let mut line = match db.gshadow.find(&group[0]) {
            Some(_) if group[1] == b"x" => continue,
            Some(line) => line.clone(),
            None => vec![group[0].clone(), group[1].clone(), Vec::new(), Vec::new()],
        };
        line[1] = std::mem::replace(&mut group[1], b"x".to_vec());
        line[3].clone_from(&group[3]);
        Database::update(process, &mut db.gshadow, line, 3)?;
        Database::update(process, &mut db.group, group, 3)?;
    }
    db.close(process)
}

fn groups_out(process: &mut Process<'_, '_>) -> Done {
    let mut db = start(process)?;
    if !db.gshadow.present() {
        return Ok(());
    }
    lock(process);
    let groups: Vec<Fields> = db.group.entries().cloned().collect();
    for mut group in groups {
        let Some(shadow) = db.gshadow.find(&group[0]) else { continue };
        if group[1] == b"x" {
            group[1].clone_from(&shadow[1]);
            Database::update(process, &mut db.group, group, 3)?;
        }
    }
    db.close(process)?;
    process.unlink(b"/etc/gshadow").or_else(|_| refuse(process, 3, "cannot delete /etc/gshadow"))
}
