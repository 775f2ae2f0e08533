//! The commands over small images: RHEL's files, RHEL's habits. Compared with the real tools by the conformance checks.

use super::table::{SUBUID, Table};
use crate::{effects::process::testing::Image, rootfs::Kind, terms::RootPath};

const TOOLS: [&str; 17] = [
    "useradd",
    "usermod",
    "userdel",
    "groupadd",
    "groupmod",
    "groupdel",
    "gpasswd",
    "groupmems",
    "passwd",
    "chpasswd",
    "chgpasswd",
    "chage",
    "newusers",
    "pwconv",
    "pwunconv",
    "grpconv",
    "grpunconv",
];

const DEFS: &str = "# comment\nUID_MIN 1000\nUID_MAX 60000\nSYS_UID_MIN 201\nSYS_UID_MAX 999\nGID_MIN 1000\nGID_MAX 60000\n\
    SYS_GID_MIN 201\nSYS_GID_MAX 999\nPASS_MAX_DAYS\t99999\nPASS_MIN_DAYS\t0\nPASS_WARN_AGE\t7\nUMASK 022\nHOME_MODE 0700\n\
    USERGROUPS_ENAB yes\nCREATE_HOME yes\nMAIL_DIR \"/var/spool/mail\"\n";

fn image() -> Image {
    Image::new()
        .programs(&TOOLS)
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/sbin/nologin\n+nis\n", 0o644)
        .file("etc/group", "root:x:0:\nbin:x:1:\nmail:x:12:\nwheel:x:10:root\nodd line\n", 0o644)
        .file("etc/shadow", "root:!locked::0:99999:7:::\nbin:*:18000:0:99999:7:::\n", 0)
        .file("etc/gshadow", "root:::\nbin:::\nmail:::\nwheel:::root\n", 0)
        .file("etc/login.defs", DEFS, 0o644)
        .file("etc/default/useradd", "GROUP=100\nHOME=/home\nSHELL=/bin/bash\nCREATE_MAIL_SPOOL=yes\n", 0o644)
        .file("etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", 0o644)
        .file("etc/skel/.bashrc", "rc\n", 0o640)
        .directory("home")
        .directory("var/spool/mail")
}

/// Runs command lines and tells their statuses.
fn run(image: &mut Image, lines: &[&str]) -> Vec<u8> {
    lines.iter().map(|l| image.run(&l.split(' ').collect::<Vec<_>>(), "").status.0).collect()
}

fn text(image: &mut Image, path: &str) -> String {
    image.text(path).unwrap_or_else(|| panic!("{path} is there"))
}

fn mode(image: &Image, path: &str) -> (u16, u32, u32) {
    let m = &image.fs.get(&RootPath::new(path).expect("a path")).expect("there").metadata;
    (m.mode, m.uid, m.gid)
}

#[test]
fn a_system_account_as_scriptlets_make_one() {
    let mut image = image();
    let status = run(
        &mut image,
        &[
            "groupadd -r -g 59 tss",
            "useradd -r -u 59 -g tss -d / -s /sbin/nologin -c TPM tss",
            "useradd -r -l -d / other",
        ],
    );
    assert_eq!(status, [0, 0, 0]);
    // Before what NIS adds; the line that is none stays.
    let passwd = text(&mut image, "etc/passwd");
    assert!(
        passwd.ends_with("nologin\ntss:x:59:59:TPM:/:/sbin/nologin\nother:x:999:999::/:/bin/bash\n+nis\n"),
        "{passwd}"
    );
    assert!(text(&mut image, "etc/group").ends_with("odd line\ntss:x:59:\nother:x:999:\n"));
    assert!(text(&mut image, "etc/shadow").ends_with("tss:!!:100::::::\nother:!!:100::::::\n"));
    assert!(text(&mut image, "etc/gshadow").ends_with("tss:!::\nother:!::\n"));
    assert_eq!(mode(&image, "etc/shadow"), (0, 0, 0));
    assert_eq!(mode(&image, "etc/.pwd.lock"), (0o600, 0, 0));
    // The backup is the file before the last change.
    assert!(text(&mut image, "etc/passwd-").ends_with("TPM:/:/sbin/nologin\n+nis\n"));
    assert!(image.text("etc/passwd+").is_none());
}

