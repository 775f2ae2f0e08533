//! `sort`, as GNU's in the C locale.
//!
//! ```text
//! keys      -k: which part of a line counts        compare   in which way
//! ```

mod compare;
mod keys;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use keys::{Key, Way};

use super::{
    super::options::{Order, Parsed},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "b,ignore-leading-blanks",
    "d,dictionary-order",
    "f,ignore-case",
    "g,general-numeric-sort",
    "i,ignore-nonprinting",
    "M,month-sort",
    "h,human-numeric-sort",
    "n,numeric-sort",
    "R,random-sort",
    "r,reverse",
    "V,version-sort",
    "sort=",
    "batch-size=",
    "c",
    "check=?",
    "C",
    "compress-program=",
    "k,key=",
    "m,merge",
    "o,output=",
    "s,stable",
    "S,buffer-size=",
    "t,field-separator=",
    "T,temporary-directory=",
    "parallel=",
    "u,unique",
    "z,zero-terminated",
];

/// Trouble; 1 is for `-c`.
const TROUBLE: Status = Status(2);

struct Settings {
    keys: Vec<Key>,
    separator: Option<u8>,
    reverse: bool,
    stable: bool,
    unique: bool,
    delimiter: u8,
}

impl Settings {
    fn of(parsed: &Parsed) -> Result<Self, String> {
        let whole = Way::of_options(parsed).ok_or_else(|| "invalid argument for '--sort'".to_owned())?;
        let mut keys = Vec::new();
        for (_, value) in parsed.options.iter().filter(|(name, _)| *name == "key") {
            let text = value.as_deref().unwrap_or_default();
            let key =
                Key::parse(text).ok_or_else(|| format!("invalid field specification '{}'", stream::text(text)))?;
            keys.push(key.or_default(whole));
        }
        if keys.is_empty() && whole != Way::default() && whole.is_special() {
            keys.push(Key::whole(whole));
        }
        let separator = match parsed.value("field-separator") {
            None => None,
            Some([byte]) => Some(*byte),
            Some(b"\\0") => Some(0),
            Some(b"") => return Err("empty tab".to_owned()),
            Some(other) => return Err(format!("multi-character tab '{}'", stream::text(other))),
        };
        Ok(Self {
            keys,
            separator,
            reverse: whole.reverse,
            stable: parsed.has("stable"),
            unique: parsed.has("unique"),
            delimiter: if parsed.has("zero-terminated") { 0 } else { b'\n' },
        })
    }

    /// By the keys only.
    fn by_keys(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.keys.is_empty() {
            let order = a.cmp(b);
            return if self.reverse { order.reverse() } else { order };
        }
        let orders = self.keys.iter().map(|key| {
            let order = compare::compare(key.part(a, self.separator), key.part(b, self.separator), &key.way);
            if key.way.reverse { order.reverse() } else { order }
        });
        orders.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// By the keys, then by all bytes.
    fn order(&self, a: &[u8], b: &[u8]) -> Ordering {
        let order = self.by_keys(a, b);
        if order.is_ne() || self.stable || self.unique || self.keys.is_empty() {
            return order;
        }
        let order = a.cmp(b);
        if self.reverse { order.reverse() } else { order }
    }
}

/// `sort [OPTION]… [FILE]…`: 2 on trouble, 1 where `-c` finds disorder.
pub(super) fn sort(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return if status.success() { status } else { TROUBLE },
    };
    let settings = match Settings::of(&parsed) {
        Ok(settings) => settings,
        Err(text) => {
            process.fail(text);
            return TROUBLE;
        }
    };
    let mut texts = Vec::new();
    let status = stream::each(process, &parsed.operands, |_, _, bytes| texts.push(bytes));
    if !status.success() {
        return if status == Status::STOPPED { status } else { TROUBLE };
    }
    let mut lines: Vec<&[u8]> = texts.iter().flat_map(|t| stream::lines(t, settings.delimiter)).collect();
    let turns = lines.len() as u64 * u64::from(lines.len().max(2).ilog2()) * settings.keys.len().max(1) as u64;
    if !process.stage.budget.steps(turns / 4) {
        return Status::STOPPED;
    }
    let checks = parsed.last(&["c", "check", "C"]);
    if let Some(how) = checks {
        let silent = how == "C" || matches!(parsed.value("check"), Some(b"quiet" | b"silent"));
        return check(process, &settings, &lines, parsed.operands.first().map_or(&b"-"[..], Vec::as_slice), silent);
    }
    if parsed.has("merge") {
        lines = merged(&texts, &settings);
    } else {
        lines.sort_by(|a, b| settings.order(a, b));
    }
    if settings.unique {
        lines.dedup_by(|b, a| settings.by_keys(a, b).is_eq());
    }
    let out: Vec<u8> = lines.iter().flat_map(|line| [line, &[settings.delimiter][..]].concat()).collect();
    write(process, &parsed, &out)
}

/// `-m`: always the least of the lines that are next in their files, which are taken to be in order.
fn merged<'t>(texts: &'t [Vec<u8>], settings: &Settings) -> Vec<&'t [u8]> {
    let mut files: Vec<_> = texts.iter().map(|t| stream::lines(t, settings.delimiter).peekable()).collect();
    let mut out = Vec::new();
    loop {
        let next: Vec<_> = files.iter_mut().map(|f| f.peek().copied()).collect();
        let heads = next.iter().enumerate().filter_map(|(at, line)| line.map(|l| (at, l)));
        let Some((at, line)) = heads.reduce(|a, b| if settings.order(a.1, b.1).is_le() { a } else { b }) else {
            return out;
        };
        out.push(line);
        files[at].next();
    }
}

fn write(process: &mut Process<'_, '_>, parsed: &Parsed, out: &[u8]) -> Status {
    let Some(name) = parsed.value("output") else {
        process.out(out);
        return Status::SUCCESS;
    };
    match process.write_file(name, out) {
        Ok(()) => Status::SUCCESS,
        Err(error) => {
            process.fail(format_args!("open failed: {}: {error}", stream::text(name)));
            TROUBLE
        }
    }
}

/// `-c`: the first line that is out of order.
fn check(process: &mut Process<'_, '_>, settings: &Settings, lines: &[&[u8]], name: &[u8], silent: bool) -> Status {
    let wrong = |pair: &[&[u8]]| match settings.order(pair[0], pair[1]) {
        Ordering::Greater => true,
        Ordering::Equal => settings.unique,
        Ordering::Less => false,
    };
    let Some(at) = lines.windows(2).position(wrong) else { return Status::SUCCESS };
    if !silent {
        let line = stream::text(lines[at + 1]).into_owned();
        process.fail(format_args!("{}:{}: disorder: {line}", stream::text(name), at + 2));
    }
    Status::FAILURE
}
