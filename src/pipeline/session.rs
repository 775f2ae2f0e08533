//! What all stages of a command share: store, network, threads.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    Error,
    options::{self, SessionOptions},
};
use crate::{
    net::{self, ClientCertificate, Identity, Proxies},
    registry::{AuthFile, Credentials, Registry},
    rhsm::{self, CertificateFile, Entitlement, Grant},
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
    /// Client certificates of `--entitlement`.
    certificates: Vec<ClientCertificate>,
    /// What those of them grant that are entitlement certificates; named as they are.
    entitlements: Vec<Entitlement>,
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
        let (certificates, entitlements) = certificates(&named(&options.entitlement), judged(options))?;
        Ok(Self { options: options.clone(), store, client, registry, events, certificates, entitlements, runtime })
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

    /// The content set of a label and as whom to fetch it: by the certificates named, else by those the host has.
    pub(super) fn granted<T>(&self, label: &str, take: impl FnOnce(&Grant<'_>, Identity) -> T) -> Result<T, Error> {
        let host;
        let (certificates, entitlements) = if self.certificates.is_empty() {
            host = certificates(&rhsm::discover(&self.options.host_root), judged(&self.options))?;
            (&host.0, &host.1)
        } else {
            (&self.certificates, &self.entitlements)
        };
        let grant = rhsm::grant(entitlements, label, judged(&self.options))?;
        let certificate = certificates.iter().find(|c| c.name() == grant.entitlement.name);
        let mut identity =
            certificate.map_or_else(Identity::anonymous, |c| Identity::anonymous().with_certificate(c.clone()));
        // The CDN's authority is Red Hat's own; a host that has it is believed as subscription-manager believes it.
        let ca = self.options.host_root.join("etc/rhsm/ca/redhat-uep.pem");
        if ca.exists() && self.options.cacerts.is_empty() {
            identity = identity.with_authorities(&ca.display().to_string(), &read_local(&ca)?)?;
        }
        Ok(take(&grant, identity))
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

/// The certificate files that options name.
fn named(entitlements: &[options::Entitlement]) -> Vec<CertificateFile> {
    let files = entitlements.iter().flat_map(|e| match e {
        options::Entitlement::Directory(dir) => rhsm::in_directory(dir),
        options::Entitlement::Certificate { cert, key: Some(key) } => {
            vec![CertificateFile { certificate: cert.clone(), key: Some(key.clone()) }]
        }
        options::Entitlement::Certificate { cert, key: None } => vec![CertificateFile::new(cert)],
    });
    files.collect()
}

/// The moment at which certificates must be valid. None offline, where no server sees them: what was fetched in their time
/// stays good.
fn judged(options: &SessionOptions) -> Option<u64> {
    (!options.offline).then_some(options.now)
}

/// Reads certificates with their keys. A plain client certificate is one too, it only grants no labels. Where none is valid
/// now, that is the error, before anything is asked for with it.
fn certificates(
    files: &[CertificateFile],
    now: Option<u64>,
) -> Result<(Vec<ClientCertificate>, Vec<Entitlement>), Error> {
    let (mut certificates, mut entitlements, mut invalid) = (Vec::new(), Vec::new(), None);
    for file in files {
        let (certificate, pem) = certificate(file)?;
        match Entitlement::parse(certificate.name(), &pem) {
            Ok(entitlement) => {
                let standing = now.map_or(Ok(()), |now| entitlement.check(now));
                entitlements.push(entitlement);
                if let Err(e) = standing {
                    invalid = Some(e);
                    continue;
                }
            }
            Err(rhsm::Error::NoEntitlementCertificate { .. } | rhsm::Error::NoData { .. }) => {}
            Err(e) => return Err(e.into()),
        }
        certificates.push(certificate);
    }
    match invalid {
        Some(e) if certificates.is_empty() => Err(e.into()),
        _ => Ok((certificates, entitlements)),
    }
}

fn certificate(file: &CertificateFile) -> Result<(ClientCertificate, Vec<u8>), Error> {
    let pem = read_local(&file.certificate)?;
    let key_name = file.key.as_ref().map(|k| k.display().to_string());
    let key_pem = file.key.as_deref().map(read_local).transpose()?.map(Secret::new);
    let key = key_name.as_deref().zip(key_pem.as_ref());
    Ok((ClientCertificate::from_pem((&file.certificate.display().to_string(), &pem), key)?, pem))
}
