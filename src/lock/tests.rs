use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::terms::{Arch, Class, Digest, Epoch, Fault, chain};

use super::*;

fn package(nevra: &str, repo: &str, layer: &str) -> LockedPackage {
    LockedPackage {
        nevra: nevra.parse().expect("nevra"),
        action: Action::Install,
        replaces: vec![],
        repo: repo.into(),
        location: format!("Packages/{nevra}.rpm"),
        size: 4096,
        checksum: Digest::of(nevra.as_bytes()).into(),
        layer: layer.into(),
        key: None,
    }
}

fn sample() -> Lock {
    let mut glibc = package("glibc-2.28-164.el8.x86_64", "baseos", "toolchain");
    glibc.action = Action::Upgrade;
    glibc.replaces = vec!["glibc-2.28-151.el8.x86_64".parse().expect("nevra")];
    glibc.key = Some("199e2f91fd431d51".into());
    let arch = ArchLock {
        recipe: Digest::of(b"recipe"),
        base: Some(LockedBase {
            repository: "registry.example/ubi8/ubi".into(),
            reference: Digest::of(b"index"),
            manifest: Digest::of(b"manifest"),
            media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        }),
        request: vec!["make".into(), "glibc".into()],
        missing: vec!["kernel-rt-core".into()],
        layers: vec!["toolchain".into(), "kernel".into()],
        repositories: vec![LockedRepository {
            id: "baseos".into(),
            baseurl: "https://me:secret@cdn.example/baseos/os/?token=secret".into(),
            repomd: Digest::of(b"repomd").into(),
            mirrorlist: None,
            metalink: None,
            priority: Some(10),
            keys: vec!["567e347ad0044ade55ba8a5f199e2f91fd431d51".into()],
        }],
        unavailable: vec![],
        modules: vec![],
        packages: vec![package("make-1:4.2.1-10.el8.x86_64", "baseos", "toolchain"), glibc],
        removed: vec!["old-1-1.el8.noarch".parse().expect("nevra")],
    };
    Lock {
        epoch: Epoch::new(1_650_000_000),
        compression: Compression::DEFAULT,
        inputs: vec![LockedInput { path: "overlay/".into(), digest: Digest::of(b"tree") }],
        arches: BTreeMap::from([(Arch::X86_64, arch)]),
    }
}

fn wanted(lock: &Lock) -> Wanted {
    let of = |a: &ArchLock| ArchWanted {
        recipe: a.recipe,
        base: a.base.as_ref().map(|b| (b.repository.clone(), b.reference)),
        request: a.request.clone(),
        repositories: a.repositories.iter().map(|r| (r.id.clone(), Some(r.baseurl.clone()))).collect(),
        layers: a.layers.clone(),
    };
    let arches = lock.arches.iter().map(|(arch, a)| (*arch, of(a))).collect();
    Wanted { compression: None, inputs: lock.inputs.clone(), arches }
}

/// A lock as somebody edits it by hand and then puts the digest right: what is left to check is whether it is whole.
fn mended(text: &str) -> Result<Lock, Defect> {
    match Lock::parse(text) {
        Err(Defect::Edited { stated, found }) => Lock::parse(&text.replace(&stated.to_string(), &found.to_string())),
        other => other,
    }
}

#[test]
fn golden_text() {
    assert_eq!(sample().render(), include_str!("golden.lock"));
}

#[test]
fn there_and_back_changes_nothing() {
    let text = sample().render();
    let read = Lock::parse(&text).expect("own text");
    assert_eq!(read, sample().canonical());
    assert_eq!(read.render(), text);
    let windows = text.replace('\n', "\r\n");
    assert_eq!(Lock::parse(&windows).expect("checked out with CRLF").render(), text);
}

#[test]
fn no_credential_is_ever_written() {
    let mut lock = sample();
    lock.arches.get_mut(&Arch::X86_64).expect("there").packages[0].location = "https://u:secret@h/x.rpm?secret".into();
    assert!(!lock.render().contains("secret"));
}

#[test]
fn files_from_the_future_partial_and_edited_ones_are_refused() {
    let text = sample().render();
    let parse = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        mended(&text.replacen(from, to, 1)).expect_err(to).to_string()
    };
    assert!(parse("version = 1", "version = 4\nnews = true").contains("format 4"));
    assert!(parse("count = 2", "count = 3").contains("2 packages of 3"));
    assert!(parse("repo = \"baseos\"", "repo = \"base\"").contains("repository \"base\""));
    assert!(parse("layer = \"toolchain\"", "layer = \"tools\"").contains("layer \"tools\""));
    assert!(parse("layers = [\"toolchain\", \"kernel\"]", "layers = [\"kernel\", \"kernel\"]").contains("twice"));
    assert!(parse("epoch = 1650000000", "epoch = \"now\"").starts_with("line 3, column 9"));
    assert!(parse("count = 2", "count = 2\ncolour = 1").contains("unknown field `colour`"));
    let half = &text[..text.find("[arch").expect("there")];
    assert_eq!(Lock::parse(half), Err(Defect::NoArchitecture));
    assert!(matches!(Lock::parse(&text.replace("4096", "4097")), Err(Defect::Edited { .. })));
}

