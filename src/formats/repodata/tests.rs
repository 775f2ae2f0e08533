//! Catalogs, documents good and bad, rich dependencies, ranges.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::terms::{Algorithm, Class, Evr, Fault};

const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn primary() -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">
<package type="rpm"><name>gcc-c++</name><arch>x86_64</arch><version epoch="1" ver="8.5.0" rel="4.el8"/>
<checksum type="sha256" pkgid="YES">{SUM}</checksum><summary>C++ &amp; more</summary>
<description>A text of
several lines, with <![CDATA[<tags>]]></description><packager/><url/>
<time file="1650000001" build="1650000000"/><size package="5000000000" installed="7" archive="8"/>
<location xml:base="https://example.com/base" href="Packages/g/gcc.rpm"/>
<format><rpm:license>GPL</rpm:license><rpm:vendor>Red Hat, Inc.</rpm:vendor><rpm:sourcerpm>gcc.src.rpm</rpm:sourcerpm>
<rpm:provides><rpm:entry name="g++" flags="EQ" epoch="0" ver="8.5.0"/></rpm:provides>
<rpm:requires><rpm:entry name="/bin/sh" pre="1"/><rpm:entry name="libc.so.6()(64bit)"/>
<rpm:entry name="glibc" flags="GE" epoch="0" ver="2.28"/><rpm:entry name="(a if b &gt;= 1)"/></rpm:requires>
<rpm:obsoletes><rpm:entry name="gcc-cpp" flags="LT" epoch="0" ver="3" rel="1"/></rpm:obsoletes>
<file>/usr/bin/g++</file><file type="dir">/etc/g++.d</file><file type="ghost">/etc/g++.conf</file></format></package>
</metadata>"#
    )
}

fn read(text: &str) -> Result<Catalog, RepodataError> {
    let mut builder = Catalog::builder();
    read_primary(text.as_bytes(), 1 << 20, &mut builder)?;
    Ok(builder.finish())
}

#[test]
fn primary_becomes_a_catalog_and_comes_back_from_its_bytes() {
    let built = read(&primary()).expect("valid");
    for c in [Catalog::from_bytes(built.bytes().to_vec()).expect("own bytes"), built] {
        let p = c.packages().next().expect("one package");
        assert_eq!((c.len(), c.nevra(p).to_string().as_str()), (1, "gcc-c++-1:8.5.0-4.el8.x86_64"));
        assert_eq!((c.size(p), c.installed_size(p)), (5_000_000_000, 7));
        assert_eq!((c.build_time(p), c.file_time(p)), (1_650_000_000, 1_650_000_001));
        assert_eq!((c.vendor(p), c.source_rpm(p)), ("Red Hat, Inc.", "gcc.src.rpm"));
        assert_eq!((c.base(p), c.location(p)), ("https://example.com/base", "Packages/g/gcc.rpm"));
        assert_eq!(c.checksum(p).expect("stated").hex(), SUM);
        let texts = |r| c.deps(p, r).map(|d| format!("{d}{}", if d.pre { " (pre)" } else { "" })).collect::<Vec<_>>();
        assert_eq!(texts(Relation::Provides), ["g++ = 8.5.0", "gcc-c++ = 1:8.5.0-4.el8"], "its own name is added");
        assert_eq!(
            texts(Relation::Requires),
            ["/bin/sh (pre)", "libc.so.6()(64bit)", "glibc >= 2.28", "(a if b >= 1)"]
        );
        assert_eq!(texts(Relation::Obsoletes), ["gcc-cpp < 3-1"]);
        let files: Vec<_> = c.files(p).collect();
        assert_eq!(
            files,
            [
                ("/usr/bin/g++".to_owned(), FileKind::File),
                ("/etc/g++.d".to_owned(), FileKind::Dir),
                ("/etc/g++.conf".to_owned(), FileKind::Ghost)
            ]
        );
        assert_eq!(c.owners("/usr/bin/g++"), [p]);
        assert!(c.owners("/usr/bin/gcc").is_empty() && c.owners("/bin/g++").is_empty() && c.owners("g++").is_empty());
        let rows = |name| c.providers(c.find(name).expect(name)).map(|(p, _)| p).collect::<Vec<_>>();
        assert_eq!((rows("g++"), rows("gcc-c++"), rows("glibc")), (vec![p], vec![p], vec![]));
        assert_eq!(c.obsoleters(c.find("gcc-cpp").expect("mentioned")).len(), 1);
        assert_eq!(c.find("nothing of the kind"), None);
    }
}

#[test]
fn equal_things_are_stored_once() {
    let mut builder = Catalog::builder();
    for i in 0..200 {
        let mut record = PackageRecord {
            name: format!("p{i}"),
            evr: Evr::new(0, "1", "1"),
            arch: "noarch".into(),
            ..PackageRecord::default()
        };
        let long = "the-same-capability-in-every-package".repeat(4);
        record.deps.push((Relation::Requires, long, Sense::GREATER_EQUAL, Evr::new(0, "3", ""), false));
        builder.push(&record).expect("small");
    }
    let catalog = builder.finish();
    assert_eq!(catalog.dep_count(), 201);
    assert!(catalog.bytes().len() < 64 << 10, "{}", catalog.bytes().len());
}

