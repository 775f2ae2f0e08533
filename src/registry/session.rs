//! A client of all registries: addresses, logins, and requests with the right `Authorization`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use tokio::sync::Mutex;

use super::{
    Credentials, Error, Login, RegistryWords,
    challenge::Challenge,
    token::{Access, basic, bearer},
};
use crate::{
    net::{self, HeaderValue, Identity, Method, Request, Response, header, redacted},
    terms::{Events, Secret},
};

/// What the command line decides about registries.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Hosts (`host` or `host:port`, as written in references) spoken to without TLS. No host is by itself, not even
    /// localhost: what looks local may be a forwarded port.
    pub plain_http: BTreeSet<String>,
    /// Logins.
    pub credentials: Credentials,
    /// TLS identities by host, for registries with a private CA or client certificates.
    pub identities: BTreeMap<String, Identity>,
    /// Blobs moved at a time.
    pub parallel: usize,
    /// Uploads go in pieces of so many bytes; none: in one request, and in pieces only where a registry refuses that.
    pub chunk: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plain_http: BTreeSet::new(),
            credentials: Credentials::default(),
            identities: BTreeMap::new(),
            parallel: 4,
            chunk: None,
        }
    }
}

/// A client of any number of registries. Cloning is cheap and shares logins and connections.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    net: net::Client,
    settings: Settings,
    events: Arc<dyn Events>,
    /// How each host wants to be asked. Held while a token is fetched, so that parallel uploads fetch one.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    challenges: BTreeMap<String, Challenge>,
    tokens: BTreeMap<(String, Vec<String>), Secret<String>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl Registry {
    /// A client over `net`; progress goes to `events` (stage `base` for pulls, `publish` for pushes, in bytes).
    pub fn new(net: net::Client, settings: Settings, events: Arc<dyn Events>) -> Self {
        Self(Arc::new(Inner { net, settings, events, known: Mutex::default() }))
    }

    pub(super) fn net(&self) -> &net::Client {
        &self.0.net
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn events(&self) -> &dyn Events {
        &*self.0.events
    }

    pub(super) fn is_plain(&self, host: &str) -> bool {
        self.0.settings.plain_http.contains(host)
    }

    /// `https://host`. Docker Hub's name is not its registry's address.
    pub(super) fn base(&self, host: &str) -> String {
        let scheme = if self.is_plain(host) { "http" } else { "https" };
        let address = if host == "docker.io" { "registry-1.docker.io" } else { host };
        format!("{scheme}://{address}")
    }

    pub(super) fn identity(&self, host: &str) -> Identity {
        self.0.settings.identities.get(host).cloned().unwrap_or_default()
    }

    /// A request to `/v2/REPOSITORY/rest`.
    pub(super) fn request(&self, method: Method, access: &Access, rest: &str) -> Request {
        let url = format!("{}/v2/{}/{rest}", self.base(&access.host), access.repository);
        Request::new(method, url).by(&self.identity(&access.host))
    }

    /// Sends with retries; answers a 401 once.
    pub(super) async fn send(&self, access: &Access, request: Request) -> Result<Response, Error> {
        self.authorized(access, request, true).await
    }

    /// Sends without retries: uploads have their own way to go on.
    pub(super) async fn send_once(&self, access: &Access, request: Request) -> Result<Response, Error> {
        self.authorized(access, request, false).await
    }

    async fn authorized(&self, access: &Access, request: Request, retries: bool) -> Result<Response, Error> {
        let (authorized, used) = self.authorize(access, &request).await?;
        let send = async |request: &Request| match retries {
            true => self.net().request(request).await,
            false => self.net().request_once(request).await,
        };
        let response = send(&authorized).await?;
        if response.status() != 401 {
            return Ok(response);
        }
        match self.learn(access, response.into_refusal().await, used).await? {
            // A server without Authorization for us: its first answer stands.
            Err(refusal) => Err(self.refused(access, refusal)),
            Ok(()) => {
                let (authorized, _) = self.authorize(access, &request).await?;
                Ok(send(&authorized).await?)
            }
        }
    }

    /// Puts the `Authorization` in that the host is known to want; also tells which token it is.
    pub(super) async fn authorize(
        &self,
        access: &Access,
        request: &Request,
    ) -> Result<(Request, Option<HeaderValue>), Error> {
        let mut known = self.0.known.lock().await;
        let Some(challenge) = known.challenges.get(&access.host).cloned() else {
            return Ok((request.clone(), None));
        };
        let login = self.0.settings.credentials.lookup(&access.host, &access.repository)?;
        let value = match (&challenge, &login) {
            (_, Some(Login::Access(token))) => Some(bearer(token)),
            (Challenge::Basic, Some(Login::Password { user, password })) => Some(basic(user, password)),
            (Challenge::Basic, _) => None,
            (Challenge::Bearer { realm, service, .. }, login) => {
                let key = (access.host.clone(), access.scopes());
                if !known.tokens.contains_key(&key) {
                    let token = self.fetch_token(realm, service.as_deref(), access, login.as_ref()).await?;
                    known.tokens.insert(key.clone(), token);
                }
                known.tokens.get(&key).map(bearer)
            }
        };
        let mut request = request.clone();
        if let Some(value) = &value {
            request.headers.insert(header::AUTHORIZATION, value.clone());
        }
        Ok((request, value))
    }

    /// Takes a 401's challenge in. The inner error hands the refusal back: another try would end the same.
    pub(super) async fn learn(
        &self,
        access: &Access,
        refusal: net::Error,
        used: Option<HeaderValue>,
    ) -> Result<Result<(), net::Error>, Error> {
        let net::Error::Status { refusal: details, .. } = &refusal else { return Ok(Err(refusal)) };
        let Some(challenge) = Challenge::best(&details.challenges) else { return Ok(Err(refusal)) };
        let login = self.0.settings.credentials.lookup(&access.host, &access.repository)?;
        let mut known = self.0.known.lock().await;
        let key = (access.host.clone(), access.scopes());
        let had = known.tokens.get(&key).map(bearer);
        let hopeless = match (&challenge, &login) {
            (_, Some(Login::Access(_))) | (Challenge::Basic, Some(Login::Password { .. })) => used.is_some(),
            (Challenge::Basic, _) => true,
            (Challenge::Bearer { .. }, _) => false,
        };
        if hopeless {
            return Ok(Err(refusal));
        }
        // An expired token goes, unless another task has already put a new one in its place.
        if had == used {
            known.tokens.remove(&key);
        }
        known.challenges.insert(access.host.clone(), challenge);
        Ok(Ok(()))
    }

    /// Makes the registry's own error of a refusal; other failures pass through.
    pub(super) fn refused(&self, access: &Access, error: net::Error) -> Error {
        match error {
            net::Error::Status { method, url, status, refusal, .. } => Error::Refused {
                method,
                url,
                status,
                place: access.place(),
                pushing: access.push,
                source: RegistryWords::parse(&refusal.body),
            },
            other => other.into(),
        }
    }

    /// The response, if its status is one of `good`.
    pub(super) async fn expect(&self, access: &Access, response: Response, good: &[u16]) -> Result<Response, Error> {
        if good.contains(&response.status()) {
            return Ok(response);
        }
        Err(self.refused(access, response.into_refusal().await))
    }
}

pub(super) fn senseless(method: &Method, url: &str, why: &'static str) -> Error {
    Error::Protocol { method: method.to_string(), url: redacted(url), why }
}
