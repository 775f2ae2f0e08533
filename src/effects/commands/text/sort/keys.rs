//! Which part of a line counts.

use super::super::{super::options::Parsed, stream};

/// How two parts are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Bytes,
    Numeric,
    General,
    Human,
    Month,
    Version,
}

/// `b d f i r` and the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub kind: Kind,
    pub reverse: bool,
    pub fold: bool,
    pub dictionary: bool,
    pub printable: bool,
    /// Blanks before the start, and before the end, do not count.
    pub skip_start: bool,
    pub skip_end: bool,
}

impl Way {
    fn letter(&mut self, letter: u8) -> bool {
        match letter {
            b'd' => self.dictionary = true,
            b'f' => self.fold = true,
            b'i' => self.printable = true,
            b'r' => self.reverse = true,
            b'g' => self.kind = Kind::General,
            b'h' => self.kind = Kind::Human,
            b'M' => self.kind = Kind::Month,
            b'n' => self.kind = Kind::Numeric,
            b'R' => self.kind = Kind::Bytes,
            b'V' => self.kind = Kind::Version,
            _ => return false,
        }
        true
    }

    /// What the options say for keys that say nothing.
    pub fn of_options(parsed: &Parsed) -> Option<Self> {
        let mut way = Self::default();
        for (name, value) in &parsed.options {
            let letter = match (*name, value.as_deref()) {
                ("dictionary-order", _) => b'd',
                ("ignore-case", _) => b'f',
                ("ignore-nonprinting", _) => b'i',
                ("reverse", _) => b'r',
                ("general-numeric-sort", _) | ("sort", Some(b"general-numeric")) => b'g',
                ("human-numeric-sort", _) | ("sort", Some(b"human-numeric")) => b'h',
                ("month-sort", _) | ("sort", Some(b"month")) => b'M',
                ("numeric-sort", _) | ("sort", Some(b"numeric")) => b'n',
                ("random-sort", _) | ("sort", Some(b"random")) => b'R',
                ("version-sort", _) | ("sort", Some(b"version")) => b'V',
                ("ignore-leading-blanks", _) => {
                    (way.skip_start, way.skip_end) = (true, true);
                    continue;
                }
                ("sort", _) => return None,
                _ => continue,
            };
            way.letter(letter);
        }
        Some(way)
    }

    /// Whether it is anything but plain bytes, backwards or not.
    pub fn is_special(&self) -> bool {
        *self != Self { reverse: self.reverse, ..Self::default() }
    }
}

/// `-k START[,END]`; fields and characters counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    field: usize,
    character: usize,
    /// The field it ends in (the first behind it where it ends with a field), and how many characters of it.
    end: Option<(usize, usize)>,
    pub way: Way,
}

impl Key {
    pub fn whole(way: Way) -> Self {
        Self { field: 0, character: 0, end: None, way }
    }

    /// A key without letters of its own takes the options' way.
    pub fn or_default(self, way: Way) -> Self {
        if self.way == Way::default() { Self { way, ..self } } else { self }
    }

    pub fn parse(text: &[u8]) -> Option<Self> {
        let (start, end) = match text.iter().position(|&b| b == b',') {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let mut way = Way::default();
        let (field, character) = position(start, &mut way, true)?;
        let field = field.checked_sub(1)?;
        let character = character.map_or(Some(0), |c| c.checked_sub(1))?;
        let end = match end {
            None => None,
            Some(end) => {
                let (field, character) = position(end, &mut way, false)?;
                let characters = character.unwrap_or(0);
                Some((field.checked_sub(1)? + usize::from(characters == 0), characters))
            }
        };
        Some(Self { field, character, end, way })
    }

    /// The part of a line it is about.
    pub fn part<'l>(&self, line: &'l [u8], separator: Option<u8>) -> &'l [u8] {
        let mut start = self.skip(line, self.field, separator, true);
        if self.way.skip_start {
            start += blanks(&line[start..]);
        }
        let start = (start + self.character).min(line.len());
        let Some((fields, characters)) = self.end else { return &line[start..] };
        let mut end = self.skip(line, fields, separator, characters > 0);
        if characters > 0 {
            if self.way.skip_end {
                end += blanks(&line[end..]);
            }
            end = (end + characters).min(line.len());
        }
        &line[start..end.max(start)]
    }

    /// Where `fields` fields end; behind the separator, unless the last one is not to be passed.
    fn skip(&self, line: &[u8], fields: usize, separator: Option<u8>, pass_last: bool) -> usize {
        let mut at = 0;
        for left in (0..fields).rev() {
            if at >= line.len() {
                break;
            }
            match separator {
                Some(separator) => {
                    at += line[at..].iter().take_while(|&&b| b != separator).count();
                    if at < line.len() && (left > 0 || pass_last) {
                        at += 1;
                    }
                }
                None => {
                    at += blanks(&line[at..]);
                    at += line[at..].iter().take_while(|b| !is_blank(**b)).count();
                }
            }
        }
        at
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t' || byte == b'\n'
}

pub(super) fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(**b)).count()
}

/// `FIELD[.CHARACTER][LETTERS]`
fn position(text: &[u8], way: &mut Way, is_start: bool) -> Option<(usize, Option<usize>)> {
    let number = |text: &[u8]| -> Option<(usize, usize)> {
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        Some((usize::try_from(stream::number(&text[..digits])?).unwrap_or(usize::MAX), digits))
    };
    let (field, mut at) = number(text)?;
    let mut character = None;
    if text.get(at) == Some(&b'.') {
        let (value, digits) = number(&text[at + 1..])?;
        character = Some(value);
        at += 1 + digits;
    }
    for &letter in &text[at..] {
        match letter {
            b'b' if is_start => way.skip_start = true,
            b'b' => way.skip_end = true,
            _ if way.letter(letter) => {}
            _ => return None,
        }
    }
    Some((field, character))
}
