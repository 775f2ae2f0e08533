//! What lines make and remove.

use super::{
    adjust::{self, State},
    line::Item,
};
use crate::{
    effects::{
        accounts::home,
        process::{Errno, Mode, Process},
    },
    rootfs::{Kind, Special},
};

/// Acts on a line for `--create`.
pub(super) fn create(process: &mut Process<'_, '_>, item: &Item, version: u32) -> Result<(), Errno> {
    let path = item.path.as_bytes();
    match item.kind {
        'x' | 'X' | 'r' | 'R' | 'h' | 'H' => return Ok(()),
        'w' => return each(process, item, |process, path| write(process, item, path)),
        'e' => return each(process, item, |process, path| empty_directory(process, item, path)),
        'z' | 'm' => return each(process, item, |process, path| adjust::permissions(process, item, path, State::Old)),
        'Z' => return each_below(process, item, |process, path| adjust::permissions(process, item, path, State::Old)),
        't' => return each(process, item, |process, path| adjust::attributes(process, item, path)),
        'T' => return each_below(process, item, |process, path| adjust::attributes(process, item, path)),
        'a' => return each(process, item, |process, path| adjust::acl(process, item, path, version)),
        'A' => return each_below(process, item, |process, path| adjust::acl(process, item, path, version)),
        _ => {}
    }
    if item.replace {
        clear_way(process, item)?;
    }
    make_parents(process, path)?;
    check_transitions(process, path)?;
    match item.kind {
        'f' if !item.force => file(process, item, path),
        'f' | 'F' => truncated(process, item, path),
        'd' | 'D' | 'v' | 'q' | 'Q' => directory(process, item, path),
        'L' => symlink(process, item, path),
        'p' => special(process, item, path, Special::Fifo),
        'c' | 'b' => device(process, item, path),
        'C' => copy(process, item, path, version),
        _ => Ok(()),
    }
}

