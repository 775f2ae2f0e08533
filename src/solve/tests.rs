//! Scenarios of `fixtures/solve`, read from text; and properties over made-up repositories.
//!
//! A file has repositories, perhaps installed packages, then pairs of `[request]` and `[expect]`:
//!
//! ```text
//! [repo ID [priority=N] [cost=N] [exclude=GLOB] [include=GLOB]]
//! pkg NEVRA
//!   requires|provides|conflicts|obsoletes|recommends|suggests|supplements|enhances DEPENDENCY
//!   file PATH
//! [installed]
//! [request]
//! install SPEC… | try SPEC | exclude GLOB | include GLOB | advised NEVRA… | protect NAME | weak | nobest
//! [expect]
//! install|upgrade|downgrade|reinstall|remove NEVRA [from REPO] [replaces NEVRA…] | missing SPEC | unsatisfiable
//! error LINE-OF-THE-MESSAGE | hint TEXT
//! ```

use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::{
    formats::repodata::{Catalog, FileKind, PackageRecord, Relation, Requirement, Rich, Sense},
    terms::{Algorithm, Arch, Checksum, Digest, Evr, Fault, Nevra},
};

#[derive(Default)]
struct Case {
    specs: Vec<String>,
    tries: Vec<String>,
    excludes: Vec<String>,
    includes: Vec<String>,
    advised: Option<BTreeSet<Nevra>>,
    protected: Vec<String>,
    weak: bool,
    nobest: bool,
    expect: Vec<String>,
}

fn record(nevra: &str, origin: &str) -> PackageRecord {
    let Nevra { name, evr, arch } = nevra.parse().expect(nevra);
    let checksum = Checksum::new(Algorithm::Sha256, &Digest::of(format!("{origin}{nevra}").as_bytes()).hex()).ok();
    PackageRecord { name, evr, arch, location: format!("{nevra}.rpm"), checksum, ..PackageRecord::default() }
}

fn dependency(relation: Relation, text: &str) -> (Relation, String, Sense, Evr, bool) {
    if Rich::is_rich(text) {
        return (relation, text.to_owned(), Sense::ANY, Evr::default(), false);
    }
    let r: Requirement = text.parse().expect(text);
    (relation, r.name, r.sense, r.evr, false)
}

fn catalog(records: &[PackageRecord]) -> Arc<Catalog> {
    let mut builder = Catalog::builder();
    records.iter().for_each(|r| builder.push(r).expect("small"));
    Arc::new(builder.finish())
}

/// The sources, the installed packages, the cases.
fn read(text: &str) -> (Vec<Source>, Option<Installed>, Vec<Case>) {
    let mut repos: Vec<(String, Vec<PackageRecord>)> = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut section = String::new();
    for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = header.split(' ').next().expect("a word").to_owned();
            match section.as_str() {
                "repo" | "installed" => repos.push((header.to_owned(), Vec::new())),
                "request" => cases.push(Case::default()),
                _ => {}
            }
            continue;
        }
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match section.as_str() {
            "repo" | "installed" => {
                let (header, packages) = repos.last_mut().expect("a section");
                match (word, packages.last_mut()) {
                    ("pkg", _) => packages.push(record(rest, header)),
                    ("file", Some(p)) => p.files.push((rest.to_owned(), FileKind::File)),
                    (relation, Some(p)) => {
                        p.deps.push(dependency(Relation::from_element(relation).expect(relation), rest));
                    }
                    _ => panic!("{line}"),
                }
            }
            "request" => {
                let case = cases.last_mut().expect("a request");
                match word {
                    "install" if rest.starts_with('"') => case.specs.push(rest.trim_matches('"').to_owned()),
                    "install" => case.specs.extend(rest.split(' ').map(str::to_owned)),
                    "try" => case.tries.push(rest.to_owned()),
                    "exclude" => case.excludes.push(rest.to_owned()),
                    "include" => case.includes.push(rest.to_owned()),
                    "advised" => {
                        let nevras = rest.split_whitespace().map(|n| n.parse().expect(n));
                        case.advised = Some(nevras.collect());
                    }
                    "protect" => case.protected.push(rest.to_owned()),
                    "weak" => case.weak = true,
                    "nobest" => case.nobest = true,
                    _ => panic!("{line}"),
                }
            }
            _ => cases.last_mut().expect("a request").expect.push(line.to_owned()),
        }
    }
    let (mut sources, mut installed) = (Vec::new(), None);
    for (header, packages) in repos {
        let mut words = header.split(' ');
        if words.next() == Some("installed") {
            installed = Some(Installed::from_rpmdb(catalog(&packages)));
            continue;
        }
        let mut source = Source::new(words.next().expect("an id"), catalog(&packages));
        for word in words {
            match word.split_once('=').expect("key=value") {
                ("priority", v) => source.priority = v.parse().expect("number"),
                ("cost", v) => source.cost = v.parse().expect("number"),
                ("exclude", v) => source.excludes.push(v.to_owned()),
                ("include", v) => source.includes.push(v.to_owned()),
                other => panic!("{other:?}"),
            }
        }
        sources.push(source);
    }
    (sources, installed, cases)
}

