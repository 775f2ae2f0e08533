//! Network and store as the repositories' module wants them.

use std::{collections::BTreeMap, io::Read};

use super::{Session, repositories::Configured};
use crate::{
    fetch::into_store,
    formats::openpgp::Keyring,
    net::Identity,
    repos::{Failure, Fetch, RepoConfig},
    store::Expected,
    terms::{Checksum, Digest},
};

/// A session, and as whom each repository is asked.
pub(super) struct Through<'a> {
    pub session: &'a Session,
    pub identities: BTreeMap<String, Identity>,
    metadata_keys: BTreeMap<String, Keyring>,
}

impl<'a> Through<'a> {
    pub(super) fn new(session: &'a Session, repos: &[Configured]) -> Self {
        let keys = |r: &Configured| Some((r.config.id.clone(), r.metadata_keys.clone()?));
        Self {
            session,
            identities: repos.iter().map(|r| (r.config.id.clone(), r.identity.clone())).collect(),
            metadata_keys: repos.iter().filter_map(keys).collect(),
        }
    }

    fn identity(&self, repo: &RepoConfig) -> Identity {
        self.identities.get(&repo.id).cloned().unwrap_or_default()
    }
}

impl Fetch for Through<'_> {
    async fn small(&self, repo: &RepoConfig, url: &str, limit: u64) -> Result<Vec<u8>, Failure> {
        self.session.client.get_small(url, &self.identity(repo), limit).await.map_err(Failure::new)
    }

    async fn blob(
        &self,
        repo: &RepoConfig,
        url: &str,
        checksum: &Checksum,
        size: Option<u64>,
    ) -> Result<Box<dyn Read + Send>, Failure> {
        let store = &self.session.store;
        let blob = match store.blob(checksum) {
            Some(blob) => blob,
            None => {
                let expected = Expected { checksum: checksum.clone(), size };
                let (client, identity) = (&self.session.client, self.identity(repo));
                into_store(client, store, url, &identity, expected, &|_| {}).await.map_err(Failure::new)?
            }
        };
        Ok(Box::new(blob.open().map_err(Failure::new)?))
    }

    fn vouch(&self, repo: &RepoConfig, document: &[u8], signature: &[u8]) -> Result<(), Failure> {
        let ring = self.metadata_keys.get(&repo.id).cloned().unwrap_or_default();
        ring.verify_file(signature, document).map(drop).map_err(Failure::new)
    }

    fn recall(&self, kind: &'static str, key: &Digest) -> Option<Vec<u8>> {
        self.session.store.recall(kind, key)
    }

    fn remember(&self, kind: &'static str, key: &Digest, value: &[u8]) {
        self.session.store.remember(kind, key, value).ok();
    }
}
