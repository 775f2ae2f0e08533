"""The packages made of Debian's: what they are called, how they are cut, and the RHEL 8 traits they get."""

import glob
import os
import random
import re
import shutil

from debs import TRIPLET, link, put, unpack

# Debian packages with no place in the image.
DROPPED = set("""debconf init-system-helpers ucf sensible-utils debianutils adduser usrmerge libdebuginfod-common libnsl-dev libtirpc-dev
rpcsvc-proto media-types libpam-runtime linux-libc-dev base-files""".split())

# Debian's name and RHEL's, where rpm_name's rule is wrong.
NAMES = dict(pair.split() for pair in """libxml2 libxml2,
libglib2.0-0 glib2, libcurl4 libcurl, libcurl3-gnutls libcurl-gnutls, libpcre2-8-0 pcre2, libssl3 openssl-libs, zlib1g zlib,
zlib1g-dev zlib-devel, libbz2-1.0 bzip2-libs, liblzma5 xz-libs, xz-utils xz, libgcrypt20 libgcrypt, libssl-dev openssl-devel,
libelf1 elfutils-libelf, libelf-dev elfutils-libelf-devel, libdw1 elfutils-libs, libasm1 elfutils-libasm, libkmod2 kmod-libs,
libkeyutils1 keyutils-libs, libstdc++6 libstdc++, libgdbm6 gdbm-libs, libsqlite3-0 sqlite-libs, libdbus-1-3 dbus-libs,
libdevmapper1.02.1 device-mapper-libs, dmsetup device-mapper, libcryptsetup12 cryptsetup-libs, libicu72 libicu,
libncursesw6 ncurses-libs, libtinfo6 ncurses-libs, ncurses-bin ncurses, libreadline8 readline, readline-common readline,
procps procps-ng, libproc2-0 procps-ng, libaudit1 audit-libs, libaudit-common audit-libs, liblua5.3-0 lua-libs, libjson-c5 json-c,
libexpat1 expat, libgmp10 gmp, libmpfr6 mpfr, libmpc3 libmpc, libisl23 isl, libonig5 oniguruma, libjq1 jq, libgnutls30 gnutls,
libnettle8 nettle, libhogweed6 nettle, libp11-kit0 p11-kit, libk5crypto3 krb5-libs, libkrb5-3 krb5-libs, libkrb5support0 krb5-libs,
libgssapi-krb5-2 krb5-libs, libldap-2.5-0 openldap, libsasl2-2 cyrus-sasl-lib, libsasl2-modules-db cyrus-sasl-lib, libyaml-0-2 libyaml,
libefivar1 efivar-libs, libmagic1 file-libs, libmagic-mgc file-libs, libsystemd0 systemd-libs, libudev1 systemd-libs, libdb5.3 libdb,
gpg gnupg2, gpgconf gnupg2, libgpgme11 gpgme, iproute2 iproute, iputils-ping iputils, gettext-base gettext-libs,
linux-libc-dev kernel-headers-deb, base-files redhat-release-deb, libcom-err2 libcom_err, libcrypt1 libxcrypt,
libcrypt-dev libxcrypt-devel, libattr1 libattr, libpopt0 popt, libsemanage-common libsemanage, libtirpc-common libtirpc,
libsource-highlight-common source-highlight, libsource-highlight4v5 source-highlight, libip4tc2 iptables-libs, libbpf1 libbpf,
libxtables12 iptables-libs, libelf elfutils-libelf, sqlite3 sqlite, libdnf2-common libdnf, libfsverity0 fsverity-utils-libs,
libfido2-1 libfido2, libcap2 libcap, libcap2-bin libcap, libsigsegv2 libsigsegv, liberror-perl perl-Error,
libfile-find-rule-perl perl-File-Find-Rule, libnumber-compare-perl perl-Number-Compare, libtext-glob-perl perl-Text-Glob
""".split(","))


