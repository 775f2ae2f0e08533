//! The file that outlives a killed build: what it takes to unregister its consumer. Mode 0600, in a directory of mode 0700,
//! locked while its build lives, overwritten before it is removed.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Candlepin, Consumer, Pair, ServiceError};
use crate::terms::Secret;

/// Records are some KiB, with the certificates of a kept consumer a few MiB.
const LARGEST: u64 = 64 << 20;
const ENDING: &str = "json";

/// A registration on disk, and the lock on it.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    file: File,
    /// What it says.
    pub registration: Registration,
}

/// A consumer's registration.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The service.
    pub service: Candlepin,
    /// The name it was registered by.
    pub name: String,
    /// Authorities of the service beside or instead of the system's, PEM: whoever unregisters may not have the files.
    pub authorities: Vec<Vec<u8>>,
    /// The consumer; none while it is being created.
    pub consumer: Option<Consumer>,
    /// Whether it is to stay (`rhsm register`).
    pub kept: bool,
    /// Of one that stays, its entitlements.
    pub pairs: Vec<Pair>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
struct Document {
    service: String,
    name: String,
    authorities: Vec<String>,
    #[serde(default)]
    uuid: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    kept: bool,
    #[serde(default)]
    pairs: Vec<[String; 3]>,
}

impl Record {
    /// Makes the file of a consumer that is about to be created.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(directory: &Path, registration: Registration) -> Result<Self, ServiceError> {
        let path = directory.join(&registration.name).with_extension(ENDING);
        let failed = |source| ServiceError::Record { path: path.clone(), source };
        let make = || {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            // Under this name once it is locked and whole: who looks for leftovers finds no half of one.
            let new = path.with_extension("new");
            let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&new)?;
            file.lock()?;
            write(&file, &registration)?;
            fs::rename(&new, &path)?;
            Ok(file)
        };
        let file = make().map_err(failed)?;
        Ok(Self { path, file, registration })
    }

    /// Writes down a change.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update(&mut self, change: impl FnOnce(&mut Registration)) -> Result<(), ServiceError> {
        change(&mut self.registration);
        write(&self.file, &self.registration).map_err(|source| ServiceError::Record { path: self.path.clone(), source })
    }

    /// Every record of a directory that no living process holds, by name. What does not read is passed over.
    pub fn leftovers(directory: &Path) -> Vec<Self> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path());
        let mut paths: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == ENDING)).collect();
        paths.sort();
        paths.iter().filter_map(|path| Self::open(path)).collect()
    }

    /// The registration that is to stay, if there is one. Nobody is kept from using it at the same time.
    pub fn kept(directory: &Path) -> Option<Registration> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path());
        let mut paths: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == ENDING)).collect();
        paths.sort();
        let read = |path: &PathBuf| {
            let mut text = Vec::new();
            File::open(path).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
            Registration::read(&text).filter(|r| r.kept && r.consumer.is_some())
        };
        paths.iter().find_map(read)
    }

    /// Takes hold of a record; none where another process has it, or it is no record.
    fn open(path: &Path) -> Option<Self> {
        let mut file = File::options().read(true).write(true).open(path).ok()?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
        let mut text = Vec::new();
        (&mut file).take(LARGEST).read_to_end(&mut text).ok()?;
        let registration = Registration::read(&text)?;
        Some(Self { path: path.to_owned(), file, registration })
    }

    /// Overwrites and removes it.
    ///
    /// # Errors
    /// When that fails.
    pub fn wipe(self) -> Result<(), ServiceError> {
        let wipe = || {
            let mut file = &self.file;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(0))?;
            io::copy(&mut io::repeat(0).take(length), &mut file)?;
            file.sync_all()?;
            fs::remove_file(&self.path)
        };
        wipe().map_err(|source| ServiceError::Record { path: self.path.clone(), source })
    }
}

fn write(mut file: &File, registration: &Registration) -> io::Result<()> {
    let text = registration.text();
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.expose())?;
    file.set_len(text.expose().len() as u64)?;
    file.sync_all()
}

impl Registration {
    fn text(&self) -> Secret<Vec<u8>> {
        let consumer = self.consumer.as_ref();
        let document = Document {
            service: self.service.url().to_owned(),
            name: self.name.clone(),
            authorities: self.authorities.iter().map(|pem| String::from_utf8_lossy(pem).into_owned()).collect(),
            uuid: consumer.map(|c| c.uuid.clone()).unwrap_or_default(),
            certificate: consumer.map(|c| c.certificate.clone()).unwrap_or_default(),
            key: consumer.map(|c| c.key.expose().clone()).unwrap_or_default(),
            release: consumer.and_then(|c| c.release.clone()).unwrap_or_default(),
            kept: self.kept,
            pairs: self
                .pairs
                .iter()
                .map(|p| [p.serial.clone(), p.certificate.clone(), p.key.expose().clone()])
                .collect(),
        };
        Secret::new(serde_json::to_vec(&document).expect("strings become JSON"))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let d: Document = serde_json::from_slice(text).ok()?;
        let release = Some(d.release).filter(|release| super::candlepin::is_release(release));
        let consumer = Consumer { uuid: d.uuid, certificate: d.certificate, key: Secret::new(d.key), release };
        let pair = |[serial, certificate, key]: [String; 3]| Pair { serial, certificate, key: Secret::new(key) };
        Some(Self {
            service: Candlepin::at(&d.service).ok()?,
            name: d.name,
            authorities: d.authorities.into_iter().map(String::into_bytes).collect(),
            consumer: super::is_uuid(&consumer.uuid).then_some(consumer),
            kept: d.kept,
            pairs: d.pairs.into_iter().map(pair).collect(),
        })
    }
}
