use std::{error::Error as _, fs, path::Path, sync::LazyLock};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    net::{self, Client, ClientCertificate, Identity},
    terms::{Arch, Class, Fault, Secret, chain, rfc3339},
    testbed::{
        Authority, World,
        entitlement::{UTF8_STRING, block, content_set, deflated, element},
        tls::Validity,
    },
};

use super::{content, path_tree::PathTree, pem, *};

const CDN: &str = "https://cdn.redhat.com";
/// 2026-07-01.
const NOW: u64 = 1_782_864_000;

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("testbed CA"));

/// What a host has that is subscribed for x86_64.
fn contents() -> Vec<Value> {
    let mut out = Vec::new();
    for repo in ["baseos", "appstream"] {
        let path = format!("/content/dist/rhel8/$releasever/x86_64/{repo}/os");
        out.push(content_set(&format!("rhel-8-for-x86_64-{repo}-rpms"), &path, Arch::X86_64));
        let path = format!("/content/eus/rhel8/$releasever/x86_64/{repo}/os");
        let mut eus = content_set(&format!("rhel-8-for-x86_64-{repo}-eus-rpms"), &path, Arch::X86_64);
        eus["enabled"] = false.into();
        out.push(eus);
    }
    let path = "/content/dist/rhel8/$releasever/x86_64/baseos/iso";
    let mut iso = content_set("rhel-8-for-x86_64-baseos-isos", path, Arch::X86_64);
    iso["type"] = "File".into();
    out.push(iso);
    out
}

fn pem_of(serial: u64, validity: Validity) -> String {
    AUTHORITY.entitlement(serial, validity, &contents()).certificate
}

fn entitlement(serial: u64, validity: Validity) -> Entitlement {
    Entitlement::parse(&format!("{serial}.pem"), pem_of(serial, validity).as_bytes()).unwrap()
}

/// The certificate of a good file, and this data block.
fn with_data(data: &[u8]) -> Result<Entitlement, Error> {
    let pem = pem_of(1, Validity::Now);
    let end = pem.find("-----BEGIN ENTITLEMENT").unwrap();
    Entitlement::parse("1.pem", format!("{}{}", &pem[..end], block("ENTITLEMENT DATA", data)).as_bytes())
}

#[test]
fn a_certificate_lists_its_content() {
    let e = entitlement(4_242_424_242_424_242_424, Validity::Now);
    assert_eq!((e.name.as_str(), e.serial.as_str()), ("4242424242424242424.pem", "4242424242424242424"));
    assert_eq!((rfc3339(e.not_before), rfc3339(e.not_after)).0, "2020-01-01T00:00:00Z");
    assert_eq!(rfc3339(e.not_after), "2120-01-01T00:00:00Z");
    assert!(e.org_level && e.path_tree.ends_with(&[3, 0x38]));
    assert_eq!(e.contents.len(), 5);
    let baseos = e.content("rhel-8-for-x86_64-baseos-rpms").unwrap();
    assert_eq!(baseos.baseurl(CDN), "https://cdn.redhat.com/content/dist/rhel8/$releasever/x86_64/baseos/os");
    assert_eq!(baseos.gpgkeys(CDN), ["https://cdn.redhat.com/RPM-GPG-KEY-testbed"]);
    assert!(baseos.enabled && baseos.is_repository() && baseos.arches == ["x86_64"]);
    assert_eq!(baseos.name, "rhel 8 for x86_64 baseos rpms");
    assert!(!e.content("rhel-8-for-x86_64-baseos-eus-rpms").unwrap().enabled);
    assert!(!e.content("rhel-8-for-x86_64-baseos-isos").unwrap().is_repository());
    assert_eq!(e.content("rhel-8-for-x86_64"), None);
}

