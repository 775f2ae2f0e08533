use std::{collections::BTreeMap, io::Read as _, time::Duration};

use crate::{
    formats::compression::{Codec, sniffing_decoder},
    terms::{Arch, Digest},
};

use super::{
    image,
    maker::Damage,
    registry::{Access, Manners, Writes},
    server::Speaks,
    spec::Lie,
    tls::Validity,
    world::{ARCHES, KERNEL, OTHER_KERNELS, RT_KERNEL},
    *,
};

fn sample() -> Spec {
    Spec::new("sample-2:1.0~rc1-3.el8.x86_64")
        .requires(["bash >= 4", "(a if b)"])
        .provides(["virtual = 1:7"])
        .conflicts(&["older < 1"])
        .obsoletes(&["ancient <= 0.9-1"])
        .recommends(&["nice"])
        .files([
            MadeFile::program("/usr/bin/one", "same").linked("set"),
            MadeFile::program("/usr/bin/two", "same").linked("set"),
            MadeFile::symlink("/usr/bin/three", "one"),
            MadeFile::file("/etc/sample.conf", "a=1\n").noreplace(),
            MadeFile::dir("/var/lib/sample").attr(0o2770, "root", "mail"),
            MadeFile::ghost("/var/lib/sample/state"),
            MadeFile::program("/usr/sbin/able", "x").caps("cap_net_raw=ep"),
            MadeFile::file("/usr/share/locale/de/sample", "d").lang("de"),
            MadeFile::special("/dev/sample", Kind::Character(1, 3), 0o666),
        ])
        .script(Script::shell(When::Post, "echo hi\n"))
        .script(Script::lua(When::Pretrans, "return 0\n"))
        .script(Script::with(When::TransFileTriggerIn, "/sbin/ldconfig", "").on(&["/lib", "/usr/lib"], 2_000_000))
}

fn reread(made: &Made) -> rpm::Package {
    rpm::Package::parse(&mut &made.bytes[..]).expect("the rpm crate reads it")
}

fn payload(made: &Made) -> Vec<u8> {
    let mut out = Vec::new();
    let compressed = &made.bytes[made.payload_offset()..];
    sniffing_decoder(compressed).expect("decoder").read_to_end(&mut out).expect("payload");
    out
}

#[test]
fn same_spec_same_bytes_in_every_compression() {
    for compression in Compression::ALL {
        let spec = sample().compression(compression);
        let made = make(&spec);
        assert_eq!(made.bytes, make(&spec).bytes, "{}", compression.name());
        assert_eq!(payload(&made).len(), made.archive_size, "{}", compression.name());
    }
    // The golden digest: another machine, another day, the same bytes.
    assert_eq!(make(&sample()).digest().hex(), include_str!("../../fixtures/testbed-sample.sha256").trim());
}

#[test]
fn the_rpm_crate_reads_what_was_meant() {
    let made = make(&sample());
    let package = reread(&made);
    let metadata = &package.metadata;
    assert_eq!(metadata.get_name().expect("name"), "sample");
    assert_eq!(metadata.get_epoch().expect("epoch"), 2);
    let requires = metadata.get_requires().expect("requires");
    assert!(requires.iter().any(|d| d.name == "(a if b)"));
    assert!(requires.iter().any(|d| d.name == "rpmlib(FileCaps)" && d.version == "4.6.1-1"));
    let files = metadata.get_file_entries().expect("files");
    let by_path: BTreeMap<_, _> = files.iter().map(|f| (f.path().to_string_lossy().into_owned(), f)).collect();
    assert_eq!(by_path.len(), 9);
    assert_eq!(by_path["/var/lib/sample"].group(), "mail");
    assert_eq!(by_path["/usr/sbin/able"].caps(), Some("cap_net_raw=ep"));
    assert_eq!(by_path["/usr/bin/three"].linkto(), Some("one"));
    package.verify_digests().expect("all digests hold");
}

