//! The commands over small images. Compared with the real tools by the conformance checks.

use crate::{effects::process::testing::Image, rootfs::Kind, terms::RootPath};

const TOOLS: [&str; 6] =
    ["systemctl", "systemd-sysusers", "systemd-tmpfiles", "systemd-update-helper", "chkconfig", "service"];

fn image() -> Image {
    Image::new()
        .programs(&TOOLS)
        .file("usr/lib/systemd/libsystemd-shared-252-55.el9.so", "", 0o755)
        .file("etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n", 0o644)
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0o644)
        .file("etc/group", "root:x:0:\nwheel:x:10:root,a\n", 0o644)
        .file("etc/shadow", "root:*::0:99999:7:::\n", 0)
        .file("etc/gshadow", "root:::\nwheel:::root,a\n", 0)
}

fn run(image: &mut Image, line: &str) -> u8 {
    image.run(&line.split(' ').collect::<Vec<_>>(), "").status.0
}

fn text(image: &mut Image, path: &str) -> String {
    image.text(path).unwrap_or_else(|| panic!("{path} is there"))
}

fn node(image: &Image, path: &str) -> Option<(Kind, u16, u32, u32)> {
    let node = image.fs.get(&RootPath::new(path).expect("a path"))?;
    Some((node.kind.clone(), node.metadata.mode, node.metadata.uid, node.metadata.gid))
}

fn link(image: &Image, path: &str) -> Option<String> {
    match node(image, path)?.0 {
        Kind::Symlink(target) => Some(String::from_utf8_lossy(&target).into_owned()),
        other => Some(format!("{other:?}")),
    }
}

#[test]
fn sysusers() {
    let lines = "u alpha - \"Alpha user\" /var/lib/alpha\ng beta 300\nm alpha beta\nm alpha wheel\nu gamma 301:beta\nr - 400-410\nx bad\n";
    let mut image = image().file("usr/lib/sysusers.d/a.conf", lines, 0o644);
    assert_eq!(run(&mut image, "systemd-sysusers"), 0);
    let passwd = text(&mut image, "etc/passwd");
    assert!(
        passwd.ends_with(
            "alpha:x:410:410:Alpha user:/var/lib/alpha:/usr/sbin/nologin\ngamma:x:301:300::/:/usr/sbin/nologin\n"
        ),
        "{passwd}"
    );
    assert!(text(&mut image, "etc/group").ends_with("wheel:x:10:a,alpha,root\nbeta:x:300:alpha\nalpha:x:410:\n"));
    assert!(text(&mut image, "etc/shadow").ends_with("alpha:!*:100::::::\ngamma:!*:100::::::\n"));
    assert!(text(&mut image, "etc/gshadow").ends_with("beta:!*::alpha\nalpha:!*::\n"));
    assert_eq!(text(&mut image, "etc/passwd-"), "root:x:0:0:root:/root:/bin/bash\n");
    assert_eq!(node(&image, "etc/.pwd.lock").map(|n| n.1), Some(0o600));
    // Lines on the command line stop at the first that is wrong; files do not.
    assert_eq!(image.run(&["systemd-sysusers", "--inline", "u ok 500", "nonsense"], "").status.0, 1);
    assert_eq!(image.run(&["systemd-sysusers", "-"], "u ok 500\n").status.0, 0);
    assert!(text(&mut image, "etc/passwd").contains("ok:x:500:500::/:/usr/sbin/nologin\n"));
}

#[test]
fn sysusers_of_other_versions() {
    let lines = "u a 500\nu! b 501\n";
    let of = |version: &str| {
        let mut image = Image::new()
            .programs(&TOOLS)
            .file(&format!("usr/lib/systemd/libsystemd-shared-{version}.so"), "", 0o755)
            .file("usr/lib/sysusers.d/a.conf", lines, 0o644);
        run(&mut image, "systemd-sysusers");
        [text(&mut image, "etc/passwd"), text(&mut image, "etc/shadow"), text(&mut image, "etc/gshadow")].join("|")
    };
    assert_eq!(of("239"), "a:x:500:500::/:/sbin/nologin\n|a:!!:100::::::\n|a:!!::\n");
    let newest = of("257-9.el10");
    assert_eq!(
        newest,
        "a:x:500:500::/:/usr/sbin/nologin\nb:x:501:501::/:/usr/sbin/nologin\n|a:!*:100::::::\nb:!*:100:::::1:\n|a:!*::\nb:!*::\n"
    );
}

