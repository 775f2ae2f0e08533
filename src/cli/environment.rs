//! The one place that reads environment variables, and the defaults that come from the machine.
//!
//! `SOURCE_DATE_EPOCH`; `DRYDOCK_CACHE`, `XDG_CACHE_HOME`, `HOME`; `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR`,
//! `XDG_CONFIG_HOME`, `DOCKER_CONFIG`; `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` (lower case wins, as in curl);
//! `SSL_CERT_FILE`; `NO_COLOR`, `TERM`; `XDG_STATE_HOME`; `DRYDOCK_RHSM_ORG`, `DRYDOCK_RHSM_ACTIVATION_KEY`. Nothing else decides anything: no locale, no time zone, no TMPDIR.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::IsTerminal as _,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use crate::{
    pipeline::options::ProxyOptions,
    terms::{Epoch, Secret},
};

use super::Error;

/// What of the environment counts, as values. Tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<&'static str, Secret<OsString>>,
}

const NAMES: [&str; 22] = [
    "SOURCE_DATE_EPOCH",
    "DRYDOCK_CACHE",
    "XDG_CACHE_HOME",
    "HOME",
    "REGISTRY_AUTH_FILE",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "DOCKER_CONFIG",
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "NO_COLOR",
    "TERM",
    "XDG_STATE_HOME",
    "DRYDOCK_RHSM_ORG",
    "DRYDOCK_RHSM_ACTIVATION_KEY",
];

