use super::*;
use crate::formats::repodata::{ModuleStream, PackageRecord, Relation, Sense};
use crate::terms::Evr;

fn stream(name: &str, stream: &str, requires: &[(&str, &[&str])], artifacts: &[&str]) -> ModuleStream {
    let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let requires = requires.iter().map(|(m, s)| ((*m).to_owned(), owned(s))).collect();
    let names = artifacts.iter().filter_map(|a| a.parse::<Nevra>().ok()).map(|n| n.name).collect();
    ModuleStream {
        name: name.into(),
        stream: stream.into(),
        version: 1,
        context: "c0ffee".into(),
        arch: "x86_64".into(),
        requires: vec![requires],
        profiles: BTreeMap::from([("common".to_owned(), names)]),
        artifacts: owned(artifacts),
        ..ModuleStream::default()
    }
}

fn default(module: &str, stream: &str) -> ModuleDefaults {
    let profiles = BTreeMap::from([(stream.to_owned(), vec!["common".to_owned()])]);
    ModuleDefaults { module: module.into(), modified: 1, stream: Some(stream.into()), profiles }
}

/// RHEL 8 in small: perl has a default stream in the base repository's stead and a newer one.
fn appstream() -> Modules {
    Modules {
        streams: vec![
            stream(
                "perl",
                "5.26",
                &[("platform", &["el8"])],
                &["perl-4:5.26.3-416.x86_64", "perl-libs-4:5.26.3-416.x86_64"],
            ),
            stream(
                "perl",
                "5.30",
                &[("platform", &["el8"])],
                &["perl-4:5.30.1-452.x86_64", "perl-libs-4:5.30.1-452.x86_64"],
            ),
            stream("perl-DBI", "1.641", &[("platform", &["el8"]), ("perl", &["5.26"])], &["perl-DBI-0:1.641-1.x86_64"]),
            stream("far", "1", &[("platform", &["el9"])], &["far-0:1-1.x86_64"]),
        ],
        defaults: vec![default("perl", "5.26")],
        ..Modules::default()
    }
}

fn chosen(modules: &Modules, enable: &[&str], states: BTreeMap<String, State>) -> Result<Choice, StreamError> {
    choose(&Wanted {
        arch: Arch::X86_64,
        platform: Some(("platform".into(), "el8".into())),
        repos: vec![RepoModules { repo: "appstream", modules }],
        defaults: Vec::new(),
        states,
        enable: enable.iter().map(|s| (*s).to_owned()).collect(),
        install: Vec::new(),
    })
}

fn package(catalog: &mut crate::formats::repodata::Builder, nevra: &str, requires: &[&str]) {
    let nevra: Nevra = nevra.parse().unwrap();
    let deps = requires.iter().map(|r| (Relation::Requires, (*r).to_owned(), Sense::ANY, Evr::default(), false));
    let (name, evr, arch) = (nevra.name, nevra.evr, nevra.arch);
    catalog.push(&PackageRecord { name, evr, arch, deps: deps.collect(), ..PackageRecord::default() }).unwrap();
}

/// The packages installed for `git`, which needs perl-libs.
fn for_git(choice: &mut Choice) -> Vec<String> {
    let mut catalog = crate::formats::repodata::Catalog::builder();
    package(&mut catalog, "git-2.43.0-1.x86_64", &["perl-libs"]);
    for nevra in ["perl-libs-4:5.26.3-416.x86_64", "perl-libs-4:5.30.1-452.x86_64", "perl-libs-4:5.32.0-1.x86_64"] {
        package(&mut catalog, nevra, &[]);
    }
    let mut request = Request::new(Arch::X86_64);
    request.sources = vec![Source::new("appstream", catalog.finish().into())];
    request.specs = vec!["git".into()];
    request.masks = choice.masks.clone();
    request.members = choice.members.clone();
    let solution = solve(&request).unwrap();
    choice.installed(&solution);
    solution.changes.iter().map(|c| c.nevra.to_string()).collect()
}

#[test]
fn modular_shadowing_gives_git_the_perl_of_its_stream() {
    // The highest version belongs to no stream, the next to one that is not active.
    let mut choice = chosen(&appstream(), &[], BTreeMap::new()).unwrap();
    assert_eq!(for_git(&mut choice), ["git-2.43.0-1.x86_64", "perl-libs-4:5.26.3-416.x86_64"]);
    assert_eq!(choice.states["perl"], State::enabled("5.26"));
    let mut choice = chosen(&appstream(), &["perl:5.30"], BTreeMap::new()).unwrap();
    assert_eq!(for_git(&mut choice)[1], "perl-libs-4:5.30.1-452.x86_64");
    let disabled = State { standing: Standing::Disabled, ..State::default() };
    let mut choice = chosen(&appstream(), &[], BTreeMap::from([("perl".to_owned(), disabled)])).unwrap();
    assert_eq!(for_git(&mut choice)[1], "perl-libs-4:5.32.0-1.x86_64");
}

#[test]
fn streams_bring_what_they_need() {
    let choice = chosen(&appstream(), &["perl-DBI:1.641"], BTreeMap::new()).unwrap();
    assert_eq!(choice.states["perl"], State::enabled("5.26"));
    assert!(choice.masks.inactive.contains_key(&"perl-4:5.30.1-452.x86_64".parse().unwrap()));
}

#[test]
fn profiles_install_their_packages() {
    let choice = chosen(&appstream(), &["perl:5.30/common"], BTreeMap::new()).unwrap();
    let names: Vec<_> = choice.members.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["perl", "perl-libs"]);
    assert_eq!(choice.states["perl"].profiles, ["common"]);
    let text = choice.states["perl"].render("perl");
    assert_eq!(text, "[perl]\nname=perl\nstream=5.30\nprofiles=common\nstate=enabled\n");
    assert_eq!(State::parse("perl", &text), choice.states["perl"]);
}

#[test]
fn what_cannot_be_is_one_error_with_the_streams_there_are() {
    use crate::terms::{Class, Fault};
    let failed = |enable: &[&str], states| chosen(&appstream(), enable, states).unwrap_err();
    let none = BTreeMap::new;
    let unknown = failed(&["perl:5.99"], none());
    assert!(matches!(unknown, StreamError::Unknown { .. }));
    assert_eq!(unknown.hint().as_deref(), Some("module perl has the streams 5.26, 5.30"));
    assert_eq!(failed(&["pearl:1"], none()).hint().as_deref(), Some("did you mean perl"));
    assert!(matches!(failed(&["perl:5.26", "perl:5.30"], none()), StreamError::TwoStreams { .. }));
    let unsatisfiable = failed(&["perl:5.30", "perl-DBI:1.641"], none());
    assert!(matches!(unsatisfiable, StreamError::Unsatisfiable { .. }));
    assert_eq!(unsatisfiable.class(), Class::Unsatisfiable);
    assert!(matches!(failed(&["far:1"], none()), StreamError::Unsatisfiable { .. }));
    assert!(matches!(failed(&["perl:5.30/none"], none()), StreamError::NoProfile { .. }));
    let enabled = BTreeMap::from([("perl".to_owned(), State::enabled("5.26"))]);
    assert!(matches!(failed(&["perl:5.30"], enabled), StreamError::Switched { .. }));
}