/// Acts on a line for `--remove`.
pub(super) fn remove(process: &mut Process<'_, '_>, item: &Item) -> Result<(), Errno> {
    let gone = |result: Result<(), Errno>| match result {
        Err(Errno::NoEntry) => Ok(()),
        other => other,
    };
    match item.kind {
        'r' => each(process, item, |process, path| {
            let directory = process.lstat(path).is_ok_and(|s| s.is_directory());
            gone(if directory { process.rmdir(path) } else { process.unlink(path) })
        }),
        'R' => each(process, item, |process, path| gone(home::remove_tree(process, path))),
        'D' => {
            let path = item.path.as_bytes();
            for name in process.read_dir(path).unwrap_or_default() {
                gone(home::remove_tree(process, &[path, b"/", &name].concat()))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Every path a line's pattern fits.
fn each(
    process: &mut Process<'_, '_>,
    item: &Item,
    mut act: impl FnMut(&mut Process<'_, '_>, &[u8]) -> Result<(), Errno>,
) -> Result<(), Errno> {
    let mut result = Ok(());
    for path in super::super::glob::paths(process, &item.path) {
        let done = act(process, &path);
        result = result.and(done);
    }
    result
}

/// The same with everything below.
fn each_below(
    process: &mut Process<'_, '_>,
    item: &Item,
    mut act: impl FnMut(&mut Process<'_, '_>, &[u8]) -> Result<(), Errno>,
) -> Result<(), Errno> {
    each(process, item, |process, path| {
        let mut result = Ok(());
        for path in home::walk(process, path) {
            let done = act(process, &path);
            result = result.and(done);
        }
        result
    })
}

/// The directories above a path, 0755 and root's.
fn make_parents(process: &mut Process<'_, '_>, path: &[u8]) -> Result<(), Errno> {
    for at in (1..path.len()).filter(|&n| path[n] == b'/') {
        match process.mkdir(&path[..at], 0o755) {
            Ok(()) | Err(Errno::Exists) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Refuses a way that leads from one user's directory into another's: the first could have moved it there.
fn check_transitions(process: &mut Process<'_, '_>, path: &[u8]) -> Result<(), Errno> {
    let mut owner = 0;
    for at in (1..path.len()).filter(|&n| path[n] == b'/') {
        let uid = process.stat(&path[..at])?.uid;
        if owner != 0 && owner != uid {
            return Err(Errno::NotPermitted);
        }
        owner = uid;
    }
    Ok(())
}

/// `=`: what is of another kind goes, and so do files where directories must be.
fn clear_way(process: &mut Process<'_, '_>, item: &Item) -> Result<(), Errno> {
    let path = item.path.as_bytes();
    for at in (1..path.len()).filter(|&n| path[n] == b'/') {
        let above = &path[..at];
        if process.lstat(above).is_ok() && !process.stat(above).is_ok_and(|s| s.is_directory()) {
            process.unlink(above)?;
        }
    }
    let Ok(stat) = process.lstat(path) else { return Ok(()) };
    let fits = matches!(
        (&stat.kind, item.kind),
        (Kind::Directory, 'd' | 'D' | 'v' | 'q' | 'Q')
            | (Kind::File { .. }, 'f' | 'F')
            | (Kind::Symlink(_), 'L')
            | (_, 'C')
            | (Kind::Special(Special::Fifo), 'p')
            | (Kind::Special(Special::Char { .. }), 'c')
            | (Kind::Special(Special::Block { .. }), 'b')
    );
    if fits { Ok(()) } else { home::remove_tree(process, path) }
}

fn file(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    match process.lstat(path) {
        Ok(stat) if stat.is_file() => adjust::permissions(process, item, path, State::Old),
        Ok(_) => Err(Errno::Exists),
        Err(_) => {
            let handle = process.open(path, Mode { exclusive: true, ..Mode::WRITE })?;
            process.chmod(path, item.creation_mode())?;
            handle.write(process.stage, item.argument.as_deref().unwrap_or_default())?;
            adjust::permissions(process, item, path, State::New)
        }
    }
}

fn truncated(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let state = match process.lstat(path) {
        Ok(stat) if stat.is_symlink() => return Err(Errno::Loop),
        Ok(stat) if !stat.is_file() => return Err(Errno::Exists),
        Ok(stat) => {
            if stat.size > 0 {
                process.write_file(path, b"")?;
            }
            State::Old
        }
        Err(_) => {
            process.write_file(path, b"")?;
            process.chmod(path, item.creation_mode())?;
            State::New
        }
    };
    if let Some(text) = item.argument.as_ref().filter(|t| !t.is_empty()) {
        process.write_file(path, text)?;
    }
    adjust::permissions(process, item, path, state)
}

/// Writes over the start of what is there, or at its end.
fn write(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let mode = Mode { write: true, append: item.force, ..Mode::default() };
    match process.open(path, mode) {
        Err(Errno::NoEntry) => return Ok(()),
        Err(error) => return Err(error),
        Ok(handle) => handle.write(process.stage, item.argument.as_deref().unwrap_or_default())?,
    }
    adjust::permissions(process, item, path, State::Old)
}

fn directory(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let state = match process.mkdir(path, item.creation_mode()) {
        Ok(()) => {
            // A set-group-id parent has its say in mkdir; the mode asked for is the one that counts.
            State::New
        }
        Err(Errno::Exists) => State::Old,
        Err(error) => return Err(error),
    };
    if !process.lstat(path)?.is_directory() {
        return Ok(());
    }
    adjust::permissions(process, item, path, state)
}

fn empty_directory(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    match process.stat(path) {
        Ok(stat) if stat.is_directory() => adjust::permissions(process, item, path, State::Old),
        _ => Ok(()),
    }
}

fn symlink(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let target = item.argument.clone().unwrap_or_default();
    let state = match process.symlink(&target, path) {
        Ok(()) => State::New,
        Err(Errno::Exists) if process.readlink(path).is_ok_and(|there| there == target) => State::Old,
        Err(Errno::Exists) if item.force => {
            home::remove_tree(process, path)?;
            process.symlink(&target, path)?;
            State::New
        }
        Err(Errno::Exists) => return Ok(()),
        Err(error) => return Err(error),
    };
    adjust::permissions(process, item, path, state)
}

fn special(process: &mut Process<'_, '_>, item: &Item, path: &[u8], special: Special) -> Result<(), Errno> {
    let same = |kind: &Kind| match kind {
        Kind::Special(there) => std::mem::discriminant(there) == std::mem::discriminant(&special),
        _ => false,
    };
    let state = match process.lstat(path) {
        Ok(stat) if same(&stat.kind) => State::Old,
        Ok(_) if !item.force => return Ok(()),
        Ok(_) => {
            home::remove_tree(process, path)?;
            process.mknod(path, special, item.creation_mode())?;
            State::New
        }
        Err(_) => {
            process.mknod(path, special, item.creation_mode())?;
            State::New
        }
    };
    adjust::permissions(process, item, path, state)
}

fn device(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let text = String::from_utf8_lossy(item.argument.as_deref().unwrap_or_default()).into_owned();
    let numbers = text.trim().split_once(':').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (major, minor) = numbers.ok_or(Errno::Invalid)?;
    let node = if item.kind == 'c' { Special::Char { major, minor } } else { Special::Block { major, minor } };
    special(process, item, path, node)
}

/// Copies a file, or a tree into a directory that is not there or empty.
fn copy(process: &mut Process<'_, '_>, item: &Item, path: &[u8], version: u32) -> Result<(), Errno> {
    let source = item.argument.clone().unwrap_or_default();
    let Ok(from) = process.stat(&source) else { return Ok(()) };
    let merges = item.force && version >= 253;
    match process.lstat(path) {
        Ok(there) if there.is_directory() && from.is_directory() => {
            if merges || process.read_dir(path)?.is_empty() {
                adjust::copy_below(process, item, &source, path)?;
            }
        }
        Ok(there) if there.is_directory() != from.is_directory() => return Ok(()),
        Ok(_) => {}
        Err(_) => adjust::copy_one(process, item, &source, path)?,
    }
    adjust::permissions(process, item, path, State::New)
}
