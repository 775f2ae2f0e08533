//! Lines of `tmpfiles.d`.

use crate::effects::{
    accounts::table::{GROUP, PASSWD, Table, number},
    process::Process,
    systemd::{image::expand, words},
};

/// A line that may be acted on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    /// Its type: one letter.
    pub kind: char,
    /// Absolute, without doubled slashes; may be a pattern.
    pub path: String,
    /// `+`
    pub force: bool,
    /// `-`
    pub may_fail: bool,
    /// `=`
    pub replace: bool,
    /// `?`
    pub only_if_source: bool,
    pub mode: Option<u16>,
    /// `~`: the mode is cut by what the file has.
    pub masked: bool,
    /// `:`: for new files only.
    pub mode_of_new: bool,
    pub uid: Option<u32>,
    pub uid_of_new: bool,
    pub gid: Option<u32>,
    pub gid_of_new: bool,
    pub argument: Option<Vec<u8>>,
    pub age: Option<String>,
}

impl Item {
    /// The mode of what is created.
    pub fn creation_mode(&self) -> u16 {
        self.mode.unwrap_or(if matches!(self.kind, 'd' | 'D' | 'v' | 'q' | 'Q') { 0o755 } else { 0o644 })
    }

    /// Whether its path is a pattern.
    pub fn is_glob(&self) -> bool {
        matches!(self.kind, 'w' | 'e' | 'x' | 'X' | 'r' | 'R' | 'z' | 'Z' | 'm' | 't' | 'T' | 'a' | 'A' | 'h' | 'H')
    }

    /// Whether it decides what is at the path; two such lines contradict each other unless they are the same.
    pub fn owns(&self) -> bool {
        !matches!(self.kind, 'z' | 'Z' | 'm' | 't' | 'T' | 'a' | 'A' | 'h' | 'H')
    }

    /// Whether a line of the same path may stand beside this one.
    pub fn agrees(&self, other: &Self) -> bool {
        let appends = |i: &Self| i.kind == 'w' && i.force;
        if !self.owns() || !other.owns() || (appends(self) && appends(other)) {
            return true;
        }
        let plain = |i: &Self| Self { kind: 'x', force: false, may_fail: false, replace: false, ..i.clone() };
        plain(self) == plain(other)
    }
}

/// What becomes of a line.
pub(super) enum Parsed {
    Item(Box<Item>),
    /// It is for another time, place, or source.
    Skipped,
    /// It is wrong: what ends with 65.
    Wrong(String),
}

/// What the command line asks for.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// systemd's version.
    pub version: u32,
    /// `--boot`
    pub boot: bool,
    /// `--prefix`
    pub include: Vec<String>,
    /// `--exclude-prefix`
    pub exclude: Vec<String>,
}

/// Reads a line.
pub(super) fn parse(process: &mut Process<'_, '_>, scope: &Scope, line: &str) -> Parsed {
    parse_fields(process, scope, line).unwrap_or_else(Parsed::Wrong)
}

fn parse_fields(process: &mut Process<'_, '_>, scope: &Scope, line: &str) -> Result<Parsed, String> {
    let (words, rest) = words::split(line, 6).map_err(|_| "Failed to parse line: Invalid argument")?;
    let [action, path, ..] = words.as_slice() else { return Err("Syntax error.".to_owned()) };
    let mut item = Item::default();
    let Some((boot, base64, credential)) = modifiers(&mut item, action, scope.version)? else {
        return Ok(Parsed::Skipped);
    };
    if boot && !scope.boot {
        return Ok(Parsed::Skipped);
    }
    let Ok(path) = expand(process, path, true) else { return Ok(Parsed::Skipped) };
    let path = path.strip_prefix("/var/run/").map_or(path.clone(), |rest| format!("/run/{rest}"));
    if !path.starts_with('/') {
        return Err(format!("Path '{path}' not absolute."));
    }
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    item.path = format!("/{}", parts.join("/"));
    if !included(scope, &item.path) {
        return Ok(Parsed::Skipped);
    }
    let rest = Some(rest.trim_end()).filter(|r| !r.is_empty() && *r != "-");
    if !argument(process, &mut item, rest, base64)? || credential {
        return Ok(Parsed::Skipped);
    }
    let field = |at: usize| words.get(at).map(String::as_str).filter(|w| !w.is_empty() && *w != "-");
    if let Some(user) = field(3) {
        let name = user.strip_prefix(':').unwrap_or(user);
        item.uid_of_new = name != user;
        item.uid = Some(owner(process, name, PASSWD).ok_or_else(|| format!("Failed to resolve user '{name}'"))?);
    }
    if let Some(group) = field(4) {
        let name = group.strip_prefix(':').unwrap_or(group);
        item.gid_of_new = name != group;
        item.gid = Some(owner(process, name, GROUP).ok_or_else(|| format!("Failed to resolve group '{name}'."))?);
    }
    if let Some(mode) = field(2) {
        let bare = mode.trim_start_matches(['~', ':']);
        let marks = &mode[..mode.len() - bare.len()];
        (item.masked, item.mode_of_new) = (marks.contains('~'), marks.contains(':'));
        let number = u16::from_str_radix(bare, 8).ok().filter(|m| *m <= 0o7777);
        item.mode = Some(number.ok_or_else(|| format!("Invalid mode '{mode}'."))?);
    }
    item.age = field(5).map(str::to_owned);
    if let Some(bad) = item.age.as_ref().filter(|a| !is_age(a)) {
        return Err(format!("Invalid age '{bad}'."));
    }
    Ok(Parsed::Item(Box::new(item)))
}

