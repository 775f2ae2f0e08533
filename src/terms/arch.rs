//! Architectures drydock builds images for, in each world's spelling.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An image's architecture. The RPM name is the canonical one; [`Arch::oci`] is for OCI documents only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// AMD and Intel, 64 bit.
    #[serde(rename = "x86_64")]
    X86_64,
    /// ARM, 64 bit.
    Aarch64,
    /// POWER, 64 bit, little endian.
    Ppc64le,
    /// IBM Z.
    S390x,
}

impl Arch {
    /// Every architecture, in the order messages list them.
    pub const ALL: [Self; 4] = [Self::X86_64, Self::Aarch64, Self::Ppc64le, Self::S390x];

    /// The name RPM, dnf's `$basearch` and `uname -m` use.
    pub fn rpm(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::Ppc64le => "ppc64le",
            Self::S390x => "s390x",
        }
    }

    /// `architecture` of an OCI platform (GOARCH).
    pub fn oci(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Aarch64 => "arm64",
            Self::Ppc64le => "ppc64le",
            Self::S390x => "s390x",
        }
    }

    /// The directory of `/usr/src/kernels/…/arch` and the value of `ARCH=` in a kernel build.
    pub fn kernel(self) -> &'static str {
        match self {
            Self::X86_64 => "x86",
            Self::Aarch64 => "arm64",
            Self::Ppc64le => "powerpc",
            Self::S390x => "s390",
        }
    }

    /// The architecture of an OCI platform, if it is one drydock knows.
    pub fn from_oci(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.oci() == name)
    }

    /// Package architectures installable here, best first (rpm's `arch_compat` chain, `noarch` last).
    ///
    /// Source: rpm's `rpmrc.in`, the `arch_compat` lines.
    pub fn package_arches(self) -> &'static [&'static str] {
        match self {
            Self::X86_64 => &["x86_64", "amd64", "em64t", "athlon", "i686", "i586", "i486", "i386", "noarch"],
            Self::Aarch64 => &["aarch64", "noarch"],
            Self::Ppc64le => &["ppc64le", "noarch"],
            Self::S390x => &["s390x", "s390", "noarch"],
        }
    }

    /// Whether words are stored big end first (only s390x).
    pub fn is_big_endian(self) -> bool {
        self == Self::S390x
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rpm())
    }
}

/// A name that is no architecture drydock builds for.
#[derive(Debug, thiserror::Error)]
#[error("unknown architecture {0:?}: {hint}", hint = meant(.0))]
pub struct UnknownArch(pub String);

/// The container world's names are the usual mistake.
fn meant(name: &str) -> String {
    match Arch::from_oci(name).or_else(|| Arch::ALL.into_iter().find(|a| a.rpm() == name.replace('-', "_"))) {
        Some(arch) => format!("did you mean {arch}?"),
        None => "known are x86_64, aarch64, ppc64le, s390x".to_owned(),
    }
}

impl FromStr for Arch {
    type Err = UnknownArch;

    /// Accepts the RPM name only: `amd64` in a recipe is a mistake worth naming.
    fn from_str(s: &str) -> Result<Self, UnknownArch> {
        Self::ALL.into_iter().find(|a| a.rpm() == s).ok_or_else(|| UnknownArch(s.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_back() {
        for a in Arch::ALL {
            assert_eq!(a.rpm().parse::<Arch>().expect("own name"), a);
            assert_eq!(Arch::from_oci(a.oci()), Some(a));
            assert_eq!(a.package_arches().last(), Some(&"noarch"));
        }
        assert!("amd64".parse::<Arch>().is_err());
    }
}
