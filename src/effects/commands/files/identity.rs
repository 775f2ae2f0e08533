//! `id`, `whoami`, `groups`, `logname`: scriptlets run as root.

use super::{
    super::{
        super::process::{Process, Status},
        options::Order,
    },
    Ended,
    names::{number, quoted},
    owners::Owners,
};

/// Whose numbers are asked for.
struct Account {
    uid: u32,
    gid: u32,
    /// The login group first.
    groups: Vec<u32>,
}

/// Of a named user, or of the one that runs.
fn account(process: &mut Process<'_, '_>, owners: &Owners, name: Option<&[u8]>) -> Result<Account, Status> {
    let Some(name) = name else { return Ok(Account { uid: 0, gid: 0, groups: vec![0] }) };
    let uid = owners.uid(name).or_else(|| number(name).filter(|uid| owners.user(*uid).is_some()));
    let Some((uid, user)) = uid.and_then(|uid| Some((uid, owners.user(uid)?))) else {
        return Err(process.fail(format_args!("{}: no such user", quoted(name))));
    };
    let gid = owners.login_group(uid).unwrap_or(0);
    let mut groups = vec![gid];
    groups.extend(owners.memberships(user).filter(|g| *g != gid));
    Ok(Account { uid, gid, groups })
}

pub(super) fn id(process: &mut Process<'_, '_>) -> Ended {
    let known: &[&str] = &["a", "Z,context", "g,group", "G,groups", "n,name", "r,real", "u,user", "z,zero"];
    let parsed = process.options(known, Order::Any)?;
    let owners = Owners::read(process);
    let names: Vec<_> = match parsed.operands.as_slice() {
        [] => vec![None],
        names => names.iter().map(|n| Some(n.as_slice())).collect(),
    };
    let what = parsed.last(&["group", "groups", "user"]);
    if what.is_none() && (parsed.has("name") || parsed.has("real")) {
        return Err(process.fail("cannot print only names or real IDs in default format"));
    }
    if what.is_none() && parsed.has("zero") {
        return Err(process.fail("option --zero not permitted in default format"));
    }
    if parsed.has("context") {
        return Err(process.fail("--context (-Z) works only on an SELinux-enabled kernel"));
    }
    let (end, between) = if parsed.has("zero") { ("\0", "\0") } else { ("\n", " ") };
    let mut status = Status::SUCCESS;
    for name in names {
        let Ok(account) = account(process, &owners, name) else {
            status = Status::FAILURE;
            continue;
        };
        let by_name = parsed.has("name");
        let user = |uid: u32| match owners.user(uid).filter(|_| by_name) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None => uid.to_string(),
        };
        let group = |gid: u32| match owners.group(gid).filter(|_| by_name) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None => gid.to_string(),
        };
        let shown = match what {
            Some("user") => user(account.uid),
            Some("group") => group(account.gid),
            Some(_) => account.groups.iter().map(|g| group(*g)).collect::<Vec<_>>().join(between),
            None => all(&owners, &account),
        };
        process.out(shown + end);
    }
    Ok(status)
}

/// `uid=0(root) gid=0(root) groups=0(root)`
fn all(owners: &Owners, account: &Account) -> String {
    let shown = |id: u32, name: Option<&[u8]>| match name {
        Some(name) => format!("{id}({})", String::from_utf8_lossy(name)),
        None => id.to_string(),
    };
    let groups: Vec<_> = account.groups.iter().map(|g| shown(*g, owners.group(*g))).collect();
    let (user, group) = (shown(account.uid, owners.user(account.uid)), shown(account.gid, owners.group(account.gid)));
    format!("uid={user} gid={group} groups={}", groups.join(","))
}

pub(super) fn whoami(process: &mut Process<'_, '_>) -> Ended {
    if let Some(extra) = process.options(&[], Order::Any)?.operands.first() {
        return Err(process.usage(format_args!("extra operand {}", quoted(extra))));
    }
    let owners = Owners::read(process);
    match owners.user(0) {
        Some(name) => {
            process.out([name, b"\n"].concat());
            Ok(Status::SUCCESS)
        }
        None => Err(process.fail("cannot find name for user ID 0")),
    }
}

pub(super) fn logname(process: &mut Process<'_, '_>) -> Ended {
    process.options(&[], Order::Any)?;
    Err(process.fail("no login name"))
}

pub(super) fn groups(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&[], Order::Any)?;
    let owners = Owners::read(process);
    let names: Vec<_> = match parsed.operands.as_slice() {
        [] => vec![None],
        names => names.iter().map(|n| Some(n.as_slice())).collect(),
    };
    let mut status = Status::SUCCESS;
    for name in names {
        let Ok(account) = account(process, &owners, name) else {
            status = Status::FAILURE;
            continue;
        };
        let shown = account.groups.iter().map(|g| match owners.group(*g) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None => g.to_string(),
        });
        let groups = shown.collect::<Vec<_>>().join(" ");
        let head = name.map_or(String::new(), |n| format!("{} : ", String::from_utf8_lossy(n)));
        process.out(format!("{head}{groups}\n"));
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn accounts_are_the_images() {
        let mut image = Image::new()
            .programs(&["id", "groups", "whoami"])
            .file("etc/passwd", "root:x:0:0::/root:/bin/sh\nbob:x:7:8::/:\n", 0o644)
            .file("etc/group", "root:x:0:\nadm:x:4:bob,root\nbob:x:8:\n", 0o644);
        for (line, status, out) in [
            ("id", 0, "uid=0(root) gid=0(root) groups=0(root)\n"),
            ("id -u", 0, "0\n"),
            ("id -un bob", 0, "bob\n"),
            ("id -G bob", 0, "8 4\n"),
            ("id bob", 0, "uid=7(bob) gid=8(bob) groups=8(bob),4(adm)\n"),
            ("id -gn 7", 0, "bob\n"),
            ("id -u none", 1, ""),
            ("groups bob", 0, "bob : bob adm\n"),
            ("whoami", 0, "root\n"),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}");
        }
    }
}
