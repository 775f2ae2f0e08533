//! The command line, as argp reads it: options anywhere, also in one word; long ones shortened as far as they stay clear.

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Build,
    /// `-l`
    Link,
    /// `-p`
    Print,
    /// `-V`
    Version,
    /// `-?`
    Help,
}

/// How the cache is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Old,
    Compat,
    New,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) action: Action,
    /// Not with `-N` and `-n`.
    pub(super) build_cache: bool,
    /// Not with `-X`.
    pub(super) link: bool,
    /// `-n`
    pub(super) only_given: bool,
    /// `-v`
    pub(super) verbose: bool,
    /// `-c`; the dialect's own where none.
    pub(super) format: Option<Format>,
    /// `-r`
    pub(super) root: Option<Vec<u8>>,
    /// `-C`
    pub(super) cache: Vec<u8>,
    /// `-f`
    pub(super) conf: Vec<u8>,
    /// Directories, or libraries with `-l`.
    pub(super) given: Vec<Vec<u8>>,
}

pub(super) const USAGE: &str = "Usage: ldconfig [OPTION...]\nConfigure Dynamic Linker Run Time Bindings.\n";

const LONG: [(&str, u8); 7] = [
    ("format", b'c'),
    ("help", b'?'),
    ("ignore-aux-cache", b'i'),
    ("print-cache", b'p'),
    ("usage", b'?'),
    ("verbose", b'v'),
    ("version", b'V'),
];

impl Options {
    pub(super) fn parse(args: &[Vec<u8>]) -> Result<Self, String> {
        let mut options = Self {
            action: Action::Build,
            build_cache: true,
            link: true,
            only_given: false,
            verbose: false,
            format: None,
            root: None,
            cache: b"/etc/ld.so.cache".to_vec(),
            conf: b"/etc/ld.so.conf".to_vec(),
            given: Vec::new(),
        };
        let mut words = args.iter().skip(1).cloned();
        while let Some(word) = words.next() {
            if word == b"--" {
                options.given.extend(words.by_ref());
            } else if let Some(long) = word.strip_prefix(b"--") {
                let (letter, value) = long_option(long)?;
                let value = if letter == b'c' { value.or_else(|| words.next()) } else { value };
                options.set(letter, value)?;
            } else if word.len() > 1 && word[0] == b'-' {
                options.short(&word[1..], &mut words)?;
            } else {
                options.given.push(word);
            }
        }
        Ok(options)
    }

    fn short(&mut self, letters: &[u8], words: &mut impl Iterator<Item = Vec<u8>>) -> Result<(), String> {
        for (n, &letter) in letters.iter().enumerate() {
            if matches!(letter, b'r' | b'C' | b'f' | b'c') {
                let attached = &letters[n + 1..];
                let value = if attached.is_empty() { words.next() } else { Some(attached.to_vec()) };
                return self.set(letter, value);
            }
            self.set(letter, None)?;
        }
        Ok(())
    }

    fn set(&mut self, letter: u8, value: Option<Vec<u8>>) -> Result<(), String> {
        let value = || value.ok_or_else(|| format!("option requires an argument -- '{}'", char::from(letter)));
        match letter {
            b'C' => self.cache = value()?,
            b'f' => self.conf = value()?,
            b'r' => self.root = Some(value()?),
            b'c' => {
                self.format = match value()?.as_slice() {
                    b"old" => Some(Format::Old),
                    b"compat" => Some(Format::Compat),
                    b"new" => Some(Format::New),
                    _ => self.format,
                }
            }
            b'i' => {}
            b'l' => self.instead(Action::Link),
            b'p' => self.instead(Action::Print),
            b'V' => self.instead(Action::Version),
            b'?' => self.instead(Action::Help),
            b'N' => self.build_cache = false,
            b'n' => (self.build_cache, self.only_given) = (false, true),
            b'v' => self.verbose = true,
            b'X' => self.link = false,
            _ => return Err(format!("invalid option -- '{}'", char::from(letter))),
        }
        Ok(())
    }

    /// Help and version come at once, printing goes before linking.
    fn instead(&mut self, action: Action) {
        let rank = |a: Action| {
            [Action::Build, Action::Link, Action::Print, Action::Version, Action::Help].iter().position(|&x| x == a)
        };
        if rank(action) > rank(self.action) {
            self.action = action;
        }
    }
}

/// The letter of a long option, and what stands behind its `=`.
fn long_option(long: &[u8]) -> Result<(u8, Option<Vec<u8>>), String> {
    let mut parts = long.splitn(2, |&b| b == b'=');
    let name = parts.next().unwrap_or_default();
    let mut known = LONG.iter().filter(|(full, _)| full.as_bytes().starts_with(name));
    match (known.next(), known.next()) {
        (Some((_, letter)), None) => Ok((*letter, parts.next().map(<[u8]>::to_vec))),
        _ => Err(format!("unrecognized option '--{}'", String::from_utf8_lossy(name))),
    }
}
