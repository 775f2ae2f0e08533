//! The payload: file contents, streamed, each matched to its entry in the header's file list.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    io::{self, BufRead, BufReader, Read},
    sync::Arc,
};

use super::{
    FileEntry, PackageHead, PayloadError,
    cpio::{self, Entry, EntryError},
    files::link_sets,
};
use crate::formats::compression::Codec;

/// A file whose turn it is in the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadMember {
    /// Its index in the header's file list.
    pub file: usize,
    /// Bytes of content to read: 0 for all but regular files, and for every name of a hard-link set but the one that
    /// carries the content (its last, in packages rpm built).
    pub size: u64,
}

/// A reader of a payload: [`Payload::next`] goes to the next file, [`Read`] gives that file's bytes.
///
/// Only sizes the header promises are ever read, each file once: a bomb is as large as the (signed) header says.
pub struct Payload<'a> {
    input: BufReader<Box<dyn Read + Send + 'a>>,
    files: Arc<[FileEntry]>,
    by_name: Vec<u32>,
    sets: BTreeMap<usize, Arc<[usize]>>,
    seen: Vec<bool>,
    /// Whether a set's content has come, by its first member.
    content_seen: BTreeSet<usize>,
    current: Option<usize>,
    remaining: u64,
    padding: u64,
    entries: usize,
    done: bool,
}

impl<'a> Payload<'a> {
    /// Takes the compressed payload, the bytes of the file from [`PackageHead::payload_offset`] on.
    ///
    /// # Errors
    /// The file list is malformed, or the payload's form is unknown.
    pub fn new(head: &PackageHead, compressed: impl BufRead + Send + 'a) -> Result<Self, PayloadError> {
        Self::with_files(head, head.main.files()?.into(), compressed)
    }

    /// As [`Payload::new`], for callers who have the file list of [`super::Header::files`] already.
    ///
    /// # Errors
    /// The payload's form is unknown.
    pub fn with_files(
        head: &PackageHead,
        files: Arc<[FileEntry]>,
        compressed: impl BufRead + Send + 'a,
    ) -> Result<Self, PayloadError> {
        Ok(Self::of_decoded(files, Self::decoder(head, compressed)?))
    }

