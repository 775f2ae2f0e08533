use proptest::prelude::*;

use super::*;
use crate::terms::{Arch, BlobDigest, Digest};

const D: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn references_as_docker_reads_them() {
    for (text, canonical) in [
        ("ubuntu", "docker.io/library/ubuntu"),
        ("ubuntu:22.04", "docker.io/library/ubuntu:22.04"),
        ("fedora/httpd", "docker.io/fedora/httpd"),
        ("localhost/x:y", "localhost/x:y"),
        ("localhost:5000/x", "localhost:5000/x"),
        ("docker.io/ubuntu", "docker.io/library/ubuntu"),
        ("index.docker.io/library/ubuntu", "docker.io/library/ubuntu"),
        ("quay.io/a/b/c_d__e-f--g.h:V1.0_x", "quay.io/a/b/c_d__e-f--g.h:V1.0_x"),
        ("[::1]:5000/x:y", "[::1]:5000/x:y"),
        ("Host/x", "Host/x"),
        ("127.0.0.1:5000/ubi8/ubi:8.4", "127.0.0.1:5000/ubi8/ubi:8.4"),
    ] {
        let r: Reference = text.parse().expect(text);
        assert_eq!(r.to_string(), canonical);
        assert_eq!(r.to_string().parse::<Reference>().expect(canonical), r);
        let pinned = format!("{text}@{D}");
        assert_eq!(pinned.parse::<Reference>().expect(&pinned).to_string(), format!("{canonical}@{D}"));
    }
}

#[test]
fn bad_references_say_why() {
    for (text, part) in [
        ("", "empty"),
        ("quay.io/Upper/case", "upper-case"),
        ("quay.io/", "empty"),
        ("quay.io//x", "empty"),
        ("quay.io/x:", "tag"),
        ("quay.io/x:-a", "tag"),
        ("quay.io/x@sha256:00", "64"),
        ("quay.io/x@", "64"),
        ("quay.io:port/x", "host"),
        ("quay.io/a..b", "separators"),
        ("quay.io/.a", "begins"),
        ("quay.io/a/../b", "begins"),
        ("quay.io/a b", "separators"),
        ("-bad.io/x", "host"),
    ] {
        let e = text.parse::<Reference>().expect_err(text);
        assert!(e.why.contains(part), "{text}: {e}");
    }
    let e = "quay.io/Upper/case:T".parse::<Reference>().expect_err("upper");
    assert_eq!(e.instead.as_deref(), Some("did you mean quay.io/upper/case:T?"));
}

#[test]
fn kinds_of_references_do_not_mix() {
    let e = "quay.io/x:1".parse::<PinnedRef>().expect_err("a tag");
    assert!(e.instead.expect("hint").contains("drydock inspect quay.io/x:1"));
    assert_eq!(
        format!("quay.io/x:1@{D}").parse::<PinnedRef>().expect("pinned").to_string(),
        format!("quay.io/x:1@{D}")
    );
    assert_eq!("quay.io/x".parse::<TagRef>().expect("latest").tag, "latest");
    assert!(format!("quay.io/x@{D}").parse::<TagRef>().is_err());
}

#[test]
fn transports() {
    let oci = |dir: &str, tag: Option<&str>| ImageRef::Oci { dir: dir.into(), tag: tag.map(Into::into) };
    assert_eq!("oci:/a/b".parse::<ImageRef>().expect("dir"), oci("/a/b", None));
    assert_eq!("oci:a:h:5000/n:t".parse::<ImageRef>().expect("dir"), oci("a", Some("h:5000/n:t")));
    let archive = ImageRef::OciArchive { file: "x.tar".into(), tag: Some("t".into()) };
    assert_eq!("oci-archive:x.tar:t".parse::<ImageRef>().expect("file"), archive);
    assert_eq!("docker://ubuntu".parse::<ImageRef>().expect("ref"), "ubuntu".parse::<ImageRef>().expect("ref"));
    for bad in ["oci:", "docker-daemon:x:y", "https://quay.io/x", "dir:/x", "docker://"] {
        assert!(bad.parse::<ImageRef>().is_err(), "{bad}");
    }
    for s in ["oci:/a", "oci-archive:b:t", "docker://quay.io/x:y"] {
        assert_eq!(s.parse::<ImageRef>().expect(s).to_string(), s);
    }
}

fn layer(n: u8) -> Descriptor {
    Descriptor::new(MediaType::LAYER_GZIP, BlobDigest(Digest::of(&[n])), u64::from(n))
}

