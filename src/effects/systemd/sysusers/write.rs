//! The four files, rewritten whole: lines that make no sense are lost, new ones go before what NIS adds, members are sorted.

use super::{Queue, line::Item, plan::Plan};
use crate::effects::process::{Errno, Process};

/// A file as it is to be.
struct Rewritten {
    lines: Vec<Vec<u8>>,
    nis: Vec<Vec<u8>>,
}

/// Writes the files that change.
pub(super) fn write(process: &mut Process<'_, '_>, queue: &Queue, plan: &Plan) -> Result<(), Errno> {
    // Before v244 a locked password had Red Hat's marks.
    let locked = if queue.version < 244 { "!!" } else { "!*" };
    let groups = group_lines(plan, "x", |gid| gid.to_string());
    write_groups(process, queue, "/etc/group", 0o644, &groups)?;
    let shadows = group_lines(plan, locked, |_| String::new());
    write_groups(process, queue, "/etc/gshadow", 0, &shadows)?;
    if plan.users.is_empty() {
        return Ok(());
    }
    let day = process.stage.now() / 86400;
    let mut passwd = read(process, "/etc/passwd", 4, 7)?;
    passwd.lines.extend(plan.users.iter().map(|(item, uid, gid)| user_line(queue, item, *uid, *gid)));
    place(process, "/etc/passwd", 0o644, passwd)?;
    let mut shadow = read(process, "/etc/shadow", 2, 9)?;
    let names: Vec<&str> = plan.users.iter().map(|(item, ..)| item.name.as_str()).collect();
    let mut known = Vec::new();
    for line in &mut shadow.lines {
        let mut fields: Vec<Vec<u8>> = line.split(|&b| b == b':').map(<[u8]>::to_vec).collect();
        if names.iter().any(|n| n.as_bytes() == fields[0]) {
            known.push(fields[0].clone());
            fields[2] = day.to_string().into_bytes();
            *line = fields.join(&b':');
        }
    }
    for (item, ..) in plan.users.iter().filter(|(item, ..)| !known.contains(&item.name.clone().into_bytes())) {
        let expire = if item.locked { "1" } else { "" };
        shadow.lines.push(format!("{}:{locked}:{day}:::::{expire}:", item.name).into_bytes());
    }
    place(process, "/etc/shadow", 0, shadow)
}

fn user_line(queue: &Queue, item: &Item, uid: u32, gid: u32) -> Vec<u8> {
    let nologin = if queue.version < 244 { "/sbin/nologin" } else { "/usr/sbin/nologin" };
    let default = if uid == 0 { "/bin/sh" } else { nologin };
    let or = |field: &Option<String>, default: &str| field.clone().unwrap_or_else(|| default.to_owned());
    let (comment, home, shell) = (or(&item.comment, ""), or(&item.home, "/"), or(&item.shell, default));
    format!("{}:x:{uid}:{gid}:{comment}:{home}:{shell}", item.name).into_bytes()
}

fn group_lines(plan: &Plan, password: &str, third: impl Fn(u32) -> String) -> Vec<Vec<u8>> {
    let line = |(name, gid): &(String, u32)| format!("{name}:{password}:{}:", third(*gid)).into_bytes();
    plan.groups.iter().map(line).collect()
}

fn write_groups(
    process: &mut Process<'_, '_>,
    queue: &Queue,
    path: &str,
    mode: u16,
    new: &[Vec<u8>],
) -> Result<(), Errno> {
    if new.is_empty() && queue.members.is_empty() {
        return Ok(());
    }
    let mut file = read(process, path, 3, 4)?;
    file.lines.extend(new.iter().cloned());
    let mut changed = !new.is_empty();
    for line in &mut file.lines {
        changed |= add_members(queue, line);
    }
    if changed { place(process, path, mode, file) } else { Ok(()) }
}

/// Adds the members that lines ask for; true if some are new, and then the list is sorted.
fn add_members(queue: &Queue, line: &mut Vec<u8>) -> bool {
    let mut fields: Vec<Vec<u8>> = line.split(|&b| b == b':').map(<[u8]>::to_vec).collect();
    let Some((_, users)) = queue.members.iter().find(|(group, _)| group.as_bytes() == fields[0]) else { return false };
    let mut list: Vec<&[u8]> = fields[3].split(|&b| b == b',').filter(|m| !m.is_empty()).collect();
    let before = list.len();
    for user in users {
        if !list.contains(&user.as_bytes()) {
            list.push(user.as_bytes());
        }
    }
    if list.len() == before {
        return false;
    }
    list.sort_unstable();
    list.dedup();
    fields[3] = list.join(&b',');
    *line = fields.join(&b':');
    true
}

/// The lines of a file that have at least `least` fields, filled up to `full`.
fn read(process: &mut Process<'_, '_>, path: &str, least: usize, full: usize) -> Result<Rewritten, Errno> {
    let bytes = match process.read_file(path.as_bytes()) {
        Ok(bytes) => bytes,
        Err(Errno::NoEntry) => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut file = Rewritten { lines: Vec::new(), nis: Vec::new() };
    for line in bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty() && l[0] != b'#') {
        let nis = matches!(line[0], b'+' | b'-');
        let mut fields: Vec<&[u8]> = line.split(|&b| b == b':').collect();
        if !nis && fields.len() < least {
            continue;
        }
        fields.resize(full.max(fields.len()), b"");
        let line = fields.join(&b':');
        if nis || !file.nis.is_empty() { file.nis.push(line) } else { file.lines.push(line) }
    }
    if process.stage.budget.steps(file.lines.len() as u64) { Ok(file) } else { Err(Errno::Stopped) }
}

/// Keeps the old file as `FILE-`, with mode, owner and time; the new one has its mode and owner.
fn place(process: &mut Process<'_, '_>, path: &str, mode: u16, file: Rewritten) -> Result<(), Errno> {
    let old = process.stat(path.as_bytes()).ok();
    let (mode, uid, gid) = old.as_ref().map_or((mode, 0, 0), |s| (s.mode, s.uid, s.gid));
    let bytes: Vec<u8> = file.lines.into_iter().chain(file.nis).flat_map(|l| [l, b"\n".to_vec()].concat()).collect();
    if let Some(old) = old {
        let before = process.read_file(path.as_bytes())?;
        put(process, &format!("{path}-"), &before, (mode, uid, gid), Some(old.mtime))?;
    }
    put(process, path, &bytes, (mode, uid, gid), None)
}

/// A new file in the place of the old one.
fn put(
    process: &mut Process<'_, '_>,
    path: &str,
    bytes: &[u8],
    (mode, uid, gid): (u16, u32, u32),
    mtime: Option<i64>,
) -> Result<(), Errno> {
    let new = format!("{path}.new").into_bytes();
    process.write_file(&new, bytes)?;
    process.chown(&new, Some(uid), Some(gid), true)?;
    process.chmod(&new, mode)?;
    if let Some(mtime) = mtime {
        process.set_mtime(&new, mtime, true)?;
    }
    process.rename(&new, path.as_bytes())
}
