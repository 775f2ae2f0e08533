//! Options as glibc's `getopt_long` takes them: bundled letters, `--long[=value]`, long names cut short, operands in between.
//!
//! A command lists what it knows as words:
//!
//! ```text
//! "r,recursive"          a flag with a letter and a long name
//! "H"                    a letter only
//! "t,target-directory="  wants a value: -tVALUE, -t VALUE, --target-directory=VALUE, --target-directory VALUE
//! "backup=?"             may have one: --backup, --backup=VALUE (a letter: attached only)
//! "d,home-dir,home="     has another long name, too
//! ```
//! and is given them by their (first) long name, or by the letter where there is none.

use super::super::process::{Process, Status};

/// Where operands may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::effects) enum Order {
    /// Anywhere: GNU's usual way.
    Any,
    /// The first operand ends the options: what runs another command (`env`, `xargs`).
    First,
}

/// What was on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::effects) struct Parsed {
    /// Options in order: the name in the command's list (without letter and `=`), and the value if one was given.
    pub options: Vec<(&'static str, Option<Vec<u8>>)>,
    /// The rest, in order.
    pub operands: Vec<Vec<u8>>,
}

impl Parsed {
    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(n, _)| *n == name)
    }

    /// The value of the last one of that name.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.options.iter().rev().find(|(n, _)| *n == name)?.1.as_deref()
    }

    /// The values of every time an option was given.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.options.iter().filter(move |(n, _)| *n == name).filter_map(|(_, v)| v.as_deref())
    }

    /// Which of these was given last: for options that undo one another.
    pub fn last(&self, names: &[&str]) -> Option<&'static str> {
        self.options.iter().rev().map(|(n, _)| *n).find(|n| names.contains(n))
    }
}

