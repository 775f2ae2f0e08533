//! Programs that scriptlets call and that change nothing an image should hold. One table, with the reason beside each; a program
//! that is not in the image is 127 before it comes here. The few that would leave something end well here, too, so that the rest of
//! the scriptlet is done, but the report names them as unknown, and `--strict-scriptlets` ends the build.

use crate::effects::{
    commands::Table,
    process::{Process, Status},
};

/// What only a running system has: nothing of it is in an image.
const RUNNING: &str = "it speaks to a running system, and an image does not run";
const UDEV: &str = "devices are the machine's, and no udev runs in a container";
const SELINUX: &str = "labels and policy are the host's: an image's files get theirs where they are unpacked";
const BOOT: &str = "an image does not boot: it has no initramfs and no boot loader";
pub(super) const REBUILT: &str =
    "the cache only saves time: who reads it looks at the files themselves where there is none";
const MAIL: &str = "aliases are read by a mail server, which rebuilds them when it starts";
const MODULES: &str =
    "it links modules of other kernels, made outside the distribution; none are there when packages are installed";
const MACHINE: &str = "a machine's own settings: every container gets them when it starts";
/// Also where there are schemas to compile.
pub(super) const SETTINGS: &str = "drydock compiles no settings of GNOME's: where programs of a desktop are to run, compile them when the image is used";
const LOCALES: &str = "drydock compiles no locales: glibc's language packages have them compiled";
const DESKTOP: &str = "only programs of a desktop read it, and no desktop runs in a container";
const LOOKED_UP: &str =
    "it answers questions about devices and messages on a running system; nothing in a container asks";

/// Name, exit status, reason.
const PROGRAMS: &[(&str, u8, &str)] = &[
    // -- running systems
    ("busctl", 1, RUNNING),
    ("dbus-send", 1, RUNNING),
    ("gdbus", 1, RUNNING),
    ("firewall-cmd", 252, RUNNING),
    ("fuser", 1, RUNNING),
    ("init", 0, RUNNING),
    ("initctl", 1, RUNNING),
    ("insmod", 1, RUNNING),
    ("invoke-rc.d", 0, RUNNING),
    ("iptables", 1, RUNNING),
    ("killall", 1, RUNNING),
    ("loginctl", 1, RUNNING),
    ("modprobe", 1, RUNNING),
    ("mountpoint", 1, RUNNING),
    ("pgrep", 1, RUNNING),
    ("pidof", 1, RUNNING),
    ("pkill", 1, RUNNING),
    ("reboot", 0, RUNNING),
    ("rmmod", 1, RUNNING),
    ("runlevel", 1, RUNNING),
    ("swapon", 1, RUNNING),
    ("sysctl", 0, RUNNING),
    ("networkctl", 1, RUNNING),
    ("resolvectl", 1, RUNNING),
    ("systemd-binfmt", 0, RUNNING),
    ("systemd-notify", 1, RUNNING),
    ("systemd-sysctl", 0, RUNNING),
    ("systemd-tty-ask-password-agent", 1, RUNNING),
    ("telinit", 0, RUNNING),
    ("umount", 32, RUNNING),
    // -- devices
    ("udevadm", 0, UDEV),
    // -- SELinux: disabled, as in a container
    ("fixfiles", 0, SELINUX),
    ("getsebool", 1, SELINUX),
    ("load_policy", 0, SELINUX),
    ("restorecon", 0, SELINUX),
    ("selinuxenabled", 1, SELINUX),
    ("semanage", 0, SELINUX),
    ("semodule", 0, SELINUX),
    ("setenforce", 1, SELINUX),
    ("setfiles", 0, SELINUX),
    ("setsebool", 0, SELINUX),
    // -- booting
    ("bootctl", 0, BOOT),
    ("dracut", 0, BOOT),
    ("efibootmgr", 1, BOOT),
    ("grub2-editenv", 0, BOOT),
    ("grub2-mkconfig", 0, BOOT),
    ("grub2-set-bootflag", 0, BOOT),
    ("grub2-switch-to-blscfg", 0, BOOT),
    ("grubby", 0, BOOT),
    ("installkernel", 0, BOOT),
    ("kdumpctl", 0, BOOT),
    ("lsinitrd", 1, BOOT),
    ("mkdumprd", 0, BOOT),
    ("mkinitrd", 0, BOOT),
    ("new-kernel-pkg", 0, BOOT),
    ("plymouth-set-default-theme", 0, BOOT),
    ("rpm-ostree", 0, BOOT),
    ("zipl", 0, BOOT),
    // -- modules of others
    ("weak-modules", 0, MODULES),
    // -- caches that are made again, or done without
    ("fc-cache", 0, REBUILT),
    ("fc-cache-32", 0, REBUILT),
    ("fc-cache-64", 0, REBUILT),
    ("gdk-pixbuf-query-loaders", 0, DESKTOP),
    ("gdk-pixbuf-query-loaders-32", 0, DESKTOP),
    ("gdk-pixbuf-query-loaders-64", 0, DESKTOP),
    ("gio-querymodules", 0, REBUILT),
    ("gio-querymodules-32", 0, REBUILT),
    ("gio-querymodules-64", 0, REBUILT),
    ("gtk-query-immodules-2.0-32", 0, DESKTOP),
    ("gtk-query-immodules-2.0-64", 0, DESKTOP),
    ("gtk-query-immodules-3.0-32", 0, DESKTOP),
    ("gtk-query-immodules-3.0-64", 0, DESKTOP),
    ("gtk-update-icon-cache", 0, REBUILT),
    ("gtk-update-icon-cache-3.0", 0, REBUILT),
    ("gtk4-update-icon-cache", 0, REBUILT),
    ("makewhatis", 0, REBUILT),
    ("man-db-cache-update", 0, REBUILT),
    ("mandb", 0, REBUILT),
    ("mkfontdir", 0, REBUILT),
    ("mkfontscale", 0, REBUILT),
    ("update-desktop-database", 0, DESKTOP),
    ("update-mime-database", 0, DESKTOP),
    ("update-gdk-pixbuf-loaders", 0, DESKTOP),
    ("update-gtk-immodules", 0, DESKTOP),
    // -- what only its own compiler makes
    ("dconf", 0, SETTINGS),
    ("localedef", 0, LOCALES),
    // -- answers for running systems
    ("journalctl", 0, LOOKED_UP),
    ("systemd-hwdb", 0, LOOKED_UP),
    // -- mail
    ("newaliases", 0, MAIL),
    ("postalias", 0, MAIL),
    // -- machines
    ("dbus-uuidgen", 0, MACHINE),
    ("hostnamectl", 1, MACHINE),
    ("localectl", 1, MACHINE),
    ("systemd-firstboot", 0, MACHINE),
    ("systemd-random-seed", 0, MACHINE),
    ("timedatectl", 1, MACHINE),
    ("tzdata-update", 0, MACHINE),
];

