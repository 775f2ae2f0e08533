//! The part of rpm's `posix` table that is about files (rpm `rpmio/lposix.c`): a call, its result, or `nil`, why, and a number.

use super::{
    files::{OpenFile, integers},
    permissions,
    session::{Calls, Session},
    value::{Answer, Args, Raise, Value},
};
use crate::{
    effects::process::{Errno, Mode, Stat},
    rootfs::{Kind, Special},
};

pub(super) const CALLS: Calls = &[
    ("posix.access", access),
    ("posix.chdir", chdir),
    ("posix.chmod", chmod),
    ("posix.chown", chown),
    ("posix.dir", dir),
    ("posix.getcwd", getcwd),
    ("posix.link", link),
    ("posix.mkdir", mkdir),
    ("posix.mkfifo", mkfifo),
    ("posix.mkstemp", mkstemp),
    ("posix.readlink", readlink),
    ("posix.rmdir", rmdir),
    ("posix.stat", stat),
    ("posix.symlink", symlink),
    ("posix.unlink", unlink),
    ("posix.utime", utime),
    ("os.remove", remove),
    ("os.rename", rename),
];

type S<'x, 's, 'p, 'a> = &'x mut Session<'s, 'p, 'a>;

fn access(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let modes = args.opt_text(1)?.unwrap_or_default();
    if let Some(&odd) = modes.iter().find(|b| !b" rwxf".contains(b)) {
        return Err(args.bad(1, format_args!("unknown mode option `{}'", char::from(odd))));
    }
    // Root may read and write everything.
    let result = session.process.stat(&path).and_then(|stat| {
        let runs = stat.is_directory() || stat.mode & 0o111 != 0;
        if modes.contains(&b'x') && !runs { Err(Errno::Access) } else { Ok(()) }
    });
    session.result(result, Some(&path))
}

fn chdir(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = session.process.chdir(&path);
    session.result(result, Some(&path))
}

fn chmod(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (path, text) = (args.text(0)?, args.text(1)?);
    let before = match session.process.stat(&path) {
        Ok(stat) => stat.st_mode(),
        Err(errno) => return session.failed(errno, Some(&path)),
    };
    let Some(mode) = permissions::changed(before, &text) else { return Err(args.bad(1, "bad mode")) };
    let result = session.process.chmod(&path, (mode & 0o7777) as u16);
    session.result(result, Some(&path))
}

fn chown(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let uid = session.user(args, 1)?;
    let gid = session.group(args, 2)?;
    let result = session.process.chown(&path, uid, gid, true);
    session.result(result, Some(&path))
}

/// The names in a directory, with `.` and `..`; `posix.files` goes through them one by one.
fn dir(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.opt_text(0)?.unwrap_or_else(|| b".".to_vec());
    match session.process.read_dir(&path) {
        Ok(names) => Ok(vec![Value::list([b".".to_vec(), b"..".to_vec()].into_iter().chain(names))]),
        Err(errno) => session.failed(errno, Some(&path)),
    }
}

fn getcwd(session: S<'_, '_, '_, '_>, _: &Args<'_>) -> Answer {
    Ok(vec![[b"/", session.process.cwd.as_bytes()].concat().into()])
}

fn link(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (old, new) = (args.text(0)?, args.text(1)?);
    let result = session.process.link(&old, &new);
    session.result(result, None)
}

fn symlink(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (old, new) = (args.text(0)?, args.text(1)?);
    let result = session.process.symlink(&old, &new);
    session.result(result, None)
}

fn mkdir(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = session.process.mkdir(&path, 0o777);
    session.result(result, Some(&path))
}

fn mkfifo(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = session.process.mknod(&path, Special::Fifo, 0o777);
    session.result(result, Some(&path))
}

