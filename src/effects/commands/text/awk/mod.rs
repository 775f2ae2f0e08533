//! `awk`, as POSIX has it, with what gawk adds and scriptlets use.
//!
//! ```text
//! lexer, parser     source -> tree
//! value, cells      numbers, strings and what looks like both; variables and arrays
//! record, streams   $0 and its fields; files and commands read and written
//! machine           rules over records          statements, evaluate, calls     the tree at work
//! builtins, texts, format, time                 functions
//! ```
//! The crates there are read the host's files and clock and start its programs, so this is our own.

mod arrays;
mod builtins;
mod calls;
mod cells;
mod evaluate;
mod format;
mod lexer;
mod machine;
mod parser;
mod record;
mod statements;
mod streams;
#[cfg(test)]
mod tests;
mod texts;
mod time;
mod tree;
mod value;

use super::{
    super::options::{Order, Parsed, parse},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "F,field-separator=",
    "v,assign=",
    "f,file=",
    "e,source=",
    "E,exec=",
    "b,characters-as-bytes",
    "c,traditional",
    "P,posix",
    "r,re-interval",
    "n,non-decimal-data",
    "s,no-optimize",
    "O,optimize",
    "S,sandbox",
    "t,lint-old",
    "L,lint=?",
    "W=",
    "h,help",
    "V,version",
];

/// A program that had to be given up; one that cannot be read is 1.
const FATAL: Status = Status(2);

/// `awk [-F FS] [-v VAR=VALUE]… {PROGRAM | -f FILE} [FILE | VAR=VALUE]…`
pub(super) fn awk(process: &mut Process<'_, '_>) -> Status {
    let parsed = match parse(process.args.get(1..).unwrap_or_default(), OPTIONS, Order::First) {
        Ok(parsed) if parsed.has("help") || parsed.has("version") => {
            process.out("GNU Awk 5.1.0\n");
            return Status::SUCCESS;
        }
        Ok(parsed) => parsed,
        Err(error) => {
            process.fail(error);
            return FATAL;
        }
    };
    let mut operands = parsed.operands.clone();
    let source = match source(process, &parsed, &mut operands) {
        Ok(source) => source,
        Err(status) => return status,
    };
    let room = process.stage.budget.nesting_left() as usize;
    let program = match parser::parse(&source, room) {
        Ok(program) => program,
        Err(error) => {
            let status = process.fail(format_args!("cmd. line:{error}"));
            return if error.fatal { FATAL } else { status };
        }
    };
    let separator = parsed.value("field-separator").map(separator);
    let assignments: Vec<&[u8]> =
        parsed.options.iter().filter(|(n, _)| *n == "assign").filter_map(|(_, v)| v.as_deref()).collect();
    let mut machine = machine::Machine::new(process, &program, &operands);
    if let Some(separator) = separator {
        machine.set_separator(&separator);
    }
    for assignment in assignments {
        if !machine.assign_argument(assignment) {
            process.fail(format_args!("`{}' argument to `-v' not in `var=value' form", stream::text(assignment)));
            return FATAL;
        }
    }
    machine.run()
}

/// `strftime` in UTC, for others too.
pub(super) fn strftime(format: &[u8], seconds: i64) -> Vec<u8> {
    time::format(format, seconds)
}

/// Escapes are those of strings.
fn separator(text: &[u8]) -> Vec<u8> {
    lexer::unescape(text)
}

/// The program of `-f` and `-e`, or the first operand.
fn source(process: &mut Process<'_, '_>, parsed: &Parsed, operands: &mut Vec<Vec<u8>>) -> Result<Vec<u8>, Status> {
    let mut pieces = Vec::new();
    for (name, value) in &parsed.options {
        let value = value.clone().unwrap_or_default();
        match *name {
            "source" => pieces.push(value),
            "file" | "exec" => match stream::read(process, &value) {
                Ok(text) => pieces.push(text),
                Err(error) => {
                    process.fail(format_args!(
                        "fatal: cannot open source file `{}' for reading: {error}",
                        stream::text(&value)
                    ));
                    return Err(FATAL);
                }
            },
            _ => {}
        }
    }
    if pieces.is_empty() {
        if operands.is_empty() {
            return Err(process.usage("no program text"));
        }
        pieces.push(operands.remove(0));
    }
    Ok(pieces.join(&b'\n'))
}
