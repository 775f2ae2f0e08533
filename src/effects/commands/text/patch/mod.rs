//! `patch`, of unified differences: 0, 1 where a hunk was rejected, 2 on trouble.
//!
//! ```text
//! read      a patch's files and hunks          apply     hunks onto lines
//! ```

mod apply;
mod read;
#[cfg(test)]
mod tests;

use read::{FilePatch, Name};

use super::{
    super::options::{Order, Parsed},
    stream::{self, text},
};
use crate::effects::process::{Errno, Mode, Process, Status};

const OPTIONS: &[&str] = &[
    "b,backup",
    "backup-if-mismatch",
    "no-backup-if-mismatch",
    "B,prefix=",
    "binary",
    "c,context",
    "d,directory=",
    "D,ifdef=",
    "dry-run",
    "e,ed",
    "E,remove-empty-files",
    "f,force",
    "F,fuzz=",
    "g,get=",
    "i,input=",
    "l,ignore-whitespace",
    "merge=?",
    "n,normal",
    "N,forward",
    "o,output=",
    "p,strip=",
    "posix",
    "quoting-style=",
    "r,reject-file=",
    "R,reverse",
    "read-only=",
    "reject-format=",
    "s,quiet",
    "silent",
    "t,batch",
    "T,set-time",
    "u,unified",
    "V,version-control=",
    "v",
    "verbose",
    "Y,basename-prefix=",
    "z,suffix=",
    "Z,set-utc",
    "follow-symlinks",
];

const TROUBLE: Status = Status(2);

#[derive(Debug)]
struct Settings {
    strip: Option<usize>,
    reverse: bool,
    forward: bool,
    dry_run: bool,
    quiet: bool,
    backup: bool,
    backup_if_mismatch: bool,
    suffix: Vec<u8>,
    fuzz: usize,
    ignore_space: bool,
    remove_empty: bool,
    output: Option<Vec<u8>>,
    reject_file: Option<Vec<u8>>,
}

impl Settings {
    fn of(parsed: &Parsed) -> Option<Self> {
        let number = |name: &str| match parsed.value(name) {
            None => Some(None),
            Some(text) => stream::number(text).map(|n| Some(usize::try_from(n).unwrap_or(usize::MAX))),
        };
        Some(Self {
            strip: number("strip")?,
            reverse: parsed.has("reverse"),
            forward: parsed.has("forward"),
            dry_run: parsed.has("dry-run"),
            quiet: parsed.has("quiet") || parsed.has("silent"),
            backup: parsed.has("backup"),
            backup_if_mismatch: parsed.last(&["backup-if-mismatch", "no-backup-if-mismatch"])
                != Some("no-backup-if-mismatch")
                && !parsed.has("posix"),
            suffix: parsed.value("suffix").unwrap_or(b".orig").to_vec(),
            fuzz: number("fuzz")?.unwrap_or(2),
            ignore_space: parsed.has("ignore-whitespace"),
            remove_empty: parsed.has("remove-empty-files"),
            output: parsed.value("output").map(<[u8]>::to_vec),
            reject_file: parsed.value("reject-file").map(<[u8]>::to_vec),
        })
    }
}

/// `patch [OPTION]… [ORIGINAL [PATCH]]`
pub(super) fn patch(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return if status.success() { status } else { TROUBLE },
    };
    let Some(settings) = Settings::of(&parsed) else { return trouble(process, "a number is invalid") };
    let source = parsed.value("input").or(parsed.operands.get(1).map(Vec::as_slice)).unwrap_or(b"-").to_vec();
    // The patch is looked for from the directory one is in, the files from that of -d.
    let bytes = match stream::read(process, &source) {
        Ok(bytes) => bytes,
        Err(error) => return trouble(process, format_args!("Can't open patch file {} : {error}", text(&source))),
    };
    if let Some(directory) = parsed.value("directory")
        && let Err(error) = process.chdir(directory)
    {
        return trouble(process, format_args!("Can't change to directory {} : {error}", text(directory)));
    }
    let files = match read::patches(&bytes) {
        Some(files) if !files.is_empty() => files,
        Some(_) if bytes.is_empty() => return Status::SUCCESS,
        Some(_) => return trouble(process, "Only garbage was found in the patch input."),
        None => return trouble(process, "malformed patch"),
    };
    let mut worst = Status::SUCCESS;
    for file in files {
        let file = if settings.reverse { file.reversed() } else { file };
        let named = parsed.operands.first().cloned();
        let status = one(process, &settings, &file, named);
        worst = worst.max(status);
        if process.stage.budget.exhausted().is_some() {
            return Status::STOPPED;
        }
    }
    worst
}

