use std::{io, sync::Arc};

use super::*;
use crate::{
    formats::rpm::flags,
    rootfs::{Content, Kind, Metadata, Node, Origin, dump},
    terms::{Algorithm, ChecksumHasher, Fault as _, RootPath},
};

pub(super) fn p(s: &str) -> RootPath {
    RootPath::new(s).expect("a valid path")
}

fn entry(path: &str, mode: u16) -> FileEntry {
    FileEntry {
        path: path.into(),
        mode,
        size: 0,
        mtime: 5,
        digest: None,
        link_target: Vec::new(),
        flags: 0,
        user: "root".into(),
        group: "root".into(),
        rdev: 0,
        device: 1,
        inode: 0,
        caps: String::new(),
        lang: String::new(),
        color: 0,
    }
}

pub(super) fn dir(path: &str) -> FileEntry {
    entry(path, 0o040_755)
}

pub(super) fn file(path: &str, content: &str) -> FileEntry {
    let mut h = ChecksumHasher::new(Algorithm::Sha256);
    h.update(content.as_bytes());
    FileEntry { size: content.len() as u64, digest: Some(h.finish()), ..entry(path, 0o100_644) }
}

pub(super) fn link(path: &str, target: &str) -> FileEntry {
    FileEntry { link_target: target.into(), size: target.len() as u64, ..entry(path, 0o120_777) }
}

pub(super) fn config(path: &str, content: &str, more: u32) -> FileEntry {
    FileEntry { flags: flags::CONFIG | more, ..file(path, content) }
}

fn nevra(name: &str) -> Nevra {
    format!("{name}-1-1.x86_64").parse().expect("a NEVRA")
}

pub(super) fn package(name: &str, files: Vec<FileEntry>) -> PackageFiles {
    PackageFiles { nevra: nevra(name), states: vec![State::Normal; files.len()], files: files.into() }
}

#[derive(Debug)]
struct InlineOnly;

impl Contents for InlineOnly {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }
}

/// A base with the given directories, files and links ("path -> target").
pub(super) fn base(entries: &[(&str, &str)]) -> Rootfs {
    let mut fs = Rootfs::new();
    for (path, what) in entries {
        let kind = match what.strip_prefix("-> ") {
            Some(target) => Kind::Symlink(target.as_bytes().to_vec()),
            None if path.ends_with('/') => Kind::Directory,
            None => Kind::File { size: what.len() as u64, content: Content::Inline(what.as_bytes().to_vec().into()) },
        };
        fs.parents(&p(path), &Metadata::of_root(0o755, 0), Origin::Base).expect("parents");
        fs.insert(p(path), Node { kind, metadata: Metadata::of_root(0o755, 0), origin: Origin::Base });
    }
    fs
}

pub(super) struct Case {
    pub fs: Rootfs,
    pub installed: Vec<PackageFiles>,
    pub leaving: Vec<usize>,
    pub policy: Policy,
}

impl Case {
    pub fn on(fs: Rootfs) -> Self {
        Self { fs, installed: Vec::new(), leaving: Vec::new(), policy: Policy::default() }
    }

    pub fn run(&mut self, packages: Vec<PackageFiles>) -> Result<Outcome, InstallError> {
        let installed = self.installed.clone();
        let count = packages.len();
        let incoming = packages.into_iter().map(|p| (p.nevra, p.files)).collect();
        let with = (&InlineOnly as &dyn Contents, Epoch::new(9));
        let mut t = Transaction::begin(&self.fs, with, &self.policy, installed, &self.leaving, incoming)?;
        for _ in 0..count {
            t.install(&mut self.fs)?;
        }
        for &package in &self.leaving {
            t.erase(&mut self.fs, package);
        }
        Ok(t.finish())
    }

    fn lines(&self) -> Vec<String> {
        dump::text(&self.fs).lines().skip(1).map(str::to_owned).collect()
    }

    pub fn has(&self, path: &str) -> bool {
        self.fs.get(&p(path)).is_some()
    }

    pub fn content(&self, path: &str) -> String {
        match &self.fs.get(&p(path)).expect(path).kind {
            Kind::File { content: Content::Inline(b), .. } => String::from_utf8_lossy(b).into_owned(),
            Kind::File { content: Content::Package { package, file }, .. } => {
                format!("package {} file {file}", package.0)
            }
            other => format!("{other:?}"),
        }
    }
}

