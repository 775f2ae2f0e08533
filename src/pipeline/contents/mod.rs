//! Bytes behind the tree: of base layers and packages, for stages that look into files and for packing.
//!
//! ```text
//! derive   facts about many files, remembered by package and layer
//! crew     the archives read once each, the files looked at on all cores
//! foresee  facts worked out while packages arrive
//! small    files that scriptlets look into, kept when a payload is decoded for one of them
//! ```

mod crew;
mod derive;
mod foresee;
mod small;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    io::{self, BufReader, Read},
    sync::Arc,
};

pub(super) use foresee::Foreseeing;
pub(super) use small::{Interest, interest, is_script};

use super::{Session, base::Base};
use crate::{
    fetch::{Package, Room},
    formats::{
        compression::sniffing_decoder,
        rpm::{Payload, PayloadError},
        tar,
    },
    layers::{PackError, Sources},
    rootfs::{Content, Contents, Look, PackageId, overlay::Kept},
    store::{Blob, Store, Verified},
    terms::DiffId,
};

/// An archive that files are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A base layer, from the lowest up.
    Layer(u32),
    Package(PackageId),
}

/// What is done with a regular file of a package: number, path without a slash in front, size, bytes.
type EachMember<'e> = dyn FnMut(u32, &[u8], u64, &mut dyn Read) -> io::Result<()> + 'e;

/// Where the bytes of one image come from. Packages stand in transaction order.
#[derive(Debug)]
pub(super) struct ImageContents<'a> {
    kept: &'a Kept,
    blobs: &'a [Verified<Blob>],
    diff_ids: &'a [DiffId],
    packages: &'a [Verified<Package>],
    /// Where facts outlive the session.
    store: Option<&'a Store>,
    /// Threads that look at files.
    jobs: usize,
    facts: derive::FactMemory,
    small: small::SmallMemory,
    /// For payloads that are decoded.
    room: &'a Room,
}

/// Bytes of decoded payloads on disk, at most: what the kernels and libraries of a toolkit take.
pub(super) const KEPT_PAYLOADS: u64 = 768 << 20;

struct PayloadOrLook(io::Error);

impl From<PayloadError> for PayloadOrLook {
    fn from(error: PayloadError) -> Self {
        Self(io::Error::other(error))
    }
}

impl<'a> ImageContents<'a> {
    /// Of an image on `base` with `packages`.
    pub fn new(session: &'a Session, base: &'a Base, packages: &'a [Verified<Package>], room: &'a Room) -> Self {
        Self {
            kept: &base.kept,
            blobs: &base.blobs,
            diff_ids: base.diff_ids(),
            packages,
            store: Some(&session.store),
            jobs: session.options.jobs.get(),
            facts: derive::FactMemory::default(),
            small: small::SmallMemory::default(),
            room,
        }
    }

    fn package(&self, id: PackageId) -> io::Result<&Package> {
        self.packages
            .get(id.0 as usize)
            .map(|p| &**p)
            .ok_or_else(|| io::Error::other("no such package in the transaction"))
    }

    fn blob(&self, layer: u32) -> io::Result<&Blob> {
        self.blobs.get(layer as usize).map(|b| &**b).ok_or_else(|| io::Error::other("no such layer in the base"))
    }

    fn layer(&self, layer: u32) -> io::Result<Box<dyn Read + Send>> {
        let file = self.blob(layer)?.open().map_err(io::Error::other)?;
        sniffing_decoder(BufReader::with_capacity(256 << 10, file))
    }

    /// Bytes of an archive in the store; 0 where it is not there.
    fn archive_size(&self, source: Source) -> u64 {
        let blob = match source {
            Source::Layer(layer) => self.blob(layer).ok(),
            Source::Package(id) => self.package(id).ok().map(|p| &*p.blob),
        };
        blob.map_or(0, Blob::size)
    }

    /// What an archive is, in a word: the checksum it was checked against.
    fn name_of(&self, source: Source) -> String {
        match source {
            Source::Layer(layer) => self.base_key(layer),
            Source::Package(id) => self.package_key(id),
        }
    }

