#!/usr/bin/python3
"""repository_cases.py DRYDOCK DIR [PATTERN]: repositories of createrepo_c behind an HTTP server, asked by dnf and by drydock.

A case is the text of a .repo file, a request and options; both must choose the same packages of the same repositories, or both
refuse. Some cases download as well. The last line is "N cases, N agree". Needs Debian's python3 (dnf's modules), rpmbuild, createrepo_c.
"""
import atexit, functools, hashlib, http.server, json, os, re, shutil, signal, socket, subprocess, sys, time
import dnf, dnf.exceptions

drydock, top, pattern = sys.argv[1], os.path.abspath(sys.argv[2]), re.compile(sys.argv[3] if len(sys.argv) > 3 else "")
shutil.rmtree(top, ignore_errors=True)
os.makedirs(top)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


# ---- packages: built once, each with a file that is in filelists alone
def build(name, version, *tags, arch="noarch"):
    spec = f"{top}/{name}.spec"
    with open(spec, "w") as f:
        f.write(f"Name: {name}\nVersion: {version}\nRelease: 1\nSummary: x\nLicense: MIT\n" + "".join(t + "\n" for t in tags)
                + ("BuildArch: noarch\n" if arch == "noarch" else "")
                + f"%description\nx\n%install\nmkdir -p %{{buildroot}}/usr/share/{name}\necho {version} > %{{buildroot}}/usr/share/{name}/version\n%files\n/usr/share/{name}\n")
    run("rpmbuild", "-bb", "--quiet", "--target", arch, "-D", f"_topdir {top}/build", "-D", f"_rpmdir {top}/rpms", "-D", "_rpmfilename %{NAME}-%{VERSION}.%{ARCH}.rpm",
        "-D", "_build_id_links none", "-D", "debug_package %{nil}", "-D", "_buildhost b", spec)


for v in "1234":
    build("tool", v, "Provides: able = " + v)
for v in "12":
    build("lib", v)
build("app", "1", "Requires: lib")
build("twin", "1")
build("more", "1", "Obsoletes: older")
for v in "12":
    build("arched", v, arch="x86_64")

DOCUMENT = """<?xml version="1.0"?><updates>
<update from="x" status="final" type="security" version="1"><id>SA-2</id><title>t</title><severity>Important</severity><references>
<reference href="h" id="CVE-2024-2" type="cve"/><reference href="h" id="222" type="bugzilla"/></references>
<pkglist><collection short="c"><name>c</name><package name="tool" version="2" release="1" epoch="0" arch="noarch"><filename>x</filename></package>
<package name="lib" version="1" release="1" epoch="0" arch="noarch"/></collection></pkglist></update>
<update from="x" status="final" type="bugfix" version="1"><id>BA-3</id><severity>None</severity><pkglist><collection>
<package name="tool" version="3" release="1" epoch="0" arch="noarch"/><package name="arched" version="1" release="1" epoch="0" arch="x86_64"/></collection></pkglist></update>
<update from="x" status="final" type="enhancement" version="1"><id>EA-9</id><pkglist><collection><package name="tool" version="9" release="1" arch="noarch"/>
<package name="twin" version="0" release="1" arch="noarch"/></collection></pkglist></update>
<update from="x" status="final" type="newpackage" version="1"><id>NA-1</id><pkglist><collection><module name="m" stream="1" version="1" context="c" arch="noarch"/>
<package name="app" version="1" release="1" arch="noarch"/></collection></pkglist></update></updates>"""


def repository(path, *packages, options=(), advisories=False):
    """A repository of these packages (NAME-VERSION) below the server's root."""
    where = f"{top}/www/{path}"
    os.makedirs(f"{where}/p")
    for p in packages:
        arch = "x86_64" if p.startswith("arched") else "noarch"
        shutil.copy2(f"{top}/rpms/{p}.{arch}.rpm", f"{where}/p/")
    run("createrepo_c", "--quiet", *(options or ("--no-database",)), where)
    if advisories:
        with open(f"{top}/updateinfo.xml", "w") as f:
            f.write(DOCUMENT)
        run("modifyrepo_c", "--mdtype", "updateinfo", f"{top}/updateinfo.xml", f"{where}/repodata")
    return where