impl Environment {
    /// The process's.
    pub fn read() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// From any source. An empty variable counts as unset.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &'static str| Some((name, Secret::new(lookup(name).filter(|v| !v.is_empty())?)));
        Self { variables: NAMES.into_iter().filter_map(set).collect() }
    }

    fn os(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).map(|v| v.expose().clone())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.os(name).map(|v| v.to_string_lossy().into_owned())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.os(name).map(PathBuf::from)
    }

    /// Seconds since 1970: what certificates are judged by.
    pub(super) fn now(&self) -> u64 {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
    }

    /// `SOURCE_DATE_EPOCH`, which must be a number when it is there (reproducible-builds.org's specification).
    pub(super) fn epoch(&self) -> Result<Option<Epoch>, Error> {
        let Some(text) = self.text("SOURCE_DATE_EPOCH") else { return Ok(None) };
        text.parse::<u32>().map(|s| Some(Epoch::new(s))).map_err(|_| Error::BadEpoch { value: text })
    }

    /// The store's directory.
    pub(super) fn cache(&self, flag: Option<&Path>) -> Result<PathBuf, Error> {
        // A relative XDG path is invalid by that specification; a relative HOME is nobody's home.
        let absolute = |name| self.path(name).filter(|p| p.is_absolute());
        flag.map(Path::to_owned)
            .or_else(|| self.path("DRYDOCK_CACHE"))
            .or_else(|| absolute("XDG_CACHE_HOME").map(|d| d.join("drydock")))
            .or_else(|| absolute("HOME").map(|d| d.join(".cache/drydock")))
            .ok_or(Error::NoCache)
    }

    /// The directory of what outlives a run: `$XDG_STATE_HOME/drydock`, `~/.local/state/drydock`, else one in the store's.
    pub(super) fn state(&self, cache: Option<&Path>) -> Result<PathBuf, Error> {
        let absolute = |name| self.path(name).filter(|p| p.is_absolute());
        let home = || absolute("HOME").map(|d| d.join(".local/state/drydock"));
        match absolute("XDG_STATE_HOME").map(|d| d.join("drydock")).or_else(home) {
            Some(directory) => Ok(directory),
            None => Ok(self.cache(cache)?.join("state")),
        }
    }

    /// Where a configuration of podman's and skopeo's is: the user's, then the system's.
    pub(super) fn containers(&self, name: &str) -> Vec<PathBuf> {
        let own = self.path("HOME").map(|home| home.join(".config/containers").join(name));
        own.into_iter().chain([Path::new("/etc/containers").join(name)]).collect()
    }

    /// The organisation to register with.
    pub(super) fn rhsm_org(&self) -> Option<String> {
        self.text("DRYDOCK_RHSM_ORG")
    }

    /// Activation keys, separated by commas.
    pub(super) fn activation_keys(&self) -> Option<Secret<Vec<String>>> {
        let text = self.text("DRYDOCK_RHSM_ACTIVATION_KEY")?;
        Some(Secret::new(text.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect()))
    }

    /// What `uname -m` says.
    pub(super) fn machine(&self) -> String {
        match std::env::consts::ARCH {
            "powerpc64" => "ppc64le".to_owned(),
            arch => arch.to_owned(),
        }
    }

    /// A consumer's name that no other has.
    pub(super) fn consumer_name(&self) -> String {
        format!("drydock-{}-{}", self.now(), std::process::id())
    }

    /// An auth file that somebody asked for.
    pub(super) fn authfile(&self) -> Option<PathBuf> {
        self.path("REGISTRY_AUTH_FILE")
    }

    /// Where Podman and Docker keep credentials, in the order Podman looks (containers-auth.json(5)).
    pub(super) fn authfile_candidates(&self) -> Vec<PathBuf> {
        let home = self.path("HOME");
        let below_home = |p: &str| home.as_ref().map(|h| h.join(p));
        let runtime = self.path("XDG_RUNTIME_DIR").map(|d| d.join("containers/auth.json"));
        let config = self.path("XDG_CONFIG_HOME").or_else(|| below_home(".config"));
        let docker = self.path("DOCKER_CONFIG").or_else(|| below_home(".docker"));
        [
            runtime.or_else(|| Some(format!("/run/containers/{}/auth.json", user_id()?).into())),
            config.map(|d| d.join("containers/auth.json")),
            docker.map(|d| d.join("config.json")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Proxies; lower case wins. `HTTP_PROXY` in capitals is honoured too: this is no CGI program.
    pub(super) fn proxy(&self) -> ProxyOptions {
        let first = |lower: &str, upper: &str| self.text(lower).or_else(|| self.text(upper));
        ProxyOptions {
            http: first("http_proxy", "HTTP_PROXY").map(Secret::new),
            https: first("https_proxy", "HTTPS_PROXY").map(Secret::new),
            all: first("all_proxy", "ALL_PROXY").map(Secret::new),
            no_proxy: first("no_proxy", "NO_PROXY"),
        }
    }

    /// `SSL_CERT_FILE`: a CA bundle in place of the system's.
    pub(super) fn system_bundle(&self) -> Option<PathBuf> {
        self.path("SSL_CERT_FILE")
    }

    /// Worker threads when nobody says how many: those the process may run on, its cgroup's quota included.
    pub(super) fn jobs(&self) -> NonZeroUsize {
        std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Whether stderr is a terminal that can move its cursor.
    pub(super) fn has_terminal(&self) -> bool {
        std::io::stderr().is_terminal() && self.text("TERM").is_none_or(|t| t != "dumb")
    }

    /// Whether stderr may have colour.
    pub(super) fn has_colour(&self) -> bool {
        self.has_terminal() && self.os("NO_COLOR").is_none()
    }

    /// The log on stderr: warnings of ours, with -v what we do, with -vv what the libraries do.
    pub(super) fn start_log(&self, verbose: u8, quiet: bool) {
        let filter = match (quiet, verbose) {
            (true, _) => "off",
            (_, 0) => "error",
            (_, 1) => "warn,drydock=debug",
            (_, 2) => "debug,drydock=trace",
            _ => "trace",
        };
        // A second start in one process (tests) keeps the first log.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
            .with_writer(std::io::stderr)
            .with_ansi(self.has_colour())
            .without_time()
            .try_init();
    }
}

/// The user's number: the owner of the process's own directory.
fn user_id() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").ok().map(|m| m.uid())
}
