//! The packing line: all cores decode, compress and hash at once, and the bytes come out in order.
//!
//! Segments are pulled chunk by chunk by whichever worker is free. The first unfinished segment of each layer feeds the layer
//! directly; later segments may run ahead within a memory budget. Every chunk is compressed by the worker that pulled it, and
//! whoever completes the next chunk in a layer's order hashes and writes it. So a layer's bytes never depend on who was when free.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{
    Layer, LayerKey, LayerPlan, PackError, Sources,
    compress::Compressor,
    known,
    segment::{Producer, Segment},
};
use crate::{
    lock::Compression,
    store::{Spool, Store},
    terms::{BlobDigest, DiffId, Event, Events, Hasher},
};

/// Tar bytes compressed as one. Larger ones gain under 0.1 %, smaller ones lose: gzip's window is 32 KiB.
const CHUNK: usize = 1 << 20;

/// Bytes, raw and compressed, that may wait for their turn.
const AHEAD: usize = 64 << 20;

/// What packing gives.
#[derive(Debug)]
pub struct Packed {
    /// The layers, in the order of their plans.
    pub layers: Vec<Layer>,
    /// How many of them were in the store already.
    pub reused: usize,
}

/// How to pack.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How layers are compressed.
    pub compression: Compression,
    /// Worker threads.
    pub jobs: usize,
}

/// Packs the plans into the store. `done` hears of each layer as soon as it is whole, from a worker's thread.
pub fn pack(
    plans: Vec<LayerPlan>,
    sources: &dyn Sources,
    store: &Store,
    settings: Settings,
    events: &dyn Events,
    done: &(dyn Fn(&Layer) + Sync),
) -> Result<Packed, PackError> {
    let mut finished: Vec<Option<Layer>> = Vec::new();
    let mut lines = Vec::new();
    for (index, plan) in plans.into_iter().enumerate() {
        let key = LayerKey::of(&plan, sources, settings.compression);
        let known = known::recall(store, &key, &plan.name, settings.compression);
        if let Some(layer) = &known {
            done(layer);
        } else {
            lines.push(Line::new(index, key, plan, store.spool()?));
        }
        finished.push(known);
    }
    let reused = finished.iter().flatten().count();
    let works =
        Works { sources, store, settings, events, done, state: Mutex::new(State::new(lines)), turn: Condvar::new() };
    works.run()?;
    let state = works.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    for line in state.lines {
        finished[line.index] = line.layer;
    }
    let layers = finished.into_iter().collect::<Option<Vec<_>>>().ok_or(PackError::Panicked)?;
    Ok(Packed { layers, reused })
}

/// A layer being packed.
struct Line {
    index: usize,
    key: LayerKey,
    name: String,
    entries: u64,
    segments: Vec<Lane>,
    /// The segment whose chunks are written now.
    head: usize,
    /// Chunks that wait, by segment and number.
    ready: BTreeMap<(usize, u32), Chunk>,
    next_chunk: u32,
    weight: u64,
    sink: Option<Sink>,
    layer: Option<Layer>,
}

struct Lane {
    /// Absent while a worker has it, and at the end.
    producer: Option<Producer>,
    pulled: u32,
    exhausted: bool,
}

struct Chunk {
    raw: Vec<u8>,
    packed: Vec<u8>,
}

/// Where a layer's bytes go, in order.
struct Sink {
    spool: Spool,
    hasher: Hasher,
    tar_size: u64,
}

impl Line {
    fn new(index: usize, key: LayerKey, plan: LayerPlan, spool: Spool) -> Self {
        let name = plan.name.clone();
        let segments = Segment::of(plan);
        let (weight, entries) =
            (segments.iter().map(Segment::weight).sum(), segments.iter().map(Segment::entries).sum());
        let lane = |s| Lane { producer: Some(Producer::new(s)), pulled: 0, exhausted: false };
        Self {
            index,
            key,
            name,
            entries,
            segments: segments.into_iter().map(lane).collect(),
            head: 0,
            ready: BTreeMap::new(),
            next_chunk: 0,
            weight,
            sink: Some(Sink { spool, hasher: Hasher::new(), tar_size: 0 }),
            layer: None,
        }
    }

    /// The chunk that comes next in the layer, if it is there; passes over finished segments.
    fn take_next(&mut self) -> Option<Chunk> {
        while let Some(lane) = self.segments.get(self.head) {
            if let Some(chunk) = self.ready.remove(&(self.head, self.next_chunk)) {
                self.next_chunk += 1;
                return Some(chunk);
            }
            if !lane.exhausted || self.next_chunk < lane.pulled {
                return None;
            }
            self.head += 1;
            self.next_chunk = 0;
        }
        None
    }

    fn is_complete(&self) -> bool {
        self.head >= self.segments.len()
    }
}

struct State {
    lines: Vec<Line>,
    /// Bytes pulled and not written yet.
    held: usize,
    failed: Option<PackError>,
}

impl State {
    fn new(lines: Vec<Line>) -> Self {
        Self { lines, held: 0, failed: None }
    }

