//! A package whose bytes are what the lock promises and whose signer is trusted.

use std::{
    fs::File,
    io::{self, BufReader, Seek, SeekFrom},
    sync::Arc,
};

use crate::{
    formats::rpm::{FileEntry, Header, PackageHead, Payload, PayloadError},
    store::{Blob, Verified},
    terms::Nevra,
};

/// A package in the store, its headers read.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub nevra: Nevra,
    /// Lead and headers.
    pub head: PackageHead,
    /// The header's file list.
    pub files: Arc<[FileEntry]>,
    /// The whole file.
    pub blob: Verified<Blob>,
    /// Fingerprint of the key that signed it; none where nobody had to.
    pub signer: Option<String>,
}

impl Package {
    /// The main header.
    pub fn header(&self) -> &Header {
        &self.head.main
    }

    /// Its payload, from the beginning.
    pub fn payload(&self) -> Result<Payload<'static>, PayloadError> {
        let opened = self.open_payload().map_err(|source| PayloadError::Read { path: String::new(), source })?;
        Payload::with_files(&self.head, Arc::clone(&self.files), opened)
    }

    fn open_payload(&self) -> io::Result<BufReader<File>> {
        let mut file = File::open(self.blob.path())?;
        file.seek(SeekFrom::Start(self.head.payload_offset))?;
        Ok(BufReader::with_capacity(256 << 10, file))
    }
}
