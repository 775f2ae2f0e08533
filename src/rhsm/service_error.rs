//! What goes wrong between a build and the subscription service.

use std::{fmt, io, path::PathBuf};

use crate::{
    net::{self, IdentityError, Words},
    terms::{Class, Fault},
};

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A consumer is created.
    Register,
    /// Its certificates are fetched.
    Certificates,
    /// Its content overrides are fetched.
    Overrides,
    /// It is removed.
    Unregister,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Register => "registering with",
            Self::Certificates => "fetching entitlement certificates from",
            Self::Overrides => "fetching content overrides from",
            Self::Unregister => "unregistering from",
        })
    }
}

/// Why a registration did not work, or is not over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// Not an https URL.
    #[error("{url} is not the address of a subscription service: activation keys are sent over https only")]
    Address {
        /// What was given, redacted.
        url: String,
    },
    /// The service said no.
    #[error("{step} {service}: it answered {}", net::status_text(*status))]
    Refused {
        /// While doing what.
        step: Step,
        /// Its URL.
        service: String,
        /// HTTP status code.
        status: u16,
        /// Its words.
        #[source]
        words: Option<Words>,
    },
    /// The service could not be reached.
    #[error("{step} {service}")]
    Network {
        /// While doing what.
        step: Step,
        /// Its URL.
        service: String,
        /// Why.
        #[source]
        source: net::Error,
    },
    /// The answer is not what the service's description says.
    #[error("{step} a subscription service: its answer does not read, at line {line}, column {column}")]
    Answer {
        /// While doing what.
        step: Step,
        /// Where in the answer; the answer itself holds keys.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// Certificate and key it sent do not go together.
    #[error("using the identity the subscription service gave")]
    Identity(#[source] IdentityError),
    /// Registered, and no content.
    #[error("the consumer was registered with {service}, and gets no entitlement certificate")]
    NoContent {
        /// Its URL.
        service: String,
    },
    /// What has to be kept to unregister cannot be written.
    #[error("keeping what it takes to unregister in {}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The consumer is still there.
    #[error("the consumer {uuid} is still registered")]
    Left {
        /// Its UUID.
        uuid: String,
        /// Why it could not be removed.
        #[source]
        source: Box<ServiceError>,
    },
    /// Nothing is known of it here.
    #[error("no registration of a consumer {uuid} is kept here")]
    Unknown {
        /// As asked for.
        uuid: String,
    },
    /// Nothing is registered.
    #[error("no consumer is registered here")]
    Nothing,
    /// One is registered already.
    #[error("the consumer {uuid} is registered here already")]
    Already {
        /// Its UUID.
        uuid: String,
    },
    /// Offline.
    #[error("{step} a subscription service needs the network, and it is not to be used")]
    Offline {
        /// What.
        step: Step,
    },
}

impl Fault for ServiceError {
    fn class(&self) -> Class {
        match self {
            Self::Address { .. } | Self::Unknown { .. } | Self::Nothing | Self::Already { .. } => Class::Usage,
            Self::Record { source, .. } if crate::terms::is_full(source.kind()) => Class::Internal,
            Self::Record { .. } => Class::Usage,
            Self::Network { source, .. } => source.class(),
            Self::Offline { .. } => Class::Offline,
            _ => Class::Network,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Address { .. } => "write it as https://HOST/PREFIX, as https://satellite.example/rhsm".into(),
            Self::Refused { step: Step::Register, status: 401 | 403 | 404 | 400, .. } => {
                "check the organisation's id (a number, not its name) and that the activation key is of that organisation".into()
            }
            Self::Refused { status: 401 | 403, .. } => {
                "a proxy that opens TLS takes the certificate away: let this host be reached without one (NO_PROXY)".into()
            }
            Self::Network { source, .. } => return source.hint(),
            Self::NoContent { .. } => "does the activation key belong to an organisation with simple content access, or \
                 attach a subscription?"
                .into(),
            Self::Left { uuid, .. } => format!("`drydock rhsm unregister {uuid}` removes it"),
            Self::Unknown { .. } => "`subscription-manager` or the service's web pages remove consumers of other places".into(),
            Self::Already { .. } => "`drydock rhsm unregister` removes it".into(),
            Self::Offline { .. } => "run it without --offline".into(),
            _ => return None,
        })
    }
}

const _: () = {
    const fn sent<T: Send + Sync + 'static>() {}
    sent::<ServiceError>();
};
