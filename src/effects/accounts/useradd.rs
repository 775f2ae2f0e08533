//! `useradd`.

use super::{
    database::{
        BAD_ARGUMENT, Database, Done, close, days, finish, flavor, is_field, is_name, lock, no_password, read, refuse,
        show_usage, shown, today,
    },
    days::day,
    home,
    login_defs::{Defaults, USERADD, decimal, integer},
    number::{Whose, unused, unused_range},
    options::{Given, Known, Takes::*},
    table::{SUBGID, SUBUID, Table, has_member, with_member},
};
use crate::effects::process::{Errno, Mode, Process, Status};

const KNOWN: &[Known] = &[
    ('b', "base-dir", Value),
    ('\u{1}', "btrfs-subvolume-home", Nothing),
    ('\u{2}', "badname", Nothing),
    ('\u{2}', "badnames", Nothing),
    ('c', "comment", Value),
    ('d', "home-dir", Value),
    ('d', "home", Value),
    ('D', "defaults", Nothing),
    ('e', "expiredate", Value),
    ('f', "inactive", Value),
    ('F', "add-subids-for-system", Nothing),
    ('g', "gid", Value),
    ('G', "groups", Value),
    ('h', "help", Nothing),
    ('k', "skel", Value),
    ('K', "key", Value),
    ('l', "no-log-init", Nothing),
    ('m', "create-home", Nothing),
    ('M', "no-create-home", Nothing),
    ('N', "no-user-group", Nothing),
    ('n', "", Nothing),
    ('o', "non-unique", Nothing),
    ('p', "password", Value),
    ('r', "system", Nothing),
    ('R', "root", Value),
    ('P', "prefix", Value),
    ('s', "shell", Value),
    ('u', "uid", Value),
    ('U', "user-group", Nothing),
    ('Z', "selinux-user", Value),
];
const USAGE_LINE: &str = "[options] LOGIN";

/// `useradd`.
pub(super) fn useradd(process: &mut Process<'_, '_>) -> Status {
    finish(run(process))
}

/// What the new user is to be.
struct Plan {
    name: Vec<u8>,
    uid: Option<u32>,
    gid: u32,
    groups: Vec<Vec<u8>>,
    comment: Vec<u8>,
    home: Vec<u8>,
    shell: Vec<u8>,
    password: Option<Vec<u8>>,
    expire: i64,
    system: bool,
    own_group: bool,
    make_home: bool,
}

fn run(process: &mut Process<'_, '_>) -> Done {
    let given = super::database::arguments(process, KNOWN, USAGE_LINE)?;
    let mut db = Database::read(process)?;
    let flavor = flavor(process);
    let mut defaults = Defaults::read(process, flavor);
    let plan = plan(process, &given, &mut db, &mut defaults)?;
    let Some(plan) = plan else { return Ok(()) };
    if db.passwd.find(&plan.name).is_some() {
        return refuse(process, 9, format!("user '{}' already exists", shown(&plan.name)));
    }
    if plan.own_group && db.group.find(&plan.name).is_some() {
        let name = shown(&plan.name);
        let why = format!("group {name} exists - if you want to add this user to that group, use -g.");
        return refuse(process, 9, why);
    }
    lock(process);
    let uid = uid(process, &given, &db, &plan)?;
    let gid = if plan.own_group { add_own_group(process, &mut db, &plan, uid)? } else { plan.gid };
    let subordinate = subordinate(process, &given, &db, &plan, uid)?;
    if !given.has('l') && defaults.log_init != b"no" && db.passwd.by_number(uid).is_none() {
        reset_log(process, b"/var/log/faillog", 32, uid);
        reset_log(process, b"/var/log/lastlog", 292, uid);
    }
    add_entry(process, &mut db, &plan, &defaults, (uid, gid))?;
    join_groups(process, &mut db, &plan)?;
    db.close(process)?;
    for (table, file, status) in subordinate {
        close(process, &table, file, status)?;
    }
    if plan.make_home {
        make_home(process, &db, &defaults, &plan, (uid, gid))?;
    }
    if !plan.system && defaults.mail.eq_ignore_ascii_case(b"yes") {
        home::make_mailbox(process, &db, &plan.name, (uid, gid));
    }
    Ok(())
}

