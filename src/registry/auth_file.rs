//! Auth files of Podman and Docker, OpenShift pull secrets included.
//!
//! Sources: containers-auth.json(5); Docker's `config.json`.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use base64::Engine as _;
use serde::Deserialize;

use crate::terms::{Class, Fault, Secret};

/// Directories and files where credentials may be. Values of the environment, read by `cli/`.
#[derive(Clone, Debug, Default)]
pub struct AuthPlaces {
    /// `--authfile` or `REGISTRY_AUTH_FILE`: then no other place is looked at, and it must exist.
    pub explicit: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub config_home: Option<PathBuf>,
    /// `DOCKER_CONFIG`: a directory.
    pub docker_config: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
}

/// A login for a registry or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// User name and password.
    Password {
        /// User name.
        user: String,
        /// Password.
        password: Secret<String>,
    },
    /// An OAuth2 refresh token, traded for access tokens (`identitytoken`).
    Refresh(Secret<String>),
    /// An access token, sent as it is (`registrytoken`).
    Access(Secret<String>),
}

/// One auth file.
#[derive(Clone, Default)]
pub struct AuthFile {
    name: String,
    logins: BTreeMap<String, Option<Login>>,
    helpers: BTreeMap<String, String>,
    store: Option<String>,
}

/// Auth files, first come first served.
#[derive(Clone, Debug, Default)]
pub struct Credentials(Vec<AuthFile>);

/// An auth file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthFileError {
    /// It cannot be read.
    #[error("reading the auth file {name}")]
    Unreadable {
        /// Its path.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no JSON of the expected shape. The parser's words are left out: they may quote secrets.
    #[error("the auth file {name} is not a JSON object with \"auths\" (line {line})")]
    Malformed {
        /// Its path.
        name: String,
        /// Where reading stopped.
        line: usize,
    },
    /// An entry's `auth` is not base64 of `user:password`.
    #[error("the auth file {name}: \"auth\" of {key} is not base64 of user:password")]
    BadEntry {
        /// Its path.
        name: String,
        /// The entry.
        key: String,
    },
}

/// The login for a registry is kept by a credential helper.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials for {key} are kept by the helper docker-credential-{helper}, which drydock does not run")]
pub struct HelperNeeded {
    /// The registry.
    pub key: String,
    /// The helper's name.
    pub helper: String,
}

impl Fault for HelperNeeded {
    fn class(&self) -> Class {
        Class::Network
    }

    fn hint(&self) -> Option<String> {
        Some(format!("write them to a file: podman login --authfile FILE {}; then pass --authfile FILE", self.key))
    }
}

impl Fault for AuthFileError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("`podman login --authfile FILE HOST` writes a good one".into())
    }
}

