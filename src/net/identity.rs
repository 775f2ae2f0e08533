//! As whom we speak to a server, and whom we believe it to be.

use std::{fmt, sync::Arc};

use rustls::{
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    sign::CertifiedKey,
};

use url::Url;

use super::redirect::same_place;
use crate::terms::{Class, Digest, Fault, Hasher, Secret};

/// A client certificate and its key, known to belong together.
#[derive(Clone)]
pub struct ClientCertificate {
    name: String,
    pub(super) certified: Arc<CertifiedKey>,
}

/// Credentials and trust for one server or group of servers. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Identity(Arc<Parts>);

#[derive(Clone, Default)]
struct Parts {
    certificate: Option<ClientCertificate>,
    authorities: Vec<CertificateDer<'static>>,
    basic: Option<(String, Secret<String>)>,
    insecure: bool,
    /// Where certificate and password may be shown; anywhere when none.
    homes: Option<Vec<Url>>,
}

/// Certificates or keys that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A file that should hold certificates holds none.
    #[error("{name} holds no PEM certificate")]
    NoCertificate {
        /// The file.
        name: String,
    },
    /// No private key in the key file, or in the certificate's where there is none.
    #[error("{name} holds no PEM private key")]
    NoKey {
        /// The file.
        name: String,
    },
    /// The key is protected by a passphrase.
    #[error("the private key in {name} is encrypted")]
    EncryptedKey {
        /// The file.
        name: String,
    },
    /// PEM armour or base64 is broken.
    #[error("reading the PEM file {name}")]
    Pem {
        /// The file.
        name: String,
        /// Where.
        #[source]
        source: pem::Error,
    },
    /// Key or certificate is broken or of a kind TLS does not have.
    #[error("using the certificate and key in {name}")]
    Unusable {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// Certificate and key are not a pair.
    #[error("the private key in {key} does not belong to the certificate in {certificate}")]
    Mismatch {
        /// The certificate's file.
        certificate: String,
        /// The key's file.
        key: String,
    },
}

impl Fault for IdentityError {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoKey { name } | Self::Mismatch { certificate: name, .. } => {
                let stem = name.strip_suffix(".pem").unwrap_or(name);
                format!("pass certificate and key together: --entitlement {name},{stem}-key.pem")
            }
            Self::EncryptedKey { name } => {
                format!("write it without a passphrase: openssl pkey -in {name} -out KEY.pem")
            }
            Self::NoCertificate { .. } | Self::Pem { .. } | Self::Unusable { .. } => return None,
        })
    }
}

