//! The recipe's repositories, ready to be asked: addresses, identities, keys.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use super::{Error, Session, base::Base, options::RecipeOptions, session::read_local};
use crate::{
    fetch::Trust,
    formats::openpgp::Keyring,
    net::{ClientCertificate, Identity, Sink, SinkFault},
    recipe::{ArchPlan, RepoPlan, RepoUrl},
    repos::{Failure, Fetch, RepoConfig, Variables},
    rhsm,
    store::{Expected, Writer},
    terms::{Checksum, Digest, Secret},
};

/// Key files are read up to this size.
const KEY_LIMIT: u64 = 4 << 20;

/// A repository with whom to be to reach it, and whose packages to take from it.
#[derive(Clone, Debug)]
pub(super) struct Configured {
    /// Its configuration, variables expanded.
    pub config: RepoConfig,
    /// As whom it is asked.
    pub identity: Identity,
}

/// The repositories of a plan and of `.repo` files, in that order.
pub(super) fn configure(
    session: &Session,
    recipe: &RecipeOptions,
    plan: &ArchPlan,
    base: &Base,
) -> Result<Vec<Configured>, Error> {
    let releasever = plan.releasever.clone().or_else(|| releasever_of(base));
    let variables = Variables::new(plan.arch, releasever.as_deref());
    let from_files = from_files(session, &recipe.repo_files, &variables)?;
    let mut out = Vec::new();
    for repo in &plan.repos {
        if let Some(file) = from_files.iter().find(|f| f.config.id == repo.id) {
            out.push(file.clone());
            continue;
        }
        match from_plan(session, recipe.recipe.directory(), repo, &variables) {
            Ok(configured) => out.push(configured),
            // A subscription of its own that is not there is as good as a server that is not.
            Err(Error::Entitlement(e @ rhsm::Error::NotGranted { .. })) if repo.skip_if_unavailable => {
                session.note(format!("repository {} is left out for {}: {e}", repo.id, plan.arch));
            }
            Err(e) => return Err(e),
        }
    }
    if out.is_empty() && !plan.packages.install.is_empty() {
        return Err(Error::NoRepositories { arch: plan.arch });
    }
    Ok(out)
}

/// The effective recipe of every architecture, with the repositories of `.repo` files among its own: so a lock notices when
/// they change.
pub(super) fn plans(options: &RecipeOptions) -> Result<Vec<ArchPlan>, Error> {
    let mut plans = options.recipe.plan(&options.overrides)?;
    for path in &options.repo_files {
        let text = String::from_utf8_lossy(&read_local(path)?).into_owned();
        for config in RepoConfig::parse_file(&path.display().to_string(), &text)?.into_iter().filter(|c| c.enabled) {
            let url = config.baseurls.first().or(config.mirrorlist.as_ref()).or(config.metalink.as_ref()).cloned();
            let repo = RepoPlan {
                id: config.id,
                label: None,
                baseurl: url.map(RepoUrl::new),
                priority: config.priority,
                cost: config.cost,
                gpgcheck: config.gpgcheck,
                gpgkeys: config.gpgkeys,
                sslcacert: config.sslcacert,
                sslclientcert: config.sslclientcert,
                sslclientkey: config.sslclientkey,
                excludepkgs: config.excludepkgs,
                includepkgs: config.includepkgs,
                module_hotfixes: config.module_hotfixes,
                skip_if_unavailable: config.skip_if_unavailable,
            };
            plans.iter_mut().for_each(|plan| plan.repos.push(repo.clone()));
        }
    }
    Ok(plans)
}

/// Enabled repositories of `.repo` files.
pub(super) fn from_files(
    session: &Session,
    files: &[PathBuf],
    variables: &Variables,
) -> Result<Vec<Configured>, Error> {
    let mut out = Vec::new();
    for path in files {
        let text = String::from_utf8_lossy(&read_local(path)?).into_owned();
        for config in RepoConfig::parse_file(&path.display().to_string(), &text)?.iter().filter(|c| c.enabled) {
            let config = config.expanded(variables);
            let file = |name: &Option<String>| name.as_deref().map(PathBuf::from);
            let tls = [&config.sslcacert, &config.sslclientcert, &config.sslclientkey].map(file);
            let identity = identity(session, tls, config.sslverify)?;
            out.push(Configured { config, identity });
        }
    }
    Ok(out)
}

/// One repository by URL, as `--repo ID=URL` of `resolve` gives it.
pub(super) fn by_url(session: &Session, id: &str, url: &str, variables: &Variables) -> Configured {
    Configured { config: RepoConfig::new(id, url).expanded(variables), identity: session.identity() }
}

fn from_plan(session: &Session, directory: &Path, repo: &RepoPlan, variables: &Variables) -> Result<Configured, Error> {
    let Some(url) = &repo.baseurl else {
        return super::entitled::by_label(session, repo, variables);
    };
    let local = |name: &Option<String>| name.as_ref().map(|n| directory.join(n));
    let identity = identity(session, [&repo.sslcacert, &repo.sslclientcert, &repo.sslclientkey].map(local), true)?;
    Ok(Configured { config: settings(repo, url.expose()).expanded(variables), identity })
}

