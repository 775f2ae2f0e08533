//! Errors: what, because, hint, exit code. The one place that prints them.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use serde::Serialize;

use crate::{
    pipeline,
    solve::{self, Explanation, Near},
    terms::{Class, Fault, chain},
};

use super::{Environment, Failure, output::Output};

/// An error as fields, for `--format json`.
#[derive(Debug, Serialize)]
pub(super) struct ErrorReport {
    error: String,
    because: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    class: &'static str,
    exit_code: u8,
    /// Why packages cannot be had together, as a tree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanation: Vec<Explanation>,
    /// What exists in place of what nobody has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    near: Vec<NearSpec>,
}

/// What comes close to a spec.
#[derive(Debug, Serialize)]
struct NearSpec {
    spec: String,
    text: String,
    #[serde(flatten)]
    near: Near,
}

impl ErrorReport {
    /// The error and its chain.
    pub(super) fn of(fault: &dyn Fault) -> Self {
        let mut lines = chain(fault);
        let because = lines.split_off(1);
        let class = fault.class();
        let (explanation, near) = explained(fault);
        Self {
            error: lines.remove(0),
            because,
            hint: fault.hint(),
            class: name(class),
            exit_code: class.exit_code(),
            explanation,
            near,
        }
    }

    /// For people: one line per field, continuation lines indented under their field.
    pub(super) fn text(&self, colour: bool) -> String {
        let (red, bold, plain) = if colour { ("\x1b[1;31m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        let mut text = format!("{red}error:{plain} {}\n", indented(&self.error));
        for reason in &self.because {
            text += &format!("  {bold}because:{plain} {}\n", indented(reason));
        }
        if let Some(hint) = &self.hint {
            text += &format!("  {bold}hint:{plain} {}\n", indented(hint));
        }
        text
    }
}

/// What a resolver's error says, as values.
fn explained(fault: &dyn Fault) -> (Vec<Explanation>, Vec<NearSpec>) {
    let fault: &(dyn std::error::Error + 'static) = fault;
    match fault.downcast_ref() {
        Some(pipeline::Error::Solve(solve::Error::Unsatisfiable(why))) => (why.because.clone(), Vec::new()),
        Some(pipeline::Error::Solve(solve::Error::NoMatch { near, .. })) => {
            let near = near.iter().cloned();
            let near = near.map(|(spec, near)| NearSpec { spec, text: near.to_string(), near });
            (Vec::new(), near.collect())
        }
        _ => Default::default(),
    }
}

/// Long explanations (a resolver's tree) keep their shape.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n    ")
}

fn name(class: Class) -> &'static str {
    match class {
        Class::Internal => "internal",
        Class::Usage => "usage",
        Class::Unsatisfiable => "unsatisfiable",
        Class::Verification => "verification",
        Class::Network => "network",
        Class::Offline => "offline",
    }
}

/// Prints an error (stderr; as JSON: stdout) and gives its exit code. A stream that is closed changes nothing.
pub(super) fn failure(failure: &Failure, output: &Output, environment: &Environment) -> ExitCode {
    let report = ErrorReport::of(failure.fault());
    if output.is_json() {
        let _ = output.write(&super::output::json(&report));
    } else {
        let _ = io::stderr().lock().write_all(report.text(environment.has_colour()).as_bytes());
    }
    ExitCode::from(report.exit_code)
}
