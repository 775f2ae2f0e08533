//! grep's command line.

use super::{
    super::{
        super::options::{Order, Parsed},
        pattern::Pattern,
        stream,
    },
    TROUBLE,
    matcher::Matcher,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "E,extended-regexp",
    "F,fixed-strings",
    "G,basic-regexp",
    "P,perl-regexp",
    "e,regexp=",
    "f,file=",
    "i,ignore-case",
    "y,ignore-case",
    "no-ignore-case",
    "w,word-regexp",
    "x,line-regexp",
    "z,null-data",
    "s,no-messages",
    "v,invert-match",
    "m,max-count=",
    "b,byte-offset",
    "n,line-number",
    "line-buffered",
    "H,with-filename",
    "h,no-filename",
    "label=",
    "o,only-matching",
    "q,quiet",
    "silent",
    "binary-files=",
    "a,text",
    "I",
    "d,directories=",
    "D,devices=",
    "r,recursive",
    "R,dereference-recursive",
    "include=",
    "exclude=",
    "exclude-from=",
    "exclude-dir=",
    "L,files-without-match",
    "l,files-with-matches",
    "c,count",
    "T,initial-tab",
    "Z,null",
    "B,before-context=",
    "A,after-context=",
    "C,context=",
    "color=?",
    "colour=?",
    "U,binary",
    "u",
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

/// What the patterns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Basic,
    Extended,
    Fixed,
    Perl,
}

/// What is done with bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    /// One line tells that they match.
    Told,
    Text,
    WithoutMatch,
}

/// What is written of a file with selected lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Lines,
    Count,
    /// `-l`
    Name,
    /// `-L`
    NameWithout,
}

#[derive(Debug)]
pub(super) struct Settings {
    pub matcher: Matcher,
    pub invert: bool,
    pub shown: Shown,
    pub quiet: bool,
    pub no_messages: bool,
    pub most: Option<u64>,
    pub only_matching: bool,
    pub line_numbers: bool,
    pub offsets: bool,
    /// `-H` or `-h`; else it depends on the operands.
    pub with_name: Option<bool>,
    pub label: Vec<u8>,
    pub before: usize,
    pub after: usize,
    pub has_context: bool,
    pub binary: Binary,
    pub delimiter: u8,
    /// After a name: `:` or NUL.
    pub null_names: bool,
    pub recursive: bool,
    /// `-R`
    pub follow: bool,
    pub skip_directories: bool,
    /// Globs in order; true for those to include.
    pub globs: Vec<(bool, Pattern)>,
    pub excluded_directories: Vec<Pattern>,
    /// `-v` with an empty pattern.
    pub selects_nothing: bool,
}

impl Settings {
    /// The command line, told of where it makes no sense.
    pub fn read(process: &mut Process<'_, '_>, kind: Kind) -> Result<(Self, Vec<Vec<u8>>), Status> {
        let parsed = process.options(OPTIONS, Order::Any).map_err(|s| if s.success() { s } else { TROUBLE })?;
        let mut operands = parsed.operands.clone();
        let sources = sources(process, &parsed, &mut operands)?;
        let kind = match parsed.last(&["extended-regexp", "fixed-strings", "basic-regexp", "perl-regexp"]) {
            Some("extended-regexp") => Kind::Extended,
            Some("fixed-strings") => Kind::Fixed,
            Some("perl-regexp") => Kind::Perl,
            Some(_) => Kind::Basic,
            None => kind,
        };
        let refused = |process: &mut Process<'_, '_>, text: &str| {
            process.fail(text);
            TROUBLE
        };
        let matcher = match Matcher::new(&sources, kind, &parsed) {
            Ok(matcher) => matcher,
            Err(error) => return Err(refused(process, &error.to_string())),
        };
        let Some((before, after)) = context(&parsed) else {
            return Err(refused(process, "invalid context length argument"));
        };
        let Some(most) = most(&parsed) else { return Err(refused(process, "invalid max count")) };
        let globs = globs(process, &parsed)?;
        let anything = sources == [b""] && !parsed.has("word-regexp") && !parsed.has("line-regexp");
        let (with_name, shown) = (with_name(&parsed), shown(&parsed));
        let settings = Self {
            matcher,
            invert: parsed.has("invert-match"),
            shown,
            quiet: parsed.has("quiet") || parsed.has("silent"),
            no_messages: parsed.has("no-messages"),
            most,
            only_matching: parsed.has("only-matching"),
            line_numbers: parsed.has("line-number"),
            offsets: parsed.has("byte-offset"),
            with_name,
            label: parsed.value("label").unwrap_or(b"(standard input)").to_vec(),
            before: before.unwrap_or(0),
            after: after.unwrap_or(0),
            has_context: before.is_some() || after.is_some(),
            binary: binary(&parsed),
            delimiter: if parsed.has("null-data") { 0 } else { b'\n' },
            null_names: parsed.has("null"),
            recursive: parsed.has("recursive")
                || parsed.has("dereference-recursive")
                || parsed.value("directories") == Some(b"recurse"),
            follow: parsed.last(&["recursive", "dereference-recursive"]) == Some("dereference-recursive"),
            skip_directories: parsed.value("directories") == Some(b"skip"),
            globs,
            excluded_directories: compiled(&parsed, "exclude-dir"),
            selects_nothing: anything && parsed.has("invert-match") && shown != Shown::NameWithout,
        };
        Ok((settings, operands))
    }
}