#[test]
fn the_file_may_have_other_blocks_and_line_ends() {
    let pair = AUTHORITY.entitlement(7, Validity::Now, &contents());
    let want = Entitlement::parse("7.pem", pair.certificate.as_bytes()).unwrap();
    let renamed = pair.certificate.replace(" SIGNATURE", " RSA SIGNATURE");
    let issuer = AUTHORITY.certificate();
    for pem in [
        renamed,
        pair.certificate.replace('\n', "\r\n"),
        format!("{}{}", pair.key, pair.certificate),
        format!("a comment\n{}{issuer}", pair.certificate),
        pair.certificate.replace("=\n", "\n"),
        pair.certificate.replace('\n', "  \n\n"),
    ] {
        assert_eq!(Entitlement::parse("7.pem", pem.as_bytes()).unwrap(), want);
    }
}

#[test]
fn the_world_is_granted_by_the_labels_of_the_builtin_recipe() {
    let world = World::shared();
    let pem = AUTHORITY.entitlement(1, Validity::Now, &world.content_sets()).certificate;
    let all = [Entitlement::parse("1.pem", pem.as_bytes()).unwrap()];
    let mut labels: Vec<&str> = all[0].contents.iter().map(|c| c.label.as_str()).collect();
    labels.sort_unstable();
    let want = ["aarch64-appstream", "aarch64-baseos", "x86_64-appstream", "x86_64-baseos", "x86_64-rt"];
    assert_eq!(labels, want.map(|l| format!("rhel-8-for-{l}-rpms")));
    let baseos = grant(&all, "rhel-8-for-aarch64-baseos-rpms", Some(NOW)).unwrap();
    let url = baseos.content.baseurl("https://localhost:1").replace("$releasever", "8.4");
    assert_eq!(url, format!("https://localhost:1/{}", World::path(Arch::Aarch64, "baseos")));
    assert_eq!(baseos.entitlement.name, "1.pem");
}

#[test]
fn what_is_granted_can_be_fetched() {
    let world = World::shared();
    let cdn = world.entitled_cdn(&AUTHORITY).unwrap();
    let pair = AUTHORITY.entitlement(9, Validity::Now, &world.content_sets());
    let all = [Entitlement::parse("9.pem", pair.certificate.as_bytes()).unwrap()];
    let content = grant(&all, "rhel-8-for-x86_64-rt-rpms", Some(NOW)).unwrap().content;
    // The same file, all its blocks, is what TLS is given.
    let key = Secret::new(pair.key.into_bytes());
    let certificate =
        ClientCertificate::from_pem(("9.pem", pair.certificate.as_bytes()), Some(("9-key.pem", &key))).unwrap();
    let identity = Identity::anonymous().with_certificate(certificate);
    let identity = identity.with_authorities("ca.pem", AUTHORITY.certificate().as_bytes()).unwrap();
    let client = Client::new(net::Settings::default()).unwrap();
    let repomd = format!("{}/repodata/repomd.xml", content.baseurl(&cdn.url()).replace("$releasever", "8.4"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for url in [repomd, content.gpgkeys(&cdn.url()).remove(0)] {
        let bytes = runtime.block_on(client.get_small(&url, &identity, 1 << 20)).unwrap();
        assert!(!bytes.is_empty(), "{url}");
    }
}

#[test]
fn validity_is_told_with_its_moment() {
    let e = entitlement(1, Validity::Now);
    assert!(e.check(NOW).is_ok() && e.check(e.not_before).is_ok() && e.check(e.not_after).is_ok());
    for (validity, want) in [
        (Validity::Expired, "the entitlement certificate 1.pem expired on 2021-01-01T00:00:00Z"),
        (Validity::NotYet, "the entitlement certificate 1.pem is not valid before 2120-01-01T00:00:00Z"),
    ] {
        let error = entitlement(1, validity).check(NOW).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.class()), (want, Class::Network));
        assert!(error.hint().is_some());
    }
}

