#!/usr/bin/env python3
"""oci_image.py pack OUT TAG ARCH=LOWER[,UPPER]... : an image of one or two layers per architecture in an OCI layout, with an index.
   oci_image.py unpack LAYOUT ARCH ROOT         : apply an image's layers to an empty directory.

pack: LOWER and UPPER are root directories. The first layer (gzip) is LOWER; the second (zstd) is what turns it into UPPER: new and changed
entries, whiteouts for what went, and an opaque marker in every directory that holds a file named .opaque (which is not packed).
unpack: an unpacker of our own, so that layers umoci cannot read (zstd) and mistakes it forgives are seen. Both need root.
"""
import gzip, hashlib, io, json, os, shutil, subprocess, sys, tarfile

PLATFORM = {"x86_64": "amd64", "aarch64": "arm64"}
OCI = "application/vnd.oci.image."
CREATED = "2022-04-15T00:00:00Z"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def entries(root):
    for d, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(dirs + files):
            yield os.path.relpath(os.path.join(d, name), root)


def identity(path):
    """What a layer would say of a path; equal identities need no entry in the upper layer."""
    s = os.lstat(path)
    xattrs = [(x, os.getxattr(path, x, follow_symlinks=False)) for x in os.listxattr(path, follow_symlinks=False)]
    content = os.readlink(path) if os.path.islink(path) else None
    if os.path.isfile(path) and content is None:
        content = hashlib.sha256(open(path, "rb").read()).digest()
    return (s.st_mode, s.st_uid, s.st_gid, s.st_rdev, 0 if os.path.isdir(path) and not os.path.islink(path) else int(s.st_mtime), xattrs, content)


