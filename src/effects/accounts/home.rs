//! Home directories and mailboxes.

use super::{
    database::{Database, Done, refuse, shown},
    login_defs::LoginDefs,
};
use crate::{
    effects::process::{Errno, Mode, Process, Stat},
    rootfs::Kind,
};

/// The mode of a new home directory: `HOME_MODE`, else what `UMASK` leaves.
pub(super) fn mode(defs: &LoginDefs) -> u16 {
    let umask = defs.number("UMASK").unwrap_or(0o022);
    let mode = defs.number("HOME_MODE").unwrap_or(0o777 & !umask);
    u16::try_from(mode & 0o7777).unwrap_or(0o700)
}

/// Makes a directory and what is missing above it, 0755 and root's; the last one gets mode and owner.
pub(super) fn make(process: &mut Process<'_, '_>, home: &[u8], mode: u16, (uid, gid): (u32, u32)) -> Done {
    let mut at = Vec::new();
    for part in home.split(|&b| b == b'/').filter(|p| !p.is_empty()) {
        at.push(b'/');
        at.extend_from_slice(part);
        if process.exists(&at) {
            continue;
        }
        let made = process.mkdir(&at, 0).and_then(|()| process.chown(&at, Some(0), Some(0), true));
        if made.and_then(|()| process.chmod(&at, 0o755)).is_err() {
            return refuse(process, 12, format!("cannot create directory {}", shown(&at)));
        }
    }
    let _ = process.chown(home, Some(uid), Some(gid), true);
    let _ = process.chmod(home, mode);
    Ok(())
}

/// Copies what is in `from` into `to`: modes and times stay, everything belongs to the user. Links into `from` lead into `to`.
pub(super) fn copy_tree(process: &mut Process<'_, '_>, from: &[u8], to: &[u8], owner: (u32, u32)) {
    let mut linked: Vec<(crate::rootfs::LeafId, Vec<u8>)> = Vec::new();
    let mut ahead = vec![(from.to_vec(), to.to_vec())];
    let mut times = Vec::new();
    while let Some((source, target)) = ahead.pop() {
        let Ok(names) = process.read_dir(&source) else { continue };
        for name in names {
            let (source, target) = ([&source, &b"/"[..], &name].concat(), [&target, &b"/"[..], &name].concat());
            let Ok(stat) = process.lstat(&source) else { continue };
            let earlier = stat.leaf.and_then(|leaf| linked.iter().find(|(l, _)| *l == leaf)).map(|(_, at)| at.clone());
            let copied = match earlier {
                Some(at) => process.link(&at, &target),
                None => copy(process, &stat, (&source, from), (&target, to), owner),
            };
            if copied.is_err() {
                continue;
            }
            if stat.is_directory() {
                times.push((target.clone(), stat.mtime));
                ahead.push((source, target));
            } else {
                if let Some(leaf) = stat.leaf {
                    linked.push((leaf, target.clone()));
                }
                let _ = process.set_mtime(&target, stat.mtime, false);
            }
        }
    }
    for (path, mtime) in times {
        let _ = process.set_mtime(&path, mtime, false);
    }
}

fn copy(
    process: &mut Process<'_, '_>,
    stat: &Stat,
    (source, from): (&[u8], &[u8]),
    (target, to): (&[u8], &[u8]),
    (uid, gid): (u32, u32),
) -> Result<(), Errno> {
    match &stat.kind {
        Kind::Directory => process.mkdir(target, 0o700)?,
        Kind::Symlink(link) => {
            let link = match link.strip_prefix(from) {
                Some(rest) => [to, rest].concat(),
                None => link.clone(),
            };
            process.symlink(&link, target)?;
        }
        Kind::File { .. } => {
            let bytes = process.read_file(source)?;
            process.open(target, Mode { exclusive: true, ..Mode::WRITE })?.write(process.stage, &bytes)?;
        }
        Kind::Special(special) => process.mknod(target, special.clone(), 0o600)?,
    }
    process.chown(target, Some(uid), Some(gid), false)?;
    if !stat.is_symlink() {
        process.chmod(target, stat.mode)?;
    }
    Ok(())
}

/// Everything in a directory and the directory itself, in an order in which a parent comes before what is in it.
pub(in crate::effects) fn walk(process: &mut Process<'_, '_>, root: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![root.to_vec()];
    let mut at = 0;
    while at < found.len() {
        if process.lstat(&found[at]).is_ok_and(|s| s.is_directory()) {
            let dir = found[at].clone();
            let names = process.read_dir(&dir).unwrap_or_default();
            found.extend(names.iter().map(|n| [&dir, &b"/"[..], n].concat()));
        }
        at += 1;
    }
    found
}

/// Removes a directory and everything in it.
pub(in crate::effects) fn remove_tree(process: &mut Process<'_, '_>, root: &[u8]) -> Result<(), Errno> {
    for path in walk(process, root).into_iter().rev() {
        match process.lstat(&path)?.is_directory() {
            true => process.rmdir(&path)?,
            false => process.unlink(&path)?,
        }
    }
    Ok(())
}

/// Where a user's mail goes.
pub(super) fn mailbox(db: &Database, name: &[u8]) -> Option<Vec<u8>> {
    let spool = match (db.defs.text("MAIL_DIR"), db.defs.text("MAIL_FILE")) {
        (Some(spool), _) => spool,
        (None, Some(_)) => return None,
        (None, None) => b"/var/mail",
    };
    Some([spool, b"/", name].concat())
}

/// Makes an empty mailbox, for the user and the group `mail`. That it cannot be made is only said.
pub(super) fn make_mailbox(process: &mut Process<'_, '_>, db: &Database, name: &[u8], (uid, gid): (u32, u32)) {
    let Some(path) = mailbox(db, name) else { return };
    if let Err(error) = process.open(&path, Mode { exclusive: true, ..Mode::WRITE }) {
        let _ = process.handle(2).write(process.stage, format!("Creating mailbox file: {error}\n").as_bytes());
        return;
    }
    let mail = db.group.find(b"mail").and_then(|f| super::table::number(&f[2]));
    if mail.is_none() {
        let text = b"Group 'mail' not found. Creating the user mailbox file with 0600 mode.\n";
        let _ = process.handle(2).write(process.stage, text);
    }
    let _ = process.chown(&path, Some(uid), Some(mail.unwrap_or(gid)), true);
    let _ = process.chmod(&path, if mail.is_some() { 0o660 } else { 0o600 });
}
