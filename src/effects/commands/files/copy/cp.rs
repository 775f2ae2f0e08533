//! The options of `cp`.

use super::{
    super::{
        super::{
            super::process::{Process, Status},
            options::{Order, Parsed},
        },
        Ended,
        backup::{self, Backup, Target},
        names::{join, quoted, trimmed},
        walk::Follow,
    },
    engine::{Copier, How, Overwrite, Plan, Preserve},
};

const KNOWN: &[&str] = &[
    "a,archive",
    "attributes-only",
    "copy-contents",
    "d",
    "f,force",
    "H",
    "i,interactive",
    "l,link",
    "L,dereference",
    "n,no-clobber",
    "P,no-dereference",
    "p",
    "preserve=?",
    "no-preserve=",
    "parents",
    "R,recursive",
    "r,recursive",
    "reflink=?",
    "remove-destination",
    "sparse=",
    "strip-trailing-slashes",
    "s,symbolic-link",
    "t,target-directory=",
    "T,no-target-directory",
    "u",
    "update=?",
    "v,verbose",
    "x,one-file-system",
    "Z",
    "context=?",
    "debug",
    backup::OPTIONS[0],
    backup::OPTIONS[1],
    backup::OPTIONS[2],
];

pub(in super::super) fn cp(process: &mut Process<'_, '_>) -> Ended {
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let plan = plan(process, &parsed)?;
    let mut sources = std::mem::take(&mut parsed.operands);
    let target = Target::of(process, &parsed, &mut sources, |p, name| p.stat(name).is_ok_and(|s| s.is_directory()))?;
    let parents = parsed.has("parents");
    if let (true, Target::Name(_)) = (parents, &target) {
        return Err(process.usage("with --parents, the destination must be a directory"));
    }
    let mut copier = Copier::new(process, plan);
    for source in sources {
        let source = if parsed.has("strip-trailing-slashes") { trimmed(&source).to_vec() } else { source };
        let name = match &target {
            Target::Directory(dir) if parents => match copier.parents(&source, dir) {
                Some(name) => name,
                None => continue,
            },
            target => target.name_for(&source),
        };
        copier.copy(&source, &name);
    }
    Ok(copier.status)
}

impl Copier<'_, '_, '_> {
    /// `--parents`: the source's directories in `dir`; the name the source has there.
    fn parents(&mut self, source: &[u8], dir: &[u8]) -> Option<Vec<u8>> {
        let relative = trimmed(source);
        let skipped = relative.iter().take_while(|&&b| b == b'/').count();
        let inside = &relative[skipped..];
        let mut done = 0;
        while let Some(slash) = inside[done..].iter().position(|&b| b == b'/') {
            let end = done + slash;
            done = end + 1;
            let made = join(dir, &inside[..end]);
            let from = &relative[..skipped + end];
            match self.process.stat(from) {
                Ok(stat) if stat.is_directory() => {
                    self.directory(&stat, &made);
                    self.attributes(&stat, &made);
                }
                Ok(_) => return self.refuse(format_args!("{}: Not a directory", quoted(from))),
                Err(error) => {
                    return self.refuse(format_args!("failed to get attributes of {}: {error}", quoted(from)));
                }
            }
        }
        Some(join(dir, inside))
    }

    fn refuse<T>(&mut self, why: std::fmt::Arguments<'_>) -> Option<T> {
        self.status = self.process.fail(why);
        None
    }
}

fn plan(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Plan, Status> {
    let mut plan = Plan { backup: Backup::of(process, parsed)?, ..Plan::default() };
    let mut follow = None;
    for (name, value) in &parsed.options {
        match *name {
            "archive" => {
                (plan.recursive, follow) = (true, Some(Follow::Never));
                plan.preserve = Preserve::ALL;
            }
            "d" => (plan.preserve.links, follow) = (true, Some(Follow::Never)),
            "no-dereference" => follow = Some(Follow::Never),
            "H" => follow = Some(Follow::Start),
            "dereference" => follow = Some(Follow::Always),
            "recursive" => plan.recursive = true,
            "p" => plan.preserve.usual(),
            "preserve" => preserve(process, &mut plan.preserve, value.as_deref(), true)?,
            "no-preserve" => preserve(process, &mut plan.preserve, value.as_deref(), false)?,
            "link" => plan.how = How::HardLink,
            "symbolic-link" => plan.how = How::Symlink,
            "force" => plan.force = true,
            "interactive" => plan.overwrite = Overwrite::Ask,
            "no-clobber" => plan.overwrite = Overwrite::Never,
            "u" => plan.overwrite = Overwrite::Older,
            "update" => {
                plan.overwrite = match value.as_deref() {
                    None | Some(b"older") => Overwrite::Older,
                    Some(b"all") => Overwrite::Always,
                    Some(b"none") => Overwrite::Never,
                    Some(other) => {
                        return Err(process.usage(format_args!("invalid argument {} for '--update'", quoted(other))));
                    }
                };
            }
            "remove-destination" => plan.remove_destination = true,
            "attributes-only" => plan.attributes_only = true,
            "verbose" => plan.verbose = true,
            _ => {}
        }
    }
    let usual = if plan.recursive && plan.how != How::HardLink { Follow::Never } else { Follow::Always };
    plan.follow = follow.unwrap_or(usual);
    Ok(plan)
}

/// `--preserve=LIST` and `--no-preserve=LIST`.
fn preserve(
    process: &mut Process<'_, '_>,
    preserve: &mut Preserve,
    list: Option<&[u8]>,
    on: bool,
) -> Result<(), Status> {
    let Some(list) = list else {
        preserve.usual();
        return Ok(());
    };
    for attribute in list.split(|&b| b == b',') {
        match attribute {
            b"mode" => (preserve.mode, preserve.no_mode) = (on, !on),
            b"ownership" => preserve.ownership = on,
            b"timestamps" => preserve.timestamps = on,
            b"links" => preserve.links = on,
            b"xattr" => preserve.xattrs = on,
            b"context" => {}
            b"all" if on => *preserve = Preserve::ALL,
            b"all" => *preserve = Preserve { no_mode: true, ..Preserve::default() },
            other => {
                return Err(process.usage(format_args!("invalid argument {} for '--preserve'", quoted(other))));
            }
        }
    }
    Ok(())
}