    /// Reads an archive up to the last of the wanted files.
    fn stream(&self, source: Source, wanted: &BTreeSet<u32>, each: &mut crew::Each<'_>) -> io::Result<()> {
        let mut left = wanted.len();
        match source {
            Source::Layer(layer) => return stream_tar(tar::Reader::new(self.layer(layer)?), wanted, each),
            Source::Package(id) => {
                self.read_package_once(self.package(id)?, |payload| {
                    while let Some(member) = payload.next().map_err(io::Error::other)?.filter(|_| left > 0) {
                        if wanted.contains(&(member.file as u32)) {
                            left -= 1;
                            each(member.file as u32, member.size, payload)?;
                        }
                    }
                    Ok(())
                })?;
            }
        }
        if left == 0 { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Reads a package whole: each regular file that carries its bytes.
    fn members(&self, source: Source, each: &mut EachMember<'_>) -> io::Result<()> {
        let Source::Package(id) = source else { return Ok(()) };
        let package = self.package(id)?;
        self.read_package_once(package, |payload| each_member(package, payload, each))
    }

    /// Reads a payload; what is decoded for that is kept for packing, while there is room.
    fn read_package_once(
        &self,
        package: &Package,
        read: impl FnOnce(&mut Payload<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let scratch = self.store.map_or_else(|| Err(io::ErrorKind::NotFound.into()), Store::scratch);
        let read = |payload: &mut Payload<'_>| read(payload).map_err(PayloadOrLook);
        package.read_and_keep(scratch, self.room, read).map_err(|PayloadOrLook(error)| error)
    }

    fn bytes(&self, content: &Content, limit: u64) -> io::Result<Arc<[u8]>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.as_slice().into()),
            Content::Base { layer, entry } => match self.kept.get(&(*layer, *entry)) {
                Some(bytes) => Ok(Arc::clone(bytes)),
                None => self.read_one(Source::Layer(*layer), *entry, limit),
            },
            Content::Package { package, file } => self.read_package(Source::Package(*package), *file, limit),
        }
    }
}

/// Each regular file of a package that carries its bytes.
fn each_member(package: &Package, payload: &mut Payload<'_>, each: &mut EachMember<'_>) -> io::Result<()> {
    while let Some(member) = payload.next().map_err(io::Error::other)? {
        let entry = &package.files[member.file];
        if entry.is_regular() && member.size == entry.size {
            let path = entry.path.strip_prefix(b"/").unwrap_or(&entry.path);
            each(member.file as u32, path, member.size, payload)?;
        }
    }
    Ok(())
}

/// The wanted entries of a layer; read no further than the last of them.
fn stream_tar<R: Read>(
    mut reader: tar::Reader<R>,
    wanted: &BTreeSet<u32>,
    each: &mut crew::Each<'_>,
) -> io::Result<()> {
    let Some(last) = wanted.last() else { return Ok(()) };
    for entry in 0..=*last {
        let found = reader.next_entry().map_err(io::Error::other)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if wanted.contains(&entry) {
            each(entry, found.size, &mut reader)?;
        }
    }
    Ok(())
}

fn bounded(from: &mut (impl Read + ?Sized), size: u64, limit: u64) -> io::Result<Vec<u8>> {
    if size > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(size as usize);
    from.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Contents for ImageContents<'_> {
    fn read(&self, content: &Content, limit: u64) -> io::Result<Vec<u8>> {
        self.bytes(content, limit).map(|bytes| bytes.to_vec())
    }

    fn derive(&self, kind: &'static str, wanted: &[Content], look: &Look<'_>) -> io::Result<Vec<Arc<[u8]>>> {
        self.facts(kind, wanted, look)
    }
}

impl Sources for ImageContents<'_> {
    fn package(&self, id: PackageId) -> Result<Payload<'static>, PackError> {
        let name = || self.package_name(id);
        let package = self.package(id).map_err(|source| PackError::Read { what: name(), source })?;
        package.payload().map_err(|source| PackError::Payload { package: name(), source })
    }

    fn base(&self, layer: u32) -> Result<Box<dyn Read + Send>, PackError> {
        self.layer(layer).map_err(|source| PackError::Read { what: format!("layer {layer} of the base image"), source })
    }

    fn package_key(&self, id: PackageId) -> String {
        self.package(id).map(|p| p.blob.checksum().to_string()).unwrap_or_default()
    }

    fn base_key(&self, layer: u32) -> String {
        self.diff_ids.get(layer as usize).map(ToString::to_string).unwrap_or_default()
    }

    fn package_name(&self, id: PackageId) -> String {
        self.package(id).map(|p| p.nevra.to_string()).unwrap_or_default()
    }
}

/// A file of one package, by its packaged path; none if the package has no such regular file.
pub(super) fn file_of(package: &Verified<Package>, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(index) = package.files.iter().position(|f| f.is_regular() && !f.is_ghost() && f.path == path.as_bytes())
    else {
        return Ok(None);
    };
    let kept = Kept::new();
    let packages = [package.clone()];
    let room = Room::of(KEPT_PAYLOADS);
    let contents = ImageContents {
        kept: &kept,
        blobs: &[],
        diff_ids: &[],
        packages: &packages,
        store: None,
        jobs: 1,
        facts: derive::FactMemory::default(),
        small: small::SmallMemory::default(),
        room: &room,
    };
    let bytes = contents.read_one(Source::Package(PackageId(0)), index as u32, limit)?;
    Ok(Some(bytes.to_vec()))
}
