//! Module files as they lie on disk, compressed or not, into facts. There are thousands of them in a kernel, so buffers stay
//! with their thread from one module to the next.

use std::{
    cell::RefCell,
    io::{self, Read},
};

use super::{facts::Fault, module};
use crate::formats::compression::Codec;

/// A module is a few MiB at most; one with all its debug information some hundreds.
const CEILING: u64 = 256 << 20;
/// Buffers that grew past this are given back.
const KEPT: usize = 16 << 20;

thread_local! {
    /// The file, and what it decodes to.
    static BUFFERS: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Reads a module file of `size` bytes and gives its facts for [`super::Facts::parse`]. A file that is no module has facts,
/// too: what is wrong with it.
///
/// # Errors
/// Only those of `file`.
pub fn look(size: u64, file: &mut dyn Read) -> io::Result<Vec<u8>> {
    if size > CEILING {
        return Ok(Fault::Undecodable.facts());
    }
    BUFFERS.with_borrow_mut(|(packed, plain)| {
        packed.clear();
        file.take(CEILING).read_to_end(packed)?;
        plain.clear();
        let facts = match decode(packed, plain) {
            Ok(()) => module::facts(if plain.is_empty() { packed } else { plain }),
            Err(_) => Fault::Undecodable.facts(),
        };
        for buffer in [packed, plain] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
        }
        Ok(facts)
    })
}

/// Decodes into `plain`; leaves it empty where the file is not compressed.
fn decode(packed: &[u8], plain: &mut Vec<u8>) -> io::Result<()> {
    match Codec::sniff(packed) {
        codec @ (Codec::Gzip | Codec::Xz | Codec::Zstd) => {
            let read = codec.decoder(packed)?.take(CEILING + 1).read_to_end(plain)? as u64;
            if read > CEILING { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}
