#!/bin/bash
# Our rpmdb against rpm's: headers byte by byte, index rows row by row, then rpm's own queries and transactions on what
# we wrote. Packages come from the directories given; those above 2 MB are left out (MAX_KIB). Needs root (rpm --root), rpm,
# sqlite3 and `cargo build --example rpm-judge`.
#   tests/conformance/rpmdb.sh DIRECTORY…
set -eu
JUDGE=$(realpath "${JUDGE:-${CARGO_TARGET_DIR:-target}/debug/examples/rpm-judge}")
W=$(mktemp -d); trap 'rm -rf "$W"' EXIT
export HOME=$W/home; mkdir -p "$HOME"; echo '%_dbpath /var/lib/rpm' > "$HOME/.rpmmacros"
rpmbuild -bb --quiet --define "_topdir $W/build" "$(dirname "$0")/odd.spec" >/dev/null 2>&1 || { echo "NOT OK odd.spec"; exit 1; }
mapfile -t ALL < <(find "$W/build/RPMS" "$@" -type f -name '*.rpm' -size -${MAX_KIB:-2000}k ! -name '*corrupted*' ! -name '*badima*' | sort | awk -F/ '!seen[$NF]++')
TABLES='Name Basenames Group Requirename Providename Conflictname Obsoletename Triggername Dirnames Installtid Sigmd5 Sha1header Filetriggername Transfiletriggername Recommendname Suggestname Supplementname Enhancename'
db() { echo "$W/$1/var/lib/rpm/rpmdb.sqlite"; }
root() { mkdir -p "$W/$1/var/lib/rpm"; }
fail() { echo "NOT OK $*"; exit 1; }
rows() { for t in $TABLES; do echo "$t"; sqlite3 "$1" "SELECT quote(CAST(key AS BLOB)), typeof(key), hnum, idx FROM '$t' ORDER BY 1,3,4"; done; }
q() { rpm --root "$W/$1" "${@:2}" 2>&1; }

root theirs
for p in "${ALL[@]}"; do # one by one: a package rpm refuses (another architecture's duplicate) must not stop the rest
  rpm --root "$W/theirs" -i --justdb --nodeps --noscripts --notriggers --nosignature --ignorearch --ignoreos --force "$p" 2>/dev/null || true
done
echo "$(q theirs -qa | wc -l) of ${#ALL[@]} packages installed by rpm"
"$JUDGE" headers "$(db theirs)" "${ALL[@]}" | tail -3

root again; "$JUDGE" database "$(db again)" "$(db theirs)"
diff <(rows "$(db theirs)") <(rows "$(db again)") > "$W/rows" || { head -20 "$W/rows"; fail "index rows differ"; }
echo "$(rows "$(db again)" | wc -l) index rows equal"
schema() { sqlite3 "$1" "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"; }
diff <(schema "$(db theirs)") <(schema "$(db again)") || fail "schema differs"
"$JUDGE" database "$W/twice" "$(db again)"; cmp "$W/twice" "$(db again)" || fail "two writes differ"
[ "$(sqlite3 "$(db again)" 'PRAGMA integrity_check')" = ok ] || fail "integrity"

root ours; "$JUDGE" database "$(db ours)" - "${ALL[@]}"
rpmdb --root "$W/ours" --verifydb || fail "verifydb"
[ "$(q ours -qa | wc -l)" = "${#ALL[@]}" ] || fail "-qa"
for query in '-q --whatrequires /bin/sh' '-q --whatprovides rpmlib(PayloadIsXz)' '-qf /usr/bin/gcc /etc/passwd /usr/lib' '-q --triggeredby glibc' \
  '-q --whatrequires rpmlib(FileDigests)' '-q --whatconflicts bash' '-q --whatobsoletes dnf' '-q --whatrecommends bash' '-q --whatsupplements bash'; do
  # shellcheck disable=SC2086
  diff <(q theirs $query | sort -u | sed 's/  .*//') <(q ours $query | sort -u | sed 's/  .*//') > "$W/diff" || { echo "# $query"; head -5 "$W/diff"; }
done
echo "queries answered alike (differences, if any, above)"

FIRST=${ALL[0]} NAME=$(rpm -qp --nosignature --qf '%{NAME}' "${ALL[0]}" 2>/dev/null)
q ours -e --justdb --nodeps --noscripts --notriggers --allmatches "$NAME" || fail "rpm -e on our database"
q ours -q "$NAME" | grep -q 'not installed' || fail "$NAME is still there"
q ours -i --justdb --nodeps --noscripts --notriggers --nosignature --ignorearch --ignoreos --force "$FIRST" || fail "rpm -i on our database"
rpmdb --root "$W/ours" --verifydb || fail "verifydb after rpm's transactions"
highest=$(sqlite3 "$(db ours)" 'SELECT max(hnum) FROM Packages'); [ "$highest" = $((${#ALL[@]} + 1)) ] || fail "instance $highest given again"
root less; "$JUDGE" erase "$(db less)" "$(db ours)" "$NAME"
q less -q "$NAME" | grep -q 'not installed' || fail "our erase"
rpmdb --root "$W/less" --verifydb; rpmdb --root "$W/less" --rebuilddb || fail "rebuilddb"
[ "$(q less -qa | wc -l)" = "$(sqlite3 "$(db less)" 'SELECT count(*) FROM Packages')" ] || fail "count after rebuilddb"
chmod -R a+rX "$W"; chmod 755 "$W"; root plain; "$JUDGE" database "$(db plain)" - "${ALL[@]}"; chmod a-w "$W/plain/var/lib/rpm"
su nobody -s /bin/sh -c "rpm --dbpath '$W/plain/var/lib/rpm' -q '$NAME'" | grep -q "^$NAME" || fail "an ordinary user cannot query"
echo "rpm goes on from our database; an ordinary user reads it"

# a real installation, for rpm -V
root whole; PKGS=("${ALL[@]:0:40}")
for p in "${PKGS[@]}"; do rpm --root "$W/whole" -i --nodeps --noscripts --notriggers --nosignature --ignorearch --ignoreos --force "$p" 2>/dev/null || true; done
q whole -Va --nodeps --noscripts > "$W/before" || true
cp "$(db whole)" "$W/base"; rm -f "$(db whole)"*; "$JUDGE" database "$(db whole)" "$W/base"
q whole -Va --nodeps --noscripts > "$W/after" || true
diff "$W/before" "$W/after" || fail "-V differs"
echo "rpm -Va says the same ($(wc -l < "$W/after") lines) before and after our rewrite"
echo OK