impl ClientCertificate {
    /// Reads a certificate (chain) and its key. Entitlement certificates carry more blocks (`ENTITLEMENT DATA`,
    /// `RSA SIGNATURE`), which are skipped; the key may be PKCS#1, PKCS#8 or SEC1, and may stand in the certificate's
    /// file, where it is looked for if `key` is none. Names are for messages.
    ///
    /// # Errors
    /// Says which of the two is missing, broken, encrypted, or another's.
    pub fn from_pem((name, pem): (&str, &[u8]), key: Option<(&str, &Secret<Vec<u8>>)>) -> Result<Self, IdentityError> {
        let chain = certificates(name, pem)?;
        let (key_name, key_pem) = key.map_or((name, pem), |(name, pem)| (name, pem.expose().as_slice()));
        let key = private_key(key_name, key_pem)?;
        let unusable = |name: &str| {
            let name = name.to_owned();
            move |source| IdentityError::Unusable { name, source }
        };
        let signing = default_provider().key_provider.load_private_key(key).map_err(unusable(key_name))?;
        let certified = CertifiedKey::new(chain, signing);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                return Err(IdentityError::Mismatch { certificate: name.into(), key: key_name.into() });
            }
            Err(source) => return Err(unusable(name)(source)),
        }
        Ok(Self { name: name.into(), certified: Arc::new(certified) })
    }

    /// The leaf certificate, DER.
    pub fn leaf(&self) -> &[u8] {
        self.certified.cert.first().expect("a chain has a leaf")
    }

    /// The name it was given: its file.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Identity {
    /// Nobody in particular, who trusts the system's authorities.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// With a client certificate for servers that ask for one.
    #[must_use]
    pub fn with_certificate(self, certificate: ClientCertificate) -> Self {
        Self(Arc::new(Parts { certificate: Some(certificate), ..self.parts() }))
    }

    /// Trusting these authorities *instead of* the system's: a CDN with a private CA must not be impersonated by
    /// whoever has a public certificate.
    pub fn with_authorities(self, name: &str, pem: &[u8]) -> Result<Self, IdentityError> {
        let mut parts = self.parts();
        parts.authorities.extend(certificates(name, pem)?);
        Ok(Self(Arc::new(parts)))
    }

    /// With a user name and password, sent to the host of the URL asked for and to no other.
    #[must_use]
    pub fn with_basic(self, user: &str, password: Secret<String>) -> Self {
        Self(Arc::new(Parts { basic: Some((user.into(), password)), ..self.parts() }))
    }

    /// Believing any server certificate (`sslverify=0`). Only what is checked by digest or signature may be fetched so.
    #[must_use]
    pub fn insecure(self) -> Self {
        Self(Arc::new(Parts { insecure: true, ..self.parts() }))
    }

    /// With certificate and password for the servers of these URLs alone. Whoever else is asked by it (a mirror, an `xml:base`, the
    /// target of a redirect) meets a stranger: a certificate tells who its owner is. What is no URL is nobody's.
    #[must_use]
    pub fn only_at<'u>(self, urls: impl IntoIterator<Item = &'u str>) -> Self {
        let homes = urls.into_iter().filter_map(|url| Url::parse(url).ok()).collect();
        Self(Arc::new(Parts { homes: Some(homes), ..self.parts() }))
    }

    /// Whether certificate and password may be shown to this URL's server.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        self.0.homes.as_ref().is_none_or(|homes| homes.iter().any(|home| same_place(home, url)))
    }

    /// What remains of it before another host: neither certificate nor password.
    pub(super) fn stranger(&self) -> Self {
        Self(Arc::new(Parts { certificate: None, basic: None, ..self.parts() }))
    }

    fn parts(&self) -> Parts {
        Parts::clone(&self.0)
    }

    /// The client certificate, if it has one.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.0.certificate.as_ref()
    }

    pub(super) fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.0.authorities
    }

    pub(super) fn basic(&self) -> Option<&(String, Secret<String>)> {
        self.0.basic.as_ref()
    }

    pub(super) fn is_insecure(&self) -> bool {
        self.0.insecure
    }

    /// Equal for identities that can share TLS connections.
    pub(super) fn tls_key(&self) -> Digest {
        let mut hasher = Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(self.certificate().map_or(&[], ClientCertificate::leaf));
        add(&[u8::from(self.0.insecure)]);
        self.authorities().iter().for_each(|c| add(c));
        hasher.finish()
    }
}

/// Every certificate of a PEM text; other blocks are skipped.
pub(super) fn certificates(name: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|source| IdentityError::Pem { name: name.into(), source })?;
    if found.is_empty() {
        return Err(IdentityError::NoCertificate { name: name.into() });
    }
    Ok(found)
}

fn private_key(name: &str, pem: &[u8]) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let has = |text: &[u8]| pem.windows(text.len()).any(|w| w == text);
    match PrivateKeyDer::from_pem_slice(pem) {
        _ if has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") => {
            Err(IdentityError::EncryptedKey { name: name.into() })
        }
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => Err(IdentityError::NoKey { name: name.into() }),
        Err(source) => Err(IdentityError::Pem { name: name.into(), source }),
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientCertificate").field(&self.name).finish()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificate", &self.0.certificate)
            .field("authorities", &self.0.authorities.len())
            .field("basic", &self.0.basic)
            .field("insecure", &self.0.insecure)
            .finish()
    }
}
