//! `usermod`.

use super::{
    database::{Database, Done, arguments, days, finish, flavor, known_groups, lock, refuse, show_usage, shown, today},
    days::day,
    login_defs::{decimal, integer},
    move_home::move_files,
    subordinate,
    table::{Fields, Table, has_member, number, with_member, without_member},
    valid::{is_field, is_id, is_name, is_shell, warn_of_shell},
};
use crate::effects::{
    commands::options::Parsed,
    process::{Process, Status},
};

const KNOWN: &[&str] = &[
    "a,append",
    "b,badnames,badname",
    "c,comment=",
    "d,home=",
    "e,expiredate=",
    "f,inactive=",
    "g,gid=",
    "G,groups=",
    "l,login=",
    "L,lock",
    "m,move-home",
    "o,non-unique",
    "p,password=",
    "r,remove",
    "R,root=",
    "P,prefix=",
    "s,shell=",
    "u,uid=",
    "U,unlock",
    "v,add-subuids=",
    "V,del-subuids=",
    "w,add-subgids=",
    "W,del-subgids=",
    "Z,selinux-user=",
];
const USAGE_LINE: &str = "[options] LOGIN";

/// `usermod`.
pub(super) fn usermod(process: &mut Process<'_, '_>) -> Status {
    finish(run(process))
}

/// What changes; none of it where the account has it so already.
#[derive(Default)]
pub(super) struct Change {
    pub name: Vec<u8>,
    pub login: Option<Vec<u8>>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub comment: Option<Vec<u8>>,
    pub home: Option<Vec<u8>>,
    pub shell: Option<Vec<u8>>,
    pub expire: Option<i64>,
    pub inactive: Option<i64>,
    pub groups: Option<Vec<Vec<u8>>>,
    pub password: Option<Password>,
}

pub(super) enum Password {
    Lock,
    Unlock,
    Set(Vec<u8>),
}

impl Change {
    pub fn is_any(&self) -> bool {
        self.is_passwd() || self.is_shadow() || self.groups.is_some()
    }

    pub fn is_passwd(&self) -> bool {
        self.login.is_some()
            || self.uid.is_some()
            || self.gid.is_some()
            || self.comment.is_some()
            || self.home.is_some()
            || self.shell.is_some()
            || self.password.is_some()
    }

    pub fn is_shadow(&self) -> bool {
        self.login.is_some() || self.expire.is_some() || self.inactive.is_some() || self.password.is_some()
    }

    pub fn new_name(&self) -> &[u8] {
        self.login.as_deref().unwrap_or(&self.name)
    }
}

fn run(process: &mut Process<'_, '_>) -> Done {
    let given = arguments(process, KNOWN, USAGE_LINE)?;
    let mut db = Database::read(process)?;
    check_values(process, &given)?;
    let (change, old) = plan(process, &given, &db)?;
    let move_home = given.has("move-home") && change.home.is_some();
    let any = change.is_any()
        || move_home
        || ["add-subuids", "del-subuids", "add-subgids", "del-subgids"].iter().any(|l| given.has(l));
    if !any {
        let name = process.name();
        process.out(format!("{name}: no changes\n"));
        return Ok(());
    }
    check_vacant(process, &given, &db, &change)?;
    // Whoever runs this is running: root's processes cannot be taken from under it.
    if number(&old[2]) == Some(0) && (change.uid.is_some() || change.login.is_some() || change.home.is_some()) {
        return refuse(process, 8, format!("user {} is currently used by process 1", shown(&change.name)));
    }
    lock(process);
    update_entries(process, &mut db, &change)?;
    if change.groups.is_some() || change.login.is_some() {
        update_groups(process, &given, &mut db, &change)?;
    }
    let ranges = subordinate::change(process, &given, &change.name)?;
    db.close(process)?;
    subordinate::close(process, ranges)?;
    move_files(process, &db, &change, &old, move_home)
}

fn check_values(process: &mut Process<'_, '_>, given: &Parsed) -> Done {
    let flavor = flavor(process);
    for (option, value) in &given.options {
        let value = value.as_deref().unwrap_or_default();
        let text = shown(value);
        let why = match *option {
            "comment" | "home" if !is_field(value) => format!("invalid field '{text}'"),
            "home" if !value.starts_with(b"/") => "homedir must be an absolute path".to_owned(),
            "expiredate" if day(value).is_none_or(|d| d < -1) => format!("invalid date '{text}'"),
            "inactive" if integer(value).is_none_or(|d| d < -1) => format!("invalid numeric argument '{text}'"),
            "login" if !given.has("badnames") && !is_name(flavor, value) => {
                format!("invalid user name '{text}': use --badname to ignore")
            }
            "shell" if !is_shell(value) => format!("invalid shell '{text}'"),
            "uid" if !is_id(value) => format!("invalid user ID '{text}'"),
            "add-subuids" | "del-subuids" if subordinate::range(value).is_none() => {
                format!("invalid subordinate uid range '{text}'")
            }
            "add-subgids" | "del-subgids" if subordinate::range(value).is_none() => {
                format!("invalid subordinate gid range '{text}'")
            }
            "selinux-user" => "-Z requires SELinux enabled kernel".to_owned(),
            "shell" => {
                warn_of_shell(process, value);
                continue;
            }
            _ => continue,
        };
        return refuse(process, 3, why);
    }
    Ok(())
}

