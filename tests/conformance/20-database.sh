# The package database of each image, by rpm itself.
. "$(dirname "$0")/lib.sh"
need "$RUN/image/index.json"
for arch in x86_64 aarch64; do
  root=$RUN/roots/$arch; mkdir -p "$RUN/roots"
  check "$arch: unpacks" "$HERE/oci_image.py" unpack "$RUN/image" $arch "$root"
  [ -d "$root/var/lib/rpm" ] || continue
  expected() {
    { rpms "$WORLD/base/$arch/upper"; locked $arch nevra; } | LC_ALL=C sort | LC_ALL=C comm -23 - <({ locked $arch replaces; locked $arch removed; } | LC_ALL=C sort)
  }
  check "$arch: rpm -qa is the base and the locked packages" diff <(rpms "$root") <(expected)
  check "$arch: every scriptlet is accounted for" accounted "$RUN/report.json" $arch "$root"
  check "$arch: rpmdb --verifydb" rpmdb --root "$root" --verifydb
  check "$arch: sqlite's own check" same "$(sqlite3 "$root/var/lib/rpm/rpmdb.sqlite" 'pragma integrity_check; pragma journal_mode')" $'ok\ndelete'
  check "$arch: no write-ahead log is left beside it (the base has one)" same "$(cd "$root/var/lib/rpm" && ls rpmdb.sqlite*)" "rpmdb.sqlite"
  check "$arch: rpm -K of an installed header (signatures are kept)" bash -c 'rpm --root "$1" -q --qf "%{RSAHEADER:pgpsig}\n" git | grep -q "Key ID"' _ "$root"
  # rpm goes on from here: erase, install, reinstall, query by file and by capability, in a copy
  copy=$RUN/roots/$arch-on; rm -rf "$copy"; cp -a "$root" "$copy"
  os=$WORLD/cdn/content/dist/rhel8/8.4/$arch
  check "$arch: rpm -qf through the usr-merge" rpm --root "$copy" -qf "/lib/modules/$KERNEL.$arch/config" "/usr/lib/modules/$KERNEL.$arch/config"
  check "$arch: rpm -q --whatprovides" rpm --root "$copy" -q --whatprovides kernel-uname-r
  check "$arch: rpm -e goes on" rpm --root "$copy" --noscripts --notriggers -e libtool
  check "$arch: rpm -i goes on" rpm --root "$copy" --noscripts --notriggers --ignorearch -i "$os"/appstream/os/Packages/l/libtool-*.rpm
  check "$arch: rpm -U goes on" rpm --root "$copy" --noscripts --notriggers --ignorearch --nodeps -U "$os"/appstream/os/Packages/g/gcc-8.5.0-*.rpm
  check "$arch: still sound" rpmdb --root "$copy" --verifydb
  rm -rf "$copy"
done
finish