def rpm_name(deb):
    if deb in NAMES:
        return NAMES[deb]
    if deb.startswith("lib") and not deb.endswith("-dev"):
        return re.sub(r"(?<=[a-z_-])[-]?[0-9][0-9.\-]*(c2|v5)?$", "", deb)
    return deb[:-4] + "-devel" if deb.endswith("-dev") else deb


LDCONFIG = "%post -p /sbin/ldconfig\n%postun -p /sbin/ldconfig\n"
LUA_LDCONFIG = """if posix.access ("/sbin/ldconfig", "x") then
  local pid = posix.fork ()
  if pid == 0 then
    posix.exec ("/sbin/ldconfig")
  elseif pid ~= -1 then
    posix.wait (pid)
  end
end
"""


def bash_files(deb_arch, stage):
    link(stage, "/usr/bin/sh", "bash")


def gawk_files(deb_arch, stage):
    link(stage, "/usr/bin/awk", "gawk")


def vim_files(deb_arch, stage):
    link(stage, "/usr/bin/vi", "vim.tiny")


RPMBIN = ("rpm", "rpmdb", "rpmkeys", "rpmquery", "rpmverify", "gendiff")


def rpm_files(deb_arch, stage):  # /usr/bin/rpm lives in Debian's "rpm", the macros in rpm-common
    unpack(deb_arch, "rpm", stage + "/x")
    os.makedirs(stage + "/usr/bin", exist_ok=True)
    for n in RPMBIN:
        for d in ("bin", "usr/bin"):
            if os.path.lexists(f"{stage}/x/{d}/{n}"):
                os.rename(f"{stage}/x/{d}/{n}", f"{stage}/usr/bin/{n}")
    shutil.rmtree(stage + "/x")
    for f in glob.glob(stage + "/usr/lib/rpm/macros"):
        t = open(f).read()
        t = re.sub(r"(?m)^(%_dbpath\s+).*$", r"\1%{_var}/lib/rpm", t)
        open(f, "w").write(t)
    put(stage, "/etc/rpm/macros.image-language-conf", "%_install_langs C.utf8\n")
    os.makedirs(stage + "/var/lib/rpm", exist_ok=True)


def rpmbuild_files(deb_arch, stage):
    for n in RPMBIN:
        for d in ("bin", "usr/bin"):
            if os.path.lexists(f"{stage}/{d}/{n}"):
                os.unlink(f"{stage}/{d}/{n}")


