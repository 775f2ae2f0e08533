//! Name, epoch, version, release, architecture: a package's full name.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use super::Evr;

/// `name-[epoch:]version-release.arch`, the epoch left out when 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nevra {
    /// The package's name.
    pub name: String,
    /// Its epoch, version and release.
    pub evr: Evr,
    /// Its architecture as RPM spells it, `noarch` included.
    pub arch: String,
}

/// Text that is no NEVRA.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is not name-[epoch:]version-release.arch: {why}")]
pub struct InvalidNevra {
    /// The text.
    pub text: String,
    /// Which part is missing or wrong.
    pub why: &'static str,
}

impl Nevra {
    /// `version-release` and `.arch`, as `uname -r` of a kernel package says.
    pub fn kver(&self) -> String {
        format!("{}-{}.{}", self.evr.version, self.evr.release, self.arch)
    }
}

impl fmt::Display for Nevra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.{}", self.name, self.evr, self.arch)
    }
}

impl Ord for Nevra {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name).then_with(|| self.evr.cmp(&other.evr)).then_with(|| self.arch.cmp(&other.arch))
    }
}

impl PartialOrd for Nevra {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Nevra {
    type Err = InvalidNevra;

    fn from_str(s: &str) -> Result<Self, InvalidNevra> {
        let bad = |why| InvalidNevra { text: s.to_owned(), why };
        let (rest, arch) = s.rsplit_once('.').ok_or_else(|| bad("the architecture is missing"))?;
        if arch.is_empty() || arch.contains('-') {
            return Err(bad("the architecture is missing"));
        }
        let (rest, release) = rest.rsplit_once('-').ok_or_else(|| bad("the release is missing"))?;
        let (name, version) = rest.rsplit_once('-').ok_or_else(|| bad("the version is missing"))?;
        if name.is_empty() || release.is_empty() {
            return Err(bad("the name or the release is missing"));
        }
        let evr: Evr = version.parse().map_err(|_| bad("the epoch or version is wrong"))?;
        Ok(Self { name: name.to_owned(), evr: Evr { release: release.to_owned(), ..evr }, arch: arch.to_owned() })
    }
}

impl Serialize for Nevra {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Nevra {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for s in [
            "kernel-core-4.18.0-305.40.1.el8_4.x86_64",
            "perl-libs-4:5.36.0-1.el8.noarch",
            "gcc-c++-8.5.0-4.el8_5.aarch64",
        ] {
            assert_eq!(s.parse::<Nevra>().expect(s).to_string(), s);
        }
        for s in ["", "bash", "bash-5", "bash-5-1", "-5-1.x86_64", "bash-x:5-1.noarch", "a-1-.noarch"] {
            assert!(s.parse::<Nevra>().is_err(), "{s}");
        }
    }
}
