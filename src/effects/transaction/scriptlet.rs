//! One scriptlet: its body made ready, run with a fresh budget, and judged.

use super::{
    error::{ScriptletFailure, TransactionError},
    expand::expanded,
    report::{EMPTY, Outcome, Ran, is_empty},
    rows::Row,
};
use crate::{
    effects::{Budget, Log, Run, Stage, process::Status, run_scriptlet},
    formats::rpm::{ScriptKind, Scriptlet},
};

/// Characters of a failed scriptlet's output that are shown: the last ones say why.
const SHOWN: usize = 1000;

/// Runs a scriptlet of a package with `args` and `stdin`. A failure of one that rpm insists on is an error.
pub(super) fn run(
    stage: &mut Stage<'_>,
    row: &Row,
    scriptlet: &Scriptlet,
    args: &[usize],
    stdin: Vec<u8>,
) -> Result<Ran, TransactionError> {
    stage.budget = Budget::default();
    stage.log = Log::default();
    let ran = judged(stage, row, scriptlet, args, stdin);
    match failure(&ran) {
        Some(source) if is_critical(scriptlet.kind) => Err(TransactionError::Scriptlet {
            package: row.nevra.clone(),
            scriptlet: scriptlet.kind.directive(),
            source,
        }),
        _ => Ok(ran),
    }
}

/// rpm's `RPMSCRIPT_FLAG_CRITICAL`: a package whose scriptlet fails is neither installed nor erased.
fn is_critical(kind: ScriptKind) -> bool {
    matches!(kind, ScriptKind::PreTrans | ScriptKind::Pre | ScriptKind::PreUn | ScriptKind::PreUnTrans)
}

fn judged(stage: &mut Stage<'_>, row: &Row, scriptlet: &Scriptlet, args: &[usize], stdin: Vec<u8>) -> Ran {
    let early = |outcome| Ran { outcome, line: 0, unknown: Default::default() };
    let body = match expanded(scriptlet, &row.header) {
        Ok(body) => body,
        Err(why) => return early(Outcome::NotRun { why }),
    };
    if body.as_deref().is_some_and(is_empty) {
        return early(Outcome::NotNeeded { why: EMPTY.to_owned() });
    }
    let args: Vec<String> = args.iter().map(usize::to_string).collect();
    let run = run_scriptlet(stage, &scriptlet.program, body.as_deref(), &args, stdin);
    let line = stage.log.line;
    let outcome = outcome(stage, &run);
    Ran { line: if outcome.is_bad() { line } else { 0 }, outcome, unknown: std::mem::take(&mut stage.log.unknown) }
}

fn outcome(stage: &Stage<'_>, run: &Run) -> Outcome {
    let log = &stage.log;
    if let Some(why) = stage.budget.exhausted() {
        return Outcome::Stopped { why: why.to_owned() };
    }
    if run.status != Status::SUCCESS.0 {
        return Outcome::Failed { status: run.status, output: tail(&run.output) };
    }
    if log.ran.is_empty() && log.unknown.is_empty() && !log.without_effect.is_empty() {
        let mut whys: Vec<String> = log.without_effect.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        whys.truncate(4);
        return Outcome::NotNeeded { why: whys.join("; ") };
    }
    Outcome::Applied
}

/// The end of what was printed, without what terminals would act on.
fn tail(output: &[u8]) -> String {
    let text: String =
        String::from_utf8_lossy(output).chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    let text = text.trim();
    let skip = text.chars().count().saturating_sub(SHOWN);
    text.chars().skip(skip).collect()
}

fn failure(ran: &Ran) -> Option<ScriptletFailure> {
    let (what, output) = match &ran.outcome {
        Outcome::Failed { status, output } => (format!("exit status {status}"), output.clone()),
        Outcome::Stopped { why } => (format!("stopped: {why}"), String::new()),
        _ => return None,
    };
    let unknown: Vec<&str> = ran.unknown.iter().map(|u| u.program.as_str()).collect();
    let unknown =
        if unknown.is_empty() { String::new() } else { format!(" ({} is not known to drydock)", unknown.join(", ")) };
    Some(ScriptletFailure { what: what + &unknown, line: ran.line, output })
}
