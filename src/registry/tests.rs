use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use super::*;
use crate::{
    formats::oci::{Descriptor, Document, Index, Manifest, MediaType, Platform, RawDocument, Reference, TagRef},
    net::{
        self,
        scripted::{Asked, Reply, Server, reply},
    },
    store::{BlobSource, Publication, PublishBlob, Store},
    terms::{Arch, BlobDigest, Class, Digest, Fault, Secret, event::Quiet},
};

/// A registry's memory.
#[derive(Default)]
struct Memory {
    /// Repository and digest.
    blobs: BTreeSet<(String, String)>,
    bytes: BTreeMap<String, Vec<u8>>,
    documents: BTreeMap<(String, String), (String, Vec<u8>)>,
    uploads: BTreeMap<usize, Vec<u8>>,
}

/// Answers instead of the memory.
type Fault0 = dyn Fn(&Asked) -> Option<Reply> + Send + Sync;

#[derive(Clone)]
struct Fake {
    memory: Arc<Mutex<Memory>>,
    fault: Arc<Fault0>,
    mounts: bool,
}

impl Fake {
    fn new() -> Self {
        Self { memory: Arc::default(), fault: Arc::new(|_| None), mounts: true }
    }

    fn with_fault(fault: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self { fault: Arc::new(fault), ..Self::new() }
    }

    async fn serve(&self) -> Server {
        let fake = self.clone();
        Server::start(move |asked| (fake.fault)(asked).unwrap_or_else(|| fake.answer(asked))).await
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let path = path.trim_start_matches("/v2/");
        let query: BTreeMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if let Some((repository, name)) = path.split_once("/manifests/") {
            return self.document(asked, repository, name);
        }
        let (repository, name) = path.split_once("/blobs/").unwrap();
        match name.strip_prefix("uploads/") {
            Some(id) => self.upload(asked, repository, id, &query),
            None => self.blob(asked, repository, name),
        }
    }

