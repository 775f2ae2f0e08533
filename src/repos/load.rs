//! repomd, then primary, then a catalog; filelists only on demand.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufReader, Read},
    sync::Arc,
};

use futures_util::future::join_all;

use super::{
    Error, Fetch, Mirrors, RepoConfig,
    mirrors::{SMALL, mirrors},
    places::{self, addresses},
};
use crate::{
    formats::{
        compression::sniffing_decoder,
        repodata::{Catalog, DataFile, RepodataError, Repomd, owners_of, read_primary},
    },
    terms::{Class, Digest, Fault, Hasher},
};

/// The most a signature file may have.
const SIGNATURE: u64 = 1 << 20;
/// The most a decompressed metadata file may have where repomd does not say.
const OPEN_LIMIT: u64 = 4 << 30;

/// A loaded repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its configuration, variables expanded.
    pub config: RepoConfig,
    /// Its addresses, the one that answered first; package locations are relative to them. Without a slash at the end.
    pub mirrors: Vec<String>,
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
        // As dnf: for any reason, broken metadata among them. A full disk of our own is none.
        Err(error) if config.skip_if_unavailable && error.class() != Class::Internal => {
            Ok(Loaded::Skipped { id: config.id.clone(), error })
        }
        Err(error) => Err(error),
    };
    configs.iter().zip(results).map(outcome).collect()
}

/// Asks one mirror after the other for the repository's state and all that belongs to it.
async fn load_one(fetch: &impl Fetch, config: &RepoConfig) -> Result<Repository, Error> {
    let mut found = mirrors(fetch, config).await?;
    let tried = found.bases.len();
    let mut last = Error::NoAddress { repo: config.id.clone() };
    for _ in 0..tried {
        match at_mirror(fetch, config, &found).await {
            // Neither another mirror nor another try helps.
            Err(error @ Error::Stopped { .. }) => return Err(error),
            Err(error) => {
                tracing::debug!(repo = config.id, mirror = crate::terms::stripped(&found.bases[0]), %error, "next mirror");
                last = error;
            }
            ready => return ready,
        }
        // A mirror that is half there may still have what others lack.
        found.bases.rotate_left(1);
    }
    match tried {
        1 => Err(last),
        _ => Err(Error::Mirrors { repo: config.id.clone(), tried, source: Box::new(last) }),
    }
}

/// The repository as the first of its mirrors has it.
async fn at_mirror(fetch: &impl Fetch, config: &RepoConfig, found: &Mirrors) -> Result<Repository, Error> {
    let repo = || config.id.clone();
    let url = places::join(&found.bases[0], "repodata/repomd.xml");
    let fetched = fetch.small(config, &url, SMALL).await;
    let bytes = fetched.map_err(|source| Error::Fetch { repo: repo(), file: "repomd.xml".into(), source })?;
    // An old mirror, or a lying one.
    if found.metalink.as_ref().is_some_and(|m| !m.allows(&bytes)) {
        return Err(Error::Stale { repo: repo() });
    }
    if config.repo_gpgcheck {
        let fetched = fetch.small(config, &format!("{url}.asc"), SIGNATURE).await;
        let signature = fetched.map_err(|source| Error::Unsigned { repo: repo(), source })?;
        fetch.vouch(config, &bytes, &signature).map_err(|source| Error::Signature { repo: repo(), source })?;
    }
    from_repomd(fetch, config, found.bases.clone(), &bytes).await
}

async fn from_repomd(
    fetch: &impl Fetch,
    config: &RepoConfig,
    mirrors: Vec<String>,
    bytes: &[u8],
) -> Result<Repository, Error> {
    let metadata = |source| Error::Metadata { repo: config.id.clone(), source };
    let repomd = Repomd::parse(bytes).map_err(metadata)?;
    let primary = &repomd.data["primary"];
    let key = fact_key("catalog", primary, "");
    let known = fetch.recall("catalog-1", &key).and_then(|saved| Catalog::from_bytes(saved).ok());
    let catalog = match known {
        Some(catalog) => catalog,
        None => {
            let (reader, limit) = open(fetch, config, &mirrors, primary).await?;
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
    Ok(Repository { config, mirrors, repomd_digest, repomd, catalog })
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
        let (reader, limit) = open(fetch, &self.config, &self.mirrors, file).await?;
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

    /// Addresses of a package file, to be tried in this order.
    ///
    /// # Errors
    /// The metadata places it where no file of a repository may be.
    pub fn package_urls(&self, base: Option<&str>, location: &str) -> Result<Vec<String>, Error> {
        let refused = |source| Error::Location { repo: self.config.id.clone(), source };
        addresses(&self.mirrors, base, location).map_err(refused)
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

/// A metadata file, verified, from the first mirror that has it whole.
pub(super) async fn open(
    fetch: &impl Fetch,
    config: &RepoConfig,
    mirrors: &[String],
    file: &DataFile,
) -> Result<(Bytes, u64), Error> {
    let repo = || config.id.clone();
    let checksum = file.checksum.as_ref().expect("Repomd::parse refuses primary and filelists without one");
    let urls = addresses(mirrors, file.base.as_deref(), &file.href)
        .map_err(|source| Error::Location { repo: repo(), source })?;
    let mut last = Error::NoAddress { repo: repo() };
    for url in urls {
        match fetch.blob(config, &url, checksum, file.size).await {
            Ok(reader) => return Ok((reader, file.open_size.unwrap_or(OPEN_LIMIT).min(OPEN_LIMIT))),
            Err(source) => {
                let ours = source.class() == Class::Internal;
                last = Error::Fetch { repo: repo(), file: file.href.clone(), source };
                if ours {
                    break; // a full disk is full for every mirror
                }
            }
        }
    }
    Err(last)
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
