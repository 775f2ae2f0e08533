//! `sed`, as GNU's.
//!
//! ```text
//! script      what a script is made of        parse, address, arguments, escapes, fault    reading one
//! input       files as lines                  output                  where lines go, files edited in place
//! machine     commands at work                select                  the lines they are for
//! edit        what they do to the space       substitute              `s`
//! ```

mod address;
mod arguments;
mod edit;
mod escapes;
mod fault;
mod input;
mod machine;
mod output;
mod parse;
mod script;
mod select;
mod substitute;
#[cfg(test)]
mod tests;

use super::super::options::{Order, Parsed};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "n,quiet",
    "silent",
    "debug",
    "e,expression=",
    "f,file=",
    "follow-symlinks",
    "i,in-place=?",
    "c,copy",
    "l,line-length=",
    "posix",
    "b,binary",
    "E,regexp-extended",
    "r,regexp-extended",
    "s,separate",
    "sandbox",
    "u,unbuffered",
    "z,null-data",
];

/// What the command line asks for beside the script.
#[derive(Clone, Debug, Default)]
struct Settings {
    quiet: bool,
    extended: bool,
    separate: bool,
    /// `-i`: the suffix for the old file, if it is kept.
    in_place: Option<Option<Vec<u8>>>,
    follow_symlinks: bool,
    copy: bool,
    /// `-l`: where `l` breaks lines.
    width: usize,
    delimiter: u8,
    sandbox: bool,
}

impl Settings {
    fn of(parsed: &Parsed) -> Option<Self> {
        let width = match parsed.value("line-length") {
            None => 70,
            Some(text) => std::str::from_utf8(text).ok()?.parse().ok()?,
        };
        let in_place = parsed.has("in-place").then(|| parsed.value("in-place").map(<[u8]>::to_vec));
        Some(Self {
            quiet: parsed.has("quiet") || parsed.has("silent"),
            extended: parsed.has("regexp-extended"),
            separate: parsed.has("separate") || in_place.is_some(),
            in_place,
            follow_symlinks: parsed.has("follow-symlinks"),
            copy: parsed.has("copy"),
            width,
            delimiter: if parsed.has("null-data") { 0 } else { b'\n' },
            sandbox: parsed.has("sandbox"),
        })
    }
}

/// `sed [OPTION]… {SCRIPT|-e SCRIPT|-f FILE} [FILE]…`: 0, 1 for a bad script, 2 for a missing file, 4 for one that cannot be read.
pub(super) fn sed(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let Some(mut settings) = Settings::of(&parsed) else {
        return process.fail("invalid line length");
    };
    let mut files = parsed.operands.clone();
    let text = match script_text(process, &parsed, &mut files) {
        Ok(text) => text,
        Err(status) => return status,
    };
    if text.starts_with(b"#n\n") || text == b"#n" {
        settings.quiet = true;
    }
    match parse::parse(&text, &settings) {
        Err(error) => {
            process.fail(&error);
            Status(error.status())
        }
        Ok(script) => machine::Machine::new(process, &script, &settings, files).run(),
    }
}

/// The script of `-e` and `-f`, or the first operand.
fn script_text(process: &mut Process<'_, '_>, parsed: &Parsed, files: &mut Vec<Vec<u8>>) -> Result<Vec<u8>, Status> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for (name, value) in &parsed.options {
        let value = value.clone().unwrap_or_default();
        match *name {
            "expression" => pieces.push(value),
            "file" => {
                let text = super::stream::read(process, &value).map_err(|error| {
                    process.fail(format_args!("couldn't open file {}: {error}", super::stream::text(&value)))
                })?;
                pieces.push(text.strip_suffix(b"\n").unwrap_or(&text).to_vec());
            }
            _ => {}
        }
    }
    if pieces.is_empty() {
        if files.is_empty() {
            return Err(process.usage("no script specified"));
        }
        pieces.push(files.remove(0));
    }
    Ok(pieces.join(&b'\n'))
}
