//! The pieces of a word.

use std::cell::OnceCell;

use super::{
    Dialect, Part, Substitution, Word, ansi, braces, lexer, parameter,
    skip::{self, Level, is_name_byte},
};
use crate::effects::shell::text::to_bytes;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reading {
    /// A word of a command: braces, tilde, process substitution.
    Word,
    /// The value of an assignment: a tilde after each `:` too.
    Assignment,
    /// A pattern, a name, a subscript: nothing special in front.
    Pattern,
    /// Within double quotes; `"` in it opens and closes quotes that change nothing.
    Quoted,
    /// What is between double quotes, which it cannot hold.
    Double,
    /// The body of a here-document: `"` is itself.
    HereDocument,
}

impl Reading {
    fn is_quoted(self) -> bool {
        matches!(self, Self::Quoted | Self::Double | Self::HereDocument)
    }
}

/// Reads a text that the lexer found whole; what is unfinished in it all the same is taken literally.
pub(in super::super) fn parse_word(text: &str, reading: Reading, dialect: Dialect) -> Word {
    let level = dialect.level();
    let braces = (reading == Reading::Word && braces::may_have(text)).then(|| text.into());
    let parts = parts(text, reading, level);
    if reading == Reading::HereDocument {
        return Word { parts: vec![Part::Double(parts)], braces: None };
    }
    Word { parts, braces }
}

pub(super) fn word(text: &str, reading: Reading, level: Level) -> Word {
    Word { parts: parts(text, reading, level), braces: None }
}

struct Reader<'s> {
    s: &'s str,
    at: usize,
    reading: Reading,
    level: Level,
    parts: Vec<Part>,
    /// Where the literal text at hand began.
    from: usize,
}

pub(super) fn parts(s: &str, reading: Reading, level: Level) -> Vec<Part> {
    let Ok(level) = level.deeper() else { return vec![Part::Literal(to_bytes(s))] };
    let mut reader = Reader { s, at: 0, reading, level, parts: Vec::new(), from: 0 };
    if !reading.is_quoted() {
        reader.tilde();
    }
    while reader.at < s.len() {
        if reader.step().is_none() {
            reader.at = s.len();
        }
    }
    reader.flush(s.len());
    reader.parts
}

