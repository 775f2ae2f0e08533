//! The rest of rpm's `posix` table: accounts, the environment, the machine, and processes (`fork`).

use std::rc::Rc;

use super::{
    permissions,
    posix_files::select,
    session::{Answered, Calls, Failure, Journal, Session},
    state,
    value::{Answer, Args, Raise, Value},
};
use crate::effects::process::{Errno, Handle, Status};

pub(super) const CALLS: Calls = &[
    ("posix.ctermid", |_, _| Ok(vec!["/dev/tty".into()])),
    ("posix.errno", errno),
    ("posix.exec", exec),
    ("posix.fork", fork),
    ("posix.getenv", getenv),
    ("posix.getgroup", getgroup),
    ("posix.getlogin", |_, _| Ok(vec![Value::Nil])),
    ("posix.getpasswd", getpasswd),
    ("posix.getprocessid", getprocessid),
    ("posix.kill", kill),
    ("posix.pathconf", pathconf),
    ("posix.putenv", putenv),
    ("posix.redirect2null", redirect2null),
    ("rpm.redirect2null", redirect2null),
    ("posix.setenv", setenv),
    ("posix.setgid", setgid),
    ("posix.setuid", setuid),
    ("posix.sleep", sleep),
    ("posix.sysconf", sysconf),
    ("posix.times", times),
    ("posix.ttyname", |_, _| Ok(vec![Value::Nil])),
    ("posix.umask", umask),
    ("posix.uname", uname),
    ("posix.unsetenv", unsetenv),
    ("posix.wait", wait),
    ("os.exit", os_exit),
    ("os.getenv", os_getenv),
];

/// Children's children that may run inside one another: each is a Lua state, and a good part of a stack.
const FORKS: u32 = 6;
/// The scriptlet's own process number, and what is added to serials for others.
const PID: i64 = 100;

type S<'x, 's, 'p, 'a> = &'x mut Session<'s, 'p, 'a>;

impl Session<'_, '_, '_> {
    /// The lines of an account file, in their fields.
    fn accounts(&mut self, path: &[u8]) -> Vec<Vec<String>> {
        let text = self.process.read_file(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
    }

    /// The entry with a name, or a number, in the third field.
    fn account(&mut self, path: &[u8], args: &Args<'_>, i: usize) -> Result<Option<Vec<String>>, Raise> {
        let key = String::from_utf8_lossy(&args.text(i)?).into_owned();
        let numeric = key.strip_suffix(".0").unwrap_or(&key);
        let by_number = !matches!(args.get(i), Value::Text(_)) || numeric.bytes().all(|b| b.is_ascii_digit());
        let field = if by_number && !numeric.is_empty() { 2 } else { 0 };
        let key = if field == 2 { numeric } else { &key };
        Ok(self.accounts(path).into_iter().find(|fields| fields.get(field).is_some_and(|f| f == key)))
    }

    /// A user for `chown`: none where it is to stay, which an unknown name amounts to.
    pub fn user(&mut self, args: &Args<'_>, i: usize) -> Result<Option<u32>, Raise> {
        self.id(b"/etc/passwd", args, i)
    }

    /// The same for a group.
    pub fn group(&mut self, args: &Args<'_>, i: usize) -> Result<Option<u32>, Raise> {
        self.id(b"/etc/group", args, i)
    }

    fn id(&mut self, path: &[u8], args: &Args<'_>, i: usize) -> Result<Option<u32>, Raise> {
        if !args.is_given(i) {
            return Ok(None);
        }
        match args.get(i) {
            Value::Int(_) | Value::Num(_) => Ok(u32::try_from(args.int(i)?).ok()),
            Value::Text(text) => match args.int(i) {
                Ok(number) => Ok(u32::try_from(number).ok()),
                Err(_) if text == b"root" => Ok(Some(0)),
                Err(_) => Ok(self.account(path, args, i)?.and_then(|fields| fields.get(2)?.parse().ok())),
            },
            _ => Err(args.bad(i, "string or number expected")),
        }
    }
}

fn errno(session: S<'_, '_, '_, '_>, _: &Args<'_>) -> Answer {
    let failure = session.errno.clone().unwrap_or(Failure { text: "Success".into(), number: 0 });
    Ok(vec![Value::Text(failure.text.as_bytes().to_vec()), Value::Num(f64::from(failure.number))])
}

