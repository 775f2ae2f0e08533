//! Transactions as rpm 4.18 was seen to run them; the conformance check 36 compares far larger ones.

use std::sync::Arc;

use super::{
    report::{Outcome, Ran},
    rows::Row,
    sequence::transact_with,
    *,
};
use crate::{
    effects::{Stage, process::testing::Image},
    formats::rpm::{PackageHead, Scriptlet},
    rootfs::install::{PackageFiles, Policy, State},
    terms::Fault as _,
    testbed::{MadeFile, Script, Spec, When, make},
};

const ALL: [When; 6] = [When::Pretrans, When::Pre, When::Post, When::Preun, When::Postun, When::Posttrans];

fn spec(nevra: &str, paths: &[&str]) -> Spec {
    Spec::new(nevra).files(paths.iter().map(|path| MadeFile::file(*path, b"x")))
}

/// With a scriptlet of every kind around its own installation and erasure.
fn scripted(nevra: &str, paths: &[&str]) -> Spec {
    ALL.iter().fold(spec(nevra, paths), |spec, when| spec.script(Script::shell(*when, "echo")))
}

fn incoming(spec: &Spec) -> Incoming {
    let header = PackageHead::read(&mut &make(spec).bytes[..]).expect("a package").main;
    Incoming { nevra: spec.nevra.clone(), files: header.files().expect("files").into(), header }
}

/// Packages the base has, those of them that go, packages that come.
struct Case<'a> {
    installed: Vec<Spec>,
    leaving: &'a [usize],
    incoming: Vec<Spec>,
    rpm: &'a str,
}

impl Case<'_> {
    fn plan<'p>(&'p self, policy: &'p Policy) -> Plan<'p> {
        let present = |(i, spec): (usize, &Spec)| {
            let Incoming { nevra, header, files } = incoming(spec);
            let states = vec![State::Normal; files.len()];
            Present {
                instance: i as u32 + 1,
                header,
                package: PackageFiles { nevra, files: Arc::clone(&files), states },
            }
        };
        Plan {
            installed: self.installed.iter().enumerate().map(present).collect(),
            leaving: self.leaving,
            incoming: self.incoming.iter().map(incoming).collect(),
            policy,
            dialect: Dialect::of(&self.rpm.parse().expect("a version")),
            scriptlets: true,
        }
    }

    /// What runs, with its arguments and input.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut runner = |_: &mut Stage<'_>, row: &Row, scriptlet: &Scriptlet, args: &[usize], stdin: Vec<u8>| {
            let args: Vec<String> = args.iter().map(usize::to_string).collect();
            let list = String::from_utf8_lossy(&stdin).replace('\n', " ");
            let version = &row.nevra.evr.version;
            let note = format!("{}-{version} {} {} {list}", row.nevra.name, scriptlet.kind.directive(), args.join(" "));
            notes.push(note.trim_end().to_owned());
            Ok(Ran { outcome: Outcome::Applied, line: 0, unknown: Default::default() })
        };
        let policy = Policy::default();
        Image::new().stage(|stage| transact_with(stage, self.plan(&policy), &mut runner)).expect("a transaction");
        notes
    }
}

#[test]
fn an_upgrade() {
    let case = |rpm| Case {
        installed: vec![scripted("up-1-1.noarch", &["/usr/share/t/old"])],
        leaving: &[0],
        incoming: vec![scripted("up-2-1.noarch", &["/usr/share/t/new"])],
        rpm,
    };
    let notes = case("4.16.1").notes();
    assert_eq!(
        notes,
        ["up-2 %pretrans 2", "up-2 %pre 2", "up-2 %post 2", "up-1 %preun 1", "up-1 %postun 1", "up-2 %posttrans 1"]
    );
    assert_eq!(case("4.18.0").notes().last().map(String::as_str), Some("up-2 %posttrans 2"));
}