#[test]
fn signatures_verify_with_their_own_key_only() {
    for (key, version) in [
        (Key::Testbed, SignatureVersion::V4),
        (Key::Testbed, SignatureVersion::V3),
        (Key::Rsa, SignatureVersion::V3),
        (Key::Rsa, SignatureVersion::V4),
        (Key::Stranger, SignatureVersion::V4),
    ] {
        let package = make(&sample().signed(key, version));
        let packet = key.sign(version, &package.bytes[package.header_range.clone()]);
        assert!(package.bytes.windows(packet.len()).any(|w| w == packet), "the signature is in the package");
        for other in Key::ALL {
            use pgp::composed::Deserializable as _;
            let (cert, _) = pgp::composed::SignedPublicKey::from_string(&other.public_armored()).expect("armor");
            let signature =
                pgp::packet::PacketParser::new(&packet[..]).next().expect("one packet").expect("well formed");
            let pgp::packet::Packet::Signature(signature) = signature else { panic!("a signature packet") };
            let good = signature.verify(&cert.primary_key, &package.bytes[package.header_range.clone()]).is_ok();
            assert_eq!(good, other == key, "{key:?} {version:?} by {other:?}");
        }
    }
}

#[test]
fn damage_and_lies_are_what_they_say() {
    let good = make(&sample());
    let digests = |made: &Made| reread(made).verify_digests();
    assert!(digests(&good.damaged(Damage::Payload)).is_err());
    assert!(digests(&good.damaged(Damage::Header)).is_err());
    assert_eq!(good.damaged(Damage::Truncated(100)).bytes.len(), 100);
    assert!(digests(&make(&sample().lying(Lie::PayloadDigest))).is_err());
    let missing = make(&sample().lying(Lie::MissingFromArchive("/etc/sample.conf".to_owned())));
    assert!(!String::from_utf8_lossy(&payload(&missing)).contains("./etc/sample.conf"));
    let extra = make(&sample().lying(Lie::ExtraInArchive("/etc/shadow".to_owned())));
    assert!(String::from_utf8_lossy(&payload(&extra)).contains("./etc/shadow"));
    let escaping = make(&Spec::new("evil-1-1.noarch").file(MadeFile::file("/../../etc/passwd", "x")));
    assert!(String::from_utf8_lossy(&payload(&escaping)).contains("./../../etc/passwd"));
}

#[test]
fn the_stripped_archive_names_no_files() {
    let mut spec = sample();
    spec.stripped_archive = true;
    let archive = payload(&make(&spec));
    assert!(archive.starts_with(b"07070X00000000\0\0"));
    assert!(!String::from_utf8_lossy(&archive).contains("usr/bin"));
}

#[test]
fn repodata_points_at_the_packages_in_every_compression() {
    let packages = [make(&sample()), make(&Spec::new("other-1-1.noarch").unsigned())];
    for codec in [Codec::None, Codec::Gzip, Codec::Xz, Codec::Zstd, Codec::Bzip2] {
        let repo = Repo::new(packages.clone()).codec(codec).with("modules", "modules.yaml", "---\n");
        let tree = repo.tree();
        assert_eq!(tree, repo.tree());
        let repomd = String::from_utf8_lossy(&tree["repodata/repomd.xml"]).into_owned();
        let listed: Vec<&str> = repomd.split("href=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
        assert_eq!(listed.len(), 3);
        for path in listed {
            assert!(path.contains(&Digest::of(&tree[path]).hex()));
        }
        let primary = tree.iter().find(|(path, _)| path.contains("primary")).expect("primary").1;
        let mut xml = String::new();
        sniffing_decoder(&primary[..]).expect("decoder").read_to_string(&mut xml).expect("text");
        for package in &packages {
            assert!(xml.contains(&package.digest().hex()) && tree.contains_key(&Repo::location(package)));
        }
        assert!(xml.contains(r#"<rpm:entry name="bash" flags="GE" epoch="0" ver="4"/>"#));
        assert!(xml.contains("<file type=\"ghost\">/var/lib/sample/state</file>") == xml.contains("/var/lib"));
    }
}

fn client(authority: Option<&Authority>, pair: Option<&tls::ClientPair>) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if let Some(authority) = authority {
        let root = reqwest::Certificate::from_pem(authority.certificate().as_bytes()).expect("PEM");
        builder = builder.tls_certs_only([root]);
    }
    if let Some(pair) = pair {
        let pem = format!("{}{}", pair.certificate, pair.key);
        builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).expect("PEM"));
    }
    builder.build().expect("client")
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime").block_on(future)
}

