//! `uniq`: lines that repeat the one before.

use super::{
    super::options::{Order, Parsed},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "c,count",
    "d,repeated",
    "D",
    "all-repeated=?",
    "f,skip-fields=",
    "i,ignore-case",
    "s,skip-chars=",
    "u,unique",
    "w,check-chars=",
    "z,zero-terminated",
];

/// Which part of a line counts.
struct Key {
    fields: usize,
    characters: usize,
    width: usize,
    ignore_case: bool,
}

impl Key {
    fn of(parsed: &Parsed) -> Option<Self> {
        let number = |name: &str, default: usize| match parsed.value(name) {
            None => Some(default),
            Some(text) => stream::number(text).map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
        };
        Some(Self {
            fields: number("skip-fields", 0)?,
            characters: number("skip-chars", 0)?,
            width: number("check-chars", usize::MAX)?,
            ignore_case: parsed.has("ignore-case"),
        })
    }

    fn part<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let mut at = 0;
        for _ in 0..self.fields {
            if at >= line.len() {
                break;
            }
            let is_blank = |b: &&u8| matches!(b, b' ' | b'\t');
            at += line[at..].iter().take_while(is_blank).count();
            at += line[at..].iter().take_while(|b| !is_blank(b)).count();
        }
        let rest = &line[at.saturating_add(self.characters).min(line.len())..];
        &rest[..self.width.min(rest.len())]
    }

    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = (self.part(a), self.part(b));
        if self.ignore_case { a.eq_ignore_ascii_case(b) } else { a == b }
    }
}

/// `uniq [OPTION]… [INPUT [OUTPUT]]`
pub(super) fn uniq(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let Some(key) = Key::of(&parsed) else { return process.fail("invalid number of fields or bytes") };
    if parsed.operands.len() > 2 {
        return process.usage("extra operand");
    }
    let bytes = match stream::only(process, &parsed.operands[..parsed.operands.len().min(1)]) {
        Ok(bytes) => bytes,
        Err(status) => return status,
    };
    let delimiter = if parsed.has("zero-terminated") { 0 } else { b'\n' };
    let mut groups: Vec<Vec<&[u8]>> = Vec::new();
    for line in stream::lines(&bytes, delimiter) {
        if !process.stage.budget.step() {
            return Status::STOPPED;
        }
        match groups.last_mut() {
            Some(group) if key.same(group[0], line) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    let out = shown(&groups, &parsed, delimiter);
    match parsed.operands.get(1).filter(|name| *name != b"-") {
        None => process.out(out),
        Some(name) => {
            if let Err(error) = process.write_file(name, &out) {
                return process.fail(format_args!("{}: {error}", stream::text(name)));
            }
        }
    }
    Status::SUCCESS
}

/// The lines that are wanted, with their counts if those are.
fn shown(groups: &[Vec<&[u8]>], parsed: &Parsed, delimiter: u8) -> Vec<u8> {
    let (repeated, unique) = (parsed.has("repeated"), parsed.has("unique"));
    let all = parsed.has("D") || parsed.has("all-repeated");
    let mut out = Vec::new();
    for group in groups {
        let is_wanted = if group.len() > 1 { !unique } else { !repeated && !all };
        if !is_wanted {
            continue;
        }
        for line in &group[..if all { group.len() } else { 1 }] {
            if parsed.has("count") {
                out.extend(format!("{:7} ", group.len()).bytes());
            }
            out.extend_from_slice(line);
            out.push(delimiter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn repeated_lines_are_one() {
        for (args, expected) in [
            (&["uniq"][..], "a\nb\na\nA\n"),
            (&["uniq", "-c"], "      1 a\n      2 b\n      1 a\n      1 A\n"),
            (&["uniq", "-di"], "b\na\n"),
            (&["uniq", "-u"], "a\na\nA\n"),
            (&["uniq", "-D"], "b\nb\n"),
            (&["uniq", "-w0"], "a\n"),
        ] {
            assert_eq!(Image::new().programs(&["uniq"]).run(args, "a\nb\nb\na\nA\n").out, expected, "{args:?}");
        }
    }
}
