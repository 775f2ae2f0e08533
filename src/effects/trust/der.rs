//! What trust stores need of X.509: DER elements, and the fields of a certificate. Strict where a reader has to be: lengths are
//! definite and fit.

/// An element: its tag, its contents, and all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub body: &'a [u8],
    pub whole: &'a [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The first element of some bytes, and what follows.
pub(super) fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Tags of several bytes are nowhere in certificates.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81..=0x84 => {
            let digits = usize::from(short & 0x7f);
            let length = rest.get(..digits)?.iter().fold(0, |n, &b| n << 8 | usize::from(b));
            (length, &rest[digits..])
        }
        _ => return None,
    };
    let body = rest.get(..length)?;
    let whole = &bytes[..bytes.len() - rest.len() + length];
    Some((Element { tag, body, whole }, &rest[length..]))
}

/// The elements in a body; none if it does not come out even.
pub(super) fn all(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = first(bytes)?;
        found.push(element);
        bytes = rest;
    }
    Some(found)
}

/// The one element that some bytes are, with this tag.
pub(super) fn only(bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    first(bytes).filter(|(e, rest)| e.tag == tag && rest.is_empty()).map(|(e, _)| e)
}

/// An element of a tag and contents.
pub(super) fn write(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(body.len()) {
        Ok(short @ ..=0x7f) => out.push(short),
        _ => {
            let bytes = body.len().to_be_bytes();
            let digits: Vec<u8> = bytes.into_iter().skip_while(|b| *b == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            out.extend(digits);
        }
    }
    out.extend_from_slice(body);
    out
}

/// The contents of an object identifier from its dotted form.
pub(super) fn oid(dotted: &str) -> Option<Vec<u8>> {
    let numbers: Vec<u64> = dotted.split('.').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [a, b, rest @ ..] = numbers.as_slice() else { return None };
    if *a > 2 || (*a < 2 && *b > 39) {
        return None;
    }
    let mut out = Vec::new();
    for number in std::iter::once(a.checked_mul(40)?.checked_add(*b)?).chain(rest.iter().copied()) {
        let mut digits = vec![u8::try_from(number & 0x7f).ok()?];
        let mut left = number >> 7;
        while left > 0 {
            digits.push(u8::try_from(left & 0x7f).ok()? | 0x80);
            left >>= 7;
        }
        out.extend(digits.into_iter().rev());
    }
    Some(out)
}

/// The dotted form of an object identifier's contents.
pub(super) fn dotted(body: &[u8]) -> Option<String> {
    let mut numbers = Vec::new();
    let mut number = 0u64;
    for &byte in body {
        number = number.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let top = (number / 40).min(2);
                numbers.extend([top, number - top * 40]);
            } else {
                numbers.push(number);
            }
            number = 0;
        }
    }
    (!numbers.is_empty()).then(|| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
}

/// `2.5.29.19`
pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// `2.5.29.37`
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// `2.5.29.14`
pub(super) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x0e];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const UNIT: &[u8] = &[0x55, 0x04, 0x0b];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    pub der: Vec<u8>,
    /// Whole elements.
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    pub public_key: Vec<u8>,
    /// Of version 1, which has no extensions.
    pub is_v1: bool,
    /// Object identifiers' contents, and the values' contents.
    pub extensions: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Certificate {
    /// Reads one; the bytes are exactly it.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let outer = all(only(der, SEQUENCE)?.body)?;
        let [signed, algorithm, signature] = outer.as_slice() else { return None };
        if signed.tag != SEQUENCE || algorithm.tag != SEQUENCE || signature.tag != BIT_STRING {
            return None;
        }
        let mut fields = all(signed.body)?.into_iter().peekable();
        let version = fields.next_if(|f| f.tag == 0xa0);
        let is_v1 = match version {
            Some(version) => only(version.body, INTEGER)?.body == [0],
            None => true,
        };
        let mut next = |tag: u8| fields.next().filter(|f| f.tag == tag);
        let serial = next(INTEGER)?;
        next(SEQUENCE)?;
        let issuer = next(SEQUENCE)?;
        next(SEQUENCE)?;
        let subject = next(SEQUENCE)?;
        let key = next(SEQUENCE)?;
        let extensions = match fields.find(|f| f.tag == 0xa3) {
            Some(list) => {
                all(only(list.body, SEQUENCE)?.body)?.into_iter().map(|e| extension(e.whole)).collect::<Option<_>>()?
            }
            None => Vec::new(),
        };
        Some(Self {
            der: der.to_vec(),
            serial: serial.whole.to_vec(),
            issuer: issuer.whole.to_vec(),
            subject: subject.whole.to_vec(),
            public_key: key.whole.to_vec(),
            is_v1,
            extensions,
        })
    }

    /// An extension's value.
    pub fn extension(&self, oid: &[u8]) -> Option<&[u8]> {
        self.extensions.iter().find(|(o, _)| o == oid).map(|(_, v)| v.as_slice())
    }

    /// What it is called: its subject's common name, unit or organization.
    pub fn label(&self) -> Option<Vec<u8>> {
        [COMMON_NAME, UNIT, ORGANIZATION].into_iter().find_map(|oid| self.name(oid))
    }

    fn name(&self, oid: &[u8]) -> Option<Vec<u8>> {
        let subject = only(&self.subject, SEQUENCE)?;
        for relative in all(subject.body)? {
            for pair in all(relative.body)? {
                let parts = all(pair.body)?;
                if let [kind, value] = parts.as_slice()
                    && kind.body == oid
                {
                    return text(*value);
                }
            }
        }
        None
    }
}

