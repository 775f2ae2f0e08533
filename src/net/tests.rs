use std::{sync::Arc, time::Duration};

use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{
    scripted::{Asked, Reply, Server, reply},
    *,
};
use crate::terms::{Class, Fault, Secret, chain};

fn settings() -> Settings {
    Settings {
        backoff: Duration::from_millis(1),
        stall_timeout: Duration::from_millis(300),
        connect_timeout: Duration::from_millis(200),
        retries: 3,
        ..Settings::default()
    }
}

fn client() -> Client {
    Client::new(settings()).unwrap()
}

#[derive(Default)]
struct Bytes(Vec<u8>, usize);

impl Sink for Bytes {
    fn position(&self) -> u64 {
        self.0.len() as u64
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), SinkFault> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
    fn restart(&mut self) -> Result<(), SinkFault> {
        self.0.clear();
        self.1 += 1;
        Ok(())
    }
}

async fn get(url: &str) -> Result<Vec<u8>, Error> {
    client().get_small(url, &Identity::anonymous(), 1 << 20).await
}

fn offset(asked: &Asked) -> usize {
    asked.header("range").trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap_or(0)
}

/// Serves `data` with ranges.
fn ranged(asked: &Asked, data: &[u8], tag: &str) -> Reply {
    let at = offset(asked);
    if at == 0 {
        return reply("200 OK", &[("ETag", tag)], data);
    }
    if at >= data.len() {
        return reply("416 Range Not Satisfiable", &[("Content-Range", &format!("bytes */{}", data.len()))], b"");
    }
    let range = format!("bytes {at}-{}/{}", data.len() - 1, data.len());
    reply("206 Partial Content", &[("ETag", tag), ("Content-Range", &range)], &data[at..])
}

/// Cuts the last `n` bytes, so that the connection breaks in the body.
fn cut(mut r: Reply, n: usize) -> Reply {
    r.bytes.truncate(r.bytes.len() - n);
    r
}

