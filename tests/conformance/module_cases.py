#!/usr/bin/python3
"""module_cases.py JUDGE DIR [--worlds N] [--first SEED] [--show N]: modules and groups, drydock against dnf.

Makes N worlds: those of solve_worlds.py, whose packages partly belong to module streams (several versions and contexts,
dependencies between streams, defaults, profiles, disabled and enabled states in the root, hotfix repositories) and to
groups. Each request enables streams (dnf.module.module_base.ModuleBase.enable), installs specs, modules and groups, and is
resolved by libdnf and by JUDGE; outcome, packages and enabled streams with their profiles must be the same. The last line is
"N requests, N agree, N unsound".
"""
import argparse, copy, hashlib, json, os, random, re, sys
import solve_cases
from solve_cases import Judge, dnf, nevra
import dnf.module.module_base, libdnf.module
import solve_worlds as worlds


def artifact(p):
    e, v, r = p["evr"]
    return f"{p['name']}-{e}:{v}-{r}.{p['arch']}"


def flow(items):
    return "[" + ", ".join(json.dumps(str(i)) for i in items) + "]"


def document(m):
    requires = "{" + ", ".join(f"{json.dumps(k)}: {flow(v)}" for k, v in m["requires"].items()) + "}"
    profiles = "".join(f"    {name}:\n      rpms: {flow(rpms)}\n" for name, rpms in m["profiles"].items())
    return (f"---\ndocument: modulemd\nversion: 2\ndata:\n  name: {m['name']}\n  stream: \"{m['stream']}\"\n  version: {m['version']}\n  context: {m['context']}\n"
        f"  arch: x86_64\n" + ("  static_context: true\n" if m["static"] else "") + "  summary: x\n  description: >-\n    x\n  license:\n    module: [MIT]\n"
        f"  dependencies:\n  - buildrequires: {{}}\n    requires: {requires}\n" + (f"  profiles:\n{profiles}" if profiles else "")
        + (f"  artifacts:\n    rpms:\n" + "".join(f"    - {a}\n" for a in m["artifacts"]) if m["artifacts"] else "")
        + (f"  demodularized:\n    rpms: {flow(m['gone'])}\n" if m["gone"] else "") + "...\n")


def defaults(d):
    profiles = "".join(f"    \"{s}\": {flow(p)}\n" for s, p in d["profiles"].items())
    return (f"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {d['module']}\n  modified: {d['modified']}\n"
        + (f"  stream: \"{d['stream']}\"\n" if d["stream"] else "") + (f"  profiles:\n{profiles}" if profiles else "") + "...\n")


def comps(groups, environments):
    def req(m):
        kind, when, base = m[1:]
        return f'<packagereq type="{kind}"' + (f' requires="{when}"' if when else "") + (' basearchonly="true"' if base else "") + f">{m[0]}</packagereq>"
    return ('<?xml version="1.0"?>\n<comps>' + "".join(f"<group><id>{i}</id><name>{n}</name><default>true</default><uservisible>true</uservisible><packagelist>{''.join(map(req, ms))}</packagelist></group>" for i, n, ms in groups)
        + "".join(f"<environment><id>{i}</id><name>{n}</name><display_order>1</display_order><grouplist>{''.join(f'<groupid>{g}</groupid>' for g in gs)}</grouplist><optionlist/></environment>" for i, n, gs in environments) + "</comps>")


