//! Entries from a stream, with a ceiling on everything a header may ask for.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use super::{BLOCK, Entry, EntryKind, header, padding};

/// Longest name, link target or PAX record set taken from an archive. Linux allows 4096 bytes a path; PAX sets carry
/// attributes of up to 64 KiB each.
const NAME_LIMIT: u64 = 1 << 20;

/// Why a stream is no tar archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TarError {
    /// The stream broke, or its decompressor refused it.
    #[error("reading the archive")]
    Io(#[from] io::Error),
    /// A header's checksum does not add up: not a tar, or a damaged one.
    #[error("the header at byte {offset} has a wrong checksum")]
    Checksum {
        /// Position in the uncompressed stream.
        offset: u64,
    },
    /// A number field holds something else.
    #[error("the header at byte {offset} has an invalid {field}")]
    Number {
        /// Position in the uncompressed stream.
        offset: u64,
        /// Which field.
        field: &'static str,
    },
    /// A long name or PAX set over the ceiling.
    #[error("the header at byte {offset} announces {size} bytes of names, more than {NAME_LIMIT}")]
    TooLong {
        /// Position in the uncompressed stream.
        offset: u64,
        /// Announced size.
        size: u64,
    },
    /// A PAX record that does not parse.
    #[error("the PAX records at byte {offset} are malformed")]
    Pax {
        /// Position in the uncompressed stream.
        offset: u64,
    },
    /// An entry type no image layer has.
    #[error("the entry {path:?} has type {kind:?}, which an image layer cannot hold")]
    Kind {
        /// The entry's name, lossily.
        path: String,
        /// Its type byte.
        kind: char,
    },
}

/// Reads entries one by one; the content of the current entry is read through the reader itself.
#[derive(Debug)]
pub struct Reader<R> {
    inner: R,
    offset: u64,
    content: u64,
    padding: usize,
}

/// Names and records that came ahead of the header they belong to.
#[derive(Default)]
struct Ahead {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u32>,
    gid: Option<u32>,
    mtime: Option<i64>,
    xattrs: BTreeMap<String, Vec<u8>>,
}

impl<R: Read> Reader<R> {
    /// A reader at the beginning of an uncompressed archive.
    pub fn new(inner: R) -> Self {
        Self { inner, offset: 0, content: 0, padding: 0 }
    }

