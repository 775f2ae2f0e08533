//! What all stages of a command share: store, network, threads.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{Error, base::Base, entitled, holdings::Holdings, options::SessionOptions};
use crate::{
    net::{self, Identity, Proxies},
    registry::{AuthFile, Credentials, Registry},
    rhsm::Override,
    store::Store,
    terms::{Event, Events},
};

/// Key and certificate files are read up to this size.
const PEM_LIMIT: u64 = 16 << 20;

/// An open session. Its runtime ends with it.
pub struct Session {
    pub(super) options: SessionOptions,
    pub(super) store: Store,
    pub(super) client: net::Client,
    pub(super) registry: Registry,
    pub(super) events: Arc<dyn Events>,
    /// Certificates of `--entitlement`.
    named: Holdings,
    /// Certificates the host has, looked for when the first label wants one.
    of_host: OnceLock<Holdings>,
    runtime: tokio::runtime::Runtime,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens the store and readies the network client; no connection is made yet.
    pub fn open(options: &SessionOptions, events: Arc<dyn Events>) -> Result<Self, Error> {
        let runtime = runtime(options).map_err(Error::Threads)?;
        let store = Store::open(&options.cache)?;
        let mut extra_authorities = Vec::new();
        for path in &options.cacerts {
            extra_authorities.push((path.display().to_string(), read_local(path)?));
        }
        let client = net::Client::new(net::Settings {
            offline: options.offline,
            extra_authorities,
            system_bundle: options.system_bundle.clone(),
            proxies: Proxies {
                http: options.proxy.http.clone(),
                https: options.proxy.https.clone(),
                all: options.proxy.all.clone(),
                no_proxy: options.proxy.no_proxy.clone(),
            },
            ..net::Settings::default()
        })?;
        let settings = crate::registry::Settings {
            plain_http: options.plain_http.iter().cloned().collect(),
            credentials: credentials(options)?,
            identities: BTreeMap::new(),
            ..Default::default()
        };
        let registry = Registry::new(client.clone(), settings, Arc::clone(&events));
        let (named, of_host) = (Holdings::named(options)?, OnceLock::new());
        Ok(Self { options: options.clone(), store, client, registry, events, named, of_host, runtime })
    }

    /// Runs the asynchronous part of a stage to its end.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// For work that goes on beside what the packing threads do.
    pub(super) fn handle(&self) -> tokio::runtime::Handle {
        self.runtime.handle().clone()
    }

    /// The certificates to go by: those named, else those the host has.
    ///
    /// # Errors
    /// What was wrong with those that a registration was to bring.
    pub(super) fn holdings(&self, _base: Option<&Base>) -> Result<&Holdings, Error> {
        if !self.named.is_empty() {
            return Ok(&self.named);
        }
        Ok(self.of_host.get_or_init(|| Holdings::of_host(&self.options)))
    }

    /// As whom repositories are asked that name no certificate of their own, at this address.
    ///
    /// # Errors
    /// The address is in the network of entitled content, and the certificates named do not grant it.
    pub(super) fn identity_at(&self, url: &str) -> Result<Identity, Error> {
        let network = entitled::network(&self.options);
        let path = entitled::path_below(&network, url).filter(|_| !self.options.offline);
        self.named.for_path(path)
    }

    /// As whom anything else is asked.
    pub(super) fn identity(&self) -> Identity {
        self.named.for_path(None).unwrap_or_default()
    }

    /// Content overrides, where the certificates are those of a consumer that has some.
    pub(super) fn overrides(&self) -> Vec<Override> {
        if self.named.is_empty() { Override::discover(&self.options.host_root) } else { Vec::new() }
    }

    /// Marks a stage as begun; it ends when the guard is dropped.
    pub(super) fn stage(&self, stage: &'static str, subject: impl Into<String>, total: u64) -> StageGuard {
        let subject = subject.into();
        self.events.event(Event::Started { stage, subject: subject.clone(), total });
        StageGuard { events: Arc::clone(&self.events), stage, subject }
    }

    pub(super) fn warn(&self, message: impl Into<String>) {
        self.events.event(Event::Warning { message: message.into() });
    }

    pub(super) fn note(&self, message: impl Into<String>) {
        self.events.event(Event::Note { message: message.into() });
    }
}

/// The session's runtime. It also takes SIGXFSZ, so that a file that reaches the process's limit (`ulimit -f`) is an error
/// like a full disk, with a message, and not the end of the process.
fn runtime(options: &SessionOptions) -> std::io::Result<tokio::runtime::Runtime> {
    use tokio::signal::unix::{SignalKind, signal};
    let workers = options.jobs.get().clamp(2, 8);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    let entered = runtime.enter();
    // The handler stays when what waits for the signal is dropped.
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)?;
    drop(entered);
    Ok(runtime)
}

/// Tells that a stage is done.
pub(super) struct StageGuard {
    events: Arc<dyn Events>,
    stage: &'static str,
    subject: String,
}

impl Drop for StageGuard {
    fn drop(&mut self) {
        self.events.event(Event::Finished { stage: self.stage, subject: std::mem::take(&mut self.subject) });
    }
}

/// A local file, whole.
pub(super) fn read_local(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Local { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > PEM_LIMIT {
        return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
    }
    std::fs::read(path).map_err(failed)
}

fn credentials(options: &SessionOptions) -> Result<Credentials, Error> {
    let mut files = Vec::new();
    let demanded = options.authfile.iter();
    let found = options.authfile_candidates.iter().filter(|p| options.authfile.is_none() && p.exists());
    for path in demanded.chain(found) {
        files.push(AuthFile::parse(&path.display().to_string(), &read_local(path)?)?);
    }
    Ok(Credentials::new(files))
}
