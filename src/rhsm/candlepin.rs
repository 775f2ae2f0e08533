//! The subscription service's protocol (Candlepin): what is asked, and what the answers say. Who sends it is the pipeline.
//!
//! | call | answer |
//! |---|---|
//! | `POST /consumers?owner=ORG&activation_keys=A,B` | the consumer with its identity certificate |
//! | `GET /consumers/UUID/certificates` | entitlement certificates with their keys |
//! | `GET /consumers/UUID/accessible_content` | simple content access, where the former lists nothing |
//! | `GET /consumers/UUID/content_overrides` | [`Override`](super::Override)s |
//! | `DELETE /consumers/UUID` | 204; 410 when it is gone already |
//!
//! All but the first go with the consumer's identity certificate. The first holds the activation keys in its URL: that URL is
//! never shown.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ServiceError, service_error::Step};
use crate::{
    net::{
        Body, ClientCertificate, HeaderValue, Identity, IdentityError, Method, Request,
        header::{ACCEPT, CONTENT_TYPE},
    },
    terms::{Arch, Secret},
};

/// Version of certificates asked for: without this fact no service gives simple content access.
const CERTIFICATE_VERSION: &str = "3.2";

/// A subscription service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candlepin {
    base: String,
}

/// What registers a consumer.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The organisation's id.
    pub org: String,
    /// Activation keys, the first the most important.
    pub keys: Secret<Vec<String>>,
}

/// A registered consumer, with what proves to be it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// By which the service knows it.
    pub uuid: String,
    /// Its identity certificate, PEM.
    pub certificate: String,
    /// Its key, PEM.
    pub key: Secret<String>,
    /// The release it is held to, `8.4`; none: not held to any.
    pub release: Option<String>,
}

/// An entitlement certificate with its key, as `SERIAL.pem` and `SERIAL-key.pem` hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Decimal.
    pub serial: String,
    /// PEM blocks: certificate, data, signature.
    pub certificate: String,
    /// PEM.
    pub key: Secret<String>,
}

