use std::cmp::Ordering;

use super::{cache, is_candidate};
use crate::{
    effects::process::{Status, testing::Image},
    formats::elf::testing::library,
};

fn image() -> Image {
    Image::new().programs(&["ldconfig"]).directory("usr/lib64")
}

/// The same with libraries: file name, soname.
fn with_libraries(libraries: &[(&str, &'static str)]) -> Image {
    let mut image = image();
    for (name, soname) in libraries {
        let name = format!("/usr/lib64/{name}");
        image.process(|p| p.write_file(name.as_bytes(), &library(soname)).expect("a place"));
    }
    image
}

#[test]
fn names_of_libraries() {
    for (name, is) in [
        ("libfoo.so", true),
        ("libfoo.so.1.2", true),
        ("ld-linux-x86-64.so.2", true),
        ("ld64.so.2", true),
        ("ld.so.1", true),
        ("plugin.so", false),
        ("libfoo.a", false),
        ("ld.bfd", false),
    ] {
        assert_eq!(is_candidate(name.as_bytes()), is, "{name}");
    }
}

#[test]
fn numbers_in_names_count_by_value() {
    let compare = |a: &str, b: &str| cache::compare(a.as_bytes(), b.as_bytes());
    assert_eq!(compare("libfoo.so.1.9", "libfoo.so.1.10"), Ordering::Less);
    assert_eq!(compare("libfoo.so.01", "libfoo.so.1"), Ordering::Equal);
    assert_eq!(compare("libfoo1", "libfoo-"), Ordering::Greater);
    assert_eq!(compare("libfoo", "libfoo1"), Ordering::Less);
    assert_eq!(compare("libfoo", "libfoob"), Ordering::Less);
    assert_eq!(compare("99999999999", "1"), 1_215_752_191.cmp(&1), "C's int overflows");
}

#[test]
fn the_highest_name_stands_for_the_soname() {
    let mut image = with_libraries(&[("libfoo.so.1.9", "libfoo.so.1"), ("libfoo.so.1.10", "libfoo.so.1")])
        .file("usr/lib64/libscript.so", "GROUP ( libfoo.so.1 )", 0o644)
        .symlink("usr/lib64/libfoo.so", "libfoo.so.1.10")
        .symlink("usr/lib64/libgone.so.3", "libgone.so.3.1")
        .symlink("lib64", "usr/lib64");
    assert_eq!(image.run(&["ldconfig"], "").status, Status::SUCCESS);
    let link = |image: &mut Image, name: &[u8]| image.process(|p| p.readlink(name).ok());
    assert_eq!(link(&mut image, b"/usr/lib64/libfoo.so.1").as_deref(), Some(&b"libfoo.so.1.10"[..]));
    assert_eq!(link(&mut image, b"/usr/lib64/libgone.so.3"), None);
    let printed = image.run(&["ldconfig", "-p"], "").out;
    assert_eq!(
        printed,
        "2 libs found in cache `/etc/ld.so.cache'\n\
         \tlibfoo.so.1 (libc6,x86-64) => /lib64/libfoo.so.1\n\
         \tlibfoo.so (libc6,x86-64) => /lib64/libfoo.so\n"
    );
}

#[test]
fn configuration_that_includes_itself_ends() {
    let mut image = image().file("etc/ld.so.conf", "include ld.so.*\ninclude ld.so.*\n", 0o644);
    assert_eq!(image.run(&["ldconfig"], "").status, Status::STOPPED);
    assert_eq!(image.text("etc/ld.so.cache"), None);
}

#[test]
fn hostile_caches_are_printed_or_refused() {
    let mut good = with_libraries(&[("libfoo.so.1", "libfoo.so.1")]);
    for format in ["new", "old", "compat"] {
        assert!(good.run(&["ldconfig", "-c", format], "").status.success());
        let bytes = good.process(|p| p.read_file(b"/etc/ld.so.cache").expect("written"));
        for at in 0..bytes.len().min(120) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = value;
                good.process(|p| p.write_file(b"/etc/bad", &bad).expect("written"));
                let status = good.run(&["ldconfig", "-p", "-C", "/etc/bad"], "").status;
                assert!(matches!(status, Status(0 | 1)), "{status:?}");
            }
        }
    }
}

#[test]
fn options() {
    let mut image = image();
    assert_eq!(image.run(&["ldconfig", "--nonsense"], "").status, Status(64));
    assert_eq!(image.run(&["ldconfig", "lib"], "").status, Status::FAILURE);
    assert_eq!(image.run(&["ldconfig", "-r", "/nowhere"], "").status, Status::FAILURE);
    assert_eq!(image.run(&["ldconfig", "-XNv", "-f", "/dev/null"], "").status, Status::SUCCESS);
}
