//! One chunk, compressed alone.

use std::{fmt, str::FromStr};

use crate::formats::oci::MediaType;

/// How layers are compressed. Written `gzip`, `zstd`, `gzip:9`, `zstd:19`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// gzip by libdeflate, level 1 to 12: what every tool reads.
    Gzip(u8),
    /// zstd, level 1 to 19: smaller and quicker to unpack, read by engines since 2020.
    Zstd(u8),
}

/// A text that names no compression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a compression: expected gzip[:1-12] or zstd[:1-19]")]
pub struct InvalidCompression(pub String);

impl Default for Compression {
    /// gzip 6: measured smaller than what buildah's pgzip writes, in half its time.
    fn default() -> Self {
        Self::Gzip(6)
    }
}

impl Compression {
    /// The media type of layers so compressed.
    pub fn media_type(self) -> MediaType {
        match self {
            Self::Gzip(_) => MediaType::LAYER_GZIP,
            Self::Zstd(_) => MediaType::LAYER_ZSTD,
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip(level) => write!(f, "gzip:{level}"),
            Self::Zstd(level) => write!(f, "zstd:{level}"),
        }
    }
}

impl FromStr for Compression {
    type Err = InvalidCompression;

    fn from_str(s: &str) -> Result<Self, InvalidCompression> {
        let bad = || InvalidCompression(s.to_owned());
        let (name, level) = s.split_once(':').map_or((s, None), |(n, l)| (n, Some(l)));
        let level: Option<u8> = level.map(|l| l.parse().map_err(|_| bad())).transpose()?;
        match (name, level) {
            ("gzip", None) => Ok(Self::default()),
            ("gzip", Some(level @ 1..=12)) => Ok(Self::Gzip(level)),
            ("zstd", None) => Ok(Self::Zstd(3)),
            ("zstd", Some(level @ 1..=19)) => Ok(Self::Zstd(level)),
            _ => Err(bad()),
        }
    }
}

/// A worker's compressor, kept between chunks for its tables.
pub(super) enum Compressor {
    Gzip(libdeflater::Compressor),
    Zstd(Box<zstd::bulk::Compressor<'static>>),
}

impl Compressor {
    pub(super) fn new(compression: Compression) -> std::io::Result<Self> {
        Ok(match compression {
            Compression::Gzip(level) => {
                let level = libdeflater::CompressionLvl::new(i32::from(level)).expect("levels are checked when parsed");
                Self::Gzip(libdeflater::Compressor::new(level))
            }
            Compression::Zstd(level) => {
                let mut c = zstd::bulk::Compressor::new(i32::from(level))?;
                c.include_checksum(true)?;
                Self::Zstd(Box::new(c))
            }
        })
    }

    /// The whole chunk as one member or frame.
    pub(super) fn compress(&mut self, chunk: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Gzip(c) => {
                let mut out = vec![0; c.gzip_compress_bound(chunk.len())];
                let n = c.gzip_compress(chunk, &mut out).map_err(std::io::Error::other)?;
                out.truncate(n);
                Ok(out)
            }
            Self::Zstd(c) => c.compress(chunk),
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compressor")
    }
}