/// What is to change, and the account's line before.
fn plan(process: &mut Process<'_, '_>, given: &Parsed, db: &Database) -> Done<(Change, Fields)> {
    let mut change = Change::default();
    if let Some(word) = given.value("gid") {
        let Some(gid) = db.group_named(word).and_then(|f| number(&f[2])) else {
            return refuse(process, 6, format!("group '{}' does not exist", shown(word)));
        };
        change.gid = Some(gid);
    }
    if let Some(list) = given.value("groups") {
        change.groups = Some(if list.is_empty() { Vec::new() } else { known_groups(process, db, list)? });
    }
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let Some(old) = db.passwd.find(name).cloned() else {
        return refuse(process, 6, format!("user '{}' does not exist", shown(name)));
    };
    check_combinations(process, given)?;
    let shadow = db.shadow.find(name);
    let differs = |option: &str, field: &[u8]| given.value(option).filter(|v| *v != field).map(<[u8]>::to_vec);
    let aged = |field: usize| shadow.and_then(|f| decimal(&f[field])).unwrap_or(-1);
    change.name.clone_from(name);
    change.login = differs("login", name);
    change.uid = given.value("uid").and_then(decimal).and_then(|n| u32::try_from(n).ok());
    change.uid = change.uid.filter(|n| Some(*n) != number(&old[2]));
    change.gid = change.gid.filter(|n| Some(*n) != number(&old[3]));
    change.comment = differs("comment", &old[4]);
    change.home = differs("home", &old[5]);
    change.shell = differs("shell", &old[6]);
    change.expire = given.value("expiredate").and_then(day).filter(|d| *d != aged(7));
    change.inactive = given.value("inactive").and_then(integer).filter(|d| *d != aged(6));
    change.password = match given {
        g if g.has("lock") => Some(Password::Lock),
        g if g.has("unlock") => Some(Password::Unlock),
        g => g.value("password").map(|p| Password::Set(p.to_vec())),
    };
    Ok((change, old))
}

fn check_combinations(process: &mut Process<'_, '_>, given: &Parsed) -> Done {
    let passwords = ["lock", "unlock", "password"].iter().filter(|l| given.has(l)).count();
    let why = match given {
        g if g.options.is_empty() => "no options",
        g if g.has("append") && !g.has("groups") => "-a flag is only allowed with the -G flag",
        g if g.has("remove") && !g.has("groups") => "-r flag is only allowed with the -G flag",
        g if g.has("remove") && g.has("append") => "-r and -a are mutually exclusive flags",
        _ if passwords > 1 => "the -L, -p, and -U flags are exclusive",
        g if g.has("non-unique") && !g.has("uid") => "-o flag is only allowed with the -u flag",
        g if g.has("move-home") && !g.has("home") => "-m flag is only allowed with the -d flag",
        _ => return Ok(()),
    };
    process.fail(why);
    Err(show_usage(process, USAGE_LINE))
}

fn check_vacant(process: &mut Process<'_, '_>, given: &Parsed, db: &Database, change: &Change) -> Done {
    if !db.shadow.present() && (change.expire.is_some() || change.inactive.is_some()) {
        return refuse(process, 2, "shadow passwords required for -e and -f");
    }
    if let Some(login) = change.login.as_ref().filter(|l| db.passwd.find(l).is_some()) {
        return refuse(process, 9, format!("user '{}' already exists", shown(login)));
    }
    match change.uid {
        Some(uid) if !given.has("non-unique") && db.passwd.by_number(uid).is_some() => {
            refuse(process, 4, format!("UID '{uid}' already exists"))
        }
        _ => Ok(()),
    }
}

/// The password field as it is to be.
fn password(process: &mut Process<'_, '_>, change: &Change, old: &[u8]) -> Vec<u8> {
    match &change.password {
        Some(Password::Lock) if !old.starts_with(b"!") => [b"!", old].concat(),
        Some(Password::Unlock) if old == b"!" => {
            process.fail("unlocking the user's password would result in a passwordless account.");
            old.to_vec()
        }
        Some(Password::Unlock) => old.strip_prefix(b"!").unwrap_or(old).to_vec(),
        Some(Password::Set(new)) => new.clone(),
        _ => old.to_vec(),
    }
}