fn told(solution: &Solution, with_source: bool) -> Vec<String> {
    let mut out = Vec::new();
    for c in &solution.changes {
        let mut line = format!("{} {}", format!("{:?}", c.action).to_lowercase(), c.nevra);
        if let (true, Some(source)) = (with_source, &c.source) {
            line += &format!(" from {source}");
        }
        if !c.replaces.is_empty() {
            line += " replaces";
            c.replaces.iter().for_each(|n| line += &format!(" {n}"));
        }
        out.push(line);
    }
    out.extend(solution.missing.iter().map(|m| format!("missing {m}")));
    out
}

fn run(name: &str, text: &str) {
    let (sources, installed, cases) = read(text);
    assert!(!cases.is_empty());
    for case in cases {
        let mut request = Request::new(Arch::X86_64);
        request.sources.clone_from(&sources);
        request.installed.clone_from(&installed);
        request.specs.clone_from(&case.specs);
        request.try_specs = case.tries;
        request.excludes = case.excludes;
        request.includes = case.includes;
        request.advised = case.advised;
        request.protected = case.protected;
        request.weak = case.weak;
        request.best = !case.nobest;
        let outcome = solve(&request);
        let with_source = case.expect.iter().any(|l| l.contains(" from "));
        let got = match &outcome {
            Ok(solution) => {
                assert_eq!(violations(&request, solution), [], "{name}: {:?}", case.specs);
                told(solution, with_source)
            }
            Err(Error::Unsatisfiable(_)) if case.expect == ["unsatisfiable"] => vec!["unsatisfiable".to_owned()],
            Err(error) => {
                let lines = error.to_string().lines().map(|l| format!("error {l}")).collect::<Vec<_>>();
                let hint = error.hint().filter(|_| case.expect.iter().any(|l| l.starts_with("hint")));
                lines.into_iter().chain(hint.map(|h| format!("hint {h}"))).collect()
            }
        };
        assert_eq!(got, case.expect, "{name}: {:?}\n{}", case.specs, got.join("\n"));
    }
}

macro_rules! scenarios {
    ($($test:ident $file:literal)*) => {$(
        #[test]
        fn $test() {
            run($file, include_str!(concat!("../../fixtures/solve/", $file, ".txt")));
        }
    )*};
}

