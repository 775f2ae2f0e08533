//! What `${…}` does with what it found.

use super::{
    Context, Pattern, Piece, Subject, join,
    parameters::{Found, shown},
    quoting,
};
use crate::effects::shell::{
    run::{Flow, Shell},
    syntax::{Name, Operation, Place, Word, unescape_ansi},
    text::char_starts,
};

impl Shell<'_, '_, '_> {
    pub(super) fn operate(
        &mut self,
        name: &Name,
        operation: &Operation,
        context: Context,
        out: &mut Vec<Piece>,
    ) -> Result<(), Flow> {
        if let Operation::Alternative { kind, null, word } = operation {
            return self.alternative(name, *kind, *null, word, context, out);
        }
        if let Operation::Length = operation {
            let length = self.length(name)?;
            self.emit(Found::One(length.to_string().into_bytes()), context, out);
            return Ok(());
        }
        let found = self.find(name)?;
        let found = self.require(name, found)?;
        let found = match operation {
            Operation::Value => found,
            Operation::Substring { offset, length } => self.substring(name, found, offset, length.as_ref())?,
            Operation::Transform(kind @ (b'A' | b'a' | b'K' | b'k')) => self.describe(name, found, *kind),
            _ => self.each(found, operation)?,
        };
        self.emit(found, context, out);
        Ok(())
    }

    /// With `-u`, what is unset is a failure.
    fn require(&mut self, name: &Name, found: Found) -> Result<Found, Flow> {
        if found == Found::Nothing && self.state.options.nounset {
            let name = match name {
                Name::Element(name, index) => {
                    let index = self.text(index)?;
                    format!("{name}[{}]", String::from_utf8_lossy(&index))
                }
                Name::Positional(_) => format!("${}", shown(name)),
                name => shown(name),
            };
            return Err(self.fatal(&format!("{name}: unbound variable")));
        }
        Ok(found)
    }

    /// `:-` and its kind.
    fn alternative(
        &mut self,
        name: &Name,
        kind: u8,
        null: bool,
        word: &Word,
        context: Context,
        out: &mut Vec<Piece>,
    ) -> Result<(), Flow> {
        let found = self.find(name)?;
        let is_set = match &found {
            Found::Nothing => false,
            Found::One(value) => !null || !value.is_empty(),
            // `$@` is null where all there is, is one empty word.
            Found::Many { words, .. } if null => !words.is_empty() && words.iter().any(|w| !w.is_empty()),
            Found::Many { words, .. } => !words.is_empty(),
        };
        match (kind, is_set) {
            (b'+', true) | (b'-', false) => self.word_of(word, context, out),
            // In quotes too, `$@` and its kind are no word here.
            (b'+', false) if matches!(name, Name::All { star: false } | Name::Elements { star: false, .. }) => Ok(()),
            (b'+', false) => {
                self.emit(Found::Nothing, context, out);
                Ok(())
            }
            (_, true) => {
                self.emit(found, context, out);
                Ok(())
            }
            (b'=', false) => {
                let value = self.text(word)?;
                match name {
                    Name::Variable(name) => self.assign(name, None, value.clone(), false)?,
                    Name::Element(name, index) => {
                        let index = self.text(index)?;
                        self.assign(name, Some(&index), value.clone(), false)?;
                    }
                    _ => return Err(self.expansion_error(&format!("${}: cannot assign in this way", shown(name)))),
                }
                self.emit(Found::One(value), context, out);
                Ok(())
            }
            _ => {
                let message = self.text(word)?;
                let message = if !message.is_empty() {
                    String::from_utf8_lossy(&message).into_owned()
                } else if null {
                    "parameter null or not set".to_owned()
                } else {
                    "parameter not set".to_owned()
                };
                Err(self.fatal(&format!("{}: {message}", shown(name))))
            }
        }
    }

    /// The word of an alternative: in quotes it is quoted, else it is split like any other result.
    fn word_of(&mut self, word: &Word, context: Context, out: &mut Vec<Piece>) -> Result<(), Flow> {
        let before = out.len();
        self.parts(&word.parts, context, out)?;
        if context.quoted && out.len() == before {
            out.push(Piece::Quoted(Vec::new()));
        }
        for piece in &mut out[before..] {
            if let Piece::Plain(text) = piece {
                *piece = Piece::Split(std::mem::take(text));
            }
        }
        Ok(())
    }

    fn length(&mut self, name: &Name) -> Result<usize, Flow> {
        let found = self.find(name)?;
        if let Found::One(value) = &found {
            self.spend(value.len())?;
        }
        Ok(match self.require(name, found)? {
            Found::Nothing => 0,
            Found::One(value) => char_starts(&value).len() - 1,
            Found::Many { words, .. } => words.len(),
        })
    }

    /// `${x:offset:length}`: characters of a value, or words of `$@` and arrays.
    fn substring(&mut self, name: &Name, found: Found, offset: &Word, length: Option<&Word>) -> Result<Found, Flow> {
        let offset = self.arithmetic(offset)?;
        let length = length.map(|l| self.arithmetic(l)).transpose()?;
        match found {
            Found::Nothing => Ok(Found::Nothing),
            Found::One(value) => {
                self.spend(value.len())?;
                let starts = char_starts(&value);
                let Some((from, to)) = self.bounds(starts.len() - 1, offset, length)? else {
                    return Ok(Found::One(Vec::new()));
                };
                Ok(Found::One(value[starts[from]..starts[to]].to_vec()))
            }
            Found::Many { mut words, star } => {
                if matches!(name, Name::All { .. }) {
                    // `${@:0}` begins with `$0`.
                    words.insert(0, self.state.name.to_vec());
                }
                if let Some(length) = length.filter(|l| *l < 0) {
                    return Err(self.expansion_error(&format!("{length}: substring expression < 0")));
                }
                let words = match self.bounds(words.len(), offset, length)? {
                    Some((from, to)) => words[from..to].to_vec(),
                    None => Vec::new(),
                };
                Ok(Found::Many { words, star })
            }
        }
    }

    /// Where an offset and a length lead in something of that size; none where that is outside.
    fn bounds(&mut self, size: usize, offset: i64, length: Option<i64>) -> Result<Option<(usize, usize)>, Flow> {
        let size = size as i64;
        let from = if offset < 0 { offset.saturating_add(size) } else { offset };
        if from < 0 || from > size {
            return Ok(None);
        }
        let to = match length {
            None => size,
            Some(length) if length < 0 => size.saturating_add(length),
            Some(length) => from.saturating_add(length).min(size),
        };
        if to < from {
            return Err(self.expansion_error(&format!("{}: substring expression < 0", length.unwrap_or_default())));
        }
        Ok(Some((from as usize, to as usize)))
    }

    /// Applies an operation on texts to each word.
    fn each(&mut self, found: Found, operation: &Operation) -> Result<Found, Flow> {
        let change = match operation {
            Operation::Remove { suffix, longest, pattern } => {
                Change::Remove { suffix: *suffix, longest: *longest, pattern: self.pattern(pattern)? }
            }
            Operation::Replace { pattern, with, place } => {
                let text = self.pattern_text(pattern)?;
                let with = self.pieces(with)?;
                Change::Replace { is_empty: text.is_empty(), pattern: Pattern::new(&text, true), with, place: *place }
            }
            Operation::Case { upper, all, pattern } => {
                let pattern = pattern.as_ref().map(|p| self.pattern(p)).transpose()?;
                Change::Case { upper: *upper, all: *all, pattern }
            }
            Operation::Transform(kind) => Change::Transform(*kind),
            _ => return Ok(found),
        };
        Ok(match found {
            Found::Nothing => Found::Nothing,
            Found::One(value) => Found::One(self.change(&value, &change)?),
            Found::Many { words, star } => {
                let words = words.iter().map(|w| self.change(w, &change)).collect::<Result<_, _>>()?;
                Found::Many { words, star }
            }
        })
    }

    fn change(&mut self, value: &[u8], change: &Change) -> Result<Vec<u8>, Flow> {
        self.study(value.len())?;
        let mut subject = Subject::new(value);
        let changed = change.apply(value, &mut subject);
        self.work(subject.work)?;
        self.spend(changed.len())?;
        Ok(changed)
    }
}

