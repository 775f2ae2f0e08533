//! Many files of many archives looked at on all cores, each archive read once.
//!
//! Every thread does whatever is there to do: it looks at a file that was read, or takes the next archive and reads it. What it
//! reads is left to the others as long as they keep up; else it looks at the file itself. So no thread ever waits while there is
//! work, and what lies in memory is bounded.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, Read},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::rootfs::Look;

/// Files up to this size are read ahead of their look; larger ones are looked at as they stream by.
const READ_AHEAD: u64 = 4 << 20;

/// What a reader does with a file of its archive: its number, its size, its bytes.
pub(super) type Each<'a> = dyn FnMut(u32, u64, &mut dyn Read) -> io::Result<()> + 'a;

/// Reads the archive of that number and hands over the files wanted of it.
pub(super) type ReadArchive<'a> = dyn Fn(usize, &mut Each<'_>) -> io::Result<()> + Sync + 'a;

/// Facts by the files' numbers, or why an archive could not be read whole.
pub(super) type Found = io::Result<BTreeMap<u32, Arc<[u8]>>>;

/// Works facts out of the file of that number in the archive of that number: its size, its bytes.
pub(super) type LookInto<'a> = dyn Fn(usize, u32, u64, &mut dyn Read) -> io::Result<Vec<u8>> + Sync + 'a;

/// Looks at the wanted files of `archives` archives on `jobs` threads; the answer has one entry for each.
pub(super) fn look_at_all(archives: usize, jobs: usize, read: &ReadArchive<'_>, look: &Look<'_>) -> Vec<Found> {
    let look = |_: usize, _: u32, size: u64, bytes: &mut dyn Read| look(size, bytes);
    look_while_coming(archives, jobs, read, &look, |arrive| (0..archives).for_each(arrive)).1
}

/// As [`look_at_all`], of archives that come while others are looked at: `bring` says the number of each that is there, on the
/// calling thread. Its own answer is the first.
pub(super) fn look_while_coming<T>(
    archives: usize,
    jobs: usize,
    read: &ReadArchive<'_>,
    look: &LookInto<'_>,
    bring: impl FnOnce(&dyn Fn(usize)) -> T,
) -> (T, Vec<Found>) {
    let crew = Crew {
        state: Mutex::new(State { there: VecDeque::new(), coming: true, readers: 0, read: VecDeque::new(), bytes: 0 }),
        changed: Condvar::new(),
        room: jobs * READ_AHEAD as usize,
        read,
        look,
    };
    let mut results = Vec::new();
    let brought = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(|| crew.work())).collect();
        let coming = Coming(&crew);
        let brought = bring(&|archive| crew.arrive(archive));
        drop(coming);
        for worker in workers {
            results.extend(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        brought
    });
    (brought, sort(archives, results))
}

/// One result: the archive, and a file's facts or a failure.
type Outcome = (usize, io::Result<(u32, Vec<u8>)>);

/// By archive. Of several failures that of the lowest file counts, so that threads' timing shows nowhere.
fn sort(archives: usize, results: Vec<Outcome>) -> Vec<Found> {
    let mut sorted: Vec<Found> = (0..archives).map(|_| Ok(BTreeMap::new())).collect();
    for (archive, result) in results {
        match (result, &mut sorted[archive]) {
            (Ok((file, facts)), Ok(found)) => drop(found.insert(file, facts.into())),
            (Err(error), slot @ Ok(_)) => *slot = Err(error),
            (_, Err(_)) => {}
        }
    }
    sorted
}

/// A file read and not yet looked at.
struct Task {
    archive: usize,
    file: u32,
    bytes: Vec<u8>,
}

struct State {
    /// Archives nobody has taken.
    there: VecDeque<usize>,
    /// Whether more may come.
    coming: bool,
    /// Archives being read.
    readers: usize,
    read: VecDeque<Task>,
    /// Bytes in `read`.
    bytes: usize,
}

struct Crew<'a> {
    state: Mutex<State>,
    changed: Condvar,
    room: usize,
    read: &'a ReadArchive<'a>,
    look: &'a LookInto<'a>,
}

enum Turn {
    Look(Task),
    Read(usize),
    Done,
}

impl Crew<'_> {
    fn work(&self) -> Vec<Outcome> {
        let mut results = Vec::new();
        loop {
            match self.turn() {
                Turn::Look(task) => results.push(self.look(task)),
                Turn::Read(archive) => self.read_archive(archive, &mut results),
                Turn::Done => return results,
            }
        }
    }

    /// What to do next; waits while others read and nothing is left to do.
    fn turn(&self) -> Turn {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.read.pop_front() {
                state.bytes -= task.bytes.len();
                return Turn::Look(task);
            }
            if let Some(archive) = state.there.pop_front() {
                state.readers += 1;
                return Turn::Read(archive);
            }
            if state.readers == 0 && !state.coming {
                return Turn::Done;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn arrive(&self, archive: usize) {
        self.lock().there.push_back(archive);
        self.changed.notify_one();
    }

    fn look(&self, task: Task) -> Outcome {
        let Task { archive, file, bytes } = task;
        (archive, (self.look)(archive, file, bytes.len() as u64, &mut bytes.as_slice()).map(|facts| (file, facts)))
    }

    fn read_archive(&self, archive: usize, results: &mut Vec<Outcome>) {
        // Also when a look panics, the others must not wait for this reader.
        let _reading = Reading(self);
        let mut each = |file: u32, size: u64, content: &mut dyn Read| {
            if size > READ_AHEAD {
                results.push((archive, (self.look)(archive, file, size, content).map(|facts| (file, facts))));
                return Ok(());
            }
            let mut bytes = Vec::with_capacity(size as usize);
            content.take(size).read_to_end(&mut bytes)?;
            if let Some(task) = self.offer(Task { archive, file, bytes }) {
                results.push(self.look(task));
            }
            Ok(())
        };
        if let Err(error) = (self.read)(archive, &mut each) {
            results.push((archive, Err(error)));
        }
    }

    /// Leaves a task to the others, or gives it back where they have enough.
    fn offer(&self, task: Task) -> Option<Task> {
        let mut state = self.lock();
        if state.bytes + task.bytes.len() > self.room {
            return Some(task);
        }
        state.bytes += task.bytes.len();
        state.read.push_back(task);
        self.changed.notify_one();
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Archives may come, until this is dropped: also when what brings them panics, nobody waits for more.
struct Coming<'c, 'a>(&'c Crew<'a>);

impl Drop for Coming<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().coming = false;
        self.0.changed.notify_all();
    }
}

/// An archive being read.
struct Reading<'c, 'a>(&'c Crew<'a>);

impl Drop for Reading<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().readers -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_looked_at_once_and_failures_stay_with_their_archive() {
        let read = |archive: usize, each: &mut Each<'_>| {
            for file in 0..200 {
                each(file, 1, &mut &[archive as u8][..])?;
            }
            if archive == 1 { Err(io::ErrorKind::InvalidData.into()) } else { Ok(()) }
        };
        let look = |_: u64, bytes: &mut dyn Read| {
            let mut all = Vec::new();
            bytes.read_to_end(&mut all).map(|_| all)
        };
        for jobs in [1, 2, 5] {
            let found = look_at_all(3, jobs, &read, &look);
            assert_eq!(found[1].as_ref().expect_err("broken").kind(), io::ErrorKind::InvalidData);
            for archive in [0, 2] {
                let facts = found[archive].as_ref().expect("whole");
                assert!(facts.len() == 200 && facts.values().all(|f| **f == [archive as u8]));
            }
        }
    }
}
