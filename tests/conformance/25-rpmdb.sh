# Our rpmdb against rpm's: headers byte by byte, index rows row by row, then rpm's own queries and transactions on what we wrote.
# The packages: odd.spec, the fixtures, and those of rpm's own test suite where DRYDOCK_RPM_TESTS names a directory of them.
. "$(dirname "$0")/lib.sh"
W=$RUN/rpmdb; rm -rf "$W"; mkdir "$W"
check "odd.spec builds" rpmbuild -bb --quiet --define "_topdir $W/build" "$HERE/odd.spec"
mapfile -t ALL < <(find "$W/build/RPMS" "$WORLD/cdn/content/dist/rhel8/8.4/x86_64" ${DRYDOCK_RPM_TESTS:+"$DRYDOCK_RPM_TESTS"} -type f -name '*.rpm' -size -2000k ! -name '*corrupted*' ! -name '*badima*' | sort | awk -F/ '!seen[$NF]++')
TABLES='Name Basenames Group Requirename Providename Conflictname Obsoletename Triggername Dirnames Installtid Sigmd5 Sha1header Filetriggername Transfiletriggername Recommendname Suggestname Supplementname Enhancename'
db() { echo "$W/$1/var/lib/rpm/rpmdb.sqlite"; }
root() { mkdir -p "$W/$1/var/lib/rpm"; }
q() { rpm --root "$W/$1" "${@:2}" 2>&1; }
count() { q "$1" -qa | wc -l; }
rows() { for t in $TABLES; do echo "$t"; sqlite3 "$1" "SELECT quote(CAST(key AS BLOB)), typeof(key), hnum, idx FROM '$t' ORDER BY 1,3,4"; done; }
schema() { sqlite3 "$1" "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"; }
forced=(--nodeps --noscripts --notriggers --nosignature --ignorearch --ignoreos --force)
one_by_one() { local r=$1 p; shift; for p; do rpm --root "$W/$r" -i "${how[@]}" "${forced[@]}" "$p" 2> /dev/null || true; done; }      # what rpm refuses must not stop the rest

root theirs; how=(--justdb); one_by_one theirs "${ALL[@]}"
check "rpm installs most of ${#ALL[@]} packages" test "$(count theirs)" -gt $((${#ALL[@]} / 2))
check "installed headers are rpm's, byte by byte" "$JUDGE" headers "$(db theirs)" "${ALL[@]}"
root again
check "rpm's database, written again" "$JUDGE" database "$(db again)" "$(db theirs)"
check "its index rows" diff <(rows "$(db theirs)") <(rows "$(db again)")
check "its schema" diff <(schema "$(db theirs)") <(schema "$(db again)")
twice() { "$JUDGE" database "$W/twice" "$(db again)" && cmp "$W/twice" "$(db again)"; }
check "twice is the same" twice
check "sqlite's own check" same "$(sqlite3 "$(db again)" 'PRAGMA integrity_check')" ok

root ours
check "a database of our own" "$JUDGE" database "$(db ours)" - "${ALL[@]}"
check "rpmdb --verifydb" rpmdb --root "$W/ours" --verifydb
check "every package is there" same "$(count ours)" "${#ALL[@]}"
root peer; how=(--justdb); while read -r p; do PEER+=("$p"); done < <(q theirs -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm\n' | LC_ALL=C sort)
mapfile -t COMMON < <(printf '%s\n' "${ALL[@]}" | awk -F/ 'NR==FNR{have[$0]=1; next} $NF in have' <(printf '%s\n' "${PEER[@]}") -)
check "a database of what rpm took" "$JUDGE" database "$(db peer)" - "${COMMON[@]}"
for query in '-q --whatrequires /bin/sh' '-q --whatprovides rpmlib(PayloadIsXz)' '-qf /usr/bin/gcc /etc/passwd /usr/lib' '-q --triggeredby glibc' \
  '-q --whatrequires rpmlib(FileDigests)' '-q --whatconflicts xfsprogs' '-q --whatobsoletes glibc-kernheaders' '-q --whatrecommends bash' '-q --whatsupplements bash'; do
  # shellcheck disable=SC2086
  check "rpm $query" diff <(q theirs $query | sort -u) <(q peer $query | sort -u)
done

FIRST=${ALL[0]} NAME=$(rpm -qp --nosignature --qf '%{NAME}' "${ALL[0]}" 2> /dev/null)
check "rpm -e $NAME goes on" q ours -e --justdb --nodeps --noscripts --notriggers --allmatches "$NAME"
check "it is gone" bash -c '! rpm --root "$1" -q "$2"' _ "$W/ours" "$NAME"
check "rpm -i goes on" q ours -i --justdb "${forced[@]}" "$FIRST"
check "rpmdb --verifydb after rpm's transactions" rpmdb --root "$W/ours" --verifydb
check "no instance number is given twice" same "$(sqlite3 "$(db ours)" 'SELECT max(hnum) FROM Packages')" $((${#ALL[@]} + 1))
root less
check "we erase $NAME" "$JUDGE" erase "$(db less)" "$(db ours)" "$NAME"
check "rpm misses it" bash -c '! rpm --root "$1" -q "$2"' _ "$W/less" "$NAME"
check "rpm --rebuilddb" rpmdb --root "$W/less" --rebuilddb
check "…loses none" same "$(count less)" "$(sqlite3 "$(db less)" 'SELECT count(*) FROM Packages')"
root plain; "$JUDGE" database "$(db plain)" - "${ALL[@]}"; chmod a-w "$W/plain/var/lib/rpm"
check "an ordinary user may query" bash -c 'cd / && rpm="$(setpriv --reuid 65534 --clear-groups rpm --dbpath "$1" -q "$2")" && [ -n "$rpm" ]' _ "$W/plain/var/lib/rpm" "$NAME"

# Really installed, for rpm -V
root whole; how=(); one_by_one whole "${ALL[@]:0:40}"
q whole -Va --nodeps --noscripts > "$W/before"; cp "$(db whole)" "$W/base"; rm -f "$(db whole)"*
check "written again over 40 installed packages" "$JUDGE" database "$(db whole)" "$W/base"
check "rpm -Va says the same of them" diff "$W/before" <(q whole -Va --nodeps --noscripts)
rm -rf "$W"
finish