#[tokio::test]
async fn small_files_have_a_ceiling() {
    let server = Server::start(|_| reply("200 OK", &[], b"hello")).await;
    assert_eq!(get(&server.url).await.unwrap(), b"hello");
    let e = client().get_small(&server.url, &Identity::anonymous(), 4).await.unwrap_err();
    assert!(matches!(e, Error::TooLarge { limit: 4, .. }), "{e}");
    assert_eq!(server.log()[0].header("user-agent"), concat!("drydock/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_broke() {
    let data: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let served = data.clone();
    let server = Server::start(move |asked| match asked.number {
        0 => cut(ranged(asked, &served, "\"a\""), 300_000),
        1 => reply("503 Service Unavailable", &[("Retry-After", "0")], b""),
        2 => Reply { hang: true, ..cut(ranged(asked, &served, "\"a\""), 100_000) },
        _ => ranged(asked, &served, "\"a\""),
    })
    .await;
    let mut sink = Bytes::default();
    client().download(&server.url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert!(sink.0 == data && sink.1 == 0);
    let log = server.log();
    assert_eq!(log.len(), 4);
    assert_eq!((offset(&log[1]), offset(&log[3])), (100_000, 300_000));
    assert_eq!(log[3].header("if-range"), "\"a\"");
}

#[tokio::test]
async fn a_file_that_changes_between_ranges_is_fetched_anew() {
    let server = Server::start(|asked| match asked.number {
        0 => cut(ranged(asked, b"old old old", "\"old\""), 4),
        // Pays no heed to If-Range.
        1 => ranged(asked, b"new new new", "\"new\""),
        _ => ranged(asked, b"new new new", "\"new\""),
    })
    .await;
    let mut sink = Bytes::default();
    client().download(&server.url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert_eq!((sink.0.as_slice(), sink.1), (&b"new new new"[..], 1));
}

#[tokio::test]
async fn ranges_a_server_does_not_have_or_gets_wrong() {
    let plain = Server::start(|_| reply("200 OK", &[], b"whole")).await;
    let mut sink = Bytes(b"stale".to_vec(), 0);
    client().download(&plain.url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert_eq!((sink.0.as_slice(), sink.1), (&b"whole"[..], 1));

    let complete = Server::start(|asked| ranged(asked, b"whole", "\"t\"")).await;
    let mut sink = Bytes(b"whole".to_vec(), 0);
    client().download(&complete.url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert_eq!((sink.0.as_slice(), sink.1), (&b"whole"[..], 0));
    let mut sink = Bytes(b"whole and more".to_vec(), 0);
    client().download(&complete.url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert_eq!((sink.0.as_slice(), sink.1), (&b"whole"[..], 1));

    let capped = Server::start(|asked| {
        let at = offset(asked);
        let end = (at + 2).min(5);
        let range = format!("bytes {at}-{}/5", end - 1);
        reply("206 Partial Content", &[("Content-Range", &range)], &b"whole"[at..end])
    })
    .await;
    assert_eq!(get(&capped.url).await.unwrap(), b"whole");

    let lost = Server::start(|_| reply("206 Partial Content", &[("Content-Range", "bytes 7-9/10")], b"xyz")).await;
    let mut sink = Bytes(b"1234".to_vec(), 0);
    let e = client().download(&lost.url, &Identity::anonymous(), &mut sink).await.unwrap_err();
    assert!(matches!(e, Error::Status { status: 206, .. }), "{e}");
}

#[tokio::test]
async fn retries_end() {
    let server = Server::start(|_| reply("500 Oops", &[], b"<html><title>Oh no</title>")).await;
    let e = get(&format!("{}/a?token=geheim", server.url)).await.unwrap_err();
    assert!(matches!(e, Error::Status { status: 500, attempts: 4, .. }), "{e:?}");
    assert_eq!(chain(&e)[1], "it says \"Oh no\"");
    assert!(!format!("{e} {e:?}").contains("geheim"));
    assert_eq!(server.log().len(), 4);

    let silent = Server::start(|_| Reply { bytes: vec![], hang: true }).await;
    let e = get(&silent.url).await.unwrap_err();
    assert!(matches!(&e, Error::Transport { source: Failure::Stalled { .. }, attempts: 4, .. }), "{e:?}");

    let short = Server::start(|_| cut(reply("200 OK", &[], b"12345"), 5)).await;
    let e = get(&short.url).await.unwrap_err();
    assert!(matches!(&e, Error::Transport { source: Failure::Broken { .. }, attempts: 4, .. }), "{e:?}");
    assert_eq!(e.class(), Class::Network);
}

#[tokio::test]
async fn nobody_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let e = get(&format!("http://user:geheim@127.0.0.1:{port}/x?sig=geheim")).await.unwrap_err();
    assert_eq!(e.to_string(), format!("GET http://127.0.0.1:{port}/x?… (3 attempts)"));
    assert_eq!(chain(&e).last().unwrap(), "Connection refused (os error 111)");
    assert!(!format!("{e:?}{:?}", chain(&e)).contains("geheim"));
}

#[tokio::test]
async fn offline_opens_no_socket() {
    let server = Server::start(|_| reply("200 OK", &[], b"")).await;
    let offline = Client::new(Settings { offline: true, ..settings() }).unwrap();
    let e = offline.get_small(&server.url, &Identity::anonymous(), 9).await.unwrap_err();
    assert_eq!(e.class(), Class::Offline);
    assert!(offline.request(&Request::new(Method::PUT, &server.url)).await.is_err());
    assert!(server.log().is_empty());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"local bytes").unwrap();
    let url = format!("file://{}", file.path().display());
    assert_eq!(offline.get_small(&url, &Identity::anonymous(), 99).await.unwrap(), b"local bytes");
    let mut sink = Bytes(b"local".to_vec(), 0);
    offline.download(&url, &Identity::anonymous(), &mut sink).await.unwrap();
    assert_eq!(sink.0, b"local bytes");
    let e = offline.get_small("file:///nowhere/at/all", &Identity::anonymous(), 9).await.unwrap_err();
    assert!(matches!(e, Error::File { .. }));
    assert!(matches!(get("ftp://x/y").await, Err(Error::BadUrl { .. })));
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let other = Server::start(|_| reply("200 OK", &[], b"there")).await;
    let to = format!("{}/there?sig=geheim", other.url);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/away" => reply("307 Temporary Redirect", &[("Location", &to)], b""),
        "/near" => reply("302 Found", &[("Location", "here")], b""),
        "/loop" => reply("302 Found", &[("Location", "/loop")], b""),
        "/disk" => reply("302 Found", &[("Location", "file:///etc/passwd")], b""),
        _ => reply("200 OK", &[], b"here"),
    })
    .await;
    let identity = Identity::anonymous().with_basic("me", Secret::new("geheim".into()));
    let fetch = |path: &str| {
        let (url, identity) = (format!("{}{path}", server.url), identity.clone());
        async move { client().get_small(&url, &identity, 99).await }
    };
    assert_eq!(fetch("/away").await.unwrap(), b"there");
    assert_eq!(fetch("/near").await.unwrap(), b"here");
    assert_eq!(other.log()[0].header("authorization"), "");
    assert!(server.log().iter().all(|a| a.header("authorization") == "Basic bWU6Z2VoZWlt"));
    let token = Request::new(Method::GET, format!("{}/away", server.url))
        .with_header(header::AUTHORIZATION, HeaderValue::from_static("Bearer geheim"));
    assert_eq!(client().request(&token).await.unwrap().bytes(9).await.unwrap(), b"there");
    assert_eq!(other.log()[1].header("authorization"), "");
    for path in ["/loop", "/disk"] {
        assert!(matches!(fetch(path).await, Err(Error::Redirect { .. })), "{path}");
    }
    assert!(!format!("{identity:?}").contains("geheim"));
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/nginx" => {
            reply("400 Bad Request", &[], b"<html><head><title>400 No required SSL certificate was sent</title>")
        }
        "/403" => reply("403 Forbidden", &[], b"denied by policy\nmore"),
        _ => reply("404 Not Found", &[], b"{\"json\":1}"),
    })
    .await;
    for (path, hint, words) in [
        ("/nginx", "--entitlement", Some("it says \"400 No required SSL certificate was sent\"")),
        ("/403", "--entitlement", Some("it says \"denied by policy\"")),
        ("/404", "releasever", None),
    ] {
        let e = get(&format!("{}{path}", server.url)).await.unwrap_err();
        assert!(e.hint().unwrap().contains(hint), "{e}");
        assert_eq!(chain(&e).get(1).map(String::as_str), words);
    }
    assert_eq!(server.log().len(), 3, "refusals are final");
}

