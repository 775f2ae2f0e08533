//! Images out of layouts.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    Error,
    index::{name_of, parse},
};
use crate::{
    formats::{
        oci::{Descriptor, Document, Index, MANIFEST_LIMIT, RawDocument},
        tar,
    },
    store::{self, Blob, Expected, Store, Verified},
    terms::{BlobDigest, Checksum},
};

/// Archives with more entries are not layouts.
const MOST_ENTRIES: usize = 100_000;

/// A layout to read from. Its bytes are strangers': nothing is believed that is not checked against a digest.
#[derive(Debug)]
pub struct Layout {
    path: PathBuf,
    medium: Medium,
    index: Index,
}

#[derive(Debug)]
enum Medium {
    Directory,
    /// Where each entry's bytes lie: offset and length.
    Archive(BTreeMap<String, (u64, u64)>),
}

impl Layout {
    /// Opens a layout directory.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::with(dir, Medium::Directory)
    }

    /// Opens an archive. Its headers are read once; its bytes are read where they lie, nothing is unpacked.
    pub fn open_archive(file: &Path) -> Result<Self, Error> {
        Self::with(file, Medium::Archive(table(file)?))
    }

    fn with(path: &Path, medium: Medium) -> Result<Self, Error> {
        let mut layout = Self { path: path.to_owned(), medium, index: Index::new(Vec::new()) };
        if layout.file("oci-layout")?.is_none() {
            return Err(layout.not("the file oci-layout is missing"));
        }
        let json = layout.file("index.json")?.ok_or_else(|| layout.not("index.json is missing"))?;
        layout.index = parse(path, &layout.take(json, MANIFEST_LIMIT + 1)?)?;
        Ok(layout)
    }

    /// The entries of `index.json`.
    pub fn entries(&self) -> &[Descriptor] {
        &self.index.manifests
    }

    /// The manifest or index with that name; without a name the only one there is.
    ///
    /// # Errors
    /// [`Error::NoSuchImage`] lists the names there are.
    pub fn document(&self, name: Option<&str>) -> Result<RawDocument, Error> {
        let all = self.entries();
        let found = match name {
            Some(name) => all.iter().find(|e| name_of(e) == Some(name)),
            // The same image under several names is still one image.
            None => all.first().filter(|first| all.iter().all(|e| e.digest == first.digest)),
        };
        let entry = found.ok_or_else(|| Error::NoSuchImage {
            path: self.path.clone(),
            name: name.map(str::to_owned),
            names: all.iter().filter_map(|e| name_of(e).map(str::to_owned)).collect(),
        })?;
        self.document_of(entry)
    }

    /// [`Layout::document`], read.
    pub fn read(&self, name: Option<&str>) -> Result<(RawDocument, Document), Error> {
        let raw = self.document(name)?;
        let parsed = raw.parse().map_err(|source| Error::Document { path: self.path.clone(), source })?;
        Ok((raw, parsed))
    }

    /// A manifest or index by descriptor, as an index lists it.
    pub fn document_of(&self, of: &Descriptor) -> Result<RawDocument, Error> {
        let file = self.blob_file(of.digest)?;
        let document = RawDocument::new(of.media_type.clone(), self.take(file, MANIFEST_LIMIT + 1)?);
        if document.digest() != of.digest {
            return Err(Error::Digest { path: self.path.clone(), expected: of.digest, actual: document.digest() });
        }
        Ok(document)
    }

    /// A config or layer, through the store.
    pub fn blob(&self, of: &Descriptor, store: &Store) -> Result<Verified<Blob>, Error> {
        let checksum = Checksum::from(of.digest.0);
        if let Some(blob) = store.blob(&checksum) {
            return Ok(blob);
        }
        let mut file = self.blob_file(of.digest)?;
        store.import(&mut file, Expected { checksum, size: Some(of.size) }).map_err(|e| match e {
            store::Error::Input { source, .. } => Error::io("reading", &self.path)(source),
            store::Error::Mismatch { actual, .. } => match actual.to_string().parse() {
                Ok(actual) => {
                    Error::Digest { path: self.path.clone(), expected: of.digest, actual: BlobDigest(actual) }
                }
                Err(_) => Error::Missing { path: self.path.clone(), digest: of.digest },
            },
            other => Error::Store(other),
        })
    }

    fn blob_file(&self, digest: BlobDigest) -> Result<io::Take<File>, Error> {
        let name = format!("blobs/sha256/{}", digest.0.hex());
        self.file(&name)?.ok_or_else(|| Error::Missing { path: self.path.clone(), digest })
    }

    /// A file of the layout, if it is there.
    fn file(&self, name: &str) -> Result<Option<io::Take<File>>, Error> {
        let failed = |e| Error::io("reading", &self.path)(e);
        match &self.medium {
            Medium::Directory => match File::open(self.path.join(name)) {
                Ok(file) => Ok(Some(file.take(u64::MAX))),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(failed(e)),
            },
            Medium::Archive(table) => {
                let Some((offset, length)) = table.get(name) else { return Ok(None) };
                let mut file = File::open(&self.path).map_err(failed)?;
                file.seek(SeekFrom::Start(*offset)).map_err(failed)?;
                Ok(Some(file.take(*length)))
            }
        }
    }

    fn take(&self, file: io::Take<File>, limit: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes).map_err(Error::io("reading", &self.path))?;
        Ok(bytes)
    }

    fn not(&self, why: &'static str) -> Error {
        Error::NotLayout { path: self.path.clone(), why }
    }
}

/// Finds every regular file of a tar archive, by its headers: contents are passed over, not read. A name that comes twice means
/// its last bytes, as when unpacked.
fn table(path: &Path) -> Result<BTreeMap<String, (u64, u64)>, Error> {
    let failed = |source: io::Error| Error::io("reading", path)(source);
    let not_tar = || Error::NotLayout { path: path.to_owned(), why: "it is not an uncompressed tar file" };
    let mut file = File::open(path).map_err(failed)?;
    let mut table = BTreeMap::new();
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at)).map_err(failed)?;
        let mut reader = tar::Reader::new(&file);
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(table),
            Err(tar::TarError::Io(e)) if e.kind() != io::ErrorKind::UnexpectedEof => return Err(failed(e)),
            Err(_) => return Err(not_tar()),
        };
        if table.len() == MOST_ENTRIES {
            return Err(Error::NotLayout { path: path.to_owned(), why: "it has too many entries" });
        }
        let content = at + reader.position();
        at = content.checked_add(entry.size).map(|end| end + tar::padding(entry.size) as u64).ok_or_else(not_tar)?;
        if entry.kind == tar::EntryKind::File {
            let name = String::from_utf8_lossy(&entry.path).trim_start_matches("./").to_owned();
            table.insert(name, (content, entry.size));
        }
    }
}
