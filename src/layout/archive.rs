//! Layouts as tar files.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use tar::{Builder, EntryType, Header};

use super::{
    Error,
    directory::persist,
    index::{Content, MARKER, contents, index_json},
};
use crate::{
    store::{Publication, Store},
    terms::{BlobDigest, Hasher},
};

/// Writes `publication` to the archive `file` under `names`, replacing what was there. Equal publications give equal
/// bytes: entries are sorted, owned by 0:0, and dated 1970.
///
/// # Errors
/// [`Error::Digest`] when the store's bytes have changed since they were checked.
pub fn write_archive(file: &Path, publication: &Publication, names: &[String], store: &Store) -> Result<(), Error> {
    let contents = contents(publication, store)?;
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).map_err(Error::io("making", parent))?;
    let temp = tempfile::Builder::new().prefix(".drydock-archive-").tempfile_in(parent);
    let temp = temp.map_err(Error::io("writing in", parent))?;
    let failed = |e| Error::io("writing", file)(e);
    let mut tar = Builder::new(BufWriter::with_capacity(1 << 20, temp.as_file()));
    for dir in ["blobs/", "blobs/sha256/"] {
        append(&mut tar, EntryType::Directory, dir, 0, &mut io::empty()).map_err(failed)?;
    }
    for (digest, content) in &contents {
        let name = format!("blobs/sha256/{}", digest.0.hex());
        match content {
            Content::Document(document) => {
                append(&mut tar, EntryType::Regular, &name, content.size(), &mut document.bytes()).map_err(failed)?;
            }
            Content::Blob(blob) => {
                let mut hashing = Hashing { inner: blob.open()?, hasher: Hasher::new() };
                append(&mut tar, EntryType::Regular, &name, blob.size(), &mut hashing).map_err(failed)?;
                let actual = BlobDigest(hashing.hasher.finish());
                if actual != *digest {
                    return Err(Error::Digest { path: blob.path().to_owned(), expected: *digest, actual });
                }
            }
        }
    }
    for (name, bytes) in [("index.json", index_json(None, publication, names).as_slice()), ("oci-layout", MARKER)] {
        append(&mut tar, EntryType::Regular, name, bytes.len() as u64, &mut &*bytes).map_err(failed)?;
    }
    tar.into_inner().and_then(|mut out| out.flush()).map_err(failed)?;
    persist(temp, file)
}

fn append<W: Write>(
    tar: &mut Builder<W>,
    kind: EntryType,
    name: &str,
    size: u64,
    data: &mut dyn Read,
) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(if kind.is_dir() { 0o755 } else { 0o644 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    let mut exact = Exact { inner: data, left: size };
    tar.append_data(&mut header, name, &mut exact)?;
    match exact.left {
        0 => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the store's file is shorter than it was")),
    }
}

/// Counts down, so that a file that shrank does not go unnoticed into an archive whose header says otherwise.
struct Exact<'a> {
    inner: &'a mut dyn Read,
    left: u64,
}

impl Read for Exact<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        let n = self.inner.read(&mut buf[..room])?;
        self.left -= n as u64;
        Ok(n)
    }
}

struct Hashing {
    inner: File,
    hasher: Hasher,
}

impl Read for Hashing {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hasher.update(&buf[..n]);
        Ok(n)
    }
}
