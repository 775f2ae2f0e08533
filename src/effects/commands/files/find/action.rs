//! What find does at a place.

use std::collections::BTreeMap;

use super::{
    super::{
        super::super::process::{Handle, Process, Stat, Status},
        backup::confirmed,
        date_format,
        links::Links,
        names::{before, join, last, quoted},
        owners::Owners,
        permissions,
        stat::{blocks, device},
        walk::{Follow, Visit},
        xargs::replaced,
    },
    parse::Plan,
    printf::Piece,
};
use crate::effects::calendar::Civil;
use crate::rootfs::{Kind, Special};

/// Bytes of a command line that `-exec … +` fills.
const LONGEST: usize = 128 << 10;

/// An action of the command line.
#[derive(Debug)]
pub(super) enum Action {
    /// The name, and what ends it.
    Print(&'static [u8]),
    Write(&'static [u8], Handle),
    Format(Vec<Piece>, Option<Handle>),
    List,
    Delete,
    /// `-exec … ;`
    Each {
        args: Vec<Vec<u8>>,
        in_directory: bool,
        asks: bool,
    },
    /// `-exec … {} +`
    Together {
        args: Vec<Vec<u8>>,
        in_directory: bool,
    },
}

/// The actions with their state while find runs.
pub(super) struct Actions<'f> {
    plan: &'f Plan,
    pub owners: Owners,
    /// `-L`
    pub follows: bool,
    /// Where the walk began, as typed.
    pub start: Vec<u8>,
    pub quit: bool,
    status: Status,
    /// Names waiting for `-exec … +`, by the action's number and, with `-execdir`, their directory.
    waiting: BTreeMap<(usize, Vec<u8>), Vec<Vec<u8>>>,
    links: Links,
}

impl<'f> Actions<'f> {
    pub fn new(process: &mut Process<'_, '_>, plan: &'f Plan) -> Self {
        Self {
            plan,
            owners: Owners::read(process),
            follows: plan.follow == Follow::Always,
            start: Vec::new(),
            quit: false,
            status: Status::SUCCESS,
            waiting: BTreeMap::new(),
            links: Links::default(),
        }
    }

    /// Comes to a place of the walk from `start`.
    pub fn place(&mut self, visit: Visit, start: &[u8]) -> Visit {
        if visit.depth == 0 {
            self.start = start.to_vec();
        }
        visit
    }

    /// Says that something went wrong; find goes on.
    pub fn failed(&mut self, process: &mut Process<'_, '_>, why: std::fmt::Arguments<'_>) {
        self.status = process.fail(why);
    }

    /// Names of a file.
    pub fn links(&mut self, process: &mut Process<'_, '_>, stat: &Stat) -> usize {
        self.links.of(process, stat)
    }

    /// Does action `number` at a place; whether it was true.
    pub fn act(&mut self, process: &mut Process<'_, '_>, number: usize, visit: &Visit) -> bool {
        let plan = self.plan;
        match &plan.actions[number] {
            Action::Print(end) => process.out([&visit.name, *end].concat()),
            Action::Write(end, file) => self.write(process, file, &[&visit.name, *end].concat()),
            Action::Format(pieces, file) => {
                let text = self.formatted(process, pieces, visit);
                match file {
                    Some(file) => self.write(process, file, &text),
                    None => process.out(text),
                }
            }
            Action::List => {
                let line = self.line(process, visit);
                process.out(line);
            }
            Action::Delete => return self.delete(process, visit),
            Action::Each { args, in_directory, asks } => {
                let (dir, name) =
                    if *in_directory { in_its_directory(&visit.name) } else { (None, visit.name.clone()) };
                let args: Vec<_> = args.iter().map(|arg| replaced(arg, b"{}", &name)).collect();
                let question =
                    format_args!("< {} ... {} > ?", String::from_utf8_lossy(&args[0]), String::from_utf8_lossy(&name))
                        .to_string();
                if *asks && !confirmed(process, question) {
                    return false;
                }
                return run(process, dir.as_deref(), args).success();
            }
            Action::Together { args, in_directory } => {
                let (dir, name) =
                    if *in_directory { in_its_directory(&visit.name) } else { (None, visit.name.clone()) };
                let key = (number, dir.unwrap_or_default());
                let waiting = self.waiting.entry(key.clone()).or_default();
                waiting.push(name);
                let bytes: usize = args.iter().chain(waiting.iter()).map(|a| a.len() + 1).sum();
                if bytes > LONGEST {
                    self.flush(process, &key);
                }
            }
        }
        true
    }