/// Reads the options; none where they were about the defaults.
fn plan(
    process: &mut Process<'_, '_>,
    given: &Given,
    db: &mut Database,
    defaults: &mut Defaults,
) -> Done<Option<Plan>> {
    check_values(process, given, db)?;
    for setting in given.values('K').map(<[u8]>::to_vec).collect::<Vec<_>>() {
        match setting.iter().position(|&b| b == b'=') {
            Some(at) => db.defs.set(&setting[..at], &setting[at + 1..]),
            None => return refuse(process, 3, "-K requires KEY=VALUE"),
        }
    }
    let alone = given.has('N') || given.has('n');
    let own_group = given.has('U') || (!given.has('g') && !alone && db.defs.flag("USERGROUPS_ENAB"));
    check_combinations(process, given, alone)?;
    let mut gid = db
        .group_named(&defaults.group)
        .and_then(|f| super::table::number(&f[2]))
        .or(super::table::number(&defaults.group))
        .unwrap_or(1000);
    if let Some(word) = given.value('g') {
        let Some(number) = db.group_named(word).and_then(|f| super::table::number(&f[2])) else {
            return refuse(process, 6, format!("group '{}' does not exist", shown(word)));
        };
        gid = number;
    }
    if given.has('D') {
        return change_defaults(process, given, defaults, gid).map(|()| None);
    }
    let groups = named_groups(process, given, db)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let flavor = flavor(process);
    if !given.has('\u{2}') && !is_name(flavor, name) {
        return refuse(process, 3, format!("invalid user name '{}': use --badname to ignore", shown(name)));
    }
    if let Some(skel) = given.value('k') {
        defaults.skel = skel.to_vec();
    }
    if let Some(inactive) = given.value('f').and_then(integer) {
        defaults.inactive = inactive;
    }
    let base = given.value('b').unwrap_or(&defaults.home);
    let system = given.has('r');
    Ok(Some(Plan {
        name: name.clone(),
        uid: given.value('u').and_then(decimal).and_then(|n| u32::try_from(n).ok()),
        gid,
        groups,
        comment: given.value('c').unwrap_or_default().to_vec(),
        home: given.value('d').map_or_else(|| [base, b"/", name].concat(), <[u8]>::to_vec),
        shell: given.value('s').unwrap_or(&defaults.shell).to_vec(),
        password: given.value('p').map(<[u8]>::to_vec),
        expire: day(given.value('e').unwrap_or(&defaults.expire)).unwrap_or(-1),
        system,
        own_group,
        make_home: !given.has('M') && (given.has('m') || (!system && db.defs.flag("CREATE_HOME"))),
    }))
}

/// Checks each option's argument.
fn check_values(process: &mut Process<'_, '_>, given: &Given, db: &Database) -> Done {
    for (letter, value) in &given.options {
        let value = value.as_deref().unwrap_or_default();
        let rooted = value.starts_with(b"/") && is_field(value);
        let text = shown(value);
        let why = match letter {
            'b' if !rooted => format!("invalid base directory '{text}'"),
            'c' if !is_field(value) => format!("invalid comment '{text}'"),
            'd' if !rooted => format!("invalid home directory '{text}'"),
            'e' if day(value).is_none_or(|d| d < -1) => format!("invalid date '{text}'"),
            'f' if integer(value).is_none_or(|d| d < -1) => format!("invalid numeric argument '{text}'"),
            'p' if !is_field(value) => format!("invalid field '{text}'"),
            's' if !is_shell(value) => format!("invalid shell '{text}'"),
            'u' if !is_id(value) => format!("invalid user ID '{text}'"),
            'Z' => "-Z requires SELinux enabled kernel".to_owned(),
            'e' | 'f' if !db.shadow.present() && !value.is_empty() && value != b"-1" => {
                return refuse(process, 2, format!("shadow passwords required for -{letter}"));
            }
            's' => {
                warn_of_shell(process, value);
                continue;
            }
            _ => continue,
        };
        process.fail(why);
        return Err(BAD_ARGUMENT);
    }
    Ok(())
}

/// Whether a field may be a login shell.
pub(super) fn is_shell(value: &[u8]) -> bool {
    is_field(value) && matches!(value.first(), None | Some(b'/' | b'*'))
}

/// Whether a word is a user or group id.
pub(super) fn is_id(value: &[u8]) -> bool {
    decimal(value).is_some_and(|n| (0..i64::from(u32::MAX)).contains(&n))
}

/// Warns of a shell that cannot be run, and goes on.
pub(super) fn warn_of_shell(process: &mut Process<'_, '_>, shell: &[u8]) {
    let exempt = shell.is_empty() || shell[0] == b'*' || shell == b"/sbin/nologin";
    let runs = process.stat(shell).is_ok_and(|s| !s.is_directory() && s.mode & 0o111 != 0);
    if !exempt && !runs {
        process.fail(format!("Warning: missing or non-executable shell '{}'", shown(shell)));
    }
}

fn check_combinations(process: &mut Process<'_, '_>, given: &Given, alone: bool) -> Done {
    let why = match given {
        g if g.has('o') && !g.has('u') => "-o flag is only allowed with the -u flag",
        g if g.has('k') && !g.has('m') => "-k flag is only allowed with the -m flag",
        g if g.has('U') && g.has('g') => "options -U and -g conflict",
        g if g.has('U') && alone => "options -U and -N conflict",
        g if g.has('m') && g.has('M') => "options -m and -M conflict",
        _ => return Ok(()),
    };
    process.fail(why);
    Err(show_usage(process, USAGE_LINE))
}