#[test]
fn damaged_documents_are_named() {
    let good = primary();
    let fails = |text: &str| read(text).expect_err("must fail");
    for cut in (40..good.len() - 2).step_by(17).filter(|&i| good.is_char_boundary(i)) {
        assert_eq!(fails(&good[..cut]).class(), Class::Verification, "cut at {cut}");
    }
    assert!(matches!(fails(&good[..600]), RepodataError::Truncated { .. }));
    assert!(matches!(fails(""), RepodataError::Truncated { .. }));
    let bomb =
        r#"<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><metadata><package type="rpm"><name>&b;</name>"#;
    assert!(matches!(fails(bomb), RepodataError::Entities { .. }));
    assert!(matches!(fails(&good.replace("gcc-c++</name>", "&c;</name>")), RepodataError::Entities { .. }));
    let long = "x".repeat(10 << 20);
    assert!(matches!(
        fails(&good.replace("gcc-c++</name>", &format!("{long}</name>"))),
        RepodataError::TooLarge { .. }
    ));
    let long = "x".repeat(70_000);
    assert!(matches!(fails(&good.replace("\"g++\"", &format!("\"{long}\""))), RepodataError::TooLarge { .. }));
    assert!(matches!(fails(&"<metadata>".repeat(40)), RepodataError::TooLarge { what: "a nesting", .. }));
    assert!(matches!(fails(&good.replace(SUM, "abc")), RepodataError::Invalid { .. }));
    assert!(matches!(fails(&good.replace("<arch>x86_64</arch>", "")), RepodataError::Missing { .. }));
    assert!(matches!(fails(&good.replace("epoch=\"1\"", "epoch=\"-1\"")), RepodataError::Invalid { .. }));
    assert!(matches!(fails(&good.replace("5000000000", "1e9")), RepodataError::Invalid { .. }));
    let mut builder = Catalog::builder();
    let limited = read_primary(good.as_bytes(), 100, &mut builder).expect_err("over its promised size");
    assert!(matches!(limited, RepodataError::TooLarge { what: "a size", .. }), "{limited:?}");
}

#[test]
fn a_damaged_catalog_reads_as_nothing_or_is_refused() {
    let bytes = read(&primary()).expect("valid").bytes().to_vec();
    assert!(Catalog::from_bytes(Vec::new()).is_err());
    assert!(Catalog::from_bytes(bytes[..bytes.len() / 2].to_vec()).is_err());
    for i in (0..bytes.len()).step_by(3) {
        let mut bad = bytes.clone();
        bad[i] ^= 0xff;
        let Ok(c) = Catalog::from_bytes(bad) else { continue };
        for p in c.packages().take(3) {
            let _ = (c.nevra(p), c.checksum(p), c.files(p).take(9).count(), c.owners("/usr/bin/g++"), c.find("g++"));
            Relation::ALL
                .into_iter()
                .for_each(|r| drop(c.deps(p, r).take(9).map(|d| d.to_string()).collect::<Vec<_>>()));
        }
    }
}

#[test]
fn filelists_answer_what_is_asked() {
    let text = r#"<filelists packages="2"><package pkgid="aa" name="x" arch="noarch"><version epoch="0" ver="1" rel="1"/>
<file type="dir">/opt</file><file>/opt/a&amp;b</file></package>
<package pkgid="bb" name="y" arch="noarch"><file>/opt/a&amp;b</file><file>/opt/a&amp;b</file><file>/x</file></package></filelists>"#;
    let wanted: BTreeSet<String> = ["/opt/a&b", "/opt", "/none"].map(str::to_owned).into();
    let owners = owners_of(text.as_bytes(), 1 << 20, &wanted).expect("valid");
    assert_eq!(owners["/opt/a&b"], ["aa", "bb"]);
    assert_eq!(owners["/opt"], ["aa"]);
    assert_eq!(owners.len(), 2);
    assert!(owners_of(&text.as_bytes()[..200], 1 << 20, &wanted).is_err());
}