#[test]
fn paths_go_through_the_image_s_links() {
    let mut case = Case::on(base(&[("usr/lib/", ""), ("lib", "-> usr/lib")]));
    let kernel = package("kernel", vec![dir("/lib/modules"), file("/lib/modules/5/x.ko", "x"), dir("/lib")]);
    case.run(vec![kernel]).expect("installs");
    assert!(case.has("usr/lib/modules/5/x.ko"));
    assert!(case.lines().contains(&"/lib symlink 0755 0:0 0 usr/lib".to_owned()), "{:#?}", case.lines());
    // nobody owns /lib/modules/5: made as rpm makes it, at the epoch
    assert!(case.lines().contains(&"/usr/lib/modules/5 dir 0755 0:0 9".to_owned()));
    // the packaged /lib is a directory: it stays a link, and its target takes the metadata
    assert!(case.lines().contains(&"/usr/lib dir 0755 0:0 5".to_owned()));
}

#[test]
fn hardlink_sets_share_a_leaf_whose_bytes_stand_last() {
    let mut set = vec![file("/a", "same"), file("/b", "same"), file("/c", "same")];
    set.iter_mut().for_each(|f| f.inode = 7);
    let mut case = Case::on(Rootfs::new());
    case.run(vec![package("links", set)]).expect("installs");
    assert_eq!(case.lines(), ["/a file 0644 0:0 5 4 package:0:2", "/b hardlink /a", "/c hardlink /a"]);
}

#[test]
fn owners_are_the_image_s_and_unknown_ones_lose_their_bits() {
    let passwd = base(&[("etc/passwd", "games:x:5:60:::\n"), ("etc/group", "ssh_keys:x:993:\n")]);
    let mut known = entry("/usr/bin/keysign", 0o102_555);
    known.group = "ssh_keys".into();
    let mut unknown = entry("/usr/bin/helper", 0o106_755);
    (unknown.user, unknown.group) = ("nobody-knows".into(), "nobody-knows".into());
    let mut case = Case::on(passwd);
    let outcome = case.run(vec![package("p", vec![known, unknown])]).expect("installs");
    assert_eq!(case.fs.get(&p("usr/bin/keysign")).map(|n| (n.metadata.gid, n.metadata.mode)), Some((993, 0o2555)));
    assert_eq!(case.fs.get(&p("usr/bin/helper")).map(|n| (n.metadata.uid, n.metadata.mode)), Some((0, 0o755)));
    assert_eq!(outcome.warnings.len(), 2);
}

#[test]
fn states_tell_what_was_left_out() {
    let mut case = Case::on(Rootfs::new());
    case.policy = Policy { docs: false, langs: Some(vec!["en_US".into()]), ..Policy::default() };
    let doc = FileEntry { flags: flags::DOC, ..file("/usr/share/doc/x/README", "r") };
    let license = FileEntry { flags: flags::LICENSE | flags::DOC, ..file("/usr/share/licenses/x/COPYING", "l") };
    let german = FileEntry { lang: "de".into(), ..file("/usr/share/locale/de/x.mo", "m") };
    let english = FileEntry { lang: "en".into(), ..file("/usr/share/locale/en/x.mo", "m") };
    let ghost = FileEntry { flags: flags::GHOST, ..file("/var/log/x", "") };
    let outcome = case
        .run(vec![package("x", vec![dir("/usr/share/doc/x"), doc, license, german, english, ghost])])
        .expect("installs");
    assert_eq!(outcome.states[0].iter().map(|&s| s as u8).collect::<Vec<_>>(), [2, 2, 0, 2, 0, 0]);
    assert!(!case.has("usr/share/doc") && !case.has("var/log/x") && !case.has("usr/share/locale/de"));
    assert!(case.has("usr/share/locale/en/x.mo"));
}

#[test]
fn conflicts_name_both_packages_and_identical_files_are_shared() {
    let mut case = Case::on(Rootfs::new());
    let same = || file("/usr/share/same", "s");
    case.run(vec![package("one", vec![same(), dir("/d")]), package("two", vec![same(), dir("/d")])]).expect("shared");
    let error = case
        .run(vec![package("one", vec![file("/f", "1")]), package("two", vec![file("/f", "2")])])
        .expect_err("conflict");
    assert_eq!(error.to_string(), "file /f conflicts between two-1-1.x86_64 and one-1-1.x86_64");
    assert_eq!(error.class().exit_code(), 3);
}

#[test]
fn the_preferred_elf_class_wins() {
    let colored = |color, text| FileEntry { color, ..file("/usr/bin/tool", text) };
    let mut case = Case::on(Rootfs::new());
    let outcome = case
        .run(vec![package("i686", vec![colored(1, "32")]), package("x64", vec![colored(2, "64")])])
        .expect("settled");
    assert_eq!(outcome.states, [[State::WrongColor], [State::Normal]]);
    assert_eq!(case.content("usr/bin/tool"), "package 1 file 0");
}

