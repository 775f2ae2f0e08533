//! The rest of a driver toolkit: compilers, build tools, and the packages they need, each with some trait of the real one.

use crate::{
    terms::Arch,
    testbed::{
        files::MadeFile,
        spec::{Script, Spec, When},
    },
};

use super::{elf, library, package, program};

/// The compiler of the kernels, and a newer one.
const COMPILERS: [&str; 2] = ["8.5.0-4.el8_5", "8.5.0-10.1.el8_6"];

/// Packages of BaseOS that are not in the base image.
pub(super) fn baseos(arch: Arch) -> Vec<Spec> {
    let mut all = boot(arch);
    all.extend(binutils(arch));
    all.extend(crypto(arch));
    all.extend(small_tools(arch));
    all.extend(updates(arch));
    all.extend(
        COMPILERS
            .iter()
            .flat_map(|evr| [libgcc(arch, evr), runtime(arch, "libstdc++", evr), runtime(arch, "libgomp", evr)]),
    );
    all
}

/// Packages of AppStream.
pub(super) fn appstream(arch: Arch) -> Vec<Spec> {
    let mut all: Vec<Spec> = COMPILERS.iter().flat_map(|evr| compiler(arch, evr)).collect();
    all.extend(git(arch));
    all.extend(build_tools(arch));
    all
}

fn with_programs(arch: Arch, nevr: &str, names: &[&str]) -> Spec {
    package(nevr, arch)
        .requires(["libc.so.6()(64bit)", "libc.so.6(GLIBC_2.28)(64bit)", "rtld(GNU_HASH)"])
        .files(names.iter().map(|path| program(arch, path)))
}

/// `libgcc` of a version; the base image holds an old one.
pub(super) fn libgcc(arch: Arch, evr: &str) -> Spec {
    let version = evr.split('-').next().unwrap_or_default();
    package(&format!("libgcc-{evr}"), arch)
        .provides(["libgcc_s.so.1()(64bit)", "libgcc_s.so.1(GCC_3.0)(64bit)"])
        .files(library(arch, "/lib64", "libgcc_s", &format!("{version}-x"), "libgcc_s.so.1", &["libc.so.6"]))
        .file(MadeFile::dir("/usr/share/licenses/libgcc"))
        .file(MadeFile::file("/usr/share/licenses/libgcc/COPYING", "GPLv3+\n").license())
        .script(Script::lua(
            When::Post,
            "if posix.access (\"/sbin/ldconfig\", \"x\") then\n  rpm.execute(\"/sbin/ldconfig\")\nend\n",
        ))
}

fn runtime(arch: Arch, name: &str, evr: &str) -> Spec {
    let (soname, version) = if name == "libgomp" { ("libgomp.so.1", "1.0.0") } else { ("libstdc++.so.6", "6.0.25") };
    package(&format!("{name}-{evr}"), arch)
        .provides([format!("{soname}()(64bit)").as_str()])
        .requires(["libc.so.6()(64bit)", "libgcc_s.so.1()(64bit)"])
        .files(library(arch, "/usr/lib64", name, version, soname, &["libc.so.6"]))
        .script(Script::with(When::Post, "/sbin/ldconfig", ""))
}

