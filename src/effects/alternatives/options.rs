//! The command line: an action and what holds for any.

use super::{FAILED, Status};

/// A link that follows the choice: `--follower LINK NAME PATH`, once called `--slave`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Follower {
    /// `/usr/share/man/man1/x.1.gz`.
    pub link: Vec<u8>,
    /// Its name in `/etc/alternatives`.
    pub name: Vec<u8>,
    /// What it leads to; none where a choice has nothing for it.
    pub path: Option<Vec<u8>>,
}

/// One of the choices for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The link all choices share.
    pub link: Vec<u8>,
    /// The name they are for.
    pub name: Vec<u8>,
    /// What this one is.
    pub path: Vec<u8>,
    /// The highest one is chosen where nobody chose.
    pub priority: i32,
    /// Choices of one family stay together.
    pub family: Option<Vec<u8>>,
    /// A service to enable along with it.
    pub initscript: Option<Vec<u8>>,
    /// What follows it.
    pub followers: Vec<Follower>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Install(Choice),
    Remove { name: Vec<u8>, path: Vec<u8> },
    RemoveAll { name: Vec<u8> },
    Auto { name: Vec<u8> },
    Set { name: Vec<u8>, path: Vec<u8> },
    AddFollower { name: Vec<u8>, path: Vec<u8>, follower: Follower },
    RemoveFollower { name: Vec<u8>, path: Vec<u8>, follower: Vec<u8> },
    Display { name: Vec<u8> },
    Config { name: Vec<u8> },
    List,
    Version,
}

/// All of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub action: Action,
    /// `--altdir`.
    pub links: Vec<u8>,
    /// `--admindir`.
    pub states: Vec<u8>,
    pub states_given: bool,
    pub verbose: bool,
    pub test: bool,
    pub keep_missing: bool,
    pub keep_foreign: bool,
    /// Options only dpkg's program has were there.
    pub dpkg: bool,
}

/// What comes of a command line.
pub(super) enum Parsed {
    Options(Options),
    /// How it is used, with this status, after a complaint.
    Usage(Status, Option<&'static str>),
}

/// Not to be understood.
struct Misuse(Option<&'static str>);

/// The words that are left.
struct Words<'w>(&'w [Vec<u8>]);

impl Words<'_> {
    fn next(&mut self) -> Result<Vec<u8>, Misuse> {
        let (first, rest) = self.0.split_first().ok_or(Misuse(None))?;
        self.0 = rest;
        Ok(first.clone())
    }

    fn name(&mut self) -> Result<Vec<u8>, Misuse> {
        self.next().and_then(|word| if word.starts_with(b"/") { Err(Misuse(None)) } else { Ok(word) })
    }

    fn path(&mut self) -> Result<Vec<u8>, Misuse> {
        let word = self.next()?;
        if word.starts_with(b"/") { Ok(normal(&word)) } else { Err(Misuse(None)) }
    }

    fn follower(&mut self) -> Result<Follower, Misuse> {
        Ok(Follower { link: self.path()?, name: self.name()?, path: Some(self.path()?) })
    }
}

/// A path with single slashes.
pub(super) fn normal(path: &[u8]) -> Vec<u8> {
    let mut out = path.to_vec();
    out.dedup_by(|a, b| *a == b'/' && *b == b'/');
    out
}

/// C's `strtol` in any base, and what it does not take.
pub(super) fn number(text: &[u8]) -> Option<(i32, &[u8])> {
    let start = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let mut rest = &text[start..];
    let negative = rest.first() == Some(&b'-');
    if matches!(rest.first(), Some(b'+' | b'-')) {
        rest = &rest[1..];
    }
    let (base, digits) = match rest {
        [b'0', b'x' | b'X', d, ..] if d.is_ascii_hexdigit() => (16, &rest[2..]),
        [b'0', ..] => (8, rest),
        _ => (10, rest),
    };
    let n = digits.iter().take_while(|b| char::from(**b).is_digit(base)).count();
    if n == 0 {
        return None;
    }
    let value = digits[..n].iter().fold(0_i64, |value, b| {
        let digit = char::from(*b).to_digit(base).map_or(0, i64::from);
        value.saturating_mul(i64::from(base)).saturating_add(digit)
    });
    // An int takes what is left of a long.
    Some(((if negative { -value } else { value }) as i32, &digits[n..]))
}

pub(super) fn parse(words: &[Vec<u8>]) -> Parsed {
    if words.is_empty() {
        return Parsed::Usage(FAILED, None);
    }
    let mut options = Options {
        action: Action::List,
        links: b"/etc/alternatives".to_vec(),
        states: b"/var/lib/alternatives".to_vec(),
        states_given: false,
        verbose: false,
        test: false,
        keep_missing: false,
        keep_foreign: false,
        dpkg: false,
    };
    let mut asked = Asked::default();
    let mut words = Words(words);
    while !words.0.is_empty() {
        if let Err(Misuse(complaint)) = asked.option(&mut words, &mut options) {
            return Parsed::Usage(FAILED, complaint);
        }
    }
    match asked.action() {
        Some(Ok(action)) => Parsed::Options(Options { action, ..options }),
        Some(Err(status)) => Parsed::Usage(status, None),
        None => Parsed::Usage(FAILED, None),
    }
}

