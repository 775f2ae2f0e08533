use super::*;
use crate::{
    effects::process::{Status, testing::Image},
    formats::kmod::handmade::Made,
    rootfs::{Kind, Metadata, Node, Origin},
    terms::RootPath,
};

const DIRECTORY: &str = "usr/lib/modules/5.14.0-1.el9.x86_64";

/// A module in the kernel's directory.
struct Module<'a> {
    path: &'a str,
    info: &'a [&'a str],
    gives: &'a [&'a str],
    needs: &'a [&'a str],
}

fn image(modules: &[Module<'_>]) -> Image {
    let image = Image::new().programs(&["depmod"]).symlink("lib", "usr/lib");
    let mut image = image.file("usr/lib64/libkmod.so.2.4.0", "", 0o755).directory(DIRECTORY);
    for module in modules {
        let bytes = Made::new(module.info, module.gives, module.needs).bytes();
        put(&mut image, &format!("{DIRECTORY}/{}", module.path), bytes);
    }
    image
}

fn put(image: &mut Image, path: &str, bytes: Vec<u8>) {
    let path = RootPath::new(path).expect("a valid path");
    let kind = Kind::File { size: bytes.len() as u64, content: Content::Inline(bytes.into()) };
    let metadata = Metadata::of_root(0o644, 0);
    image.fs.parents(&path, &Metadata::of_root(0o755, 0), Origin::Base).expect("parents");
    image.fs.insert(path, Node { kind, metadata, origin: Origin::Base });
}

fn table(image: &mut Image, name: &str) -> String {
    image.stage(|stage| settle(stage).expect("settled"));
    image.text(&format!("{DIRECTORY}/{name}")).unwrap_or_default()
}

/// Runs depmod and settles its tables, in one stage as a transaction has it.
fn run(image: &mut Image, args: &[&str]) -> (Status, String) {
    image.stage(|stage| {
        let (status, said) = call(stage, args);
        settle(stage).expect("settled");
        (status, said)
    })
}

fn call(stage: &mut crate::effects::Stage<'_>, args: &[&str]) -> (Status, String) {
    use crate::effects::process::{Handle, Process};
    let out = Handle::collecting();
    let args = ["depmod"].iter().chain(args).map(|a| a.as_bytes().to_vec()).collect();
    let status = Process::start(stage, args, Handle::null(), out.clone()).execute();
    (status, String::from_utf8_lossy(&out.take()).into_owned())
}

const A: Module<'_> = Module {
    path: "kernel/a.ko",
    info: &["alias=char-major-10-9", "alias=devname:a-0"],
    gives: &[],
    needs: &["b1", "c1"],
};
const B: Module<'_> =
    Module { path: "kernel/b.ko", info: &["softdep=pre: c"], gives: &["b1"], needs: &["c1", "vmlinux"] };
const C: Module<'_> = Module { path: "kernel/c-c.ko", info: &["alias=x-[0-9]-y"], gives: &["c1"], needs: &[] };

#[test]
fn tables_say_who_needs_whom() {
    let mut image = image(&[A, B, C]);
    put(&mut image, &format!("{DIRECTORY}/modules.order"), b"kernel/a.ko\nkernel/b.ko\nkernel/c_c.ko\n".to_vec());
    assert_eq!(run(&mut image, &[]).0, Status::SUCCESS);
    let dep = "kernel/a.ko: kernel/b.ko kernel/c-c.ko\nkernel/b.ko: kernel/c-c.ko\nkernel/c-c.ko:\n";
    assert_eq!(table(&mut image, "modules.dep"), dep);
    assert!(table(&mut image, "modules.devname").ends_with("\na a-0 c10:9\n"));
    assert!(table(&mut image, "modules.softdep").ends_with("\nsoftdep b pre: c\n"));
    assert!(table(&mut image, "modules.alias").ends_with("\nalias x-[0-9]-y c_c\n"));
    assert!(table(&mut image, "modules.alias.bin").contains("_[0-9]_y"));
    assert!(table(&mut image, "modules.symbols").contains("alias symbol:c1 c_c\n"));
    assert_eq!(table(&mut image, "modules.builtin.bin"), "", "no modules.builtin, so an empty file");
    assert_eq!(table(&mut image, "modules.weakdep"), "", "kmod 30 has none");
}

#[test]
fn the_last_call_counts_and_a_reader_finds_the_tables() {
    let mut image = image(&[A, B]);
    let path = format!("/{DIRECTORY}/modules.dep");
    image.stage(|stage| {
        assert_eq!(call(stage, &["-a", "5.14.0-1.el9.x86_64"]).0, Status::SUCCESS);
        let mut process = crate::effects::process::Process::start(
            stage,
            vec![b"sh".to_vec()],
            crate::effects::process::Handle::null(),
            crate::effects::process::Handle::null(),
        );
        process.rename(path.as_bytes(), b"/tmp/first").expect("moved");
        let bytes = Made::new(&[], &["c1"], &[]).bytes();
        process.write_file(format!("/{DIRECTORY}/kernel/c.ko").as_bytes(), &bytes).expect("a third module");
        assert_eq!(call(process.stage, &["-a", "5.14.0-1.el9.x86_64"]).0, Status::SUCCESS);
        let read = process.read_file(path.as_bytes()).expect("there");
        assert_eq!(read.iter().filter(|b| **b == b'\n').count(), 3);
    });
    assert_eq!(image.text("tmp/first").expect("moved").lines().count(), 2, "what the first call saw");
}

