//! Commands that run another one: `env`, `timeout`, `nice`, `flock`, `su` … Time limits, priorities, locks and users change nothing
//! in how it runs here.

use super::{
    super::{
        super::process::{Errno, Mode, Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::{number, quoted},
    system::{is_duration, without_effect},
};

/// The wrapper itself failed, for env, nice, nohup, timeout and stdbuf.
const FAILED: Status = Status(125);

/// Options, their refusal being 125.
fn options(process: &mut Process<'_, '_>, known: &[&'static str]) -> Result<Parsed, Status> {
    process.options(known, Order::First).map_err(|status| if status.success() { status } else { FAILED })
}

/// Runs the operands.
fn run(process: &mut Process<'_, '_>, command: &[Vec<u8>]) -> Ended {
    if command.is_empty() {
        process.usage("missing operand");
        return Err(FAILED);
    }
    Ok(process.run(command.to_vec()))
}

pub(super) fn env(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "i,ignore-environment",
        "0,null",
        "u,unset=",
        "C,chdir=",
        "S,split-string=",
        "v,debug",
        "block-signal=?",
        "default-signal=?",
        "ignore-signal=?",
        "list-signal-handling",
    ];
    if process.args.get(1).is_some_and(|a| a == b"-") {
        process.args[1] = b"-i".to_vec();
    }
    let mut parsed = options(process, KNOWN)?;
    if parsed.has("ignore-environment") {
        process.env.clear();
    }
    for (name, value) in &parsed.options {
        match (*name, value) {
            ("unset", Some(variable)) => drop(process.env.remove(variable)),
            ("chdir", Some(dir)) => process.chdir(dir).map_err(|error| {
                process.fail(format_args!("cannot change directory to {}: {error}", quoted(dir)));
                FAILED
            })?,
            ("split-string", Some(text)) => {
                let words = text.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).map(<[u8]>::to_vec);
                parsed.operands.splice(..0, words);
            }
            _ => {}
        }
    }
    let mut command = parsed.operands.as_slice();
    while let Some((first, rest)) = command.split_first()
        && let Some(at) = first.iter().position(|&b| b == b'=')
    {
        process.env.insert(first[..at].to_vec(), first[at + 1..].to_vec());
        command = rest;
    }
    if !command.is_empty() {
        return run(process, command);
    }
    let end = if parsed.has("null") { 0 } else { b'\n' };
    let lines = process.env.iter().flat_map(|(n, v)| [n.as_slice(), b"=", v, &[end]].concat()).collect::<Vec<_>>();
    process.out(lines);
    Ok(Status::SUCCESS)
}

pub(super) fn printenv(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["0,null"], Order::First).map_err(|s| if s.success() { s } else { Status(2) })?;
    let end: &[u8] = if parsed.has("null") { b"\0" } else { b"\n" };
    if parsed.operands.is_empty() {
        let lines = process.env.iter().flat_map(|(n, v)| [n.as_slice(), b"=", v, end].concat()).collect::<Vec<_>>();
        process.out(lines);
    }
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        match process.env.get(name).cloned() {
            Some(value) => process.out([&value, end].concat()),
            None => status = Status::FAILURE,
        }
    }
    Ok(status)
}

pub(super) fn nohup(process: &mut Process<'_, '_>) -> Ended {
    let parsed = options(process, &[])?;
    run(process, &parsed.operands)
}

pub(super) fn timeout(process: &mut Process<'_, '_>) -> Ended {
    let parsed = options(process, &["s,signal=", "k,kill-after=", "foreground", "preserve-status", "v,verbose"])?;
    match parsed.operands.as_slice() {
        [duration, command @ ..] if is_duration(duration) => run(process, command),
        [duration, ..] => {
            process.usage(format_args!("invalid time interval {}", quoted(duration)));
            Err(FAILED)
        }
        [] => run(process, &[]),
    }
}

pub(super) fn nice(process: &mut Process<'_, '_>) -> Ended {
    // The old form, `nice -19 command`.
    if process.args.get(1).is_some_and(|a| {
        number::<i32>(a).is_some_and(|n| n < 0) || a.starts_with(b"--") && number::<i32>(&a[1..]).is_some()
    }) {
        process.args.remove(1);
    }
    let parsed = options(process, &["n,adjustment="])?;
    if parsed.operands.is_empty() && !parsed.has("adjustment") {
        process.out("0\n");
        return Ok(Status::SUCCESS);
    }
    if let Some(text) = parsed.value("adjustment").filter(|t| number::<i64>(t).is_none()) {
        process.fail(format_args!("invalid adjustment {}", quoted(text)));
        return Err(FAILED);
    }
    run(process, &parsed.operands)
}