    /// Skips what is left of the current entry and reads the next header; none at the end of the archive.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, TarError> {
        let mut ahead = Ahead::default();
        loop {
            self.skip_content()?;
            let at = self.offset;
            let Some(block) = self.block()? else { return Ok(None) };
            if block.iter().all(|&b| b == 0) {
                return Ok(None);
            }
            if field(&block, header::CHECKSUM, "checksum", at)? as u64 != header::checksum(&block) {
                return Err(TarError::Checksum { offset: at });
            }
            let size = unsigned(&block, header::SIZE, "size", at)?;
            match block[header::TYPE] {
                b'x' => self.pax(size, at, &mut ahead)?,
                b'L' => ahead.path = Some(self.long_name(size, at)?),
                b'K' => ahead.link = Some(self.long_name(size, at)?),
                b'g' => {
                    self.long_name(size, at)?; // global records hold comments of git and pax, nothing of an entry
                }
                _ => return self.entry(&block, ahead, at).map(Some),
            }
        }
    }

    /// Bytes read so far: after [`Reader::next_entry`], where the entry's content begins.
    pub fn position(&self) -> u64 {
        self.offset
    }

    /// Reads to the end of the stream: what a digest over the whole blob needs.
    pub fn drain(&mut self) -> Result<(), TarError> {
        io::copy(&mut self.inner, &mut io::sink())?;
        Ok(())
    }

    fn entry(&mut self, block: &[u8; BLOCK], ahead: Ahead, at: u64) -> Result<Entry, TarError> {
        let path = ahead.path.unwrap_or_else(|| ustar_path(block));
        let link = ahead.link.unwrap_or_else(|| header::trimmed(&block[header::LINK]).to_vec());
        let device = || -> Result<(u32, u32), TarError> {
            Ok((
                unsigned(block, header::MAJOR, "major number", at)? as u32,
                unsigned(block, header::MINOR, "minor number", at)? as u32,
            ))
        };
        let kind = match block[header::TYPE] {
            b'0' | 0 | b'7' if path.last() == Some(&b'/') => EntryKind::Directory, // V7 tars mark directories so
            b'0' | 0 | b'7' => EntryKind::File,
            b'1' => EntryKind::Hardlink(link),
            b'2' => EntryKind::Symlink(link),
            b'3' => device().map(|(major, minor)| EntryKind::Char { major, minor })?,
            b'4' => device().map(|(major, minor)| EntryKind::Block { major, minor })?,
            b'5' => EntryKind::Directory,
            b'6' => EntryKind::Fifo,
            other => {
                return Err(TarError::Kind { path: String::from_utf8_lossy(&path).into_owned(), kind: other as char });
            }
        };
        let stored = ahead.size.map_or_else(|| unsigned(block, header::SIZE, "size", at), Ok)?;
        let size = if kind == EntryKind::File { stored } else { 0 };
        self.content = size;
        self.padding = padding(size);
        let id = |range, name| unsigned(block, range, name, at).map(|v| v as u32);
        Ok(Entry {
            path,
            kind,
            mode: id(header::MODE, "mode")? & 0o7777,
            uid: ahead.uid.map_or_else(|| id(header::UID, "uid"), Ok)?,
            gid: ahead.gid.map_or_else(|| id(header::GID, "gid"), Ok)?,
            size,
            mtime: ahead.mtime.map_or_else(|| field(block, header::MTIME, "mtime", at), Ok)?,
            xattrs: ahead.xattrs,
        })
    }

    /// Applies PAX records (POSIX.1-2001, `pax` utility, "pax Header Block") to the entry that follows.
    fn pax(&mut self, size: u64, at: u64, ahead: &mut Ahead) -> Result<(), TarError> {
        let raw = self.names(size, at)?;
        let bad = || TarError::Pax { offset: at };
        let mut rest = raw.as_slice();
        while !rest.is_empty() {
            let space = rest.iter().position(|&b| b == b' ').ok_or_else(bad)?;
            let len: usize = std::str::from_utf8(&rest[..space]).ok().and_then(|t| t.parse().ok()).ok_or_else(bad)?;
            let record = rest.get(space + 1..len).and_then(|r| r.strip_suffix(b"\n")).ok_or_else(bad)?;
            let equals = record.iter().position(|&b| b == b'=').ok_or_else(bad)?;
            let (name, value) = (&record[..equals], &record[equals + 1..]);
            let text = || std::str::from_utf8(value).map_err(|_| bad());
            match name {
                b"path" => ahead.path = Some(value.to_vec()),
                b"linkpath" => ahead.link = Some(value.to_vec()),
                b"size" => ahead.size = Some(text()?.parse().map_err(|_| bad())?),
                b"uid" => ahead.uid = Some(text()?.parse().map_err(|_| bad())?),
                b"gid" => ahead.gid = Some(text()?.parse().map_err(|_| bad())?),
                b"mtime" => {
                    let whole = text()?.split('.').next().unwrap_or_default();
                    ahead.mtime = Some(whole.parse().map_err(|_| bad())?);
                }
                _ => {
                    if let Some(xattr) = name.strip_prefix(b"SCHILY.xattr.") {
                        let xattr = std::str::from_utf8(xattr).map_err(|_| bad())?;
                        ahead.xattrs.insert(xattr.to_owned(), value.to_vec());
                    }
                }
            }
            rest = &rest[len..];
        }
        Ok(())
    }

    fn long_name(&mut self, size: u64, at: u64) -> Result<Vec<u8>, TarError> {
        Ok(header::trimmed(&self.names(size, at)?).to_vec())
    }

    fn names(&mut self, size: u64, at: u64) -> Result<Vec<u8>, TarError> {
        if size > NAME_LIMIT {
            return Err(TarError::TooLong { offset: at, size });
        }
        let mut raw = vec![0; size as usize + padding(size)];
        self.inner.read_exact(&mut raw)?;
        self.offset += raw.len() as u64;
        raw.truncate(size as usize);
        Ok(raw)
    }

    fn skip_content(&mut self) -> Result<(), TarError> {
        let owed = self.content + self.padding as u64;
        let skipped = io::copy(&mut self.inner.by_ref().take(owed), &mut io::sink())?;
        self.offset += skipped;
        if skipped != owed {
            return Err(TarError::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        (self.content, self.padding) = (0, 0);
        Ok(())
    }

    /// The next block; none where the stream ends, as some archives do without their zero blocks.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, TarError> {
        let mut block = [0; BLOCK];
        let mut have = 0;
        while have < BLOCK {
            match self.inner.read(&mut block[have..])? {
                0 if have == 0 => return Ok(None),
                0 => return Err(TarError::Io(io::ErrorKind::UnexpectedEof.into())),
                n => have += n,
            }
        }
        self.offset += BLOCK as u64;
        Ok(Some(block))
    }
}

impl<R: Read> Read for Reader<R> {
    /// Content of the current entry.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let want = buf.len().min(usize::try_from(self.content).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let n = self.inner.read(&mut buf[..want])?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.content -= n as u64;
        self.offset += n as u64;
        Ok(n)
    }
}

fn field(block: &[u8; BLOCK], range: std::ops::Range<usize>, name: &'static str, at: u64) -> Result<i64, TarError> {
    header::number(&block[range]).ok_or(TarError::Number { offset: at, field: name })
}

fn unsigned(block: &[u8; BLOCK], range: std::ops::Range<usize>, name: &'static str, at: u64) -> Result<u64, TarError> {
    u64::try_from(field(block, range, name, at)?).map_err(|_| TarError::Number { offset: at, field: name })
}

fn ustar_path(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = header::trimmed(&block[header::NAME]);
    // GNU's old format keeps times where ustar has the prefix; only ustar's magic ends in NUL and a version.
    let prefix = if &block[header::MAGIC][..6] == b"ustar\0" { header::trimmed(&block[header::PREFIX]) } else { &[] };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}
