//! `mkdir`, `mkfifo`, `mknod`.

use super::{
    super::{
        super::process::{Errno, Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::{number, quoted, trimmed},
    permissions::Changes,
};
use crate::rootfs::Special;

/// `-m`, if it was given.
fn mode_option(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Option<Changes>, Status> {
    match parsed.value("mode") {
        None => Ok(None),
        Some(text) => match Changes::parse(text) {
            Some(changes) => Ok(Some(changes)),
            None => Err(process.fail(format_args!("invalid mode {}", quoted(text)))),
        },
    }
}

pub(super) fn mkdir(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["m,mode=", "p,parents", "v,verbose", "Z", "context=?"], Order::Any)?;
    let mode = mode_option(process, &parsed)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        if let Err(text) = make(process, name, &parsed, mode.as_ref()) {
            status = process.fail(text);
        }
    }
    Ok(status)
}

fn make(process: &mut Process<'_, '_>, name: &[u8], parsed: &Parsed, mode: Option<&Changes>) -> Result<(), String> {
    let failed = |name: &[u8], error: Errno| format!("cannot create directory {}: {error}", quoted(name));
    let mut names = vec![name];
    if parsed.has("parents") {
        names = prefixes(name);
    }
    for (at, name) in names.iter().enumerate() {
        match process.mkdir(name, 0o777) {
            Ok(()) => {}
            Err(Errno::Exists) if parsed.has("parents") && process.stat(name).is_ok_and(|s| s.is_directory()) => {
                continue;
            }
            // `a/..` and `/`: there, or nowhere.
            Err(_) if parsed.has("parents") && process.stat(name).is_ok_and(|s| s.is_directory()) => continue,
            Err(error) => return Err(failed(name, error)),
        }
        let is_last = at + 1 == names.len();
        let made = process.lstat(name).map_err(|error| failed(name, error))?;
        if let (true, Some(changes)) = (is_last, mode) {
            // What the parent's set-group-id bit gave stays.
            let given = changes.apply(0o777, true, process.umask) | made.mode & 0o2000;
            process.chmod(name, given).map_err(|error| failed(name, error))?;
        } else if !is_last {
            // Parents can always be written and gone through by their owner, whatever the umask.
            process.chmod(name, made.mode | 0o300).map_err(|error| failed(name, error))?;
        }
        if parsed.has("verbose") {
            process.out(format!("mkdir: created directory {}\n", quoted(name)));
        }
    }
    Ok(())
}

/// A name's directories from the first on, and itself.
fn prefixes(name: &[u8]) -> Vec<&[u8]> {
    let name = trimmed(name);
    let ends = (1..name.len()).filter(|&at| name[at] == b'/' && name[at - 1] != b'/');
    ends.map(|at| &name[..at]).chain([name]).collect()
}

/// A directory and all before it, 0755 whatever the umask, as `install -D` makes them.
pub(super) fn make_all(process: &mut Process<'_, '_>, name: &[u8], verbose: bool) -> Result<(), String> {
    for name in prefixes(name) {
        if process.stat(name).is_ok_and(|s| s.is_directory()) {
            continue;
        }
        let made = process.mkdir(name, 0o777).and_then(|()| {
            let inherited = process.stat(name)?.mode & 0o2000;
            process.chmod(name, 0o755 | inherited)
        });
        made.map_err(|error| format!("cannot create directory {}: {error}", quoted(name)))?;
        if verbose {
            process.out(format!("{}: creating directory {}\n", process.name(), quoted(name)));
        }
    }
    Ok(())
}

pub(super) fn mkfifo(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["m,mode=", "Z", "context=?"], Order::Any)?;
    let mode = mode_option(process, &parsed)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let umask = process.umask;
    if mode.as_ref().is_some_and(|changes| changes.apply(0o666, false, umask) & 0o7000 != 0) {
        return Err(process.fail("mode must specify only file permission bits"));
    }
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        if let Err(error) = special(process, name, Special::Fifo, mode.as_ref()) {
            status = process.fail(format_args!("cannot create fifo {}: {error}", quoted(name)));
        }
    }
    Ok(status)
}

pub(super) fn mknod(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["m,mode=", "Z", "context=?"], Order::Any)?;
    let mode = mode_option(process, &parsed)?;
    let number = |text: &[u8]| match text.strip_prefix(b"0x") {
        Some(hex) => u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok(),
        None => number::<u32>(text),
    };
    let (name, what) = match parsed.operands.as_slice() {
        [name, kind] if kind == b"p" => (name, Special::Fifo),
        [name, kind, major, minor] if matches!(kind.as_slice(), b"b" | b"c" | b"u") => {
            match (number(major), number(minor), kind[0]) {
                (Some(major), Some(minor), b'b') => (name, Special::Block { major, minor }),
                (Some(major), Some(minor), _) => (name, Special::Char { major, minor }),
                _ => return Err(process.fail("invalid device number")),
            }
        }
        [_, kind, ..] if !matches!(kind.as_slice(), b"b" | b"c" | b"u" | b"p") => {
            return Err(process.usage(format_args!("invalid device type {}", quoted(kind))));
        }
        [] | [_] => return Err(process.usage("missing operand")),
        _ => return Err(process.usage("Special files require major and minor device numbers.")),
    };
    match special(process, name, what, mode.as_ref()) {
        Ok(()) => Ok(Status::SUCCESS),
        Err(error) => Err(process.fail(format_args!("{}: {error}", String::from_utf8_lossy(name)))),
    }
}

fn special(process: &mut Process<'_, '_>, name: &[u8], what: Special, mode: Option<&Changes>) -> Result<(), Errno> {
    process.mknod(name, what, 0o666)?;
    match mode {
        Some(changes) => process.chmod(name, changes.apply(0o666, false, process.umask) & 0o777),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn directories_get_their_modes() {
        let mut image = Image::new().programs(&["mkdir", "mknod"]).file("f", "", 0o644).symlink("l", "none");
        for (line, status) in [
            ("mkdir -p a/b//c/ /tmp", 0),
            ("mkdir -pm 700 a/b a/x/y", 0),
            ("mkdir -m g+s,o= s", 0),
            ("mkdir f", 1),
            ("mkdir -p f/x l", 1),
            ("mkdir no/such", 1),
            ("mkdir -m what w", 1),
            ("mknod -m 600 dev c 5 1", 0),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, status, "{line}");
        }
        let modes = image.process(|p| {
            ["a/b/c", "a/b", "a/x", "a/x/y", "s", "dev"].map(|n| format!("{:o}", p.stat(n.as_bytes()).expect(n).mode))
        });
        assert_eq!(modes, ["755", "755", "755", "700", "2770", "600"]);
    }
}
