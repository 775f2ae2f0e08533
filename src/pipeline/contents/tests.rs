use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{
    fetch::{self, Trust},
    testbed::{MadeFile, Spec, make},
};

fn packages(store: &Store) -> Vec<Verified<Package>> {
    let one = |n: usize| {
        let numbered = (0..20).map(|i| MadeFile::file(format!("/usr/lib64/lib{i}.so"), vec![i; 5000 * n]));
        let files = [
            MadeFile::file("/etc/x.conf", format!("x={n}\n")),
            MadeFile::program("/usr/bin/script", "#!/bin/sh\n"),
            MadeFile::program("/usr/bin/binary", "\x7fELF"),
            MadeFile::file("/usr/share/large", vec![7; 5 << 20]),
        ];
        let spec = Spec::new(&format!("p{n}-1-1.x86_64")).files(numbered).files(files);
        let made = make(&spec);
        let blob = store.put(&made.bytes).expect("stored");
        fetch::verify(store, &made.spec.nevra, blob, &Trust::Anyone).expect("sound")
    };
    (1..=3).map(one).collect()
}

fn contents<'a>(kept: &'a Kept, packages: &'a [Verified<Package>], store: &'a Store, jobs: usize) -> ImageContents<'a> {
    ImageContents {
        kept,
        blobs: &[],
        diff_ids: &[],
        packages,
        store: Some(store),
        jobs,
        facts: derive::FactMemory::default(),
        small: small::SmallMemory::default(),
        room: Box::leak(Box::new(Room::of(KEPT_PAYLOADS))),
    }
}

fn file(packages: &[Verified<Package>], package: u32, path: &str) -> Content {
    let files = &packages[package as usize].files;
    let file = files.iter().position(|f| f.path == path.as_bytes()).expect("packaged") as u32;
    Content::Package { package: PackageId(package), file }
}

#[test]
fn facts_are_worked_out_once_whoever_asks() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("opened");
    let packages = packages(&store);
    let kept = Kept::new();
    let looked = AtomicUsize::new(0);
    let look = |size: u64, bytes: &mut dyn Read| {
        looked.fetch_add(1, Ordering::Relaxed);
        let mut first = [0];
        bytes.read_exact(&mut first)?;
        Ok(format!("{size} {}", first[0]).into_bytes())
    };
    let mut wanted = vec![Content::Inline(Arc::new(vec![9, 9]))];
    for package in [2, 0, 1] {
        wanted.extend((0..20).rev().map(|i| file(&packages, package, &format!("/usr/lib64/lib{i}.so"))));
        wanted.push(file(&packages, package, "/usr/share/large"));
    }
    let text = |facts: Vec<Arc<[u8]>>| -> Vec<String> {
        facts.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect()
    };
    let first = contents(&kept, &packages, &store, 3);
    let some = text(first.derive("test-1", &wanted[..10], &look).expect("derived"));
    let all = text(first.derive("test-1", &wanted, &look).expect("derived"));
    assert_eq!(all[..10], some);
    assert_eq!((all[0].as_str(), all[1].as_str(), all[21].as_str()), ("2 9", "15000 19", "5242880 7"));
    assert_eq!(looked.swap(0, Ordering::Relaxed), 63 + 2, "each file once, the inline one each time");
    let second = contents(&kept, &packages, &store, 1);
    assert_eq!(text(second.derive("test-1", &wanted, &look).expect("remembered")), all);
    assert_eq!(looked.swap(0, Ordering::Relaxed), 1, "another session finds them in the store");
    assert_eq!(text(second.derive("test-2", &wanted, &look).expect("derived")), all);
    assert_eq!(looked.load(Ordering::Relaxed), 64, "another kind, on one thread");
    let absent = Content::Package { package: PackageId(0), file: 4000 };
    assert!(second.derive("test-1", &[absent], &look).is_err());
}

#[test]
fn a_payload_is_decoded_for_the_first_small_file_only() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("opened");
    let packages = packages(&store);
    let kept = Kept::new();
    let read = |contents: &ImageContents<'_>, path: &str, limit| contents.read(&file(&packages, 1, path), limit);
    let first = contents(&kept, &packages, &store, 1);
    assert_eq!(read(&first, "/usr/share/large", 6 << 20).expect("read").len(), 5 << 20);
    assert_eq!(read(&first, "/usr/share/large", 9).expect_err("too large").kind(), io::ErrorKind::FileTooLarge);
    let again = self::packages(&store);
    std::fs::remove_file(packages[1].blob.path()).expect("removed");
    let later = contents(&kept, &again, &store, 1);
    for contents in [&first, &later] {
        assert_eq!(read(contents, "/etc/x.conf", 100).expect("kept"), b"x=2\n");
        assert_eq!(read(contents, "/usr/bin/script", 100).expect("kept"), b"#!/bin/sh\n");
        assert!(read(contents, "/etc/x.conf", 1).is_err());
    }
    assert!(read(&later, "/usr/bin/binary", 100).is_err(), "no script, so not kept from session to session");
    assert_eq!(read(&first, "/usr/bin/binary", 100).expect("decoded before"), b"\x7fELF", "nothing is decoded twice");
}
