//! A package file up to its payload: lead, signature header, header.

use std::{
    io::{self, Read},
    ops::Range,
    sync::Arc,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{Header, HeaderError, PackageError, Tag, header::check_limits};
use crate::formats::compression::Codec;

/// What each header in a package file begins with; digests and signatures of the main header cover it.
/// Source: rpm `lib/header.c`, `rpm_header_magic`.
pub const HEADER_MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];

/// The first 96 bytes, of which only little still means anything (rpm `lib/rpmlead.c`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Format, 3 or 4.
    pub major: u8,
    /// Whether it says to be a source package; [`Header::is_source`] knows better.
    pub source: bool,
}

/// Everything of a package that comes before its payload.
#[derive(Clone, Debug)]
pub struct PackageHead {
    /// The lead.
    pub lead: Lead,
    /// Digests and signatures.
    pub signature: Header,
    /// The header proper.
    pub main: Header,
    /// Where the main header lies in the file, its magic included: the bytes that are digested and signed.
    pub header_range: Range<u64>,
    /// Where the payload begins; it goes on to the end of the file.
    pub payload_offset: u64,
}

impl PackageHead {
    /// Reads from the start of a package file up to the first byte of the payload, and no further.
    ///
    /// # Errors
    /// [`PackageError`]: the stream ends or fails, or lead or headers are malformed. Digests are not checked here.
    pub fn read(mut input: impl Read) -> Result<Self, PackageError> {
        let lead = read_lead(&mut input)?;
        let (signature, size) = read_header(&mut input, "signature header")?;
        let padding = (8 - size % 8) % 8;
        let mut skipped = [0; 8];
        fill(&mut input, &mut skipped[..padding as usize], "signature header")?;
        let start = 96 + size + padding;
        let (main, size) = read_header(&mut input, "header")?;
        check_region(&main).map_err(|source| PackageError::Header { part: "header", source })?;
        let end = start + size;
        Ok(Self { lead, signature, main, header_range: start..end, payload_offset: end })
    }

    /// The bytes that header digests and signatures cover: magic and main header.
    pub fn signed_bytes(&self) -> impl Read + '_ {
        HEADER_MAGIC.chain(self.main.blob())
    }

    /// How the payload is compressed.
    ///
    /// # Errors
    /// [`PackageError::Payload`] when it is no cpio archive or the compressor is unknown.
    pub fn codec(&self) -> Result<Codec, PackageError> {
        let bad = |found: &str, known| PackageError::Payload { found: found.chars().take(40).collect(), known };
        match self.main.text(Tag::PAYLOADFORMAT) {
            None | Some("cpio") => {}
            Some(other) => return Err(bad(other, "cpio")),
        }
        match self.main.text(Tag::PAYLOADCOMPRESSOR) {
            None => Ok(Codec::Gzip),
            Some("identity" | "none" | "uncompressed") => Ok(Codec::None),
            Some(name) => Codec::from_rpm(name).ok_or_else(|| bad(name, "gzip, bzip2, xz, lzma or zstd")),
        }
    }
}

/// An OpenPGP signature a package carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageSignature {
    /// The signature header's tag it is in.
    pub tag: Tag,
    /// Whether it covers the payload too; else it covers [`PackageHead::signed_bytes`] alone.
    pub covers_payload: bool,
    /// One signature packet.
    pub packet: Vec<u8>,
}

impl PackageHead {
    /// The signatures, those over the header alone first: RSAHEADER, DSAHEADER, rpm 6's OPENPGP, then the old PGP and
    /// GPG over header and payload (both are of the file from [`PackageHead::header_range`] to its end).
    pub fn signatures(&self) -> Vec<PackageSignature> {
        let binary = |(tag, covers_payload)| {
            let packet = self.signature.bytes(tag)?.to_vec();
            Some(PackageSignature { tag, covers_payload, packet })
        };
        let texts = self.signature.strings(Tag::OPENPGP).filter_map(|text| BASE64_STANDARD.decode(text).ok());
        let modern = texts.map(|packet| PackageSignature { tag: Tag::OPENPGP, covers_payload: false, packet });
        let header = [(Tag::RSAHEADER, false), (Tag::DSAHEADER, false)].into_iter().filter_map(binary);
        let whole = [(Tag::SIG_PGP, true), (Tag::SIG_GPG, true)].into_iter().filter_map(binary);
        header.chain(modern).chain(whole).collect()
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8], part: &'static str) -> Result<(), PackageError> {
    input.read_exact(buffer).map_err(|source| PackageError::Read { part, source })
}

fn read_lead(input: &mut impl Read) -> Result<Lead, PackageError> {
    let mut lead = [0; 96];
    fill(input, &mut lead, "lead")?;
    if lead[..4] != [0xed, 0xab, 0xee, 0xdb] {
        return Err(PackageError::Lead { why: "does not begin with the magic bytes" });
    }
    if !(3..=4).contains(&lead[4]) {
        return Err(PackageError::Lead { why: "is of a format other than 3 and 4" });
    }
    if lead[78..80] != [0, 5] {
        return Err(PackageError::Lead { why: "announces no header-style signature" });
    }
    Ok(Lead { major: lead[4], source: lead[6..8] == [0, 1] })
}

/// The header and its size in the file, magic included.
fn read_header(input: &mut impl Read, part: &'static str) -> Result<(Header, u64), PackageError> {
    let mut intro = [0; 16];
    fill(input, &mut intro, part)?;
    if intro[..8] != HEADER_MAGIC {
        return Err(PackageError::Magic { part });
    }
    let words = &intro[8..];
    let il = u32::from_be_bytes(words[..4].try_into().expect("four bytes"));
    let dl = u32::from_be_bytes(words[4..].try_into().expect("four bytes"));
    let header = |source| PackageError::Header { part, source };
    check_limits(il, dl).map_err(header)?;
    let rest = 16 * u64::from(il) + u64::from(dl);
    // grows with what is really there: a header that claims 256 MiB costs nothing until it brings them
    let mut blob = words.to_vec();
    input.take(rest).read_to_end(&mut blob).map_err(|source| PackageError::Read { part, source })?;
    if blob.len() as u64 != 8 + rest {
        return Err(PackageError::Read { part, source: io::ErrorKind::UnexpectedEof.into() });
    }
    Ok((Header::from_blob(Arc::from(blob)).map_err(header)?, 16 + rest))
}

/// In a package file the region is the whole header: what lies outside of it would be unsigned.
fn check_region(main: &Header) -> Result<(), HeaderError> {
    let Some(region) = main.region() else { return Ok(()) };
    let blob = main.blob();
    let word = |at: usize| u32::from_be_bytes(blob[at..at + 4].try_into().expect("four bytes"));
    if region.tag == Tag::HEADERSIGNATURES {
        return Err(HeaderError::Region { why: "is that of a signature header" });
    }
    if region.entries != word(0) || region.data != word(4) {
        return Err(HeaderError::Region { why: "does not span the whole header" });
    }
    Ok(())
}
