use std::{collections::BTreeMap, ffi::OsString, path::Path, time::Duration};

use clap::Parser as _;

use crate::{
    lock::Compression,
    pipeline::{
        options::{Destination, Entitlement, Installed},
        report::{ArchReport, BuildReport, LayerReport, Outcome, Published, ScriptletReport},
    },
    terms::{Arch, BlobDigest, Class, DiffId, Digest, Epoch, Event, Events as _, Fault},
};

use super::{
    args::{Cli, Command},
    report::ErrorReport,
    *,
};

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables: BTreeMap<String, OsString> =
        variables.iter().map(|(k, v)| ((*k).to_owned(), OsString::from(*v))).collect();
    Environment::from_lookup(|name| variables.get(name).cloned())
}

fn parse(line: &str) -> Command {
    Cli::try_parse_from(line.split_whitespace()).unwrap_or_else(|e| panic!("{e}")).command
}

fn refused(line: &str) -> String {
    Cli::try_parse_from(line.split_whitespace()).expect_err(line).to_string()
}

#[test]
fn clap_finds_no_fault_with_the_definition() {
    super::command().debug_assert();
}

#[test]
fn build_flags_become_options() {
    let line = "drydock build driver-toolkit --kernel 4.18.0-305.el8 --base r.io/a@sha256:x --set a=b=c --arch x86_64,aarch64 \
        --repo baseos=https://h/ --repo-file /x.repo --entitlement /e/c.pem,/e/k.pem --entitlement / --gpgkey /k --no-gpgcheck \
        --tag q.io/x:1 --push --oci out --archive o.tar --lock my.lock --locked --offline --if-missing --compression zstd:9 \
        --jobs 3 --cache /c --authfile /a --plain-http localhost:5000 --cacert /ca --report r.json --scriptlets skip \
        --strict-scriptlets";
    let Command::Build(args) = parse(line) else { panic!("build") };
    let o = args.options(&environment(&[("SOURCE_DATE_EPOCH", "7"), ("HTTPS_PROXY", "http://p")])).expect("fine");
    assert_eq!(o.recipe.recipe.name(), "driver-toolkit");
    assert_eq!(o.recipe.overrides.kernel.as_deref(), Some("4.18.0-305.el8"));
    assert_eq!(o.recipe.overrides.set["a"], "b=c");
    assert_eq!(o.recipe.overrides.arches, [Arch::X86_64, Arch::Aarch64]);
    assert_eq!(o.recipe.overrides.repos, [("baseos".into(), "https://h/".into())]);
    assert!(!o.scriptlets && o.strict_scriptlets);
    assert!(o.recipe.overrides.repo_files && o.locked && o.if_missing && o.session.offline && o.session.no_gpgcheck);
    assert_eq!(
        o.session.entitlement,
        [
            Entitlement::Certificate { cert: "/e/c.pem".into(), key: Some("/e/k.pem".into()) },
            Entitlement::Directory("/".into())
        ]
    );
    assert_eq!(
        o.destinations,
        [Destination::Layout("out".into()), Destination::Archive("o.tar".into()), Destination::Tags]
    );
    assert_eq!(o.compression, Some(Compression::Zstd { level: 9 }));
    assert_eq!((o.session.jobs.get(), o.session.epoch), (3, Some(Epoch::new(7))));
    assert!(o.session.proxy.https.is_some() && o.session.proxy.http.is_none());
    assert!(!format!("{o:?}").contains("http://p"));
}

#[test]
fn from_nothing_and_from_an_image() {
    let Command::Build(args) = parse("drydock build driver-toolkit --installroot-base none --cache /c") else {
        panic!()
    };
    assert_eq!(args.options(&environment(&[])).expect("fine").recipe.overrides.base.as_deref(), Some("none"));
    let Command::Resolve(args) = parse("drydock resolve gcc make --installed file:///r --no-best --cache /c") else {
        panic!()
    };
    let o = args.options(&environment(&[])).expect("fine");
    assert_eq!((o.installed, o.best, o.arches), (Installed::Repository("file:///r".into()), false, vec![Arch::X86_64]));
}

#[test]
fn wrong_flags_are_named() {
    for (line, word) in [
        ("drydock build --arch amd64", "did you mean x86_64"),
        ("drydock build --arch m68k", "x86_64, aarch64"),
        ("drydock build --set x", "a name, =, and a value"),
        ("drydock build --compression lz4", "gzip[:1..12]"),
        ("drydock build --installroot-base none --base x", "cannot be used with"),
        ("drydock build --if-missing", "--push"),
        ("drydock build a --recipe b", "cannot be used with"),
        ("drydock build --kernal 1", "--kernel"),
        ("drydock biuld", "build"),
        ("drydock resolve", "SPEC"),
    ] {
        assert!(refused(line).contains(word), "{line}: {}", refused(line));
    }
    let Command::Build(args) = parse("drydock build driver-toolkit --tag x --cache /c") else { panic!() };
    assert_eq!(args.options(&environment(&[])).expect_err("no push").fault().class(), Class::Usage);
}

