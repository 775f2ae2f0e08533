//! TLS settings of one identity.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring::default_provider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    sign::SingleCertAndKey,
};

use super::Identity;

/// Where distributions keep their bundle of authorities; the first that is there counts. We read it ourselves: it is
/// one file, needs no environment, and a machine without any still reaches servers whose CA was named.
const BUNDLES: [&str; 6] = [
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",                  // older RHEL
    "/etc/ssl/ca-bundle.pem",                            // SUSE
    "/etc/ssl/cert.pem",                                 // Alpine, OpenBSD
    "/etc/pki/tls/cacert.pem",                           // OpenELEC
];

/// The system's authorities; none on a machine that has none.
pub(super) fn system_authorities(bundle: Option<&Path>) -> Vec<CertificateDer<'static>> {
    let text = match bundle {
        Some(path) => fs::read(path).ok(),
        None => BUNDLES.iter().find_map(|path| fs::read(path).ok()),
    };
    CertificateDer::pem_slice_iter(&text.unwrap_or_default()).flatten().collect()
}

/// TLS for one identity: its authorities, or else `system`; `extra` ones always.
pub(super) fn config(
    identity: &Identity,
    system: &[CertificateDer<'static>],
    extra: &[CertificateDer<'static>],
) -> ClientConfig {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("ring has the suites of TLS 1.2 and 1.3");
    let builder = if identity.is_insecure() {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
    } else {
        let own = if identity.authorities().is_empty() { system } else { identity.authorities() };
        let mut roots = RootCertStore::empty();
        // Bundles hold the odd certificate webpki cannot read; the others still count.
        roots.add_parsable_certificates(own.iter().chain(extra).cloned());
        builder.with_root_certificates(roots)
    };
    let mut config = match identity.certificate() {
        Some(c) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&c.certified)))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Believes any certificate, but still checks that the server holds its key.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
