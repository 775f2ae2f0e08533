//! Configuration files and loading from a directory.

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    path::Path,
};

use super::*;
use crate::terms::{Algorithm, Arch, Checksum, ChecksumHasher, Class, Digest, Fault};

const FILE: &str = "\
# a comment
[main]
gpgcheck = maybe

[baseos]
name=Base $releasever
baseurl=https://a.example/$basearch/os
        https://b.example/${basearch}/os,
  # a comment in between
        https://c.example/$unknown/${releasever_major}/os
enabled = Yes
gpgkey=file:///key1, file:///key2
sslverify=0
priority: 10
excludepkgs=kernel* gcc
some_new_key = whatever
[rt]
mirrorlist=https://m.example/list
skip_if_unavailable=true
enabled=0
";

#[test]
fn a_repo_file_is_read_as_dnf_reads_it() {
    let repos = RepoConfig::parse_file("x.repo", FILE).expect("valid");
    assert_eq!(repos.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["baseos", "rt"]);
    let base = repos[0].expanded(&Variables::new(Arch::Aarch64, Some("8.4")));
    assert_eq!(
        base.baseurls,
        ["https://a.example/aarch64/os", "https://b.example/aarch64/os", "https://c.example/$unknown/8/os"]
    );
    assert_eq!((base.name.as_str(), base.enabled, base.sslverify, base.gpgcheck), ("Base 8.4", true, false, true));
    assert_eq!((base.priority, base.cost, base.gpgkeys.len(), base.excludepkgs.len()), (10, 1000, 2, 2));
    assert!(!repos[1].enabled && repos[1].skip_if_unavailable && repos[1].mirrorlist.is_some());
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (text, want) in [
        (
            "[a]\nbaseurl=x\nenabled=maybe",
            "f:3: enabled = \"maybe\" should be one of 1, 0, yes, no, true, false, on, off",
        ),
        ("[a]\nbaseurl=x\ncost=-1", "f:3: cost = \"-1\" should be a number that is not negative"),
        ("[a]\nname=x", "f:1: repository a has no baseurl"),
        ("key=1", "f:1: \"key=1\" is neither a section nor key = value"),
        ("[a\nbaseurl=x", "f:1: \"[a\" is neither a section nor key = value"),
        ("[a]\nbaseurl=x\n\n  y", "f:4: \"  y\" is neither a section nor key = value"),
        ("[a]\nbaseurl=x\n[a]\nbaseurl=y", "f:3: repository a is there twice"),
    ] {
        let error = RepoConfig::parse_file("f", text).expect_err(text);
        assert_eq!((error.to_string().as_str(), error.class()), (want, Class::Usage));
    }
}

fn gz(text: &str) -> Vec<u8> {
    let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    e.write_all(text.as_bytes()).expect("memory");
    e.finish().expect("memory")
}

