use std::sync::Arc;

use proptest::prelude::*;

use super::{super::tests::installed, *};
use crate::terms::Arch;

fn add(blobs: &[Vec<u8>]) -> Change {
    Change { add: blobs.to_vec(), ..Change::new(Arch::X86_64) }
}

fn many(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| installed(&format!("package{i}"), &[])).collect()
}

fn shared(written: Written) -> Files {
    written.files.into_iter().map(|(name, bytes)| (name, Arc::from(bytes))).collect()
}

#[test]
fn what_is_written_is_read() {
    for count in [0, 1, 254, 255, 300] {
        let blobs = many(count);
        let written = shared(write(None, &add(&blobs)).expect("writes"));
        let read: Vec<_> =
            read(&written).expect("reads").iter().map(|p| (p.instance, p.header.blob().to_vec())).collect();
        assert_eq!(read, (1..).zip(blobs).collect::<Vec<_>>());
        assert_eq!(word(&written["Packages.db"], 8), word(&written["Index.db"], 20), "both of one generation");
        assert_eq!(word(&written["Packages.db"], 16), count as u32 + 1, "next");
        assert_eq!(written["Index.db"].len() % PAGE, 0);
    }
}

#[test]
fn same_packages_same_bytes() {
    let blobs = many(30);
    let whole = write(None, &add(&blobs)).expect("writes");
    let first = shared(write(None, &add(&blobs[..20])).expect("writes"));
    assert_eq!(write(Some(&first), &add(&blobs[20..])).expect("writes"), whole);
}

#[test]
fn instances_are_never_given_twice() {
    let base = shared(write(None, &add(&many(3))).expect("writes"));
    let change = Change { remove: vec![3, 1], ..Change::new(Arch::X86_64) };
    let base = shared(write(Some(&base), &change).expect("writes"));
    let base = shared(write(Some(&base), &add(&many(1))).expect("writes"));
    let instances: Vec<u32> = read(&base).expect("reads").iter().map(|p| p.instance).collect();
    assert_eq!(instances, [2, 4]);
}

#[test]
fn strange_files_are_refused() {
    let refused = |bytes: &[u8]| read(&[("Packages.db".to_owned(), Arc::from(bytes))].into()).map(|p| p.len());
    assert!(matches!(read(&Files::new()), Err(Error::Form { .. })));
    let good = write(None, &add(&many(2))).expect("writes").files["Packages.db"].clone();
    assert!(matches!(refused(&good), Ok(2)));
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        refused(&file)
    };
    assert!(matches!(with(4, &[1]), Err(Error::Form { .. })), "version");
    assert!(matches!(with(12, &[0xff; 4]), Err(Error::Form { .. })), "a list without end");
    let first: [u8; 12] = good[36..48].try_into().expect("twelve");
    assert!(matches!(with(52, &first), Err(Error::Form { .. })), "two places, one package");
    assert!(matches!(with(44, &[0xff; 4]), Err(Error::Form { .. })), "a package longer than the file");
    assert!(matches!(with(PAGE + 40, &[0x55]), Err(Error::Form { why }) if why.ends_with("sum is wrong")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        span in prop_oneof![Just(80usize), Just(5000), Just(usize::MAX)],
        cut in any::<prop::sample::Index>(),
    ) {
        thread_local! {
            static FILE: Vec<u8> = write(None, &add(&many(3))).expect("writes").files["Packages.db"].clone();
        }
        let mut file = FILE.with(Clone::clone);
        let span = span.min(file.len());
        for (at, byte) in damage {
            file[at.index(span)] = byte;
        }
        file.truncate(cut.index(file.len() * 2));
        let files: Files = [("Packages.db".to_owned(), file.into())].into();
        let _ = read(&files);
        let _ = write(Some(&files), &Change::new(Arch::X86_64));
    }
}
