//! From words to arguments: braces, tildes, parameters, commands, arithmetic, splitting, globbing, quote removal.
//!
//! ```text
//! parameters   $x ${…}: what they name      operations   :- # % / : ^ @
//! arithmetic   $((…))      pattern   globs as sets of positions      split   IFS      paths   globbing over the tree
//! quoting      'a b' for people and for eval
//! ```

mod arithmetic;
mod operations;
mod parameters;
mod paths;
mod pattern;
mod quoting;
mod split;

pub(super) use pattern::{Pattern, Subject};
pub(super) use quoting::{quote_ansi, quote_backslash, quote_single, quote_trace};

use super::{
    run::{Flow, Shell},
    syntax::{Braces, Part, Reading, Word, expand_braces, parse_word},
};

/// A piece of an expanded word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As written: a pattern, not split.
    Plain(Vec<u8>),
    /// Neither pattern nor split.
    Quoted(Vec<u8>),
    /// The result of an expansion: a pattern, and split.
    Split(Vec<u8>),
    /// Between two words of `$@`.
    Break,
}

impl Piece {
    /// Bytes it holds.
    fn len(&self) -> usize {
        match self {
            Self::Plain(bytes) | Self::Quoted(bytes) | Self::Split(bytes) => bytes.len(),
            Self::Break => 0,
        }
    }
}

/// Where a word is expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// Within double quotes.
    pub quoted: bool,
    /// Where no splitting follows, `$*` is one word as in quotes.
    pub joined: bool,
}

const SPLITTING: Context = Context { quoted: false, joined: false };
const JOINED: Context = Context { quoted: false, joined: true };