fn repository(dir: &Path, encode: impl Fn(&str) -> Vec<u8>) -> RepoConfig {
    let pkgid = Digest::of(b"tool").hex();
    let primary = format!(
        r#"<metadata packages="1"><package type="rpm"><name>tool</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/><checksum type="sha256">{pkgid}</checksum><location href="p/tool.rpm"/><format/></package></metadata>"#
    );
    let filelists = format!(r#"<filelists><package pkgid="{pkgid}"><file>/opt/tool</file></package></filelists>"#);
    let mut md = String::from("<repomd>");
    fs::create_dir_all(dir.join("repodata")).expect("temp dir");
    for (kind, text) in [("primary", primary), ("filelists", filelists)] {
        let bytes = encode(&text);
        fs::write(dir.join("repodata").join(kind), &bytes).expect("temp dir");
        md += &format!(
            r#"<data type="{kind}"><checksum type="sha256">{}</checksum><location href="repodata/{kind}"/><open-size>{}</open-size></data>"#,
            Digest::of(&bytes).hex(),
            text.len()
        );
    }
    fs::write(dir.join("repodata/repomd.xml"), md + "</repomd>").expect("temp dir");
    RepoConfig::new("r", format!("file://{}/", dir.display()))
}

fn ready(loaded: Vec<Loaded>) -> Repository {
    match loaded.into_iter().next() {
        Some(Loaded::Ready(r)) => *r,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_compression_is_loaded_and_remembered() {
    let encoders: [fn(&str) -> Vec<u8>; 5] = [
        |t| {
            let mut e = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            e.write_all(t.as_bytes()).expect("memory");
            e.finish().expect("memory")
        },
        |t| t.as_bytes().to_vec(),
        gz,
        |t| zstd::encode_all(t.as_bytes(), 1).expect("memory"),
        |t| {
            let mut e = liblzma::write::XzEncoder::new(Vec::new(), 1);
            e.write_all(t.as_bytes()).expect("memory");
            e.finish().expect("memory")
        },
    ];
    for encode in encoders {
        let dir = tempfile::tempdir().expect("temp dir");
        let config = repository(dir.path(), encode);
        let files = LocalFiles::default();
        let loaded = ready(load(&files, std::slice::from_ref(&config)).await.expect("loads"));
        assert_eq!(loaded.catalog.len(), 1);
        assert_eq!(
            loaded.package_urls(None, "p/tool.rpm").expect("inside"),
            [format!("file://{}/p/tool.rpm", dir.path().display())]
        );
        assert_eq!(loaded.package_urls(Some("http://x/"), "/p").expect("inside"), ["http://x/p"]);
        let paths: BTreeSet<String> = ["/opt/tool".to_owned()].into();
        let owners = loaded.owners(&files, &paths).await.expect("answers");
        assert_eq!(owners["/opt/tool"], [Digest::of(b"tool").hex()]);
        // What was parsed once needs no file again.
        fs::remove_file(dir.path().join("repodata/primary")).expect("is there");
        fs::remove_file(dir.path().join("repodata/filelists")).expect("is there");
        let again = ready(load(&files, &[config]).await.expect("remembered"));
        assert_eq!(again.catalog.bytes(), loaded.catalog.bytes());
        assert_eq!(again.owners(&files, &paths).await.expect("remembered"), owners);
    }
}

/// As dnf: whatever the repository uses, the weak ones too. What packages are is for signatures to say.
#[tokio::test]
async fn every_checksum_is_checked() {
    for (name, algorithm) in [
        ("md5", Algorithm::Md5),
        ("sha", Algorithm::Sha1),
        ("sha1", Algorithm::Sha1),
        ("sha224", Algorithm::Sha224),
        ("sha256", Algorithm::Sha256),
        ("sha384", Algorithm::Sha384),
        ("sha512", Algorithm::Sha512),
    ] {
        let dir = tempfile::tempdir().expect("temp dir");
        let config = repository(dir.path(), gz);
        let list = dir.path().join("repodata/repomd.xml");
        let mut text = fs::read_to_string(&list).expect("is there");
        for kind in ["primary", "filelists"] {
            let bytes = fs::read(dir.path().join("repodata").join(kind)).expect("is there");
            let mut hasher = ChecksumHasher::new(algorithm);
            hasher.update(&bytes);
            text = text.replace(&Digest::of(&bytes).hex(), hasher.finish().hex());
        }
        let text = text.replace("\"sha256\"", &format!("{name:?}"));
        fs::write(&list, &text).expect("temp dir");
        let loaded = ready(load(&LocalFiles::default(), std::slice::from_ref(&config)).await.expect(name));
        assert_eq!(loaded.repomd.data["primary"].checksum.as_ref().expect("stated").algorithm(), algorithm);
        let at = text.find("</checksum>").expect("is there") - 1;
        let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
        fs::write(&list, format!("{}{digit}{}", &text[..at], &text[at + 1..])).expect("temp dir");
        let error = load(&LocalFiles::default(), &[config]).await.expect_err(name);
        assert_eq!(error.class(), Class::Verification, "{error:?}");
    }
}

#[tokio::test]
async fn what_is_not_as_promised_is_refused() {
    let files = LocalFiles::default();
    let broken = |change: fn(&Path)| {
        let dir = tempfile::tempdir().expect("temp dir");
        let config = repository(dir.path(), gz);
        change(dir.path());
        (dir, config)
    };
    let (_dir, config) = broken(|d| fs::write(d.join("repodata/primary"), b"other bytes").expect("temp dir"));
    let error = load(&files, &[config]).await.expect_err("another checksum");
    assert_eq!(error.class(), Class::Verification, "{error:?}");
    let (_dir, config) = broken(|d| {
        let md = fs::read_to_string(d.join("repodata/repomd.xml")).expect("is there");
        fs::write(
            d.join("repodata/repomd.xml"),
            md.replace("<open-size>", "<open-size>1</open-size><x>").replacen("</open-size></data>", "</x></data>", 2),
        )
        .expect("temp dir");
    });
    let error = load(&files, &[config]).await.expect_err("larger than promised");
    assert_eq!(error.class(), Class::Verification, "{error:?}");
    let (_dir, mut config) = broken(|d| fs::remove_dir_all(d.join("repodata")).expect("is there"));
    assert!(matches!(load(&files, std::slice::from_ref(&config)).await, Err(Error::Fetch { .. })));
    config.skip_if_unavailable = true;
    let skipped = load(&files, &[config]).await.expect("goes on without");
    assert!(matches!(skipped.as_slice(), [Loaded::Skipped { .. }]));
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let dir = tempfile::tempdir().expect("temp dir");
    let good = repository(&dir.path().join("good"), gz);
    let half = dir.path().join("half");
    repository(&half, gz);
    fs::remove_file(half.join("repodata/primary")).expect("is there");
    let mut config = good.clone();
    config.baseurls = vec!["file:///nowhere".into(), format!("file://{}", half.display()), good.baseurls[0].clone()];
    let files = LocalFiles::default();
    // What the second lacks, the third has: the same by its checksum.
    let loaded = ready(load(&files, std::slice::from_ref(&config)).await.expect("loads"));
    let urls = [half.as_path(), Path::new("/nowhere")].map(|d| format!("file://{}", d.display()));
    assert_eq!(loaded.mirrors, [&urls[0], good.baseurls[0].trim_end_matches('/'), &urls[1]]);
    let list = dir.path().join("mirrors");
    fs::write(&list, format!("# mirrors\nfile:///nowhere\n{}\n", good.baseurls[0])).expect("temp dir");
    config.baseurls.clear();
    config.mirrorlist = Some(format!("file://{}", list.display()));
    assert_eq!(ready(load(&files, &[config.clone()]).await.expect("loads")).catalog.len(), 1);
    config.mirrorlist = None;
    assert!(matches!(load(&files, &[config]).await, Err(Error::NoAddress { .. })));
}

#[tokio::test]
async fn a_metalink_orders_mirrors_and_vouches_for_repomd() {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut config = repository(&dir.path().join("good"), gz);
    let (good, old) = (dir.path().join("good"), dir.path().join("old"));
    repository(&old, |t| t.as_bytes().to_vec());
    let sum = Digest::of(&fs::read(good.join("repodata/repomd.xml")).expect("is there")).hex();
    let url = |p: u32, d: &Path| format!(r#"<url preference="{p}">file://{}/repodata/repomd.xml</url>"#, d.display());
    let link = |urls: String| {
        format!(
            r#"<metalink><files><file name="repomd.xml"><verification><hash type="sha256">{sum}</hash></verification><resources>{urls}</resources></file></files></metalink>"#
        )
    };
    let path = dir.path().join("metalink");
    config.baseurls.clear();
    config.metalink = Some(format!("file://{}", path.display()));
    let files = LocalFiles::default();
    fs::write(&path, link(url(10, &good) + &url(100, &old))).expect("temp dir");
    let loaded = ready(load(&files, &[config.clone()]).await.expect("the second mirror"));
    assert_eq!(loaded.mirrors[0], format!("file://{}", good.display()));
    fs::write(&path, link(url(100, &old))).expect("temp dir");
    assert!(matches!(load(&files, &[config.clone()]).await, Err(Error::Stale { .. })));
    fs::write(&path, "<html><body/></html>").expect("temp dir");
    assert!(matches!(load(&files, &[config]).await, Err(Error::Metadata { .. })));
}

#[tokio::test]
async fn local_files_are_checked() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("f");
    fs::write(&path, b"bytes").expect("temp dir");
    let (files, config, url) = (LocalFiles::default(), RepoConfig::new("r", "x"), format!("file://{}", path.display()));
    let sum = Checksum::from(Digest::of(b"bytes"));
    let mut out = String::new();
    files.blob(&config, &url, &sum, None).await.expect("right").read_to_string(&mut out).expect("readable");
    assert_eq!(out, "bytes");
    assert!(files.blob(&config, &url, &Checksum::from(Digest::of(b"")), None).await.is_err());
    assert!(files.small(&config, &url, 4).await.is_err() && files.small(&config, &url, 5).await.is_ok());
    assert!(files.small(&config, "http://x", 5).await.is_err());
}
