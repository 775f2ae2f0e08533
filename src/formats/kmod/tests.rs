use std::io::Write;

use super::{
    handmade::{Kind, Made},
    *,
};

fn facts(bytes: &[u8]) -> Vec<u8> {
    look(bytes.len() as u64, &mut &*bytes).expect("memory")
}

fn texts<'a>(list: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    list.map(|s| String::from_utf8_lossy(s).into_owned()).collect()
}

fn sample() -> Made {
    let info = ["alias=pci:v*", "depends=", "softdep=pre: b", "alias=a-b", "weakdep=c", "alias"];
    let mut made = Made::new(&info, &["gives", "gives_too"], &["needs"]);
    made.symbols.push(("perhaps".to_owned(), Kind::Weak));
    made.versions = vec!["module_layout".to_owned(), "needs".to_owned()];
    made.strings = vec!["not_asked".to_owned()];
    made
}

#[test]
fn every_class_and_byte_order_says_the_same() {
    for (wide, big) in [(true, false), (true, true), (false, false), (false, true)] {
        let bytes = facts(&Made { wide, big, ..sample() }.bytes());
        let facts = Facts::parse(&bytes).expect("own form");
        assert_eq!(facts.fault(), None);
        assert_eq!(texts(facts.aliases()), ["pci:v*", "a-b", ""]);
        assert_eq!((texts(facts.softdeps()), texts(facts.weakdeps())), (vec!["pre: b".into()], vec!["c".into()]));
        assert_eq!(texts(facts.exports()), ["gives", "gives_too"]);
        let needs: Vec<_> = facts.needs().map(|n| (String::from_utf8_lossy(n.name).into_owned(), n.weak)).collect();
        assert_eq!(needs, [("needs".into(), false), ("perhaps".into(), true), ("module_layout".into(), false)]);
    }
}

#[test]
fn without_crcs_the_strings_tell_the_exports() {
    let mut made = sample();
    made.symbols.retain(|(name, _)| !name.starts_with("__crc_"));
    let bytes = facts(&made.bytes());
    assert_eq!(texts(Facts::parse(&bytes).expect("own form").exports()), ["not_asked"]);
}

#[test]
fn compressed_modules_say_the_same() {
    let plain = sample().bytes();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&plain).expect("memory");
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(&plain).expect("memory");
    let packed =
        [gz.finish().expect("memory"), xz.finish().expect("memory"), zstd::encode_all(&plain[..], 3).expect("memory")];
    for packed in packed {
        assert_eq!(facts(&packed), facts(&plain));
        let cut = facts(&packed[..packed.len() / 2]);
        assert_eq!(Facts::parse(&cut).expect("own form").fault(), Some(Fault::Undecodable));
    }
}

#[test]
fn what_is_no_module_says_why() {
    let fault = |bytes: &[u8]| Facts::parse(&facts(bytes)).expect("own form").fault();
    assert_eq!(fault(b""), Some(Fault::NotElf));
    assert_eq!(fault(b"#!/bin/sh, which is long enough"), Some(Fault::NotElf));
    assert_eq!(fault(&sample().bytes()[..200]), Some(Fault::Malformed));
}

#[test]
fn damage_anywhere_is_survived() {
    let whole = sample().bytes();
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let found = facts(&bytes);
            let facts = Facts::parse(&found).expect("own form");
            let _ = (facts.needs().count(), facts.exports().count(), facts.aliases().count());
        }
        facts(&whole[..at]);
    }
    assert_eq!(Facts::parse(b""), None);
    assert_eq!(Facts::parse(&[9; 40]), None);
}
