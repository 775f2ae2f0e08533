# shellcheck shell=bash
# Sourced by the checks and by world.sh: counters, the peers' settings, drydock's usual arguments.

# A private HOME: Debian's rpm keeps its database in ~/.rpmdb unless told; languages are what the base's macros say.
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
  local arch=$1 root=$2 url=$3 conf repo; shift 3
  conf=$(mktemp); mkdir -p "$root"
  { printf '[main]\ngpgcheck=1\nplugins=0\nreposdir=/dev/null\ncachedir=/var/cache/dnf\nkeepcache=0\nbest=1\ninstall_weak_deps=0\nmodule_platform_id=platform:el8\nassumeyes=1\nlogdir=/var/log\npersistdir=/var/lib/dnf\n'
    for repo in ${REPOS:-baseos appstream rt}; do
      printf '[%s]\nname=%s\nbaseurl=%s/%s/%s/os/\ngpgkey=file://%s\n' "$repo" "$repo" "$url" "$arch" "$repo" "${GPGKEY:-$dir/RPM-GPG-KEY-fixture}"
    done; } > "$conf"
  dnf -q -c "$conf" --installroot="$root" --forcearch="$arch" --releasever=8.4 --setopt=tsflags="${TSFLAGS:-nodocs,noscripts,notriggers}" "$@" > "$HOME/dnf.out" 2>&1 || { cat "$HOME/dnf.out"; rm "$conf"; return 1; }
  # dnf's own traces, which it puts below the root
  rm -rf "$conf" "$root"/var/cache/dnf "$root"/var/log/dnf* "$root"/var/log/hawkey* "$root"/var/lib/dnf
}