#[test]
fn the_cache_is_found_or_asked_for() {
    let cache = |vars: &[(&str, &str)]| environment(vars).cache(None).map(|p| p.display().to_string());
    assert_eq!(cache(&[("HOME", "/h")]).expect("home"), "/h/.cache/drydock");
    assert_eq!(cache(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/x")]).expect("xdg"), "/x/drydock");
    assert_eq!(cache(&[("HOME", "/h"), ("XDG_CACHE_HOME", "x")]).expect("relative"), "/h/.cache/drydock");
    assert_eq!(cache(&[("XDG_CACHE_HOME", "/x"), ("DRYDOCK_CACHE", "d")]).expect("ours"), "d");
    assert_eq!(environment(&[]).cache(Some(Path::new("f"))).expect("flag"), Path::new("f"));
    let error = cache(&[("HOME", "")]).expect_err("nothing");
    assert_eq!((error.class(), error.hint().as_deref()), (Class::Usage, Some("pass --cache DIR")));
    assert!(environment(&[("SOURCE_DATE_EPOCH", "now")]).epoch().is_err());
}

#[test]
fn credentials_are_looked_for_where_podman_and_docker_keep_them() {
    let e = environment(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/user/1")]);
    let found: Vec<String> = e.authfile_candidates().iter().map(|p| p.display().to_string()).collect();
    assert_eq!(
        found,
        ["/run/user/1/containers/auth.json", "/h/.config/containers/auth.json", "/h/.docker/config.json"]
    );
    let e = environment(&[("DOCKER_CONFIG", "/d"), ("XDG_CONFIG_HOME", "/c"), ("XDG_RUNTIME_DIR", "/r")]);
    let found: Vec<String> = e.authfile_candidates().iter().map(|p| p.display().to_string()).collect();
    assert_eq!(found, ["/r/containers/auth.json", "/c/containers/auth.json", "/d/config.json"]);
}

#[derive(Debug, thiserror::Error)]
#[error("cannot push {image}\nto its place")]
struct Example {
    image: &'static str,
    source: std::io::Error,
}

impl Fault for Example {
    fn class(&self) -> Class {
        Class::Network
    }

    fn hint(&self) -> Option<String> {
        Some("log in first".into())
    }
}

#[test]
fn errors_say_what_why_and_what_next() {
    let report = ErrorReport::of(&Example { image: "x", source: std::io::Error::other("connection refused") });
    let want = "error: cannot push x\n    to its place\n  because: connection refused\n  hint: log in first\n";
    assert_eq!(report.text(false), want);
    assert!(report.text(true).starts_with("\u{1b}[1;31merror:"));
    let json: serde_json::Value = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["because"][0], "connection refused");
    assert_eq!((&json["class"], &json["exit_code"]), (&"network".into(), &5.into()));
}

fn example() -> BuildReport {
    let digest = Digest::of(b"x");
    let layer = |name: &str, size| LayerReport {
        name: name.into(),
        packages: 3,
        entries: 1200,
        size,
        unpacked: size * 2,
        digest: BlobDigest(digest),
        diff_id: DiffId(digest),
    };
    let scriptlet = |outcome| ScriptletReport {
        package: "a-1-1.noarch".parse().expect("nevra"),
        kind: "%post".into(),
        program: "/bin/sh".into(),
        runs: 1,
        outcome,
        why: String::new(),
        line: 0,
        unknown: Vec::new(),
    };
    BuildReport {
        digest: Some(digest),
        arches: vec![ArchReport {
            arch: Arch::X86_64,
            manifest: digest,
            base: "none".into(),
            base_packages: 0,
            packages: 1,
            package_bytes: 5 << 20,
            cached_bytes: 1 << 20,
            missing: vec!["kernel-rt".into()],
            layers: vec![layer("toolchain", 3 << 20), layer("kernel", 900)],
            scriptlets: vec![scriptlet(Outcome::NotRun), scriptlet(Outcome::Applied), scriptlet(Outcome::NotRun)],
        }],
        published: vec![Published { to: "oci:out".into(), digest, sent: 10, reused: 0 }],
        ..BuildReport::default()
    }
}

#[test]
fn the_final_table() {
    let text = build::summary(&example(), Duration::from_millis(61_250), &[("fetch", Duration::from_millis(1500))]);
    let want = "\
ARCH    LAYER      PACKAGES  ENTRIES     SIZE  UNPACKED
x86_64  toolchain         3     1200  3.0 MiB   6.0 MiB
x86_64  kernel            3     1200    900 B   1.8 KiB

x86_64: 1 package on none, 4.0 MiB downloaded (1.0 MiB from the cache), 3.0 MiB in new layers
x86_64: 1 optional package in no repository (--report names them)
3 scriptlets: 1 applied, 0 not needed, 2 not run: what these would have done is not in the image, --report names them
oci:out: 10 B sent, 0 B there already
1 min 01 s (fetch 1.5 s)
sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
";
    assert_eq!(text, want);
    let there = BuildReport { already_there: true, digest: None, ..BuildReport::default() };
    assert_eq!(build::summary(&there, Duration::ZERO, &[]), "every tag exists already\n");
}

#[test]
fn stages_are_timed_and_strange_events_ignored() {
    for mode in ["none", "bar"] {
        let cli = Cli::try_parse_from(["drydock", "demo", "--progress", mode]).expect("fine");
        let progress = Progress::new(&cli.global, &environment(&[("TERM", "dumb")]));
        for (stage, total) in [("fetch", 3), ("resolve", 0), ("install", 9)] {
            let subject = || String::from("x");
            progress.event(Event::Advanced { stage, subject: subject(), amount: 1 });
            progress.event(Event::Started { stage, subject: subject(), total });
            progress.event(Event::Advanced { stage, subject: subject(), amount: 9 });
            progress.event(Event::Finished { stage, subject: subject() });
            progress.event(Event::Finished { stage, subject: subject() });
        }
        progress.close();
        assert_eq!(
            progress.stages().iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["fetch", "resolve", "install"]
        );
    }
}

#[test]
fn pages_and_completions_for_every_verb() {
    let dir = tempfile::tempdir().expect("dir");
    let pages = dir.path().join("man");
    let code = run(["drydock".into(), "man".into(), "--dir".into(), pages.clone().into()], &environment(&[]));
    assert_eq!(code, ExitCode::SUCCESS);
    let page = std::fs::read_to_string(pages.join("drydock-build.1")).expect("written");
    assert!(page.contains("\\-\\-kernel") && pages.join("drydock-cache-du.1").exists());
    assert_eq!(run(["drydock".into(), "--nonsense".into()], &environment(&[])), ExitCode::from(2));
}

#[test]
fn a_difference_has_an_exit_code_and_no_report() {
    use crate::{
        formats::compression::Codec,
        testbed::{MadeFile, MadeImage, Registry, image::push_index, image::tar_of, registry::Manners, server::Speaks},
    };
    let registry = Registry::start(Manners::open(), Speaks::Http).expect("a socket");
    for (tag, text) in [("a", "1"), ("b", "2")] {
        let layer = tar_of(&[MadeFile::file("/x", text)], &|_| 0);
        push_index(&registry, "x", tag, &[MadeImage::new(Arch::X86_64, &[layer], Codec::Gzip)]);
    }
    let host = registry.url().trim_start_matches("http://").to_owned();
    let cache = tempfile::tempdir().expect("a directory");
    let code = |a: &str, b: &str| {
        let line = format!("drydock diff {host}/x:{a} {host}/x:{b} --plain-http {host} --progress none --cache");
        let words = line.split(' ').map(OsString::from).chain([cache.path().into()]);
        run(words, &environment(&[]))
    };
    assert_eq!(code("a", "a"), ExitCode::SUCCESS);
    assert_eq!(code("a", "b"), ExitCode::from(1));
    assert_eq!(code("a", "c"), ExitCode::from(5));
}

#[test]
fn differences_as_text() {
    use crate::pipeline::report::{ArchDiff, ChangeKind, DiffReport, DiffSide, FileDiff, PackageDiff, ValueDiff};
    let value = |name: &str, a: Option<&str>, b: Option<&str>| ValueDiff {
        name: name.into(),
        a: a.map(str::to_owned),
        b: b.map(str::to_owned),
    };
    let file = |path: &str, change, kind, aspects| FileDiff { path: path.into(), change, kind, aspects };
    let added = |path: &str, kind| file(path, ChangeKind::Added, kind, vec![]);
    let nevra = |text: &str| Some(text.parse().expect("a NEVRA"));
    let sized = vec![value("size", Some("1"), Some("2")), value("content", Some("x"), Some("y"))];
    let arch = ArchDiff {
        arch: Arch::X86_64,
        only_in: None,
        packages: Some(vec![
            PackageDiff { change: ChangeKind::Upgraded, a: nevra("a-1-1.noarch"), b: nevra("a-1-2.noarch") },
            PackageDiff { change: ChangeKind::Removed, a: nevra("b-1-1.noarch"), b: None },
        ]),
        files: Some(vec![
            added("/d", "dir"),
            added("/d-e", "file"),
            added("/d/e", "dir"),
            added("/d/e/f", "file"),
            file("/g", ChangeKind::Changed, "file", sized),
            added("/h", "file"),
        ]),
        config: Some(vec![value("label l", None, Some("x\ny")), value("user", Some("a"), Some("b"))]),
        annotations: Some(vec![]),
        layers: None,
    };
    let side = |image: &str| DiffSide { image: image.into(), digest: Digest::of(b"x"), media_type: String::new() };
    let report = DiffReport { a: side("one"), b: side("two"), equal: false, index: vec![], arches: vec![arch] };
    let text = diff::summary(&report, 2);
    let want = "
x86_64
  packages: 1 removed, 1 upgraded
    ~ a-1-1.noarch -> 1-2 upgraded
    - b-1-1.noarch
  files: 5 added
    + /d/ and 2 paths below
    + /d-e
    … and 1 more (--all lists them)
  files: 1 changed
    ~ /g  size 1 -> 2
  config
    + label l: x\\ny
    ~ user: a -> b
";
    assert_eq!(text.split_once(&format!("B two {}\n", Digest::of(b"x"))).expect("a heading").1, want);
}
