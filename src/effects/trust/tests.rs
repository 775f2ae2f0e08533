//! The commands over small images, with certificates made here. Compared with p11-kit's `trust` by the conformance checks.

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};

use super::{der, pem};
use crate::{effects::process::testing::Image, rootfs::Kind, terms::RootPath};

/// A self-signed certificate, as DER.
fn certificate(name: &str, authority: bool, usages: &[ExtendedKeyUsagePurpose]) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = if authority { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
    params.extended_key_usages = usages.to_vec();
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("signed").der().to_vec()
}

fn armour(der: &[u8]) -> String {
    String::from_utf8(pem::write("CERTIFICATE", der)).expect("text")
}

fn image() -> Image {
    Image::new()
        .programs(&["trust", "p11-kit", "update-ca-trust", "ca-legacy", "update-crypto-policies", "ln", "true"])
        .directory("usr/share/pki/ca-trust-source")
        .directory("etc/pki/ca-trust/source/anchors")
        .directory("out")
}

fn run(image: &mut Image, line: &str) -> u8 {
    let ran = image.run(&line.split(' ').collect::<Vec<_>>(), "");
    ran.status.0
}

fn bytes(image: &mut Image, path: &str) -> Vec<u8> {
    image.process(|p| p.read_file(format!("/{path}").as_bytes()).expect("there"))
}

fn link(image: &Image, path: &str) -> Option<String> {
    match &image.fs.get(&RootPath::new(path).expect("a path"))?.kind {
        Kind::Symlink(target) => Some(String::from_utf8_lossy(target).into_owned()),
        _ => None,
    }
}

#[test]
fn a_certificate_is_read() {
    let der = certificate("Örtlich", true, &[ExtendedKeyUsagePurpose::ServerAuth]);
    let read = der::Certificate::parse(&der).expect("sound");
    assert_eq!(read.label().as_deref(), Some("Örtlich".as_bytes()));
    assert_eq!(read.subject, read.issuer);
    assert!(!read.is_v1 && der::is_authority(read.extension(der::BASIC_CONSTRAINTS).expect("there")) == Some(true));
    assert!(read.extension(der::EXTENDED_KEY_USAGE).is_some());
    for cut in [0, 1, 4, der.len() / 2, der.len() - 1] {
        assert_eq!(der::Certificate::parse(&der[..cut]), None);
    }
    for at in 0..der.len() {
        let mut odd = der.clone();
        odd[at] ^= 0x5a;
        let _ = der::Certificate::parse(&odd);
    }
}

#[test]
fn anchors_are_authorities_nobody_distrusts() {
    let (good, leaf, bad) =
        (certificate("Good", true, &[]), certificate("Leaf", false, &[]), certificate("Bad", true, &[]));
    let mail = certificate("Mail", true, &[ExtendedKeyUsagePurpose::EmailProtection]);
    let bundle = format!(
        "# bundle\n[p11-kit-object-v1]\nlabel: \"Gute%20CA\"\ntrusted: true\n{}\n[p11-kit-object-v1]\nx-distrusted: true\n{}",
        armour(&good),
        armour(&bad)
    );
    let anchors = [&leaf, &bad, &mail, &good].map(|c| armour(c)).concat();
    let mut image = image().file("usr/share/pki/ca-trust-source/ca.p11-kit", &bundle, 0o644).file(
        "etc/pki/ca-trust/source/anchors/own.pem",
        &anchors,
        0o644,
    );
    assert_eq!(
        run(
            &mut image,
            "trust extract --format=pem-bundle --filter=ca-anchors --comment --purpose server-auth /out/tls"
        ),
        0
    );
    // The administrator's store comes first, and a certificate once.
    assert_eq!(image.text("out/tls").expect("there"), format!("# Good\n{}", armour(&good)));
    assert_eq!(run(&mut image, "p11-kit extract --format=pem-bundle --filter=ca-anchors --purpose email /out/mail"), 0);
    assert_eq!(image.text("out/mail").expect("there"), [armour(&mail), armour(&good)].concat());
    assert_eq!(run(&mut image, "trust extract --format=pem-bundle --filter=blocklist /out/bad"), 0);
    assert_eq!(image.text("out/bad").expect("there"), armour(&bad));
    assert_eq!(run(&mut image, "trust extract --format=pem-bundle --filter=blocklist /out/bad"), 1, "it is there");
    assert_eq!(run(&mut image, "trust extract --format=pem-bundle --filter=trust-policy /out/x"), 1);
    assert_eq!(run(&mut image, "trust extract --format=nonsense /out/x"), 2);
    assert_eq!(run(&mut image, "trust anchor /out/bad"), 2);
    let mode = image.fs.get(&RootPath::new("out/tls").expect("a path")).map(|n| n.metadata.mode);
    assert_eq!(mode, Some(0o444));
}

