//! The client certificates of a session: what they grant, and which of them a request goes with.

use std::path::Path;

use super::{
    Error,
    options::{self, SessionOptions},
    session::read_local,
};
use crate::{
    net::{ClientCertificate, Identity},
    rhsm::{self, CertificateFile, Entitlement, Grant},
    terms::Secret,
};

/// A certificate and its key; with what it grants, where it is an entitlement.
#[derive(Debug)]
struct Held {
    certificate: ClientCertificate,
    entitlement: Option<Entitlement>,
}

/// Certificates, all from one kind of place.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    held: Vec<Held>,
    /// Those that are not valid at this time, for the message.
    invalid: Vec<Entitlement>,
    /// Files among many that cannot be used. Looked at again when nothing else grants what is wanted.
    doubtful: Vec<CertificateFile>,
}

impl Holdings {
    /// The certificates that options name. A plain client certificate is one too, it only grants no labels.
    ///
    /// # Errors
    /// A file that was named and cannot be used; where none is valid now, that.
    pub(super) fn named(options: &SessionOptions) -> Result<Self, Error> {
        let mut all = Self::default();
        for place in &options.entitlement {
            match place {
                options::Entitlement::Directory(dir) => {
                    rhsm::in_directory(dir).iter().for_each(|file| all.try_add(file, judged(options)));
                }
                options::Entitlement::Certificate { cert, key: Some(key) } => {
                    let file = CertificateFile { certificate: cert.clone(), key: Some(key.clone()) };
                    all.add(read(&file)?, judged(options));
                }
                options::Entitlement::Certificate { cert, key: None } => {
                    all.add(read(&CertificateFile::new(cert))?, judged(options));
                }
            }
        }
        all.usable(options)?;
        Ok(all)
    }

    /// Those that the host (or container) has.
    pub(super) fn of_host(options: &SessionOptions) -> Self {
        let mut all = Self::default();
        rhsm::discover(&options.host_root).iter().for_each(|file| all.try_add(file, judged(options)));
        all
    }

