//! Layers packed before, found again by everything that decides their bytes.

use serde::{Deserialize, Serialize};

use super::{Layer, LayerPlan, Sources, plan::Shared};
use crate::{
    lock::Compression,
    rootfs::dump,
    store::{self, Store},
    terms::{BlobDigest, Checksum, DiffId, Digest, Hasher},
};

/// Changes whenever the same plan would give other bytes; part of every [`LayerKey`].
const FORMAT: &str = "drydock layer 1";

/// Names a layer by everything that decides its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerKey(Digest);

/// What is remembered of a packed layer under its key; the blob is in the store.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    diff_id: DiffId,
    digest: BlobDigest,
    size: u64,
    tar_size: u64,
    entries: u64,
}

impl LayerKey {
    /// Names and metadata of all entries, and what their contents are bytes of, hashed.
    pub(super) fn of(plan: &LayerPlan, sources: &dyn Sources, compression: Compression) -> Self {
        let mut h = Hasher::new();
        let mut put = |text: &str| {
            h.update(&(text.len() as u64).to_le_bytes());
            h.update(text.as_bytes());
        };
        put(FORMAT);
        put(&compression.to_string());
        for path in &plan.whiteouts {
            put(&format!("whiteout {}", hex::encode(path.as_bytes())));
        }
        for s in &plan.head {
            put(&named(s, &dump::line(&s.node)));
        }
        for (id, files) in &plan.packages {
            put(&format!("package {}", sources.package_key(*id)));
            for (file, s) in files {
                put(&named(s, &format!("{file} {}", dump::line_without_content(&s.node))));
            }
        }
        for (layer, files) in &plan.base {
            put(&format!("base {}", sources.base_key(*layer)));
            for (entry, s) in files {
                put(&named(s, &format!("{entry} {}", dump::line_without_content(&s.node))));
            }
        }
        Self(h.finish())
    }
}

/// An entry's line behind all its names.
fn named(shared: &Shared, line: &str) -> String {
    let mut out = String::new();
    for path in &shared.paths {
        out += &hex::encode(path.as_bytes());
        out.push(' ');
    }
    out + line
}

/// A layer packed before, if it was and its blob is still in the store.
pub(super) fn recall(store: &Store, key: &LayerKey, name: &str, compression: Compression) -> Option<Layer> {
    let known: Remembered = serde_json::from_slice(&store.recall("layer", &key.0)?).ok()?;
    let blob = store.blob(&Checksum::from(known.digest.0)).filter(|b| b.size() == known.size)?;
    Some(Layer {
        name: name.to_owned(),
        diff_id: known.diff_id,
        blob,
        digest: known.digest,
        compression,
        tar_size: known.tar_size,
        entries: known.entries,
    })
}

/// Remembers a layer that is in the store.
pub(super) fn remember(store: &Store, key: &LayerKey, layer: &Layer) -> Result<(), store::Error> {
    let Layer { diff_id, digest, tar_size, entries, .. } = *layer;
    let facts = Remembered { diff_id, digest, size: layer.blob.size(), tar_size, entries };
    store.remember("layer", &key.0, &serde_json::to_vec(&facts).expect("digests and numbers are JSON"))
}
