//! Where the packages of a lock are to be had.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, Session, repositories::Configured, through::Through};
use crate::{
    fetch::Download,
    lock::{ArchLock, LockedPackage},
    repos,
};

/// The packages as downloads, in the lock's order. Lists of mirrors are asked for only where a package of their repository is not in
/// the store: what is there needs no network.
///
/// # Errors
/// A list that cannot be had, a location that leads out of its repository.
pub(super) fn of(session: &Session, lock: &ArchLock, configured: &[Configured]) -> Result<Vec<Download>, Error> {
    let absent = |p: &&LockedPackage| session.store.blob(&p.checksum).is_none_or(|b| b.size() != p.size);
    let needed: BTreeSet<&str> = lock.packages.iter().filter(absent).map(|p| p.repo.as_str()).collect();
    let through = Through::new(session, configured);
    let mut bases = BTreeMap::new();
    for repo in configured.iter().filter(|c| lock.repository(&c.config.id).is_some()) {
        let id = repo.config.id.as_str();
        let listed = repo.config.list().is_some() && needed.contains(id);
        let known = match listed {
            true => session.wait(repos::mirrors(&through, &repo.config))?.bases,
            false => repo.config.baseurls.clone(),
        };
        bases.insert(id, known);
    }
    lock.packages.iter().map(|package| download(package, lock, &bases, &through)).collect()
}

/// At its repository's addresses as configured now, so that credentials in them count, and at the address the lock knows.
fn download(
    package: &LockedPackage,
    lock: &ArchLock,
    bases: &BTreeMap<&str, Vec<String>>,
    through: &Through<'_>,
) -> Result<Download, Error> {
    let mut bases = bases.get(package.repo.as_str()).cloned().unwrap_or_default();
    let locked = lock.repository(&package.repo).map(|r| r.baseurl.clone()).filter(|url| !url.is_empty());
    bases.extend(locked);
    bases.iter_mut().for_each(|url| url.truncate(url.trim_end_matches('/').len()));
    let mut seen = BTreeSet::new();
    bases.retain(|url| seen.insert(url.clone()));
    let urls = repos::addresses(&bases, None, &package.location)
        .map_err(|source| repos::Error::Location { repo: package.repo.clone(), source })?;
    Ok(Download {
        nevra: package.nevra.clone(),
        urls,
        identity: through.identities.get(&package.repo).cloned().unwrap_or_default(),
        checksum: package.checksum.clone(),
        size: package.size,
    })
}
