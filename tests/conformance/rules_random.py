#!/usr/bin/env python3
"""rules_random.py SEED COUNT : install rules nobody thought of. Cases for rules.py over a few names, any of which may be anything, in
the base, in what comes and by hand. Where rpm refuses, or fails half way, drydock has to refuse."""
import random, sys

pick = random.Random(int(sys.argv[1]))
DIRECTORIES = {"/d": ["e", "/e", "real"], "/e": ["real"], "/d/s": ["../e", "../real"]}      # and what they may be links to
NAMES = ["/x", "/y", "/d/x", "/d/y", "/e/x", "/e/y", "/d/s/x"]
FLAGS = ["", "", "", "%config ", "%config ", "%config(noreplace) ", "%config(noreplace) ", "%ghost ", "%ghost %config ", "%doc ",
         "%config(missingok) ", "%config(missingok,noreplace) "]


def items(modes):
    out, kinds, regular = [], {}, []
    for path in pick.sample(sorted(DIRECTORIES), pick.randint(0, 3)):
        parent, chance = path.rsplit("/", 1)[0], pick.random()
        if kinds.get(parent, "dir") != "dir" or (chance >= .8 and any(k.startswith(path + "/") for k in kinds)):
            continue
        kinds[path] = "dir" if chance < .8 else "other"
        mode = pick.choice(["", "", "%attr(0700,root,root) "]) if modes else ""
        what = "dir" if chance < .8 else f"-> {pick.choice(DIRECTORIES[path])}" if chance < .9 else pick.choice("on")
        out.append(f"{mode if what == 'dir' else ''}{path} {what}")
    for path in pick.sample(NAMES, pick.randint(1, 5)):
        if any(path.startswith(d + "/") and kinds.get(d, "dir") != "dir" for d in DIRECTORIES):
            continue
        flags, chance = pick.choice(FLAGS), pick.random()
        if chance < .12:
            what = f"-> {pick.choice(['z1', 'z2', 'nowhere'])}"
        elif chance < .2 and regular and "ghost" not in flags:
            what = f"= {pick.choice(regular)}"
        else:
            what = pick.choice("onnss")
            regular += [path] if "ghost" not in flags else []
        out.append(f"{flags}{path} {what}")
    return " ; ".join(out)


def edit():
    path = pick.choice(NAMES + sorted(DIRECTORIES))[1:]
    fresh = f"rm -rf {path}; mkdir -p $(dirname {path})"
    return pick.choice([f"{fresh}; echo m > {path}", f"rm -rf {path}", f"{fresh}; ln -s {pick.choice(['d', 'e', 'x', '../e', '/nowhere'])} {path}", f"{fresh}; mkdir {path}",
                        f"mkdir -p $(dirname {path}); test -d {path} || echo {pick.choice('ons')} > {path}", f"test ! -e {path} || chown 5:6 {path}", f"test ! -f {path} || ln {path} $(dirname {path})/hard"])


def case(name):
    print("=", name)
    old = pick.sample(["a", "b"], pick.choice([0, 1, 1, 1, 2]))
    for package in old:
        print(f"old {package} | {items(False)}")
    options = ["may-refuse"]
    if old and pick.random() < .2:
        print("erase", *pick.sample(old, pick.randint(1, len(old))))
    else:
        new = pick.sample(["a", "b", "c"], pick.choice([1, 1, 2, 2, 3]))
        for package in new:
            obsoletes = f"Obsoletes: @{old[0]} " if old and old[0] not in new and package == new[0] and pick.random() < .5 else ""
            print(f"new {package} {obsoletes}| {items(pick.random() < .3)}")
        options += ["install"] if pick.random() < .1 else []
    for _ in range(pick.choice([0, 1, 2, 3])):
        print(f"edit ({edit()}) || true")
    print("opts", *options, *(["nodocs"] if pick.random() < .15 else []))


for number in range(int(sys.argv[2])):
    case(f"random-{sys.argv[1]}-{number}")
