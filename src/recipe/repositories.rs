//! A plan's repositories.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::terms::{Digest, stripped};

/// A URL that may carry credentials: shown and serialised without them.
#[derive(Clone, PartialEq, Eq)]
pub struct RepoUrl(String);

impl RepoUrl {
    /// Takes a URL as written.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// With credentials, for the request alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&stripped(&self.0))
    }
}

impl fmt::Debug for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&stripped(&self.0), f)
    }
}

impl Serialize for RepoUrl {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A repository, by URL or by content label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepoPlan {
    /// Its name in lock and messages; the label where there is no other.
    pub id: String,
    /// The content label through which the entitlement certificate gives URL, key and CA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it is; `$releasever`, `$basearch` and `$arch` still stand. None: the label tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseurl: Option<RepoUrl>,
    /// A list of its mirrors.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "list")]
    pub mirrorlist: Option<RepoUrl>,
    /// Its metalink.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "list")]
    pub metalink: Option<RepoUrl>,
    /// Lower wins whatever the versions.
    pub priority: i32,
    /// Lower wins between equal packages.
    pub cost: u32,
    /// Whether signatures are required.
    pub gpgcheck: bool,
    /// Whether the repository's own signature is required.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repo_gpgcheck: bool,
    /// Files (relative to the recipe), URLs or armoured text.
    pub gpgkeys: Vec<String>,
    /// CA file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslcacert: Option<String>,
    /// Client certificate file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslclientcert: Option<String>,
    /// Client key file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslclientkey: Option<String>,
    /// Globs of packages to ignore here.
    pub excludepkgs: Vec<String>,
    /// Globs of the only packages to see here; all when empty.
    pub includepkgs: Vec<String>,
    /// Exempt from module filtering.
    pub module_hotfixes: bool,
    /// Go on without it.
    pub skip_if_unavailable: bool,
}

impl RepoPlan {
    /// A repository with dnf's defaults, but for signatures, which are required, and without an address.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: None,
            baseurl: None,
            mirrorlist: None,
            metalink: None,
            priority: 99,
            cost: 1000,
            gpgcheck: true,
            repo_gpgcheck: false,
            gpgkeys: vec![],
            sslcacert: None,
            sslclientcert: None,
            sslclientkey: None,
            excludepkgs: vec![],
            includepkgs: vec![],
            module_hotfixes: false,
            skip_if_unavailable: false,
        }
    }

    /// Whether it says where it is; else its label does.
    pub fn has_address(&self) -> bool {
        [&self.baseurl, &self.mirrorlist, &self.metalink].into_iter().any(Option::is_some)
    }
}

/// A list's query says which list (`repo=…&arch=…`), so it counts; it may hold a token, so it is not shown.
fn list<S: Serializer>(url: &Option<RepoUrl>, s: S) -> Result<S::Ok, S::Error> {
    match url {
        None => s.serialize_none(),
        Some(url) => match url.expose().split_once('?') {
            None => s.collect_str(url),
            Some((_, query)) => s.collect_str(&format_args!("{url}?{}", Digest::of(query.as_bytes()))),
        },
    }
}
