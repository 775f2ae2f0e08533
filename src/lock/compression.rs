//! How layers are compressed: part of the lock, because it decides the layers' digests.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

/// A layer compression with its level. Written `gzip:6` or `zstd:3`; the level may be left out when read, never when
/// written, so that a new default changes no old lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// RFC 1952: what every registry and engine takes.
    Gzip {
        /// 1 (fast) to 12 (small), as libdeflate counts.
        level: u8,
    },
    /// RFC 8878: smaller and faster to unpack, for engines since 2020.
    Zstd {
        /// 1 (fast) to 22 (small).
        level: u8,
    },
}

/// Text that is no layer compression.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no layer compression: expected gzip[:1..12] or zstd[:1..22]")]
pub struct InvalidCompression(pub String);

impl Compression {
    /// What a build uses when nobody asks: gzip, at the level where libdeflate's time and size balance.
    pub const DEFAULT: Self = Self::Gzip { level: 6 };
}

impl Default for Compression {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip { level } => write!(f, "gzip:{level}"),
            Self::Zstd { level } => write!(f, "zstd:{level}"),
        }
    }
}

impl FromStr for Compression {
    type Err = InvalidCompression;

    fn from_str(s: &str) -> Result<Self, InvalidCompression> {
        let bad = || InvalidCompression(s.chars().take(40).collect());
        let (name, level) = s.split_once(':').map_or((s, None), |(name, level)| (name, Some(level)));
        let level = level.map(|l| l.parse::<u8>().map_err(|_| bad())).transpose()?;
        match (name, level) {
            ("gzip", None) => Ok(Self::DEFAULT),
            ("gzip", Some(level @ 1..=12)) => Ok(Self::Gzip { level }),
            ("zstd", None) => Ok(Self::Zstd { level: 3 }),
            ("zstd", Some(level @ 1..=22)) => Ok(Self::Zstd { level }),
            _ => Err(bad()),
        }
    }
}

impl Serialize for Compression {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Compression {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}
