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
        line: usize,
        /// 1-based, in characters.
        column: usize,
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

/// `: did you mean "x"?`, or what there is, or nothing.
fn meant(nearest: Option<&String>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!(": did you mean {name:?}?"),
        None if known.is_empty() => String::new(),
        None => format!(": known are {}", known.join(", ")),
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
    #[error("{at}: unknown key {key:?} in {}{}", table_name(table), meant(nearest.as_ref(), known))]
    UnknownKey {
        /// Where.
        at: Place,
        /// The key.
        key: String,
        /// The table it stands in, dotted; empty for the top.
        table: String,
        /// The valid key it looks like.
        nearest: Option<String>,
        /// Every valid key.
        known: Vec<String>,
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
    #[error("{at}: undefined variable {name:?}{}", meant(nearest.as_ref(), known))]
    UnknownVariable {
        /// Where it is used.
        at: Place,
        /// Its name.
        name: String,
        /// The defined one it looks like.
        nearest: Option<String>,
        /// Every defined one.
        known: Vec<String>,
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
                "rhel" => "pass --rhel VERSION, as in `--rhel 8.4`".into(),
                name => format!("give it a value in [vars] or with --set {name}=VALUE"),
            }),
            Self::UnknownVariable { name, nearest: None, .. } => {
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