#[test]
fn a_second_kernel_is_counted() {
    let kernel = |v: u32| scripted(&format!("kernel-{v}-1.noarch"), &[]);
    let case = Case { installed: vec![kernel(1)], leaving: &[], incoming: vec![kernel(2), kernel(3)], rpm: "4.16" };
    // Both %pretrans come before either is in the database.
    let want = "kernel-2 %pretrans 2|kernel-3 %pretrans 2|kernel-2 %pre 2|kernel-2 %post 2|kernel-3 %pre 3|kernel-3 %post 3|\
                kernel-2 %posttrans 3|kernel-3 %posttrans 3";
    assert_eq!(case.notes().join("|"), want);
}

#[test]
fn triggers_of_the_base_and_of_the_set() {
    let on = |when, targets: &[&str], priority| Script::shell(when, "cat").on(targets, priority);
    let keeper = spec("keeper-1-1.noarch", &["/usr/share/t/keeper"])
        .script(on(When::TriggerIn, &["new >= 2"], 0))
        .script(on(When::FileTriggerIn, &["/usr/share/t"], 1_000_000))
        .script(on(When::FileTriggerIn, &["/usr/share"], 100))
        .script(on(When::TransFileTriggerIn, &["/usr/share/t/n"], 100))
        .script(on(When::TransFileTriggerIn, &["/usr/share/t/"], 200));
    let new = spec("new-2-1.noarch", &["/usr/share/t/new", "/usr/share/u"])
        .script(Script::shell(When::Post, "echo"))
        .script(on(When::TriggerIn, &["keeper"], 0))
        .script(on(When::TriggerIn, &["keeper > 1"], 0))
        .script(on(When::FileTriggerIn, &["/usr/share/t"], 1_000_000))
        .script(on(When::TransFileTriggerIn, &["/usr/share/t/"], 100));
    let case = Case { installed: vec![keeper], leaving: &[], incoming: vec![new], rpm: "4.18" };
    assert_eq!(
        case.notes(),
        [
            "keeper-1 %filetriggerin 0 /usr/share/t/new",
            // Its own runs for its own files in its place among all, then for what was there before.
            "new-2 %filetriggerin 0 /usr/share/t/new",
            "new-2 %filetriggerin 0 /usr/share/t/keeper",
            "new-2 %post 1",
            "keeper-1 %triggerin 1 1",
            "new-2 %triggerin 1 1",
            "keeper-1 %filetriggerin 0 /usr/share/t/new /usr/share/u",
            // A prefix that ends within a file's name finds no directory in the database: the other one only.
            "keeper-1 %transfiletriggerin 0 /usr/share/t/new",
            "new-2 %transfiletriggerin 0 /usr/share/t/keeper /usr/share/t/new",
        ]
    );
}

#[test]
fn older_rpms_give_file_triggers_two_arguments() {
    let keeper =
        spec("keeper-1-1.noarch", &[]).script(Script::shell(When::FileTriggerIn, "cat").on(&["/usr"], 1_000_000));
    let case = Case {
        installed: vec![keeper],
        leaving: &[],
        incoming: vec![spec("new-1-1.noarch", &["/usr/x"])],
        rpm: "4.14.3",
    };
    assert_eq!(case.notes(), ["keeper-1 %filetriggerin 0 0 /usr/x"]);
}

#[test]
fn what_rpm_insists_on_ends_the_build_and_the_rest_is_reported() {
    let run = |when| {
        let new = spec("new-1-1.noarch", &["/etc/x"]).script(Script::shell(when, "exit 0 # there is no shell"));
        let case = Case { installed: vec![], leaving: &[], incoming: vec![new], rpm: "4.16" };
        let policy = Policy::default();
        Image::new().stage(|stage| transact(stage, case.plan(&policy)))
    };
    let fatal = run(When::Pre).expect_err("no shell");
    assert_eq!(fatal.to_string(), "running %pre of new-1-1.noarch");
    assert_eq!(fatal.class(), crate::terms::Class::Verification);
    assert!(fatal.hint().is_some_and(|hint| hint.contains("--scriptlets skip")));
    let done = run(When::Post).expect("%post is no reason to stop");
    assert!(matches!(done.scriptlets[0].outcome, Outcome::Failed { status: 127, .. }), "{:?}", done.scriptlets);
    assert_eq!((done.scriptlets.len(), done.scriptlets[0].runs), (1, 1));
}
