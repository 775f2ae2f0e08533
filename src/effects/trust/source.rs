//! Where trust comes from: the files of the two directories, as p11-kit's trust module reads them.

use super::{
    der::{self, Certificate},
    hash, pem,
};
use crate::effects::process::Process;

/// What an object is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Class {
    /// An X.509 certificate.
    Certificate,
    /// An extension that belongs to every certificate of a key.
    Extension,
    /// Anything else.
    #[default]
    Other,
}

/// An object of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    pub class: Class,
    pub certificate: Option<Certificate>,
    pub label: Option<Vec<u8>>,
    pub trusted: Option<bool>,
    pub distrusted: Option<bool>,
    pub issuer: Option<Vec<u8>>,
    pub serial: Option<Vec<u8>>,
    pub public_key: Option<Vec<u8>>,
    /// Of an extension: all of it.
    pub value: Option<Vec<u8>>,
    /// `certificate-category: authority`, where that is said.
    pub authority: Option<bool>,
}

impl Object {
    /// A certificate by itself.
    fn of(certificate: Certificate) -> Self {
        Self { class: Class::Certificate, certificate: Some(certificate), ..Self::default() }
    }

    /// Fills in what a certificate says of itself.
    fn complete(mut self) -> Self {
        if let Some(c) = &self.certificate {
            self.label = self.label.or_else(|| c.label());
            self.issuer.get_or_insert_with(|| c.issuer.clone());
            self.serial.get_or_insert_with(|| c.serial.clone());
            self.public_key.get_or_insert_with(|| c.public_key.clone());
        }
        self
    }
}

/// What the place of a file says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Anchors,
    Blocklist,
    Plain,
}

/// One store: objects of a key belong together only within it.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub objects: Vec<Object>,
}

/// Red Hat's stores, the administrator's first.
const RED_HAT: [&[u8]; 2] = [b"/etc/pki/ca-trust/source", b"/usr/share/pki/ca-trust-source"];
/// Debian's: one file of anchors.
const DEBIAN: &[u8] = b"/etc/ssl/certs/ca-certificates.crt";

/// The stores of the image.
pub(super) fn stores(process: &mut Process<'_, '_>) -> Vec<Store> {
    if RED_HAT.iter().any(|dir| process.exists(dir)) {
        return RED_HAT.iter().map(|dir| directory(process, dir)).collect();
    }
    let mut store = Store::default();
    store.load(process, DEBIAN, Place::Anchors);
    vec![store]
}

/// p11-kit reads a directory in the order its file system has; here it is that of the names.
fn directory(process: &mut Process<'_, '_>, root: &[u8]) -> Store {
    let mut store = Store::default();
    let below = |name: &[u8]| [root, b"/", name].concat();
    for (dir, place) in [
        (root.to_vec(), Place::Plain),
        (below(b"anchors"), Place::Anchors),
        (below(b"blocklist"), Place::Blocklist),
        (below(b"blacklist"), Place::Blocklist),
    ] {
        for name in process.read_dir(&dir).unwrap_or_default() {
            store.load(process, &[&dir, &b"/"[..], &name].concat(), place);
        }
    }
    store
}

impl Store {
    fn load(&mut self, process: &mut Process<'_, '_>, path: &[u8], place: Place) {
        if !process.stat(path).is_ok_and(|s| s.is_file()) {
            return;
        }
        let Ok(bytes) = process.read_file(path) else { return };
        for mut object in parse(&bytes) {
            if !process.stage.budget.step() {
                return;
            }
            if object.class == Class::Certificate {
                trust(&mut object, place);
            }
            self.objects.push(object.complete());
        }
    }
}

/// The place of a file decides, where it has a say; a distrusted certificate is no anchor by being put there.
fn trust(object: &mut Object, place: Place) {
    match place {
        Place::Anchors if object.distrusted == Some(true) => {}
        Place::Anchors => (object.trusted, object.distrusted) = (Some(true), Some(false)),
        Place::Blocklist => (object.trusted, object.distrusted) = (Some(false), Some(true)),
        Place::Plain => {
            object.trusted.get_or_insert(false);
            object.distrusted.get_or_insert(false);
        }
    }
}

/// The objects of a file: p11-kit's own format, armour, or a certificate as it is.
fn parse(bytes: &[u8]) -> Vec<Object> {
    if pem::find(bytes, b"[p11-kit-object-v1]").is_some() {
        return persist(bytes).unwrap_or_default();
    }
    let blocks = pem::blocks(bytes);
    if blocks.is_empty() {
        return Certificate::parse(bytes).map(Object::of).into_iter().collect();
    }
    let mut objects = Vec::new();
    for (kind, bytes) in blocks {
        match kind.as_str() {
            "CERTIFICATE" => objects.extend(Certificate::parse(&bytes).map(Object::of)),
            "TRUSTED CERTIFICATE" => objects.extend(openssl(&bytes).unwrap_or_default()),
            _ => {}
        }
    }
    objects
}