#[test]
fn numbers_go_down_for_systems_and_up_for_people() {
    let mut image = image();
    run(&mut image, &["groupadd -r -g 990 a", "groupadd -r b", "groupadd c", "groupadd -g 1500 d", "groupadd e"]);
    let group = text(&mut image, "etc/group");
    assert!(group.ends_with("a:x:990:\nb:x:989:\nc:x:1000:\nd:x:1500:\ne:x:1501:\n"), "{group}");
    // The range is full from its lowest number: the first gap from above.
    run(&mut image, &["groupadd -r -g 201 low", "groupadd -r next"]);
    assert!(text(&mut image, "etc/group").ends_with("low:x:201:\nnext:x:999:\n"));
}

#[test]
fn a_person_gets_a_home_and_a_mailbox() {
    let mut image = image();
    assert_eq!(run(&mut image, &["useradd -G wheel,mail -c Bob bob"]), [0]);
    assert!(text(&mut image, "etc/passwd").contains("bob:x:1000:1000:Bob:/home/bob:/bin/bash\n"));
    assert!(text(&mut image, "etc/shadow").ends_with("bob:!!:100:0:99999:7:::\n"));
    assert!(text(&mut image, "etc/group").contains("mail:x:12:bob\nwheel:x:10:root,bob\n"));
    assert!(text(&mut image, "etc/gshadow").contains("wheel:::root,bob\n"));
    assert_eq!(mode(&image, "home/bob"), (0o700, 1000, 1000));
    assert_eq!(mode(&image, "home/bob/.bashrc"), (0o640, 1000, 1000));
    assert_eq!(mode(&image, "var/spool/mail/bob"), (0o660, 1000, 12));
    assert_eq!(run(&mut image, &["userdel -r bob"]), [0]);
    assert!(!text(&mut image, "etc/group").contains("bob"));
    assert!(image.fs.get(&RootPath::new("home/bob").expect("a path")).is_none());
    assert!(image.text("var/spool/mail/bob").is_none());
}

#[test]
fn statuses_are_those_of_the_manual() {
    let mut image = image();
    for (line, status) in [
        ("groupadd wheel", 9),
        ("groupadd -f wheel", 0),
        ("groupadd -g 10 other", 4),
        ("groupadd a:b", 3),
        ("groupadd -g x y", 3),
        ("groupadd", 2),
        ("useradd bin", 9),
        ("useradd wheel", 9),
        ("useradd -u 1 x", 4),
        ("useradd -g none x", 6),
        ("useradd -G wheel,none x", 6),
        ("useradd -d home x", 3),
        ("useradd -s sh x", 3),
        ("useradd -U -g 1 x", 2),
        ("useradd -q x", 2),
        ("useradd 123", 3),
        ("usermod none", 6),
        ("usermod -u 0 bin", 4),
        ("usermod -l root bin", 9),
        ("usermod -u 5 root", 8),
        ("usermod bin", 2),
        ("usermod -a bin", 2),
        ("userdel none", 6),
        ("userdel root", 8),
        ("groupdel none", 6),
        ("groupdel bin", 8),
        ("groupmod -n bin wheel", 9),
        ("gpasswd -a none wheel", 3),
        ("gpasswd -d bin wheel", 3),
        ("chpasswd", 1),
    ] {
        assert_eq!(run(&mut image, &[line]), [status], "{line}");
    }
    assert!(image.text("etc/passwd-").is_none(), "nothing was written");
}

#[test]
fn accounts_change() {
    let mut image = image();
    let status = run(
        &mut image,
        &[
            "usermod -aG mail bin",
            "usermod -s /bin/sh -d /srv/ bin",
            "usermod -L bin",
            "groupmod -g 77 -n ops wheel",
            "gpasswd -d root ops",
            "gpasswd -M bin,root ops",
            "passwd -l root",
            "chage -M 5 -E 2030-01-01 bin",
        ],
    );
    assert_eq!(status, [0; 8]);
    assert!(text(&mut image, "etc/passwd").contains("bin:x:1:1:bin:/srv:/bin/sh\n"));
    assert_eq!(text(&mut image, "etc/group"), "root:x:0:\nbin:x:1:\nmail:x:12:bin\nodd line\nops:x:77:bin,root\n");
    assert!(text(&mut image, "etc/gshadow").ends_with("mail:::bin\nops:::bin,root\n"));
    // Locked already: it stays so.
    assert!(text(&mut image, "etc/shadow").starts_with("root:!locked::0:99999:7:::\nbin:!*:18000:0:5:7::21915:\n"));
}

