//! What a registry's refusal means to the user.

use std::fmt;

use serde::Deserialize;

use super::{AuthFileError, HelperNeeded};
use crate::{
    formats::oci::DocumentError,
    net, store,
    terms::{BlobDigest, Class, Fault},
};

/// A failure to pull or push. URLs are redacted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The network's.
    #[error(transparent)]
    Net(Box<net::Error>),
    /// The store's.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An auth file's.
    #[error(transparent)]
    AuthFile(#[from] AuthFileError),
    /// A login that only a helper program has.
    #[error(transparent)]
    Helper(#[from] HelperNeeded),
    /// The registry said no.
    #[error("{method} {url}: the registry answered {}", net_status(*status))]
    Refused {
        /// GET, …
        method: String,
        /// Where.
        url: String,
        /// HTTP status code.
        status: u16,
        /// Host and path of the repository.
        place: String,
        /// Whether we wanted to write.
        pushing: bool,
        /// The registry's own codes.
        #[source]
        source: Option<RegistryWords>,
    },
    /// No token came from the registry's token server.
    #[error("getting a token for {place} from {realm}")]
    Token {
        /// Host and path of the repository.
        place: String,
        /// The token server.
        realm: String,
        /// Why.
        #[source]
        source: Box<TokenFailure>,
    },
    /// The bytes are not those of the digest.
    #[error("{what} of {place} should be {expected}, but is {actual}")]
    Digest {
        /// `the manifest`, `the tag 8.4`, …
        what: String,
        /// Host and path of the repository.
        place: String,
        /// What was promised.
        expected: BlobDigest,
        /// What came.
        actual: BlobDigest,
    },
    /// A document that cannot be used.
    #[error("the document {digest} of {place} is of no use")]
    Document {
        /// Host and path of the repository.
        place: String,
        /// Its digest.
        digest: BlobDigest,
        /// Why.
        #[source]
        source: DocumentError,
    },
    /// The registry sends an upload somewhere it must not go.
    #[error("{host} wants the upload sent to {target}, which is refused: {why}")]
    UploadLocation {
        /// `host[:port]`.
        host: String,
        /// Where it should go.
        target: String,
        /// Why not.
        why: &'static str,
    },
    /// The registry's answers do not follow the protocol.
    #[error("{method} {url}: the registry's answer makes no sense: {why}")]
    Protocol {
        /// GET, …
        method: String,
        /// Where.
        url: String,
        /// What is the matter.
        why: &'static str,
    },
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFailure {
    /// The token server cannot be reached or refuses.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// It answered with something else.
    #[error("the answer holds no token")]
    NoToken,
    /// Credentials would travel readable by all.
    #[error("it would send the credentials without TLS")]
    Plain,
}

/// The registry's error codes (distribution specification, "Error Codes").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryWords(pub Vec<ErrorCode>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorCode {
    /// `DENIED`, `MANIFEST_UNKNOWN`, …
    #[serde(default)]
    pub code: String,
    /// For people; may be empty.
    #[serde(default)]
    pub message: String,
}

impl fmt::Display for RegistryWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
        for (i, ErrorCode { code, message }) in self.0.iter().take(4).enumerate() {
            let between = if i > 0 { "; " } else { "" };
            let colon = if message.is_empty() || code.is_empty() { "" } else { ": " };
            write!(f, "{between}{}{colon}{}", clean(code), clean(message))?;
        }
        Ok(())
    }
}

impl std::error::Error for RegistryWords {}

impl RegistryWords {
    /// Reads `{"errors":[{"code","message"}]}`.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            errors: Vec<ErrorCode>,
        }
        let body: Body = serde_json::from_slice(body).ok()?;
        (!body.errors.is_empty()).then_some(Self(body.errors))
    }
}

fn net_status(status: u16) -> String {
    net::status_text(status)
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Net(e) => e.class(),
            Self::Token { source, .. } => match &**source {
                TokenFailure::Net(e) => e.class(),
                TokenFailure::NoToken | TokenFailure::Plain => Class::Network,
            },
            Self::Store(e) => e.class(),
            Self::AuthFile(e) => e.class(),
            Self::Digest { .. } | Self::Document { .. } => Class::Verification,
            _ => Class::Network,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Net(e) => net_hint(e),
            Self::Store(e) => e.hint(),
            Self::AuthFile(e) => e.hint(),
            Self::Helper(e) => e.hint(),
            Self::Refused { status, place, pushing, .. } => refusal_hint(*status, place, *pushing),
            Self::Token { source, place, .. } => match &**source {
                TokenFailure::Net(net::Error::Status { status: 401 | 403, .. }) => {
                    Some(format!("log in again: podman login {}; or pass --authfile FILE", host_of(place)))
                }
                TokenFailure::Net(e) => e.hint(),
                TokenFailure::NoToken | TokenFailure::Plain => None,
            },
            Self::Digest { .. } => {
                Some("a proxy or mirror may answer with stale bytes; try again, or another mirror".into())
            }
            Self::UploadLocation { .. } => Some(
                "the registry does not know its own address: have its operator set it (docker-registry: http.host)"
                    .into(),
            ),
            _ => None,
        }
    }
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        Self::Net(Box::new(error))
    }
}

fn net_hint(error: &net::Error) -> Option<String> {
    match error {
        // Docker's registry answers TLS with HTTP: rustls then says "corrupt message".
        net::Error::Transport { url, source: net::Failure::Tls { .. }, .. } => {
            let place = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            Some(format!("if this registry speaks plain HTTP, pass --plain-http {}", host_of(place)))
        }
        other => other.hint(),
    }
}

fn host_of(place: &str) -> &str {
    place.split('/').next().unwrap_or(place)
}

fn refusal_hint(status: u16, place: &str, pushing: bool) -> Option<String> {
    let action = if pushing { "push to" } else { "pull from" };
    let host = host_of(place);
    Some(match status {
        401 => format!("log in first: podman login {host}; or pass --authfile FILE"),
        403 => format!("the account in use may not {action} {place}: check its rights, or log in as another"),
        404 if pushing => format!("create the repository {place} first, or check its name"),
        404 => "check the name, the tag and the digest: registries remove images that no tag holds".into(),
        405 => format!("{host} does not take uploads: it may be a read-only mirror"),
        413 => "a proxy before the registry limits the size of requests: have its limit raised".into(),
        429 => "the registry limits requests: wait, or log in for a higher limit".into(),
        500..=599 => "the registry has a problem of its own: try again later".into(),
        _ => return None,
    })
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Error>();
};
