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
    /// At the level asked for, and at the lowest for what is compressed already.
    Gzip(libdeflater::Compressor, libdeflater::Compressor),
    Zstd(Box<zstd::bulk::Compressor<'static>>),
}

impl Compressor {
    pub(super) fn new(compression: Compression) -> std::io::Result<Self> {
        Ok(match compression {
            Compression::Gzip { level } => {
                let at =
                    |level| libdeflater::CompressionLvl::new(i32::from(level)).expect("levels are checked when parsed");
                Self::Gzip(libdeflater::Compressor::new(at(level)), libdeflater::Compressor::new(at(1)))
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
            Self::Gzip(asked, lowest) => {
                let c = if is_dense(chunk) { lowest } else { asked };
                let mut out = vec![0; c.gzip_compress_bound(chunk.len())];
                let n = c.gzip_compress(chunk, &mut out).map_err(std::io::Error::other)?;
                out.truncate(n);
                Ok(out)
            }
            Self::Zstd(c) => c.compress(chunk),
        }
    }
}

/// Whether a chunk is compressed already (kernel modules, archives): its bytes are spread so evenly that a higher level finds
/// nothing more, and takes four times as long not to find it. Judged by the entropy of evenly spaced samples, in integers.
fn is_dense(chunk: &[u8]) -> bool {
    const SAMPLE: usize = 1024;
    let step = (chunk.len() / 64).max(SAMPLE);
    let mut counts = [0u64; 256];
    let samples = chunk.chunks(step).filter(|s| s.len() >= SAMPLE);
    samples.flat_map(|s| &s[..SAMPLE]).for_each(|&b| counts[usize::from(b)] += 1);
    let total: u64 = counts.iter().sum();
    // The chance that two bytes are equal: 1/256 for noise, over 1/60 for code and text. Headers between modules raise it a little.
    let pairs: u64 = counts.iter().map(|c| c * c).sum();
    total >= 8 * SAMPLE as u64 && pairs * 160 < total * total
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compressor")
    }
}

#[cfg(test)]
mod tests {
    use super::is_dense;

    #[test]
    fn noise_is_dense_and_code_is_not() {
        let mut x = 1u32;
        let mut noise = || {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            x as u8
        };
        let random: Vec<u8> = (0..1 << 20).map(|_| noise()).collect();
        let modules: Vec<u8> = (0..1 << 20).map(|i| if i % 20_000 < 512 { 0 } else { noise() }).collect();
        let text: Vec<u8> =
            b"static int __init drydock_init(void) { return 0; }\n".iter().copied().cycle().take(1 << 20).collect();
        assert!(is_dense(&random) && is_dense(&modules));
        assert!(!is_dense(&text) && !is_dense(&[]) && !is_dense(&random[..4096]));
    }
}