#[tokio::test]
async fn uploads_are_streamed_from_files() {
    let server = Server::start(|asked| reply("201 Created", &[], asked.body.len().to_string().as_bytes())).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7; 1 << 20]).unwrap();
    let body = Body::File { path: file.path().to_owned(), offset: 100, length: 900_000 };
    let request = Request::new(Method::PUT, &server.url).with_body(body);
    let mut response = client().request(&request).await.unwrap();
    assert_eq!((response.status(), response.bytes(99).await.unwrap().as_slice()), (201, &b"900000"[..]));
    assert_eq!(server.log()[0].header("content-length"), "900000");
}

#[tokio::test]
async fn proxies_are_values() {
    let proxy = Server::start(|_| reply("200 OK", &[], b"by proxy")).await;
    let server = Server::start(|_| reply("200 OK", &[], b"direct")).await;
    let with = |no_proxy: &str| {
        let http = Some(Secret::new(proxy.url.replace("http://", "http://me:geheim@")));
        let proxies = Proxies { http, no_proxy: Some(no_proxy.into()), ..Proxies::default() };
        Client::new(Settings { proxies, ..settings() }).unwrap()
    };
    let get = |c: Client| {
        let url = server.url.clone();
        async move { c.get_small(&url, &Identity::anonymous(), 99).await.unwrap() }
    };
    assert_eq!(get(with("example.com")).await, b"by proxy");
    assert_eq!(get(with("127.0.0.1")).await, b"direct");
    assert_eq!(proxy.log()[0].header("proxy-authorization"), "Basic bWU6Z2VoZWlt");
    assert!(!format!("{:?}", with("")).contains("geheim"));
    let bad = Proxies { all: Some(Secret::new("ftp://x".into())), ..Proxies::default() };
    assert!(matches!(Client::new(Settings { proxies: bad, ..settings() }), Err(Error::BadProxy { which: "all" })));
}