/// Why a command line is refused, in glibc's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::effects) enum OptionError {
    /// A letter nobody knows.
    #[error("invalid option -- '{0}'")]
    Letter(char),
    /// A long name nobody knows.
    #[error("unrecognized option '{0}'")]
    Long(String),
    /// A long name cut too short.
    #[error("option '{given}' is ambiguous; possibilities:{possible}")]
    Ambiguous {
        /// As typed.
        given: String,
        /// Each with a space before it, quoted.
        possible: String,
    },
    /// A letter without its value.
    #[error("option requires an argument -- '{0}'")]
    LetterNeedsValue(char),
    /// A long name without its value.
    #[error("option '--{0}' requires an argument")]
    LongNeedsValue(&'static str),
    /// A flag with a value.
    #[error("option '--{0}' doesn't allow an argument")]
    NoValue(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    MaybeValue,
}

/// An entry of a command's list, taken apart: letter, long names with commas between, value.
fn entry(word: &'static str) -> (Option<u8>, &'static str, Takes) {
    let (names, takes) = match (word.strip_suffix("=?"), word.strip_suffix('=')) {
        (Some(names), _) => (names, Takes::MaybeValue),
        (None, Some(names)) => (names, Takes::Value),
        (None, None) => (word, Takes::Nothing),
    };
    match (names.split_once(','), names.as_bytes()) {
        (Some((letter, long)), _) if letter.len() == 1 => (letter.bytes().next(), long, takes),
        (None, [letter]) => (Some(*letter), "", takes),
        _ => (None, names, takes),
    }
}

/// The name an entry is given to the command by.
fn name(word: &'static str) -> &'static str {
    let long = match entry(word) {
        (_, "", _) => word.trim_end_matches(['=', '?']),
        (_, long, _) => long,
    };
    long.split_once(',').map_or(long, |(first, _)| first)
}

/// Sorts a command line (without the program's name) into options and operands.
pub(in crate::effects) fn parse(args: &[Vec<u8>], known: &[&'static str], order: Order) -> Result<Parsed, OptionError> {
    let mut parsed = Parsed::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == b"--" {
            parsed.operands.extend(rest.cloned());
            break;
        } else if let Some(long) = arg.strip_prefix(b"--") {
            let option = parse_long(long, known, &mut rest)?;
            parsed.options.push(option);
        } else if arg.len() > 1 && arg[0] == b'-' {
            parse_letters(&arg[1..], known, &mut rest, &mut parsed)?;
        } else {
            parsed.operands.push(arg.clone());
            if order == Order::First {
                parsed.operands.extend(rest.cloned());
                break;
            }
        }
    }
    Ok(parsed)
}

fn parse_long(
    arg: &[u8],
    known: &[&'static str],
    rest: &mut std::slice::Iter<'_, Vec<u8>>,
) -> Result<(&'static str, Option<Vec<u8>>), OptionError> {
    let (given, mut value) = match arg.iter().position(|&b| b == b'=') {
        Some(at) => (&arg[..at], Some(arg[at + 1..].to_vec())),
        None => (arg, None),
    };
    let (word, long, takes) = find_long(given, known)?;
    match takes {
        Takes::Nothing if value.is_some() => return Err(OptionError::NoValue(long)),
        Takes::Value if value.is_none() => {
            value = Some(rest.next().ok_or(OptionError::LongNeedsValue(long))?.clone());
        }
        _ => {}
    }
    Ok((name(word), value))
}

/// The entry of that long name, or of the only one that starts so.
fn find_long(given: &[u8], known: &[&'static str]) -> Result<(&'static str, &'static str, Takes), OptionError> {
    let entries = known.iter().flat_map(|word| {
        let (_, long, takes) = entry(word);
        long.split(',').filter(|l| !l.is_empty() && l.as_bytes().starts_with(given)).map(move |l| (*word, l, takes))
    });
    let mut matching: Vec<_> = entries.collect();
    if let Some(exact) = matching.iter().find(|(_, long, _)| long.as_bytes() == given) {
        return Ok(*exact);
    }
    matching.dedup_by_key(|(word, ..)| name(word)); // two letters for one long name, two names for one option
    let given_text = || format!("--{}", String::from_utf8_lossy(given));
    match matching.as_slice() {
        [] => Err(OptionError::Long(given_text())),
        [found] => Ok(*found),
        _ => {
            let possible = matching.iter().map(|(_, long, _)| format!(" '--{long}'")).collect();
            Err(OptionError::Ambiguous { given: given_text(), possible })
        }
    }
}

fn parse_letters(
    letters: &[u8],
    known: &[&'static str],
    rest: &mut std::slice::Iter<'_, Vec<u8>>,
    parsed: &mut Parsed,
) -> Result<(), OptionError> {
    for (at, &letter) in letters.iter().enumerate() {
        let found = known.iter().find(|word| entry(word).0 == Some(letter));
        let Some(word) = found else { return Err(OptionError::Letter(char::from(letter))) };
        let attached = &letters[at + 1..];
        let value = match entry(word).2 {
            Takes::Nothing => {
                parsed.options.push((name(word), None));
                continue;
            }
            _ if !attached.is_empty() => Some(attached.to_vec()),
            Takes::MaybeValue => None,
            Takes::Value => Some(rest.next().ok_or(OptionError::LetterNeedsValue(char::from(letter)))?.clone()),
        };
        parsed.options.push((name(word), value));
        break;
    }
    Ok(())
}

impl Process<'_, '_> {
    /// Its arguments, taken by a list of options (see [`parse`]); `--help` and `--version` are always known. A refused line is
    /// told of on standard error, and the status is what the command ends with: 1 (a command with another number replaces it), or 0
    /// after `--help`.
    pub(in crate::effects) fn options(&mut self, known: &[&'static str], order: Order) -> Result<Parsed, Status> {
        let known = [known, &["help", "version"]].concat();
        let args = self.args.get(1..).unwrap_or_default();
        let parsed = parse(args, &known, order);
        let name = self.name();
        match parsed {
            Err(error) => {
                self.fail(error);
                let line = format!("Try '{name} --help' for more information.\n");
                let _ = self.handle(2).write(self.stage, line.as_bytes());
                Err(Status::FAILURE)
            }
            Ok(parsed) => match parsed.last(&["help", "version"]) {
                None => Ok(parsed),
                Some(asked) => {
                    self.out(if asked == "help" {
                        format!("Usage: {name} [OPTION]...\n")
                    } else {
                        format!("{name} (GNU)\n")
                    });
                    Err(Status::SUCCESS)
                }
            },
        }
    }

    /// [`Process::fail`], and where to read more: what follows a command line that makes no sense.
    pub(in crate::effects) fn usage(&mut self, text: impl std::fmt::Display) -> Status {
        let status = self.fail(text);
        let line = format!("Try '{} --help' for more information.\n", self.name());
        let _ = self.handle(2).write(self.stage, line.as_bytes());
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "a,archive",
        "r,recursive",
        "R,recursive",
        "H",
        "t,target-directory=",
        "backup=?",
        "b",
        "no-clobber",
        "no-preserve=",
        "d,home-dir,home=",
    ];

    fn args(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|w| w.as_bytes().to_vec()).collect()
    }

    fn shown(line: &str, order: Order) -> String {
        match parse(&args(line), KNOWN, order) {
            Err(error) => error.to_string(),
            Ok(parsed) => {
                let text = |v: &[u8]| String::from_utf8_lossy(v).into_owned();
                let options = parsed.options.iter().map(|(n, v)| match v {
                    Some(v) => format!("{n}={}", text(v)),
                    None => (*n).to_owned(),
                });
                let all: Vec<_> =
                    options.chain(["|".to_owned()]).chain(parsed.operands.iter().map(|o| text(o))).collect();
                all.join(" ")
            }
        }
    }

    #[test]
    fn lines_are_taken_as_glibc_takes_them() {
        for (line, expected) in [
            ("x -aR y -tdir -- -z", "archive recursive target-directory=dir | x y -z"),
            ("-at dir - --target=d2", "archive target-directory=dir target-directory=d2 | -"),
            ("--backup x --backup=t --arch", "backup backup=t archive | x"),
            ("--target-directory d --no-c", "target-directory=d no-clobber |"),
            ("-Hb --recur", "H b recursive |"),
            ("-az", "invalid option -- 'z'"),
            ("--what=1", "unrecognized option '--what'"),
            ("--no", "option '--no' is ambiguous; possibilities: '--no-clobber' '--no-preserve'"),
            ("-t", "option requires an argument -- 't'"),
            ("--tar", "option '--target-directory' requires an argument"),
            ("--hom a --home b --home-dir c -dd", "home-dir=a home-dir=b home-dir=c home-dir=d |"),
            ("--archive=1", "option '--archive' doesn't allow an argument"),
        ] {
            assert_eq!(shown(line, Order::Any), expected, "{line}");
        }
        assert_eq!(shown("-a cmd -z", Order::First), "archive | cmd -z");
    }
}