#[test]
fn debian_marks_with_one() {
    let mut image = image().file("etc/os-release", "ID=debian\n", 0o644);
    run(&mut image, &["useradd -r a"]);
    assert!(text(&mut image, "etc/shadow").ends_with("a:!:100::::::\n"));
    // The program itself knows better than the release.
    let binary = "\x7fELF /etc/default/useradd\0!!\0";
    let mut image = image.file("usr/bin/useradd", binary, 0o755);
    run(&mut image, &["useradd -r b"]);
    assert!(text(&mut image, "etc/shadow").ends_with("b:!!:100::::::\n"));
}

#[test]
fn subordinate_numbers() {
    let mut image = image().file("etc/subuid", "z:231072:65536\na:100000:65536\n", 0o644).file("etc/subgid", "", 0o644);
    run(&mut image, &["useradd -M x", "useradd -r y"]);
    assert_eq!(text(&mut image, "etc/subuid"), "a:100000:65536\nz:231072:65536\nx:165536:65536\n");
    assert_eq!(text(&mut image, "etc/subgid"), "x:100000:65536\n");
}

#[test]
fn passwords_move_into_the_shadow_and_back() {
    let mut image = image().file("etc/passwd", "root:x:0:0::/:/bin/sh\nnew:secret:5:5::/:/bin/sh\n", 0o644).file(
        "etc/shadow",
        "root:*:1::::::\ngone:*:1::::::\n",
        0o400,
    );
    assert_eq!(run(&mut image, &["pwconv"]), [0]);
    assert_eq!(text(&mut image, "etc/shadow"), "root:*:1::::::\nnew:secret:100:0:99999:7:::\n");
    assert!(text(&mut image, "etc/passwd").ends_with("new:x:5:5::/:/bin/sh\n"));
    assert_eq!(mode(&image, "etc/passwd-").0, 0o600);
    assert_eq!(run(&mut image, &["pwunconv"]), [0]);
    assert!(image.text("etc/shadow").is_none());
    assert!(text(&mut image, "etc/passwd").ends_with("new:secret:5:5::/:/bin/sh\n"));
}

#[test]
fn hostile_files_end_in_a_status() {
    let long = "x".repeat(100_000);
    for passwd in ["", ":::::::\n", "a:x:99999999999:0:::\n", "a:x:-1:0:::\n\0\n", long.as_str()] {
        let mut image =
            image().file("etc/passwd", passwd, 0o644).file("etc/subuid", "a:b:c\n:18446744073709551615:5\n", 0o644);
        run(&mut image, &["useradd x", "usermod -aG wheel x", "userdel -r x", "groupdel wheel"]);
    }
    // A link in the place of the file is not followed out of anything; it is read through.
    let mut image = image().symlink("etc/subgid", "/etc/subgid");
    image.process(|p| assert!(Table::read(p, SUBUID).is_ok()));
    assert_ne!(run(&mut image, &["useradd y"]), [0]);
    assert!(matches!(
        image.fs.get(&RootPath::new("etc/subgid").expect("a path")).map(|n| &n.kind),
        Some(Kind::Symlink(_))
    ));
}

#[test]
fn newusers_makes_accounts_but_no_passwords() {
    let mut image = image();
    let ran = image.run(&["newusers"], "a:pw:::A:/home/a:/bin/sh\nb:pw:500:wheel::/:\n");
    assert_eq!(ran.status.0, 1, "{}", ran.err);
    assert!(text(&mut image, "etc/passwd").contains("a:x:1000:1000:A:/home/a:/bin/sh\nb:x:500:10::/:\n"));
    assert!(text(&mut image, "etc/shadow").ends_with("a:!:100:0:99999:7:::\nb:!:100:0:99999:7:::\n"));
    assert_eq!(mode(&image, "home/a"), (0o700, 1000, 1000));
}
