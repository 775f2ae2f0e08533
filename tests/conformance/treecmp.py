#!/usr/bin/env python3
"""treecmp.py list ROOT                      : one line per entry, sorted
   treecmp.py diff [--ignore FIELD] OURS REFERENCE EXCEPTIONS... : what differs, path by path; exit 1 if anything does

Compared: type, mode, owner, group, device, link target, size, sha256, xattrs (capabilities), mtime (not of directories: every
later child moves it), and hard link sets (a set is named by its first path). EXCEPTIONS: files of lines "GLOB FIELD[,FIELD] # reason",
FIELD a name below or "all" (the entry may also be missing on one side). An exception that nothing needed is reported: the list only shrinks.
"""
import fnmatch, hashlib, os, stat, sys

FIELDS = ("type", "mode", "uid", "gid", "rdev", "link", "size", "sha256", "xattr", "mtime", "hardlinks")
TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "link", stat.S_IFCHR: "char", stat.S_IFBLK: "block", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while chunk := f.read(1 << 20):
            h.update(chunk)
    return h.hexdigest()


def listing(root):
    """{path: {field: text}} of everything below root."""
    tree, sets = {}, {}
    for directory, dirs, files in os.walk(root):
        for name in dirs + files:
            path = os.path.join(directory, name)
            s = os.lstat(path)
            kind = TYPES[stat.S_IFMT(s.st_mode)]
            e = dict.fromkeys(FIELDS, "-") | {"type": kind, "uid": str(s.st_uid), "gid": str(s.st_gid)}
            if kind == "link":
                e["link"] = os.readlink(path)
            else:
                e["mode"] = f"{stat.S_IMODE(s.st_mode):04o}"
            if kind != "dir":
                e["mtime"] = str(int(s.st_mtime))
            if kind in ("char", "block"):
                e["rdev"] = f"{os.major(s.st_rdev)}:{os.minor(s.st_rdev)}"
            if kind == "file":
                e["size"], e["sha256"] = str(s.st_size), digest(path)
                e["xattr"] = ",".join(f"{x}={os.getxattr(path, x).hex()}" for x in sorted(os.listxattr(path))) or "-"
                if s.st_nlink > 1:
                    sets.setdefault((s.st_dev, s.st_ino), []).append(path[len(root):])
            tree[path[len(root):]] = e
    for paths in sets.values():
        if len(paths) > 1:
            for p in paths:
                tree[p]["hardlinks"] = min(paths)
    return tree


class Exceptions:
    def __init__(self, files):
        self.lines = []
        for name in files:
            for number, line in enumerate(open(name), 1):
                if line.strip() and not line.startswith("#"):
                    rule, reason = line.split(" # ", 1)
                    glob, fields = rule.split()
                    assert reason.strip(), f"{name}:{number}: no reason"
                    self.lines.append([f"{name}:{number}", glob, set(fields.split(",")), False])

    def allow(self, path, field):
        for line in self.lines:
            if fnmatch.fnmatchcase(path, line[1]) and (field in line[2] or "all" in line[2]):
                line[3] = True
                return True
        return False


def diff(ours, reference, exceptions, fields=FIELDS):
    a, b = listing(ours.rstrip("/")), listing(reference.rstrip("/"))
    bad = 0
    for path in sorted(a.keys() | b.keys()):
        if path not in a or path not in b:
            if not exceptions.allow(path, "all"):
                bad += 1
                print(f"{'only in ours' if path in a else 'missing'}: {path!r} {(a.get(path) or b[path])['type']}")
            continue
        for field in fields:
            if a[path][field] != b[path][field] and not exceptions.allow(path, field):
                bad += 1
                print(f"{path!r}: {field} is {a[path][field]}, wanted {b[path][field]}")
    for where, glob, _, used in exceptions.lines:
        if not used:
            print(f"note: {where}: nothing needs the exception for {glob}")
    print(f"{len(a)} entries, {len(b)} wanted, {bad} differences")
    return bad


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="surrogateescape")
    if sys.argv[1:2] == ["list"]:
        for path, e in sorted(listing(sys.argv[2].rstrip("/")).items()):
            print(path, *(f"{k}={v}" for k, v in e.items() if v != "-"))
    elif sys.argv[1:2] == ["diff"]:
        ignored = [sys.argv.pop(2) and sys.argv.pop(2)] if sys.argv[2] == "--ignore" else []
        fields = [f for f in FIELDS if f not in ignored]
        sys.exit(1 if diff(sys.argv[2], sys.argv[3], Exceptions(sys.argv[4:]), fields) else 0)
    else:
        raise SystemExit(__doc__)
