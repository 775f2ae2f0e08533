//! The base image: its documents, its tree, its packages. Read once from its layers, never unpacked.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufReader,
    sync::Arc,
};

use super::{
    Error, Session,
    contents::{Interest, interest, is_script},
    database::Database,
    snapshot,
    source::ImageSource,
};
use crate::{
    formats::{
        compression::sniffing_decoder,
        oci::{Descriptor, Document, ImageConfig, Manifest},
    },
    lock::LockedBase,
    recipe,
    rootfs::{
        Content, Kind, Rootfs,
        overlay::{self, Kept},
    },
    store::{Blob, PublishBlob, Verified},
    terms::{Arch, DiffId, Epoch, Hasher, RootPath},
};

/// Configuration files are kept while their layer goes by, up to this size each.
const SMALL_FILE: u64 = 1 << 20;
/// Package databases are kept up to this size.
const DATABASE: u64 = 1 << 30;

/// The layers below, and what they hold.
#[derive(Debug)]
pub(super) struct Base {
    /// What the lock says of it; none for a build from nothing.
    pub locked: Option<LockedBase>,
    /// `REPOSITORY@DIGEST`, or `none`.
    pub name: String,
    /// Its config; that of an empty image from nothing.
    pub config: ImageConfig,
    /// Its layers as its manifest lists them, with where publishing finds them.
    pub layers: Vec<PublishBlob>,
    /// The same layers in the store.
    pub blobs: Vec<Verified<Blob>>,
    /// Its files.
    pub tree: Rootfs,
    /// Contents kept from its layers.
    pub kept: Kept,
    /// Its package database.
    pub database: Option<Database>,
}

impl Base {
    /// When it was made, as far as it says.
    pub fn epoch(&self) -> Epoch {
        let created = self.config.created.as_deref().and_then(Epoch::from_rfc3339);
        let built = self.database.iter().map(Database::newest_build_time).max();
        created.into_iter().chain(built).max().unwrap_or_default()
    }

    /// Digests of its layers' tar streams.
    pub fn diff_ids(&self) -> &[DiffId] {
        &self.config.rootfs.diff_ids
    }
}

/// Which manifest a recipe's base means for an architecture, without looking into its layers.
pub(super) fn locate(
    session: &Session,
    base: &recipe::Base,
    arch: Arch,
) -> Result<Option<(ImageSource, Manifest, LockedBase)>, Error> {
    let recipe::Base::Image { repository, digest } = base else { return Ok(None) };
    let source = ImageSource::pinned(repository, *digest)?;
    let (root, document) = source.root(session)?;
    let (raw, manifest) = select(session, &source, root, document, arch)?;
    source.is_taken(session, &[*digest, raw.digest().0])?;
    let locked = LockedBase {
        repository: repository.clone(),
        reference: *digest,
        manifest: raw.digest().0,
        media_type: raw.media_type().to_string(),
    };
    Ok(Some((source, manifest, locked)))
}

/// The manifest for an architecture, out of an index or a single image.
pub(super) fn select(
    session: &Session,
    source: &ImageSource,
    root: crate::formats::oci::RawDocument,
    document: Document,
    arch: Arch,
) -> Result<(crate::formats::oci::RawDocument, Manifest), Error> {
    match document {
        Document::Manifest(manifest) => Ok((root, manifest)),
        Document::Index(index) => {
            let missing = || Error::NoPlatform { image: source.name(), arch, platforms: index.platforms().join(", ") };
            let raw = source.document(session, index.select(arch).ok_or_else(missing)?)?;
            match raw.parse()? {
                Document::Manifest(manifest) => Ok((raw, manifest)),
                Document::Index(_) => Err(missing()),
            }
        }
    }
}

/// Reads a base whole: config, layers, tree, package database.
pub(super) fn open(session: &Session, base: &recipe::Base, arch: Arch) -> Result<Base, Error> {
    match locate(session, base, arch)? {
        None => Ok(nothing(arch)),
        Some((source, manifest, locked)) => read(session, &source, &manifest, arch, Some(locked)),
    }
}

/// An image of no layers.
fn nothing(arch: Arch) -> Base {
    let config = ImageConfig { architecture: arch.oci().to_owned(), os: "linux".to_owned(), ..ImageConfig::default() };
    Base {
        locked: None,
        name: "none".to_owned(),
        config,
        layers: Vec::new(),
        blobs: Vec::new(),
        tree: Rootfs::new(),
        kept: Kept::new(),
        database: None,
    }
}

