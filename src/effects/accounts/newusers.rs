//! `newusers`: accounts from lines like those of `/etc/passwd`. Passwords would be hashed with a random salt: they stay locked,
//! which is said, and ends with 1 as it does where PAM refuses.

use super::{
    database::{Database, Done, arguments, days, finish, flavor, lock, refuse, show_usage, shown, today},
    home,
    login_defs::decimal,
    number::{Whose, unused},
    table::{Fields, number},
    valid::is_name,
};
use crate::effects::{
    commands::options::Parsed,
    process::{Process, Status},
};

const KNOWN: &[&str] = &["b,badname", "c,crypt-method=", "r,system", "R,root=", "s,sha-rounds="];

/// `newusers`.
pub(super) fn newusers(process: &mut Process<'_, '_>) -> Status {
    finish(run(process))
}

fn run(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[options] [FILE]";
    let given = arguments(process, KNOWN, USAGE_LINE)?;
    let text = match given.operands.as_slice() {
        [] => process.input(),
        [file] => match process.read_file(file) {
            Ok(text) => text,
            Err(error) => return refuse(process, 1, format!("{}: {error}", shown(file))),
        },
        _ => return Err(show_usage(process, USAGE_LINE)),
    };
    lock(process);
    let mut db = Database::read(process)?;
    let mut users = Vec::new();
    for (at, line) in text.split(|&b| b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
        let fields: Fields = line.split(|&b| b == b':').map(<[u8]>::to_vec).collect();
        if fields.len() != 7 {
            return refuse(process, 1, format!("line {}: invalid line", at + 1));
        }
        users.push(add(process, &given, &mut db, &fields, at + 1)?);
    }
    for user in &users {
        make_home(process, &db, user)?;
    }
    db.close(process)?;
    for user in &users {
        process.fail(format!("(user {}) password not changed", shown(&user[0])));
    }
    if users.is_empty() { Ok(()) } else { Err(Status::FAILURE) }
}

fn add(process: &mut Process<'_, '_>, given: &Parsed, db: &mut Database, fields: &Fields, line: usize) -> Done<Fields> {
    let (name, flavor) = (&fields[0], flavor(process));
    if !given.has("badname") && !is_name(flavor, name) {
        return refuse(process, 1, format!("line {line}: can't create user"));
    }
    let old = db.passwd.find(name).cloned();
    let uid = match (&old, decimal(&fields[2])) {
        (Some(old), _) => number(&old[2]),
        (None, Some(uid)) => u32::try_from(uid).ok(),
        (None, None) if fields[2].is_empty() => unused(&db.defs, Whose::User, given.has("system"), &db.passwd, None),
        (None, None) => db.passwd.find(&fields[2]).and_then(|f| number(&f[2])),
    };
    let Some(uid) = uid else { return refuse(process, 1, format!("line {line}: can't create user")) };
    let gid = group(process, given, db, fields, uid, line)?;
    let mut user = old.unwrap_or_else(|| vec![name.clone(), b"x".to_vec(), uid.to_string().into_bytes()]);
    user.resize(7, Vec::new());
    user[3] = gid.to_string().into_bytes();
    for field in 4..7 {
        if !fields[field].is_empty() {
            user[field].clone_from(&fields[field]);
        }
    }
    Database::update(process, &mut db.passwd, user.clone(), 1)?;
    if db.shadow.present() && db.shadow.find(name).is_none() {
        let mut line = vec![name.clone(), b"!".to_vec(), today(process)];
        for (key, default) in [("PASS_MIN_DAYS", 0), ("PASS_MAX_DAYS", 10000), ("PASS_WARN_AGE", -1)] {
            line.push(days(Some(db.defs.number(key).unwrap_or(default))));
        }
        line.resize(9, Vec::new());
        Database::update(process, &mut db.shadow, line, 1)?;
    }
    Ok(user)
}

/// The gid a line asks for; a group that is not there is made, under the user's name unless the line names another.
fn group(
    process: &mut Process<'_, '_>,
    given: &Parsed,
    db: &mut Database,
    fields: &Fields,
    uid: u32,
    line: usize,
) -> Done<u32> {
    if let Some(gid) = db.group_named(&fields[3]).and_then(|f| number(&f[2])) {
        return Ok(gid);
    }
    let wanted = decimal(&fields[3]).and_then(|n| u32::try_from(n).ok());
    let named = wanted.is_none() && !fields[3].is_empty();
    let name = if named { fields[3].clone() } else { fields[0].clone() };
    if let Some(gid) = db.group.find(&name).and_then(|f| number(&f[2])) {
        return Ok(gid);
    }
    let gid = wanted.or_else(|| unused(&db.defs, Whose::Group, given.has("system"), &db.group, Some(uid)));
    let Some(gid) = gid else { return refuse(process, 1, format!("line {line}: can't create group")) };
    let shadowed = db.gshadow.present();
    let password: &[u8] = if shadowed { b"x" } else { b"*" };
    let group = vec![name.clone(), password.to_vec(), gid.to_string().into_bytes(), Vec::new()];
    Database::update(process, &mut db.group, group, 1)?;
    if shadowed {
        Database::update(process, &mut db.gshadow, vec![name, b"*".to_vec(), Vec::new(), Vec::new()], 1)?;
    }
    Ok(gid)
}

fn make_home(process: &mut Process<'_, '_>, db: &Database, user: &Fields) -> Done {
    if user[5].is_empty() || process.exists(&user[5]) {
        return Ok(());
    }
    let owner = (number(&user[2]).unwrap_or_default(), number(&user[3]).unwrap_or_default());
    if process.mkdir(&user[5], home::mode(&db.defs)).is_err() {
        process.fail(format!("mkdir {} failed", shown(&user[5])));
        return Ok(());
    }
    let _ = process.chmod(&user[5], home::mode(&db.defs));
    let _ = process.chown(&user[5], Some(owner.0), Some(owner.1), true);
    Ok(())
}