def variant(path, of, change):
    """A copy of a repository, changed."""
    where = f"{top}/www/{path}"
    shutil.copytree(f"{top}/www/{of}", where)
    change(where)


def file(where, kind):
    return next(os.path.join(where, "repodata", f) for f in os.listdir(f"{where}/repodata") if kind in f)


def damage(path):
    with open(path, "r+b") as f:
        f.seek(os.path.getsize(path) // 2)
        f.write(b"XXXX")


ALL = ("tool-1", "tool-2", "tool-3", "tool-4", "lib-1", "lib-2", "app-1", "twin-1", "arched-1", "arched-2", "more-1")
repository("a", "tool-1", "lib-1", "app-1", "twin-1", "more-1")
repository("b", "tool-2", "lib-2", "twin-1")
repository("c", "tool-3", "lib-1", "lib-2", "twin-1", "arched-1")
repository("all", *ALL, advisories=True)
repository("old", "tool-1", "lib-1")
variant("broken", "b", lambda w: open(f"{w}/repodata/repomd.xml", "r+").truncate(400))
variant("wrong", "b", lambda w: damage(file(w, "primary")))
variant("partial", "b", lambda w: os.remove(file(w, "primary")))
variant("no-filelists", "b", lambda w: os.remove(file(w, "filelists")))
variant("no-updateinfo", "all", lambda w: os.remove(file(w, "updateinfo")))
variant("no-packages", "b", lambda w: shutil.rmtree(f"{w}/p"))
variant("bad-packages", "b", lambda w: [damage(f"{w}/p/{p}") for p in os.listdir(f"{w}/p")])
variant("page", "b", lambda w: open(f"{w}/repodata/repomd.xml", "w").write("<!DOCTYPE html><html><body>log in</body></html>"))
variant("empty", "b", lambda w: open(f"{w}/repodata/repomd.xml", "w").close())
KINDS = ["md5", "sha", "sha1", "sha224", "sha256", "sha384", "sha512"]
for kind in list(KINDS):
    try:
        repository(f"sum-{kind}", "tool-1", "tool-2", options=("-s", kind, "--no-database"))
    except AssertionError:
        KINDS.remove(kind)
SHAPES = {"gz": (), "bz2": (), "xz": (), "zstd": (), "sqlite": ("--database",), "simple": ("--simple-md-filenames",), "zck": ("--zck",), "unique": ("--unique-md-filenames",)}
for shape, options in list(SHAPES.items()):
    try:
        repository(f"as-{shape}", "tool-1", "tool-2", options=options or (f"--general-compress-type={shape}", "--no-database"))
    except AssertionError:
        del SHAPES[shape]


# ---- the server; below /away/ it is another host for nobody but as an xml:base
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):      # who asks may hang up
        pass


server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=f"{top}/www"))
# A process of its own: librepo keeps this one's interpreter to itself while it waits.
child = os.fork()
if child == 0:
    server.serve_forever()
atexit.register(os.kill, child, signal.SIGTERM)
HOST = f"http://127.0.0.1:{server.server_address[1]}"
with socket.socket() as s:      # nobody listens here once it is closed
    s.bind(("127.0.0.1", 0))
    DEAD = f"http://127.0.0.1:{s.getsockname()[1]}/r"
repository("based", "tool-1", "tool-2", options=("--no-database", "--baseurl", f"{HOST}/elsewhere"))
shutil.copytree(f"{top}/www/based/p", f"{top}/www/elsewhere/p")
shutil.rmtree(f"{top}/www/based/p")


def put(name, text):
    with open(f"{top}/www/{name}", "w") as f:
        f.write(text)
    return f"{HOST}/{name}"


def url(mirror):
    return mirror if "://" in mirror else f"{HOST}/{mirror}"


def mirrorlist(name, *mirrors):
    return put(name, "# a comment\n\n" + "".join(f"{url(m)}\n" for m in mirrors) + "not a mirror\n")


