//! `groupadd`, `groupmod`, `groupdel`.

use super::{
    database::{Database, Done, arguments, finish, flavor, lock, refuse, show_usage, shown},
    login_defs::decimal,
    number::{Whose, unused},
    table::{Fields, number, with_member},
    usermod::replace,
    valid::{is_id, is_name},
};
use crate::effects::{
    commands::options::Parsed,
    process::{Process, Status},
};

const ADD: &[&str] =
    &["f,force", "g,gid=", "K,key=", "o,non-unique", "p,password=", "r,system", "R,root=", "P,prefix=", "U,users="];
const MOD: &[&str] =
    &["a,append", "g,gid=", "n,new-name=", "o,non-unique", "p,password=", "R,root=", "P,prefix=", "U,users="];
const DEL: &[&str] = &["f,force", "R,root=", "P,prefix="];
const USAGE_LINE: &str = "[options] GROUP";

/// `groupadd`.
pub(super) fn groupadd(process: &mut Process<'_, '_>) -> Status {
    finish(add(process))
}

/// `groupmod`.
pub(super) fn groupmod(process: &mut Process<'_, '_>) -> Status {
    finish(change(process))
}

/// `groupdel`.
pub(super) fn groupdel(process: &mut Process<'_, '_>) -> Status {
    finish(delete(process))
}

fn add(process: &mut Process<'_, '_>) -> Done {
    let given = arguments(process, ADD, USAGE_LINE)?;
    let mut db = Database::read(process)?;
    check_gid(process, &given)?;
    for setting in given.values("key") {
        match setting.iter().position(|&b| b == b'=') {
            Some(at) => db.defs.set(&setting[..at], &setting[at + 1..]),
            None => return refuse(process, 3, "-K requires KEY=VALUE"),
        }
    }
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    if given.has("non-unique") && !given.has("gid") {
        return Err(show_usage(process, USAGE_LINE));
    }
    check_name(process, name)?;
    if db.group.find(name).is_some() {
        if given.has("force") {
            return Ok(());
        }
        return refuse(process, 9, format!("group '{}' already exists", shown(name)));
    }
    let mut gid = gid(&given);
    if let Some(taken) = gid.filter(|gid| !given.has("non-unique") && db.group.by_number(*gid).is_some()) {
        if !given.has("force") {
            return refuse(process, 4, format!("GID '{taken}' already exists"));
        }
        gid = None;
    }
    lock(process);
    let Some(gid) = gid.or_else(|| unused(&db.defs, Whose::Group, given.has("system"), &db.group, None)) else {
        return refuse(process, 4, "Can't get unique GID (no more available GIDs)");
    };
    let users = users(process, &given, &db, &[])?;
    let password = given.value("password").unwrap_or(b"!").to_vec();
    let shadowed = db.gshadow.present();
    let visible = if shadowed { b"x".to_vec() } else { password.clone() };
    let line = vec![name.clone(), visible, gid.to_string().into_bytes(), users];
    Database::update(process, &mut db.group, line, 10)?;
    if shadowed {
        Database::update(process, &mut db.gshadow, vec![name.clone(), password, Vec::new(), Vec::new()], 10)?;
    }
    db.close(process)
}

fn gid(given: &Parsed) -> Option<u32> {
    given.value("gid").and_then(decimal).and_then(|n| u32::try_from(n).ok())
}

fn check_gid(process: &mut Process<'_, '_>, given: &Parsed) -> Done {
    match given.values("gid").find(|v| !is_id(v)) {
        Some(word) => refuse(process, 3, format!("invalid group ID '{}'", shown(word))),
        None => Ok(()),
    }
}

fn check_name(process: &mut Process<'_, '_>, name: &[u8]) -> Done {
    let flavor = flavor(process);
    if is_name(flavor, name) {
        return Ok(());
    }
    refuse(process, 3, format!("'{}' is not a valid group name", shown(name)))
}

/// The members of `-U` after those of `list`.
fn users(process: &mut Process<'_, '_>, given: &Parsed, db: &Database, list: &[u8]) -> Done<Vec<u8>> {
    let mut list = list.to_vec();
    for user in given.value("users").unwrap_or_default().split(|&b| b == b',').filter(|u| !u.is_empty()) {
        if db.passwd.find(user).is_none() {
            let text = format!("Invalid member username {}\n", shown(user));
            let _ = process.handle(2).write(process.stage, text.as_bytes());
            return Err(Status(10));
        }
        list = with_member(&list, user);
    }
    Ok(list)
}

