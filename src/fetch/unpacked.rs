//! A payload that was decoded once for a look into its files, kept for whoever reads it next: xz takes longer than anything else a
//! build does.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::unix::fs::FileExt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// Decoded payloads of one package; empty until one was read whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Unpacked(Arc<OnceLock<Arc<File>>>);

/// Bytes that may be kept, shared by all that keep some.
#[derive(Debug)]
pub struct Room(AtomicU64);

impl Room {
    /// So many bytes.
    pub fn of(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    fn take(&self, bytes: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

impl Unpacked {
    /// What was kept, from its beginning.
    pub fn open(&self) -> Option<impl Read + Send + use<>> {
        self.0.get().map(|file| At { file: Arc::clone(file), offset: 0 })
    }

    /// Keeps the copy, if it is whole.
    pub fn keep(&self, copy: Copy) {
        if copy.is_whole() {
            // Whoever was first: both hold the same bytes.
            let _ = self.0.set(copy.file);
        }
    }
}

/// Reads a file that others read, too.
struct At {
    file: Arc<File>,
    offset: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.offset)?;
        self.offset += n as u64;
        Ok(n)
    }
}

/// A copy in the making.
pub(super) struct Copy {
    file: Arc<File>,
    whole: Arc<AtomicBool>,
}

impl Copy {
    /// Whether everything that was read so far is in it.
    pub fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }
}

/// Hands bytes on and copies them to a file. A file that cannot be written is given up; the reader does not notice.
pub(super) struct Copying<'r, R> {
    from: R,
    file: Arc<File>,
    whole: Arc<AtomicBool>,
    room: &'r Room,
}

impl<'r, R: Read> Copying<'r, R> {
    /// Copies what is read of `from` to `file`.
    pub fn new(from: R, file: File, room: &'r Room) -> (Self, Copy) {
        let (file, whole) = (Arc::new(file), Arc::new(AtomicBool::new(true)));
        let copy = Copy { file: Arc::clone(&file), whole: Arc::clone(&whole) };
        (Self { from, file, whole, room }, copy)
    }
}

impl<R: Read> Read for Copying<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        if self.whole.load(Ordering::Relaxed) {
            let kept = self.room.take(n as u64) && (&*self.file).write_all(&buffer[..n]).is_ok();
            self.whole.store(kept, Ordering::Relaxed);
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(bytes: &[u8], room: u64) -> Unpacked {
        let (room, unpacked) = (Room::of(room), Unpacked::default());
        let (mut reader, copy) = Copying::new(bytes, tempfile::tempfile().unwrap(), &room);
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
        unpacked.keep(copy);
        unpacked
    }

    #[test]
    fn what_was_read_is_read_again_from_its_beginning() {
        let unpacked = copied(b"decoded once", 100);
        for _ in 0..2 {
            let mut again = String::new();
            unpacked.open().unwrap().read_to_string(&mut again).unwrap();
            assert_eq!(again, "decoded once");
        }
    }

    #[test]
    fn what_has_no_room_is_not_kept() {
        assert!(copied(b"decoded once", 11).open().is_none());
        assert!(copied(b"", 0).open().is_some());
    }
}
