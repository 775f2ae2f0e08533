#!/usr/bin/env python3
"""shell_compare.py JUDGE WORK SCRIPT... : each script by the real bash in a chroot and by scriptlet-judge over the same tree.

Compared: standard output, exit status, and below /w type, mode, size, link and contents of everything. A script runs as `bash` and
as `sh`; one whose first line ends in `bash` or `sh` runs as that alone. Prints `ok NAME` or `FAIL NAME`, the latter with differences.
"""
import difflib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys

PROGRAMS = ("bash cat cp mv rm ln mkdir rmdir touch chmod basename dirname readlink sed grep cut sort uniq head tail tr wc env id uname "
            "expr seq tee cmp stat ls true false echo printf test [ kill pwd sleep mktemp find xargs awk date").split()


def build(root):
    for directory in ("usr/bin", "usr/lib", "etc", "dev", "tmp", "var/tmp", "root", "w"):
        os.makedirs(f"{root}/{directory}")
    os.symlink("usr/bin", f"{root}/bin")
    libraries = set()
    for name in PROGRAMS:
        path = os.path.realpath(shutil.which(name))
        shutil.copy2(path, f"{root}/usr/bin/{name}")
        found = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
        libraries |= set(re.findall(r"/\S+\.so\S*", found))
    for library in libraries:
        os.makedirs(os.path.dirname(root + library), exist_ok=True)
        shutil.copy(os.path.realpath(library), root + library)
    shutil.copytree("/usr/lib/locale/C.utf8", f"{root}/usr/lib/locale/C.utf8")
    os.symlink("bash", f"{root}/usr/bin/sh")
    with open(f"{root}/etc/passwd", "w") as f:
        f.write("root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/sbin/nologin\n")
    with open(f"{root}/etc/group", "w") as f:
        f.write("root:x:0:\nbin:x:1:\n")


def tree(root):
    lines = []
    for directory, names, files in os.walk(f"{root}/w"):
        for name in sorted(names + files):
            path = f"{directory}/{name}"
            at = os.lstat(path)
            inside = path[len(root):]
            mode = f"{at.st_mode & 0o7777:04o}"
            if stat.S_ISLNK(at.st_mode):
                lines.append(f"{inside} symlink {os.readlink(path)}")
            elif stat.S_ISDIR(at.st_mode):
                lines.append(f"{inside} dir {mode}")
            elif stat.S_ISREG(at.st_mode):
                with open(path, "rb") as f:
                    lines.append(f"{inside} file {mode} {at.st_size} sha256:{hashlib.sha256(f.read()).hexdigest()}")
            else:
                lines.append(f"{inside} special {mode}")
    return sorted(lines)


def dumped(dump):
    lines = []
    with open(dump) as f:
        for line in f:
            path, kind, *rest = (re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), word) for word in line.split())
            if not path.startswith("/w/"):
                continue
            if kind == "file":
                lines.append(f"{path} file {rest[0]} {rest[3]} {rest[4]}")
            elif kind == "dir":
                lines.append(f"{path} dir {rest[0]}")
            elif kind == "symlink":
                lines.append(f"{path} symlink {rest[3]}")
            elif kind == "hardlink":
                lines += [re.sub(r"^\S+", path, l) for l in lines if l.startswith(rest[0] + " ")]
            else:
                lines.append(f"{path} special {rest[0]}")
    return sorted(lines)


def show(out, status, files):
    return out.decode(errors="backslashreplace").splitlines() + [f"status {status}"] + files


def main():
    judge, work, *scripts = sys.argv[1:]
    shutil.rmtree(work, ignore_errors=True)
    root = f"{work}/root"
    build(root)
    subprocess.run(["tar", "-C", root, "-cf", f"{work}/root.tar", "."], check=True)
    subprocess.run(["mknod", "-m", "666", f"{root}/dev/null", "c", "1", "3"], check=True)
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    os.makedirs(f"{root}/proc")
    subprocess.run(["mount", "-t", "proc", "proc", f"{root}/proc"], check=True)
    env = {"PATH": "/sbin:/bin:/usr/sbin:/usr/bin:/usr/X11R6/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "RPM_INSTALL_PREFIX": "/usr"}
    try:
        for script in scripts:
            with open(script) as f:
                wanted = re.search(r"\b(bash|sh)$", f.readline().rstrip())
            for shell in [wanted[1]] if wanted else ["bash", "sh"]:
                name = f"{os.path.basename(script)} ({shell})"
                shutil.rmtree(f"{root}/w")
                os.mkdir(f"{root}/w")
                file = "/var/tmp/rpm-tmp.000001"
                shutil.copy(script, root + file)
                theirs = subprocess.run(["chroot", root, f"/bin/{shell}", file, "1", "two words"], stdin=subprocess.DEVNULL,
                                        capture_output=True, env=env, timeout=20)
                os.remove(root + file)
                wanted_text = show(theirs.stdout, theirs.returncode, tree(root))
                ours = subprocess.run([judge, "--dump", f"{work}/dump", f"{work}/root.tar", f"/bin/{shell}", script, "1", "two words"],
                                      capture_output=True, timeout=60)
                found = show(ours.stdout, ours.returncode, dumped(f"{work}/dump") if ours.returncode != 99 else [])
                if wanted_text == found:
                    print(f"ok {name}", flush=True)
                    continue
                print(f"FAIL {name}")
                print("\n".join("    " + line for line in difflib.unified_diff(wanted_text, found, "bash", "ours", lineterm="", n=1)))
                print("\n".join("    bash says: " + line for line in theirs.stderr.decode(errors="replace").splitlines()[:4]))
                print("\n".join("    ours says: " + line for line in ours.stderr.decode(errors="replace").splitlines()[:4]), flush=True)
    finally:
        subprocess.run(["umount", f"{root}/proc"], check=True)


main()
