//! SQLite's write-ahead log, applied to the database it belongs to.
//!
//! A base image whose last rpm was killed has committed packages only in `rpmdb.sqlite-wal`. Format: sqlite.org,
//! "Database File Format", section 4.

use std::borrow::Cow;

use super::Error;

/// The database with every committed transaction of the log in it. A log that is empty, of another database or broken
/// from the start changes nothing, as in SQLite.
///
/// # Errors
/// [`Error::Form`] when the log's commits would make a database larger than [`super::packages::MAX_SIZE`].
pub(super) fn apply<'a>(db: &'a [u8], wal: &[u8]) -> Result<Cow<'a, [u8]>, Error> {
    let Some(log) = Log::parse(wal) else { return Ok(Cow::Borrowed(db)) };
    let (frames, pages) = log.committed();
    if frames.is_empty() {
        return Ok(Cow::Borrowed(db));
    }
    let size = pages as usize * log.page_size;
    if size > super::packages::MAX_SIZE || frames.iter().any(|f| f.page == 0) {
        return Err(Error::Form { why: "has a write-ahead log with impossible page numbers" });
    }
    // an honest log grows the file only by pages it holds
    if size > db.len() + frames.len() * log.page_size {
        return Err(Error::Form { why: "has a write-ahead log that promises pages it does not hold" });
    }
    let mut out = db.to_vec();
    out.resize(size, 0);
    for f in frames {
        let at = (f.page as usize - 1) * log.page_size;
        if let Some(page) = out.get_mut(at..at + log.page_size) {
            page.copy_from_slice(f.data);
        }
    }
    Ok(Cow::Owned(out))
}

struct Log<'a> {
    page_size: usize,
    big_endian: bool,
    salts: &'a [u8],
    sums: (u32, u32),
    frames: &'a [u8],
}

struct Frame<'a> {
    page: u32,
    data: &'a [u8],
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

impl<'a> Log<'a> {
    fn parse(wal: &'a [u8]) -> Option<Self> {
        let (head, frames) = wal.split_at_checked(32)?;
        let (magic, page_size) = (word(head, 0), word(head, 8) as usize);
        if magic & !1 != 0x377f_0682 || word(head, 4) != 3_007_000 {
            return None;
        }
        if !page_size.is_power_of_two() || !(512..=65536).contains(&page_size) {
            return None;
        }
        let log = Self { page_size, big_endian: magic & 1 == 1, salts: &head[16..24], sums: (0, 0), frames };
        let sums = log.sum((0, 0), &head[..24]);
        (sums == (word(head, 24), word(head, 28))).then_some(Self { sums, ..log })
    }

    /// The frames up to the last commit, and the database's size in pages after it.
    fn committed(&self) -> (Vec<Frame<'a>>, u32) {
        let mut frames = Vec::new();
        let (mut keep, mut pages, mut sums) = (0, 0, self.sums);
        for frame in self.frames.chunks_exact(24 + self.page_size) {
            let (head, data) = frame.split_at(24);
            sums = self.sum(self.sum(sums, &head[..8]), data);
            if &head[8..16] != self.salts || sums != (word(head, 16), word(head, 20)) {
                break;
            }
            frames.push(Frame { page: word(head, 0), data });
            if word(head, 4) != 0 {
                (keep, pages) = (frames.len(), word(head, 4));
            }
        }
        frames.truncate(keep);
        (frames, pages)
    }

    fn sum(&self, (mut a, mut b): (u32, u32), bytes: &[u8]) -> (u32, u32) {
        let read = |w: &[u8]| {
            let w = w.try_into().expect("four bytes");
            if self.big_endian { u32::from_be_bytes(w) } else { u32::from_le_bytes(w) }
        };
        for pair in bytes.chunks_exact(8) {
            a = a.wrapping_add(read(&pair[..4])).wrapping_add(b);
            b = b.wrapping_add(read(&pair[4..])).wrapping_add(a);
        }
        (a, b)
    }
}
