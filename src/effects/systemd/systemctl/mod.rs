//! `systemctl` without a manager, and the programs around it.
//!
//! ```text
//! unit      names, where units are, [Install]
//! links     enable, disable, mask and their kin
//! preset    preset files
//! state     is-enabled
//! sysv      chkconfig, service
//! ```

mod links;
mod preset;
mod state;
mod sysv;
mod unit;

use links::Refused;
use preset::Which;
pub(in crate::effects::systemd) use sysv::{chkconfig, service};
use unit::{Scope, find, mangle};

use super::image;
use crate::effects::{
    commands::options::{Order, Parsed, parse},
    process::{Process, Status},
};

const KNOWN: &[&str] = &[
    "h,help",
    "version",
    "t,type=",
    "p,property=",
    "P=",
    "a,all",
    "l,full",
    "q,quiet",
    "f,force",
    "n,lines=",
    "o,output=",
    "s,signal=",
    "H,host=",
    "M,machine=",
    "i",
    "T,show-transaction",
    "r,recursive",
    "system",
    "user",
    "global",
    "runtime",
    "root=",
    "preset-mode=",
    "now",
    "no-reload",
    "image=",
    "state=",
    "no-block",
    "no-pager",
    "no-legend",
    "legend=",
    "no-wall",
    "no-ask-password",
    "no-warn",
    "plain",
    "value",
    "wait",
    "marked",
    "failed",
    "fail",
    "dry-run",
    "show-types",
    "ignore-dependencies",
    "check-inhibitors=",
    "job-mode=",
    "kill-who=",
    "kill-whom=",
    "message=",
    "what=",
];

/// `systemctl`.
pub(super) fn systemctl(process: &mut Process<'_, '_>) -> Status {
    let given = match parse(process.args.get(1..).unwrap_or_default(), KNOWN, Order::Any) {
        Ok(given) => given,
        Err(why) => return process.fail(why),
    };
    if given.has("version") {
        let version = image::version(process);
        process.out(format!("systemd {version}\n"));
        return Status::SUCCESS;
    }
    if given.has("help") || given.value("root").is_some_and(|r| r != b"/" && !r.is_empty()) || given.has("image") {
        return Status::from(given.has("help"));
    }
    let Some((verb, names)) = given.operands.split_first() else { return offline(process, "list-units") };
    let verb = String::from_utf8_lossy(verb).into_owned();
    let names: Vec<String> = names.iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect();
    if names.len() < least(&verb) {
        return process.fail("Too few arguments.");
    }
    let kind = if matches!(verb.as_str(), "set-default" | "isolate") { "target" } else { "service" };
    let mangled: Vec<String> = names.iter().map(|n| mangle(n, kind)).collect();
    let scope = scope(process, &given);
    if given.has("quiet") {
        process.descriptors.insert(2, crate::effects::process::Handle::null());
    }
    run(process, &given, &scope, &verb, mangled)
}

fn scope(process: &mut Process<'_, '_>, given: &Parsed) -> Scope {
    let version = image::version(process);
    let mut scope = match (given.has("global"), given.has("user")) {
        (false, false) => Scope::system(version, image::is_debian_build(process), given.has("runtime")),
        (global, _) => Scope::user(version, global, given.has("runtime")),
    };
    scope.force = given.has("force");
    scope
}

