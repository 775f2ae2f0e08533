//! What became of the scriptlets, kept in the image: an annotation of its manifest, which `inspect --scriptlets` shows. So a digest
//! says not only what is in an image but what is missing from it.

use std::collections::{BTreeMap, VecDeque};

use super::report::ScriptletReport;

/// The annotation's name. Its text: `skipped`, or a line for each scriptlet of the build, `DIRECTIVE NEVRA OUTCOME`, and after that
/// the programs nobody knew.
pub(super) const ANNOTATION: &str = "io.drydock.scriptlets";

/// What an image that was built with `--scriptlets skip` says.
const SKIPPED: &str = "skipped";

/// The annotation for a build's report; none where there was no scriptlet.
pub(super) fn annotation(reports: &[ScriptletReport], skipped: bool) -> Option<String> {
    if skipped {
        return Some(SKIPPED.to_owned());
    }
    let line = |r: &ScriptletReport| {
        let unknown: Vec<&str> = r.unknown.iter().map(|u| u.program.as_str()).collect();
        let unknown = if unknown.is_empty() { String::new() } else { format!(", unknown: {}", unknown.join(" ")) };
        // A line each, whatever the name of a program that a scriptlet called.
        format!("{} {} {}{unknown}", r.kind, r.package, r.outcome.word()).replace(|c: char| c.is_control(), "?")
    };
    (!reports.is_empty()).then(|| reports.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Outcomes by directive and NEVRA; of several of one kind, in order.
#[derive(Debug, Default)]
pub(super) struct Outcomes(BTreeMap<(String, String), VecDeque<String>>, bool);

impl Outcomes {
    /// Reads the annotation; a stranger's text that is no such thing holds no outcome.
    pub fn read(text: &str) -> Self {
        let mut all: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            if let (Some(directive), Some(package), Some(outcome)) = (words.next(), words.next(), words.next()) {
                all.entry((directive.to_owned(), package.to_owned())).or_default().push_back(outcome.to_owned());
            }
        }
        Self(all, text == SKIPPED)
    }

    /// Whether no scriptlet was run at all.
    pub fn skipped(&self) -> bool {
        self.1
    }

    /// The next outcome of that kind; none for what ran when the base was made.
    pub fn take(&mut self, directive: &str, package: &str) -> Option<String> {
        self.0.get_mut(&(directive.to_owned(), package.to_owned()))?.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::report::{Outcome, UnknownProgram},
        *,
    };

    fn report(kind: &str, outcome: Outcome, unknown: &[&str]) -> ScriptletReport {
        ScriptletReport {
            package: "jq-1.6-1.el8.x86_64".parse().unwrap(),
            kind: kind.into(),
            program: "/bin/sh".into(),
            runs: 1,
            outcome,
            why: String::new(),
            line: 0,
            unknown: unknown.iter().map(|p| UnknownProgram { program: (*p).into(), line: 1 }).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let all = [
            report("%post", Outcome::Applied, &[]),
            report("%triggerin", Outcome::NotNeeded, &[]),
            report("%triggerin", Outcome::Failed, &["authselect", "odd\nname"]),
        ];
        let text = annotation(&all, false).unwrap();
        assert_eq!(text.lines().count(), 3);
        let mut read = Outcomes::read(&text);
        let jq = "jq-1.6-1.el8.x86_64";
        assert_eq!(read.take("%post", jq).as_deref(), Some("applied"));
        assert_eq!(read.take("%post", jq), None);
        assert_eq!(read.take("%triggerin", jq).as_deref(), Some("not-needed"));
        assert_eq!(read.take("%triggerin", jq).as_deref(), Some("failed, unknown: authselect odd?name"));
        assert!(!read.skipped());
    }

    #[test]
    fn skipping_is_said_and_silence_kept() {
        assert!(Outcomes::read(&annotation(&[], true).unwrap()).skipped());
        assert_eq!(annotation(&[], false), None);
        assert_eq!(Outcomes::read("no such thing").take("%post", "x"), None);
    }
}