/// The patterns: of `-e` and `-f`, or the first operand; each line of them is one.
fn sources(
    process: &mut Process<'_, '_>,
    parsed: &Parsed,
    operands: &mut Vec<Vec<u8>>,
) -> Result<Vec<Vec<u8>>, Status> {
    let mut sources = Vec::new();
    for (name, value) in &parsed.options {
        let value = value.as_deref().unwrap_or_default();
        match *name {
            "regexp" => sources.extend(value.split(|&b| b == b'\n').map(<[u8]>::to_vec)),
            "file" => {
                let bytes = stream::read(process, value).map_err(|error| {
                    process.fail(format_args!("{}: {error}", stream::text(value)));
                    TROUBLE
                })?;
                sources.extend(stream::lines(&bytes, b'\n').map(<[u8]>::to_vec));
            }
            _ => {}
        }
    }
    if !parsed.has("regexp") && !parsed.has("file") {
        if operands.is_empty() {
            process.usage("no pattern");
            return Err(TROUBLE);
        }
        sources.extend(operands.remove(0).split(|&b| b == b'\n').map(<[u8]>::to_vec));
    }
    Ok(sources)
}

/// `-A`, `-B`, `-C`, `-NUM`: how many lines before and after; none for a number that is none.
fn context(parsed: &Parsed) -> Option<(Option<usize>, Option<usize>)> {
    let number = |text: &[u8]| stream::number(text).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let value = |name: &str| parsed.value(name).map(number);
    let digits: Vec<u8> = parsed
        .options
        .iter()
        .filter(|(n, _)| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
        .map(|(n, _)| n.as_bytes()[0])
        .collect();
    let both = match (value("context"), digits.is_empty()) {
        (_, false) => Some(number(&digits)?),
        (Some(both), true) => Some(both?),
        (None, true) => None,
    };
    let before = value("before-context").map_or(Some(both), |n| n.map(Some))?;
    let after = value("after-context").map_or(Some(both), |n| n.map(Some))?;
    Some((before, after))
}

/// `-m`; a negative one is none.
fn most(parsed: &Parsed) -> Option<Option<u64>> {
    match parsed.value("max-count") {
        None => Some(None),
        Some([b'-', rest @ ..]) => stream::number(rest).map(|_| None),
        Some(text) => stream::number(text).map(Some),
    }
}

fn with_name(parsed: &Parsed) -> Option<bool> {
    parsed.last(&["with-filename", "no-filename"]).map(|name| name == "with-filename")
}

fn shown(parsed: &Parsed) -> Shown {
    match parsed.last(&["files-without-match", "files-with-matches"]) {
        Some("files-without-match") => Shown::NameWithout,
        Some(_) => Shown::Name,
        None if parsed.has("count") => Shown::Count,
        None => Shown::Lines,
    }
}

fn binary(parsed: &Parsed) -> Binary {
    match (parsed.last(&["text", "I", "binary-files"]), parsed.value("binary-files")) {
        (Some("text"), _) | (Some("binary-files"), Some(b"text")) => Binary::Text,
        (Some("I"), _) | (Some("binary-files"), Some(b"without-match")) => Binary::WithoutMatch,
        _ => Binary::Told,
    }
}

/// `--include`, `--exclude`, `--exclude-from`.
fn globs(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Vec<(bool, Pattern)>, Status> {
    let mut globs = Vec::new();
    for (name, value) in &parsed.options {
        let value = value.as_deref().unwrap_or_default();
        match *name {
            "include" | "exclude" => globs.extend(Pattern::glob(value).ok().map(|g| (*name == "include", g))),
            "exclude-from" => {
                let bytes = stream::read(process, value).map_err(|error| {
                    process.fail(format_args!("{}: {error}", stream::text(value)));
                    TROUBLE
                })?;
                globs.extend(stream::lines(&bytes, b'\n').filter_map(|l| Pattern::glob(l).ok()).map(|g| (false, g)));
            }
            _ => {}
        }
    }
    Ok(globs)
}

fn compiled(parsed: &Parsed, option: &str) -> Vec<Pattern> {
    let values = parsed.options.iter().filter(|(name, _)| *name == option);
    values.filter_map(|(_, value)| Pattern::glob(value.as_deref().unwrap_or_default()).ok()).collect()
}
