//! Kernels: three of the standard one, two of the real-time one, with the files, provides and scriptlets that decide
//! how a driver toolkit is made.

use crate::{
    formats::compression::Codec,
    terms::Arch,
    testbed::{
        compress::compress,
        files::MadeFile,
        spec::{Script, Spec, When},
    },
};

use super::{elf, package};

/// One flavour and version of a kernel.
struct Kernel<'a> {
    arch: Arch,
    /// `kernel` or `kernel-rt`.
    name: &'a str,
    /// VERSION-RELEASE.
    evr: &'a str,
    /// `uname -r`.
    kver: String,
}

/// Every package of a kernel: the meta package (standard only), core, devel, modules, modules-extra.
pub(super) fn packages(arch: Arch, name: &str, evr: &str) -> Vec<Spec> {
    let suffix = if name == "kernel-rt" { "+rt" } else { "" };
    let k = Kernel { arch, name, evr, kver: format!("{evr}.{arch}{suffix}") };
    let mut all = vec![k.core(), k.devel(), k.modules(), k.modules_extra()];
    if name == "kernel" {
        all.push(k.meta());
        all.push(k.headers());
        all.push(stablelists(evr));
    }
    all
}

fn stablelists(evr: &str) -> Spec {
    let list = "[rhel8_kernel_abi]\n\tprintk\n\tkmalloc\n";
    Spec::new(&format!("kernel-abi-stablelists-{evr}.noarch"))
        .signed_as_rhel()
        .obsoletes(&["kernel-abi-whitelists < 4.18.0-305"])
        .provides([format!("kernel-abi-whitelists = {evr}").as_str()])
        .files([
            MadeFile::dir("/lib/modules/kabi-rhel84"),
            MadeFile::file("/lib/modules/kabi-rhel84/kabi_stablelist_x86_64", list),
            MadeFile::file("/lib/modules/kabi-rhel84/kabi_stablelist_aarch64", list),
            MadeFile::symlink("/lib/modules/kabi-current", "kabi-rhel84"),
        ])
}

