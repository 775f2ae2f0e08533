# shellcheck shell=bash
# reference ARCH OURS REFERENCE EXCEPTIONS : build REFERENCE with dnf from the base and the packages of $LOCK, and compare trees,
# rpm -Va and databases. Sourced by the checks that need it.
reference() {
  local arch=$1 ours=$2 root=$3 exceptions=$4 nevras; rm -rf "$root"; mkdir -p "$(dirname "$root")"
  [ -d "$ours/etc" ] || { fail "$arch: no tree to compare"; return; }
  cp -a "$WORLD/base/$arch/upper" "$root"
  mapfile -t nevras < <(locked "$arch" nevra)
  check "$arch: dnf installs the locked packages" dnf_root "$arch" "$root" "$FILES" install "${nevras[@]}"
  check "$arch: the tree" "$HERE/treecmp.py" diff "$ours" "$root" "$HERE/exceptions/always" "$exceptions"
  # Invariant 3: rpm -Va says what it says after dnf, and nothing else; lines the recipe accounts for stand in EXCEPTIONS.va
  check "$arch: rpm -Va" diff <(rpm --root "$ours" -Va 2>&1 | grep -vxFf <(sed 's/ # .*//; /^#/d; /^$/d' "$exceptions.va") | LC_ALL=C sort) <(rpm --root "$root" -Va 2>&1 | LC_ALL=C sort)
  check "$arch: the database" "$HERE/rpmdb_diff.py" "$ours/var/lib/rpm/rpmdb.sqlite" "$root/var/lib/rpm/rpmdb.sqlite"
}
