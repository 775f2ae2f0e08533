//! One chunk, compressed alone.

use std::fmt;

use crate::{formats::oci::MediaType, lock::Compression};

/// The media type of layers so compressed.
pub(super) fn media_type(compression: Compression) -> MediaType {
    match compression {
        Compression::Gzip { .. } => MediaType::LAYER_GZIP,
        Compression::Zstd { .. } => MediaType::LAYER_ZSTD,
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
            Compression::Gzip { level } => {
                let level = libdeflater::CompressionLvl::new(i32::from(level)).expect("levels are checked when parsed");
                Self::Gzip(libdeflater::Compressor::new(level))
            }
            Compression::Zstd { level } => {
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