/// Every program of the table.
pub(in crate::effects) const COMMANDS: Table = &table();

const fn table() -> [(&'static str, crate::effects::process::Command); PROGRAMS.len()] {
    let mut table: [(&'static str, crate::effects::process::Command); PROGRAMS.len()] = [("", nothing); PROGRAMS.len()];
    let mut n = 0;
    while n < PROGRAMS.len() {
        table[n].0 = PROGRAMS[n].0;
        n += 1;
    }
    table
}

/// Notes why, and ends as it would in a container.
fn nothing(process: &mut Process<'_, '_>) -> Status {
    let named = |name: &[u8]| PROGRAMS.iter().find(|(program, ..)| program.as_bytes() == name);
    let called = process.args.first().cloned().unwrap_or_default();
    let base = called.rsplit(|&b| b == b'/').next().unwrap_or_default();
    // Called by another name, the file behind it was what was found.
    let behind = || process.search(&called).and_then(|path| named(process.stat(&path).ok()?.path.name()));
    let Some(&(program, status, why)) = named(base).or_else(behind) else { return Status::SUCCESS };
    process.stage.log.without_effect.insert(program.to_owned(), why);
    if [SETTINGS, LOCALES].contains(&why) {
        undone(process, why);
    }
    Status(status)
}

/// Notes that a program would have left something: the report names it among those drydock does not know.
pub(super) fn undone(process: &mut Process<'_, '_>, why: &'static str) {
    let name = process.name();
    process.stage.log.unknown(name.as_bytes());
    process.stage.log.without_effect.insert(name, why);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn the_reason_is_noted_and_the_status_a_containers() {
        let mut image = Image::new()
            .programs(&["udevadm", "selinuxenabled", "systemctl"])
            .symlink("usr/sbin/init", "../bin/init-of-ours");
        let mut image = {
            image = image.programs(&["init-of-ours"]);
            image
        };
        assert_eq!(image.run(&["udevadm", "trigger"], "").status, Status::SUCCESS);
        assert_eq!(image.run(&["selinuxenabled"], "").status, Status::FAILURE);
        assert_eq!(image.run(&["init", "q"], "").status, Status::SUCCESS);
        assert_eq!(image.run(&["dracut", "-f"], "").status, Status::NOT_FOUND);
        image.process(|p| {
            p.run(vec![b"udevadm".to_vec(), b"settle".to_vec()]);
            assert_eq!(p.stage.log.without_effect.get("udevadm").copied(), Some(UDEV));
            assert!(p.stage.log.unknown.is_empty());
        });
    }
}