/// An operation on a text, made ready.
enum Change {
    Remove { suffix: bool, longest: bool, pattern: Pattern },
    Replace { pattern: Pattern, is_empty: bool, with: Vec<Piece>, place: Place },
    Case { upper: bool, all: bool, pattern: Option<Pattern> },
    Transform(u8),
}

impl Change {
    fn apply(&self, value: &[u8], subject: &mut Subject) -> Vec<u8> {
        let starts = char_starts(value);
        match self {
            Self::Remove { suffix: false, longest, pattern } => {
                let ends = pattern.ends(subject, 0);
                let end = if *longest { ends.last() } else { ends.first() };
                value[starts[end.copied().unwrap_or(0)]..].to_vec()
            }
            Self::Remove { suffix: true, longest, pattern } => {
                let found = pattern.starts(subject);
                let start = if *longest { found.first() } else { found.last() };
                value[..starts[start.copied().unwrap_or(starts.len() - 1)]].to_vec()
            }
            Self::Replace { is_empty: true, with, place, .. } => match place {
                Place::Start => [replacement(with, b""), value.to_vec()].concat(),
                Place::End => [value.to_vec(), replacement(with, b"")].concat(),
                _ => value.to_vec(),
            },
            Self::Replace { pattern, with, place, .. } => replace(value, &starts, subject, pattern, with, *place),
            Self::Case { upper, all, pattern } => change_case(value, &starts, *upper, *all, pattern.as_ref()),
            Self::Transform(kind) => transform(value, *kind),
        }
    }
}