fn update_entries(process: &mut Process<'_, '_>, db: &mut Database, change: &Change) -> Done {
    if !change.is_passwd() && !change.is_shadow() {
        return Ok(());
    }
    let Some(mut line) = db.passwd.find(&change.name).cloned() else { return Ok(()) };
    let shadowed = line[1] == b"x";
    if !db.shadow.present() || !shadowed {
        line[1] = password(process, change, &line[1].clone());
    }
    let decimal = |n: u32| n.to_string().into_bytes();
    line[0] = change.new_name().to_vec();
    line[2] = change.uid.map_or(line[2].clone(), decimal);
    line[3] = change.gid.map_or(line[3].clone(), decimal);
    line[4] = change.comment.clone().unwrap_or(line[4].clone());
    if let Some(home) = &change.home {
        line[5] = if home.len() > 1 { home.strip_suffix(b"/").unwrap_or(home).to_vec() } else { home.clone() };
    }
    line[6] = change.shell.clone().unwrap_or(line[6].clone());
    if db.shadow.present() {
        update_shadow(process, db, change, &mut line)?;
    }
    if change.is_passwd() {
        replace(process, &mut db.passwd, &change.name, line, 1)?;
    }
    Ok(())
}

fn update_shadow(process: &mut Process<'_, '_>, db: &mut Database, change: &Change, passwd: &mut Fields) -> Done {
    let forced = (matches!(change.password, Some(Password::Set(_))) && passwd[1] == b"x")
        || change.expire.is_some()
        || change.inactive.is_some();
    let mut line = match db.shadow.find(&change.name) {
        Some(line) => line.clone(),
        None if forced => {
            let mut line = vec![change.name.clone(), std::mem::replace(&mut passwd[1], b"x".to_vec()), today(process)];
            line.extend(["PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE"].map(|key| days(db.defs.number(key))));
            line.resize(9, Vec::new());
            line
        }
        None => return Ok(()),
    };
    if !change.is_shadow() {
        return Ok(());
    }
    line[0] = change.new_name().to_vec();
    line[1] = password(process, change, &line[1].clone());
    if matches!(change.password, Some(Password::Set(_))) {
        line[2] = today(process);
    }
    if let Some(inactive) = change.inactive {
        line[6] = days(Some(inactive));
    }
    if let Some(expire) = change.expire {
        line[7] = days(Some(expire));
    }
    replace(process, &mut db.shadow, &change.name, line, 1)
}

/// Puts a line in the place of the old name's; under a new name it goes to the end.
pub(super) fn replace(process: &mut Process<'_, '_>, table: &mut Table, old: &[u8], line: Fields, status: u8) -> Done {
    let renamed = line[0] != old;
    Database::update(process, table, line, status)?;
    if renamed && !table.remove(old) {
        return refuse(process, status, format!("cannot remove entry '{}'", shown(old)));
    }
    Ok(())
}

fn update_groups(process: &mut Process<'_, '_>, given: &Parsed, db: &mut Database, change: &Change) -> Done {
    let names: Vec<Vec<u8>> = db.group.entries().map(|f| f[0].clone()).collect();
    for (table, fields) in [(&mut db.group, &[3][..]), (&mut db.gshadow, &[3, 2][..])] {
        let lines: Vec<Fields> = table.entries().cloned().collect();
        for mut line in lines {
            let before = line.clone();
            for &field in fields {
                // Only the name of an administrator ever changes.
                let groups = change.groups.as_ref().filter(|_| field == 3);
                line[field] = members(given, change, groups, &names, &line[0], &line[field]);
            }
            if line != before {
                Database::update(process, table, line, 10)?;
            }
        }
    }
    Ok(())
}

/// The list of members with what changes for this user.
fn members(
    given: &Parsed,
    change: &Change,
    groups: Option<&Vec<Vec<u8>>>,
    names: &[Vec<u8>],
    group: &[u8],
    list: &[u8],
) -> Vec<u8> {
    let was = has_member(list, &change.name);
    let listed = groups.is_some_and(|g| g.iter().any(|n| n == group)) && names.iter().any(|n| n == group);
    let mut is = groups.is_some() && ((was && given.has("append")) || listed);
    if !was && !is {
        return list.to_vec();
    }
    if groups.is_some() && given.has("remove") {
        is = !is;
    }
    match (was, is || groups.is_none()) {
        (true, true) if change.login.is_some() => with_member(&without_member(list, &change.name), change.new_name()),
        (true, true) => list.to_vec(),
        (true, false) => without_member(list, &change.name),
        (false, true) => with_member(list, change.new_name()),
        (false, false) => list.to_vec(),
    }
}
