#!/usr/bin/python3
"""spec_cases.py JUDGE DIR: every form of spec, on a repository of awkward names, resolved by dnf and by us (see solve_cases.py).
Differences are listed; the last line is "N specs, N agree". Each spec is asked for by itself, with the best and without.
"""
import sys
import solve_cases as cases
import solve_worlds as worlds


def package(nevra, provides=(), files=(), extra=(), obsoletes=(), requires=()):
    rest, arch = nevra.rsplit(".", 1)
    name, version, release = rest.rsplit("-", 2)
    epoch, colon, plain = version.partition(":")
    evr = [int(epoch), plain, release] if colon else [0, version, release]
    deps = {k: [] for k in worlds.RELATIONS}
    deps["provides"] = [[name, "EQ", evr]] if arch != "src" else []
    deps["provides"] += [list(p) for p in provides]
    deps["obsoletes"] = [list(p) for p in obsoletes]
    deps["requires"] = [list(p) for p in requires]
    return {"name": name, "evr": evr, "arch": arch, "vendor": "", "deps": deps, "files": list(files), "extra": list(extra)}


def evr(text):
    e, colon, rest = text.partition(":")
    version, dash, release = (rest if colon else text).partition("-")
    return [int(e) if colon else 0, version, release]


MAIN = [
    package("foo-1-1.x86_64"), package("foo-1-2.x86_64"), package("foo-2-1.x86_64"), package("foo-2-1.i686"), package("foo-2-1.aarch64"), package("foo-3-1.src"),
    package("foo-1-5-1.x86_64"), package("foo-1.0-9-9.noarch"), package("foo-bar-1-1.x86_64", files=["/usr/bin/foo-bar"]), package("foobar-7-1.x86_64"),
    package("foo.x86_64-1-1.noarch"), package("foo.noarch-4-1.x86_64"), package("libfoo.so-1-1.x86_64"), package("python3.9-3.9.2-1.el9.x86_64"),
    package("python3.11-3.11.2-1.el9.x86_64"), package("python3-3.9.2-2.noarch", provides=[("python", "EQ", evr("3.9.2"))]),
    package("epoch-1:1.0-1.x86_64"), package("epoch-0:2.0-1.x86_64"), package("epoch-2:0.5-3.x86_64"),
    package("gcc-c++-8.5.0-4.el8_5.x86_64"), package("gcc-c++-8.4.1-1.el8.x86_64"), package("gcc-8.5.0-4.el8_5.x86_64"), package("a-b-c-d-1-2.noarch"),
    package("perl-interpreter-4:5.26.3-419.el8.x86_64", provides=[("perl(:MODULE_COMPAT_5.26.3)",), ("perl(Config)",), ("perl(lib)", "EQ", evr("0.64"))], files=["/usr/bin/perl"]),
    package("java-17-openjdk-17.0.1-1.x86_64", provides=[("java", "EQ", evr("17")), ("java-headless", "EQ", evr("1:17.0.1-1"))]),
    package("java-11-openjdk-11.0.9-1.x86_64", provides=[("java", "EQ", evr("11")), ("java-headless", "EQ", evr("1:11.0.9-1"))]),
    package("tool-1-1.x86_64", files=["/usr/bin/tool", "/etc/tool.conf"], extra=["/usr/share/tool/data", "/usr/share/doc/tool/a b"]),
    package("tool-2-1.x86_64", files=["/usr/bin/tool"], extra=["/usr/share/tool/data2"]),
    package("weird-1.0~rc1-1.noarch"), package("weird-1.0-1.noarch"), package("weird-1.0^git1-1.noarch"),
    package("zero-01.002-03.noarch"), package("zero-1.2-2.noarch"), package("onlysource-1-1.src"), package("onlyi686-1-1.i686"), package("onlyarm-1-1.aarch64"),
    package("new-name-2-1.noarch", provides=[("old-name", "EQ", evr("2"))], obsoletes=[("old-name", "LT", evr("2"))]), package("old-name-1-1.noarch"),
    package("UPPER-1-1.noarch"), package("under_score-1-1.noarch"), package("plus+plus-1-1.noarch"), package("libthing-1-1.x86_64", provides=[("libthing.so.1()(64bit)",), ("libthing.so.1(V_1)(64bit)",)]),
    package("libthing-1-1.i686", provides=[("libthing.so.1",)]), package("x-1.x86_64-1.noarch"), package("needsfile-1-1.noarch", requires=[("/usr/share/tool/data",)]),
    package("multi-1-1.x86_64"), package("multi-1-1.i686"), package("noarchy-1-1.noarch"), package("noarchy-2-1.x86_64"), package("hy-phen-ver-1.2.3-4.5.noarch"),
    package("cap-1-1.noarch", provides=[("name with blanks",), ("pkgconfig(foo)", "EQ", evr("1.2")), ("cap(x)", "EQ", evr("3:4-5"))]),
]
OTHER = [package("foo-2-1.x86_64"), package("only-other-1-1.noarch"), package("kernel-5.1-1.x86_64"), package("kernel-5.2-1.x86_64")]
INSTALLED = [package(n, files=[f"/usr/share/installed/{n}"]) for n in ("installed-1-1.noarch", "upgradable-1-1.noarch", "kernel-5.1-1.x86_64", "multi-1-1.i686")]
MAIN += [package("installed-1-1.noarch"), package("upgradable-2-1.noarch"), package("upgradable-3-1.noarch")]

