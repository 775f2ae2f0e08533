//! The four compressions of the RPM and OCI worlds, read as streams.

use std::{
    fmt,
    io::{self, BufRead, Read},
};

/// A compression format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not compressed.
    None,
    /// RFC 1952, several members in a row included.
    Gzip,
    /// `.xz`.
    Xz,
    /// `.lzma`, as old packages have it.
    Lzma,
    /// RFC 8878, several frames in a row included.
    Zstd,
    /// bzip2.
    Bzip2,
}

/// Decoders refuse to hold more than this for one stream: above the 128 MiB window of `zstd --ultra -22 --long=27` and
/// the 64 MiB dictionary of `xz -9`, far below a machine's memory.
const MEMORY_LIMIT: u64 = 192 << 20;

/// The stream's own check is not computed: whatever is decoded here was compared with a promised SHA-256 before, and liblzma's
/// software hash takes a quarter of the time of decoding.
const XZ_FLAGS: u32 = liblzma::stream::CONCATENATED | liblzma::stream::IGNORE_CHECK;

impl Codec {
    /// By the first bytes (at least six, fewer only where the data is shorter).
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd, // a skippable frame may come first
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0x5d, 0, 0, _, _, ..] => Self::Lzma,
            _ => Self::None,
        }
    }

    /// By RPM's `PAYLOADCOMPRESSOR`.
    pub fn from_rpm(name: &str) -> Option<Self> {
        Some(match name {
            "gzip" => Self::Gzip,
            "xz" => Self::Xz,
            "lzma" => Self::Lzma,
            "zstd" => Self::Zstd,
            "bzip2" => Self::Bzip2,
            _ => return None,
        })
    }

    /// By a file name's ending; `None` codec for any other.
    pub fn from_name(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, ext)| ext) {
            Some("gz") => Self::Gzip,
            Some("xz") => Self::Xz,
            Some("lzma") => Self::Lzma,
            Some("zst") => Self::Zstd,
            Some("bz2") => Self::Bzip2,
            _ => Self::None,
        }
    }

    /// A reader of the decompressed bytes. Memory is bounded; a bomb is the caller's to stop (it knows the promised size).
    pub fn decoder<'a, R: BufRead + Send + 'a>(self, inner: R) -> io::Result<Box<dyn Read + Send + 'a>> {
        let xz = |stream: Result<liblzma::stream::Stream, liblzma::stream::Error>, inner| {
            stream.map_err(io::Error::from).map(|s| Box::new(liblzma::bufread::XzDecoder::new_stream(inner, s)))
        };
        Ok(match self {
            Self::None => Box::new(inner),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(inner)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(inner)),
            Self::Xz => xz(liblzma::stream::Stream::new_stream_decoder(MEMORY_LIMIT, XZ_FLAGS), inner)?,
            Self::Lzma => xz(liblzma::stream::Stream::new_lzma_decoder(MEMORY_LIMIT), inner)?,
            Self::Zstd => {
                let mut d = zstd::stream::read::Decoder::with_buffer(inner)?;
                d.window_log_max(27)?;
                Box::new(d)
            }
        })
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "uncompressed",
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        })
    }
}

/// Sniffs the stream's beginning and decodes what is found.
pub fn sniffing_decoder<'a, R: BufRead + Send + 'a>(mut inner: R) -> io::Result<Box<dyn Read + Send + 'a>> {
    let codec = Codec::sniff(inner.fill_buf()?);
    codec.decoder(inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gz(data: &[u8]) -> Vec<u8> {
        let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        e.write_all(data).expect("memory");
        e.finish().expect("memory")
    }

    #[test]
    fn every_codec_is_sniffed_and_read_back() {
        let text = b"drydock ".repeat(1000);
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(&text).expect("memory");
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bz.write_all(&text).expect("memory");
        let two_members = [gz(&text[..100]), gz(&text[100..])].concat();
        for (codec, bytes) in [
            (Codec::None, text.clone()),
            (Codec::Gzip, two_members),
            (Codec::Xz, xz.finish().expect("memory")),
            (Codec::Bzip2, bz.finish().expect("memory")),
            (Codec::Zstd, zstd::encode_all(&text[..], 3).expect("memory")),
        ] {
            assert_eq!(Codec::sniff(&bytes), codec);
            let mut out = Vec::new();
            sniffing_decoder(&bytes[..]).expect("decoder").read_to_end(&mut out).expect("sound");
            assert_eq!(out, text, "{codec}");
        }
    }
}
