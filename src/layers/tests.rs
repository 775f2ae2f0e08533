use std::{
    collections::BTreeMap,
    io::{self, Read},
    sync::Mutex,
};

use super::*;
use crate::{
    formats::{compression, rpm::Payload, tar},
    lock::Compression,
    rootfs::{Content, Kind, Metadata, Node, Origin, PackageId, Rootfs},
    store::Store,
    terms::{Digest, Events, RootPath, event::Quiet},
};

fn p(s: &str) -> RootPath {
    RootPath::new(s).expect("a valid path")
}

fn put(fs: &mut Rootfs, path: &str, kind: Kind, origin: Origin) {
    fs.parents(&p(path), &Metadata::of_root(0o755, 0), origin).expect("parents");
    fs.insert(p(path), Node { kind, metadata: Metadata::of_root(0o644, 1), origin });
}

fn inline(bytes: Vec<u8>) -> Kind {
    Kind::File { size: bytes.len() as u64, content: Content::Inline(bytes.into()) }
}

/// No packages; base layer 0 is a tar with `n` files of a few kilobytes.
#[derive(Debug)]
struct BaseOnly(u32);

fn base_file(entry: u32) -> Vec<u8> {
    entry.to_le_bytes().repeat(3000)
}

impl Sources for BaseOnly {
    fn package(&self, _: PackageId) -> Result<Payload<'static>, PackError> {
        Err(PackError::Panicked)
    }
    fn base(&self, _: u32) -> Result<Box<dyn Read + Send>, PackError> {
        let mut out = Vec::new();
        for i in 0..self.0 {
            let content = base_file(i);
            out.extend(tar::header_blocks(&tar::Entry {
                path: format!("f{i}").into_bytes(),
                kind: tar::EntryKind::File,
                mode: 0o644,
                uid: 0,
                gid: 0,
                size: content.len() as u64,
                mtime: 0,
                xattrs: BTreeMap::new(),
            }));
            out.resize(out.len() + content.len() + tar::padding(content.len() as u64), 0);
            let end = out.len() - tar::padding(content.len() as u64);
            out[end - content.len()..end].copy_from_slice(&content);
        }
        Ok(Box::new(io::Cursor::new(out)))
    }
    fn package_key(&self, _: PackageId) -> String {
        String::new()
    }
    fn base_key(&self, _: u32) -> String {
        "base".into()
    }
    fn package_name(&self, _: PackageId) -> String {
        String::new()
    }
}