fn getpasswd(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let root = [Value::Int(0)];
    let own = Args { name: args.name, values: &root };
    let who = if *args.get(0) == Value::Nil { &own } else { args };
    let Some(fields) = session.account(b"/etc/passwd", who, 0)? else { return Ok(vec![Value::Nil]) };
    let text = |i: usize| Value::from(fields.get(i).map_or("", String::as_str));
    let number = |i: usize| Value::Num(fields.get(i).and_then(|f| f.parse().ok()).unwrap_or(0.0));
    let fields = [
        ("name", text(0)),
        ("uid", number(2)),
        ("gid", number(3)),
        ("dir", text(5)),
        ("shell", text(6)),
        ("gecos", text(4)),
        ("passwd", text(1)),
    ];
    select(args, 1, fields)
}

fn getgroup(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let Some(fields) = session.account(b"/etc/group", args, 0)? else { return Ok(vec![Value::Nil]) };
    let gid = fields.get(2).and_then(|f| f.parse().ok()).unwrap_or(0.0);
    let members = fields.get(3).map(String::as_str).unwrap_or_default();
    let members = (1..).zip(members.split(',').filter(|m| !m.is_empty())).map(|(i, m)| (Value::Int(i), m.into()));
    let named = [("name".into(), fields[0].as_str().into()), ("gid".into(), Value::Num(gid))];
    Ok(vec![Value::Table(named.into_iter().chain(members).collect())])
}

fn getprocessid(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let pid = PID + i64::from(session.forks);
    let number = |n: i64| Value::Num(n as f64);
    let root = || number(0);
    let fields = [
        ("egid", root()),
        ("euid", root()),
        ("gid", root()),
        ("uid", root()),
        ("pgrp", number(PID)),
        ("pid", number(pid)),
        ("ppid", number(1)),
    ];
    select(args, 0, fields)
}

fn setuid(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let known = session.user(args, 0)?.is_some();
    session.result(if known { Ok(()) } else { Err(Errno::Invalid) }, None)
}

fn setgid(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let known = session.group(args, 0)?.is_some();
    session.result(if known { Ok(()) } else { Err(Errno::Invalid) }, None)
}

fn os_getenv(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let name = args.text(0)?;
    Ok(vec![session.process.env.get(&name).map_or(Value::Nil, |value| value.clone().into())])
}

fn getenv(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    if args.is_given(0) {
        return os_getenv(session, args);
    }
    let all = session.process.env.iter().map(|(name, value)| (name.clone().into(), value.clone().into()));
    Ok(vec![Value::Table(all.collect())])
}

fn setenv(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (name, value) = (args.text(0)?, args.text(1)?);
    if name.is_empty() || name.contains(&b'=') {
        return session.failed(Errno::Invalid, Some(&name));
    }
    let over = !matches!(args.get(2), Value::Bool(false));
    if over || !session.process.env.contains_key(&name) {
        session.process.env.insert(name, value);
    }
    session.result(Ok(()), None)
}

fn putenv(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    match text.iter().position(|&b| b == b'=') {
        Some(at) => session.process.env.insert(text[..at].to_vec(), text[at + 1..].to_vec()),
        None => session.process.env.remove(&text),
    };
    session.result(Ok(()), None)
}

fn unsetenv(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    session.process.env.remove(&args.text(0)?);
    Ok(Vec::new())
}

/// Written, and given, as what is allowed; a number is octal.
fn umask(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let mut allowed = !u32::from(session.process.umask) & 0o777;
    if args.is_given(0) {
        let Some(changed) = permissions::changed(allowed, &args.text(0)?) else { return Ok(vec![Value::Nil]) };
        allowed = changed & 0o777;
        session.process.umask = (!allowed & 0o777) as u16;
    }
    Ok(vec![permissions::written(allowed).as_str().into()])
}

fn uname(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let format = args.opt_text(0)?.unwrap_or_else(|| b"%s %n %r %v %m".to_vec());
    let machine = session.process.stage.machine();
    let mut out = Vec::new();
    let mut bytes = format.iter();
    while let Some(&b) = bytes.next() {
        if b != b'%' {
            out.push(b);
            continue;
        }
        let word = match bytes.next() {
            Some(b'%') => "%",
            Some(b'm') => machine.arch.rpm(),
            Some(b'n') => "localhost",
            Some(b'r') => &machine.release,
            Some(b's') => "Linux",
            Some(b'v') => "#1 SMP",
            odd => {
                let odd = odd.map_or(' ', |&b| char::from(b));
                return Err(args.bad(1, format_args!("unknown format option `{odd}'")));
            }
        };
        out.extend_from_slice(word.as_bytes());
    }
    Ok(vec![out.into()])
}