#[test]
fn repomd_lists_files() {
    let text = format!(
        r#"<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>42</revision>
<data type="primary"><checksum type="sha256">{SUM}</checksum><open-checksum type="sha256">{SUM}</open-checksum>
<location xml:base="http://b" href="repodata/p.xml.gz"/><timestamp>17.5</timestamp><size>9</size><open-size>99</open-size></data>
<data type="primary"><checksum type="sha256">{SUM}</checksum><location href="second"/></data>
<data type="modules"><checksum type="blake3">00</checksum><location href="m"/></data></repomd>"#
    );
    let md = Repomd::parse(text.as_bytes()).expect("valid");
    let p = &md.data["primary"];
    assert_eq!(
        (md.revision.as_str(), p.href.as_str(), p.base.as_deref()),
        ("42", "repodata/p.xml.gz", Some("http://b"))
    );
    assert_eq!((p.size, p.open_size, p.timestamp), (Some(9), Some(99), 17));
    assert_eq!(p.checksum.as_ref().expect("stated").algorithm(), Algorithm::Sha256);
    assert!(md.data["modules"].checksum.is_none());
    for bad in [
        text.replace("type=\"primary\"", "type=\"other\""),
        text.replace("sha256", "blake3"),
        text.replace("href=\"repodata/p.xml.gz\"", ""),
        text.replace(SUM, "00"),
        text.replace("<size>9</size>", "<size>nine</size>"),
        text[..300].to_owned(),
    ] {
        assert!(Repomd::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn ranges_meet_as_libsolv_says() {
    let side = |text: &str| {
        let r: Requirement =
            if text.is_empty() { Requirement::any("x") } else { format!("x {text}").parse().expect(text) };
        r
    };
    for (provided, required, meet) in [
        ("", "= 1", true),
        ("= 1", "", true),
        ("= 1-1", "= 1-1", true),
        ("= 1-1", "= 1", true),
        ("= 1", "= 1-1", true),
        ("= 1-1", "= 1-2", false),
        ("= 1-1", "> 1", false),
        ("= 1", "> 1-5", true),
        ("= 1-1", ">= 1", true),
        ("= 1-1", "< 1", false),
        ("= 1-1", "<= 1", true),
        ("= 2", "> 1-5", true),
        ("= 1:1", "> 2", true),
        ("< 3", "> 2", true),
        ("< 2", "> 3", false),
        ("< 2", "< 1", true),
        (">= 2", "= 3", true),
        ("<= 2", ">= 2", true),
        ("< 2", ">= 2", false),
        ("= 1.0~rc1", "< 1.0", true),
        ("= 1.0^a", "> 1.0", true),
    ] {
        let (p, r) = (side(provided), side(required));
        assert_eq!(ranges_overlap(p.range(), r.range()), meet, "{provided:?} {required:?}");
    }
}

#[test]
fn rich_dependencies_are_read() {
    let plain = |s: &str| Rich::Plain(s.parse().expect(s));
    let boxed = |s: &str| Box::new(plain(s));
    for (text, want) in [
        ("a", plain("a")),
        ("(a)", plain("a")),
        ("(a >= 1:2-3)", plain("a >= 1:2-3")),
        ("(a and b and c)", Rich::And(vec![plain("a"), plain("b"), plain("c")])),
        ("(a or b<2)", Rich::Or(vec![plain("a"), plain("b<2")])),
        ("( a  if b )", Rich::If { then: boxed("a"), when: boxed("b"), otherwise: None }),
        ("(a if b else c)", Rich::If { then: boxed("a"), when: boxed("b"), otherwise: Some(boxed("c")) }),
        ("(a unless b else c)", Rich::Unless { then: boxed("a"), when: boxed("b"), otherwise: Some(boxed("c")) }),
        ("(a >= 1 with a < 2)", Rich::With(vec![plain("a >= 1"), plain("a < 2")])),
        ("(a without b)", Rich::Without(boxed("a"), boxed("b"))),
        (
            "((libc.so.6()(64bit) or b) and kernel(sym) = 0x1)",
            Rich::And(vec![Rich::Or(vec![plain("libc.so.6()(64bit)"), plain("b")]), plain("kernel(sym) = 0x1")]),
        ),
    ] {
        match (Rich::parse(text), want) {
            (Ok(got), want) if text.contains("<2") => {
                assert!(matches!((got, want), (Rich::Or(a), Rich::Or(_)) if a.len() == 2));
            }
            (got, want) => assert_eq!(got.as_ref(), Ok(&want), "{text}"),
        }
    }
    for bad in ["(", "()", "(a", "(a or)", "(a b)", "(a or b) c", "(a >=)", "(a xor b)", "(or a)", "(a => 1:)", "a >="]
    {
        assert!(matches!(Rich::parse(bad), Err(RichError::Malformed { .. })), "{bad}");
    }
    for mixed in ["(a or b and c)", "(a if b if c)", "(a if b else c else d)", "(a without b without c)"] {
        assert!(matches!(Rich::parse(mixed), Err(RichError::Mixed { .. })), "{mixed}");
    }
    let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
    assert!(matches!(Rich::parse(&deep), Err(RichError::TooDeep { .. })));
    assert!(matches!(Rich::parse(&format!("({})", "a ".repeat(1 << 20))), Err(RichError::TooDeep { .. })));
}

proptest! {
    #[test]
    fn parsers_do_not_panic(noise in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..1500, text in "[()a-c<>=. 0-9ifelsdanortwuh]{0,60}") {
        let _ = Rich::parse(&text);
        let _ = text.parse::<Requirement>();
        let mut document = primary().into_bytes();
        let at = at.min(document.len());
        let end = (at + noise.len()).min(document.len());
        document.splice(at..end, noise.iter().copied());
        let _ = read_primary(&document[..], 1 << 20, &mut Catalog::builder());
        let _ = Repomd::parse(&noise[..]);
        let _ = owners_of(&document[..], 1 << 20, &BTreeSet::new());
        let _ = Catalog::from_bytes(noise);
    }
}
