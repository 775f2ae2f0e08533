//! What every command of shadow-utils works with: its arguments, the image's settings, the files it opened.

use super::{
    login_defs::LoginDefs,
    table::{self, Fields, File, GROUP, GSHADOW, PASSWD, SHADOW, Table},
};
use crate::effects::{
    commands::options::{Order, Parsed, parse},
    process::{Errno, Process, Status},
};

/// What a command ends with before its end.
pub(super) type Done<T = ()> = Result<T, Status>;

/// Bad usage, as all of shadow-utils number it.
pub(super) const USAGE: Status = Status(2);
/// A bad argument.
pub(super) const BAD_ARGUMENT: Status = Status(3);

/// Whose shadow-utils the image has: they differ in a few habits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavor {
    /// RHEL, CentOS, Fedora.
    RedHat,
    /// Debian and what comes of it.
    Debian,
}

/// Reads the arguments, or ends as getopt does. Every one of these programs has `--help`, which is nowhere in their lists.
pub(super) fn arguments(process: &mut Process<'_, '_>, known: &[&'static str], usage: &str) -> Done<Parsed> {
    let known = [known, &["h,help"]].concat();
    match parse(process.args.get(1..).unwrap_or_default(), &known, Order::Any) {
        Ok(given) if given.has("help") => {
            let name = process.name();
            process.out(format!("Usage: {name} {usage}\n"));
            Err(Status::SUCCESS)
        }
        // Another root than the image's is nowhere.
        Ok(given) if given.values("root").chain(given.values("prefix")).any(|root| root != b"/") => {
            process.fail("cannot access chroot directory: No such file or directory");
            Err(BAD_ARGUMENT)
        }
        Ok(given) => Ok(given),
        Err(why) => {
            process.fail(why);
            Err(show_usage(process, usage))
        }
    }
}

/// The usage line on standard error, and the status.
pub(super) fn show_usage(process: &mut Process<'_, '_>, usage: &str) -> Status {
    let line = format!("Usage: {} {usage}\n", process.name());
    let _ = process.handle(2).write(process.stage, line.as_bytes());
    USAGE
}

/// Says why, and is that status.
pub(super) fn refuse<T>(process: &mut Process<'_, '_>, status: u8, why: impl std::fmt::Display) -> Done<T> {
    process.fail(why);
    Err(Status(status))
}

/// Bytes for messages.
pub(super) fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command to its status.
pub(super) fn finish(done: Done) -> Status {
    done.err().unwrap_or(Status::SUCCESS)
}

/// The four files.
#[derive(Debug)]
pub(super) struct Database {
    pub passwd: Table,
    pub group: Table,
    pub shadow: Table,
    pub gshadow: Table,
    pub defs: LoginDefs,
}

impl Database {
    /// Reads them, without a lock.
    pub fn read(process: &mut Process<'_, '_>) -> Done<Self> {
        Ok(Self {
            passwd: read(process, PASSWD)?,
            group: read(process, GROUP)?,
            shadow: read(process, SHADOW)?,
            gshadow: read(process, GSHADOW)?,
            defs: LoginDefs::read(process),
        })
    }

    /// Writes what changed.
    pub fn close(&self, process: &mut Process<'_, '_>) -> Done {
        for (table, file, status) in [
            (&self.passwd, PASSWD, 1),
            (&self.shadow, SHADOW, 1),
            (&self.group, GROUP, 10),
            (&self.gshadow, GSHADOW, 10),
        ] {
            close(process, table, file, status)?;
        }
        Ok(())
    }

    /// A group by its number, or by its name.
    pub fn group_named(&self, word: &[u8]) -> Option<&Fields> {
        let number = super::login_defs::decimal(word);
        match number {
            Some(gid) => self.group.by_number(u32::try_from(gid).ok()?),
            None => self.group.find(word),
        }
    }

    /// Replaces or adds a line of a file, unless the file has that name twice.
    pub fn update(process: &mut Process<'_, '_>, table: &mut Table, fields: Fields, status: u8) -> Done {
        let name = shown(&fields[0]);
        table.update(fields).or_else(|_| {
            let why = format!("Multiple entries named '{name}'. Please fix this with pwck or grpck.");
            refuse(process, status, why)
        })
    }
}

/// Reads one file.
pub(super) fn read(process: &mut Process<'_, '_>, file: File) -> Done<Table> {
    Table::read(process, file)
        .or_else(|error: Errno| refuse(process, 1, format!("cannot open {}: {error}", shown(file.path))))
}

/// Writes one file where it changed.
pub(super) fn close(process: &mut Process<'_, '_>, table: &Table, file: File, status: u8) -> Done {
    table
        .close(process)
        .or_else(|_| refuse(process, status, format!("failure while writing changes to {}", shown(file.path))))
}

/// Locks the files, for as long as the command runs; what that leaves is the lock file.
pub(super) fn lock(process: &mut Process<'_, '_>) {
    table::lock(process);
}

/// Whose the image is, by its `os-release`.
pub(super) fn flavor(process: &mut Process<'_, '_>) -> Flavor {
    let text = process
        .read_file(b"/etc/os-release")
        .or_else(|_| process.read_file(b"/usr/lib/os-release"))
        .unwrap_or_default();
    let text = shown(&text);
    let ids = text.lines().filter_map(|l| l.strip_prefix("ID=").or_else(|| l.strip_prefix("ID_LIKE=")));
    let debian = ids.flat_map(|v| v.split(['"', '\'', ' '])).any(|id| matches!(id, "debian" | "ubuntu"));
    if debian { Flavor::Debian } else { Flavor::RedHat }
}

/// The password of an account that has none yet: `!!` where the image's useradd has that text in it, as Red Hat's does; `!`
/// in upstream's and Debian's. Where the program cannot tell, whose image it is decides.
pub(super) fn no_password(process: &mut Process<'_, '_>) -> &'static [u8] {
    let program = process.args.first().cloned().unwrap_or_default();
    let binary = process.search(&program).and_then(|path| process.read_file(&path).ok()).unwrap_or_default();
    let has = |text: &[u8]| binary.windows(text.len()).any(|w| w == text);
    let red_hat = if binary.starts_with(b"\x7fELF") && has(b"/etc/default/useradd") {
        has(b"\0!!\0")
    } else {
        flavor(process) == Flavor::RedHat
    };
    if red_hat { b"!!" } else { b"!" }
}

/// Days since 1970, as `changed` has them; nothing on the first of all days, which would mean "change it now".
pub(super) fn today(process: &Process<'_, '_>) -> Vec<u8> {
    match process.stage.now() / 86400 {
        0 => Vec::new(),
        day => day.to_string().into_bytes(),
    }
}

/// A number of days as a field has it: nothing for -1.
pub(super) fn days(value: Option<i64>) -> Vec<u8> {
    value.filter(|d| *d != -1).map(|d| d.to_string().into_bytes()).unwrap_or_default()
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
