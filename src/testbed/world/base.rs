//! The packages of the base image, in the versions RHEL 8.4 came with.

use crate::{
    terms::Arch,
    testbed::{
        files::MadeFile,
        keys::Key,
        spec::{Script, Spec, When},
    },
};

use super::{elf, library, package, program};

/// Directories of the `filesystem` package, with their modes.
const DIRECTORIES: [(&str, u16); 33] = [
    ("/", 0o555),
    ("/boot", 0o555),
    ("/dev", 0o755),
    ("/etc", 0o755),
    ("/etc/profile.d", 0o755),
    ("/home", 0o755),
    ("/media", 0o755),
    ("/mnt", 0o755),
    ("/opt", 0o755),
    ("/proc", 0o555),
    ("/root", 0o550),
    ("/run", 0o755),
    ("/srv", 0o755),
    ("/sys", 0o555),
    ("/tmp", 0o1777),
    ("/usr", 0o755),
    ("/usr/bin", 0o555),
    ("/usr/include", 0o755),
    ("/usr/lib", 0o555),
    ("/usr/lib/modules", 0o755),
    ("/usr/lib64", 0o555),
    ("/usr/libexec", 0o755),
    ("/usr/sbin", 0o555),
    ("/usr/share", 0o755),
    ("/usr/share/doc", 0o755),
    ("/usr/share/licenses", 0o755),
    ("/usr/src", 0o755),
    ("/usr/src/kernels", 0o755),
    ("/var", 0o755),
    ("/var/lib", 0o755),
    ("/var/lib/rpm-state", 0o755),
    ("/var/log", 0o755),
    ("/var/tmp", 0o1777),
];

const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
mail:x:8:12:mail:/var/spool/mail:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
";

const GROUP: &str = "root:x:0:
bin:x:1:
daemon:x:2:
tty:x:5:
disk:x:6:
mail:x:12:
wheel:x:10:
nobody:x:65534:
";

/// The number of a user or group of the base's account files; 0 for others, as rpm falls back to.
pub(crate) fn id_of(name: &str) -> u64 {
    let account = |line: &str| line.split(':').nth(2).and_then(|id| id.parse().ok());
    let line = GROUP.lines().chain(PASSWD.lines()).find(|l| l.split(':').next() == Some(name));
    line.and_then(account).unwrap_or(0)
}

const FILESYSTEM_PRETRANS: &str = r#"--# In a fresh root there is no /usr and there are no symlinks yet.
posix.mkdir("/proc")
posix.mkdir("/sys")
posix.chmod("/proc", 0555)
posix.mkdir("/usr")
posix.mkdir("/usr/bin")
posix.mkdir("/usr/sbin")
posix.mkdir("/usr/lib")
posix.mkdir("/usr/lib64")
posix.symlink("usr/bin", "/bin")
posix.symlink("usr/sbin", "/sbin")
posix.symlink("usr/lib", "/lib")
posix.symlink("usr/lib64", "/lib64")
return 0
"#;

const SETUP_POST: &str = r#"for i, name in ipairs({"passwd", "shadow", "group", "gshadow"}) do
     os.remove("/etc/"..name..".rpmnew")
end
"#;

/// Packages of the base image.
pub(super) fn packages(arch: Arch) -> Vec<Spec> {
    let mut all = vec![filesystem(arch), setup(), basesystem(), release(arch)];
    all.extend(glibc(arch));
    all.extend(tools(arch));
    all.extend(system(arch));
    all
}

fn filesystem(arch: Arch) -> Spec {
    let links = [("/bin", "usr/bin"), ("/sbin", "usr/sbin"), ("/lib", "usr/lib"), ("/lib64", "usr/lib64")];
    package("filesystem-3.8-3.el8", arch)
        .requires_for(When::Pre, &["setup"])
        .files(DIRECTORIES.iter().map(|&(path, mode)| MadeFile::dir(path).mode(mode)))
        .files(links.map(|(path, target)| MadeFile::symlink(path, target)))
        .files([MadeFile::symlink("/var/run", "../run"), MadeFile::symlink("/var/lock", "../run/lock")])
        .file(MadeFile::dir("/var/spool/mail").attr(0o775, "root", "mail"))
        .script(Script::lua(When::Pretrans, FILESYSTEM_PRETRANS))
}