/// A plan's repository at an address.
pub(super) fn settings(repo: &RepoPlan, url: &str) -> RepoConfig {
    RepoConfig {
        priority: repo.priority,
        cost: repo.cost,
        gpgcheck: repo.gpgcheck,
        gpgkeys: repo.gpgkeys.clone(),
        excludepkgs: repo.excludepkgs.clone(),
        includepkgs: repo.includepkgs.clone(),
        module_hotfixes: repo.module_hotfixes,
        skip_if_unavailable: repo.skip_if_unavailable,
        ..RepoConfig::new(repo.id.clone(), url)
    }
}

/// CA, certificate and key by file; without a certificate the session's is used.
fn identity(session: &Session, [ca, cert, key]: [Option<PathBuf>; 3], verify: bool) -> Result<Identity, Error> {
    let mut identity = match &cert {
        None => session.identity(),
        Some(cert) => {
            let pem = read_local(cert)?;
            let key_pem = key.as_deref().map(read_local).transpose()?.map(Secret::new);
            let key_name = key.as_ref().map(|k| k.display().to_string());
            let key = key_name.as_deref().zip(key_pem.as_ref());
            Identity::anonymous()
                .with_certificate(ClientCertificate::from_pem((&cert.display().to_string(), &pem), key)?)
        }
    };
    if let Some(ca) = ca {
        identity = identity.with_authorities(&ca.display().to_string(), &read_local(&ca)?)?;
    }
    Ok(if verify { identity } else { identity.insecure() })
}

/// `$releasever` as dnf finds it: the version of what provides `system-release` in the base.
pub(super) fn releasever_of(base: &Base) -> Option<String> {
    use crate::formats::rpm::Relation;
    let database = base.database.as_ref()?;
    let provides = |p: &crate::rpmdb::Installed| p.header.dependencies(Relation::Provides).unwrap_or_default();
    let release = database.named().find(|(p, _)| provides(p).iter().any(|d| d.name == "system-release"))?;
    Some(release.1.evr.version)
}

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
        let mut common = Keyring::default();
        for name in &session.options.gpgkeys {
            common.extend(load_key(session, &session.identity(), Path::new("."), name)?);
        }
        common.extend(keys_of(base));
        let mut by_repo = BTreeMap::new();
        for repo in repos {
            let trust = if session.options.no_gpgcheck || !repo.config.gpgcheck {
                Trust::Anyone
            } else {
                let mut ring = common.clone();
                for name in &repo.config.gpgkeys {
                    ring.extend(load_key(session, &repo.identity, directory, name)?);
                }
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

/// A key by file name, URL or armoured text.
fn load_key(session: &Session, identity: &Identity, directory: &Path, name: &str) -> Result<Keyring, Error> {
    let bytes = if name.contains("-----BEGIN PGP") {
        name.as_bytes().to_vec()
    } else if name.contains("://") {
        fetch_key(session, identity, name)?
    } else {
        read_local(&directory.join(name))?
    };
    let shown = crate::net::redacted(name.lines().next().unwrap_or_default());
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
    let dir = crate::terms::RootPath::new("etc/pki/rpm-gpg").expect("a valid path");
    let files = base.tree.below(&dir).filter_map(|(path, _)| super::base::kept_content(&base.tree, &base.kept, path));
    for bytes in files {
        Keyring::parse(&bytes).map(|keys| ring.extend(keys)).ok();
    }
    for text in base.database.iter().flat_map(|d| d.keys()) {
        Keyring::parse(text.as_bytes()).map(|keys| ring.extend(keys)).ok();
    }
    ring
}

/// Network and store as the repositories' module wants them.
pub(super) struct Through<'a> {
    pub session: &'a Session,
    pub identities: BTreeMap<String, Identity>,
}

impl<'a> Through<'a> {
    pub(super) fn new(session: &'a Session, repos: &[Configured]) -> Self {
        Self { session, identities: repos.iter().map(|r| (r.config.id.clone(), r.identity.clone())).collect() }
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
                let writer = store.writer(Expected { checksum: checksum.clone(), size }).map_err(Failure::new)?;
                let mut sink = IntoStore(writer);
                self.session.client.download(url, &self.identity(repo), &mut sink).await.map_err(Failure::new)?;
                sink.0.commit().map_err(Failure::new)?
            }
        };
        Ok(Box::new(blob.open().map_err(Failure::new)?))
    }

    fn recall(&self, kind: &'static str, key: &Digest) -> Option<Vec<u8>> {
        self.session.store.recall(kind, key)
    }

    fn remember(&self, kind: &'static str, key: &Digest, value: &[u8]) {
        self.session.store.remember(kind, key, value).ok();
    }
}

/// A store's writer as the network's sink.
struct IntoStore(Writer);

impl Sink for IntoStore {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        self.0.append(bytes).map_err(SinkFault::new)
    }

    fn restart(&mut self) -> Result<(), SinkFault> {
        self.0.restart().map_err(SinkFault::new)
    }
}