#[test]
fn names_that_climb_out_are_refused() {
    for bad in ["/../etc/passwd", "/usr/../../x"] {
        let error = Case::on(Rootfs::new()).run(vec![package("evil", vec![file(bad, "x")])]).expect_err(bad);
        assert_eq!(error.class().exit_code(), 4, "{error}");
    }
    let evil = package("evil", vec![link("/out", "../../../.."), file("/out/etc/x", "x")]);
    let error = Case::on(Rootfs::new()).run(vec![evil]).expect_err("climbs");
    assert_eq!(error.class().exit_code(), 4);
    assert_eq!(
        crate::terms::chain(&error).concat(),
        "installing evil-1-1.x86_64/out/etc/x leads out of the image through the symbolic link /out"
    );
}

#[test]
fn config_rules_are_rpm_s_table() {
    // (disk, old package's file, new package's file) -> what the path holds, and what stands beside it
    let new_is = "package 0 file 0";
    let old = |content: &str| Some(config("/etc/c", content, 0));
    for (disk, old, new, holds, beside) in [
        ("n", old("o"), config("/etc/c", "n", 0), "n", None),
        ("o", old("o"), config("/etc/c", "n", 0), new_is, None),
        ("m", old("o"), file("/etc/c", "n"), new_is, Some(".rpmsave")),
        ("m", old("o"), config("/etc/c", "o", 0), "m", None),
        ("m", old("o"), config("/etc/c", "n", flags::NOREPLACE), "m", Some(".rpmnew")),
        ("m", old("o"), config("/etc/c", "n", 0), new_is, Some(".rpmsave")),
        ("m", None, config("/etc/c", "n", flags::NOREPLACE), "m", Some(".rpmnew")),
        ("m", None, config("/etc/c", "n", 0), new_is, Some(".rpmorig")),
    ] {
        let mut case = Case::on(base(&[("etc/c", disk)]));
        if let Some(old) = &old {
            case.installed = vec![package("c", vec![old.clone()])];
            case.leaving = vec![0];
        }
        case.run(vec![package("c", vec![new.clone()])]).expect("installs");
        assert_eq!(case.content("etc/c"), holds, "disk {disk}, old {old:?}, new {new:?}");
        for suffix in [".rpmsave", ".rpmnew", ".rpmorig"] {
            assert_eq!(
                case.has(&format!("etc/c{suffix}")),
                beside == Some(suffix),
                "{suffix} for disk {disk} new {new:?}"
            );
        }
    }
}

#[test]
fn a_replaced_package_takes_along_what_it_alone_owned() {
    let mut case = Case::on(base(&[
        ("usr/lib/old/", ""),
        ("usr/lib/old/gone", "1"),
        ("usr/lib/old/other", "2"),
        ("usr/share/shared", "s"),
        ("usr/bin/kept", "old"),
        ("etc/changed.conf", "by hand"),
    ]));
    let leaving = package(
        "p",
        vec![
            dir("/usr/lib/old"),
            file("/usr/lib/old/gone", "1"),
            file("/usr/share/shared", "s"),
            file("/usr/bin/kept", "old"),
            config("/etc/changed.conf", "as packaged", 0),
        ],
    );
    case.installed = vec![leaving, package("q", vec![file("/usr/share/shared", "s")])];
    case.leaving = vec![0];
    case.run(vec![package("p", vec![file("/usr/bin/kept", "new")])]).expect("upgrades");
    let paths: Vec<String> =
        case.fs.iter().filter(|(_, _, n)| !n.is_directory()).map(|(p, ..)| p.to_string()).collect();
    assert_eq!(paths, ["/etc/changed.conf.rpmsave", "/usr/bin/kept", "/usr/lib/old/other", "/usr/share/shared"]);
    assert!(case.has("usr/lib/old"));
}

#[test]
fn capabilities_become_the_kernel_s_attribute() {
    let mut ping = file("/usr/bin/ping", "p");
    ping.caps = "cap_net_raw=ep".into();
    let mut case = Case::on(Rootfs::new());
    case.run(vec![package("iputils", vec![ping])]).expect("installs");
    assert!(
        case.lines()[2].ends_with("security.capability=0100000200200000000000000000000000000000"),
        "{:?}",
        case.lines()
    );
}

#[test]
fn a_directory_gives_way_to_nothing() {
    let mut case = Case::on(base(&[("d/", ""), ("d/x", "1")]));
    let error = case.run(vec![package("p", vec![Arc::new(file("/d", "f")).as_ref().clone()])]).expect_err("in the way");
    assert!(error.to_string().contains("/d is a directory"), "{error}");
}
