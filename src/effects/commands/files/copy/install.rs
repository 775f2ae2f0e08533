//! `install`.

use super::{
    super::{
        super::{
            super::{
                process::{Errno, Mode, Process, Stat, Status},
                stage::{LIMIT, file},
            },
            options::{Order, Parsed},
        },
        Ended,
        backup::{self, Backup, Target},
        directories::make_all,
        names::{before, quoted},
        owners::Owners,
        permissions::Changes,
    },
    engine::write,
};
use crate::rootfs::Kind;

const KNOWN: &[&str] = &[
    "c",
    "C,compare",
    "d,directory",
    "D",
    "g,group=",
    "m,mode=",
    "o,owner=",
    "p,preserve-timestamps",
    "s,strip",
    "strip-program=",
    "t,target-directory=",
    "T,no-target-directory",
    "v,verbose",
    "preserve-context",
    "Z",
    "context=?",
    "debug",
    backup::OPTIONS[0],
    backup::OPTIONS[1],
    backup::OPTIONS[2],
];

/// What installed files get.
struct Plan {
    mode: Changes,
    uid: Option<u32>,
    gid: Option<u32>,
    backup: Option<Backup>,
    compare: bool,
    timestamps: bool,
    leading: bool,
    verbose: bool,
}

pub(in super::super) fn install(process: &mut Process<'_, '_>) -> Ended {
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let plan = plan(process, &parsed)?;
    let mut operands = std::mem::take(&mut parsed.operands);
    let mut status = Status::SUCCESS;
    if parsed.has("directory") {
        if operands.is_empty() {
            return Err(process.usage("missing file operand"));
        }
        for name in operands {
            if let Err(text) = plan.directory(process, &name) {
                status = process.fail(text);
            }
        }
        return Ok(status);
    }
    if let (true, Some(dir)) = (plan.leading, parsed.value("target-directory").map(<[u8]>::to_vec)) {
        make_all(process, &dir, plan.verbose).map_err(|text| process.fail(text))?;
    }
    let target = Target::of(process, &parsed, &mut operands, |p, name| p.stat(name).is_ok_and(|s| s.is_directory()))?;
    if let (true, Target::Name(name)) = (plan.leading, &target) {
        make_all(process, before(name), plan.verbose).map_err(|text| process.fail(text))?;
    }
    for source in operands {
        if let Err(text) = plan.file(process, &source, &target.name_for(&source)) {
            status = process.fail(text);
        }
    }
    Ok(status)
}

fn plan(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Plan, Status> {
    let owners = Owners::read(process);
    let who = |name: &str, find: &dyn Fn(&[u8]) -> Option<u32>, noun: &str| match parsed.value(name) {
        None => Ok(None),
        Some(text) => find(text).map(Some).ok_or(format!("invalid {noun} {}", quoted(text))),
    };
    let uid = who("owner", &|t| owners.parse_user(t), "user").map_err(|text| process.fail(text))?;
    let gid = who("group", &|t| owners.parse_group(t), "group").map_err(|text| process.fail(text))?;
    let mode = match parsed.value("mode") {
        None => Changes::exactly(0o755),
        Some(text) => {
            Changes::parse(text).ok_or_else(|| process.fail(format_args!("invalid mode {}", quoted(text))))?
        }
    };
    Ok(Plan {
        mode,
        uid,
        gid,
        backup: Backup::of(process, parsed)?,
        compare: parsed.has("compare"),
        timestamps: parsed.has("preserve-timestamps"),
        leading: parsed.has("D"),
        verbose: parsed.has("verbose"),
    })
}

impl Plan {
    /// `-d`
    fn directory(&self, process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), String> {
        make_all(process, name, self.verbose)?;
        let failed = |error| format!("cannot change permissions of {}: {error}", quoted(name));
        if self.uid.is_some() || self.gid.is_some() {
            process.chown(name, self.uid, self.gid, true).map_err(failed)?;
        }
        process.chmod(name, self.mode.apply(0, true, 0)).map_err(failed)
    }

    fn file(&self, process: &mut Process<'_, '_>, from: &[u8], name: &[u8]) -> Result<(), String> {
        let (content, mtime) = source(process, from)?;
        let mode = self.mode.apply(0, false, 0);
        let failed = |error: Errno| format!("cannot create regular file {}: {error}", quoted(name));
        match process.lstat(name) {
            Ok(there) => {
                if self.is_there(process, &content, mode, &there) {
                    return Ok(());
                }
                self.make_room(process, from, name, &there)?;
            }
            Err(Errno::NoEntry) => {}
            Err(error) => return Err(failed(error)),
        }
        write(process, &content, name, Some(0o600)).map_err(failed)?;
        process.chown(name, Some(self.uid.unwrap_or(0)), self.gid, false).map_err(failed)?;
        process.chmod(name, mode).map_err(failed)?;
        if self.timestamps {
            process.set_mtime(name, mtime, false).map_err(failed)?;
        }
        if self.verbose {
            process.out(format!("{} -> {}\n", quoted(from), quoted(name)));
        }
        Ok(())
    }

    /// `-C`: whether the same file is there, with the same owner and mode.
    fn is_there(&self, process: &mut Process<'_, '_>, content: &Kind, mode: u16, there: &Stat) -> bool {
        if !self.compare || mode & 0o7000 != 0 || (there.mode, there.uid) != (mode, self.uid.unwrap_or(0)) {
            return false;
        }
        if there.gid != self.gid.unwrap_or(0) || !there.is_file() {
            return false;
        }
        there.kind == *content || bytes(process, content).is_some_and(|b| bytes(process, &there.kind) == Some(b))
    }

    fn make_room(&self, process: &mut Process<'_, '_>, from: &[u8], name: &[u8], there: &Stat) -> Result<(), String> {
        if there.is_directory() {
            return Err(format!("cannot overwrite directory {} with non-directory", quoted(name)));
        }
        if process.lstat(from).is_ok_and(|s| s.path == there.path) {
            return Err(format!("{} and {} are the same file", quoted(from), quoted(name)));
        }
        match &self.backup {
            Some(backup) => {
                backup.make(process, name).map_err(|error| format!("cannot backup {}: {error}", quoted(name)))
            }
            None => process.unlink(name).map_err(|error| format!("cannot remove {}: {error}", quoted(name))),
        }
    }
}

/// A source's content and time.
fn source(process: &mut Process<'_, '_>, from: &[u8]) -> Result<(Kind, i64), String> {
    match process.stat(from) {
        Ok(stat) if stat.is_directory() => Err(format!("omitting directory {}", quoted(from))),
        Ok(stat) if stat.is_file() => Ok((stat.kind, stat.mtime)),
        _ => {
            // Devices and streams are read.
            let bytes = process.open(from, Mode::READ).and_then(|handle| handle.read_to_end(process.stage));
            let now = process.stage.now();
            let bytes = bytes.map_err(|error| format!("cannot stat {}: {error}", quoted(from)))?;
            Ok((file(bytes), now))
        }
    }
}

fn bytes(process: &mut Process<'_, '_>, kind: &Kind) -> Option<Vec<u8>> {
    let Kind::File { content, .. } = kind else { return None };
    process.stage.contents.read(content, LIMIT).ok()
}
