//! `/var/lib/alternatives/NAME`, chkconfig's (`alternatives.c` of fedora-sysv/chkconfig):
//!
//! ```text
//! auto | manual
//! LINK
//! FOLLOWER, LINK of it                      two lines for each follower
//!                                           an empty line
//! PATH                                      then for each choice: what it is,
//! [@FAMILY@]PRIORITY[ INITSCRIPT]
//! PATH of a follower, or an empty line      one line for each follower
//! ```
//! dpkg's has choices in the order of their paths, followers in that of their names, and an empty line at the end.

use super::options::{Choice, Follower, normal, number};

/// Who chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Auto,
    Manual,
}

/// All choices for a name, and the one that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub mode: Mode,
    pub choices: Vec<Choice>,
    /// The choice of the highest priority.
    pub best: usize,
    /// The choice that the link leads to, where it leads to one.
    pub current: Option<usize>,
    /// Where the link leads.
    pub leads_to: Option<Vec<u8>>,
    /// Whether the file is in dpkg's format.
    pub dpkg: bool,
}

/// Why a file is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub Vec<Vec<u8>>);

fn malformed(parts: &[&[u8]]) -> Malformed {
    Malformed(vec![parts.concat()])
}

fn unexpected(what: &str, path: &[u8], line: &[u8]) -> Malformed {
    let second = [b"unexpected line in ", path, b": ", line].concat();
    Malformed(vec![[what.as_bytes(), b" in ", path].concat(), second])
}

/// Lines, blanks before each left out; none at the end.
struct Lines<'t>(&'t [u8]);

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.iter().position(|&b| b == b'\n');
        let line = &self.0[..end.unwrap_or(self.0.len())];
        self.0 = end.map_or(&[], |n| &self.0[n + 1..]);
        Some(&line[line.iter().take_while(|b| b.is_ascii_whitespace()).count()..])
    }
}

impl State {
    /// Nothing yet.
    pub fn new(dpkg: bool) -> Self {
        Self { mode: Mode::Auto, choices: Vec::new(), best: 0, current: None, leads_to: None, dpkg }
    }

    /// What the file at `path` says.
    pub fn parse(text: &[u8], name: &[u8], path: &[u8]) -> Result<Self, Malformed> {
        let mut lines = Lines(text);
        let mode = match lines.next() {
            Some(b"auto") => Mode::Auto,
            Some(b"manual") => Mode::Manual,
            Some(_) => return Err(malformed(&[b"bad mode on line 1 of ", path])),
            None => return Err(malformed(&[path, b" empty!"])),
        };
        let Some(link) = lines.next().filter(|l| l.starts_with(b"/")) else {
            return Err(malformed(&[b"bad primary link in ", path]));
        };
        let followers = followers(&mut lines, path)?;
        let mut state = Self { mode, ..Self::new(false) };
        let mut line = lines.next();
        while let Some(target) = line.filter(|l| !l.is_empty()) {
            let choice = choice(&mut lines, target, name, link, &followers, path)?;
            if state.choices.get(state.best).is_some_and(|best| choice.priority > best.priority) {
                state.best = state.choices.len();
            }
            state.choices.push(choice);
            line = lines.next();
        }
        state.dpkg = line.is_some();
        while line.is_some() {
            line = lines.next();
            if let Some(odd) = line.filter(|l| !l.is_empty()) {
                return Err(malformed(&[b"unexpected line in ", path, b": ", odd]));
            }
        }
        if state.choices.is_empty() {
            return Err(malformed(&[path, b" empty!"]));
        }
        Ok(state)
    }

    /// The file.
    pub fn text(&self) -> Vec<u8> {
        let mut choices: Vec<Choice> = self.choices.clone();
        if self.dpkg {
            choices.sort_by(|a, b| a.path.cmp(&b.path));
            choices.iter_mut().for_each(|c| c.followers.sort_by(|a, b| a.name.cmp(&b.name)));
        }
        let mode: &[u8] = if self.mode == Mode::Auto { b"auto" } else { b"manual" };
        let Some(first) = choices.first() else { return Vec::new() };
        let mut lines: Vec<Vec<u8>> = vec![mode.to_vec(), first.link.clone()];
        for follower in &first.followers {
            lines.extend([follower.name.clone(), follower.link.clone()]);
        }
        lines.push(Vec::new());
        for choice in &choices {
            let family = choice.family.as_ref().map(|f| [b"@", &f[..], b"@"].concat()).unwrap_or_default();
            let initscript = choice.initscript.as_ref().map(|i| [b" ", &i[..]].concat()).unwrap_or_default();
            lines.push(choice.path.clone());
            lines.push([&family[..], choice.priority.to_string().as_bytes(), &initscript].concat());
            lines.extend(choice.followers.iter().map(|f| f.path.clone().unwrap_or_default()));
        }
        if self.dpkg {
            lines.push(Vec::new());
        }
        lines.push(Vec::new());
        lines.join(&b'\n')
    }
}

/// The names and links of followers, up to the empty line.
fn followers(lines: &mut Lines<'_>, path: &[u8]) -> Result<Vec<Follower>, Malformed> {
    let mut followers = Vec::new();
    loop {
        let name = lines.next().ok_or_else(|| malformed(&[b"unexpected end of file in ", path]))?;
        if name.is_empty() {
            return Ok(followers);
        }
        if name.starts_with(b"/") {
            return Err(malformed(&[b"path ", name, b" unexpected in ", path]));
        }
        let Some(link) = lines.next().filter(|l| !l.is_empty()) else {
            return Err(malformed(&[b"missing path for follower ", name, b" in ", path]));
        };
        followers.push(Follower { link: normal(link), name: name.to_vec(), path: None });
    }
}

/// A choice whose first line was read.
fn choice(
    lines: &mut Lines<'_>,
    target: &[u8],
    name: &[u8],
    link: &[u8],
    followers: &[Follower],
    path: &[u8],
) -> Result<Choice, Malformed> {
    if !target.starts_with(b"/") {
        return Err(unexpected("path to alternate expected", path, target));
    }
    let line = lines.next().unwrap_or_default();
    let (family, rest) = match line.strip_prefix(b"@") {
        None => (None, line),
        Some(rest) => match rest.iter().position(|&b| b == b'@') {
            Some(end) if end > 0 => (Some(rest[..end].to_vec()), &rest[end + 1..]),
            _ => return Err(unexpected("closing '@' missing or the family is empty", path, line)),
        },
    };
    let Some((priority, rest)) = number(rest) else {
        return Err(unexpected("numeric priority expected", path, line));
    };
    let initscript = &rest[rest.iter().take_while(|b| b.is_ascii_whitespace()).count()..];
    let mut own = followers.to_vec();
    for follower in &mut own {
        let line = lines.next().unwrap_or_default();
        if !line.is_empty() && !line.starts_with(b"/") {
            return Err(unexpected("follower path expected", path, line));
        }
        follower.path = (!line.is_empty()).then(|| line.to_vec());
    }
    Ok(Choice {
        link: normal(link),
        name: name.to_vec(),
        path: target.to_vec(),
        priority,
        family,
        initscript: (!initscript.is_empty()).then(|| initscript.to_vec()),
        followers: own,
    })
}
