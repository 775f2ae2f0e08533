//! registries.d: where simple signatures of a registry's images are (containers-registries.d(5)).

use std::collections::BTreeMap;

use crate::{formats::oci::Reference, terms::Digest};

/// Where signatures are that no configuration places, as root's podman keeps them.
const DEFAULT: &str = "file:///var/lib/containers/sigstore";

/// Lookasides by scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookasides {
    default: Option<String>,
    docker: BTreeMap<String, String>,
}

impl Lookasides {
    /// Takes in one file. These files are YAML of one shape, and nothing else of YAML is read: `docker:` or `default-docker:`,
    /// scopes, `lookaside:` (`sigstore:` in older ones).
    pub fn add(&mut self, text: &str) {
        // Keys of the levels above, with their indentation.
        let mut above: Vec<(usize, String)> = Vec::new();
        for line in text.lines() {
            let line = line.split(" #").next().unwrap_or_default();
            let content = line.trim();
            let Some((key, value)) = pair(content) else { continue };
            let indent = line.len() - line.trim_start().len();
            above.retain(|(i, _)| *i < indent);
            let path: Vec<&str> = above.iter().map(|(_, key)| key.as_str()).collect();
            let place = matches!(key.as_str(), "lookaside" | "sigstore") && !value.is_empty();
            match &path[..] {
                ["default-docker"] if place => self.default = Some(value.clone()),
                ["docker", scope] if place && (key == "lookaside" || !self.docker.contains_key(*scope)) => {
                    self.docker.insert((*scope).to_owned(), value.clone());
                }
                _ => {}
            }
            above.push((indent, key));
        }
    }

    /// Address of the signature number `n`, from 1, of a manifest.
    pub fn address(&self, image: &Reference, digest: Digest, n: usize) -> String {
        let name = format!("{}/{}", image.host, image.repository);
        let mut scope = Some(name.as_str());
        let mut found = None;
        while let (Some(at), None) = (scope, found) {
            found = self.docker.get(at);
            scope = at.rsplit_once('/').map(|(above, _)| above);
        }
        let base = found.or(self.default.as_ref()).map_or(DEFAULT, String::as_str).trim_end_matches('/');
        format!("{base}/{}@sha256={}/signature-{n}", image.repository, digest.hex())
    }
}

/// `key: value`, either of which may be quoted; comments are none.
fn pair(content: &str) -> Option<(String, String)> {
    if content.starts_with('#') {
        return None;
    }
    // A key with a port has a colon of its own: the one that ends it has a blank or nothing behind it.
    let (key, value) = match content.strip_suffix(':') {
        Some(key) => (key, ""),
        None => content.split_once(": ")?,
    };
    let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    Some((plain(key), plain(value)))
}
