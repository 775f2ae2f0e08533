use std::{collections::BTreeMap, path::Path};

use proptest::prelude::*;

use crate::terms::{Arch, Class, Fault, Nevra};

use super::*;

const BASE: &str = "r.example/ubi8/ubi@sha256:6f4f2ad86f4f2ad86f4f2ad86f4f2ad86f4f2ad86f4f2ad86f4f2ad86f4f2ad8";

fn plan(text: &str, overrides: &Overrides) -> Result<ArchPlan, Error> {
    Recipe::parse("drydock.toml", text, Path::new("."))?.for_arch(Arch::X86_64, overrides)
}

/// A recipe with a base, and `rest` below it.
fn with_base(rest: &str) -> String {
    format!("[image]\nbase = \"{BASE}\"\n{rest}")
}

fn refusal(text: &str) -> String {
    let error = plan(text, &Overrides::default()).expect_err("refused");
    assert_eq!(error.class(), Class::Usage);
    error.to_string()
}

fn toolkit(arch: Arch, overrides: Overrides) -> ArchPlan {
    let overrides = Overrides { base: overrides.base.or(Some(BASE.into())), ..overrides };
    Recipe::built_in("driver-toolkit").expect("there").expect("valid").for_arch(arch, &overrides).expect("expands")
}

fn kernel(version: &str) -> Overrides {
    Overrides { kernel: Some(version.into()), ..Overrides::default() }
}

