//! `chkconfig` and `service`: scripts in `/etc/rc.d/init.d` and their links.

use super::unit::{Scope, find, mangle};
use crate::effects::{
    commands::options::{Order, parse},
    process::{Process, Status},
};

/// What a script says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Script {
    /// Runlevels it is started in.
    start: Vec<u8>,
    /// Order of starting and of stopping.
    order: (u32, u32),
}

/// Where the scripts are.
fn scripts(process: &Process<'_, '_>) -> &'static str {
    if process.exists(b"/etc/rc.d/init.d") { "/etc/rc.d" } else { "/etc" }
}

/// Whether there is a script of that name.
pub(super) fn is_script(process: &Process<'_, '_>, name: &str) -> bool {
    process.stat(format!("{}/init.d/{name}", scripts(process)).as_bytes()).is_ok_and(|s| s.is_file())
}

/// `chkconfig`: `--add`, `--del`, `--list`, `on`, `off`, `reset`. What is a unit instead goes to `systemctl`.
pub(in crate::effects::systemd) fn chkconfig(process: &mut Process<'_, '_>) -> Status {
    const KNOWN: &[&str] =
        &["add=", "del=", "override=", "no-redirect", "type=", "list", "level,levels=", "version", "help"];
    let given = match parse(process.args.get(1..).unwrap_or_default(), KNOWN, Order::Any) {
        Ok(given) => given,
        Err(why) => return process.fail(why),
    };
    let text = |v: &[u8]| String::from_utf8_lossy(v).into_owned();
    if let Some(name) = given.value("add").map(text) {
        return change(process, &name, |process, name| add(process, name, None));
    }
    if let Some(name) = given.value("del").map(text) {
        return change(process, &name, |process, name| {
            remove_links(process, name);
            true
        });
    }
    let levels = given.value("level").map(<[u8]>::to_vec);
    let words: Vec<String> = given.operands.iter().map(|o| text(o)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        _ if given.has("list") => Status::SUCCESS,
        [name] => Status::from(is_on(process, name)),
        [name, "on"] => change(process, name, |process, name| add(process, name, Some(&(levels, true)))),
        [name, "off"] => change(process, name, |process, name| add(process, name, Some(&(levels, false)))),
        [name, "reset" | "resetpriorities"] => change(process, name, |process, name| add(process, name, None)),
        _ => Status::FAILURE,
    }
}

fn change(process: &mut Process<'_, '_>, name: &str, act: impl FnOnce(&mut Process<'_, '_>, &str) -> bool) -> Status {
    if is_script(process, name) {
        return Status::from(act(process, name));
    }
    process.fail(format!("error reading information on service {name}: No such file or directory"))
}

fn read(process: &mut Process<'_, '_>, name: &str) -> Option<Script> {
    let path = format!("{}/init.d/{name}", scripts(process));
    let text = process.read_file(path.as_bytes()).ok()?;
    script(&String::from_utf8_lossy(&text))
}

/// Reads `# chkconfig: LEVELS START STOP`, and the LSB header's levels where that is missing or says `-`.
fn script(text: &str) -> Option<Script> {
    let comment = |l: &str| l.trim_start().strip_prefix('#').map(|r| r.trim().to_owned());
    let comments: Vec<String> = text.lines().filter_map(comment).collect();
    let field = |key: &str| comments.iter().find_map(|c| c.strip_prefix(key)).map(|v| v.trim().to_owned());
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let lsb = field("Default-Start:").map(|v| digits(&v));
    if let Some(line) = field("chkconfig:") {
        let mut words = line.split_whitespace();
        let levels = words.next()?;
        let order = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let start = if levels == "-" { Vec::new() } else { digits(levels) };
        return Some(Script { start: lsb.filter(|l| !l.is_empty() && levels == "-").unwrap_or(start), order });
    }
    comments
        .iter()
        .any(|c| c == "### BEGIN INIT INFO")
        .then(|| Script { start: lsb.unwrap_or_default(), order: (50, 50) })
}