impl Shell<'_, '_, '_> {
    /// Arguments out of words.
    pub(super) fn fields(&mut self, word: &Word, out: &mut Vec<Vec<u8>>) -> Result<(), Flow> {
        let Some(text) = word.braces.as_ref().filter(|_| self.state.options.braceexpand) else {
            return self.fields_of(word, out);
        };
        let (text, dialect) = (text.clone(), self.state.dialect());
        self.study(text.len())?;
        let (braces, made) = expand_braces(&text, dialect.posix);
        self.steps(made * 4)?;
        let Braces::Words(words) = braces else { return self.fields_of(word, out) };
        for one in words {
            self.step()?;
            if one.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b)) {
                self.spend(one.len())?;
                out.push(one.into_bytes());
                continue;
            }
            self.steps(10)?;
            self.study(one.len())?;
            let mut one = parse_word(&one, Reading::Word, dialect);
            one.braces = None;
            self.fields_of(&one, out)?;
        }
        Ok(())
    }

    fn fields_of(&mut self, word: &Word, out: &mut Vec<Vec<u8>>) -> Result<(), Flow> {
        let mut pieces = Vec::new();
        self.parts(&word.parts, SPLITTING, &mut pieces)?;
        let ifs = self.ifs();
        self.spend(4 * pieces.iter().map(Piece::len).sum::<usize>())?;
        for field in split::split(pieces, &ifs) {
            self.step()?;
            if !field.magic || self.state.options.noglob {
                out.push(field.text);
                continue;
            }
            match self.paths(&field.pattern)? {
                found if !found.is_empty() => out.extend(found),
                _ if self.state.options.shopt.contains("nullglob") => {}
                _ if self.state.options.shopt.contains("failglob") => {
                    let name = String::from_utf8_lossy(&field.text).into_owned();
                    return Err(self.expansion_error(&format!("no match: {name}")));
                }
                _ => out.push(field.text),
            }
        }
        Ok(())
    }

    /// A word as one text: no splitting, no globbing.
    pub(super) fn text(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        let mut pieces = Vec::new();
        self.parts(&word.parts, JOINED, &mut pieces)?;
        let text = join(pieces);
        self.spend(text.len())?;
        Ok(text)
    }

    /// A word as a pattern's text, what is quoted in it made literal.
    pub(super) fn pattern_text(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        let mut pieces = Vec::new();
        self.parts(&word.parts, JOINED, &mut pieces)?;
        let text = as_pattern(&pieces);
        self.study(text.len())?;
        Ok(text)
    }

    /// A word as a pattern.
    pub(super) fn pattern(&mut self, word: &Word) -> Result<Pattern, Flow> {
        let text = self.pattern_text(word)?;
        Ok(Pattern::new(&text, true))
    }

    /// Pieces of a word, for those who look at what is quoted.
    pub(super) fn pieces(&mut self, word: &Word) -> Result<Vec<Piece>, Flow> {
        let mut pieces = Vec::new();
        self.parts(&word.parts, JOINED, &mut pieces)?;
        Ok(pieces)
    }

    pub(super) fn parts(&mut self, parts: &[Part], context: Context, out: &mut Vec<Piece>) -> Result<(), Flow> {
        for part in parts {
            self.part(part, context, out)?;
        }
        Ok(())
    }

    fn part(&mut self, part: &Part, context: Context, out: &mut Vec<Piece>) -> Result<(), Flow> {
        let result = |bytes| if context.quoted { Piece::Quoted(bytes) } else { Piece::Split(bytes) };
        match part {
            Part::Literal(bytes) if context.quoted => out.push(Piece::Quoted(bytes.clone())),
            Part::Literal(bytes) => out.push(Piece::Plain(bytes.clone())),
            Part::Quoted(bytes) => out.push(Piece::Quoted(bytes.clone())),
            Part::Double(parts) => self.double(parts, context, out)?,
            Part::Tilde(name) => match self.home(name) {
                Some(home) => out.push(Piece::Quoted(home)),
                None => out.push(Piece::Plain([b"~", name.as_bytes()].concat())),
            },
            Part::Parameter(parameter) => {
                self.nest()?;
                let before = out.len();
                self.parameter(parameter, context, out)?;
                self.steps(out.len() - before)?;
                self.spend(out[before..].iter().map(Piece::len).sum())?;
                self.unnest();
            }
            Part::Command(command) => {
                self.nest()?;
                let bytes = self.substitute(command)?;
                self.unnest();
                out.push(result(bytes));
            }
            Part::Arithmetic(word) => {
                let value = self.arithmetic(word)?;
                out.push(result(value.to_string().into_bytes()));
            }
            Part::Process { input, command } => {
                let name = self.process_substitution(*input, command)?;
                out.push(Piece::Quoted(name));
            }
        }
        Ok(())
    }

    /// `"…"`: at least an empty word, unless it holds nothing but a `$@` of no words.
    fn double(&mut self, parts: &[Part], context: Context, out: &mut Vec<Piece>) -> Result<(), Flow> {
        let before = out.len();
        self.parts(parts, Context { quoted: true, ..context }, out)?;
        let lists = |part: &Part| matches!(part, Part::Parameter(p) if parameters::is_list(p));
        if out.len() == before && !parts.iter().any(lists) {
            out.push(Piece::Quoted(Vec::new()));
        }
        Ok(())
    }

    /// What `~name` stands for.
    fn home(&mut self, name: &str) -> Option<Vec<u8>> {
        match name {
            "" => self.value("HOME").or_else(|| Some(b"/root".to_vec())),
            "+" => self.value("PWD"),
            "-" => self.value("OLDPWD"),
            _ => {
                let accounts = self.process.read_file(b"/etc/passwd").ok()?;
                let mut lines = accounts.split(|&b| b == b'\n').map(|l| l.split(|&b| b == b':').collect::<Vec<_>>());
                lines.find(|f| f.len() > 5 && f[0] == name.as_bytes()).map(|f| f[5].to_vec())
            }
        }
    }

    /// What splits words.
    pub(super) fn ifs(&mut self) -> Vec<u8> {
        self.value("IFS").unwrap_or_else(|| b" \t\n".to_vec())
    }
}

/// Pieces as one text; words of `$@` with blanks between them.
pub(super) fn join(pieces: Vec<Piece>) -> Vec<u8> {
    let mut pieces = pieces.into_iter();
    let of = |piece| match piece {
        Piece::Plain(bytes) | Piece::Quoted(bytes) | Piece::Split(bytes) => bytes,
        Piece::Break => vec![b' '],
    };
    let mut text = pieces.next().map(of).unwrap_or_default();
    for piece in pieces {
        text.extend(of(piece));
    }
    text
}

/// Pieces as a pattern's text.
pub(super) fn as_pattern(pieces: &[Piece]) -> Vec<u8> {
    let mut text = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Plain(bytes) | Piece::Split(bytes) => text.extend(bytes),
            Piece::Quoted(bytes) => pattern::quote(bytes, &mut text),
            Piece::Break => text.push(b' '),
        }
    }
    text
}
