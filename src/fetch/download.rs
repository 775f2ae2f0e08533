//! Packages from where they are into the store, several at a time.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{StreamExt, stream};

use super::FetchError;
use crate::{
    net::{Client, Error as NetError, Identity, Sink, SinkFault},
    store::{self, Blob, Expected, Store, Verified, Writer},
    terms::{Checksum, Class, Event, Events, Fault, Nevra},
};

/// Connections at once. More do not help a CDN whose line is full; fewer waste round trips on small packages.
const AT_ONCE: usize = 6;

/// One package to have.
#[derive(Clone, Debug)]
pub struct Download {
    /// Its name, for messages.
    pub nevra: Nevra,
    /// Where it is; tried in this order.
    pub urls: Vec<String>,
    /// As whom.
    pub identity: Identity,
    /// What the lock promises.
    pub checksum: Checksum,
    /// Likewise.
    pub size: u64,
}

/// Has all packages in the store; results stand in the order of `wanted`. What is there already is not asked for. The second
/// value is the number of bytes that were there. `arrived` is told the place of each package as it is there.
pub async fn download(
    client: &Client,
    store: &Store,
    wanted: Vec<Download>,
    events: Arc<dyn Events>,
    arrived: &dyn Fn(usize, &Verified<Blob>),
) -> Result<(Vec<Verified<Blob>>, u64), FetchError> {
    let total = wanted.len();
    let mut blobs: Vec<Option<Verified<Blob>>> = vec![None; total];
    let mut missing = Vec::new();
    let mut present = 0;
    for (i, package) in wanted.into_iter().enumerate() {
        match store.blob(&package.checksum).filter(|b| b.size() == package.size) {
            Some(blob) => {
                present += blob.size();
                arrived(i, &blob);
                blobs[i] = Some(blob);
            }
            None => missing.push((i, package)),
        }
    }
    // Large ones first: a large one begun last would keep one connection busy when all others are done.
    missing.sort_by_key(|(i, p)| (std::cmp::Reverse(p.size), *i));
    let failed = Arc::new(Mutex::new(BTreeSet::new()));
    let tasks = missing.into_iter().map(|(i, package)| {
        let (client, store, events) = (client.clone(), store.clone(), Arc::clone(&events));
        let failed = Arc::clone(&failed);
        async move {
            let task = tokio::spawn(async move { one(&client, &store, &package, &failed, events).await });
            task.await.unwrap_or(Err(FetchError::Stopped)).map(|blob| (i, blob))
        }
    });
    let mut done = stream::iter(tasks).buffer_unordered(AT_ONCE);
    while let Some(result) = done.next().await {
        let (i, blob) = result?;
        arrived(i, &blob);
        blobs[i] = Some(blob);
    }
    Ok((blobs.into_iter().flatten().collect(), present))
}

/// A package from the first address that has it. `failed` are servers that could not be reached: they are asked last.
async fn one(
    client: &Client,
    store: &Store,
    package: &Download,
    failed: &Mutex<BTreeSet<String>>,
    events: Arc<dyn Events>,
) -> Result<Verified<Blob>, FetchError> {
    let known = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    let mut urls: Vec<&String> = package.urls.iter().collect();
    urls.sort_by_key(|url| known().contains(server(url)));
    let advanced = |bytes| events.event(Event::Advanced { stage: "fetch", subject: String::new(), amount: bytes });
    let mut last = None;
    for (n, url) in urls.iter().enumerate() {
        let expected = Expected { checksum: package.checksum.clone(), size: Some(package.size) };
        let client = if n + 1 < urls.len() { client.impatient() } else { client.clone() };
        match into_store(&client, store, url, &package.identity, expected, &advanced).await {
            Ok(blob) => return Ok(blob),
            Err(e) => {
                let ours = e.class() == Class::Internal;
                if matches!(e, Arriving::Net(NetError::Transport { .. })) {
                    known().insert(server(url).to_owned());
                }
                last = Some(e);
                if ours {
                    break; // a full disk is full for every mirror
                }
            }
        }
    }
    let nevra = package.nevra.clone();
    Err(match last.expect("a locked package has an address") {
        Arriving::Net(source) => FetchError::Download { package: nevra, source: Box::new(source) },
        Arriving::Store(source) => FetchError::Store { package: nevra, source: Box::new(source) },
    })
}

/// Scheme, host and port of an address.
fn server(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    &url[..url[host..].find('/').map_or(url.len(), |at| host + at)]
}

/// Why a file did not get from an address into the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Arriving {
    /// It did not come.
    #[error(transparent)]
    Net(#[from] NetError),
    /// What came is another file, or could not be stored.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Fault for Arriving {
    fn class(&self) -> Class {
        match self {
            Self::Net(e) => e.class(),
            Self::Store(e) => e.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Net(e) => e.hint(),
            Self::Store(e) => e.hint(),
        }
    }
}

/// One file from one address. What an earlier process or another mirror left of it is gone on with; where that gives another file
/// than expected, it may be to blame, and the file is fetched whole.
pub async fn into_store(
    client: &Client,
    store: &Store,
    url: &str,
    identity: &Identity,
    expected: Expected,
    advanced: &(dyn Fn(u64) + Sync),
) -> Result<Verified<Blob>, Arriving> {
    let mut from_the_start = false;
    loop {
        let mut writer = store.writer(expected.clone())?;
        if from_the_start {
            writer.restart()?;
        }
        let mut sink = Landing { writer, advanced };
        client.download(url, identity, &mut sink).await?;
        let resumed = sink.writer.resumed();
        match sink.writer.commit() {
            Err(_) if resumed && !from_the_start => from_the_start = true,
            outcome => return Ok(outcome?),
        }
    }
}

/// A store's writer as the network's sink.
struct Landing<'a> {
    writer: Writer,
    advanced: &'a (dyn Fn(u64) + Sync),
}

impl Sink for Landing<'_> {
    fn position(&self) -> u64 {
        self.writer.position()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        (self.advanced)(bytes.len() as u64);
        self.writer.append(bytes).map_err(|e: store::Error| SinkFault::new(e))
    }

    fn restart(&mut self) -> Result<(), SinkFault> {
        self.writer.restart().map_err(SinkFault::new)
    }
}
