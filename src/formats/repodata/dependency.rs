//! Dependencies: name, comparison, version; and when two of them meet.

use std::{cmp::Ordering, fmt, str::FromStr};

use super::EvrRef;
use crate::terms::{Evr, rpmvercmp};

/// A comparison, in rpm's own bits (`rpmsenseFlags`: LESS 2, GREATER 4, EQUAL 8); none of them means any version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sense(u8);

impl Sense {
    /// Any version.
    pub const ANY: Self = Self(0);
    /// `<`
    pub const LESS: Self = Self(2);
    /// `>`
    pub const GREATER: Self = Self(4);
    /// `=`
    pub const EQUAL: Self = Self(8);
    /// `<=`
    pub const LESS_EQUAL: Self = Self(10);
    /// `>=`
    pub const GREATER_EQUAL: Self = Self(12);

    /// The comparison bits of an rpm header's flags; the others (pre, post, rpmlib, …) are dropped.
    pub fn from_rpm(flags: u32) -> Self {
        Self((flags & 14) as u8)
    }

    /// `LT GT EQ LE GE` as repodata spells them; any other text is no comparison.
    pub fn from_repodata(text: &str) -> Self {
        match text {
            "LT" => Self::LESS,
            "GT" => Self::GREATER,
            "EQ" => Self::EQUAL,
            "LE" => Self::LESS_EQUAL,
            "GE" => Self::GREATER_EQUAL,
            _ => Self::ANY,
        }
    }

    /// `< <= = == >= >` as people write them.
    pub fn from_operator(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::LESS,
            "<=" | "=<" => Self::LESS_EQUAL,
            "=" | "==" => Self::EQUAL,
            ">=" | "=>" => Self::GREATER_EQUAL,
            ">" => Self::GREATER,
            _ => return None,
        })
    }

    /// rpm's bits.
    pub fn bits(self) -> u8 {
        self.0
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            2 => "<",
            4 => ">",
            8 => "=",
            10 => "<=",
            12 => ">=",
            6 => "<>",
            _ => "",
        })
    }
}

/// Whether a provided range and a required one have a version in common.
///
/// As libsolv's `pool_intersect_evrs` decides: a side without version matches everything, and a side without release
/// matches every release of its version, but only where that side includes equality (`foo = 1` meets `> 1-5`,
/// `foo = 1-5` does not meet `> 1`).
pub fn ranges_overlap(provided: (Sense, EvrRef<'_>), required: (Sense, EvrRef<'_>)) -> bool {
    let ((p, pe), (r, re)) = (provided, required);
    if p == Sense::ANY || r == Sense::ANY || p.0 == 14 || r.0 == 14 {
        return true;
    }
    if p.has(r) && (p.0 & r.0 & 6) != 0 {
        return true; // both open in the same direction
    }
    let order = pe.epoch.cmp(&re.epoch).then_with(|| rpmvercmp(pe.version, re.version));
    let (order, provided_open, required_open) = match (order, pe.release.is_empty(), re.release.is_empty()) {
        (Ordering::Equal, true, false) => (Ordering::Less, true, false),
        (Ordering::Equal, false, true) => (Ordering::Greater, false, true),
        (Ordering::Equal, false, false) => (rpmvercmp(pe.release, re.release), false, false),
        (order, _, _) => (order, false, false),
    };
    if provided_open {
        return p.has(Sense::EQUAL);
    }
    if required_open {
        return r.has(Sense::EQUAL);
    }
    match order {
        Ordering::Less => r.has(Sense::LESS) || p.has(Sense::GREATER),
        Ordering::Equal => p.has(Sense::EQUAL) && r.has(Sense::EQUAL),
        Ordering::Greater => r.has(Sense::GREATER) || p.has(Sense::LESS),
    }
}

/// `name`, or `name >= [epoch:]version[-release]`: a dependency as text says it, outside any catalog.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The capability: a package name, a virtual one, `libc.so.6()(64bit)` or a path.
    pub name: String,
    /// The comparison.
    pub sense: Sense,
    /// The version compared with; empty when the comparison is [`Sense::ANY`].
    pub evr: Evr,
}

impl Requirement {
    /// Any version of `name`.
    pub fn any(name: impl Into<String>) -> Self {
        Self { name: name.into(), sense: Sense::ANY, evr: Evr::default() }
    }

    /// The comparison and version, as [`ranges_overlap`] takes them.
    pub fn range(&self) -> (Sense, EvrRef<'_>) {
        (self.sense, EvrRef::from(&self.evr))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.sense != Sense::ANY {
            write!(f, " {} {}", self.sense, self.evr)?;
        }
        Ok(())
    }
}

impl FromStr for Requirement {
    type Err = super::RichError;

    /// `name` or `name OP version`, separated by blanks.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || super::RichError::Malformed { text: s.chars().take(100).collect() };
        let mut words = s.split_ascii_whitespace();
        let name = words.next().ok_or_else(bad)?.to_owned();
        let Some(operator) = words.next() else { return Ok(Self::any(name)) };
        let sense = Sense::from_operator(operator).ok_or_else(bad)?;
        let evr = words.next().ok_or_else(bad)?.parse().map_err(|_| bad())?;
        if words.next().is_some() {
            return Err(bad());
        }
        Ok(Self { name, sense, evr })
    }
}
