//! Facts about files: worked out once, then remembered by package or layer, in memory and in the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, PoisonError},
};

use super::{ImageContents, Source, crew};
use crate::{
    rootfs::{Content, Look},
    terms::{Digest, Hasher},
};

/// Facts of one kind about files of one archive, by the files' numbers.
pub(super) type Facts = BTreeMap<u32, Arc<[u8]>>;

/// Facts of this session.
#[derive(Debug, Default)]
pub(super) struct FactMemory(Mutex<BTreeMap<(&'static str, Source), Arc<Facts>>>);

impl FactMemory {
    fn get(&self, kind: &'static str, source: Source) -> Option<Arc<Facts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(kind, source)).cloned()
    }

    fn put(&self, kind: &'static str, source: Source, facts: Arc<Facts>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, source), facts);
    }
}

impl ImageContents<'_> {
    /// [`crate::rootfs::Contents::derive`].
    pub(super) fn facts(&self, kind: &'static str, wanted: &[Content], look: &Look<'_>) -> io::Result<Vec<Arc<[u8]>>> {
        let mut files: BTreeMap<Source, BTreeSet<u32>> = BTreeMap::new();
        for (source, file) in wanted.iter().filter_map(|c| self.place(c)) {
            files.entry(source).or_default().insert(file);
        }
        let mut known: BTreeMap<Source, Arc<Facts>> =
            files.keys().map(|source| (*source, self.remembered(kind, *source))).collect();
        for (source, wanted) in &mut files {
            wanted.retain(|file| !known[source].contains_key(file));
        }
        files.retain(|_, wanted| !wanted.is_empty());
        for (source, found) in self.work_out(files, look) {
            let facts = known.entry(source).or_default();
            Arc::make_mut(facts).extend(found?);
            self.remember(kind, source, facts);
        }
        let answer = |content: &Content| match self.place(content) {
            Some((source, file)) => Ok(Arc::clone(&known[&source][&file])),
            None => {
                let bytes = self.bytes(content, u64::MAX)?;
                Ok(look(bytes.len() as u64, &mut &bytes[..])?.into())
            }
        };
        wanted.iter().map(answer).collect()
    }

    /// The archive a content is to be read from; none for one that is at hand.
    fn place(&self, content: &Content) -> Option<(Source, u32)> {
        match content {
            Content::Inline(_) => None,
            Content::Base { layer, entry } if self.kept.contains_key(&(*layer, *entry)) => None,
            Content::Base { layer, entry } => Some((Source::Layer(*layer), *entry)),
            Content::Package { package, file } => Some((Source::Package(*package), *file)),
        }
    }

    /// Reads archives, the largest first: one that came last would leave the other threads idle.
    fn work_out(&self, files: BTreeMap<Source, BTreeSet<u32>>, look: &Look<'_>) -> Vec<(Source, crew::Found)> {
        let mut archives: Vec<_> = files.into_iter().collect();
        archives.sort_by_key(|(source, _)| std::cmp::Reverse(self.archive_size(*source)));
        let read = |archive: usize, each: &mut crew::Each<'_>| {
            let (source, wanted) = &archives[archive];
            self.stream(*source, wanted, each)
        };
        let jobs = if archives.is_empty() { 1 } else { self.jobs.max(1) };
        let found = crew::look_at_all(archives.len(), jobs, &read, look);
        let mut found: Vec<_> = archives.iter().map(|(source, _)| *source).zip(found).collect();
        // failures in the order of the transaction, whichever was read first
        found.sort_by_key(|(source, _)| *source);
        found
    }

    fn remembered(&self, kind: &'static str, source: Source) -> Arc<Facts> {
        if let Some(facts) = self.facts.get(kind, source) {
            return facts;
        }
        let stored = self.store.and_then(|s| s.recall(&stored_kind(kind), &self.key(source)));
        let facts = Arc::new(stored.and_then(|bytes| parse(&bytes)).unwrap_or_default());
        self.facts.put(kind, source, Arc::clone(&facts));
        facts
    }

    /// A store that cannot keep them is no reason to stop.
    fn remember(&self, kind: &'static str, source: Source, facts: &Arc<Facts>) {
        self.facts.put(kind, source, Arc::clone(facts));
        if let Some(store) = self.store {
            store.remember(&stored_kind(kind), &self.key(source), &text(facts)).ok();
        }
    }

    /// What the facts of an archive are remembered by.
    pub(super) fn key(&self, source: Source) -> Digest {
        key_of(&self.name_of(source))
    }
}

/// What the facts of an archive are remembered by, that was checked against this.
pub(super) fn key_of(checked: &str) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(checked.as_bytes());
    hasher.finish()
}

pub(super) fn stored_kind(kind: &str) -> String {
    format!("file-facts-{kind}")
}

/// `NUMBER u32, LENGTH u32` little-endian and the bytes, for each file.
pub(super) fn text(facts: &Facts) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(facts.values().map(|f| f.len() + 8).sum());
    for (file, fact) in facts {
        bytes.extend(file.to_le_bytes());
        bytes.extend((fact.len() as u32).to_le_bytes());
        bytes.extend_from_slice(fact);
    }
    bytes
}

/// Reads [`text`] back.
pub(super) fn parse(mut bytes: &[u8]) -> Option<Facts> {
    let mut facts = Facts::new();
    while !bytes.is_empty() {
        let (file, rest) = bytes.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (fact, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        facts.insert(u32::from_le_bytes(*file), fact.into());
        bytes = rest;
    }
    Some(facts)
}
