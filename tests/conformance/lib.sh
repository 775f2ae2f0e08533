# shellcheck shell=bash
# Sourced by the checks and by world.sh: counters, the peers' settings, drydock's usual arguments.

# A private HOME: Debian's rpm keeps its database in ~/.rpmdb unless told; languages are what the base's macros say.
set -o pipefail
export LC_ALL=C.UTF-8 TZ=UTC HOME="${HOME_DIR:-${dir:-$WORLD}/home}"
mkdir -p "$HOME"; umask 022
printf '%%_dbpath %%{_var}/lib/rpm\n%%_install_langs C.utf8:en\n%%_keyringpath %%{_dbpath}/pubkeys/\n' > "$HOME/.rpmmacros"

ok() { passed=$((${passed:-0} + 1)); echo "  ok   $*"; }
fail() { failed=$((${failed:-0} + 1)); echo "  FAIL $*"; }
skip() { skipped=$((${skipped:-0} + 1)); echo "  skip $*"; }
indent() { tail -n "$2" <<< "$1" | sed 's/^/       /'; }
# check WHAT COMMAND... : passes when the command does; its output is shown only when it does not
check() {
  local what=$1 out; shift
  if out=$("$@" 2>&1); then ok "$what"; else fail "$what"; indent "$out" 15; fi
}
# refused CODE WHAT PATTERN COMMAND... : the command must end with that code and say something that matches the pattern
refused() {
  local code=$1 what=$2 pattern=$3 out rc=0; shift 3
  out=$("$@" 2>&1) || rc=$?
  if [ "$rc" != "$code" ]; then fail "$what: exit $rc, wanted $code"; indent "$out" 6
  elif ! grep -qiE -- "$pattern" <<< "$out"; then fail "$what: nothing like /$pattern/ in the message"; indent "$out" 6
  elif grep -q 'panicked at' <<< "$out"; then fail "$what: a panic"
  else ok "$what (exit $code)"; fi
}
same() { if [ "$1" = "$2" ]; then return 0; fi; echo "'$1' is not '$2'"; return 1; }

# dnf_root ARCH ROOT URL install SPEC... : dnf into a root, as an image builder calls it; scriptlets stay out ($TSFLAGS to change that)
dnf_root() {
  local arch=$1 root=$2 url=$3 conf repo trace; shift 3
  conf=$(mktemp); mkdir -p "$root"
  { printf '[main]\ngpgcheck=1\nplugins=0\nreposdir=/dev/null\ncachedir=/var/cache/dnf\nkeepcache=0\nbest=1\ninstall_weak_deps=0\nmodule_platform_id=platform:el8\nassumeyes=1\nlogdir=/var/log\npersistdir=/var/lib/dnf\n'
    for repo in ${REPOS:-baseos appstream rt}; do
      printf '[%s]\nname=%s\nbaseurl=%s/%s/%s/os/\ngpgkey=file://%s\n' "$repo" "$repo" "$url" "$arch" "$repo" "${GPGKEY:-$dir/RPM-GPG-KEY-fixture}"
    done; } > "$conf"
  timeout 300 dnf -q -c "$conf" --installroot="$root" --forcearch="$arch" --releasever=8.4 --setopt=tsflags="${TSFLAGS:-nodocs,noscripts,notriggers}" "$@" > "$HOME/dnf.out" 2>&1 || { cat "$HOME/dnf.out"; rm "$conf"; return 1; }
  # dnf's own traces, which it puts below the root
  rm -rf "$conf" "$root"/var/log/dnf* "$root"/var/log/hawkey*
  for trace in "$root"/var/cache/dnf "$root"/var/lib/dnf; do      # the directory may be a package's
    [ ! -d "$trace" ] || find "$trace" -mindepth 1 -delete
    rpm --root "$root" -qf "${trace#"$root"}" > /dev/null || rmdir "$trace" 2> /dev/null || true
  done
}