/// Sections of fields and armour; none where a line makes no sense.
fn persist(bytes: &[u8]) -> Option<Vec<Object>> {
    let mut objects: Vec<Object> = Vec::new();
    let mut inside = false;
    let mut rest = bytes;
    while !rest.is_empty() {
        if rest.starts_with(b"-----BEGIN ") {
            let end = pem::find(rest, b"\n-----END ")? + 1;
            let length = rest[end..].iter().position(|&b| b == b'\n').map_or(rest.len(), |n| end + n + 1);
            if inside {
                armour(objects.last_mut()?, &rest[..length])?;
            }
            rest = &rest[length..];
            continue;
        }
        let length = rest.iter().position(|&b| b == b'\n').map_or(rest.len(), |n| n + 1);
        let line = rest[..length].trim_ascii();
        rest = &rest[length..];
        match line {
            [] | [b'#', ..] => {}
            [b'[', name @ .., b']'] => {
                inside = name == b"p11-kit-object-v1";
                if inside {
                    objects.push(Object::default());
                }
            }
            line if inside => {
                let colon = line.iter().position(|&b| b == b':')?;
                field(objects.last_mut()?, line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            }
            _ => {}
        }
    }
    Some(objects)
}

fn armour(object: &mut Object, text: &[u8]) -> Option<()> {
    let (kind, bytes) = pem::blocks(text).into_iter().next()?;
    match kind.as_str() {
        "CERTIFICATE" => {
            object.class = Class::Certificate;
            object.certificate = Certificate::parse(&bytes);
        }
        "PUBLIC KEY" => object.public_key = Some(bytes),
        _ => return None,
    }
    Some(())
}

fn field(object: &mut Object, name: &[u8], value: &[u8]) {
    let text = || value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).and_then(unquote);
    let flag = match value {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    };
    match name {
        b"class" => {
            object.class = match value {
                b"certificate" => Class::Certificate,
                b"x-certificate-extension" => Class::Extension,
                _ => Class::Other,
            }
        }
        b"label" => object.label = text(),
        b"trusted" => object.trusted = flag,
        b"x-distrusted" => object.distrusted = flag,
        b"issuer" => object.issuer = text(),
        b"serial-number" => object.serial = text(),
        b"public-key-info" => object.public_key = text(),
        b"certificate-category" => object.authority = Some(value == b"authority"),
        b"value" => match object.class {
            Class::Certificate => object.certificate = text().and_then(|der| Certificate::parse(&der)),
            _ => object.value = text(),
        },
        _ => {}
    }
}

/// Resolves `%XX`.
fn unquote(value: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(*bytes.next()?).to_digit(16);
        out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    Some(out)
}

/// OpenSSL's own: a certificate, and beside it what it is trusted for, and what not.
fn openssl(bytes: &[u8]) -> Option<Vec<Object>> {
    let (certificate, rest) = der::first(bytes)?;
    let mut own = Object::of(Certificate::parse(certificate.whole)?);
    if rest.is_empty() {
        return Some(vec![own]);
    }
    let key = own.certificate.as_ref().map(|c| c.public_key.clone());
    let mut trusts = Vec::new();
    let (mut rejects, mut identifier) = (None, None);
    for part in der::all(der::only(rest, der::SEQUENCE)?.body)? {
        match part.tag {
            der::SEQUENCE => trusts = der::oids(part.whole)?,
            0xa0 => rejects = Some(der::oids(&der::write(der::SEQUENCE, part.body))?),
            der::UTF8_STRING => own.label = Some(part.body.to_vec()),
            der::OCTET_STRING => identifier = Some(part.whole.to_vec()),
            0xa1 => {}
            _ => return None,
        }
    }
    let mut objects = Vec::new();
    let extension = |oid: &[u8], critical: bool, value: &[u8]| Object {
        class: Class::Extension,
        public_key: key.clone(),
        value: Some(extension(oid, critical, value)),
        ..Object::default()
    };
    let trusts = hash::order(&trusts, rejects.as_deref().unwrap_or_default());
    let purposes = if trusts.is_empty() { der::oid(RESERVED).into_iter().collect() } else { trusts.clone() };
    objects.push(extension(der::EXTENDED_KEY_USAGE, true, &sequence(&purposes)));
    if let Some(rejects) = rejects.filter(|r| !r.is_empty()) {
        let oid = der::oid(REJECT)?;
        objects.push(extension(&oid, false, &sequence(&hash::order(&rejects, &[]))));
    }
    (own.trusted, own.distrusted) = (Some(!trusts.is_empty()), Some(trusts.is_empty()));
    if let Some(identifier) = identifier {
        objects.push(extension(der::SUBJECT_KEY_IDENTIFIER, false, &identifier));
    }
    objects.push(own);
    Some(objects)
}

/// p11-kit's purpose that stands for "none": there must be one.
pub(super) const RESERVED: &str = "1.3.6.1.4.1.3319.6.10.16";
/// p11-kit's extension for what a certificate is not trusted for.
pub(super) const REJECT: &str = "1.3.6.1.4.1.3319.6.10.1";

/// A sequence of object identifiers.
pub(super) fn sequence(oids: &[Vec<u8>]) -> Vec<u8> {
    der::write(der::SEQUENCE, &oids.iter().flat_map(|o| der::write(der::OID, o)).collect::<Vec<u8>>())
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::write(der::BOOLEAN, &[0xff]) } else { Vec::new() };
    let body = [der::write(der::OID, oid), critical, der::write(der::OCTET_STRING, value)].concat();
    der::write(der::SEQUENCE, &body)
}
