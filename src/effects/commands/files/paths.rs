//! `basename`, `dirname`, `readlink`, `realpath`, `which`.

use super::{
    super::{
        super::process::{Errno, Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::{before, join, last, quoted},
};
use crate::{
    rootfs::{Kind, SYMLINK_LIMIT},
    terms::RootPath,
};

/// How much of a name may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// `-e`
    Nothing,
    /// `-f`
    Last,
    /// `-m`
    Any,
}

/// An absolute name without symlinks, `.` and `..`.
pub(super) fn canonical(process: &Process<'_, '_>, name: &[u8], missing: Missing) -> Result<Vec<u8>, Errno> {
    expand(process, name, missing, true)
}

fn expand(process: &Process<'_, '_>, name: &[u8], missing: Missing, links: bool) -> Result<Vec<u8>, Errno> {
    if name.is_empty() {
        return Err(Errno::NoEntry);
    }
    let split = |text: &[u8]| text.split(|&b| b == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut at = if name.starts_with(b"/") { RootPath::root() } else { process.cwd.clone() };
    let mut ahead = split(name);
    let mut followed = 0;
    while let Some(part) = ahead.pop() {
        if matches!(part.as_slice(), b"" | b".") {
            let is_directory = process.stage.fs.get(&at).is_none_or(|n| n.is_directory());
            if !is_directory && missing != Missing::Any {
                return Err(Errno::NotDirectory);
            }
            continue;
        }
        if part == b".." {
            at = at.parent().unwrap_or_default();
            continue;
        }
        let next = at.join(&part);
        let is_last = ahead.iter().all(Vec::is_empty);
        match process.stage.fs.get(&next).map(|n| &n.kind) {
            Some(Kind::Symlink(target)) if links => {
                followed += 1;
                match followed > SYMLINK_LIMIT {
                    // As if it were missing.
                    true if missing == Missing::Any => {
                        at = next;
                        continue;
                    }
                    true => return Err(Errno::Loop),
                    false => {}
                }
                if target.starts_with(b"/") {
                    at = RootPath::root();
                }
                ahead.extend(split(target));
                continue;
            }
            Some(Kind::Directory) | None if missing == Missing::Any => {}
            Some(Kind::Directory) => {}
            Some(_) if missing == Missing::Any || ahead.is_empty() => {}
            Some(Kind::Symlink(_)) => {}
            Some(_) => return Err(Errno::NotDirectory),
            None if process.lstat(&[b"/", next.as_bytes()].concat()).is_ok() => {}
            None if missing == Missing::Last && is_last => {}
            None => return Err(Errno::NoEntry),
        }
        at = next;
    }
    Ok([b"/", at.as_bytes()].concat())
}

/// The way to `name` from the directory `from`, both canonical.
pub(super) fn relative(name: &[u8], from: &[u8]) -> Vec<u8> {
    let parts =
        |path: &[u8]| path.split(|&b| b == b'/').filter(|p| !p.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (name, from) = (parts(name), parts(from));
    let common = name.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(b"..".to_vec(), from.len() - common);
    let way = up.chain(name[common..].iter().cloned()).collect::<Vec<_>>().join(&b'/');
    if way.is_empty() { b".".to_vec() } else { way }
}

pub(super) fn basename(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["a,multiple", "s,suffix=", "z,zero"], Order::First)?;
    let end = if parsed.has("zero") { 0 } else { b'\n' };
    let multiple = parsed.has("multiple") || parsed.has("suffix");
    let (names, suffix) = match (parsed.operands.as_slice(), multiple) {
        ([], _) => return Err(process.usage("missing operand")),
        (names, true) => (names, parsed.value("suffix").unwrap_or_default()),
        ([name], _) => (std::slice::from_ref(name), &b""[..]),
        ([name, suffix], _) => (std::slice::from_ref(name), suffix.as_slice()),
        ([_, _, extra, ..], _) => return Err(process.usage(format_args!("extra operand {}", quoted(extra)))),
    };
    for name in names {
        let base = last(name);
        let base = base.strip_suffix(suffix).filter(|b| !b.is_empty()).unwrap_or(base);
        process.out([base, &[end]].concat());
    }
    Ok(Status::SUCCESS)
}

pub(super) fn dirname(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["z,zero"], Order::First)?;
    let end = if parsed.has("zero") { 0 } else { b'\n' };
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    for name in &parsed.operands {
        process.out([before(name), &[end]].concat());
    }
    Ok(Status::SUCCESS)
}

/// What is missing as the options of readlink and realpath say.
fn missing(parsed: &Parsed, usual: Option<Missing>) -> Option<Missing> {
    match parsed.last(&["canonicalize", "canonicalize-existing", "canonicalize-missing"]) {
        Some("canonicalize") => Some(Missing::Last),
        Some("canonicalize-existing") => Some(Missing::Nothing),
        Some(_) => Some(Missing::Any),
        None => usual,
    }
}

pub(super) fn readlink(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "f,canonicalize",
        "e,canonicalize-existing",
        "m,canonicalize-missing",
        "n,no-newline",
        "q,quiet",
        "s,silent",
        "v,verbose",
        "z,zero",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let end: &[u8] = match (parsed.has("no-newline") && parsed.operands.len() == 1, parsed.has("zero")) {
        (true, _) => b"",
        (false, true) => b"\0",
        (false, false) => b"\n",
    };
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let found = match missing(&parsed, None) {
            None => process.readlink(name),
            Some(missing) => canonical(process, name, missing),
        };
        match found {
            Ok(target) => process.out([&target, end].concat()),
            Err(error) => {
                status = Status::FAILURE;
                if parsed.last(&["verbose", "quiet", "silent"]) == Some("verbose") {
                    process.fail(format_args!("{}: {error}", String::from_utf8_lossy(name)));
                }
            }
        }
    }
    Ok(status)
}

