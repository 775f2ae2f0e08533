//! Scriptlets and what they read, over a small tree, with so small a budget that no input may take long.

use std::io;

use drydock::{
    effects::{Budget, Machine, Stage, run_scriptlet},
    formats::elf::{Elf, Facts},
    rootfs::{Content, Contents, Kind, Metadata, Node, Origin, Rootfs},
    terms::{Arch, Epoch, RootPath},
};

/// A hundredth of what scriptlets have.
const STEPS: u64 = 50_000;

/// A body of `bash` or, by its first byte, `sh`.
pub fn shell(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let shell = if data.first().is_some_and(|b| b % 2 == 0) { "/bin/sh" } else { "/bin/bash" };
    run(&mut tree(), &[shell], Some(&text));
}

/// A `<lua>` body.
pub fn lua(data: &[u8]) {
    run(&mut tree(), &["<lua>"], Some(&String::from_utf8_lossy(data)));
}

/// What sed, grep, awk and their kind are told; the first byte says whom.
pub fn text(data: &[u8]) {
    let Some((which, script)) = data.split_first() else { return };
    let script = String::from_utf8_lossy(script).replace('\0', "");
    let program: Vec<&str> = match which % 8 {
        0 => vec!["sed", "-e", &script, "/etc/data"],
        1 => vec!["sed", "-n", "-E", &script, "/etc/data"],
        2 => vec!["awk", &script, "/etc/data"],
        3 => vec!["grep", "-e", &script, "/etc/data"],
        4 => vec!["grep", "-oE", &script, "/etc/data"],
        5 => vec!["grep", "-P", &script, "/etc/data"],
        6 => vec!["expr", "a=1 b", ":", &script],
        _ => ["find", "/etc"].into_iter().chain(script.split_whitespace()).collect(),
    };
    run(&mut tree(), &program, None);
}

/// A library: its facts, and what `ldconfig` makes of it.
pub fn elf(data: &[u8]) {
    let found = Facts::of(data.to_vec());
    assert_eq!(Elf::decode(&found.encode()).as_ref(), Some(&found), "facts are remembered as they are");
    let mut fs = tree();
    put(&mut fs, "usr/lib64/libseed.so.1.2", data, 0o755);
    run(&mut fs, &["/usr/sbin/ldconfig"], None);
}

fn run(fs: &mut Rootfs, program: &[&str], body: Option<&str>) {
    let machine = Machine { arch: Arch::X86_64, release: "5.14.0-1.el9.x86_64".to_owned() };
    let mut stage = Stage::new(fs, &Inline, machine, Epoch::new(86400));
    stage.budget = Budget::of(STEPS);
    let program: Vec<String> = program.iter().map(|&word| word.to_owned()).collect();
    run_scriptlet(&mut stage, &program, body, &["1".to_owned()], b"/usr/bin/cat\n/etc/data\n".to_vec());
}

const PROGRAMS: &[&str] = &[
    "awk",
    "bash",
    "basename",
    "cat",
    "chmod",
    "cp",
    "cut",
    "date",
    "diff",
    "expr",
    "find",
    "grep",
    "head",
    "install",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "od",
    "printf",
    "readlink",
    "rm",
    "sed",
    "seq",
    "sh",
    "sort",
    "stat",
    "tail",
    "tee",
    "touch",
    "tr",
    "uniq",
    "wc",
    "xargs",
    "gzip",
    "patch",
    "getent",
    "useradd",
    "systemctl",
    "ldconfig",
];

fn tree() -> Rootfs {
    let mut fs = Rootfs::new();
    for name in PROGRAMS {
        put(&mut fs, &format!("usr/bin/{name}"), b"\x7fELF", 0o755);
    }
    put(&mut fs, "usr/sbin/ldconfig", b"\x7fELF", 0o755);
    put(&mut fs, "etc/data", b"a=1 b\nroot:x:0:0\n\tname = \"value\"\n\xff\xc3\xa9\nlast", 0o644);
    put(&mut fs, "etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n", 0o644);
    put(&mut fs, "etc/ld.so.conf", b"include ld.so.conf.d/*.conf\n", 0o644);
    for (name, target) in [("bin", "usr/bin"), ("lib64", "usr/lib64")] {
        node(&mut fs, name, Kind::Symlink(target.into()), 0o777);
    }
    for name in ["tmp", "usr/lib64", "var/tmp"] {
        node(&mut fs, name, Kind::Directory, 0o755);
    }
    fs
}

fn put(fs: &mut Rootfs, name: &str, bytes: &[u8], mode: u16) {
    let content = Content::Inline(bytes.to_vec().into());
    node(fs, name, Kind::File { size: bytes.len() as u64, content }, mode);
}

fn node(fs: &mut Rootfs, name: &str, kind: Kind, mode: u16) {
    let path = RootPath::new(name).expect("a plain name");
    fs.parents(&path, &Metadata::of_root(0o755, 0), Origin::Base).expect("nothing in the way");
    fs.insert(path, Node { kind, metadata: Metadata::of_root(mode, 0), origin: Origin::Base });
}

/// Every file of the tree holds its bytes already.
struct Inline;

impl Contents for Inline {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }
}