    fn write(&mut self, process: &mut Process<'_, '_>, file: &Handle, text: &[u8]) {
        if let Err(error) = file.write(process.stage, text) {
            self.failed(process, format_args!("write error: {error}"));
        }
    }

    /// Runs what waits for `-exec … +`.
    fn flush(&mut self, process: &mut Process<'_, '_>, key: &(usize, Vec<u8>)) {
        let Some(names) = self.waiting.remove(key).filter(|n| !n.is_empty()) else { return };
        let Action::Together { args, in_directory } = &self.plan.actions[key.0] else { return };
        let args = args.iter().chain(&names).cloned().collect();
        if !run(process, in_directory.then_some(key.1.as_slice()), args).success() {
            self.status = Status::FAILURE;
        }
    }

    /// Ends find: what still waits runs.
    pub fn finish(mut self, process: &mut Process<'_, '_>) -> Status {
        let keys: Vec<_> = self.waiting.keys().cloned().collect();
        for key in keys {
            self.flush(process, &key);
        }
        self.status
    }

    fn delete(&mut self, process: &mut Process<'_, '_>, visit: &Visit) -> bool {
        if last(&visit.name) == b"." {
            return true;
        }
        let is_directory = process.lstat(&visit.name).is_ok_and(|s| s.is_directory());
        let done = if is_directory { process.rmdir(&visit.name) } else { process.unlink(&visit.name) };
        if let Err(error) = &done {
            self.failed(process, format_args!("cannot delete {}: {error}", quoted(&visit.name)));
        }
        done.is_ok()
    }

    /// `-ls`
    fn line(&mut self, process: &mut Process<'_, '_>, visit: &Visit) -> Vec<u8> {
        let Ok(stat) = &visit.stat else { return Vec::new() };
        let shown =
            |id: u32, name: Option<&[u8]>| name.map_or(id.to_string(), |n| String::from_utf8_lossy(n).into_owned());
        let size = match &stat.kind {
            Kind::Special(Special::Char { .. } | Special::Block { .. }) => {
                let (major, minor) = device(&stat.kind);
                format!("{major:>3}, {minor:>3}")
            }
            _ => format!("{:>8}", stat.size),
        };
        let now = process.stage.now();
        let recent = stat.mtime > now - 15_778_476 && stat.mtime <= now;
        let format: &[u8] = if recent { b"%b %e %H:%M" } else { b"%b %e  %Y" };
        let time = date_format::format(format, &Civil::at(stat.mtime));
        let head = format!(
            "{:>9} {:>6} {} {:>3} {:<8} {:<8} {size} {} ",
            stat.leaf.map_or(0, |l| l.number()),
            blocks(stat).div_ceil(2),
            permissions::text(stat.st_mode()),
            self.links(process, stat),
            shown(stat.uid, self.owners.user(stat.uid)),
            shown(stat.gid, self.owners.group(stat.gid)),
            String::from_utf8_lossy(&time),
        );
        let link = match &stat.kind {
            Kind::Symlink(target) => [b" -> ", target.as_slice()].concat(),
            _ => Vec::new(),
        };
        [head.as_bytes(), &visit.name, &link, b"\n"].concat()
    }
}

/// `-execdir`: the directory of a name, and the name in it.
fn in_its_directory(name: &[u8]) -> (Option<Vec<u8>>, Vec<u8>) {
    match last(name) {
        b"/" => (Some(b"/".to_vec()), b"/".to_vec()),
        base => (Some(before(name).to_vec()), join(b".", base)),
    }
}

fn run(process: &mut Process<'_, '_>, dir: Option<&[u8]>, args: Vec<Vec<u8>>) -> Status {
    let mut child = process.child(args);
    if let Some(dir) = dir
        && child.chdir(dir).is_err()
    {
        return Status::FAILURE;
    }
    child.execute()
}
