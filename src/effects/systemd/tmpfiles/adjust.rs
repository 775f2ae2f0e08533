//! Modes, owners, attributes and ACLs.

use std::{collections::BTreeMap, sync::Arc};

use super::line::Item;
use crate::{
    effects::{
        process::{Errno, Mode, Process, Stat},
        systemd::words,
    },
    rootfs::{Kind, Origin},
};

/// Whether what a line speaks of was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It was.
    Old,
    /// The line made it.
    New,
}

/// Gives a file the mode and owner of its line.
pub(super) fn permissions(process: &mut Process<'_, '_>, item: &Item, path: &[u8], state: State) -> Result<(), Errno> {
    let stat = process.lstat(path)?;
    let new = state == State::New;
    let uid = item.uid.filter(|_| new || !item.uid_of_new).unwrap_or(stat.uid);
    let gid = item.gid.filter(|_| new || !item.gid_of_new).unwrap_or(stat.gid);
    let wanted = item.mode.filter(|_| new || !item.mode_of_new);
    let mode = wanted.map_or(stat.mode, |m| if item.masked { masked(m, &stat) } else { m });
    let chown = uid != stat.uid || gid != stat.gid;
    if chown {
        process.chown(path, Some(uid), Some(gid), false)?;
    }
    if (chown || mode != stat.mode) && !stat.is_symlink() {
        process.chmod(path, mode)?;
    }
    Ok(())
}

/// Takes away what nobody has of the file.
fn masked(mode: u16, stat: &Stat) -> u16 {
    let lacking = [0o111, 0o222, 0o444].into_iter().filter(|bits| stat.mode & bits == 0);
    let mode = lacking.fold(mode, |m, bits| m & !bits);
    if stat.is_directory() { mode } else { mode & 0o777 }
}

/// Sets extended attributes: `NAME=VALUE …`.
pub(super) fn attributes(process: &mut Process<'_, '_>, item: &Item, path: &[u8]) -> Result<(), Errno> {
    let text = String::from_utf8_lossy(item.argument.as_deref().unwrap_or_default()).into_owned();
    let words = words::all(&text).map_err(|_| Errno::Invalid)?;
    let at = process.lstat(path)?.path;
    let Some(node) = process.stage.fs.get_mut(&at) else { return Err(Errno::NoEntry) };
    let mut all: BTreeMap<String, Vec<u8>> = node.metadata.xattrs.as_deref().cloned().unwrap_or_default();
    for (name, value) in words.iter().filter_map(|w| w.split_once('=')) {
        all.insert(name.to_owned(), value.as_bytes().to_vec());
    }
    node.metadata.xattrs = Some(Arc::new(all));
    node.origin = Origin::Effect;
    Ok(())
}

/// What an access ACL leaves in the mode: its mask in the place of the group's bits. The entries themselves are in no layer,
/// whoever makes it, and default ACLs show nowhere.
pub(super) fn acl(process: &mut Process<'_, '_>, item: &Item, path: &[u8], version: u32) -> Result<(), Errno> {
    let stat = process.lstat(path)?;
    if stat.is_symlink() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(item.argument.as_deref().unwrap_or_default()).into_owned();
    if version < 254 && text.contains('X') {
        process.fail(format!("Failed to parse ACL \"{text}\": Invalid argument. Ignoring"));
        return Ok(());
    }
    let (mut mode, mut mask, mut explicit) = (stat.mode, 0, None);
    for entry in text.split(',').map(str::trim).filter(|e| !e.starts_with("d:") && !e.starts_with("default:")) {
        let parts: Vec<&str> = entry.split(':').collect();
        let [kind, who, bits] = parts[..] else { continue };
        let executable = stat.is_directory() || stat.mode & 0o111 != 0;
        let bits = bits.chars().fold(0, |all, c| match c {
            'r' => all | 4,
            'w' => all | 2,
            'x' => all | 1,
            'X' if executable => all | 1,
            _ => all,
        });
        match (kind, who.is_empty()) {
            ("u" | "user", true) => mode = mode & !0o700 | bits << 6,
            ("g" | "group", true) => mode = mode & !0o070 | bits << 3,
            ("o" | "other", _) => mode = mode & !0o007 | bits,
            ("m" | "mask", _) => explicit = Some(bits),
            _ => mask |= bits,
        }
    }
    if let Some(bits) = explicit.or((mask != 0).then_some(mask | (mode >> 3 & 7))) {
        mode = mode & !0o070 | bits << 3;
    }
    if mode == stat.mode { Ok(()) } else { process.chmod(path, mode) }
}

/// Copies one thing, with everything below it.
pub(super) fn copy_one(process: &mut Process<'_, '_>, item: &Item, from: &[u8], to: &[u8]) -> Result<(), Errno> {
    let stat = process.stat(from)?;
    copy_node(process, item, &stat, from, to)?;
    if stat.is_directory() {
        copy_below(process, item, from, to)?;
        process.set_mtime(to, stat.mtime, false)?;
    }
    Ok(())
}

/// Copies what is in a directory into another. What is there already stays, but directories are gone into.
pub(super) fn copy_below(process: &mut Process<'_, '_>, item: &Item, from: &[u8], to: &[u8]) -> Result<(), Errno> {
    let mut ahead = vec![(from.to_vec(), to.to_vec())];
    let mut times = Vec::new();
    while let Some((from, to)) = ahead.pop() {
        for name in process.read_dir(&from)? {
            let (source, target) = ([&from, &b"/"[..], &name].concat(), [&to, &b"/"[..], &name].concat());
            let stat = process.lstat(&source)?;
            let there = process.lstat(&target);
            if there.is_err() {
                copy_node(process, item, &stat, &source, &target)?;
            }
            if stat.is_directory() && there.as_ref().map_or(true, Stat::is_directory) {
                if there.is_err() {
                    times.push((target.clone(), stat.mtime));
                }
                ahead.push((source, target));
            }
        }
    }
    for (path, mtime) in times.into_iter().rev() {
        process.set_mtime(&path, mtime, false)?;
    }
    Ok(())
}

fn copy_node(process: &mut Process<'_, '_>, item: &Item, stat: &Stat, from: &[u8], to: &[u8]) -> Result<(), Errno> {
    match &stat.kind {
        Kind::Directory => process.mkdir(to, stat.mode)?,
        Kind::Symlink(target) => process.symlink(target, to)?,
        Kind::File { .. } => {
            let bytes = process.read_file(from)?;
            process.open(to, Mode { exclusive: true, ..Mode::WRITE })?.write(process.stage, &bytes)?;
        }
        Kind::Special(special) => process.mknod(to, special.clone(), stat.mode)?,
    }
    process.chown(to, Some(item.uid.unwrap_or(stat.uid)), Some(item.gid.unwrap_or(stat.gid)), false)?;
    if !stat.is_symlink() {
        process.chmod(to, stat.mode)?;
    }
    process.set_mtime(to, stat.mtime, false)
}