#[test]
fn tmpfiles() {
    let lines = "d /var/lib/x 0750 root wheel\nf /etc/f 0600 - - - a\\nb\nL+ /etc/l - - - - ../x\nL /etc/old - - - - y\nd /run/x\nd /tmp/x\n\
        C /etc/c\nd! /var/boot\nw /etc/old2 - - - - NEW\nz /etc/z* 0611 - wheel\ne /etc/none\np /var/p 0622\nD /var/lib/trash 0700\n";
    let mut image = image()
        .file("usr/lib/tmpfiles.d/a.conf", lines, 0o644)
        .file("usr/share/factory/etc/c", "factory\n", 0o640)
        .file("etc/l", "in the way", 0o644)
        .file("etc/old", "stays", 0o644)
        .file("etc/old2", "old text", 0o644)
        .file("etc/z1", "", 0o644)
        .file("var/lib/trash/a/b", "", 0o644);
    assert_eq!(run(&mut image, "systemd-tmpfiles --create"), 0);
    assert_eq!(node(&image, "var/lib/x").map(|n| (n.1, n.2, n.3)), Some((0o750, 0, 10)));
    assert_eq!((text(&mut image, "etc/f").as_str(), node(&image, "etc/f").map(|n| n.1)), ("a\nb", Some(0o600)));
    assert_eq!(link(&image, "etc/l").as_deref(), Some("../x"));
    assert_eq!(text(&mut image, "etc/old"), "stays");
    assert_eq!(text(&mut image, "etc/old2"), "NEW text");
    assert_eq!(text(&mut image, "etc/c"), "factory\n");
    assert_eq!(node(&image, "etc/z1").map(|n| (n.1, n.3)), Some((0o611, 10)));
    for absent in ["run/x", "tmp/x", "var/boot", "etc/none"] {
        assert_eq!(node(&image, absent), None, "{absent}");
    }
    assert_eq!(run(&mut image, "systemd-tmpfiles --remove --create --boot"), 0);
    assert!(node(&image, "var/boot").is_some());
    assert!(node(&image, "var/lib/trash/a").is_none());
    assert_eq!(image.run(&["systemd-tmpfiles", "--create", "-"], "d relative\n").status.0, 65);
    assert_eq!(image.run(&["systemd-tmpfiles", "--create", "-"], "d /etc/passwd/x\n").status.0, 73);
    assert_eq!(run(&mut image, "systemd-tmpfiles"), 1);
}

fn units() -> Image {
    let wanted = |by: &str| format!("[Unit]\n[Service]\nExecStart=/bin/x\n[Install]\n{by}\n");
    image()
        .file("usr/lib/systemd/system/a.service", &wanted("WantedBy=multi-user.target\nAlias=aa.service"), 0o644)
        .file("usr/lib/systemd/system/b.service", &wanted("RequiredBy=x.target\nAlso=c.socket"), 0o644)
        .file("usr/lib/systemd/system/c.socket", &wanted("WantedBy=sockets.target"), 0o644)
        .file("usr/lib/systemd/system/t@.service", &wanted("WantedBy=%p.target\nDefaultInstance=one"), 0o644)
        .file("usr/lib/systemd/system/static.service", "[Unit]\n", 0o644)
        .file("usr/lib/systemd/user/u.service", &wanted("WantedBy=default.target"), 0o644)
        .file("usr/lib/systemd/system-preset/99-default.preset", "disable *\n", 0o644)
        .file("usr/lib/systemd/system-preset/90-x.preset", "enable a.service\n", 0o644)
        .file("usr/lib/systemd/user-preset/90-x.preset", "enable *\n", 0o644)
}

#[test]
fn units_are_enabled_and_disabled() {
    let mut image = units();
    assert_eq!(run(&mut image, "systemctl enable a b t@.service t@two.service"), 0);
    let system = "etc/systemd/system";
    for (path, target) in [
        ("aa.service", "a.service"),
        ("multi-user.target.wants/a.service", "a.service"),
        ("x.target.requires/b.service", "b.service"),
        ("sockets.target.wants/c.socket", "c.socket"),
        ("t.target.wants/t@one.service", "t@.service"),
        ("t.target.wants/t@two.service", "t@.service"),
    ] {
        let wanted = format!("/usr/lib/systemd/system/{target}");
        assert_eq!(link(&image, &format!("{system}/{path}")), Some(wanted), "{path}");
    }
    assert_eq!(image.run(&["systemctl", "is-enabled", "a"], "").out, "enabled\n");
    assert_eq!(run(&mut image, "systemctl disable a b t@.service"), 0);
    assert_eq!(image.fs.below(&RootPath::new(system).expect("a path")).count(), 0, "directories go too");
    assert_eq!(run(&mut image, "systemctl is-enabled a"), 1);
    assert_eq!(run(&mut image, "systemctl enable none"), 1);
    assert_eq!(run(&mut image, "systemctl mask a"), 0);
    assert_eq!(link(&image, "etc/systemd/system/a.service").as_deref(), Some("/dev/null"));
    assert_eq!(run(&mut image, "systemctl enable a"), 1);
    assert_eq!(run(&mut image, "systemctl unmask a"), 0);
    assert_eq!(link(&image, "etc/systemd/system/a.service"), None);
}

