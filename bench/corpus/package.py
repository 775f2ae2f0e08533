"""One RPM out of a description and a staged tree.

A description is a dict: name, version, release; and where they apply: epoch, arch ("noarch"), repo, debs (unpacked first), prep(deb
arch, stage), requires, requires_pre, requires_post, provides, conflicts, obsoletes, recommends (lists), scripts (spec text), config,
ghost (paths), attrs (path -> "%attr(…)"), no_usrmerge (paths stay as staged), noauto (no generated dependencies).
"""

import os
import re
import shutil
import stat
import subprocess

from debs import ARCHES, DIR, deb_control, deb_file, is_elf, run, usr_merge, walk

# The filesystem package's directories; no other package lists them.
FILESYSTEM = {"/" + d for d in """bin boot dev etc etc/alternatives etc/default etc/profile.d etc/rpm etc/skel etc/pki etc/pki/rpm-gpg
etc/yum.repos.d etc/sysconfig home lib lib/modules lib64 media mnt opt proc root run sbin srv sys tmp usr usr/bin usr/games usr/include usr/lib
usr/lib/debug usr/lib/modules usr/lib64 usr/libexec usr/local usr/local/bin usr/local/lib usr/local/sbin usr/local/share usr/sbin usr/share
usr/share/doc usr/share/info usr/share/man usr/share/man/man1 usr/share/man/man5 usr/share/man/man8 usr/share/misc usr/share/locale usr/src
usr/src/kernels var var/cache var/empty var/lib var/lib/misc var/lib/rpm-state var/local var/log var/opt var/spool var/spool/mail var/tmp""".split()}

SPEC = r"""%global __os_install_post %{{nil}}
%global debug_package %{{nil}}
%global _build_id_links none
%global _binary_payload w2.xzdio
%global _source_payload w2.xzdio
%global _source_filedigest_algorithm 8
%global _binary_filedigest_algorithm 8
%global _unpackaged_files_terminate_build 0
%global _binaries_in_noarch_packages_terminate_build 0
%global __requires_exclude ^(/usr/local/.*|/usr/bin/(wish|tclsh|csh|ruby|dash|php|env|gdb|ocamlrun).*|/bin/(csh|zsh|dash)|perl\\(.*|python.*abi.*|/usr/share/.*|/usr/lib/.*)$
%global __requires_exclude_from ^/usr/(share/(doc|bash-completion|perl5?|vim)|src)/.*$
%global __perl_requires %{{nil}}
%global __python_requires %{{nil}}
Name: {name}
Version: {version}
Release: {release}
Summary: {summary}
License: {license}
Group: Bench
URL: https://bench.invalid/{name}
Vendor: Drydock bench
{tags}
%description
{name}, from Debian's files.
%install
rm -rf %{{buildroot}}
mv {stage} %{{buildroot}}
{scripts}
%files -f {top}/files
"""
LISTS = {"Requires": "requires", "Requires(pre)": "requires_pre", "Requires(post)": "requires_post", "Provides": "provides",
         "Conflicts": "conflicts", "Obsoletes": "obsoletes", "Recommends": "recommends"}


def quoted(path):
    """As %files takes it: rpm globs, but falls back to the literal name; a backslash must be a one-character glob."""
    return '"' + path.replace("%", "%%").replace("\\", "?") + '"'


def stage_files(deb_arch, r, stage):
    """Fill the stage; returns the configuration files."""
    config = set(r.get("config", ()))
    for deb in r.get("debs", ()):
        run("dpkg-deb", "-x", deb_file(deb_arch, deb), stage)
        config |= {c.split()[0] for c in deb_control(deb_arch, deb)["conffiles"] if c.strip()}
    if r.get("prep"):
        r["prep"](deb_arch, stage)
    if not r.get("no_usrmerge"):
        usr_merge(stage)
    for junk in ("lintian", "bug", "doc-base"):
        shutil.rmtree(f"{stage}/usr/share/{junk}", ignore_errors=True)
    return config


def file_list(r, stage, config):
    lines, attrs = ["%defattr(-,root,root,-)"], r.get("attrs", {})
    ghosts = r.get("ghost", ())
    for g in ghosts:
        if not os.path.lexists(stage + g):
            os.makedirs(os.path.dirname(stage + g), exist_ok=True)
            open(stage + g, "w").close()
    for p in sorted(walk(stage)):
        path, s = p[len(stage):], os.lstat(p)
        if path in ghosts:
            continue
        prefix = attrs.get(path, "") + " "
        if stat.S_ISDIR(s.st_mode):
            if path not in FILESYSTEM or r["name"] == "filesystem":
                lines.append(f"%dir {prefix}{quoted(path)}")
            continue
        if stat.S_ISREG(s.st_mode) and ".so" in path and not s.st_mode & 0o111 and is_elf(p):
            os.chmod(p, 0o755)  # else rpmbuild finds no dependencies in it
        if m := re.match(r"/usr/share/locale/([^/]+)/.", path):
            prefix += f"%lang({m.group(1)}) "
        if path in config or "/usr" + path in config:
            prefix += "%config(noreplace) "
        lines.append(prefix + quoted(path))
    return lines + [f"%ghost {attrs.get(g, '')} {quoted(g)}" for g in ghosts]


def build(deb_arch, r):
    """True if rpmbuild made it."""
    target = r.get("arch") or ARCHES[deb_arch]
    top = f"{DIR}/build/{deb_arch}/{r['name']}-{r['version']}-{r['release']}"
    stage, out = top + "/stage", f"{DIR}/rpms/{r.get('repo', 'baseos')}/{ARCHES[deb_arch]}"
    shutil.rmtree(top, ignore_errors=True)
    os.makedirs(stage)
    os.makedirs(out, exist_ok=True)
    config = stage_files(deb_arch, r, stage)
    with open(top + "/files", "w") as f:
        f.write("\n".join(file_list(r, stage, config)) + "\n")
    tags = [f"{tag}: {value}" for tag, key in LISTS.items() for value in r.get(key, ())]
    tags += [line for line, wanted in ((f"Epoch: {r.get('epoch')}", r.get("epoch")), ("BuildArch: noarch", target == "noarch"),
                                       ("AutoReqProv: no", r.get("noauto"))) if wanted]
    with open(top + "/p.spec", "w") as f:
        f.write(SPEC.format(name=r["name"], version=r["version"], release=r["release"], summary=r.get("summary", r["name"]),
                            license=r.get("license", "GPLv2+"), tags="\n".join(tags), stage=stage, top=top, scripts=r.get("scripts", "")))
    defines = {"_topdir": top + "/t", "_rpmdir": out, "_rpmfilename": "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
               "_buildhost": "bench.invalid", "use_source_date_epoch_as_buildtime": "1"}
    p = subprocess.run(["rpmbuild", "-bb", "--noclean", "--target", target, "--buildroot", top + "/root",
                        *(x for k, v in defines.items() for x in ("--define", f"{k} {v}")), top + "/p.spec"],
                       text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH="1650000000"))
    if p.returncode:
        with open(top + "/log", "w") as f:
            f.write(p.stdout)
        print("failed:", deb_arch, r["name"], top + "/log", *[x for x in p.stdout.splitlines() if "error" in x.lower()][:4], sep="\n   ")
        return False
    shutil.rmtree(top)
    return True