fn trouble(process: &mut Process<'_, '_>, what: impl std::fmt::Display) -> Status {
    process.fail(format_args!("**** {what}"));
    TROUBLE
}

fn say(process: &mut Process<'_, '_>, settings: &Settings, line: &str) {
    if !settings.quiet {
        process.out([line.as_bytes(), b"\n"].concat());
    }
}

/// The patch of one file.
fn one(process: &mut Process<'_, '_>, settings: &Settings, file: &FilePatch, named: Option<Vec<u8>>) -> Status {
    let Some(name) = named.or_else(|| target(process, settings, file)) else {
        say(process, settings, "can't find file to patch");
        say(process, settings, &ignored(file));
        return Status::FAILURE;
    };
    match process.lstat(&name) {
        Ok(stat) if !stat.is_file() => {
            say(process, settings, &format!("File {} is not a regular file -- refusing to patch", text(&name)));
            return Status::FAILURE;
        }
        Ok(_) | Err(Errno::NoEntry) => {}
        Err(error) => return trouble(process, format_args!("{}: {error}", text(&name))),
    }
    let old = process.read_file(&name).ok();
    let verb = if settings.dry_run { "checking" } else { "patching" };
    let shown = match &settings.output {
        Some(output) => format!("{} (read from {})", text(output), text(&name)),
        None => text(&name).into_owned(),
    };
    if file.creates() && !old.as_ref().is_none_or(Vec::is_empty) && !settings.reverse {
        return exists_already(process, settings, file, &name);
    }
    say(process, settings, &format!("{verb} file {shown}"));
    let old_bytes = old.clone().unwrap_or_default();
    let applied = apply::apply(&old_bytes, file, settings, &mut process.stage.budget);
    for message in &applied.messages {
        say(process, settings, message);
    }
    let mut status = Status::SUCCESS;
    if !applied.rejected.is_empty() {
        status = Status::FAILURE;
        reject(process, settings, file, &name, &applied);
    }
    if settings.dry_run || applied.skipped {
        return status;
    }
    let backs_up = settings.backup || settings.backup_if_mismatch && applied.mismatch;
    match finish(process, settings, file, &name, old.as_deref(), &applied.bytes, backs_up) {
        Ok(()) => status,
        Err(error) => trouble(process, format_args!("Can't write {} : {error}", text(&name))),
    }
}

/// A file that is to be made is there: nobody can be asked, so nothing is done.
fn exists_already(process: &mut Process<'_, '_>, settings: &Settings, file: &FilePatch, name: &[u8]) -> Status {
    say(process, settings, &format!("The next patch would create the file {},", text(name)));
    if settings.forward {
        say(process, settings, "which already exists!  Skipping patch.");
    } else {
        say(process, settings, "which already exists!  Assume -R? [n] \nApply anyway? [n] \nSkipping patch.");
    }
    say(process, settings, &ignored(file));
    Status::FAILURE
}

fn ignored(file: &FilePatch) -> String {
    let all = file.hunks.len();
    format!("{all} out of {all} {} ignored", if all == 1 { "hunk" } else { "hunks" })
}

/// Which file is meant: of those that are there, the one with the shortest name; one that is to be made otherwise.
fn target(process: &mut Process<'_, '_>, settings: &Settings, file: &FilePatch) -> Option<Vec<u8>> {
    let names: Vec<Vec<u8>> = [&file.old, &file.new]
        .iter()
        .filter_map(|n| if let Name::File(n) = n { stripped(n, settings.strip) } else { None })
        .collect();
    let measure = |name: &Vec<u8>| {
        let base = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
        (name.iter().filter(|b| **b == b'/').count(), base.len(), name.len())
    };
    let there: Vec<&Vec<u8>> = names.iter().filter(|n| process.stat(n).is_ok()).collect();
    let shortest = |all: &[&Vec<u8>]| all.iter().min_by_key(|n| measure(n)).map(|n| (*n).clone());
    shortest(&there).or_else(|| if file.creates() { shortest(&names.iter().collect::<Vec<_>>()) } else { None })
}

