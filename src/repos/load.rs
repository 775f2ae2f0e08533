//! repomd, then primary, then a catalog; filelists only on demand.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufReader, Read},
    sync::Arc,
};

use futures_util::future::join_all;

use super::{Error, Fetch, RepoConfig};
use crate::{
    formats::{
        compression::sniffing_decoder,
        repodata::{Catalog, DataFile, Metalink, RepodataError, Repomd, owners_of, read_primary},
    },
    terms::{Digest, Hasher},
};

/// The most a `repomd.xml` or mirror list may have.
const SMALL: u64 = 4 << 20;
/// The most a decompressed metadata file may have where repomd does not say.
const OPEN_LIMIT: u64 = 4 << 30;
/// Mirrors tried.
const MAX_MIRRORS: usize = 20;

/// A loaded repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its configuration, variables expanded.
    pub config: RepoConfig,
    /// The address that answered; package locations are relative to it. Ends without a slash.
    pub url: String,
    /// Digest of `repomd.xml`: with it a lock pins everything below.
    pub repomd_digest: Digest,
    /// The list of metadata files.
    pub repomd: Repomd,
    /// The packages.
    pub catalog: Arc<Catalog>,
}

/// What became of one configuration.
#[derive(Debug)]
pub enum Loaded {
    /// It is there.
    Ready(Box<Repository>),
    /// It is not, and its configuration says to go on (`skip_if_unavailable`).
    Skipped {
        /// The repository's id.
        id: String,
        /// Why it is not there.
        error: Error,
    },
}

/// Loads repositories, all at the same time, parsing on threads of their own. Results are in the order of `configs`,
/// whose variables are expanded and of which all are loaded, enabled or not.
///
/// # Errors
/// The first (in that order) of a repository that may not be skipped.
pub async fn load(fetch: &impl Fetch, configs: &[RepoConfig]) -> Result<Vec<Loaded>, Error> {
    let results = join_all(configs.iter().map(|config| load_one(fetch, config))).await;
    let outcome = |(config, result): (&RepoConfig, Result<Repository, Error>)| match result {
        Ok(repository) => Ok(Loaded::Ready(Box::new(repository))),
        // Broken metadata is never skipped over: only absence is.
        Err(error @ (Error::Fetch { .. } | Error::NoAddress { .. })) if config.skip_if_unavailable => {
            Ok(Loaded::Skipped { id: config.id.clone(), error })
        }
        Err(error) => Err(error),
    };
    configs.iter().zip(results).map(outcome).collect()
}

async fn load_one(fetch: &impl Fetch, config: &RepoConfig) -> Result<Repository, Error> {
    let mut last = Error::NoAddress { repo: config.id.clone() };
    let metalink = metalink(fetch, config).await?;
    let urls = match &metalink {
        Some(metalink) => metalink.mirrors.iter().take(MAX_MIRRORS).cloned().collect(),
        None => addresses(fetch, config).await?,
    };
    for url in urls {
        let url = url.trim_end_matches('/').to_owned();
        let attempt = fetch.small(config, &join(&url, "repodata/repomd.xml"), SMALL).await;
        match attempt {
            // An old mirror, or a lying one.
            Ok(bytes) if metalink.as_ref().is_some_and(|m| !m.allows(&bytes)) => {
                let source = RepodataError::invalid("repomd.xml", "a checksum the metalink does not know, at", &url);
                last = Error::Metadata { repo: config.id.clone(), source };
            }
            Ok(bytes) => match from_repomd(fetch, config, url, &bytes).await {
                Err(error @ Error::Fetch { .. }) => last = error, // a mirror that is half there
                other => return other,
            },
            Err(source) => {
                last = Error::Fetch { repo: config.id.clone(), file: "repomd.xml".into(), source };
            }
        }
    }
    Err(last)
}

/// The metalink, where there is one and no `baseurl`.
async fn metalink(fetch: &impl Fetch, config: &RepoConfig) -> Result<Option<Metalink>, Error> {
    let Some(url) = config.metalink.as_ref().filter(|_| config.baseurls.is_empty()) else { return Ok(None) };
    let bytes = fetch.small(config, url, SMALL).await.map_err(|source| Error::Fetch {
        repo: config.id.clone(),
        file: "metalink".into(),
        source,
    })?;
    let parsed = Metalink::parse(bytes.as_slice());
    parsed.map(Some).map_err(|source| Error::Metadata { repo: config.id.clone(), source })
}

