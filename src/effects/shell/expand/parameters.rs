//! What parameters name.

use super::{Context, Part, Piece};
use crate::effects::{
    process::Status,
    shell::{
        run::{Flow, Shell},
        state::Value,
        syntax::{Name, Operation, Parameter, Reading, Word, parse_word},
        text::to_text,
    },
};

/// What a parameter stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Unset.
    Nothing,
    One(Vec<u8>),
    /// The words of `$@`, or with a star those of `$*`.
    Many {
        words: Vec<Vec<u8>>,
        star: bool,
    },
}

/// Whether it may stand for no word, even in quotes.
pub(super) fn is_list(parameter: &Parameter) -> bool {
    let star = match (&parameter.name, &parameter.operation) {
        (_, Operation::Names { star } | Operation::Keys { star }) => *star,
        (_, Operation::Length) => true,
        (Name::All { star } | Name::Elements { star, .. }, _) => *star,
        _ => return parameter.indirect,
    };
    !star
}

impl Shell<'_, '_, '_> {
    /// Expands one parameter.
    pub(super) fn parameter(
        &mut self,
        parameter: &Parameter,
        context: Context,
        out: &mut Vec<Piece>,
    ) -> Result<(), Flow> {
        match &parameter.operation {
            Operation::Bad(text) => {
                return Err(self.expansion_error(&format!("${{{text}}}: bad substitution")));
            }
            Operation::Names { star } => {
                let words = self.names_with(&parameter.name);
                self.emit(Found::Many { words, star: *star }, context, out);
                return Ok(());
            }
            Operation::Keys { star } => {
                let words = self.keys_of(&parameter.name);
                self.emit(Found::Many { words, star: *star }, context, out);
                return Ok(());
            }
            _ => {}
        }
        let pointed;
        let name = match parameter.indirect {
            true => match self.pointed(&parameter.name)? {
                Some(name) => {
                    pointed = name;
                    &pointed
                }
                None => return Ok(()),
            },
            false => &parameter.name,
        };
        self.operate(name, &parameter.operation, context, out)
    }

    /// The parameter that the value of `${!name}` names; none for an empty value of an unset name.
    fn pointed(&mut self, name: &Name) -> Result<Option<Name>, Flow> {
        let text = match self.find(name)? {
            Found::One(text) => to_text(&text),
            Found::Many { words, .. } => to_text(&words.concat()),
            Found::Nothing => {
                let shown = shown(name);
                return Err(self.expansion_error(&format!("{shown}: invalid indirect expansion")));
            }
        };
        let word = parse_word(&format!("${{{text}}}"), Reading::Pattern, self.state.dialect());
        match <[_; 1]>::try_from(word.parts).map(|[part]| part) {
            Ok(Part::Parameter(parameter))
                if matches!(parameter.operation, Operation::Value) && !parameter.indirect =>
            {
                Ok(Some(parameter.name))
            }
            _ => Err(self.expansion_error(&format!("{text}: invalid variable name"))),
        }
    }

    /// Puts out what was found.
    pub(super) fn emit(&mut self, found: Found, context: Context, out: &mut Vec<Piece>) {
        let piece = |bytes| if context.quoted { Piece::Quoted(bytes) } else { Piece::Split(bytes) };
        match found {
            Found::Nothing => {
                if context.quoted {
                    out.push(Piece::Quoted(Vec::new()));
                }
            }
            Found::One(bytes) => out.push(piece(bytes)),
            Found::Many { words, star: true } if context.quoted || context.joined => {
                let between =
                    self.value("IFS").map_or(vec![b' '], |ifs| ifs.first().map(|&b| vec![b]).unwrap_or_default());
                out.push(piece(words.join(&between[..])));
            }
            Found::Many { words, .. } => {
                for (i, word) in words.into_iter().enumerate() {
                    if i > 0 {
                        out.push(Piece::Break);
                    }
                    out.push(piece(word));
                }
            }
        }
    }

    /// What a name stands for.
    pub(super) fn find(&mut self, name: &Name) -> Result<Found, Flow> {
        let one = |value: Option<Vec<u8>>| value.map_or(Found::Nothing, Found::One);
        Ok(match name {
            Name::Variable(name) => one(self.value(name)),
            Name::Positional(0) => Found::One(self.state.name.to_vec()),
            Name::Positional(n) => one(self.state.parameters.get(n - 1).cloned()),
            Name::Special(b'!') => one(self.state.background.map(|n| n.to_string().into_bytes())),
            Name::Special(special) => Found::One(self.special(*special)),
            Name::All { star } => Found::Many { words: self.state.parameters.to_vec(), star: *star },
            Name::Element(name, index) => one(self.element(name, index)?),
            Name::Elements { name, star } => {
                let words = self.elements(name).into_iter().map(|(_, value)| value).collect();
                Found::Many { words, star: *star }
            }
        })
    }

    fn special(&self, special: u8) -> Vec<u8> {
        match special {
            b'#' => self.state.parameters.len().to_string().into_bytes(),
            b'?' => {
                let Status(status) = self.state.status;
                status.to_string().into_bytes()
            }
            b'$' => self.state.number.to_string().into_bytes(),
            _ => {
                let mut letters = self.state.options.letters();
                if self.state.is_command_string {
                    letters.push(b'c');
                }
                letters
            }
        }
    }

    /// `${name[index]}`
    fn element(&mut self, name: &str, index: &Word) -> Result<Option<Vec<u8>>, Flow> {
        let name = self.resolved(name);
        let Some(key) = self.key(&name, index)? else { return Ok(None) };
        Ok(self.element_at(&name, &key))
    }

    /// The value that an array, or a scalar as one of one element, has at a key.
    pub(in super::super) fn element_at(&self, name: &str, key: &[u8]) -> Option<Vec<u8>> {
        let name = self.resolved(name);
        if let Some(words) = self.array_of_its_own(&name) {
            let at = std::str::from_utf8(key).ok()?.parse::<usize>().ok()?;
            return words.into_iter().nth(at);
        }
        self.state.variables.get(&name)?.element(key).map(<[u8]>::to_vec)
    }

    /// A subscript as a key of that array: the text for an associative one, else the number; none where that is before the start.
    pub(in super::super) fn key(&mut self, name: &str, index: &Word) -> Result<Option<Vec<u8>>, Flow> {
        let text = self.text(index)?;
        self.key_of(name, &text)
    }

    /// The same for a subscript that is expanded.
    pub(in super::super) fn key_of(&mut self, name: &str, text: &[u8]) -> Result<Option<Vec<u8>>, Flow> {
        let variable = self.state.variables.get(name);
        if matches!(variable.map(|v| &v.value), Some(Value::Associative(_))) {
            return Ok(Some(text.to_vec()));
        }
        let next = match variable.map(|v| &v.value) {
            Some(Value::Indexed(all)) => all.last_key_value().map_or(0, |(last, _)| last + 1),
            Some(Value::Scalar(_)) => 1,
            _ => 0,
        };
        let index = self.evaluate(text)?;
        // Negative ones count from the end.
        let index = if index < 0 { i64::try_from(next).unwrap_or(i64::MAX) + index } else { index };
        Ok(u64::try_from(index).ok().map(|index| index.to_string().into_bytes()))
    }

    /// Keys and values of an array; a scalar is one of one element.
    pub(in super::super) fn elements(&mut self, name: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let name = self.resolved(name);
        if let Some(words) = self.array_of_its_own(&name) {
            return words.into_iter().enumerate().map(|(i, w)| (i.to_string().into_bytes(), w)).collect();
        }
        match self.state.variables.get(&name) {
            Some(variable) => variable.elements().into_iter().map(|(key, value)| (key, value.to_vec())).collect(),
            None => Vec::new(),
        }
    }

    fn keys_of(&mut self, name: &Name) -> Vec<Vec<u8>> {
        let Name::Variable(name) = name else { return Vec::new() };
        self.elements(name).into_iter().map(|(key, _)| key).collect()
    }

    fn names_with(&mut self, name: &Name) -> Vec<Vec<u8>> {
        let Name::Variable(prefix) = name else { return Vec::new() };
        let set = self.state.variables.iter().filter(|(name, v)| name.starts_with(prefix) && v.value != Value::Unset);
        set.map(|(name, _)| name.clone().into_bytes()).collect()
    }
}

/// A name for messages.
pub(super) fn shown(name: &Name) -> String {
    match name {
        Name::Variable(name) => name.clone(),
        Name::Positional(n) => n.to_string(),
        Name::Special(c) => char::from(*c).to_string(),
        Name::All { star } => if *star { "*" } else { "@" }.to_owned(),
        Name::Element(name, _) => format!("{name}[…]"),
        Name::Elements { name, star } => format!("{name}[{}]", if *star { "*" } else { "@" }),
    }
}