def layer(root, names, whiteouts=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name in whiteouts:
            tar.addfile(tarfile.TarInfo(name))
        for name in names:
            path = os.path.join(root, name)
            info = tar.gettarinfo(path, arcname=name)
            info.mtime = int(info.mtime)
            if info.isreg():
                for x in os.listxattr(path):
                    info.pax_headers["SCHILY.xattr." + x] = os.getxattr(path, x).decode("utf-8", "surrogateescape")
                with open(path, "rb") as f:
                    tar.addfile(info, f)
            else:
                tar.addfile(info)
    return buffer.getvalue()


def difference(lower, upper):
    old, new = list(entries(lower)), list(entries(upper))
    known, there = set(old), set(new)
    opaque = {os.path.dirname(n) for n in new if os.path.basename(n) == ".opaque"}
    hidden = lambda n: any(n.startswith(o + "/") for o in opaque)
    gone = [n for n in old if n not in there and os.path.dirname(n) in there | {""} and not hidden(n)]
    changed = [n for n in new if os.path.basename(n) != ".opaque" and (
        n in opaque or hidden(n) or n not in known or identity(f"{lower}/{n}") != identity(f"{upper}/{n}"))]
    beside = lambda n, mark: os.path.join(os.path.dirname(n), mark)
    # The marker stands after its directory's own entry nowhere in the specification: before is as good, and a trap.
    return changed, [beside(n, ".wh." + os.path.basename(n)) for n in gone] + [o + "/.wh..wh..opq" for o in sorted(opaque)]


class Layout:
    def __init__(self, path):
        self.path = path

    def add(self, data):
        digest = sha256(data)
        with open(f"{self.path}/blobs/sha256/{digest[7:]}", "wb") as f:
            f.write(data)
        return {"digest": digest, "size": len(data)}

    def add_json(self, kind, value):
        return {"mediaType": OCI + kind, **self.add(json.dumps(value, separators=(",", ":")).encode())}

    def get(self, digest):
        data = open(f"{self.path}/blobs/sha256/{digest[7:]}", "rb").read()
        assert sha256(data) == digest, digest
        return data

    def get_json(self, digest):
        return json.loads(self.get(digest))


def pack(out, tag, images):
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out + "/blobs/sha256")
    layout, manifests = Layout(out), []
    for arch, lower, *upper in images:
        tars = [layer(lower, entries(lower))]
        layers = [{"mediaType": OCI + "layer.v1.tar+gzip", **layout.add(gzip.compress(tars[0], 6, mtime=0))}]
        for root in upper:
            tars.append(layer(root, *difference(lower, root)))
            zstd = subprocess.run(["zstd", "-q", "-3", "-c"], input=tars[1], stdout=subprocess.PIPE, check=True).stdout
            layers.append({"mediaType": OCI + "layer.v1.tar+zstd", **layout.add(zstd)})
        config = {"created": CREATED, "architecture": PLATFORM[arch], "os": "linux",
                  "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=oci"], "Cmd": ["/bin/bash"],
                             "Labels": {"name": "ubi8", "version": "8.4", "architecture": arch}},
                  "rootfs": {"type": "layers", "diff_ids": [sha256(t) for t in tars]},
                  "history": [{"created": CREATED, "created_by": "base"}, {"created": CREATED, "created_by": "ENV container=oci", "empty_layer": True}]
                  + [{"created": CREATED, "created_by": "changes"} for _ in upper]}
        manifest = layout.add_json("manifest.v1+json", {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                                                        "config": layout.add_json("config.v1+json", config), "layers": layers})
        manifests.append({**manifest, "platform": {"architecture": PLATFORM[arch], "os": "linux"}})
    index = layout.add_json("index.v1+json", {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": manifests})
    index["annotations"] = {"org.opencontainers.image.ref.name": tag}
    json.dump({"schemaVersion": 2, "manifests": [index]}, open(out + "/index.json", "w"))
    json.dump({"imageLayoutVersion": "1.0.0"}, open(out + "/oci-layout", "w"))


def manifest_of(layout, arch):
    """The manifest of an architecture, through as many indexes as there are."""
    todo = json.load(open(layout.path + "/index.json"))["manifests"]
    for d in todo:
        document = layout.get_json(d["digest"])
        if "manifests" in document:
            todo += document["manifests"]
        elif layout.get_json(document["config"]["digest"])["architecture"] == PLATFORM[arch]:
            return document
    raise SystemExit(f"no {arch} image in {layout.path}")


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def apply(tar, root):
    """One layer. Whiteouts name lower entries only, so those of this layer are remembered and spared by an opaque marker."""
    mine, directories = set(), []
    for info in tar:
        name = os.path.normpath(info.name)
        if name == ".":
            continue
        if name.startswith(("../", "/")) or name == "..":
            raise SystemExit(f"layer entry leaves the root: {info.name!r}")
        path, base = os.path.join(root, name), os.path.basename(name)
        parent = os.path.dirname(path)
        if os.path.realpath(parent) != os.path.realpath(root) + parent[len(root):]:
            raise SystemExit(f"layer entry goes through a symlink: {info.name!r}")
        if base == ".wh..wh..opq":
            for n in os.listdir(parent) if os.path.isdir(parent) else []:
                if os.path.relpath(os.path.join(parent, n), root) not in mine:
                    remove(os.path.join(parent, n))
            continue
        if base.startswith(".wh."):
            target = os.path.join(parent, base[4:])
            if not os.path.lexists(target):
                raise SystemExit(f"whiteout of nothing: {info.name!r}")
            remove(target)
            continue
        if name in mine and not info.isdir():
            raise SystemExit(f"twice in one layer: {info.name!r}")
        mine.update(name[:i] for i, c in enumerate(name + "/") if c == "/")
        if not (info.isdir() and os.path.isdir(path) and not os.path.islink(path)):
            remove(path)
        os.makedirs(parent, exist_ok=True)
        create(tar, info, path, root)
        if info.isdir():
            directories.append((path, info.mtime))
    for path, mtime in directories:
        if os.path.isdir(path):
            os.utime(path, (mtime, mtime))


def create(tar, info, path, root):
    mode = info.mode & 0o7777
    if info.islnk():
        os.link(os.path.join(root, os.path.normpath(info.linkname)), path)
        return
    if info.isdir():
        os.makedirs(path, exist_ok=True)
    elif info.issym():
        os.symlink(info.linkname, path)
    elif info.isreg():
        with open(path, "wb") as f:
            shutil.copyfileobj(tar.extractfile(info), f)
    elif info.isfifo():
        os.mkfifo(path)
    else:
        os.mknod(path, mode | (0o020000 if info.ischr() else 0o060000), os.makedev(info.devmajor, info.devminor))
    os.lchown(path, info.uid, info.gid)
    if not info.issym():
        os.chmod(path, mode)
    for key, value in info.pax_headers.items():
        if key.startswith("SCHILY.xattr."):
            os.setxattr(path, key[13:], value.encode("utf-8", "surrogateescape"), follow_symlinks=False)
    if not info.isdir():
        os.utime(path, (info.mtime, info.mtime), follow_symlinks=False)


def unpack(path, arch, root):
    layout = Layout(path)
    manifest = manifest_of(layout, arch)
    diff_ids = layout.get_json(manifest["config"]["digest"])["rootfs"]["diff_ids"]
    assert len(diff_ids) == len(manifest["layers"]), "layers and diff_ids differ in number"
    remove(root)
    os.makedirs(root)
    for d, diff_id in zip(manifest["layers"], diff_ids):
        data = layout.get(d["digest"])
        assert len(data) == d["size"], d
        if d["mediaType"].endswith("zstd"):
            data = subprocess.run(["zstd", "-q", "-d", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
        elif d["mediaType"].endswith("gzip"):
            data = gzip.decompress(data)
        assert sha256(data) == diff_id, f"diff_id of {d['digest']}"
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
            apply(tar, root)


if __name__ == "__main__":
    os.umask(0o022)
    if sys.argv[1:2] == ["pack"]:
        pack(sys.argv[2], sys.argv[3], [(a.split("=")[0], *a.split("=")[1].split(",")) for a in sys.argv[4:]])
    elif sys.argv[1:2] == ["unpack"]:
        unpack(*sys.argv[2:5])
    else:
        raise SystemExit(__doc__)