class Modular(worlds.Maker):
    def streams(self):
        return [f"{m}:{s}" for m in self.modules for s in self.modules[m]]

    def world(self, number):
        r = self.r
        world = super().world(number)
        self.modules = {m: r.sample(("1", "2.0", "rhel8", "3"), r.choice((1, 2, 2, 3))) for m in ("ma", "mb", "mc", "md")[:r.choice((1, 2, 3, 4))]}
        for repo in world["repos"]:
            repo["hotfixes"] = r.random() < 0.1
            repo["modules"], repo["defaults"], repo["groups"], repo["environments"] = [], [], [], []
        for m, streams in self.modules.items():
            for s in streams:
                for _ in range(r.choice((1, 1, 1, 2))):
                    self.build(world, m, s)
            if r.random() < 0.6:
                for repo in r.sample(world["repos"], 1):
                    repo["defaults"].append({"module": m, "modified": 1, "stream": r.choice(streams + [None]), "profiles": {s: ["common"] for s in streams if r.random() < 0.7}})
        for repo in world["repos"]:
            if r.random() < 0.6:
                names = [p["name"] for p in repo["packages"]] + ["not-there"]
                repo["groups"] = [(f"g{i}", f"Group {i}", self.group(names)) for i in range(2)]
                repo["environments"] = [("env", "An Environment", ["g0", "g1"])]
        world["states"] = {}
        for m, streams in self.modules.items():
            if r.random() < 0.15:
                world["states"][m] = r.choice((f"[{m}]\nname={m}\nstream={r.choice(streams)}\nprofiles=\nstate=enabled\n\n", f"[{m}]\nname={m}\nstream=\nprofiles=\nstate=disabled\n\n"))
        world["requests"] = [self.modular_request(world, q) for q in world["requests"]]
        return world

    def group(self, names):
        r = self.r
        return [(n, r.choice(("mandatory", "default", "optional", "mandatory")), None, r.random() < 0.1) for n in dict.fromkeys(r.choice(names) for _ in range(r.choice((1, 2, 3))))] + (
            [(r.choice(names), "conditional", r.choice(names), False)] if r.random() < 0.3 else [])

    def build(self, world, module, stream):
        r = self.r
        repo = r.choice(world["repos"])
        those = [p for p in repo["packages"] if r.random() < 0.35]
        requires = {"platform": r.choice((["el8"], ["el8"], ["el8"], [], ["el9"] if r.random() < 0.2 else ["el8"]))}
        others = [m for m in self.modules if m != module]
        if others and r.random() < 0.35:
            other = r.choice(others)
            requires[other] = r.choice(([r.choice(self.modules[other])], [], self.modules[other][:2], ["-" + self.modules[other][0]]))
        names = list(dict.fromkeys(p["name"] for p in those))
        profiles = {n: r.sample(names, min(len(names), r.choice((0, 1, 1, 2)))) for n in ("common", "mini") if r.random() < 0.8}
        if any((m["name"], m["stream"]) == (module, stream) for m in repo["modules"]) and r.random() < 0.5:
            requires = next(m["requires"] for m in repo["modules"] if (m["name"], m["stream"]) == (module, stream))
        version = 1 + sum((m["name"], m["stream"]) == (module, stream) for q in world["repos"] for m in q["modules"])
        repo["modules"].append({"name": module, "stream": stream, "version": version, "context": r.choice(("c0ffee", "deadbe")), "static": r.random() < 0.15, "requires": requires,
            "profiles": profiles, "artifacts": [artifact(p) for p in those] + [f"{n}-0:1-1.src" for n in names[:1]], "gone": r.sample(names, 1) if names and r.random() < 0.1 else []})

    def modular_request(self, world, q):
        r = self.r
        enable = r.sample(self.streams(), min(len(self.streams()), r.choice((0, 1, 1, 1, 2)))) if r.random() < 0.6 else []
        if enable and r.random() < 0.05:
            enable = [r.choice((enable[0].split(":")[0], "nomod:1", enable[0].split(":")[0] + ":9"))]
        specs = list(q["specs"])
        if r.random() < 0.25:
            specs.append("@" + r.choice(self.streams()) + r.choice(("", "", "/common", "/mini", "/none")))
        if r.random() < 0.3:
            specs.append(r.choice(("@g0", "@g1", "@Group 1", "@GROUP 0", "@env", "@g*")))
        if r.random() < 0.3 and len(specs) > len(q["specs"]):
            specs = specs[len(q["specs"]):]
        return {"specs": specs, "best": q["best"], "weak": q["weak"], "protected": q["protected"], "enable": enable}


def write(world, directory):
    worlds.write(world, directory)
    for repo in world["repos"]:
        texts = {"modules": "".join(map(document, repo["modules"])) + "".join(map(defaults, repo["defaults"])), "group": comps(repo["groups"], repo["environments"]) if repo["groups"] else ""}
        path = f"{directory}/{repo['id']}/repodata"
        index = open(f"{path}/repomd.xml").read()
        data = ""
        for kind, text in texts.items():
            if text:
                file = {"modules": "modules.yaml", "group": "comps.xml"}[kind]
                open(f"{path}/{file}", "w").write(text)
                digest = hashlib.sha256(text.encode()).hexdigest()
                data += f'<data type="{kind}"><checksum type="sha256">{digest}</checksum><open-checksum type="sha256">{digest}</open-checksum><location href="repodata/{file}"/><timestamp>1</timestamp><size>{len(text.encode())}</size><open-size>{len(text.encode())}</open-size></data>'
        open(f"{path}/repomd.xml", "w").write(index.replace("</repomd>", data + "</repomd>"))
    os.makedirs(f"{directory}/root/etc/dnf/modules.d")
    for module, text in world["states"].items():
        open(f"{directory}/root/etc/dnf/modules.d/{module}.module", "w").write(text)


