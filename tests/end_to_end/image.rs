//! Images read back by an independent reader: the `tar` crate, and nothing of drydock's own but its package database.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use drydock::{
    formats::{compression::sniffing_decoder, rpm::Tag},
    rpmdb,
};
use serde_json::Value;

/// A tar entry as it stands in a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: tar::EntryType,
    pub(crate) mode: u32,
    pub(crate) owner: (u64, u64),
    pub(crate) mtime: u64,
    pub(crate) link: String,
    pub(crate) xattrs: BTreeMap<String, Vec<u8>>,
    pub(crate) bytes: Vec<u8>,
}

/// One architecture's image in an OCI layout.
pub(crate) struct Image {
    pub(crate) manifest: Value,
    pub(crate) config: Value,
    /// Entries by path without slashes at either end, per layer.
    pub(crate) layers: Vec<BTreeMap<String, Entry>>,
}

fn blob(layout: &Path, descriptor: &Value) -> PathBuf {
    let digest = descriptor["digest"].as_str().expect("a digest");
    layout.join("blobs").join(digest.replace(':', "/"))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the layout is complete")).expect("JSON")
}

/// The image of an architecture, by its OCI name.
pub(crate) fn open(layout: &Path, arch: &str) -> Image {
    let index = json(&blob(layout, &json(&layout.join("index.json"))["manifests"][0]));
    let entries = index["manifests"].as_array().expect("an index");
    let of_arch = entries.iter().find(|m| m["platform"]["architecture"] == arch).expect("the architecture is there");
    let manifest = json(&blob(layout, of_arch));
    let config = json(&blob(layout, &manifest["config"]));
    let layers = manifest["layers"].as_array().expect("layers").iter().map(|l| layer(&blob(layout, l))).collect();
    Image { manifest, config, layers }
}

fn layer(path: &Path) -> BTreeMap<String, Entry> {
    let file = std::io::BufReader::new(fs::File::open(path).expect("the layout is complete"));
    let mut archive = tar::Archive::new(sniffing_decoder(file).expect("a codec"));
    let mut out = BTreeMap::new();
    for entry in archive.entries().expect("a tar archive") {
        let mut entry = entry.expect("a sound header");
        let xattrs = entry.pax_extensions().expect("sound records").into_iter().flatten().filter_map(|record| {
            let record = record.expect("a sound record");
            let name = record.key().expect("UTF-8").strip_prefix("SCHILY.xattr.")?;
            Some((name.to_owned(), record.value_bytes().to_vec()))
        });
        let xattrs = xattrs.collect();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("content");
        let header = entry.header();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches('/').to_owned();
        let seen = Entry {
            kind: header.entry_type(),
            mode: header.mode().expect("a number"),
            owner: (header.uid().expect("a number"), header.gid().expect("a number")),
            mtime: header.mtime().expect("a number"),
            link: entry.link_name_bytes().map(|l| String::from_utf8_lossy(&l).into_owned()).unwrap_or_default(),
            xattrs,
            bytes,
        };
        let path = text(&entry.path_bytes());
        assert!(out.insert(path.clone(), seen).is_none(), "{path} stands twice in one layer");
    }
    out
}

impl Image {
    /// The entry of the topmost layer that has the path.
    pub(crate) fn entry(&self, path: &str) -> Option<&Entry> {
        self.layers.iter().rev().find_map(|layer| layer.get(path))
    }

    /// As [`Image::entry`], which must be there.
    pub(crate) fn at(&self, path: &str) -> &Entry {
        self.entry(path).unwrap_or_else(|| panic!("no {path} in the image"))
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8_lossy(&self.at(path).bytes).into_owned()
    }

    /// The packages of its database, with their headers.
    pub(crate) fn packages(&self) -> Vec<rpmdb::Installed> {
        rpmdb::sqlite::read(&self.at("var/lib/rpm/rpmdb.sqlite").bytes).expect("a package database")
    }

    /// `NAME-[EPOCH:]VERSION-RELEASE.ARCH` of each, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.packages().iter().map(|p| p.header.nevra().expect("a name").to_string()).collect();
        names.sort();
        names
    }

    /// State of a file of an installed package, as rpm's database has it: 0 normal, 1 replaced, 2 not installed.
    pub(crate) fn state(&self, package: &str, path: &str) -> u8 {
        let all = self.packages();
        let package = all.iter().find(|p| p.header.text(Tag::NAME) == Some(package)).expect("it is installed");
        let files = package.header.files().expect("a file list");
        let at = files.iter().position(|f| f.path == path.as_bytes()).expect("the package has the file");
        package.header.raw(Tag::FILESTATES).expect("states").2[at]
    }
}
