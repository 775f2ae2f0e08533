# Which signatures of a package count by a key: ours against rpmkeys'. The packages: the fixtures (OpenPGP v3 and v4 packets, over the
# header and over both, by a stranger, none), and those of rpm's own test suite where DRYDOCK_RPM_TESTS names a directory of them.
. "$(dirname "$0")/lib.sh"
count() { # KEY PATH... ; keys that this rpm cannot import are left out
  local key=$1 work; shift; work=$(mktemp -d); mkdir "$work/db"
  local rpmkeys=(rpmkeys --define "_dbpath $work/db") packages=()
  "${rpmkeys[@]}" --import "$key" 2> /dev/null || { echo "rpm cannot import it"; rm -r "$work"; return; }
  mapfile -t packages < <(find "$@" -type f -name '*.rpm*' | sort | awk -F/ '!seen[$NF]++')
  "$JUDGE" signatures "$key" "${packages[@]}" | awk '/ (RSAHEADER|DSAHEADER) .*OK /{print $1 " header"} / SIG_(PGP|GPG) .*OK /{print $1 " whole"}' | sort > "$work/ours"
  for p in "${packages[@]}"; do
    "${rpmkeys[@]}" -Kv "$p" 2> /dev/null | awk -v n="${p##*/}" '/Header V[0-9].*Signature.*: OK/{print n " header"; next} /V[0-9].*Signature.*: OK/{print n " whole"}'
  done | sort > "$work/theirs"
  local rc=0; diff "$work/ours" "$work/theirs" || rc=1
  [ "${LEAST:-0}" -le "$(wc -l < "$work/ours")" ] || { echo "only $(wc -l < "$work/ours") signatures count"; rc=1; }
  rm -r "$work"; return "$rc"
}
rt=$WORLD/cdn/content/dist/rhel8/8.4/x86_64/rt appstream=$WORLD/cdn/content/dist/rhel8/8.4/x86_64/appstream
LEAST=10 check "v4 packets over the header, a stranger's, none" count "$WORLD/RPM-GPG-KEY-fixture" "$WORLD/cdn/bad" "$WORLD/cdn/content/dist/rhel8/8.4/aarch64/baseos"
LEAST=10 check "v3 packets" count "$WORLD/RPM-GPG-KEY-fixture" "$appstream"
LEAST=10 check "signatures over header and payload" count "$WORLD/RPM-GPG-KEY-fixture" "$rt"
LEAST=1 check "the stranger's key" count "$WORLD/RPM-GPG-KEY-stranger" "$WORLD/cdn/bad"
if [ -z "${DRYDOCK_RPM_TESTS:-}" ]; then skip "rpm's own test packages (DRYDOCK_RPM_TESTS)"; finish; fi
for key in "$DRYDOCK_RPM_TESTS"/*.{asc,pub,pgp}; do check "${key##*/}" count "$key" "$DRYDOCK_RPM_TESTS"; done
finish
