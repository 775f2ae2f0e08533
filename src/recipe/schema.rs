//! The recipe's JSON Schema, and the check of a text's keys and types against it: one description serves both, so what
//! `recipe schema` prints is what drydock accepts.

use serde_json::Value as Json;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Document, Error,
    error::{Meant, nearest},
    source::{Path, Source},
};

/// The JSON Schema (draft 2020-12) of a recipe, for editors and for people.
pub fn schema() -> Json {
    schemars::schema_for!(Document).to_value()
}

/// Refuses the first unknown key, missing key or wrong type.
pub(super) fn check(source: &Source<'_>) -> Result<(), Error> {
    let schema = schema();
    let walk = Walk { source, schema: &schema };
    walk.table(&schema, source.root(), 0, &Path::default())
}

struct Walk<'a> {
    source: &'a Source<'a>,
    schema: &'a Json,
}

impl<'a> Walk<'a> {
    /// Follows `$ref`, which schemars uses within the document only.
    fn resolve(&self, schema: &'a Json) -> &'a Json {
        let target = schema.get("$ref").and_then(Json::as_str).and_then(|r| self.schema.pointer(r.strip_prefix('#')?));
        target.unwrap_or(schema)
    }

    fn value(&self, schema: &'a Json, value: &Spanned<DeValue<'_>>, path: &Path) -> Result<(), Error> {
        let schema = self.resolve(schema);
        let at = value.span().start;
        match (value.get_ref(), expected_type(schema)) {
            (DeValue::Table(t), "object") => self.table(schema, t, at, path),
            (DeValue::Array(a), "array") => {
                let items = schema.get("items").unwrap_or(&Json::Null);
                a.iter().enumerate().try_for_each(|(i, v)| self.value(items, v, &path.index(i)))
            }
            (DeValue::String(s), "string") => self.word(schema, s, at, path),
            (DeValue::Integer(n), "integer") => self.number(schema, n, at, path),
            (DeValue::Boolean(_), "boolean") => Ok(()),
            (found, expected) => Err(Error::WrongType {
                at: self.source.at(at),
                key: path.to_string(),
                expected: with_article(expected).into(),
                found: with_article(found.type_str()).into(),
            }),
        }
    }

    fn table(&self, schema: &'a Json, table: &DeTable<'_>, at: usize, path: &Path) -> Result<(), Error> {
        let properties = schema.get("properties").and_then(Json::as_object);
        for (key, value) in table {
            let name: &str = key.get_ref();
            let known = properties.and_then(|p| p.get(name)).or_else(|| schema.get("additionalProperties"));
            if let Some(names) = schema.get("propertyNames") {
                self.word(self.resolve(names), name, key.span().start, path)?;
            }
            match known {
                Some(known @ Json::Object(_)) => self.value(known, value, &path.key(name))?,
                _ => {
                    let mut known: Vec<String> = properties.into_iter().flat_map(|p| p.keys().cloned()).collect();
                    known.sort();
                    return Err(Error::UnknownKey {
                        at: self.source.at(key.span().start),
                        key: name.to_owned(),
                        table: path.to_string(),
                        meant: Meant::among(name, known),
                    });
                }
            }
        }
        let required = schema.get("required").and_then(Json::as_array);
        let missing = required.into_iter().flatten().filter_map(Json::as_str).find(|k| table.get(*k).is_none());
        missing.map_or(Ok(()), |key| {
            Err(Error::MissingKey { at: self.source.at(at), key: key.to_owned(), table: path.to_string() })
        })
    }

    /// A string that may have to be one of a few.
    fn word(&self, schema: &Json, value: &str, at: usize, path: &Path) -> Result<(), Error> {
        let Some(choices) = schema.get("oneOf").and_then(Json::as_array) else { return Ok(()) };
        let choices: Vec<&str> = choices.iter().filter_map(|c| c.get("const")?.as_str()).collect();
        if choices.contains(&value) {
            return Ok(());
        }
        let nearest = nearest(value, choices.iter().copied()).map(|name| format!("did you mean {name:?}?"));
        let why = nearest.unwrap_or_else(|| format!("known are {}", choices.join(", ")));
        Err(Error::BadValue { at: self.source.at(at), key: path.to_string(), value: value.to_owned(), why })
    }

    fn number(&self, schema: &Json, value: &toml::de::DeInteger<'_>, at: usize, path: &Path) -> Result<(), Error> {
        let number = i64::from_str_radix(value.as_str(), value.radix()).ok();
        let (low, high) = match schema.get("format").and_then(Json::as_str) {
            Some("uint32") => (0, i64::from(u32::MAX)),
            _ => (i64::from(i32::MIN), i64::from(i32::MAX)),
        };
        match number {
            Some(n) if (low..=high).contains(&n) => Ok(()),
            _ => Err(Error::BadValue {
                at: self.source.at(at),
                key: path.to_string(),
                value: value.as_str().to_owned(),
                why: format!("expected a number from {low} to {high}"),
            }),
        }
    }
}

/// The JSON type a schema asks for; of `["string", "null"]` (an `Option`) the first.
fn expected_type(schema: &Json) -> &str {
    match schema.get("type") {
        Some(Json::String(s)) => s,
        Some(Json::Array(types)) => types.first().and_then(Json::as_str).unwrap_or("value"),
        _ if schema.get("oneOf").is_some() => "string",
        _ => "value",
    }
}

fn with_article(kind: &str) -> &str {
    match kind {
        "object" | "table" => "a table",
        "array" => "an array",
        "string" => "a string",
        "integer" => "an integer",
        "boolean" => "true or false",
        "float" => "a float (write it in quotes)",
        "datetime" => "a date",
        _ => "another value",
    }
}
