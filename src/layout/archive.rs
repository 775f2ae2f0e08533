//! Layouts as tar files.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use super::{
    Error,
    directory::persist,
    index::{Content, MARKER, contents, index_json},
};
use crate::{
    formats::tar::{BLOCK, END_OF_ARCHIVE, Entry, EntryKind, header_blocks, padding},
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
    let mut tar = BufWriter::with_capacity(1 << 20, temp.as_file());
    let regular = |name: &str, size| Entry::plain(name, EntryKind::File, size);
    for dir in ["blobs/", "blobs/sha256/"] {
        append(&mut tar, &Entry::plain(dir, EntryKind::Directory, 0), &mut io::empty()).map_err(failed)?;
    }
    for (digest, content) in &contents {
        let name = format!("blobs/sha256/{}", digest.0.hex());
        match content {
            Content::Document(document) => {
                append(&mut tar, &regular(&name, content.size()), &mut document.bytes()).map_err(failed)?;
            }
            Content::Blob(blob) => {
                let mut hashing = Hashing { inner: blob.open()?, hasher: Hasher::new() };
                append(&mut tar, &regular(&name, blob.size()), &mut hashing).map_err(failed)?;
                let actual = BlobDigest(hashing.hasher.finish());
                if actual != *digest {
                    return Err(Error::Digest { path: blob.path().to_owned(), expected: *digest, actual });
                }
            }
        }
    }
    for (name, bytes) in [("index.json", index_json(None, publication, names).as_slice()), ("oci-layout", MARKER)] {
        append(&mut tar, &regular(name, bytes.len() as u64), &mut &*bytes).map_err(failed)?;
    }
    tar.write_all(&END_OF_ARCHIVE).and_then(|()| tar.flush()).map_err(failed)?;
    drop(tar);
    persist(temp, file)
}

fn append(out: &mut impl Write, entry: &Entry, data: &mut dyn Read) -> io::Result<()> {
    out.write_all(&header_blocks(entry))?;
    // A file that shrank must not go unnoticed into an archive whose header says otherwise.
    if io::copy(&mut data.take(entry.size), out)? != entry.size {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the store's file is shorter than it was"));
    }
    out.write_all(&[0; BLOCK][..padding(entry.size)])
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