pub(super) fn realpath(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "E,canonicalize",
        "e,canonicalize-existing",
        "m,canonicalize-missing",
        "L,logical",
        "P,physical",
        "q,quiet",
        "s,strip",
        "no-symlinks",
        "z,zero",
        "relative-to=",
        "relative-base=",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let links = !(parsed.has("strip") || parsed.has("no-symlinks"));
    let missing = missing(&parsed, Some(Missing::Last)).unwrap_or(Missing::Last);
    let mut bases = [None, None];
    for (base, option) in bases.iter_mut().zip(["relative-to", "relative-base"]) {
        if let Some(dir) = parsed.value(option).map(<[u8]>::to_vec) {
            let found = expand(process, &dir, missing, links);
            *base =
                Some(found.map_err(|error| process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&dir))))?);
        }
    }
    let end = if parsed.has("zero") { 0 } else { b'\n' };
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        match expand(process, name, missing, links) {
            Ok(path) => process.out([shown(&path, &bases), vec![end]].concat()),
            Err(error) => {
                status = Status::FAILURE;
                if !parsed.has("quiet") {
                    process.fail(format_args!("{}: {error}", String::from_utf8_lossy(name)));
                }
            }
        }
    }
    Ok(status)
}

/// A path as `--relative-to` and `--relative-base` want it.
fn shown(path: &[u8], [to, base]: &[Option<Vec<u8>>; 2]) -> Vec<u8> {
    let inside = |path: &[u8], dir: &[u8]| dir == b"/" || path == dir || path.starts_with(&[dir, b"/"].concat());
    match (to, base) {
        (None, None) => path.to_vec(),
        (to, Some(base)) if !inside(path, base) || to.as_ref().is_some_and(|t| !inside(t, base)) => path.to_vec(),
        (Some(to), _) => relative(path, to),
        (None, Some(base)) => relative(path, base),
    }
}

pub(super) fn which(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "a,all",
        "i,read-alias",
        "skip-alias",
        "read-functions",
        "skip-functions",
        "skip-dot",
        "skip-tilde",
        "show-dot",
        "show-tilde",
        "tty-only",
        "s",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    let path = process.env.get(&b"PATH"[..]).cloned().unwrap_or_default();
    let mut missing = 0_u8;
    for name in &parsed.operands {
        let candidates: Vec<_> = match name.contains(&b'/') {
            true => vec![name.clone()],
            false => path.split(|&b| b == b':').map(|d| join(if d.is_empty() { b"." } else { d }, name)).collect(),
        };
        let runs = |c: &Vec<u8>| process.stat(c).is_ok_and(|s| !s.is_directory() && s.mode & 0o111 != 0);
        let most = if parsed.has("all") { usize::MAX } else { 1 };
        let found: Vec<_> = candidates.into_iter().filter(runs).take(most).collect();
        if found.is_empty() {
            missing = missing.saturating_add(1);
            let where_to = String::from_utf8_lossy(&path).into_owned();
            process.fail(format_args!("no {} in ({where_to})", String::from_utf8_lossy(name)));
        }
        for name in found {
            process.out([&name, &b"\n"[..]].concat());
        }
    }
    Ok(Status(missing))
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn names_are_made_canonical() {
        let mut image = Image::new()
            .programs(&["readlink", "realpath", "basename", "dirname", "which"])
            .file("usr/lib/x", "x", 0o644)
            .symlink("lib", "usr/lib")
            .symlink("dang", "/no/such")
            .symlink("loop", "loop")
            .file("usr/sbin/which", "", 0o755);
        for (line, expected) in [
            ("readlink /lib", "usr/lib\n"),
            ("readlink -n /lib", "usr/lib"),
            ("readlink /usr", ""),
            ("readlink -f lib/x", "/usr/lib/x\n"),
            ("readlink -f lib/new", "/usr/lib/new\n"),
            ("readlink -f lib/new/", "/usr/lib/new\n"),
            ("readlink -f lib/new/er", ""),
            ("readlink -f dang loop", ""),
            ("readlink -m dang lib/x/../y/../z", "/no/such\n/usr/lib/z\n"),
            ("readlink -e lib/new lib/../lib", "/usr/lib\n"),
            ("readlink -f lib/x/", ""),
            ("realpath -s lib/../lib/x", "/lib/x\n"),
            ("realpath --relative-to=/usr/bin lib/x", "../lib/x\n"),
            ("realpath -m --relative-base=/usr lib/q /etc", "lib/q\n/etc\n"),
            ("basename -s .c a/b.c c.c", "b\nc\n"),
            ("basename /a/b.c .c", "b\n"),
            ("dirname a/b c", "a\n.\n"),
            ("which -a which none", "/usr/sbin/which\n/usr/bin/which\n"),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").out, expected, "{line}");
        }
    }
}
