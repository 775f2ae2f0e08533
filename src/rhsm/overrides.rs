//! What a host's subscription-manager remembers of its service: the release it is held to, and content overrides. Those are
//! what an administrator set for its repositories with `subscription-manager repos --enable` or `repo-override`; the service
//! keeps them per label, a host keeps a copy.

use std::{fs, path::Path};

use serde::Deserialize;

use super::Error;

/// The copy of a host (subscription-manager's `OverrideStatusCache`).
const COPY: &str = "var/lib/rhsm/cache/content_overrides.json";
const LARGEST: u64 = 16 << 20;

/// One option of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// The repository's label.
    pub content_label: String,
    /// The option, as in a `.repo` file.
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

impl Override {
    /// Reads the service's list.
    ///
    /// # Errors
    /// When it is not one.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, Error> {
        serde_json::from_slice(json).map_err(|source| Error::Answer { what: "content overrides", source })
    }

    /// The host's copy; empty when it has none, or one that does not read.
    pub fn discover(root: &Path) -> Vec<Self> {
        let path = root.join(COPY);
        let small = fs::metadata(&path).is_ok_and(|m| m.len() <= LARGEST);
        let bytes = small.then(|| fs::read(&path).ok()).flatten().unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

/// The release a host is held to by `subscription-manager release --set`, as its own cache has it. In a container of a subscribed
/// host there is none, as for subscription-manager itself.
pub fn host_release(root: &Path) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Cache {
        release_ver: Option<String>,
    }
    if root.join("run/secrets/rhsm").is_dir() || root.join("etc/rhsm-host").is_dir() {
        return None;
    }
    let path = root.join("var/lib/rhsm/cache/releasever.json");
    let small = fs::metadata(&path).is_ok_and(|m| m.len() <= LARGEST);
    let bytes = small.then(|| fs::read(&path).ok()).flatten()?;
    let cache: Cache = serde_json::from_slice(&bytes).ok()?;
    cache.release_ver.filter(|release| super::candlepin::is_release(release))
}
