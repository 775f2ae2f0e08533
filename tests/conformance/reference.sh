# shellcheck shell=bash
# reference ARCH OURS REFERENCE EXCEPTIONS... : build REFERENCE with dnf from the base and the packages of $LOCK, and compare trees,
# rpm -Va and databases. With SCRIPTLETS=run dnf runs them in a chroot (then times are not compared: what they make is made now);
# else they are off on both sides. Sourced by the checks that need it.
reference() {
  local arch=$1 ours=$2 root=$3 nevras ignore=(); shift 3; rm -rf "$root"; mkdir -p "$(dirname "$root")"
  [ -d "$ours/etc" ] || { fail "$arch: no tree to compare"; return; }
  if [ -n "${BASES:-}" ]; then cp -a "$BASES/$arch" "$root"; else cp -a "$WORLD/base/$arch/upper" "$root"; fi
  mapfile -t nevras < <(locked "$arch" nevra)
  if [ "${SCRIPTLETS:-}" = run ]; then
    ignore=(--ignore mtime)
    TSFLAGS=nodocs check "$arch: dnf installs the locked packages, scriptlets and all" mounted "$root" dnf_root "$arch" "$root" "$FILES" install "${nevras[@]}"
  else check "$arch: dnf installs the locked packages" dnf_root "$arch" "$root" "$FILES" install "${nevras[@]}"; fi
  check "$arch: the tree" "$HERE/treecmp.py" diff "${ignore[@]}" "$ours" "$root" "$HERE/exceptions/always" "$@"
  # Invariant 3: rpm -Va says what it says after dnf, and nothing else; lines the recipe accounts for stand in EXCEPTIONS.va
  check "$arch: rpm -Va" diff <(rpm --root "$ours" -Va 2>&1 | grep -vxFf <(sed 's/ # .*//; /^#/d; /^$/d' "$1.va") | LC_ALL=C sort) <(rpm --root "$root" -Va 2>&1 | LC_ALL=C sort)
  check "$arch: rpm -qa of all tags" diff <(every_tag "$ours") <(every_tag "$root")
  check "$arch: the database" "$HERE/rpmdb_diff.py" "$ours/var/lib/rpm/rpmdb.sqlite" "$root/var/lib/rpm/rpmdb.sqlite"
}
# every_tag ROOT : what rpm says of each package, tag by tag, but for the time and the number of the transaction
every_tag() {
  rpm --root "$1" -qa --qf "$(rpm --querytags | grep -vxE 'INSTALLTIME|INSTALLTID|INSTALLEDTIME|DBINSTANCE' | sed 's/.*/[%{=NVRA} & %{&}\\n]/' | tr -d '\n')" | LC_ALL=C sort
}
# effects DIR ARCH : the paths that scriptlets made or changed in DIR/ARCH, next to DIR/bare-ARCH, as they are called on any architecture
effects() {
  "$HERE/treecmp.py" diff --ignore mtime "$1/$2" "$1/bare-$2" | grep -v ' entries, ' | sed "s/ (wanted|is) .*//; s/, wanted.*//; s/ is .*//; s/$2/ARCH/g" | grep -v rpmdb.sqlite | LC_ALL=C sort
}
# mounted ROOT COMMAND... : with the host's /dev and a /proc in ROOT, or `> /dev/null` of a scriptlet would make a file
mounted() {
  local root=$1 rc=0; shift; mkdir -p "$root/dev" "$root/proc"
  mount --bind /dev "$root/dev"; mount -t proc proc "$root/proc"
  "$@" || rc=$?
  umount "$root/dev" "$root/proc"; return "$rc"
}
