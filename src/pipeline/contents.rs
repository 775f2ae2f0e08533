//! Bytes behind the tree: of base layers and packages, for stages that look into files and for packing.

use std::io::{self, BufReader, Read};

use crate::{
    fetch::Package,
    formats::{compression::sniffing_decoder, rpm::Payload, tar},
    layers::{PackError, Sources},
    rootfs::{Content, Contents, PackageId, overlay::Kept},
    store::{Blob, Verified},
    terms::DiffId,
};

/// Where the bytes of one image come from. Packages stand in transaction order.
#[derive(Debug)]
pub(super) struct ImageContents<'a> {
    pub kept: &'a Kept,
    pub blobs: &'a [Verified<Blob>],
    pub diff_ids: &'a [DiffId],
    pub packages: &'a [Verified<Package>],
}

impl ImageContents<'_> {
    fn package(&self, id: PackageId) -> io::Result<&Package> {
        self.packages
            .get(id.0 as usize)
            .map(|p| &**p)
            .ok_or_else(|| io::Error::other("no such package in the transaction"))
    }

    fn layer(&self, layer: u32) -> io::Result<Box<dyn Read + Send>> {
        let blob = self.blobs.get(layer as usize).ok_or_else(|| io::Error::other("no such layer in the base"))?;
        let file = blob.open().map_err(io::Error::other)?;
        sniffing_decoder(BufReader::with_capacity(256 << 10, file))
    }

    fn read_layer(&self, layer: u32, wanted: u32, limit: u64) -> io::Result<Vec<u8>> {
        let mut reader = tar::Reader::new(self.layer(layer)?);
        for entry in 0.. {
            let Some(found) = reader.next_entry().map_err(io::Error::other)? else { break };
            if entry == wanted {
                return bounded(&mut reader, found.size, limit);
            }
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn read_package(&self, id: PackageId, wanted: u32, limit: u64) -> io::Result<Vec<u8>> {
        let mut payload = self.package(id)?.payload().map_err(io::Error::other)?;
        while let Some(member) = payload.next().map_err(io::Error::other)? {
            if member.file == wanted as usize {
                return bounded(&mut payload, member.size, limit);
            }
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn bounded(from: &mut impl Read, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    if size > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(size as usize);
    from.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Contents for ImageContents<'_> {
    fn read(&self, content: &Content, limit: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            Content::Base { layer, entry } => match self.kept.get(&(*layer, *entry)) {
                Some(bytes) => Ok(bytes.to_vec()),
                None => self.read_layer(*layer, *entry, limit),
            },
            Content::Package { package, file } => self.read_package(*package, *file, limit),
        }
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
    let contents = ImageContents { kept: &kept, blobs: &[], diff_ids: &[], packages: &packages };
    let bytes = contents.read(&Content::Package { package: PackageId(0), file: index as u32 }, limit)?;
    Ok(Some(bytes))
}