/// The groups of `-G`, by name.
fn named_groups(process: &mut Process<'_, '_>, given: &Given, db: &Database) -> Done<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    let Some(list) = given.value('G').filter(|l| !l.is_empty()) else { return Ok(names) };
    lock(process);
    names = known_groups(process, db, list)?;
    Ok(names)
}

/// The names of the groups in a list of names and numbers; 6 if some are unknown.
pub(super) fn known_groups(process: &mut Process<'_, '_>, db: &Database, list: &[u8]) -> Done<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    let mut missing = false;
    for word in list.split(|&b| b == b',') {
        match db.group_named(word) {
            Some(fields) => names.push(fields[0].clone()),
            None => {
                process.fail(format!("group '{}' does not exist", shown(word)));
                missing = true;
            }
        }
    }
    if missing { Err(Status(6)) } else { Ok(names) }
}

fn uid(process: &mut Process<'_, '_>, given: &Given, db: &Database, plan: &Plan) -> Done<u32> {
    match plan.uid {
        Some(uid) if !given.has('o') && db.passwd.by_number(uid).is_some() => {
            refuse(process, 4, format!("UID {uid} is not unique"))
        }
        Some(uid) => Ok(uid),
        None => match unused(&db.defs, Whose::User, plan.system, &db.passwd, None) {
            Some(uid) => Ok(uid),
            None => refuse(process, 4, "can't create user"),
        },
    }
}

/// The group of the user's own name, with the uid as its gid where that is free.
fn add_own_group(process: &mut Process<'_, '_>, db: &mut Database, plan: &Plan, uid: u32) -> Done<u32> {
    let Some(gid) = unused(&db.defs, Whose::Group, plan.system, &db.group, Some(uid)) else {
        return refuse(process, 4, "can't create group");
    };
    let password: &[u8] = if db.gshadow.present() { b"x" } else { b"!" };
    let line = vec![plan.name.clone(), password.to_vec(), gid.to_string().into_bytes(), Vec::new()];
    Database::update(process, &mut db.group, line, 10)?;
    if db.gshadow.present() {
        let line = vec![plan.name.clone(), b"!".to_vec(), Vec::new(), Vec::new()];
        Database::update(process, &mut db.gshadow, line, 10)?;
    }
    Ok(gid)
}

/// The subordinate ids of an ordinary user, where the image has the files.
fn subordinate(
    process: &mut Process<'_, '_>,
    given: &Given,
    db: &Database,
    plan: &Plan,
    uid: u32,
) -> Done<Vec<(Table, super::table::File, u8)>> {
    // shadow-utils ask before they have chosen a uid: only one that was given counts.
    let range = db.defs.id("UID_MIN", 1000)..=db.defs.id("UID_MAX", 60000);
    let ordinary = plan.uid.is_none_or(|uid| uid == 0 || range.contains(&uid));
    if (plan.system && !given.has('F')) || !ordinary {
        return Ok(Vec::new());
    }
    let mut tables = Vec::new();
    for (whose, file, status, key) in
        [(Whose::User, SUBUID, 16, "SUB_UID_COUNT"), (Whose::Group, SUBGID, 18, "SUB_GID_COUNT")]
    {
        let mut table = read(process, file)?;
        if !table.present() || db.defs.number(key).is_some_and(|n| n <= 0) {
            continue;
        }
        let Some((first, count)) = unused_range(&db.defs, whose, &mut table) else {
            let what = if whose == Whose::User { "user" } else { "group" };
            return refuse(process, status, format!("can't create subordinate {what} IDs"));
        };
        table.append(vec![plan.name.clone(), first.to_string().into_bytes(), count.to_string().into_bytes()]);
        tables.push((table, file, status));
    }
    let _ = uid;
    Ok(tables)
}

fn add_entry(
    process: &mut Process<'_, '_>,
    db: &mut Database,
    plan: &Plan,
    defaults: &Defaults,
    (uid, gid): (u32, u32),
) -> Done {
    let password = match &plan.password {
        Some(password) => password.clone(),
        None => no_password(process).to_vec(),
    };
    let shadowed = db.shadow.present();
    let line = vec![
        plan.name.clone(),
        if shadowed { b"x".to_vec() } else { password.clone() },
        uid.to_string().into_bytes(),
        gid.to_string().into_bytes(),
        plan.comment.clone(),
        plan.home.clone(),
        plan.shell.clone(),
    ];
    Database::update(process, &mut db.passwd, line, 1)?;
    if !shadowed {
        return Ok(());
    }
    let mut line = vec![plan.name.clone(), password, today(process)];
    if plan.system {
        line.resize(9, Vec::new());
    } else {
        let ages = ["PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE"].map(|key| days(db.defs.number(key)));
        line.extend(ages);
        line.extend([days(Some(defaults.inactive)), days(Some(plan.expire)), Vec::new()]);
    }
    Database::update(process, &mut db.shadow, line, 1)
}

