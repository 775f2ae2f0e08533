//! `passwd`, `chpasswd`, `chgpasswd`, `chage`: what of them needs neither a terminal nor a hash.

use super::{
    database::{Database, Done, Flavor, arguments, days, finish, flavor, lock, refuse, show_usage, shown, today},
    days::day,
    login_defs::decimal,
    table::Fields,
};
use crate::effects::{
    commands::options::Parsed,
    process::{Process, Status},
};

const PASSWD: &[&str] = &[
    "a,all",
    "d,delete",
    "e,expire",
    "f,force",
    "i,inactive=",
    "k,keep-tokens",
    "l,lock",
    "n,mindays,minimum=",
    "q,quiet",
    "R,root=",
    "s,stdin",
    "S,status",
    "u,unlock",
    "w,warndays,warning=",
    "x,maxdays,maximum=",
];
const CHPASSWD: &[&str] = &["c,crypt-method=", "e,encrypted", "m,md5", "R,root=", "s,sha-rounds="];
const CHAGE: &[&str] = &[
    "d,lastday=",
    "E,expiredate=",
    "i,iso8601",
    "I,inactive=",
    "l,list",
    "m,mindays=",
    "M,maxdays=",
    "R,root=",
    "W,warndays=",
];

/// `passwd`: `-l`, `-u`, `-d`, `-e` and the ages. Red Hat's own program locks with two marks.
pub(super) fn passwd(process: &mut Process<'_, '_>) -> Status {
    finish(change_password(process))
}

/// `chpasswd`, with passwords that are hashed already.
pub(super) fn chpasswd(process: &mut Process<'_, '_>) -> Status {
    finish(set_passwords(process, false))
}

/// `chgpasswd`, with passwords that are hashed already.
pub(super) fn chgpasswd(process: &mut Process<'_, '_>) -> Status {
    finish(set_passwords(process, true))
}

/// `chage`.
pub(super) fn chage(process: &mut Process<'_, '_>) -> Status {
    finish(change_ages(process))
}

fn change_password(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[options] [LOGIN]";
    let given = arguments(process, PASSWD, USAGE_LINE)?;
    let name = match given.operands.as_slice() {
        [] => b"root".to_vec(),
        [name] => name.clone(),
        _ => return Err(show_usage(process, USAGE_LINE)),
    };
    let mut db = Database::read(process)?;
    if db.passwd.find(&name).is_none() {
        return refuse(process, 1, format!("user '{}' does not exist", shown(&name)));
    }
    let Some(mut line) = db.shadow.find(&name).cloned() else {
        return refuse(process, 1, format!("no shadow entry of '{}'", shown(&name)));
    };
    if given.has("status") {
        let state = match line[1].as_slice() {
            b"" => "NP",
            [b'!' | b'*', ..] => "LK",
            _ => "PS",
        };
        process.out(format!("{} {state}\n", shown(&name)));
        return Ok(());
    }
    let changes = ["delete", "expire", "inactive", "lock", "mindays", "unlock", "warndays", "maxdays"];
    if !changes.iter().any(|l| given.has(l)) {
        return refuse(process, 1, "Authentication token manipulation error: no terminal, and nothing here hashes");
    }
    let flavor = flavor(process);
    change_lock(process, &given, flavor, &mut line)?;
    for (option, field) in [("mindays", 3), ("maxdays", 4), ("warndays", 5), ("inactive", 6)] {
        if let Some(value) = given.value(option) {
            let Some(number) = decimal(value).filter(|n| *n >= -1) else {
                return refuse(process, 6, format!("invalid numeric argument '{}'", shown(value)));
            };
            line[field] = days(Some(number));
        }
    }
    if given.has("expire") {
        line[2] = b"0".to_vec();
    }
    lock(process);
    Database::update(process, &mut db.shadow, line, 3)?;
    db.close(process)
}

fn change_lock(process: &mut Process<'_, '_>, given: &Parsed, flavor: Flavor, line: &mut Fields) -> Done {
    if given.has("delete") {
        line[1].clear();
    }
    if given.has("unlock") {
        let mark: &[u8] = if line[1].starts_with(b"!!") && flavor == Flavor::RedHat { b"!!" } else { b"!" };
        let bare = line[1].strip_prefix(mark).unwrap_or(&line[1]).to_vec();
        if bare.is_empty() && !given.has("force") {
            return refuse(process, 3, "unlocking the password would result in a passwordless account.");
        }
        line[1] = bare;
    }
    if given.has("lock") && !line[1].starts_with(b"!") {
        let mark: &[u8] = if flavor == Flavor::RedHat { b"!!" } else { b"!" };
        line[1] = [mark, &line[1]].concat();
    }
    Ok(())
}