    /// Certificates that are nowhere on the disk: names for messages, PEM, keys.
    ///
    /// # Errors
    /// One that cannot be used.
    pub(super) fn in_memory(pairs: &[(String, String, Secret<String>)]) -> Result<Self, Error> {
        let mut all = Self::default();
        for (name, pem, key) in pairs {
            let key = Secret::new(key.expose().clone().into_bytes());
            all.add(parse(name, pem.as_bytes(), Some((name, &key)))?, None);
        }
        Ok(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.invalid.is_empty() && self.doubtful.is_empty()
    }

    /// Why there is nothing to use: what is wrong with the certificates there are.
    ///
    /// # Errors
    /// That; none when there is no certificate at all.
    pub(super) fn complain(&self, options: &SessionOptions) -> Result<(), Error> {
        self.usable(options)
    }

    /// That something is left to use, where anything was named.
    fn usable(&self, options: &SessionOptions) -> Result<(), Error> {
        if !self.held.is_empty() {
            return Ok(());
        }
        if let (Some(now), Some(invalid)) = (judged(options), self.invalid.first()) {
            invalid.check(now)?;
        }
        self.doubtful.first().map_or(Ok(()), |file| read(file).map(drop))
    }

    fn try_add(&mut self, file: &CertificateFile, now: Option<u64>) {
        match read(file) {
            Ok(held) => self.add(held, now),
            Err(_) => self.doubtful.push(file.clone()),
        }
    }

    fn add(&mut self, held: Held, now: Option<u64>) {
        match held.entitlement {
            Some(entitlement) if now.is_some_and(|now| entitlement.check(now).is_err()) => {
                self.invalid.push(entitlement);
            }
            entitlement => self.held.push(Held { entitlement, ..held }),
        }
    }

    /// Every entitlement that is valid, in the order found.
    pub(super) fn entitlements(&self) -> impl Iterator<Item = &Entitlement> {
        self.held.iter().filter_map(|h| h.entitlement.as_ref())
    }

    /// What grants a label, and as whom to ask for it.
    ///
    /// # Errors
    /// Nothing grants it: because of the one certificate that would and is not valid, or of a file that cannot be used, or
    /// for want of any.
    pub(super) fn granted(&self, label: &str, options: &SessionOptions) -> Result<(Granted, Identity), Error> {
        let now = judged(options);
        let all: Vec<Entitlement> = self.entitlements().chain(&self.invalid).cloned().collect();
        let grant = match rhsm::grant(&all, label, now) {
            Err(rhsm::Error::NoEntitlement { .. } | rhsm::Error::NotGranted { .. }) if !self.doubtful.is_empty() => {
                // Perhaps one of them would have: what is wrong with it helps more than that the others do not.
                self.doubtful.iter().try_for_each(|file| read(file).map(drop))?;
                rhsm::grant(&all, label, now)?
            }
            outcome => outcome?,
        };
        let by = |h: &&Held| h.entitlement.as_ref() == Some(grant.entitlement);
        let identity = self.held.iter().find(by).map_or_else(Identity::anonymous, identity_of);
        let Grant { entitlement, content, .. } = grant;
        Ok((Granted { entitlement: entitlement.clone(), content: content.clone() }, identity))
    }

    /// As whom to ask for an address: by the certificate that opens this path below the network's base URL, where the address
    /// has one; else by the first.
    ///
    /// # Errors
    /// The address is the network's, and no certificate opens the path.
    pub(super) fn for_path(&self, path: Option<&str>) -> Result<Identity, Error> {
        let Some(path) = path else { return Ok(self.first()) };
        for held in &self.held {
            match &held.entitlement {
                Some(entitlement) if !entitlement.opens(path)? => {}
                // Of a plain client certificate only the server knows.
                _ => return Ok(identity_of(held)),
            }
        }
        match self.entitlements().next() {
            Some(first) => Err(rhsm::Error::PathNotGranted { name: first.name.clone(), path: path.to_owned() }.into()),
            None => Ok(self.first()),
        }
    }

    fn first(&self) -> Identity {
        self.held.first().map_or_else(Identity::anonymous, identity_of)
    }
}

/// A content set and the entitlement that lists it.
#[derive(Debug)]
pub(super) struct Granted {
    pub entitlement: Entitlement,
    pub content: rhsm::Content,
}

fn identity_of(held: &Held) -> Identity {
    Identity::anonymous().with_certificate(held.certificate.clone())
}

/// The moment at which certificates must be valid. None offline, where no server sees them: what was fetched in their time
/// stays good.
fn judged(options: &SessionOptions) -> Option<u64> {
    (!options.offline).then_some(options.now)
}

/// Reads a certificate with its key, which may be beside it or in the same file.
fn read(file: &CertificateFile) -> Result<Held, Error> {
    let pem = read_local(&file.certificate)?;
    let name = file.certificate.display().to_string();
    if file.key.is_none() && !pem.windows(KEY_BLOCK.len()).any(|w| w == KEY_BLOCK) {
        // What is no certificate is told before that it has no key.
        Entitlement::parse(&name, &pem).map(drop).or_else(|e| match e {
            rhsm::Error::NoCertificate { .. } | rhsm::Error::Broken { .. } => Err(e),
            _ => Ok(()),
        })?;
        file.key()?;
    }
    let key = file
        .key
        .as_deref()
        .map(|path: &Path| read_local(path).map(|pem| (path.display().to_string(), Secret::new(pem))));
    let key = key.transpose()?;
    parse(&name, &pem, key.as_ref().map(|(name, pem)| (name.as_str(), pem)))
}

/// The end of every BEGIN line of a private key: PKCS#1, PKCS#8, SEC1, encrypted.
const KEY_BLOCK: &[u8] = b"PRIVATE KEY-----";

fn parse(name: &str, pem: &[u8], key: Option<(&str, &Secret<Vec<u8>>)>) -> Result<Held, Error> {
    let certificate = ClientCertificate::from_pem((name, pem), key)?;
    let entitlement = match Entitlement::parse(name, pem) {
        Ok(entitlement) => Some(entitlement),
        Err(rhsm::Error::NoEntitlementCertificate { .. } | rhsm::Error::NoData { .. }) => None,
        Err(e) => return Err(e.into()),
    };
    Ok(Held { certificate, entitlement })
}