/// What was asked for so far.
#[derive(Default)]
struct Asked {
    action: Option<Action>,
    help: bool,
    followers: Vec<Follower>,
    family: Option<Vec<u8>>,
    initscript: Option<Vec<u8>>,
}

impl Asked {
    /// Only one action, and nothing of an installation's beside another.
    fn be(&mut self, action: Action) -> Result<(), Misuse> {
        let alone = self.action.is_none() && self.followers.is_empty() && !self.help;
        self.action = Some(action);
        if alone { Ok(()) } else { Err(Misuse(None)) }
    }

    fn for_installation(&self) -> Result<(), Misuse> {
        match self.action {
            None | Some(Action::Install(_)) if !self.help => Ok(()),
            _ => Err(Misuse(None)),
        }
    }

    fn option(&mut self, words: &mut Words<'_>, options: &mut Options) -> Result<(), Misuse> {
        let word = words.next()?;
        match word.as_slice() {
            b"--install" => {
                if self.action.is_some() || self.help {
                    return Err(Misuse(None));
                }
                let Follower { link, name, path } = words.follower()?;
                let priority = words.next()?;
                let Some((priority, b"")) = number(&priority) else { return Err(Misuse(None)) };
                let (path, followers) = (path.unwrap_or_default(), Vec::new());
                self.action = Some(Action::Install(Choice {
                    link,
                    name,
                    path,
                    priority,
                    family: None,
                    initscript: None,
                    followers,
                }));
            }
            b"--follower" | b"--slave" => {
                self.for_installation()?;
                self.followers.push(words.follower()?);
            }
            b"--initscript" => {
                self.for_installation()?;
                self.initscript = Some(words.next()?);
            }
            b"--family" => {
                self.for_installation()?;
                let family = words.next()?;
                if family.contains(&b'@') {
                    return Err(Misuse(Some("--family can't contain the symbol '@'")));
                }
                self.family = Some(family);
            }
            b"--add-follower" | b"--add-slave" => {
                let (name, path) = (words.name()?, normal(&words.next()?));
                let follower = words.follower()?;
                self.be(Action::AddFollower { name, path, follower })?;
            }
            b"--remove-follower" | b"--remove-slave" => {
                let (name, path, follower) = (words.name()?, normal(&words.next()?), words.next()?);
                self.be(Action::RemoveFollower { name, path, follower })?;
            }
            b"--remove" => {
                let (name, path) = (words.name()?, normal(&words.next()?));
                self.be(Action::Remove { name, path })?;
            }
            b"--remove-all" => {
                let name = words.name()?;
                self.be(Action::RemoveAll { name })?;
            }
            b"--set" => {
                let (name, path) = (words.name()?, normal(&words.next()?));
                self.be(Action::Set { name, path })?;
            }
            b"--auto" => {
                let name = words.name()?;
                self.be(Action::Auto { name })?;
            }
            b"--display" => {
                let name = words.name()?;
                self.be(Action::Display { name })?;
            }
            b"--config" => {
                let name = words.name()?;
                self.be(Action::Config { name })?;
            }
            b"--list" => self.be(Action::List)?,
            b"--version" => self.be(Action::Version)?,
            b"--help" | b"--usage" => {
                if self.action.is_some() || !self.followers.is_empty() {
                    return Err(Misuse(None));
                }
                self.help = true;
            }
            b"--test" => options.test = true,
            b"--verbose" => options.verbose = true,
            b"--keep-missing" => options.keep_missing = true,
            b"--keep-foreign" => options.keep_foreign = true,
            b"--altdir" => options.links = normal(&words.next()?),
            b"--admindir" => {
                options.states = normal(&words.next()?);
                options.states_given = true;
            }
            b"--quiet" | b"--force" | b"--skip-auto" | b"--debug" => options.dpkg = true,
            b"--log" => {
                words.next()?;
                options.dpkg = true;
            }
            _ => return Err(Misuse(None)),
        }
        Ok(())
    }

    /// The action, or the status of telling how it is used.
    fn action(self) -> Option<Result<Action, Status>> {
        if self.help {
            return Some(Err(Status::SUCCESS));
        }
        Some(Ok(match self.action? {
            Action::Install(choice) => Action::Install(Choice {
                followers: self.followers,
                family: self.family,
                initscript: self.initscript,
                ..choice
            }),
            action => action,
        }))
    }
}
