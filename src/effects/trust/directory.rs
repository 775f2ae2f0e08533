//! Directories with a file for each certificate, and links by the hash of its subject.

use std::collections::BTreeSet;

use md5::Md5;
use sha1::{Digest as _, Sha1};

use super::{
    bundle::trusted,
    der::{self, Element},
    pem,
    select::Chosen,
};
use crate::effects::process::{Errno, Process};

/// What the files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `.cer`: the certificate as it is.
    Der,
    /// `.pem`
    Pem,
    /// `.pem`, with links by hash.
    PemHash,
    /// `.pem` as OpenSSL trusts them, with links by hash.
    Openssl,
}

/// Writes the directory: it is made, or with `overwrite` emptied of other files; in the end nobody may write there.
pub(super) fn write(
    process: &mut Process<'_, '_>,
    path: &[u8],
    chosen: &[Chosen<'_>],
    form: Form,
    overwrite: bool,
) -> Result<(), Errno> {
    match process.mkdir(path, 0o700) {
        Ok(()) => {}
        Err(Errno::Exists) if overwrite => {
            let mode = process.stat(path)?.mode;
            process.chmod(path, mode | 0o700)?;
        }
        Err(error) => return Err(error),
    }
    let mut names = BTreeSet::new();
    for one in chosen {
        let (extension, bytes) = match form {
            Form::Der => (".cer", one.der().to_vec()),
            Form::Pem | Form::PemHash => (".pem", pem::write("CERTIFICATE", one.der())),
            Form::Openssl => (".pem", pem::write("TRUSTED CERTIFICATE", &trusted(one))),
        };
        let name = unique(&file_name(one), extension, &mut names);
        super::save(process, &[path, b"/", name.as_bytes()].concat(), &bytes, true)?;
        if matches!(form, Form::PemHash | Form::Openssl) {
            for hash in [subject_hash(one), old_hash(one)].into_iter().flatten() {
                let link = unique(&hash, ".0", &mut names);
                let at = [path, b"/", link.as_bytes()].concat();
                let _ = process.unlink(&at);
                process.symlink(name.as_bytes(), &at)?;
            }
        }
    }
    if overwrite {
        clean(process, path, &names)?;
    }
    process.chmod(path, 0o555)
}

/// Removes files that are no longer anything; links to nothing stay, as they do with p11-kit.
fn clean(process: &mut Process<'_, '_>, path: &[u8], names: &BTreeSet<String>) -> Result<(), Errno> {
    let mut gone = Vec::new();
    for name in process.read_dir(path)? {
        let at = [path, b"/", &name].concat();
        let ours = std::str::from_utf8(&name).is_ok_and(|n| names.contains(n));
        if !ours && process.stat(&at).is_ok_and(|s| !s.is_directory()) {
            gone.push(at);
        }
    }
    gone.into_iter().try_for_each(|at| process.unlink(&at))
}

/// A label in which only plain characters are left.
fn file_name(one: &Chosen<'_>) -> String {
    let plain = |b: &u8| if b.is_ascii_alphanumeric() || b".-_".contains(b) { char::from(*b) } else { '_' };
    one.label().filter(|l| !l.is_empty()).unwrap_or(b"certificate").iter().map(plain).collect()
}

/// A name that is not taken: `x.pem`, `x.1.pem` …; of links `x.0`, `x.1` …
fn unique(base: &str, extension: &str, names: &mut BTreeSet<String>) -> String {
    let mut number = 0;
    loop {
        let name = match (number, extension) {
            (0, extension) => format!("{base}{extension}"),
            (n, ".0") => format!("{base}.{n}"),
            (n, extension) => format!("{base}.{n}{extension}"),
        };
        if names.insert(name.clone()) {
            return name;
        }
        number += 1;
    }
}

fn shown(digest: &[u8]) -> Option<String> {
    let first: [u8; 4] = digest.get(..4)?.try_into().ok()?;
    Some(format!("{:08x}", u32::from_le_bytes(first)))
}

/// OpenSSL's hash since 1.0: SHA-1 over the subject's parts, their texts in lower case and without extra spaces.
fn subject_hash(one: &Chosen<'_>) -> Option<String> {
    let subject = &one.object.certificate.as_ref()?.subject;
    let mut canonical = Vec::new();
    for part in der::all(der::only(subject, der::SEQUENCE)?.body)? {
        let pairs: Vec<Vec<u8>> = der::all(part.body)?.into_iter().map(pair).collect::<Option<_>>()?;
        canonical.extend(der::write(der::SET, &pairs.concat()));
    }
    shown(&Sha1::digest(&canonical))
}

fn pair(pair: Element<'_>) -> Option<Vec<u8>> {
    let parts = der::all(pair.body)?;
    let [kind, value] = parts.as_slice() else { return None };
    let is_string = matches!(value.tag, 12 | 18 | 19 | 20 | 22 | 28 | 30);
    let value = match der::text(*value) {
        Some(text) => der::write(der::UTF8_STRING, &squeezed(&text)),
        None if is_string => return None,
        None => value.whole.to_vec(),
    };
    Some(der::write(der::SEQUENCE, &[kind.whole, &value].concat()))
}

/// Lower case, with single spaces between words and none around them.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let space = |b: &u8| b.is_ascii_whitespace() || *b == 0x0b;
    let words = text.split(space).filter(|w| !w.is_empty()).map(<[u8]>::to_ascii_lowercase);
    words.collect::<Vec<_>>().join(&b' ')
}

/// OpenSSL's hash before that: MD5 over the subject as it is.
fn old_hash(one: &Chosen<'_>) -> Option<String> {
    shown(&Md5::digest(&one.object.certificate.as_ref()?.subject))
}
