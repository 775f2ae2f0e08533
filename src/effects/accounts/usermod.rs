//! `usermod`.

use super::{
    database::{
        Database, Done, arguments, close, days, finish, flavor, is_field, is_name, lock, read, refuse, show_usage,
        shown, today,
    },
    days::day,
    home,
    login_defs::{decimal, integer},
    options::{Given, Known, Takes::*},
    table::{Fields, SUBGID, SUBUID, Table, has_member, number, with_member, without_member},
    useradd::{is_id, is_shell, known_groups, warn_of_shell},
};
use crate::effects::process::{Process, Status};

const KNOWN: &[Known] = &[
    ('a', "append", Nothing),
    ('b', "badnames", Nothing),
    ('b', "badname", Nothing),
    ('c', "comment", Value),
    ('d', "home", Value),
    ('e', "expiredate", Value),
    ('f', "inactive", Value),
    ('g', "gid", Value),
    ('G', "groups", Value),
    ('h', "help", Nothing),
    ('l', "login", Value),
    ('L', "lock", Nothing),
    ('m', "move-home", Nothing),
    ('o', "non-unique", Nothing),
    ('p', "password", Value),
    ('r', "remove", Nothing),
    ('R', "root", Value),
    ('P', "prefix", Value),
    ('s', "shell", Value),
    ('u', "uid", Value),
    ('U', "unlock", Nothing),
    ('v', "add-subuids", Value),
    ('V', "del-subuids", Value),
    ('w', "add-subgids", Value),
    ('W', "del-subgids", Value),
    ('Z', "selinux-user", Value),
];
const USAGE_LINE: &str = "[options] LOGIN";

/// `usermod`.
pub(super) fn usermod(process: &mut Process<'_, '_>) -> Status {
    finish(run(process))
}

/// What changes; none of it where the account has it so already.
#[derive(Default)]
struct Change {
    name: Vec<u8>,
    login: Option<Vec<u8>>,
    uid: Option<u32>,
    gid: Option<u32>,
    comment: Option<Vec<u8>>,
    home: Option<Vec<u8>>,
    shell: Option<Vec<u8>>,
    expire: Option<i64>,
    inactive: Option<i64>,
    groups: Option<Vec<Vec<u8>>>,
    password: Option<Password>,
}

enum Password {
    Lock,
    Unlock,
    Set(Vec<u8>),
}

fn run(process: &mut Process<'_, '_>) -> Done {
    let given = arguments(process, KNOWN, USAGE_LINE)?;
    let mut db = Database::read(process)?;
    check_values(process, &given)?;
    let (change, old) = plan(process, &given, &db)?;
    let move_home = given.has('m') && change.home.is_some();
    let any = change.is_any() || move_home || ['v', 'V', 'w', 'W'].iter().any(|l| given.has(*l));
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
    let ranges = update_ranges(process, &given, &change.name)?;
    db.close(process)?;
    for (table, file, status) in ranges {
        close(process, &table, file, status)?;
    }
    move_files(process, &db, &change, &old, move_home)
}

impl Change {
    fn is_any(&self) -> bool {
        self.is_passwd() || self.is_shadow() || self.groups.is_some()
    }

    fn is_passwd(&self) -> bool {
        self.login.is_some()
            || self.uid.is_some()
            || self.gid.is_some()
            || self.comment.is_some()
            || self.home.is_some()
            || self.shell.is_some()
            || self.password.is_some()
    }

    fn is_shadow(&self) -> bool {
        self.login.is_some() || self.expire.is_some() || self.inactive.is_some() || self.password.is_some()
    }

    fn new_name(&self) -> &[u8] {
        self.login.as_deref().unwrap_or(&self.name)
    }
}

