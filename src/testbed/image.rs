//! OCI images for a registry: layers out of made packages, a config, a manifest, an index. A plain stand-in for what
//! drydock itself builds, so that a base image exists before drydock has built anything.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;

use crate::{
    formats::{compression::Codec, tar},
    terms::{Arch, Digest},
};

use super::{
    compress::compress,
    files::{Kind, MadeFile},
    maker::Made,
    registry::Registry,
    spec::BUILD_TIME,
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// One layer's file: everything a tar entry says.
pub type Entry = MadeFile;

/// A file tree as a tar archive: sorted, parents first, hard links resolved, numeric owners by `ids`.
///
/// Paths are rewritten through directory symlinks of the same tree (`/lib` → `usr/lib`), as an installed system has them.
pub fn tar_of(files: &[Entry], ids: &dyn Fn(&str) -> u64) -> Vec<u8> {
    let links: BTreeMap<&str, &str> = files
        .iter()
        .filter_map(|f| if let Kind::Symlink(to) = &f.kind { Some((f.path.as_str(), to.as_str())) } else { None })
        .collect();
    let mut tree: BTreeMap<String, &Entry> = BTreeMap::new();
    for file in files.iter().filter(|f| !f.is_ghost()) {
        tree.insert(through_links(&file.path, &links), file);
    }
    let mut out = Vec::new();
    let mut first_of_set: BTreeMap<&str, String> = BTreeMap::new();
    for (path, file) in tree.iter().filter(|(path, _)| !path.is_empty()) {
        append(&mut out, path, file, ids, &mut first_of_set);
    }
    out.extend(tar::END_OF_ARCHIVE);
    out
}

/// Without the leading slash, and with a symlinked first component replaced.
fn through_links(path: &str, links: &BTreeMap<&str, &str>) -> String {
    let path = path.trim_end_matches('/');
    let cut = path[1.min(path.len())..].find('/').map(|i| i + 1);
    match cut.and_then(|cut| links.get(&path[..cut]).map(|to| (to, &path[cut..]))) {
        Some((to, rest)) => format!("{}{rest}", to.trim_start_matches('/')),
        None => path.trim_start_matches('/').to_owned(),
    }
}

fn append<'a>(
    out: &mut Vec<u8>,
    path: &str,
    file: &'a Entry,
    ids: &dyn Fn(&str) -> u64,
    first_of_set: &mut BTreeMap<&'a str, String>,
) {
    let (mut content, mut earlier) = (&[][..], None);
    if let (Kind::File(bytes), set) = (&file.kind, &file.hardlink) {
        earlier = set.as_deref().and_then(|set| first_of_set.get(set).cloned());
        if let (Some(set), None) = (set, &earlier) {
            first_of_set.insert(set, path.to_owned());
        }
        if earlier.is_none() {
            content = bytes;
        }
    }
    let kind = match (&file.kind, earlier) {
        (Kind::File(_), Some(first)) => tar::EntryKind::Hardlink(first.into_bytes()),
        (Kind::File(_), None) => tar::EntryKind::File,
        (Kind::Symlink(target), _) => tar::EntryKind::Symlink(target.clone().into()),
        (Kind::Character(major, minor), _) => tar::EntryKind::Char { major: (*major).into(), minor: (*minor).into() },
        (Kind::Block(major, minor), _) => tar::EntryKind::Block { major: (*major).into(), minor: (*minor).into() },
        (Kind::Fifo, _) => tar::EntryKind::Fifo,
        _ => tar::EntryKind::Directory,
    };
    out.extend(tar::header_blocks(&tar::Entry {
        path: path.as_bytes().to_vec(),
        kind,
        mode: file.mode.into(),
        uid: ids(&file.user) as u32,
        gid: ids(&file.group) as u32,
        size: content.len() as u64,
        mtime: i64::from(file.mtime.unwrap_or(BUILD_TIME)),
        xattrs: BTreeMap::new(),
    }));
    out.extend_from_slice(content);
    out.resize(out.len() + tar::padding(content.len() as u64), 0);
}

/// The files of several packages as one layer.
pub fn layer_of(packages: &[Made], more: &[Entry]) -> Vec<u8> {
    let files: Vec<Entry> = packages
        .iter()
        .flat_map(|p| {
            // Hard link sets are a package's own; set names of two packages must not meet.
            let name = &p.spec.nevra.name;
            p.spec.files.iter().cloned().map(move |mut f| {
                f.hardlink = f.hardlink.map(|set| format!("{name}/{set}"));
                f.mtime.get_or_insert(p.spec.build_time);
                f
            })
        })
        .chain(more.iter().cloned())
        .collect();
    tar_of(&files, &super::world::id_of)
}

/// An image of one architecture, ready for a registry.
#[derive(Clone, Debug)]
pub struct MadeImage {
    /// Its architecture.
    pub arch: Arch,
    /// The compressed layers, base first.
    pub layers: Vec<Bytes>,
    /// The config document.
    pub config: Bytes,
    /// The manifest document.
    pub manifest: Bytes,
}

impl MadeImage {
    /// From uncompressed layer archives. `codec` is gzip or zstd (or none).
    pub fn new(arch: Arch, tars: &[Vec<u8>], codec: Codec) -> Self {
        let diff_ids: Vec<String> = tars.iter().map(|t| Digest::of(t).to_string()).collect();
        let layers: Vec<Bytes> = tars.iter().map(|t| compress(codec, t).into()).collect();
        let config = json!({
            "created": "2024-01-01T00:00:00Z",
            "architecture": arch.oci(),
            "os": "linux",
            "config": {
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=oci"],
                "Cmd": ["/bin/bash"],
                "Labels": { "name": "testbed/base", "vendor": "drydock testbed" },
            },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": tars.iter().map(|_| json!({ "created": "2024-01-01T00:00:00Z", "created_by": "testbed" }))
                .collect::<Vec<_>>(),
        });
        let config = Bytes::from(config.to_string());
        let layer_type = match codec {
            Codec::None => "application/vnd.oci.image.layer.v1.tar",
            Codec::Zstd => "application/vnd.oci.image.layer.v1.tar+zstd",
            _ => "application/vnd.oci.image.layer.v1.tar+gzip",
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": layers.iter().map(|l| descriptor(layer_type, l)).collect::<Vec<_>>(),
        });
        Self { arch, layers, config, manifest: Bytes::from(manifest.to_string()) }
    }

    /// Puts the image into a registry; the manifest's digest.
    pub fn push(&self, registry: &Registry, repository: &str) -> Digest {
        for blob in self.layers.iter().chain([&self.config]) {
            registry.put_blob(repository, blob.clone());
        }
        registry.put_manifest(repository, None, MANIFEST, self.manifest.clone())
    }
}

fn descriptor(kind: &str, bytes: &[u8]) -> serde_json::Value {
    json!({ "mediaType": kind, "digest": Digest::of(bytes).to_string(), "size": bytes.len() })
}

/// Puts images of several architectures into a registry, under one index and a tag; the index's digest.
pub fn push_index(registry: &Registry, repository: &str, tag: &str, images: &[MadeImage]) -> Digest {
    let manifests: Vec<_> = images
        .iter()
        .map(|image| {
            image.push(registry, repository);
            let mut entry = descriptor(MANIFEST, &image.manifest);
            entry["platform"] = json!({ "architecture": image.arch.oci(), "os": "linux" });
            entry
        })
        .collect();
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    registry.put_manifest(repository, Some(tag), INDEX, index.to_string())
}