fn compiler(arch: Arch, evr: &str) -> Vec<Spec> {
    let triple = format!("{arch}-redhat-linux");
    let exact = |name: &str| format!("{name} = {evr}");
    let inside = |name: &str| format!("/usr/libexec/gcc/{triple}/8/{name}");
    let common = ["libc.so.6()(64bit)", "libmpc.so.3()(64bit)"];
    let cpp = package(&format!("cpp-{evr}"), arch)
        .requires(common)
        .requires(["filesystem"])
        .files([
            MadeFile::dir(format!("/usr/libexec/gcc/{triple}")),
            MadeFile::dir(format!("/usr/libexec/gcc/{triple}/8")),
        ])
        .files([
            program(arch, "/usr/bin/cpp"),
            program(arch, &inside("cc1")),
            MadeFile::symlink("/lib/cpp", "../bin/cpp"),
        ]);
    let gcc = package(&format!("gcc-{evr}"), arch)
        .requires(common)
        .requires([
            exact("cpp").as_str(),
            &exact("libgomp"),
            &format!("libgcc >= {evr}"),
            "binutils >= 2.24",
            "glibc-devel >= 2.2.90-12",
        ])
        .requires(["(annobin if redhat-rpm-config)"])
        .provides(["/usr/bin/cc"])
        .files([
            program(arch, "/usr/bin/gcc").linked("gcc"),
            program(arch, &format!("/usr/bin/{triple}-gcc")).linked("gcc"),
        ])
        .files([
            MadeFile::symlink("/usr/bin/cc", "gcc"),
            MadeFile::program("/usr/bin/c99", "#!/bin/sh\nexec gcc -std=c99 \"$@\"\n"),
        ])
        .files([
            MadeFile::dir("/usr/share/doc/gcc"),
            MadeFile::file("/usr/share/doc/gcc/README", format!("gcc {evr}\n")).doc(),
        ])
        .file(MadeFile::file("/usr/share/locale/de/LC_MESSAGES/gcc.mo", "\u{de}gcc de").lang("de"));
    let plus = package(&format!("gcc-c++-{evr}"), arch)
        .requires(common)
        .requires([exact("gcc").as_str(), &exact("libstdc++"), &exact("libstdc++-devel")])
        .provides([format!("g++ = {evr}").as_str()])
        .files([
            program(arch, "/usr/bin/g++").linked("g++"),
            program(arch, "/usr/bin/c++").linked("g++"),
            program(arch, &inside("cc1plus")),
        ]);
    let devel = package(&format!("libstdc++-devel-{evr}"), arch)
        .requires([format!("libstdc++ = {evr}").as_str()])
        .files([MadeFile::dir("/usr/include/c++"), MadeFile::dir("/usr/include/c++/8")])
        .file(MadeFile::file("/usr/include/c++/8/vector", "#pragma once\n"));
    // Hard links must hold the same bytes, whatever their names.
    [cpp, gcc, plus, devel].map(same_bytes_in_sets).into()
}

/// Gives every member of a hard link set the bytes of its first.
fn same_bytes_in_sets(mut spec: Spec) -> Spec {
    let mut first = std::collections::BTreeMap::new();
    for file in &mut spec.files {
        if let Some(set) = &file.hardlink {
            file.kind = first.entry(set.clone()).or_insert_with(|| file.kind.clone()).clone();
        }
    }
    spec
}

fn boot(arch: Arch) -> Vec<Spec> {
    let shell = |path: &str| MadeFile::program(path, "#!/bin/sh\nexit 0\n");
    vec![
        with_programs(arch, "kmod-25-17.el8", &["/usr/bin/kmod"])
            .provides(["module-init-tools = 4.0-1", "/sbin/modprobe"])
            .requires([format!("kmod-libs{} >= 25", isa(arch)).as_str()])
            .files(
                ["depmod", "insmod", "lsmod", "modinfo", "modprobe", "rmmod"]
                    .map(|n| MadeFile::symlink(format!("/usr/sbin/{n}"), "../bin/kmod")),
            )
            .provides(["/sbin/depmod"])
            .files([shell("/usr/sbin/weak-modules"), MadeFile::dir("/etc/depmod.d"), MadeFile::dir("/lib/modprobe.d")])
            .file(
                MadeFile::file("/etc/depmod.d/dist.conf", "search updates extra built-in weak-updates\n").noreplace(),
            ),
        with_programs(arch, "kmod-libs-25-17.el8", &[]).files(library(
            arch,
            "/usr/lib64",
            "libkmod",
            "2.3.3",
            "libkmod.so.2",
            &["libc.so.6"],
        )),
        package("dracut-049-135.git20210121.el8", arch).requires(["bash >= 4", "coreutils", "kmod", "systemd"]).files(
            [shell("/usr/bin/dracut"), MadeFile::dir("/usr/lib/dracut"), MadeFile::ghost("/var/log/dracut.log")],
        ),
        package("systemd-udev-239-45.el8_4.3", arch)
            .requires(["systemd = 239-45.el8_4.3", "kmod >= 18-4"])
            .file(shell("/usr/bin/kernel-install"))
            .files([MadeFile::dir("/usr/lib/kernel"), MadeFile::dir("/usr/lib/kernel/install.d")]),
        Spec::new("linux-firmware-20201218-102.git05789708.el8.noarch").signed_as_rhel().files([
            MadeFile::dir("/usr/lib/firmware"),
            MadeFile::file("/usr/lib/firmware/regulatory.db", b"RGDB\0\0\0\x14".as_slice()),
        ]),
    ]
}

