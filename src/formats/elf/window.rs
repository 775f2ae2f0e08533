//! The parts of a file that are kept while it streams past.

use std::{
    io::{self, Read},
    ops::Range,
};

/// Bytes kept from the start. Headers and, in all but the largest libraries, the names lie there.
const HEAD: u64 = 4 << 20;

/// Why bytes cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The file ends before them.
    Beyond,
    /// They were not kept.
    NotHeld,
}

/// Pieces of a file by their offset, ascending and apart.
#[derive(Debug)]
pub(super) struct Window {
    size: u64,
    /// How far the stream was read.
    position: u64,
    pieces: Vec<(u64, Vec<u8>)>,
}

impl Window {
    /// All of a file.
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self { size, position: size, pieces: vec![(0, bytes)] }
    }

    /// The start of a stream.
    pub(super) fn head(size: u64, stream: &mut dyn Read) -> io::Result<Self> {
        let mut window = Self { size, position: 0, pieces: Vec::new() };
        window.keep(stream, 0..HEAD)?;
        Ok(window)
    }

    /// Length of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// How far the stream was read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Reads on and keeps what lies in `ranges`; what was passed already is not had back.
    pub(super) fn hold(&mut self, stream: &mut dyn Read, mut ranges: Vec<Range<u64>>) -> io::Result<()> {
        ranges.sort_by_key(|r| (r.start, r.end));
        for range in ranges {
            self.keep(stream, range)?;
        }
        Ok(())
    }

    /// Reads on and keeps one range.
    pub(super) fn keep(&mut self, stream: &mut dyn Read, range: Range<u64>) -> io::Result<()> {
        let range = range.start.max(self.position)..range.end.min(self.size);
        if range.is_empty() {
            return Ok(());
        }
        let skip = range.start - self.position;
        let skipped = io::copy(&mut stream.take(skip), &mut io::sink())?;
        let mut bytes = Vec::new();
        let length = range.end - range.start;
        if skipped == skip {
            stream.take(length).read_to_end(&mut bytes)?;
        }
        self.position += skipped + bytes.len() as u64;
        if (bytes.len() as u64) < length {
            // The stream is shorter than was said; the file ends here.
            self.size = self.position;
        }
        match self.pieces.last_mut() {
            Some((start, last)) if *start + last.len() as u64 == range.start => last.append(&mut bytes),
            _ => self.pieces.push((range.start, bytes)),
        }
        Ok(())
    }

    /// Exactly `length` bytes from `offset`.
    pub(super) fn at(&self, offset: u64, length: u64) -> Result<&[u8], Missing> {
        let end = offset.checked_add(length).ok_or(Missing::Beyond)?;
        if end > self.size {
            return Err(Missing::Beyond);
        }
        let held = self.from(offset)?;
        held.get(..usize::try_from(length).map_err(|_| Missing::Beyond)?).ok_or(Missing::NotHeld)
    }

    /// What is held from `offset` on without a gap.
    pub(super) fn from(&self, offset: u64) -> Result<&[u8], Missing> {
        if offset > self.size {
            return Err(Missing::Beyond);
        }
        let (start, piece) = self.pieces.iter().rfind(|(start, _)| *start <= offset).ok_or(Missing::NotHeld)?;
        let skip = usize::try_from(offset - start).map_err(|_| Missing::NotHeld)?;
        piece.get(skip..).ok_or(Missing::NotHeld)
    }

    /// Text up to its NUL, or to `longest` bytes.
    pub(super) fn text(&self, offset: u64, longest: usize) -> Result<&[u8], Missing> {
        let held = self.from(offset)?;
        match held.iter().take(longest).position(|&b| b == 0) {
            Some(end) => Ok(&held[..end]),
            None if held.len() >= longest => Ok(&held[..longest]),
            None if offset + held.len() as u64 == self.size => Ok(held),
            None => Err(Missing::NotHeld),
        }
    }
}
