//! A consumer that lives as long as its build: created when the first entitled address is wanted, unregistered whatever
//! becomes of the build. A signal unregisters it too; after a kill the next command does, by the record on disk.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    sync::Mutex,
};

use super::{
    Error,
    base::{self, Base},
    holdings::Holdings,
    options::{RegistrationOptions, SessionOptions},
    session::read_local,
};
use crate::{
    net::{Client, Identity, Words},
    rhsm::{self, Candlepin, Conf, Consumer, Override, Pair, Record, Registration, ServiceError, Step},
    terms::{Event, Events, Secret},
};

/// Answers are read up to this size: certificates of thousands of content sets.
const ANSWER: u64 = 64 << 20;
/// How often certificates are asked for that are not ready, or a registration that is put off.
const PATIENCE: u32 = 5;
/// After a signal nobody waits longer than this for the service.
const LAST_WORDS: Duration = Duration::from_secs(30);
/// Authorities of Red Hat's service in a base image.
const CA_OF_BASE: &str = "etc/rhsm/ca/redhat-uep.pem";

/// A service and who it is believed to be.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub client: Client,
    pub candlepin: Candlepin,
    trust: Identity,
    /// What `trust` was made of, for the record.
    pub authorities: Vec<Vec<u8>>,
}

impl Service {
    /// The service of options and the host's `rhsm.conf`; its authorities are the host's, else, for Red Hat's, the base's.
    pub(super) fn find(client: &Client, options: &SessionOptions, base: Option<&Base>) -> Result<Self, Error> {
        let conf = Conf::discover(&options.host_root);
        let url = options.rhsm_server.clone().unwrap_or_else(|| conf.server.clone());
        let candlepin = Candlepin::at(&url)?;
        let files = conf.server_authorities(&options.host_root);
        let mut authorities = files.iter().map(|path| read_local(path)).collect::<Result<Vec<_>, _>>()?;
        if authorities.is_empty() && candlepin.is_red_hats() {
            authorities.extend(base.and_then(|base| base::text_of(base, CA_OF_BASE)).map(|pem| pem.to_vec()));
        }
        Self::of(client, candlepin, authorities, options)
    }

    /// The service of a record.
    pub(super) fn of(
        client: &Client,
        candlepin: Candlepin,
        mut authorities: Vec<Vec<u8>>,
        options: &SessionOptions,
    ) -> Result<Self, Error> {
        let mut trust = Identity::anonymous();
        for pem in &authorities {
            trust = trust.with_authorities(candlepin.url(), pem)?;
        }
        // Those of the command line the client trusts by itself; whoever reads the record may not be given them.
        if authorities.is_empty() {
            authorities = options.cacerts.iter().map(|path| read_local(path)).collect::<Result<_, _>>()?;
        }
        Ok(Self { client: client.clone(), candlepin, trust, authorities })
    }

    /// Sends a request and reads its answer; 202 and 429 mean to ask again.
    async fn ask(&self, step: Step, request: &crate::net::Request, secrets: &[&str]) -> Result<Vec<u8>, ServiceError> {
        let service = || self.candlepin.url().to_owned();
        let network = |source| ServiceError::Network { step, service: service(), source };
        let mut pause = self.client.settings().backoff;
        for attempt in 1.. {
            // Creating is not repeated unless it was put off: two consumers would be one too many.
            let mut response = match step {
                Step::Register => self.client.request_once(request).await,
                _ => self.client.request(request).await,
            }
            .map_err(network)?;
            let status = response.status();
            let body = response.bytes(ANSWER).await.map_err(network)?;
            match status {
                200 | 204 => return Ok(body),
                // What is to be removed is not there: so be it.
                404 | 410 if step == Step::Unregister => return Ok(body),
                202 | 429 | 503 if attempt < PATIENCE => tokio::time::sleep(pause).await,
                _ => {
                    let words = rhsm::message(&body, secrets).map(Words);
                    return Err(ServiceError::Refused { step, service: service(), status, words });
                }
            }
            pause *= 2;
        }
        unreachable!("the last attempt returns")
    }

    pub(super) async fn unregister(&self, consumer: &Consumer) -> Result<(), ServiceError> {
        let identity = consumer.identity(&self.trust).map_err(ServiceError::Identity)?;
        self.ask(Step::Unregister, &self.candlepin.unregister(&consumer.uuid, &identity), &[]).await.map(drop)
    }