#[test]
fn documents_are_written_in_one_order() {
    let config = Descriptor::new(MediaType::CONFIG, BlobDigest(Digest::of(b"")), 2);
    let manifest = Manifest::new(config, vec![layer(1)]);
    let raw = manifest.to_document();
    let one = Digest::of(&[1]);
    assert_eq!(
        String::from_utf8_lossy(raw.bytes()),
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{D}","size":2}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{one}","size":1}}]}}"#
        )
    );
    assert_eq!(raw.parse().expect("own"), Document::Manifest(manifest));
    let index = Index::new(vec![raw.descriptor().on(Platform::linux(Arch::Aarch64))]);
    let text = String::from_utf8_lossy(index.to_document().bytes()).into_owned();
    assert!(text.ends_with(r#","platform":{"architecture":"arm64","os":"linux"}}]}"#), "{text}");
    assert_eq!(index.select(Arch::Aarch64).map(|d| d.digest), Some(raw.digest()));
    assert_eq!(index.select(Arch::S390x), None);
    assert_eq!(index.to_document().parse().expect("own"), Document::Index(index));
}

#[test]
fn foreign_documents() {
    let parse = |media: &MediaType, text: &str| RawDocument::new(media.clone(), text.into()).parse();
    let list = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{{"mediaType":"{}","size":7,"digest":"{D}","urls":["x"],"annotations":null,"platform":{{"architecture":"arm64","os":"linux","variant":"v8"}}}}]}}"#,
        MediaType::DOCKER_LIST,
        MediaType::DOCKER_MANIFEST
    );
    let Document::Index(index) = parse(&MediaType::new("text/plain"), &list).expect("docker") else { panic!("index") };
    assert!(index.select(Arch::Aarch64).is_some());
    let bare = format!(r#"{{"schemaVersion":2,"config":{{"mediaType":"x","size":1,"digest":"{D}"}},"layers":null}}"#);
    assert!(matches!(parse(&MediaType::new("application/json"), &bare), Ok(Document::Manifest(_))));
    for (text, part) in [
        (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema 1"),
        (r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, "both"),
        (r#"{"schemaVersion":2}"#, "neither"),
        (r#"{"schemaVersion":3,"layers":[]}"#, "schemaVersion"),
        (r#"{"schemaVersion":2,"manifests":[{"mediaType":"x","size":-1,"digest":"sha256:00"}]}"#, "index"),
        ("[]", "reading"),
    ] {
        let e = parse(&MediaType::new("application/json"), text).expect_err(text);
        assert!(e.to_string().contains(part), "{text}: {e}");
    }
    let sha512 = bare.replace("sha256:", "sha512:");
    assert!(parse(&MediaType::MANIFEST, &sha512).is_err());
    assert!(parse(&MediaType::MANIFEST, &" ".repeat(5 << 20)).is_err());
}

#[test]
fn a_foreign_config_survives() {
    let text = format!(
        r#"{{"created":"2022-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{{"Env":["A=b"],"Cmd":["/bin/bash"],"Volumes":{{"/v":{{}}}},"Labels":{{"a":"b"}},"Healthcheck":{{"Test":["NONE"]}}}},"rootfs":{{"type":"layers","diff_ids":["{D}"]}},"history":[{{"created_by":"x","empty_layer":true}}],"docker_version":"1","container_config":{{"Hostname":"h"}}}}"#
    );
    let config = ImageConfig::parse(text.as_bytes()).expect("valid");
    assert_eq!(String::from_utf8_lossy(&config.to_bytes()), text);
    assert_eq!(config.config.cmd.as_deref(), Some(&["/bin/bash".to_owned()][..]));
    assert!(config.history[0].empty_layer && config.rootfs.diff_ids.len() == 1);
    let nulls =
        ImageConfig::parse(br#"{"config":{"Env":null,"Labels":null},"history":null,"rootfs":null}"#).expect("nulls");
    assert_eq!(nulls, ImageConfig::default());
    assert!(ImageConfig::parse(br#"{"rootfs":{"type":"windows"}}"#).is_err());
    assert!(ImageConfig::parse(br#"{"config":7}"#).is_err());
}

#[test]
fn layers_by_type() {
    use crate::formats::compression::Codec;
    assert_eq!(MediaType::DOCKER_LAYER_GZIP.layer_codec(), Some(Codec::Gzip));
    assert_eq!(MediaType::DOCKER_LAYER_GZIP.to_oci(), MediaType::LAYER_GZIP);
    assert_eq!(MediaType::new("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip").layer_codec(), None);
    assert_eq!(MediaType::new("application/json; charset=utf-8").as_str(), "application/json");
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(r) = text.parse::<Reference>() {
            prop_assert_eq!(r.to_string().parse::<Reference>(), Ok(r));
        }
        let _ = text.parse::<ImageRef>();
        let _ = RawDocument::new(MediaType::MANIFEST, bytes.clone()).parse();
        let _ = ImageConfig::parse(&bytes);
    }
}