pub(super) fn ionice(process: &mut Process<'_, '_>) -> Ended {
    let known: &[&str] = &["c,class=", "n,classdata=", "p,pid=", "P,pgid=", "t,ignore", "u,uid="];
    let parsed = process.options(known, Order::First)?;
    if ["pid", "pgid", "uid"].iter().any(|n| parsed.has(n)) || parsed.operands.is_empty() {
        return Ok(without_effect(process, "priorities end with the process"));
    }
    run(process, &parsed.operands)
}

pub(super) fn setsid(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["c,ctty", "f,fork", "w,wait"], Order::First)?;
    match parsed.operands.is_empty() {
        true => Err(process.usage("no command specified")),
        false => Ok(process.run(parsed.operands)),
    }
}

pub(super) fn stdbuf(process: &mut Process<'_, '_>) -> Ended {
    let parsed = options(process, &["i,input=", "o,output=", "e,error="])?;
    run(process, &parsed.operands)
}

/// `flock [OPTION…] FILE|DIRECTORY COMMAND…`, `… FILE -c COMMAND`, `flock [OPTION…] NUMBER`: nobody else holds a lock.
pub(super) fn flock(process: &mut Process<'_, '_>) -> Ended {
    const USAGE: Status = Status(64);
    const KNOWN: &[&str] = &[
        "s,shared",
        "x,exclusive",
        "e",
        "u,unlock",
        "n,nonblock",
        "nb",
        "w,timeout=",
        "wait=",
        "o,close",
        "E,conflict-exit-code=",
        "c,command=",
        "F,no-fork",
        "verbose",
    ];
    let parsed = process.options(KNOWN, Order::First).map_err(|s| if s.success() { s } else { USAGE })?;
    let (file, command) = match parsed.operands.split_first() {
        None => {
            process.usage("not enough arguments");
            return Err(USAGE);
        }
        Some((descriptor, [])) if parsed.value("command").is_none() => {
            return match number::<u32>(descriptor) {
                Some(n) if process.descriptors.contains_key(&n) => Ok(Status::SUCCESS),
                Some(n) => {
                    process.fail(format_args!("{n}: {}", Errno::BadDescriptor));
                    Err(Status(65))
                }
                None => {
                    process.fail(format_args!("bad file descriptor: {}", quoted(descriptor)));
                    Err(USAGE)
                }
            };
        }
        Some(found) => found,
    };
    let mode = Mode { read: true, create: true, ..Mode::default() };
    if let Err(error) = process.open(file, mode) {
        process.fail(format_args!("cannot open lock file {}: {error}", String::from_utf8_lossy(file)));
        return Err(Status(66));
    }
    let shell = |text: &[u8]| vec![b"/bin/sh".to_vec(), b"-c".to_vec(), text.to_vec()];
    match (parsed.value("command"), command) {
        (Some(text), _) => Ok(process.run(shell(text))),
        (None, [c, text]) if c == b"-c" || c == b"--command" => Ok(process.run(shell(text))),
        (None, command) if process.search(&command[0]).is_none() => {
            process.fail(format_args!(
                "failed to execute {}: {}",
                String::from_utf8_lossy(&command[0]),
                Errno::NoEntry
            ));
            Err(Status(69))
        }
        (None, command) => Ok(process.run(command.to_vec())),
    }
}

const SU: &[&str] = &[
    "c,command=",
    "session-command=",
    "f,fast",
    "g,group=",
    "G,supp-group=",
    "l,login",
    "m",
    "p,preserve-environment",
    "P,pty",
    "s,shell=",
    "w,whitelist-environment=",
    "u,user=",
];

pub(super) fn su(process: &mut Process<'_, '_>) -> Ended {
    as_user(process)
}

pub(super) fn runuser(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(SU, Order::First)?;
    match parsed.value("user").map(<[u8]>::to_vec) {
        Some(user) => {
            account(process, &user)?;
            Ok(process.run(parsed.operands))
        }
        None => as_user(process),
    }
}

