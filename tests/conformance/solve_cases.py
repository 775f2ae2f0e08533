#!/usr/bin/python3
"""solve_cases.py JUDGE DIR [--worlds N] [--first SEED] [--show N] [--exceptions FILE] [--no-shrink]: drydock's resolver against dnf.

Makes N worlds (see solve_worlds.py; five requests each), resolves every request with dnf's own Base, Sack and Goal in this
process and with JUDGE (examples/solve-judge), and compares the outcome: success or failure, every package that comes (its
action, its repository) and every package that goes. JUDGE also proves each of our results closed and conflict-free. The last
line is "N requests, N agree, N unsound"; a request that differs is shrunk to the least that still differs, and shown.
--exceptions: lines "SEED REQUEST reason", differences that are ours by choice. Needs Debian's python3 (dnf's modules).
"""
import argparse, copy, ctypes, json, os, subprocess, sys, tempfile

# Debian's rpm keeps its database in ~/.rpmdb unless told.
os.environ["HOME"] = tempfile.mkdtemp(prefix="solve-cases")
with open(os.environ["HOME"] + "/.rpmmacros", "w") as macros:
    macros.write("%_dbpath %{_var}/lib/rpm\n")
import dnf
import solve_worlds as worlds

COLOURS = 10  # POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS: Fedora and RHEL build libsolv so, Debian does not
libdnf, libsolv = ctypes.CDLL("libdnf.so.2"), ctypes.CDLL("libsolv.so.1")
libdnf.dnf_sack_get_pool.restype = ctypes.c_void_p
libdnf.dnf_sack_get_pool.argtypes = [ctypes.c_void_p]
libsolv.pool_set_flag.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]


def dnf_world(world, directory):
    base = dnf.Base()
    conf = base.conf
    conf.installroot, conf.cachedir, conf.persistdir, conf.logdir = f"{directory}/root", f"{directory}/cache", "/var/lib/dnf", f"{directory}/root"
    conf.plugins, conf.excludepkgs, conf.metadata_expire, conf.installonly_limit = False, list(world["excludes"]), -1, 0
    conf.substitutions.update(arch="x86_64", basearch="x86_64", releasever="1")
    for repo in world["repos"]:
        base.repos.add_new_repo(repo["id"], conf, baseurl=[f"file://{directory}/{repo['id']}"], priority=repo["priority"], cost=repo["cost"],
            excludepkgs=repo["excludes"], includepkgs=repo["includes"])
    base.fill_sack()
    colour(base)
    return base


def colour(base):
    # A Python object is its count, its type, then, for a sack, the C object.
    sack = ctypes.c_void_p.from_address(id(base.sack) + 16)
    libsolv.pool_set_flag(libdnf.dnf_sack_get_pool(sack), COLOURS, 1)


def nevra(p):
    return f"{p.name}-{f'{p.epoch}:' if p.epoch else ''}{p.version}-{p.release}.{p.arch}"


def dnf_resolve(base, request):
    base.reset(goal=True)
    base.conf.best, base.conf.install_weak_deps, base.conf.protected_packages = request["best"], request["weak"], request["protected"]
    try:
        for spec in request["specs"]:
            base.install(spec)
        base.resolve()
    except (dnf.exceptions.MarkingError, dnf.exceptions.DepsolveError) as e:
        return ["unsatisfiable"], str(e)
    return changes(base._goal), ""


def changes(goal):
    lines = set()
    for action, found in (("install", goal.list_installs()), ("upgrade", goal.list_upgrades()), ("downgrade", goal.list_downgrades()), ("reinstall", goal.list_reinstalls())):
        for p in found:
            lines.add(f"{action} {nevra(p)} {p.reponame}")
            lines |= {f"gone {nevra(q)}" for q in goal.obsoleted_by_package(p)}
    lines |= {f"gone {nevra(q)}" for q in goal.list_erasures()}
    return sorted(lines)


class Judge:
    """examples/solve-judge, fed one request a line."""
    def __init__(self, path):
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, world, directory, request):
        question = {"directory": directory, "excludes": world["excludes"], "repos": [{k: v for k, v in r.items() if k != "packages"} for r in world["repos"]], **request}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.start()
            return {"lines": ["crash"], "violations": [], "message": "the judge ended"}
        return json.loads(line)


