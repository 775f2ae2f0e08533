//! Certificates and the server's side of mutual TLS. Keys are fresh each time: nothing of them reaches an output.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SerialNumber,
};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

/// A certificate authority, as the one behind a content delivery network: it issues the server's certificate and the
/// clients' entitlements.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A client certificate and its key, PEM.
#[derive(Clone, Debug)]
pub struct ClientPair {
    /// Decimal serial number: entitlements are stored as `SERIAL.pem` and `SERIAL-key.pem`.
    pub serial: u64,
    /// The certificate.
    pub certificate: String,
    /// Its private key (PKCS#8).
    pub key: String,
}

/// From when to when a client certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// 2020 to 2120.
    Now,
    /// 2020 to 2021.
    Expired,
    /// 2120 to 2121.
    NotYet,
}

/// Red Hat's arc of object identifiers, the part about subscriptions.
const RED_HAT: [u64; 8] = [1, 3, 6, 1, 4, 1, 2312, 9];

const MAKING: &str = "making a certificate from fixed parameters cannot fail";

impl Authority {
    /// A new authority with this common name.
    pub fn new(name: &str) -> Self {
        let mut params = params(name, Validity::Now);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect(MAKING);
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect(MAKING) }
    }

    /// The authority's certificate, PEM: what clients are given with `--cacert`.
    pub fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// A client certificate.
    pub fn client(&self, serial: u64, validity: Validity) -> ClientPair {
        self.client_with(serial, validity, &[])
    }

    /// A client certificate with extensions of Red Hat's, 1.3.6.1.4.1.2312.9.N: the numbers N and the values.
    pub(crate) fn client_with(&self, serial: u64, validity: Validity, extensions: &[(u64, Vec<u8>)]) -> ClientPair {
        let with_arcs: Vec<_> = extensions.iter().map(|(n, value)| (vec![*n], value.clone())).collect();
        self.client_with_arcs(serial, validity, &with_arcs)
    }

    /// The same for extensions deeper in Red Hat's arc.
    pub(crate) fn client_with_arcs(
        &self,
        serial: u64,
        validity: Validity,
        extensions: &[(Vec<u64>, Vec<u8>)],
    ) -> ClientPair {
        self.client_of(&KeyPair::generate().expect(MAKING), serial, validity, extensions)
    }

    /// The same for a key there is.
    pub(super) fn client_of(
        &self,
        key: &KeyPair,
        serial: u64,
        validity: Validity,
        extensions: &[(Vec<u64>, Vec<u8>)],
    ) -> ClientPair {
        let mut params = params(&format!("{serial:032x}"), validity);
        params.serial_number = Some(SerialNumber::from_slice(&serial.to_be_bytes()));
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        params.custom_extensions.extend(
            extensions
                .iter()
                .map(|(arcs, value)| CustomExtension::from_oid_content(&[&RED_HAT, &arcs[..]].concat(), value.clone())),
        );
        let certificate = params.signed_by(key, &self.issuer).expect(MAKING);
        ClientPair { serial, certificate: certificate.pem(), key: key.serialize_pem() }
    }

    pub(super) fn signing_key(&self) -> &KeyPair {
        self.issuer.key()
    }

    /// A server's configuration for localhost and 127.0.0.1. With `clients`, client certificates are asked for (and
    /// judged per request, see [`Mutual`]).
    pub(super) fn server_config(&self, clients: Option<&Arc<Mutual>>) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut params = params("localhost", Validity::Now);
        params.subject_alt_names =
            CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect(MAKING).subject_alt_names;
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().expect(MAKING);
        let certificate = params.signed_by(&key, &self.issuer).expect(MAKING);
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect(MAKING);
        let builder = match clients {
            Some(mutual) => builder.with_client_cert_verifier(mutual.clone()),
            None => builder.with_no_client_auth(),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).expect(MAKING))
    }

    /// The verifier of clients this authority issued certificates to.
    pub(super) fn mutual(&self) -> Arc<Mutual> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect(MAKING);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let strict = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().expect(MAKING);
        Arc::new(Mutual { strict })
    }
}

fn params(name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "drydock testbed");
    let (from, until) = match validity {
        Validity::Now => (2020, 2120),
        Validity::Expired => (2020, 2021),
        Validity::NotYet => (2120, 2121),
    };
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params
}

/// Asks for a client certificate and lets every handshake through, as nginx does: the verdict comes per request, as an
/// HTTP status the client can read rather than as a TLS alert.
#[derive(Debug)]
pub(super) struct Mutual {
    strict: Arc<dyn ClientCertVerifier>,
}

/// What a connection's client certificate is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The connection asks for none (plain HTTP, or TLS in one direction).
    NotAsked,
    /// It was asked for, and none came.
    Absent,
    /// It doesn't chain to the authority, or is not valid now.
    Refused,
    /// It holds; its DER bytes.
    Accepted(Vec<u8>),
}

impl Mutual {
    pub(super) fn judge(&self, chain: Option<&[CertificateDer<'_>]>) -> Peer {
        match chain.and_then(<[_]>::split_first) {
            None => Peer::Absent,
            Some((first, rest)) => match self.strict.verify_client_cert(first, rest, UnixTime::now()) {
                Ok(_) => Peer::Accepted(first.to_vec()),
                Err(_) => Peer::Refused,
            },
        }
    }
}

impl ClientCertVerifier for Mutual {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.strict.root_hint_subjects()
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.strict.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.strict.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