impl Reader<'_> {
    /// What was literal up to `end` becomes a part.
    fn flush(&mut self, end: usize) {
        if self.from < end {
            self.parts.push(Part::Literal(to_bytes(&self.s[self.from..end])));
        }
    }

    /// A part that reaches from here to `end`.
    fn push(&mut self, part: Part, end: usize) {
        self.flush(self.at);
        self.parts.push(part);
        self.at = end;
        self.from = end;
    }

    /// One piece; none where it has no end.
    fn step(&mut self) -> Option<()> {
        let (s, at, level) = (self.s, self.at, self.level);
        let b = s.as_bytes();
        match b[at] {
            b'\\' => self.backslash(),
            b'"' if matches!(self.reading, Reading::HereDocument | Reading::Double) => self.at += 1,
            b'"' if self.reading == Reading::Quoted => {
                self.flush(at);
                self.at += 1;
                self.from = self.at;
            }
            b'"' => {
                let end = skip::double(s, at + 1, level).ok()?;
                self.push(Part::Double(parts(&s[at + 1..end - 1], Reading::Double, level)), end);
            }
            b'\'' if !self.reading.is_quoted() => {
                let end = skip::single(s, at + 1).ok()?;
                self.push(Part::Quoted(to_bytes(&s[at + 1..end - 1])), end);
            }
            b'`' => {
                let end = skip::backquote(s, at + 1).ok()?;
                let source = backquoted(&s[at + 1..end - 1], self.reading.is_quoted());
                self.push(Part::Command(substitution(source)), end);
            }
            b'$' => self.dollar()?,
            b'<' | b'>' if self.reading == Reading::Word && b.get(at + 1) == Some(&b'(') && self.at == self.from => {
                let end = lexer::closing(s, at + 2, level).ok()?;
                let command = substitution(s[at + 2..end - 1].to_owned());
                self.push(Part::Process { input: b[at] == b'<', command }, end);
            }
            b':' if self.reading == Reading::Assignment => {
                self.at += 1;
                self.tilde();
            }
            _ => self.at += 1,
        }
        Some(())
    }

    fn backslash(&mut self) {
        let (s, at) = (self.s, self.at);
        let Some(next) = s[at + 1..].chars().next() else {
            self.at += 1;
            return;
        };
        let end = at + 1 + next.len_utf8();
        let escapes = match self.reading {
            Reading::Double => "$`\"\\",
            Reading::HereDocument => "$`\\",
            Reading::Quoted => "$`\"\\}",
            _ => {
                return if next == '\n' {
                    self.skip(end);
                } else {
                    self.push(Part::Quoted(to_bytes(&s[at + 1..end])), end);
                };
            }
        };
        if next == '\n' {
            self.skip(end);
        } else if escapes.contains(next) {
            self.push(Part::Quoted(vec![next as u8]), end);
        } else {
            self.at = end;
        }
    }

    fn skip(&mut self, end: usize) {
        self.flush(self.at);
        self.at = end;
        self.from = end;
    }

    /// `~name` at this place, up to a `/` (or `:` in an assignment).
    fn tilde(&mut self) {
        let rest = &self.s[self.at..];
        let Some(name) = rest.strip_prefix('~') else { return };
        let is_end = |c: char| c == '/' || (c == ':' && self.reading == Reading::Assignment);
        let length = name.find(is_end).unwrap_or(name.len());
        let name = &name[..length];
        if name.bytes().all(|b| is_name_byte(b) || b"+-.".contains(&b)) {
            self.push(Part::Tilde(name.to_owned()), self.at + 1 + length);
        }
    }

    fn dollar(&mut self) -> Option<()> {
        let (s, at, level, quoted) = (self.s, self.at, self.level, self.reading.is_quoted());
        let rest = &s.as_bytes()[at + 1..];
        match rest {
            [b'{', ..] => {
                let end = skip::parameter(s, at + 2, level, quoted).ok()?;
                let inner = parameter::braced(&s[at + 2..end - 1], quoted, level);
                self.push(Part::Parameter(Box::new(inner)), end);
            }
            [b'(', ..] => {
                if let Some(end) = skip::arithmetic(s, at + 3).filter(|_| rest.starts_with(b"((")) {
                    let inner = word(&s[at + 3..end - 2], Reading::Quoted, level);
                    self.push(Part::Arithmetic(inner), end);
                    return Some(());
                }
                let end = lexer::closing(s, at + 2, level).ok()?;
                self.push(Part::Command(substitution(s[at + 2..end - 1].to_owned())), end);
            }
            [b'\'', ..] if !quoted => {
                let end = skip::ansi(s, at + 2).ok()?;
                self.push(Part::Quoted(ansi::unescape(&to_bytes(&s[at + 2..end - 1]))), end);
            }
            [b'"', ..] if !quoted => {
                let end = skip::double(s, at + 2, level).ok()?;
                self.push(Part::Double(parts(&s[at + 2..end - 1], Reading::Double, level)), end);
            }
            _ => match parameter::bare(&s[at + 1..]) {
                Some((name, length)) => self.push(Part::Parameter(Box::new(name)), at + 1 + length),
                None => self.at += 1,
            },
        }
        Some(())
    }
}

fn substitution(source: String) -> Substitution {
    Substitution { source, program: OnceCell::new() }
}

/// The commands of `` `…` ``: a backslash goes before `` ` ``, `\` and `$`, and within double quotes before `"`.
fn backquoted(text: &str, quoted: bool) -> String {
    let mut source = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escapes = c == '\\' && rest.peek().is_some_and(|&n| "`\\$".contains(n) || (quoted && n == '"'));
        source.push(if escapes { rest.next().unwrap_or(c) } else { c });
    }
    source
}
