//! Why an exchange with a server came to nothing.

use std::{error::Error as StdError, io};

/// What broke.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server's certificate does not lead to an authority we trust, or is not for this name, or is out of date.
    #[error("the server's certificate is not accepted")]
    Untrusted {
        /// Which of these.
        #[source]
        source: rustls::Error,
    },
    /// The server ended the handshake because of the certificate we sent, or did not send.
    #[error("the server did not accept our client certificate")]
    CertificateRefused {
        /// The server's alert.
        #[source]
        source: rustls::Error,
    },
    /// TLS failed otherwise.
    #[error("the TLS handshake failed")]
    Tls {
        /// How.
        #[source]
        source: rustls::Error,
    },
    /// No connection came about: name, route, port or proxy.
    #[error("no connection")]
    Connect {
        /// Why.
        #[source]
        source: Cause,
    },
    /// Connected, but no byte moved for too long. A transfer that is merely slow never ends so.
    #[error("stalled: no byte moved for {seconds} seconds")]
    Stalled {
        /// How long.
        seconds: u64,
    },
    /// The connection ended in the middle.
    #[error("the connection broke")]
    Broken {
        /// How.
        #[source]
        source: Cause,
    },
}

/// The innermost reason a library below gave.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Cause {
    /// Its words.
    pub text: String,
    /// Its kind, where it was an I/O error.
    pub kind: Option<io::ErrorKind>,
}

impl Failure {
    pub(super) fn of(error: reqwest::Error) -> Self {
        // The URL may hold secrets, and is told, redacted, one level up.
        let error = error.without_url();
        if let Some(tls) = tls_error(&error) {
            return Self::of_tls(tls.clone());
        }
        let source = innermost(&error);
        if error.is_connect() { Self::Connect { source } } else { Self::Broken { source } }
    }

    fn of_tls(source: rustls::Error) -> Self {
        use rustls::{AlertDescription as A, Error as E};
        match source {
            E::InvalidCertificate(_) | E::NoCertificatesPresented => Self::Untrusted { source },
            E::AlertReceived(
                A::CertificateRequired
                | A::BadCertificate
                | A::UnsupportedCertificate
                | A::CertificateRevoked
                | A::CertificateExpired
                | A::CertificateUnknown
                | A::UnknownCA
                | A::AccessDenied,
            ) => Self::CertificateRefused { source },
            _ => Self::Tls { source },
        }
    }

    /// How often more it may be tried, at most: certificates do not get better by waiting; names and ports rarely do.
    pub(super) fn patience(&self, retries: u32) -> u32 {
        match self {
            Self::Untrusted { .. } | Self::CertificateRefused { .. } | Self::Tls { .. } => 0,
            Self::Connect { .. } => retries.min(2),
            Self::Stalled { .. } | Self::Broken { .. } => retries,
        }
    }

    pub(super) fn hint(&self) -> Option<String> {
        use rustls::{CertificateError as C, Error as E};
        Some(match self {
            Self::Untrusted { source: E::InvalidCertificate(C::UnknownIssuer) } => {
                "if the server's CA is a private one, pass it with --cacert FILE".into()
            }
            Self::Untrusted {
                source:
                    E::InvalidCertificate(
                        C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. },
                    ),
            } => "check this machine's clock; if it is right, the server must renew its certificate".into(),
            Self::Untrusted { .. } => "check the host name in the URL against the server's certificate".into(),
            Self::CertificateRefused { .. } => {
                "pass an entitlement that is valid now with --entitlement DIR|CERT.pem[,KEY.pem]".into()
            }
            Self::Tls { source: E::InvalidMessage(_) } => "the port may not speak TLS: check the URL's scheme".into(),
            Self::Tls { .. } => return None,
            Self::Connect { source } if source.text.contains("proxy") || source.text.contains("tunnel") => {
                "check the proxy in HTTPS_PROXY and its credentials".into()
            }
            Self::Connect { .. } => "check host, port and network; behind a proxy set HTTPS_PROXY".into(),
            Self::Stalled { .. } | Self::Broken { .. } => "run it again: it goes on where it stopped".into(),
        })
    }
}

/// Finds rustls' word in a chain. An `io::Error` hides what it wraps from `source()`.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(e) = next {
        if let Some(tls) = e.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        let wrapped = e.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|w| tls_error(w)) {
            return Some(found);
        }
        next = e.source();
    }
    None
}

fn innermost(error: &(dyn StdError + 'static)) -> Cause {
    let mut last = error;
    let mut kind = None;
    while let Some(e) = last.source() {
        kind = e.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        last = e;
    }
    Cause { text: last.to_string(), kind }
}
