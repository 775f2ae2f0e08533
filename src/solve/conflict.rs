//! What is asked of the search, and how it says that there is no answer: the seam's values.

use std::rc::Rc;

use super::pool::Pkg;
use crate::formats::repodata::Relation;

/// What a root requirement stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// A spec of the request.
    Spec(String),
    /// A spec that may be given up.
    Wish(String),
    /// An installed package, or what may replace it.
    Keep(Pkg),
}

/// A goal and its candidates, best first.
pub(super) type Aim = (Goal, Vec<Pkg>);

/// A node of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Package(Pkg),
    /// Stands for "this package is not installed".
    Absence(Pkg),
    /// Stands for a clause of a package; its edges belong to the package.
    Through,
    /// No candidate at all.
    Nothing,
    /// The package on the other end is out for a reason the pool knows.
    Out,
}

/// An edge of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// From a package (or the root) to a candidate of what it needs.
    Needs {
        goal: Option<usize>,
        text: Rc<str>,
    },
    Clash {
        text: Rc<str>,
        relation: Option<Relation>,
    },
    SameName,
    Out,
}

/// Why there is no solution: places, and links between them by number.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    pub places: Vec<Place>,
    pub links: Vec<(usize, usize, Link)>,
}