#[test]
fn mistakes_have_a_place_and_a_remedy() {
    for (text, want) in [
        (
            "[packages]\n  instal = []",
            "drydock.toml:2:3: unknown key \"instal\" in [packages]: did you mean \"install\"?",
        ),
        ("[imgae]", "drydock.toml:1:2: unknown key \"imgae\" in the recipe: did you mean \"image\"?"),
        (
            "[[repos]]\nid = \"a\"\nbase_url = \"x\"",
            "drydock.toml:3:1: unknown key \"base_url\" in [repos[0]]: did you mean \"baseurl\"?",
        ),
        ("[vars]\nrhel = 8.4", "drydock.toml:2:8: vars.rhel must be a string, not a float (write it in quotes)"),
        ("[packages]\ninstall = \"a\"", "drydock.toml:2:11: packages.install must be an array, not a string"),
        (
            "[image]\narches = [\"amd64\"]",
            "drydock.toml:2:11: image.arches[0] = \"amd64\": known are x86_64, aarch64, ppc64le, s390x",
        ),
        ("[packages.arch.arch64]", "drydock.toml:1:16: packages.arch = \"arch64\": did you mean \"aarch64\"?"),
        ("[[users]]\nname = \"a\"", "drydock.toml:1:1: [users[0]] has no \"uid\""),
        (
            "[[users]]\nname = \"a\"\nuid = -1",
            "drydock.toml:3:7: users[0].uid = \"-1\": expected a number from 0 to 4294967295",
        ),
        ("a = ", "drydock.toml:1:5: string values must be quoted, expected literal string"),
        ("[image]\nbase = \"r.example/ubi:8\"", "drydock.toml:2:8: base \"r.example/ubi:8\" is not pinned to a digest"),
        (
            "[image]\nbase = \"ubi@sha256:00\"",
            "drydock.toml:2:8: image.base = \"ubi@sha256:00\": after @ comes sha256: and 64 lower-case hex digits",
        ),
        ("[image]", "recipe drydock.toml has no base image"),
    ] {
        assert_eq!(refusal(text), want);
    }
    for (rest, want) in [
        (
            "tags = [\"x:${kernle}\"]\n[vars]\nkernel = \"1-2\"",
            "drydock.toml:3:12: undefined variable \"kernle\": did you mean \"kernel\"?",
        ),
        (
            "[packages]\ninstall = [\n  \"kernel-${kernel}\",\n]",
            "drydock.toml:5:11: variable \"kernel\" is empty, and packages.install[0] needs it",
        ),
        (
            "[vars]\na = \"${b}\"\nb = \"x${a}\"\n[packages]\ninstall = [\"${a}\"]",
            "drydock.toml:5:5: variables refer to each other in a circle: a -> b -> a",
        ),
        (
            "[vars]\nkernel = \"${kver}\"",
            "drydock.toml:4:10: variables refer to each other in a circle: kernel -> kver -> kernel",
        ),
        (
            "[vars]\narch = \"x\"",
            "drydock.toml:4:8: vars.arch = \"x\": it is the architecture being built; image.arches and --arch choose that",
        ),
        (
            "[vars]\nkernel = \"1-2.el8.x86_64\"",
            "drydock.toml:4:10: vars.kernel = \"1-2.el8.x86_64\": leave the architecture out: 1-2.el8",
        ),
        (
            "user = \"${oops\"",
            "drydock.toml:3:8: image.user = \"${oops\": a ${ is never closed; write $${ for a literal one",
        ),
        (
            "tags = [\"x:${rpm:gcc}\"]",
            "drydock.toml:3:12: image.tags[0] = \"x:${rpm:gcc}\": ${rpm:gcc} is known only after resolving; it can stand in labels, annotations, env and file contents",
        ),
        ("[[repos]]\nid = \"a\"", "drydock.toml:3:1: [repos[0]] has no \"baseurl\""),
        (
            "[[repos]]\nid = \"a\"\nbaseurl = \"ftp://u:p@h/\"",
            "drydock.toml:5:11: repos[0].baseurl = \"ftp://h/\": expected http://, https:// or file:///",
        ),
        (
            "[[files]]\npath = \"/a/../b\"\ncontent = \"\"",
            "drydock.toml:4:8: files[0].path = \"/a/../b\": climbs out with \"..\"",
        ),
        (
            "[[files]]\npath = \"a\"\ncontent = \"\"",
            "drydock.toml:4:8: files[0].path = \"a\": a path in the image begins with /",
        ),
        ("[[files]]\npath = \"/a\"", "drydock.toml:4:8: files[0].path = \"/a\": a file has either content or source"),
        (
            "[[files]]\npath = \"/a\"\ncontent = \"\"\nmode = \"rw\"",
            "drydock.toml:6:8: files[0].mode = \"rw\": expected octal digits, as in \"0644\"",
        ),
        (
            "[[layers]]\nname = \"a\"\npackages = [\"[\"]",
            "drydock.toml:5:13: layers[0].packages[0] = \"[\": unclosed character class; missing ']'",
        ),
        (
            "[[layers]]\nname = \"a\"\npackages = []\n[[layers]]\nname = \"a\"\npackages = []",
            "drydock.toml:7:8: layers[1].name = \"a\": another layer has this name",
        ),
        ("[packages]\nmodules = [\"perl\"]", "drydock.toml:4:11: packages.modules = \"perl\": expected NAME:STREAM"),
    ] {
        assert_eq!(refusal(&with_base(rest)), want);
    }
}

#[test]
fn base_by_tag_tells_how_to_pin() {
    let overrides = Overrides { base: Some("quay.io/a/b:1".into()), ..Overrides::default() };
    let error = plan("", &overrides).expect_err("tag");
    assert_eq!(error.to_string(), "--base: base \"quay.io/a/b:1\" is not pinned to a digest");
    assert!(error.hint().expect("hint").contains("drydock inspect quay.io/a/b:1"));
    let none = Overrides { base: Some("none".into()), ..Overrides::default() };
    assert_eq!(plan("", &none).expect("no base").base, Base::None);
    let digest = BASE.split_once('@').expect("pinned").1;
    let tagged = Overrides { base: Some(format!("docker://localhost:5000/a/b:1@{digest}")), ..Overrides::default() };
    assert_eq!(plan("", &tagged).expect("pinned").base.to_string(), format!("localhost:5000/a/b@{digest}"));
}

