#!/usr/bin/env python3
"""make.py fetch|build|sign|repositories : the corpus in $DIR, step by step; without an argument all of them. Use ../make-corpus.

Debian 12's real file contents under RHEL 8's names, versions, dependencies and scriptlets, signed, in repositories laid out as the CDN's.
"""

import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

import package
from debs import ARCHES, DIR, deb_control, deb_file, kernels, run
from invented import invented
from kernel import Kernel
from userland import DROPPED, merged, rpm_name

SEEDS = """base-files bash coreutils findutils grep sed gawk tar gzip bzip2 rpm python3-dnf dnf python3 curl
ca-certificates gpg util-linux mount login passwd uidmap procps less libpam-modules systemd dbus hostname ncurses-base
ncurses-bin gcc cpp binutils libc6-dev libc6 libc-bin libgcc-s1 libelf1 libelf-dev libdw1 kmod make git perl openssl
keyutils xz-utils diffutils flex bison jq mokutil patch elfutils cpio unzip zstd gdb file m4 linux-libc-dev
openssh-client iputils-ping gettext-base libcap2-bin dpkg udev vim-tiny tzdata bc zlib1g-dev libssl-dev
firmware-linux-free libssl3 iproute2""".split()
KEY = "Drydock bench <bench@drydock.invalid>"


def fetch():
    """Debian's packages for both architectures, by apt, as if nothing were installed."""
    for arch in ARCHES:
        apt = ["apt-get", "-q", "-o", "Dir::State::status=/dev/null", "-o", f"APT::Architecture={arch}", "-o", f"APT::Architectures::={arch}"]
        simulated = subprocess.run([*apt, "--no-install-recommends", "-s", "install", *SEEDS], text=True, stdout=subprocess.PIPE, check=True).stdout
        names = [line.split()[1].split(":")[0] for line in simulated.splitlines() if line.startswith("Inst ")] + ["linux-kbuild-6.1"]
        for abi, _, _ in kernels():
            for tag in ("", "-rt") if arch == "amd64" else ("",):
                names += [f"linux-image-6.1.0-{abi}{tag}-{arch}", f"linux-headers-6.1.0-{abi}{tag}-{arch}", f"linux-headers-6.1.0-{abi}-common{tag}"]
        into = f"{DIR}/debs/{arch}"
        os.makedirs(into, exist_ok=True)
        have = {os.path.basename(f).split("_")[0] for f in glob.glob(into + "/*.deb")}
        wanted = [n for n in dict.fromkeys(names) if n not in have]
        if wanted:
            run(*apt, "-o", "APT::Sandbox::User=root", "download", *wanted, cwd=into)
        print(arch, len(names), "Debian packages,", len(wanted), "fetched")


def version_release(debian):
    """Debian's version as an RPM's version and release."""
    version = debian.split(":", 1)[-1]
    upstream, _, revision = version.rpartition("-") if "-" in version else (version, "", "1")
    upstream = re.sub(r"[+~](dfsg|ds|really|repack|git).*$", "", upstream).replace("-", ".")
    number = re.match(r"\d+", revision)
    return re.sub(r"[^A-Za-z0-9._+~^]", ".", upstream), (number[0] if number else "1") + ".el8"


def requirements(arch, r, owner):
    """What the Debian packages depend on, by the RPMs that hold it: of each alternative the first that is here."""
    found = set(r.get("requires", ()))
    for deb in r["debs"]:
        fields = deb_control(arch, deb)
        for alternatives in ",".join((fields.get("Pre-Depends", ""), fields.get("Depends", ""))).replace("\n", " ").split(","):
            names = [x.strip().split()[0].split(":")[0].split("(")[0] for x in alternatives.split("|") if x.strip()]
            found.update([owner[n] for n in names if n in owner][:1])
    return sorted(found - {r["name"]} - set(r.get("norequires", ())))


