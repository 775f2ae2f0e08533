//! Every scriptlet of every package, and what became of it: nothing is skipped in silence.

use serde::Serialize;

use crate::{
    formats::rpm::{Header, HeaderError, ScriptKind},
    terms::Nevra,
};

/// What became of a scriptlet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
#[non_exhaustive]
pub enum Outcome {
    /// Its effects are in the image.
    Applied,
    /// It would do nothing here.
    NotNeeded {
        /// Why.
        why: &'static str,
    },
    /// It was left out: what it would have done is missing from the image.
    NotRun,
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
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The scriptlets of a package that is installed, in the header's order.
pub fn report_scriptlets(package: &Nevra, header: &Header) -> Result<Vec<ScriptletReport>, HeaderError> {
    let line = |kind: ScriptKind, program: &[String], body: Option<&str>| ScriptletReport {
        package: package.clone(),
        scriptlet: kind.directive(),
        program: program.join(" "),
        outcome: outcome(kind, body),
    };
    Ok(header.scriptlets()?.iter().map(|s| line(s.kind, &s.program, s.body.as_deref())).collect())
}

fn outcome(kind: ScriptKind, body: Option<&str>) -> Outcome {
    use ScriptKind as K;
    let why = match kind {
        K::PreUn | K::PostUn | K::PreUnTrans | K::PostUnTrans => "it runs when the package is erased",
        K::TriggerUn | K::TriggerPostUn | K::FileTriggerUn | K::FileTriggerPostUn => {
            "it runs when another package is erased"
        }
        K::TransFileTriggerUn | K::TransFileTriggerPostUn => "it runs when another package is erased",
        K::Verify => "it runs when the package is verified",
        _ if body.is_some_and(is_empty) => "it holds no command",
        _ => return Outcome::NotRun,
    };
    Outcome::NotNeeded { why }
}

/// Only comments, blanks and `:`, `true` or `exit 0`.
fn is_empty(body: &str) -> bool {
    body.lines().map(str::trim).all(|l| l.is_empty() || l.starts_with('#') || matches!(l, ":" | "true" | "exit 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_do_something_counts_as_not_run() {
        assert_eq!(outcome(ScriptKind::Post, Some("/sbin/ldconfig\n")), Outcome::NotRun);
        assert_eq!(outcome(ScriptKind::Post, None), Outcome::NotRun);
        assert!(matches!(outcome(ScriptKind::Post, Some("# nothing\n:\nexit 0\n")), Outcome::NotNeeded { .. }));
        assert!(matches!(outcome(ScriptKind::PreUn, Some("rm -rf /\n")), Outcome::NotNeeded { .. }));
    }
}
