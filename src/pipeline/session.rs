//! What all stages of a command share: store, network, threads.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{
    Error,
    base::Base,
    entitled,
    holdings::Holdings,
    options::SessionOptions,
    registration::{self, Live, Registered, Service},
};
use crate::{
    net::{self, Identity, Proxies},
    registry::{AuthFile, Credentials, Registry},
    rhsm::{self, Override, Record, ServiceError},
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
    /// A consumer registered for this session.
    registered: OnceLock<Registered>,
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
        let client = Self::client(options)?;
        let settings = crate::registry::Settings {
            plain_http: options.plain_http.iter().cloned().collect(),
            credentials: credentials(options)?,
            identities: BTreeMap::new(),
            ..Default::default()
        };
        let registry = Registry::new(client.clone(), settings, Arc::clone(&events));
        let named = Holdings::named(options)?;
        let (options, of_host, registered) = (options.clone(), OnceLock::new(), OnceLock::new());
        let session = Self { options, store, client, registry, events, named, of_host, registered, runtime };
        if !session.options.offline {
            session.wait(registration::sweep(&session.client, &session.options, &session.events));
        }
        Ok(session)
    }

    /// Opens a session, works in it, and unregisters what was registered for it, whatever became of the work.
    ///
    /// # Errors
    /// The work's; or what is left registered.
    pub(super) fn run<T>(
        options: &SessionOptions,
        events: Arc<dyn Events>,
        work: impl FnOnce(&Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let session = Self::open(options, events)?;
        let result = work(&session);
        match (result, session.unregister()) {
            (result, Ok(())) => result,
            (Ok(_), Err(left)) => Err(left.into()),
            (Err(error), Err(left)) => Err(error.and_left(left)),
        }
    }

    fn unregister(&self) -> Result<(), ServiceError> {
        self.registered.get().map_or(Ok(()), |registered| self.wait(registered.live.end()))
    }

    /// The network client of options.
    pub(super) fn client(options: &SessionOptions) -> Result<net::Client, Error> {
        let mut extra_authorities = Vec::new();
        for path in &options.cacerts {
            extra_authorities.push((path.display().to_string(), read_local(path)?));
        }
        Ok(net::Client::new(net::Settings {
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
        })?)
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
    pub(super) fn holdings(&self, base: Option<&Base>) -> Result<&Holdings, Error> {
        if !self.named.is_empty() {
            return Ok(&self.named);
        }
        if let Some(wanted) = self.options.registration.as_ref().filter(|_| !self.options.offline) {
            if self.registered.get().is_none() {
                let service = Service::find(&self.client, &self.options, base)?;
                let state = self.options.state.clone();
                let registered = self.wait(Live::register(service, wanted, state, Arc::clone(&self.events)))?;
                self.registered.get_or_init(|| registered);
            }
            return Ok(self.registered.get().map_or(&self.named, |r| &r.holdings));
        }
        if self.of_host.get().is_none() {
            let kept = registration::kept(&self.options)?;
            let found = kept.unwrap_or_else(|| Holdings::of_host(&self.options));
            self.of_host.get_or_init(|| found);
        }
        Ok(self.of_host.get().unwrap_or(&self.named))
    }

    /// As whom repositories are asked that name no certificate of their own, at this address.
    ///
    /// # Errors
    /// The address is in the network of entitled content, and the certificates named do not grant it.
    pub(super) fn identity_at(&self, url: &str) -> Result<Identity, Error> {
        let network = entitled::network(&self.options);
        let path = entitled::path_below(&network, url).filter(|_| !self.options.offline);
        // A consumer is registered for addresses of the network only, and the host's certificates are shown to no other.
        if path.is_some() && self.named.is_empty() && self.options.registration.is_some() {
            return self.holdings(None)?.for_path(path);
        }
        self.named.for_path(path)
    }

    /// As whom anything else is asked.
    pub(super) fn identity(&self) -> Identity {
        self.named.for_path(None).unwrap_or_default()
    }

    /// Content overrides, where the certificates are those of a consumer that has some.
    pub(super) fn overrides(&self) -> Vec<Override> {
        match self.registered.get() {
            Some(registered) => registered.overrides.clone(),
            None if self.named.is_empty() => Override::discover(&self.options.host_root),
            None => Vec::new(),
        }
    }

    /// The release that entitled content is held to, where its certificates are those of a consumer that is.
    pub(super) fn release(&self) -> Option<String> {
        match self.registered.get() {
            Some(registered) => registered.release.clone(),
            None if !self.named.is_empty() => None,
            None => Record::kept(&self.options.state.join(registration::DIRECTORY))
                .map_or_else(|| rhsm::host_release(&self.options.host_root), |kept| kept.consumer?.release),
        }
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

/// What was not unregistered by then: a panic went through.
impl Drop for Session {
    fn drop(&mut self) {
        if let Err(left) = self.unregister() {
            self.warn(left.to_string());
        }
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
