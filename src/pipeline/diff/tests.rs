//! Whole images out of a registry, each differing from the other in one thing.

use crate::{
    formats::{compression::Codec, rpm::PackageHead},
    pipeline::{
        diff,
        options::{DiffOptions, ProxyOptions, Section, SessionOptions},
        report::{ArchDiff, ChangeKind, DiffReport},
    },
    rpmdb::{self, Change, InstallFacts},
    terms::{Arch, Event, Events},
    testbed::{
        MadeFile, MadeImage, Registry, Spec,
        image::{push_index, tar_of},
        make,
        registry::Manners,
        server::Speaks,
    },
};
use std::sync::Arc;

struct Silent;

impl Events for Silent {
    fn event(&self, _: Event) {}
}

struct Site {
    registry: Registry,
    cache: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let registry = Registry::start(Manners::open(), Speaks::Http).expect("a socket");
        Self { registry, cache: tempfile::tempdir().expect("a directory") }
    }

    fn host(&self) -> String {
        self.registry.url().trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn push(&self, tag: &str, images: &[(Arch, Vec<Vec<u8>>)]) {
        let made: Vec<MadeImage> = images.iter().map(|(a, tars)| MadeImage::new(*a, tars, Codec::Gzip)).collect();
        push_index(&self.registry, "x", tag, &made);
    }

    fn diff(&self, arches: &[Arch], sections: &[Section]) -> Result<DiffReport, crate::pipeline::Error> {
        let session = SessionOptions {
            cache: self.cache.path().to_owned(),
            offline: false,
            jobs: std::num::NonZeroUsize::new(2).expect("not zero"),
            plain_http: vec![self.host()],
            authfile: None,
            authfile_candidates: vec![],
            entitlement: vec![],
            host_root: self.cache.path().to_owned(),
            cdn: None,
            rhsm_server: None,
            policy: None,
            policy_candidates: Vec::new(),
            registries_d: Vec::new(),
            crypto_policy: None,
            registration: None,
            state: self.cache.path().join("state"),
            now: 1_600_000_000,
            cacerts: vec![],
            system_bundle: None,
            gpgkeys: vec![],
            no_gpgcheck: false,
            proxy: ProxyOptions::default(),
            epoch: None,
        };
        let image = |tag: &str| format!("{}/x:{tag}", self.host());
        let (a, b, arches, sections) = (image("a"), image("b"), arches.to_vec(), sections.to_vec());
        let events: Arc<dyn Events> = Arc::new(Silent);
        diff(&DiffOptions { session, a, b, arches, sections, times: false }, events)
    }
}

fn tar(files: &[MadeFile]) -> Vec<u8> {
    tar_of(files, &|name| if name == "root" { 0 } else { 7 })
}

fn database(packages: &[&str]) -> MadeFile {
    let header = |name: &&str| {
        let package = make(&Spec::new(name));
        let head = PackageHead::read(&package.bytes[..]).expect("sound");
        rpmdb::installed_header(&head, &InstallFacts { time: 0, tid: 0, color: 0, file_states: vec![] }).expect("sound")
    };
    let change = Change { add: packages.iter().map(header).collect(), ..Change::new(Arch::X86_64) };
    MadeFile::file("/var/lib/rpm/rpmdb.sqlite", rpmdb::sqlite::write(None, &change).expect("sound"))
}

fn files(arch: &ArchDiff) -> Vec<String> {
    let line = |f: &crate::pipeline::report::FileDiff| {
        let aspects: Vec<&str> = f.aspects.iter().map(|a| a.name.as_str()).collect();
        format!("{:?} {} {}", f.change, f.path, aspects.join(" "))
    };
    arch.files.iter().flatten().map(line).collect()
}

#[test]
fn layers_over_a_common_base() {
    let site = Site::new();
    let base = tar(&[
        MadeFile::file("/opt/same", "1"),
        MadeFile::file("/opt/copied", "22"),
        MadeFile::file("/opt/edited", "333"),
        MadeFile::file("/opt/gone", "4"),
        MadeFile::symlink("/opt/link", "same"),
        database(&["p-1-1.noarch", "q-1-1.noarch"]),
    ]);
    // The other layer copies one file up unchanged, and hides another.
    let over = tar(&[
        MadeFile::file("/opt/copied", "22"),
        MadeFile::file("/opt/edited", "444").attr(0o600, "mail", "root"),
        MadeFile::file("/opt/.wh.gone", ""),
        MadeFile::symlink("/opt/link", "edited"),
        database(&["p-2-1.noarch", "r-1-1.noarch"]),
    ]);
    let arm = tar(&[MadeFile::file("/a", "")]);
    site.push("a", &[(Arch::X86_64, vec![base.clone()]), (Arch::Aarch64, vec![arm])]);
    site.push("b", &[(Arch::X86_64, vec![base, over])]);
    let report = site.diff(&[], &[]).expect("readable");
    assert!(!report.equal);
    let [x86, arm] = report.arches.as_slice() else { panic!("{report:?}") };
    assert_eq!(
        files(x86),
        [
            "Changed /opt/edited content mode owner",
            "Removed /opt/gone ",
            "Changed /opt/link target",
            "Changed /var/lib/rpm/rpmdb.sqlite content",
        ]
    );
    let packages: Vec<ChangeKind> = x86.packages.iter().flatten().map(|p| p.change).collect();
    assert_eq!(packages, [ChangeKind::Upgraded, ChangeKind::Removed, ChangeKind::Added]);
    let layers = x86.layers.as_ref().expect("compared");
    assert_eq!((layers.common, layers.a.len(), layers.b.len()), (1, 0, 1));
    assert_eq!(x86.config.as_ref().expect("compared")[0].name, "history 2");
    assert!(arm.only_in.is_some());

    let report = site.diff(&[Arch::X86_64], &[Section::Annotations]).expect("readable");
    assert!(report.equal && report.arches.len() == 1 && report.arches[0].files.is_none());
    assert!(site.diff(&[Arch::S390x], &[]).is_err());
}

#[test]
fn other_layers_with_the_same_files_differ_as_layers_only() {
    let site = Site::new();
    let (one, two) = (MadeFile::file("/one", "1"), MadeFile::file("/two", "22"));
    site.push("a", &[(Arch::X86_64, vec![tar(&[one.clone(), two.clone()])])]);
    site.push("b", &[(Arch::X86_64, vec![tar(&[two]), tar(&[one])])]);
    let report = site.diff(&[], &[Section::Files, Section::Packages]).expect("readable");
    assert!(report.equal, "{report:?}");
    assert!(!site.diff(&[], &[Section::Layers]).expect("readable").equal);
}
