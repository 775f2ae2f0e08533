//! What all stages of a command share: store, network, threads.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    Error,
    options::{Entitlement, SessionOptions},
};
use crate::{
    net::{self, ClientCertificate, Identity, Proxies},
    registry::{AuthFile, Credentials, Registry},
    store::Store,
    terms::{Event, Events, Secret},
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
    /// Client certificates of `--entitlement`, by file name.
    pub(super) certificates: Vec<ClientCertificate>,
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
        let certificates = certificates(&options.entitlement)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.jobs.get().clamp(2, 8))
            .enable_all()
            .build()
            .map_err(Error::Threads)?;
        Ok(Self { options: options.clone(), store, client, registry, events, certificates, runtime })
    }

    /// Runs the asynchronous part of a stage to its end.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// For work that goes on beside what the packing threads do.
    pub(super) fn handle(&self) -> tokio::runtime::Handle {
        self.runtime.handle().clone()
    }

    /// As whom repositories are asked that name no certificate of their own.
    pub(super) fn identity(&self) -> Identity {
        match self.certificates.first() {
            Some(certificate) => Identity::anonymous().with_certificate(certificate.clone()),
            None => Identity::anonymous(),
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

fn certificates(entitlements: &[Entitlement]) -> Result<Vec<ClientCertificate>, Error> {
    let mut out = Vec::new();
    for entitlement in entitlements {
        match entitlement {
            Entitlement::Certificate { cert, key } => out.push(certificate(cert, key.as_deref())?),
            Entitlement::Directory(dir) => {
                let failed = |source| Error::Local { path: dir.clone(), source };
                let mut names: Vec<_> = std::fs::read_dir(dir)
                    .map_err(failed)?
                    .map(|entry| entry.map(|e| e.path()))
                    .collect::<Result<_, _>>()
                    .map_err(failed)?;
                names.sort();
                for cert in names.iter().filter(|p| is_certificate(p)) {
                    let key = cert
                        .with_file_name(format!("{}-key.pem", cert.file_stem().unwrap_or_default().to_string_lossy()));
                    out.push(certificate(cert, Some(&key).filter(|k| k.exists()).map(|k| &**k))?);
                }
            }
        }
    }
    Ok(out)
}

fn is_certificate(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.ends_with(".pem") && !name.ends_with("-key.pem")
}

fn certificate(cert: &Path, key: Option<&Path>) -> Result<ClientCertificate, Error> {
    let pem = read_local(cert)?;
    let key_name = key.map(|k| k.display().to_string());
    let key_pem = key.map(read_local).transpose()?.map(Secret::new);
    let key = key_name.as_deref().zip(key_pem.as_ref());
    Ok(ClientCertificate::from_pem((&cert.display().to_string(), &pem), key)?)
}