impl Kernel<'_> {
    fn package(&self, part: &str) -> Spec {
        let full = format!("{}{part}", self.name);
        let uname = format!("{full}-uname-r = {}", self.kver);
        package(&format!("{full}-{}", self.evr), self.arch).provides([uname.as_str()])
    }

    fn in_modules(&self, path: &str) -> String {
        format!("/lib/modules/{}/{path}", self.kver)
    }

    fn meta(&self) -> Spec {
        let needs = ["core", "modules"].map(|part| format!("{}-{part}-uname-r = {}", self.name, self.kver));
        package(&format!("{}-{}", self.name, self.evr), self.arch).requires(needs.iter().map(String::as_str))
    }

    fn core(&self) -> Spec {
        let kver = &self.kver;
        let ghost = |name: &str| MadeFile::ghost(format!("/boot/{name}")).mode(0o600);
        let uname = format!("kernel-uname-r = {kver}");
        let builtin = ["kernel/fs/ext4/ext4.ko", "kernel/crypto/crc32c_generic.ko"].join("\n") + "\n";
        self.package("-core")
            .provides([uname.as_str(), "installonlypkg(kernel)", "kernel(printk) = 0x27e1a049"])
            .provides(["kernel(kmalloc_caches) = 0x0d8c7e2c"])
            .requires_for(When::Pre, &["coreutils", "systemd >= 203-2", "/usr/bin/kernel-install", "dracut >= 027"])
            .requires(["linux-firmware >= 20190516-94", "((kernel-rpm-macros if redhat-rpm-config) or coreutils)"])
            .files([
                MadeFile::dir(format!("/lib/modules/{kver}")),
                MadeFile::file(self.in_modules("config"), self.config()),
                MadeFile::program(self.in_modules("vmlinuz"), elf::program(self.arch, &format!("vmlinuz {kver}\n"))),
                MadeFile::file(self.in_modules("System.map"), format!("ffffffff81000000 T _text\n# {kver}\n"))
                    .mode(0o600),
                MadeFile::file(self.in_modules("symvers.gz"), compress(Codec::Gzip, self.symvers().as_bytes())),
                MadeFile::file(self.in_modules("modules.builtin"), builtin),
                MadeFile::file(self.in_modules("modules.order"), "kernel/drivers/net/dummy.ko\nkernel/fs/xfs/xfs.ko\n"),
                MadeFile::symlink(self.in_modules("build"), format!("/usr/src/kernels/{kver}")),
                MadeFile::symlink(self.in_modules("source"), "build"),
                MadeFile::dir(self.in_modules("kernel")),
                MadeFile::dir(self.in_modules("kernel/fs")),
                MadeFile::dir(self.in_modules("kernel/fs/xfs")),
                MadeFile::dir(self.in_modules("vdso")),
            ])
            .file(self.module("kernel/fs/xfs/xfs.ko.xz", "libcrc32c"))
            .file(self.module("kernel/lib/libcrc32c.ko.xz", ""))
            .files(
                ["alias", "dep", "dep.bin", "symbols", "softdep"]
                    .map(|n| MadeFile::ghost(self.in_modules(&format!("modules.{n}")))),
            )
            .files([
                ghost(&format!("vmlinuz-{kver}")),
                ghost(&format!("initramfs-{kver}.img")),
                ghost(&format!("config-{kver}")),
            ])
            .script(Script::shell(
                When::Post,
                &format!(
                    "mkdir -p /var/lib/rpm-state/{n}\ntouch /var/lib/rpm-state/{n}/installing_core_{kver}\n",
                    n = self.name
                ),
            ))
            .script(Script::shell(
                When::Preun,
                &format!("/bin/kernel-install remove {kver} /lib/modules/{kver}/vmlinuz || exit $?\n"),
            ))
            .script(Script::shell(
                When::Posttrans,
                &format!(
                    "rm -f /var/lib/rpm-state/{n}/installing_core_{kver}\nif [ -x /usr/sbin/weak-modules ]\nthen\n    \
                 /usr/sbin/weak-modules --add-kernel {kver} || exit $?\nfi\n\
                 /bin/kernel-install add {kver} /lib/modules/{kver}/vmlinuz || exit $?\n",
                    n = self.name
                ),
            ))
    }

    /// Excerpt of a kernel configuration: the compiler's line is what `compiler_of_kernel` reads.
    fn config(&self) -> String {
        let rt = if self.name == "kernel-rt" { "CONFIG_PREEMPT_RT=y\n" } else { "# CONFIG_PREEMPT_RT is not set\n" };
        format!(
            "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{} {} Kernel Configuration\n#\n\
             CONFIG_CC_VERSION_TEXT=\"gcc (GCC) 8.5.0 20210514 (Red Hat 8.5.0-4)\"\nCONFIG_CC_IS_GCC=y\n\
             CONFIG_GCC_VERSION=80500\nCONFIG_MODULES=y\n{rt}",
            self.arch.kernel(),
            self.kver
        )
    }

    fn symvers(&self) -> String {
        "0x27e1a049\tprintk\tvmlinux\tEXPORT_SYMBOL\n0x0d8c7e2c\tkmalloc_caches\tvmlinux\tEXPORT_SYMBOL\n".to_owned()
    }

    fn module(&self, path: &str, depends: &str) -> MadeFile {
        let name = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
        let info = [
            "license=GPL".to_owned(),
            format!("alias=testbed-{name}"),
            format!("depends={depends}"),
            "intree=Y".to_owned(),
            format!("name={name}"),
            format!("vermagic={} SMP mod_unload modversions ", self.kver),
        ];
        MadeFile::file(self.in_modules(path), compress(Codec::Xz, &elf::kernel_module(self.arch, &info)))
    }

    fn modules(&self) -> Spec {
        let kver = &self.kver;
        let uname = format!("kernel-uname-r = {kver}");
        self.package("-modules")
            .provides(["installonlypkg(kernel-module)"])
            .requires([uname.as_str()])
            .requires_for(When::Post, &["/sbin/depmod"])
            .files([
                MadeFile::dir(self.in_modules("kernel/drivers")),
                MadeFile::dir(self.in_modules("kernel/drivers/net")),
                self.module("kernel/drivers/net/dummy.ko.xz", ""),
                self.module("kernel/drivers/net/bonding.ko.xz", "dummy"),
            ])
            .script(Script::shell(When::Post, &format!("depmod -a {kver}\n")))
            .script(Script::shell(When::Postun, &format!("depmod -a {kver}\n")))
    }

    fn modules_extra(&self) -> Spec {
        let needs =
            [format!("kernel-uname-r = {}", self.kver), format!("{}-modules-uname-r = {}", self.name, self.kver)];
        self.package("-modules-extra")
            .provides(["installonlypkg(kernel-module)"])
            .requires(needs.iter().map(String::as_str))
            .requires_for(When::Post, &["/sbin/depmod"])
            .file(MadeFile::dir(self.in_modules("extra")))
            .file(self.module("extra/net/can/vcan.ko.xz", ""))
            .file(MadeFile::file("/etc/modprobe.d/vcan-blacklist.conf", "blacklist vcan\n").noreplace())
            .script(Script::shell(When::Post, &format!("depmod -a {}\n", self.kver)))
    }

    fn devel(&self) -> Spec {
        let root = format!("/usr/src/kernels/{}", self.kver);
        let at = |path: &str| format!("{root}/{path}");
        let arch = self.arch.kernel();
        self.package("-devel")
            .provides(["installonlypkg(kernel)"])
            .requires(["bison", "elfutils-libelf-devel", "findutils", "flex", "gcc", "make", "perl-interpreter"])
            .files([
                MadeFile::dir(root.clone()),
                MadeFile::file(at(".config"), self.config()),
                MadeFile::file(at("Makefile"), "VERSION = 4\nPATCHLEVEL = 18\nSUBLEVEL = 0\n"),
                MadeFile::file(at("Kconfig"), "mainmenu \"Linux\"\n"),
                MadeFile::file(at("Module.symvers"), self.symvers()),
                MadeFile::dir(at("arch")),
                MadeFile::dir(at(&format!("arch/{arch}"))),
                MadeFile::file(at(&format!("arch/{arch}/Makefile")), "# arch\n"),
                MadeFile::dir(at("include")),
                MadeFile::dir(at("include/generated")),
                MadeFile::file(
                    at("include/generated/utsrelease.h"),
                    format!("#define UTS_RELEASE \"{}\"\n", self.kver),
                ),
                MadeFile::dir(at("include/linux")),
                MadeFile::file(at("include/linux/module.h"), "#pragma once\n"),
                MadeFile::dir(at("scripts")),
                MadeFile::program(at("scripts/recordmcount"), elf::program(self.arch, "recordmcount\n")),
                MadeFile::symlink(at("scripts/dtc"), "../include"),
            ])
            .script(Script::shell(
                When::Post,
                concat!(
                    "if [ -f /etc/sysconfig/kernel ]\nthen\n    . /etc/sysconfig/kernel || exit $?\nfi\n",
                    "if [ \"$HARDLINK\" != \"no\" -a -x /usr/sbin/hardlink ]\nthen\n    :\nfi\n"
                ),
            ))
    }

    fn headers(&self) -> Spec {
        package(&format!("kernel-headers-{}", self.evr), self.arch)
            .provides([format!("glibc-kernheaders = 3.0-{}", self.evr.rsplit('-').next().unwrap_or_default()).as_str()])
            .obsoletes(&["glibc-kernheaders < 3.0-46"])
            .file(MadeFile::dir("/usr/include/linux"))
            .file(MadeFile::file("/usr/include/linux/version.h", "#define LINUX_VERSION_CODE 266752\n"))
    }
}
