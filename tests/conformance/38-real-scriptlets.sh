# The scriptlets of real systems: the package databases of CentOS Stream 9 and 10 and Fedora containers, as the librpm crate's package
# carries them for its own tests (fetched, never kept in this repository). Every scriptlet and trigger runs over a tree made from the headers.
. "$(dirname "$0")/lib.sh"
corpus=$WORLD/real-databases
if ! [ -e "$corpus/.complete" ]; then "$HERE/../../fixtures/fetch-databases" "$corpus" > "$RUN/fetch.log" 2>&1 || { skip "no package registry to fetch databases from"; finish; }; fi
judge=$(dirname "$DRYDOCK")/examples/scriptlet-corpus
evaluated() { # NAME: at least 97 % applied or known to need nothing
  "$judge" x86_64 "$corpus/$1/rpmdb.sqlite" > "$RUN/real-$1.txt" || return 1
  cat "$RUN/real-$1.txt"
  awk 'END { exit !($1 > 0 && ($3 + $5) / $1 >= 0.97) }' "$RUN/real-$1.txt"
}
for name in centos-stream-9 centos-stream-10 fedora-44; do
  check "$name: at least 97 % of the scriptlets are applied or need nothing" evaluated $name
  echo "       $(tail -1 "$RUN/real-$name.txt")"
done
finish
