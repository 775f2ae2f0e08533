//! Going through a directory tree as `fts` does: directories before and after what is in them, names in byte order.

use super::{
    super::super::process::{Errno, Process, Stat},
    names::join,
};
use crate::terms::RootPath;

/// Steps of looking at one place.
const VISIT: u64 = 6;

/// Which symlinks are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// `-P`
    Never,
    /// `-H`: the one it starts at.
    Start,
    /// `-L`
    Always,
}

/// A place on the way.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// The name it started at, and the way from there.
    pub name: Vec<u8>,
    /// 0 for the start.
    pub depth: usize,
    /// What is there. With symlinks followed, one that leads nowhere is told of itself.
    pub stat: Result<Stat, Errno>,
    /// A directory, met again after what is in it.
    pub leaving: bool,
    /// A directory that the way to it goes through already; it is not entered.
    pub cycle: bool,
}

impl Visit {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.stat.as_ref().is_ok_and(Stat::is_directory)
    }
}

/// A tree being gone through. What is removed or made meanwhile is seen as far as it is not behind already.
#[derive(Debug)]
pub(super) struct Walk {
    follow: Follow,
    start: Option<Vec<u8>>,
    /// Given last, and entered next.
    ahead: Option<Visit>,
    open: Vec<(Visit, std::vec::IntoIter<Vec<u8>>)>,
}

impl Walk {
    /// From `start`.
    pub fn new(start: &[u8], follow: Follow) -> Self {
        Self { follow, start: Some(start.to_vec()), ahead: None, open: Vec::new() }
    }

    /// Does not go into the directory given last; it is not given again.
    pub fn skip(&mut self) {
        self.ahead = None;
    }

    /// The next place; none at the end, or when the budget is used up.
    pub fn next(&mut self, process: &mut Process<'_, '_>) -> Option<Visit> {
        if !process.stage.budget.steps(VISIT) {
            return None;
        }
        if let Some(start) = self.start.take() {
            return Some(self.meet(process, start, 0));
        }
        if let Some(visit) = self.ahead.take() {
            let names = process.read_dir(&visit.name).unwrap_or_default();
            self.open.push((visit, names.into_iter()));
        }
        let depth = self.open.len();
        let (dir, names) = self.open.last_mut()?;
        match names.next() {
            Some(name) => {
                let name = join(&dir.name, &name);
                Some(self.meet(process, name, depth))
            }
            None => {
                let (mut visit, _) = self.open.pop()?;
                visit.leaving = true;
                Some(visit)
            }
        }
    }

    fn meet(&mut self, process: &Process<'_, '_>, name: Vec<u8>, depth: usize) -> Visit {
        let follows = self.follow == Follow::Always || depth == 0 && self.follow == Follow::Start;
        let stat = match process.stat(&name) {
            Ok(stat) if follows => Ok(stat),
            _ => process.lstat(&name),
        };
        let cycle = stat.as_ref().is_ok_and(|s| s.is_directory() && self.is_open(&s.path));
        let visit = Visit { name, depth, stat, leaving: false, cycle };
        if visit.is_directory() && !cycle {
            self.ahead = Some(visit.clone());
        }
        visit
    }

    fn is_open(&self, path: &RootPath) -> bool {
        self.follow == Follow::Always && self.open.iter().any(|(v, _)| v.stat.as_ref().is_ok_and(|s| s.path == *path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    fn walked(follow: Follow) -> Vec<String> {
        let mut image =
            Image::new().file("d/a/x", "", 0o644).file("d/a-b", "", 0o644).symlink("d/l", "../d").symlink("s", "d");
        image.process(|p| {
            let mut walk = Walk::new(b"/s", follow);
            let mut seen = Vec::new();
            while let Some(visit) = walk.next(p) {
                let mark = if visit.cycle {
                    "@"
                } else if visit.leaving {
                    "<"
                } else {
                    ""
                };
                seen.push(format!("{}{mark}", String::from_utf8_lossy(&visit.name)));
            }
            seen
        })
    }

    #[test]
    fn directories_are_met_before_and_after_their_names() {
        assert_eq!(walked(Follow::Never), ["/s"]);
        assert_eq!(walked(Follow::Start), ["/s", "/s/a", "/s/a/x", "/s/a<", "/s/a-b", "/s/l", "/s<"]);
        assert_eq!(walked(Follow::Always), ["/s", "/s/a", "/s/a/x", "/s/a<", "/s/a-b", "/s/l@", "/s<"]);
    }
}
