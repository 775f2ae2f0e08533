#!/usr/bin/env python3
"""rules.py JUDGE DIR CASES... : install rules, case by case, by rpm and by drydock's install-judge; "ok NAME" or "FAIL NAME" and why.

A case (everything below is per case; paths are put below /NAME, so that the packages of all cases fit into few build roots):
    = NAME                          what it is about
    old PKG [TAG: VALUE]...| ITEM ; ITEM ...    a package of the base (version 1); old32 of the 32-bit architecture
    new PKG ...| ...                what comes (version 2); new32
    edit SHELL                      what is done to the base after its packages, in its /NAME; $R is its root, umask 022
    erase PKG...                    what goes (rpm -e)
    pretrans PKG LUA                %pretrans of the new package; @ stands for /NAME
    pre PKG LUA                     its %pre
    opts WORD...                    nodocs, install (rpm -i), langs=A:B, netshared=PATH, may-refuse (both or neither)
    refused REGEX                   both refuse; drydock's error says so
An item: DIRECTIVES PATH WHAT; directives as in %files; WHAT: text, `dir`, `-> TARGET`, `= PATH` (a hard link), `elf32 TEXT`, `elf64 TEXT`."""
import concurrent.futures, functools, os, re, shutil, subprocess, sys, threading
import treecmp

JUDGE, WORK, FILES = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
MACROS = "%_dbpath /var/lib/rpm\n%_prefer_color 2\n%_transaction_color 3\n%_install_langs all\n%_keyringpath %{_dbpath}/pubkeys/\n"
SPEC = """%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _unpackaged_files_terminate_build 0
%global _binaries_in_noarch_packages_terminate_build 0
AutoReq: no
Name: unused
Version: 1
Release: 1
Summary: x
License: MIT
%description
x
%install
mkdir -p %{buildroot}
cp -a TREE/. %{buildroot}/
"""
NOW = "1700000000"
ASSEMBLER = threading.Lock()
INSTALL = ("--nodeps", "--ignorearch")
DIRECTIVE = re.compile(r"%[a-z]+(\([^)]*\))?\s+")


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


class Case:
    def __init__(self, name):
        self.name, self.packages, self.edits, self.erase, self.opts, self.refused = name, [], [], [], [], None

    def line(self, word, rest):
        if word in ("old", "new", "old32", "new32"):
            head, items = rest.split("|", 1)
            package, *tags = head.split(None, 1)
            self.packages.append({"gen": word[:3], "arch": "i686" if word.endswith("32") else "x86_64", "name": f"{self.name}-{package}",
                                  "tags": self.placed(tags[0]) if tags else "", "items": [i.strip() for i in items.split(" ; ") if i.strip()], "scripts": {}})
        elif word == "edit":
            self.edits.append(rest)
        elif word == "erase":
            self.erase += [f"{self.name}-{p}" for p in rest.split()]
        elif word == "opts":
            self.opts += rest.split()
        elif word == "refused":
            self.refused = rest
        elif word in ("pretrans", "pre"):
            name, lua = rest.split(None, 1)
            next(p for p in self.packages if p["gen"] == "new" and p["name"] == f"{self.name}-{name}")["scripts"][word] = lua.replace("@", "/" + self.name)
        else:
            raise SystemExit(f"{self.name}: {word}?")

    def placed(self, tags):
        return tags.replace("@", self.name + "-")

    def paths(self, package):
        """(directives, path below the root, what) of every item."""
        for item in package["items"]:
            directives = ""
            while match := DIRECTIVE.match(item):
                directives, item = directives + match[0], item[match.end():]
            path, _, what = item.partition(" ")
            yield directives, self.name + path, what.strip()


def read_cases():
    cases = []
    for name in FILES:
        for line in open(name):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            if word == "=":
                cases.append(Case(rest))
            else:
                cases[-1].line(word, rest.strip())
    assert len({c.name for c in cases}) == len(cases), "a name twice"
    return cases


@functools.cache
def assembled(bits, text):
    path = f"{WORK}/elf{bits}-{text}.o"
    subprocess.run(["gcc", f"-m{bits}", "-x", "c", "-c", "-o", path, "-"], input=f'char s[]="{text}";', text=True, check=True)
    return open(path, "rb").read()


