use super::*;
use crate::effects::process::testing::Image;

#[test]
fn files_are_written_in_place_under_all_their_names() {
    let mut image = Image::new().file("etc/a", "one\n", 0o640);
    image.process(|p| {
        p.link(b"/etc/a", b"/etc/b").expect("linked");
        let handle = p.open(b"/etc/b", Mode::APPEND).expect("opened");
        p.unlink(b"/etc/b").expect("unlinked");
        handle.write(p.stage, b"two\n").expect("written");
        assert_eq!(p.read_file(b"/etc/a").expect("read"), b"one\ntwo\n");
        assert_eq!(p.stat(b"/etc/a").expect("there").mode, 0o640);
    });
}

#[test]
fn names_are_walked_as_the_kernel_walks_them() {
    let mut image = Image::new().file("usr/lib/x", "x", 0o644).symlink("lib", "usr/lib");
    image.process(|p| {
        p.chdir(b"/lib").expect("a directory");
        assert_eq!(p.cwd.to_string(), "/usr/lib");
        assert!(p.exists(b"../lib/x") && p.exists(b"./x") && !p.exists(b"x/"));
        assert!(p.lstat(b"/lib").expect("there").is_symlink());
        assert!(p.lstat(b"/lib/").expect("there").is_directory());
        assert_eq!(p.open(b"/no/such", Mode::WRITE).expect_err("no parent"), Errno::NoEntry);
        assert_eq!(p.mkdir(b"/usr/lib/x/y", 0o755).expect_err("a file"), Errno::NotDirectory);
        assert!(p.exists(b"/dev/null"), "though no layer has it");
    });
}

#[test]
fn renames_and_removals_follow_the_rules() {
    let mut image = Image::new().file("a/b/c", "c", 0o644).file("d/e", "e", 0o644);
    image.process(|p| {
        assert_eq!(p.rename(b"/a", b"/d").expect_err("full"), Errno::NotEmpty);
        assert_eq!(p.rename(b"/d/e", b"/a").expect_err("a directory"), Errno::IsDirectory);
        assert_eq!(p.rename(b"/a", b"/a/b/x").expect_err("into itself"), Errno::Invalid);
        p.rename(b"/a", b"/d/f").expect("moved");
        assert_eq!(p.read_file(b"/d/f/b/c").expect("moved along"), b"c");
        assert_eq!(p.rmdir(b"/d").expect_err("full"), Errno::NotEmpty);
        assert_eq!(p.read_dir(b"/d").expect("read"), [b"e".to_vec(), b"f".to_vec()]);
    });
}

#[test]
fn chown_takes_set_id_bits() {
    let mut image = Image::new().file("f", "", 0o6755);
    image.process(|p| {
        p.chown(b"/f", Some(3), None, true).expect("changed");
        let stat = p.stat(b"/f").expect("there");
        assert_eq!((stat.mode, stat.uid, stat.gid), (0o755, 3, 0));
    });
}

#[test]
fn writing_takes_capabilities_and_resizing_fills() {
    let mut image = Image::new().file("f", "abc", 0o755);
    image.process(|p| {
        let path = crate::terms::RootPath::new("f").expect("a path");
        let xattrs = [("security.capability".to_owned(), vec![1]), ("user.x".to_owned(), vec![2])];
        p.stage.fs.get_mut(&path).expect("there").metadata.xattrs = Some(std::sync::Arc::new(xattrs.into()));
        let handle = p.open(b"/f", Mode::APPEND).expect("opened");
        handle.write(p.stage, b"d").expect("written");
        let left = p.stage.fs.get(&path).expect("there").metadata.xattrs.clone().expect("one is left");
        assert_eq!(left.keys().collect::<Vec<_>>(), ["user.x"]);
        handle.resize(p.stage, 2).expect("cut");
        handle.resize(p.stage, 3).expect("filled");
        assert_eq!(p.read_file(b"/f").expect("read"), b"ab\0");
        assert_eq!(handle.resize(p.stage, u64::MAX), Err(Errno::TooLarge));
    });
}

#[test]
fn slashes_and_dots_at_the_end_are_the_kernels() {
    let mut image = Image::new().file("d/f", "", 0o644).symlink("l", "d");
    image.process(|p| {
        assert_eq!(p.symlink(b"x", b"/new/"), Err(Errno::NoEntry));
        assert_eq!(p.open(b"/new/", Mode::WRITE).expect_err("a directory's name"), Errno::IsDirectory);
        assert_eq!(p.mkdir(b"/new/.", 0o755), Err(Errno::NoEntry));
        assert_eq!(p.mkdir(b"/d/.", 0o755), Err(Errno::Exists));
        assert_eq!(p.mkdir(b"/new//", 0o755), Ok(()));
        assert_eq!(p.rmdir(b"/new/."), Err(Errno::Invalid));
        assert_eq!(p.rmdir(b"/l/"), Err(Errno::NotDirectory));
        assert_eq!(p.rename(b"/new/.", b"/other"), Err(Errno::Busy));
        assert_eq!(p.rename(b"/d/f", b"/g/"), Err(Errno::NotDirectory));
        assert_eq!(p.rename(b"/new/", b"/other/"), Ok(()));
        assert_eq!(p.rmdir(b"/other/"), Ok(()));
    });
}

#[test]
fn endless_devices_give_what_is_asked_for() {
    let mut image = Image::new();
    let random = |image: &mut Image| {
        image.process(|p| p.open(b"/dev/urandom", Mode::READ).expect("opened").read(p.stage, 40).expect("read"))
    };
    assert_eq!(random(&mut image), random(&mut image), "every build has the same");
    image.process(|p| {
        let zeros = p.open(b"/dev/zero", Mode::READ).expect("opened");
        assert_eq!(zeros.read(p.stage, 3), Ok(vec![0; 3]));
        assert!(!zeros.read_to_end(p.stage).expect("some").is_empty());
        assert_eq!(zeros.read(p.stage, usize::MAX), Err(Errno::TooLarge));
        let urandom = p.open(b"/dev/urandom", Mode::READ).expect("opened");
        assert_ne!(urandom.read(p.stage, 40), urandom.read(p.stage, 40));
    });
}
