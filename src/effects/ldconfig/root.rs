//! Names as ldconfig sees them: those of the image, or of a directory in it after `-r`.

use super::Stopped;
use crate::{
    effects::process::{Process, Stat},
    rootfs::{Kind, Node, Rootfs, SYMLINK_LIMIT},
    terms::RootPath,
};

/// Where absolute names and the targets of absolute symlinks start, and where relative names do.
pub(super) struct Root {
    top: RootPath,
    from: RootPath,
}

impl Root {
    pub(super) fn of(process: &Process<'_, '_>, given: Option<&[u8]>) -> Result<Self, Stopped> {
        let Some(given) = given else { return Ok(Self { top: RootPath::root(), from: process.cwd.clone() }) };
        let trimmed = given.len() - given.iter().rev().take_while(|&&b| b == b'/').count();
        if trimmed == 0 {
            return Ok(Self { top: RootPath::root(), from: process.cwd.clone() });
        }
        match process.stat(&given[..trimmed]) {
            Ok(Stat { path, .. }) if process.stage.fs.get(&path).is_some_and(Node::is_directory) => {
                Ok(Self { top: path.clone(), from: path })
            }
            _ => Err(Stopped::Failed(format!("Can't chroot to {}", String::from_utf8_lossy(given)))),
        }
    }

    /// Where a name leads: its path in the tree and whether something is there. None where it leads nowhere.
    pub(super) fn walk(&self, fs: &Rootfs, name: &[u8], follow_last: bool) -> Option<(RootPath, bool)> {
        let mut at = if name.first() == Some(&b'/') { self.top.clone() } else { self.from.clone() };
        let follow_last = follow_last || name.last() == Some(&b'/');
        let split = |name: &[u8]| -> Vec<Vec<u8>> {
            name.split(|&b| b == b'/').rev().filter(|p| !p.is_empty()).map(<[u8]>::to_vec).collect()
        };
        let mut ahead = split(name);
        let mut links = 0;
        let mut exists = true;
        while let Some(part) = ahead.pop() {
            if !exists {
                return None;
            }
            match part.as_slice() {
                b"." => continue,
                b".." if at == self.top => continue,
                b".." => {
                    at = at.parent()?;
                    continue;
                }
                _ => {}
            }
            let next = at.join(&part);
            match fs.get(&next).map(|node| &node.kind) {
                Some(Kind::Symlink(target)) if follow_last || !ahead.is_empty() => {
                    links += 1;
                    if links > SYMLINK_LIMIT {
                        return None;
                    }
                    if target.first() == Some(&b'/') {
                        at = self.top.clone();
                    }
                    ahead.extend(split(target));
                }
                Some(Kind::Directory) | None => (at, exists) = (next.clone(), fs.get(&next).is_some()),
                Some(_) if !ahead.is_empty() => return None,
                Some(_) => at = next,
            }
        }
        Some((at, exists))
    }

    /// What is there, symlinks followed.
    pub(super) fn find(&self, fs: &Rootfs, name: &[u8]) -> Option<RootPath> {
        self.walk(fs, name, true).filter(|(_, exists)| *exists).map(|(path, _)| path)
    }

    /// A path of the tree as a name under this root.
    pub(super) fn name(&self, path: &RootPath) -> Vec<u8> {
        let below = path.as_bytes().strip_prefix(self.top.as_bytes()).unwrap_or(path.as_bytes());
        [b"/", below.strip_prefix(b"/").unwrap_or(below)].concat()
    }
}