/// `[-] [USER [ARGUMENT…]]`: that user's shell, with the command; options may follow the user.
fn as_user(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(SU, Order::Any)?;
    let mut operands = parsed.operands.iter().filter(|o| o.as_slice() != b"-").cloned();
    let user = operands.next().unwrap_or_else(|| b"root".to_vec());
    let (home, login_shell) = account(process, &user)?;
    let is_login = parsed.has("login") || parsed.operands.iter().any(|o| o == b"-");
    let shell = match parsed.value("shell") {
        Some(shell) => shell.to_vec(),
        None if login_shell.is_empty() => b"/bin/sh".to_vec(),
        None => login_shell,
    };
    if !parsed.has("m") && !parsed.has("preserve-environment") {
        process.env.insert(b"HOME".to_vec(), home.clone());
        process.env.insert(b"SHELL".to_vec(), shell.clone());
        if is_login || user != b"root" {
            process.env.insert(b"USER".to_vec(), user.clone());
            process.env.insert(b"LOGNAME".to_vec(), user);
        }
    }
    if is_login {
        let _ = process.chdir(&home);
    }
    let mut command = vec![shell];
    if let Some(text) = parsed.value("command").or_else(|| parsed.value("session-command")) {
        command.extend([b"-c".to_vec(), text.to_vec()]);
    }
    command.extend(operands);
    Ok(process.run(command))
}

/// Home and shell of a user, who owns from here on what is made.
fn account(process: &mut Process<'_, '_>, user: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Status> {
    let mut rows = super::owners::table(process, "/etc/passwd").into_iter();
    match rows.find(|row| row[0] == user) {
        Some(row) => {
            let id = |field: usize| row.get(field).and_then(|text| super::names::number(text)).unwrap_or_default();
            process.owner = (id(2), id(3));
            Ok((row.get(5).cloned().unwrap_or_default(), row.get(6).cloned().unwrap_or_default()))
        }
        None => Err(process.fail(format_args!("user {} does not exist", String::from_utf8_lossy(user)))),
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn what_they_wrap_runs() {
        let mut image = Image::new()
            .programs(&[
                "env", "printenv", "timeout", "nice", "ionice", "nohup", "setsid", "flock", "basename", "runuser",
            ])
            .file("etc/passwd", "root:x:0:0::/root:\n", 0o644);
        for (line, status, out) in [
            ("env -i A=b C=d", 0, "A=b\nC=d\n"),
            ("env - A=b printenv A", 0, "b\n"),
            ("env -u HOME PATH=/usr/bin A=b printenv A HOME", 1, "b\n"),
            ("env -C /etc basename x/y", 0, "y\n"),
            ("env -Z", 125, ""),
            ("timeout -k 5 10s basename a/b", 0, "b\n"),
            ("timeout soon basename a", 125, ""),
            ("nice -n 19 basename a/b", 0, "b\n"),
            ("nice -19 ionice -c 3 nohup setsid basename -a a/b", 0, "b\n"),
            ("flock -x /tmp/lock basename a/b", 0, "b\n"),
            ("flock /no/such/lock basename a/b", 66, ""),
            ("flock /tmp/lock none", 69, ""),
            ("runuser -u root -- basename a/b", 0, "b\n"),
            ("runuser -u none basename a/b", 1, ""),
            ("timeout 1 none", 127, ""),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}: {}", ran.err);
        }
        assert!(image.process(|p| p.exists(b"/tmp/lock")));
    }

    #[test]
    fn what_another_user_makes_is_that_users() {
        let mut image = Image::new().programs(&["su", "runuser", "touch", "mkdir", "sh"]).file(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\npg:x:26:27::/tmp:/usr/bin/sh\n",
            0o644,
        );
        let call = ["su", "-", "pg", "-c", "touch /tmp/a; mkdir /tmp/d; echo x > /tmp/d/b"];
        assert_eq!(image.run(&call, "").status.0, 0);
        assert_eq!(image.run(&["runuser", "-u", "pg", "touch", "/tmp/c"], "").status.0, 0);
        assert_eq!(image.run(&["touch", "/tmp/r"], "").status.0, 0);
        image.process(|p| {
            for (name, owner) in [("a", (26, 27)), ("d", (26, 27)), ("d/b", (26, 27)), ("c", (26, 27)), ("r", (0, 0))] {
                let stat = p.stat(format!("/tmp/{name}").as_bytes()).expect("made");
                assert_eq!((stat.uid, stat.gid), owner, "{name}");
            }
        });
    }
}
