//! `mv`. All names are in one tree, so that every move is a rename.

use std::collections::BTreeSet;

use super::{
    super::{
        super::{
            super::process::{Errno, Process, Stat, Status},
            options::Order,
        },
        Ended,
        backup::{self, Backup, Target, confirmed},
        names::{quoted, trimmed},
        walk::Follow,
    },
    engine::{Overwrite, Plan},
    same::{Same, same},
};
use crate::terms::RootPath;

const KNOWN: &[&str] = &[
    "f,force",
    "i,interactive",
    "n,no-clobber",
    "strip-trailing-slashes",
    "t,target-directory=",
    "T,no-target-directory",
    "u",
    "update=?",
    "v,verbose",
    "Z,context",
    "no-copy",
    "debug",
    backup::OPTIONS[0],
    backup::OPTIONS[1],
    backup::OPTIONS[2],
];

pub(in super::super) fn mv(process: &mut Process<'_, '_>) -> Ended {
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let mut plan = Plan { backup: Backup::of(process, &parsed)?, follow: Follow::Never, ..Plan::default() };
    plan.overwrite = match parsed.last(&["force", "interactive", "no-clobber", "u", "update"]) {
        Some("interactive") => Overwrite::Ask,
        Some("no-clobber") => Overwrite::Never,
        Some("u" | "update") => Overwrite::Older,
        _ => Overwrite::Always,
    };
    plan.verbose = parsed.has("verbose");
    let mut sources = std::mem::take(&mut parsed.operands);
    let target = Target::of(process, &parsed, &mut sources, |p, name| p.stat(name).is_ok_and(|s| s.is_directory()))?;
    let mut made = BTreeSet::new();
    let mut status = Status::SUCCESS;
    for source in sources {
        let source = if parsed.has("strip-trailing-slashes") { trimmed(&source) } else { &source };
        let name = target.name_for(source);
        if let Err(text) = rename(process, &plan, source, &name, &mut made) {
            status = process.fail(text);
        }
    }
    Ok(status)
}

fn rename(
    process: &mut Process<'_, '_>,
    plan: &Plan,
    from: &[u8],
    name: &[u8],
    made: &mut BTreeSet<RootPath>,
) -> Result<(), String> {
    let stat = process.lstat(from).map_err(|error| format!("cannot stat {}: {error}", quoted(from)))?;
    let failed = |error| format!("cannot move {} to {}: {error}", quoted(from), quoted(name));
    match process.lstat(name) {
        Ok(there) => {
            if !make_room(process, plan, (from, &stat), (name, &there), made)? {
                return Ok(());
            }
        }
        Err(Errno::NoEntry) if name.ends_with(b"/") && !stat.is_directory() => return Err(failed(Errno::NotDirectory)),
        Err(Errno::NoEntry) => {}
        Err(error) => return Err(failed(error)),
    }
    process.rename(from, name).map_err(|error| match error {
        Errno::Invalid => format!("cannot move {} to a subdirectory of itself, {}", quoted(from), quoted(name)),
        error => failed(error),
    })?;
    if let (Ok((path, true)), false) = (process.locate(name, false), stat.is_directory()) {
        made.insert(path);
    }
    if plan.verbose {
        process.out(format!("renamed {} -> {}\n", quoted(from), quoted(name)));
    }
    Ok(())
}

/// Whether the move may go on with what is at `name`.
fn make_room(
    process: &mut Process<'_, '_>,
    plan: &Plan,
    (from, stat): (&[u8], &Stat),
    (name, there): (&[u8], &Stat),
    made: &BTreeSet<RootPath>,
) -> Result<bool, String> {
    if same(process, plan, (from, stat), (name, there), true) != Same::Different {
        return Err(format!("{} and {} are the same file", quoted(from), quoted(name)));
    }
    let skipped = match plan.overwrite {
        Overwrite::Always => false,
        Overwrite::Never => true,
        Overwrite::Older => there.mtime >= stat.mtime && !stat.is_directory(),
        Overwrite::Ask => !confirmed(process, format_args!("overwrite {}?", quoted(name))),
    };
    if skipped {
        return Ok(false);
    }
    let numbered = plan.backup == Some(Backup::Numbered);
    match (stat.is_directory(), there.is_directory()) {
        (false, true) if plan.backup.is_none() => {
            return Err(format!("cannot overwrite directory {} with non-directory", quoted(name)));
        }
        (true, false) if plan.backup.is_none() => {
            return Err(format!("cannot overwrite non-directory {} with directory {}", quoted(name), quoted(from)));
        }
        (false, false) if made.contains(&there.path) && !numbered => {
            return Err(format!("will not overwrite just-created {} with {}", quoted(name), quoted(from)));
        }
        _ => {}
    }
    match &plan.backup {
        Some(backup) => match backup.make(process, name) {
            Ok(()) => Ok(true),
            Err(error) => Err(format!("cannot backup {}: {error}", quoted(name))),
        },
        None => Ok(true),
    }
}
