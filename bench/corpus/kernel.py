"""The kernels' packages: Debian's kernel under a RHEL name, cut into core, modules, modules-extra, devel and headers."""

import glob
import gzip
import os
import random
import re
import shutil

from debs import ARCHES, DIR, link, put, run, unpack

# Which module directories go into kernel-core and kernel-modules-extra, about as RHEL 8 cuts them; the rest is kernel-modules.
CORE = re.compile(
    r"""
    ^(arch|crypto|lib|mm|block|security|virt|fs/(ext4|xfs|jbd2|nfs|nfsd|nfs_common|lockd|overlayfs|fuse|squashfs|isofs|fat|nls|cifs|smbfs_common
    |dlm|gfs2|autofs|btrfs|fscache|cachefiles|netfs|udf)|net/(ipv4|ipv6|core|netfilter|sched|bridge|8021q|802|llc|packet|unix|xfrm|key|
    openvswitch|sunrpc|tls|vmw_vsock|dns_resolver|psample|rds|mpls|nsh|tipc)|drivers/(block|md|nvme|scsi|virtio|ata|acpi|char|cpufreq|crypto|dax
    |dma|edac|firmware|gpio|hv|hwmon|i2c|idle|iommu|message|misc|mtd|net/(ethernet|phy|mdio|bonding|team|hyperv|vmxnet3|vxlan|wireguard|ipvlan)|
    nvdimm|pci|platform|ptp|target|tty|uio|usb/(core|host|storage|common)|vfio|vhost|video|watchdog|xen|input|hid|parport|power|powercap|pinctrl
    |mfd|rtc|spi|thermal))(/|$)
    """,
    re.X,
)
EXTRA = re.compile(
    r"""
    ^(net/(can|ax25|netrom|rose|appletalk|atm|dccp|sctp|l2tp|batman-adv|6lowpan|ieee802154|mac802154|x25|lapb|phonet|rxrpc|9p)|fs/(affs|hfs|
    hfsplus|jffs2|ocfs2|minix|sysv|ufs|ubifs|afs|befs|bfs|qnx4|qnx6|omfs|9p|ceph|orangefs|erofs|f2fs|nilfs2|reiserfs|jfs)|drivers/(isdn|atm|
    comedi|net/(can|hamradio|arcnet|fddi|hippi|plip|slip|ieee802154|wan)|pcmcia|parport|w1|staging|accessibility|memstick|nfc))(/|$)
    """,
    re.X,
)
BLACKLISTED = "can dccp sctp l2tp_eth atm ax25 netrom rose hfs affs".split()
COMPILER = "gcc (GCC) 12.2.0 20220819 (Red Hat 12.2.0-14)"
INDEXES = "alias alias.bin builtin.bin builtin.alias.bin dep dep.bin devname softdep symbols symbols.bin".split()

CORE_SCRIPTS = """%post
mkdir -p /var/lib/rpm-state/{name}
touch /var/lib/rpm-state/{name}/installing_core_{kver}
%posttrans
rm -f /var/lib/rpm-state/{name}/installing_core_{kver}
if [ -x /usr/sbin/weak-modules ]
then
    /usr/sbin/weak-modules --add-kernel {kver} || exit $?
fi
/bin/kernel-install add {kver} /lib/modules/{kver}/vmlinuz || exit $?
%preun
/bin/kernel-install remove {kver} /lib/modules/{kver}/vmlinuz || exit $?
"""
MODULES_SCRIPTS = "%post\n/sbin/depmod -a {kver}\n%postun\n/sbin/depmod -a {kver}\n"
WEAK_MODULES = "%posttrans\nif [ -x /sbin/weak-modules ]; then /sbin/weak-modules --add-kernel {kver} || exit $?; fi\n"
# RHEL tests for /usr/bin/hardlink; Debian's util-linux has one, and a run of it per header would be all the peer does.
DEVEL_SCRIPTS = """%post
if [ -f /etc/sysconfig/kernel ]
then
    . /etc/sysconfig/kernel || exit $?
fi
if [ "$HARDLINK" != "no" -a -x /usr/bin/hardlink.absent -a ! -e /run/ostree-booted ]
then
    (cd /usr/src/kernels/{kver} &&
     /usr/bin/find . -type f | while read f; do
       hardlink -c /usr/src/kernels/*.fc*.*/$f $f > /dev/null
     done)
fi
"""