fn isa(arch: Arch) -> &'static str {
    if arch == Arch::X86_64 { "(x86-64)" } else { "(aarch-64)" }
}

fn binutils(arch: Arch) -> Vec<Spec> {
    let post = "/usr/sbin/alternatives --install /usr/bin/ld ld /usr/bin/ld.bfd 50\n\
                /usr/sbin/alternatives --install /usr/bin/ld ld /usr/bin/ld.gold 30\n/sbin/ldconfig\nexit 0\n";
    let preun = "if [ $1 = 0 ]; then\n  /usr/sbin/alternatives --remove ld /usr/bin/ld.bfd\n  \
                 /usr/sbin/alternatives --remove ld /usr/bin/ld.gold\nfi\nexit 0\n";
    let names =
        ["/usr/bin/as", "/usr/bin/ld.bfd", "/usr/bin/ld.gold", "/usr/bin/nm", "/usr/bin/objcopy", "/usr/bin/strip"];
    vec![
        with_programs(arch, "binutils-2.30-93.el8", &names)
            .file(MadeFile::ghost("/usr/bin/ld"))
            .file(MadeFile::ghost("/etc/alternatives/ld"))
            .requires_for(When::Post, &["/usr/sbin/alternatives", "coreutils"])
            .script(Script::shell(When::Post, post))
            .script(Script::shell(When::Preun, preun)),
    ]
}

fn crypto(arch: Arch) -> Vec<Spec> {
    let openssl = "1:1.1.1g-15.el8_3";
    let pre = "getent group ssh_keys >/dev/null || groupadd -r ssh_keys || :\n\
               getent group sshd >/dev/null || groupadd -g 74 -r sshd || :\n\
               getent passwd sshd >/dev/null || \\\n  \
               useradd -c \"Privilege-separated SSH\" -u 74 -g sshd -s /sbin/nologin -r -d /var/empty/sshd sshd 2> /dev/null || :\n";
    vec![
        with_programs(arch, &format!("openssl-{openssl}"), &[])
            .requires([format!("openssl-libs{} = {openssl}", isa(arch)).as_str(), "libcrypto.so.1.1()(64bit)"])
            .file(program(arch, "/usr/bin/openssl").caps("cap_net_bind_service=ep"))
            .files([
                MadeFile::dir("/etc/pki/CA").mode(0o700),
                MadeFile::ghost("/etc/pki/CA/index.txt"),
                MadeFile::ghost("/etc/pki/CA/serial"),
            ])
            .files([
                MadeFile::dir("/usr/share/doc/openssl"),
                MadeFile::file("/usr/share/doc/openssl/FAQ", "?\n").doc(),
            ]),
        with_programs(arch, "openssh-8.0p1-6.el8_4.2", &["/usr/bin/ssh-keygen"])
            .requires_for(When::Pre, &["/usr/sbin/useradd", "/usr/sbin/groupadd"])
            .file(program(arch, "/usr/libexec/openssh/ssh-keysign").attr(0o2555, "root", "ssh_keys"))
            .file(MadeFile::dir("/var/empty/sshd").attr(0o711, "sshd", "sshd"))
            .script(Script::shell(When::Pre, pre)),
        with_programs(arch, "openssh-clients-8.0p1-6.el8_4.2", &["/usr/bin/ssh"])
            .requires(["openssh = 8.0p1-6.el8_4.2"]),
        with_programs(arch, "keyutils-1.5.10-6.el8", &["/usr/bin/keyctl", "/usr/sbin/request-key"])
            .requires(["keyutils-libs"])
            .file(
                MadeFile::file("/etc/request-key.conf", "create user debug:* negate /bin/keyctl negate %k 30 %S\n")
                    .noreplace(),
            ),
        with_programs(arch, "keyutils-libs-1.5.10-6.el8", &[]).files(library(
            arch,
            "/usr/lib64",
            "libkeyutils",
            "1.6",
            "libkeyutils.so.1",
            &["libc.so.6"],
        )),
        with_programs(arch, "mokutil-1:0.3.0-11.el8", &["/usr/bin/mokutil"]).requires(["openssl-libs >= 1:1.1.1"]),
    ]
}

