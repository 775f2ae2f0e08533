#!/usr/bin/env python3
"""scale.py [N] : metadata at the size of a CDN. cdn/content -> cdn/content-scale, with N synthetic packages more in baseos, 2N in appstream.

They are Debian's package list under the prefix fill-, several versions each, with dependencies, provides and file lists of the usual
sizes. No such RPM exists, and nothing of the toolkit needs one, so a solver has to look past them and never takes them.
"""

import glob
import gzip
import hashlib
import os
import random
import re
import shutil
import sys
from xml.sax.saxutils import escape, quoteattr as quote

from debs import DIR, run

PRIMARY = """<package type="rpm"><name>{name}</name><arch>{arch}</arch><version {evr}/><checksum type="sha256" pkgid="YES">{digest}</checksum>\
<summary>{summary}</summary><description>{description}</description><packager>Bench</packager><url>{url}</url><time file="1650000000" build="1650000000"/>\
<size package="{size}" installed="{size}" archive="1"/><location href="Packages/f/{name}-{release}.rpm"/><format><rpm:license>GPL</rpm:license>\
<rpm:vendor>Bench</rpm:vendor><rpm:group>Bench</rpm:group><rpm:buildhost>bench</rpm:buildhost><rpm:sourcerpm>{name}-{release}.src.rpm</rpm:sourcerpm>\
<rpm:header-range start="4504" end="9000"/><rpm:provides>{provides}</rpm:provides><rpm:requires>{requires}</rpm:requires>\
<file>/usr/bin/{name}</file></format></package>
"""
REPOMD = """<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm"><revision>1</revision></repomd>
"""
END = {"primary": "</metadata>", "filelists": "</filelists>", "other": "</otherdata>"}


def debian_packages(limit=60000):
    out = []
    for paragraph in run("apt-cache", "dumpavail").split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", paragraph, re.M))
        if "Package" in fields and "Version" in fields:
            out.append(fields)
        if len(out) >= limit:
            break
    return out


def entry(name, more=""):
    return f"<rpm:entry name={quote(name)}{more}/>"


def rows(packages, arch, seed, count):
    """{kind: [XML]} of `count` names, each in one to four versions, as a CDN keeps every one it released."""
    r, out = random.Random(seed), {kind: [] for kind in END}
    for d in r.sample(packages, min(count, len(packages))):
        name, version = "fill-" + d["Package"], re.sub(r"[^A-Za-z0-9._+~]", ".", d["Version"].split(":")[-1])
        digest = hashlib.sha256((name + arch + seed).encode()).hexdigest()
        for release in range(1, 1 + r.choice((1, 1, 2, 3, 4))):
            digest = hashlib.sha256((digest + str(release)).encode()).hexdigest()
            evr = f'epoch="0" ver={quote(version)} rel="{release}.el8"'
            equal = f' flags="EQ" {evr}'
            depends = [x.strip().split()[0].split(":")[0] for x in re.split(r"[,|]", d.get("Depends", "")) if x.strip()]
            requires = "".join(entry("fill-" + x) for x in depends)
            requires += "".join(entry(f"lib{r.randrange(4000)}.so.{r.randrange(9)}(GLIBC_2.{r.randrange(30)})(64bit)") for _ in range(r.randrange(12)))
            provides = entry(name, equal) + entry(f"{name}({arch})", equal)
            provides += "".join(entry(f"fillprov({d['Package']}-{i})", f' flags="EQ" epoch="0" ver="{i}"') for i in range(r.choice((0, 1, 2, 5, 30))))
            text = d.get("Description", name)
            out["primary"].append(PRIMARY.format(name=escape(name), arch=arch, evr=evr, digest=digest, summary=escape(text), description=escape(text * 5),
                                                 url=escape(d.get("Homepage", "")), size=d.get("Size", 1), release=release, provides=provides, requires=requires))
            head = f'<package pkgid="{digest}" name={quote(name)} arch="{arch}"><version {evr}/>'
            files = (f"<file>/usr/share/{name}/{i}/{r.getrandbits(40):x}.dat</file>" for i in range(int(r.paretovariate(1.1) * 6) % 3000))
            out["filelists"].append(head + "".join(files) + "</package>\n")
            out["other"].append(head + "</package>\n")
    return out


def extend(repodata, extra):
    for kind, end in END.items():
        old = glob.glob(f"{repodata}/*-{kind}.xml.gz")[0]
        text = gzip.open(old, "rt").read()
        count = int(re.search(r'packages="(\d+)"', text).group(1))
        text = text.replace(f'packages="{count}"', f'packages="{count + len(extra[kind])}"', 1)
        at = text.rindex(end)
        os.unlink(old)
        with open(f"{repodata}/{kind}.xml", "w") as f:
            f.write(text[:at] + "".join(extra[kind]) + text[at:])
    os.unlink(f"{repodata}/repomd.xml")  # linked with the original's
    with open(f"{repodata}/repomd.xml", "w") as f:
        f.write(REPOMD)
    for kind in END:
        run("modifyrepo_c", "--compress", "--compress-type=gz", f"--mdtype={kind}", f"{repodata}/{kind}.xml", repodata)
        os.unlink(f"{repodata}/{kind}.xml")


def main(count):
    scale = f"{DIR}/cdn/content-scale"
    shutil.rmtree(scale, ignore_errors=True)
    run("cp", "-al", f"{DIR}/cdn/content", scale)
    packages = debian_packages()
    for repodata in sorted(glob.glob(scale + "/dist/rhel8/8.4/*/*/os/repodata")):
        arch, repo = repodata.split("/")[-4:-2]
        extra = rows(packages, arch, arch + repo, {"baseos": count, "appstream": count * 2}.get(repo, count // 20))
        extend(repodata, extra)
        print(arch, repo, len(extra["primary"]), "synthetic packages")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