def firmware_files(deb_arch, stage):  # synthetic: 2400 files, ~240 MB, about half compressible, so the rpm is near RHEL 8's size
    r = random.Random(8)
    for i in range(2400):
        n = int(r.paretovariate(0.9) * 13000) % 2_000_000 + 512
        b = r.randbytes(n // 2)
        p = f"{stage}/usr/lib/firmware/vendor{i % 60:02d}/fw-{i:04d}.bin"
        os.makedirs(os.path.dirname(p), exist_ok=True)
        open(p, "wb").write(b + (b[:64] * (n // 128 + 1))[: n - len(b)])
        if i % 12 == 0:
            os.symlink(f"fw-{i:04d}.bin", p[:-4] + "-alias.bin")


def glibc_files(deb_arch, stage):
    put(stage, "/etc/nsswitch.conf", open(stage + "/usr/share/libc-bin/nsswitch.conf").read())
    put(stage, "/etc/ld.so.conf", "include ld.so.conf.d/*.conf\n")
    put(stage, "/var/cache/ldconfig/aux-cache", "")


def chkconfig_files(deb_arch, stage):
    keep = stage + "/usr/bin/update-alternatives"
    t = stage + ".ua"
    os.rename(keep, t)
    shutil.rmtree(stage)
    os.makedirs(stage + "/usr/libexec")
    os.rename(t, stage + "/usr/libexec/update-alternatives")
    put(
        stage,
        "/usr/sbin/alternatives",
        '#!/bin/sh\nexec /usr/libexec/update-alternatives --quiet --admindir /var/lib/alternatives --altdir /etc/alternatives --log /dev/null "$@"\n',
        0o755,
    )
    link(stage, "/usr/sbin/update-alternatives", "alternatives")
    os.makedirs(stage + "/var/lib/alternatives")
    os.makedirs(stage + "/etc/alternatives")


def binutils_files(deb_arch, stage):
    t = TRIPLET[deb_arch]
    b = stage + "/usr/bin"
    os.unlink(b + "/ld")
    shutil.rmtree(stage + "/usr/lib/compat-ld", ignore_errors=True)
    shutil.rmtree(stage + "/usr/lib/gold-ld", ignore_errors=True)
    for n in ("ld.bfd", "ld.gold"):
        os.unlink(f"{b}/{n}")
        os.rename(f"{b}/{t}-{n}", f"{b}/{n}")
        os.symlink(n, f"{b}/{t}-{n}")


def git_files(deb_arch, stage):  # RHEL traits: hardlinked commands
    core = stage + "/usr/lib/git-core"
    for n in sorted(os.listdir(core)):
        p = f"{core}/{n}"
        if os.path.islink(p) and os.readlink(p) == "git" and n < "git-d":
            os.unlink(p)
            os.link(core + "/git", p)


def udev_files(deb_arch, stage):
    put(
        stage,
        "/usr/bin/kernel-install",
        """#!/bin/bash
# stand-in for RHEL 8's kernel-install: depmod always; /boot copies only with a machine id
[ "$1" = add ] || { [ "$1" = remove ] && rm -f /lib/modules/$2/modules.{dep,alias,symbols,devname,softdep}* ; exit 0; }
/sbin/depmod -a "$2" || exit 1
[ -s /etc/machine-id ] && ! grep -q uninitialized /etc/machine-id && cp -a "$3" /boot/vmlinuz-$2
exit 0
""",
        0o755,
    )


def dbus_files(deb_arch, stage):
    for p in glob.glob(stage + "/usr/lib/dbus-1.0/dbus-daemon-launch-helper"):
        os.makedirs(stage + "/usr/libexec/dbus-1", exist_ok=True)
        os.rename(p, stage + "/usr/libexec/dbus-1/dbus-daemon-launch-helper")


def merged(deb_arch):
    """{RPM name: description} of what Debian cuts differently; the rest maps one to one."""
    t = TRIPLET[deb_arch]
    ts = t.replace("_", "-")
    return {
        "glibc": dict(
            debs=["libc6", "libc-bin"],
            no_usrmerge=True,
            prep=glibc_files,
            version="2.36",
            release="151.el8",
            norequires=["libgcc"],
            provides=["glibc-common = 2.36-151.el8", "rtld(GNU_HASH)", "glibc-minimal-langpack = 2.36-151.el8", "ldconfig"],
            requires=["libgcc", "basesystem"],
            recommends=["(glibc-gconv-extra = 2.36-151.el8 if redhat-rpm-config)"],
            config=["/etc/ld.so.conf", "/etc/nsswitch.conf"],
            ghost=["/etc/ld.so.cache", "/var/cache/ldconfig/aux-cache"],
            attrs={"/etc/ld.so.cache": "%attr(0644,root,root) %verify(not md5 size mtime)"},
            scripts="%post -p <lua>\n"
            + LUA_LDCONFIG
            + "%transfiletriggerin -P 2000000 -p <lua> -- /lib /usr/lib /lib64 /usr/lib64\n"
            + LUA_LDCONFIG
            + "%transfiletriggerpostun -P 2000000 -p <lua> -- /lib /usr/lib /lib64 /usr/lib64\n"
            + LUA_LDCONFIG,
        ),
        "libgcc": dict(
            debs=["libgcc-s1", "gcc-12-base"],
            no_usrmerge=True,
            version="12.2.0",
            release="14.el8",
            norequires=["glibc"],
            scripts="%post -p <lua>\n" + LUA_LDCONFIG,
        ),
        "glibc-devel": dict(
            debs=["libc6-dev", "libc-dev-bin"],
            version="2.36",
            release="151.el8",
            requires=["glibc = 2.36-151.el8", "kernel-headers >= 2.2.1", "libxcrypt-devel"],
            provides=["glibc-headers = 2.36-151.el8", f"glibc-devel(x86-64) = 2.36"],
        ),
        "gcc": dict(
            repo="appstream",
            debs=[
                "gcc",
                "gcc-12",
                "libgcc-12-dev",
                "libcc1-0",
                "libitm1",
                "libatomic1",
                "libasan8",
                "liblsan0",
                "libtsan2",
                "libubsan1",
                "libhwasan0",
            ],
            version="12.2.0",
            release="14.el8",
            requires=["cpp = 12.2.0-14.el8", "binutils >= 2.31", "glibc-devel >= 2.2.90-12", "libgcc >= 12.2.0", "libgomp"],
            provides=["bundled(libiberty)", "gcc(major) = 12"],
            scripts="%post\n[ -e /usr/bin/cc ] || /usr/sbin/alternatives --install /usr/bin/cc cc /usr/bin/gcc 20 || :\n",
            requires_post=["/usr/sbin/alternatives"],
        ),
        "cpp": dict(repo="appstream", debs=["cpp", "cpp-12"], version="12.2.0", release="14.el8", provides=["/lib/cpp"]),
        "binutils": dict(
            debs=["binutils", "binutils-common", "binutils-" + ts, "libbinutils", "libctf0", "libctf-nobfd0", "libgprofng0"],
            prep=binutils_files,
            version="2.40",
            release="93.el8",
            requires_post=["/usr/sbin/alternatives", "coreutils"],
            ghost=["/etc/alternatives/ld", "/usr/bin/ld"],
            attrs={"/usr/bin/ld": "%attr(0755,root,root)"},
            scripts="""%post
%{_sbindir}/alternatives --install %{_bindir}/ld ld %{_bindir}/ld.bfd 50
%{_sbindir}/alternatives --install %{_bindir}/ld ld %{_bindir}/ld.gold 30
/sbin/ldconfig
exit 0
%preun
if [ $1 = 0 ]; then
  %{_sbindir}/alternatives --remove ld %{_bindir}/ld.bfd
  %{_sbindir}/alternatives --remove ld %{_bindir}/ld.gold
fi
exit 0
""".replace("%{_sbindir}", "/usr/sbin").replace("%{_bindir}", "/usr/bin"),
        ),
        "chkconfig": dict(
            debs=["dpkg"],
            prep=chkconfig_files,
            version="1.13",
            release="2.el8",
            provides=["/sbin/chkconfig", "alternatives = 1.13"],
            norequires=["tar"],
        ),
        "bash": dict(
            prep=bash_files,
            provides=["/bin/sh", "/bin/bash"],
            scripts="""%post -p <lua>
nl = '\\n'; sh = '/bin/sh'..nl; bash = '/bin/bash'..nl
f = io.open('/etc/shells', 'a+')
if f then local shells = nl..f:read('*all')..nl
  if not shells:find(nl..sh) then f:write(sh) end
  if not shells:find(nl..bash) then f:write(bash) end
  f:close()
end
""",
            debs=["bash"],
            norequires=["redhat-release-deb"],
        ),
        "gawk": dict(debs=["gawk"], prep=gawk_files, provides=["/bin/awk", "/bin/gawk"]),
        "grep": dict(debs=["grep"], provides=["/bin/grep"]),
        "sed": dict(debs=["sed"], provides=["/bin/sed"]),
        "coreutils": dict(
            debs=["coreutils"],
            version="9.1",
            release="12.el8",
            provides=["/bin/" + x for x in "ls cat mv rm cp ln mkdir chmod chown sort env".split()],
        ),
        "vim-minimal": dict(debs=["vim-tiny", "vim-common"], prep=vim_files, epoch=2),
        "perl-interpreter": dict(debs=["perl-base"], epoch=4, provides=["perl = 4:5.36.0", "/usr/bin/perl"]),
        "perl-libs": dict(debs=["libperl5.36", "perl-modules-5.36", "perl"], epoch=4, provides=["perl-core = 4:5.36.0", "perl-devel = 4:5.36.0"]),
        "git": dict(
            repo="appstream",
            debs=["git", "git-man"],
            prep=git_files,
            requires=["openssh-clients", "perl-interpreter", "emacs-filesystem"],
            provides=["git-core = 2.39.5-1.el8", "perl-Git = 2.39.5"],
        ),
        "openssh-clients": dict(
            debs=["openssh-client"],
            requires=["openssh = 9.2p1-13.el8"],
            version="9.2p1",
            release="13.el8",
            attrs={"/usr/lib/openssh/ssh-keysign": "%attr(2555,root,ssh_keys)"},
        ),
        "shadow-utils": dict(
            debs=["login", "passwd", "uidmap"],
            epoch=2,
            attrs={
                "/usr/bin/newuidmap": "%attr(0755,root,root) %caps(cap_setuid=ep)",
                "/usr/bin/newgidmap": "%attr(0755,root,root) %caps(cap_setgid=ep)",
                "/usr/bin/chage": "%attr(4755,root,root)",
            },
            requires=["setup"],
        ),
        "util-linux": dict(
            debs=["util-linux", "mount", "util-linux-extra"], requires=["pam", "/etc/pam.d/system-auth"], provides=["/bin/mount", "/bin/su"]
        ),
        "pam": dict(
            debs=["libpam0g", "libpam-modules", "libpam-modules-bin"],
            prep=lambda deb_arch, stage: put(stage, "/etc/pam.d/system-auth", "auth required pam_unix.so\naccount required pam_unix.so\n"),
            provides=["/usr/sbin/unix_chkpwd"],
        ),
        "systemd": dict(
            debs=["systemd", "libsystemd-shared"],
            prep=lambda deb_arch, stage: os.unlink(
                glob.glob(stage + "/*bin/kernel-install")[0] if glob.glob(stage + "/*bin/kernel-install") else stage + "/usr/bin/kernel-install"
            ),
            requires=["dbus", "util-linux", "(systemd-udev if kernel-core)"],
            recommends=["(bench-extra if kernel-rt-core)"],
            scripts="""%pre
getent group cdrom &>/dev/null || groupadd -r -g 11 cdrom &>/dev/null || :
getent group input &>/dev/null || groupadd -r input &>/dev/null || :
getent group kvm &>/dev/null || groupadd -r -g 36 kvm &>/dev/null || :
getent group render &>/dev/null || groupadd -r render &>/dev/null || :
getent group systemd-journal &>/dev/null || groupadd -r -g 190 systemd-journal 2>&1 || :
getent passwd systemd-resolve &>/dev/null || useradd -r -u 193 -l -d / -s /sbin/nologin -c "systemd Resolver" systemd-resolve &>/dev/null || :
%post
touch /etc/machine-id
systemctl daemon-reexec &>/dev/null || :
%transfiletriggerin -P 900900 -- /usr/lib/systemd/system /etc/systemd/system
if test -d /run/systemd/system; then systemctl daemon-reload || :; fi
""",
            requires_pre=["coreutils", "/usr/bin/getent", "shadow-utils"],
        ),
        "systemd-udev": dict(debs=["udev"], prep=udev_files, provides=["udev = 239"], requires=["kmod >= 18-4"]),
        "dbus-daemon": dict(
            debs=["dbus-daemon", "dbus", "dbus-bin", "dbus-session-bus-common"],
            epoch=1,
            prep=dbus_files,
            provides=["dbus = 1:1.14.10", "dbus-tools = 1:1.14.10"],
            attrs={"/usr/libexec/dbus-1/dbus-daemon-launch-helper": "%attr(4750,root,dbus)"},
            requires_pre=["/usr/sbin/useradd", "/usr/sbin/groupadd"],
            scripts="""%pre
# Add the "dbus" user and group
getent group dbus >/dev/null || groupadd -f -g 81 -r dbus
if ! getent passwd dbus >/dev/null ; then
    if ! getent passwd 81 >/dev/null ; then
      useradd -r -u 81 -g dbus -d '/' -s /sbin/nologin -c "System message bus" dbus
    else
      useradd -r -g dbus -d '/' -s /sbin/nologin -c "System message bus" dbus
    fi
fi
exit 0
""",
        ),
        "dbus-common": dict(debs=["dbus-system-bus-common"], epoch=1),
        "kmod": dict(debs=["kmod"], provides=["module-init-tools = 4.0-1", "/sbin/depmod", "/sbin/modprobe"]),
        "openssl": dict(debs=["openssl"], epoch=1),
        "openssl-libs": dict(
            debs=["libssl3"], epoch=1, requires=["ca-certificates >= 2008-5", "(crypto-policies or ca-certificates)"], scripts=LDCONFIG
        ),
        "openssl-devel": dict(debs=["libssl-dev"], epoch=1),
        "krb5-libs": dict(debs=["libk5crypto3", "libkrb5-3", "libkrb5support0", "libgssapi-krb5-2"], scripts=LDCONFIG),
        "elfutils-libelf": dict(debs=["libelf1"], scripts=LDCONFIG),
        "elfutils-libelf-devel": dict(debs=["libelf-dev"], requires=["elfutils-libelf", "zlib-devel"]),
        "iputils": dict(debs=["iputils-ping"], attrs={"/usr/bin/ping": "%attr(0755,root,root) %caps(cap_net_raw=p)"}),
        "rpm": dict(debs=["rpm-common"], prep=rpm_files, provides=["rpm-libs-common = 4.18.0", "/bin/rpm"], requires=["curl", "popt"]),
        "rpm-libs": dict(debs=["librpm9", "librpmio9"], scripts=LDCONFIG),
        "rpm-build-libs": dict(debs=["librpmbuild9", "librpmsign9"]),
        "rpm-build": dict(
            repo="appstream",
            prep=rpmbuild_files,
            debs=["rpm", "rpm2cpio", "debugedit"],
            requires=[
                "tar",
                "patch >= 2.5",
                "elfutils >= 0.128",
                "file",
                "findutils",
                "gawk",
                "sed",
                "diffutils",
                "gzip",
                "unzip",
                "xz",
                "bzip2",
                "zstd",
                "cpio",
                "pkgconfig",
                "system-rpm-config",
                "gdb-headless",
                "perl-interpreter",
            ],
        ),
        "gdb-headless": dict(repo="appstream", debs=["gdb"], provides=["gdb-minimal = 13.1"]),
        "ca-certificates": dict(debs=["ca-certificates"], norequires=["openssl"], version="2023", release="1.el8"),
        "jq": dict(debs=["jq", "libjq1"]),
        "flex": dict(repo="appstream", debs=["flex"]),
        "bison": dict(repo="appstream", debs=["bison"]),
        "isl": dict(repo="appstream", debs=["libisl23"]),
        "libmpc": dict(repo="appstream", debs=["libmpc3"]),
        "python3-dnf": dict(debs=["python3-dnf"]),
        "dnf": dict(debs=["dnf", "dnf-data"], version="4.14.0", provides=["yum = 4.14.0", "dnf-data = 4.14.0"]),
        "platform-python": dict(
            debs=[
                "python3.11",
                "python3.11-minimal",
                "libpython3.11-minimal",
                "libpython3.11-stdlib",
                "libpython3.11",
                "python3",
                "python3-minimal",
                "libpython3-stdlib",
            ],
            provides=["python3 = 3.11.2", "python(abi) = 3.11"],
        ),
        "mokutil": dict(debs=["mokutil"]),
        "device-mapper-libs": dict(debs=["libdevmapper1.02.1"]),
        "device-mapper": dict(debs=["dmsetup"]),
        "linux-firmware": dict(
            debs=["firmware-linux-free"],
            prep=firmware_files,
            noauto=True,
            version="20201218",
            release="102.git05789708.el8",
            arch="noarch",
            no_usrmerge=True,
        ),
    }
