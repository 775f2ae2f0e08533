"""Packages that are not Debian's: the file system, the accounts, the release, and stand-ins for what only Red Hat has."""

import os
import random

from debs import link, put
from package import FILESYSTEM

PASSWD = """root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
adm:x:3:4:adm:/var/adm:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
mail:x:8:12:mail:/var/spool/mail:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
games:x:12:100:games:/usr/games:/sbin/nologin
ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin
nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
"""
GROUP = "root:x:0:\nbin:x:1:\ndaemon:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\ndisk:x:6:\nlp:x:7:\nmem:x:8:\nkmem:x:9:\nwheel:x:10:\nmail:x:12:\nman:x:15:\ngames:x:20:\nftp:x:50:\nlock:x:54:\naudio:x:63:\nusers:x:100:\nutmp:x:22:\nshadow:x:42:\nnobody:x:65534:\n"


def filesystem_files(deb_arch, stage):
    for d in sorted(FILESYSTEM):
        if d in ("/bin", "/sbin", "/lib", "/lib64", "/lib/modules"):
            continue
        os.makedirs(stage + d, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        link(stage, "/" + name, "usr/" + name)
    link(stage, "/var/lock", "../run/lock")
    link(stage, "/var/run", "../run")
    link(stage, "/var/mail", "spool/mail")


def setup_files(deb_arch, stage):
    put(stage, "/etc/passwd", PASSWD)
    put(stage, "/etc/group", GROUP)
    put(stage, "/etc/shadow", "".join(line.split(":")[0] + ":*:18353:0:99999:7:::\n" for line in PASSWD.splitlines()), 0)
    put(stage, "/etc/gshadow", "".join(line.split(":")[0] + ":::\n" for line in GROUP.splitlines()), 0)
    put(stage, "/etc/shells", "/bin/sh\n/bin/bash\n")
    put(stage, "/etc/hosts", "127.0.0.1 localhost\n")
    put(stage, "/etc/profile", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH\n")
    put(stage, "/etc/fstab", "")
    put(stage, "/etc/subuid", "")
    put(stage, "/etc/subgid", "")
    put(stage, "/etc/environment", "")
    put(stage, "/var/log/lastlog", "")


def release_files(deb_arch, stage):
    put(
        stage,
        "/usr/lib/os-release",
        'NAME="Red Hat Enterprise Linux"\nVERSION="8.4 (Ootpa)"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="8.4"\nPLATFORM_ID="platform:el8"\nPRETTY_NAME="Bench Enterprise Linux 8.4"\n',
    )
    link(stage, "/etc/os-release", "../usr/lib/os-release")
    put(stage, "/etc/redhat-release", "Red Hat Enterprise Linux release 8.4 (Ootpa)\n")
    link(stage, "/etc/system-release", "redhat-release")
    put(stage, "/etc/dnf/vars/releasever.bench", "8.4\n")
    put(stage, "/etc/yum.repos.d/ubi.repo", "[ubi-8-baseos]\nname=ubi\nbaseurl=https://cdn-ubi.invalid/\nenabled=0\n")


def nothing(deb_arch, stage):
    pass


def made(name, version, release, prep, **more):
    return dict(more, name=name, version=version, release=release, prep=prep, debs=[])


def script(path, text, mode=0o755):
    return lambda deb_arch, stage: put(stage, path, text, mode)


def many(path, n, size):
    def f(deb_arch, stage):
        r = random.Random(path)
        for i in range(n):
            put(stage, f"{path}/{i:04d}.txt", "".join("%08x symbol_%d\n" % (r.getrandbits(32), r.getrandbits(16)) for _ in range(size // 20)))

    return f


def invented():
    """Descriptions of the packages that no Debian package stands for."""

    out = [
        made(
            "filesystem",
            "3.8",
            "3.el8",
            filesystem_files,
            requires_pre=["setup"],
            no_usrmerge=True,
            noauto=True,
            attrs={
                "/tmp": "%attr(1777,root,root)",
                "/var/tmp": "%attr(1777,root,root)",
                "/root": "%attr(0550,root,root)",
                "/var/spool/mail": "%attr(0775,root,mail)",
                "/proc": "%attr(0555,root,root)",
                "/sys": "%attr(0555,root,root)",
                "/usr/bin": "%attr(0555,root,root)",
                "/usr/sbin": "%attr(0555,root,root)",
                "/usr/lib": "%attr(0555,root,root)",
                "/usr/lib64": "%attr(0555,root,root)",
                "/boot": "%attr(0555,root,root)",
            },
            provides=["filesystem(usrmove)"],
            scripts='%pretrans -p <lua>\n--# If we are running in pretrans in a fresh root, there is no /usr and\n--# symlinks.\nposix.mkdir("/proc")\nposix.mkdir("/sys")\nposix.chmod("/proc", 0555)\nposix.mkdir("/usr")\nposix.mkdir("/usr/bin")\nposix.mkdir("/usr/sbin")\nposix.mkdir("/usr/lib")\nposix.mkdir("/usr/lib/modules")\nposix.mkdir("/usr/lib64")\nposix.symlink("usr/bin", "/bin")\nposix.symlink("usr/sbin", "/sbin")\nposix.symlink("usr/lib", "/lib")\nposix.symlink("usr/lib64", "/lib64")\nreturn 0\n',
        ),
        made(
            "setup",
            "2.12.2",
            "6.el8",
            setup_files,
            arch="noarch",
            noauto=True,
            config=[
                "/etc/passwd",
                "/etc/group",
                "/etc/shadow",
                "/etc/gshadow",
                "/etc/shells",
                "/etc/hosts",
                "/etc/profile",
                "/etc/fstab",
                "/etc/subuid",
                "/etc/subgid",
                "/etc/environment",
            ],
            requires=["redhat-release"],
            attrs={"/etc/shadow": "%attr(0000,root,root)", "/etc/gshadow": "%attr(0000,root,root)"},
            ghost=["/var/log/lastlog"],
            scripts='%post -p <lua>\n--throw away useless and dangerous update stuff until rpm will be able to\n--handle it ( http://rpm.org/ticket/6 )\nfor i, name in ipairs({"passwd", "shadow", "group", "gshadow"}) do\n     os.remove("/etc/"..name..".rpmnew")\nend\n',
        ),
        made("basesystem", "11", "5.el8", nothing, arch="noarch", requires=["setup", "filesystem"]),
        made(
            "redhat-release",
            "8.4",
            "0.6.el8",
            release_files,
            provides=["system-release = 8.4", "base-module(platform:el8)", "redhat-release-eula = 8.4"],
            config=["/etc/yum.repos.d/ubi.repo"],
        ),
        made("emacs-filesystem", "26.1", "5.el8", nothing, arch="noarch"),
        made(
            "pkgconf-pkg-config",
            "1.4.2",
            "1.el8",
            script("/usr/bin/pkg-config", "#!/bin/sh\nexit 1\n"),
            provides=["pkgconfig = 1:0.29.1"],
        ),
        made(
            "openssh",
            "9.2p1",
            "13.el8",
            script("/etc/ssh/moduli", "# moduli\n", 0o644),
            requires_pre=["/usr/sbin/groupadd"],
            config=["/etc/ssh/moduli"],
            scripts="%pre\ngetent group ssh_keys >/dev/null || groupadd -r ssh_keys || :\n",
        ),
        made(
            "dracut",
            "049",
            "136.git20210426.el8_4",
            script("/usr/bin/dracut", "#!/bin/bash\nexit 0\n"),
            requires=["kmod", "util-linux >= 2.21", "procps-ng", "xz", "gzip", "cpio", "systemd-udev", "iputils", "tpm2-tss"],
            repo="baseos",
        ),  # tpm2-tss: so that a user is created in the added layer too
        made(
            "tpm2-tss",
            "2.3.2",
            "3.el8",
            script("/usr/lib64/libtss2-bench.txt", "x\n", 0o644),
            requires_pre=["shadow-utils"],
            scripts='%pre\ngetent group tss >/dev/null || groupadd -f -g 59 -r tss\nif ! getent passwd tss >/dev/null ; then\n  useradd -r -u 59 -g tss -d /dev/null -s /sbin/nologin -c "Account used for TPM access" tss\nfi\nexit 0\n',
        ),
        made(
            "redhat-rpm-config",
            "125",
            "1.el8",
            script("/usr/lib/rpm/redhat/macros", "%dist .el8\n", 0o644),
            repo="appstream",
            arch="noarch",
            provides=["system-rpm-config = 125-1.el8"],
            requires=["(annobin if gcc)", "efi-srpm-macros", "perl-srpm-macros", "/usr/bin/file", "(python3-rpm-macros or platform-python)"],
        ),
        made("annobin", "9.50", "1.el8", many("/usr/lib/gcc/annobin", 3, 40000), repo="appstream"),
        made("glibc-gconv-extra", "2.36", "151.el8", script("/usr/lib64/gconv/extra.conf", "# x\n", 0o644)),
        made("bench-extra", "1", "1.el8", nothing, arch="noarch"),
        made("kabi-dw", "0", "0.18.20210914gitb52ac13.el8", script("/usr/bin/kabi-dw", "#!/bin/sh\necho kabi-dw stand-in\n"), repo="appstream"),
        made(
            "kernel-abi-whitelists",
            "4.18.0",
            "240.el8",
            many("/lib/modules/kabi-rhel83", 5, 60000),
            arch="noarch",
            no_usrmerge=True,
        ),
        made(
            "kernel-abi-stablelists",
            "4.18.0",
            "305.40.1.el8_4",
            many("/lib/modules/kabi-rhel84", 5, 60000),
            arch="noarch",
            no_usrmerge=True,
            obsoletes=["kernel-abi-whitelists < 4.18.0-305"],
            provides=["kernel-abi-whitelists = 4.18.0-305.40.1.el8_4"],
        ),
        made(
            "kernel-abi-stablelists",
            "4.18.0",
            "305.49.1.el8_4",
            many("/lib/modules/kabi-rhel84", 5, 60000),
            arch="noarch",
            no_usrmerge=True,
            obsoletes=["kernel-abi-whitelists < 4.18.0-305"],
            provides=["kernel-abi-whitelists = 4.18.0-305.49.1.el8_4"],
        ),
        made("rt-setup", "2.1", "2.el8", script("/usr/bin/rt-setup-kdump", "#!/bin/sh\nexit 0\n"), repo="rt"),
    ]
    for n in ("efi-srpm-macros", "perl-srpm-macros"):
        out.append(made(n, "3", "2.el8", script(f"/usr/lib/rpm/macros.d/macros.{n}", "%bench 1\n", 0o644), arch="noarch", repo="appstream"))
    return out
