//! `rm`, `rmdir`, `unlink`.

use super::{
    super::{
        super::process::{Errno, Process, Status},
        options::Order,
    },
    Ended,
    backup::confirmed,
    names::{before, last, quoted},
    walk::{Follow, Walk},
};

pub(super) fn rm(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "d,dir",
        "f,force",
        "i",
        "I",
        "interactive=?",
        "one-file-system",
        "no-preserve-root",
        "preserve-root=?",
        "r,recursive",
        "R,recursive",
        "v,verbose",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    let asks = match parsed.last(&["force", "i", "I", "interactive"]) {
        Some("i") => true,
        Some("interactive") => !matches!(parsed.value("interactive"), Some(b"never" | b"no" | b"none" | b"once")),
        _ => false,
    };
    let force = parsed.last(&["force", "i", "interactive"]) == Some("force");
    if parsed.operands.is_empty() {
        return if force { Ok(Status::SUCCESS) } else { Err(process.usage("missing operand")) };
    }
    let mut rm = Remover {
        status: Status::SUCCESS,
        recursive: parsed.has("recursive"),
        directories: parsed.has("dir"),
        force,
        asks,
        verbose: parsed.has("verbose"),
        keeps_root: parsed.last(&["no-preserve-root", "preserve-root"]) != Some("no-preserve-root"),
    };
    for name in &parsed.operands {
        if let Err(text) = rm.remove(process, name) {
            rm.status = process.fail(text);
        }
    }
    Ok(rm.status)
}

struct Remover {
    status: Status,
    recursive: bool,
    directories: bool,
    force: bool,
    asks: bool,
    verbose: bool,
    keeps_root: bool,
}

impl Remover {
    fn remove(&mut self, process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), String> {
        let failed = |error: Errno| format!("cannot remove {}: {error}", quoted(name));
        let stat = match process.lstat(name) {
            Err(Errno::NoEntry | Errno::NotDirectory) if self.force => return Ok(()),
            found => found.map_err(failed)?,
        };
        if self.recursive {
            if matches!(last(name), b"." | b"..") {
                return Err(format!("refusing to remove '.' or '..' directory: skipping {}", quoted(name)));
            }
            if stat.path.is_root() && self.keeps_root {
                return Err("it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe".to_owned());
            }
            self.tree(process, name);
            return Ok(());
        }
        if stat.is_directory() {
            return match self.directories {
                true => self.one(process, name, true),
                false => Err(failed(Errno::IsDirectory)),
            };
        }
        self.one(process, name, false)
    }

    fn tree(&mut self, process: &mut Process<'_, '_>, name: &[u8]) {
        let mut walk = Walk::new(name, Follow::Never);
        while let Some(visit) = walk.next(process) {
            let is_directory = visit.is_directory();
            if is_directory && !visit.leaving {
                let is_full = process.read_dir(&visit.name).is_ok_and(|names| !names.is_empty());
                let question = format_args!("descend into directory {}?", quoted(&visit.name)).to_string();
                if self.asks && is_full && !confirmed(process, question) {
                    walk.skip();
                }
                continue;
            }
            if let Err(text) = self.one(process, &visit.name, is_directory) {
                self.status = process.fail(text);
            }
        }
    }

    fn one(&mut self, process: &mut Process<'_, '_>, name: &[u8], is_directory: bool) -> Result<(), String> {
        let noun = if is_directory { "directory" } else { "file" };
        if self.asks && !confirmed(process, format_args!("remove {noun} {}?", quoted(name))) {
            return Ok(());
        }
        let removed = if is_directory { process.rmdir(name) } else { process.unlink(name) };
        match removed {
            Err(Errno::NoEntry | Errno::NotDirectory) if self.force => Ok(()),
            Err(error) => Err(format!("cannot remove {}: {error}", quoted(name))),
            Ok(()) => {
                if self.verbose {
                    let what = if is_directory { "removed directory " } else { "removed " };
                    process.out(format!("{what}{}\n", quoted(name)));
                }
                Ok(())
            }
        }
    }
}

pub(super) fn rmdir(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["ignore-fail-on-non-empty", "p,parents", "v,verbose"], Order::Any)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let mut at = name.as_slice();
        loop {
            if parsed.has("verbose") {
                process.out(format!("rmdir: removing directory, {}\n", quoted(at)));
            }
            match process.rmdir(at) {
                Ok(()) => {}
                Err(Errno::NotEmpty | Errno::Busy) if parsed.has("ignore-fail-on-non-empty") => break,
                Err(error) => {
                    let noun = if at.len() < name.len() { "directory " } else { "" };
                    status = process.fail(format_args!("failed to remove {noun}{}: {error}", quoted(at)));
                    break;
                }
            }
            at = before(at);
            if !parsed.has("parents") || matches!(at, b"." | b"/") {
                break;
            }
        }
    }
    Ok(status)
}

pub(super) fn unlink(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&[], Order::Any)?;
    match parsed.operands.as_slice() {
        [name] => match process.unlink(name) {
            Ok(()) => Ok(Status::SUCCESS),
            Err(error) => Err(process.fail(format_args!("cannot unlink {}: {error}", quoted(name)))),
        },
        [] => Err(process.usage("missing operand")),
        [_, extra, ..] => Err(process.usage(format_args!("extra operand {}", quoted(extra)))),
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn rm_removes_trees_and_refuses_the_root() {
        let image =
            || Image::new().programs(&["rm", "rmdir"]).file("d/e/f", "", 0o644).file("x", "", 0o644).symlink("l", "d");
        for (line, status, left) in [
            ("rm -rf /d /none", 0, "x l"),
            ("rm d", 1, "d x l"),
            ("rm -f", 0, "d x l"),
            ("rm", 1, "d x l"),
            ("rm none", 1, "d x l"),
            ("rm -f none x/y", 0, "d x l"),
            ("rm -rf /", 1, "d x l"),
            ("rm -r ./ d/.. x", 1, "d l"),
            ("rm -r l/", 1, "d x l"),
            ("rm -rf l x", 0, "d"),
            ("rm -z x", 1, "d x l"),
            ("rm -d d", 1, "d x l"),
            ("rmdir -p d/e", 1, "d x l"),
        ] {
            let mut image = image();
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, status, "{line}");
            let left_now = image.process(|p| {
                ["d", "x", "l"].into_iter().filter(|n| p.lstat(n.as_bytes()).is_ok()).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(left_now, left, "{line}");
        }
    }
}