scenarios! {
    release_is_not_ignored "release-ignored"
    versions_are_ordered_as_rpm_does "version-order"
    files_are_dependencies "file-requires"
    rich_dependencies_hold "rich-dependencies"
    obsoletes_replace "obsoletes"
    conflicts_bind "conflicts"
    provides_match_on_their_own_version "provides-version"
    suggests_are_not_hard "suggests-are-soft"
    two_kernels_stand_side_by_side "two-kernels"
    installed_packages_stay "installed-stays"
    best_or_an_error "best"
    older_architecture_only_where_needed "multilib"
    repositories_have_priorities_and_filters "repositories"
    includes_add_up "includes"
    advisories_limit_specs "advisories"
    every_spelling_of_a_spec "specs"
    patterns_of_paths_and_architectures "path-patterns"
    choices_between_names "choices"
    rpm_features_are_checked "rpmlib"
    choices_are_made_in_libsolvs_order "as-dnf"
    failures_are_explained_to_the_deepest_cause "explanations"
    what_is_installed_may_be_the_reason "explained-installed"
}

#[test]
fn paths_outside_primary_are_asked_for_once() {
    let app = {
        let mut r = record("app-1-1.x86_64", "");
        r.deps.push(dependency(Relation::Requires, "/usr/libexec/helper"));
        r
    };
    let owner = record("helper-1-1.x86_64", "");
    let pkgid = owner.checksum.as_ref().expect("has one").hex().to_owned();
    let mut request = Request::new(Arch::X86_64);
    request.sources = vec![Source::new("r", catalog(&[app, owner]))];
    request.specs = vec!["app".into()];
    let Err(Error::NeedsFileLists { paths }) = solve(&request) else { panic!("the path is in no list") };
    assert_eq!(paths.iter().collect::<Vec<_>>(), ["/usr/libexec/helper"]);
    let answer = [("/usr/libexec/helper".to_owned(), vec![pkgid])].into();
    request.sources[0].answer(&paths, &answer);
    let solution = solve(&request).expect("now it is known");
    assert_eq!(told(&solution, false), ["install app-1-1.x86_64", "install helper-1-1.x86_64"]);
    assert_eq!(violations(&request, &solution), []);
    request.sources[0].answer(&paths, &Default::default());
    assert!(matches!(solve(&request), Err(Error::Unsatisfiable(_))), "answered: nobody owns it");
}

#[test]
fn reasons_lead_back_to_a_spec() {
    let (sources, ..) =
        read("[repo r]\npkg a-1-1.x86_64\n  requires b >= 1\npkg b-1-1.x86_64\n  requires c\npkg c-1-1.x86_64\n");
    let mut request = Request::new(Arch::X86_64);
    request.sources = sources;
    request.specs = vec!["a".into()];
    let solution = solve(&request).expect("solvable");
    let reasons: Vec<_> = solution.changes.iter().map(|c| c.reason.clone()).collect();
    let nevra = |s: &str| s.parse::<Nevra>().expect("valid");
    assert_eq!(
        reasons,
        [
            Reason::Asked { spec: "a".into() },
            Reason::Needed { by: nevra("a-1-1.x86_64"), requirement: "b >= 1".into() },
            Reason::Needed { by: nevra("b-1-1.x86_64"), requirement: "c".into() },
        ]
    );
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let (sources, ..) = read(
        "[repo r]\npkg a-1-1.x86_64\n  requires nothere\n  conflicts b\npkg b-1-1.x86_64\npkg b-2-1.x86_64\n  obsoletes a\n",
    );
    let mut request = Request::new(Arch::X86_64);
    let catalog = sources[0].catalog.clone();
    request.sources = sources;
    let change = |p| Change {
        action: Action::Install,
        nevra: catalog.nevra(p),
        source: Some("r".into()),
        size: 0,
        checksum: catalog.checksum(p),
        location: String::new(),
        base: None,
        build_time: 0,
        reason: Reason::Asked { spec: String::new() },
        replaces: Vec::new(),
    };
    let solution =
        Solution { changes: catalog.packages().map(change).collect(), missing: Vec::new(), absent: Vec::new() };
    let found: Vec<String> = violations(&request, &solution).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "a-1-1.x86_64 needs nothere",
            "a-1-1.x86_64 and b-1-1.x86_64: conflicts",
            "a-1-1.x86_64 and b-2-1.x86_64: conflicts",
            "b-1-1.x86_64 and b-2-1.x86_64: same name",
            "b-2-1.x86_64 and a-1-1.x86_64: obsoletes",
        ]
    );
}

