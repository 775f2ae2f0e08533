//! `diff`, as GNU's: 0 the same, 1 different, 2 trouble.
//!
//! ```text
//! files       which files are compared          lines     which lines are the same, and which edits lead from one to the other
//! output      normal, unified and context form
//! ```

mod files;
mod lines;
mod output;
#[cfg(test)]
mod tests;

use super::{
    super::options::{Order, Parsed},
    pattern::Pattern,
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "a,text",
    "b,ignore-space-change",
    "B,ignore-blank-lines",
    "c",
    "C,context=",
    "context=?",
    "color=?",
    "d,minimal",
    "E,ignore-tab-expansion",
    "i,ignore-case",
    "I,ignore-matching-lines=",
    "label=",
    "L,label=",
    "N,new-file",
    "no-dereference",
    "normal",
    "p,show-c-function",
    "P,unidirectional-new-file",
    "q,brief",
    "r,recursive",
    "s,report-identical-files",
    "speed-large-files",
    "strip-trailing-cr",
    "t,expand-tabs",
    "T,initial-tab",
    "u",
    "U,unified=",
    "unified=?",
    "w,ignore-all-space",
    "x,exclude=",
    "Z,ignore-trailing-space",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
];

const TROUBLE: Status = Status(2);

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Normal,
    Unified(usize),
    Context(usize),
}

#[derive(Debug)]
struct Settings {
    form: Form,
    brief: bool,
    identical: bool,
    recursive: bool,
    new_file: bool,
    text: bool,
    blank_lines: bool,
    trailing_cr: bool,
    same: lines::Sameness,
    labels: Vec<Vec<u8>>,
    excluded: Vec<Pattern>,
    /// The options as they were given, for the line before each file of a directory.
    given: Vec<u8>,
}

impl Settings {
    fn of(parsed: &Parsed, args: &[Vec<u8>]) -> Option<Self> {
        // `-u5`, `-5c`: digits among the letters say how much context.
        let digits: Vec<u8> =
            parsed.options.iter().filter_map(|(n, _)| n.bytes().next().filter(u8::is_ascii_digit)).collect();
        let context = stream::number(&digits).map_or(3, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let mut form = Form::Normal;
        for (name, value) in &parsed.options {
            let lines = match value {
                None => Some(context),
                Some(text) => stream::number(text).map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            };
            match *name {
                "u" | "unified" => form = Form::Unified(lines?),
                "c" | "context" => form = Form::Context(lines?),
                "normal" => form = Form::Normal,
                _ => {}
            }
        }
        let values = |wanted: &str| {
            let of = parsed.options.iter().filter(|(n, _)| *n == wanted);
            of.filter_map(|(_, v)| v.clone()).collect::<Vec<_>>()
        };
        Some(Self {
            form,
            brief: parsed.has("brief"),
            identical: parsed.has("report-identical-files"),
            recursive: parsed.has("recursive"),
            new_file: parsed.has("new-file") || parsed.has("unidirectional-new-file"),
            text: parsed.has("text"),
            blank_lines: parsed.has("ignore-blank-lines"),
            same: lines::Sameness {
                case: parsed.has("ignore-case"),
                all_space: parsed.has("ignore-all-space"),
                space_change: parsed.has("ignore-space-change"),
                trailing_space: parsed.has("ignore-trailing-space"),
            },
            trailing_cr: parsed.has("strip-trailing-cr"),
            labels: values("label"),
            excluded: values("exclude").iter().filter_map(|g| Pattern::glob(g).ok()).collect(),
            given: given(args),
        })
    }
}

/// The options of the command line, for `diff -r a/x b/x`; what needs quotes for a shell has them.
fn given(args: &[Vec<u8>]) -> Vec<u8> {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_./=+,:@%".contains(b);
    let mut out = Vec::new();
    for arg in args.iter().skip(1).filter(|a| a.len() > 1 && a.starts_with(b"-")) {
        out.push(b' ');
        if arg.iter().all(is_plain) {
            out.extend_from_slice(arg);
        } else {
            out.extend([b"'", &arg[..], b"'"].concat());
        }
    }
    out
}

/// `diff [OPTION]… FILE1 FILE2`
pub(super) fn diff(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return if status.success() { status } else { TROUBLE },
    };
    let Some(settings) = Settings::of(&parsed, &process.args) else {
        process.usage("invalid context length");
        return TROUBLE;
    };
    let [first, second] = &parsed.operands[..] else {
        process.usage(if parsed.operands.len() < 2 { "missing operand" } else { "extra operand" });
        return TROUBLE;
    };
    let mut comparison = files::Comparison { process, settings: &settings };
    let status = comparison.operands(first, second);
    if comparison.process.stage.budget.exhausted().is_some() { Status::STOPPED } else { Status(status) }
}
