//! What the command line decides about the network.

use std::{path::PathBuf, time::Duration};

use crate::terms::Secret;

/// Settings of a [`super::Client`]. The environment is not read here: `cli/` puts its values in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Refuse whatever would open a socket.
    pub offline: bool,
    /// CA certificates beside the system's: a name for messages (a path) and PEM text.
    pub extra_authorities: Vec<(String, Vec<u8>)>,
    /// A bundle to take instead of the system's (`SSL_CERT_FILE`).
    pub system_bundle: Option<PathBuf>,
    /// Proxies.
    pub proxies: Proxies,
    /// How long a connection, TLS included, may take to come about.
    pub connect_timeout: Duration,
    /// How long no byte may move. A slow transfer that moves is let be.
    pub stall_timeout: Duration,
    /// How long a server may think over a request it has got whole (registries hash a large upload then).
    pub reply_timeout: Duration,
    /// How often a failed request is tried again.
    pub retries: u32,
    /// The wait before the first retry; it doubles each time, up to 15 seconds. No jitter: the same run on the same
    /// network does the same.
    pub backoff: Duration,
    /// `User-Agent`.
    pub user_agent: String,
}

/// Proxies by scheme: URLs (`http://…`, `https://…`, `socks5://…`, `socks5h://…`), which may hold credentials.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// For http URLs.
    pub http: Option<Secret<String>>,
    /// For https URLs.
    pub https: Option<Secret<String>>,
    /// For both, where the one above is not set.
    pub all: Option<Secret<String>>,
    /// Hosts reached without any: names, domains, addresses, CIDR blocks, `*`, separated by commas.
    pub no_proxy: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offline: false,
            extra_authorities: Vec::new(),
            system_bundle: None,
            proxies: Proxies::default(),
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(45),
            reply_timeout: Duration::from_secs(300),
            retries: 5,
            backoff: Duration::from_millis(500),
            user_agent: concat!("drydock/", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}