/// Makes the links of the seven runlevels: as the script says, or `on` or `off` in some of them.
fn add(process: &mut Process<'_, '_>, name: &str, set: Option<&(Option<Vec<u8>>, bool)>) -> bool {
    let Some(script) = read(process, name) else {
        process.fail(format!("service {name} does not support chkconfig"));
        return false;
    };
    let dir = scripts(process);
    let already = !existing(process, name).is_empty();
    if set.is_none() && already {
        return true;
    }
    for level in b'0'..=b'6' {
        let here = format!("{dir}/rc{}.d", char::from(level));
        let named = set.as_ref().map(|(levels, on)| match levels {
            Some(levels) => levels.contains(&level).then_some(*on),
            None => (b'2'..=b'5').contains(&level).then_some(*on),
        });
        let starts = match named {
            Some(Some(on)) => on,
            Some(None) if already => continue,
            _ => script.start.contains(&level),
        };
        let _ = process.mkdir(here.as_bytes(), 0o755);
        for old in existing(process, name).iter().filter(|p| p.starts_with(&format!("{here}/"))) {
            let _ = process.unlink(old.as_bytes());
        }
        let (letter, order) = if starts { ('S', script.order.0) } else { ('K', script.order.1) };
        let target = format!("../init.d/{name}");
        let _ = process.symlink(target.as_bytes(), format!("{here}/{letter}{order:02}{name}").as_bytes());
    }
    true
}

/// The links a script has.
fn existing(process: &mut Process<'_, '_>, name: &str) -> Vec<String> {
    let dir = scripts(process);
    let mut found = Vec::new();
    for level in 0..7 {
        let here = format!("{dir}/rc{level}.d");
        for link in process.read_dir(here.as_bytes()).unwrap_or_default() {
            let link = String::from_utf8_lossy(&link).into_owned();
            let mut chars = link.chars();
            let kind = chars.next();
            let rest = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
            if matches!(kind, Some('S' | 'K')) && rest == name {
                found.push(format!("{here}/{link}"));
            }
        }
    }
    found
}

fn remove_links(process: &mut Process<'_, '_>, name: &str) {
    for link in existing(process, name) {
        let _ = process.unlink(link.as_bytes());
    }
}

fn is_on(process: &mut Process<'_, '_>, name: &str) -> bool {
    existing(process, name).iter().any(|p| p.contains("/rc3.d/S"))
}

/// Enables or disables a script for `systemctl`, where no unit has its name; false if that is not the case.
pub(super) fn stands_in(process: &mut Process<'_, '_>, scope: &Scope, verb: &str, name: &str) -> Option<Status> {
    let script = name.strip_suffix(".service")?.to_owned();
    if find(process, scope, name).is_ok() || !is_script(process, &script) {
        return None;
    }
    Some(match verb {
        "enable" => Status::from(add(process, &script, Some(&(None, true)))),
        "disable" => Status::from(add(process, &script, Some(&(None, false)))),
        "is-enabled" => Status::from(is_on(process, &script)),
        _ => return None,
    })
}

/// `service`: nothing runs in an image; actions of `systemctl` end as they do there.
pub(in crate::effects::systemd) fn service(process: &mut Process<'_, '_>) -> Status {
    let words: Vec<String> = process.args.iter().skip(1).map(|a| String::from_utf8_lossy(a).into_owned()).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [name, "status"] => {
            process.out(format!("{} is stopped\n", mangle(name, "service")));
            Status(3)
        }
        [_, _, ..] => Status::SUCCESS,
        _ => Status(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_scripts() {
        let both = "#!/bin/sh\n# chkconfig: - 60 40\n### BEGIN INIT INFO\n# Default-Start: 2 3\n### END INIT INFO\n";
        assert_eq!(script(both), Some(Script { start: b"23".to_vec(), order: (60, 40) }));
        let old = "# chkconfig: 345 10 90\n";
        assert_eq!(script(old), Some(Script { start: b"345".to_vec(), order: (10, 90) }));
        assert_eq!(script("#!/bin/sh\n"), None);
    }
}