    /// The most useful free producer: heads of layers first, the layer with most ahead of it before others; then what runs ahead.
    fn choose(&mut self) -> Option<(usize, usize, Producer)> {
        let mut order: Vec<usize> = (0..self.lines.len()).filter(|&l| !self.lines[l].is_complete()).collect();
        order.sort_by_key(|&l| std::cmp::Reverse(self.lines[l].weight));
        let heads = order.iter().map(|&l| (l, self.lines[l].head)).collect::<Vec<_>>();
        let ahead =
            order.iter().flat_map(|&l| (self.lines[l].head + 1..self.lines[l].segments.len()).map(move |s| (l, s)));
        let candidates = if self.held < AHEAD { heads.iter().copied().chain(ahead).collect() } else { heads };
        candidates.into_iter().find_map(|(l, s)| self.lines[l].segments[s].producer.take().map(|p| (l, s, p)))
    }
}

struct Works<'a> {
    sources: &'a dyn Sources,
    store: &'a Store,
    settings: Settings,
    events: &'a dyn Events,
    done: &'a (dyn Fn(&Layer) + Sync),
    state: Mutex<State>,
    turn: Condvar,
}

impl Works<'_> {
    fn run(&self) -> Result<(), PackError> {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.settings.jobs.max(1)).map(|_| scope.spawn(|| self.work())).collect();
            for worker in workers {
                if worker.join().is_err() {
                    self.fail(PackError::Panicked);
                }
            }
        });
        match self.lock().failed.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: PackError) {
        self.lock().failed.get_or_insert(error);
        self.turn.notify_all();
    }

    fn work(&self) {
        // A panic must not leave the others waiting for a chunk that never comes.
        let guard = Alarm(self);
        if let Err(error) = self.work_until_done() {
            self.fail(error);
        }
        std::mem::forget(guard);
    }

    fn work_until_done(&self) -> Result<(), PackError> {
        let mut compressor = Compressor::new(self.settings.compression).map_err(PackError::Compress)?;
        while let Some((line, segment, producer)) = self.next_job() {
            let Some((number, raw)) = self.pull(line, segment, producer)? else {
                self.drain(line)?;
                continue;
            };
            let packed = compressor.compress(&raw).map_err(PackError::Compress)?;
            let mut state = self.lock();
            state.held += packed.len();
            state.lines[line].ready.insert((segment, number), Chunk { raw, packed });
            drop(state);
            self.drain(line)?;
        }
        Ok(())
    }

    /// Waits for a free producer; none when all is done or something failed.
    fn next_job(&self) -> Option<(usize, usize, Producer)> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() || state.lines.iter().all(Line::is_complete) {
                return None;
            }
            if let Some(job) = state.choose() {
                return Some(job);
            }
            state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Pulls the next chunk and gives the producer back at once, so that another worker can go on while this one compresses.
    fn pull(&self, line: usize, segment: usize, mut producer: Producer) -> Result<Option<(u32, Vec<u8>)>, PackError> {
        let raw = producer.pull(CHUNK, self.sources)?;
        let mut state = self.lock();
        let lane = &mut state.lines[line].segments[segment];
        let number = lane.pulled;
        if raw.is_empty() {
            lane.exhausted = true;
        } else {
            lane.pulled += 1;
            lane.exhausted = raw.len() < CHUNK;
            if !lane.exhausted {
                lane.producer = Some(producer);
            }
            state.held += raw.len();
            state.lines[line].weight = state.lines[line].weight.saturating_sub(raw.len() as u64);
        }
        self.turn.notify_all();
        Ok((!raw.is_empty()).then_some((number, raw)))
    }

    /// Writes what is next in the layer's order, unless another worker is at it; then that one will see ours.
    fn drain(&self, line: usize) -> Result<(), PackError> {
        let mut state = self.lock();
        let Some(mut sink) = state.lines[line].sink.take() else { return Ok(()) };
        while let Some(chunk) = state.lines[line].take_next() {
            drop(state);
            sink.hasher.update(&chunk.raw);
            sink.tar_size += chunk.raw.len() as u64;
            sink.spool.append(&chunk.packed)?;
            self.events.event(Event::Advanced {
                stage: "pack",
                subject: String::new(),
                amount: chunk.raw.len() as u64,
            });
            state = self.lock();
            state.held -= chunk.raw.len() + chunk.packed.len();
            self.turn.notify_all();
        }
        if !state.lines[line].is_complete() {
            state.lines[line].sink = Some(sink);
            return Ok(());
        }
        let (name, key, entries) = (state.lines[line].name.clone(), state.lines[line].key, state.lines[line].entries);
        drop(state);
        let layer = self.finish(sink, name, key, entries)?;
        (self.done)(&layer);
        self.lock().lines[line].layer = Some(layer);
        self.turn.notify_all();
        Ok(())
    }

    fn finish(&self, sink: Sink, name: String, key: LayerKey, entries: u64) -> Result<Layer, PackError> {
        let diff_id = DiffId(sink.hasher.finish());
        let blob = sink.spool.commit()?;
        let digest = BlobDigest(blob.checksum().digest().expect("a spool names its blob by SHA-256"));
        let compression = self.settings.compression;
        let layer = Layer { name, diff_id, digest, blob, compression, tar_size: sink.tar_size, entries };
        known::remember(self.store, &key, &layer)?;
        Ok(layer)
    }
}

/// Tells the others when a worker unwinds.
struct Alarm<'a, 'b>(&'a Works<'b>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        self.0.fail(PackError::Panicked);
    }
}
