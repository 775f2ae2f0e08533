//! A package whose bytes are what the lock promises and whose signer is trusted.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::Arc,
};

use super::unpacked::{Copying, Room, Unpacked};
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
    pub(super) unpacked: Unpacked,
}

impl Package {
    /// The main header.
    pub fn header(&self) -> &Header {
        &self.head.main
    }

    /// Its payload, from the beginning.
    pub fn payload(&self) -> Result<Payload<'static>, PayloadError> {
        match self.unpacked.open() {
            Some(decoded) => Ok(Payload::of_decoded(Arc::clone(&self.files), Box::new(decoded))),
            None => Ok(Payload::of_decoded(Arc::clone(&self.files), self.decoder()?)),
        }
    }

    /// Reads its payload, and keeps what is decoded in `scratch`, a file nobody else has, as long as there is `room`: from then on
    /// [`Package::payload`] decodes nothing. `read` need not read to the end; a payload that is to be kept is read to it.
    ///
    /// # Errors
    /// Those of `read`, and [`PayloadError`] as `E`.
    pub fn read_and_keep<E: From<PayloadError>>(
        &self,
        scratch: io::Result<File>,
        room: &Room,
        read: impl FnOnce(&mut Payload<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (None, Ok(scratch)) = (self.unpacked.open(), scratch) else { return read(&mut self.payload()?) };
        let (copying, copy) = Copying::new(self.decoder()?, scratch, room);
        let mut payload = Payload::of_decoded(Arc::clone(&self.files), Box::new(copying));
        read(&mut payload)?;
        while copy.is_whole() && payload.next()?.is_some() {}
        self.unpacked.keep(copy);
        Ok(())
    }

    fn decoder(&self) -> Result<Box<dyn Read + Send>, PayloadError> {
        let opened = self.open_payload().map_err(|source| PayloadError::Read { path: String::new(), source })?;
        Payload::decoder(&self.head, opened)
    }

    fn open_payload(&self) -> io::Result<BufReader<File>> {
        let mut file = File::open(self.blob.path())?;
        file.seek(SeekFrom::Start(self.head.payload_offset))?;
        Ok(BufReader::with_capacity(256 << 10, file))
    }
}