#[test]
fn the_cdn_wants_a_certificate_and_serves_ranges() {
    let authority = Authority::new("testbed CA");
    let tree = BTreeMap::from([("content/a b".to_owned(), "0123456789".into())]);
    let cdn = Cdn::start(tree, Speaks::MutualTls(&authority)).expect("cdn");
    let url = format!("{}/content/a%20b", cdn.url());
    run(async {
        for (pair, status) in [
            (None, 400),
            (Some(authority.client(7, Validity::Expired)), 400),
            (Some(authority.client(7, Validity::NotYet)), 400),
            (Some(Authority::new("another").client(7, Validity::Now)), 400),
            (Some(authority.client(7, Validity::Now)), 200),
        ] {
            let got = client(Some(&authority), pair.as_ref()).get(&url).send().await.expect("an answer");
            assert_eq!(got.status(), status);
        }
        let http = client(Some(&authority), Some(&authority.client(8, Validity::Now)));
        for (range, status, body) in [
            ("bytes=4-", 206, "456789"),
            ("bytes=2-3", 206, "23"),
            ("bytes=-2", 206, "89"),
            ("bytes=10-", 416, ""),
            ("bytes=a-b", 200, "0123456789"),
        ] {
            let got = http.get(&url).header("range", range).send().await.expect("an answer");
            assert_eq!((got.status().as_u16(), got.text().await.expect("body").as_str()), (status, body), "{range}");
        }
        cdn.grant_only(&["/content/other/"]);
        assert_eq!(http.get(&url).send().await.expect("an answer").status(), 403);
    });
    assert_eq!(cdn.log().last().map(|seen| (seen.path.as_str(), seen.status)), Some(("/content/a b", 403)));
}

#[test]
fn trouble_comes_as_ordered() {
    let tree = BTreeMap::from([("file".to_owned(), "0123456789".into())]);
    let cdn = Cdn::start(tree, Speaks::Http).expect("cdn");
    let url = format!("{}/file", cdn.url());
    let http = client(None, None);
    run(async {
        cdn.trouble(Trouble::at("/file", Fault::RetryAfter(503, 1)).times(1));
        let busy = http.get(&url).send().await.expect("an answer");
        assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().ok()), (503, Some("1")));
        assert_eq!(http.get(&url).send().await.expect("an answer").status(), 200);

        cdn.trouble(Trouble::at("/file", Fault::Dropped(4)).times(1));
        let mut cut = http.get(&url).send().await.expect("a head");
        assert_eq!(cut.content_length(), Some(10));
        assert_eq!(cut.chunk().await.expect("the first bytes").as_deref(), Some(&b"0123"[..]));
        assert!(cut.chunk().await.is_err(), "the connection broke");

        for (fault, body) in [
            (Fault::Truncated(3), "012"),
            (Fault::Garbled, "01234`6789"),
            (Fault::Replaced("other".into()), "other"),
            (Fault::Delayed(Duration::from_millis(10)), "0123456789"),
        ] {
            cdn.trouble(Trouble::at("/file", fault.clone()).times(1).method("GET"));
            assert_eq!(http.get(&url).send().await.expect("an answer").text().await.expect("body"), body, "{fault:?}");
        }
        cdn.trouble(Trouble::at("", Fault::IgnoredRange));
        assert_eq!(http.get(&url).header("range", "bytes=4-").send().await.expect("an answer").status(), 200);
    });
    let host = cdn.host();
    drop(cdn);
    assert!(std::net::TcpStream::connect(host).is_err(), "a dropped server is gone");
}

