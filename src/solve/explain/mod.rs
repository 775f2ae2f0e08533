//! Why not: a short tree in the user's words.
//!
//! ```text
//! Conflict ──teller──▶ Explanation (values: JSON takes them as they are) ──words──▶ text, with versions folded
//! spec or dependency nobody has ──near──▶ Near: what comes close
//! ```

mod fold;
mod near;
mod teller;
mod words;

use serde::{Serialize, Serializer};

use super::Barred;
use crate::terms::Nevra;

pub use near::Near;
pub(super) use near::{near_spec, nearest_names};
pub(super) use teller::{Told, explain, refuse};

#[cfg(test)]
mod tests;

/// No set of packages satisfies the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsatisfiable {
    /// One tree per spec (or installed package) that takes part in a conflict.
    pub because: Vec<Explanation>,
    /// What would be taken for those specs if the best were not insisted on.
    pub without_best: Vec<Nevra>,
}

/// A statement and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The statement.
    pub why: Why,
    /// What it rests on.
    pub because: Vec<Explanation>,
}

impl Explanation {
    /// A statement that rests on nothing.
    pub fn plain(why: Why) -> Self {
        Self { why, because: Vec::new() }
    }
}

/// As JSON: `text` is the line a person reads, `kind` and what follows it the same for programs.
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            text: String,
            #[serde(flatten)]
            why: &'a Why,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            because: &'a [Explanation],
        }
        Told { text: self.why.to_string(), why: &self.why, because: &self.because }.serialize(serializer)
    }
}

/// A package that could serve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Candidate {
    /// Its full name.
    pub nevra: Nevra,
    /// The repository it is in; none for installed ones.
    pub repo: Option<String>,
}

/// A statement of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Why {
    /// The request has this spec.
    Asked {
        /// As written.
        spec: String,
    },
    /// This package is installed and may not be removed.
    Stays {
        /// The package.
        package: Nevra,
    },
    /// These packages could serve; none can be chosen.
    Candidates {
        /// The packages, best first.
        packages: Vec<Candidate>,
        /// How many more there are like them.
        more: usize,
    },
    /// The package above needs this.
    Needs {
        /// The dependency, in its author's words.
        requirement: String,
    },
    /// Nothing provides what is needed.
    NothingProvides {
        /// What is needed.
        requirement: String,
        /// What comes close.
        near: Vec<Near>,
    },
    /// The package above is out.
    Out {
        /// By whose rule.
        rule: Barred,
    },
    /// The package above conflicts with this one.
    Conflicts {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
        /// The dependency's text.
        requirement: String,
        /// Whether it is the other package that says so.
        theirs: bool,
    },
    /// The package above obsoletes this one.
    Obsoletes {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
    },
    /// The package above is obsoleted by this one.
    ObsoletedBy {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
    },
    /// Only one package of the name can be there.
    SameName {
        /// The other package.
        with: Nevra,
        /// Whether that one is installed.
        installed: bool,
        /// Whether the package above is the older one.
        older: bool,
    },
    /// This package must not be installed for the above to hold.
    Absent {
        /// The package.
        package: Nevra,
    },
    /// The same as was said of the package before.
    Above,
    /// As many statements of the same weight are left out.
    More {
        /// How many.
        count: usize,
    },
}