async fn addresses(fetch: &impl Fetch, config: &RepoConfig) -> Result<Vec<String>, Error> {
    let mut out = config.baseurls.clone();
    if let (true, Some(list)) = (out.is_empty(), &config.mirrorlist) {
        let bytes = fetch.small(config, list, SMALL).await.map_err(|source| Error::Fetch {
            repo: config.id.clone(),
            file: "mirrorlist".into(),
            source,
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let urls = text.lines().map(str::trim).filter(|l| l.contains("://") && !l.starts_with('#'));
        out.extend(urls.take(MAX_MIRRORS).map(str::to_owned));
    }
    Ok(out)
}

async fn from_repomd(fetch: &impl Fetch, config: &RepoConfig, url: String, bytes: &[u8]) -> Result<Repository, Error> {
    let metadata = |source| Error::Metadata { repo: config.id.clone(), source };
    let repomd = Repomd::parse(bytes).map_err(metadata)?;
    let primary = &repomd.data["primary"];
    let key = fact_key("catalog", primary, "");
    let known = fetch.recall("catalog-1", &key).and_then(|saved| Catalog::from_bytes(saved).ok());
    let catalog = match known {
        Some(catalog) => catalog,
        None => {
            let (reader, limit) = open(fetch, config, &url, primary).await?;
            let id = config.id.clone();
            let catalog = on_thread(&config.id, move || {
                let mut builder = Catalog::builder();
                read_primary(decoder(&id, "primary.xml", reader)?, limit, &mut builder)
                    .map_err(|source| Error::Metadata { repo: id, source })?;
                Ok(builder.finish())
            })
            .await?;
            fetch.remember("catalog-1", &key, catalog.bytes());
            catalog
        }
    };
    let (config, repomd_digest, catalog) = (config.clone(), Digest::of(bytes), Arc::new(catalog));
    Ok(Repository { config, url, repomd_digest, repomd, catalog })
}

impl Repository {
    /// Who owns these paths, by `filelists.xml`: per path the `pkgid`s of its owners. The answer is remembered.
    ///
    /// # Errors
    /// The file lists cannot be fetched or read, or the repository has none.
    pub async fn owners(
        &self,
        fetch: &impl Fetch,
        paths: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let id = &self.config.id;
        let Some(file) = self.repomd.data.get("filelists") else {
            let source = RepodataError::Missing { document: "repomd.xml", what: "the filelists file" };
            return Err(Error::Metadata { repo: id.clone(), source });
        };
        let question: String = paths.iter().flat_map(|p| [p.as_str(), "\n"]).collect();
        let key = fact_key("owners", file, &question);
        if let Some(known) = fetch.recall("owners-1", &key).and_then(|b| serde_json::from_slice(&b).ok()) {
            return Ok(known);
        }
        let (reader, limit) = open(fetch, &self.config, &self.url, file).await?;
        let (repo, wanted) = (id.clone(), paths.clone());
        let owners = on_thread(id, move || {
            owners_of(decoder(&repo, "filelists.xml", reader)?, limit, &wanted)
                .map_err(|source| Error::Metadata { repo, source })
        })
        .await?;
        let bytes = serde_json::to_vec(&owners).expect("strings become JSON");
        fetch.remember("owners-1", &key, &bytes);
        Ok(owners)
    }

    /// Address of a package file.
    pub fn package_url(&self, base: Option<&str>, location: &str) -> String {
        join(base.unwrap_or(&self.url), location)
    }
}

/// A key that changes with the file, the question, and the saved form.
fn fact_key(kind: &str, file: &DataFile, question: &str) -> Digest {
    let mut hasher = Hasher::new();
    let checksum = file.checksum.as_ref().map(ToString::to_string).unwrap_or_default();
    for part in [kind, &checksum, question] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finish()
}

/// A decompressed document.
pub(super) type Decoded = BufReader<Box<dyn Read + Send>>;

pub(super) type Bytes = Box<dyn Read + Send>;

pub(super) async fn open(
    fetch: &impl Fetch,
    config: &RepoConfig,
    url: &str,
    file: &DataFile,
) -> Result<(Bytes, u64), Error> {
    let checksum = file.checksum.as_ref().expect("Repomd::parse refuses primary and filelists without one");
    let url = join(file.base.as_deref().unwrap_or(url), &file.href);
    let reader = fetch.blob(config, &url, checksum, file.size).await.map_err(|source| Error::Fetch {
        repo: config.id.clone(),
        file: file.href.clone(),
        source,
    })?;
    Ok((reader, file.open_size.unwrap_or(OPEN_LIMIT).min(OPEN_LIMIT)))
}

pub(super) fn decoder(repo: &str, file: &str, reader: Bytes) -> Result<Decoded, Error> {
    let raw = BufReader::with_capacity(128 << 10, reader);
    let open = sniffing_decoder(raw).map_err(|source| Error::Decompress {
        repo: repo.to_owned(),
        file: file.to_owned(),
        source,
    })?;
    Ok(BufReader::with_capacity(128 << 10, open))
}

pub(super) async fn on_thread<T: Send + 'static>(
    repo: &str,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::Stopped { repo: repo.to_owned() }))
}

fn join(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}