/// The letters after the type: whether it is for boot, in base64, from a credential. None for a line only newer ones know.
fn modifiers(item: &mut Item, action: &str, version: u32) -> Result<Option<(bool, bool, bool)>, String> {
    let mut letters = action.chars();
    item.kind = letters.next().ok_or("Command too short.")?;
    if !"fFdDevqQpLcbCwxXrRzZmtTaAhH".contains(item.kind) {
        return Err(format!("Unknown command type '{}'.", item.kind));
    }
    let (mut boot, mut base64, mut credential) = (false, false, false);
    for letter in letters {
        match letter {
            '!' if !boot => boot = true,
            '+' if !item.force => item.force = true,
            '-' if !item.may_fail => item.may_fail = true,
            '=' if !item.replace && version >= 250 => item.replace = true,
            '~' if !base64 && version >= 251 => base64 = true,
            '^' if !credential && version >= 251 => credential = true,
            '$' if version >= 256 => {}
            '?' if !item.only_if_source && version >= 256 => item.only_if_source = true,
            _ => return Err(format!("Unknown modifiers in command '{action}'")),
        }
    }
    Ok(Some((boot, base64, credential)))
}

/// `[~][abcmABCM:]SPAN`, a span being numbers with units.
fn is_age(age: &str) -> bool {
    let age = age.strip_prefix('~').unwrap_or(age);
    let span = match age.split_once(':') {
        Some((by, span)) if !by.is_empty() && by.chars().all(|c| "abcmABCM".contains(c)) => span,
        Some(_) => return false,
        None => age,
    };
    const UNITS: [&str; 36] = [
        "", "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "M", "month", "months", "h", "hr",
        "hour", "hours", "d", "day", "days", "w", "week", "weeks", "y", "year", "years", "ms", "msec", "us", "usec",
        "µs", "μs", "ns", "nsec", "minutes", "hours", "days",
    ];
    let mut rest = span.trim();
    if rest == "infinity" {
        return true;
    }
    let sound = rest.starts_with(|c: char| c.is_ascii_digit());
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        if digits.len() == rest.len() {
            return false;
        }
        let digits = digits.trim_start();
        let unit_end = digits.find(|c: char| !c.is_alphabetic()).unwrap_or(digits.len());
        if !UNITS.contains(&&digits[..unit_end]) {
            return false;
        }
        rest = digits[unit_end..].trim_start();
    }
    sound
}

fn included(scope: &Scope, path: &str) -> bool {
    let below = |prefix: &String| {
        let prefix = prefix.trim_end_matches('/');
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !scope.exclude.iter().any(below) && (scope.include.is_empty() || scope.include.iter().any(below))
}

/// Takes the argument as the type wants it; false for a copy whose source is not there.
fn argument(process: &mut Process<'_, '_>, item: &mut Item, rest: Option<&str>, base64: bool) -> Result<bool, String> {
    let factory = |item: &Item| format!("/usr/share/factory{}", item.path).into_bytes();
    match item.kind {
        'w' | 'c' | 'b' | 't' | 'T' | 'a' | 'A' | 'h' | 'H' if rest.is_none() => {
            return Err("This line requires an argument.".to_owned());
        }
        'L' | 'C' | 'c' | 'b' | 't' | 'T' | 'a' | 'A' | 'h' | 'H' if base64 => {
            return Err("base64 decoding not supported here.".to_owned());
        }
        'f' | 'F' | 'w' if base64 => {
            use base64::Engine as _;
            let bare: String = rest.unwrap_or_default().split_whitespace().collect();
            let decoded = base64::engine::general_purpose::STANDARD.decode(bare);
            item.argument = Some(decoded.map_err(|_| "Failed to base64 decode the argument.")?);
        }
        'f' | 'F' | 'w' | 'L' | 'C' => {
            if let Some(rest) = rest {
                let plain = words::unescape(rest).map_err(|_| format!("Failed to unescape '{rest}'"))?;
                // What is no text has no specifiers either.
                item.argument = Some(match String::from_utf8(plain) {
                    Ok(text) => expand(process, &text, true).map_err(|_| "No such specifier.")?.into_bytes(),
                    Err(bytes) => bytes.into_bytes(),
                });
            }
        }
        'c' | 'b' | 't' | 'T' | 'a' | 'A' | 'h' | 'H' => item.argument = rest.map(|r| r.as_bytes().to_vec()),
        _ => {}
    }
    if matches!(item.kind, 'L' | 'C') && item.argument.is_none() {
        item.argument = Some(factory(item));
    }
    let source = item.argument.clone().unwrap_or_default();
    match item.kind {
        'C' if !source.starts_with(b"/") => Err("Source path is not absolute.".to_owned()),
        'C' => Ok(process.lstat(&source).is_ok()),
        'L' if item.only_if_source => Ok(process.exists(&source)),
        _ => Ok(true),
    }
}

/// A user or group by number or name.
fn owner(process: &mut Process<'_, '_>, name: &str, file: crate::effects::accounts::table::File) -> Option<u32> {
    if let Ok(id) = name.parse() {
        return Some(id);
    }
    if name == "root" {
        return Some(0);
    }
    let table = Table::read(process, file).ok()?;
    table.find(name.as_bytes()).and_then(|f| number(&f[2]))
}
