#!/usr/bin/env python3
"""scriptlet_tree.py real ROOT NOW | judged DUMP NOW : a tree as text, for 28-commands.sh to compare.

A line a path as rootfs::dump writes it, without what is the machine's (/usr, /dev, /proc …). Times since NOW are "now", those of
directories are not told: a kernel moves them with every name made."""
import hashlib, os, stat, sys

LEFT_OUT = (b"/usr", b"/bin", b"/sbin", b"/lib", b"/lib64", b"/dev", b"/proc")


def escape(name):
    return "".join(chr(b) if 0x21 <= b <= 0x7e and b != 0x5c else f"\\x{b:02x}" for b in name)


def time(kind, seconds, now):
    if kind == "dir":
        return "-"
    return "now" if int(seconds) >= now else str(int(seconds))


def real(root, now):
    root, seen, paths = os.fsencode(root), {}, []
    for here, dirs, files in os.walk(root):
        paths += [os.path.join(here, name) for name in dirs + files]
    for path in sorted(paths):
        name = path[len(root):]
        if any(name == out or name.startswith(out + b"/") for out in LEFT_OUT):
            continue
        s = os.lstat(path)
        shown = escape(name)
        if not stat.S_ISDIR(s.st_mode) and s.st_nlink > 1:
            if s.st_ino in seen:
                yield f"{shown} hardlink {seen[s.st_ino]}"
                continue
            seen[s.st_ino] = shown
        kind, rest = what(path, s)
        mode = 0o777 if kind == "symlink" else stat.S_IMODE(s.st_mode)
        yield f"{shown} {kind} {mode:04o} {s.st_uid}:{s.st_gid} {time(kind, s.st_mtime // 1, now)}{rest}{own(path)}"


def own(path):
    """Extended attributes of a user's, as the dump has them; ACLs and labels are not compared."""
    names = sorted(n for n in os.listxattr(path, follow_symlinks=False) if n.startswith("user."))
    return "".join(f" {n}={os.getxattr(path, n, follow_symlinks=False).hex()}" for n in names)


def what(path, s):
    if stat.S_ISDIR(s.st_mode):
        return "dir", ""
    if stat.S_ISLNK(s.st_mode):
        return "symlink", " " + escape(os.readlink(path))
    if stat.S_ISFIFO(s.st_mode):
        return "fifo", ""
    if stat.S_ISREG(s.st_mode):
        with open(path, "rb") as file:
            return "file", f" {s.st_size} sha256:{hashlib.sha256(file.read()).hexdigest()}"
    return "block" if stat.S_ISBLK(s.st_mode) else "char", f" {os.major(s.st_rdev)}:{os.minor(s.st_rdev)}"


def judged(dump, now):
    for line in open(dump):
        words = line.rstrip("\n").split(" ")
        if words[0] == "/" or any((words[0] + "/").startswith(out.decode() + "/") for out in LEFT_OUT):
            continue
        if words[1] != "hardlink":
            words[4] = time(words[1], words[4], now)
        yield " ".join(words)


tree = {"real": real, "judged": judged}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
print("\n".join(tree))