def metalink(name, of, *mirrors, kind="sha256", more=""):
    """Mirrors in falling preference, written in another order."""
    repomd = open(f"{top}/www/{of}/repodata/repomd.xml", "rb").read()
    urls = [f'<url protocol="http" type="http" location="DE" preference="{100 - i}">{url(m)}/repodata/repomd.xml</url>' for i, m in enumerate(mirrors)]
    hashes = f'<hash type="{kind}">{hashlib.new(kind, repomd).hexdigest()}</hash>'
    return put(name, f'<?xml version="1.0" encoding="utf-8"?><metalink version="3.0" xmlns="http://www.metalinker.org/" type="dynamic" xmlns:mm0="http://fedorahosted.org/mirrormanager">'
        f'<files><file name="repomd.xml"><mm0:timestamp>1</mm0:timestamp><size>{len(repomd)}</size><verification>{hashes}</verification>{more}'
        f'<resources maxconnections="1">{"".join(reversed(urls))}</resources></file></files></metalink>')


# ---- one case, asked twice
def nevra(p):
    return f"{p.name}-{p.version}-{p.release}.{p.arch}" if p.epoch == 0 else f"{p.name}-{p.epoch}:{p.version}-{p.release}.{p.arch}"


LIMITS = {"advisory": "--advisory", "cves": "--cve", "bugzilla": "--bz", "severity": "--sec-severity"}


def by_dnf(case, where):
    base = dnf.Base()
    conf = base.conf
    conf.installroot, conf.cachedir, conf.persistdir, conf.logdir = f"{where}/root", f"{where}/cache", "/var/lib/dnf", "/var/log"
    conf.reposdir, conf.plugins, conf.best, conf.install_weak_deps, conf.gpgcheck, conf.zchunk = [where], False, True, False, False, True
    conf.excludepkgs, conf.includepkgs, conf.retries, conf.timeout = list(case.get("exclude", ())), list(case.get("include", ())), 1, 5
    conf.substitutions["arch"] = conf.substitutions["basearch"] = "x86_64"
    conf.substitutions["releasever"] = "8"
    base.read_all_repos()
    try:
        base.fill_sack()
        limits = case.get("limits", {})
        base.add_security_filters("eq", types=[k for k in limits if k not in LIMITS], **{k: v for k, v in limits.items() if k in LIMITS})
        for spec in case["specs"]:
            base.install(spec)
        base.resolve()
        if case.get("download"):
            base.download_packages(list(base.transaction.install_set))
        return sorted(f"{nevra(p)} {p.reponame}" for p in base.transaction.install_set), ""
    except dnf.exceptions.RepoError as e:
        return "no repository", str(e)
    except dnf.exceptions.DownloadError as e:
        return "no package", str(e)
    except (dnf.exceptions.MarkingError, dnf.exceptions.DepsolveError) as e:
        return "unsatisfiable", str(e)
    finally:
        base.close()


def by_drydock(case, where):
    options = [f"--{k}" if k not in LIMITS else f"{LIMITS[k]}={','.join(v)}" for k, v in case.get("limits", {}).items()]
    common = ["--repo-file", f"{where}/case.repo", "--cache", f"{where}/store", "--progress", "none", *options]
    if case.get("download"):
        quoted = ", ".join(json.dumps(s) for s in case["specs"])
        with open(f"{where}/r.toml", "w") as f:
            f.write(f'[image]\nbase = "none"\narches = ["x86_64"]\n[vars]\nreleasever = "8"\n[packages]\ninstall = [{quoted}]\n')
        done = subprocess.run([drydock, "build", "r.toml", "--oci", "image", "--no-gpgcheck", *common], capture_output=True, text=True, cwd=where)
    else:
        installed = ["--installed", f"{HOST}/{case['installed']}"] if "installed" in case else []
        filters = [f"--{k}={g}" for k in ("exclude", "include") for g in case.get(k, ())]
        done = subprocess.run([drydock, "resolve", *case["specs"], "--arch", "x86_64", "--releasever", "8", "--format", "json", *installed, *filters, *common], capture_output=True, text=True, cwd=where)
    if done.returncode:
        kind = {3: "unsatisfiable", 4: "no repository", 5: "no repository"}.get(done.returncode, f"exit {done.returncode}")
        if case.get("download") and re.search("downloading|storing", done.stderr):
            kind = "no package"
        return kind, done.stderr
    if case.get("download"):
        import tomllib
        with open(f"{where}/drydock.lock", "rb") as f:
            packages = tomllib.load(f)["arch"]["x86_64"]["packages"]
        return sorted(f"{p['nevra']} {p['repo']}" for p in packages), done.stderr
    packages = json.loads(done.stdout)["packages"]
    return sorted(f"{p['nevra']} {p['repo']}" for p in packages if p["action"] != "remove"), done.stderr