#[test]
fn toolkit_of_every_rhel() {
    let el8 = toolkit(Arch::X86_64, kernel("4.18.0-305.40.1.el8_4"));
    assert_eq!(el8.releasever.as_deref(), Some("8.4"));
    assert!(el8.packages.install.contains(&"kernel-core-4.18.0-305.40.1.el8_4".to_owned()));
    assert!(el8.packages.install.contains(&"mokutil".to_owned()));
    assert!(el8.packages.r#try.contains(&"kernel-rt-core-4.18.0-305.40.1.rt*.el8_4".to_owned()));
    assert!(!el8.packages.r#try.iter().any(|s| s.starts_with("kernel-64k")));
    assert_eq!(el8.repos[0].label.as_deref(), Some("rhel-8-for-x86_64-baseos-rpms"));
    assert_eq!(el8.repos.len(), 3);
    assert_eq!(el8.vars["kver"], "4.18.0-305.40.1.el8_4.x86_64");

    let el9 = toolkit(Arch::Aarch64, kernel("5.14.0-284.11.1.el9_2"));
    assert_eq!((el9.releasever.as_deref(), el9.repos.len()), (Some("9.2"), 2));
    assert!(el9.packages.r#try.contains(&"kernel-64k-devel-5.14.0-284.11.1.el9_2".to_owned()));
    assert_eq!(el9.vars["rt_kver"], "5.14.0-284.11.1.el9_2.aarch64+rt");

    let mut stream = kernel("6.12.0-55.el10");
    stream.set = BTreeMap::from([("releasever".into(), "10-stream".into()), ("rt_kernel".into(), "".into())]);
    stream.repos = vec![("baseos".into(), "https://m.example/$releasever/BaseOS/$basearch/os/".into())];
    let stream = toolkit(Arch::Ppc64le, stream);
    assert_eq!(stream.releasever.as_deref(), Some("10-stream"));
    assert_eq!(stream.vars["rhel"], "10");
    assert_eq!(stream.repos.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["baseos"]);
    assert!(!stream.packages.install.contains(&"mokutil".to_owned()));
}

#[test]
fn toolkit_without_kernel_says_which_flag() {
    let overrides = Overrides { base: Some("none".into()), ..Overrides::default() };
    let recipe = Recipe::built_in("driver-toolkit").expect("there").expect("valid");
    let error = recipe.for_arch(Arch::X86_64, &overrides).expect_err("no kernel");
    assert!(matches!(&error, Error::EmptyVariable { name, .. } if name == "kernel"), "{error}");
    assert!(error.hint().expect("hint").contains("--kernel"));
}

#[test]
fn toolkit_layers_take_what_their_names_say() {
    let plan = toolkit(Arch::X86_64, kernel("4.18.0-305.el8"));
    let layering = Layering::new(&plan.layers);
    for (package, layer) in [
        ("gcc", "toolchain"),
        ("kernel-abi-stablelists", "toolchain"),
        ("kernel-core", "kernel"),
        ("kernel-modules-extra", "kernel"),
        ("kernel-devel", "kernel-devel"),
        ("kernel-headers", "kernel-devel"),
        ("kernel-rt-devel", "kernel-rt"),
        ("kernel-64k-modules", "kernel-64k"),
    ] {
        assert_eq!(plan.layers[layering.layer_of(package)].name, layer, "{package}");
    }
    let other = Layering::new(&[
        LayerPlan { name: "a".into(), packages: vec!["x".into()] },
        LayerPlan { name: "b".into(), packages: vec![] },
    ]);
    assert_eq!((other.layer_of("x"), other.layer_of("y")), (0, 1));
}

#[test]
fn an_empty_variable_drops_try_entries_only() {
    let text = with_base(
        "[vars]\nextra = \"\"\n[packages]\ntry = [\"a\", \"b-${extra}\", \"c\"]\n[packages.arch.x86_64]\ntry = [\"d-${extra}\"]",
    );
    assert_eq!(plan(&text, &Overrides::default()).expect("fine").packages.r#try, ["a", "c"]);
    let set = Overrides { set: BTreeMap::from([("extra".into(), "1".into())]), ..Overrides::default() };
    assert_eq!(plan(&text, &set).expect("fine").packages.r#try, ["a", "b-1", "c", "d-1"]);
}

#[test]
fn set_wins_over_flags_and_flags_over_vars() {
    let text = with_base("user = \"${kernel}\"\n[vars]\nkernel = \"1-1\"");
    let user = |o: &Overrides| plan(&text, o).expect("fine").image.user.expect("given");
    assert_eq!(user(&Overrides::default()), "1-1");
    let mut o = kernel("2-2");
    assert_eq!(user(&o), "2-2");
    o.set.insert("kernel".into(), "3-3".into());
    assert_eq!(user(&o), "3-3");
    o.set.insert("kernel".into(), "3".into());
    assert_eq!(
        plan(&text, &o).expect_err("no release").to_string(),
        "--set: vars.kernel = \"3\": expected VERSION-RELEASE, as in 4.18.0-305.40.1.el8_4"
    );
}

#[test]
fn templates_wait_for_the_packages() {
    let plan = toolkit(Arch::X86_64, kernel("5.14.0-284.11.1.el9_2"));
    let Content::Content(json) = &plan.files[0].content else { panic!("inline") };
    assert_eq!(json.packages(), ["kernel-core", "kernel-rt-core"]);
    let installed = |name: &str| {
        (name != "gone").then(|| format!("{name}-5.14.0-284.11.1.el9_2.x86_64").parse::<Nevra>().expect("nevra"))
    };
    let text = json.bind(&installed);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["KERNEL_VERSION"], "5.14.0-284.11.1.el9_2.x86_64");
    assert_eq!(value["RT_KERNEL_VERSION"], "5.14.0-284.11.1.el9_2.x86_64+rt");
    assert_eq!(value["RHEL_VERSION"], "9.2");
    assert_eq!(json.bind(&|_| None).matches("\"\"").count(), 2);
    let other = with_base("[vars]\nodd = \"a$${b}\"\n[image.env]\nX = \"$${HOME} ${odd} $ $$ ${rpm:gone}|\"");
    let plan = super::tests::plan(&other, &Overrides::default()).expect("fine");
    assert_eq!(plan.image.env["X"].bind(&installed), "${HOME} a${b} $ $$ |");
}

#[test]
fn unames_of_kernel_variants() {
    for (package, want) in [
        ("kernel-core-5.14.0-1.el9.x86_64", "5.14.0-1.el9.x86_64"),
        ("kernel-rt-core-5.14.0-1.el9.x86_64", "5.14.0-1.el9.x86_64+rt"),
        ("kernel-rt-core-4.18.0-1.rt7.2.el8.x86_64", "4.18.0-1.rt7.2.el8.x86_64"),
        ("kernel-64k-core-5.14.0-1.el9.aarch64", "5.14.0-1.el9.aarch64+64k"),
        ("kernel-64k-debug-core-5.14.0-1.el9.aarch64", "5.14.0-1.el9.aarch64+64k-debug"),
        ("kernel-debug-core-5.14.0-1.el9.x86_64", "5.14.0-1.el9.x86_64+debug"),
    ] {
        assert_eq!(uname(&package.parse().expect("nevra")), want);
    }
}

#[test]
fn command_line_repositories_replace_labels() {
    let text = with_base(
        "[[repos]]\nlabel = \"l\"\n[[repos]]\nid = \"own\"\nbaseurl = \"https://u:secret@h/\"\nsslcacert = \"/ca\"\n[[repos]]\nid = \"off\"\nbaseurl = \"https://h/\"\nenabled = false",
    );
    let ids = |o: &Overrides| plan(&text, o).expect("fine").repos.into_iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids(&Overrides::default()), ["l", "own"]);
    let more = Overrides {
        repos: vec![("x".into(), "http://x/".into()), ("l".into(), "http://l/".into())],
        ..Overrides::default()
    };
    assert_eq!(ids(&more), ["l", "own", "x"]);
    assert_eq!(ids(&Overrides { repo_files: true, ..Overrides::default() }), ["own"]);
    let shown =
        format!("{:?} {}", plan(&text, &more), toml::to_string(&plan(&text, &more).expect("fine")).expect("TOML"));
    assert!(!shown.contains("secret") && shown.contains("https://h/"));
}

#[test]
fn the_digest_is_of_what_decides_the_image() {
    let text = with_base(
        "tags = [\"q.io/a:1\"]\n[vars]\nv = \"1\"\n[packages]\ninstall = [\"a-${v}\"]\n[[repos]]\nid = \"r\"\nbaseurl = \"https://h/\"",
    );
    let digest = |text: &str| plan(text, &Overrides::default()).expect("fine").digest();
    let same = digest(&text);
    for (from, to) in [
        ("a:1", "a:2"),
        ("[packages]", "unused = \"\"\n[packages]"),
        ("baseurl", "sslcacert = \"/x\"\nbaseurl"),
        ("https://", "https://me:pw@"),
    ] {
        assert_eq!(digest(&text.replacen(from, to, 1)), same, "{to}");
    }
    for (from, to) in
        [("v = \"1\"", "v = \"2\""), ("https://h/", "https://i/"), ("[packages]", "[packages]\ndocs = true")]
    {
        assert_ne!(digest(&text.replacen(from, to, 1)), same, "{to}");
    }
}

#[test]
fn arches_and_files_on_disk() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("r.toml");
    std::fs::write(&path, "[image]\nbase = \"none\"\narches = [\"s390x\", \"x86_64\", \"s390x\"]\n[[trees]]\nfrom = \"overlay/\"\nto = \"/\"\narches = [\"s390x\"]").expect("write");
    let recipe = Recipe::find(path.to_str()).expect("reads");
    assert_eq!(recipe.directory(), dir.path());
    let plans = recipe.plan(&Overrides::default()).expect("plans");
    assert_eq!(
        plans.iter().map(|p| (p.arch, p.local_inputs())).collect::<Vec<_>>(),
        [(Arch::X86_64, vec![]), (Arch::S390x, vec!["overlay/"])]
    );
    assert!(
        matches!(Recipe::find(Some("driver-tolkit")), Err(Error::Missing { nearest: Some(n), .. }) if n == "driver-toolkit")
    );
    std::fs::write(&path, [0xff, 0xfe]).expect("write");
    assert!(matches!(Recipe::load(&path), Err(Error::Read { .. })));
    let empty = Recipe::parse("x", "", Path::new(".")).expect("empty is fine");
    assert!(matches!(empty.arches(&Overrides::default()), Err(Error::NoArches { .. })));
}

/// The schema describes every key, and the README names it.
#[test]
fn every_key_is_documented() {
    fn documented(section: &serde_json::Value, of: &str) {
        let readme = include_str!("../../README.md");
        for (key, value) in section.get("properties").and_then(|p| p.as_object()).into_iter().flatten() {
            assert!(value.get("description").is_some() || value.get("$ref").is_some(), "{of}.{key} has no doc comment");
            let named = [format!("`{key}`"), format!("`[{key}]`"), format!("`[[{key}]]`")];
            assert!(named.iter().any(|n| readme.contains(n)), "README.md does not name {of}.{key}");
        }
    }
    let schema = schema();
    documented(&schema, "the recipe");
    for (name, section) in schema["$defs"].as_object().expect("sections") {
        documented(section, name);
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "(?s).{0,300}") {
        let _ = Recipe::parse("x", &text, Path::new(".")).and_then(|r| r.plan(&Overrides::default()));
    }

    #[test]
    fn damaged_recipes_never_panic(at in 0usize..6000, with in "[\\x00-\\x7f$]{0,4}", cut in 0usize..30) {
        let text = BUILT_IN[0].1;
        let floor = |mut i: usize| { i = i.min(text.len()); while !text.is_char_boundary(i) { i -= 1; } i };
        let (at, end) = (floor(at), floor(at + cut).max(floor(at)));
        let damaged = format!("{}{with}{}", &text[..at], &text[end..]);
        let _ = Recipe::parse("x", &damaged, Path::new(".")).and_then(|r| r.plan(&kernel("1-2.el8")));
    }
}
