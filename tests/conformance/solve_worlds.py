"""Made-up repositories and requests for 41-differential.sh: every trait a resolver can stumble on, from a seed.

A world is {"id", "repos": [{"id", "priority", "cost", "excludes", "includes", "packages"}], "installed": [package],
"excludes": [glob], "requests": [request]}; a package {"name", "evr": [epoch, version, release], "arch", "vendor", "deps":
{relation: [dependency]}, "files": [path], "extra": [path only filelists.xml has]}; a dependency [name] or [name, flag,
[epoch, version, release]]; a request {"specs", "best", "weak", "protected"}.
"""
import hashlib, os, random, shutil, subprocess
from xml.sax.saxutils import quoteattr

RELATIONS = ("provides", "requires", "conflicts", "obsoletes", "recommends", "suggests", "supplements", "enhances")
FLAGS = {"EQ": 8, "LT": 2, "LE": 10, "GT": 4, "GE": 12}
SIGN = {"EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
VERSIONS = ("1", "2", "3", "1.0", "1~rc1", "1^git2", "1.10", "2.9", "2.10", "02", "a1", "1.a")
KERNELS = ("kernel", "kernel-core")


def nevra(p):
    e, v, r = p["evr"]
    return f"{p['name']}-{f'{e}:' if e else ''}{v}-{r}.{p['arch']}"


def evr_text(evr):
    e, v, r = evr
    return (f"{e}:" if e else "") + v + (f"-{r}" if r else "")


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = [f"p{i}" for i in range(self.r.choice((3, 4, 6, 8, 8, 12, 16)))]
        self.caps = ["v1", "v2", "v3", "lib.so.1()(64bit)"]
        self.rich = self.r.choice((0, 0, 0.05, 0.2))
        self.hard = self.r.choice((0.3, 1, 1, 2))
        self.plain_versions = self.r.random() < 0.6
        self.multilib = self.r.choice((0, 0.1, 0.4))

    def version(self):
        return self.r.choice(VERSIONS[:3] if self.plain_versions else VERSIONS)

    def evr(self):
        r = self.r
        return [r.choice((0,) * 9 + (1,)), self.version(), r.choice(("1", "1", "2", "1.el8", "1.el8_1"))]

    def atom(self, names):
        r = self.r
        x = r.random()
        if x < 0.08:
            return [f"/usr/bin/{r.choice(self.names)}"]
        if x < 0.11:
            return [f"/usr/share/{r.choice(self.names)}/data"]
        name = r.choice(self.caps) if x < 0.35 else r.choice(names)
        if r.random() < 0.3:
            return [name, r.choice(tuple(FLAGS)), [r.choice((0, 0, 0, 0, 0, 1)), self.version(), r.choice(("", "", "1", "2"))]]
        return [name]

    def text(self, names, depth):
        r = self.r
        if depth and r.random() < 0.3:
            return self.rich_text(names, depth - 1)
        a = self.atom(names)
        return a[0] if len(a) == 1 else f"{a[0]} {SIGN[a[1]]} {evr_text(a[2])}"

    def rich_text(self, names, depth=1, unless=False):
        r = self.r
        a, b, c = (self.text(names, depth) for _ in range(3))
        kinds = ["({a} or {b})", "({a} or {b} or {c})", "({a} and {b})", "({a} if {b})", "({a} if {b} else {c})"]
        if depth or not self.r.random() < 0.5:
            a0, b0 = (self.text(names, 0) for _ in range(2))
            kinds += [f"({a0} with {b0})", f"({a0} without {b0})"]
        if unless:
            kinds += ["({a} unless {b})", "({a} unless {b} else {c})"]
        return r.choice(kinds).replace("{a}", a).replace("{b}", b).replace("{c}", c)

    def dep(self, names, rich=1.0, unless=False):
        if self.r.random() < self.rich * rich:
            return [self.rich_text(names, unless=unless)]
        return self.atom(names)

    def package(self, name, evr, arch):
        r = self.r
        deps = {k: [] for k in RELATIONS}
        p = {"name": name, "evr": evr, "arch": arch, "vendor": r.choice(("", "", "A", "B")), "deps": deps, "files": [f"/usr/bin/{name}"], "extra": [f"/usr/share/{name}/data"]}
        deps["provides"].append([name, "EQ", evr])
        if name in KERNELS:
            deps["provides"].append(["installonlypkg(kernel)"])
            if name == "kernel" and r.random() < 0.7:
                deps["requires"].append(["kernel-core", "EQ", evr])
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            deps["requires"].append(self.dep(self.names))
        for _ in range(r.choice((0, 0, 1, 1))):
            c = r.choice(self.caps)
            deps["provides"].append(r.choice(([c], [c, "EQ", [0, self.version(), ""]], [c, "EQ", [0, self.version(), "1"]], [c, "LE", [0, "2", ""]])))
        others = [n for n in self.names if n != name]
        for relation, often in (("conflicts", 0.06), ("obsoletes", 0.05)):
            if r.random() < often * self.hard:
                d = self.dep(others, 1 if relation == "conflicts" else 0, True)
                if relation == "conflicts" or not d[0].startswith("/"):
                    deps[relation].append(d)
        for relation, often in (("recommends", 0.15), ("suggests", 0.08), ("supplements", 0.06), ("enhances", 0.04)):
            if r.random() < often:
                deps[relation].append(self.dep(others))
        if r.random() < 0.05:
            p["files"].append(f"/etc/{r.choice(self.names)}.conf")
        return p

    def versions(self, name):
        r = self.r
        arches = r.choice((["x86_64"],) * 5 + (["noarch"],))
        if r.random() < self.multilib:
            arches = ["x86_64", "i686"]
        out = []
        evrs = {tuple(self.evr()) for _ in range(r.choice((1, 1, 2, 3)))}
        for evr in sorted(evrs):
            if name in KERNELS:
                evr = (0, evr[1], evr[2])
            these = arches
            if r.random() < 0.05:
                these = [r.choice(("x86_64", "noarch", "i686", "i586", "aarch64"))]
            out += [self.package(name, list(evr), a) for a in these if r.random() < 0.95]
        return out

    def world(self, number):
        r = self.r
        if r.random() < 0.25:
            self.names += KERNELS
        packages = [p for n in self.names for p in self.versions(n)]
        unique = {}
        for p in packages:
            unique.setdefault(nevra(p), p)
        packages = list(unique.values())
        r.shuffle(packages)
        installed = self.install(packages) if r.random() < 0.7 else []
        repos = []
        for i in range(r.choice((1, 1, 1, 2, 3))):
            repos.append({"id": f"r{i}", "priority": r.choice((99, 99, 99, 50, 99)), "cost": r.choice((1000, 1000, 1000, 500)), "excludes": [], "includes": [], "packages": []})
        for p in packages:
            for repo in {r.randrange(len(repos)) for _ in range(r.choice((1, 1, 1, 2)))}:
                repos[repo]["packages"].append(p)
        # some of what is installed is in no repository any more
        for p in installed:
            if r.random() < 0.4:
                for repo in repos:
                    repo["packages"] = [q for q in repo["packages"] if nevra(q) != nevra(p)]
        excludes = [self.pattern(packages)] if r.random() < 0.12 else []
        for repo in repos:
            if r.random() < 0.06:
                repo["excludes"].append(self.pattern(packages))
            if r.random() < 0.03:
                repo["includes"] += [f"p[0-{r.randint(2, 9)}]*"]
        return {"id": number, "repos": repos, "installed": installed, "excludes": excludes, "requests": [self.request(packages, installed) for _ in range(5)]}

    def pattern(self, packages):
        p = self.r.choice(packages)
        return self.r.choice((p["name"], f"{p['name']}*", nevra(p), f"{p['name']}.{p['arch']}", f"{p['name']}-{p['evr'][1]}*"))

    def install(self, packages):
        """Some names and, one after the other, providers of what they need; not every set is sound, as real ones are not."""
        r = self.r
        by_name, out = {}, {}
        for p in packages:
            by_name.setdefault(p["name"], []).append(p)
        queue = r.sample(sorted(by_name), min(len(by_name), r.choice((1, 2, 2, 3, 5))))
        while queue:
            name = queue.pop()
            if name in out or name not in by_name:
                continue
            p = r.choice([p for p in by_name[name] if p["arch"] not in ("aarch64",)] or [None])
            if p is None:
                continue
            if r.random() < 0.25:
                p = dict(p, evr=[0, r.choice(("0.9", "1", "2")), "0"])
                p["deps"] = dict(p["deps"], provides=[[name, "EQ", p["evr"]]] + [d for d in p["deps"]["provides"] if d[0] != name])
            out[name] = [p]
            if name in KERNELS and r.random() < 0.5:
                out[name] += [q for q in by_name[name] if q["evr"] != p["evr"]][:2]
            if r.random() < 0.9:
                for d in p["deps"]["requires"]:
                    queue += [n for n in by_name if n == d[0] or d[0] == f"/usr/bin/{n}"] or [
                        q["name"] for q in packages if any(x[0] == d[0] for x in q["deps"]["provides"])][:1]
        return [p for ps in out.values() for p in ps]

    def spec(self, packages, installed):
        r = self.r
        p = r.choice(packages + installed[:2])
        e, v, rel = p["evr"]
        return r.choice((p["name"],) * 8 + (f"{p['name']}.{p['arch']}", f"{p['name']}-{v}", f"{p['name']}-{v}-{rel}", nevra(p), f"{p['name']}-{e}:{v}-{rel}",
            f"{p['name']}-{e}:{v}-{rel}.{p['arch']}", f"{p['name'][:-1]}*", r.choice(self.caps), f"{r.choice(self.caps)} {r.choice(('>=', '<', '='))} {self.version()}",
            f"/usr/bin/{p['name']}", f"/usr/share/{p['name']}/data", f"{p['name']} >= {v}", f"{p['name']}-{v[:1]}*", f"*{p['name'][-1]}", "nothing-has-this" if r.random() < 0.2 else p["name"]))

    def request(self, packages, installed):
        r = self.r
        specs = list(dict.fromkeys(self.spec(packages, installed) for _ in range(r.choice((1, 1, 1, 2, 2, 3, 4)))))
        protected = [r.choice(installed)["name"]] if installed and r.random() < 0.15 else []
        return {"specs": specs, "best": r.random() < 0.7, "weak": r.random() < 0.35, "protected": protected}


def make(number):
    return Maker(number).world(number)


# ---- a world as files

def entry(d):
    if len(d) == 1:
        return f"<rpm:entry name={quoteattr(d[0])}/>"
    e, v, r = d[2]
    return f'<rpm:entry name={quoteattr(d[0])} flags="{d[1]}" epoch="{e}" ver="{v}"' + (f' rel="{r}"/>' if r else "/>")


def primary(p, pkgid, files):
    e, v, r = p["evr"]
    lists = "".join(f"<rpm:{k}>{''.join(map(entry, p['deps'][k]))}</rpm:{k}>" for k in RELATIONS if p["deps"][k])
    return (f'<package type="rpm"><name>{p["name"]}</name><arch>{p["arch"]}</arch><version epoch="{e}" ver="{v}" rel="{r}"/><checksum type="sha256" pkgid="YES">{pkgid}</checksum>'
        f'<summary>x</summary><description>x</description><packager/><url/><time file="1" build="1"/><size package="1" installed="1" archive="1"/><location href="{pkgid[:8]}.rpm"/>'
        f'<format><rpm:license>x</rpm:license><rpm:vendor>{p["vendor"]}</rpm:vendor><rpm:group/><rpm:buildhost/><rpm:sourcerpm/>{lists}{"".join(f"<file>{f}</file>" for f in files)}</format></package>\n')


def pkgid(p, origin):
    return hashlib.sha256(f"{origin}{p}".encode()).hexdigest()


def write_repository(directory, repo, all_files=False):
    os.makedirs(f"{directory}/repodata")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    packages = [(p, pkgid(p, repo["id"])) for p in repo["packages"]]
    texts = {"primary": head + f'<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{len(packages)}">'
        + "".join(primary(p, i, p["files"] + (p["extra"] if all_files else [])) for p, i in packages) + "</metadata>",
        "filelists": head + f'<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="{len(packages)}">'
        + "".join(f'<package pkgid="{i}" name="{p["name"]}" arch="{p["arch"]}"><version epoch="{p["evr"][0]}" ver="{p["evr"][1]}" rel="{p["evr"][2]}"/>'
            + "".join(f"<file>{f}</file>" for f in p["files"] + p["extra"]) + "</package>" for p, i in packages) + "</filelists>"}
    data = ""
    for kind, text in texts.items():
        open(f"{directory}/repodata/{kind}.xml", "w").write(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        data += f'<data type="{kind}"><checksum type="sha256">{digest}</checksum><open-checksum type="sha256">{digest}</open-checksum><location href="repodata/{kind}.xml"/><timestamp>1</timestamp><size>{len(text)}</size><open-size>{len(text)}</open-size></data>'
    open(f"{directory}/repodata/repomd.xml", "w").write(head + f'<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>{data}</repomd>')


def header(p):
    """An installed package's header, as rpm's own library writes it."""
    import rpm
    h = rpm.hdr()
    e, v, r = p["evr"]
    h["name"], h["version"], h["release"], h["arch"], h["os"], h["summary"] = p["name"], v, r, p["arch"], "linux", "x"
    if e:
        h["epoch"] = e
    if p["vendor"]:
        h["vendor"] = p["vendor"]
    for relation, tag in zip(RELATIONS, ("provide", "require", "conflict", "obsolete", "recommend", "suggest", "supplement", "enhance")):
        deps = p["deps"][relation]
        if deps:
            h[f"{tag}name"] = [d[0] for d in deps]
            h[f"{tag}version"] = [f"{d[2][0]}:{d[2][1]}" + (f"-{d[2][2]}" if d[2][2] else "") if len(d) > 1 else "" for d in deps]
            h[f"{tag}flags"] = [FLAGS[d[1]] if len(d) > 1 else 0 for d in deps]
    files = p["files"] + p["extra"]
    n = len(files)
    h["basenames"], h["dirnames"], h["dirindexes"] = [f.rsplit("/", 1)[1] for f in files], [f.rsplit("/", 1)[0] + "/" for f in files], list(range(n))
    for tag, value in (("filesizes", 0), ("filemodes", 0o100644), ("filemtimes", 0), ("fileusername", "root"), ("filegroupname", "root"), ("filelinktos", ""), ("filedigests", ""),
        ("fileflags", 0), ("filerdevs", 0), ("fileinodes", 1), ("filedevices", 1), ("filelangs", ""), ("fileverifyflags", 0)):
        h[tag] = [value] * n
    return bytes.fromhex("8eade80100000000") + h.unload()


def write(world, directory):
    shutil.rmtree(directory, ignore_errors=True)
    for repo in world["repos"]:
        write_repository(f"{directory}/{repo['id']}", repo)
    # libsolv numbers installed packages as rpm's index of names has them
    write_repository(f"{directory}/installed", {"id": "@System", "packages": sorted(world["installed"], key=lambda p: p["name"])}, True)
    os.makedirs(f"{directory}/root/var/lib/rpm")
    if world["installed"]:
        headers = b"".join(map(header, world["installed"]))
        subprocess.run(["rpmdb", "--root", f"{directory}/root", "--define", "_dbpath /var/lib/rpm", "--importdb"], input=headers, check=True)