fn sleep(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    args.int(0)?;
    Ok(vec![Value::Num(0.0)])
}

fn times(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let fields = ["utime", "stime", "cutime", "cstime", "elapsed"];
    select(args, 0, fields.map(|name| (name, Value::Num(0.0))))
}

fn pathconf(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    args.text(0)?;
    let _ = session;
    let fields = [
        ("link_max", 127.0),
        ("max_canon", 255.0),
        ("max_input", 255.0),
        ("name_max", 255.0),
        ("path_max", 4096.0),
        ("pipe_buf", 4096.0),
        ("chown_restricted", 1.0),
        ("no_trunc", 1.0),
        ("vdisable", 0.0),
    ];
    select(args, 1, fields.map(|(name, value)| (name, Value::Num(value))))
}

fn sysconf(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let fields = [
        ("arg_max", 2_097_152.0),
        ("child_max", 127_235.0),
        ("clk_tck", 100.0),
        ("ngroups_max", 65_536.0),
        ("stream_max", 16.0),
        ("tzname_max", 6.0),
        ("open_max", 1024.0),
        ("job_control", 1.0),
        ("saved_ids", 1.0),
        ("version", 200_809.0),
    ];
    select(args, 0, fields.map(|(name, value)| (name, Value::Num(value))))
}

fn exec(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    if session.forks == 0 {
        return Err(Raise::new("exec not permitted in this context"));
    }
    let argv = (0..args.values.len()).map(|i| args.text(i)).collect::<Result<Vec<_>, _>>()?;
    match session.process.search(&path) {
        None => session.failed(Errno::NoEntry, Some(&path)),
        Some(found) if session.process.stat(&found).is_ok_and(|s| s.is_directory() || s.mode & 0o111 == 0) => {
            session.failed(Errno::Access, Some(&path))
        }
        Some(_) => {
            let status = session.process.run(argv);
            session.end(status)
        }
    }
}

fn os_exit(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    if session.forks == 0 {
        return Err(Raise::new("exit not permitted in this context"));
    }
    let status = match args.get(0) {
        Value::Bool(false) => 1,
        Value::Bool(true) => 0,
        _ => args.opt_int(0)?.unwrap_or(0) as u8,
    };
    session.end(Status(status))
}

fn redirect2null(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    if session.forks == 0 {
        return Err(Raise::new("redirect2null not permitted in this context"));
    }
    let number = args.int(0)?;
    let Ok(fd) = u32::try_from(number) else { return session.failed(Errno::BadDescriptor, None) };
    session.process.descriptors.insert(fd, Handle::null());
    session.redirect(fd, Handle::null());
    Ok(vec![Value::Num(number as f64)])
}

/// Runs the child to its end, then goes on in the parent: the order a parent that waits sees.
fn fork(session: S<'_, '_, '_, '_>, _: &Args<'_>) -> Answer {
    if session.forks >= FORKS || !session.journal.is_whole() {
        return session.failed(Failure::NO_MEMORY, None);
    }
    let mut past = session.journal.past.clone();
    past.push(Rc::new(Answered { name: "posix.fork", answer: Ok(vec![Value::Num(0.0)]) }));
    let args = session.process.args.clone();
    let files = session.files.clone();
    let mut process = session.process.child(args);
    let child = Session {
        files,
        journal: Journal::again(past),
        forks: session.forks + 1,
        errno: session.errno.clone(),
        ..Session::new(&mut process, session.source)
    };
    state::run(child);
    let pid = PID + i64::from(session.process.stage.next_serial());
    session.children.push(pid);
    Ok(vec![Value::Num(pid as f64)])
}

fn wait(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let wanted = args.opt_int(0)?.unwrap_or(-1);
    let at = match wanted {
        ..=0 => (!session.children.is_empty()).then_some(0),
        pid => session.children.iter().position(|&child| child == pid),
    };
    match at {
        Some(at) => Ok(vec![Value::Num(session.children.remove(at) as f64)]),
        None => session.failed(Failure::NO_CHILD, None),
    }
}

fn kill(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let pid = args.int(0)?;
    let signal = args.opt_int(1)?.unwrap_or(15);
    if pid != PID + i64::from(session.forks) {
        return session.failed(Failure::NO_PROCESS, None);
    }
    match u8::try_from(signal) {
        Ok(0) => session.result(Ok(()), None),
        Ok(signal @ 1..=64) => session.end(Status(128 + signal)),
        _ => session.failed(Errno::Invalid, None),
    }
}
