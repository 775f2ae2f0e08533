//! A subscription service that holds its clients to Candlepin's description: method, path, query, headers, body and client
//! certificate of every request. What does not fit is refused, and remembered for the test to see.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::{
    server::{Answer, Request, Server, Site, Speaks, lock},
    tls::{Authority, ClientPair, Peer, Validity},
};

/// Where the service's paths begin.
const PREFIX: &str = "/subscription";

/// What a service knows and how it behaves.
#[derive(Clone, Debug)]
pub struct Manners {
    /// The organisation.
    pub org: String,
    /// Its activation keys.
    pub keys: Vec<String>,
    /// Content sets it grants (see [`super::entitlement::content_set`]).
    pub content: Vec<Value>,
    /// Whether `certificates` lists nothing, and `accessible_content` has it.
    pub apart: bool,
    /// So many times, certificates are not ready yet.
    pub late: usize,
    /// Consumers cannot be removed.
    pub holds_on: bool,
    /// The release its activation keys hold consumers to.
    pub release: Option<String>,
    /// Content overrides of every consumer.
    pub overrides: Value,
}

impl Manners {
    /// Of an organisation `12345` with the key `sesame-key`.
    pub fn granting(content: Vec<Value>) -> Self {
        let (org, keys) = ("12345".to_owned(), vec!["sesame-key".to_owned()]);
        Self { org, keys, content, apart: false, late: 0, holds_on: false, release: None, overrides: json!([]) }
    }
}

/// A consumer as the service knows it.
#[derive(Clone, Debug)]
struct Consumer {
    body: Value,
    pair: ClientPair,
    certificate: Vec<u8>,
    gone: bool,
}

/// The running service. Derefs to its [`Server`].
#[derive(Debug)]
pub struct Candlepin {
    server: Server,
    service: Arc<Service>,
}

#[derive(Debug)]
struct Service {
    authority: Arc<Authority>,
    manners: Mutex<Manners>,
    consumers: Mutex<BTreeMap<String, Consumer>>,
    violations: Mutex<Vec<String>>,
}

impl Candlepin {
    /// Starts one whose certificates, identity and entitlement, are of this authority.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start(authority: &Arc<Authority>, manners: Manners) -> io::Result<Self> {
        let service = Arc::new(Service {
            authority: Arc::clone(authority),
            manners: Mutex::new(manners),
            consumers: Mutex::default(),
            violations: Mutex::default(),
        });
        Ok(Self { server: Server::start(service.clone(), Speaks::MutualTls(authority))?, service })
    }

    /// Its address, prefix included.
    pub fn address(&self) -> String {
        format!("{}{PREFIX}", self.server.url())
    }

    /// UUIDs of the consumers that are registered.
    pub fn registered(&self) -> Vec<String> {
        let consumers = lock(&self.service.consumers);
        consumers.iter().filter(|(_, c)| !c.gone).map(|(uuid, _)| uuid.clone()).collect()
    }

    /// How many were registered, ever.
    pub fn count(&self) -> usize {
        lock(&self.service.consumers).len()
    }

    /// What consumers registered with, and every private key they were given: nothing of the keys may be seen anywhere.
    pub fn bodies_and_keys(&self) -> Vec<(Value, String)> {
        lock(&self.service.consumers).values().map(|c| (c.body.clone(), c.pair.key.clone())).collect()
    }

    /// What was wrong with requests.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.service.violations).clone()
    }

    /// Changes its manners.
    pub fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut lock(&self.service.manners));
    }
}

impl std::ops::Deref for Candlepin {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Site for Service {
    fn answer(&self, request: &Request) -> Answer {
        let outcome = self.route(request);
        outcome.unwrap_or_else(|violation| {
            lock(&self.violations).push(format!("{} {}: {violation}", request.method, request.path));
            refusal(400, &violation)
        })
    }
}

fn refusal(status: u16, message: &str) -> Answer {
    answer(status, &json!({ "displayMessage": message, "requestUuid": "c4347004-8792-41fe-a4d8-fccaa0d3898a" }))
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer::new(status, body.to_string()).header("content-type", "application/json")
}

impl Service {
    /// The answer, or what is wrong with the request.
    fn route(&self, request: &Request) -> Result<Answer, String> {
        let path = request.path.strip_prefix(PREFIX).ok_or("a path of another service")?;
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let accept = request.header("accept").unwrap_or_default();
        if !accept.contains("application/json") {
            return Err(format!("Accept is {accept:?}"));
        }
        match (request.method.as_str(), &segments[..]) {
            ("POST", ["consumers"]) => self.register(request),
            ("GET", ["consumers", uuid, "certificates"]) => self.of_consumer(request, uuid, Self::certificates),
            ("GET", ["consumers", uuid, "accessible_content"]) => self.of_consumer(request, uuid, Self::content),
            ("GET", ["consumers", uuid, "content_overrides"]) => {
                self.of_consumer(request, uuid, |service, _| answer(200, &lock(&service.manners).overrides))
            }
            ("DELETE", ["consumers", uuid]) => self.of_consumer(request, uuid, Self::remove),
            _ => Err("no such call".to_owned()),
        }
    }

