# shellcheck shell=bash
# goes_on ARCH ROOT REPOSITORY NAME... : what a user does next in an image of ours, by the tools in it: its tables and caches are read, its
# accounts and its package database carried on. REPOSITORY holds packages NAME, which the image has, too. Changes ROOT. Sourced by checks.
goes_on() {
  local arch=$1 root=$2 packages=$3 name kernel rpms rpm=(rpm --root "$2" --force-debian); shift 3
  for kernel in "$root"/usr/lib/modules/*/modules.dep.bin; do
    kernel=$(basename "$(dirname "$kernel")")
    check "$arch: $kernel: modprobe finds what each module needs" modules_resolve "$root" "$kernel"
    check "$arch: $kernel: modinfo, by alias" modinfo_by_alias "$root" "$kernel"
  done
  check "$arch: ldconfig -p reads ld.so.cache, and finds what it finds when it makes its own" cache_holds "$arch" "$root"
  if [ "$arch" = x86_64 ]; then
    check "$arch: alternatives --display ld" bash -c 'chroot "$1" alternatives --display ld | grep -q "link currently points to /usr/bin/ld.bfd"' _ "$root"
    check "$arch: groupadd, useradd -r and useradd go on from our accounts" mounted "$root" accounts_go_on "$root"
  fi
  for name; do
    mapfile -t rpms < <(find "$packages" -name "$name-[0-9]*.rpm" | sort | tail -n 1)
    check "$arch: rpm -e $name, scriptlets and all" mounted "$root" rpm_quiet "$arch" "${rpm[@]}" -e --nodeps "$name"
    check "$arch: rpm -U $name, scriptlets and all" mounted "$root" rpm_quiet "$arch" "${rpm[@]}" --ignorearch --nodeps --excludedocs -U "${rpms[@]}"
    check "$arch: rpm -V $name" "${rpm[@]}" -V --nodeps "$name"
  done
  check "$arch: the database is sound" rpmdb --root "$root" --verifydb
}

# rpm_quiet ARCH COMMAND... : it must succeed and, where its scriptlets can run, have nothing to say
rpm_quiet() {
  local arch=$1 out; shift
  if [ "$arch" = x86_64 ]; then out=$(LC_ALL=C "$@" 2>&1) || { echo "$out"; return 1; }; else out=$("$@" --noscripts --notriggers 2>&1) || { echo "$out"; return 1; }; fi
  [ -z "$out" ] || { echo "$out"; return 1; }
}

# Every module of the tree is shown by modprobe from our tables, with its file there.
modules_resolve() {
  local shown file
  shown=$(find "$1/usr/lib/modules/$2/" -name '*.ko*' -printf '%f\n' | sed 's/[.]ko.*//' | xargs modprobe --show-depends --all -d "$1" -S "$2") || return 1
  [ -n "$shown" ] || return 1
  sed -n 's/^insmod \([^ ]*\).*/\1/p' <<< "$shown" | sort -u | while read -r file; do [ -e "$file" ] || { echo "no $file"; return 1; }; done
}

modinfo_by_alias() {
  local found; found=$(sed -n 's/^alias \([^][ *?]*\) .*/\1/p' "$1/usr/lib/modules/$2/modules.alias" | sed -n 1,50p | xargs modinfo -b "$1" -k "$2" -F filename) && [ -n "$found" ]
}

cache_holds() {
  local ours; ours=$(ldconfig -r "$2" -p | sed 1d) || return 1
  if [ -z "$ours" ] && readelf -h "$2"/usr/lib*/*.so* 2> /dev/null | grep -q 'Machine: *AArch64\|Machine:.*X86-64'; then echo "nothing in the cache"; return 1; fi
  [ "$1" = x86_64 ] || return 0      # the program of another architecture does not run, and the fixtures' libraries of one are made up
  diff <(sort <<< "$ours") <(chroot "$2" ldconfig -C /tmp/own.cache > /dev/null && chroot "$2" ldconfig -C /tmp/own.cache -p | sed 1d | sort)
}

accounts_go_on() {
  chroot "$1" groupadd -r fresh-group && chroot "$1" useradd -r -g fresh-group -M fresh-daemon && chroot "$1" useradd -M fresh || return 1
  local uids; uids=$(cut -d: -f3 "$1/etc/passwd"); [ "$(wc -l <<< "$uids")" = "$(sort -u <<< "$uids" | wc -l)" ] || { echo "an ID twice"; return 1; }
  # the highest of each range plus or minus one, as shadow counts
  awk -F: '$1 == "fresh" { if ($3 != top + 1) exit 1; found = 1 } $3 >= 1000 && $3 < 60000 && $3 > top { top = $3 } END { exit !found }' top=999 "$1/etc/passwd"
}
