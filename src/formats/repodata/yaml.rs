//! YAML as far as repository metadata needs it: texts, lists and maps, bounded while they are read.

use saphyr_parser::{Event, Parser};

use super::RepodataError;

/// Bytes of a YAML file; RHEL 8's AppStream has 8 MiB.
pub(super) const LIMIT: u64 = 128 << 20;
/// modulemd nests seven deep.
const MAX_DEPTH: usize = 24;
/// Values of one document; a stream has a line per artifact.
const MAX_VALUES: usize = 1 << 20;

/// A value. Scalars stay text: `5.30` is a stream, not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Yaml {
    Text(String),
    List(Vec<Self>),
    /// In the document's order.
    Map(Vec<(String, Self)>),
}

impl Yaml {
    /// The value of a key; none for other values.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value along several keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// A scalar's text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list; nothing for other values.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::List(values) => values.iter().filter_map(Self::text).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// The entries of a map; nothing for other values.
    pub fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }
}

/// A collection that is still open.
enum Open {
    List(Vec<Yaml>),
    /// With the key whose value comes next.
    Map(Vec<(String, Yaml)>, Option<String>),
}

/// Reads all documents, handing each to `take` before the next is read. Aliases are refused: modulemd has none, and bombs are
/// made of them.
pub(super) fn documents(
    document: &'static str,
    text: &str,
    mut take: impl FnMut(&Yaml) -> Result<(), RepodataError>,
) -> Result<(), RepodataError> {
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut values = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|e| RepodataError::Yaml {
            document,
            line: e.marker().line() as u64,
            message: e.info().chars().take(200).collect(),
        })?;
        let done = match event {
            Event::Alias(_) => return Err(RepodataError::Aliases { document, line: span.start.line() as u64 }),
            Event::Scalar(text, ..) => Some(Yaml::Text(text.into_owned())),
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|collection| match collection {
                Open::List(values) => Yaml::List(values),
                Open::Map(entries, _) => Yaml::Map(entries),
            }),
            Event::DocumentStart(_) => {
                values = 0;
                None
            }
            _ => None,
        };
        values += 1;
        if open.len() > MAX_DEPTH {
            return Err(RepodataError::TooLarge { document, what: "a nesting", limit: MAX_DEPTH as u64 });
        }
        if values > MAX_VALUES {
            return Err(RepodataError::TooLarge { document, what: "a number of values", limit: MAX_VALUES as u64 });
        }
        let Some(done) = done else { continue };
        match open.last_mut() {
            None => take(&done)?,
            Some(Open::List(values)) => values.push(done),
            Some(Open::Map(entries, key)) => match key.take() {
                Some(key) => entries.push((key, done)),
                // A key that is no text has no meaning in these documents, but its value must go with it.
                None => *key = Some(done.text().unwrap_or_default().to_owned()),
            },
        }
    }
    Ok(())
}