def compare(judge, world, directory):
    """The requests on which the two differ, or ours is unsound: (number, dnf's, ours)."""
    worlds.write(world, directory)
    base = dnf_world(world, directory)
    out = []
    for i, request in enumerate(world["requests"]):
        theirs, why = dnf_resolve(base, request)
        ours = judge.ask(world, directory, request)
        if theirs != ours["lines"] or ours["violations"]:
            out.append((i, theirs, why, ours))
    base.close()
    return out


def reductions(world):
    """Worlds with one thing less."""
    request = world["requests"][0]
    for where in [world["installed"]] + [r["packages"] for r in world["repos"]]:
        for i in range(len(where)):
            kept = where.pop(i)
            yield
            where.insert(i, kept)
    for i in range(len(request["specs"])):
        if len(request["specs"]) > 1:
            kept = request["specs"].pop(i)
            yield
            request["specs"].insert(i, kept)
    for where in (request["protected"], world["excludes"], *(r[k] for r in world["repos"] for k in ("excludes", "includes"))):
        for i in range(len(where)):
            kept = where.pop(i)
            yield
            where.insert(i, kept)
    for p in world["installed"] + [p for r in world["repos"] for p in r["packages"]]:
        for relation in worlds.RELATIONS:
            for i in range(len(p["deps"][relation])):
                kept = p["deps"][relation].pop(i)
                yield
                p["deps"][relation].insert(i, kept)


def shrink(judge, world, number, directory, tries=600):
    world = copy.deepcopy(dict(world, requests=[world["requests"][number]]))
    best, progress = copy.deepcopy(world), True
    while progress and tries > 0:
        progress = False
        for _ in reductions(world):
            tries -= 1
            if tries <= 0:
                break
            if compare(judge, world, directory):
                best, progress = copy.deepcopy(world), True
                world = copy.deepcopy(best)
                break
    return best


def show(world, found):
    for number, theirs, why, ours in found:
        request = world["requests"][number]
        print(f"-- world {world['id']} request {number}: {request} excludes {world['excludes']}")
        for name, packages in [("installed", world["installed"])] + [(f"{r['id']} priority {r['priority']} cost {r['cost']} {r['excludes']} {r['includes']}", r["packages"]) for r in world["repos"]]:
            print(f"   [{name}]")
            for p in packages:
                deps = {k: [d[0] + (f" {worlds.SIGN[d[1]]} {worlds.evr_text(d[2])}" if len(d) > 1 else "") for d in v] for k, v in p["deps"].items()}
                deps["provides"] = [d for d in deps["provides"] if d != f"{p['name']} = {worlds.evr_text(p['evr'])}"]
                print(f"     {worlds.nevra(p)}", {k: v for k, v in deps.items() if v})
        print("   dnf :", *theirs, sep="\n     ")
        print("   ours:", *ours["lines"], *ours["violations"], sep="\n     ")
        print("   dnf says:", why, "\n   ours says:", ours["message"], flush=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("judge")
    args.add_argument("directory")
    args.add_argument("--worlds", type=int, default=340)
    args.add_argument("--first", type=int, default=0)
    args.add_argument("--show", type=int, default=10)
    args.add_argument("--no-shrink", action="store_true")
    args.add_argument("--exceptions")
    args = args.parse_args()
    known = {}
    if args.exceptions:
        for line in open(args.exceptions):
            if line.strip() and not line.startswith("#"):
                seed, number, reason = line.split(maxsplit=2)
                known[int(seed), int(number)] = reason
    judge, total, differ, unsound, accepted, failing, shown = Judge(args.judge), 0, [], 0, 0, 0, 0
    for seed in range(args.first, args.first + args.worlds):
        world = worlds.make(seed)
        found = compare(judge, world, args.directory)
        total += len(world["requests"])
        unsound += sum(1 for f in found if f[3]["violations"])
        for f in found:
            if (seed, f[0]) in known and not f[3]["violations"]:
                accepted += 1
                continue
            differ.append(f"{seed}/{f[0]}")
            if shown < args.show:
                shown += 1
                if args.no_shrink:
                    show(world, [f])
                else:
                    least = shrink(judge, world, f[0], args.directory + ".shrink")
                    show(least, compare(judge, least, args.directory + ".shrink"))
    print("differ:", *differ)
    agree = total - len(differ) - accepted
    print(f"{total} requests, {agree} agree ({agree * 100 / total:.2f} %), {accepted} accepted, {unsound} unsound")
    sys.exit(0 if not unsound and agree * 1000 >= total * 995 else 1)


if __name__ == "__main__":
    main()
