//! Word splitting (POSIX 2.6.5).

use super::{Piece, pattern};

/// A word after splitting.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub text: Vec<u8>,
    /// The same with what was quoted made literal.
    pub pattern: Vec<u8>,
    /// Whether the pattern can match anything else.
    pub magic: bool,
}

/// What came last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    /// Blanks ended a field; a delimiter that follows belongs to the same end.
    Blank,
    Delimiter,
}

struct Splitter<'i> {
    ifs: &'i [u8],
    fields: Vec<Field>,
    field: Option<Field>,
    last: Last,
}

/// The words in a row of pieces.
pub(super) fn split(pieces: Vec<Piece>, ifs: &[u8]) -> Vec<Field> {
    let mut splitter = Splitter { ifs, fields: Vec::new(), field: None, last: Last::Start };
    for piece in pieces {
        match piece {
            Piece::Plain(text) => splitter.unquoted(&text),
            Piece::Quoted(text) => {
                let field = splitter.field.get_or_insert_default();
                field.text.extend(&text);
                pattern::quote(&text, &mut field.pattern);
            }
            Piece::Split(text) => splitter.result(&text),
            Piece::Break => {
                splitter.end();
                splitter.last = Last::Start;
            }
        }
    }
    splitter.end();
    splitter.fields
}

impl Splitter<'_> {
    fn end(&mut self) -> bool {
        let Some(mut field) = self.field.take() else { return false };
        field.magic = pattern::is_magic(&field.pattern);
        self.fields.push(field);
        true
    }

    fn unquoted(&mut self, text: &[u8]) {
        let field = self.field.get_or_insert_default();
        field.text.extend(text);
        field.pattern.extend(text);
    }

    fn result(&mut self, text: &[u8]) {
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.iter().position(|b| self.ifs.contains(b)).unwrap_or(rest.len());
            if plain > 0 {
                // A backslash out of an expansion is one itself, unless it quotes in a pattern.
                self.unquoted(&rest[..plain]);
            }
            rest = &rest[plain..];
            if let [delimiter, after @ ..] = rest {
                self.delimiter(*delimiter);
                rest = after;
            }
        }
    }

    fn delimiter(&mut self, b: u8) {
        if matches!(b, b' ' | b'\t' | b'\n') {
            if self.end() {
                self.last = Last::Blank;
            }
        } else if self.end() || self.last == Last::Blank {
            self.last = Last::Delimiter;
        } else {
            self.fields.push(Field::default());
            self.last = Last::Delimiter;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[Piece], ifs: &str) -> Vec<String> {
        let fields = split(pieces.to_vec(), ifs.as_bytes());
        fields.into_iter().map(|f| String::from_utf8_lossy(&f.text).into_owned()).collect()
    }

    #[test]
    fn blanks_and_delimiters_are_told_apart() {
        let result = |s: &str| Piece::Split(s.into());
        assert_eq!(all(&[result("  a  b ")], " \t\n"), ["a", "b"]);
        assert_eq!(all(&[result(" a : b::c: ")], " :"), ["a", "b", "", "c"]);
        assert_eq!(all(&[result(":a")], ":"), ["", "a"]);
        assert_eq!(all(&[Piece::Plain("x".into()), result("a b"), Piece::Quoted("y z".into())], " "), ["xa", "by z"]);
        assert_eq!(all(&[Piece::Quoted("".into())], " "), [""]);
        assert_eq!(all(&[Piece::Quoted("a".into()), Piece::Break, Piece::Quoted("".into())], " "), ["a", ""]);
        assert_eq!(all(&[result("")], " ").len(), 0);
    }
}