#[test]
fn lists_of_mirrors_and_repositories_left_out_are_the_third_format() {
    let mut lock = sample();
    let arch = lock.arches.get_mut(&Arch::X86_64).expect("there");
    let listed = &mut arch.repositories[0];
    (listed.baseurl, listed.metalink) = (String::new(), Some("https://u:p@m.example/metalink?repo=b".into()));
    let text = lock.render();
    assert!(
        text.contains("version = 3")
            && text.contains("id = \"baseos\", metalink = \"https://m.example/metalink\", repomd")
    );
    assert_eq!(Lock::parse(&text), Ok(lock.canonical()));
    let mut lock = sample();
    lock.arches.get_mut(&Arch::X86_64).expect("there").unavailable = vec!["rt".into()];
    let text = lock.render();
    assert!(text.contains("version = 3") && text.contains("unavailable = [\n  \"rt\",\n]"), "{text}");
    assert_eq!(Lock::parse(&text), Ok(lock.canonical()));
    // A repository left out is not a new one.
    let mut now = wanted(&lock);
    let arch = now.arches.get_mut(&Arch::X86_64).expect("there");
    (arch.recipe, arch.repositories) =
        (Digest::of(b"other"), [&arch.repositories[..], &[("rt".into(), None)]].concat());
    assert_eq!(lock.canonical().satisfies(&now), Err(vec![Stale::Recipe { arch: Arch::X86_64 }]));
}

#[test]
fn every_refusal_names_the_command_that_mends_it() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("a.lock");
    let missing = Lock::load(&path).expect_err("missing");
    std::fs::write(&path, "version = 9").expect("write");
    let future = Lock::load(&path).expect_err("future");
    std::fs::write(&path, "version = 1").expect("write");
    let partial = Lock::load(&path).expect_err("partial");
    let stale = sample()
        .require(&Wanted { compression: Some(Compression::Zstd { level: 3 }), ..wanted(&sample()) }, &path)
        .expect_err("stale");
    for error in [missing, future, partial, stale] {
        assert_eq!(error.class(), Class::Usage);
        assert!(error.hint().expect("hint").contains("drydock lock --lock"), "{:?}", chain(&error));
    }
}

#[test]
fn saved_whole_and_left_alone_when_equal() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join(DEFAULT_NAME);
    sample().save(&path).expect("save");
    let first = std::fs::metadata(&path).expect("there");
    sample().save(&path).expect("save again");
    use std::os::unix::fs::MetadataExt as _;
    assert_eq!(first.ino(), std::fs::metadata(&path).expect("there").ino());
    assert_eq!(Lock::load(&path).expect("load"), sample().canonical());
    assert_eq!(std::fs::read_dir(dir.path()).expect("dir").count(), 1);
    assert!(matches!(sample().save(&dir.path().join("no/where")), Err(Error::Write { .. })));
}

#[test]
fn staleness_says_what_changed() {
    let lock = sample().canonical();
    assert_eq!(lock.satisfies(&wanted(&lock)), Ok(()));
    let says = |change: &dyn Fn(&mut Wanted, &mut ArchWanted)| {
        let mut w = wanted(&lock);
        let mut a = w.arches.remove(&Arch::X86_64).expect("there");
        a.recipe = Digest::of(b"other");
        change(&mut w, &mut a);
        w.arches.insert(Arch::X86_64, a);
        Mismatch(lock.satisfies(&w).expect_err("stale")).to_string()
    };
    assert_eq!(says(&|_, _| {}), "x86_64: the recipe has changed");
    assert_eq!(
        says(&|_, a| a.request = vec!["make".into(), "gcc".into()]),
        "x86_64: gcc is now asked for; x86_64: glibc is no longer asked for"
    );
    assert!(says(&|_, a| a.base = None).starts_with("x86_64: the base is now none, the lock has registry"));
    assert!(
        says(&|_, a| a.repositories[0].1 = Some("https://other/".into())).contains("baseos is now at https://other")
    );
    assert!(says(&|_, a| a.repositories[0].0 = "x".into()).contains("repository x is new"));
    assert!(says(&|_, a| a.layers.truncate(1)).contains("layers are now toolchain, the lock has toolchain, kernel"));
    assert!(says(&|w, _| w.inputs.clear()).contains("overlay/ has changed"));
    let other = says(&|w, a| {
        w.arches.insert(Arch::S390x, a.clone());
    });
    assert!(other.contains("it has no s390x"), "{other}");
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "(?s).{0,400}") {
        let _ = Lock::parse(&text);
    }

    #[test]
    fn damaged_locks_are_refused_or_equal(at in 0usize..2600, with in "[\\x00-\\x7f]{0,3}", cut in 0usize..40) {
        let text = sample().render();
        let (at, end) = (at.min(text.len()), (at + cut).min(text.len()));
        let damaged = format!("{}{with}{}", &text[..at], &text[end..]);
        if let Ok(lock) = Lock::parse(&damaged) {
            prop_assert_eq!(lock.render(), text);
        }
    }

    #[test]
    fn any_string_survives(s in "(?s).{0,40}") {
        let mut lock = sample();
        lock.inputs[0].path = s;
        let text = lock.render();
        prop_assert_eq!(Lock::parse(&text).expect("own text"), lock.canonical());
    }
}

#[test]
fn streams_make_a_lock_of_the_second_format_and_nothing_else_does() {
    let (plain, text) = (sample(), sample().render());
    assert!(text.contains("\nversion = 1\n") && !text.contains("\nmodules = "));
    let mut modular = plain;
    let stream = super::LockedStream {
        name: "perl".into(),
        stream: "5.30".into(),
        version: 8_040_020_200_923_213_406,
        context: "466ea64f".into(),
        arch: "x86_64".into(),
        profiles: vec!["minimal".into()],
    };
    modular.arches.values_mut().for_each(|a| a.modules = vec![stream.clone()]);
    let text = modular.render();
    assert!(text.contains("\nversion = 2\n"));
    assert_eq!(Lock::parse(&text).unwrap(), modular.canonical());
}
