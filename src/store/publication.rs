//! An image that is ready to leave: documents as bytes, and where each blob is to be had.
//!
//! It lives here because both ways out, `registry` and `layout`, take it, and neither knows the other.

use super::{Blob, Verified};
use crate::formats::oci::{Descriptor, RawDocument};

/// Everything a destination needs, in the order it must arrive: blobs, then manifests, then the index.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The document that tags name: an index, or the one manifest of an image for one platform (then `manifests` is
    /// empty).
    pub index: RawDocument,
    /// The manifests the index lists, in its order.
    pub manifests: Vec<RawDocument>,
    /// Configs and layers of all manifests; the same digest may come more than once.
    pub blobs: Vec<PublishBlob>,
}

/// One config or layer.
#[derive(Clone, Debug)]
pub struct PublishBlob {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// Where its bytes are.
    pub source: BlobSource,
}

/// Where a blob's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobSource {
    /// In the store.
    Store(Verified<Blob>),
    /// In a registry, and perhaps in the store too: layers of a base image. The same registry mounts them; for any
    /// other place they are pulled through the store.
    Registry {
        /// `host[:port]`, as in a reference.
        host: String,
        /// The repository's path.
        repository: String,
    },
}
