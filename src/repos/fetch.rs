//! Where bytes come from: the seam to network and store.

use std::{future::Future, io::Read};

use super::{Failure, RepoConfig};
use crate::terms::{Checksum, Digest};

/// Bytes for a repository. The pipeline implements it over the network client and the store; tests over a directory.
pub trait Fetch: Sync {
    /// A small file that nobody promised a checksum of (`repomd.xml`, a mirror list), at most `limit` bytes.
    fn small(&self, repo: &RepoConfig, url: &str, limit: u64) -> impl Future<Output = Result<Vec<u8>, Failure>> + Send;

    /// A file with this checksum, from the store or from `url` through the store. The reader gives verified bytes only.
    fn blob(
        &self,
        repo: &RepoConfig,
        url: &str,
        checksum: &Checksum,
        size: Option<u64>,
    ) -> impl Future<Output = Result<Box<dyn Read + Send>, Failure>> + Send;

    /// Whether this is `repomd.xml.asc`'s signature over `repomd.xml` by a key of the repository: asked where the
    /// configuration has `repo_gpgcheck`.
    ///
    /// # Errors
    /// Why it is not.
    fn vouch(&self, repo: &RepoConfig, document: &[u8], signature: &[u8]) -> Result<(), Failure>;

    /// A derived fact stored earlier, if it is there and whole.
    fn recall(&self, kind: &'static str, key: &Digest) -> Option<Vec<u8>>;

    /// Stores a derived fact; failing to is no failure.
    fn remember(&self, kind: &'static str, key: &Digest, value: &[u8]);
}