fn small_tools(arch: Arch) -> Vec<Spec> {
    let translated = |spec: Spec, name: &str| {
        spec.files(["de", "fr", "en@quot"].map(|lang| {
            MadeFile::file(format!("/usr/share/locale/{lang}/LC_MESSAGES/{name}.mo"), format!("\u{de}{name} {lang}"))
                .lang(lang)
        }))
    };
    let perl = |name: &str| package(name, arch).requires(["perl-interpreter"]);
    vec![
        translated(with_programs(arch, "make-1:4.2.1-10.el8", &["/usr/bin/make"]), "make")
            .file(MadeFile::symlink("/usr/bin/gmake", "make"))
            .obsoletes(&["compat-make < 1:4"])
            .files([MadeFile::dir("/usr/share/doc/make"), MadeFile::file("/usr/share/doc/make/NEWS", "news\n").doc()]),
        translated(with_programs(arch, "diffutils-3.6-6.el8", &["/usr/bin/cmp", "/usr/bin/diff"]), "diffutils"),
        with_programs(arch, "xz-5.2.4-3.el8", &["/usr/bin/xz"]).file(MadeFile::symlink("/usr/bin/unxz", "xz")),
        with_programs(arch, "m4-1.4.18-7.el8", &["/usr/bin/m4"]),
        with_programs(arch, "jq-1.5-12.el8", &["/usr/bin/jq"]),
        with_programs(arch, "elfutils-libelf-0.182-3.el8", &[])
            .provides(["libelf.so.1()(64bit)"])
            .requires(["libz.so.1()(64bit)"])
            .files(library(arch, "/usr/lib64", "libelf", "0.182", "libelf.so.1", &["libz.so.1", "libc.so.6"])),
        package("elfutils-libelf-devel-0.182-3.el8", arch)
            .requires([format!("elfutils-libelf{} = 0.182-3.el8", isa(arch)).as_str(), "pkgconfig(zlib)"])
            .file(MadeFile::symlink("/usr/lib64/libelf.so", "libelf.so.1"))
            .file(MadeFile::file("/usr/include/libelf.h", "#pragma once\n")),
        package("glibc-devel-2.28-151.el8", arch)
            .requires(["glibc = 2.28-151.el8", "kernel-headers >= 2.2.1", "libxcrypt-devel"])
            .file(MadeFile::file("/usr/include/stdio.h", "#pragma once\n"))
            .file(MadeFile::symlink("/usr/lib64/libm.so", "../../lib64/libm.so.6")),
        package("libxcrypt-devel-4.1.1-4.el8", arch).file(MadeFile::file("/usr/include/crypt.h", "#pragma once\n")),
        perl("perl-interpreter-4:5.26.3-419.el8")
            .provides(["/usr/bin/perl", "perl = 4:5.26.3-419.el8"])
            .requires(["perl-libs = 4:5.26.3-419.el8"])
            .file(program(arch, "/usr/bin/perl").linked("perl"))
            .file(MadeFile::program("/usr/bin/perl5.26.3", elf::program(arch, "/usr/bin/perl")).linked("perl")),
        package("perl-libs-4:5.26.3-419.el8", arch)
            .provides(["perl(:MODULE_COMPAT_5.26.3)", "libperl.so.5.26()(64bit)"])
            .files([MadeFile::dir("/usr/lib64/perl5"), MadeFile::file("/usr/lib64/perl5/strict.pm", "1;\n")]),
    ]
}

/// Newer builds of packages the base image holds.
fn updates(arch: Arch) -> Vec<Spec> {
    let zlib = "1.2.11-18.el8_4";
    vec![
        package(&format!("zlib-{zlib}"), arch)
            .provides(["libz.so.1()(64bit)"])
            .requires(["libc.so.6()(64bit)"])
            .files(library(arch, "/lib64", "libz", "1.2.11", "libz.so.1", &["libc.so.6"]))
            .file(MadeFile::file("/usr/share/doc/zlib-README-18", "new\n").doc()),
        package(&format!("zlib-devel-{zlib}"), arch)
            .provides(["pkgconfig(zlib) = 1.2.11"])
            .requires([format!("zlib{} = {zlib}", isa(arch)).as_str()])
            .file(MadeFile::file("/usr/include/zlib.h", "#pragma once\n")),
    ]
}

