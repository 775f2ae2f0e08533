//! `rhsm.conf`: where a host's subscriptions come from (Red Hat's service, or a Satellite in its stead), and where its content.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Red Hat's content delivery network.
pub const CDN: &str = "https://cdn.redhat.com";
/// Where `rhsm.conf` and `ca/` are: in a container of a subscribed host (UBI links the first to the second), on a host.
const DIRECTORIES: [&str; 3] = ["etc/rhsm-host", "run/secrets/rhsm", "etc/rhsm"];
/// Where the file itself says its neighbours are.
const OWN: &str = "/etc/rhsm/";
/// More than this is no such file.
const LARGEST: u64 = 1 << 20;

/// A host's `rhsm.conf`, with subscription-manager's defaults for what it does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conf {
    /// `[rhsm] baseurl`: where content paths begin.
    pub baseurl: String,
    /// `[server] hostname`, `port` and `prefix` as one URL, without a slash at the end.
    pub server: String,
    /// `[rhsm] repo_ca_cert`: the authority of `baseurl`, as a path on that host.
    pub repo_ca_cert: String,
    /// `[rhsm] ca_cert_dir`: the authorities of `server`, `*.pem`, as a path on that host.
    pub ca_cert_dir: String,
    /// The directory it was found in, below the root that was searched.
    directory: Option<PathBuf>,
}

impl Default for Conf {
    fn default() -> Self {
        Self::parse("")
    }
}

impl Conf {
    /// The one of the host (or container) whose root directory is `root`; the defaults when it has none.
    pub fn discover(root: &Path) -> Self {
        let mut places = DIRECTORIES.iter().map(|dir| root.join(dir));
        let found = places.find(|dir| dir.join("rhsm.conf").is_file());
        let small = |path: &Path| fs::metadata(path).is_ok_and(|m| m.len() <= LARGEST);
        let text = found.as_ref().map(|dir| dir.join("rhsm.conf")).filter(|path| small(path));
        let text = text.and_then(|path| fs::read(path).ok()).unwrap_or_default();
        Self { directory: found, ..Self::parse(&String::from_utf8_lossy(&text)) }
    }

    /// Reads the file's text. What it cannot read it takes as unsaid, as Python's ConfigParser users expect of comments.
    pub fn parse(text: &str) -> Self {
        let values = values(text);
        let get = |section: &str, key: &str, default: &str| {
            let value = values.get(&(section.to_owned(), key.to_owned())).filter(|v| !v.is_empty());
            value.cloned().unwrap_or_else(|| default.to_owned())
        };
        let ca_cert_dir = get("rhsm", "ca_cert_dir", "/etc/rhsm/ca/");
        let repo_ca_cert = get("rhsm", "repo_ca_cert", "%(ca_cert_dir)sredhat-uep.pem");
        let host = get("server", "hostname", "subscription.rhsm.redhat.com");
        let port = match get("server", "port", "443") {
            port if port == "443" => String::new(),
            port => format!(":{port}"),
        };
        let prefix = get("server", "prefix", "/subscription");
        Self {
            baseurl: get("rhsm", "baseurl", CDN).trim_end_matches('/').to_owned(),
            server: format!("https://{host}{port}/{}", prefix.trim_matches('/')).trim_end_matches('/').to_owned(),
            repo_ca_cert: repo_ca_cert.replace("%(ca_cert_dir)s", &ca_cert_dir),
            ca_cert_dir,
            directory: None,
        }
    }

    /// Files that may hold the authority of its content, likeliest first: what the file says, then where it usually is. In a
    /// container the host's directories have other names.
    pub fn content_authorities(&self, root: &Path) -> Vec<PathBuf> {
        let usual = DIRECTORIES.iter().map(|dir| root.join(dir).join("ca/redhat-uep.pem"));
        let mut all = vec![self.here(root, &self.repo_ca_cert)];
        all.extend(usual);
        all
    }

    /// Files of authorities of its server, sorted: every `*.pem` of the first directory that has one.
    pub fn server_authorities(&self, root: &Path) -> Vec<PathBuf> {
        let usual = DIRECTORIES.iter().map(|dir| root.join(dir).join("ca"));
        let directories = std::iter::once(self.here(root, &self.ca_cert_dir)).chain(usual);
        directories.map(|dir| pem_files(&dir)).find(|files| !files.is_empty()).unwrap_or_default()
    }

    /// A path of its as it is seen from here.
    fn here(&self, root: &Path, path: &str) -> PathBuf {
        match (path.strip_prefix(OWN), &self.directory) {
            (Some(below), Some(directory)) => directory.join(below),
            _ => root.join(path.trim_start_matches('/')),
        }
    }
}

fn pem_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|p| p.extension().is_some_and(|e| e == "pem") && p.is_file()).collect();
    files.sort();
    files
}

/// By section and key, keys in lower case.
fn values(text: &str) -> BTreeMap<(String, String), String> {
    let (mut section, mut out) = (String::new(), BTreeMap::new());
    for line in text.lines().map(str::trim).filter(|l| !l.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = line.split_once(['=', ':']) {
            out.insert((section.clone(), key.trim().to_ascii_lowercase()), value.trim().to_owned());
        }
    }
    out
}
