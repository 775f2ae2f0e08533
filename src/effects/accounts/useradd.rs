//! `useradd`.

use super::{
    database::{
        BAD_ARGUMENT, Database, Done, arguments, days, finish, flavor, known_groups, lock, no_password, refuse,
        show_usage, shown, today,
    },
    days::day,
    defaults, home,
    login_defs::{Defaults, decimal, integer},
    number::{Whose, unused},
    subordinate,
    table::{has_member, number, with_member},
    valid::{is_field, is_id, is_name, is_shell, warn_of_shell},
};
use crate::effects::{
    commands::options::Parsed,
    process::{Mode, Process, Status},
};

const KNOWN: &[&str] = &[
    "b,base-dir=",
    "btrfs-subvolume-home",
    "badname,badnames",
    "c,comment=",
    "d,home-dir,home=",
    "D,defaults",
    "e,expiredate=",
    "f,inactive=",
    "F,add-subids-for-system",
    "g,gid=",
    "G,groups=",
    "k,skel=",
    "K,key=",
    "l,no-log-init",
    "m,create-home",
    "M,no-create-home",
    "N,no-user-group",
    "n",
    "o,non-unique",
    "p,password=",
    "r,system",
    "R,root=",
    "P,prefix=",
    "s,shell=",
    "u,uid=",
    "U,user-group",
    "Z,selinux-user=",
];
pub(super) const USAGE_LINE: &str = "[options] LOGIN";

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
    let given = arguments(process, KNOWN, USAGE_LINE)?;
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
    // shadow-utils ask before they have chosen a uid: only one that was given counts.
    let range = db.defs.id("UID_MIN", 1000)..=db.defs.id("UID_MAX", 60000);
    let ordinary = plan.uid.is_none_or(|uid| uid == 0 || range.contains(&uid));
    let ranges = if ordinary && (!plan.system || given.has("add-subids-for-system")) {
        subordinate::allot(process, &db.defs, &plan.name)?
    } else {
        Vec::new()
    };
    if !given.has("no-log-init") && defaults.log_init != b"no" && db.passwd.by_number(uid).is_none() {
        reset_log(process, b"/var/log/faillog", 32, uid);
        reset_log(process, b"/var/log/lastlog", 292, uid);
    }
    add_entry(process, &mut db, &plan, &defaults, (uid, gid))?;
    join_groups(process, &mut db, &plan)?;
    db.close(process)?;
    subordinate::close(process, ranges)?;
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
    given: &Parsed,
    db: &mut Database,
    defaults: &mut Defaults,
) -> Done<Option<Plan>> {
    check_values(process, given, db)?;
    for setting in given.values("key").map(<[u8]>::to_vec).collect::<Vec<_>>() {
        match setting.iter().position(|&b| b == b'=') {
            Some(at) => db.defs.set(&setting[..at], &setting[at + 1..]),
            None => return refuse(process, 3, "-K requires KEY=VALUE"),
        }
    }
    let alone = given.has("no-user-group") || given.has("n");
    let own_group = given.has("user-group") || (!given.has("gid") && !alone && db.defs.flag("USERGROUPS_ENAB"));
    check_combinations(process, given, alone)?;
    let mut gid =
        db.group_named(&defaults.group).and_then(|f| number(&f[2])).or(number(&defaults.group)).unwrap_or(1000);
    if let Some(word) = given.value("gid") {
        let Some(number) = db.group_named(word).and_then(|f| number(&f[2])) else {
            return refuse(process, 6, format!("group '{}' does not exist", shown(word)));
        };
        gid = number;
    }
    if given.has("defaults") {
        return defaults::change(process, given, defaults, gid).map(|()| None);
    }
    let groups = named_groups(process, given, db)?;
    let [name] = given.operands.as_slice() else { return Err(show_usage(process, USAGE_LINE)) };
    let flavor = flavor(process);
    if !given.has("badname") && !is_name(flavor, name) {
        return refuse(process, 3, format!("invalid user name '{}': use --badname to ignore", shown(name)));
    }
    if let Some(skel) = given.value("skel") {
        defaults.skel = skel.to_vec();
    }
    if let Some(inactive) = given.value("inactive").and_then(integer) {
        defaults.inactive = inactive;
    }
    let base = given.value("base-dir").unwrap_or(&defaults.home);
    let system = given.has("system");
    Ok(Some(Plan {
        name: name.clone(),
        uid: given.value("uid").and_then(decimal).and_then(|n| u32::try_from(n).ok()),
        gid,
        groups,
        comment: given.value("comment").unwrap_or_default().to_vec(),
        home: given.value("home-dir").map_or_else(|| [base, b"/", name].concat(), <[u8]>::to_vec),
        shell: given.value("shell").unwrap_or(&defaults.shell).to_vec(),
        password: given.value("password").map(<[u8]>::to_vec),
        expire: day(given.value("expiredate").unwrap_or(&defaults.expire)).unwrap_or(-1),
        system,
        own_group,
        make_home: !given.has("no-create-home")
            && (given.has("create-home") || (!system && db.defs.flag("CREATE_HOME"))),
    }))
}

/// Checks each option's argument.
fn check_values(process: &mut Process<'_, '_>, given: &Parsed, db: &Database) -> Done {
    for (option, value) in &given.options {
        let value = value.as_deref().unwrap_or_default();
        let rooted = value.starts_with(b"/") && is_field(value);
        let text = shown(value);
        let why = match *option {
            "base-dir" if !rooted => format!("invalid base directory '{text}'"),
            "comment" if !is_field(value) => format!("invalid comment '{text}'"),
            "home-dir" if !rooted => format!("invalid home directory '{text}'"),
            "expiredate" if day(value).is_none_or(|d| d < -1) => format!("invalid date '{text}'"),
            "inactive" if integer(value).is_none_or(|d| d < -1) => format!("invalid numeric argument '{text}'"),
            "password" if !is_field(value) => format!("invalid field '{text}'"),
            "shell" if !is_shell(value) => format!("invalid shell '{text}'"),
            "uid" if !is_id(value) => format!("invalid user ID '{text}'"),
            "selinux-user" => "-Z requires SELinux enabled kernel".to_owned(),
            "expiredate" | "inactive" if !db.shadow.present() && !value.is_empty() && value != b"-1" => {
                return refuse(process, 2, format!("shadow passwords required for --{option}"));
            }
            "shell" => {
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

fn check_combinations(process: &mut Process<'_, '_>, given: &Parsed, alone: bool) -> Done {
    let why = match given {
        g if g.has("non-unique") && !g.has("uid") => "-o flag is only allowed with the -u flag",
        g if g.has("skel") && !g.has("create-home") => "-k flag is only allowed with the -m flag",
        g if g.has("user-group") && g.has("gid") => "options -U and -g conflict",
        g if g.has("user-group") && alone => "options -U and -N conflict",
        g if g.has("create-home") && g.has("no-create-home") => "options -m and -M conflict",
        _ => return Ok(()),
    };
    process.fail(why);
    Err(show_usage(process, USAGE_LINE))
}

/// The groups of `-G`, by name.
fn named_groups(process: &mut Process<'_, '_>, given: &Parsed, db: &Database) -> Done<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    let Some(list) = given.value("groups").filter(|l| !l.is_empty()) else { return Ok(names) };
    lock(process);
    names = known_groups(process, db, list)?;
    Ok(names)
}

fn uid(process: &mut Process<'_, '_>, given: &Parsed, db: &Database, plan: &Plan) -> Done<u32> {
    match plan.uid {
        Some(uid) if !given.has("non-unique") && db.passwd.by_number(uid).is_some() => {
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
