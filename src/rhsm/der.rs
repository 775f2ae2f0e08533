//! As much of DER (ITU-T X.690) as reading an X.509 certificate takes: one-byte tags, definite lengths.

use super::Defect;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;

/// `[n] EXPLICIT` of a structure's optional field.
pub(super) const fn context(n: u8) -> u8 {
    0xa0 | n
}

/// A row of elements. Nothing is copied, and nothing is read beyond the slice.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next element: tag and content. `what` is being read, for messages.
    pub(super) fn any(&mut self, what: &'static str) -> Result<(u8, &'a [u8]), Defect> {
        let cut = || Defect::Truncated { what };
        let (&[tag, first], mut rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        let len = match first {
            0..=0x7f => usize::from(first),
            // Four bytes of length are 4 GiB; 0x80 is BER's indefinite form.
            0x81..=0x84 => {
                let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or_else(cut)?;
                rest = after;
                bytes.iter().fold(0, |len, &b| len << 8 | usize::from(b))
            }
            _ => return Err(Defect::Length { what }),
        };
        let (content, rest) = rest.split_at_checked(len).ok_or_else(cut)?;
        self.0 = rest;
        Ok((tag, content))
    }

    /// The content of the next element, which must have this tag.
    pub(super) fn one(&mut self, tag: u8, what: &'static str) -> Result<&'a [u8], Defect> {
        match self.any(what)? {
            (found, content) if found == tag => Ok(content),
            (found, _) => Err(Defect::Unexpected { what, tag: found }),
        }
    }

    /// As [`one`](Self::one), for what the element holds.
    pub(super) fn within(&mut self, tag: u8, what: &'static str) -> Result<Self, Defect> {
        self.one(tag, what).map(Self)
    }

    /// The content of the next element if it has this tag; else nothing is read.
    pub(super) fn optional(&mut self, tag: u8, what: &'static str) -> Result<Option<&'a [u8]>, Defect> {
        if self.0.first() == Some(&tag) { self.one(tag, what).map(Some) } else { Ok(None) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