fn set_passwords(process: &mut Process<'_, '_>, groups: bool) -> Done {
    const USAGE_LINE: &str = "[options]";
    let given = arguments(process, CHPASSWD, USAGE_LINE)?;
    if !given.operands.is_empty() {
        return Err(show_usage(process, USAGE_LINE));
    }
    if !given.has("encrypted") && given.value("crypt-method") != Some(b"NONE") {
        return refuse(process, 1, "only passwords that are hashed already (-e) can be set without a machine");
    }
    let input = process.input();
    let mut db = Database::read(process)?;
    let mut failed = false;
    for (at, line) in input.split(|&b| b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
        let Some(colon) = line.iter().position(|&b| b == b':') else {
            process.fail(format!("line {}: missing new password", at + 1));
            failed = true;
            continue;
        };
        let (name, password) = (&line[..colon], &line[colon + 1..]);
        let known = if groups {
            set_group(process, &mut db, name, password)?
        } else {
            set_user(process, &mut db, name, password)?
        };
        if !known {
            let what = if groups { "group" } else { "user" };
            process.fail(format!("line {}: {what} '{}' does not exist", at + 1, shown(name)));
            failed = true;
        }
    }
    if failed {
        return refuse(process, 1, "error detected, changes ignored");
    }
    lock(process);
    db.close(process)
}

fn set_user(process: &mut Process<'_, '_>, db: &mut Database, name: &[u8], password: &[u8]) -> Done<bool> {
    let Some(mut user) = db.passwd.find(name).cloned() else { return Ok(false) };
    let shadow = db.shadow.find(name).cloned();
    let shadow = shadow.or_else(|| {
        (db.shadow.present() && user[1] == b"x").then(|| {
            let mut line = vec![name.to_vec(), Vec::new(), Vec::new()];
            line.extend(["PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE"].map(|key| days(db.defs.number(key))));
            line.resize(9, Vec::new());
            line
        })
    });
    if shadow.is_none() || user[1] != b"x" {
        user[1] = password.to_vec();
        Database::update(process, &mut db.passwd, user, 1)?;
    }
    if let Some(mut shadow) = shadow {
        shadow[1] = password.to_vec();
        shadow[2] = today(process);
        Database::update(process, &mut db.shadow, shadow, 1)?;
    }
    Ok(true)
}

fn set_group(process: &mut Process<'_, '_>, db: &mut Database, name: &[u8], password: &[u8]) -> Done<bool> {
    let Some(mut group) = db.group.find(name).cloned() else { return Ok(false) };
    let shadow = db.gshadow.find(name).cloned().or_else(|| {
        (db.gshadow.present() && group[1] == b"x")
            .then(|| vec![name.to_vec(), Vec::new(), Vec::new(), group[3].clone()])
    });
    if shadow.is_none() || group[1] != b"x" {
        group[1] = password.to_vec();
        Database::update(process, &mut db.group, group, 1)?;
    }
    if let Some(mut shadow) = shadow {
        shadow[1] = password.to_vec();
        Database::update(process, &mut db.gshadow, shadow, 1)?;
    }
    Ok(true)
}

fn change_ages(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[options] LOGIN";
    let given = arguments(process, CHAGE, USAGE_LINE)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let mut db = Database::read(process)?;
    if !db.shadow.present() {
        return refuse(process, 15, "the shadow password file is not present");
    }
    if db.passwd.find(name).is_none() {
        return refuse(process, 1, format!("user '{}' does not exist in /etc/passwd", shown(name)));
    }
    let mut line = db.shadow.find(name).cloned().unwrap_or_else(|| {
        let mut line = vec![name.clone(), b"!".to_vec()];
        line.resize(9, Vec::new());
        line
    });
    for (option, field) in
        [("lastday", 2), ("mindays", 3), ("maxdays", 4), ("warndays", 5), ("inactive", 6), ("expiredate", 7)]
    {
        let Some(value) = given.value(option) else { continue };
        let number = if matches!(option, "lastday" | "expiredate") { day(value) } else { decimal(value) };
        let Some(number) = number.filter(|n| *n >= -1) else {
            return refuse(process, 2, format!("invalid date or number '{}'", shown(value)));
        };
        line[field] = days(Some(number));
    }
    if given.has("list") {
        let text = line[2..8].iter().map(|f| shown(f)).collect::<Vec<_>>().join(" ");
        process.out(format!("{text}\n"));
        return Ok(());
    }
    lock(process);
    Database::update(process, &mut db.shadow, line, 1)?;
    db.close(process)
}
