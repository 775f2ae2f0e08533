use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::*;
use crate::terms::{Algorithm, Checksum, ChecksumHasher, Class, Digest, Fault};

fn sum(bytes: &[u8]) -> Checksum {
    Digest::of(bytes).into()
}

fn expected(bytes: &[u8]) -> Expected {
    Expected { checksum: sum(bytes), size: Some(bytes.len() as u64) }
}

fn files(dir: &Path) -> usize {
    walkdir::WalkDir::new(dir).into_iter().flatten().filter(|e| e.file_type().is_file()).count()
}

fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("cache")).unwrap();
    (dir, store)
}

#[test]
fn what_goes_in_comes_out() {
    let (_dir, store) = store();
    assert!(store.blob(&sum(b"hello")).is_none());
    let blob = store.put(b"hello").unwrap();
    assert_eq!(store.blob(&sum(b"hello")).unwrap(), blob);
    assert_eq!(blob.read(5).unwrap(), b"hello");
    assert!(matches!(blob.read(4), Err(Error::TooLarge { .. })));
    assert_eq!(fs::metadata(blob.path()).unwrap().permissions().mode() & 0o777, 0o444);
    let sha1 = {
        let mut h = ChecksumHasher::new(Algorithm::Sha1);
        h.update(b"old");
        h.finish()
    };
    let blob = store.import(&mut &b"old"[..], Expected { checksum: sha1.clone(), size: None }).unwrap();
    assert!(blob.path().ends_with(format!("blobs/sha1/{}", sha1.hex())));
    assert_eq!((files(&store.dir().join("temp")), files(&store.dir().join("partial"))), (0, 0));
}

#[test]
fn wrong_bytes_are_refused_and_leave_nothing() {
    let (_dir, store) = store();
    let mut w = store.writer(Expected { size: None, ..expected(b"good") }).unwrap();
    w.write_all(b"evil").unwrap();
    assert!(matches!(w.commit(), Err(Error::Mismatch { .. })));
    let mut w = store.writer(expected(b"good")).unwrap();
    assert!(matches!(w.append(b"good and more"), Err(Error::WrongSize { expected: 4, actual: 13, .. })));
    drop(w);
    assert_eq!(files(&store.dir().join("partial")) + files(&store.dir().join("blobs")), 0);
}

#[test]
fn a_cut_download_goes_on() {
    let (_dir, store) = store();
    let mut w = store.writer(expected(b"two halves")).unwrap();
    w.append(b"two ").unwrap();
    assert!(matches!(w.commit(), Err(Error::WrongSize { actual: 4, .. })));
    let again = Store::open(store.dir()).unwrap();
    let mut w = again.writer(expected(b"two halves")).unwrap();
    assert_eq!((w.position(), w.resumed()), (4, true));
    w.append(b"halves").unwrap();
    w.commit().unwrap();
    assert_eq!(store.blob(&sum(b"two halves")).unwrap().size(), 10);
    assert_eq!(files(&store.dir().join("partial")), 0);

    let mut w = store.writer(expected(b"other")).unwrap();
    w.append(b"oops").unwrap();
    drop(w);
    let mut w = store.writer(expected(b"other")).unwrap();
    w.restart().unwrap();
    w.append(b"other").unwrap();
    w.commit().unwrap();
}

#[test]
fn two_writers_of_one_blob_do_not_meet() {
    let (_dir, store) = store();
    let mut a = store.writer(expected(b"same")).unwrap();
    a.append(b"sa").unwrap();
    let mut b = store.writer(expected(b"same")).unwrap();
    assert_eq!(b.position(), 0, "the partial file belongs to the first");
    b.append(b"same").unwrap();
    b.commit().unwrap();
    a.append(b"me").unwrap();
    a.commit().unwrap();
    let mut text = String::new();
    store.blob(&sum(b"same")).unwrap().open().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "same");
    assert_eq!(files(&store.dir().join("temp")) + files(&store.dir().join("partial")), 0);
}

#[test]
fn many_threads_store_the_same_blobs() {
    let (_dir, store) = store();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for i in 0..40_u32 {
                    let bytes = i.to_le_bytes().repeat(500);
                    store.import(&mut &bytes[..], expected(&bytes)).unwrap();
                    store.put(&bytes).unwrap();
                }
            });
        }
    });
    let report = store.fsck().unwrap();
    assert_eq!((report.sound.files, report.damaged), (40, vec![]));
    assert_eq!(store.du().unwrap().blobs.bytes, 40 * 2000);
}

#[test]
fn spooled_bytes_are_named_by_their_digest() {
    let (_dir, store) = store();
    let mut spool = store.spool().unwrap();
    spool.write_all(b"layer").unwrap();
    assert_eq!(spool.commit().unwrap().checksum(), &sum(b"layer"));
    let mut spool = store.spool().unwrap();
    spool.write_all(b"dropped").unwrap();
    drop(spool);
    assert_eq!(files(&store.dir().join("temp")), 0);
}

