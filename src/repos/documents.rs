//! Metadata beside the packages: modules and groups.

use super::{Error, Fetch, Repository, load};
use crate::formats::repodata::{AdvisoryLimits, Collection, Comps, Modules, RepodataError};

/// Types under which repositories list their groups.
const GROUPS: [&str; 3] = ["group", "group_gz", "group_xz"];

impl Repository {
    /// What its `modules.yaml` says; nothing where it has none.
    ///
    /// # Errors
    /// The file cannot be fetched, decompressed or read.
    pub async fn modules(&self, fetch: &impl Fetch) -> Result<Modules, Error> {
        let bytes = self.document(fetch, &["modules"], "modules.yaml", Modules::read).await?;
        Ok(bytes.unwrap_or_default())
    }

    /// Its groups; nothing where it has none.
    ///
    /// # Errors
    /// As for [`Repository::modules`].
    pub async fn comps(&self, fetch: &impl Fetch) -> Result<Comps, Error> {
        let bytes = self.document(fetch, &GROUPS, "comps.xml", Comps::read).await?;
        Ok(bytes.unwrap_or_default())
    }

    /// The packages of the advisories asked for; none where it has no `updateinfo.xml`.
    ///
    /// # Errors
    /// As for [`Repository::modules`].
    pub async fn advisories(&self, fetch: &impl Fetch, limits: &AdvisoryLimits) -> Result<Vec<Collection>, Error> {
        let limits = limits.clone();
        let read = move |bytes| limits.read(bytes);
        Ok(self.document(fetch, &["updateinfo"], "updateinfo.xml", read).await?.unwrap_or_default())
    }

    /// Whether all documents can be had that dnf fetches before it uses a repository; drydock itself needs few of them.
    ///
    /// # Errors
    /// The first that cannot.
    pub async fn is_whole(&self, fetch: &impl Fetch) -> Result<(), Error> {
        for kind in [&["filelists"][..], &["modules"], &GROUPS, &["updateinfo"]] {
            let found = kind.iter().find_map(|kind| self.repomd.data.get(*kind)).filter(|file| file.checksum.is_some());
            if let Some(file) = found {
                load::open(fetch, &self.config, &self.mirrors, file).await?;
            }
        }
        Ok(())
    }

    async fn document<T: Send + 'static>(
        &self,
        fetch: &impl Fetch,
        kinds: &[&str],
        name: &'static str,
        read: impl FnOnce(load::Decoded) -> Result<T, RepodataError> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let repo = self.config.id.clone();
        let metadata = |repo: &str, source| Error::Metadata { repo: repo.to_owned(), source };
        let Some(file) = kinds.iter().find_map(|kind| self.repomd.data.get(*kind)) else { return Ok(None) };
        if file.checksum.is_none() {
            let what = "a usable checksum of modules or groups";
            return Err(metadata(&repo, RepodataError::Missing { document: "repomd.xml", what }));
        }
        let (reader, _) = load::open(fetch, &self.config, &self.mirrors, file).await?;
        let document = load::on_thread(&self.config.id, move || {
            read(load::decoder(&repo, name, reader)?).map_err(|source| metadata(&repo, source))
        });
        document.await.map(Some)
    }
}
