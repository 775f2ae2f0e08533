//! Entry headers of the payload's archive: cpio "new ASCII" with and without checksums, and rpm's stripped form.
//!
//! Source: rpm `lib/cpio.c`, `rpmcpioHeaderRead`; the form itself is cpio(5), "New ASCII Format".

use std::io::{self, Read};

/// Longest name, its NUL included (rpm refuses more than this, too).
const MAX_NAME: usize = 4096;

/// What an archive entry's header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A name and a size.
    Named { name: Vec<u8>, size: u64 },
    /// The index of a file in the header's list; sizes come from there.
    Indexed { file: usize },
    /// The end of the archive.
    Trailer,
}

/// Why an entry's header cannot be read.
#[derive(Debug)]
pub(super) enum EntryError {
    Read(io::Error),
    Malformed(&'static str),
}

impl From<io::Error> for EntryError {
    fn from(e: io::Error) -> Self {
        Self::Read(e)
    }
}

/// Reads an entry's header and the padding behind it. The reader must stand at an offset that is a multiple of 4.
pub(super) fn read_entry(input: &mut impl Read) -> Result<Entry, EntryError> {
    let mut magic = [0; 6];
    input.read_exact(&mut magic)?;
    match &magic {
        b"070701" | b"070702" => read_named(input),
        b"07070X" => {
            // 14 bytes, padded to 16
            let mut rest = [0; 10];
            input.read_exact(&mut rest)?;
            Ok(Entry::Indexed { file: hex(&rest[..8])? as usize })
        }
        _ => Err(EntryError::Malformed("does not begin with a cpio magic")),
    }
}

fn read_named(input: &mut impl Read) -> Result<Entry, EntryError> {
    let mut fields = [0; 104];
    input.read_exact(&mut fields)?;
    // ino mode uid gid nlink mtime size devmajor devminor rdevmajor rdevminor namesize check
    let field = |i: usize| hex(&fields[8 * i..8 * i + 8]);
    let (size, name_size) = (field(6)?, field(11)? as usize);
    if name_size == 0 || name_size > MAX_NAME {
        return Err(EntryError::Malformed("has an empty name or one of more than 4096 bytes"));
    }
    let mut name = vec![0; name_size];
    input.read_exact(&mut name)?;
    skip_padding(input, 110 + name_size as u64)?;
    if name.pop() != Some(0) || name.contains(&0) {
        return Err(EntryError::Malformed("has a name that does not end with its NUL"));
    }
    if name == b"TRAILER!!!" {
        return Ok(Entry::Trailer);
    }
    Ok(Entry::Named { name, size: size.into() })
}

/// Skips to the next multiple of 4.
pub(super) fn skip_padding(input: &mut impl Read, written: u64) -> io::Result<()> {
    let mut padding = [0; 3];
    input.read_exact(&mut padding[..((4 - written % 4) % 4) as usize])
}

fn hex(digits: &[u8]) -> Result<u32, EntryError> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    digits
        .iter()
        .try_fold(0u32, |n, b| digit(b).map(|d| n << 4 | d))
        .ok_or(EntryError::Malformed("has a field that is no hexadecimal number"))
}
