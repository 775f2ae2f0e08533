//! The expression, and what a place has to be for it.

use super::{
    super::{
        super::super::process::{Process, Stat},
        names::last,
        walk::Visit,
    },
    action::Actions,
    fnmatch::fnmatch,
};
use crate::{
    effects::commands::text::pattern::Pattern,
    rootfs::{Kind, LeafId, Special},
};

/// Conditions and actions, put together.
#[derive(Debug)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// `,`: all are evaluated, the last counts.
    List(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
    /// By its number in the plan.
    Action(usize),
}

/// `+N`, `-N`, `N`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub op: u8,
    pub value: i64,
}

impl Range {
    pub fn holds(self, is: i64) -> bool {
        match self.op {
            b'+' => is > self.value,
            b'-' => is < self.value,
            _ => is == self.value,
        }
    }
}

/// How `-perm` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Perm {
    Exactly(u16),
    All(u16),
    Any(u16),
}

/// What a place is asked for.
#[derive(Debug)]
pub(super) enum Test {
    Always(bool),
    Name {
        pattern: Vec<u8>,
        fold: bool,
    },
    Path {
        pattern: Vec<u8>,
        fold: bool,
    },
    LinkName {
        pattern: Vec<u8>,
        fold: bool,
    },
    Regex(Box<Pattern>),
    /// Letters of `-type`; of what a symlink leads to (or is, with -L) with `across`.
    Type {
        letters: Vec<u8>,
        across: bool,
    },
    /// For directories and files it depends on whether such a place has been looked into.
    Empty,
    Perm(Perm),
    User(u32),
    Group(u32),
    Uid(Range),
    Gid(Range),
    NoUser,
    NoGroup,
    /// Units rounded up, and their size in bytes.
    Size(Range, u64),
    Links(Range),
    Inode(Range),
    SameFile(Option<LeafId>),
    /// Later than this.
    Newer(i64),
    /// Days or minutes ago, whole ones; the unit in seconds.
    Age(Range, i64),
    Readable,
    Executable,
    FileSystem(Vec<u8>),
    Prune,
    Quit,
}

/// What came of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub holds: bool,
    pub pruned: bool,
}

impl Actions<'_> {
    /// What an expression makes of a place. The depth of expressions is limited where they are read.
    pub fn evaluate(&mut self, process: &mut Process<'_, '_>, expression: &Expression, visit: &Visit) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.holds = self.holds(process, expression, visit, &mut outcome.pruned);
        outcome
    }

    fn holds(
        &mut self,
        process: &mut Process<'_, '_>,
        expression: &Expression,
        visit: &Visit,
        pruned: &mut bool,
    ) -> bool {
        match expression {
            Expression::And(parts) => parts.iter().all(|e| !self.quit && self.holds(process, e, visit, pruned)),
            Expression::Or(parts) => parts.iter().any(|e| !self.quit && self.holds(process, e, visit, pruned)),
            Expression::List(parts) => {
                parts.iter().fold(true, |_, e| !self.quit && self.holds(process, e, visit, pruned))
            }
            Expression::Not(inner) => !self.holds(process, inner, visit, pruned),
            Expression::Action(number) => self.act(process, *number, visit),
            Expression::Test(Test::Prune) => {
                *pruned = true;
                true
            }
            Expression::Test(Test::Quit) => {
                self.quit = true;
                true
            }
            Expression::Test(test) => match &visit.stat {
                Ok(stat) => self.test(process, test, &visit.name, stat),
                Err(_) => false,
            },
        }
    }

    fn test(&mut self, process: &mut Process<'_, '_>, test: &Test, name: &[u8], stat: &Stat) -> bool {
        match test {
            Test::Always(value) => *value,
            Test::Name { pattern, fold } => fnmatch(pattern, last(name), *fold),
            Test::Path { pattern, fold } => fnmatch(pattern, name, *fold),
            Test::LinkName { pattern, fold } => {
                matches!(&stat.kind, Kind::Symlink(target) if fnmatch(pattern, target, *fold))
            }
            Test::Regex(pattern) => pattern.find_at(name, 0, &mut process.stage.budget) == Some((0, name.len())),
            Test::Type { letters, across: false } => letters.contains(&letter(&stat.kind)),
            Test::Type { letters, across: true } => letters.contains(&self.across(process, name)),
            Test::Empty => match &stat.kind {
                Kind::Directory => process.read_dir(name).is_ok_and(|names| names.is_empty()),
                Kind::File { size, .. } => *size == 0,
                _ => false,
            },
            Test::Perm(Perm::Exactly(mode)) => stat.mode == *mode,
            Test::Perm(Perm::All(mode)) => stat.mode & mode == *mode,
            Test::Perm(Perm::Any(mode)) => *mode == 0 || stat.mode & mode != 0,
            Test::User(uid) => stat.uid == *uid,
            Test::Group(gid) => stat.gid == *gid,
            Test::Uid(range) => range.holds(i64::from(stat.uid)),
            Test::Gid(range) => range.holds(i64::from(stat.gid)),
            Test::NoUser => self.owners.user(stat.uid).is_none(),
            Test::NoGroup => self.owners.group(stat.gid).is_none(),
            Test::Size(range, unit) => range.holds(i64::try_from(stat.size.div_ceil(*unit)).unwrap_or(i64::MAX)),
            Test::Links(range) => range.holds(i64::try_from(self.links(process, stat)).unwrap_or(i64::MAX)),
            Test::Inode(range) => range.holds(stat.leaf.map_or(0, |l| i64::try_from(l.number()).unwrap_or(0))),
            Test::SameFile(leaf) => leaf.is_some() && stat.leaf == *leaf,
            Test::Newer(than) => stat.mtime > *than,
            Test::Age(range, unit) => range.holds(process.stage.now().saturating_sub(stat.mtime).div_euclid(*unit)),
            Test::Readable => true,
            Test::Executable => stat.is_directory() || process.is_executable(name),
            Test::FileSystem(name) => name == b"overlay" || name == b"overlayfs",
            Test::Prune | Test::Quit => true,
        }
    }

    /// `-xtype`: what a symlink leads to, and with `-L` what it is.
    fn across(&self, process: &Process<'_, '_>, name: &[u8]) -> u8 {
        let looked =
            if self.follows { process.lstat(name) } else { process.stat(name).or_else(|_| process.lstat(name)) };
        looked.map_or(b'?', |s| letter(&s.kind))
    }
}

/// `-type`'s letter.
pub(super) fn letter(kind: &Kind) -> u8 {
    match kind {
        Kind::Directory => b'd',
        Kind::File { .. } => b'f',
        Kind::Symlink(_) => b'l',
        Kind::Special(Special::Char { .. }) => b'c',
        Kind::Special(Special::Block { .. }) => b'b',
        Kind::Special(Special::Fifo) => b'p',
    }
}