#[test]
fn what_is_no_entitlement_is_named_and_no_content_shown() {
    let good = pem_of(5, Validity::Now);
    let certificate = &good[..good.find("-----BEGIN ENTITLEMENT").unwrap()];
    let plain = AUTHORITY.client(5, Validity::Now);
    let old = AUTHORITY.client_with(5, Validity::Now, &[(6, element(UTF8_STRING, b"1.0"))]).certificate;
    let odd = AUTHORITY.client_with(5, Validity::Now, &[(6, element(4, b"3.0"))]).certificate;
    let cut = |at: &str| good[..good.find(at).unwrap() - 80].to_owned();
    for (pem, says, because) in [
        (String::new(), "5.pem holds no PEM certificate", ""),
        (plain.key.clone(), "5.pem holds no PEM certificate", ""),
        (plain.certificate, "5.pem is a certificate, but not of an entitlement", ""),
        (old, "the entitlement certificate 5.pem has version \"1.0\", and only 3.x lists its content", ""),
        (certificate.into(), "the entitlement certificate 5.pem has no ENTITLEMENT DATA block", ""),
        (cut("-----END CERT"), "", "the PEM block CERTIFICATE has no end"),
        (cut("-----END ENTITLEMENT"), "", "the PEM block ENTITLEMENT DATA has no end"),
        (good.replacen("MI", "M*", 1), "", "the PEM block CERTIFICATE is not base64"),
        (block("CERTIFICATE", &[0x30, 9, 1]), "", "the certificate ends within the certificate"),
        (block("CERTIFICATE", b"\x02\x01\x05"), "", "in place of the certificate stands an element with tag 0x02"),
        (block("CERTIFICATE", &[0x30, 0x80]), "", "the certificate has an impossible length"),
        (block("CERTIFICATE", &[0x30, 0x84, 255, 255, 255, 255]), "", "the certificate ends within the certificate"),
        (odd, "", "in place of the entitlement's version stands an element with tag 0x04"),
    ] {
        let error = Entitlement::parse("5.pem", pem.as_bytes()).unwrap_err();
        let says = if says.is_empty() { "reading the entitlement certificate 5.pem" } else { says };
        assert_eq!(error.to_string(), says);
        assert_eq!(error.source().map(ToString::to_string).unwrap_or_default(), because);
        assert!(error.class() == Class::Usage && error.hint().is_some());
        let all = format!("{error:?}{}", chain(&error).concat());
        assert!(!pem.lines().filter(|l| l.len() > 40).any(|l| all.contains(l)), "{all}");
    }
}