fn check_values(process: &mut Process<'_, '_>, given: &Given) -> Done {
    let flavor = flavor(process);
    for (letter, value) in &given.options {
        let value = value.as_deref().unwrap_or_default();
        let text = shown(value);
        let why = match letter {
            'c' | 'd' if !is_field(value) => format!("invalid field '{text}'"),
            'd' if !value.starts_with(b"/") => "homedir must be an absolute path".to_owned(),
            'e' if day(value).is_none_or(|d| d < -1) => format!("invalid date '{text}'"),
            'f' if integer(value).is_none_or(|d| d < -1) => format!("invalid numeric argument '{text}'"),
            'l' if !given.has('b') && !is_name(flavor, value) => {
                format!("invalid user name '{text}': use --badname to ignore")
            }
            's' if !is_shell(value) => format!("invalid shell '{text}'"),
            'u' if !is_id(value) => format!("invalid user ID '{text}'"),
            'v' | 'V' if range(value).is_none() => format!("invalid subordinate uid range '{text}'"),
            'w' | 'W' if range(value).is_none() => format!("invalid subordinate gid range '{text}'"),
            'Z' => "-Z requires SELinux enabled kernel".to_owned(),
            's' => {
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
fn plan(process: &mut Process<'_, '_>, given: &Given, db: &Database) -> Done<(Change, Fields)> {
    let mut change = Change::default();
    if let Some(word) = given.value('g') {
        let Some(gid) = db.group_named(word).and_then(|f| number(&f[2])) else {
            return refuse(process, 6, format!("group '{}' does not exist", shown(word)));
        };
        change.gid = Some(gid);
    }
    if let Some(list) = given.value('G') {
        change.groups = Some(if list.is_empty() { Vec::new() } else { known_groups(process, db, list)? });
    }
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let Some(old) = db.passwd.find(name).cloned() else {
        return refuse(process, 6, format!("user '{}' does not exist", shown(name)));
    };
    check_combinations(process, given)?;
    let shadow = db.shadow.find(name);
    let differs = |letter: char, field: &[u8]| given.value(letter).filter(|v| *v != field).map(<[u8]>::to_vec);
    let aged = |field: usize| shadow.and_then(|f| decimal(&f[field])).unwrap_or(-1);
    change.name.clone_from(name);
    change.login = differs('l', name);
    change.uid = given.value('u').and_then(decimal).and_then(|n| u32::try_from(n).ok());
    change.uid = change.uid.filter(|n| Some(*n) != number(&old[2]));
    change.gid = change.gid.filter(|n| Some(*n) != number(&old[3]));
    change.comment = differs('c', &old[4]);
    change.home = differs('d', &old[5]);
    change.shell = differs('s', &old[6]);
    change.expire = given.value('e').and_then(day).filter(|d| *d != aged(7));
    change.inactive = given.value('f').and_then(integer).filter(|d| *d != aged(6));
    change.password = match given {
        g if g.has('L') => Some(Password::Lock),
        g if g.has('U') => Some(Password::Unlock),
        g => g.value('p').map(|p| Password::Set(p.to_vec())),
    };
    Ok((change, old))
}

fn check_combinations(process: &mut Process<'_, '_>, given: &Given) -> Done {
    let passwords = ['L', 'U', 'p'].iter().filter(|l| given.has(**l)).count();
    let why = match given {
        g if g.options.is_empty() => "no options",
        g if g.has('a') && !g.has('G') => "-a flag is only allowed with the -G flag",
        g if g.has('r') && !g.has('G') => "-r flag is only allowed with the -G flag",
        g if g.has('r') && g.has('a') => "-r and -a are mutually exclusive flags",
        _ if passwords > 1 => "the -L, -p, and -U flags are exclusive",
        g if g.has('o') && !g.has('u') => "-o flag is only allowed with the -u flag",
        g if g.has('m') && !g.has('d') => "-m flag is only allowed with the -d flag",
        _ => return Ok(()),
    };
    process.fail(why);
    Err(show_usage(process, USAGE_LINE))
}

fn check_vacant(process: &mut Process<'_, '_>, given: &Given, db: &Database, change: &Change) -> Done {
    if !db.shadow.present() && (change.expire.is_some() || change.inactive.is_some()) {
        return refuse(process, 2, "shadow passwords required for -e and -f");
    }
    if let Some(login) = change.login.as_ref().filter(|l| db.passwd.find(l).is_some()) {
        return refuse(process, 9, format!("user '{}' already exists", shown(login)));
    }
    match change.uid {
        Some(uid) if !given.has('o') && db.passwd.by_number(uid).is_some() => {
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

fn update_groups(process: &mut Process<'_, '_>, given: &Given, db: &mut Database, change: &Change) -> Done {
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
    given: &Given,
    change: &Change,
    groups: Option<&Vec<Vec<u8>>>,
    names: &[Vec<u8>],
    group: &[u8],
    list: &[u8],
) -> Vec<u8> {
    let was = has_member(list, &change.name);
    let listed = groups.is_some_and(|g| g.iter().any(|n| n == group)) && names.iter().any(|n| n == group);
    let mut is = groups.is_some() && ((was && given.has('a')) || listed);
    if !was && !is {
        return list.to_vec();
    }
    if groups.is_some() && given.has('r') {
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

/// `FIRST-LAST`, as first and count.
fn range(text: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(text).ok()?;
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last - first + 1))
}

type Ranges = Vec<(Table, super::table::File, u8)>;

fn update_ranges(process: &mut Process<'_, '_>, given: &Given, name: &[u8]) -> Done<Ranges> {
    let mut changed = Vec::new();
    for (add, del, file, status) in [('v', 'V', SUBUID, 16), ('w', 'W', SUBGID, 18)] {
        if !given.has(add) && !given.has(del) {
            continue;
        }
        let mut table = read(process, file)?;
        if !table.present() {
            let path = shown(file.path);
            return refuse(process, 2, format!("{path} does not exist, you cannot use the flags -{add} or -{del}"));
        }
        let decimal = |n: u64| n.to_string().into_bytes();
        // The last one given is taken first.
        let ranges = |letter| given.values(letter).filter_map(range).collect::<Vec<_>>().into_iter().rev();
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

/// Moves the home directory and the mailbox, and gives their files to the new number.
fn move_files(process: &mut Process<'_, '_>, db: &Database, change: &Change, old: &Fields, move_home: bool) -> Done {
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