fn change(process: &mut Process<'_, '_>) -> Done {
    let given = arguments(process, MOD, USAGE_LINE)?;
    check_gid(process, &given)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    if given.has("non-unique") && !given.has("gid") {
        return Err(show_usage(process, USAGE_LINE));
    }
    let mut db = Database::read(process)?;
    let Some(mut line) = db.group.find(name).cloned() else {
        return refuse(process, 6, format!("group '{}' does not exist", shown(name)));
    };
    let old = number(&line[2]);
    let gid = gid(&given).filter(|gid| Some(*gid) != old);
    if let Some(taken) = gid.filter(|gid| !given.has("non-unique") && db.group.by_number(*gid).is_some()) {
        return refuse(process, 4, format!("GID '{taken}' already exists"));
    }
    let new = given.value("new-name").filter(|n| n != name).map(<[u8]>::to_vec);
    if let Some(new) = &new {
        let flavor = flavor(process);
        if !is_name(flavor, new) {
            return refuse(process, 3, format!("invalid group name '{}'", shown(new)));
        }
        if db.group.find(new).is_some() {
            return refuse(process, 9, format!("group '{}' already exists", shown(new)));
        }
    }
    lock(process);
    line[0] = new.clone().unwrap_or(line[0].clone());
    if let Some(password) = given.value("password").filter(|_| !db.gshadow.present() || line[1] != b"x") {
        line[1] = password.to_vec();
    }
    if let Some(gid) = gid {
        line[2] = gid.to_string().into_bytes();
        change_primary(process, &mut db, old, &line[2].clone())?;
    }
    if given.has("users") {
        let before = if given.has("append") { line[3].clone() } else { Vec::new() };
        line[3] = users(process, &given, &db, &before)?;
    }
    change_shadow(process, &given, &mut db, name, &line)?;
    replace(process, &mut db.group, name, line, 10)?;
    db.close(process)
}

fn change_shadow(
    process: &mut Process<'_, '_>,
    given: &Parsed,
    db: &mut Database,
    name: &[u8],
    group: &Fields,
) -> Done {
    let password = given.value("password");
    if !db.gshadow.present() || (password.is_none() && group[0] == name) {
        return Ok(());
    }
    let mut line = match db.gshadow.find(name) {
        Some(line) => line.clone(),
        None if password.is_some() && group[1] == b"x" => {
            vec![group[0].clone(), Vec::new(), Vec::new(), group[3].clone()]
        }
        None => return Ok(()),
    };
    line[0].clone_from(&group[0]);
    if let Some(password) = password {
        line[1] = password.to_vec();
    }
    match db.gshadow.find(name) {
        Some(_) => replace(process, &mut db.gshadow, name, line, 10),
        None => Database::update(process, &mut db.gshadow, line, 10),
    }
}

/// Users of the old gid get the new one.
fn change_primary(process: &mut Process<'_, '_>, db: &mut Database, old: Option<u32>, new: &[u8]) -> Done {
    let users: Vec<Fields> = db.passwd.entries().filter(|f| number(&f[3]) == old).cloned().collect();
    for mut user in users {
        user[3] = new.to_vec();
        Database::update(process, &mut db.passwd, user, 10)?;
    }
    Ok(())
}

fn delete(process: &mut Process<'_, '_>) -> Done {
    let given = arguments(process, DEL, USAGE_LINE)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let mut db = Database::read(process)?;
    let Some(gid) = db.group.find(name).and_then(|f| number(&f[2])) else {
        return refuse(process, 6, format!("group '{}' does not exist", shown(name)));
    };
    let user = db.passwd.entries().find(|f| number(&f[3]) == Some(gid)).map(|f| shown(&f[0]));
    if let Some(user) = user.filter(|_| !given.has("force")) {
        return refuse(process, 8, format!("cannot remove the primary group of user '{user}'"));
    }
    lock(process);
    if !db.group.remove(name) {
        return refuse(process, 10, format!("cannot remove entry '{}' from /etc/group", shown(name)));
    }
    db.gshadow.remove(name);
    db.close(process)
}