#[test]
fn a_short_blob_is_not_there() {
    let (_dir, store) = store();
    let blob = store.put(b"complete").unwrap();
    fs::remove_file(blob.path()).unwrap();
    fs::write(blob.path(), b"comp").unwrap();
    assert!(store.blob(&sum(b"complete")).is_none());
    assert!(!blob.path().exists());
}

#[test]
fn facts_are_sealed() {
    let (_dir, store) = store();
    let key = Digest::of(b"key");
    assert_eq!(store.recall("kind", &key), None);
    store.remember("kind", &key, b"value").unwrap();
    store.remember("kind", &key, b"newer").unwrap();
    assert_eq!(store.recall("kind", &key).as_deref(), Some(&b"newer"[..]));
    let (here, there) = (store.fact_file("kind", &key), store.fact_file("kind", &Digest::of(b"else")));
    fs::copy(&here, there).unwrap();
    assert_eq!(store.recall("kind", &Digest::of(b"else")), None, "moved by hand");
    let torn = fs::read(&here).unwrap();
    fs::write(&here, &torn[..torn.len() - 1]).unwrap();
    assert_eq!(store.recall("kind", &key), None);
}

impl Store {
    fn fact_file(&self, kind: &str, key: &Digest) -> std::path::PathBuf {
        self.dir().join("facts").join(kind).join(key.hex())
    }
}

#[test]
fn fsck_finds_what_changed_in_place() {
    let (_dir, store) = store();
    store.put(b"sound").unwrap();
    let blob = store.put(b"rotten").unwrap();
    fs::set_permissions(blob.path(), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(blob.path(), b"Rotten").unwrap();
    fs::write(store.dir().join("blobs/sha256/stray"), b"").unwrap();
    let report = store.fsck().unwrap();
    assert_eq!(report.sound.files, 1);
    assert_eq!(report.damaged.len(), 2);
    assert_eq!(report.damaged[0].actual, Some(sum(b"Rotten")));
    assert_eq!(report.damaged[1].actual, None);
    assert!(store.fsck().unwrap().damaged.is_empty());
}

#[test]
fn gc_keeps_what_it_is_told_and_waits_for_nobody() {
    let (_dir, store) = store();
    store.put(b"keep").unwrap();
    store.put(b"go").unwrap();
    let other = Store::open(store.dir()).unwrap();
    assert!(matches!(store.gc(&BTreeSet::new()), Err(Error::Busy { .. })));
    drop(other);
    let freed = store.gc(&BTreeSet::from([sum(b"keep")])).unwrap();
    assert_eq!((freed.kept.files, freed.removed.files), (1, 1));
    assert!(store.blob(&sum(b"keep")).is_some() && store.blob(&sum(b"go")).is_none());
    store.gc(&BTreeSet::new()).unwrap();
    assert_eq!(store.du().unwrap(), Usage::default());
}

#[test]
fn old_temporaries_are_swept_at_the_next_open() {
    let (_dir, store) = store();
    let (old, new) = (store.dir().join("temp/blob-old"), store.dir().join("temp/blob-new"));
    fs::write(&new, b"").unwrap();
    fs::write(&old, b"").unwrap();
    let made = fs::metadata(&old).unwrap().modified().unwrap();
    let handle = fs::File::options().write(true).open(&old).unwrap();
    handle.set_modified(made - std::time::Duration::from_secs(25 * 3600)).unwrap();
    Store::open(store.dir()).unwrap();
    assert!(!old.exists() && new.exists(), "this process has the store open, and may be writing the new one");
    let dir = store.dir().to_owned();
    drop(store);
    let again = Store::open(&dir).unwrap();
    assert!(!new.exists(), "nobody had it open: a killed process left it");
    fs::write(&new, b"").unwrap();
    Store::open(&dir).unwrap();
    assert!(new.exists() && again.gc(&BTreeSet::new()).is_ok(), "opening left the others' lock alone");
}

#[test]
fn a_place_that_cannot_be_a_store_is_the_user_s_mistake() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    let e = Store::open(dir.path().join("file/below")).unwrap_err();
    assert_eq!(e.class(), Class::Usage);
    assert!(e.hint().unwrap().contains("--cache DIR"));
    assert!(!e.to_string().contains("os error"), "the cause stays in source()");
}

#[test]
fn a_full_disk_says_what_where_and_how_much() {
    let full = error::writing("sha256:00", Path::new("/c"), Some(7), std::io::Error::from_raw_os_error(libc::ENOSPC));
    assert_eq!(full.to_string(), "writing sha256:00 to the store /c (7 bytes needed)");
    assert_eq!(full.class(), Class::Internal);
    assert!(full.hint().unwrap().contains("gc"));
}
