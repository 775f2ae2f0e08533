//! Whose packages are taken: keys of repositories, of the command line, and those the base image carries.

use std::{collections::BTreeMap, path::Path};

use super::{
    Error, Session,
    base::{self, Base},
    options::RecipeOptions,
    repositories::Configured,
    session::read_local,
};
use crate::{
    fetch::Trust,
    formats::openpgp::{CryptoPolicy, Keyring},
    net::Identity,
    terms::{Digest, RootPath},
};

/// Key files are read up to this size.
const KEY_LIMIT: u64 = 4 << 20;

/// Whose packages are taken, per repository.
pub(super) struct Trusts {
    by_repo: BTreeMap<String, Trust>,
}

impl Trusts {
    /// Keys of the repository, of the command line, and those the base image carries (`/etc/pki/rpm-gpg`, its database).
    pub(super) fn gather(
        session: &Session,
        recipe: Option<&RecipeOptions>,
        repos: &[Configured],
        base: &Base,
    ) -> Result<Self, Error> {
        let directory = recipe.map_or(Path::new("."), |r| r.recipe.directory());
        let mut common = common(session, Some(base))?;
        common.extend(keys_of(base));
        let mut by_repo = BTreeMap::new();
        if session.options.no_gpgcheck {
            session.warn("packages are taken without checking their signatures");
        }
        for repo in repos {
            let trust = if session.options.no_gpgcheck || !repo.config.gpgcheck {
                Trust::Anyone
            } else {
                let mut ring = common.clone();
                own_keys(session, directory, repo, Some(base), &mut ring)?;
                Trust::Keys(ring)
            };
            by_repo.insert(repo.config.id.clone(), trust);
        }
        Ok(Self { by_repo })
    }

    /// For packages of a repository. Signatures that nobody could check are an error before the first download.
    pub(super) fn of(&self, repo: &str) -> Result<&Trust, Error> {
        match self.by_repo.get(repo) {
            Some(Trust::Keys(ring)) if ring.is_empty() => Err(Error::NoKeys { repo: repo.to_owned() }),
            Some(trust) => Ok(trust),
            None => Err(Error::NoKeys { repo: repo.to_owned() }),
        }
    }

    /// Fingerprints trusted for a repository, sorted; none where nothing is checked.
    pub(super) fn fingerprints(&self, repo: &str) -> Vec<String> {
        let Some(Trust::Keys(ring)) = self.by_repo.get(repo) else { return Vec::new() };
        let mut prints: Vec<String> = ring.certs().iter().map(|c| c.fingerprint.clone()).collect();
        prints.sort_unstable();
        prints.dedup();
        prints
    }
}

/// Keys of the command line, under the policy that counts.
fn common(session: &Session, base: Option<&Base>) -> Result<Keyring, Error> {
    let mut ring = Keyring::default().under(crypto_policy(session, base));
    for name in &session.options.gpgkeys {
        ring.extend(load_key(session, &session.identity(), Path::new("."), name, None)?);
    }
    Ok(ring)
}

fn own_keys(
    session: &Session,
    directory: &Path,
    repo: &Configured,
    base: Option<&Base>,
    ring: &mut Keyring,
) -> Result<(), Error> {
    for name in &repo.config.gpgkeys {
        ring.extend(load_key(session, &repo.identity, directory, name, base)?);
    }
    Ok(())
}

/// Loads the keys of repositories that have to be signed themselves. As with dnf, the keys of the base do not count for that.
pub(super) fn of_metadata(
    session: &Session,
    directory: &Path,
    repos: &mut [Configured],
    base: Option<&Base>,
) -> Result<(), Error> {
    for repo in repos.iter_mut().filter(|r| r.config.repo_gpgcheck) {
        if session.options.no_gpgcheck {
            repo.config.repo_gpgcheck = false;
            continue;
        }
        let mut ring = common(session, base)?;
        own_keys(session, directory, repo, base, &mut ring)?;
        repo.metadata_keys = Some(ring);
    }
    Ok(())
}

/// The crypto policy that signatures are judged by: as the user says, else as the base image is configured, else the default
/// of RHEL 9.
pub(super) fn crypto_policy(session: &Session, base: Option<&Base>) -> CryptoPolicy {
    let text = |path| base.and_then(|base| base::text_of(base, path)).unwrap_or_default();
    let release = String::from_utf8_lossy(&text("etc/os-release")).into_owned();
    let release = release_of(&release).unwrap_or(NEWEST);
    match &session.options.crypto_policy {
        Some(name) => CryptoPolicy::of(name, release),
        None => CryptoPolicy::configured(&String::from_utf8_lossy(&text("etc/crypto-policies/config")), release)
            .unwrap_or_default(),
    }
}

/// The release whose rules count where the base is nothing of RHEL's kind.
const NEWEST: u32 = 9;

/// The major release of RHEL that an os-release is of, or is like.
fn release_of(os_release: &str) -> Option<u32> {
    let get = |key: &str| os_release.lines().find_map(|l| l.strip_prefix(key)).map(|v| v.trim().trim_matches('"'));
    let like = [get("ID="), get("ID_LIKE=")].into_iter().flatten().any(|ids| ids.split(' ').any(|id| id == "rhel"));
    let version = get("VERSION_ID=").filter(|_| like)?;
    version.split('.').next()?.parse().ok()
}

/// A key by file name, URL or armoured text. Where `file:///etc/pki/rpm-gpg/…` is meant, the base's file goes first.
fn load_key(
    session: &Session,
    identity: &Identity,
    directory: &Path,
    name: &str,
    base: Option<&Base>,
) -> Result<Keyring, Error> {
    let installed = name.strip_prefix("file:///").filter(|path| path.starts_with("etc/pki/"));
    let installed = installed.and_then(|path| base.and_then(|base| base::text_of(base, path)));
    let bytes = if let Some(bytes) = installed {
        bytes.to_vec()
    } else if name.contains("-----BEGIN PGP") {
        name.as_bytes().to_vec()
    } else if name.contains("://") {
        fetch_key(session, identity, name)?
    } else {
        read_local(&directory.join(name))?
    };
    let shown = crate::terms::stripped(name.lines().next().unwrap_or_default());
    Keyring::parse(&bytes).map_err(|source| Error::Key { name: shown, source })
}

/// A key by URL. It is remembered, so that an offline build finds it; which keys count is the lock's to say.
fn fetch_key(session: &Session, identity: &Identity, url: &str) -> Result<Vec<u8>, Error> {
    let key = Digest::of(url.as_bytes());
    if session.options.offline
        && !url.starts_with("file:")
        && let Some(known) = session.store.recall("key", &key)
    {
        return Ok(known);
    }
    let bytes = session.wait(session.client.get_small(url, identity, KEY_LIMIT))?;
    session.store.remember("key", &key, &bytes)?;
    Ok(bytes)
}

/// Keys the base trusts already. One that does not parse is the base's business: it is passed over.
fn keys_of(base: &Base) -> Keyring {
    let mut ring = Keyring::default();
    let dir = RootPath::new("etc/pki/rpm-gpg").expect("a valid path");
    let files = base.tree.below(&dir).filter_map(|(path, _)| base::kept_content(&base.tree, &base.kept, path));
    for bytes in files {
        Keyring::parse(&bytes).map(|keys| ring.extend(keys)).ok();
    }
    for text in base.database.iter().flat_map(|d| d.keys()) {
        Keyring::parse(text.as_bytes()).map(|keys| ring.extend(keys)).ok();
    }
    ring
}