struct Pki {
    ca: String,
    acceptor: tokio_rustls::TlsAcceptor,
    certificate: String,
    key: String,
}

/// A server for "localhost" that demands a client certificate, and one to give it.
fn pki() -> Pki {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let leaf = |usage| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.extended_key_usages = vec![usage];
        (params.signed_by(&key, &ca).unwrap(), key)
    };
    let (server, server_key) = leaf(ExtendedKeyUsagePurpose::ServerAuth);
    let (client, client_key) = leaf(ExtendedKeyUsagePurpose::ClientAuth);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ca.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![server.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der())),
        )
        .unwrap();
    Pki { ca: ca.pem(), acceptor: Arc::new(config).into(), certificate: client.pem(), key: client_key.serialize_pem() }
}

#[tokio::test]
async fn mutual_tls() {
    let pki = pki();
    let server = Server::over(Some(pki.acceptor.clone()), |_| reply("200 OK", &[], b"entitled")).await;
    // Extra blocks as entitlement certificates have them.
    let pem = format!(
        "{}-----BEGIN ENTITLEMENT DATA-----\neJwDAAAAAAE=\n-----END ENTITLEMENT DATA-----\n-----BEGIN RSA SIGNATURE-----\nAAAA\n-----END RSA SIGNATURE-----\n",
        pki.certificate
    );
    let key = Secret::new(pki.key.clone().into_bytes());
    let certificate = ClientCertificate::from_pem(("c.pem", pem.as_bytes()), Some(("c-key.pem", &key))).unwrap();
    let trusting = Identity::anonymous().with_authorities("ca.pem", pki.ca.as_bytes()).unwrap();
    let get = |identity: Identity| {
        let url = server.url.clone();
        async move { client().get_small(&url, &identity, 99).await }
    };
    let entitled = trusting.clone().with_certificate(certificate.clone());
    assert_eq!(get(entitled.clone()).await.unwrap(), b"entitled");

    let e = get(trusting).await.unwrap_err();
    assert!(matches!(&e, Error::Transport { source: Failure::CertificateRefused { .. }, attempts: 1, .. }), "{e:?}");
    assert!(e.hint().unwrap().contains("--entitlement"));

    let e = get(Identity::anonymous().with_certificate(certificate.clone())).await.unwrap_err();
    assert!(matches!(&e, Error::Transport { source: Failure::Untrusted { .. }, attempts: 1, .. }), "{e:?}");
    assert!(e.hint().unwrap().contains("--cacert"), "{e:?}");
    assert_eq!(get(Identity::anonymous().with_certificate(certificate.clone()).insecure()).await.unwrap(), b"entitled");
    let extra = Settings { extra_authorities: vec![("ca.pem".into(), pki.ca.clone().into())], ..settings() };
    let plain = Identity::anonymous().with_certificate(certificate);
    assert_eq!(Client::new(extra).unwrap().get_small(&server.url, &plain, 99).await.unwrap(), b"entitled");
    // A name the certificate does not have.
    let e = client().get_small(&server.url.replace("localhost", "127.0.0.1"), &entitled, 9).await.unwrap_err();
    assert!(e.hint().unwrap().contains("host name"), "{e:?}");
}

#[tokio::test]
async fn tls_to_a_port_without_it() {
    let server = Server::start(|_| reply("200 OK", &[], b"")).await;
    let e = get(&server.url.replace("http://", "https://")).await.unwrap_err();
    assert!(matches!(e, Error::Transport { .. }), "{e:?}");
}

