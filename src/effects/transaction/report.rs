//! Every scriptlet of every package, and what became of it: nothing is skipped in silence.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::rows::{Role, Row};
use crate::{
    effects::Unknown,
    formats::rpm::{Header, HeaderError, ScriptKind, Scriptlet},
    terms::Nevra,
};

/// What became of a scriptlet. Of a trigger that fired several times, the worst.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
#[non_exhaustive]
pub enum Outcome {
    /// It would do nothing here.
    NotNeeded {
        /// Why.
        why: String,
    },
    /// Its effects are in the image.
    Applied,
    /// It was left out: what it would have done is missing from the image.
    NotRun {
        /// Why.
        why: String,
    },
    /// It ended with a status other than 0. rpm warns of such ones and goes on; so does drydock.
    Failed {
        /// Its exit status.
        status: u8,
        /// The end of what it printed.
        output: String,
    },
    /// It was stopped, having used more than any scriptlet should.
    Stopped {
        /// What ran out.
        why: String,
    },
}

impl Outcome {
    /// Whether something may be missing from the image because of it.
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Stopped { .. })
    }

    fn rank(&self) -> u8 {
        match self {
            Self::NotNeeded { .. } => 0,
            Self::Applied => 1,
            Self::NotRun { .. } => 2,
            Self::Failed { .. } => 3,
            Self::Stopped { .. } => 4,
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScriptletReport {
    /// The package.
    pub package: Nevra,
    /// The directive, as in spec files: `%post`, `%transfiletriggerin`.
    pub scriptlet: &'static str,
    /// The interpreter or program.
    pub program: String,
    /// How often it ran.
    pub runs: u32,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The line it was at when it failed, counted from 1; 0 where that is not known.
    pub line: usize,
    /// Programs it called that are in the image but unknown here; each ended with 127.
    pub unknown: BTreeSet<Unknown>,
}

/// One run of a scriptlet.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    pub(super) outcome: Outcome,
    pub(super) line: usize,
    pub(super) unknown: BTreeSet<Unknown>,
}

/// What ran, by package and scriptlet.
#[derive(Debug, Default)]
pub(super) struct Ledger(BTreeMap<(usize, usize), (u32, Ran)>);

impl Ledger {
    /// Notes a run.
    pub(super) fn note(&mut self, row: usize, scriptlet: usize, ran: Ran) {
        match self.0.get_mut(&(row, scriptlet)) {
            None => drop(self.0.insert((row, scriptlet), (1, ran))),
            Some((runs, known)) => {
                *runs += 1;
                known.unknown.extend(ran.unknown);
                if ran.outcome.rank() > known.outcome.rank() {
                    (known.outcome, known.line) = (ran.outcome, ran.line);
                }
            }
        }
    }

    /// The report: all scriptlets of new packages, and of the others those that ran.
    pub(super) fn report(mut self, rows: &[Row]) -> Vec<ScriptletReport> {
        let mut out = Vec::new();
        let order = (0..rows.len()).filter(|&r| rows[r].role == Role::New);
        let order: Vec<usize> = order.chain((0..rows.len()).filter(|&r| rows[r].role != Role::New)).collect();
        for r in order {
            for (s, scriptlet) in rows[r].scriptlets.iter().enumerate() {
                match self.0.remove(&(r, s)) {
                    Some((runs, ran)) => out.push(line(&rows[r].nevra, scriptlet, runs, ran)),
                    None if rows[r].role == Role::New => {
                        let outcome = Outcome::NotNeeded { why: idle(scriptlet.kind).to_owned() };
                        let ran = Ran { outcome, line: 0, unknown: BTreeSet::new() };
                        out.push(line(&rows[r].nevra, scriptlet, 0, ran));
                    }
                    None => {}
                }
            }
        }
        out
    }
}

fn line(package: &Nevra, scriptlet: &Scriptlet, runs: u32, ran: Ran) -> ScriptletReport {
    ScriptletReport {
        package: package.clone(),
        scriptlet: scriptlet.kind.directive(),
        program: scriptlet.program.join(" "),
        runs,
        outcome: ran.outcome,
        line: ran.line,
        unknown: ran.unknown,
    }
}

/// Why a scriptlet of a new package had no occasion to run.
fn idle(kind: ScriptKind) -> &'static str {
    use ScriptKind as K;
    match kind {
        K::TriggerPreIn | K::TriggerIn => "no package it waits for is there",
        K::FileTriggerIn | K::TransFileTriggerIn => "no file it waits for is there",
        K::PreTrans | K::Pre | K::Post | K::PostTrans => "the transaction ended before",
        kind => when(kind).unwrap_or_default(),
    }
}

