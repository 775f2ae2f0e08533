//! `gpasswd` and `groupmems`: who is in a group.

use super::{
    database::{Database, Done, arguments, finish, lock, refuse, show_usage, shown},
    table::{Fields, has_member, members, with_member, without_member},
};
use crate::effects::{
    commands::options::Parsed,
    process::{Process, Status},
};

const GPASSWD: &[&str] =
    &["a,add=", "A,administrators=", "d,delete=", "g", "M,members=", "Q,root=", "r,remove-password", "R,restrict"];
const GROUPMEMS: &[&str] = &["a,add=", "d,delete=", "g,group=", "l,list", "p,purge", "R,root="];

/// `gpasswd`.
pub(super) fn gpasswd(process: &mut Process<'_, '_>) -> Status {
    finish(administer(process))
}

/// `groupmems`.
pub(super) fn groupmems(process: &mut Process<'_, '_>) -> Status {
    finish(manage(process))
}

/// The lines of a group; the one of gshadow is made up where the file has none for it.
fn lines(db: &Database, name: &[u8]) -> Option<(Fields, Option<Fields>)> {
    let mut group = db.group.find(name)?.clone();
    let shadow = db.gshadow.present().then(|| {
        db.gshadow.find(name).cloned().unwrap_or_else(|| {
            let password = std::mem::replace(&mut group[1], b"x".to_vec());
            vec![name.to_vec(), password, Vec::new(), group[3].clone()]
        })
    });
    Some((group, shadow))
}

fn write(process: &mut Process<'_, '_>, mut db: Database, group: Fields, shadow: Option<Fields>) -> Done {
    lock(process);
    Database::update(process, &mut db.group, group, 1)?;
    if let Some(shadow) = shadow {
        Database::update(process, &mut db.gshadow, shadow, 1)?;
    }
    db.close(process)
}

fn administer(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[option] GROUP";
    let given = arguments(process, GPASSWD, USAGE_LINE)?;
    let db = Database::read(process)?;
    check_users(process, &given, &db)?;
    let exclusive = [
        given.has("add"),
        given.has("delete"),
        given.has("remove-password"),
        given.has("restrict"),
        given.has("administrators") || given.has("members"),
    ];
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    if exclusive.iter().filter(|e| **e).count() > 1 {
        return Err(show_usage(process, USAGE_LINE));
    }
    let Some((mut group, mut shadow)) = lines(&db, name) else {
        return refuse(process, 3, format!("group '{}' does not exist in /etc/group", shown(name)));
    };
    if given.has("remove-password") || given.has("restrict") {
        let password: &[u8] = if given.has("remove-password") { b"" } else { b"!" };
        match &mut shadow {
            Some(shadow) => {
                shadow[1] = password.to_vec();
                group[1] = b"x".to_vec();
            }
            None => group[1] = password.to_vec(),
        }
    } else if let Some(user) = given.value("add") {
        process.out(format!("Adding user {} to group {}\n", shown(user), shown(name)));
        for line in [Some(&mut group), shadow.as_mut()].into_iter().flatten() {
            line[3] = with_member(&line[3], user);
        }
    } else if let Some(user) = given.value("delete") {
        remove_member(process, &mut group, shadow.as_mut(), user)?;
    } else if given.has("administrators") || given.has("members") {
        if let (Some(shadow), Some(list)) = (&mut shadow, given.value("administrators")) {
            shadow[2] = list.to_vec();
        }
        if let Some(list) = given.value("members") {
            for line in [Some(&mut group), shadow.as_mut()].into_iter().flatten() {
                line[3] = list.to_vec();
            }
        }
    } else {
        return refuse(process, 1, "Not a tty");
    }
    write(process, db, group, shadow)
}

fn check_users(process: &mut Process<'_, '_>, given: &Parsed, db: &Database) -> Done {
    if given.has("administrators") && !db.gshadow.present() {
        return refuse(process, 17, "shadow group passwords required for -A");
    }
    for option in ["add", "administrators", "members"] {
        for user in given.values(option).flat_map(members) {
            if db.passwd.find(user).is_none() {
                return refuse(process, 3, format!("user '{}' does not exist", shown(user)));
            }
        }
    }
    Ok(())
}

fn remove_member(process: &mut Process<'_, '_>, group: &mut Fields, shadow: Option<&mut Fields>, user: &[u8]) -> Done {
    let name = shown(&group[0]);
    process.out(format!("Removing user {} from group {name}\n", shown(user)));
    let mut removed = false;
    for line in [Some(group), shadow].into_iter().flatten() {
        removed |= has_member(&line[3], user);
        line[3] = without_member(&line[3], user);
    }
    if removed { Ok(()) } else { refuse(process, 3, format!("user '{}' is not a member of '{name}'", shown(user))) }
}

fn manage(process: &mut Process<'_, '_>) -> Done {
    const USAGE_LINE: &str = "[options] [action]";
    let given = arguments(process, GROUPMEMS, USAGE_LINE)?;
    let actions = ["add", "delete", "list", "purge"].iter().filter(|l| given.has(l)).count();
    if actions != 1 || !given.operands.is_empty() {
        return Err(show_usage(process, USAGE_LINE));
    }
    let db = Database::read(process)?;
    let name = given.value("group").unwrap_or(b"root");
    if let Some(user) = given.value("add").filter(|u| db.passwd.find(u).is_none()) {
        return refuse(process, 5, format!("user '{}' does not exist", shown(user)));
    }
    let Some((mut group, mut shadow)) = lines(&db, name) else {
        return refuse(process, 9, format!("group '{}' does not exist in /etc/group", shown(name)));
    };
    if given.has("list") {
        let list: Vec<&[u8]> = members(&group[3]).collect();
        if !list.is_empty() {
            process.out([list.join(&b"  "[..]), b"\n".to_vec()].concat());
        }
        return Ok(());
    }
    let action = given.value("add").map(|user| (true, user)).or(given.value("delete").map(|user| (false, user)));
    if let Some((adds, user)) = action {
        let is_member = has_member(&group[3], user);
        if adds == is_member {
            let (status, word) = if adds { (7, "already") } else { (6, "not") };
            let why = format!("user '{}' is {word} a member of '{}'", shown(user), shown(name));
            return refuse(process, status, why);
        }
    }
    for line in [Some(&mut group), shadow.as_mut()].into_iter().flatten() {
        let of_gshadow = line.len() == 4 && db.gshadow.find(name).is_some_and(|f| f == line);
        line[3] = match action {
            Some((true, user)) => with_member(&line[3], user),
            Some((false, user)) => without_member(&line[3], user),
            None => Vec::new(),
        };
        if of_gshadow {
            line[2] = match action {
                Some((true, _)) => line[2].clone(),
                Some((false, user)) => without_member(&line[2], user),
                None => Vec::new(),
            };
        }
    }
    write(process, db, group, shadow)
}