CASES = []


def case(what, repos, *specs, **options):
    """`repos`: {id: {key: value}}; a value that is a list is several lines."""
    CASES.append({"what": what, "repos": repos, "specs": specs, **options})


def at(name, **keys):
    return {"baseurl": f"{HOST}/{name}", **keys}


# Which repository: priority, cost, order
for what, a, b in [("equals", {}, {}), ("a before b", {"priority": 10}, {}), ("b before a", {"priority": 100}, {"priority": 5}), ("a is cheaper", {"cost": 10}, {}), ("b is cheaper", {}, {"cost": 10}),
                   ("priority over cost", {"priority": 10, "cost": 5000}, {"cost": 1}), ("the default priority", {"priority": 99}, {"priority": 100, "cost": 1})]:
    for specs in (("tool",), ("twin",), ("app",), ("tool-2",), ("twin", "app", "tool")):
        case(f"{what}: {' '.join(specs)}", {"a": at("a", **a), "b": at("b", **b)}, *specs)
for order in (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")):
    case(f"order {' '.join(order)}", {f"{i}{n}": at(n) for i, n in enumerate(order)}, "twin", "lib", "app")
    case(f"ids against order {' '.join(order)}", {f"{9 - i}{n}": at(n) for i, n in enumerate(order)}, "twin", "lib-1")
case("three at one cost", {"x": at("a", cost=7), "y": at("b", cost=7), "z": at("c", cost=7)}, "twin")
case("the same twice", {"x": at("a"), "y": at("a")}, "tool", "app")

# Filters of repositories and of everybody
for globs in ("tool", "tool-4", "tool-4-1", "tool-4-1.noarch", "tool-0:4-1.noarch", "tool-0:4", "to*", "*-4-1.noarch", "tool.noarch", "tool.x86_64", "*", "tool-[34]", "tool-4*", "able", "/usr/share/tool", "tool, lib-2",
              "tool-4-2", "TOOL", "app tool-[!1]*"):
    case(f"excludepkgs={globs}", {"r": at("all", excludepkgs=globs)}, "tool", "app")
    case(f"includepkgs={globs}", {"r": at("all", includepkgs=globs)}, "tool")
case("exclude adds to excludepkgs", {"r": at("all", excludepkgs="tool-4", exclude="tool-3")}, "tool")
case("an exclude of a dependency", {"r": at("all", excludepkgs="lib")}, "app")
case("excluded here, there from another", {"a": at("all", excludepkgs="tool"), "b": at("b")}, "tool")
case("included here, all there", {"a": at("all", includepkgs="lib"), "b": at("b")}, "tool", "lib")
case("excluded and included", {"a": at("all", includepkgs="tool", excludepkgs="tool-4*")}, "tool")
for exclude, include in ((["tool-4*"], []), ([], ["tool"]), ([], ["tool-2", "app", "lib"]), (["lib-2"], ["app", "lib"]), ([], ["nothing"]), (["*"], [])):
    for specs in (("tool",), ("app",)):
        case(f"exclude {exclude} include {include}: {specs[0]}", {"a": at("all"), "b": at("b")}, *specs, exclude=exclude, include=include)
case("includes add up", {"a": at("all", includepkgs="tool-1"), "b": at("b")}, "tool", include=["tool-2"])
case("includes add up, there", {"a": at("all", includepkgs="tool-1"), "b": at("b", includepkgs="lib")}, "tool", "lib", include=["twin"])
case("installed and not included", {"a": at("all")}, "tool", installed="old", include=["tool-4"])
case("installed and excluded", {"a": at("all")}, "tool", installed="old", exclude=["tool-1"])

# Forms of repositories
for kind in KINDS:
    case(f"checksums {kind}", {"r": at(f"sum-{kind}")}, "tool", download=kind != "sha224")      # libdnf itself aborts where it is asked for such a one
for shape in SHAPES:
    case(f"metadata {shape}", {"r": at(f"as-{shape}")}, "tool", "/usr/share/tool/version")
case("xml:base", {"r": at("based")}, "tool", download=True)
case("a disabled one", {"a": at("a"), "b": at("b", enabled="0")}, "tool")
case("a path as baseurl", {"r": {"baseurl": f"{top}/www/a"}}, "tool")
case("variables", {"r": {"baseurl": f"{HOST}/$vars/${{releasever}}", "skip_if_unavailable": "1"}, "b": at("b")}, "tool")

# Mirrors
for what, mirrors in [("the first is dead", (DEAD, "b")), ("404", ("nowhere", "b")), ("a page", ("page", "b")), ("half there", ("partial", "b")), ("corrupt metadata", ("wrong", "b")),
                      ("no packages", ("no-packages", "b")), ("bad packages", ("bad-packages", "b")), ("all dead", (DEAD, "nowhere")), ("older first", ("old", "b")), ("none", ())]:
    # librepo reads the first repomd.xml it gets, whatever it is; drydock goes on to the next mirror.
    better = {"page"} & set(mirrors)
    case(f"mirrorlist: {what}", {"r": {"mirrorlist": mirrorlist(f"list-{len(CASES)}", *mirrors)}}, "tool", download=True, better=bool(better))
    case(f"metalink: {what}", {"r": {"metalink": metalink(f"link-{len(CASES)}", "b", *mirrors)}}, "tool", download=True)
case("mirrorlist that is a metalink", {"r": {"mirrorlist": metalink("metalink-list", "b", DEAD, "b")}}, "tool")
case("metalink before mirrorlist", {"r": {"metalink": metalink("link-x", "b", "b"), "mirrorlist": mirrorlist("list-x", "a")}}, "tool")
case("baseurl before mirrorlist", {"r": at("a", mirrorlist=mirrorlist("list-y", "b"))}, "tool")
case("baseurl, mirrorlist dead", {"r": at("a", mirrorlist=mirrorlist("list-d", DEAD))}, "tool", download=True)
case("baseurl, metalink dead", {"r": at("b", metalink=metalink("link-d", "b", DEAD))}, "tool", download=True)
case("baseurl, metalink of another", {"r": at("a", metalink=metalink("link-e", "b", DEAD))}, "tool")
case("baseurl, a list that is not there", {"r": at("a", mirrorlist=f"{HOST}/no-list")}, "tool")
case("baseurl, a metalink that is not there", {"r": at("a", metalink=f"{HOST}/no-list")}, "tool")
case("baseurl, a metalink that is none", {"r": at("a", metalink=put("link-html", "<html><body/></html>"))}, "tool")
case("baseurl, an empty list", {"r": at("a", mirrorlist=mirrorlist("list-e"))}, "tool")
case("baseurl dead, mirrorlist", {"r": {"baseurl": DEAD, "mirrorlist": mirrorlist("list-z", "b")}}, "tool")
case("baseurl against its metalink", {"r": at("a", metalink=metalink("link-y", "b", "b"))}, "tool")
case("two baseurls", {"r": {"baseurl": [DEAD, f"{HOST}/b"]}}, "tool", download=True)
case("a list that is not there", {"r": {"mirrorlist": f"{HOST}/no-list"}}, "tool")
case("variables in a list", {"r": {"mirrorlist": put("list-v", f"{HOST}/no$basearch\n{HOST}/sum-sha$releasever\n{HOST}/b\n")}}, "tool")
for kind in ("md5", "sha1", "sha512"):
    case(f"metalink by {kind}", {"r": {"metalink": metalink(f"link-{kind}", "b", "old", "b", kind=kind)}}, "tool")
old = open(f"{top}/www/old/repodata/repomd.xml", "rb").read()
size, old = len(old), hashlib.sha256(old).hexdigest()
case("an alternate of the metalink", {"r": {"metalink": metalink("link-alt", "b", "old", "b",
     more=f'<mm0:alternates><mm0:alternate><mm0:timestamp>0</mm0:timestamp><size>{size}</size><verification><hash type="sha256">{old}</hash></verification></mm0:alternate></mm0:alternates>')}}, "tool")

# Those that are not there
for skip in ("0", "1", None):
    for bad in ("nowhere", "broken", "wrong", "partial", "no-filelists", "no-updateinfo", "page", "empty", DEAD):
        keys = {} if skip is None else {"skip_if_unavailable": skip}
        if skip is None and bad != "nowhere":
            continue
        # Without them dnf does not begin; drydock asks for what a request needs, unless the repository may be skipped.
        lazy = skip != "1" and bad in ("no-filelists", "no-updateinfo")
        case(f"skip_if_unavailable={skip}: {bad}", {"a": at("a"), "b": {"baseurl": url(bad), **keys}}, "tool", better=lazy)
case("skipped for its file lists", {"a": at("a"), "b": at("no-filelists", skip_if_unavailable="1")}, "/usr/share/tool/version")
case("nothing is left", {"b": at("nowhere", skip_if_unavailable="1")}, "tool")

# Advisories
for limits in ({"security": 1}, {"bugfix": 1}, {"enhancement": 1}, {"newpackage": 1}, {"security": 1, "bugfix": 1}, {"advisory": ["SA-2"]}, {"advisory": ["BA-3", "SA-2"]}, {"advisory": ["sa-2"]}, {"cves": ["CVE-2024-2"]},
               {"bugzilla": ["222"]}, {"severity": ["Important"]}, {"severity": ["Low"]}, {"advisory": ["NO-1"], "bugfix": 1}):
    for specs in (("tool",), ("app",), ("*",)):
        case(f"{limits}: {specs[0]}", {"r": at("all")}, *specs, limits=limits)
for spec in ("tool-1", "tool-4", "tool.noarch", "tool.*", "able", "able >= 3", "/usr/share/tool/version", "to*", "lib", "arched", "twin", "tool-2-1.noarch"):
    case(f"security and bugfix: {spec}", {"r": at("all")}, spec, limits={"security": 1, "bugfix": 1})
case("of several repositories", {"r": at("all"), "b": at("b"), "c": at("c")}, "tool", limits={"security": 1})
case("at a priority", {"r": at("all"), "b": at("b", priority=1)}, "tool", limits={"bugfix": 1})
case("installed already", {"r": at("all")}, "tool", limits={"security": 1}, installed="old")
case("an installed dependency", {"r": at("all")}, "tool", "lib", limits={"security": 1}, installed="old")
case("no updateinfo", {"r": at("b")}, "tool", limits={"security": 1})

# ---- all of them
agree = better = 0
for number, c in enumerate(CASES):
    if not pattern.search(c["what"]):
        continue
    where = f"{top}/cases/{number}"
    os.makedirs(f"{where}/root")
    with open(f"{where}/case.repo", "w") as f:
        for repo, keys in c["repos"].items():
            f.write(f"[{repo}]\nname={repo}\ngpgcheck=0\n" + "".join(f"{k}={' '.join(v) if isinstance(v, list) else v}\n" for k, v in keys.items()))
    if "installed" in c:
        rpms = [f"{top}/www/{c['installed']}/p/{p}" for p in os.listdir(f"{top}/www/{c['installed']}/p")]
        run("rpm", "--root", f"{where}/root", "-i", "--justdb", "--nodeps", "--nosignature", *rpms)
    began = time.time()
    theirs, said = by_dnf(c, where)
    middle = time.time()
    ours, told = by_drydock(c, where)
    if time.time() - began > 5:
        print(f"slow    {c['what']}: dnf {middle - began:.1f} s, drydock {time.time() - middle:.1f} s", flush=True)
    if ours == theirs:
        agree += 1
    elif c.get("better") and isinstance(ours, list):
        better += 1
        print(f"better  {c['what']}: {ours}, where dnf says {theirs}", flush=True)
    else:
        print(f"DIFFERS {c['what']}\n   dnf {theirs} {said}\n   drydock {ours} {told}", flush=True)
    shutil.rmtree(f"{where}/store", ignore_errors=True)
    shutil.rmtree(f"{where}/cache", ignore_errors=True)
count = sum(bool(pattern.search(c["what"])) for c in CASES)
print(f"{count} cases, {agree} agree, {better} better")
sys.exit(agree + better != count or count == 0)
