//! A recipe's text, its values with their places, and paths into them.

use std::fmt;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Error, Place};

/// A parsed text that can say where each of its values stands.
#[derive(Clone, Debug)]
pub(super) struct Source<'t> {
    name: &'t str,
    pub(super) text: &'t str,
    root: DeTable<'t>,
}

/// One step into the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A table's key.
    Key(String),
    /// An array's element.
    Index(usize),
}

/// The way to a value: `packages.try[3]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<Step>);

impl Path {
    /// The path of names alone.
    pub(super) fn of(keys: &[&str]) -> Self {
        Self(keys.iter().map(|k| Step::Key((*k).to_owned())).collect())
    }

    /// One key further.
    pub(super) fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// One element further.
    pub(super) fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The keys alone, without indices: what a path is matched by.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.0.iter().filter_map(|s| if let Step::Key(k) = s { Some(k.as_str()) } else { None }).collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(k) => write!(f, "{}{k}", if i == 0 { "" } else { "." })?,
                Step::Index(n) => write!(f, "[{n}]")?,
            }
        }
        Ok(())
    }
}

impl<'t> Source<'t> {
    /// Parses TOML. `name` stands in messages.
    pub(super) fn parse(name: &'t str, text: &'t str) -> Result<Self, Error> {
        let root = DeTable::parse(text).map_err(|e| Error::Syntax {
            at: place(name, text, e.span().map_or(0, |s| s.start)),
            message: e.message().trim_end().replace('\n', ", "),
        })?;
        Ok(Self { name, text, root: root.into_inner() })
    }

    pub(super) fn name(&self) -> &'t str {
        self.name
    }

    pub(super) fn root(&self) -> &DeTable<'t> {
        &self.root
    }

    /// The place of a byte offset.
    pub(super) fn at(&self, offset: usize) -> Place {
        place(self.name, self.text, offset)
    }

    /// The place of a value, or of the nearest thing above it that exists.
    pub(super) fn find(&self, path: &Path) -> Place {
        let mut offset = 0;
        let mut here: Option<&Spanned<DeValue<'t>>> = None;
        for step in &path.0 {
            here = match (step, here.map(Spanned::get_ref)) {
                (Step::Key(k), None) => self.root.get(k.as_str()),
                (Step::Key(k), Some(DeValue::Table(t))) => t.get(k.as_str()),
                (Step::Index(i), Some(DeValue::Array(a))) => a.get(*i),
                _ => None,
            };
            match here {
                Some(value) => offset = value.span().start,
                None => break,
            }
        }
        self.at(offset)
    }

    /// The place of `offset` bytes into a string value: exact where the text spells the string without escapes.
    pub(super) fn inside(&self, value: &str, span: std::ops::Range<usize>, offset: usize) -> Place {
        let raw = self.text.get(span.clone()).unwrap_or("");
        let start = raw.find(value).unwrap_or(0);
        let within = if raw.contains(value) { start + offset } else { 0 };
        self.at(span.start + within)
    }
}

fn place(file: &str, text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    Place::Text {
        file: file.to_owned(),
        line: number(before.matches('\n').count()),
        column: number(before[line_start..].chars().count()),
    }
}

/// Counted from 1; a recipe is far smaller than the type.
fn number(before: usize) -> u32 {
    u32::try_from(before).map_or(u32::MAX, |n| n.saturating_add(1))
}