    fn register(&self, request: &Request) -> Result<Answer, String> {
        if matches!(request.peer, Peer::Accepted(_)) || request.header("authorization").is_some() {
            return Err("activation keys go without any other credential".into());
        }
        let names: Vec<String> =
            url::form_urlencoded::parse(request.query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        if names != ["owner", "activation_keys"] {
            return Err(format!("the query has {names:?}"));
        }
        let manners = lock(&self.manners).clone();
        let body = checked_body(request)?;
        let keys = request.parameter("activation_keys").unwrap_or_default();
        let known = keys.split(',').any(|key| manners.keys.iter().any(|k| k == key));
        if request.parameter("owner").as_ref() != Some(&manners.org) || !known {
            return Ok(refusal(401, &format!("None of the activation keys {keys} exists for org {}.", manners.org)));
        }
        let mut consumers = lock(&self.consumers);
        let number = consumers.len() as u64 + 1;
        let uuid = format!("00000000-0000-4000-8000-{number:012x}");
        let pair = self.authority.client(1000 + number, Validity::Now);
        let certificate = der_of(&pair.certificate);
        let id = json!({ "id": "1", "key": pair.key, "cert": pair.certificate, "serial": { "id": 1, "serial": 1000 + number } });
        let mut consumer = body.clone();
        (consumer["uuid"], consumer["idCert"]) = (uuid.clone().into(), id);
        consumer["releaseVer"] = json!({ "releaseVer": manners.release });
        consumers.insert(uuid, Consumer { body, pair, certificate, gone: false });
        Ok(answer(200, &consumer))
    }

    /// A call that only the consumer itself may make.
    fn of_consumer(
        &self,
        request: &Request,
        uuid: &str,
        call: impl FnOnce(&Self, &mut Consumer) -> Answer,
    ) -> Result<Answer, String> {
        if !request.query.is_empty() || !request.body.is_empty() {
            return Err("a query or a body where none belongs".into());
        }
        let mut consumers = lock(&self.consumers);
        let Some(consumer) = consumers.get_mut(uuid) else { return Ok(refusal(404, "Unit could not be found.")) };
        match &request.peer {
            Peer::Accepted(der) if *der == consumer.certificate => {}
            other => return Err(format!("not with the consumer's identity certificate but {other:?}")),
        }
        if consumer.gone {
            return Ok(refusal(410, &format!("Unit {uuid} has been deleted")));
        }
        Ok(call(self, consumer))
    }

    fn entitlement(&self, consumer: &Consumer) -> ClientPair {
        let serial = 7000 + consumer.pair.serial;
        self.authority.entitlement(serial, Validity::Now, &lock(&self.manners).content)
    }

    fn certificates(&self, consumer: &mut Consumer) -> Answer {
        let apart = {
            let mut manners = lock(&self.manners);
            let late = manners.late > 0;
            manners.late = manners.late.saturating_sub(1);
            manners.apart || late
        };
        // Without this fact no service makes a certificate of simple content access.
        let able = consumer.body["facts"]["system.certificate_version"].as_str().is_some_and(|v| v.starts_with("3."));
        if apart || !able {
            return answer(200, &json!([]));
        }
        let pair = self.entitlement(consumer);
        answer(
            200,
            &json!([{ "id": "2", "key": pair.key, "cert": pair.certificate, "serial": { "id": pair.serial, "serial": pair.serial } }]),
        )
    }

    fn content(&self, consumer: &mut Consumer) -> Answer {
        if !lock(&self.manners).apart {
            return refusal(400, "Cannot retrieve content access certificate");
        }
        // Here the consumer's own key is the certificate's.
        let manners = lock(&self.manners).clone();
        let pair = self.authority.entitlement_for(&consumer.pair, 7000 + consumer.pair.serial, &manners.content);
        let at = pair.certificate.find("-----BEGIN ENTITLEMENT").unwrap_or(pair.certificate.len());
        let (x509, payload) = pair.certificate.split_at(at);
        let listing = json!({ "lastUpdate": "2026-01-01T00:00:00+0000", "contentListing": { pair.serial.to_string(): [x509, payload] } });
        Answer::new(200, listing.to_string()).header("content-type", "text/plain")
    }

    fn remove(&self, consumer: &mut Consumer) -> Answer {
        if lock(&self.manners).holds_on {
            return refusal(403, "Insufficient permissions");
        }
        consumer.gone = true;
        Answer::new(204, "")
    }
}

/// The body of a registration, which must be a `ConsumerDTO` as the description has it.
fn checked_body(request: &Request) -> Result<Value, String> {
    const KNOWN: [&str; 9] =
        ["type", "name", "facts", "installedProducts", "contentTags", "role", "addOns", "usage", "serviceLevel"];
    if request.header("content-type") != Some("application/json") {
        return Err("a body that is not said to be JSON".into());
    }
    let body: Value = serde_json::from_slice(&request.body).map_err(|e| format!("the body: {e}"))?;
    let object = body.as_object().ok_or("the body is no object")?;
    if let Some(key) = object.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("a consumer has no {key}"));
    }
    if body["type"]["label"] != "system" || !body["type"].is_object() {
        return Err("type is not an object with label system".into());
    }
    if body["name"].as_str().is_none_or(|name| name.is_empty() || name.len() > 255) {
        return Err("name is no name".into());
    }
    let facts = body["facts"].as_object().ok_or("facts are no object")?;
    match facts.values().all(Value::is_string) {
        true => Ok(body),
        false => Err("a fact is no string".into()),
    }
}

/// The bytes of the first certificate of a PEM text.
fn der_of(pem: &str) -> Vec<u8> {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("the testbed's own certificate").to_vec()
}