/// A name without its first directories; without a number of them, only what is behind the last slash.
fn stripped(name: &[u8], strip: Option<usize>) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = name.split(|b| *b == b'/').collect();
    let Some(strip) = strip else { return parts.last().map(|p| p.to_vec()) };
    // Slashes in a row are one.
    let mut kept = name;
    for _ in 0..strip {
        let at = kept.iter().position(|b| *b == b'/')?;
        kept = &kept[at..];
        kept = &kept[kept.iter().take_while(|b| **b == b'/').count()..];
    }
    let safe = !kept.split(|b| *b == b'/').any(|p| p == b"..");
    (safe && !kept.is_empty() && !(kept.starts_with(b"/") && strip > 0)).then(|| kept.to_vec())
}

fn reject(process: &mut Process<'_, '_>, settings: &Settings, file: &FilePatch, name: &[u8], applied: &apply::Applied) {
    let rejects = settings.reject_file.clone().unwrap_or_else(|| [name, b".rej"].concat());
    let (failed, all) = (applied.rejected.len(), file.hunks.len());
    let (what, hunks) = (if applied.skipped { "ignored" } else { "FAILED" }, if all == 1 { "hunk" } else { "hunks" });
    let saved = if settings.dry_run { String::new() } else { format!(" -- saving rejects to file {}", text(&rejects)) };
    say(process, settings, &format!("{failed} out of {all} {hunks} {what}{saved}"));
    if settings.dry_run || rejects == b"-" {
        return;
    }
    let mut out = [b"--- ", &file.titles[0][..], b"\n+++ ", &file.titles[1], b"\n"].concat();
    applied.rejected.iter().for_each(|(n, moved)| file.hunks[*n].write(*moved, &mut out));
    if let Err(error) = process.write_file(&rejects, &out) {
        process.fail(format_args!("{}: {error}", text(&rejects)));
    }
}

/// Puts the new file in the old one's place, or takes it away.
fn finish(
    process: &mut Process<'_, '_>,
    settings: &Settings,
    file: &FilePatch,
    name: &[u8],
    old: Option<&[u8]>,
    bytes: &[u8],
    backs_up: bool,
) -> Result<(), Errno> {
    if let Some(output) = &settings.output {
        let mode = 0o600 & !process.umask;
        let is_new = process.stat(output).is_err();
        process.write_file(output, bytes)?;
        return if is_new { process.chmod(output, mode) } else { Ok(()) };
    }
    let stat = process.stat(name).ok();
    if backs_up {
        let backup = [name, &settings.suffix].concat();
        match &stat {
            Some(_) => process.rename(name, &backup)?,
            None => process.write_file(&backup, b"")?,
        }
    }
    if bytes.is_empty() && (file.deletes() || settings.remove_empty) {
        return if old.is_some() && !backs_up { remove(process, name) } else { Ok(()) };
    }
    parents(process, name)?;
    let temporary = [name, format!(".p{:06}", process.stage.next_serial()).as_bytes()].concat();
    let mode = Mode { exclusive: true, ..Mode::WRITE };
    process.open(&temporary, mode)?.write(process.stage, bytes)?;
    if let Some(stat) = stat {
        process.chown(&temporary, Some(stat.uid), Some(stat.gid), false)?;
        process.chmod(&temporary, stat.mode)?;
    }
    process.rename(&temporary, name)
}

/// A file, and the directories that are empty then.
fn remove(process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), Errno> {
    process.unlink(name)?;
    let mut rest = name;
    while let Some(at) = rest.iter().rposition(|b| *b == b'/').filter(|at| *at > 0) {
        rest = &rest[..at];
        if process.rmdir(rest).is_err() {
            break;
        }
    }
    Ok(())
}

fn parents(process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), Errno> {
    for (at, _) in name.iter().enumerate().filter(|(at, b)| *at > 0 && **b == b'/') {
        match process.mkdir(&name[..at], 0o777) {
            Ok(()) | Err(Errno::Exists) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