#[test]
fn presets_decide() {
    let mut image = units();
    assert_eq!(run(&mut image, "systemd-update-helper install-system-units a.service b.service"), 0);
    assert!(link(&image, "etc/systemd/system/multi-user.target.wants/a.service").is_some());
    assert!(link(&image, "etc/systemd/system/x.target.requires/b.service").is_none());
    assert_eq!(run(&mut image, "systemd-update-helper install-user-units u.service"), 0);
    assert!(link(&image, "etc/systemd/user/default.target.wants/u.service").is_some());
    assert_eq!(run(&mut image, "systemctl preset a none"), 1);
    assert_eq!(run(&mut image, "systemd-update-helper remove-system-units a.service"), 0);
    assert!(link(&image, "etc/systemd/system/multi-user.target.wants/a.service").is_none());
    assert_eq!(run(&mut image, "systemd-update-helper mark-restart-system-units a.service"), 0);
    assert_eq!(run(&mut image, "systemd-update-helper nonsense"), 3);
    assert_eq!(run(&mut image, "systemctl preset-all"), 0);
    assert!(link(&image, "etc/systemd/system/multi-user.target.wants/a.service").is_some());
}

#[test]
fn what_wants_a_manager_does_nothing() {
    let mut image = units();
    for (line, status) in [
        ("systemctl daemon-reload", 0),
        ("systemctl try-restart a.service", 0),
        ("systemctl is-active a", 3),
        ("systemctl restart", 1),
        ("systemctl nonsense", 1),
        ("service a restart", 0),
    ] {
        assert_eq!(run(&mut image, line), status, "{line}");
    }
    assert!(node(&image, "etc/systemd").is_none());
    assert_eq!(run(&mut image, "systemctl set-default multi-user"), 1, "there is none");
}

#[test]
fn units_that_point_at_each_other_end() {
    let mut image = units()
        .symlink("usr/lib/systemd/system/p.service", "q.service")
        .symlink("usr/lib/systemd/system/q.service", "p.service")
        .file("usr/lib/systemd/system/r.service", "[Install]\nAlso=s.service\n", 0o644)
        .file("usr/lib/systemd/system/s.service", "[Install]\nAlso=r.service\n", 0o644);
    assert_eq!(run(&mut image, "systemctl enable p"), 1);
    assert_eq!(run(&mut image, "systemctl enable r"), 0);
    assert_eq!(run(&mut image, "systemctl disable r"), 0);
}

#[test]
fn scripts_of_old() {
    let script = "#!/bin/sh\n# chkconfig: 35 20 80\n# description: x\n";
    let mut image = image().file("etc/rc.d/init.d/net", script, 0o755);
    for level in 0..7 {
        image = image.directory(&format!("etc/rc.d/rc{level}.d"));
    }
    assert_eq!(run(&mut image, "chkconfig --add net"), 0);
    assert_eq!(link(&image, "etc/rc.d/rc3.d/S20net").as_deref(), Some("../init.d/net"));
    assert_eq!(link(&image, "etc/rc.d/rc2.d/K80net").as_deref(), Some("../init.d/net"));
    assert_eq!(run(&mut image, "chkconfig net"), 0);
    assert_eq!(run(&mut image, "chkconfig net off"), 0);
    assert_eq!(run(&mut image, "chkconfig net"), 1);
    assert_eq!(run(&mut image, "systemctl enable net"), 0);
    assert!(link(&image, "etc/rc.d/rc4.d/S20net").is_some());
    assert_eq!(run(&mut image, "chkconfig --del net"), 0);
    assert!(link(&image, "etc/rc.d/rc3.d/S20net").is_none());
    assert_eq!(run(&mut image, "chkconfig --add none"), 1);
}
