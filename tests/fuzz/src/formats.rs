//! Formats: bytes in.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use drydock::{
    formats::{
        kmod,
        oci::{Index, Manifest},
        openpgp::Keyring,
        repodata::{self, AdvisoryLimits, Catalog, Comps, Metalink, Modules, Repomd, Rich},
        rpm::{PackageHead, Payload},
        tar::Reader,
    },
    repos::addresses,
    rpmdb::{Backend, Files},
    solve::{
        groups,
        streams::{RepoModules, Wanted, choose},
    },
    terms::Arch,
};

/// A package's head, its scriptlets and files, and its payload to the end.
pub fn package(data: &[u8]) {
    let mut input = data;
    let Ok(head) = PackageHead::read(&mut input) else { return };
    let _ = (head.main.nevra(), head.main.scriptlets(), head.main.files(), head.signatures());
    let Ok(mut payload) = Payload::new(&head, input) else { return };
    while let Ok(Some(_)) = payload.next() {
        if io::copy(&mut payload, &mut io::sink()).is_err() {
            break;
        }
    }
}

/// A tar stream to its end.
pub fn tar(data: &[u8]) {
    let mut reader = Reader::new(data);
    while let Ok(Some(_)) = reader.next_entry() {}
}

/// `primary.xml`.
pub fn primary(data: &[u8]) {
    let mut builder = Catalog::builder();
    let _ = repodata::read_primary(data, 8 << 20, &mut builder);
}

/// `filelists.xml`.
pub fn filelists(data: &[u8]) {
    let wanted = BTreeSet::from(["/usr/bin/sh".to_owned()]);
    let _ = repodata::owners_of(data, 8 << 20, &wanted);
}

/// `repomd.xml`, and where its files would be fetched from: never from elsewhere on disk.
pub fn repomd(data: &[u8]) {
    let Ok(repomd) = Repomd::parse(data) else { return };
    for file in repomd.data.values() {
        let mirrors = ["https://h.example/r".to_owned()];
        for url in addresses(&mirrors, file.base.as_deref(), &file.href).unwrap_or_default() {
            assert!(url.get(..4).is_some_and(|s| s.eq_ignore_ascii_case("http")), "{url:?}");
        }
    }
}

/// A metalink, and whether bytes are what it promises.
pub fn metalink(data: &[u8]) {
    if let Ok(metalink) = Metalink::parse(data) {
        let _ = metalink.allows(data);
    }
}

/// `updateinfo.xml`, with limits of every kind.
pub fn updateinfo(data: &[u8]) {
    let one = |text: &str| vec![text.to_owned()];
    let limits = AdvisoryLimits {
        ids: one("SA-1"),
        types: one("security"),
        cves: one("CVE-1"),
        bugzillas: one("1"),
        severities: one("Low"),
    };
    let _ = limits.read(data);
}

/// `modules.yaml`, and a choice of all its streams.
pub fn modules(data: &[u8]) {
    let Ok(modules) = Modules::read(data) else { return };
    let wanted = Wanted {
        arch: Arch::X86_64,
        platform: Some(("platform".to_owned(), "el8".to_owned())),
        repos: vec![RepoModules { repo: "r", modules: &modules }],
        defaults: Vec::new(),
        states: BTreeMap::new(),
        enable: modules.streams.iter().take(3).map(|s| format!("{}:{}", s.name, s.stream)).collect(),
        install: vec!["*".to_owned()],
    };
    let _ = choose(&wanted);
}

/// `comps.xml`, and the packages of all its groups.
pub fn comps(data: &[u8]) {
    if let Ok(comps) = Comps::read(data) {
        let _ = groups::members("*", &[&comps]);
    }
}

/// A rich dependency; what parses prints as something that parses.
pub fn rich(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Rich::parse(text);
    }
}

/// Image documents.
pub fn oci(data: &[u8]) {
    let _ = (serde_json::from_slice::<Index>(data).is_ok(), serde_json::from_slice::<Manifest>(data).is_ok());
}

/// A key file, then the rest as a signature.
pub fn openpgp(data: &[u8]) {
    let (key, signature) = data.split_at(data.len() / 2);
    if let Ok(keyring) = Keyring::parse(key) {
        let _ = keyring.verify(signature, &b"data"[..]);
    }
}

/// A kernel module, compressed or not; whatever it is, its facts are readable.
pub fn module(data: &[u8]) {
    let found = kmod::look(data.len() as u64, &mut &data[..]).expect("memory can be read");
    let facts = kmod::Facts::parse(&found).expect("its own form");
    let _ = (facts.aliases().count(), facts.exports().count(), facts.needs().count());
}

/// A Berkeley DB `Packages` file.
pub fn bdb(data: &[u8]) {
    database(Backend::BerkeleyDb, data);
}

/// An ndb `Packages.db` file.
pub fn ndb(data: &[u8]) {
    database(Backend::Ndb, data);
}

fn database(backend: Backend, data: &[u8]) {
    let files = Files::from([(backend.file().to_owned(), data.to_vec().into())]);
    let _ = backend.read(&files);
}
