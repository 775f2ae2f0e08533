//! `ln` and `link`.

use super::{
    super::{
        super::process::{Errno, Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    backup::{self, Backup, Target, confirmed},
    names::{before, join, last, quoted},
    paths::{Missing, canonical, relative},
};

const KNOWN: &[&str] = &[
    "d,directory",
    "F",
    "f,force",
    "i,interactive",
    "L,logical",
    "n,no-dereference",
    "P,physical",
    "r,relative",
    "s,symbolic",
    "t,target-directory=",
    "T,no-target-directory",
    "v,verbose",
    backup::OPTIONS[0],
    backup::OPTIONS[1],
    backup::OPTIONS[2],
];

/// What `ln` is to do.
struct Plan {
    symbolic: bool,
    relative: bool,
    logical: bool,
    force: bool,
    ask: bool,
    verbose: bool,
    backup: Option<Backup>,
}

pub(super) fn ln(process: &mut Process<'_, '_>) -> Ended {
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let plan = plan(process, &parsed)?;
    let mut targets = std::mem::take(&mut parsed.operands);
    let links_count = parsed.has("no-dereference");
    let is_directory = |p: &Process<'_, '_>, name: &[u8]| {
        let stat = if links_count { p.lstat(name) } else { p.stat(name) };
        stat.is_ok_and(|s| s.is_directory())
    };
    let place = match (targets.len(), parsed.value("target-directory"), parsed.has("no-target-directory")) {
        (1, None, false) => Target::Directory(b".".to_vec()),
        _ => Target::of(process, &parsed, &mut targets, is_directory)?,
    };
    if let Target::Directory(dir) = &place
        && !process.stat(dir).is_ok_and(|s| s.is_directory())
    {
        let why = if process.exists(dir) { Errno::NotDirectory } else { Errno::NoEntry };
        return Err(process.fail(format_args!("target {}: {why}", quoted(dir))));
    }
    let mut status = Status::SUCCESS;
    for target in targets {
        let name = match &place {
            Target::Name(name) => name.clone(),
            Target::Directory(dir) => join(dir, last(&target)),
        };
        if let Err(text) = plan.make(process, &target, &name) {
            status = process.fail(text);
        }
    }
    Ok(status)
}

fn plan(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Plan, Status> {
    if parsed.has("relative") && !parsed.has("symbolic") {
        return Err(process.fail("cannot do --relative without --symbolic"));
    }
    let over = parsed.last(&["force", "interactive"]);
    Ok(Plan {
        symbolic: parsed.has("symbolic"),
        relative: parsed.has("relative"),
        logical: parsed.last(&["logical", "physical"]) == Some("logical"),
        force: over == Some("force"),
        ask: over == Some("interactive"),
        verbose: parsed.has("verbose"),
        backup: Backup::of(process, parsed)?,
    })
}

impl Plan {
    fn make(&self, process: &mut Process<'_, '_>, target: &[u8], name: &[u8]) -> Result<(), String> {
        let kind = if self.symbolic { "symbolic" } else { "hard" };
        let mut from = target.to_vec();
        if self.relative {
            from = relative_to_link(process, target, name).unwrap_or(from);
        }
        if !self.symbolic {
            from = self.hard_source(process, target)?;
        }
        if !self.make_room(process, &from, target, name)? {
            return Ok(());
        }
        let made = if self.symbolic { process.symlink(&from, name) } else { process.link(&from, name) };
        match made {
            Ok(()) if self.verbose => {
                let arrow = if self.symbolic { "->" } else { "=>" };
                process.out(format!("{} {arrow} {}\n", quoted(name), quoted(&from)));
                Ok(())
            }
            Ok(()) => Ok(()),
            Err(Errno::NoEntry) if self.symbolic && from.is_empty() => {
                Err(format!("failed to create symbolic link '' -> {}: {}", quoted(name), Errno::NoEntry))
            }
            Err(error) => Err(format!("failed to create {kind} link {}: {error}", quoted(name))),
        }
    }

    /// What a hard link is made to.
    fn hard_source(&self, process: &Process<'_, '_>, target: &[u8]) -> Result<Vec<u8>, String> {
        let failed = |error| format!("failed to access {}: {error}", quoted(target));
        let stat = if self.logical { process.stat(target) } else { process.lstat(target) }.map_err(failed)?;
        if stat.is_directory() {
            return Err(format!("{}: hard link not allowed for directory", String::from_utf8_lossy(target)));
        }
        Ok(if self.logical { [b"/", stat.path.as_bytes()].concat() } else { target.to_vec() })
    }

    /// Takes what is at the link's name away as far as the options say; false where nothing is to be done.
    fn make_room(
        &self,
        process: &mut Process<'_, '_>,
        from: &[u8],
        target: &[u8],
        name: &[u8],
    ) -> Result<bool, String> {
        let Ok(there) = process.lstat(name) else { return Ok(true) };
        if !(self.force || self.ask || self.backup.is_some()) {
            return Ok(true);
        }
        if there.is_directory() {
            return Err(format!("{}: cannot overwrite directory", String::from_utf8_lossy(name)));
        }
        if self.ask && !confirmed(process, format_args!("replace {}?", quoted(name))) {
            return Ok(false);
        }
        // Symlinks may name themselves; a file that is removed to be linked to would be gone. Another name of it may be replaced.
        let is_itself = !self.symbolic && process.lstat(from).is_ok_and(|s| s.path == there.path);
        if is_itself {
            return Err(format!("{} and {} are the same file", quoted(target), quoted(name)));
        }
        match &self.backup {
            Some(backup) => backup.make(process, name).map_err(|e| format!("cannot backup {}: {e}", quoted(name)))?,
            None => process.unlink(name).map_err(|e| format!("cannot remove {}: {e}", quoted(name)))?,
        }
        Ok(true)
    }
}

/// `-r`: the way from the link's directory to its target, both without symlinks.
fn relative_to_link(process: &Process<'_, '_>, target: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let dir = canonical(process, before(name), Missing::Any).ok()?;
    let target = canonical(process, target, Missing::Any).ok()?;
    Some(relative(&target, &dir))
}

pub(super) fn link(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&[], Order::Any)?;
    match parsed.operands.as_slice() {
        [from, to] => match process.link(from, to) {
            Ok(()) => Ok(Status::SUCCESS),
            Err(error) => {
                Err(process.fail(format_args!("cannot create link {} to {}: {error}", quoted(to), quoted(from))))
            }
        },
        [_, _, extra, ..] => Err(process.usage(format_args!("extra operand {}", quoted(extra)))),
        [one] => Err(process.usage(format_args!("missing operand after {}", quoted(one)))),
        [] => Err(process.usage("missing operand")),
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    fn links(lines: &[&str]) -> String {
        let mut image = Image::new()
            .programs(&["ln", "readlink"])
            .file("d/f", "f", 0o644)
            .file("usr/lib/x", "x", 0o644)
            .symlink("lib", "usr/lib")
            .symlink("l", "d");
        let mut errors = String::new();
        for line in lines {
            let words: Vec<_> = line.split(' ').collect();
            errors.push_str(&image.run(&words, "").err);
        }
        let shown = image.fs.iter().filter_map(|(path, _, node)| match &node.kind {
            crate::rootfs::Kind::Symlink(t) => Some(format!("{path}>{}", String::from_utf8_lossy(t))),
            _ => None,
        });
        shown.filter(|l| !["/lib>usr/lib", "/l>d"].contains(&l.as_str())).collect::<Vec<_>>().join(" ") + &errors
    }

    #[test]
    fn symbolic_links_go_where_they_are_told() {
        for (line, expected) in [
            ("ln -s a b", "/b>a"),
            ("ln -s /usr/lib/x /tmp", "/tmp/x>/usr/lib/x"),
            ("ln -s x y z /tmp/", "/tmp/x>x /tmp/y>y /tmp/z>z"),
            ("ln -st /tmp x", "/tmp/x>x"),
            ("ln -sfn x l", "/l>x"),
            ("ln -sf x l", "/d/x>x"),
            ("ln -sfT x l", "/l>x"),
            ("ln -sfT x d", "ln: d: cannot overwrite directory\n"),
            ("ln -s x d/f", "ln: failed to create symbolic link 'd/f': File exists\n"),
            ("ln -sr lib/x tmp/y", "/tmp/y>../usr/lib/x"),
            ("ln -srf /lib /d", "/d/lib>../usr/lib"),
            ("ln -sb x d/f", "/d/f>x"),
            ("ln d none", "ln: d: hard link not allowed for directory\n"),
            ("ln -f d/f d/f", "ln: 'd/f' and 'd/f' are the same file\n"),
        ] {
            assert_eq!(links(&[line]), expected, "{line}");
        }
    }
}
