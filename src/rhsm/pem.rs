//! PEM files taken apart by their BEGIN and END lines (RFC 7468), whatever the blocks are called.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Defect;

/// Padding may be missing: the last line of a block is what editors and chat windows lose.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of the first block of this name; `None` when there is none. Other blocks are not decoded: one of them may be
/// a private key.
pub(super) fn block(pem: &[u8], name: &'static str) -> Result<Option<Vec<u8>>, Defect> {
    let (begin, end) = (format!("-----BEGIN {name}-----"), format!("-----END {name}-----"));
    let mut lines = pem.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    if !lines.any(|line| line == begin.as_bytes()) {
        return Ok(None);
    }
    let mut text = Vec::new();
    for line in lines {
        if line == end.as_bytes() {
            return LENIENT.decode(&text).map(Some).map_err(|source| Defect::Base64 { block: name, source });
        }
        if line.starts_with(b"-----") {
            break; // another block begins within this one
        }
        text.extend(line.iter().filter(|b| !b.is_ascii_whitespace()));
    }
    Err(Defect::Unterminated { block: name })
}