/// A tree with base files to be written again, big and small own files, links, and something removed.
fn trees() -> (Rootfs, Rootfs) {
    let mut base = Rootfs::new();
    for entry in 0..40 {
        let size = base_file(entry).len() as u64;
        put(
            &mut base,
            &format!("f{entry}"),
            Kind::File { size, content: Content::Base { layer: 0, entry } },
            Origin::Base,
        );
    }
    put(&mut base, "gone/deep/file", inline(b"x".to_vec()), Origin::Base);
    let mut new = base.clone();
    new.remove(&p("gone"));
    new.remove(&p("f3"));
    for entry in (10..40).step_by(3) {
        new.get_mut(&p(&format!("f{entry}"))).expect("there").metadata.mode = 0o600;
    }
    new.link(p("hard"), &p("f5")).expect("there");
    put(&mut new, "big", inline((0..5_000_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect()), Origin::Effect);
    put(&mut new, "dir/link", Kind::Symlink(b"../big".to_vec()), Origin::Effect);
    (base, new)
}

fn pack_with(jobs: usize, compression: Compression) -> (Packed, Vec<u8>) {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    let (base, new) = trees();
    let seen = Mutex::new(0);
    let settings = Settings { compression, jobs };
    let plans = plan(&base, &new, &[], &[]);
    let packed = pack(plans.clone(), &BaseOnly(40), &store, settings, &Quiet as &dyn Events, &|_| {
        *seen.lock().expect("lock") += 1;
    });
    let packed = packed.expect("packs");
    assert_eq!((packed.reused, packed.layers.len(), *seen.lock().expect("lock")), (0, 1, 1));
    let again = pack(plans, &BaseOnly(40), &store, settings, &Quiet, &|_| ()).expect("packs");
    assert_eq!((again.reused, again.layers[0].digest), (1, packed.layers[0].digest));
    let mut bytes = Vec::new();
    packed.layers[0].blob.open().expect("open").read_to_end(&mut bytes).expect("read");
    (packed, bytes)
}

#[test]
fn bytes_do_not_depend_on_the_number_of_workers() {
    for compression in [Compression::default(), Compression::Zstd { level: 3 }] {
        let (one, bytes) = pack_with(1, compression);
        let (eight, _) = pack_with(8, compression);
        assert_eq!(one.layers[0].digest, eight.layers[0].digest);
        let mut tar_bytes = Vec::new();
        compression::sniffing_decoder(&bytes[..]).expect("decoder").read_to_end(&mut tar_bytes).expect("sound");
        assert_eq!(Digest::of(&tar_bytes), one.layers[0].diff_id.0);
        assert_eq!(tar_bytes.len() as u64, one.layers[0].tar_size);
        let mut archive = ::tar::Archive::new(&tar_bytes[..]);
        let names: Vec<String> = archive
            .entries()
            .expect("entries")
            .map(|e| String::from_utf8_lossy(&e.expect("entry").path_bytes()).into_owned())
            .collect();
        assert_eq!(names.len() as u64, one.layers[0].entries);
        assert_eq!(names[..5], [".wh.f3", ".wh.gone", "big", "dir/", "dir/link"]);
        // both names of the set that got a new one, together
        assert!(
            names.contains(&"f5".to_owned()) && names.contains(&"hard".to_owned()) && !names.contains(&"f4".to_owned())
        );
        assert!(names.contains(&"f10".to_owned()));
    }
}

#[test]
fn what_is_laid_over_the_base_is_the_new_tree() {
    let (_, bytes) = pack_with(2, Compression::default());
    let (mut base, new) = trees();
    let tar = compression::sniffing_decoder(&bytes[..]).expect("decoder");
    crate::rootfs::overlay::apply(&mut base, 1, tar, &|_, _| false, &mut BTreeMap::new()).expect("applies");
    let shape = |fs: &Rootfs| {
        fs.iter().map(|(p, _, n)| format!("{p} {}", crate::rootfs::dump::line_without_content(n))).collect::<Vec<_>>()
    };
    assert_eq!(shape(&base), shape(&new));
}

#[test]
fn a_base_layer_that_ends_early_is_an_error() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    let (base, new) = trees();
    let settings = Settings { compression: Compression::default(), jobs: 2 };
    let error =
        pack(plan(&base, &new, &[], &[]), &BaseOnly(20), &store, settings, &Quiet, &|_| ()).expect_err("too short");
    assert!(matches!(error, PackError::Missing { .. }), "{error}");
}

#[test]
fn packages_go_into_their_layers_and_directories_below_them() {
    let mut new = Rootfs::new();
    let of = |package: u32| Kind::File { size: 1, content: Content::Package { package: PackageId(package), file: 0 } };
    for (i, name) in ["gcc", "kernel-core", "kernel-devel"].iter().enumerate() {
        put(&mut new, &format!("usr/{name}/file"), of(i as u32), Origin::Package(PackageId(i as u32)));
    }
    put(&mut new, "etc/made", inline(b"1".to_vec()), Origin::Effect);
    let plans = plan(&Rootfs::new(), &new, &["toolchain", "kernel", "devel"], &[0, 1, 2]);
    let shape: Vec<_> = plans
        .iter()
        .map(|l| {
            (
                l.name.as_str(),
                l.head.iter().map(|s| s.paths[0].to_string()).collect::<Vec<_>>().join(" "),
                l.packages.len(),
            )
        })
        .collect();
    let want = [
        ("toolchain", "/usr /usr/gcc", 1),
        ("kernel", "/usr/kernel-core", 1),
        ("devel", "/usr/kernel-devel", 1),
        (SYSTEM, "/etc /etc/made", 0),
    ];
    assert_eq!(shape, want.map(|(n, h, c)| (n, h.to_owned(), c)));
}