/// Reads an image's config and layers.
pub(super) fn read(
    session: &Session,
    source: &ImageSource,
    manifest: &Manifest,
    arch: Arch,
    locked: Option<LockedBase>,
) -> Result<Base, Error> {
    let name = source.name();
    let config = ImageConfig::parse(&source.blob(session, &manifest.config)?.read(crate::formats::oci::CONFIG_LIMIT)?)?;
    if config.architecture != arch.oci() {
        return Err(Error::NoPlatform {
            image: name,
            arch,
            platforms: format!("{}/{}", config.os, config.architecture),
        });
    }
    let diff_ids = &config.rootfs.diff_ids;
    if diff_ids.len() != manifest.layers.len() {
        return Err(Error::LayerCount { image: name, layers: manifest.layers.len(), diff_ids: diff_ids.len() });
    }
    let guard = session.stage("base", format!("{name} {arch}"), manifest.layers.iter().map(|l| l.size).sum());
    let (mut layers, mut blobs) = (Vec::new(), Vec::new());
    for descriptor in &manifest.layers {
        blobs.push(source.blob(session, descriptor)?);
        layers.push(PublishBlob { descriptor: as_oci(descriptor), source: source.blob_source(session, descriptor)? });
    }
    let (tree, kept) = match snapshot::recall(session, diff_ids) {
        Some(known) => known,
        None => {
            let (mut tree, mut kept) = (Rootfs::new(), Kept::new());
            for (number, (blob, diff_id)) in blobs.iter().zip(diff_ids).enumerate() {
                lay(&mut tree, &mut kept, number, blob, diff_id, &name)?;
            }
            drop_binaries(&tree, &mut kept);
            snapshot::remember(session, diff_ids, &tree, &kept);
            (tree, kept)
        }
    };
    drop(guard);
    let database = Database::find(&tree, &kept, &name)?;
    Ok(Base { locked, name, config, layers, blobs, tree, kept, database })
}

/// Our manifests are OCI's, so Docker's layer types get their OCI names; the bytes are the same.
fn as_oci(descriptor: &Descriptor) -> Descriptor {
    Descriptor { media_type: descriptor.media_type.to_oci(), ..descriptor.clone() }
}

fn lay(
    tree: &mut Rootfs,
    kept: &mut Kept,
    number: usize,
    blob: &Blob,
    diff_id: &DiffId,
    image: &str,
) -> Result<(), Error> {
    let failed = |source| Error::BaseLayer { number: number + 1, image: image.to_owned(), source };
    let io = |e: std::io::Error| failed(overlay::OverlayError::Tar(e.into()));
    let mut stream = Hashing {
        inner: sniffing_decoder(BufReader::with_capacity(256 << 10, blob.open()?)).map_err(io)?,
        hasher: Hasher::new(),
    };
    overlay::apply(tree, number as u32, &mut stream, &is_kept, kept).map_err(failed)?;
    let actual = DiffId(stream.hasher.finish());
    if actual != *diff_id {
        return Err(Error::BaseDiffId {
            number: number + 1,
            image: image.to_owned(),
            expected: diff_id.to_string(),
            actual: actual.to_string(),
        });
    }
    Ok(())
}

/// Files that later stages and scriptlets look into: configuration, accounts, scripts, and the package database. Of programs
/// the small ones are taken here, and [`drop_binaries`] leaves the scripts.
fn is_kept(path: &RootPath, size: u64) -> bool {
    let under = |dir: &str| path.as_bytes().starts_with(dir.as_bytes());
    if crate::rpmdb::PATHS.iter().any(|dir| under(dir)) {
        return size <= DATABASE;
    }
    size <= SMALL_FILE && (under("etc/") || under("usr/lib/rpm/macros"))
        || interest(path.as_bytes(), size) != Interest::None
}

/// Forgets programs that are no scripts, and contents no file has any more: a layer above replaced it.
fn drop_binaries(tree: &Rootfs, kept: &mut Kept) {
    let mut wanted = BTreeSet::new();
    for (path, _, node) in tree.iter() {
        if let Kind::File { size, content: Content::Base { layer, entry } } = node.kind
            && let Some(bytes) = kept.get(&(layer, entry))
            && (interest(path.as_bytes(), size) != Interest::Script || is_script(bytes))
        {
            wanted.insert((layer, entry));
        }
    }
    kept.retain(|place, _| wanted.contains(place));
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Hasher,
}

impl<R: std::io::Read> std::io::Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hasher.update(&buf[..n]);
        Ok(n)
    }
}

/// Text of a kept file of the base, through its symlinks.
pub(super) fn text_of(base: &Base, path: &str) -> Option<Arc<[u8]>> {
    let path = RootPath::new(path).ok()?;
    let at = base.tree.follow(&path).ok()?.path;
    kept_content(&base.tree, &base.kept, &at)
}

/// A kept file's bytes at a resolved path.
pub(super) fn kept_content(
    tree: &Rootfs,
    kept: &BTreeMap<(u32, u32), Arc<[u8]>>,
    path: &RootPath,
) -> Option<Arc<[u8]>> {
    match &tree.get(path)?.kind {
        Kind::File { content: Content::Base { layer, entry }, .. } => kept.get(&(*layer, *entry)).cloned(),
        _ => None,
    }
}
