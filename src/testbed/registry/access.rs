//! Who is let in: everybody, holders of a password, holders of a token bought with a password.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::testbed::server::{Answer, Request};

use super::refusal;

/// A registry's authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// None.
    #[default]
    Open,
    /// `Authorization: Basic`, for everything.
    Basic {
        /// The only account.
        user: String,
        /// Its password.
        password: String,
    },
    /// `Authorization: Bearer`, with tokens from this server's `/token`, good for the scope they were asked for.
    Bearer {
        /// The only account.
        user: String,
        /// Its password.
        password: String,
        /// Whether `/token` gives pull tokens to anyone, as public registries do.
        anonymous_pull: bool,
    },
}

impl Access {
    /// Basic authentication.
    pub fn basic(user: &str, password: &str) -> Self {
        Self::Basic { user: user.to_owned(), password: password.to_owned() }
    }

    /// Bearer authentication; anonymous clients get tokens to pull.
    pub fn bearer(user: &str, password: &str) -> Self {
        Self::Bearer { user: user.to_owned(), password: password.to_owned(), anonymous_pull: true }
    }
}

/// Tokens given out, with the `REPOSITORY:ACTION` pairs each is good for.
pub(super) type Tokens = BTreeMap<String, Vec<String>>;

fn has_password(request: &Request, user: &str, password: &str) -> bool {
    let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    request.header("authorization") == Some(expected.as_str())
}

/// The challenge, if the request is not let in.
pub(super) fn check(access: &Access, tokens: &Tokens, request: &Request, name: &str, pulls: bool) -> Option<Answer> {
    let challenge = match access {
        Access::Open => return None,
        Access::Basic { user, password } if has_password(request, user, password) => return None,
        Access::Basic { .. } => "Basic realm=\"testbed\"".to_owned(),
        Access::Bearer { .. } => {
            let token = request.header("authorization").and_then(|h| h.strip_prefix("Bearer "));
            let scopes = token.and_then(|t| tokens.get(t));
            let wanted = format!("{name}:{}", if pulls { "pull" } else { "push" });
            if scopes.is_some_and(|scopes| name.is_empty() || scopes.contains(&wanted)) {
                return None;
            }
            let mut challenge = format!("Bearer realm=\"{}/token\",service=\"testbed\"", request.origin);
            if !name.is_empty() {
                let actions = if pulls { "pull" } else { "pull,push" };
                challenge.push_str(&format!(",scope=\"repository:{name}:{actions}\""));
            }
            challenge
        }
    };
    Some(refusal(401, "UNAUTHORIZED", "authentication required").header("www-authenticate", challenge))
}

/// The `/token` endpoint: scopes in, a token out.
pub(super) fn token(access: &Access, tokens: &mut Tokens, request: &Request) -> Answer {
    let Access::Bearer { user, password, anonymous_pull } = access else {
        return refusal(404, "UNSUPPORTED", "no tokens here");
    };
    let known = has_password(request, user, password);
    if !known && (request.header("authorization").is_some() || !anonymous_pull) {
        return refusal(401, "UNAUTHORIZED", "incorrect username or password");
    }
    let mut scopes = Vec::new();
    for (_, scope) in url::form_urlencoded::parse(request.query.as_bytes()).filter(|(n, _)| n == "scope") {
        for one in scope.split(' ') {
            let Some((name, actions)) = one.strip_prefix("repository:").and_then(|s| s.rsplit_once(':')) else {
                continue;
            };
            let granted = actions.split(',').filter(|a| *a == "pull" || known);
            scopes.extend(granted.map(|action| format!("{name}:{action}")));
        }
    }
    let token = format!("testbed-token-{}", tokens.len());
    tokens.insert(token.clone(), scopes);
    let body = json!({ "token": token, "access_token": token, "expires_in": 300 });
    Answer::new(200, body.to_string()).header("content-type", "application/json")
}