impl Candlepin {
    /// The service at this URL, `https://HOST[:PORT]/PREFIX`; without a scheme https is meant, without a prefix none.
    ///
    /// # Errors
    /// An address that is none, or would send activation keys without TLS.
    pub fn at(url: &str) -> Result<Self, ServiceError> {
        let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let parsed =
            url::Url::parse(&url).ok().filter(|u| u.scheme() == "https" && u.has_host() && u.query().is_none());
        match parsed {
            Some(url) => Ok(Self { base: url.as_str().trim_end_matches('/').to_owned() }),
            None => Err(ServiceError::Address { url: crate::net::redacted(&url) }),
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Whether it is Red Hat's own, whose authority is in every base image of Red Hat.
    pub fn is_red_hats(&self) -> bool {
        let host = url::Url::parse(&self.base).ok().and_then(|u| u.host_str().map(str::to_owned));
        host.is_some_and(|h| h.ends_with(".redhat.com"))
    }

    /// Creates a consumer of this name. `trust` is who the service is believed to be; nobody is authenticated by it.
    pub fn register(&self, credentials: &Credentials, name: &str, machine: &str, trust: &Identity) -> Request {
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let keys: Vec<String> = credentials.keys.expose().iter().map(|key| encode(key)).collect();
        // Content is filtered by architecture: one consumer for all of them.
        let arches: Vec<&str> = Arch::ALL.iter().map(|arch| arch.rpm()).collect();
        let body = json!({
            "type": { "label": "system" },
            "name": name,
            "facts": {
                "system.certificate_version": CERTIFICATE_VERSION,
                "uname.machine": machine,
                "supported_architectures": arches.join(","),
            },
        });
        let url =
            format!("{}/consumers?owner={}&activation_keys={}", self.base, encode(&credentials.org), keys.join(","));
        let json = HeaderValue::from_static("application/json");
        Request::new(Method::POST, url)
            .by(trust)
            .with_header(ACCEPT, json.clone())
            .with_header(CONTENT_TYPE, json)
            .with_body(Body::Bytes(Bytes::from(body.to_string())))
    }

    /// Asks for the entitlement certificates.
    pub fn certificates(&self, uuid: &str, identity: &Identity) -> Request {
        self.get(&format!("{uuid}/certificates"), identity)
    }

    /// Asks for the certificate of simple content access.
    pub fn accessible_content(&self, uuid: &str, identity: &Identity) -> Request {
        // Its description calls the answer text/plain.
        let request = Request::new(Method::GET, format!("{}/consumers/{uuid}/accessible_content", self.base));
        request.by(identity).with_header(ACCEPT, HeaderValue::from_static("text/plain, application/json"))
    }

    /// Asks for the content overrides.
    pub fn content_overrides(&self, uuid: &str, identity: &Identity) -> Request {
        self.get(&format!("{uuid}/content_overrides"), identity)
    }

    /// Removes the consumer.
    pub fn unregister(&self, uuid: &str, identity: &Identity) -> Request {
        let request = Request::new(Method::DELETE, format!("{}/consumers/{uuid}", self.base));
        request.by(identity).with_header(ACCEPT, HeaderValue::from_static("application/json"))
    }

    fn get(&self, path: &str, identity: &Identity) -> Request {
        let request = Request::new(Method::GET, format!("{}/consumers/{path}", self.base));
        request.by(identity).with_header(ACCEPT, HeaderValue::from_static("application/json"))
    }
}

/// Whether something can be a consumer's UUID: it goes into paths and commands.
pub fn is_uuid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether something can be a release: it goes into addresses.
pub(super) fn is_release(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsumerAnswer {
    uuid: String,
    id_cert: Certificate,
    release_ver: Option<Release>,
}

/// Candlepin's `ReleaseVerDTO`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    release_ver: Option<String>,
}

/// Candlepin's `CertificateDTO`.
#[derive(Deserialize)]
struct Certificate {
    key: String,
    cert: String,
    serial: Option<Serial>,
}

#[derive(Serialize, Deserialize)]
struct Serial {
    serial: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContentAnswer {
    content_listing: BTreeMap<String, Vec<String>>,
}

fn read<'a, T: Deserialize<'a>>(step: Step, json: &'a [u8]) -> Result<T, ServiceError> {
    serde_json::from_slice(json).map_err(|e| ServiceError::Answer { step, line: e.line(), column: e.column() })
}

impl Consumer {
    /// Reads the answer to [`Candlepin::register`].
    ///
    /// # Errors
    /// When it is none.
    pub fn read(json: &[u8]) -> Result<Self, ServiceError> {
        let ConsumerAnswer { uuid, id_cert, release_ver } = read(Step::Register, json)?;
        if !is_uuid(&uuid) {
            return Err(ServiceError::Answer { step: Step::Register, line: 0, column: 0 });
        }
        let release = release_ver.and_then(|r| r.release_ver).filter(|release| is_release(release));
        Ok(Self { uuid, certificate: id_cert.cert, key: Secret::new(id_cert.key), release })
    }

    /// As whom it speaks to its service, on top of who the service is believed to be.
    ///
    /// # Errors
    /// When certificate and key are no pair.
    pub fn identity(&self, trust: &Identity) -> Result<Identity, IdentityError> {
        let key = Secret::new(self.key.expose().clone().into_bytes());
        let name = format!("identity certificate of {}", self.uuid);
        let certificate = ClientCertificate::from_pem((&name, self.certificate.as_bytes()), Some((&name, &key)))?;
        Ok(trust.clone().with_certificate(certificate))
    }
}

impl Pair {
    /// Reads the answer to [`Candlepin::certificates`].
    ///
    /// # Errors
    /// When it is none.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, ServiceError> {
        let all: Vec<Certificate> = read(Step::Certificates, json)?;
        let pair = |(n, c): (usize, Certificate)| Self {
            serial: c.serial.map_or_else(|| format!("certificate-{}", n + 1), |s| s.serial.to_string()),
            certificate: c.cert,
            key: Secret::new(c.key),
        };
        Ok(all.into_iter().enumerate().map(pair).collect())
    }

    /// Reads the answer to [`Candlepin::accessible_content`]: certificate and data of each serial, in two parts. The key is
    /// the consumer's own.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_content(json: &[u8], consumer: &Consumer) -> Result<Vec<Self>, ServiceError> {
        let ContentAnswer { content_listing } = read(Step::Certificates, json)?;
        let pair = |(serial, parts): (String, Vec<String>)| {
            let serial = if is_uuid(&serial) { serial } else { "certificate".to_owned() };
            Self { serial, certificate: parts.concat(), key: consumer.key.clone() }
        };
        Ok(content_listing.into_iter().map(pair).collect())
    }
}

/// The line for people in a refusal's body, secrets taken out: services repeat keys they do not know.
pub fn message(body: &[u8], secrets: &[&str]) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let own = ["displayMessage", "error_description"].iter().find_map(|key| document[key].as_str());
    let text = own.or_else(|| document["errors"][0].as_str())?;
    let mut text: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    for secret in secrets.iter().filter(|s| !s.is_empty()) {
        text = text.replace(secret, "…");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Fault as _;

    #[test]
    fn services_are_named_by_url_or_host() {
        let at = |url: &str| {
            Candlepin::at(url).map(|c| c.url().to_owned()).map_err(|e| (e.to_string(), e.class().exit_code()))
        };
        assert_eq!(at("https://h.example/rhsm/").as_deref(), Ok("https://h.example/rhsm"));
        assert_eq!(at("h.example:8443/rhsm").as_deref(), Ok("https://h.example:8443/rhsm"));
        for wrong in ["http://h.example/rhsm", "https://", "https://u:secret@h.example/?activation_keys=secret"] {
            let (says, code) = at(wrong).expect_err(wrong);
            assert!(code == 2 && !says.contains("secret"), "{says}");
        }
        assert!(Candlepin::at("subscription.rhsm.redhat.com").is_ok_and(|c| c.is_red_hats()));
        assert!(Candlepin::at("redhat.com.example").is_ok_and(|c| !c.is_red_hats()));
    }

    #[test]
    fn answers_are_read_and_refusals_tell_no_secret() {
        let answer = |uuid: &str, release: &str| {
            format!(
                r#"{{"uuid": "{uuid}", "idCert": {{"key": "K", "cert": "C", "serial": null}}, "releaseVer": {release}}}"#
            )
        };
        let consumer = Consumer::read(answer("a-1", r#"{"releaseVer": "8.4"}"#).as_bytes()).expect("a consumer");
        assert_eq!((consumer.uuid.as_str(), consumer.release.as_deref()), ("a-1", Some("8.4")));
        let release = |text: &str| Consumer::read(answer("a", text).as_bytes()).expect("a consumer").release;
        assert!(release("null").is_none() && release(r#"{"releaseVer": "8/../9"}"#).is_none());
        for wrong in ["../x", "", "a b"] {
            assert!(Consumer::read(answer(wrong, "null").as_bytes()).is_err(), "{wrong}");
        }
        let told = |body: &str| message(body.as_bytes(), &["secret-key", ""]);
        assert_eq!(told(r#"{"displayMessage": "no key secret-key\u001b here"}"#).as_deref(), Some("no key … here"));
        assert_eq!(told(r#"{"errors": ["first", "second"]}"#).as_deref(), Some("first"));
        assert_eq!(told("<html>secret-key"), None);
        let error = Pair::list(br#"[{"key": "secret-key""#).expect_err("cut");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}
