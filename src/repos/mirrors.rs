//! Where a repository may be had: its own addresses, then those of its mirror list or metalink.
//!
//! As librepo does it: `baseurl`s come first; of the two kinds of list a metalink wins; a mirrorlist whose address speaks of a
//! metalink is one; what a metalink says of `repomd.xml` holds for every address.

use super::{Error, Fetch, RepoConfig, places};
use crate::formats::repodata::Metalink;

/// The most a mirror list or metalink may have.
pub(super) const SMALL: u64 = 4 << 20;
/// Mirrors tried: more than that never answer where these do not.
const MOST: usize = 50;

/// The addresses of a repository, in the order in which they are tried.
#[derive(Clone, Debug, Default)]
pub struct Mirrors {
    /// Without a slash at their end.
    pub bases: Vec<String>,
    /// What the metalink says of `repomd.xml`, if there is one.
    pub metalink: Option<Metalink>,
}

/// Looks up the addresses of a repository. Only one with a list asks anybody.
///
/// # Errors
/// The list cannot be fetched or read, or there is no address in it that could be used.
pub async fn mirrors(fetch: &impl Fetch, config: &RepoConfig) -> Result<Mirrors, Error> {
    let mut out = Mirrors::default();
    let mut add = |url: &str| {
        let url = url.trim_end_matches('/').to_owned();
        if out.bases.len() < MOST && !out.bases.contains(&url) {
            out.bases.push(url);
        }
    };
    config.baseurls.iter().for_each(|url| add(url));
    let Some((list, is_metalink)) = config.list() else {
        return if out.bases.is_empty() { Err(Error::NoAddress { repo: config.id.clone() }) } else { Ok(out) };
    };
    let file = if is_metalink { "the metalink" } else { "the mirror list" };
    let bytes = fetch.small(config, list, SMALL).await.map_err(|source| Error::Fetch {
        repo: config.id.clone(),
        file: file.into(),
        source,
    })?;
    // A list from a network names addresses on the network: never our own disk.
    let usable = |url: &&String| places::is_remote(url) || places::is_local(list) && places::is_local(url);
    if is_metalink {
        let parsed =
            Metalink::parse(bytes.as_slice()).map_err(|source| Error::Metadata { repo: config.id.clone(), source })?;
        parsed.mirrors.iter().filter(usable).for_each(|url| add(url));
        out.metalink = Some(parsed);
    } else {
        listed(config, &String::from_utf8_lossy(&bytes)).iter().filter(usable).for_each(|url| add(url));
    }
    match out.bases.is_empty() {
        true => Err(Error::NoMirrors { repo: config.id.clone(), file }),
        false => Ok(out),
    }
}

/// The addresses of a mirror list: a line each, `#` begins a comment, variables are expanded, paths are local.
fn listed(config: &RepoConfig, text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim());
    let address = |line: &str| match line {
        l if l.starts_with('#') => None,
        l if l.contains("://") => Some(config.variables.expand(l)),
        l if l.starts_with('/') => Some(format!("file://{}", config.variables.expand(l))),
        _ => None,
    };
    lines.filter_map(address).take(MOST).collect()
}
