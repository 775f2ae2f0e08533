//! The client: one exchange, its redirects, its retries.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use reqwest::{
    Method, NoProxy, Proxy,
    header::{AUTHORIZATION, COOKIE, LOCATION},
};
use rustls::pki_types::CertificateDer;
use url::Url;

use super::{
    Error, Failure, Identity, Request, Response, Settings,
    identity::certificates,
    redact::redacted_url,
    redirect::{self, same_place},
    retry, tls,
};
use crate::terms::Digest;

/// The one way to the network. Cloning is cheap and shares connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Settings,
    proxies: Vec<Proxy>,
    system: Vec<CertificateDer<'static>>,
    extra: Vec<CertificateDer<'static>>,
    /// One connection pool per way of doing TLS.
    pools: Arc<Mutex<BTreeMap<Digest, reqwest::Client>>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client; no socket is opened yet.
    ///
    /// # Errors
    /// Proxy URLs and CA files that are none.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let mut extra = Vec::new();
        for (name, pem) in &settings.extra_authorities {
            extra.extend(certificates(name, pem).map_err(|source| Error::Authorities { source })?);
        }
        let proxies = proxies(&settings)?;
        let system = tls::system_authorities(settings.system_bundle.as_deref());
        Ok(Self(Arc::new(Inner { settings, proxies, system, extra, pools: Arc::default() })))
    }

    /// The same, for where somebody else has the same to give: it tries but once more. Connections are shared.
    #[must_use]
    pub fn impatient(&self) -> Self {
        let Inner { settings, proxies, system, extra, pools } = &*self.0;
        let settings = Settings { retries: settings.retries.min(1), ..settings.clone() };
        let (proxies, system, extra) = (proxies.clone(), system.clone(), extra.clone());
        Self(Arc::new(Inner { settings, proxies, system, extra, pools: Arc::clone(pools) }))
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Sends a request, and sends it again after failures that may pass. An answer is an answer, whatever its status:
    /// only network trouble, and statuses like 503 until the retries are used up, are waited out.
    pub async fn request(&self, request: &Request) -> Result<Response, Error> {
        let retries = self.0.settings.retries;
        let mut attempt = 1;
        loop {
            let pause = match self.request_once(request).await {
                Ok(response) if retry::passing(response.status()) && attempt <= retries => {
                    tracing::debug!(url = response.url, status = response.status(), attempt, "trying again");
                    retry::pause(self.settings(), attempt, Some(response.headers()))
                }
                Ok(mut response) => {
                    response.attempts = attempt;
                    return Ok(response);
                }
                Err(Error::Transport { method, url, source, .. }) => {
                    if attempt > source.patience(retries) {
                        return Err(Error::Transport { method, url, attempts: attempt, source });
                    }
                    tracing::debug!(url, %source, attempt, "trying again");
                    retry::pause(self.settings(), attempt, None)
                }
                Err(e) => return Err(e),
            };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// Sends a request once. Redirects of GET and HEAD are followed; other methods' are the caller's to judge.
    pub async fn request_once(&self, request: &Request) -> Result<Response, Error> {
        let start = self.gate(&request.url)?;
        let mut url = start.clone();
        for _ in 0..=redirect::MOST {
            let response = self.exchange(request, &start, &url).await?;
            let moved = matches!(response.status(), 301 | 302 | 303 | 307 | 308);
            if !moved || !matches!(request.method, Method::GET | Method::HEAD) {
                return Ok(response);
            }
            url = redirect::next(&url, response.headers().get(LOCATION).map(|l| l.as_bytes()))?;
        }
        Err(Error::Redirect {
            url: redacted_url(&start),
            target: redacted_url(&url),
            why: "it is one redirect too many",
        })
    }

    /// The offline gate: nothing below this opens a socket, and nothing reaches it without passing.
    fn gate(&self, url: &str) -> Result<Url, Error> {
        let bad = |why| Error::BadUrl { url: super::redacted(url), why };
        let url = Url::parse(url).map_err(|_| bad("it is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(bad("its scheme is neither http nor https"));
        }
        if self.0.settings.offline {
            return Err(Error::Offline { url: redacted_url(&url) });
        }
        Ok(url)
    }

    /// One request to one URL, as far as the response's headers. `start` is where the caller wanted to go: credentials
    /// are for that host, and of all hosts for those the identity is bound to.
    async fn exchange(&self, request: &Request, start: &Url, url: &Url) -> Result<Response, Error> {
        let home = same_place(start, url) && request.identity.is_for(url);
        let identity = if home { request.identity.clone() } else { request.identity.stranger() };
        let mut headers = request.headers.clone();
        if !home {
            // Else any server that may redirect us (an open redirect is enough) collects our tokens.
            headers.remove(AUTHORIZATION);
            headers.remove(COOKIE);
        }
        let mut builder = self.pool(&identity)?.request(request.method.clone(), url.clone()).headers(headers);
        if let Some((user, password)) = identity.basic() {
            builder = builder.basic_auth(user, Some(password.expose()));
        }
        let sent = Arc::new(AtomicU64::new(0));
        let builder = request.body.attach(builder, Arc::clone(&sent)).await?;
        let failed = |source| Error::Transport {
            method: request.method.to_string(),
            url: redacted_url(url),
            attempts: 1,
            source,
        };
        let asks = matches!(request.method, Method::GET | Method::HEAD);
        let inner = self.watch(builder.send(), &sent, request.body.len(), asks).await.map_err(failed)?;
        Ok(Response {
            inner,
            stall: self.0.settings.stall_timeout,
            method: request.method.clone(),
            url: redacted_url(url),
            attempts: 1,
            with_certificate: identity.certificate().is_some(),
        })
    }

    /// Waits for a response as long as the request's bytes move, and then, if it changes anything, as long as a server
    /// may think.
    async fn watch(
        &self,
        sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
        sent: &AtomicU64,
        length: u64,
        asks: bool,
    ) -> Result<reqwest::Response, Failure> {
        let Settings { stall_timeout, reply_timeout, connect_timeout, .. } = self.0.settings;
        tokio::pin!(sending);
        let mut seen = None;
        loop {
            let now = sent.load(Ordering::Relaxed);
            let limit = match now {
                n if n == length && !asks => reply_timeout.max(stall_timeout),
                0 => connect_timeout + stall_timeout,
                _ => stall_timeout,
            };
            if let Ok(response) = tokio::time::timeout(limit, &mut sending).await {
                return response.map_err(Failure::of);
            }
            let moved = sent.load(Ordering::Relaxed);
            if moved == now && (seen == Some(now) || now == length || now == 0) {
                return Err(Failure::Stalled { seconds: limit.as_secs() });
            }
            seen = Some(moved);
        }
    }

    fn pool(&self, identity: &Identity) -> Result<reqwest::Client, Error> {
        let mut pools = self.0.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let key = identity.tls_key();
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let settings = &self.0.settings;
        // no_proxy() first: it also keeps reqwest from reading the environment.
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .user_agent(&settings.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout)
            .http2_adaptive_window(true)
            .tls_backend_preconfigured(tls::config(identity, &self.0.system, &self.0.extra));
        for proxy in &self.0.proxies {
            builder = builder.proxy(proxy.clone());
        }
        let pool = builder.build().map_err(|source| Error::Setup { source })?;
        pools.insert(key, pool.clone());
        Ok(pool)
    }
}

fn proxies(settings: &Settings) -> Result<Vec<Proxy>, Error> {
    let given = &settings.proxies;
    type Make = fn(Url) -> reqwest::Result<Proxy>;
    let make: [(&'static str, _, Make); 3] =
        [("http", &given.http, Proxy::http), ("https", &given.https, Proxy::https), ("all", &given.all, Proxy::all)];
    let mut proxies = Vec::new();
    for (which, url, make) in make {
        let Some(url) = url else { continue };
        let bad = || Error::BadProxy { which };
        // `host:port` alone is what many people's environment says.
        let text = url.expose();
        let text = if text.contains("://") { text.clone() } else { format!("http://{text}") };
        let url = Url::parse(&text).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
            return Err(bad());
        }
        let direct = given.no_proxy.as_deref().and_then(NoProxy::from_string);
        proxies.push(make(url).map_err(|_| bad())?.no_proxy(direct));
    }
    Ok(proxies)
}
