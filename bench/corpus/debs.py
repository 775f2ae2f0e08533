"""Where the corpus lies, Debian's packages in it, and the small file operations that turn their contents into RHEL's layout."""

import glob
import os
import re
import subprocess
from functools import lru_cache

DIR = os.environ["DIR"]  # bench/env.sh sets it
ARCHES = {"amd64": "x86_64", "arm64": "aarch64"}
TRIPLET = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


def run(*command, **options):
    """Output of a command that must succeed."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options).stdout


def kernels():
    """[(ABI of Debian's kernel, kernel, rt kernel)]: the target and a newer one. Debian drops old ABIs in time; then its newest stand in."""
    out = run("apt-cache", "pkgnames", "linux-image-6.1.0-")
    known = sorted(set(re.findall(r"^linux-image-6\.1\.0-(\d+)-amd64$", out, re.M)), key=int)
    names = [("4.18.0-305.40.1.el8_4", "4.18.0-305.40.1.rt7.112.el8_4"), ("4.18.0-305.49.1.el8_4", "4.18.0-305.49.1.rt7.121.el8_4")]
    return [(abi, *name) for abi, name in zip(known[-2:], names)]


@lru_cache(None)
def deb_file(arch, deb):
    for d in [arch, *ARCHES]:
        found = sorted(glob.glob(f"{DIR}/debs/{d}/{deb}_*.deb"))
        if found and (d == arch or found[-1].endswith("_all.deb")):
            return found[-1]
    return None


@lru_cache(None)
def deb_control(arch, deb):
    """Control fields, and "conffiles" as a list."""
    fields, key = {}, None
    for line in run("dpkg-deb", "-f", deb_file(arch, deb)).splitlines():
        if line[:1] in " \t":
            fields[key] += "\n" + line
        else:
            key, value = line.split(":", 1)
            fields[key] = value.strip()
    listed = subprocess.run(["dpkg-deb", "-I", deb_file(arch, deb), "conffiles"], text=True, capture_output=True)
    fields["conffiles"] = listed.stdout.split("\n") if listed.returncode == 0 else []
    return fields


def unpack(arch, deb, into):
    os.makedirs(into, exist_ok=True)
    run("dpkg-deb", "-x", sorted(glob.glob(f"{DIR}/debs/{arch}/{deb}_*.deb"))[-1], into)


def put(stage, path, text, mode=0o644):
    at = stage + path
    os.makedirs(os.path.dirname(at), exist_ok=True)
    if os.path.lexists(at):
        os.unlink(at)
    with open(at, "w") as f:
        f.write(text)
    os.chmod(at, mode)


def link(stage, path, target):
    at = stage + path
    os.makedirs(os.path.dirname(at), exist_ok=True)
    if os.path.lexists(at):
        os.unlink(at)
    os.symlink(target, at)


def walk(root):
    for d, dirs, files in os.walk(root):
        for name in dirs + files:
            yield os.path.join(d, name)


def is_elf(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def merge(source, target):
    """Move a tree into another; what both have stays as the target has it, but a file replaces a file."""
    if not os.path.lexists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(source, target)
    elif os.path.isdir(source) and not os.path.islink(source):
        for name in os.listdir(source):
            merge(f"{source}/{name}", f"{target}/{name}")
        os.rmdir(source)
    elif os.path.islink(source):
        os.unlink(source)
    else:
        os.replace(source, target)


def usr_merge(root):
    """/bin, /sbin, /lib* move below /usr; relative links that climb out of them are made absolute first."""
    for top in ("bin", "sbin", "lib", "lib64", "lib32", "libx32"):
        old = f"{root}/{top}"
        if not os.path.isdir(old) or os.path.islink(old):
            continue
        for p in walk(old):
            if os.path.islink(p) and os.readlink(p).startswith(".."):
                target = os.path.normpath("/" + os.path.relpath(os.path.dirname(p), root) + "/" + os.readlink(p))
                os.unlink(p)
                os.symlink(target, p)
        merge(old, f"{root}/usr/{top}")
