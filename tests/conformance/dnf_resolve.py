#!/usr/bin/python3
"""dnf_resolve.py ROOT ARCH URL SPEC... : what dnf would do on top of ROOT's packages; one "ACTION NEVRA" a line, sorted.

URL is the directory above {ARCH}/{baseos,appstream,rt}/os. Options by environment: BEST=0, WEAK=1, EXCLUDE="glob glob".
Needs Debian's python3 (dnf's modules are not in another interpreter).
"""
import os, sys
import dnf, hawkey

root, arch, url, *specs = sys.argv[1:]
base = dnf.Base()
conf = base.conf
conf.installroot, conf.cachedir, conf.persistdir, conf.logdir = root, os.environ["HOME"] + "/dnf-resolve", "/var/lib/dnf", "/var/log"
conf.plugins, conf.module_platform_id, conf.best = False, "platform:el8", os.environ.get("BEST", "1") == "1"
conf.install_weak_deps = os.environ.get("WEAK", "0") == "1"
conf.excludepkgs = os.environ.get("EXCLUDE", "").split()
conf.substitutions["arch"] = conf.substitutions["basearch"] = arch
conf.substitutions["releasever"] = "8.4"
for repo in ("baseos", "appstream", "rt"):
    base.repos.add_new_repo(repo, conf, baseurl=[f"{url}/{arch}/{repo}/os/"])
base.fill_sack()
try:
    for spec in specs:
        base.install(spec)
    base.resolve()
except (dnf.exceptions.MarkingError, dnf.exceptions.DepsolveError) as e:
    print("unsatisfiable")
    print(e, file=sys.stderr)
    sys.exit(0)


def nevra(p):
    return f"{p.name}-{p.version}-{p.release}.{p.arch}" if p.epoch == 0 else f"{p.name}-{p.epoch}:{p.version}-{p.release}.{p.arch}"


# An obsoleted package is gone; a package that is replaced by a newer one of its name stands in the newer one's line.
ACTIONS = {"Install": "install", "Upgrade": "upgrade", "Downgrade": "downgrade", "Obsolete": "install", "Obsoleted": "remove", "Removed": "remove",
           "Reinstall": "reinstall", "Upgraded": None, "Downgraded": None, "Reinstalled": None, "Reason Change": None}
lines = {(ACTIONS[item.action_name], nevra(item.pkg)) for item in base.transaction}
# dnf lists an obsoleting upgrade twice, as an upgrade and as an obsoleting package
lines -= {("install", n) for a, n in lines if a == "upgrade"}
print(*sorted(f"{a} {n}" for a, n in lines if a), sep="\n")
