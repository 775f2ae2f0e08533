//! Lines of `sysusers.d`.

use super::Queue;
use crate::effects::{
    process::Process,
    systemd::{image::expand, words},
};

/// A user or group to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub name: String,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    /// The uid, and the group, come from who owns this file.
    pub path: Option<String>,
    /// `UID:GROUP`: the group has to be there.
    pub group: Option<String>,
    /// `UID:GID`: the group has to be there, and a group of the uid's number does not matter.
    pub strict: bool,
    pub comment: Option<String>,
    pub home: Option<String>,
    pub shell: Option<String>,
    /// `u!`: never to be logged into.
    pub locked: bool,
}

/// Reads a line into the queue; the error is what is wrong with it.
pub(super) fn parse(process: &mut Process<'_, '_>, queue: &mut Queue, line: &str) -> Result<(), String> {
    let (words, rest) = words::split(line, 6).map_err(|_| "Syntax error.")?;
    let [action, _name, ..] = words.as_slice() else { return Err("Missing action and name columns.".to_owned()) };
    if !rest.is_empty() {
        return Err("Trailing garbage.".to_owned());
    }
    let locks = queue.version >= 257 && action == "u!";
    if action.len() != 1 && !locks {
        return Err(format!("Unknown modifier '{action}'."));
    }
    if !["u", "u!", "g", "m", "r"].contains(&action.as_str()) {
        return Err(format!("Unknown command type '{action}'."));
    }
    let mut field = |at: usize| match words.get(at).map(String::as_str) {
        None | Some("" | "-") => Ok(None),
        Some(word) => expand(process, word, false)
            .map(Some)
            .map_err(|_| format!("Failed to replace specifiers in '{word}': No such file or directory")),
    };
    let fields = [field(1)?, field(2)?, field(3)?, field(4)?, field(5)?];
    let [name, id, comment, home, shell] = fields;
    if let Some(bad) = name.as_ref().filter(|n| !is_name(n)) {
        return Err(format!("'{bad}' is not a valid user or group name."));
    }
    if let Some(bad) = comment.as_ref().filter(|c| c.contains([':', '\n'])) {
        return Err(format!("'{bad}' is not a valid GECOS field."));
    }
    for path in [&home, &shell].into_iter().flatten() {
        if !path.starts_with('/') || path.contains(':') {
            return Err(format!("'{path}' is not a valid path."));
        }
    }
    let extra = comment.is_some() || home.is_some() || shell.is_some();
    let item = Item {
        comment,
        home: home.as_deref().map(simple),
        shell: shell.as_deref().map(simple),
        locked: locks,
        ..Item::default()
    };
    match (action.as_str(), name, id) {
        ("r", None, Some(id)) if !extra => range(queue, &id),
        ("m", Some(name), Some(group)) if !extra && is_name(&group) => {
            queue.add_member(group, name);
            Ok(())
        }
        ("g", Some(name), id) if !extra => group(queue, Item { name, ..item }, id),
        ("u" | "u!", Some(name), id) => user(queue, Item { name, ..item }, id),
        _ => Err(format!("Lines of type '{action}' do not have these fields.")),
    }
}

fn range(queue: &mut Queue, id: &str) -> Result<(), String> {
    let (low, high) = id.split_once('-').unwrap_or((id, id));
    match (low.trim().parse(), high.trim().parse()) {
        (Ok(low), Ok(high)) if low <= high => {
            queue.ranges.push((low, high));
            Ok(())
        }
        _ => Err(format!("Invalid UID range {id}.")),
    }
}

fn group(queue: &mut Queue, mut item: Item, id: Option<String>) -> Result<(), String> {
    match id {
        Some(path) if path.starts_with('/') => item.path = Some(simple(&path)),
        Some(id) => item.gid = Some(number(&id)?),
        None => {}
    }
    queue.add_group(item)
}

fn user(queue: &mut Queue, mut item: Item, id: Option<String>) -> Result<(), String> {
    match id {
        Some(path) if path.starts_with('/') => item.path = Some(simple(&path)),
        Some(id) => {
            let uid = match id.split_once(':') {
                Some((uid, group)) => {
                    match number(group) {
                        Ok(gid) => (item.gid, item.strict) = (Some(gid), true),
                        Err(_) if is_name(group) => item.group = Some(group.to_owned()),
                        Err(error) => return Err(error),
                    }
                    uid
                }
                None => &id,
            };
            if uid != "-" {
                item.uid = Some(number(uid)?);
            }
        }
        None => {}
    }
    queue.add_user(item)
}

/// A uid or gid; the two that mean "none" are not.
fn number(id: &str) -> Result<u32, String> {
    let plain = id.bytes().all(|b| b.is_ascii_digit()) && (id == "0" || !id.starts_with('0'));
    let value = id.parse().ok().filter(|n| plain && *n != u32::MAX && *n != 0xffff);
    value.ok_or_else(|| format!("Failed to parse ID: '{id}'"))
}

/// systemd's strict rule for names.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && name.len() <= 31
}

/// A path without doubled and trailing slashes.
fn simple(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    format!("/{}", parts.join("/"))
}
