#!/usr/bin/python3
"""solve_debian.py JUDGE DIR [--requests N] [--seed S] [--show N]: a real graph. Debian's package index, rewritten as rpm-md (some
64,000 packages), and random requests on it, resolved by dnf and by us as in solve_cases.py. The index is what apt has on
this machine. The last line is "N packages, N requests, N agree, N unsound, slowest N ms, N MiB".
"""
import argparse, os, random, re, shutil, subprocess, sys
import solve_cases as cases
import solve_worlds as worlds

SIGNS = {"<<": "LT", "<=": "LE", "=": "EQ", ">=": "GE", ">>": "GT"}
ATOM = re.compile(r"([^\s(:\[<]+)(?::\S+)?(?:\s*\((\S+)\s+(\S+)\))?")


def evr(text):
    epoch, colon, rest = text.partition(":")
    epoch, rest = (int(epoch), rest) if colon else (0, text)
    version, dash, release = rest.rpartition("-")
    return [epoch, (version if dash else rest).replace("-", "."), release if dash else "0"]


def atom(text):
    name, sign, version = ATOM.match(text.strip()).groups()
    if not sign:
        return [name]
    e, v, r = evr(version)
    return [name, SIGNS[sign], [e, v, r if "-" in version else ""]]


def plain(a):
    return a[0] if len(a) == 1 else f"{a[0]} {worlds.SIGN[a[1]]} {worlds.evr_text(a[2])}"


def dependencies(text):
    for group in filter(None, map(str.strip, text.split(","))):
        atoms = [atom(a) for a in group.split("|")]
        yield atoms[0] if len(atoms) == 1 else ["(" + " or ".join(map(plain, atoms)) + ")"]


def read_index():
    text = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True).stdout.decode("utf-8", "replace")
    seen = set()
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != " ")
        if "Package" not in fields or fields.get("Architecture") not in ("amd64", "all") or fields["Package"] in seen:
            continue
        seen.add(fields["Package"])
        get = lambda *names: [d for n in names for d in dependencies(fields.get(n, ""))]
        deps = {k: [] for k in worlds.RELATIONS}
        own = evr(fields["Version"])
        deps["provides"] = [[fields["Package"], "EQ", own]] + [d for d in get("Provides") if not d[0].startswith("(")]
        deps["requires"], deps["recommends"], deps["suggests"] = get("Pre-Depends", "Depends"), get("Recommends"), get("Suggests")
        deps["conflicts"], deps["enhances"] = get("Conflicts", "Breaks"), get("Enhances")
        replaces = [d for d in get("Replaces") if len(d) > 1 and d in deps["conflicts"]]
        deps["obsoletes"] = replaces
        yield {"name": fields["Package"], "evr": own, "arch": "noarch" if fields["Architecture"] == "all" else "x86_64", "vendor": "", "deps": deps,
            "files": [f"/usr/bin/{fields['Package']}"], "extra": []}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("judge")
    args.add_argument("directory")
    args.add_argument("--requests", type=int, default=500)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--show", type=int, default=10)
    args = args.parse_args()
    packages = list(read_index())
    world = {"id": 0, "repos": [{"id": "debian", "priority": 99, "cost": 1000, "excludes": [], "includes": [], "packages": packages}], "installed": [], "excludes": []}
    worlds.write(world, args.directory)
    base, judge = cases.dnf_world(world, args.directory), cases.Judge(args.judge)
    r, names = random.Random(args.seed), sorted(p["name"] for p in packages)
    agree = unsound = slowest = 0
    for i in range(args.requests):
        request = {"specs": r.sample(names, r.choice((1, 1, 1, 2, 3))), "best": r.random() < 0.7, "weak": r.random() < 0.3, "protected": []}
        theirs, why = cases.dnf_resolve(base, request)
        ours = judge.ask(world, args.directory, request)
        unsound += bool(ours["violations"])
        slowest = max(slowest, ours.get("milliseconds", 0) if i else 0)
        if theirs == ours["lines"]:
            agree += 1
        elif args.show:
            args.show -= 1
            print(f"-- {request}\n   dnf only: {sorted(set(theirs) - set(ours['lines']))}\n   ours only: {sorted(set(ours['lines']) - set(theirs))}\n   {why}\n   {ours['message']}", flush=True)
    peak = next(int(line.split()[1]) >> 10 for line in open(f"/proc/{judge.process.pid}/status") if line.startswith("VmHWM"))
    print(f"{len(packages)} packages, {args.requests} requests, {agree} agree ({agree * 100 / args.requests:.2f} %), {unsound} unsound, slowest {slowest} ms, {peak} MiB")
    sys.exit(0 if not unsound and agree * 100 >= args.requests * 99 and peak < 300 else 1)


if __name__ == "__main__":
    main()