#[test]
fn the_registry_takes_what_it_can_check() {
    let registry = Registry::start(Manners { referrers: true, ..Manners::open() }, Speaks::Http).expect("registry");
    let (http, base) = (client(None, None), registry.url());
    run(async {
        let begun = http.post(format!("{base}/v2/team/app/blobs/uploads/")).send().await.expect("begun");
        assert_eq!(begun.status(), 202);
        let place = begun.headers()["location"].to_str().expect("text").to_owned();
        let patch = |range: &'static str, body: &'static str| {
            http.patch(&place).header("content-range", range).body(body).send()
        };
        let first = patch("0-4", "hello").await.expect("first chunk");
        assert_eq!((first.status().as_u16(), first.headers()["range"].to_str().ok()), (202, Some("0-4")));
        assert_eq!(patch("9-12", "late").await.expect("an answer").status(), 416);
        assert_eq!(patch("5-6", " w").await.expect("second chunk").status(), 202);
        let digest = Digest::of(b"hello world");
        let end = http.put(format!("{place}&digest={digest}")).body("orld").send().await.expect("end");
        assert_eq!(end.status(), 201);
        assert_eq!(registry.blob("team/app", digest).as_deref(), Some(&b"hello world"[..]));

        // A wrong digest is refused, and nothing stays.
        let begun = http.post(format!("{base}/v2/team/app/blobs/uploads/")).send().await.expect("begun");
        let place = begun.headers()["location"].to_str().expect("text").to_owned();
        let end = http.put(format!("{place}&digest={digest}")).body("other").send().await.expect("end");
        assert_eq!(end.status(), 400);
        assert!(end.text().await.expect("body").contains("DIGEST_INVALID"));
        assert_eq!(registry.blobs("team/app"), [digest]);

        let mount = format!("{base}/v2/team/other/blobs/uploads/?mount={digest}&from=team/app");
        assert_eq!(http.post(mount).send().await.expect("mount").status(), 201);

        let put = |reference: String, body: String| {
            let kind = "application/vnd.oci.image.manifest.v1+json";
            http.put(format!("{base}/v2/team/app/manifests/{reference}")).header("content-type", kind).body(body).send()
        };
        let lacking = format!(r#"{{"config":{{"digest":"{}"}},"layers":[]}}"#, Digest::of(b"nowhere"));
        assert_eq!(put("v1".into(), lacking).await.expect("an answer").status(), 400);
        let manifest = format!(r#"{{"config":{{"digest":"{digest}"}},"layers":[],"subject":{{"digest":"{digest}"}}}}"#);
        let named = Digest::of(manifest.as_bytes());
        assert_eq!(put(Digest::of(b"x").to_string(), manifest.clone()).await.expect("an answer").status(), 400);
        assert_eq!(put("v1".into(), manifest).await.expect("an answer").status(), 201);
        assert_eq!(registry.tags("team/app"), ["v1"]);
        let head = http.head(format!("{base}/v2/team/app/manifests/v1")).send().await.expect("head");
        assert_eq!(head.headers()["docker-content-digest"].to_str().expect("text"), named.to_string());
        let list = http.get(format!("{base}/v2/team/app/referrers/{digest}")).send().await.expect("referrers");
        assert!(list.text().await.expect("body").contains(&named.to_string()));
        let blob = http.get(format!("{base}/v2/team/app/blobs/{digest}")).header("range", "bytes=6-").send().await;
        assert_eq!(blob.expect("an answer").text().await.expect("body"), "world");
    });
}

#[test]
fn the_registry_keeps_its_door() {
    let http = client(None, None);
    let start = |access, writes| {
        Registry::start(Manners { access, writes, ..Manners::open() }, Speaks::Http).expect("registry")
    };
    run(async {
        let basic = start(Access::basic("anna", "secret"), Writes::Allowed);
        let ping = format!("{}/v2/", basic.url());
        assert_eq!(http.get(&ping).send().await.expect("an answer").status(), 401);
        assert_eq!(http.get(&ping).basic_auth("anna", Some("secret")).send().await.expect("an answer").status(), 200);

        let bearer = start(Access::bearer("anna", "secret"), Writes::Allowed);
        bearer.put_manifest("a/b", Some("v1"), "application/json", "{}");
        let manifest = format!("{}/v2/a/b/manifests/v1", bearer.url());
        let challenge = http.get(&manifest).send().await.expect("an answer");
        let wanted =
            format!("Bearer realm=\"{}/token\",service=\"testbed\",scope=\"repository:a/b:pull\"", bearer.url());
        assert_eq!(challenge.headers()["www-authenticate"].to_str().expect("text"), wanted);
        let token_url = format!("{}/token?service=testbed&scope=repository:a/b:pull,push", bearer.url());
        let token = async |request: reqwest::RequestBuilder| {
            let reply: serde_json::Value =
                serde_json::from_str(&request.send().await.expect("an answer").text().await.expect("body"))
                    .expect("JSON");
            reply["token"].as_str().expect("a token").to_owned()
        };
        let upload = format!("{}/v2/a/b/blobs/uploads/", bearer.url());
        let anonymous = token(http.get(&token_url)).await;
        assert_eq!(http.get(&manifest).bearer_auth(&anonymous).send().await.expect("an answer").status(), 200);
        assert_eq!(http.post(&upload).bearer_auth(&anonymous).send().await.expect("an answer").status(), 401);
        let known = token(http.get(&token_url).basic_auth("anna", Some("secret"))).await;
        assert_eq!(http.post(&upload).bearer_auth(&known).send().await.expect("an answer").status(), 202);
        assert_eq!(http.get(&token_url).basic_auth("anna", Some("no")).send().await.expect("an answer").status(), 401);

        for (writes, status) in [(Writes::Denied, 403), (Writes::Unsupported, 405)] {
            let closed = start(Access::Open, writes);
            let upload = format!("{}/v2/a/b/blobs/uploads/", closed.url());
            assert_eq!(http.post(upload).send().await.expect("an answer").status(), status);
            assert_eq!(
                http.get(format!("{}/v2/a/b/tags/list", closed.url())).send().await.expect("an answer").status(),
                404
            );
        }
    });
}

#[test]
fn the_world_holds_a_toolkit_for_both_architectures() {
    let world = World::shared();
    for arch in ARCHES {
        for kernel in [KERNEL, OTHER_KERNELS[0], OTHER_KERNELS[1]] {
            assert!(world.package(arch, &format!("kernel-core-{kernel}")).is_some(), "{kernel} {arch}");
        }
        assert!(world.base(arch).len() > 20);
        assert_eq!(world.package(arch, &format!("kernel-rt-core-{RT_KERNEL}")).is_some(), arch == Arch::X86_64);
        for (name, packages) in world.repos(arch) {
            for package in packages {
                let nevra = &package.spec.nevra;
                assert!(nevra.arch == "noarch" || nevra.arch == arch.rpm(), "{nevra} in {name} of {arch}");
                assert!(package.spec.signer.is_some());
                let mut sets: BTreeMap<&str, &Kind> = BTreeMap::new();
                for file in package.spec.files.iter().filter(|f| f.hardlink.is_some()) {
                    let first = sets.entry(file.hardlink.as_deref().unwrap_or_default()).or_insert(&file.kind);
                    assert_eq!(*first, &file.kind, "hard links of {nevra} hold the same bytes");
                }
            }
        }
    }
    let newest = world.package(Arch::X86_64, "gcc").expect("gcc");
    assert_eq!(newest.spec.nevra.to_string(), "gcc-8.5.0-10.1.el8_6.x86_64");
    assert_eq!(World::new().tree(), world.tree(), "the world is made the same every time");
}

#[test]
fn a_base_image_pushes_and_its_paths_follow_the_usr_merge() {
    let world = World::shared();
    let registry = Registry::start(Manners::open(), Speaks::Http).expect("registry");
    let images = ARCHES.map(|arch| world.base_image(arch, &[MadeFile::file("/var/lib/rpm/rpmdb.sqlite", "db")]));
    let index = image::push_index(&registry, "ubi8/ubi", "8.4", &images);
    assert!(registry.manifest("ubi8/ubi", &index.to_string()).is_some());
    let mut tar = Vec::new();
    sniffing_decoder(&images[0].layers[0][..]).expect("decoder").read_to_end(&mut tar).expect("layer");
    let mut archive = tar::Archive::new(&tar[..]);
    let entries = archive.entries().expect("tar").map(|e| e.expect("entry"));
    let names: Vec<String> = entries.map(|e| e.path().expect("path").to_string_lossy().into_owned()).collect();
    assert!(names.contains(&"usr/sbin/ldconfig".to_owned()) && names.contains(&"usr/lib64/libz.so.1".to_owned()));
    assert!(!names.iter().any(|n| n.starts_with("lib64/") || n.starts_with("sbin/")));
    assert!(names.contains(&"var/lib/rpm/rpmdb.sqlite".to_owned()));
}