def elf(bits, text):
    # One thread at a time: the assembler removes the file it is about to write.
    with ASSEMBLER:
        return assembled(bits, text)


def make(root, case, path, what):
    """One path of a build root."""
    path = f"{root}/{path}"
    if what == "dir":
        os.makedirs(path, exist_ok=True)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if what.startswith("-> "):
        target = what[3:]
        os.symlink(f"/{case.name}{target}" if target.startswith("/") else target, path)
        os.utime(path, (1.5e9, 1.5e9), follow_symlinks=False)
        return
    if what.startswith("= "):
        os.link(f"{root}/{case.name}{what[2:]}", path)
        return
    data = elf(what[3:5], what[6:]) if what.startswith(("elf32 ", "elf64 ")) else (what + "\n").encode()
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o755 if data.startswith(b"\x7fELF") else 0o644)
    os.utime(path, (1.6e9 + len(data), 1.6e9 + len(data)))


def slots(cases):
    """Packages by generation, architecture and build root, such that no two of a build root have the same path."""
    out = {}
    for case in cases:
        for package in case.packages:
            mine = {p for _, p, _ in case.paths(package)}
            mine |= {p.rsplit("/", n)[0] for p in mine for n in range(1, p.count("/"))}
            slot = 0
            while any(c is case and (mine & used) for c, _, used in out.get((package["gen"], package["arch"], slot), [])):
                slot += 1
            out.setdefault((package["gen"], package["arch"], slot), []).append((case, package, mine))
    return out


def build(key, members):
    gen, arch, slot = key
    top = f"{WORK}/build-{gen}-{arch}-{slot}"
    spec = SPEC.replace("TREE", top + "/tree")
    os.makedirs(top + "/tree")
    for case, package, _ in members:
        listed = []
        for directives, path, what in case.paths(package):
            if "%dev" not in directives:
                make(top + "/tree", case, path, what)
            prefix = "%dir " if what == "dir" else ""
            listed.append(f"{directives}{prefix}/{path}")
        tags = "\n".join(t.strip() for t in package["tags"].split(",") if t.strip())
        script = "".join(f"%{when} -n {package['name']} -p <lua>\n{lua}\n" for when, lua in package["scripts"].items())
        spec += f"%package -n {package['name']}\nSummary: x\nVersion: {1 if gen == 'old' else 2}\n{tags}\nAutoReq: no\n%description -n {package['name']}\nx\n{script}%files -n {package['name']}\n" + "\n".join(listed) + "\n"
    open(top + "/x.spec", "w").write(spec)
    done = run("rpmbuild", "-bb", "--quiet", "--target", arch, "--define", f"_topdir {top}/top", "--define", f"_rpmdir {WORK}/{gen}", "--define", f"_buildrootdir {top}/root", top + "/x.spec")
    if done.returncode:
        print(f"FAIL building {key}", *done.stdout.splitlines()[-8:], sep="\n")


def rpm_file(package):
    return f"{WORK}/{package['gen']}/{package['arch']}/{package['name']}-{1 if package['gen'] == 'old' else 2}-1.{package['arch']}.rpm"


def option(opts, name):
    return next((o.split("=", 1)[1] for o in opts if o.startswith(name + "=")), None)


