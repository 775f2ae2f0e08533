//! Triggers on files (rpm `lib/rpmtriggers.c`): which fire, in which order, and the list each gets as its standard input.

use std::cmp::Reverse;

use super::{
    error::TransactionError,
    rows::{Role, present},
    sequence::Sequence,
};
use crate::formats::rpm::{ScriptKind, Scriptlet};

/// Triggers of this priority and above run before `%post` and `%postun`, the others after (`TRIGGER_PRIORITY_BOUND`).
const BOUND: u32 = 10_000;

/// Which triggers of a package's turn are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Those of all priorities.
    All,
    /// Those before the package's own scriptlet.
    High,
    /// Those after it.
    Low,
}

impl Class {
    fn has(self, priority: u32) -> bool {
        match self {
            Self::All => true,
            Self::High => priority >= BOUND,
            Self::Low => priority < BOUND,
        }
    }
}

/// A transaction trigger to run at the end: package and scriptlet.
pub(super) type Postponed = (usize, usize);

impl Sequence<'_, '_, '_> {
    /// Triggers of packages in the database on the files of `row`; `files` says which of them count.
    pub(super) fn file_triggers_of_others(
        &mut self,
        row: usize,
        kind: ScriptKind,
        class: Class,
        files: &[bool],
    ) -> Result<(), TransactionError> {
        let list = |sequence: &Self, scriptlet: &Scriptlet| {
            let all = sequence.rows[row].files.iter().zip(files);
            let mut out = Vec::new();
            for prefix in prefixes(scriptlet) {
                let here = all.clone().filter(|(f, counts)| **counts && f.path.starts_with(prefix));
                here.for_each(|(f, _)| push(&mut out, &f.path));
            }
            out
        };
        let owners = present(&self.rows);
        self.fire(owners, kind, class, &list)
    }

    /// Triggers of `row` on the files of all packages in the database; while it is installed, not on its own, which its first
    /// turn had.
    pub(super) fn own_file_triggers(
        &mut self,
        row: usize,
        kind: ScriptKind,
        class: Class,
    ) -> Result<(), TransactionError> {
        let skipped = (kind == ScriptKind::FileTriggerIn).then_some(row);
        let list = |sequence: &Self, scriptlet: &Scriptlet| {
            sequence.files_in_database(scriptlet, &|other| Some(other) != skipped)
        };
        self.fire(vec![row], kind, class, &list)
    }

    /// Transaction triggers of packages the transaction leaves alone, on the files of those it does not.
    pub(super) fn transaction_triggers_of_others(&mut self, kind: ScriptKind) -> Result<(), TransactionError> {
        let role = if kind == ScriptKind::TransFileTriggerIn { Role::New } else { Role::Leaves };
        let list = |sequence: &Self, scriptlet: &Scriptlet| {
            sequence.files_in_database(scriptlet, &|other| sequence.rows[other].role == role)
        };
        let owners = present(&self.rows).into_iter().filter(|&r| self.rows[r].role == Role::Stays).collect();
        self.fire(owners, kind, Class::All, &list)
    }

    /// Notes which `%transfiletriggerpostun` the files of `row`, just erased, set off.
    pub(super) fn postpone(&mut self, row: usize) {
        let states = &self.rows[row];
        let mut found = Vec::new();
        for owner in present(&self.rows) {
            let of_transactions = |s: &Scriptlet| {
                use ScriptKind as K;
                matches!(s.kind, K::TransFileTriggerIn | K::TransFileTriggerUn | K::TransFileTriggerPostUn)
            };
            let hit = |prefix: &[u8]| states.installed_files(prefix).next().is_some();
            let any = self.rows[owner].scriptlets.iter().filter(|s| of_transactions(s)).any(|s| prefixes(s).any(hit));
            for (index, scriptlet) in self.rows[owner].of_kind(ScriptKind::TransFileTriggerPostUn) {
                let first = prefixes(scriptlet).next().is_some_and(hit);
                if first || (any && !self.dialect.postun_by_prefix) {
                    found.push((owner, index));
                }
            }
        }
        self.postponed.extend(found);
    }

    /// Runs what was noted, of packages that are still there. They get no list.
    pub(super) fn run_postponed(&mut self) -> Result<(), TransactionError> {
        let mut all = std::mem::take(&mut self.postponed);
        let priority = |&(r, s): &Postponed| (Reverse(self.rows[r].scriptlets[s].priority), self.rows[r].instance, s);
        all.sort_by_key(priority);
        all.dedup();
        for (row, scriptlet) in all {
            if self.rows[row].present {
                self.run_file_trigger(row, scriptlet, Vec::new())?;
            }
        }
        Ok(())
    }

    /// Runs those of the packages' triggers for which `list` finds files: by priority, then package, then place in it.
    fn fire(
        &mut self,
        owners: Vec<usize>,
        kind: ScriptKind,
        class: Class,
        list: &dyn Fn(&Self, &Scriptlet) -> Vec<u8>,
    ) -> Result<(), TransactionError> {
        let mut found = Vec::new();
        for owner in owners {
            let row = &self.rows[owner];
            for (index, scriptlet) in row.of_kind(kind).filter(|(_, s)| class.has(s.priority)) {
                found.push((Reverse(scriptlet.priority), row.instance, index, owner));
            }
        }
        found.sort_unstable();
        for (_, _, index, owner) in found {
            let input = list(self, &self.rows[owner].scriptlets[index]);
            if !input.is_empty() {
                self.run_file_trigger(owner, index, input)?;
            }
        }
        Ok(())
    }

    fn run_file_trigger(&mut self, row: usize, scriptlet: usize, input: Vec<u8>) -> Result<(), TransactionError> {
        let args: &[usize] = if self.dialect.file_triggers_get_two { &[0, 0] } else { &[0] };
        self.run(row, scriptlet, args, input)
    }

    /// Names of installed files a trigger waits for: by its prefixes, then by package. A package is looked into if it has a
    /// directory that begins so, for that is what the database indexes.
    fn files_in_database(&self, scriptlet: &Scriptlet, counts: &dyn Fn(usize) -> bool) -> Vec<u8> {
        let mut out = Vec::new();
        let rows = present(&self.rows);
        for prefix in prefixes(scriptlet) {
            for &row in rows.iter().filter(|&&r| counts(r) && self.rows[r].has_directory(prefix)) {
                self.rows[row].installed_files(prefix).for_each(|path| push(&mut out, path));
            }
        }
        out
    }
}

fn prefixes(scriptlet: &Scriptlet) -> impl Iterator<Item = &[u8]> {
    scriptlet.conditions.iter().map(|c| c.name.as_bytes())
}

fn push(out: &mut Vec<u8>, path: &[u8]) {
    out.extend_from_slice(path);
    out.push(b'\n');
}
