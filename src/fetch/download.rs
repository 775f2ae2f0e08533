//! Packages from where they are into the store, several at a time.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::FetchError;
use crate::{
    net::{Client, Error as NetError, Identity, Sink, SinkFault},
    store::{self, Blob, Expected, Store, Verified, Writer},
    terms::{Checksum, Event, Events, Nevra},
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
    let tasks = missing.into_iter().map(|(i, package)| {
        let (client, store, events) = (client.clone(), store.clone(), Arc::clone(&events));
        async move {
            let task = tokio::spawn(async move { one(&client, &store, &package, events).await });
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

async fn one(
    client: &Client,
    store: &Store,
    package: &Download,
    events: Arc<dyn Events>,
) -> Result<Verified<Blob>, FetchError> {
    let failed = |source| FetchError::Store { package: package.nevra.clone(), source: Box::new(source) };
    let mut last = None;
    for url in &package.urls {
        let expected = Expected { checksum: package.checksum.clone(), size: Some(package.size) };
        let writer = store.writer(expected).map_err(failed)?;
        let mut sink = Landing { writer, events: Arc::clone(&events) };
        match client.download(url, &package.identity, &mut sink).await {
            Ok(()) => {}
            Err(NetError::Sink { source, .. }) if source.get().class() == crate::terms::Class::Internal => {
                return Err(FetchError::Download {
                    package: package.nevra.clone(),
                    source: Box::new(NetError::Sink { url: url.clone(), source }),
                });
            }
            Err(e) => {
                last = Some(e);
                continue;
            }
        }
        let resumed = sink.writer.resumed();
        match sink.writer.commit() {
            Ok(blob) => return Ok(blob),
            // What an earlier process left may be to blame: once more from the start.
            Err(_) if resumed => return Box::pin(one(client, store, package, events)).await,
            Err(e) => return Err(failed(e)),
        }
    }
    let source = last.expect("a locked package has an address");
    Err(FetchError::Download { package: package.nevra.clone(), source: Box::new(source) })
}

/// A store's writer as the network's sink.
struct Landing {
    writer: Writer,
    events: Arc<dyn Events>,
}

impl Sink for Landing {
    fn position(&self) -> u64 {
        self.writer.position()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        self.events.event(Event::Advanced { stage: "fetch", subject: String::new(), amount: bytes.len() as u64 });
        self.writer.append(bytes).map_err(|e: store::Error| SinkFault::new(e))
    }

    fn restart(&mut self) -> Result<(), SinkFault> {
        self.writer.restart().map_err(SinkFault::new)
    }
}
