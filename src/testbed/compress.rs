//! The compressions of the RPM world, written from memory to memory, the same bytes on every machine.

use std::io::Write;

use crate::formats::compression::Codec;

/// Compresses `bytes`. Gzip goes through libdeflate, whose output (unlike zlib's descendants) does not depend on the
/// processor's features; all are single-threaded and carry no time stamp.
pub fn compress(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    const MEMORY: &str = "compressing from memory to memory cannot fail";
    match codec {
        Codec::None => bytes.to_vec(),
        Codec::Gzip => {
            let mut encoder = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
            let mut out = vec![0; encoder.gzip_compress_bound(bytes.len())];
            let len = encoder.gzip_compress(bytes, &mut out).expect("the bound is an upper bound");
            out.truncate(len);
            out
        }
        Codec::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(bytes).expect(MEMORY);
            encoder.finish().expect(MEMORY)
        }
        Codec::Lzma => {
            let options = liblzma::stream::LzmaOptions::new_preset(1).expect("1 is a preset");
            let stream = liblzma::stream::Stream::new_lzma_encoder(&options).expect("preset options are valid");
            let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
            encoder.write_all(bytes).expect(MEMORY);
            encoder.finish().expect(MEMORY)
        }
        Codec::Zstd => zstd::encode_all(bytes, 3).expect(MEMORY),
        Codec::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
            encoder.write_all(bytes).expect(MEMORY);
            encoder.finish().expect(MEMORY)
        }
    }
}