fn run(process: &mut Process<'_, '_>, given: &Parsed, scope: &Scope, verb: &str, names: Vec<String>) -> Status {
    let names = match installed_scripts(process, scope, verb, names) {
        Ok(names) => names,
        Err(status) => return status,
    };
    let which = match given.value("preset-mode") {
        Some(b"enable-only") => Which::EnableOnly,
        Some(b"disable-only") => Which::DisableOnly,
        _ => Which::Full,
    };
    let done = match verb {
        "enable" => links::enable(process, scope, &names, false).map(|rules| explain(process, rules)),
        "reenable" => {
            let bare: Vec<String> = names.iter().map(|n| n.rsplit('/').next().unwrap_or(n).to_owned()).collect();
            let _ = links::disable(process, scope, &bare);
            links::enable(process, scope, &names, false).map(|rules| explain(process, rules))
        }
        "disable" => {
            let bare: Vec<String> = names.iter().map(|n| n.rsplit('/').next().unwrap_or(n).to_owned()).collect();
            return Status::from(!links::disable(process, scope, &bare));
        }
        "preset" => preset::preset(process, scope, &names, which),
        "preset-all" => preset::preset_all(process, scope, which),
        "mask" => links::mask(process, scope, &names),
        "unmask" => {
            links::unmask(process, scope, &names);
            Ok(())
        }
        "link" => links::link_files(process, scope, &names),
        "revert" => {
            links::revert(process, scope, &names);
            Ok(())
        }
        "add-wants" | "add-requires" => match names.split_first() {
            Some((target, names)) => {
                let target = target.strip_suffix(".service").map_or(target.clone(), |t| mangle(t, "target"));
                let kind = if verb == "add-wants" { "wants" } else { "requires" };
                links::add_dependency(process, scope, &target, names, kind)
            }
            None => return Status::FAILURE,
        },
        "set-default" => match names.first() {
            Some(target) => links::set_default(process, scope, target),
            None => return Status::FAILURE,
        },
        "get-default" => return get_default(process, scope),
        "is-enabled" => return is_enabled(process, given, scope, &names),
        "cat" | "edit" | "list-unit-files" | "get-preset" => return Status::SUCCESS,
        _ => return offline(process, verb),
    };
    refused(process, verb, done)
}

fn refused(process: &mut Process<'_, '_>, verb: &str, done: Result<(), Refused>) -> Status {
    match done {
        Ok(()) => Status::SUCCESS,
        Err(error) => {
            let text = format!("Failed to {} unit, {error}\n", verb.replace('-', " "));
            let _ = process.handle(2).write(process.stage, text.as_bytes());
            Status::FAILURE
        }
    }
}

/// Says so where a unit has nothing to enable.
fn explain(process: &mut Process<'_, '_>, rules: bool) {
    if !rules {
        let text = b"The unit files have no installation config (WantedBy=, RequiredBy=, Also=, Alias= settings).\n";
        let _ = process.handle(2).write(process.stage, text);
    }
}

/// Scripts of `init.d` that no unit has the name of are their own matter; what is left is units.
fn installed_scripts(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    verb: &str,
    names: Vec<String>,
) -> Result<Vec<String>, Status> {
    if !matches!(verb, "enable" | "disable" | "is-enabled") {
        return Ok(names);
    }
    let mut left = Vec::new();
    let mut last = None;
    for name in names {
        match sysv::stands_in(process, scope, verb, &name) {
            None => left.push(name),
            Some(Status::SUCCESS) => last = Some(Status::SUCCESS),
            Some(status) => return Err(status),
        }
    }
    match last {
        Some(status) if left.is_empty() => Err(status),
        _ => Ok(left),
    }
}

fn get_default(process: &mut Process<'_, '_>, scope: &Scope) -> Status {
    match find(process, scope, "default.target") {
        Ok(unit) => {
            process.out(format!("{}\n", unit.name));
            Status::SUCCESS
        }
        Err(_) => process.fail("Failed to get default target: No such file or directory"),
    }
}

fn is_enabled(process: &mut Process<'_, '_>, given: &Parsed, scope: &Scope, names: &[String]) -> Status {
    let mut enabled = false;
    for name in names {
        let word = match state::state(process, scope, name) {
            Some(word) => word,
            None if scope.version >= 254 => {
                process.out("not-found\n");
                return Status(4);
            }
            None => {
                return process.fail(format!("Failed to get unit file state for {name}: No such file or directory"));
            }
        };
        enabled |= matches!(word, "enabled" | "enabled-runtime" | "static" | "alias" | "indirect" | "generated");
        if !given.has("quiet") {
            process.out(format!("{word}\n"));
        }
    }
    Status::from(enabled)
}