/// The occasion of a scriptlet that none of those at installation is.
fn when(kind: ScriptKind) -> Option<&'static str> {
    use ScriptKind as K;
    Some(match kind {
        K::PreUn | K::PostUn | K::PreUnTrans | K::PostUnTrans => "it runs when the package is erased",
        K::TriggerUn | K::TriggerPostUn | K::FileTriggerUn | K::FileTriggerPostUn => {
            "it runs when another package is erased"
        }
        K::TransFileTriggerUn | K::TransFileTriggerPostUn => "it runs when another package is erased",
        K::Verify => "it runs when the package is verified",
        _ => return None,
    })
}

/// The scriptlets of a package that is installed without running any, in the header's order; `why` they do not run.
pub fn report_scriptlets(package: &Nevra, header: &Header, why: &str) -> Result<Vec<ScriptletReport>, HeaderError> {
    let one = |s: &Scriptlet| {
        let ran = Ran { outcome: unrun(s.kind, s.body.as_deref(), why), line: 0, unknown: BTreeSet::new() };
        line(package, s, 0, ran)
    };
    Ok(header.scriptlets()?.iter().map(one).collect())
}

fn unrun(kind: ScriptKind, body: Option<&str>, why: &str) -> Outcome {
    match when(kind) {
        Some(occasion) => Outcome::NotNeeded { why: occasion.to_owned() },
        None if body.is_some_and(is_empty) => Outcome::NotNeeded { why: EMPTY.to_owned() },
        None => Outcome::NotRun { why: why.to_owned() },
    }
}

/// Why a scriptlet of only comments need not run.
pub(super) const EMPTY: &str = "it holds no command";

/// Only comments, blanks and `:`, `true` or `exit 0`.
pub(super) fn is_empty(body: &str) -> bool {
    body.lines().map(str::trim).all(|l| l.is_empty() || l.starts_with('#') || matches!(l, ":" | "true" | "exit 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_do_something_counts_as_not_run() {
        let outcome = |kind, body| unrun(kind, body, "because");
        let not_run = Outcome::NotRun { why: "because".to_owned() };
        assert_eq!(outcome(ScriptKind::Post, Some("/sbin/ldconfig\n")), not_run);
        assert_eq!(outcome(ScriptKind::Post, None), not_run);
        assert!(matches!(outcome(ScriptKind::Post, Some("# nothing\n:\nexit 0\n")), Outcome::NotNeeded { .. }));
        assert!(matches!(outcome(ScriptKind::PreUn, Some("rm -rf /\n")), Outcome::NotNeeded { .. }));
    }

    #[test]
    fn the_worst_of_several_runs_counts() {
        let ran = |outcome| Ran { outcome, line: 7, unknown: BTreeSet::new() };
        let mut ledger = Ledger::default();
        ledger.note(0, 0, ran(Outcome::Applied));
        ledger.note(0, 0, ran(Outcome::Failed { status: 3, output: "no".to_owned() }));
        ledger.note(0, 0, ran(Outcome::NotNeeded { why: String::new() }));
        let (runs, worst) = &ledger.0[&(0, 0)];
        assert_eq!((*runs, worst.line), (3, 7));
        assert!(worst.outcome.is_bad());
    }
}