fn git(arch: Arch) -> Vec<Spec> {
    let core = ["git", "git-add", "git-commit", "git-log"].map(|n| format!("/usr/libexec/git-core/{n}"));
    let image = || elf::program(arch, "git 2.27.0\n");
    let git = with_programs(arch, "git-2.27.0-1.el8", &[])
        .requires(["less", "openssh-clients", "perl(Git)", "zlib >= 1.2"])
        .recommends(&["git-email"])
        .file(MadeFile::program("/usr/bin/git", image()).linked("git"))
        .file(MadeFile::dir("/usr/libexec/git-core"))
        .files(core.map(|path| MadeFile::program(path, image()).linked("git")))
        .files([MadeFile::dir("/usr/share/doc/git"), MadeFile::file("/usr/share/doc/git/README.md", "# git\n").doc()]);
    let perl = Spec::new("perl-Git-2.27.0-1.el8.noarch")
        .provides(["perl(Git) = 0.01"])
        .requires(["git = 2.27.0-1.el8", "perl-interpreter"])
        .file(MadeFile::file("/usr/share/perl5/vendor_perl/Git.pm", "1;\n"));
    vec![git, perl, Spec::new("git-email-2.27.0-1.el8.noarch").requires(["git = 2.27.0-1.el8"])]
}

fn build_tools(arch: Arch) -> Vec<Spec> {
    let script = |nevr: &str, paths: &[&str]| {
        Spec::new(&format!("{nevr}.noarch"))
            .requires(["/bin/sh", "perl-interpreter"])
            .files(paths.iter().map(|path| MadeFile::program(*path, format!("#!/usr/bin/perl\n# {path}\n"))))
    };
    let macros =
        |name: &str| MadeFile::file(format!("/usr/lib/rpm/macros.d/macros.{name}"), format!("%{name} %{{nil}}\n"));
    vec![
        script("autoconf-2.69-29.el8", &["/usr/bin/autoconf", "/usr/bin/autoreconf"]).requires(["m4 >= 1.4.14"]),
        script("automake-1.16.1-7.el8", &["/usr/bin/automake", "/usr/bin/aclocal"]).requires(["autoconf >= 2.65"]),
        package("libtool-2.4.6-25.el8", arch)
            .requires(["autoconf >= 2.58", "automake >= 1.4", "gcc", "sed"])
            .file(MadeFile::program("/usr/bin/libtool", "#!/bin/sh\n")),
        with_programs(arch, "bison-3.0.4-10.el8", &["/usr/bin/bison"]).requires(["m4 >= 1.4"]),
        with_programs(arch, "flex-2.6.1-9.el8", &["/usr/bin/flex"]).requires(["m4"]),
        with_programs(arch, "libmpc-1.1.0-9.1.el8", &[]).provides(["libmpc.so.3()(64bit)"]).files(library(
            arch,
            "/usr/lib64",
            "libmpc",
            "3.1.0",
            "libmpc.so.3",
            &["libc.so.6"],
        )),
        with_programs(arch, "annobin-9.50-1.el8", &[]).requires(["gcc"]),
        with_programs(arch, "rpm-build-4.14.3-14.el8_4", &["/usr/bin/rpmbuild"])
            .requires([
                "rpm = 4.14.3-14.el8_4",
                "binutils",
                "diffutils",
                "findutils",
                "gawk",
                "grep",
                "make",
                "sed",
                "xz",
            ])
            .requires(["system-rpm-config"]),
        Spec::new("redhat-rpm-config-125-1.el8.noarch")
            .provides(["system-rpm-config = 125-1.el8"])
            .requires(["(annobin if (gcc or clang))", "kernel-rpm-macros", "rpm >= 4.11.0"])
            .file(MadeFile::dir("/usr/lib/rpm/redhat"))
            .file(MadeFile::file("/usr/lib/rpm/redhat/macros", "%_host_vendor redhat\n")),
        Spec::new("kernel-rpm-macros-125-1.el8.noarch")
            .requires(["(kmod if redhat-rpm-config)"])
            .file(macros("kmp"))
            .file(MadeFile::program("/usr/lib/rpm/redhat/find-provides.d/kmod.prov", "#!/bin/sh\n")),
        with_programs(arch, "kabi-dw-0-0.18.20210914gitb52ac13.el8", &["/usr/bin/kabi-dw"])
            .requires(["libelf.so.1()(64bit)"]),
    ]
}