SPECS = """
foo|foo-1|foo-2|foo-3|foo-1-1|foo-1-2|foo-1-5|foo-1-5-1|foo-1-5-1.x86_64|foo-1.0|foo-1.0-9|foo-1.0-9-9|foo-2-1.x86_64|foo-2-1.i686|foo-2-1.aarch64|foo-3-1.src|foo.src
foo.x86_64|foo.i686|foo.aarch64|foo.noarch|foo.x86_64.noarch|foo.x86_64-1|foo.x86_64-1-1.noarch|foo.noarch.x86_64|foo.*|foo-*|foo*|foo?*|f?o|fo[o]|fo[a-n]|fo[!a-n]|fo[^a-n]|foo-[12]|foo-[12]-1|foo-?-1.x86_64|foo-2-*.x86_64|*-bar|*bar|*|f*.i686|*.i686|*.src
foo-0:1-1|foo-0:2|foo-1:2|0:foo|foo-0:2-1.x86_64|epoch|epoch-1.0|epoch-2.0|epoch-1:1.0|epoch-1:1.0-1|epoch-1:1.0-1.x86_64|epoch-0:2.0-1|epoch-2:0.5|epoch-3:0.5|epoch-2:*|epoch-*:1.0|epoch-[12]:*|epoch-0:*|epoch-x:1
libfoo.so|libfoo.so-1|python3.9|python3.11|python3|python|python3.*|python3.9-3.9.2|python3.9.x86_64|python3.9-3.9.2-1.el9.x86_64|python3.9-3.9|python3-3.9.2|python3.noarch|python = 3.9.2|python >= 3|python > 4
gcc-c++|gcc-c++-8.4.1|gcc-c++-8.5.0-4.el8_5|gcc-c++.x86_64|gcc-c*|gcc*|gcc-c+|gcc-c++-8*|gcc-c++-8.4*|gcc-c++-*.el8|gcc-c++-8.4.1-1.el8.x86_64|gcc-c\\+\\+|a-b-c-d|a-b-c|a-b-c-d-1|a-b-c-d-1-2|a-b|a-*-d|a-b-c-d-*
perl(Config)|perl(:MODULE_COMPAT_5.26.3)|perl(lib)|perl(lib) = 0.64|perl(lib) >= 0.6|perl(lib) > 1|perl(lib)>=0.6|perl(lib)= 0.64|perl(*)|perl(C*)|perl-interpreter|perl-interpreter-5.26.3|perl-interpreter-4:5.26.3|perl-interpreter >= 5|perl-interpreter >= 4:5.26.3-419|perl-interpreter = 4:5.26.3|perl-interpreter < 5
java|java-17|java-17-openjdk|java-17-openjdk-17.0.1|java-17*|java = 11|java >= 11|java < 17|java == 17|java => 17|java =< 11|java <> 11|java-headless|java-headless >= 1:12|java-headless = 17.0.1|java-1*|java*headless|java-headless*|java-?7*
/usr/bin/tool|/usr/bin/perl|/etc/tool.conf|/usr/share/tool/data|/usr/share/tool/data2|/usr/share/tool/absent|/usr/bin/*oo*|/usr/bin/t*|/usr/bin/foo-bar|/usr/share/tool/*|/usr/share/*/data|*/bin/tool|*/tool|/usr/bin|/usr/bin/|tool|usr/bin/tool|//usr/bin/tool|/usr/share/doc/tool/a b|/etc/tool.con?|/usr/bin/[tp]*|/usr/share/tool/data?|*/data|*/a?b|/usr/*/perl|/*/tool.conf|/etc/*|/usr/bin/{tool,perl}
weird|weird-1.0~rc1|weird-1.0|weird-1.0^git1|weird-1.0-1|weird-1.0*|weird = 1.0|weird >= 1.0~rc1|weird < 1.0|zero|zero-1.2|zero-01.002|zero-1.2-3|zero-01.002-03|zero-1.2-03.noarch|zero-0*|zero-1.02-2
onlysource|onlysource-1|onlysource.src|onlyi686|onlyi686.i686|onlyi686-1-1|onlyarm|onlyarm.aarch64|onlyarm-1|only*|only*.i686|old-name|old-name-1|old-name-1-1.noarch|old-name.noarch|old*|old-nam?|new-name|old-name = 2|old-name < 2|old-name >= 1
upper|UPPER|Upper|UPPER-1|UPP*|upp*|under_score|under_score-1|under-score|plus+plus|plus+plus-1|plus*|libthing|libthing.i686|libthing.so.1|libthing.so.1()(64bit)|libthing.so.1(V_1)(64bit)|libthing.so.*|libthing.so.1*|libthing*|libthing-1-1.i686|x|x-1.x86_64|x-1.x86_64-1|x-1.x86_64-1.noarch|x-1|x.x86_64
multi|multi.i686|multi.x86_64|multi*|noarchy|noarchy.noarch|noarchy.x86_64|noarchy-1|noarchy-1.noarch|noarchy.*|hy-phen-ver|hy-phen|hy-phen-ver-1.2.3|hy-phen-ver-1.2.3-4.5|hy-phen-ver-1.2.3-4|hy-*-ver|hy-phen-ver-1.*|hy-phen-ver-1.2|hy-phen-ver-1.2.3-4.*|needsfile
name with blanks|"foo"|'foo'|pkgconfig(foo)|pkgconfig(foo) >= 1|pkgconfig(foo) = 1.2|pkgconfig(*)|cap(x)|cap(x) = 3:4-5|cap(x) = 3:4|cap(x) = 4|cap(x) >= 3:4-6|cap(?)| foo|foo |foo  >=  2|foo >= 2|foo >2|foo>=2|foo = 2-1|foo = 2-2|foo < 2|foo <= 1-1|foo >=|>= 2|foo >= 2 bar|foo = 1 = 2|foo >= 1-x|(foo or gcc)|(foo and gcc)|(foo if gcc)
installed|installed-1|installed.noarch|installed*|upgradable|upgradable-2|upgradable-2-1|upgradable-1|upgradable-1-1.noarch|upgradable*|upgradable-*|upgradable.noarch|upgradable.*|upgradable.n*|installed.*|multi.*|foo-[12].*|*.x86_64|*-1.noarch|[fg]*.noarch|upgradable >= 2|upgradable = 1|upgradable < 3|kernel|kernel-5.1|kernel-5.2|kernel-5.1-1.x86_64|kernel*|only-other|only-other-1
absent|absent*|absent-1-1.noarch|absent.noarch|-|--|-1|foo-|-foo|foo-.x86_64|.|..|.x86_64|foo.|foo..x86_64|foo--1|[|foo[|foo]|[!a]oo|{foo,gcc}|fo{o,x}|\\foo|foo\\*|**|?|foo-**|:|foo:|:foo|foo:1|1:foo-2|foo-:2|foo-2:|foo-2-|foo-2-1.|@|%|foo%|#foo|~foo|^foo|foo~|foo^
"""


def specs():
    return [s for line in SPECS.replace("\\\\", "\\").strip("\n").split("\n") for s in line.split("|") if not s.startswith("@")]


def main():
    judge, directory = cases.Judge(sys.argv[1]), sys.argv[2]
    repos = [{"id": i, "priority": 99, "cost": 1000, "excludes": [], "includes": [], "packages": p} for i, p in (("main", MAIN), ("other", OTHER))]
    world = {"id": 0, "repos": repos, "installed": INSTALLED, "excludes": [], "requests": []}
    worlds.write(world, directory)
    base = cases.dnf_world(world, directory)
    count = agree = 0
    for spec in specs():
        for best in (True, False):
            request = {"specs": [spec], "best": best, "weak": False, "protected": []}
            theirs, why = cases.dnf_resolve(base, request)
            ours = judge.ask(world, directory, request)
            count += 1
            if theirs == ours["lines"]:
                agree += 1
            elif best:
                print(f"{spec!r}\n  dnf  {theirs} {why}\n  ours {ours['lines']} {ours['message']}")
    print(f"{count} specs, {agree} agree")
    sys.exit(count != agree)


main()