fn join_groups(process: &mut Process<'_, '_>, db: &mut Database, plan: &Plan) -> Done {
    for group in &plan.groups {
        for (table, status) in [(&mut db.group, 10), (&mut db.gshadow, 10)] {
            let Some(mut line) = table.find(group).cloned() else { continue };
            let joined = has_member(&line[3], &plan.name);
            line[3] = with_member(&line[3], &plan.name);
            if !joined {
                Database::update(process, table, line, status)?;
            }
        }
    }
    Ok(())
}

fn make_home(
    process: &mut Process<'_, '_>,
    db: &Database,
    defaults: &Defaults,
    plan: &Plan,
    (uid, gid): (u32, u32),
) -> Done {
    if process.exists(&plan.home) {
        let name = process.name();
        let why = format!(
            "warning: the home directory {} already exists.\n{name}: Not copying any file from skel directory into it.",
            shown(&plan.home)
        );
        process.fail(why);
        return Ok(());
    }
    home::make(process, &plan.home, home::mode(&db.defs), (uid, gid))?;
    home::copy_tree(process, &defaults.skel, &plan.home, (uid, gid));
    Ok(())
}

/// Empties a record of the last failures or logins, which a deleted user of that uid may have left.
fn reset_log(process: &mut Process<'_, '_>, path: &[u8], record: u64, uid: u32) {
    let start = record * u64::from(uid);
    if !process.stat(path).is_ok_and(|s| s.is_file() && s.size > start) {
        return;
    }
    let mode = Mode { read: true, write: true, ..Mode::default() };
    if let Ok(handle) = process.open(path, mode) {
        let _ = handle.seek(process.stage, |_, _| start);
        let _ = handle.write(process.stage, &vec![0; usize::try_from(record).unwrap_or_default()]);
    }
}

/// `useradd -D`: shows the defaults, or rewrites those that are given.
fn change_defaults(process: &mut Process<'_, '_>, given: &Given, defaults: &mut Defaults, gid: u32) -> Done {
    if !given.operands.is_empty() || ['u', 'G', 'd', 'c', 'm'].iter().any(|l| given.has(*l)) {
        return Err(show_usage(process, USAGE_LINE));
    }
    let changes: Vec<(&[u8], Vec<u8>)> =
        [('g', "GROUP"), ('b', "HOME"), ('f', "INACTIVE"), ('e', "EXPIRE"), ('s', "SHELL")]
            .into_iter()
            .filter_map(|(letter, key)| Some((key.as_bytes(), given.value(letter)?.to_vec())))
            .collect();
    if changes.is_empty() {
        let text = defaults.show(gid);
        process.out(text);
        return Ok(());
    }
    let old = process.read_file(USERADD).ok();
    let mut lines: Vec<Vec<u8>> =
        old.as_deref().unwrap_or_default().split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    if old.is_none() {
        lines.push(b"# useradd defaults file".to_vec());
    }
    for (key, value) in changes {
        let line = [key, b"=", &value].concat();
        let same = |l: &&mut Vec<u8>| l.starts_with(key) && l.get(key.len()) == Some(&b'=');
        match lines.iter_mut().find(same) {
            Some(there) => *there = line,
            None => lines.push(line),
        }
    }
    for (key, value) in defaults.rows() {
        let known = |l: &Vec<u8>| l.starts_with(key.as_bytes()) && l.get(key.len()) == Some(&b'=');
        if !lines.iter().any(known) && (key != "LOG_INIT" || flavor(process) == super::database::Flavor::Debian) {
            let value = if key == "GROUP" { gid.to_string().into_bytes() } else { value };
            lines.push([key.as_bytes(), b"=", &value].concat());
        }
    }
    let text: Vec<u8> = lines.into_iter().flat_map(|l| [l, b"\n".to_vec()].concat()).collect();
    rewrite_defaults(process, &text).or_else(|e| refuse(process, 1, format!("cannot create new defaults file: {e}")))
}

/// The old file keeps its mode as `useradd-`; the new one is a temporary file's successor, 0600.
fn rewrite_defaults(process: &mut Process<'_, '_>, text: &[u8]) -> Result<(), Errno> {
    let new = [USERADD, b"+"].concat();
    let backup = [USERADD, b"-"].concat();
    process.write_file(&new, text)?;
    process.chmod(&new, 0o600)?;
    let _ = process.unlink(&backup);
    let _ = process.link(USERADD, &backup);
    process.rename(&new, USERADD)
}
