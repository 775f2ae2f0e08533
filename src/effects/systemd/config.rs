//! Configuration directories: `/etc` before `/run` before `/usr/local/lib` before `/usr/lib`, one file of each name.

use std::collections::BTreeMap;

use crate::effects::process::{Errno, Process};

/// The directories of a kind, the most important first.
const ROOTS: [&str; 4] = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];

/// The files of `/etc/KIND` and its kin with this ending, in the order of their names; of one name only the most important.
pub(super) fn files(process: &mut Process<'_, '_>, kind: &str, ending: &str) -> Vec<String> {
    let mut found = BTreeMap::new();
    for root in ROOTS {
        let dir = format!("{root}/{kind}");
        for name in process.read_dir(dir.as_bytes()).unwrap_or_default() {
            let Ok(name) = String::from_utf8(name) else { continue };
            let path = format!("{dir}/{name}");
            let usable = name.ends_with(ending) && !name.starts_with('.') && is_file(process, &path);
            if usable {
                found.entry(name).or_insert(path);
            }
        }
    }
    found.into_values().collect()
}

/// A regular file, or a link to `/dev/null`, which hides those below.
fn is_file(process: &Process<'_, '_>, path: &str) -> bool {
    process.stat(path.as_bytes()).is_ok_and(|s| !s.is_directory())
}

/// The same with what stands in for `replace`, unless a more important directory has a file of that name. The place is where
/// in the list the stand-in is.
pub(super) fn files_with(process: &mut Process<'_, '_>, kind: &str, replace: &str) -> (Vec<String>, Option<usize>) {
    let mut list = files(process, kind, ".conf");
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let rank = |path: &str| ROOTS.iter().position(|r| path.starts_with(&format!("{r}/{kind}/"))).unwrap_or(ROOTS.len());
    let wanted = name(replace);
    let at = list.partition_point(|p| name(p) < wanted);
    match list.get(at) {
        Some(there) if name(there) == wanted => {
            if rank(there) < rank(replace) {
                return (list, None);
            }
            list[at] = replace.to_owned();
        }
        _ => list.insert(at, replace.to_owned()),
    }
    (list, Some(at))
}

/// A file by its path, or by its name in one of the directories.
pub(super) fn read(process: &mut Process<'_, '_>, kind: &str, name: &str) -> Result<(String, String), Errno> {
    let candidates: Vec<String> = match name.starts_with('/') {
        true => vec![name.to_owned()],
        false => ROOTS.iter().map(|root| format!("{root}/{kind}/{name}")).collect(),
    };
    for path in candidates {
        match process.read_file(path.as_bytes()) {
            Ok(bytes) => return Ok((path, String::from_utf8_lossy(&bytes).into_owned())),
            Err(Errno::NoEntry | Errno::NotDirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Errno::NoEntry)
}

/// The lines of a configuration file that say something, with their numbers.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, l)| (n + 1, l.trim())).filter(|(_, l)| !l.is_empty() && !l.starts_with('#'))
}