fn setup() -> Spec {
    let names =
        |text: &str| text.lines().map(|l| l.split(':').next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    let shadow: String = names(PASSWD).iter().map(|n| format!("{n}:*:18367:0:99999:7:::\n")).collect();
    let gshadow: String = names(GROUP).iter().map(|n| format!("{n}:::\n")).collect();
    Spec::new("setup-2.12.2-6.el8.noarch")
        .signed_as_rhel()
        .requires(["system-release"])
        .files([
            MadeFile::file("/etc/passwd", PASSWD).noreplace(),
            MadeFile::file("/etc/group", GROUP).noreplace(),
            MadeFile::file("/etc/shadow", shadow).mode(0).noreplace(),
            MadeFile::file("/etc/gshadow", gshadow).mode(0).noreplace(),
            MadeFile::file("/etc/hosts", "127.0.0.1   localhost\n").noreplace(),
            MadeFile::file("/etc/profile", "pathmunge () { :; }\n").noreplace(),
            MadeFile::file("/etc/shells", "/bin/sh\n/bin/bash\n").noreplace(),
            MadeFile::file("/etc/subuid", "").noreplace(),
            MadeFile::file("/etc/subgid", "").noreplace(),
            MadeFile::dir("/usr/share/doc/setup"),
            MadeFile::file("/usr/share/doc/setup/uidgid", "NAME UID GID\n").doc(),
        ])
        .script(Script::lua(When::Post, SETUP_POST))
}

fn basesystem() -> Spec {
    Spec::new("basesystem-11-5.el8.noarch").signed_as_rhel().requires_for(When::Pre, &["setup", "filesystem"])
}

fn release(arch: Arch) -> Spec {
    let os = concat!(
        "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"8.4 (Ootpa)\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.4\"\n",
        "PLATFORM_ID=\"platform:el8\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 8.4 (Ootpa)\"\n",
        "CPE_NAME=\"cpe:/o:redhat:enterprise_linux:8.4:GA\"\n"
    );
    package("redhat-release-8.4-0.6.el8", arch)
        .provides(["system-release = 8.4-0.6.el8", "system-release(releasever) = 8", "base-module(platform:el8)"])
        .files([
            MadeFile::symlink("/etc/os-release", "../usr/lib/os-release"),
            MadeFile::file("/usr/lib/os-release", os),
            MadeFile::file("/etc/redhat-release", "Red Hat Enterprise Linux release 8.4 (Ootpa)\n"),
            MadeFile::symlink("/etc/system-release", "redhat-release"),
            MadeFile::dir("/etc/pki"),
            MadeFile::dir("/etc/pki/rpm-gpg"),
            MadeFile::file("/etc/pki/rpm-gpg/RPM-GPG-KEY-testbed", super::trusted_keys()),
            MadeFile::dir("/etc/yum.repos.d"),
            MadeFile::dir("/usr/lib/rpm/macros.d"),
        ])
}

fn glibc(arch: Arch) -> Vec<Spec> {
    let evr = "2.28-151.el8";
    let loader = if arch == Arch::X86_64 { "/lib64/ld-linux-x86-64.so.2" } else { "/lib/ld-linux-aarch64.so.1" };
    let minimal = package(&format!("glibc-minimal-langpack-{evr}"), arch)
        .requires([format!("glibc = {evr}").as_str(), &format!("glibc-common = {evr}")])
        .provides([format!("glibc-langpack = {evr}").as_str()]);
    let common = package(&format!("glibc-common-{evr}"), arch)
        .requires([format!("glibc = {evr}").as_str(), "libc.so.6()(64bit)"])
        .files(["getent", "locale", "ldd"].map(|name| program(arch, &format!("/usr/bin/{name}"))))
        .file(MadeFile::dir("/usr/share/locale"))
        .file(MadeFile::dir("/usr/share/locale/de").lang("de"))
        .file(MadeFile::dir("/usr/share/locale/de/LC_MESSAGES").lang("de"))
        .file(MadeFile::file("/usr/share/locale/de/LC_MESSAGES/libc.mo", "\u{de}libc de").lang("de"));
    let main = package(&format!("glibc-{evr}"), arch)
        .requires(["basesystem", &format!("glibc-common = {evr}"), &format!("glibc-langpack = {evr}")])
        .provides(["libc.so.6()(64bit)", "libc.so.6(GLIBC_2.17)(64bit)", "libc.so.6(GLIBC_2.28)(64bit)"])
        .provides([
            "libpthread.so.0()(64bit)",
            "libm.so.6()(64bit)",
            "libdl.so.2()(64bit)",
            "rtld(GNU_HASH)",
            "ldconfig",
        ])
        .recommends(&["glibc-all-langpacks"])
        .file(MadeFile::program(loader, elf::shared_object(arch, loader.rsplit('/').next().unwrap_or_default(), &[])))
        .files(library(arch, "/lib64", "libc", "2.28", "libc.so.6", &[]))
        .files(library(arch, "/lib64", "libm", "2.28", "libm.so.6", &["libc.so.6"]))
        .files([
            program(arch, "/sbin/ldconfig"),
            MadeFile::file("/etc/ld.so.conf", "include ld.so.conf.d/*.conf\n").noreplace(),
            MadeFile::dir("/etc/ld.so.conf.d"),
            MadeFile::ghost("/etc/ld.so.cache"),
            MadeFile::file("/etc/nsswitch.conf", "passwd: files\ngroup: files\n").noreplace(),
            MadeFile::dir("/var/cache/ldconfig").mode(0o700),
            MadeFile::ghost("/var/cache/ldconfig/aux-cache").mode(0o600),
        ])
        .script(Script::with(When::Post, "<lua>", "-- the locale archive would be rebuilt here\n"))
        .script(
            Script::with(When::TransFileTriggerIn, "/sbin/ldconfig", "")
                .on(&["/lib", "/usr/lib", "/lib64", "/usr/lib64"], 2_000_000),
        );
    vec![minimal, common, main]
}

fn tools(arch: Arch) -> Vec<Spec> {
    let programs = |spec: Spec, names: &[&str]| {
        spec.requires(["libc.so.6()(64bit)", "libc.so.6(GLIBC_2.17)(64bit)", "rtld(GNU_HASH)"])
            .files(names.iter().map(|path| program(arch, path)))
    };
    let bash = programs(package("bash-4.4.19-14.el8", arch), &["/usr/bin/bash"])
        .provides(["/bin/sh", "/bin/bash"])
        .requires(["filesystem >= 3"])
        .file(MadeFile::symlink("/usr/bin/sh", "bash"))
        .file(MadeFile::file("/etc/skel/.bashrc", "# .bashrc\n").noreplace())
        .script(Script::lua(When::Post, "nl = '\\n'\nsh = '/bin/sh'..nl\nbash = '/bin/bash'..nl\n"));
    let core =
        ["cat", "chmod", "chown", "cp", "cut", "id", "ln", "ls", "mkdir", "mv", "rm", "sleep", "sort", "touch", "true"];
    let core: Vec<String> = core.iter().map(|name| format!("/usr/bin/{name}")).collect();
    let core: Vec<&str> = core.iter().map(String::as_str).collect();
    vec![
        bash,
        programs(package("coreutils-8.30-8.el8", arch), &core)
            .requires(["coreutils-common = 8.30-8.el8"])
            .file(program(arch, "/usr/bin/su").mode(0o4755)),
        package("coreutils-common-8.30-8.el8", arch)
            .file(MadeFile::file("/etc/DIR_COLORS", "TERM linux\n").noreplace())
            .file(MadeFile::dir("/usr/share/licenses/coreutils-common"))
            .file(MadeFile::file("/usr/share/licenses/coreutils-common/COPYING", "GPLv3+\n").license()),
        programs(package("grep-3.1-6.el8", arch), &["/usr/bin/grep"]),
        programs(package("sed-4.5-2.el8", arch), &["/usr/bin/sed"]).provides(["/bin/sed"]),
        programs(package("gawk-4.2.1-2.el8", arch), &["/usr/bin/gawk"])
            .provides(["/bin/awk", "/usr/bin/awk"])
            .file(MadeFile::symlink("/usr/bin/awk", "gawk")),
        programs(package("findutils-1:4.6.0-20.el8", arch), &["/usr/bin/find", "/usr/bin/xargs"]),
        programs(package("less-530-1.el8", arch), &["/usr/bin/less"]),
        // Held at an old version here; the repository has an update and the toolkit asks for it.
        package("zlib-1.2.11-17.el8", arch)
            .provides(["libz.so.1()(64bit)"])
            .requires(["libc.so.6()(64bit)"])
            .files(library(arch, "/lib64", "libz", "1.2.11", "libz.so.1", &["libc.so.6"]))
            .file(MadeFile::file("/usr/share/doc/zlib-README-17", "old\n").doc()),
        super::toolkit::libgcc(arch, "8.4.1-1.el8"),
        // Obsoleted by the toolkit's make.
        programs(package("compat-make-3.82-24.el8", arch), &["/usr/bin/make-3.82"])
            .file(MadeFile::file("/etc/compat-make.conf", "# removed with its package\n").config()),
    ]
}

fn system(arch: Arch) -> Vec<Spec> {
    let sysusers = Script::shell(When::TransFileTriggerIn, "/usr/bin/systemd-sysusers || :\n");
    let rpmdb = ["Packages", "Name", "Basenames", "Requirename", "Providename"];
    vec![
        package("shadow-utils-2:4.6-12.el8", arch)
            .requires(["libc.so.6()(64bit)", "setup"])
            .files(["useradd", "usermod", "groupadd", "groupmod"].map(|n| program(arch, &format!("/usr/sbin/{n}"))))
            .file(program(arch, "/usr/bin/newgrp").mode(0o4755))
            .file(program(arch, "/usr/bin/newuidmap").caps("cap_setuid=ep"))
            .file(program(arch, "/usr/bin/newgidmap").caps("cap_setgid=ep"))
            .file(MadeFile::file("/etc/login.defs", "UID_MIN 1000\nSYS_UID_MIN 201\n").noreplace()),
        package("chkconfig-1.13-2.el8", arch)
            .requires(["libc.so.6()(64bit)", "/bin/sh"])
            .file(program(arch, "/usr/sbin/alternatives"))
            .file(MadeFile::symlink("/usr/sbin/update-alternatives", "alternatives"))
            .files([MadeFile::dir("/etc/alternatives"), MadeFile::dir("/var/lib/alternatives")]),
        package("systemd-239-45.el8_4.3", arch)
            .requires(["libc.so.6()(64bit)", "shadow-utils"])
            .provides(["/bin/systemctl", "systemd-sysusers"])
            .files(
                ["systemctl", "systemd-sysusers", "systemd-tmpfiles"].map(|n| program(arch, &format!("/usr/bin/{n}"))),
            )
            .files([
                MadeFile::dir("/usr/lib/systemd"),
                MadeFile::dir("/usr/lib/sysusers.d"),
                MadeFile::dir("/usr/lib/tmpfiles.d"),
            ])
            .file(MadeFile::ghost("/etc/machine-id").mode(0o444))
            .script(sysusers.on(&["/usr/lib/sysusers.d/"], 1_000_000)),
        package("rpm-4.14.3-14.el8_4", arch)
            .requires(["libc.so.6()(64bit)", "/bin/sh", "coreutils"])
            .file(program(arch, "/usr/bin/rpm"))
            .files([MadeFile::dir("/usr/lib/rpm"), MadeFile::file("/usr/lib/rpm/macros", "%_dbpath %{_var}/lib/rpm\n")])
            .file(MadeFile::dir("/var/lib/rpm"))
            .files(rpmdb.map(|n| MadeFile::ghost(format!("/var/lib/rpm/{n}")).flag(8))),
        package("openssl-libs-1:1.1.1g-15.el8_3", arch)
            .provides(["libcrypto.so.1.1()(64bit)", "libssl.so.1.1()(64bit)"])
            .requires(["libc.so.6()(64bit)", "libz.so.1()(64bit)"])
            .files(library(arch, "/usr/lib64", "libcrypto", "1.1.1g", "libcrypto.so.1.1", &["libz.so.1", "libc.so.6"]))
            .files([MadeFile::dir("/etc/pki/tls"), MadeFile::file("/etc/pki/tls/openssl.cnf", "[ca]\n").noreplace()]),
    ]
}

impl Spec {
    /// Signed as RHEL 8's own packages: RSA, in a version 3 packet.
    pub(super) fn signed_as_rhel(self) -> Self {
        self.signed(Key::Rsa, crate::testbed::keys::SignatureVersion::V3)
    }
}
