//! What a caller of the client may have to tell the user.

use std::{fmt, io, path::PathBuf};

use super::{Failure, IdentityError};
use crate::terms::{Class, Fault};

/// A network failure. URLs in it are redacted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Offline, and this was wanted. No socket was opened.
    #[error("{url} is needed, but the network is not to be used")]
    Offline {
        /// What was wanted.
        url: String,
    },
    /// Not a URL, or not one we fetch.
    #[error("cannot fetch {url}: {why}")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is the matter with it.
        why: &'static str,
    },
    /// A proxy setting that is no proxy's URL.
    #[error("the {which} proxy is not a URL with scheme http, https, socks5 or socks5h")]
    BadProxy {
        /// `http`, `https` or `all`.
        which: &'static str,
    },
    /// A CA file that cannot be used.
    #[error("setting up TLS")]
    Authorities {
        /// Why.
        #[source]
        source: IdentityError,
    },
    /// The HTTP client could not be made.
    #[error("setting up the HTTP client")]
    Setup {
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// No answer, or only a part of one.
    #[error("{method} {url}{}", after(*attempts))]
    Transport {
        /// GET, …
        method: String,
        /// From where.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// Why the last one failed.
        #[source]
        source: Failure,
    },
    /// An answer, but a refusal.
    #[error("{method} {url}: the server answered {}{}", status_text(*status), after(*attempts))]
    Status {
        /// GET, …
        method: String,
        /// From where.
        url: String,
        /// HTTP status code.
        status: u16,
        /// How often it was tried.
        attempts: u32,
        /// The rest of the answer.
        refusal: Box<Refusal>,
        /// A few of its words, where it has words for people.
        #[source]
        source: Option<Words>,
    },
    /// A redirect that is not followed.
    #[error("{url} leads to {target}, which is not followed: {why}")]
    Redirect {
        /// What was asked for.
        url: String,
        /// Where it leads.
        target: String,
        /// Why not.
        why: &'static str,
    },
    /// More bytes than the caller bears.
    #[error("{url} is larger than the {limit} bytes allowed for it")]
    TooLarge {
        /// From where.
        url: String,
        /// The ceiling in bytes.
        limit: u64,
    },
    /// The parts a server sends do not fit together: offsets or lengths that change between requests.
    #[error("GET {url}: the server's ranges do not fit together{}", after(*attempts))]
    Ranges {
        /// From where.
        url: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// A file named by a file:// URL or to be sent cannot be read.
    #[error("reading {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bytes came, but could not be kept.
    #[error("keeping {url}")]
    Sink {
        /// From where.
        url: String,
        /// Why.
        #[source]
        source: SinkFault,
    },
}

/// What came with a refusal.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The body's beginning, at most 64 KiB.
    pub body: Vec<u8>,
    /// The `WWW-Authenticate` headers.
    pub challenges: Vec<String>,
    /// Whether a client certificate was at hand.
    pub with_certificate: bool,
}

/// A line the server sent for people.
#[derive(Clone, Debug, thiserror::Error)]
#[error("it says {0:?}")]
pub struct Words(pub String);

/// Why a [`super::Sink`] did not take bytes.
pub struct SinkFault(Box<dyn Fault>);

impl SinkFault {
    /// Wraps what the sink's own module calls it.
    pub fn new(fault: impl Fault) -> Self {
        Self(Box::new(fault))
    }

    /// The fault, to be asked what it is.
    pub fn get(&self) -> &dyn Fault {
        &*self.0
    }
}

impl fmt::Debug for SinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for SinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for SinkFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

fn after(attempts: u32) -> String {
    if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() }
}

/// `403 Forbidden`.
pub(crate) fn status_text(status: u16) -> String {
    let reason = reqwest::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    reason.map_or(status.to_string(), |r| format!("{status} {r}"))
}

impl Refusal {
    /// A line for people out of the body: an HTML title, or the first line of a text. Other formats are their callers'.
    pub(super) fn words(&self) -> Option<Words> {
        let text = String::from_utf8_lossy(&self.body);
        let line = match text.split_once("<title>") {
            Some((_, rest)) => rest.split('<').next(),
            None if text.trim_start().starts_with(['<', '{', '[']) => None,
            None => text.trim().lines().next(),
        };
        let line: String = line?.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        (!line.is_empty()).then_some(Words(line))
    }

    fn mentions(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|w| w == text.as_bytes())
    }

    fn hint(&self, status: u16) -> Option<&'static str> {
        Some(match status {
            // nginx's words for a missing and for a bad client certificate (ngx_http_special_response.c).
            400 if self.mentions("No required SSL certificate was sent") => {
                "the server wants a client certificate: pass it with --entitlement DIR|CERT.pem[,KEY.pem]"
            }
            400 if self.mentions("SSL certificate error") || self.mentions("The SSL certificate error") => {
                "the server did not accept the client certificate: it may have expired or come from another CA; pass a valid one with --entitlement"
            }
            401 => "log in: give credentials in an auth file (--authfile) or in the repository's settings",
            403 if self.with_certificate => {
                "the entitlement does not grant this path: check releasever and arch in it, and the subscription"
            }
            403 => "access is denied: if this is an entitled CDN, pass --entitlement; else check the credentials",
            404 => "nothing is there: check the URL, and releasever and arch in it",
            407 => "the proxy wants credentials: put them into HTTPS_PROXY",
            429 => "the server limits requests: wait, or lower --jobs",
            500..=599 => "the server has a problem of its own: try again later",
            _ => return None,
        })
    }
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Offline { .. } => Class::Offline,
            Self::BadUrl { .. } | Self::BadProxy { .. } | Self::Authorities { .. } => Class::Usage,
            Self::Setup { .. } => Class::Internal,
            Self::Sink { source, .. } => source.get().class(),
            _ => Class::Network,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Offline { .. } => Some("run once without --offline: what is fetched then is kept".into()),
            Self::BadProxy { .. } => Some("write it as http://HOST:PORT".into()),
            Self::Authorities { source } => source.hint(),
            Self::Transport { source, .. } => source.hint(),
            Self::Status { status, refusal, .. } => refusal.hint(*status).map(str::to_owned),
            Self::Sink { source, .. } => source.get().hint(),
            Self::Ranges { .. } => Some("try again later, or from another mirror".into()),
            _ => None,
        }
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Error>();
};