def plan(arch):
    debs = sorted({os.path.basename(f).split("_")[0] for f in glob.glob(f"{DIR}/debs/{arch}/*.deb")} - DROPPED)
    rpms = {name: dict(t, name=name, debs=[d for d in t.get("debs", ()) if deb_file(arch, d)]) for name, t in merged(arch).items()}
    owner = {d: name for name, r in rpms.items() for d in r["debs"]}
    for d in debs:
        if d not in owner and not re.match(r"linux-(image|headers|kbuild)", d):
            owner[d] = rpm_name(d)
            rpms.setdefault(owner[d], dict(name=owner[d], debs=[]))["debs"].append(d)
    for r in rpms.values():
        if r["debs"]:
            fields = deb_control(arch, r["debs"][0])
            version, release = version_release(fields["Version"])
            r.setdefault("version", version), r.setdefault("release", release)
            r.setdefault("summary", fields.get("Description", r["name"]).split("\n")[0])
            if all(deb_control(arch, d)["Architecture"] == "all" for d in r["debs"]):
                r.setdefault("arch", "noarch")
        r["requires"] = requirements(arch, r, owner)
    return [*rpms.values(), *invented()]


def build():
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for arch in ARCHES:
            done = list(pool.map(lambda r: package.build(arch, r), plan(arch)))
            print(arch, sum(done), "of", len(done), "packages", flush=True)
            jobs = [(abi, name, False) for abi, name, _ in kernels()] + [(abi, name, True) for abi, _, name in kernels() if arch == "amd64"]
            done = list(pool.map(lambda j: [package.build(arch, r) for r in Kernel(arch, *j).packages()], jobs))
            print(arch, sum(map(sum, done)), "kernel packages", flush=True)


def sign():
    home = f"{DIR}/gpg"
    os.makedirs(home, mode=0o700, exist_ok=True)
    env = dict(os.environ, GNUPGHOME=home)
    if not os.path.exists(f"{DIR}/RPM-GPG-KEY-bench"):
        run("gpg", "--batch", "--passphrase", "", "--quick-gen-key", KEY, "rsa4096", "sign", "never", env=env)
        with open(f"{DIR}/RPM-GPG-KEY-bench", "w") as f:
            f.write(run("gpg", "--armor", "--export", KEY, env=env))
    todo = [f for f in glob.glob(f"{DIR}/rpms/*/*/*.rpm") if "(none)" in run("rpm", "-qp", "--nosignature", "--qf", "%{RSAHEADER:pgpsig}", f)]
    options = ["--define", f"_gpg_name {KEY}", "--define", "_gpg_digest_algo sha256", "--define", "__gpg /usr/bin/gpg", "--rpmv3"]
    halves = [subprocess.Popen(["rpmsign", *options, "--addsign", *todo[i::2]], env=env, stdout=subprocess.DEVNULL) for i in range(2) if todo[i::2]]
    assert all(p.wait() == 0 for p in halves), "rpmsign failed"
    print("signed", len(todo))


def repositories():
    shutil.rmtree(f"{DIR}/cdn/content", ignore_errors=True)
    for source in sorted(glob.glob(f"{DIR}/rpms/*/*")):
        repo, arch = source.split("/")[-2:]
        target = f"{DIR}/cdn/content/dist/rhel8/8.4/{arch}/{repo}/os"
        for f in glob.glob(source + "/*.rpm"):
            name = os.path.basename(f)
            os.makedirs(f"{target}/Packages/{name[0].lower()}", exist_ok=True)
            os.link(f, f"{target}/Packages/{name[0].lower()}/{name}")
        run("createrepo_c", "--no-database", "--checksum", "sha256", "--general-compress-type", "gz", "--workers", "2", target)
        print(repo, arch, len(glob.glob(source + "/*.rpm")), "packages")
    shutil.copy(f"{DIR}/RPM-GPG-KEY-bench", f"{DIR}/cdn/")


if __name__ == "__main__":
    steps = {f.__name__: f for f in (fetch, build, sign, repositories)}
    for step in sys.argv[1:] or steps:
        steps[step]()
