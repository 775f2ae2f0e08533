//! `useradd -D`: what a new account gets where nothing else is said.

use super::{
    database::{Done, Flavor, flavor, refuse, show_usage},
    login_defs::{Defaults, USERADD},
    useradd::USAGE_LINE,
};
use crate::effects::{
    commands::options::Parsed,
    process::{Errno, Process},
};

/// `useradd -D`: shows the defaults, or rewrites those that are given.
pub(super) fn change(process: &mut Process<'_, '_>, given: &Parsed, defaults: &mut Defaults, gid: u32) -> Done {
    if !given.operands.is_empty()
        || ["uid", "groups", "home-dir", "comment", "create-home"].iter().any(|l| given.has(l))
    {
        return Err(show_usage(process, USAGE_LINE));
    }
    let changes: Vec<(&[u8], Vec<u8>)> = [
        ("gid", "GROUP"),
        ("base-dir", "HOME"),
        ("inactive", "INACTIVE"),
        ("expiredate", "EXPIRE"),
        ("shell", "SHELL"),
    ]
    .into_iter()
    .filter_map(|(option, key)| Some((key.as_bytes(), given.value(option)?.to_vec())))
    .collect();
    if changes.is_empty() {
        let text = defaults.show(gid);
        process.out(text);
        return Ok(());
    }
    let old = process.read_file(USERADD).ok();
    let mut lines: Vec<Vec<u8>> =
        old.as_deref().unwrap_or_default().split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    if old.is_none() {
        lines.push(b"# useradd defaults file".to_vec());
    }
    for (key, value) in changes {
        let line = [key, b"=", &value].concat();
        let same = |l: &&mut Vec<u8>| l.starts_with(key) && l.get(key.len()) == Some(&b'=');
        match lines.iter_mut().find(same) {
            Some(there) => *there = line,
            None => lines.push(line),
        }
    }
    for (key, value) in defaults.rows() {
        let known = |l: &Vec<u8>| l.starts_with(key.as_bytes()) && l.get(key.len()) == Some(&b'=');
        if !lines.iter().any(known) && (key != "LOG_INIT" || flavor(process) == Flavor::Debian) {
            let value = if key == "GROUP" { gid.to_string().into_bytes() } else { value };
            lines.push([key.as_bytes(), b"=", &value].concat());
        }
    }
    let text: Vec<u8> = lines.into_iter().flat_map(|l| [l, b"\n".to_vec()].concat()).collect();
    rewrite_defaults(process, &text).or_else(|e| refuse(process, 1, format!("cannot create new defaults file: {e}")))
}

/// The old file keeps its mode as `useradd-`; the new one is a temporary file's successor, 0600.
fn rewrite_defaults(process: &mut Process<'_, '_>, text: &[u8]) -> Result<(), Errno> {
    let new = [USERADD, b"+"].concat();
    let backup = [USERADD, b"-"].concat();
    process.write_file(&new, text)?;
    process.chmod(&new, 0o600)?;
    let _ = process.unlink(&backup);
    let _ = process.link(USERADD, &backup);
    process.rename(&new, USERADD)
}