def judge(case):
    """What is wrong, as lines."""
    top = f"{WORK}/{case.name}"
    base, theirs, ours = top + "/base", top + "/rpm", top + "/drydock"
    os.makedirs(top)
    shutil.copytree(f"{WORK}/empty", base)
    rpm = lambda root, *args: run("rpm", "--root", root, "--nosignature", *args)
    old = [rpm_file(p) for p in case.packages if p["gen"] == "old"]
    new = [rpm_file(p) for p in case.packages if p["gen"] == "new"]
    random = "may-refuse" in case.opts
    done = rpm(base, *INSTALL, "-i", *(["--replacefiles"] if random else []), *old) if old else None
    if done and done.returncode:
        return [] if random else ["the base: " + done.stdout]
    os.makedirs(f"{base}/{case.name}", exist_ok=True)
    for edit in case.edits:
        if (done := run("sh", "-ec", "umask 022; " + edit, cwd=f"{base}/{case.name}", env={**os.environ, "R": base})).returncode:
            return [f"edit {edit}: {done.stdout}"]
    run("cp", "-a", base, theirs)
    run("tar", "--xattrs", "--xattrs-include=*", "--numeric-owner", "-C", base, "-cf", top + "/base.tar", ".")
    langs, shared = option(case.opts, "langs"), option(case.opts, "netshared")
    shared = shared and f"/{case.name}{shared}"
    rpm_opts, our_opts = [], []
    if "nodocs" in case.opts:
        rpm_opts, our_opts = [] if case.erase else ["--excludedocs"], ["--nodocs"]
    if "install" in case.opts:
        our_opts.append("--install")
    if langs:
        rpm_opts, our_opts = rpm_opts + ["--define", f"_install_langs {langs}"], our_opts + ["--langs", langs]
    if shared:
        rpm_opts, our_opts = rpm_opts + ["--define", f"_netsharedpath {shared}"], our_opts + ["--netshared", shared]
    if case.erase:
        said = rpm(theirs, "-e", "--nodeps", *rpm_opts, *case.erase)
    else:
        said = rpm(theirs, *INSTALL, "-i" if "install" in case.opts else "-U", *rpm_opts, *new)
    for name in case.erase:
        our_opts += ["--erase", name]
    us = run(JUDGE, *our_opts, top + "/base.tar", top + "/out.tar", *new)
    told = [f"rpm: {l}" for l in said.stdout.splitlines() if not l.startswith("rpm: ")] + [f"drydock: {l}" for l in us.stdout.splitlines()]
    if case.refused is not None:
        if said.returncode == 0 or us.returncode == 0:
            return [f"rpm ended with {said.returncode}, drydock with {us.returncode}"] + told
        return [] if re.search(case.refused, us.stdout) else ["another message"] + told
    if random and said.returncode and us.returncode:
        return []
    if said.returncode or us.returncode:
        return [f"rpm ended with {said.returncode}, drydock with {us.returncode}"] + told
    os.makedirs(ours)
    run("tar", "--xattrs", "--xattrs-include=*", "--numeric-owner", "-C", ours, "-xpf", top + "/out.tar")
    bad = compare(ours, theirs)
    for query in (["-Va"], ["-qa", "--qf", "%{NEVRA}\\n[%{FILENAMES} %{FILESTATES:fstate}\\n]"], ["-qas"]):
        lines = [sorted(rpm(root, *query).stdout.splitlines()) for root in (ours, theirs)]
        bad += [f"rpm {query[0]}: drydock {l}" for l in lines[0] if l not in lines[1]] + [f"rpm {query[0]}: rpm     {l}" for l in lines[1] if l not in lines[0]]
    return bad + told if bad else []


def compare(ours, theirs):
    a, b = treecmp.listing(ours), treecmp.listing(theirs)
    bad = []
    for path in sorted(a.keys() | b.keys()):
        if path.startswith("/var/lib/rpm"):
            continue
        if path not in a or path not in b:
            bad.append(("only drydock has " if path in a else "only rpm has ") + path)
            continue
        if a[path]["mtime"] == NOW and b[path]["mtime"] > NOW:      # made by a scriptlet
            a[path]["mtime"] = b[path]["mtime"]
        bad += [f"{path}: {f} is {a[path][f]}, rpm's {b[path][f]}" for f in treecmp.FIELDS if a[path][f] != b[path][f]]
    return bad


def main():
    os.environ["HOME"] = WORK
    open(WORK + "/.rpmmacros", "w").write(MACROS)
    cases = read_cases()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda kv: build(*kv), slots(cases).items()))
        os.makedirs(WORK + "/empty/var/lib/rpm")
        run("rpm", "--root", WORK + "/empty", "--initdb")
        for case, bad in zip(cases, pool.map(judge, cases)):
            print(f"{'FAIL' if bad else 'ok'} {case.name}", *bad, sep="\n", flush=True)


main()