/// A directory string as UTF-8, cut at a zero; none if it is no string.
pub(super) fn text(value: Element<'_>) -> Option<Vec<u8>> {
    let text = match value.tag {
        12 | 18 | 19 | 20 | 22 => std::str::from_utf8(value.body).ok()?.to_owned(),
        28 => wide(value.body, 4)?,
        30 => wide(value.body, 2)?,
        _ => return None,
    };
    Some(text.split('\0').next().unwrap_or_default().as_bytes().to_vec())
}

fn wide(bytes: &[u8], width: usize) -> Option<String> {
    if !bytes.len().is_multiple_of(width) {
        return None;
    }
    let code = |c: &[u8]| char::from_u32(c.iter().fold(0, |n, &b| n << 8 | u32::from(b)));
    bytes.chunks(width).map(code).collect()
}

/// An extension: its object identifier's contents and its value's.
pub(super) fn extension(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let parts = all(only(der, SEQUENCE)?.body)?;
    match parts.as_slice() {
        [oid, value] if oid.tag == OID && value.tag == OCTET_STRING => Some((oid.body.to_vec(), value.body.to_vec())),
        [oid, critical, value] if oid.tag == OID && critical.tag == BOOLEAN && value.tag == OCTET_STRING => {
            Some((oid.body.to_vec(), value.body.to_vec()))
        }
        _ => None,
    }
}

/// Whether basic constraints say it is an authority; none if they make no sense.
pub(super) fn is_authority(value: &[u8]) -> Option<bool> {
    let parts = all(only(value, SEQUENCE)?.body)?;
    Some(parts.first().is_some_and(|p| p.tag == BOOLEAN && p.body == [0xff]))
}

/// The contents of the object identifiers in a sequence of them.
pub(super) fn oids(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let parts = all(only(value, SEQUENCE)?.body)?;
    parts.iter().map(|p| (p.tag == OID).then(|| p.body.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let long = write(OCTET_STRING, &[7; 300]);
        assert_eq!(long[..4], [4, 0x82, 1, 44]);
        assert_eq!(only(&long, OCTET_STRING).map(|e| e.body.len()), Some(300));
        assert_eq!(first(&[0x30, 0x80, 0, 0]), None);
        assert_eq!(first(&[0x30, 5, 0]), None);
        assert_eq!(first(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn object_identifiers() {
        for (text, bytes) in [
            ("2.5.29.37", EXTENDED_KEY_USAGE),
            ("1.3.6.1.5.5.7.3.1", &[0x2b, 6, 1, 5, 5, 7, 3, 1]),
            ("1.2.840.113549", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
        ] {
            assert_eq!(oid(text).as_deref(), Some(bytes));
            assert_eq!(dotted(bytes).as_deref(), Some(text));
        }
        assert_eq!(oid("1"), None);
        assert_eq!(oid("1.x"), None);
    }
}
