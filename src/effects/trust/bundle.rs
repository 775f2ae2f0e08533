//! Bundles: one file with every certificate, in the formats of `trust extract`.

use std::collections::BTreeSet;

use sha1::{Digest as _, Sha1};

use super::{
    der, pem,
    select::{Chosen, usages},
    source::{REJECT, sequence},
};

/// `# LABEL` before a block; an empty line before all but the first.
fn comment(chosen: &Chosen<'_>, first: bool) -> Vec<u8> {
    let label = chosen.label().filter(|l| !l.is_empty()).unwrap_or(b"certificate");
    [if first { &b""[..] } else { b"\n" }, b"# ", label, b"\n"].concat()
}

fn armoured(chosen: &[Chosen<'_>], comments: bool, kind: &str, bytes: impl Fn(&Chosen<'_>) -> Vec<u8>) -> Vec<u8> {
    let block = |(n, one): (usize, &Chosen<'_>)| {
        let comment = if comments { comment(one, n == 0) } else { Vec::new() };
        [comment, pem::write(kind, &bytes(one))].concat()
    };
    chosen.iter().enumerate().flat_map(block).collect()
}

/// `pem-bundle`
pub(super) fn pem_bundle(chosen: &[Chosen<'_>], comments: bool) -> Vec<u8> {
    armoured(chosen, comments, "CERTIFICATE", |one| one.der().to_vec())
}

/// `openssl-bundle`
pub(super) fn openssl_bundle(chosen: &[Chosen<'_>], comments: bool) -> Vec<u8> {
    armoured(chosen, comments, "TRUSTED CERTIFICATE", trusted)
}

/// What a distrusted certificate is not trusted for: every purpose p11-kit knows.
const PURPOSES: [&str; 8] = [
    "1.3.6.1.5.5.7.3.1",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.3",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.5",
    "1.3.6.1.5.5.7.3.6",
    "1.3.6.1.5.5.7.3.7",
    "1.3.6.1.5.5.7.3.8",
];

/// A certificate and what OpenSSL wants to know of it beside: trusts, rejects, alias, key identifier.
pub(super) fn trusted(one: &Chosen<'_>) -> Vec<u8> {
    let reject = der::oid(REJECT).unwrap_or_default();
    let listed = |oid: &[u8]| one.attached(oid).and_then(usages);
    let mut rejects = listed(&reject);
    let trusts = if one.object.distrusted == Some(true) {
        rejects.get_or_insert_default().extend(PURPOSES.iter().filter_map(|p| der::oid(p)));
        None
    } else if one.object.trusted == Some(true) {
        listed(der::EXTENDED_KEY_USAGE)
    } else {
        Some(Vec::new())
    };
    let mut body = trusts.map(|t| sequence(&t)).unwrap_or_default();
    if let Some(rejects) = rejects {
        let mut list = sequence(&rejects);
        list[0] = 0xa0;
        body.extend(list);
    }
    if let Some(label) = one.label() {
        body.extend(der::write(der::UTF8_STRING, label));
    }
    if let Some(identifier) = one.attached(der::SUBJECT_KEY_IDENTIFIER) {
        body.extend(der::write(der::OCTET_STRING, identifier));
    }
    [one.der(), &der::write(der::SEQUENCE, &body)].concat()
}

/// `java-cacerts`: a JKS key store under the password everyone knows; entries are as old as the build.
pub(super) fn java(chosen: &[Chosen<'_>], seconds: i64) -> Vec<u8> {
    let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let string = |s: &[u8]| {
        let s = &s[..s.len().min(0x7fff)];
        [&u16::try_from(s.len()).unwrap_or(u16::MAX).to_be_bytes()[..], s].concat()
    };
    let mut out = [&[0xfe, 0xed, 0xfe, 0xed][..], &2u32.to_be_bytes(), &length(chosen.len())].concat();
    let mut aliases = BTreeSet::new();
    for one in chosen {
        out.extend(2u32.to_be_bytes());
        out.extend(string(&alias(one.label().unwrap_or(b"unlabeled"), &mut aliases)));
        out.extend((seconds * 1000).to_be_bytes());
        out.extend(string(b"X.509"));
        out.extend(length(one.der().len()));
        out.extend_from_slice(one.der());
    }
    let password: Vec<u8> = "changeit".bytes().flat_map(|b| [0, b]).collect();
    let digest = Sha1::new().chain_update(&password).chain_update(b"Mighty Aphrodite").chain_update(&out).finalize();
    out.extend_from_slice(&digest);
    out
}

/// A label in lower case, without spaces and what is not ASCII; with a number where it is taken.
fn alias(label: &[u8], taken: &mut BTreeSet<Vec<u8>>) -> Vec<u8> {
    let space = |b: u8| b.is_ascii_whitespace() || b == 0x0b;
    let base: Vec<u8> = label.iter().filter(|b| b.is_ascii() && !space(**b)).map(u8::to_ascii_lowercase).collect();
    let mut alias = base.clone();
    let mut number = 0;
    while !taken.insert(alias.clone()) {
        number += 1;
        alias = [&base[..], format!("-{number}").as_bytes()].concat();
    }
    alias
}

/// `edk2-cacerts`: EFI signature lists of one certificate each.
pub(super) fn edk2(chosen: &[Chosen<'_>]) -> Vec<u8> {
    // EFI_CERT_X509_GUID, and the one p11-kit calls itself by; the first three fields are little endian.
    const X509: [u8; 16] =
        [0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72];
    const AGENT: [u8; 16] =
        [0x50, 0x3b, 0xdd, 0xdc, 0x05, 0xf4, 0xfd, 0x43, 0x96, 0xbe, 0xbd, 0x33, 0xb1, 0x73, 0x47, 0x76];
    let mut out = Vec::new();
    for one in chosen {
        let size = u32::try_from(one.der().len() + 16).unwrap_or(u32::MAX);
        out.extend(X509);
        out.extend((size + 28).to_le_bytes());
        out.extend(0u32.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend(AGENT);
        out.extend_from_slice(one.der());
    }
    out
}
