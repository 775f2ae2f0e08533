//! Tokens: what a challenge and a login are traded for.

use base64::Engine as _;
use serde::Deserialize;
use url::Url;

use super::{Error, Login, Registry, error::TokenFailure};
use crate::{
    net::{Body, HeaderValue, Identity, Method, Request, header, redacted},
    terms::Secret,
};

/// Token responses are a few KiB.
const TOKEN_LIMIT: u64 = 1 << 20;

/// For whom a token is wanted.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub host: String,
    pub repository: String,
    /// Whether we want to write.
    pub push: bool,
    /// Another repository to read from, for a mount.
    pub from: Option<String>,
}

impl Access {
    pub fn pull(host: &str, repository: &str) -> Self {
        Self { host: host.into(), repository: repository.into(), push: false, from: None }
    }

    pub fn push(host: &str, repository: &str) -> Self {
        Self { push: true, ..Self::pull(host, repository) }
    }

    /// `host/path`, for messages.
    pub fn place(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    pub fn mount(&self, from: &str) -> Self {
        Self { from: Some(from.into()), ..self.clone() }
    }

    /// Docker's scopes: `repository:NAME:ACTIONS`.
    pub fn scopes(&self) -> Vec<String> {
        let actions = if self.push { "pull,push" } else { "pull" };
        let mut scopes = vec![format!("repository:{}:{actions}", self.repository)];
        scopes.extend(self.from.as_ref().map(|from| format!("repository:{from}:pull")));
        scopes
    }
}

pub(super) fn basic(user: &str, password: &Secret<String>) -> HeaderValue {
    let text = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{}", password.expose()));
    sensitive(format!("Basic {text}"))
}

pub(super) fn bearer(token: &Secret<String>) -> HeaderValue {
    sensitive(format!("Bearer {}", token.expose()))
}

/// Marked, so that no layer below logs it or indexes it in HTTP/2 header compression.
fn sensitive(text: String) -> HeaderValue {
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer invalid"));
    value.set_sensitive(true);
    value
}

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

impl Registry {
    /// Asks the token server at `realm`.
    pub(super) async fn fetch_token(
        &self,
        realm: &str,
        service: Option<&str>,
        access: &Access,
        login: Option<&Login>,
    ) -> Result<Secret<String>, Error> {
        let failed = |source| Error::Token { place: access.place(), realm: redacted(realm), source: Box::new(source) };
        let url = Url::parse(realm).map_err(|_| failed(TokenFailure::NoToken))?;
        // A registry on TLS that sends us to a token server without: whoever tampers there reads the password.
        if url.scheme() != "https" && !self.is_plain(&access.host) && login.is_some() {
            return Err(failed(TokenFailure::Plain));
        }
        let request = token_request(url, service, access, login);
        // The registry's client certificate is for its own host; the trust in its CA goes along.
        let request = match request.url.starts_with(&format!("{}/", self.base(&access.host))) {
            true => request.by(&self.identity(&access.host)),
            false => request.by(&Identity::anonymous()),
        };
        let response = self.net().request(&request).await.map_err(|e| failed(e.into()))?;
        let mut response = match response.status() {
            200 => response,
            _ => return Err(failed(response.into_refusal().await.into())),
        };
        let bytes = response.bytes(TOKEN_LIMIT).await.map_err(|e| failed(e.into()))?;
        let answer: Option<Answer> = serde_json::from_slice(&bytes).ok();
        let token = answer.and_then(|a| a.token.or(a.access_token)).filter(|t| !t.is_empty());
        token.map(Secret::new).ok_or_else(|| failed(TokenFailure::NoToken))
    }
}

/// GET with a password or nothing, POST with a refresh token (Docker's token and oauth2 specifications).
fn token_request(mut url: Url, service: Option<&str>, access: &Access, login: Option<&Login>) -> Request {
    if let Some(Login::Refresh(refresh)) = login {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", "drydock")
            .append_pair("service", service.unwrap_or_default())
            .append_pair("scope", &access.scopes().join(" "))
            .append_pair("refresh_token", refresh.expose())
            .finish();
        return Request::new(Method::POST, url)
            .with_header(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .with_body(Body::Bytes(form.into()));
    }
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        for scope in access.scopes() {
            query.append_pair("scope", &scope);
        }
    }
    match login {
        Some(Login::Password { user, password }) => {
            Request::new(Method::GET, url).with_header(header::AUTHORIZATION, basic(user, password))
        }
        _ => Request::new(Method::GET, url),
    }
}