class Kernel:
    """One kernel of one architecture: Debian's packages unpacked once, parts moved out of the tree by each package's prep()."""

    def __init__(self, deb_arch, abi, kernel, realtime):
        self.deb_arch, self.realtime = deb_arch, realtime
        self.name, tag = ("kernel-rt", "-rt") if realtime else ("kernel", "")
        self.version, self.release = kernel.split("-", 1)
        self.evr, self.arch = kernel, ARCHES[deb_arch]
        self.kver = f"{kernel}.{self.arch}"
        self.modules_dir = f"/lib/modules/{self.kver}"
        self.work = f"{DIR}/build/{deb_arch}/kernel-{self.kver}"
        debian = f"6.1.0-{abi}{tag}-{deb_arch}"
        common = f"linux-headers-6.1.0-{abi}-common{tag}"
        shutil.rmtree(self.work, ignore_errors=True)
        unpack(deb_arch, f"linux-image-{debian}", self.work)
        for deb in (f"linux-headers-{debian}", common, "linux-kbuild-6.1"):
            unpack(deb_arch, deb, self.work + "/h")
        self.source = f"{self.work}/lib/modules/{debian}"
        self.headers, self.common_headers = f"{self.work}/h/usr/src/linux-headers-{debian}", f"{self.work}/h/usr/src/{common}"
        with open(self.headers + "/Module.symvers") as f:
            self.symbols = [line.split("\t") for line in f]
        self.modules = [os.path.join(d, f) for d, _, files in os.walk(self.source) for f in files if f.endswith(".ko")]
        for i in range(0, len(self.modules), 200):
            run("xz", "-2", "--check=crc32", "--lzma2=preset=2,dict=1MiB", *self.modules[i : i + 200])

    def move_modules(self, stage, part):
        for m in self.modules:
            path = os.path.relpath(m, self.source + "/kernel")
            d = os.path.dirname(path)
            if part == ("extra" if EXTRA.match(d) else "core" if CORE.match(d) else "modules"):
                to = f"{stage}{self.modules_dir}/{'extra' if part == 'extra' else 'kernel'}/{path}.xz"
                os.makedirs(os.path.dirname(to), exist_ok=True)
                os.rename(m + ".xz", to)

    def core_files(self, _, stage):
        self.move_modules(stage, "core")
        d = self.modules_dir
        shutil.move(glob.glob(f"{self.work}/boot/vmlinuz-*")[0], f"{stage}{d}/vmlinuz")
        os.chmod(f"{stage}{d}/vmlinuz", 0o755)
        with open(glob.glob(f"{self.work}/boot/config-*")[0]) as f:
            config = re.sub(r"(?m)^CONFIG_CC_VERSION_TEXT=.*$", f'CONFIG_CC_VERSION_TEXT="{COMPILER}"', f.read())
        put(stage, f"{d}/config", config.replace("# Compiler:", f"# Compiler: {COMPILER}"))
        r = random.Random(self.kver)
        put(stage, f"{d}/System.map", "".join(f"ffffffff{r.getrandbits(32):08x} T {s[1]}\n" for s in self.symbols) * 4, 0o600)
        with gzip.GzipFile(f"{stage}{d}/symvers.gz", "wb", mtime=0) as z, open(self.headers + "/Module.symvers", "rb") as f:
            z.write(f.read())
        put(stage, f"{d}/.vmlinuz.hmac", f"{0:0128d}  {d}/vmlinuz\n")
        for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy(f"{self.source}/{name}", f"{stage}{d}/{name}")
        put(stage, f"{d}/bls.conf", f"title Bench Enterprise Linux ({self.kver}) 8.4 (Ootpa)\nversion {self.kver}\nlinux /vmlinuz-{self.kver}\n")
        link(stage, f"{d}/build", f"/usr/src/kernels/{self.kver}")
        link(stage, f"{d}/source", "build")
        for name in ("updates", "weak-updates", "systemtap"):
            os.makedirs(f"{stage}{d}/{name}")

    def modules_files(self, _, stage):
        self.move_modules(stage, "modules")

    def extra_files(self, _, stage):
        self.move_modules(stage, "extra")
        for name in BLACKLISTED:
            put(stage, f"/etc/modprobe.d/{name}-blacklist.conf", f"blacklist {name}\n")

    def devel_files(self, _, stage):
        to = f"{stage}/usr/src/kernels/{self.kver}"
        os.makedirs(os.path.dirname(to))
        for d in (self.common_headers, self.headers):
            for name in ("scripts", "tools"):
                if os.path.islink(f"{d}/{name}"):
                    os.unlink(f"{d}/{name}")
        os.unlink(self.headers + "/Makefile")
        run("cp", "-a", self.headers + "/.", self.common_headers + "/")
        os.rename(self.common_headers, to)
        for name in ("scripts", "tools", "certs"):
            run("cp", "-a", f"{self.work}/h/usr/lib/linux-kbuild-6.1/{name}", to + "/")
        machine = "x86" if self.deb_arch == "amd64" else "arm64"
        put(to, "/.kernelvariables", f"override ARCH = {machine}\noverride KERNELRELEASE = {self.kver}\nDEBIAN_KERNEL_NO_CC_VERSION_CHECK = y\n")
        put(to, "/include/config/kernel.release", self.kver + "\n")
        put(to, "/include/generated/utsrelease.h", f'#define UTS_RELEASE "{self.kver}"\n')

    def provides(self):
        if self.realtime:
            return ["installonlypkg(kernel)", f"kernel-rt-core-uname-r = {self.kver}+rt", f"kernel-rt-uname-r = {self.kver}", f"kernel-uname-r = {self.kver}"]
        named = [f"kernel = {self.evr}", f"kernel-core-uname-r = {self.kver}", f"kernel-uname-r = {self.kver}", "kernel-drm-nouveau = 16", f"kernel-{self.arch} = {self.evr}"]
        return named + ["installonlypkg(kernel)"] + [f"kernel({s[1]}) = {s[0]}" for s in self.symbols if s[2] == "vmlinux"]

    def packages(self):
        """Descriptions, to be built in this order: each takes its part of the tree."""
        n, kver, d = self.name, self.kver, self.modules_dir
        common = dict(version=self.version, release=self.release, repo="rt" if self.realtime else "baseos", no_usrmerge=True, noauto=True,
                      license="GPLv2 and Redistributable, no modification permitted", debs=[])
        boot = [f"/boot/{x}-{kver}{e}" for x, e in (("vmlinuz", ""), ("System.map", ""), ("config", ""), ("symvers", ".gz"), ("initramfs", ".img"), (".vmlinuz", ".hmac"))]
        yield dict(common, name=f"{n}-core", prep=self.core_files, provides=self.provides(), scripts=CORE_SCRIPTS.format(name=n, kver=kver),
                   requires_pre=["coreutils", "systemd >= 203-2", "/usr/bin/kernel-install", "dracut >= 027", "linux-firmware >= 20190516-94.git711d3297"],
                   requires=["/bin/sh", "(systemd-udev or systemd < 239)"] + (["rt-setup"] if self.realtime else []),
                   conflicts=["xfsprogs < 4.3.0-1", "xorg-x11-drv-vmmouse < 13.0.99"], ghost=[f"{d}/modules.{x}" for x in INDEXES] + boot,
                   attrs={p: "%attr(0600,root,root)" for p in [f"{d}/System.map", *boot]})
        module = dict(common, requires_post=["/sbin/depmod"])
        yield dict(module, name=f"{n}-modules", prep=self.modules_files, requires=[f"kernel-uname-r = {kver}"], scripts=(MODULES_SCRIPTS + WEAK_MODULES).format(kver=kver),
                   provides=[f"{n}-modules-uname-r = {kver}", f"{n}-modules-{self.arch} = {self.evr}", "installonlypkg(kernel-module)"])
        yield dict(module, name=f"{n}-modules-extra", prep=self.extra_files, requires=[f"kernel-uname-r = {kver}", f"{n}-modules-uname-r = {kver}"],
                   provides=[f"{n}-modules-extra-uname-r = {kver}", f"{n}-modules-extra-{self.arch} = {self.evr}", "installonlypkg(kernel-module)"],
                   scripts=MODULES_SCRIPTS.format(kver=kver), config=[f"/etc/modprobe.d/{x}-blacklist.conf" for x in BLACKLISTED])
        yield dict(common, name=f"{n}-devel", prep=self.devel_files, requires_pre=["findutils"], scripts=DEVEL_SCRIPTS.format(kver=kver),
                   requires=["findutils", "perl-interpreter", "bison", "flex", "make", "elfutils-libelf-devel", "openssl-devel", "gcc"],
                   provides=[f"{n}-devel-{self.arch} = {self.evr}", f"{n}-devel-uname-r = {kver}", "installonlypkg(kernel)"])
        if not self.realtime:
            yield dict(common, name="kernel-headers", prep=lambda a, stage: unpack(a, "linux-libc-dev", stage),
                       provides=["glibc-kernheaders = 3.0-46"], obsoletes=["glibc-kernheaders < 3.0-46"])
            yield dict(common, name="kernel", requires=[f"kernel-core-uname-r = {kver}", f"kernel-modules-uname-r = {kver}"], provides=["installonlypkg(kernel)"])
        shutil.rmtree(self.work)
