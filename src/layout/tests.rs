use std::{fs, os::unix::fs::MetadataExt, path::Path};

use super::*;
use crate::{
    formats::oci::{Descriptor, Document, Index, Manifest, MediaType, Platform},
    store::{BlobSource, Publication, PublishBlob, Store},
    terms::{Arch, BlobDigest, Class, Digest, Fault},
};

struct Case {
    dir: tempfile::TempDir,
    store: Store,
}

impl Case {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { store: Store::open(dir.path().join("store")).unwrap(), dir }
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn publication(&self, layer: &[u8]) -> Publication {
        let mut blobs = Vec::new();
        let mut put = |media: MediaType, bytes: &[u8]| {
            let blob = self.store.put(bytes).unwrap();
            let descriptor = Descriptor::new(media, BlobDigest(Digest::of(bytes)), blob.size());
            blobs.push(PublishBlob { descriptor: descriptor.clone(), source: BlobSource::Store(blob) });
            descriptor
        };
        let config = put(MediaType::CONFIG, b"{}");
        let manifest = Manifest::new(config, vec![put(MediaType::LAYER, layer)]).to_document();
        let index = Index::new(vec![manifest.descriptor().on(Platform::linux(Arch::X86_64))]).to_document();
        Publication { index, manifests: vec![manifest], blobs }
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn files(dir: &Path) -> Vec<String> {
    let mut all: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

/// Reads an image down to its layer.
fn layer(layout: &Layout, name: Option<&str>) -> Result<Vec<u8>, Error> {
    let (_, Document::Index(index)) = layout.read(name)? else { panic!("index") };
    let Document::Manifest(manifest) = layout.document_of(&index.manifests[0])?.parse().unwrap() else { panic!() };
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    Ok(layout.blob(&manifest.layers[0], &store)?.read(1 << 20)?)
}

#[test]
fn a_directory_is_written_and_read() {
    let case = Case::new();
    let out = case.at("deep/out");
    write_directory(&out, &case.publication(b"one"), &names(&["v1", "host:5000/x:y"]), &case.store).unwrap();
    assert_eq!(files(&out), ["blobs", "index.json", "oci-layout"]);
    assert_eq!(files(&case.at("deep")), ["out"]);
    let layout = Layout::open(&out).unwrap();
    for name in [None, Some("v1"), Some("host:5000/x:y")] {
        assert_eq!(layer(&layout, name).unwrap(), b"one");
    }
    let path = out.join("blobs/sha256").join(Digest::of(b"one").hex());
    let (linked, stored) = (fs::metadata(path).unwrap(), case.store.put(b"one").unwrap());
    assert_eq!(linked.ino(), fs::metadata(stored.path()).unwrap().ino(), "a hard link");
}

#[test]
fn an_existing_layout_keeps_its_other_images() {
    let case = Case::new();
    let out = case.at("out");
    fs::create_dir(&out).unwrap();
    write_directory(&out, &case.publication(b"one"), &names(&["v1"]), &case.store).unwrap();
    write_directory(&out, &case.publication(b"two"), &names(&["v2"]), &case.store).unwrap();
    write_directory(&out, &case.publication(b"three"), &names(&["v1"]), &case.store).unwrap();
    write_directory(&out, &case.publication(b"three"), &names(&["v1"]), &case.store).unwrap();
    let layout = Layout::open(&out).unwrap();
    assert_eq!(layout.entries().len(), 2);
    assert_eq!(layer(&layout, Some("v1")).unwrap(), b"three");
    assert_eq!(layer(&layout, Some("v2")).unwrap(), b"two");
    let e = layout.document(None).unwrap_err();
    assert_eq!(e.to_string(), format!("{} holds more than one image: v2, v1", out.display()));
    let e = layout.document(Some("v3")).unwrap_err();
    assert_eq!((e.class(), e.hint().is_some()), (Class::Usage, true));
}

#[test]
fn other_directories_are_left_alone() {
    let case = Case::new();
    fs::create_dir(case.at("home")).unwrap();
    fs::write(case.at("home/letter"), b"dear").unwrap();
    let e = write_directory(&case.at("home"), &case.publication(b"x"), &[], &case.store).unwrap_err();
    assert!(matches!(&e, Error::NotEmpty { .. }) && e.class() == Class::Usage);
    assert_eq!(files(&case.at("home")), ["letter"]);
    let e = write_directory(&case.at("home/letter"), &case.publication(b"x"), &[], &case.store).unwrap_err();
    assert_eq!(e.class(), Class::Usage);
    assert!(matches!(Layout::open(&case.at("home")), Err(Error::NotLayout { .. })));
}

#[test]
fn archives_are_equal_for_equal_images() {
    let case = Case::new();
    let big: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let publication = case.publication(&big);
    write_archive(&case.at("a.tar"), &publication, &names(&["t", "s"]), &case.store).unwrap();
    let other = Case::new();
    let mut again = other.publication(&big);
    again.blobs.reverse();
    write_archive(&other.at("b.tar"), &again, &names(&["s", "t", "s"]), &other.store).unwrap();
    assert!(fs::read(case.at("a.tar")).unwrap() == fs::read(other.at("b.tar")).unwrap());
    assert_eq!(files(case.dir.path()), ["a.tar", "store"]);
    let layout = Layout::open_archive(&case.at("a.tar")).unwrap();
    assert_eq!(layer(&layout, Some("s")).unwrap(), big);
    for rubbish in [&b""[..], &[7; 2000], &fs::read(case.at("a.tar")).unwrap()[..3000]] {
        fs::write(case.at("bad.tar"), rubbish).unwrap();
        assert!(matches!(Layout::open_archive(&case.at("bad.tar")), Err(Error::NotLayout { .. })));
    }
}

#[test]
fn what_is_read_is_checked() {
    let case = Case::new();
    let out = case.at("out");
    let publication = case.publication(b"honest");
    write_directory(&out, &publication, &[], &case.store).unwrap();
    let layout = Layout::open(&out).unwrap();
    let blob = |digest: Digest| out.join("blobs/sha256").join(digest.hex());
    fs::remove_file(blob(Digest::of(b"honest"))).unwrap();
    assert!(matches!(layer(&layout, None), Err(Error::Missing { .. })));
    fs::write(blob(Digest::of(b"honest")), b"forged").unwrap();
    let e = layer(&layout, None).unwrap_err();
    assert!(matches!(&e, Error::Digest { .. }) && e.class() == Class::Verification, "{e:?}");
    fs::write(blob(publication.index.digest().0), b"{}").unwrap();
    assert!(matches!(layout.document(None), Err(Error::Digest { .. })));
}

#[test]
fn a_blob_that_is_nowhere_stops_it() {
    let case = Case::new();
    let mut publication = case.publication(b"x");
    let lost = Descriptor::new(MediaType::LAYER, BlobDigest(Digest::of(b"lost")), 4);
    let source = BlobSource::Registry { host: "h".into(), repository: "r".into() };
    publication.blobs.push(PublishBlob { descriptor: lost, source });
    assert!(matches!(write_directory(&case.at("o"), &publication, &[], &case.store), Err(Error::Missing { .. })));
    assert!(matches!(write_archive(&case.at("a"), &publication, &[], &case.store), Err(Error::Missing { .. })));
    assert_eq!(files(case.dir.path()), ["store"]);
}