#[test]
fn broken_data_is_refused_within_bounds() {
    let bomb = deflated(&vec![b' '; 17 << 20]);
    let deep = "[".repeat(100_000);
    let shared = format!(r#"{{"content":[{}]}}"#, numbered(0..60_000));
    let others = format!(r#"{{"content":[{}]}}"#, numbered(60_000..120_000));
    let flood = format!(r#"{{"products":[{shared},{others}]}}"#);
    for (data, want) in [
        (b"plain".to_vec(), "the entitlement data cannot be decompressed"),
        (deflated(b"{}")[..6].to_vec(), "the entitlement data cannot be decompressed"),
        (bomb, "the entitlement data is larger than 16777216 bytes"),
        (deflated(b"{}"), "the entitlement data is not what version 3 has"),
        (deflated(b"\xff"), "the entitlement data is not what version 3 has"),
        (
            deflated(br#"{"products":[{"content":[{"name":"no label"}]}]}"#),
            "the entitlement data is not what version 3 has",
        ),
        (deflated(deep.as_bytes()), "the entitlement data is not what version 3 has"),
        (deflated(flood.as_bytes()), "the entitlement data has more than 100000 content sets"),
    ] {
        let error = with_data(&data).unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), want);
    }
}

#[test]
fn a_flood_is_stopped_while_it_is_read() {
    for json in [
        format!(r#"{{"products":[{{"content":[{}]}}]}}"#, numbered(0..100_001)),
        format!(r#"{{"products":[{}{{}}]}}"#, "{},".repeat(100_000)),
    ] {
        let Defect::Json(source) = content::parse(json.as_bytes()).unwrap_err() else {
            panic!("not the reader's word")
        };
        assert!(source.to_string().starts_with("invalid length 100001"), "{source}");
    }
    assert_eq!(
        content::parse(format!(r#"{{"products":[{{"content":[{}]}}]}}"#, numbered(0..100_000)).as_bytes())
            .unwrap()
            .len(),
        100_000
    );
}

fn numbered(range: std::ops::Range<u32>) -> String {
    range.map(|n| format!(r#"{{"label":"{n}"}}"#)).collect::<Vec<_>>().join(",")
}

#[test]
fn what_may_be_missing_has_defaults() {
    let found = content::parse(
        &serde_json::to_vec(&json!({ "products": [
            { "id": "1" },
            { "content": null },
            { "architectures": ["s390x"], "content": [
                { "label": "a", "type": "YUM", "path": "/a", "gpg_url": null, "arches": [], "required_tags": null },
                { "label": "b", "arches": ["ALL"], "enabled": null, "gpg_url": "/one, file:///two  three" },
            ]},
            { "content": [{ "label": "a", "path": "/a" }, { "label": "a", "path": "https://other.example/a/" }] },
        ]}))
        .unwrap(),
    )
    .unwrap();
    assert_eq!(found.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["a", "b", "a"]);
    assert!(found[0].arches == ["s390x"] && found[0].enabled && found[0].is_repository());
    assert!(found[0].gpgkeys(CDN).is_empty() && found[0].required_tags.is_empty());
    assert!(found[1].arches == ["ALL"] && found[1].enabled && !found[1].is_repository());
    let satellite = "https://satellite.example/pulp/content/";
    let keys =
        ["https://satellite.example/pulp/content/one", "file:///two", "https://satellite.example/pulp/content/three"];
    assert_eq!(found[1].gpgkeys(satellite), keys);
    assert_eq!(found[0].baseurl(satellite), "https://satellite.example/pulp/content/a");
    assert_eq!(found[2].baseurl(satellite), "https://other.example/a/");
    let odd = Content { label: "Lab_my repo/é:1.0".into(), ..found[0].clone() };
    assert_eq!(odd.repository_id(), "Lab_my-repo--:1.0");
}

#[test]
fn of_several_certificates_the_best_grants() {
    let label = "rhel-8-for-x86_64-baseos-rpms";
    let (now, expired, not_yet) =
        (entitlement(1, Validity::Now), entitlement(2, Validity::Expired), entitlement(3, Validity::NotYet));
    let own = Entitlement { org_level: false, name: "own.pem".into(), ..now.clone() };
    let older = Entitlement { not_after: expired.not_after - 1, name: "older.pem".into(), ..expired.clone() };
    let name = |all: &[&Entitlement]| {
        let all: Vec<Entitlement> = all.iter().map(|&e| e.clone()).collect();
        grant(&all, label, Some(NOW)).map(|g| g.entitlement.name.clone()).map_err(|e| e.to_string())
    };
    assert_eq!(name(&[&expired, &not_yet, &now]), Ok("1.pem".into()));
    assert_eq!(name(&[&now, &own]), Ok("own.pem".into()));
    assert_eq!(name(&[&own, &now]), Ok("own.pem".into()));
    assert_eq!(
        name(&[&older, &expired]),
        Err("the entitlement certificate 2.pem expired on 2021-01-01T00:00:00Z".into())
    );
    let without = Entitlement { contents: Vec::new(), ..now.clone() };
    assert_eq!(name(&[&without, &expired]), name(&[&expired]));
    // Offline no server sees it: the date is nobody's business, what it grants still is.
    let offline = |e: &Entitlement, label: &str| {
        grant(std::slice::from_ref(e), label, None).map(|g| g.content.label.clone()).ok()
    };
    assert_eq!(offline(&expired, label).as_deref(), Some(label));
    assert_eq!(offline(&expired, "another"), None);
}

#[test]
fn a_subscription_opens_the_paths_of_its_tree() {
    let paths =
        ["/content/dist/rhel8/$releasever/x86_64/baseos/os", "/content/beta/rhel8", "/content/dist/rhel9/9/x86_64"];
    let pair = AUTHORITY.subscription(3, Validity::Now, &contents(), &paths);
    let e = Entitlement::parse("3.pem", pair.certificate.as_bytes()).unwrap();
    assert!(!e.org_level && e.contents.len() == 5);
    for (path, opens) in [
        ("/content/dist/rhel8/8.4/x86_64/baseos/os", true),
        ("/content/dist/rhel8/8.4/x86_64/baseos/os/repodata/repomd.xml", true),
        ("/content/dist/rhel8/$releasever/x86_64/baseos/os/", true),
        ("/content/dist/rhel8/8.4/x86_64/appstream/os", false),
        ("/content/dist/rhel8/8.4/x86_64/baseos", false),
        ("/content/dist/rhel8/listing", true),
        ("/content/dist/rhel8/listing/x", false),
        ("/content/beta/rhel8/anything", true),
        ("/content/dist/rhel9/9.1/x86_64", false),
        ("/elsewhere/listing", false),
        ("/", false),
    ] {
        assert_eq!(e.opens(path).unwrap(), opens, "{path}");
    }
    // Simple content access has its organisation there alone: its content sets tell.
    let org = entitlement(1, Validity::Now);
    assert!(org.opens("/content/dist/rhel8/8.4/x86_64/baseos/os/repodata/repomd.xml").unwrap());
    assert!(!org.opens("/content/dist/rhel9/9/x86_64/baseos/os").unwrap());
    let broken = Entitlement { path_tree: e.path_tree[..e.path_tree.len() - 4].to_vec(), ..e };
    assert_eq!(broken.opens("/x").unwrap_err().to_string(), "reading the entitlement certificate 3.pem");
}

#[test]
fn trees_of_many_nodes_are_read() {
    let paths: Vec<String> = (0..300).map(|n| format!("/content/{}/r{}/os", n % 7, n)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let pair = AUTHORITY.subscription(3, Validity::Now, &[], &paths);
    let e = Entitlement::parse("3.pem", pair.certificate.as_bytes()).unwrap();
    assert!(paths.iter().all(|path| e.opens(path).unwrap()));
    assert!(!e.opens("/content/1/r2/os").unwrap() && !e.opens("/content/1/r1").unwrap());
}

#[test]
fn certificates_of_version_1_list_content_in_extensions() {
    let pair = AUTHORITY.first_version(7, Validity::Now, &contents());
    let e = Entitlement::parse("7.pem", pair.certificate.as_bytes()).unwrap();
    assert_eq!(e.contents.len(), 5);
    let eus = e.content("rhel-8-for-x86_64-appstream-eus-rpms").unwrap();
    assert!(!eus.enabled && eus.is_repository() && eus.is_for(Arch::S390x));
    assert_eq!(eus.path, "/content/eus/rhel8/$releasever/x86_64/appstream/os");
    assert_eq!(eus.gpgkeys(CDN), ["https://cdn.redhat.com/RPM-GPG-KEY-testbed"]);
    assert!(e.content("rhel-8-for-x86_64-baseos-rpms").unwrap().enabled);
    assert!(!e.content("rhel-8-for-x86_64-baseos-isos").unwrap().is_repository());
    assert!(e.opens("/content/eus/rhel8/8.4/x86_64/appstream/os/x").unwrap() && !e.opens("/content/other").unwrap());
}

#[test]
fn rhsm_conf_says_where_content_and_service_are() {
    let defaults = Conf::parse("");
    assert_eq!(
        (defaults.baseurl.as_str(), defaults.server.as_str()),
        (CDN, "https://subscription.rhsm.redhat.com/subscription")
    );
    assert_eq!(defaults.repo_ca_cert, "/etc/rhsm/ca/redhat-uep.pem");
    let satellite = "# Satellite\n[server]\nhostname = satellite.example\nport: 8443\nprefix = /rhsm\n[rhsm]\n\
        baseurl=https://satellite.example/pulp/content/\nca_cert_dir = /etc/rhsm/ca/\n\
        repo_ca_cert = %(ca_cert_dir)skatello-server-ca.pem\n; rest\nmanage_repos =\n";
    let conf = Conf::parse(satellite);
    assert_eq!(conf.server, "https://satellite.example:8443/rhsm");
    assert_eq!(conf.baseurl, "https://satellite.example/pulp/content");
    assert_eq!(conf.repo_ca_cert, "/etc/rhsm/ca/katello-server-ca.pem");

    let root = tempfile::tempdir().unwrap();
    assert_eq!(Conf::discover(root.path()), defaults);
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("etc/rhsm/ca/redhat-uep.pem", "");
    let usual = |conf: &Conf| conf.content_authorities(root.path()).into_iter().find(|p| p.is_file());
    assert_eq!(usual(&defaults), Some(root.path().join("etc/rhsm/ca/redhat-uep.pem")));
    // In a container, what the file calls /etc/rhsm is where podman put it.
    write("run/secrets/rhsm/rhsm.conf", satellite);
    write("run/secrets/rhsm/ca/katello-server-ca.pem", "");
    write("run/secrets/rhsm/ca/redhat-uep.pem", "");
    let conf = Conf::discover(root.path());
    assert_eq!(conf.baseurl, "https://satellite.example/pulp/content");
    assert_eq!(usual(&conf), Some(root.path().join("run/secrets/rhsm/ca/katello-server-ca.pem")));
    assert_eq!(conf.server_authorities(root.path()).len(), 2);
}

#[test]
fn overrides_are_read_where_a_host_keeps_them() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(Override::discover(root.path()), []);
    let dir = root.path().join("var/lib/rhsm/cache");
    fs::create_dir_all(&dir).unwrap();
    let list = r#"[{"created": "2026", "contentLabel": "a-rpms", "name": "enabled", "value": "1"}]"#;
    fs::write(dir.join("content_overrides.json"), list).unwrap();
    let found = Override::discover(root.path());
    assert_eq!(
        (found[0].content_label.as_str(), found[0].name.as_str(), found[0].value.as_str()),
        ("a-rpms", "enabled", "1")
    );
    assert_eq!(Override::list(b"{}").unwrap_err().to_string(), "reading the subscription service's content overrides");
}

#[test]
fn a_label_that_is_not_granted_names_its_neighbours() {
    let all = [entitlement(1, Validity::Now)];
    let refused = |all: &[Entitlement], label: &str| {
        let error = grant(all, label, Some(NOW)).unwrap_err();
        assert_eq!(error.class(), Class::Usage);
        (error.to_string(), error.hint().unwrap())
    };
    let (says, hint) = refused(&all, "rhel-8-for-x86_64-baseos-rpm");
    assert_eq!(says, "no entitlement certificate grants the content label \"rhel-8-for-x86_64-baseos-rpm\"");
    let near = "rhel-8-for-x86_64-baseos-rpms, rhel-8-for-x86_64-baseos-eus-rpms, rhel-8-for-x86_64-appstream-rpms, \
                rhel-8-for-x86_64-appstream-eus-rpms";
    assert_eq!(hint, format!("granted labels near it: {near}"));
    let (_, hint) = refused(&all, "rhel-8-for-x86_64-baseos-isos");
    assert!(!hint.contains("isos") && hint.contains("baseos-rpms"), "{hint}");
    let (_, hint) = refused(&all, "rhel-8-for-aarch64-baseos-rpms");
    assert!(hint.contains("a host of aarch64"), "{hint}");
    let (_, hint) = refused(&all, "quite-another");
    assert_eq!(hint, "`drydock rhsm repos` lists the labels that are granted");
    let (_, hint) = refused(&all, &"rhel-8-for-x86_64-baseos-rpms".repeat(1000));
    assert_eq!(hint, "`drydock rhsm repos` lists the labels that are granted");
    let (says, hint) = refused(&[], "rhel-8-for-x86_64-baseos-rpms");
    assert_eq!(
        says,
        "content label \"rhel-8-for-x86_64-baseos-rpms\" needs an entitlement certificate, and there is none"
    );
    assert!(hint.contains("--entitlement"));

    let mut hostile = entitlement(1, Validity::Now);
    hostile.contents.iter_mut().for_each(|c| c.label += "\u{1b}[2J");
    let (says, hint) = refused(&[hostile], "rhel-8-for-x86_64-baseos-rpm");
    assert!(!says.contains('\u{1b}') && !hint.contains('\u{1b}'));
}

#[test]
fn certificates_are_found_where_hosts_and_containers_keep_them() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(discover(root.path()), []);
    let host = "etc/pki/entitlement";
    let mounted = "run/secrets/etc-pki-entitlement";
    let linked = "etc/pki/entitlement-host";
    for file in [
        format!("{mounted}/2.pem"),
        format!("{mounted}/2-key.pem"),
        format!("{mounted}/10.pem"),
        format!("{mounted}/10-key.pem"),
        format!("{host}/3.pem"),
        format!("{host}/3-key.pem"),
        format!("{host}/2.pem"),
        format!("{host}/4-key.pem"),
        format!("{host}/readme.txt"),
        format!("{host}/dir.pem/x"),
        format!("{linked}/10.pem"),
        format!("{linked}/9.pem"),
    ] {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let found = discover(root.path());
    let shown = |p: &Path| p.strip_prefix(root.path()).unwrap().to_str().unwrap().to_owned();
    let names: Vec<_> = found.iter().map(|f| (shown(&f.certificate), f.key.as_deref().map(shown))).collect();
    let with_key = |dir, n| (format!("{dir}/{n}.pem"), Some(format!("{dir}/{n}-key.pem")));
    assert_eq!(
        names,
        [with_key(mounted, 2), with_key(host, 3), with_key(mounted, 10), (format!("{linked}/9.pem"), None)]
    );
    assert!(found[0].key().is_ok());
    let error = found[3].key().unwrap_err();
    assert!(error.to_string().ends_with("entitlement-host/9-key.pem"), "{error}");
    assert!(error.hint().unwrap().contains(",KEY.pem"));
}

static GOOD: LazyLock<String> = LazyLock::new(|| pem_of(5, Validity::Now));
static DER: LazyLock<Vec<u8>> = LazyLock::new(|| pem::block(GOOD.as_bytes(), "CERTIFICATE").unwrap().unwrap());
static JSON: LazyLock<Vec<u8>> =
    LazyLock::new(|| json!({ "products": [{ "content": contents() }] }).to_string().into());

/// Some bytes changed, and perhaps the end cut off.
fn mutated(bytes: &[u8], changes: &[(usize, u8)], cut: usize) -> Vec<u8> {
    let mut out = bytes.to_owned();
    for (at, byte) in changes {
        let at = at % out.len();
        out[at] = *byte;
    }
    out.truncate(out.len() - cut % out.len());
    out
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
        cut in prop_oneof![Just(0usize), any::<usize>()],
    ) {
        let der = mutated(&DER, &changes, cut);
        let _ = Entitlement::parse("5.pem", &mutated(GOOD.as_bytes(), &changes, cut));
        let _ = Entitlement::parse("5.pem", block("CERTIFICATE", &der).as_bytes());
        let _ = content::parse(&mutated(&JSON, &changes, cut));
        let _ = with_data(&deflated(&mutated(&JSON, &changes, cut)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Entitlement::parse("x", &bytes);
        let _ = Entitlement::parse("x", block("CERTIFICATE", &bytes).as_bytes());
        let _ = content::read(&bytes);
        let tree = [&deflated(b"a\0$b\0c\0"), &bytes[..]].concat();
        let _ = PathTree::decode(&tree).map(|tree| tree.opens("/a/x/c/a/a/a"));
        let _ = PathTree::decode(&bytes);
        let _ = Conf::parse(&String::from_utf8_lossy(&bytes));
    }
}