    pub(super) async fn register(&self, options: &RegistrationOptions) -> Result<Consumer, ServiceError> {
        let keys = options.credentials.keys.expose();
        let secrets: Vec<&str> = keys.iter().map(String::as_str).collect();
        let request = self.candlepin.register(&options.credentials, &options.name, &options.machine, &self.trust);
        Consumer::read(&self.ask(Step::Register, &request, &secrets).await?)
    }

    /// Its certificates: of attached pools and of simple content access. A new consumer's may take a moment to be made.
    pub(super) async fn pairs(&self, consumer: &Consumer) -> Result<Vec<Pair>, ServiceError> {
        let identity = consumer.identity(&self.trust).map_err(ServiceError::Identity)?;
        let certificates = self.candlepin.certificates(&consumer.uuid, &identity);
        let content = self.candlepin.accessible_content(&consumer.uuid, &identity);
        let mut pause = self.client.settings().backoff;
        for attempt in 1..=PATIENCE {
            let pairs = Pair::list(&self.ask(Step::Certificates, &certificates, &[]).await?)?;
            if !pairs.is_empty() {
                return Ok(pairs);
            }
            // Services that do not list simple content access there have it here; others answer 400.
            match self.ask(Step::Certificates, &content, &[]).await {
                Ok(body) => return Pair::of_content(&body, consumer),
                Err(ServiceError::Refused { status: 400 | 404, .. }) if attempt < PATIENCE => {}
                Err(ServiceError::Refused { status: 400 | 404, .. }) => break,
                Err(e) => return Err(e),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(Vec::new())
    }

    async fn overrides(&self, consumer: &Consumer) -> Result<Vec<Override>, Error> {
        let identity = consumer.identity(&self.trust).map_err(ServiceError::Identity)?;
        let request = self.candlepin.content_overrides(&consumer.uuid, &identity);
        Ok(Override::list(&self.ask(Step::Overrides, &request, &[]).await?)?)
    }
}

/// A consumer of this process. Cloned for the task that waits for signals.
#[derive(Clone, Debug)]
pub(super) struct Live {
    service: Service,
    /// None once it is unregistered, or given up.
    record: Arc<Mutex<Option<Record>>>,
}

/// What a registration brought.
#[derive(Debug)]
pub(super) struct Registered {
    pub live: Live,
    pub holdings: Holdings,
    pub overrides: Vec<Override>,
    /// The release the consumer is held to.
    pub release: Option<String>,
}

impl Live {
    /// Creates a consumer and fetches what it is granted. Whatever fails after it was created, it is unregistered.
    pub(super) async fn register(
        service: Service,
        options: &RegistrationOptions,
        state: PathBuf,
        events: Arc<dyn Events>,
    ) -> Result<Registered, Error> {
        let record = Record::create(&state.join(DIRECTORY), unborn(&service, &options.name, false))?;
        let live = Self { service, record: Arc::new(Mutex::new(Some(record))) };
        live.watch(options.interrupted, events).map_err(Error::Threads)?;
        match live.begin(options).await {
            Ok((holdings, overrides, release)) => Ok(Registered { live, holdings, overrides, release }),
            Err(error) => Err(match live.end().await {
                Ok(()) => error,
                Err(left) => error.and_left(left),
            }),
        }
    }

    async fn begin(&self, options: &RegistrationOptions) -> Result<(Holdings, Vec<Override>, Option<String>), Error> {
        let consumer = {
            // A signal waits for this: between creation and record there is nothing to be interrupted.
            let mut record = self.record.lock().await;
            let Some(open) = record.as_mut() else { return Err(ServiceError::Nothing.into()) };
            match self.service.register(options).await {
                Ok(consumer) => {
                    open.update(|r| r.consumer = Some(consumer.clone()))?;
                    consumer
                }
                Err(e) => {
                    record.take().map_or(Ok(()), Record::wipe)?;
                    return Err(e.into());
                }
            }
        };
        let pairs = self.service.pairs(&consumer).await?;
        if pairs.is_empty() {
            return Err(ServiceError::NoContent { service: self.service.candlepin.url().to_owned() }.into());
        }
        Ok((in_memory(&pairs)?, self.service.overrides(&consumer).await?, consumer.release))
    }

    /// Unregisters, once. If that fails the record stays, for `rhsm unregister` and the next command.
    pub(super) async fn end(&self) -> Result<(), ServiceError> {
        let Some(record) = self.record.lock().await.take() else { return Ok(()) };
        end(&self.service, record).await
    }

    /// Waits for a signal, unregisters, and ends the process as the signal would have.
    fn watch(&self, interrupted: fn(i32), events: Arc<dyn Events>) -> std::io::Result<()> {
        let mut signals =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal).into_iter();
        let mut next = || signals.next().expect("there are three");
        let (mut interrupt, mut terminate, mut hangup) = (next()?, next()?, next()?);
        let live = self.clone();
        Handle::current().spawn(async move {
            let number = tokio::select! {
                _ = interrupt.recv() => SignalKind::interrupt(),
                _ = terminate.recv() => SignalKind::terminate(),
                _ = hangup.recv() => SignalKind::hangup(),
            };
            let told = |message: String| events.event(Event::Warning { message });
            match tokio::time::timeout(LAST_WORDS, live.end()).await {
                Ok(Ok(())) => {}
                Ok(Err(e)) => told(format!("{e}; {}", crate::terms::Fault::hint(&e).unwrap_or_default())),
                Err(_) => told("a consumer may still be registered; `drydock rhsm unregister` removes it".into()),
            }
            interrupted(number.as_raw_value());
        });
        Ok(())
    }
}

/// The certificates of the consumer that stays, if there is one.
pub(super) fn kept(options: &SessionOptions) -> Result<Option<Holdings>, Error> {
    Record::kept(&options.state.join(DIRECTORY)).map(|kept| in_memory(&kept.pairs)).transpose()
}

/// Where records are, in the directory of what outlives a run.
pub(super) const DIRECTORY: &str = "rhsm";

/// A registration before there is a consumer.
pub(super) fn unborn(service: &Service, name: &str, kept: bool) -> Registration {
    Registration {
        service: service.candlepin.clone(),
        name: name.to_owned(),
        authorities: service.authorities.clone(),
        consumer: None,
        kept,
        pairs: Vec::new(),
    }
}

/// Certificates a service gave, ready to be used.
pub(super) fn in_memory(pairs: &[Pair]) -> Result<Holdings, Error> {
    let named = |p: &Pair| (format!("{}.pem of the registration", p.serial), p.certificate.clone(), p.key.clone());
    Holdings::in_memory(&pairs.iter().map(named).collect::<Vec<(String, String, Secret<String>)>>())
}

/// Unregisters the consumer of a record and wipes that; where there is no consumer yet it only wipes.
pub(super) async fn end(service: &Service, record: Record) -> Result<(), ServiceError> {
    let Some(consumer) = record.registration.consumer.clone() else { return record.wipe() };
    match service.unregister(&consumer).await {
        Ok(()) => record.wipe(),
        Err(source) => Err(ServiceError::Left { uuid: consumer.uuid, source: Box::new(source) }),
    }
}

/// Unregisters what builds left that were killed, and says so.
pub(super) async fn sweep(client: &Client, options: &SessionOptions, events: &Arc<dyn Events>) {
    for record in Record::leftovers(&options.state.join(DIRECTORY)) {
        let registration = record.registration.clone();
        if registration.kept {
            continue;
        }
        let warn = |message: String| events.event(Event::Warning { message });
        let Some(consumer) = registration.consumer else {
            let (name, url) = (&registration.name, registration.service.url());
            warn(format!("an earlier run was killed while registering: a consumer named {name} may be left at {url}"));
            record.wipe().ok();
            continue;
        };
        let service = match Service::of(client, registration.service, registration.authorities, options) {
            Ok(service) => service,
            Err(e) => {
                warn(format!("the consumer {} of an earlier run is still registered: {e}", consumer.uuid));
                continue;
            }
        };
        match end(&service, record).await {
            Ok(()) => events.event(Event::Note {
                message: format!("unregistered the consumer {} of an earlier run that was killed", consumer.uuid),
            }),
            Err(e) => {
                let chain = crate::terms::chain(&e).join(": ");
                warn(format!("{chain}; {}", crate::terms::Fault::hint(&e).unwrap_or_default()));
            }
        }
    }
}
