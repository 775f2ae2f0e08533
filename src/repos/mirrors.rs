//! Where a repository may be had: by its mirror list or metalink, then at its own addresses.
//!
//! As librepo does it: of the two kinds of list a metalink wins; a mirrorlist whose address speaks of a metalink is one; what a
//! metalink says of `repomd.xml` holds for every address, those of `baseurl` as well.

use std::collections::BTreeSet;

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

/// Looks up the addresses of a repository. Only one with a list asks anybody; where it has `baseurl`s, too, the list may fail.
///
/// # Errors
/// The list cannot be fetched or read, or there is no address in it that could be used.
pub async fn mirrors(fetch: &impl Fetch, config: &RepoConfig) -> Result<Mirrors, Error> {
    let mut out = match config.list() {
        None => Mirrors::default(),
        Some((list, is_metalink)) => match listed(fetch, config, list, is_metalink).await {
            Ok(found) => found,
            Err(error) if config.baseurls.is_empty() => return Err(error),
            Err(error) => {
                tracing::debug!(repo = config.id, %error, "going on with baseurl");
                Mirrors::default()
            }
        },
    };
    out.bases.extend(config.baseurls.iter().map(|url| url.trim_end_matches('/').to_owned()));
    let mut seen = BTreeSet::new();
    out.bases.retain(|url| seen.insert(url.clone()));
    match out.bases.is_empty() {
        true => Err(Error::NoAddress { repo: config.id.clone() }),
        false => Ok(out),
    }
}

/// What the repository's list says.
async fn listed(fetch: &impl Fetch, config: &RepoConfig, list: &str, is_metalink: bool) -> Result<Mirrors, Error> {
    let (repo, file) = (config.id.clone(), if is_metalink { "the metalink" } else { "the mirror list" });
    let fetched = fetch.small(config, list, SMALL).await;
    let bytes = fetched.map_err(|source| Error::Fetch { repo: repo.clone(), file: file.into(), source })?;
    let (all, metalink) = if is_metalink {
        let parsed = Metalink::parse(bytes.as_slice());
        let parsed = parsed.map_err(|source| Error::Metadata { repo: repo.clone(), source })?;
        (parsed.mirrors.clone(), Some(parsed))
    } else {
        (lines(config, &String::from_utf8_lossy(&bytes)), None)
    };
    // A list from a network names addresses on the network: never our own disk.
    let usable = |url: &&String| places::is_remote(url) || places::is_local(list) && places::is_local(url);
    let bases: Vec<String> =
        all.iter().filter(usable).take(MOST).map(|url| url.trim_end_matches('/').to_owned()).collect();
    match bases.is_empty() {
        true => Err(Error::NoMirrors { repo, file }),
        false => Ok(Mirrors { bases, metalink }),
    }
}

/// The addresses of a mirror list: a line each, `#` begins a comment, variables are expanded, paths are local.
fn lines(config: &RepoConfig, text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim());
    let address = |line: &str| match line {
        l if l.starts_with('#') => None,
        l if l.contains("://") => Some(config.variables.expand(l)),
        l if l.starts_with('/') => Some(format!("file://{}", config.variables.expand(l))),
        _ => None,
    };
    lines.filter_map(address).take(MOST).collect()
}
