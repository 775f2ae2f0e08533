//! The 512-byte ustar header: offsets and number fields (POSIX.1-1988, `pax` utility, "ustar Interchange Format").

use std::ops::Range;

pub(super) const NAME: Range<usize> = 0..100;
pub(super) const MODE: Range<usize> = 100..108;
pub(super) const UID: Range<usize> = 108..116;
pub(super) const GID: Range<usize> = 116..124;
pub(super) const SIZE: Range<usize> = 124..136;
pub(super) const MTIME: Range<usize> = 136..148;
pub(super) const CHECKSUM: Range<usize> = 148..156;
pub(super) const TYPE: usize = 156;
pub(super) const LINK: Range<usize> = 157..257;
pub(super) const MAGIC: Range<usize> = 257..265;
pub(super) const MAJOR: Range<usize> = 329..337;
pub(super) const MINOR: Range<usize> = 337..345;
pub(super) const PREFIX: Range<usize> = 345..500;

/// Writes `value` as zero-padded octal with a final NUL; false if it does not fit.
pub(super) fn put_octal(field: &mut [u8], value: u64) -> bool {
    let digits = field.len() - 1;
    if digits < 22 && value >> (digits * 3) != 0 {
        return false;
    }
    for (i, byte) in field[..digits].iter_mut().rev().enumerate() {
        *byte = b'0' + (value >> (i * 3) & 7) as u8;
    }
    field[digits] = 0;
    true
}

/// Reads an octal field, or GNU's base-256 form (top bit set). None for anything else.
pub(super) fn number(field: &[u8]) -> Option<i64> {
    if field[0] & 0x80 != 0 {
        let negative = field[0] & 0x40 != 0;
        let mut value: i64 = if negative { -1 } else { 0 };
        for (i, &b) in field.iter().enumerate() {
            let b = if i == 0 { if negative { b | 0x80 } else { b & 0x7f } } else { b };
            if i > 0 && value.checked_mul(256).is_none() {
                return None;
            }
            value = if i == 0 && !negative { i64::from(b) } else { value << 8 | i64::from(b) };
        }
        return Some(value);
    }
    let text = trimmed(field);
    let text = std::str::from_utf8(text).ok()?.trim_matches(' ');
    if text.is_empty() { Some(0) } else { i64::from_str_radix(text, 8).ok() }
}

/// The bytes before the first NUL.
pub(super) fn trimmed(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|&b| b == 0).unwrap_or(field.len())]
}

/// Sum of all bytes with the checksum field taken as spaces.
pub(super) fn checksum(block: &[u8; 512]) -> u64 {
    let all: u64 = block.iter().map(|&b| u64::from(b)).sum();
    let own: u64 = block[CHECKSUM].iter().map(|&b| u64::from(b)).sum();
    all - own + 8 * u64::from(b' ')
}
