//! Where hosts and containers keep entitlement certificates.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::Error;

/// A subscribed host's own; what podman mounts into containers of a subscribed host; UBI's link to the latter.
const DIRECTORIES: [&str; 3] = ["etc/pki/entitlement", "run/secrets/etc-pki-entitlement", "etc/pki/entitlement-host"];

/// A certificate's file and its key's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateFile {
    /// `SERIAL.pem`.
    pub certificate: PathBuf,
    /// `SERIAL-key.pem` beside it, if it is there.
    pub key: Option<PathBuf>,
}

impl CertificateFile {
    /// This certificate file, with the key that lies beside it.
    pub fn new(certificate: &Path) -> Self {
        let key = key_beside(certificate);
        Self { certificate: certificate.to_owned(), key: key.is_file().then_some(key) }
    }

    /// The key's file.
    ///
    /// # Errors
    /// [`Error::NoKey`] when it has none.
    pub fn key(&self) -> Result<&Path, Error> {
        self.key.as_deref().ok_or_else(|| Error::NoKey {
            name: self.certificate.display().to_string(),
            key: key_beside(&self.certificate).display().to_string(),
        })
    }
}

fn key_beside(certificate: &Path) -> PathBuf {
    let stem = certificate.file_stem().unwrap_or_default().to_string_lossy();
    certificate.with_file_name(format!("{stem}-key.pem"))
}

/// The entitlement certificates of the host (or container) whose root directory is `root`, directory by directory and
/// sorted by name. A file that several directories have counts once, from the first that also has its key. Empty when
/// there is nothing, or nothing this user may see.
pub fn discover(root: &Path) -> Vec<CertificateFile> {
    let mut found: Vec<CertificateFile> = Vec::new();
    for file in DIRECTORIES.iter().flat_map(|dir| in_directory(&root.join(dir))) {
        let name = file.certificate.file_name();
        match found.iter_mut().find(|known| known.certificate.file_name() == name) {
            Some(known) if known.key.is_none() && file.key.is_some() => *known = file,
            Some(_) => {}
            None => found.push(file),
        }
    }
    found
}

/// The certificates of one directory (`*.pem` but `*-key.pem`), sorted by name; empty when it cannot be listed.
pub fn in_directory(dir: &Path) -> Vec<CertificateFile> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let is_certificate = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        name.ends_with(b".pem") && !name.ends_with(b"-key.pem") && path.is_file()
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_certificate).collect();
    paths.sort();
    paths.iter().map(|path| CertificateFile::new(path)).collect()
}