/// The text to put in for a match: an unquoted `&` is the match.
fn replacement(with: &[Piece], matched: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in with {
        match piece {
            Piece::Quoted(text) => out.extend(text),
            Piece::Break => out.push(b' '),
            Piece::Plain(text) | Piece::Split(text) => {
                let mut at = 0;
                while at < text.len() {
                    match text[at] {
                        b'&' => out.extend(matched),
                        b'\\' if matches!(text.get(at + 1), Some(b'&' | b'\\')) => {
                            at += 1;
                            out.push(text[at]);
                        }
                        b => out.push(b),
                    }
                    at += 1;
                }
            }
        }
    }
    out
}

fn replace(
    value: &[u8],
    starts: &[usize],
    subject: &mut Subject,
    pattern: &Pattern,
    with: &[Piece],
    place: Place,
) -> Vec<u8> {
    let size = starts.len() - 1;
    let put = |from: usize, to: usize| {
        let matched = &value[starts[from]..starts[to]];
        [&value[..starts[from]], &replacement(with, matched), &value[starts[to]..]].concat()
    };
    match place {
        Place::Start => pattern.ends(subject, 0).last().map_or_else(|| value.to_vec(), |&end| put(0, end)),
        Place::End => pattern.starts(subject).first().map_or_else(|| value.to_vec(), |&start| put(start, size)),
        Place::First | Place::Every => {
            let (mut out, mut at) = (Vec::new(), 0);
            while at < size {
                match pattern.ends(subject, at).last().filter(|&&end| end > at) {
                    Some(&end) => {
                        out.extend(replacement(with, &value[starts[at]..starts[end]]));
                        at = end;
                        if place == Place::First {
                            break;
                        }
                    }
                    None => {
                        out.extend(&value[starts[at]..starts[at + 1]]);
                        at += 1;
                    }
                }
            }
            out.extend(&value[starts[at]..]);
            out
        }
    }
}

fn change_case(value: &[u8], starts: &[usize], upper: bool, all: bool, pattern: Option<&Pattern>) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for (i, pair) in starts.windows(2).enumerate() {
        let c = &value[pair[0]..pair[1]];
        let matches = pattern.is_none_or(|p| p.matches(&mut Subject::new(c)));
        match std::str::from_utf8(c) {
            Ok(c) if matches && (all || i == 0) => {
                out.extend(if upper { c.to_uppercase() } else { c.to_lowercase() }.bytes());
            }
            _ => out.extend(c),
        }
    }
    out
}

fn transform(value: &[u8], kind: u8) -> Vec<u8> {
    let starts = char_starts(value);
    match kind {
        b'U' => change_case(value, &starts, true, true, None),
        b'u' => change_case(value, &starts, true, false, None),
        b'L' => change_case(value, &starts, false, true, None),
        b'E' => unescape_ansi(value),
        b'Q' if value.iter().any(u8::is_ascii_control) => quoting::quote_ansi(value),
        b'Q' => quoting::quote_single(value),
        _ => value.to_vec(),
    }
}

impl Shell<'_, '_, '_> {
    /// `${x@a}`, `${x@A}`, `${x@K}`, `${x@k}`.
    fn describe(&mut self, name: &Name, found: Found, kind: u8) -> Found {
        let (Name::Variable(variable) | Name::Elements { name: variable, .. } | Name::Element(variable, _)) = name
        else {
            return found;
        };
        let variable = self.resolved(variable);
        match kind {
            b'a' => Found::One(self.attributes(&variable).into_bytes()),
            b'A' => Found::One(self.declaration(&variable, true)),
            _ => {
                let mut pieces = Vec::new();
                for (key, value) in self.elements(&variable) {
                    let value = if kind == b'K' { [b"\"", &value[..], b"\""].concat() } else { value };
                    pieces.push(Piece::Quoted(key));
                    pieces.push(Piece::Quoted(value));
                    pieces.push(Piece::Break);
                }
                pieces.pop();
                Found::One(join(pieces))
            }
        }
    }
}
