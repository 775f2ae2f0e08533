//! Where quotes and substitutions end. Positions are bytes; every function starts behind what opens its construct.

use super::lexer;

/// Substitutions inside one another; scripts have three.
pub(super) const DEEPEST: usize = 40;

/// Why there is no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// The closing character never comes.
    Missing(char),
    /// More than [`DEEPEST`] levels.
    Deep,
}

pub(super) type Scan = Result<usize, Unfinished>;

/// Where a scan happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Constructs around it.
    pub depth: usize,
    /// Whether quotes are POSIX's: `'` inside `"${x:-…}"` is a plain character.
    pub posix: bool,
}

impl Level {
    pub(super) fn deeper(self) -> Result<Self, Unfinished> {
        if self.depth >= DEEPEST { Err(Unfinished::Deep) } else { Ok(Self { depth: self.depth + 1, ..self }) }
    }
}

/// `'…'`
pub(super) fn single(s: &str, at: usize) -> Scan {
    s[at..].find('\'').map(|n| at + n + 1).ok_or(Unfinished::Missing('\''))
}

/// `$'…'`
pub(super) fn ansi(s: &str, at: usize) -> Scan {
    unescaped(s, at, b'\'')
}

/// `` `…` ``
pub(super) fn backquote(s: &str, at: usize) -> Scan {
    unescaped(s, at, b'`')
}

fn unescaped(s: &str, mut at: usize, end: u8) -> Scan {
    let b = s.as_bytes();
    while at < b.len() {
        match b[at] {
            b'\\' => at += 1,
            c if c == end => return Ok(at + 1),
            _ => {}
        }
        at += 1;
    }
    Err(Unfinished::Missing(char::from(end)))
}

/// `"…"`
pub(super) fn double(s: &str, mut at: usize, level: Level) -> Scan {
    let (b, level) = (s.as_bytes(), level.deeper()?);
    while at < b.len() {
        at = match b[at] {
            b'"' => return Ok(at + 1),
            b'\\' => at + 2,
            b'`' => backquote(s, at + 1)?,
            b'$' => dollar(s, at, level, true)?,
            _ => at + 1,
        };
    }
    Err(Unfinished::Missing('"'))
}

/// Whatever begins with the `$` at `at`; just behind it where nothing does.
pub(super) fn dollar(s: &str, at: usize, level: Level, quoted: bool) -> Scan {
    let rest = &s.as_bytes()[at + 1..];
    match rest {
        [b'{', ..] => parameter(s, at + 2, level, quoted),
        [b'(', b'(', ..] => match arithmetic(s, at + 3) {
            Some(end) => Ok(end),
            None => lexer::closing(s, at + 2, level.deeper()?),
        },
        [b'(', ..] => lexer::closing(s, at + 2, level.deeper()?),
        [b'\'', ..] if !quoted => ansi(s, at + 2),
        [b'"', ..] if !quoted => double(s, at + 2, level),
        _ => Ok(at + 1),
    }
}

/// `((…))` or `$((…))`, from behind its second parenthesis to behind its last; none where it is no arithmetic, but a subshell in
/// parentheses. What is inside is counted, not understood: the time is linear whatever is nested.
pub(super) fn arithmetic(s: &str, mut at: usize) -> Option<usize> {
    let (b, mut open) = (s.as_bytes(), 0);
    while at < b.len() {
        at = match b[at] {
            b'\\' => at + 2,
            b'\'' => single(s, at + 1).ok()?,
            b'"' => unescaped(s, at + 1, b'"').ok()?,
            b'(' => {
                open += 1;
                at + 1
            }
            b')' if open > 0 => {
                open -= 1;
                at + 1
            }
            b')' => return (b.get(at + 1) == Some(&b')')).then_some(at + 2),
            _ => at + 1,
        };
    }
    None
}

/// `${…}`. The first `}` outside of quotes ends it. Within double quotes `'` is a plain character, except in patterns; in bash's
/// own mode it needs its partner all the same.
pub(super) fn parameter(s: &str, mut at: usize, level: Level, quoted: bool) -> Scan {
    let (b, level, start) = (s.as_bytes(), level.deeper()?, at);
    let mut pattern = None;
    while at < b.len() {
        if pattern.is_none() && at > start && !is_name_byte(b[at]) && !b"![]@*".contains(&b[at]) {
            pattern = Some(b"#%/^,".contains(&b[at]));
        }
        at = match b[at] {
            b'}' => return Ok(at + 1),
            b'\\' => at + 2,
            b'\'' if quoted && level.posix && pattern != Some(true) => at + 1,
            b'\'' => single(s, at + 1)?,
            b'"' => double(s, at + 1, level)?,
            b'`' => backquote(s, at + 1)?,
            b'$' if b.get(at + 1) == Some(&b'}') => at + 1,
            b'$' => dollar(s, at, level, quoted)?,
            _ => at + 1,
        };
    }
    Err(Unfinished::Missing('}'))
}

/// `[…]` of an array element, in the text of one line. Quotes and brackets are counted, not understood, for the sake of the time
/// it takes; what is longer is no subscript.
pub(super) fn subscript(s: &str, mut at: usize) -> Option<usize> {
    let (b, mut open) = (s.as_bytes(), 0);
    let end = b.len().min(at + 1000);
    while at < end {
        at = match b[at] {
            b']' if open == 0 => return Some(at + 1),
            b'\n' => return None,
            c @ (b'[' | b']') => {
                open = if c == b'[' { open + 1 } else { open - 1 };
                at + 1
            }
            b'\\' => at + 2,
            b'\'' => single(s, at + 1).ok()?,
            b'"' => unescaped(s, at + 1, b'"').ok()?,
            _ => at + 1,
        };
    }
    None
}

/// A letter, a digit or `_`.
pub(super) fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