/// A made-up repository: eight names in up to three versions, with every kind of relation among them.
fn made_up() -> impl Strategy<Value = (Vec<PackageRecord>, Vec<bool>, Vec<usize>)> {
    let dep = (0usize..13, 0usize..8, 0usize..8, 1u32..4).prop_map(|(kind, a, b, v)| match kind {
        0..=3 => format!("p{a}"),
        4 => format!("p{a} >= {v}"),
        5 => format!("p{a} < {v}-2"),
        6 => format!("cap{}", a % 3),
        7 => format!("cap{} = {v}", a % 3),
        8 => format!("(p{a} or cap{})", b % 3),
        9 => format!("(p{a} if p{b})"),
        10 => format!("(p{a} if p{b} else cap{})", a % 3),
        11 => format!("(cap{} without p{b})", a % 3),
        _ => format!("(p{a} and (p{b} or cap0))"),
    });
    let relation = prop_oneof![
        6 => Just(Relation::Requires),
        1 => Just(Relation::Conflicts),
        1 => Just(Relation::Obsoletes),
        1 => Just(Relation::Recommends),
        1 => Just(Relation::Supplements),
    ];
    let arch = prop_oneof![4 => Just("x86_64"), 1 => Just("noarch"), 1 => Just("i686")];
    let package = (0usize..8, 1u32..4, arch, prop::collection::vec((relation, dep), 0..3), 0usize..6, 1u32..4);
    (
        prop::collection::vec(package, 1..20),
        prop::collection::vec(any::<bool>(), 20),
        prop::collection::vec(0usize..8, 1..4),
    )
        .prop_map(|(packages, installed, specs)| {
            let mut records: Vec<PackageRecord> = Vec::new();
            for (name, version, arch, deps, cap, cap_version) in packages {
                let mut r = record(&format!("p{name}-{version}-1.{arch}"), "");
                if records.iter().any(|o| o.name == r.name && o.evr == r.evr && o.arch == r.arch) {
                    continue;
                }
                for (relation, text) in deps {
                    let plain = relation != Relation::Obsoletes || !Rich::is_rich(&text);
                    r.deps.extend(plain.then(|| dependency(relation, &text)));
                }
                if cap < 3 {
                    r.deps.push(dependency(Relation::Provides, &format!("cap{cap} = {cap_version}")));
                }
                records.push(r);
            }
            (records, installed, specs)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the repository: no panic, and a solution is closed, conflict-free, and the same again.
    #[test]
    fn solutions_are_sound((records, installed, specs) in made_up(), best: bool, weak: bool) {
        let mut request = Request::new(Arch::X86_64);
        request.sources = vec![Source::new("r", catalog(&records))];
        request.specs = specs.iter().map(|s| format!("p{s}")).collect();
        request.best = best;
        request.weak = weak;
        let there: Vec<_> = records.iter().zip(&installed).filter(|(_, i)| **i).map(|(r, _)| r.clone()).collect();
        request.installed = Some(Installed::from_rpmdb(catalog(&there)));
        match solve(&request) {
            Ok(solution) => {
                prop_assert_eq!(violations(&request, &solution), vec![]);
                prop_assert_eq!(solve(&request).expect("again"), solution);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn no_spec_panics(spec in "\\PC{0,40}") {
        let mut request = Request::new(Arch::X86_64);
        request.sources = vec![Source::new("r", catalog(&[record("a-1-1.x86_64", "")]))];
        request.specs = vec![spec];
        let _ = solve(&request);
    }
}
