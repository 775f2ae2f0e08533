//! The words a catalog speaks: relations, numbers, versions and dependencies borrowed from it.

use std::{cmp::Ordering, fmt};

use super::Sense;
use crate::terms::{Evr, rpmvercmp};

/// What a package says about others, in the order the catalog stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Relation {
    /// What it offers, its own name included.
    Provides,
    /// What it cannot do without.
    Requires,
    /// What it cannot stand beside.
    Conflicts,
    /// What it takes the place of.
    Obsoletes,
    /// Wanted, if possible.
    Recommends,
    /// Fits.
    Suggests,
    /// It is wanted where these are.
    Supplements,
    /// It fits where these are.
    Enhances,
}

impl Relation {
    /// Every relation, in storage order.
    pub const ALL: [Self; 8] = [
        Self::Provides,
        Self::Requires,
        Self::Conflicts,
        Self::Obsoletes,
        Self::Recommends,
        Self::Suggests,
        Self::Supplements,
        Self::Enhances,
    ];

    /// By the element's name in `primary.xml`.
    pub fn from_element(name: &str) -> Option<Self> {
        Some(match name {
            "provides" => Self::Provides,
            "requires" => Self::Requires,
            "conflicts" => Self::Conflicts,
            "obsoletes" => Self::Obsoletes,
            "recommends" => Self::Recommends,
            "suggests" => Self::Suggests,
            "supplements" => Self::Supplements,
            "enhances" => Self::Enhances,
            _ => return None,
        })
    }
}

/// A package of a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PkgId(pub u32);

/// An interned string of a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrId(pub u32);

/// Kind of an entry in a package's file list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file, a link, a device.
    File,
    /// A directory.
    Dir,
    /// Owned but not shipped.
    Ghost,
}

/// Epoch, version, release, borrowed from a catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EvrRef<'a> {
    /// 0 when not written.
    pub epoch: u32,
    /// The version.
    pub version: &'a str,
    /// The release, empty when not written.
    pub release: &'a str,
}

impl EvrRef<'_> {
    /// rpm's order of packages.
    pub fn order(&self, other: &EvrRef<'_>) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| rpmvercmp(self.version, other.version))
            .then_with(|| rpmvercmp(self.release, other.release))
    }

    /// An owned copy.
    pub fn to_evr(&self) -> Evr {
        Evr::new(self.epoch, self.version, self.release)
    }
}

impl<'a> From<&'a Evr> for EvrRef<'a> {
    fn from(e: &'a Evr) -> Self {
        Self { epoch: e.epoch, version: &e.version, release: &e.release }
    }
}

impl fmt::Display for EvrRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_evr().fmt(f)
    }
}

/// One entry of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dep<'a> {
    /// The capability; for a rich dependency its whole text.
    pub name: &'a str,
    /// The capability as a string of this catalog.
    pub name_id: StrId,
    /// The comparison.
    pub sense: Sense,
    /// The version compared with.
    pub evr: EvrRef<'a>,
    /// Needed before the package's scriptlets run (`pre="1"`).
    pub pre: bool,
}

impl fmt::Display for Dep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.sense != Sense::ANY {
            write!(f, " {} {}", self.sense, self.evr)?;
        }
        Ok(())
    }
}