/// `mkstemp(template)`: the open file and its name.
fn mkstemp(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let template = args.text(0)?;
    let Some(stem) = template.strip_suffix(b"XXXXXX") else {
        return session.failed(Errno::Invalid, Some(&template));
    };
    let serial = session.process.stage.next_serial();
    let name = [stem, format!("{serial:06}").as_bytes()].concat();
    let mode = Mode { read: true, exclusive: true, ..Mode::APPEND };
    match session.process.open(&name, mode) {
        Ok(handle) => {
            session.process.chmod(&name, 0o600).map_err(Raise::new)?;
            let file = session.register(OpenFile::of(handle));
            Ok(vec![file, name.into()])
        }
        Err(errno) => session.failed(errno, Some(&template)),
    }
}

fn readlink(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    match session.process.readlink(&path) {
        Ok(target) => Ok(vec![target[..target.len().min(512)].to_vec().into()]),
        Err(errno) => session.failed(errno, Some(&path)),
    }
}

fn rmdir(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = session.process.rmdir(&path);
    session.result(result, Some(&path))
}

fn unlink(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = session.process.unlink(&path);
    session.result(result, Some(&path))
}

fn utime(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let time = match args.get(1) {
        Value::Num(n) => *n as i64,
        _ => args.opt_int(1)?.unwrap_or_else(|| session.process.stage.now()),
    };
    let result = session.process.set_mtime(&path, time, true);
    session.result(result, Some(&path))
}

/// The type's name in `stat`.
fn kind(stat: &Stat) -> &'static str {
    match &stat.kind {
        Kind::File { .. } => "regular",
        Kind::Symlink(_) => "link",
        Kind::Directory => "directory",
        Kind::Special(Special::Char { .. }) => "character device",
        Kind::Special(Special::Block { .. }) => "block device",
        Kind::Special(Special::Fifo) => "fifo",
    }
}

/// `stat` of the `posix` table is `lstat`.
fn stat(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let stat = match session.process.lstat(&path) {
        Ok(stat) => stat,
        Err(errno) => return session.failed(errno, Some(&path)),
    };
    let number = |n: i64| Value::Num(n as f64);
    let links = session.process.links(&stat) as i64;
    let fields = [
        ("mode", permissions::written(stat.st_mode()).as_str().into()),
        ("ino", number(stat.leaf.map_or(1, |leaf| i64::try_from(leaf.number()).unwrap_or(i64::MAX)))),
        ("dev", number(1)),
        ("nlink", number(links)),
        ("uid", number(stat.uid.into())),
        ("gid", number(stat.gid.into())),
        ("size", number(stat.size as i64)),
        ("atime", number(stat.mtime)),
        ("mtime", number(stat.mtime)),
        ("ctime", number(stat.mtime)),
        ("type", kind(&stat).into()),
        ("_mode", number(stat.st_mode().into())),
    ];
    select(args, 1, fields)
}

/// A table of all fields, or the one that argument `i` names.
pub(super) fn select<const N: usize>(args: &Args<'_>, i: usize, fields: [(&str, Value); N]) -> Answer {
    if !args.is_given(i) {
        return Ok(vec![Value::Table(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())]);
    }
    let wanted = args.text(i)?;
    match fields.into_iter().find(|(name, _)| name.as_bytes() == wanted) {
        Some((_, value)) => Ok(vec![value]),
        None => Err(args.bad(i, format_args!("invalid option '{}'", String::from_utf8_lossy(&wanted)))),
    }
}

/// C's `remove`: a file, or an empty directory.
fn remove(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let result = match session.process.unlink(&path) {
        Err(Errno::IsDirectory) => session.process.rmdir(&path),
        other => other,
    };
    outcome(session, result, Some(&path))
}

fn rename(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (from, to) = (args.text(0)?, args.text(1)?);
    let result = session.process.rename(&from, &to);
    outcome(session, result, None)
}

/// How Lua's own library tells it.
fn outcome(session: S<'_, '_, '_, '_>, result: Result<(), Errno>, what: Option<&[u8]>) -> Answer {
    match result {
        Ok(()) => Ok(vec![Value::Bool(true)]),
        Err(errno) => integers(session.failed(errno, what)),
    }
}