#[test]
fn binary_stores() {
    let one = certificate("My CA", true, &[]);
    let mut image = image().file("etc/pki/ca-trust/source/anchors/a.pem", &armour(&one), 0o644);
    assert_eq!(
        run(&mut image, "trust extract --format=java-cacerts --filter=ca-anchors --purpose server-auth /out/jks"),
        0
    );
    let jks = bytes(&mut image, "out/jks");
    assert_eq!(jks[..12], [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1]);
    assert_eq!(&jks[16..23], [&[0, 4][..], b"myca", &[0]].concat());
    assert_eq!(jks.len(), 12 + 4 + 6 + 8 + 7 + 4 + one.len() + 20);
    assert_eq!(
        run(&mut image, "trust extract --format=edk2-cacerts --filter=ca-anchors --purpose=server-auth /out/efi"),
        0
    );
    assert_eq!(bytes(&mut image, "out/efi").len(), 44 + one.len());
    assert_eq!(
        run(
            &mut image,
            "trust extract --format=pem-directory-hash --filter=ca-anchors --purpose=server-auth /out/hash"
        ),
        0
    );
    let links: Vec<String> = image
        .process(|p| p.read_dir(b"/out/hash").expect("there"))
        .iter()
        .map(|n| String::from_utf8_lossy(n).into_owned())
        .collect();
    let hashes = links.iter().filter(|l| link(&image, &format!("out/hash/{l}")).as_deref() == Some("My_CA.pem"));
    assert_eq!((links.len(), hashes.count()), (3, 2), "{links:?}");
    // And what openssl trusts: a certificate, its alias beside it.
    assert_eq!(run(&mut image, "trust extract --format=openssl-bundle --filter=certificates /out/ossl"), 0);
    let blocks = pem::blocks(&bytes(&mut image, "out/ossl"));
    let beside = der::write(der::SEQUENCE, &der::write(der::UTF8_STRING, b"My CA"));
    assert_eq!(blocks, [("TRUSTED CERTIFICATE".to_owned(), [one, beside].concat())]);
}

#[test]
fn what_openssl_trusts_is_read_too() {
    let one = certificate("One", true, &[]);
    let purpose = |last: u8| der::write(der::OID, &[0x2b, 6, 1, 5, 5, 7, 3, last]);
    let trusts = der::write(der::SEQUENCE, &[purpose(1), purpose(4)].concat());
    let rejects = der::write(0xa0, &purpose(4));
    let beside = der::write(der::SEQUENCE, &[trusts, rejects, der::write(der::UTF8_STRING, b"Alias")].concat());
    let text = pem::write("TRUSTED CERTIFICATE", &[one.clone(), beside].concat());
    let text = String::from_utf8(text).expect("text");
    let mut image = image().file("etc/pki/ca-trust/source/x.crt", &text, 0o644);
    run(&mut image, "trust extract --format=pem-bundle --filter=ca-anchors --comment --purpose server-auth /out/tls");
    assert_eq!(image.text("out/tls").expect("there"), format!("# Alias\n{}", armour(&one)));
    run(&mut image, "trust extract --format=pem-bundle --filter=ca-anchors --purpose email /out/mail");
    assert_eq!(image.text("out/mail").as_deref(), Some(""));
}

#[test]
fn the_scripts_of_the_image_are_run() {
    let one = certificate("One", true, &[]);
    let script = "#!/bin/sh\nDEST=/etc/pki/ca-trust/extracted\n\
        /usr/bin/p11-kit extract --format=pem-bundle --filter=ca-anchors --overwrite --comment --purpose server-auth $DEST/pem/tls.pem\n";
    let mut image = image()
        .file("etc/pki/ca-trust/source/anchors/a.pem", &armour(&one), 0o644)
        .directory("etc/pki/ca-trust/extracted/pem");
    // One that is no script is known by what it does.
    assert_eq!(run(&mut image, "update-ca-trust"), 0);
    assert!(image.text("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem").is_some());
    let mut image = image.file("usr/bin/update-ca-trust", script, 0o755);
    assert_eq!(run(&mut image, "update-ca-trust extract"), 0);
    assert!(image.text("etc/pki/ca-trust/extracted/pem/tls.pem").expect("there").starts_with("# One\n"));
    assert_eq!(run(&mut image, "ca-legacy install"), 0);
    let legacy = "/usr/share/pki/ca-trust-legacy/ca-bundle.legacy.default.crt";
    assert_eq!(link(&image, "etc/pki/ca-trust/source/ca-bundle.legacy.crt").as_deref(), Some(legacy));
}

#[test]
fn crypto_policies_are_links() {
    let mut image = image()
        .file("usr/share/crypto-policies/DEFAULT/openssl.txt", "x\n", 0o644)
        .file("usr/share/crypto-policies/DEFAULT/nss.txt", "nss\n", 0o644)
        .file("usr/share/crypto-policies/FUTURE/openssl.txt", "y\n", 0o644)
        .file("etc/crypto-policies/config", "# comment\nDEFAULT\n", 0o644)
        .file("etc/crypto-policies/local.d/nss-p11-kit.config", "own\n", 0o644);
    assert_eq!(run(&mut image, "update-crypto-policies --no-check"), 0);
    let openssl = "etc/crypto-policies/back-ends/openssl.config";
    assert_eq!(link(&image, openssl).as_deref(), Some("/usr/share/crypto-policies/DEFAULT/openssl.txt"));
    assert_eq!(image.text("etc/crypto-policies/back-ends/nss.config").as_deref(), Some("nss\nown\n"));
    assert_eq!(image.text("etc/crypto-policies/state/current").as_deref(), Some("DEFAULT\n"));
    assert_eq!(run(&mut image, "update-crypto-policies --set FUTURE"), 0);
    assert_eq!(link(&image, openssl).as_deref(), Some("/usr/share/crypto-policies/FUTURE/openssl.txt"));
    assert_eq!(image.run(&["update-crypto-policies", "--show"], "").out, "FUTURE\n");
    for refused in ["FUTURE:SHA1", "NONE", "../etc"] {
        assert_eq!(run(&mut image, &format!("update-crypto-policies --set {refused}")), 1, "{refused}");
    }
    assert_eq!(run(&mut image, "update-crypto-policies --is-applied"), 0);
}
