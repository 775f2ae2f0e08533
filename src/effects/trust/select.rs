//! Which certificates are extracted, and what belongs to each.

use std::collections::BTreeSet;

use super::{
    der,
    source::{Class, Object, RESERVED, Store},
};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Authorities that are trusted and not on a blocklist.
    Anchors,
    /// What is distrusted.
    Blocklist,
    /// Both.
    Policy,
    /// Every certificate.
    Certificates,
}

/// A certificate to be written.
#[derive(Clone, Debug)]
pub(super) struct Chosen<'a> {
    pub object: &'a Object,
    /// Extensions from beside the certificate: object identifier's contents, value's contents.
    pub attached: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Chosen<'_> {
    /// An extension from beside the certificate; the last one counts.
    pub fn attached(&self, oid: &[u8]) -> Option<&[u8]> {
        self.attached.iter().rev().find(|(o, _)| o == oid).map(|(_, v)| v.as_slice())
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        self.object.certificate.as_ref().map_or(&[], |c| &c.der)
    }

    /// What it is called.
    pub fn label(&self) -> Option<&[u8]> {
        self.object.label.as_deref()
    }
}

/// The certificates that fit, once each, in the stores' order. Without purposes any will do.
pub(super) fn select<'a>(stores: &'a [Store], filter: Filter, purposes: &[Vec<u8>]) -> Vec<Chosen<'a>> {
    let blocked = Blocked::of(stores);
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::new();
    for store in stores {
        for object in store.objects.iter().filter(|o| o.class == Class::Certificate) {
            let Some(certificate) = &object.certificate else { continue };
            let attached = attached(store, object);
            if filter == Filter::Anchors && !attached.as_ref().is_some_and(|a| is_authority(object, a)) {
                continue;
            }
            if seen.contains(&certificate.der) || !fits(object, filter, &blocked) {
                continue;
            }
            seen.insert(&certificate.der);
            let Some(attached) = attached else { continue };
            let one = Chosen { object, attached };
            if serves(&one, purposes) == Some(true) {
                chosen.push(one);
            }
        }
    }
    chosen
}

/// The extensions of a certificate's key; none where one of them makes no sense.
fn attached(store: &Store, object: &Object) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let Some(key) = &object.public_key else { return Some(Vec::new()) };
    let own = store.objects.iter().filter(|o| o.class == Class::Extension && o.public_key.as_ref() == Some(key));
    own.map(|o| der::extension(o.value.as_deref()?)).collect()
}

fn is_authority(object: &Object, attached: &[(Vec<u8>, Vec<u8>)]) -> bool {
    if let Some(said) = object.authority {
        return said;
    }
    let Some(certificate) = &object.certificate else { return false };
    let beside = attached.iter().rev().find(|(o, _)| o == der::BASIC_CONSTRAINTS).map(|(_, v)| v.as_slice());
    match beside.or_else(|| certificate.extension(der::BASIC_CONSTRAINTS)) {
        Some(value) => der::is_authority(value).unwrap_or(false),
        // Before there were extensions, who signed itself was one.
        None => certificate.is_v1 && certificate.subject == certificate.issuer,
    }
}

/// What blocklists name.
struct Blocked<'a> {
    keys: BTreeSet<&'a [u8]>,
    serials: BTreeSet<(&'a [u8], &'a [u8])>,
}

impl<'a> Blocked<'a> {
    fn of(stores: &'a [Store]) -> Self {
        let distrusted = || stores.iter().flat_map(|s| &s.objects).filter(|o| o.distrusted == Some(true));
        Self {
            keys: distrusted().filter_map(|o| o.public_key.as_deref()).collect(),
            serials: distrusted().filter_map(|o| Some((o.issuer.as_deref()?, o.serial.as_deref()?))).collect(),
        }
    }

    fn has(&self, object: &Object) -> bool {
        let serial = object.issuer.as_deref().zip(object.serial.as_deref());
        object.public_key.as_deref().is_some_and(|k| self.keys.contains(k))
            || serial.is_some_and(|s| self.serials.contains(&s))
    }
}

fn fits(object: &Object, filter: Filter, blocked: &Blocked<'_>) -> bool {
    let distrusted = object.distrusted == Some(true);
    let anchor = !distrusted && object.trusted == Some(true) && !blocked.has(object);
    match filter {
        Filter::Certificates => true,
        Filter::Anchors => anchor,
        Filter::Blocklist => distrusted,
        Filter::Policy => anchor || distrusted,
    }
}

/// `anyExtendedKeyUsage`
const ANY: &str = "2.5.29.37.0";

/// Whether it may be used for one of the purposes; none where its purposes make no sense. Who names none serves all.
fn serves(chosen: &Chosen<'_>, purposes: &[Vec<u8>]) -> Option<bool> {
    let own = chosen.object.certificate.as_ref().and_then(|c| c.extension(der::EXTENDED_KEY_USAGE));
    let Some(value) = chosen.attached(der::EXTENDED_KEY_USAGE).or(own) else { return Some(true) };
    let usages = usages(value)?;
    let any = der::oid(ANY);
    Some(purposes.is_empty() || usages.iter().any(|u| Some(u) == any.as_ref() || purposes.contains(u)))
}

/// The purposes in an extension, without the one that stands for none.
pub(super) fn usages(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let reserved = der::oid(RESERVED);
    Some(der::oids(value)?.into_iter().filter(|u| Some(u) != reserved.as_ref()).collect())
}
