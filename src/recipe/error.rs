//! What can be wrong with a recipe: always where, what, and what was probably meant.

use std::{fmt, io, path::PathBuf};

use crate::terms::{Class, Fault};

/// Where a mistake stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the recipe.
    Text {
        /// File name as given, or the built-in's name.
        file: String,
        /// 1-based.
        line: u32,
        /// 1-based, in characters.
        column: u32,
    },
    /// On the command line: the flag.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// What was probably meant instead of an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The valid name that looks like it.
    Nearest(String),
    /// None does: every valid name, sorted.
    Known(Vec<String>),
}

impl Meant {
    /// Looks among `known`, which is sorted.
    pub(super) fn among(name: &str, known: Vec<String>) -> Self {
        nearest(name, known.iter().map(String::as_str)).map_or(Self::Known(known), Self::Nearest)
    }
}

impl fmt::Display for Meant {
    /// Follows the sentence that names the mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nearest(name) => write!(f, ": did you mean {name:?}?"),
            Self::Known(names) if names.is_empty() => Ok(()),
            Self::Known(names) => write!(f, ": known are {}", names.join(", ")),
        }
    }
}

/// The table in brackets, or words for the top of the file.
fn table_name(table: &str) -> String {
    if table.is_empty() { "the recipe".into() } else { format!("[{table}]") }
}

/// A recipe that cannot be read or planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system says no.
    #[error("cannot read recipe {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Neither a file nor a built-in.
    #[error("there is no recipe {name:?}: neither a file nor a built-in")]
    Missing {
        /// As given.
        name: String,
        /// The built-in with the nearest name.
        nearest: Option<String>,
    },
    /// Not TOML.
    #[error("{at}: {message}")]
    Syntax {
        /// Where.
        at: Place,
        /// The TOML reader's words.
        message: String,
    },
    /// A key no recipe has.
    #[error("{at}: unknown key {key:?} in {}{meant}", table_name(table))]
    UnknownKey {
        /// Where.
        at: Place,
        /// The key.
        key: String,
        /// The table it stands in, dotted; empty for the top.
        table: String,
        /// A valid key.
        meant: Meant,
    },
    /// A key that must be there.
    #[error("{at}: {} has no {key:?}", table_name(table))]
    MissingKey {
        /// Where the table begins.
        at: Place,
        /// The key.
        key: String,
        /// The table.
        table: String,
    },
    /// A value of another type.
    #[error("{at}: {key} must be {expected}, not {found}")]
    WrongType {
        /// Where.
        at: Place,
        /// Dotted.
        key: String,
        /// With its article.
        expected: String,
        /// With its article.
        found: String,
    },
    /// A value of the right type that means nothing.
    #[error("{at}: {key} = {value:?}: {why}")]
    BadValue {
        /// Where.
        at: Place,
        /// Dotted.
        key: String,
        /// The value, expanded.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// A variable nobody defines.
    #[error("{at}: undefined variable {name:?}{meant}")]
    UnknownVariable {
        /// Where it is used.
        at: Place,
        /// Its name.
        name: String,
        /// A defined one.
        meant: Meant,
    },
    /// A variable that is declared empty, where a value is needed.
    #[error("{at}: variable {name:?} is empty, and {key} needs it")]
    EmptyVariable {
        /// Where it is used.
        at: Place,
        /// Its name.
        name: String,
        /// The key that uses it.
        key: String,
    },
    /// Variables that lead back to themselves.
    #[error("{at}: variables refer to each other in a circle: {}", names.join(" -> "))]
    RecursiveVariable {
        /// Where the first one is used or defined.
        at: Place,
        /// The circle, its first name again at its end.
        names: Vec<String>,
    },
    /// A base without digest: what it names changes.
    #[error("{at}: base {base:?} is not pinned to a digest")]
    BaseByTag {
        /// Where.
        at: Place,
        /// The reference.
        base: String,
    },
    /// Nobody says what to build on.
    #[error("recipe {recipe} has no base image")]
    NoBase {
        /// File or built-in.
        recipe: String,
    },
    /// Nobody says what to build for.
    #[error("recipe {recipe} names no architecture")]
    NoArches {
        /// File or built-in.
        recipe: String,
    },
}

impl Fault for Error {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { nearest: Some(name), .. } => Some(format!("did you mean {name}?")),
            Self::Missing { .. } => {
                Some("`drydock recipe show driver-toolkit` prints the built-in to start from".into())
            }
            Self::UnknownKey { .. } | Self::MissingKey { .. } | Self::WrongType { .. } => {
                Some("`drydock recipe schema` prints every key".into())
            }
            Self::EmptyVariable { name, .. } => Some(match name.as_str() {
                "kernel" => "pass --kernel VERSION-RELEASE, as in `--kernel 4.18.0-305.40.1.el8_4`".into(),
                "rhel" | "rhel_major" | "releasever" => "pass --rhel VERSION, as in `--rhel 8.4`".into(),
                name => format!("give it a value in [vars] or with --set {name}=VALUE"),
            }),
            Self::UnknownVariable { name, meant: Meant::Known(_), .. } => {
                Some(format!("define it in [vars] or with --set {name}=VALUE"))
            }
            Self::BaseByTag { base, .. } => Some(format!(
                "a tag can move; `drydock inspect {base}` prints its digest, then write REGISTRY/NAME@sha256:…"
            )),
            Self::NoBase { .. } => {
                Some("pass --base REGISTRY/NAME@sha256:…, or --installroot-base none to build from nothing".into())
            }
            Self::NoArches { .. } => Some("pass --arch x86_64, or write image.arches".into()),
            _ => None,
        }
    }
}

const _: () = {
    const fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
};

/// The name most like `wanted`, if one is like it at all.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    names
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