    fn document(&self, asked: &Asked, repository: &str, name: &str) -> Reply {
        let mut memory = self.memory.lock().unwrap();
        if asked.method == "PUT" {
            let digest = Digest::of(&asked.body).to_string();
            for listed in listed(&asked.body) {
                let key = (repository.to_owned(), listed.digest.to_string());
                let there = memory.blobs.contains(&key) || memory.documents.contains_key(&key);
                if !there {
                    return reply("400 Bad Request", &[], br#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}"#);
                }
            }
            for name in [name, &digest] {
                let value = (asked.header("content-type").to_owned(), asked.body.clone());
                memory.documents.insert((repository.into(), name.into()), value);
            }
            return reply("201 Created", &[("Docker-Content-Digest", &digest)], b"");
        }
        match memory.documents.get(&(repository.into(), name.into())) {
            Some((media, bytes)) => {
                let digest = Digest::of(bytes).to_string();
                head_or(asked, &[("Content-Type", media), ("Docker-Content-Digest", &digest)], bytes)
            }
            None => reply("404 Not Found", &[], br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}"#),
        }
    }

    fn blob(&self, asked: &Asked, repository: &str, name: &str) -> Reply {
        let memory = self.memory.lock().unwrap();
        match memory.blobs.contains(&(repository.into(), name.into())) {
            true => head_or(asked, &[], &memory.bytes[name]),
            false => reply("404 Not Found", &[], b""),
        }
    }

    fn upload(&self, asked: &Asked, repository: &str, id: &str, query: &BTreeMap<String, String>) -> Reply {
        let mut memory = self.memory.lock().unwrap();
        if asked.method == "POST" {
            if let (Some(digest), Some(from), true) = (query.get("mount"), query.get("from"), self.mounts)
                && memory.blobs.contains(&(from.clone(), digest.clone()))
            {
                memory.blobs.insert((repository.into(), digest.clone()));
                return reply("201 Created", &[], b"");
            }
            memory.uploads.insert(asked.number, Vec::new());
            return go_on(repository, asked.number, 0);
        }
        let number: usize = id.parse().unwrap();
        let Some(upload) = memory.uploads.get_mut(&number) else { return reply("404 Not Found", &[], b"") };
        if let Some((at, _)) = asked.header("content-range").split_once('-')
            && at.parse() != Ok(upload.len())
        {
            return reply("416 Range Not Satisfiable", &[], b"");
        }
        upload.extend_from_slice(&asked.body);
        let length = upload.len();
        if asked.method != "PUT" {
            return go_on(repository, number, length);
        }
        let (bytes, digest) = (memory.uploads.remove(&number).unwrap(), query["digest"].clone());
        if Digest::of(&bytes).to_string() != digest {
            return reply("400 Bad Request", &[], br#"{"errors":[{"code":"DIGEST_INVALID"}]}"#);
        }
        memory.blobs.insert((repository.into(), digest.clone()));
        memory.bytes.insert(digest, bytes);
        reply("201 Created", &[], b"")
    }
}

fn listed(document: &[u8]) -> Vec<Descriptor> {
    match RawDocument::new(MediaType::new("application/json"), document.to_vec()).parse().unwrap() {
        Document::Index(index) => index.manifests,
        Document::Manifest(m) => [vec![m.config], m.layers].concat(),
    }
}

fn go_on(repository: &str, number: usize, length: usize) -> Reply {
    let location = format!("/v2/{repository}/blobs/uploads/{number}");
    let range = format!("0-{}", length.saturating_sub(1));
    reply("202 Accepted", &[("Location", &location), ("Range", &range)], b"")
}

fn head_or(asked: &Asked, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut r = reply("200 OK", headers, body);
    if asked.method == "HEAD" {
        r.bytes.truncate(r.bytes.len() - body.len());
    }
    r
}

fn client(server: &Server, settings: Settings) -> Registry {
    let net = net::Settings {
        backoff: Duration::from_millis(1),
        stall_timeout: Duration::from_millis(500),
        retries: 2,
        ..net::Settings::default()
    };
    let settings = Settings { plain_http: [server.host.clone()].into(), ..settings };
    Registry::new(net::Client::new(net).unwrap(), settings, Arc::new(Quiet))
}

fn logins(server: &Server, entry: &str) -> Credentials {
    let text = format!(r#"{{"auths":{{"{}/a":{entry}}}}}"#, server.host);
    Credentials::new(vec![AuthFile::parse("auth.json", text.as_bytes()).unwrap()])
}

fn tag(server: &Server, name: &str) -> TagRef {
    format!("{}/{name}", server.host).parse().unwrap()
}

struct Case {
    _dir: tempfile::TempDir,
    store: Store,
    publication: Publication,
}

/// An index of two images that share a large layer; configs and small layers differ.
fn case() -> Case {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let (mut blobs, mut manifests, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let mut put = |media: MediaType, bytes: &[u8]| {
        let blob = store.put(bytes).unwrap();
        let descriptor = Descriptor::new(media, BlobDigest(Digest::of(bytes)), blob.size());
        blobs.push(PublishBlob { descriptor: descriptor.clone(), source: BlobSource::Store(blob) });
        descriptor
    };
    for arch in [Arch::X86_64, Arch::Aarch64] {
        let config = put(MediaType::CONFIG, arch.rpm().as_bytes());
        let large = put(MediaType::LAYER, &vec![7; 3 << 20]);
        let raw = Manifest::new(config, vec![large]).to_document();
        listed.push(raw.descriptor().on(Platform::linux(arch)));
        manifests.push(raw);
    }
    let index = Index::new(listed).to_document();
    Case { publication: Publication { index, manifests, blobs }, store, _dir: dir }
}

/// The positions of requests of one kind in a log.
fn positions(log: &[Asked], method: &str, part: &str) -> Vec<usize> {
    log.iter().filter(|a| a.method == method && a.path.contains(part)).map(|a| a.number).collect()
}

#[tokio::test]
async fn a_push_is_ordered_and_done_once() {
    let (case, server) = (case(), Fake::new().serve().await);
    let registry = client(&server, Settings::default());
    let tags = [tag(&server, "a/b:1"), tag(&server, "a/b:2")];
    let report = registry.push(&case.publication, &tags, &case.store).await.unwrap();
    assert_eq!((report.uploaded, report.present, report.mounted, report.documents), (3, 0, 0, 5));
    assert_eq!(report.bytes, (3 << 20) + 6 + 7);
    let log = server.log();
    let documents = positions(&log, "PUT", "/manifests/");
    assert!(positions(&log, "PUT", "/uploads/").iter().all(|u| *u < documents[0]));
    assert!(log[documents[2]].path.contains(&case.publication.index.digest().to_string()));
    assert!(log[documents[3]].path.ends_with("/1") && log[documents[4]].path.ends_with("/2"));

    let again = registry.push(&case.publication, &tags, &case.store).await.unwrap();
    assert_eq!(again, PushReport { present: 3, ..PushReport::default() });

    let other =
        registry.push(&case.publication, &[tag(&server, "c:1"), tag(&server, "a/b:1")], &case.store).await.unwrap();
    assert_eq!((other.mounted, other.uploaded), (3, 0));

    let reference: Reference = tag(&server, "c:1").into();
    let (raw, document) = registry.read(&reference).await.unwrap();
    assert_eq!(raw.bytes(), case.publication.index.bytes());
    let Document::Index(index) = document else { panic!("index") };
    let manifest = registry.document_of(&server.host, "c", index.select(Arch::Aarch64).unwrap()).await.unwrap();
    let Document::Manifest(manifest) = manifest.parse().unwrap() else { panic!("manifest") };
    let elsewhere = tempfile::tempdir().unwrap();
    let store = Store::open(elsewhere.path()).unwrap();
    let blob = registry.blob(&server.host, "c", &manifest.config, &store).await.unwrap();
    assert_eq!(blob.read(99).unwrap(), b"aarch64");
    assert_eq!(registry.digest_of(&reference).await.unwrap(), Some(raw.digest()));
    assert_eq!(registry.digest_of(&tag(&server, "c:none").into()).await.unwrap(), None);
}

#[tokio::test]
async fn base_layers_come_from_their_repository() {
    let (case, fake) = (case(), Fake::new());
    let server = fake.serve().await;
    let registry = client(&server, Settings::default());
    registry.push(&case.publication, &[tag(&server, "base:1")], &case.store).await.unwrap();
    let mut publication = case.publication.clone();
    for blob in &mut publication.blobs {
        blob.source = BlobSource::Registry { host: server.host.clone(), repository: "base".into() };
    }
    let empty = tempfile::tempdir().unwrap();
    let store = Store::open(empty.path()).unwrap();
    let report = registry.push(&publication, &[tag(&server, "top:1")], &store).await.unwrap();
    assert_eq!((report.mounted, report.uploaded), (3, 0));
    assert_eq!(store.du().unwrap().blobs.files, 0);

    // Elsewhere, or where mounts are refused, the bytes go through the store.
    let strange = Fake { mounts: false, ..Fake::new() }.serve().await;
    let settings = Settings { plain_http: [server.host.clone(), strange.host.clone()].into(), ..Settings::default() };
    let both = Registry::new(registry.net().clone(), settings, Arc::new(Quiet));
    let report = both.push(&publication, &[tag(&strange, "x:1")], &store).await.unwrap();
    assert_eq!((report.mounted, report.uploaded), (0, 3));
    assert_eq!(store.du().unwrap().blobs.files, 3);
}

#[tokio::test]
async fn an_upload_that_breaks_goes_on() {
    let broken = Mutex::new(false);
    let server = Fake::with_fault(move |asked| {
        let first = asked.method == "PATCH" && !std::mem::replace(&mut *broken.lock().unwrap(), true);
        first.then(|| Reply { bytes: Vec::new(), hang: false })
    })
    .serve()
    .await;
    let case = case();
    let registry = client(&server, Settings::default());
    let report = registry.push(&case.publication, &[tag(&server, "a:1")], &case.store).await.unwrap();
    assert_eq!(report.uploaded, 3);
    assert_eq!(positions(&server.log(), "GET", "/uploads/").len(), 1, "it asked where to go on");
}

#[tokio::test]
async fn a_cap_on_requests_leads_to_pieces() {
    let server =
        Fake::with_fault(|asked| (asked.body.len() > 1 << 20).then(|| reply("413 Too Large", &[], b""))).serve().await;
    let case = case();
    let registry = client(&server, Settings::default());
    registry.push(&case.publication, &[tag(&server, "a:1")], &case.store).await.unwrap();
    let log = server.log();
    let last = log.iter().rfind(|a| a.method == "PATCH").unwrap();
    assert_eq!(last.header("content-range"), "2097152-3145727");
}

#[tokio::test]
async fn a_registry_that_gets_nowhere_is_given_up() {
    let server = Fake::with_fault(|asked| {
        let location = asked.path.clone();
        (asked.method == "PATCH").then(|| reply("202 Accepted", &[("Location", &location), ("Range", "0-5")], b""))
    })
    .serve()
    .await;
    let case = case();
    let registry = client(&server, Settings::default());
    let pushed = registry.push(&case.publication, &[tag(&server, "a:1")], &case.store).await;
    assert!(matches!(pushed, Err(Error::Protocol { .. })), "{pushed:?}");
    assert!(server.log().len() < 60);
}

#[tokio::test]
async fn uploads_do_not_leave_the_host() {
    for (location, why) in [
        ("http://169.254.169.254/latest", "another host"),
        ("https://127.0.0.1/x", "scheme"),
        ("http://127.0.0.1:1/x", "port"),
        ("ftp://127.0.0.1/x", "scheme"),
    ] {
        let server = Fake::with_fault(move |asked| {
            (asked.method == "POST").then(|| reply("202 Accepted", &[("Location", location)], b""))
        })
        .serve()
        .await;
        let case = case();
        let e = client(&server, Settings::default()).push(&case.publication, &[tag(&server, "a:1")], &case.store).await;
        let e = e.unwrap_err();
        assert!(matches!(&e, Error::UploadLocation { why: w, .. } if w.contains(why)), "{location}: {e}");
        assert_eq!(e.class(), Class::Network);
    }
}

/// A registry with a token server at `/token`.
fn guarded(asked: &Asked, host: &str) -> Option<Reply> {
    if asked.path.starts_with("/token") {
        let good = asked.header("authorization") == "Basic dXNlcjpwYXNz"
            || String::from_utf8_lossy(&asked.body).contains("refresh_token=pass");
        let answer = format!(r#"{{"access_token":"T{}"}}"#, asked.number);
        return Some(if good { reply("200 OK", &[], answer.as_bytes()) } else { reply("401 Unauthorized", &[], b"") });
    }
    // Tokens stop working after some requests.
    let issued = asked.header("authorization").strip_prefix("Bearer T").and_then(|n| n.parse().ok());
    if issued.is_some_and(|n: usize| asked.number < n + 12) {
        return None;
    }
    let challenge = format!(r#"Bearer realm="http://{host}/token",service="svc",scope="repository:a/b:pull""#);
    Some(reply("401 Unauthorized", &[("WWW-Authenticate", &challenge)], b""))
}

#[tokio::test]
async fn tokens_are_fetched_kept_and_renewed() {
    for entry in [r#"{"auth":"dXNlcjpwYXNz"}"#, r#"{"identitytoken":"pass"}"#] {
        let case = case();
        let server = Fake::with_fault(|asked| guarded(asked, asked.header("host"))).serve().await;
        let settings = Settings { credentials: logins(&server, entry), parallel: 1, ..Settings::default() };
        let registry = client(&server, settings);
        let report = registry.push(&case.publication, &[tag(&server, "a/b:1")], &case.store).await.unwrap();
        assert_eq!(report.uploaded, 3);
        let log = server.log();
        let tokens = positions(&log, if entry.contains("identity") { "POST" } else { "GET" }, "/token");
        assert!((2..=3).contains(&tokens.len()), "renewed when it expires, not otherwise: {tokens:?}");
        let asked = format!("{}{}", log[tokens[0]].path, String::from_utf8_lossy(&log[tokens[0]].body));
        assert!(asked.contains("scope=repository%3Aa%2Fb%3Apull%2Cpush") && asked.contains("service=svc"), "{asked}");
    }
    let server = Fake::with_fault(|asked| guarded(asked, asked.header("host"))).serve().await;
    let e = client(&server, Settings::default()).document(&tag(&server, "a/b:1").into()).await.unwrap_err();
    assert!(matches!(&e, Error::Token { .. }) && e.hint().unwrap().contains("podman login"), "{e:?}");
}

#[tokio::test]
async fn basic_logins_and_refusals() {
    let server = Fake::with_fault(|asked| match asked.header("authorization") {
        "Basic dXNlcjpwYXNz" if asked.path.contains("forbidden") => {
            Some(reply("403 Forbidden", &[], br#"{"errors":[{"code":"DENIED","message":"not you"}]}"#))
        }
        "Basic dXNlcjpwYXNz" => None,
        _ => Some(reply("401 Unauthorized", &[("WWW-Authenticate", "Basic realm=\"r\"")], b"")),
    })
    .serve()
    .await;
    let settings = Settings { credentials: logins(&server, r#"{"auth":"dXNlcjpwYXNz"}"#), ..Settings::default() };
    let registry = client(&server, settings.clone());
    let case = case();
    registry.push(&case.publication, &[tag(&server, "a/b:1")], &case.store).await.unwrap();
    let unauthorized = server.log().iter().filter(|a| a.header("authorization").is_empty()).count();
    assert!(unauthorized <= 3, "learnt by the first uploads, known to the rest");
    let e = registry.document(&tag(&server, "a/forbidden:1").into()).await.unwrap_err();
    assert_eq!(crate::terms::chain(&e)[1], "DENIED: not you");
    assert!(e.hint().unwrap().contains("may not pull from"));
    // No entry for this path.
    let e = registry.document(&tag(&server, "z:1").into()).await.unwrap_err();
    assert!(matches!(e, Error::Refused { status: 401, .. }));
    assert!(!format!("{e:?} {registry:?} {settings:?}").contains("pass"));
}

#[tokio::test]
async fn bytes_are_checked_against_their_digest() {
    let media = MediaType::MANIFEST.to_string();
    let lies = move |asked: &Asked| {
        let claimed = Digest::of(b"claimed").to_string();
        asked
            .path
            .contains("/manifests/")
            .then(|| reply("200 OK", &[("Content-Type", &media), ("Docker-Content-Digest", &claimed)], b"{}"))
    };
    let server = Fake::with_fault(lies).serve().await;
    let registry = client(&server, Settings::default());
    let by_tag: Reference = tag(&server, "a:1").into();
    let pinned = Reference { digest: Some(Digest::of(b"wanted")), ..by_tag.clone() };
    for reference in [by_tag, pinned] {
        let e = registry.document(&reference).await.unwrap_err();
        assert!(matches!(&e, Error::Digest { .. }), "{e:?}");
        assert_eq!(e.class(), Class::Verification);
    }
}

#[test]
fn auth_files_of_both_worlds() {
    let text = r#"{"auths":{
        "https://index.docker.io/v1/":{"auth":"aHViOmh1Yg=="},
        "quay.io":{"auth":"cXVheTpxdWF5"},
        "quay.io/org/team":{"auth":"dGVhbTp0ZWE6bQ=="},
        "empty.io":{},
        "token.io":{"registrytoken":"t"}},
        "credHelpers":{"gcr.io":"gcloud"},"credsStore":"desktop","HttpHeaders":{"x":"y"}}"#;
    let file = AuthFile::parse("f", text.as_bytes()).unwrap();
    let credentials = Credentials::new(vec![AuthFile::default(), file]);
    let user = |host: &str, repository: &str| match credentials.lookup(host, repository).unwrap() {
        Some(Login::Password { user, password }) => format!("{user}:{}", password.expose()),
        other => format!("{other:?}"),
    };
    assert_eq!(user("docker.io", "library/x"), "hub:hub");
    assert_eq!(user("quay.io", "org/other"), "quay:quay");
    assert_eq!(user("quay.io", "org/team/x"), "team:tea:m");
    assert_eq!(user("quay.io", "org/teams"), "quay:quay");
    assert_eq!(user("none.io", "x"), "None");
    assert_eq!(credentials.lookup("token.io", "x").unwrap(), Some(Login::Access(Secret::new("t".into()))));
    for (host, helper) in [("gcr.io", "gcloud"), ("empty.io", "desktop")] {
        let e = credentials.lookup(host, "x").unwrap_err();
        assert_eq!((e.helper.as_str(), e.key.as_str()), (helper, host));
    }
    for bad in ["", "[]", r#"{"auths":{"x":{"auth":"!"}}}"#, r#"{"auths":{"x":{"auth":"bm9jb2xvbg=="}}}"#] {
        let e = AuthFile::parse("f", bad.as_bytes()).unwrap_err();
        assert_eq!(e.class(), Class::Usage, "{bad}");
    }
    assert!(!format!("{credentials:?}").contains("tea:m"));
}

#[test]
fn where_auth_files_are() {
    let places =
        AuthPlaces { runtime_dir: Some("/run/user/1".into()), home: Some("/home/u".into()), ..AuthPlaces::default() };
    let shown: Vec<_> = places.candidates().iter().map(|p| p.display().to_string()).collect();
    assert_eq!(
        shown,
        ["/run/user/1/containers/auth.json", "/home/u/.config/containers/auth.json", "/home/u/.docker/config.json"]
    );
    let explicit = AuthPlaces { explicit: Some("/nowhere/auth.json".into()), ..places };
    assert!(matches!(Credentials::discover(&explicit), Err(AuthFileError::Unreadable { .. })));
    assert!(Credentials::discover(&AuthPlaces::default()).is_ok());
}

#[test]
fn futures_travel() {
    fn send<T: Send>(_: &T) {}
    let registry =
        Registry::new(net::Client::new(net::Settings::default()).unwrap(), Settings::default(), Arc::new(Quiet));
    let case = case();
    send(&registry.push(&case.publication, &[], &case.store));
    send(&registry.localize(&case.publication, &case.store));
    let reference: Reference = "quay.io/x:y".parse().unwrap();
    send(&registry.read(&reference));
}
