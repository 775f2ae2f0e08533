//! Triggers on packages: those of others that a package sets off, and its own that others set off (rpm `runTriggers`,
//! `runImmedTriggers`).

use std::collections::BTreeSet;

use super::{
    error::TransactionError,
    providers::is_meant,
    rows::{Row, count, present},
    sequence::Sequence,
};
use crate::formats::rpm::ScriptKind;

impl Sequence<'_, '_, '_> {
    /// Runs the triggers of packages in the database that `row` sets off. `leaving`: it is being erased, and does not count.
    pub(super) fn triggers_of_others(
        &mut self,
        row: usize,
        kind: ScriptKind,
        leaving: bool,
    ) -> Result<(), TransactionError> {
        let name = self.rows[row].nevra.name.clone();
        let sources = count(&self.rows, &name).saturating_sub(usize::from(leaving));
        for owner in present(&self.rows) {
            if let Some(scriptlet) = fired(&self.rows[owner], kind, &self.rows[row]) {
                let owners = count(&self.rows, &self.rows[owner].nevra.name);
                self.run(owner, scriptlet, &[owners, sources], Vec::new())?;
            }
        }
        Ok(())
    }

    /// Runs the triggers of `row` that packages in the database set off, each once.
    pub(super) fn own_triggers(&mut self, row: usize, kind: ScriptKind, leaving: bool) -> Result<(), TransactionError> {
        let mut done = BTreeSet::new();
        for name in trigger_names(&self.rows[row]) {
            let sources: Vec<usize> =
                present(&self.rows).into_iter().filter(|&r| self.rows[r].nevra.name == name).collect();
            for &source in &sources {
                if let Some(scriptlet) = fired(&self.rows[row], kind, &self.rows[source])
                    && done.insert(scriptlet)
                {
                    let own = self.rows[row].nevra.name.clone();
                    let owners = count(&self.rows, &own).saturating_sub(usize::from(leaving));
                    self.run(row, scriptlet, &[owners, sources.len()], Vec::new())?;
                }
            }
        }
        Ok(())
    }
}

/// Names in a package's triggers, in header order.
fn trigger_names(row: &Row) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (_, condition) in &row.triggers {
        if !out.contains(&condition.name) {
            out.push(condition.name.clone());
        }
    }
    out
}

/// The trigger of `owner` that `source` sets off: the first in the header, a pair of packages fires one only.
fn fired(owner: &Row, kind: ScriptKind, source: &Row) -> Option<usize> {
    let mut meant = owner.triggers.iter().filter(|(scriptlet, c)| {
        owner.scriptlets[*scriptlet].kind == kind
            && c.name == source.nevra.name
            && is_meant(&source.header, &c.name, c.flags, &c.version)
    });
    meant.next().map(|(scriptlet, _)| *scriptlet)
}