#[test]
fn certificates_and_keys_that_do_not_do() {
    let (a, b) = (pki(), pki());
    let read = |cert: &str, key: Option<&str>| {
        let key = key.map(|k| Secret::new(k.as_bytes().to_vec()));
        ClientCertificate::from_pem(("c.pem", cert.as_bytes()), key.as_ref().map(|k| ("k.pem", k)))
    };
    read(&format!("{}{}", a.certificate, a.key), None).expect("both in one file");
    let e = read(&a.certificate, None).expect_err("no key");
    assert!(matches!(&e, IdentityError::NoKey { name } if name == "c.pem"));
    assert_eq!(e.hint().unwrap(), "pass certificate and key together: --entitlement c.pem,c-key.pem");
    assert!(matches!(read(&a.certificate, Some(&b.key)), Err(IdentityError::Mismatch { .. })));
    assert!(matches!(read(&a.key, Some(&a.key)), Err(IdentityError::NoCertificate { .. })));
    assert!(matches!(read("-----BEGIN CERTIFICATE-----\nAA", Some(&a.key)), Err(IdentityError::Pem { .. })));
    let rubbish = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(read(rubbish, Some(&a.key)), Err(IdentityError::Unusable { .. })));
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert!(matches!(read(&a.certificate, Some(encrypted)), Err(IdentityError::EncryptedKey { .. })));
    assert_eq!(read(&a.certificate, Some("")).expect_err("empty").class(), Class::Usage);
}

#[test]
fn secrets_do_not_show_in_urls() {
    for (url, shown) in [
        ("https://u:p@h/a?b=c#d", "https://h/a?…"),
        ("https://h/a", "https://h/a"),
        ("u:p@h", "<not a URL>"),
        ("p@h", "<not a URL>"),
        ("file:///a/b", "file:///a/b"),
    ] {
        assert_eq!(redacted(url), shown);
    }
}

#[test]
fn futures_travel() {
    fn send<T: Send>(_: &T) {}
    let (client, identity, mut sink) = (client(), Identity::anonymous(), Bytes::default());
    send(&client.download("http://x", &identity, &mut sink));
    send(&client.get_small("http://x", &identity, 1));
    send(&client.request(&Request::new(Method::GET, "http://x")));
}

#[tokio::test]
async fn a_bound_identity_is_a_stranger_elsewhere() {
    let away = Server::start(|_| reply("200 OK", &[], b"away")).await;
    let elsewhere = away.url.clone();
    let home = Server::start(move |asked| match asked.path.as_str() {
        "/moved" => reply("302 Found", &[("Location", &format!("{elsewhere}/target"))], b""),
        _ => reply("200 OK", &[], b"home"),
    })
    .await;
    let anyone = Identity::anonymous().with_basic("user", Secret::new("sesame".into()));
    let bound = anyone.clone().only_at([home.url.as_str(), "no URL at all"]);
    let get = |url: String, identity: &Identity| {
        let identity = identity.clone();
        async move { client().get_small(&url, &identity, 1 << 20).await.unwrap() }
    };
    assert_eq!(get(format!("{}/a", home.url), &bound).await, b"home");
    assert_eq!(get(format!("{}/moved", home.url), &bound).await, b"away");
    assert_eq!(get(format!("{}/mirror", away.url), &bound).await, b"away");
    assert!(home.log().iter().all(|asked| !asked.header("authorization").is_empty()));
    assert!(away.log().iter().all(|asked| asked.header("authorization").is_empty()), "{:?}", away.log());
    assert_eq!(get(format!("{}/x", away.url), &anyone).await, b"away");
    assert!(!away.log()[2].header("authorization").is_empty(), "bound to nowhere, it is for whoever is asked");
    assert!(
        get(format!("{}/b", home.url), &anyone.only_at([])).await == b"home"
            && home.log()[2].header("authorization").is_empty()
    );
}