# ---- below: for the checks only, which run.sh starts with $WORLD and $DRYDOCK set
if [ -n "${WORLD:-}" ] && [ -e "$WORLD/env.sh" ]; then
  # shellcheck source=/dev/null
  . "$WORLD/env.sh"
  export dir=$WORLD RUN=$WORLD/run HERE; HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  export FILES=file://$WORLD/cdn/content/dist/rhel8/8.4
  export IMAGE=$REG/toolkit/${RUN_ID:-run}:$KERNEL      # a repository of its own for every run: nothing is there already
  # What an image builder types, paths as seen from $RUN: repositories by address, and by the labels of the built-in recipe
  ENTITLED=(--entitlement "in/cert.pem,in/key.pem" --cacert in/ca.pem --gpgkey in/gpgkey --plain-http "$REG" --base "$BASE")
  # shellcheck disable=SC2034
  SOURCES=(--repo "baseos=$CDN/\$basearch/baseos/os" --repo "appstream=$CDN/\$basearch/appstream/os" --repo "rt=$CDN/\$basearch/rt/os" "${ENTITLED[@]}")
  # shellcheck disable=SC2034
  TOOLKIT=(--recipe driver-toolkit --kernel "$KERNEL" --cdn "$CDN_HTTPS" "${ENTITLED[@]}")
fi

# drydock ARGS... : drydock, from $RUN, quiet; its own cache unless the arguments name one
drydock() { (cd "$RUN" && timeout "${LIMIT:-300}" "$DRYDOCK" "$@"); }
# locked ARCH FIELD : that field of every package in $LOCK (default the toolkit's), sorted
locked() {
  python3 - "${LOCK:-$RUN/drydock.lock}" "$1" "$2" <<'P'
import sys, tomllib
lock = tomllib.load(open(sys.argv[1], "rb"))["arch"][sys.argv[2]]
rows = lock.get("removed", []) if sys.argv[3] == "removed" else [p.get(sys.argv[3]) for p in lock["packages"]]
flat = [x for r in rows if r for x in (r if isinstance(r, list) else [r])]
print(*sorted(flat), sep="\n")
P
}
# rpms ROOT : NEVRAs as the lock writes them, sorted
rpms() { rpm --root "$1" -qa --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\n' | sed 's/-0:/-/; s/[.](none)$//' | LC_ALL=C sort; }
# accounted REPORT ARCH ROOT : the report names every scriptlet and trigger that rpm finds in the locked packages, with what became of it
accounted() {
  local kind query='' known='select(.arch == $a) | .scriptlets[]'
  for kind in pre:PREIN post:POSTIN preun:PREUN postun:POSTUN pretrans:PRETRANS posttrans:POSTTRANS verifyscript:VERIFYSCRIPT; do query+="%|${kind#*:}PROG?{%{NEVRA} %%${kind%:*}\n}|"; done
  for kind in trigger filetrigger transfiletrigger; do query+="[%{=NEVRA} %%$kind%{${kind^^}TYPE}\n]"; done
  jq -e --arg a "$2" "[.arches[] | $known | .outcome == \"applied\" or ((.why // \"\") != \"\")] | length > 0 and all" "$1" &&
    diff <(jq -r --arg a "$2" ".arches[] | $known | \"\(.package) \(.kind)\"" "$1" | of_locked "$2" | sort) <(rpm --root "$3" -qa --qf "$query" | sed 's/-0:/-/' | of_locked "$2" | sort)
}
of_locked() { awk 'NR == FNR { locked[$0]; next } $1 in locked' <(locked "$1" nevra) -; }      # packages of the base have triggers too
# index_digest LAYOUT : of the one index in an OCI layout
index_digest() { jq -r '.manifests[0].digest' "$1/index.json"; }
# need PATH : end the check here when an earlier one did not leave what this one judges
need() { [ -e "$1" ] || { fail "needs ${1##*/} of an earlier check"; finish; }; }
finish() { echo "${passed:-0} ${failed:-0} ${skipped:-0}" > "$RESULT"; exit 0; }