impl AuthPlaces {
    /// Files to look at, best first, as Podman and then Docker do.
    pub fn candidates(&self) -> Vec<PathBuf> {
        if let Some(explicit) = &self.explicit {
            return vec![explicit.clone()];
        }
        let config_home = self.config_home.clone().or_else(|| Some(self.home.as_ref()?.join(".config")));
        let docker = self.docker_config.clone().or_else(|| Some(self.home.as_ref()?.join(".docker")));
        [
            self.runtime_dir.as_ref().map(|d| d.join("containers/auth.json")),
            config_home.map(|d| d.join("containers/auth.json")),
            docker.map(|d| d.join("config.json")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFile {
    #[serde(default)]
    auths: BTreeMap<String, RawEntry>,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Deserialize)]
struct RawEntry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl AuthFile {
    /// Reads one; `name` is for messages.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, AuthFileError> {
        let raw: RawFile = serde_json::from_slice(bytes)
            .map_err(|e| AuthFileError::Malformed { name: name.into(), line: e.line() })?;
        let mut logins = BTreeMap::new();
        for (key, entry) in raw.auths {
            let login = entry.login().map_err(|()| AuthFileError::BadEntry { name: name.into(), key: key.clone() })?;
            logins.insert(normal(&key), login);
        }
        let helpers = raw.cred_helpers.into_iter().map(|(key, helper)| (normal(&key), helper)).collect();
        Ok(Self { name: name.into(), logins, helpers, store: raw.creds_store.filter(|s| !s.is_empty()) })
    }

    fn lookup(&self, keys: &[String]) -> Result<Option<Login>, HelperNeeded> {
        for key in keys {
            let needed = |helper: &String| HelperNeeded { key: key.clone(), helper: helper.clone() };
            if let Some(helper) = self.helpers.get(key).filter(|h| !h.is_empty()) {
                return Err(needed(helper));
            }
            match (self.logins.get(key), &self.store) {
                (Some(Some(login)), _) => return Ok(Some(login.clone())),
                // Docker leaves an empty entry where its store has the login.
                (Some(None), Some(helper)) => return Err(needed(helper)),
                _ => {}
            }
        }
        Ok(None)
    }
}

impl RawEntry {
    fn login(self) -> Result<Option<Login>, ()> {
        let some = |text: Option<String>| text.filter(|t| !t.is_empty());
        if let Some(token) = some(self.identitytoken) {
            return Ok(Some(Login::Refresh(Secret::new(token))));
        }
        if let Some(token) = some(self.registrytoken) {
            return Ok(Some(Login::Access(Secret::new(token))));
        }
        if let Some(auth) = some(self.auth) {
            let bytes = base64::engine::general_purpose::STANDARD.decode(auth.trim()).map_err(|_| ())?;
            let text = String::from_utf8(bytes).map_err(|_| ())?;
            let (user, password) = text.trim_end_matches('\0').split_once(':').ok_or(())?;
            return Ok(Some(Login::Password { user: user.into(), password: Secret::new(password.into()) }));
        }
        Ok(match (some(self.username), self.password) {
            (Some(user), Some(password)) => Some(Login::Password { user, password: Secret::new(password) }),
            _ => None,
        })
    }
}

impl Credentials {
    /// Auth files in order.
    pub fn new(files: Vec<AuthFile>) -> Self {
        Self(files)
    }

    /// Reads the files that exist.
    ///
    /// # Errors
    /// A file that exists and cannot be read, or an explicit one that does not exist.
    pub fn discover(places: &AuthPlaces) -> Result<Self, AuthFileError> {
        let mut files = Vec::new();
        for path in places.candidates() {
            let name = path.display().to_string();
            match read(&path) {
                Ok(bytes) => files.push(AuthFile::parse(&name, &bytes)?),
                Err(e) if e.kind() == io::ErrorKind::NotFound && places.explicit.is_none() => {}
                Err(source) => return Err(AuthFileError::Unreadable { name, source }),
            }
        }
        Ok(Self(files))
    }

    /// The login for a repository: its own entry or that of the longest path above it, else the host's.
    pub fn lookup(&self, host: &str, repository: &str) -> Result<Option<Login>, HelperNeeded> {
        let mut keys = Vec::new();
        let mut path = format!("{host}/{repository}");
        loop {
            keys.push(path.clone());
            match path.rfind('/') {
                Some(cut) => path.truncate(cut),
                None => break,
            }
        }
        if host == "docker.io" {
            keys.extend(["index.docker.io".to_owned(), "registry-1.docker.io".to_owned()]);
        }
        for file in &self.0 {
            if let Some(login) = file.lookup(&keys)? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(16 << 20).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `https://index.docker.io/v1/` and the like stand for their host; other keys are paths.
fn normal(key: &str) -> String {
    match key.split_once("://") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default().to_owned(),
        None => key.trim_end_matches('/').to_owned(),
    }
}

impl fmt::Debug for AuthFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthFile").field("name", &self.name).field("keys", &self.logins.keys()).finish_non_exhaustive()
    }
}
