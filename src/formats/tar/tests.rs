use std::{collections::BTreeMap, io::Read};

use proptest::prelude::*;

use super::*;

fn file(path: &[u8], size: u64) -> Entry {
    Entry {
        path: path.to_vec(),
        kind: EntryKind::File,
        mode: 0o644,
        uid: 0,
        gid: 0,
        size,
        mtime: 1,
        xattrs: BTreeMap::new(),
    }
}

fn archive(entries: &[(Entry, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (e, content) in entries {
        out.extend(header_blocks(e));
        out.extend_from_slice(content);
        out.resize(out.len() + padding(content.len() as u64), 0);
    }
    out.extend(END_OF_ARCHIVE);
    out
}

#[test]
fn ustar_where_it_fits_and_pax_where_not() {
    assert_eq!(header_blocks(&file(&[b'a'; 100], 0)).len(), BLOCK);
    let split = [[b'd'; 150].as_slice(), b"/", &[b'f'; 100]].concat();
    assert_eq!(header_blocks(&file(&split, 0)).len(), BLOCK);
    let too_long = [[b'd'; 156].as_slice(), b"/", &[b'f'; 100]].concat();
    assert_eq!(header_blocks(&file(&too_long, 0)).len(), 3 * BLOCK);
    let mut big_id = file(b"a", 0);
    big_id.uid = 0o10_000_000;
    assert_eq!(header_blocks(&big_id).len(), 3 * BLOCK);
}

#[test]
fn the_tar_crate_reads_what_we_write() {
    let long = [b"dir/".as_slice(), &[b'x'; 300]].concat();
    let mut caps = file(b"usr/bin/ping", 3);
    caps.xattrs.insert("security.capability".into(), vec![1, 0, 0, 2, b'=']);
    let link = Entry { kind: EntryKind::Symlink(vec![b't'; 200]), ..file(b"link", 0) };
    let device = Entry { kind: EntryKind::Char { major: 1, minor: 3 }, ..file(b"dev/null", 0) };
    let directory = Entry { kind: EntryKind::Directory, mode: 0o1777, ..file(b"tmp", 0) };
    let bytes = archive(&[(file(&long, 2), b"hi"), (caps, b"abc"), (link, b""), (device, b""), (directory, b"")]);
    let mut theirs = tar::Archive::new(&bytes[..]);
    let mut seen = Vec::new();
    for entry in theirs.entries().expect("entries") {
        let mut entry = entry.expect("entry");
        let mut content = String::new();
        entry.read_to_string(&mut content).expect("content");
        let xattrs = entry.pax_extensions().expect("pax").map_or(0, |p| {
            p.filter(|r| r.as_ref().expect("record").key().expect("utf8").starts_with("SCHILY")).count()
        });
        seen.push((
            entry.path_bytes().to_vec(),
            entry.link_name_bytes().map(|l| l.len()),
            content,
            xattrs,
            entry.header().mode().expect("mode"),
        ));
    }
    assert_eq!(
        seen,
        [
            (long, None, "hi".into(), 0, 0o644),
            (b"usr/bin/ping".to_vec(), None, "abc".into(), 1, 0o644),
            (b"link".to_vec(), Some(200), String::new(), 0, 0o644),
            (b"dev/null".to_vec(), None, String::new(), 0, 0o644),
            (b"tmp/".to_vec(), None, String::new(), 0, 0o1777),
        ]
    );
}

#[test]
fn we_read_gnu_long_names() {
    let mut b = tar::Builder::new(Vec::new());
    let name = "n".repeat(300);
    let mut h = tar::Header::new_gnu();
    h.set_size(2);
    h.set_mode(0o4755);
    b.append_data(&mut h, &name, &b"ok"[..]).expect("append");
    let bytes = b.into_inner().expect("archive");
    let mut r = Reader::new(&bytes[..]);
    let e = r.next_entry().expect("valid").expect("one entry");
    assert_eq!((e.path, e.mode, e.size), (name.into_bytes(), 0o4755, 2));
    assert!(r.next_entry().expect("valid").is_none());
}

#[test]
fn bombs_and_damage_are_refused() {
    let mut block = header_blocks(&file(b"x", 0));
    block[header::TYPE] = b'L';
    header::put_octal(&mut block[header::SIZE], 1 << 30);
    let sum = header::checksum(block[..].try_into().expect("a block"));
    block[header::CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert!(matches!(Reader::new(&block[..]).next_entry(), Err(TarError::TooLong { .. })));
    let mut damaged = archive(&[(file(b"x", 4), b"abcd")]);
    damaged[3] ^= 1;
    assert!(matches!(Reader::new(&damaged[..]).next_entry(), Err(TarError::Checksum { offset: 0 })));
    let cut = &archive(&[(file(b"x", 4), b"abcd")])[..514];
    let mut r = Reader::new(cut);
    r.next_entry().expect("the header is whole");
    assert!(r.next_entry().is_err());
}

proptest! {
    #[test]
    fn there_and_back(path in "[a-z/]{1,300}", mode in 0u32..0o10000, uid: u32, gid: u32, mtime: i32, content in proptest::collection::vec(any::<u8>(), 0..2000), value: Vec<u8>) {
        prop_assume!(!path.ends_with('/'));
        let entry = Entry {
            path: path.into_bytes(), kind: EntryKind::File, mode, uid, gid, size: content.len() as u64, mtime: i64::from(mtime),
            xattrs: BTreeMap::from([("user.x".to_owned(), value)]),
        };
        let bytes = archive(&[(entry.clone(), &content)]);
        let mut r = Reader::new(&bytes[..]);
        prop_assert_eq!(r.next_entry().expect("valid").expect("one"), entry);
        let mut back = Vec::new();
        r.read_to_end(&mut back).expect("content");
        prop_assert_eq!(back, content);
    }

    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut r = Reader::new(&noise[..]);
        while let Ok(Some(_)) = r.next_entry() {}
    }
}
