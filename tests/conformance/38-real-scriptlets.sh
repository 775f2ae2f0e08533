# The scriptlets of real systems: the package databases of CentOS Stream 9 and 10 and Fedora containers, as the librpm crate's package
# carries them for its own tests (fetched, never kept in this repository). Every scriptlet and trigger runs over a tree made from the headers.
. "$(dirname "$0")/lib.sh"
corpus=$WORLD/real-databases
if ! [ -e "$corpus/.complete" ]; then "$HERE/../../fixtures/fetch-databases" "$corpus" > "$RUN/fetch.log" 2>&1 || { skip "no package registry to fetch databases from"; finish; }; fi
judge=$(dirname "$DRYDOCK")/examples/scriptlet-corpus
lines=()
evaluated() { # NAME: runs to its end
  "$judge" x86_64 "$corpus/$1/rpmdb.sqlite" > "$RUN/real-$1.txt"
}
enough() { # at least 97 % of all are applied or known to need nothing
  tail -qn 1 "${lines[@]}" | awk '{ all += $1; good += $3 + $5 } END { print good " of " all; exit !(all > 0 && good / all >= 0.97) }' || { cat "${lines[@]}"; return 1; }
}
for name in centos-stream-9 centos-stream-10 fedora-44; do
  check "$name: every scriptlet runs to an end" evaluated $name
  echo "       $(tail -1 "$RUN/real-$name.txt")"; lines+=("$RUN/real-$name.txt")
done
check "at least 97 % of them are applied or need nothing" enough
finish
