//! What an entitlement needs of its X.509 certificate (RFC 5280, section 4.1): serial number, validity, and Red Hat's
//! extensions. Signature and chain are the server's to check.

use std::str;

use crate::terms::unix_seconds;

use super::{
    Defect,
    der::{self, Der},
    first_version::Extensions,
};

/// 1.3.6.1.4.1.2312.9, encoded. One more byte follows for the extensions wanted here.
const RED_HAT: [u8; 8] = [0x2b, 6, 1, 4, 1, 0x92, 0x08, 9];
/// Certificate version, `UTF8String`, "3.4".
const VERSION: u8 = 6;
/// The tree of granted paths, `OCTET STRING`.
const PATH_TREE: u8 = 7;
/// Kind of entitlement, `UTF8String`: "OrgLevel" is simple content access.
const KIND: u8 = 8;

/// RFC 5280 allows 20 bytes; the rest is courtesy, and a bound for [`decimal`].
const LONGEST_SERIAL: usize = 64;

#[derive(Debug)]
pub(super) struct Certificate {
    /// Decimal.
    pub(super) serial: String,
    pub(super) not_before: u64,
    pub(super) not_after: u64,
    pub(super) version: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) path_tree: Vec<u8>,
    /// What a certificate of version 1 has instead of a data block.
    pub(super) extensions: Extensions,
}

impl Certificate {
    pub(super) fn parse(der: &[u8]) -> Result<Self, Defect> {
        let mut signed = Der::new(der).within(der::SEQUENCE, "the certificate")?;
        let mut tbs = signed.within(der::SEQUENCE, "the signed part")?;
        tbs.optional(der::context(0), "the X.509 version")?;
        let serial = decimal(tbs.one(der::INTEGER, "the serial number")?)?;
        tbs.one(der::SEQUENCE, "the signature algorithm")?;
        tbs.one(der::SEQUENCE, "the issuer")?;
        let mut validity = tbs.within(der::SEQUENCE, "the validity")?;
        let not_before = time(&mut validity, "the begin of the validity")?;
        let not_after = time(&mut validity, "the end of the validity")?;
        tbs.one(der::SEQUENCE, "the subject")?;
        tbs.one(der::SEQUENCE, "the public key")?;
        let (path_tree, extensions) = (Vec::new(), Extensions::default());
        let mut out = Self { serial, not_before, not_after, version: None, kind: None, path_tree, extensions };
        while !tbs.is_empty() {
            // Before the extensions [3] two unique ids may stand, [1] and [2], of which nobody makes use.
            match tbs.any("the optional fields")? {
                (tag, content) if tag == der::context(3) => out.extensions(content)?,
                _ => {}
            }
        }
        Ok(out)
    }

    fn extensions(&mut self, content: &[u8]) -> Result<(), Defect> {
        let mut list = Der::new(content).within(der::SEQUENCE, "the extensions")?;
        while !list.is_empty() {
            let mut extension = list.within(der::SEQUENCE, "an extension")?;
            let oid = extension.one(der::OID, "an extension's id")?;
            extension.optional(der::BOOLEAN, "an extension's criticality")?;
            let mut value = extension.within(der::OCTET_STRING, "an extension's value")?;
            match oid.strip_prefix(&RED_HAT) {
                Some([VERSION]) => self.version = Some(text(&mut value, "the entitlement's version")?),
                Some([KIND]) => self.kind = Some(text(&mut value, "the entitlement's kind")?),
                Some([PATH_TREE]) => self.path_tree = value.one(der::OCTET_STRING, "the path tree")?.to_owned(),
                Some(arcs) => self.extensions.add(arcs, value)?,
                None => {}
            }
        }
        Ok(())
    }
}

fn text(value: &mut Der<'_>, what: &'static str) -> Result<String, Defect> {
    let bytes = value.one(der::UTF8_STRING, what)?;
    str::from_utf8(bytes).map(str::to_owned).map_err(|_| Defect::Value { what })
}

/// A big-endian number in decimal, as files of entitlements are named.
fn decimal(bytes: &[u8]) -> Result<String, Defect> {
    let what = "the serial number";
    if bytes.is_empty() || bytes.len() > LONGEST_SERIAL || bytes[0] & 0x80 != 0 {
        return Err(Defect::Value { what });
    }
    let mut digits = vec![0u8]; // least significant first
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    Ok(digits.iter().rev().map(|&d| char::from(b'0' + d)).collect())
}

/// `YYMMDDHHMMSSZ` (until 2049) or `YYYYMMDDHHMMSSZ`; what lies before 1970 is 1970.
fn time(der: &mut Der<'_>, what: &'static str) -> Result<u64, Defect> {
    let wrong = || Defect::Value { what };
    let (tag, text) = der.any(what)?;
    let year_digits = match tag {
        der::UTC_TIME => 2,
        der::GENERALIZED_TIME => 4,
        tag => return Err(Defect::Unexpected { what, tag }),
    };
    let digits = text.strip_suffix(b"Z").filter(|d| d.iter().all(u8::is_ascii_digit)).ok_or_else(wrong)?;
    if digits.len() != year_digits + 10 {
        return Err(wrong());
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'));
    let (year, rest) = digits.split_at(year_digits);
    let year = match number(year) {
        y if year_digits == 4 => y,
        y @ 50.. => 1900 + y,
        y => 2000 + y,
    };
    let f: Vec<i64> = rest.chunks(2).map(number).collect();
    let seconds = unix_seconds([year, f[0], f[1]], [f[2], f[3], f[4]]).ok_or_else(wrong)?;
    Ok(u64::try_from(seconds).unwrap_or(0))
}
