//! What is checked of a package whose checksum is right.

use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    sync::Arc,
};

use super::{Doubt, Package, Trust};
use crate::{
    formats::{
        openpgp::Keyring,
        rpm::{DigestStatus, PackageHead, PackageSignature, PayloadCheck, Tag, check_header, unsupported_rpmlib},
    },
    store::{Blob, Store, Verified},
    terms::{Hasher, Nevra},
};

/// Checks that the blob is the package `nevra`, whole and signed by somebody trusted. That the payload agrees with its digest
/// is remembered in the store, so a package is hashed through once.
pub fn verify(store: &Store, nevra: &Nevra, blob: Verified<Blob>, trust: &Trust) -> Result<Verified<Package>, Doubt> {
    let file = std::fs::File::open(blob.path()).map_err(Doubt::Read)?;
    let mut input = BufReader::with_capacity(256 << 10, file);
    let head = PackageHead::read(&mut input)?;
    let found = head.main.nevra()?;
    if found != *nevra {
        return Err(Doubt::Name { found });
    }
    let features = unsupported_rpmlib(&head.main);
    if !features.is_empty() {
        return Err(Doubt::Features { features: features.join(", ") });
    }
    compared("header", check_header(&head))?;
    let signer = match trust {
        Trust::Anyone => None,
        Trust::Keys(keys) => Some(header_signer(&head, &blob, keys)?),
    };
    check_payload(store, &blob, &head, trust, input)?;
    let files = Arc::from(head.main.files()?);
    Ok(Verified::vouch(Package { nevra: found, head, files, blob, signer, unpacked: Default::default() }))
}

/// An absent digest is as good as a right one only to those who ask for no signature.
fn compared(part: &'static str, status: DigestStatus) -> Result<bool, Doubt> {
    match status {
        DigestStatus::Verified => Ok(true),
        DigestStatus::Absent => Ok(false),
        DigestStatus::Mismatch { expected, actual } => Err(Doubt::Digest { part, expected, actual }),
        DigestStatus::Unsupported { number } => Err(Doubt::Digest {
            part,
            expected: format!("made with hash number {number}"),
            actual: "not computable here".to_owned(),
        }),
    }
}

/// Who signed the header, by a signature over it alone or over it and the payload.
fn header_signer(head: &PackageHead, blob: &Blob, keys: &Keyring) -> Result<String, Doubt> {
    // Header and payload in one signature only where the header says nothing of its payload: that costs another pass.
    let covered = head.main.has(Tag::PAYLOADDIGEST);
    let header = signer(head.signatures().iter().filter(|s| !s.covers_payload), keys, &mut || Ok(head.signed_bytes()));
    if covered {
        return header;
    }
    let mut whole = || {
        let mut file = std::fs::File::open(blob.path()).map_err(Doubt::Read)?;
        file.seek(SeekFrom::Start(head.header_range.start)).map_err(Doubt::Read)?;
        Ok(BufReader::with_capacity(256 << 10, file))
    };
    match signer(head.signatures().iter().filter(|s| s.covers_payload), keys, &mut whole) {
        Err(Doubt::Unsigned) => header.and(Err(Doubt::Uncovered)),
        outcome => outcome,
    }
}

/// The first of the signatures that counts; else why the last doesn't.
fn signer<'a, R: Read>(
    signatures: impl Iterator<Item = &'a PackageSignature>,
    keys: &Keyring,
    data: &mut dyn FnMut() -> Result<R, Doubt>,
) -> Result<String, Doubt> {
    let mut refused = Doubt::Unsigned;
    for signature in signatures {
        match keys.verify(&signature.packet, data()?) {
            Ok(signer) => return Ok(signer.fingerprint),
            Err(e) => refused = Doubt::Signature(e),
        }
    }
    Err(refused)
}

fn check_payload(
    store: &Store,
    blob: &Blob,
    head: &PackageHead,
    trust: &Trust,
    mut input: impl Read,
) -> Result<(), Doubt> {
    let mut key = Hasher::new();
    key.update(format!("{} {}", blob.checksum(), trust.digest()).as_bytes());
    let key = key.finish();
    if store.recall("payload", &key).is_some() {
        return Ok(());
    }
    let mut check = PayloadCheck::new(head);
    let mut buffer = vec![0; 256 << 10];
    loop {
        match input.read(&mut buffer).map_err(Doubt::Read)? {
            0 => break,
            n => check.update(&buffer[..n]),
        }
    }
    let covered = compared("payload", check.finish())?;
    if !covered && matches!(trust, Trust::Keys(_)) {
        return Err(Doubt::Uncovered);
    }
    // Only a saving of time: a store that cannot remember is no reason to stop.
    store.remember("payload", &key, b"verified").ok();
    Ok(())
}
