//! A base image's tree, remembered: reading its layers again would give the same.

use std::sync::Arc;

use super::Session;
use crate::{
    rootfs::{Rootfs, dump, overlay::Kept},
    terms::{DiffId, Hasher},
};

/// Changes with the form, and with which contents are kept.
const KIND: &str = "base-tree-2";

/// The tree and kept contents of layers seen before.
pub(super) fn recall(session: &Session, diff_ids: &[DiffId]) -> Option<(Rootfs, Kept)> {
    let bytes = session.store.recall(KIND, &key(diff_ids))?;
    let (text, mut rest) = block(&bytes)?;
    let tree = dump::parse(std::str::from_utf8(text).ok()?).ok()?;
    let mut kept = Kept::new();
    while !rest.is_empty() {
        let (layer, after) = number(rest)?;
        let (entry, after) = number(after)?;
        let (content, after) = block(after)?;
        kept.insert((layer, entry), Arc::from(content));
        rest = after;
    }
    Some((tree, kept))
}

/// Remembers a tree. A store that cannot is no reason to stop.
pub(super) fn remember(session: &Session, diff_ids: &[DiffId], tree: &Rootfs, kept: &Kept) {
    let mut bytes = Vec::new();
    put(&mut bytes, dump::text(tree).as_bytes());
    for ((layer, entry), content) in kept {
        bytes.extend(layer.to_le_bytes());
        bytes.extend(entry.to_le_bytes());
        put(&mut bytes, content);
    }
    session.store.remember(KIND, &key(diff_ids), &bytes).ok();
}

fn key(diff_ids: &[DiffId]) -> crate::terms::Digest {
    let mut hasher = Hasher::new();
    diff_ids.iter().for_each(|d| hasher.update(format!("{d}\n").as_bytes()));
    hasher.finish()
}

fn put(bytes: &mut Vec<u8>, block: &[u8]) {
    bytes.extend((block.len() as u32).to_le_bytes());
    bytes.extend_from_slice(block);
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*word), rest))
}

fn block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(length as usize)
}
