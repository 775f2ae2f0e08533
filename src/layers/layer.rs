//! A packed layer.

use super::compress::media_type;
use crate::{
    formats::oci::{Descriptor, MediaType},
    lock::Compression,
    store::{Blob, Verified},
    terms::{BlobDigest, DiffId},
};

/// A layer with both its digests: there is no way to have one without them.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The rule's name, for histories and tables.
    pub name: String,
    /// Digest of the tar stream.
    pub diff_id: DiffId,
    /// The compressed bytes in the store.
    pub blob: Verified<Blob>,
    /// Digest of the compressed bytes.
    pub digest: BlobDigest,
    /// How it is compressed.
    pub compression: Compression,
    /// Length of the tar stream.
    pub tar_size: u64,
    /// Number of entries, whiteouts included.
    pub entries: u64,
}

impl Layer {
    /// Its media type.
    pub fn media_type(&self) -> MediaType {
        media_type(self.compression)
    }

    /// As a manifest lists it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(self.media_type(), self.digest, self.blob.size())
    }
}