    /// The archive inside a compressed payload, for [`Payload::of_decoded`].
    ///
    /// # Errors
    /// The payload's form is unknown.
    pub fn decoder(
        head: &PackageHead,
        mut compressed: impl BufRead + Send + 'a,
    ) -> Result<Box<dyn Read + Send + 'a>, PayloadError> {
        let mut codec = head.codec()?;
        // "gzip", which is also what no compressor at all means, may hide a plain archive: zlib passes those through
        if codec == Codec::Gzip && compressed.fill_buf().map_err(|e| read_error("", e))?.starts_with(b"07") {
            codec = Codec::None;
        }
        codec.decoder(compressed).map_err(|e| read_error("", e))
    }

    /// As [`Payload::with_files`], of an archive that is decoded already.
    pub fn of_decoded(files: Arc<[FileEntry]>, decoded: Box<dyn Read + Send + 'a>) -> Self {
        let mut by_name: Vec<u32> = (0..files.len() as u32).collect();
        by_name.sort_by_key(|&i| (bare(&files[i as usize].path), i));
        Self {
            input: BufReader::with_capacity(64 << 10, decoded),
            sets: link_sets(&files),
            seen: vec![false; files.len()],
            files,
            by_name,
            content_seen: BTreeSet::new(),
            current: None,
            remaining: 0,
            padding: 0,
            entries: 0,
            done: false,
        }
    }

    /// The header's file list.
    pub fn files(&self) -> &Arc<[FileEntry]> {
        &self.files
    }

    /// Goes to the next file, skipping what was not read of the one before; none at the end of the archive.
    ///
    /// # Errors
    /// [`PayloadError`]: the stream fails or ends early, or holds other files or sizes than the header lists.
    #[expect(clippy::should_implement_trait, reason = "the bytes of a member are read from the payload itself")]
    pub fn next(&mut self) -> Result<Option<PayloadMember>, PayloadError> {
        loop {
            if self.done {
                return Ok(None);
            }
            self.skip_rest()?;
            self.current = None;
            self.entries += 1;
            let (file, size) = match cpio::read_entry(&mut self.input).map_err(|e| self.entry_error(e))? {
                Entry::Trailer => {
                    self.finish()?;
                    return Ok(None);
                }
                Entry::Named { name, size } => (self.find(&name)?, Some(size)),
                Entry::Indexed { file } if file < self.files.len() => (file, None),
                Entry::Indexed { file } => return Err(PayloadError::Unlisted { path: format!("file {file}") }),
            };
            if self.enter(file, size)? {
                return Ok(Some(PayloadMember { file, size: self.remaining }));
            }
        }
    }

    /// Makes `file` the current member; false for one to pass over.
    fn enter(&mut self, file: usize, archived: Option<u64>) -> Result<bool, PayloadError> {
        let files = Arc::clone(&self.files);
        let entry = &files[file];
        if std::mem::replace(&mut self.seen[file], true) {
            return Err(PayloadError::Twice { path: entry.display() });
        }
        let size = archived.unwrap_or_else(|| self.implied_size(file));
        let wrong = |expected| PayloadError::Size { path: entry.display(), expected, actual: size };
        self.current = Some(file);
        self.padding = (4 - size % 4) % 4;
        self.remaining = size;
        // rpm before 4.11 sometimes packed %ghost files: nothing of them is installed
        if !entry.is_regular() || entry.is_ghost() {
            let most = if entry.is_symlink() { 4096 } else { entry.size };
            if size > most {
                return Err(wrong(most));
            }
            self.skip_rest()?;
            return Ok(!entry.is_ghost());
        }
        match self.sets.get(&file) {
            Some(set) if size == entry.size && size > 0 => {
                self.content_seen.insert(set[0]);
            }
            Some(_) if size == 0 => {}
            _ if size == entry.size => {}
            _ => return Err(wrong(entry.size)),
        }
        Ok(true)
    }

    /// Stripped entries carry no size: it is the header's, for hard links that of the last of the set.
    fn implied_size(&self, file: usize) -> u64 {
        let entry = &self.files[file];
        let first_names = self.sets.get(&file).is_some_and(|set| set.last() != Some(&file));
        if entry.is_regular() && !first_names || entry.is_symlink() { entry.size } else { 0 }
    }

    fn find(&self, name: &[u8]) -> Result<usize, PayloadError> {
        let name = bare(name);
        let at = self.by_name.partition_point(|&i| bare(&self.files[i as usize].path) < name);
        match self.by_name.get(at) {
            Some(&i) if bare(&self.files[i as usize].path) == name => Ok(i as usize),
            _ => Err(PayloadError::Unlisted { path: String::from_utf8_lossy(name).into_owned() }),
        }
    }

    fn skip_rest(&mut self) -> Result<(), PayloadError> {
        let skipped = io::copy(&mut (&mut self.input).take(self.remaining), &mut io::sink());
        let complete = skipped.and_then(|n| match n == self.remaining {
            true => Ok(()),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        let padding = std::mem::take(&mut self.padding);
        self.remaining = 0;
        complete
            .and_then(|()| self.input.read_exact(&mut [0; 3][..padding as usize]))
            .map_err(|e| read_error(&self.current_path(), e))
    }

    /// At the trailer: everything listed must have come, and the compressed stream must end well.
    fn finish(&mut self) -> Result<(), PayloadError> {
        self.done = true;
        let missing = |i: usize| PayloadError::Missing { path: self.files[i].display() };
        if let Some(i) = (0..self.files.len()).find(|&i| !self.seen[i] && !self.files[i].is_ghost()) {
            return Err(missing(i));
        }
        for (&i, set) in &self.sets {
            if self.files[i].size > 0 && !self.content_seen.contains(&set[0]) {
                return Err(missing(i));
            }
        }
        // a few zeros may follow; reading past them lets the decoder check its own sums
        io::copy(&mut (&mut self.input).take(64 << 10), &mut io::sink()).map_err(|e| read_error("", e))?;
        Ok(())
    }

    fn entry_error(&self, error: EntryError) -> PayloadError {
        match error {
            EntryError::Read(e) => read_error("", e),
            EntryError::Malformed(why) => PayloadError::Entry { number: self.entries, why },
        }
    }

    fn current_path(&self) -> String {
        self.current.map(|i| self.files[i].display()).unwrap_or_default()
    }
}

impl Read for Payload<'_> {
    /// Bytes of the current file; 0 at its end. A stream that ends within the file is an error here.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let n = self.input.read(&mut buffer[..most]).map_err(|e| self.broken(e))?;
        if n == 0 {
            return Err(self.broken(io::ErrorKind::UnexpectedEof.into()));
        }
        self.remaining -= n as u64;
        Ok(n)
    }
}

impl Payload<'_> {
    fn broken(&self, error: io::Error) -> io::Error {
        io::Error::new(error.kind(), read_error(&self.current_path(), error))
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} of {} files)", self.entries, self.files.len())
    }
}

/// A name without what archives put before it: `./usr/bin/x`, `/usr/bin/x` and `usr/bin/x` are one file.
fn bare(name: &[u8]) -> &[u8] {
    let name = name.strip_prefix(b".").filter(|rest| rest.starts_with(b"/")).unwrap_or(name);
    name.strip_prefix(b"/").unwrap_or(name)
}

fn read_error(path: &str, source: io::Error) -> PayloadError {
    PayloadError::Read { path: path.to_owned(), source }
}