/// How many names a verb wants at least.
fn least(verb: &str) -> usize {
    match verb {
        "add-wants" | "add-requires" => 2,
        "enable" | "disable" | "reenable" | "preset" | "mask" | "unmask" | "link" | "revert" | "set-default"
        | "is-enabled" | "cat" | "edit" => 1,
        "is-active" | "check" | "is-failed" | "isolate" | "kill" | "clean" | "freeze" | "thaw" | "set-property" => 1,
        verb if STARTING.contains(&verb) => 1,
        _ => 0,
    }
}

const STARTING: [&str; 10] = [
    "start",
    "stop",
    "condstop",
    "reload",
    "restart",
    "try-restart",
    "reload-or-try-restart",
    "try-reload-or-restart",
    "force-reload",
    "condrestart",
];

/// Verbs that speak to a manager.
const ONLINE: [&str; 39] = [
    "list-units",
    "list-automounts",
    "list-paths",
    "list-sockets",
    "list-timers",
    "list-jobs",
    "list-machines",
    "clear-jobs",
    "cancel",
    "reload-or-restart",
    "condreload",
    "isolate",
    "kill",
    "clean",
    "freeze",
    "thaw",
    "show",
    "status",
    "help",
    "daemon-reload",
    "daemon-reexec",
    "log-level",
    "log-target",
    "service-watchdogs",
    "show-environment",
    "set-environment",
    "unset-environment",
    "import-environment",
    "halt",
    "poweroff",
    "reboot",
    "kexec",
    "soft-reboot",
    "switch-root",
    "list-dependencies",
    "reset-failed",
    "set-property",
    "bind",
    "mount-image",
];

/// What needs a manager: nothing runs in an image.
fn offline(process: &mut Process<'_, '_>, verb: &str) -> Status {
    match verb {
        "is-active" | "check" => {
            process.out("inactive\n");
            Status(3)
        }
        "is-failed" => {
            process.out("inactive\n");
            Status::FAILURE
        }
        "is-system-running" => {
            process.out("offline\n");
            Status::FAILURE
        }
        verb if !ONLINE.contains(&verb) && !STARTING.contains(&verb) => {
            process.fail(format!("Unknown command verb {verb}."))
        }
        _ => {
            let text = format!("Running in chroot, ignoring command '{verb}'\n");
            let _ = process.handle(2).write(process.stage, text.as_bytes());
            Status::SUCCESS
        }
    }
}

/// `systemd-update-helper`, by its verbs: those about a running system do nothing.
pub(super) fn update_helper(process: &mut Process<'_, '_>) -> Status {
    let args = process.args.get(1..).unwrap_or_default().to_vec();
    let Some((verb, units)) = args.split_first() else { return Status::FAILURE };
    if process.search(b"systemctl").is_none() {
        return Status::SUCCESS;
    }
    let call: &[&str] = match verb.as_slice() {
        b"install-system-units" => &["--no-reload", "preset"],
        b"install-user-units" => &["--no-reload", "preset", "--global"],
        b"remove-system-units" => &["--no-reload", "disable", "--no-warn"],
        b"remove-user-units" => &["--global", "disable", "--no-warn"],
        verb if verb.starts_with(b"mark-") || verb.starts_with(b"system-re") || verb.starts_with(b"user-re") => {
            return Status::SUCCESS;
        }
        verb => {
            process.out(format!("Unknown verb '{}'\n", String::from_utf8_lossy(verb)));
            return Status(3);
        }
    };
    let mut command = vec![b"systemctl".to_vec()];
    command.extend(call.iter().map(|w| w.as_bytes().to_vec()));
    command.extend(units.iter().cloned());
    process.run(command)
}

/// `systemd-machine-id-setup`: an image has no identity of its own; the first start gives one.
pub(super) fn machine_id_setup(process: &mut Process<'_, '_>) -> Status {
    let name = process.name();
    process.stage.log.without_effect.insert(name, "an image has no machine id: it gets one when it is started");
    Status::SUCCESS
}
