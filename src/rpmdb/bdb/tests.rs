use std::sync::Arc;

use proptest::prelude::*;

use super::{super::tests::installed, page::kind, *};
use crate::{
    formats::rpm::{Tag, handmade::*},
    terms::Arch,
};

fn add(arch: Arch, blobs: &[Vec<u8>]) -> Change {
    Change { add: blobs.to_vec(), ..Change::new(arch) }
}

fn shared(written: Written) -> Files {
    written.files.into_iter().map(|(name, bytes)| (name, Arc::from(bytes))).collect()
}

fn many(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| installed(&format!("package{i}"), &[])).collect()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    Order::Little.word(bytes, at)
}

#[test]
fn what_is_written_is_read() {
    for arch in [Arch::X86_64, Arch::S390x] {
        let blobs = many(300);
        let written = shared(write(None, &add(arch, &blobs)).expect("writes"));
        let read: Vec<_> =
            read(&written).expect("reads").iter().map(|p| (p.instance, p.header.blob().to_vec())).collect();
        assert_eq!(read, (1..).zip(blobs).collect::<Vec<_>>());
    }
}

#[test]
fn nineteen_files_each_of_its_own_id() {
    let written = write(None, &add(Arch::X86_64, &many(3))).expect("writes");
    assert_eq!(written.files.len(), 19);
    let ids: std::collections::BTreeSet<&[u8]> = written.files.values().map(|f| &f[52..72]).collect();
    assert_eq!(ids.len(), 19, "empty indexes, too");
    for (name, bytes) in &written.files {
        assert_eq!(bytes.len() % page::PAGE, 0);
        assert_eq!(word(bytes, 32) as usize + 1, bytes.len() / page::PAGE, "last page of {name}");
        let magic = if name == "Packages" { 0x0006_1561 } else { 0x0005_3162 };
        assert_eq!([word(bytes, 12), word(bytes, 16), word(bytes, 20)], [magic, 9, 4096]);
    }
    assert_eq!(word(&written.files["Packages"], 88), 4, "three packages and the highest number");
}

#[test]
fn same_packages_same_bytes() {
    let blobs = many(70);
    let whole = write(None, &add(Arch::X86_64, &blobs)).expect("writes");
    let first = shared(write(None, &add(Arch::X86_64, &blobs[..20])).expect("writes"));
    assert_eq!(write(Some(&first), &add(Arch::X86_64, &blobs[20..])).expect("writes"), whole);
    let same = write(Some(&shared(whole.clone())), &Change::new(Arch::X86_64)).expect("writes");
    assert_eq!(same, whole);
}

#[test]
fn instances_are_never_given_twice() {
    let base = shared(write(None, &add(Arch::X86_64, &many(3))).expect("writes"));
    let change = Change { remove: vec![3, 1], ..Change::new(Arch::X86_64) };
    let base = shared(write(Some(&base), &change).expect("writes"));
    let base = shared(write(Some(&base), &add(Arch::X86_64, &many(1))).expect("writes"));
    let instances: Vec<u32> = read(&base).expect("reads").iter().map(|p| p.instance).collect();
    assert_eq!(instances, [2, 4]);
    assert!(matches!(write(Some(&base), &change), Err(Error::Absent { instance: 3 })));
}

#[test]
fn the_environment_goes() {
    let mut base = shared(write(None, &add(Arch::X86_64, &many(1))).expect("writes"));
    for name in ["__db.001", "__db.003", ".dbenv.lock"] {
        base.insert(name.to_owned(), Arc::from(&b""[..]));
    }
    let written = write(Some(&base), &Change::new(Arch::X86_64)).expect("writes");
    assert_eq!(written.remove, ["__db.001", "__db.003"]);
}

#[test]
fn a_base_of_the_other_byte_order_is_read() {
    let base = shared(write(None, &add(Arch::S390x, &many(5))).expect("writes"));
    assert_eq!(base["Packages"][12..16], [0, 6, 0x15, 0x61]);
    let written = write(Some(&base), &Change::new(Arch::X86_64)).expect("writes");
    assert_eq!(written, write(None, &add(Arch::X86_64, &many(5))).expect("writes"));
}

#[test]
fn long_keys_and_many_records_have_pages_of_their_own() {
    let long = format!("({} or b)", "a".repeat(3000));
    let blobs: Vec<_> = (0..400)
        .map(|i| installed(&format!("p{i}"), &[(Tag::REQUIRENAME, texts(&[&format!("{long}{i}"), "sh"]))]))
        .collect();
    let written = write(None, &add(Arch::X86_64, &blobs)).expect("writes");
    let file = &written.files["Requirename"];
    let kinds: Vec<u8> = file.chunks(page::PAGE).map(|p| p[25]).collect();
    assert_eq!(kinds[..2], [kind::BTREE_META, kind::BTREE_INTERNAL]);
    assert!(kinds.contains(&kind::OVERFLOW) && kinds.contains(&kind::BTREE_LEAF));
}

#[test]
fn strange_files_are_refused() {
    let refused = |bytes: &[u8]| read(&[("Packages".to_owned(), Arc::from(bytes))].into()).map(|p| p.len());
    assert!(matches!(read(&Files::new()), Err(Error::Form { .. })));
    assert!(matches!(refused(&[0; 8192]), Err(Error::Form { .. })));
    let good = write(None, &add(Arch::X86_64, &many(3))).expect("writes").files["Packages"].clone();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        refused(&file)
    };
    assert!(matches!(with(20, &[0; 4]), Err(Error::Form { .. })), "page size");
    assert!(matches!(with(24, &[1]), Err(Error::Form { .. })), "encrypted");
    assert!(matches!(with(72, &[0xff; 4]), Err(Error::Page { .. } | Error::Form { .. })), "buckets without end");
    assert!(matches!(with(4096 + 16, &[1]), Err(Error::Page { page: 1, why: "is used twice" })), "a circle");
    let overflow = good.chunks(4096).position(|p| p[25] == kind::OVERFLOW).expect("headers are long") * 4096;
    assert!(matches!(with(overflow + 16, &[3]), Err(Error::Page { .. })), "a value goes on in a bucket");
    assert!(matches!(with(overflow + 22, &[0xff, 0xff]), Err(Error::Page { .. })), "more bytes than a page");
    assert!(matches!(refused(&good[..good.len() - 4096]), Err(Error::Page { .. })), "cut off");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        span in prop_oneof![Just(200usize), Just(3 * 4096), Just(usize::MAX)],
        cut in any::<prop::sample::Index>(),
    ) {
        thread_local! {
            static FILE: Vec<u8> = write(None, &add(Arch::X86_64, &many(5))).expect("writes").files["Packages"].clone();
        }
        let mut file = FILE.with(Clone::clone);
        let span = span.min(file.len());
        for (at, byte) in damage {
            file[at.index(span)] = byte;
        }
        file.truncate(cut.index(file.len() * 2));
        let files: Files = [("Packages".to_owned(), file.into())].into();
        let _ = read(&files);
        let _ = write(Some(&files), &Change::new(Arch::X86_64));
    }
}