#[test]
fn loops_end_the_call_with_nothing_written() {
    let ring = |path, gives, needs| Module { path, info: &[], gives, needs };
    let mut image =
        image(&[ring("a.ko", &["a1"], &["b1"]), ring("b.ko", &["b1"], &["a1"]), ring("c.ko", &[], &["a1"])]);
    let (status, said) = run(&mut image, &["-a"]);
    assert_eq!(status, Status::FAILURE);
    assert!(said.contains("Cycle detected") && said.contains("Found 2 modules in dependency cycles!"), "{said}");
    assert_eq!(table(&mut image, "modules.dep"), "");
}

#[test]
fn places_have_priorities() {
    let twin = |path| Module { path, info: &[], gives: &[], needs: &[] };
    let twins =
        [twin("kernel/x.ko"), twin("extra/x.ko.xz"), twin("updates/x.ko"), twin("kernel/y.ko"), twin("extra/y.ko")];
    for (config, expected) in [
        ("", ["updates/x.ko:", "extra/y.ko:"]),
        ("search extra built-in", ["extra/x.ko.xz:", "extra/y.ko:"]),
        ("search built-in extra", ["kernel/x.ko:", "kernel/y.ko:"]),
        ("override y * kernel\nsearch updates extra built-in", ["updates/x.ko:", "kernel/y.ko:"]),
        // of two places without priority the first met counts, by name
        ("exclude updates\nsearch updates built-in", ["extra/x.ko.xz:", "extra/y.ko:"]),
    ] {
        let mut image = image(&twins).file("etc/depmod.d/test.conf", config, 0o644);
        assert_eq!(run(&mut image, &["-a"]).0, Status::SUCCESS);
        let dep = table(&mut image, "modules.dep");
        let mut lines: Vec<&str> = dep.lines().collect();
        lines.sort_by_key(|l| l.contains('y'));
        assert_eq!(lines, expected, "{config}");
    }
}

#[test]
fn what_is_no_module_is_told_and_listed() {
    let mut image = image(&[C]);
    put(&mut image, &format!("{DIRECTORY}/kernel/bad.ko"), b"not a module at all".to_vec());
    let (status, said) = run(&mut image, &["-a"]);
    assert_eq!(status, Status::SUCCESS);
    assert!(
        said.contains("failed to load symbols from /lib/modules/5.14.0-1.el9.x86_64/kernel/bad.ko: Exec format error")
    );
    assert!(table(&mut image, "modules.dep").contains("kernel/bad.ko:\n"));
}

#[test]
fn a_release_can_be_named_and_a_place_given() {
    let mut image = image(&[C]);
    assert_eq!(run(&mut image, &["-a", "six"]).0, Status::FAILURE);
    assert_eq!(run(&mut image, &["-a", "6.1.0"]).0, Status::FAILURE, "no such directory");
    assert_eq!(
        run(&mut image, &["-o", "/out", "5.14.0-1.el9.x86_64"]).0,
        Status::FAILURE,
        "kmod 30 makes no directories"
    );
    let mut image = image.file("usr/lib64/libkmod.so.2.5.0", "", 0o755);
    assert_eq!(run(&mut image, &["-o", "/out", "5.14.0-1.el9.x86_64"]).0, Status::SUCCESS);
    let dep = image.text("out/lib/modules/5.14.0-1.el9.x86_64/modules.weakdep").expect("kmod 33 has it");
    assert_eq!(dep, "# Weak dependencies extracted from modules themselves.\n");
    let shown = run(&mut image, &["-n"]).1;
    assert!(
        shown.starts_with("depmod: WARNING: could not open modules.order")
            && shown.contains("kernel/c-c.ko:\n# Aliases")
    );
}

#[test]
fn quick_looks_at_times() {
    let mut image = image(&[C]).file(&format!("{DIRECTORY}/modules.dep"), "old", 0o644);
    assert_eq!(run(&mut image, &["-A"]).0, Status::SUCCESS);
    assert_eq!(table(&mut image, "modules.dep"), "old");
    let path = RootPath::new(format!("{DIRECTORY}/kernel/c-c.ko")).expect("valid");
    image.fs.get_mut(&path).expect("there").metadata.mtime = 5;
    assert_eq!(run(&mut image, &["-A"]).0, Status::SUCCESS);
    assert_eq!(table(&mut image, "modules.dep"), "kernel/c-c.ko:\n");
}