def dnf_base(world, directory):
    base = dnf.Base()
    conf = base.conf
    conf.installroot, conf.cachedir, conf.persistdir, conf.logdir = f"{directory}/root", f"{directory}/cache", "/var/lib/dnf", f"{directory}/root"
    conf.plugins, conf.excludepkgs, conf.metadata_expire, conf.installonly_limit, conf.module_platform_id = False, list(world["excludes"]), -1, 0, "platform:el8"
    conf.substitutions.update(arch="x86_64", basearch="x86_64", releasever="1")
    for repo in world["repos"]:
        base.repos.add_new_repo(repo["id"], conf, baseurl=[f"file://{directory}/{repo['id']}"], priority=repo["priority"], cost=repo["cost"],
            excludepkgs=repo["excludes"], includepkgs=repo["includes"], module_hotfixes=repo["hotfixes"])
    base.fill_sack()
    solve_cases.colour(base)
    base.read_comps()
    return base


def marking(mark):
    """As dnf's own commands: what does not fit among default streams alone is told, and no failure."""
    try:
        mark()
    except dnf.exceptions.MarkingErrors as e:
        defaults = libdnf.module.ModulePackageContainer.ModuleErrorType_ERROR_IN_DEFAULTS
        other = e.no_match_group_specs or e.error_group_specs or e.no_match_pkg_specs or e.error_pkg_specs
        if other or not e.module_depsolv_errors or e.module_depsolv_errors[1] != defaults:
            raise


def dnf_answer(world, directory, request):
    base = dnf_base(world, directory)
    conf = base.conf
    conf.best, conf.install_weak_deps, conf.protected_packages = request["best"], request["weak"], request["protected"]
    try:
        if request["enable"]:
            marking(lambda: dnf.module.module_base.ModuleBase(base).enable(request["enable"]))
        marking(lambda: base.install_specs(request["specs"]))
        base.resolve()
        if dict(base._moduleContainer.getSwitchedStreams()):
            return ["unsatisfiable"], "switched"
    except (dnf.exceptions.Error, RuntimeError) as e:
        return ["unsatisfiable"], f"{type(e).__name__}: {e}"
    lines = set()
    goal = base._goal
    container = base._moduleContainer
    for m in sorted({p.getName() for p in container.getModulePackages()}):
        if container.getModuleState(m) == dnf.module.module_base.STATE_ENABLED:
            lines.add(f"enabled {m}:{container.getEnabledStream(m)} {','.join(sorted(set(container.getInstalledProfiles(m))))}")
    lines |= set(solve_cases.changes(goal))
    base.close()
    return sorted(lines), ""


def compare(judge, world, directory):
    write(world, directory)
    out = []
    for i, request in enumerate(world["requests"]):
        theirs, why = dnf_answer(world, directory, request)
        question = {k: v for k, v in request.items() if k != "enable"} | {"modular": {"platform": "platform:el8", "enable": request["enable"], "states": world["states"]}}
        trimmed = dict(world, repos=[{k: r[k] for k in ("id", "priority", "cost", "excludes", "includes", "hotfixes")} for r in world["repos"]])
        ours = judge.ask(trimmed, directory, question)
        if theirs != ours["lines"] or ours["violations"]:
            out.append((i, theirs, why, ours))
    return out


def main():
    args = argparse.ArgumentParser()
    args.add_argument("judge")
    args.add_argument("directory")
    args.add_argument("--worlds", type=int, default=120)
    args.add_argument("--first", type=int, default=0)
    args.add_argument("--show", type=int, default=5)
    args.add_argument("--exceptions")
    args = args.parse_args()
    known = {tuple(map(int, line.split()[:2])) for line in open(args.exceptions) if line.strip() and line[0] != "#"} if args.exceptions else set()
    judge, total, differ, unsound, accepted, failures = Judge(args.judge), 0, [], 0, 0, 0
    for seed in range(args.first, args.first + args.worlds):
        world = Modular(seed).world(seed)
        found = compare(judge, world, args.directory)
        total += len(world["requests"])
        unsound += sum(1 for f in found if f[3]["violations"])
        for f in found:
            if (seed, f[0]) in known and not f[3]["violations"]:
                accepted += 1
                continue
            differ.append(f"{seed}/{f[0]}")
            if len(differ) <= args.show:
                print(f"== world {seed} request {f[0]}: {world['requests'][f[0]]} states {world['states']} excludes {world['excludes']}")
                for r in world["repos"]:
                    print("  repo", r["id"], "hotfixes" if r["hotfixes"] else "", [worlds.nevra(p) for p in r["packages"]], r["excludes"], r["includes"], r["groups"])
                    for m in r["modules"]:
                        print("    ", {k: v for k, v in m.items() if v})
                    print("    ", r["defaults"])
                print("  installed", [worlds.nevra(p) for p in world["installed"]])
                print("  dnf :", f[1], f[2], "\n  ours:", f[3]["lines"], f[3]["violations"], f[3]["message"], flush=True)
    print("differ:", *differ)
    agree = total - len(differ) - accepted
    print(f"{total} requests, {agree} agree ({agree * 100 / total:.2f} %), {accepted} accepted, {unsound} unsound")
    sys.exit(0 if not unsound and agree * 1000 >= total * 995 else 1)


if __name__ == "__main__":
    main()
